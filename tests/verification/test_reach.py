"""Whom a rule reaches, on worlds small enough to say every number by hand.

A hundred single adults of 30 live in Belarus, want to leave at once and can, but for what the rule says; months run
from 0 to 5. Eligible, touched and changed are told in that order.
"""

import numpy as np
import pytest

from sim.analysis.additions import additions
from sim.analysis.cases import case_of
from sim.analysis.reach import Rule, reach_table, rules
from sim.history.catalogue import load_history
from sim.history.compiled import build
from sim.history.inventory import load_destinations
from sim.numerics.codes import CHANNEL, CONSCRIPTION, INSTRUMENT, MODE, N_CHANNELS, PLACE, SECTOR, SEX, STATUS
from tests.reached import addition, drawn, kept, reached
from tests.worlds import admit, close, crowd, families, plain_world, quiet, tighten

MONTHS = 6
EAGER, SETTLED_DOWN = quiet(level=50.0, permit_months=99.0), quiet(level=-50.0, permit_months=99.0)
ALWAYS = np.ones(MONTHS, bool)


def world_of(*channels, places=("lithuania",)):
    return plain_world(MONTHS, places, channels or ("work",))


def by_permit(world, channel="work"):
    """The same world with a channel that needs a first permit of Lithuania to enter and to stay."""
    permit = INSTRUMENT["permit"]
    return admit(world, "lithuania", channel, entry=permit, residence=permit)


def reach(parameter, worlds, people=None, b=EAGER, months=ALWAYS, verdict="effective", by=()):
    """Eligible, touched, changed and the note of a rule that parts two worlds."""
    people = crowd(100) if people is None else people
    return reached(parameter, worlds, people, b, months, verdict=verdict, by=by)


def test_a_closing_reaches_those_who_would_have_left():
    open_, closed = by_permit(world_of()), close(by_permit(world_of()), "lithuania", "permit", 0)
    assert reach("lithuania.permit", (open_, closed)) == (100, 100, 100, "")


def test_an_opening_reaches_those_who_leave_by_it():
    open_, closed = by_permit(world_of()), close(by_permit(world_of()), "lithuania", "permit", 0)
    assert reach("lithuania.permit", (closed, open_)) == (100, 100, 100, "")
    offered = tighten(world_of(), "lithuania", "work", offered=0.0)
    assert reach("lithuania.work.offered", (offered, world_of())) == (100, 100, 100, "")


def test_an_opening_for_some_reaches_them_alone():
    """A scheme for IT, where a third of the hundred work: the others have no way, before and after."""
    people = crowd(99, sector=np.where(np.arange(99) % 3 == 0, SECTOR["it"], SECTOR["other"]))
    there = admit(world_of("it_scheme"), "lithuania", "it_scheme", sectors=1 << SECTOR["it"])
    before = tighten(there, "lithuania", "it_scheme", offered=0.0)
    assert reach("lithuania.it_scheme.offered", (before, there), people) == (33, 33, 33, "")


def test_each_person_of_the_sample_stands_for_many():
    people = crowd(100)
    people.one_in = 1  # the world is that of a hundred persons, whatever each stands for
    people.people.circle[:] = 0
    open_, closed = by_permit(world_of()), close(by_permit(world_of()), "lithuania", "permit", 0)
    pair = tuple(kept(people, world, EAGER) for world in (open_, closed))
    for run in pair:
        run.residents_by_class = run.residents_by_class * 1000
    people.one_in = 1000
    table = reach_table([Rule(addition("lithuania.permit"), ALWAYS)], [pair], (open_, closed), drawn(people))
    assert table.iloc[0, 1:4].tolist() == [100_000.0, 100_000.0, 100_000.0]


def test_a_capacity_reaches_all_who_ask_and_changes_all_but_the_first():
    """One place a month: the first in the queue leaves when all would have left, the others later or never."""
    free = world_of()
    assert reach("lithuania.work.capacity", (free, tighten(free, "lithuania", "work", capacity=1.0))) == (
        100, 100, 99, "")  # fmt: skip


