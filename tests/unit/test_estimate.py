"""What would be computed: counted as it would be, what jobs share once, told as one would say it."""

from dataclasses import replace

import pytest

from sim.cli.commands import compare, simulate
from sim.runs import estimate as module
from sim.runs.complete import Family, complete
from sim.runs.estimate import Plan, plan, together, words
from sim.runs.points import Shelf, point
from sim.runs.run import Job
from sim.runs.settings import Choice
from tests.unit.small_runs import PARTING, SMALL, Counted, ensemble

LAM = 0.62


@pytest.fixture(scope="module")
def small():
    return ensemble()


def family(made, name="no_covid", replicates=2, own=True, freeze=()):
    return Family(point(made, "historical", LAM), (point(made, name, LAM, freeze),), replicates, own)


def jobs(found):
    """Number of runs by point."""
    names = [name.split("-")[0] for name, _ in found]
    return {name: names.count(name) for name in sorted(set(names))}


def test_a_plan_counts_the_runs_and_months_that_would_be_made(tmp_path, small):
    shelf, one, counted = Shelf(tmp_path), family(small), Counted()
    found = plan(shelf, small, [one])
    assert jobs(found.made) == {"historical": 2, "no_covid": 2} and found.reused == frozenset()
    assert (found.people, found.months) == (4785, 18)
    complete(shelf, small, [one], lambda of, runs: {}, counted)
    assert found.lived == counted.passed == 2 * (18 + 4)
    after = plan(shelf, small, [replace(one, replicates=3)])
    assert jobs(after.made) == {"historical": 1, "no_covid": 1} and after.lived == 18 + 4
    assert after.reused == frozenset(found.made)


@pytest.mark.parametrize(
    ("own", "freeze", "months"), [(False, (), 14 + 4), (False, ("queues",), 18 + 4), (True, ("queues",), 18 + 4)]
)
def test_months_of_a_baseline_that_is_lived_through_count_too(tmp_path, small, own, freeze, months):
    one, counted = family(small, replicates=1, own=own, freeze=freeze), Counted()
    found = plan(Shelf(tmp_path), small, [one])
    assert PARTING == 14 and found.lived == months
    complete(Shelf(tmp_path), small, [one], lambda of, runs: {}, counted)
    assert counted.passed == months


def test_a_world_beside_a_baseline_that_is_there_lives_the_months_before_it_parts(tmp_path, small):
    shelf = Shelf(tmp_path)
    one = family(small, replicates=1)
    shelf.keep(one.baseline, small.run(Job("historical", LAM, 0)), 0.0)
    found = plan(shelf, small, [one])
    assert jobs(found.made) == {"no_covid": 1} and jobs(found.reused) == {"historical": 1}
    counted = Counted()
    complete(shelf, small, [one], lambda of, runs: {}, counted)
    assert found.lived == counted.passed == 14 + 4


def test_what_jobs_share_is_counted_once(tmp_path):
    made, shelf = ensemble(until="2020-12"), Shelf(tmp_path)
    names = ("no_covid", "no_crackdown")
    plans = [plan(shelf, made, [family(made, name)]) for name in names]
    both = together(plans)
    assert (
        both == plans[0] | plans[1] == plans[1] | plans[0] == plan(shelf, made, [family(made, name) for name in names])
    )
    assert jobs(both.made) == {"historical": 2, "no_covid": 2, "no_crackdown": 2}
    assert both.lived == sum(one.lived for one in plans) - 2 * 24
    assert both | both == both == together([both, Plan()])
    alone = [plan(shelf, made, [family(made, name, own=False)]) for name in names]
    assert together(alone).lived == sum(one.lived for one in alone) - 2 * PARTING


def test_plans_of_which_one_is_open_ended_are_open_ended():
    """The most of both: of a plan with a number of replicates, what it is itself."""
    few, some = Plan(made={("a", 0): 84}), Plan(made={("b", 0): 84})
    many = replace(some, most=Plan(made={("b", 0): 84, ("b", 1): 84}))
    assert (few | some).most is None and many.most == (many | many).most
    for both in (few | many, many | few):
        assert both.made.keys() == {("a", 0), ("b", 0)}
        assert both.most.made.keys() == {("a", 0), ("b", 0), ("b", 1)}


def test_nothing_to_do_is_a_plan_too():
    assert together([]) == Plan() and Plan().lived == 0


def test_a_plan_is_told_in_two_lines(monkeypatch):
    monkeypatch.setattr(module, "SECONDS_A_PERSON_MONTH", 1e-6)
    monkeypatch.setattr(module, "SECONDS_A_MONTH", 0.0)
    monkeypatch.setattr(module, "SECONDS_A_PANEL_MONTH", 0.0)
    found = Plan(frozenset({("a", 0)}), {("b", 0): 84, ("c", 0): 24}, 95_700, 84, {("b", 0): 60, ("d", 0): 30})
    assert found.lived == 84 + 24 + 30
    assert words(found, 2).splitlines() == [
        "2 runs to make, 1 are there already; 138 months of about 95,700 simulated people",
        "about 7 seconds on 2 cores of 2026, 0.8 GB of memory, 1 MB of disk; nothing was computed",
    ]
    more = found | Plan(made={("d", 0): 84}, people=95_700, months=84)
    assert words(replace(found, most=more), 2).splitlines()[2:] == [
        "these are the first; until they are enough at most 3 runs, about 9 seconds, 1 MB of disk"
    ]
    assert "on 1 core of 2026, 0.4 GB" in words(found, 1) and "on 8 cores of 2026, 3.2 GB" in words(found, 8)


def test_the_panel_of_a_larger_run_is_no_larger():
    def told(people):
        return words(Plan(made={("a", 0): 1000}, people=people, months=1000), 1)

    assert "about 40 seconds on" in told(100_000) and "about 3.7 minutes on" in told(1_000_000)


def test_a_dry_comparison_plans_what_a_comparison_makes(tmp_path):
    """Twenty pairs at the main lambda, six at the slice."""
    settings = replace(SMALL, task="compare", choice=Choice(0.62, (0.3,)), results_dir=str(tmp_path), dry=True)
    found = compare.run(settings)
    assert isinstance(found, Plan) and jobs(found.made) == {"historical": 26, "no_covid": 26}
    enough = compare.run(replace(settings, replicates="enough"))
    assert jobs(enough.made) == {"historical": 15, "no_covid": 15}
    assert jobs(enough.most.made) == {"historical": 105, "no_covid": 105} and found.most is None
    split = compare.run(replace(settings, decompose=("no_covid",)))
    assert jobs(split.made) == {"historical": 26, "no_covid": 26 + 7 * 20}
    assert not list((tmp_path / "points").iterdir())


def test_a_dry_simulation_plans_what_a_simulation_makes(tmp_path):
    settings = replace(SMALL, results_dir=str(tmp_path), replicates=2)
    found = simulate.run(replace(settings, dry=True))
    assert jobs(found.made) == {"no_covid": 2} and found.lived == 2 * 18
    simulate.run(settings)
    again = simulate.run(replace(settings, dry=True))
    assert again.made == {} and jobs(again.reused) == {"no_covid": 2} and again.lived == 0
