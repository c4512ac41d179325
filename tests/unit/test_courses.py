"""Beyond what is known: the clock, courses, and what an answer says that it takes for granted."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.cli.commands.worlds import assumed_of, taken_for_granted
from sim.history import catalogue, inventory
from sim.history.assumed import assumed
from sim.history.clock import clock, last_day, last_of
from sim.history.compiled import build, first_difference
from sim.history.courses import Course, course_of
from sim.history.drivers import Driver, drivers
from sim.history.history import History
from sim.history.parameters import Dated, Parameter, Setting, date_of
from sim.history.policies import Event, Policy
from sim.numerics.errors import CatalogueError, UserError
from sim.numerics.locations import CONF
from sim.numerics.months import LIMIT_MONTH, label, month
from sim.numerics.strict_yaml import composed
from sim.population.vital_events import published
from sim.runs.ensemble import Ensemble
from sim.runs.points import command, point
from sim.runs.run import Job
from sim.runs.settings import People, Settings, fingerprint

KNOWN, LAST = clock().known, clock().last
SINCE = date_of(clock().beyond)
MONTHS = LAST + 1


def dated(*values):
    return tuple(Dated(date.fromisoformat(at), value, "test", "assumption") for at, value in values)


def parameter(rule="highest", values=(("2019-01-01", 0.2),), high=1.0):
    return Parameter("a.p", "a test", "share", rule, "step", 0.0, high, dated(*values))


def course(*multiples, repeats=False):
    known = {"one": Driver("one", "a test", ("a.*",), repeats)}
    return Course("mine", "a test", clock().beyond, {"one": dated(*multiples)}, known)


def policy(name, start, values, until=None, replaces=False):
    changes = (Setting("a.p", dated(*values), replaces),)
    event = Event(name, date.fromisoformat(start), date.fromisoformat(start), until, changes, "test", "assumption")
    return Policy(name, "a test", None, True, (event,))


def monthly(history):
    return history.monthly("a.p", MONTHS)


# the clock


def test_the_clock_is_what_its_file_says():
    assert (label(KNOWN), label(LAST)) == ("2026-08", "2030-12") and KNOWN < LAST <= LIMIT_MONTH
    assert Settings().until == label(KNOWN) and Settings(until=None).until == label(KNOWN)
    assert SINCE == date(2026, 9, 1) and last_day(KNOWN) == date(2026, 8, 31)
    assert History.of([parameter()]).last_day == date(2030, 12, 31)


def test_a_scenario_with_a_clock_of_its_own_goes_further(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf" / "scenario").mkdir(parents=True)
    (tmp_path / "conf" / "scenario" / "long.yaml").write_text("description: a test\nlast: 2035-06\ncourse: worse\n")
    for name, asked in (("late", "2051-01"), ("odd", "June"), ("grown", "2037-01")):
        (tmp_path / "conf" / "scenario" / f"{name}.yaml").write_text(f"description: a test\nlast: {asked}\n")
    long = catalogue.load_history("long")
    assert label(long.last) == "2035-06" and long.course == catalogue.load_course("worse")
    assert catalogue.load_history("long", course="eased").course.name == "worse"
    assert Settings(scenario="long", until="2035-06").last_month == long.last
    assert len(long.monthly("poland.wage", long.last + 1)) == long.last + 1
    for asked in ({"until": "2035-06"}, {"scenario": "long", "until": "2035-07"}):
        with pytest.raises(UserError, match="is not a month from 2019-01 to 203"):
            Settings(**asked)
    for name, asked in (("late", "2051-01"), ("odd", "June")):
        with pytest.raises(CatalogueError, match=f"last: '{asked}' is not a month from 2019-01 to 2050-12"):
            catalogue.load_history(name)
    with pytest.raises(CatalogueError, match="grown.yaml.*last: '2037-01' is after 2036-12; who was born after 2018"):
        catalogue.load_history("grown")


@pytest.mark.parametrize(("asked", "month"), [("2036-12", 215), ("2030-12", 143)])
def test_a_history_ends_before_anybody_grows_up_who_was_born_in_the_run(asked, month):
    assert last_of(asked) == month
    with pytest.raises(ValueError, match="is after 2036-12"):
        last_of("2037-01")


# how a course acts


def test_a_driver_is_multiplied_from_the_first_day_of_which_nothing_is_known():
    history = History.of([parameter()], course(("2026-09-01", 2), ("2028-01-01", 0.5)))
    values, first, later = monthly(history), KNOWN + 1, month("2028-01")
    assert (values[:first] == 0.2).all() and (values[first:later] == 0.4).all() and (values[later:] == 0.1).all()


def test_before_its_first_number_a_course_changes_nothing_and_what_it_makes_stays_in_range():
    values = monthly(History.of([parameter()], course(("2027-01-01", 50))))
    assert (values[: month("2027-01")] == 0.2).all() and (values[month("2027-01") :] == 1.0).all()
    unlimited = parameter("lowest", (("2019-01-01", np.inf),), np.inf)
    assert (monthly(History.of([unlimited], course(("2026-09-01", 0.5)))) == np.inf).all()
    assert (monthly(History.of([unlimited], course(("2026-09-01", 0))))[KNOWN + 1 :] == 0).all()


def test_what_began_before_is_multiplied_with_its_end_and_what_begins_later_is_not():
    halved = History.of([parameter()], course(("2026-09-01", 0.5)))
    before = halved.enact(policy("before", "2026-01-01", (("2026-01-01", 0.8),), date(2027, 12, 31)))
    values = monthly(before)
    assert values[KNOWN] == 0.8 and values[month("2027-12")] == 0.4 and values[month("2028-01")] == 0.1
    later = monthly(before.enact(policy("later", "2027-01-01", (("2027-01-01", 0.9),), date(2028, 12, 31))))
    assert later[month("2026-12")] == 0.4 and later[month("2027-06")] == 0.9 and later[month("2029-01")] == 0.1
    instead = monthly(before.enact(policy("instead", "2027-01-01", (("2027-01-01", 0.3),), replaces=True)))
    assert (instead[month("2027-01") :] == 0.3).all()


def test_the_last_known_year_comes_again_where_a_driver_repeats():
    drafts = (("2019-01-01", 0), ("2025-04-01", 7), ("2025-06-01", 0), ("2025-09-01", 3), ("2025-12-01", 0),
              ("2026-03-01", 5), ("2026-06-01", 0))  # fmt: skip
    of = parameter("sum", drafts, np.inf)
    values = monthly(History.of([of], course(("2026-09-01", 1), ("2028-01-01", 2), repeats=True)))
    known = values[KNOWN - 11 : KNOWN + 1]
    assert known.tolist() == [3, 3, 3, 0, 0, 0, 5, 5, 5, 0, 0, 0]
    assert values[KNOWN + 1 : KNOWN + 13].tolist() == known.tolist()
    assert values[month("2029-09") : month("2030-09")].tolist() == (2 * known).tolist()
    said = History.of([of], course(("2026-09-01", 1), repeats=True)).debug()
    assert "2028-03-01 to 2028-05-31" in said and "course mine: a test" in said


def test_a_history_without_the_crackdown_stays_without_it_under_every_course():
    for name in catalogue.course_names():
        quiet = catalogue.load_history("no_crackdown", course=name).monthly("belarus.repression_news", MONTHS)
        assert (quiet == 0).all(), name


# files


def test_a_course_that_leaves_out_a_driver_or_names_another_is_told_all_its_faults():
    text = "description: a test\ndrivers:\n  wage: {multiple: 1, source: a}\n" + "".join(
        f"  {name}: {{multiple: {{2026-08-31: 1, 2027-01-01: 101}}, source: 'assumption: a test'}}\n"
        for name in list(drivers())[1:]
    )
    with pytest.raises(CatalogueError) as caught:
        course_of("mine", composed(text), drivers())
    told = "\n".join(caught.value.faults)
    assert "unknown driver 'wage'" in told and f"driver '{next(iter(drivers()))}' is missing" in told
    assert "is before 2026-09-01, when the course begins" in told or "101 is outside [0, 100]" in told


def test_an_unknown_course_is_told_with_the_known_ones():
    with pytest.raises(UserError, match="course=worst is not known; known are: eased, held, worse"):
        Settings(course="worst")
    with pytest.raises(CatalogueError, match="no course 'worst' in conf/course; known: worse, eased, held"):
        catalogue.load_history(course="worst")


def test_a_course_of_ones_own_needs_no_edit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf" / "course").mkdir(parents=True)
    text = (CONF / "course" / "held.yaml").read_text(encoding="utf-8")
    (tmp_path / "conf" / "course" / "calm.yaml").write_text(
        text.replace("war_fear: {multiple: 1", "war_fear: {multiple: 0")
    )
    assert Settings(course="calm").course == "calm"
    fear = catalogue.load_history(course="calm").monthly("belarus.war_fear", MONTHS)
    assert fear[KNOWN] > 0 and not fear[KNOWN + 1 :].any()


# identity and what is told


def test_worlds_part_where_courses_do_and_not_before():
    built = [build(catalogue.load_history(course=name), inventory.load_destinations(), KNOWN + 5)
             for name in ("held", "worse")]  # fmt: skip
    assert first_difference(*built) == KNOWN + 1


def test_a_point_is_known_by_its_course_beyond_what_is_known_only():
    def made(until, followed):
        settings = Settings(until=until, course=followed, people=People(20_000))
        return point(Ensemble(settings, lambda seed: None), "mobilisation_2027", 0.62), fingerprint(settings)

    (near, near_print), (near_worse, near_worse_print) = (made("2026-08", name) for name in ("held", "worse"))
    (far, far_print), (far_worse, far_worse_print) = (made("2027-06", name) for name in ("held", "worse"))
    assert near.fingerprint == near_worse.fingerprint and near_print == near_worse_print
    assert far.fingerprint != far_worse.fingerprint and far_print != far_worse_print
    assert (near.record["course"], far_worse.record["course"]) == (None, "worse")
    assert "course=worse" in command(far_worse.record, 2) and "course" not in command(near.record, 2)


def test_an_answer_says_what_it_takes_for_granted_only_where_it_matters():
    base, branches = catalogue.load_history(), catalogue.load_branches()
    assert assumed(base, base, branches, date(2025, 12, 31), 2025) == ()
    (branch,) = assumed(base, base, branches, last_day(KNOWN), 2026)
    assert branch.startswith("Not known, and so assumed: ") and "law of 2023" in branch and "Latvia" not in branch
    _, followed = assumed(base, catalogue.load_history(course="worse"), branches, last_day(KNOWN + 1), 2026)
    assert followed.startswith("After August 2026, ") and "course held" in followed and "course worse" in followed
    without = replace(base, course=None)
    (course,) = assumed(without, without, (), last_day(LAST), 2030)
    assert "by no course" in course
    assert len(assumed(without, without, (), last_day(LAST + 1), 2031)) == 1, (
        "children are born in a longer history too"
    )


def test_an_answer_beyond_the_last_published_year_says_that_births_and_deaths_are_held():
    base = catalogue.load_history()
    assert assumed_of(base, base, date(2024, 12, 31)) == ()
    (held,) = assumed_of(base, base, date(2025, 1, 31))
    assert held == "Births and deaths after 2024, the last year published, go by the rates of that year."
    assert max(published("births")) == max(published("deaths")) == 2024
    assert held in taken_for_granted(Settings(until="2028-12"), "historical", "historical")


def test_months_beyond_what_is_known_are_lived():
    settings = Settings(until="2027-04", course="worse", people=People(20_000), threads=1)
    run = Ensemble(settings).run(Job("mobilisation_2027", 0.62))
    assert run.stocks.shape[0] == settings.last_month + 1 == month("2027-04") + 1