def test_a_fee_changes_those_who_cannot_pay_it():
    poor = crowd(100, savings=np.where(np.arange(100) < 30, 100.0, 1e6))
    free = world_of()
    dear, cheap = (tighten(free, "lithuania", "work", fee=fee) for fee in (500.0, 50.0))
    assert reach("lithuania.work.fee", (free, dear), poor) == (100, 100, 30, "")
    assert reach("lithuania.work.fee", (free, cheap), poor) == (
        100, 100, 0, "no simulated life of those who met it differs")  # fmt: skip


def abroad(many, expiry, place="lithuania", **values):
    """A hundred people, the first `many` of whom live abroad with a permit."""
    there = np.arange(100) < many
    given = {"mode": MODE["settled"], "place": PLACE[place], "status": STATUS["permit"], "channel": CHANNEL["work"]}
    given |= {"since": -30, "expiry": expiry, "job": 1} | values
    plain = crowd(100).people
    return crowd(100, **{name: np.where(there, value, getattr(plain, name)) for name, value in given.items()})


def test_renewals_reach_those_who_live_there_on_a_permit_and_no_applicant():
    """Of fifty on permits forty must renew; who lives in Belarus is nobody's renewal."""
    people = abroad(50, np.where(np.arange(100) < 40, 1, 99))
    open_, closed = by_permit(world_of()), close(by_permit(world_of()), "lithuania", "renewal", 0)
    assert reach("lithuania.renewal", (open_, closed), people, SETTLED_DOWN) == (50, 40, 40, "")
    assert reach("lithuania.work.renewal", (open_, tighten(open_, "lithuania", "work", renewal=0.0)), people,
                 SETTLED_DOWN) == (50, 40, 40, "")  # fmt: skip
    first = close(by_permit(world_of()), "lithuania", "permit", 0)
    assert reach("lithuania.permit", (open_, first), people, SETTLED_DOWN) == (
        50, 0, 0, "inert: nobody met it in either world")  # fmt: skip
    elsewhere = abroad(50, 1, place="poland")
    two = by_permit(world_of(places=("lithuania", "poland")))
    assert reach("lithuania.renewal", (two, close(two, "lithuania", "renewal", 0)), elsewhere, SETTLED_DOWN) == (
        0, 0, 0, "inert: nobody eligible")  # fmt: skip


def test_a_first_permit_after_a_visa_is_no_renewal():
    people = abroad(20, 1, status=STATUS["visa"], channel=CHANNEL["humanitarian"])
    world = admit(world_of("humanitarian"), "lithuania", "humanitarian", entry=INSTRUMENT["national_visa"])
    for instrument, told in (
        ("permit", (20, 20, 20, "")),
        ("renewal", (20, 0, 0, "inert: nobody met it in either world")),
    ):
        worlds = (world, close(world, "lithuania", instrument, 0))
        assert reach(f"lithuania.{instrument}", worlds, people, SETTLED_DOWN) == told


def test_a_right_to_stay_that_ends_is_judged_by_its_own_rule():
    """Ten who live there without a visa lose the right to: nobody's permit, nobody's renewal."""
    people = abroad(10, 1, status=STATUS["visa_free"], channel=CHANNEL["visa_free"])
    world = world_of("visa_free")
    worlds = (world, close(world, "lithuania", "visa_free", 0))
    assert reach("lithuania.visa_free", worlds, people, SETTLED_DOWN) == (100, 10, 10, "")
    assert reach("lithuania.renewal", worlds, people, SETTLED_DOWN)[:3] == (0, 0, 0)


def test_asylum_decisions_reach_seekers_alone():
    people = abroad(8, 1, status=STATUS["asylum_seeker"], channel=CHANNEL["asylum"])
    world = admit(world_of("asylum", "work"), "lithuania", "asylum", entry=INSTRUMENT["asylum"])
    worlds = (world, tighten(world, "lithuania", "asylum", renewal=0.0))
    assert reach("lithuania.asylum.renewal", worlds, people, SETTLED_DOWN) == (8, 8, 8, "")


def test_revocation_bears_on_every_holder_of_a_permit():
    people, world = abroad(50, 99), by_permit(world_of())
    revoked = world._replace(places=world.places.copy())
    revoked.places["revocation"][:, PLACE["lithuania"]] = 1.0
    assert reach("lithuania.revocation", (world, revoked), people, SETTLED_DOWN) == (50, 50, 50, "")


