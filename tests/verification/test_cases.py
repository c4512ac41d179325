"""Whose case each rule is: only those whom it can concern, told in worlds of a hundred people, and all of these.

The last test has everything happen to everybody: with feedback off no life may differ outside the families whom a rule
has reached.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.analysis.case import AT_HOME
from sim.analysis.cases import case_of
from sim.analysis.conditions import CONDITIONS
from sim.analysis.sides import Side
from sim.history.catalogue import load_history
from sim.history.compiled import COLUMNS_OF_OPENNESS, build
from sim.history.inventory import load_destinations
from sim.numerics.codes import (
    CHANNEL,
    CONSCRIPTION,
    EXPOSURE,
    GROUP,
    INSTRUMENT,
    MODE,
    N_GROUPS,
    PLACE,
    SECTOR,
    SEX,
    STATUS,
)
from sim.numerics.months import NEVER
from sim.population.lives import lives
from tests.counting import settled
from tests.reached import drawn, kept, reached, touched_and_changed
from tests.verification.test_paired import TABLE, calm, unlimited
from tests.worlds import admit, close, crowd, families, hot_people, plain_world, quiet, start, tighten

MONTHS = 6
CERTAIN = 1e9
"""Persons a month in a world of a few: it happens to everyone whom it may happen to."""
ALWAYS = np.ones(MONTHS, bool)
EAGER, SETTLED_DOWN = quiet(level=50.0, permit_months=99.0), quiet(level=-50.0, permit_months=99.0)
LITHUANIA, POLAND = PLACE["lithuania"], PLACE["poland"]
LEVERS = [parameter.name for parameter in load_history("historical").parameters.values()]


def reach(parameter, worlds, people, behaviour=EAGER, months=ALWAYS):
    """Eligible, touched and changed."""
    return reached(parameter, worlds, people, behaviour, months)[:3]


def open_world(*channels):
    """Lithuania open by these channels, each with a permit to enter and to stay."""
    world, permit = plain_world(MONTHS, ("lithuania",), channels or ("work",)), INSTRUMENT["permit"]
    for channel in channels or ("work",):
        world = admit(world, "lithuania", channel, entry=permit, residence=permit)
    return world


def in_belarus(world, **values):
    """The same world with these conditions at the origin."""
    belarus = world.belarus.copy()
    for name, value in values.items():
        belarus[name] = value
    return world._replace(belarus=belarus)


def there(world, place, start=0, **values):
    """The same world with these facts of a place from a month on."""
    places = world.places.copy()
    for name, value in values.items():
        places[name][start:, PLACE[place]] = value
    return world._replace(places=places)


def closed_but_to(world, place, instrument, group, start=0):
    """The same world with an instrument closed but to a group."""
    shut = close(world, place, instrument, start)
    column = COLUMNS_OF_OPENNESS - N_GROUPS + GROUP[group]
    shut.openness[start:, PLACE[place], INSTRUMENT[instrument], column] = 1.0
    return shut


def some(n, many=100):
    """Flags of the first `n` of so many."""
    return np.arange(many) < n


# every lever


@pytest.mark.parametrize("place", ["belarus", "lithuania", "georgia", "rest_of_world"])
def test_every_lever_is_somebodys_case(place):
    """Of each parameter that there is, but for a count that moves nobody; conditions are known by name."""
    world = build(load_history("historical"), load_destinations(), 2)
    names = [name for name in LEVERS if name.startswith(f"{place}.")]
    assert len(names) > 30
    for name in names:
        case = case_of(name, world)
        judges = case.entries.any() or case.stays.any() or case.suffered or case.judged == AT_HOME
        assert judges or name == "belarus.political_prisoners", name
        for condition in (case.condition, case.residents):
            assert condition in ("", "admitted", "everybody", *CONDITIONS), name


@pytest.mark.parametrize("parameter", ["world.oil", "belarus.oil", "lithuania.oil"])
def test_what_no_world_reads_is_nobodys_case(parameter):
    """A series that a user has added for policies of their own is told as reaching nobody."""
    world = open_world()
    assert reached(parameter, (world, world), crowd(100), EAGER, ALWAYS) == (0, 0, 0, "inert: nobody eligible")


# a condition on a person


def test_officers_who_may_not_leave_are_a_case_of_units_with_an_officer():
    """Of 25 families, in five the partner is an officer: twenty people, and nobody else."""
    people = families(25)
    people.people.officer[1:20:4] = 1
    world = open_world()
    assert reach("belarus.officers_barred", (world, in_belarus(world, officers_barred=1.0)), people) == (20, 20, 20)


def test_a_reserve_that_may_not_leave_is_a_case_of_units_with_a_man_of_it():
    """Thirty have served, ten of them before so long that they are past fifty, ten more are officers of the reserve."""
    standing = np.where(some(30), CONSCRIPTION["served"], CONSCRIPTION["never"])
    standing = np.where((np.arange(100) >= 30) & some(40), CONSCRIPTION["reserve_officer"], standing)
    birth = np.where(some(10), -55 * 12, -30 * 12)
    people = crowd(100, sex=SEX["male"], conscription=standing, birth=birth)
    world = open_world()
    assert reach("belarus.exit_ban_reserve", (world, in_belarus(world, ban_reserve=1.0)), people) == (30, 30, 30)


def test_who_is_drafted_in_a_run_is_of_the_reserve_after_it():
    """Men of 20, drafted at once for two months: they are the reserve from then on, and were not at the start."""
    people = crowd(100, sex=SEX["male"], birth=-20 * 12, conscription=CONSCRIPTION["liable"])
    world = in_belarus(open_world(), summoned=CERTAIN, drafted=CERTAIN)
    world.belarus["summoned"][1:] = world.belarus["drafted"][1:] = 0.0
    behaviour = quiet(level=50.0, permit_months=99.0, service_months=2.0)
    assert reach("belarus.exit_ban_reserve", (world, in_belarus(world, ban_reserve=1.0)), people, behaviour) == (
        100, 100, 100)  # fmt: skip


def test_a_ban_on_the_accused_is_a_case_of_the_families_of_the_charged():
    """One adult in each of five of 25 families is detained and charged; with the ban none of these leaves."""
    people = families(25)
    people.people.exposure[1:20:4] = EXPOSURE["protest"]
    world = in_belarus(open_world(), detentions=CERTAIN, charges=CERTAIN)
    world.risk[:], world.risk[:, EXPOSURE["protest"]] = 0.0, 1.0
    world.belarus["detentions"][1:] = 0.0
    behaviour = quiet(level=50.0, permit_months=99.0, trial_months=9.0, accused_months=9.0)
    worlds = (world, in_belarus(world, ban_accused=1.0))
    assert reach("belarus.exit_ban_accused", worlds, people, behaviour) == (20, 20, 20)


def test_drafts_decrees_and_calls_of_the_reserve_are_told_apart():
    """Thirty are liable, thirty reserve officers below 27, thirty have served: each call reaches its own."""
    standing = np.repeat(
        [CONSCRIPTION[name] for name in ("liable", "reserve_officer", "served", "exempt")], [30, 30, 30, 10]
    )
    people = crowd(100, sex=SEX["male"], birth=-24 * 12, conscription=standing)
    world = plain_world(MONTHS, ())
    called = in_belarus(world, summoned=CERTAIN, drafted=CERTAIN, officers=CERTAIN, reservists=CERTAIN)
    behaviour = quiet(level=-50.0, service_months=99.0, service_months_higher=99.0)
    for parameter in ("draft", "reserve_officers", "reservists"):
        assert reach(f"belarus.{parameter}", (world, called), people, behaviour) == (30, 30, 30), parameter


def test_a_summons_that_reaches_further_is_a_case_of_who_lives_elsewhere():
    people = crowd(100, sex=SEX["male"], birth=-20 * 12, conscription=CONSCRIPTION["liable"], elsewhere=some(40))
    world = in_belarus(plain_world(MONTHS, ()), summoned=CERTAIN, drafted=CERTAIN, summons_reach=0.0)
    worlds = (world, in_belarus(world, summons_reach=1.0))
    assert reach("belarus.summons_reach", worlds, people, quiet(level=-50.0, service_months=99.0)) == (40, 40, 40)


def test_a_weight_of_detention_is_a_case_of_who_is_exposed_so():
    people = crowd(100, exposure=np.where(some(30), EXPOSURE["media"], EXPOSURE["none"]))
    world = in_belarus(plain_world(MONTHS, ()), detentions=CERTAIN)
    world.risk[:] = 0.0
    risky = world._replace(risk=world.risk.copy())
    risky.risk[:, EXPOSURE["media"]] = 1.0
    assert reach("belarus.risk.media", (world, risky), people, SETTLED_DOWN) == (30, 30, 30)


def test_certificates_are_a_case_of_the_persecuted_abroad():
    """Of fifty on permits for work twenty worked for an NGO."""
    exposure = np.where(some(20, 50), EXPOSURE["ngo"], EXPOSURE["none"])
    people = settled(50, "lithuania", channel=CHANNEL["work"], expiry=1, exposure=exposure, job=1)
    world = open_world()
    worlds = (world, in_belarus(world, certificates=0.0))
    assert reach("belarus.certificates", worlds, people, SETTLED_DOWN) == (20, 20, 20)


def test_passports_refused_abroad_are_a_case_of_those_whose_passport_runs_out():
    people = settled(
        50, "lithuania", channel=CHANNEL["work"], expiry=4, passport=np.where(some(20, 50), 2, NEVER), job=1
    )
    world = there(open_world(), "lithuania", travel_document=0.0)
    worlds = (world, in_belarus(world, passport_abroad=0.0))
    assert reach("belarus.passport_abroad", worlds, people, SETTLED_DOWN) == (20, 20, 20)
    accepted = there(worlds[1], "lithuania", travel_document=1.0)
    assert reach("lithuania.travel_document", (worlds[1], accepted), people, SETTLED_DOWN) == (20, 20, 20)


def test_studies_abroad_that_defer_no_more_are_a_case_of_the_deferred():
    standing = np.where(some(10, 50), CONSCRIPTION["deferred"], CONSCRIPTION["never"])
    people = settled(50, "lithuania", birth=-20 * 12, sex=SEX["male"], conscription=standing)
    world = open_world()
    found = reach("belarus.study_deferment_abroad", (world, in_belarus(world, study_abroad=0.0)), people, SETTLED_DOWN)
    assert found[:2] == (10, 10)


def test_organisations_are_closed_with_their_staff_and_prisoners_pardoned():
    people = crowd(100, sector=np.where(some(30), SECTOR["ngo_media"], SECTOR["other"]))
    world = plain_world(MONTHS, ())
    assert reach("belarus.closures", (world, in_belarus(world, closures=CERTAIN)), people, SETTLED_DOWN)[:2] == (30, 30)
    tried = in_belarus(world, detentions=CERTAIN, charges=CERTAIN)
    tried.belarus["detentions"][1:] = 0.0
    tried.risk[:], tried.risk[:, EXPOSURE["media"]] = 0.0, 1.0
    people = crowd(100, exposure=np.where(some(25), EXPOSURE["media"], EXPOSURE["none"]))
    behaviour = quiet(level=-50.0, custody_charged=1.0, trial_months=2.0, custody_months=9.0)
    worlds = (tried, in_belarus(tried, pardon=1.0))
    assert reach("belarus.pardon", worlds, people, behaviour)[1] == 25


def test_screening_is_a_case_of_the_threats_or_of_the_harmless():
    world = open_world()
    behaviour = quiet(level=50.0, permit_months=99.0, threat_share=0.3)
    found = [
        reach(f"lithuania.screening_{which}", (world, there(world, "lithuania", **{f"screening_{which}": 1.0})),
              crowd(100), behaviour)
        for which in ("true", "false")
    ]  # fmt: skip
    assert [touched for _, touched, _ in found] == [changed for _, _, changed in found]
    assert found[0][1] + found[1][1] == 100 and 15 < found[0][1] < 45


def test_citizenship_is_a_case_of_who_has_lived_there_long_enough():
    since = np.where(some(20, 50), -130, -10)
    people = settled(50, "lithuania", channel=CHANNEL["work"], expiry=1, since=since, job=1)
    world = there(open_world(), "lithuania", naturalisation_months=120.0)
    worlds = (world, there(world, "lithuania", naturalisation=1.0))
    assert reach("lithuania.naturalisation", worlds, people, SETTLED_DOWN) == (20, 20, 20)


def test_the_work_of_the_young_is_lived_again():
    """Of two thousand people of 10 to 26 each works in every month where the model has let them work."""
    months, luck = 120, np.random.default_rng(8)
    people = crowd(2000, birth=-luck.integers(10 * 12, 26 * 12, 2000), sex=luck.integers(0, 2, 2000))
    people.people.sector[:] = np.where(people.people.birth > -18 * 12, SECTOR["child"], luck.integers(0, 9, 2000))
    people.people.region[:], people.people.locality[:] = luck.integers(0, 7, 2000), luck.integers(0, 2, 2000)
    model = start(people, plain_world(months, ()), SETTLED_DOWN, lives=lives())
    run = SimpleNamespace(moves=model.recorder.events[:0], decisions=model.recorder.events[:0], harms=np.zeros(months))
    made = drawn(people)(SimpleNamespace(behaviour=SETTLED_DOWN))._replace(rates=lives())
    side, rows, moved = Side(run, model.world, made), np.arange(2000), 0
    for t in range(months):
        model.run(t + 1)
        alive = model.columns.mode != MODE["nowhere"]
        found = side.sector_at(rows, np.full(2000, t))
        assert np.array_equal(found[alive], model.columns.sector[alive])
        moved = (found != people.people.sector).sum()
    assert moved > 1000


# exceptions, groups, sectors, ages


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("it", {"sector": np.where(some(30), SECTOR["it"], SECTOR["other"])}),
        ("driver", {"sector": np.where(some(30), SECTOR["transport"], SECTOR["other"])}),
        ("persecuted", {"exposure": np.where(some(30), EXPOSURE["ngo"], EXPOSURE["none"])}),
        ("ancestry", {"ancestry": some(30)}),
        ("student", {"birth": np.where(some(30), -26 * 12, -30 * 12)}),
        ("age_60_over", {"birth": np.where(some(30), -64 * 12, -30 * 12)}),
    ],
)
def test_a_closing_is_no_case_of_whom_it_excepts(group, values):
    """Of a hundred thirty are excepted; what then opens to those thirty alone concerns nobody else."""
    world = open_world()
    excepting = closed_but_to(world, "lithuania", "permit", group)
    assert reach("lithuania.permit", (world, excepting), crowd(100, **values))[1:] == (70, 70)
    closed = close(world, "lithuania", "permit", 0)
    assert reach("lithuania.permit", (closed, excepting), crowd(100, **values))[1:] == (30, 30)


def test_a_closing_is_no_case_of_a_family_that_a_partner_excepts():
    """Flags of either adult count: a partner with a Polish card lets the family in, one in IT does not."""
    world, people = open_world(), families(25)
    people.people.ancestry[1:20:4] = 1
    people.people.sector[1:20:4] = SECTOR["it"]
    for group, kept_out in (("ancestry", 80), ("it", 100)):
        shut = closed_but_to(world, "lithuania", "permit", group)
        assert reach("lithuania.permit", (world, shut), people)[1:] == (kept_out, kept_out), group


def test_a_scheme_that_takes_more_is_a_case_of_who_comes_to_be_admitted():
    sector, birth = np.where(some(30), SECTOR["it"], SECTOR["industry"]), np.where(some(60), -30 * 12, -50 * 12)
    people = crowd(100, sector=sector, birth=birth)
    it, both = 1 << SECTOR["it"], 1 << SECTOR["it"] | 1 << SECTOR["industry"]
    narrow = admit(open_world("it_scheme"), "lithuania", "it_scheme", sectors=it)
    worlds = (narrow, tighten(narrow, "lithuania", "it_scheme", sectors=both))
    assert reach("lithuania.it_scheme.sectors", worlds, people) == (70, 70, 70)
    young = tighten(open_world("it_scheme"), "lithuania", "it_scheme", oldest=40)
    worlds = (young, tighten(young, "lithuania", "it_scheme", oldest=60))
    assert reach("lithuania.it_scheme.oldest", worlds, people)[1:] == (40, 40)


def test_offers_of_work_are_a_case_of_those_who_draw_on_them():
    people = crowd(100, sector=np.where(some(30), SECTOR["it"], SECTOR["industry"]))
    world = open_world()
    fewer = world._replace(demand=world.demand.copy())
    fewer.demand[:, LITHUANIA, SECTOR["it"]] = 0.0
    assert reach("lithuania.demand.it", (world, fewer), people) == (30, 30, 30)


# ways of coming


def seasonal(n, back=0):
    """Workers in Poland whose season is over, after a year of it."""
    values = {"status": STATUS["pendular"], "since": -13, "expiry": back, "mode": MODE["pendular"]}
    return crowd(n, place=POLAND, sector=SECTOR["industry"], **values)


def test_who_settles_where_they_work_is_no_case_of_rules_of_entry():
    """Short workers who take residence in place need an open permit, and no visa, border, fee, approval or quota."""
    world = plain_world(MONTHS, ("poland",), ("work",))
    world = admit(world, "poland", "work", entry=INSTRUMENT["national_visa"], residence=INSTRUMENT["permit"])
    behaviour = quiet(level=-50.0, residence_work=1.0, residence_months=6.0, permit_months=99.0)
    entry = {
        "poland.national_visa": close(world, "poland", "national_visa", 0),
        "poland.land": close(world, "poland", "land", 0),
        "belarus.exit": close(world, "belarus", "exit", 0),
        "poland.work.fee": tighten(world, "poland", "work", fee=900.0),
        "poland.work.approval": tighten(world, "poland", "work", approval=0.1),
        "poland.work.capacity": tighten(world, "poland", "work", capacity=1.0),
        "poland.fare_land": there(world, "poland", fare_land=500.0),
        "belarus.officers_barred": in_belarus(world, officers_barred=1.0),
    }
    for parameter, other in entry.items():
        assert reach(parameter, (world, other), seasonal(40), behaviour)[1:] == (0, 0), parameter
    shut = close(world, "poland", "permit", 0)
    assert reach("poland.permit", (world, shut), seasonal(40), behaviour)[1:] == (40, 40)


def test_seasons_of_work_are_a_case_of_who_goes_on_them():
    """A third work in industry: the demand for short workers reaches them, and no rule of settled work does."""
    people = crowd(99, sector=np.where(np.arange(99) % 3 == 0, SECTOR["industry"], SECTOR["public"]))
    world = plain_world(MONTHS, ("poland",), ("work",))
    wanted = there(world, "poland", pendular=CERTAIN)
    for parameter, touched in (("demand.pendular", 33), ("demand.industry", 0), ("work.fee", 0)):
        assert reach(f"poland.{parameter}", (world, wanted), people, SETTLED_DOWN)[1] == touched, parameter
    assert reach("poland.land", (wanted, close(close(wanted, "poland", "land", 0), "poland", "air", 0)), people,
                 SETTLED_DOWN)[1] == 33  # fmt: skip
    called_home = there(wanted, "poland", 2, recall=1.0)
    assert reach("poland.recall", (wanted, called_home), people, SETTLED_DOWN, np.arange(MONTHS) >= 2)[1] == 33


def test_money_asked_of_who_moves_touches_nobody_who_lives_there():
    world, people = open_world(), settled(50, "lithuania", channel=CHANNEL["work"])
    for rule, value in (("fee", 50.0), ("funds", 50.0), ("months", 2.0)):
        worlds = (world, tighten(world, "lithuania", "work", **{rule: value}))
        assert reach(f"lithuania.work.{rule}", worlds, people, SETTLED_DOWN) == (0, 0, 0), rule


# nobody else


LATER = np.arange(36) >= 12
HOT = {
    "poland.permit": lambda world: closed_but_to(world, "poland", "permit", "persecuted", 12),
    "poland.national_visa": lambda world: closed_but_to(world, "poland", "national_visa", "age_28_59", 12),
    "georgia.visa_free": lambda world: close(world, "georgia", "visa_free", 12),
    "poland.asylum": lambda world: closed_but_to(world, "poland", "asylum", "student", 12),
    "belarus.exit": lambda world: closed_but_to(world, "belarus", "exit", "driver", 12),
    "poland.work.fee": lambda world: tighten(world, "poland", "work", 12, fee=2000.0),
    "georgia.visa_free.stay": lambda world: tighten(world, "georgia", "visa_free", 12, stay=1.0),
    "ukraine.relocation.oldest": lambda world: tighten(world, "ukraine", "relocation", 12, oldest=40),
    "poland.revocation": lambda world: there(world, "poland", 12, revocation=0.2),
    "poland.permanence": lambda world: there(world, "poland", 12, permanence=3.0),
    "belarus.officers_barred": lambda world: in_belarus(world, officers_barred=1.0),
    "belarus.exit_ban_reserve": lambda world: in_belarus(world, ban_reserve=1.0),
    "belarus.passport_abroad": lambda world: in_belarus(world, passport_abroad=1.0),
}


@pytest.fixture(scope="module")
def usual():
    """The hot world without feedback, its people, and what a run of it leaves."""
    world, people, behaviour = unlimited(), hot_people(), calm(resign_months=0.0)
    return world, people, behaviour, kept(people, world, behaviour, table=TABLE)


@pytest.mark.parametrize("parameter", HOT)
def test_nobody_else_lives_otherwise(parameter, usual):
    """Each rule of a hot world changes many lives, and none outside the families that it reaches."""
    world, people, behaviour, run = usual
    months = np.ones(36, bool) if parameter.startswith("belarus.") and parameter != "belarus.exit" else LATER
    worlds = (world, HOT[parameter](unlimited()))
    touched, changed = touched_and_changed(parameter, worlds, people, behaviour, months, first=run, table=TABLE)
    families = np.arange(len(touched)) // 4
    assert (touched & changed).sum() > 10
    assert not (changed & ~np.isin(families, families[touched])).any()
