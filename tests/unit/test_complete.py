"""Runs that nobody has: found replicate by replicate, lived once, the same by whomever and from any state."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from filelock import FileLock

from sim.model.feedback import FEEDBACKS
from sim.numerics.errors import UserError
from sim.runs.complete import Family, Gap, Work, complete, gaps
from sim.runs.packing import state_forms
from sim.runs.points import Shelf, point
from sim.runs.run import Job, Other
from sim.runs.workers import BaselineStates
from tests.unit.small_runs import PARTING, Counted, differing, ensemble

LAM = 0.62
LONGER = "2020-12"
CRACKDOWN = "no_crackdown"
"""Parts from the historical world in the summer of 2020."""


@pytest.fixture(scope="module")
def small():
    return ensemble()


@pytest.fixture(scope="module")
def longer():
    return ensemble(until=LONGER)


def nothing(of, runs):
    return {}


def family(made, names=("no_covid",), replicates=2, own=True, freeze=()):
    others = [point(made, name, LAM, freeze) for name in names]
    return Family(point(made, "historical", LAM), tuple(others), replicates, own)


# what is left to do


def test_every_replicate_of_a_family_is_a_task(tmp_path, small):
    one = family(small, replicates=3)
    found = gaps(Shelf(tmp_path), [one])
    assert found == [Gap(one, replicate, (one.baseline, *one.others)) for replicate in range(3)]


def test_a_baseline_that_is_not_wanted_itself_is_not_made(tmp_path, small):
    one = family(small, own=False)
    assert one.wanted == one.others
    assert [gap.points for gap in gaps(Shelf(tmp_path), [one])] == [one.others] * 2


def test_what_is_there_and_what_others_make_is_left_out(tmp_path, small):
    shelf, one = Shelf(tmp_path), family(small, replicates=3)
    [other] = one.others
    shelf.keep(other, small.run(Job("no_covid", LAM, 1)), 0.0)
    assert [(gap.replicate, gap.points) for gap in gaps(shelf, [one])] == [
        (0, (one.baseline, other)), (1, (one.baseline,)), (2, (one.baseline, other)),
    ]  # fmt: skip
    assert [(gap.replicate, gap.points) for gap in gaps(shelf, [one], [one.baseline])] == [
        (0, (other,)), (2, (other,)),
    ]  # fmt: skip


def test_months_of_a_task_are_those_that_pass(tmp_path, small):
    """Eighteen of the baseline, four of the world that parts in the fourteenth; all of both if a path is held."""
    shelf = Shelf(tmp_path)
    whole, rest = small.months, small.months - PARTING
    assert (whole, rest) == (18, 4)
    of = {
        whole + rest: family(small),
        PARTING + rest: family(small, own=False),
        whole: family(small, names=()),
        whole + 2 * rest: Family(
            point(small, "historical", LAM),
            (point(small, "no_covid", LAM, ("queues",)), point(small, "no_covid", LAM, FEEDBACKS)),
            1,
            False,
        ),
    }
    for months, one in of.items():
        counted = Counted()
        assert gaps(shelf, [one])[0].months(small) == months
        others = [each.other for each in one.others]
        runs = list(small.live(Job("historical", LAM, 0), others, 1, counted.tick, not one.own))
        assert (counted.passed, len(runs)) == (months, len(one.wanted))


# lives


def test_a_run_that_parts_is_the_run_from_the_start(small):
    ours, theirs = small.live(Job("historical", LAM, 1), [Other("no_covid")])
    assert differing(ours, small.run(Job("historical", LAM, 1))) == []
    assert differing(theirs, small.run(Job("no_covid", LAM, 1))) == []
    assert differing(ours, theirs) != []


def states_of(longer, folder):
    return BaselineStates(folder, "historical", state_forms(longer.population, longer.world("historical")))


@pytest.mark.parametrize("freeze", [(), ("queues",), ("diaspora",), ("information",), FEEDBACKS], ids=str)
def test_a_run_taken_up_from_a_kept_state_is_the_run_from_the_start(tmp_path, longer, freeze):
    """Also with feedbacks held at the path of a baseline that was itself taken up; by three threads as by one."""
    start, others = Job("historical", LAM, 0), [Other(CRACKDOWN, freeze)]
    parting = longer.parting("historical", others)
    assert PARTING < parting < longer.months
    ours, theirs = longer.live(start, others)
    for number, alone in enumerate((False, True, False)):
        states, counted = states_of(longer, tmp_path), Counted()
        found = list(longer.live(start, others, 1 + 2 * alone, counted.tick, alone, states))
        assert [path.name for path in tmp_path.glob("*.state")] == [f"historical-{parting:03}.state"]
        assert differing(found[-1], theirs) == [] and (alone or differing(found[0], ours) == [])
        lived_baseline = longer.months if freeze or not alone else parting
        assert counted.passed == lived_baseline - (parting if number else 0) + longer.months - parting


def test_a_state_kept_for_one_world_serves_another_that_parts_later(tmp_path, longer):
    start = Job("historical", LAM, 0)
    [wanted] = longer.live(start, [Other(CRACKDOWN)], alone=True)
    list(longer.live(start, [Other("no_covid")], alone=True, prefixes=states_of(longer, tmp_path)))
    counted = Counted()
    states = states_of(longer, tmp_path)
    [found] = longer.live(start, [Other(CRACKDOWN)], 1, counted.tick, True, states)
    assert differing(found, wanted) == []
    assert counted.passed == longer.months - PARTING
    assert len(list(tmp_path.glob("*.state"))) == 2
    counted = Counted()
    [earlier] = longer.live(start, [Other("no_covid")], 1, counted.tick, True, states_of(longer, tmp_path))
    assert counted.passed == longer.months - PARTING, "a later state is no use to a world that parts earlier"
    assert differing(earlier, longer.run(Job("no_covid", LAM, 0))) == []


def test_a_family_is_of_one_other_world(small):
    with pytest.raises(UserError, match="part at different times"):
        list(small.live(Job("historical", LAM, 0), [Other("no_covid"), Other(CRACKDOWN)]))


# completing


def stored(shelf, one):
    return {each.title: shelf.read(each, one.replicates) for each in (one.baseline, *one.others)}


def test_all_that_is_missing_is_made_once_and_found_again(tmp_path, small):
    shelf, one, counted = Shelf(tmp_path), family(small), Counted()
    work = complete(shelf, small, [one], nothing, counted)
    assert work.made == {"historical at lambda 0.62": 2, "no_covid at lambda 0.62": 2}
    assert work.reused == {"historical at lambda 0.62": 0, "no_covid at lambda 0.62": 0}
    assert counted.announced == counted.passed == 2 * (18 + 4)
    again = complete(shelf, small, [one], nothing, counted)
    assert again.made == {} and again.reused == {"historical at lambda 0.62": 2, "no_covid at lambda 0.62": 2}
    assert counted.passed == 2 * (18 + 4), "no month is lived again"
    for each, runs in zip(one.wanted, stored(shelf, one).values(), strict=True):
        for run in runs:
            assert differing(run, small.run(Job(each.scenario, LAM, run.job.replicate))) == []


def test_points_with_feedbacks_held_are_made_beside_one_life_of_the_baseline(tmp_path, longer):
    held = [(), ("information",), FEEDBACKS]
    others = tuple(point(longer, CRACKDOWN, LAM, names) for names in held)
    one = Family(point(longer, "historical", LAM), others, 1)
    assert len({each.name for each in one.wanted}) == 4
    assert [each.record["baseline"] for each in others] == [None, "historical", "historical"]
    shelf, counted = Shelf(tmp_path), Counted()
    complete(shelf, longer, [one], nothing, counted)
    parting = longer.parting("historical", [others[0].other])
    assert counted.passed == longer.months + 3 * (longer.months - parting)
    found = [shelf.read(each, 1)[0] for each in others]
    assert differing(found[0], longer.run(Job(CRACKDOWN, LAM, 0))) == []
    assert "expected" in differing(found[0], found[1]) and "expected" in differing(found[0], found[2])
    before = slice(0, parting)
    assert all(np.array_equal(found[0].flows[before], each.flows[before]) for each in found[1:])
    [lone] = longer.live(Job("historical", LAM, 0), [Other(CRACKDOWN, ("information",))], alone=True)
    assert differing(found[1], lone) == []


def test_workers_that_leave_states_to_each_other_make_the_same_points(tmp_path, longer):
    families = [family(longer, [name], own=False) for name in ("no_covid", CRACKDOWN, "no_land_exit_ban")]
    alone, together = Shelf(tmp_path / "a"), Shelf(tmp_path / "b")
    complete(alone, longer, families, nothing, Counted())
    (tmp_path / "shared").mkdir()
    counted = Counted()
    for one in families:  # one worker after the other, as jobs of a sweep
        complete(together, longer, [one], nothing, counted, tmp_path / "shared")
    assert counted.passed < counted.announced, "months of the baseline are lived once"
    for one in families:
        [each] = one.others
        for name in os.listdir(alone.path(each)):
            if name != "manifest.json":
                assert (alone.path(each) / name).read_bytes() == (together.path(each) / name).read_bytes()


def test_two_workers_at_once_make_nothing_twice(tmp_path):
    """Both want the baseline, each another world; whoever comes second waits for what the first is making."""

    def work(name):
        made = ensemble(until=LONGER)
        return complete(Shelf(tmp_path), made, [family(made, [name], replicates=3)], nothing, Counted())

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(work, ("no_covid", CRACKDOWN)))
    made = [one.made.get("historical at lambda 0.62", 0) for one in found]
    assert sum(made) == 3
    assert [one.made[f"{name} at lambda 0.62"] for one, name in zip(found, ("no_covid", CRACKDOWN), strict=True)] == [
        3,
        3,
    ]
    again = ensemble(until=LONGER)
    for name in ("historical", "no_covid", CRACKDOWN):
        assert Shelf(tmp_path).stored(point(again, name, LAM)) == 3


def test_a_point_in_other_hands_is_waited_for_and_not_made(tmp_path, small):
    """The baseline is held by another worker, who binds it and lets go."""
    shelf, one = Shelf(tmp_path), family(small)
    with ThreadPoolExecutor(1) as pool:
        with FileLock(tmp_path / "points" / f".{one.baseline.name}.lock"):
            waiting = pool.submit(complete, Shelf(tmp_path), small, [one], nothing, Counted())
            for replicate in (0, 1):
                shelf.keep(one.baseline, small.run(Job("historical", LAM, replicate)), 0.0)
            shelf.bind(one.baseline, 2, nothing)
        work = waiting.result(timeout=300)
    assert work.made.get("historical at lambda 0.62", 0) == 0 and work.made["no_covid at lambda 0.62"] == 2
    assert shelf.stored(one.baseline) == shelf.stored(one.others[0]) == 2


def test_work_is_told_in_a_line_for_each_point():
    work = Work(reused={"a": 2, "b": 0, "c": 1}, made={"b": 3, "c": 1})
    assert str(work) == "a: 2 runs reused\nb: 3 runs made\nc: 1 run made and 1 run reused"