def test_a_refusal_of_an_application_reaches_the_whole_family():
    """Twenty-five families of four: only heads apply and are refused, a hundred people stay."""
    world = world_of()
    worlds = (world, tighten(world, "lithuania", "work", approval=1e-9))
    assert reach("lithuania.work.approval", worlds, families(25)) == (100, 100, 100, "")
    assert reach("lithuania.work.approval", (worlds[1], worlds[1]), families(25)) == (
        100, 100, 0, "no simulated life of those who met it differs")  # fmt: skip


def test_only_months_in_which_the_rule_differs_count():
    """All leave in month 0, and nobody is left for a rule that differs from month 1 on."""
    worlds, later = (world_of(), tighten(world_of(), "lithuania", "work", 1, fee=50.0)), np.arange(MONTHS) > 0
    assert reach("lithuania.work.fee", worlds, months=later) == (0, 0, 0, "inert: nobody eligible")
    assert reach("lithuania.work.fee", worlds, months=~ALWAYS)[1:] == (0, 0, "inert: out of period")


def test_a_rule_for_whom_there_is_nobody():
    there = admit(world_of("it_scheme", "work"), "lithuania", "it_scheme", sectors=1 << SECTOR["it"])
    worlds = (tighten(there, "lithuania", "it_scheme", offered=0.0), there)
    assert reach("lithuania.it_scheme.offered", worlds) == (0, 0, 0, "inert: nobody eligible")


@pytest.mark.parametrize(
    ("verdict", "by", "note"),
    [
        ("shadowed", ("stricter", "other"), "inert: shadowed by stricter, other"),
        ("out of period", (), "inert: out of period"),
        ("without effect", (), "inert: without effect"),
    ],
)
def test_an_inert_rule_has_judged_nobody(verdict, by, note):
    open_, closed = by_permit(world_of()), close(by_permit(world_of()), "lithuania", "permit", 0)
    assert reach("lithuania.permit", (open_, closed), verdict=verdict, by=by) == (100, 0, 0, note)


def test_a_rule_nobody_cares_for():
    open_, closed = by_permit(world_of()), close(by_permit(world_of()), "lithuania", "permit", 0)
    assert reach("lithuania.permit", (closed, open_), b=SETTLED_DOWN) == (
        100, 0, 0, "inert: nobody met it in either world")  # fmt: skip


def test_what_belarus_does_reaches_whom_it_happens_to():
    """Drafts of a hundred men in the first month and no more: all are liable, all are drafted in the scenario only."""
    people = crowd(100, sex=SEX["male"], birth=-20 * 12, conscription=CONSCRIPTION["liable"])
    calm = world_of()
    drafting = calm._replace(belarus=calm.belarus.copy())
    drafting.belarus["summoned"], drafting.belarus["drafted"] = 100.0, 100.0
    found = reach("belarus.draft", (calm, drafting), people, quiet(level=-50.0, service_months=18.0))
    run = kept(people, drafting, quiet(level=-50.0, service_months=18.0))
    drafted = len(np.unique(run.decisions["key"]))
    assert drafted > 20 and found[0] == 100 and found[1] == drafted
    banned = close(calm, "belarus", "exit", 0)
    assert reach("belarus.exit", (calm, banned)) == (100, 100, 100, "")


def test_permits_and_renewals_of_the_real_law_are_about_different_people():
    world = build(load_history("historical"), load_destinations(), 2)
    lithuania = PLACE["lithuania"]
    permit, renewal = case_of("lithuania.permit", world), case_of("lithuania.renewal", world)
    assert permit.entries[:, lithuania].any(axis=0).sum() > 3 and not renewal.entries.any()
    assert renewal.stays[lithuania, :, STATUS["permit"]].all() and renewal.stays.sum() == N_CHANNELS
    assert not (permit.stays & renewal.stays).any()


def test_months_are_those_in_which_the_histories_differ():
    baseline, scenario = load_history("historical"), load_history("protection_for_objectors")
    found = {
        rule.addition.parameter: rule.months for rule in rules(additions(scenario, baseline), baseline, scenario, 60)
    }
    offered = found["latvia.humanitarian.offered"]
    assert not offered[:48].any() and offered[48:].all()  # in force from January 2023
