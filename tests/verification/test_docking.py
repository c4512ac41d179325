"""The model docks to closed forms: with feedback off, what it does is what the equations say.

Every utility here is computed by hand from the stated equations, with `math.log`, not with the engine's terms.
Luck is fixed; the false-alarm rates are those of a change of luck alone.
"""

import math

import numpy as np
import pytest
from scipy import stats

from sim.model.decision.units import push
from sim.model.decision.utility import FLAG_ANCESTRY, FLAG_PERSECUTED
from sim.model.hazards import FIXED_POINT
from sim.model.run_constants import reference, sum_of_weights
from sim.numerics.codes import (
    CHANNEL,
    CONSCRIPTION,
    EDUCATION,
    EVENT,
    EXPOSURE,
    GROUP,
    INSTRUMENT,
    MODE,
    PLACE,
    PLAN,
    SECTOR,
)
from sim.numerics.luck import NORMAL_GRID
from sim.population.rows import Row
from tests.worlds import admit, close, constants, crowd, families, plain_world, quiet, start, tighten, value_of

COUNTRIES = ("lithuania", "poland", "georgia", "uae")
CONSTANTS = {"lithuania": 0.7, "poland": 1.3, "georgia": -0.2, "uae": 0.1}
WAGES = {"belarus": 450.0, "lithuania": 900.0, "poland": 1100.0, "georgia": 350.0, "uae": 1500.0}
PREMIUMS = {"belarus": 3.0, "lithuania": 2.2, "poland": 2.0, "georgia": 1.5, "uae": 1.8}
RENTS = {"belarus": 180.0, "lithuania": 320.0, "poland": 400.0, "georgia": 260.0, "uae": 700.0}
DISTANCES = {"lithuania": 172.0, "poland": 475.0, "georgia": 1900.0, "uae": 3300.0}
LANGUAGES = {"lithuania": 0.6, "poland": 0.4, "georgia": 0.7, "uae": 0.2}
SAFETIES = {"lithuania": 1.0, "poland": 0.9, "georgia": 0.5, "uae": 0.6}
TERMS = {
    "level": -5.0, "lambda": 0.6, "income": 0.7, "rent": -0.3, "distance": -0.8, "language": 0.18, "safety": 1.0,
    "work_right": 0.3, "wait": -0.05, "fee": -0.2, "youth": 0.9, "old_age": -0.8, "skill": 0.4,
    "ties": -1.0, "repression": 0.56, "exposure_none": 0.7, "exposure_protest": 2.5, "exposure_media": 4.0,
    "exposure_ngo": 3.5, "war": 1.2, "conscription": 0.3, "mobilisation": 0.15, "exposure_strike": 2.2,
    "exposure_war_comment": 1.8,
}  # fmt: skip
NEWS, WAR_FEAR = 0.6, 0.4


def varied_world(months, channels=("visa_free",)):
    """Countries that differ in wage, rent, distance, language and safety; repression and war on the news."""
    world = plain_world(months, COUNTRIES, channels)
    for name, table in (("wage", WAGES), ("premium_it", PREMIUMS), ("rent", RENTS), ("distance", DISTANCES)):
        for place, value in table.items():
            world.places[name][:, PLACE[place]] = value
    for place in COUNTRIES:
        world.places["language"][:, PLACE[place]] = LANGUAGES[place]
        world.places["safety"][:, PLACE[place]] = SAFETIES[place]
    world.belarus["news"], world.belarus["war_fear"] = NEWS, WAR_FEAR
    return world


def country(place, it=False, unsafe=False, constant=None):
    """Value of living in a country, by hand; the diaspora term is off."""
    there, here = WAGES[place], WAGES["belarus"]
    if it:
        there, here = there * PREMIUMS[place], here * PREMIUMS["belarus"]
    value = CONSTANTS[place] if constant is None else constant
    value += 0.7 * math.log(there / here) - 0.3 * math.log(RENTS[place] / RENTS["belarus"])
    value += 0.18 * LANGUAGES[place] - 0.8 * math.log(DISTANCES[place] / 500.0)
    return value + (1.0 if unsafe else WAR_FEAR) * (SAFETIES[place] - 1.0)


# Types: who they are as columns, and what it adds to the push by hand.
TYPES = (
    ("other, 30", {}, 0.9, {}),
    ("other, 40", {"birth": -40 * 12}, 0.45, {}),
    ("other, 47, graduate", {"birth": -47 * 12, "education": EDUCATION["higher"]}, 0.4, {}),
    ("other, 63", {"birth": -63 * 12}, -0.8 * 1.3, {}),
    ("IT, 30, graduate", {"sector": SECTOR["it"], "education": EDUCATION["higher"]}, 0.9 + 0.4, {"it": True}),
    ("carer", {"ties": 204}, 0.9 - 204 / 255, {}),
    ("protested", {"exposure": EXPOSURE["protest"]}, 0.9 + 0.56 * NEWS * (2.5 - 0.7), {}),
    ("journalist", {"exposure": EXPOSURE["media"]}, 0.9 + 0.56 * NEWS * (4.0 - 0.7), {"unsafe": True}),
    ("liable", {"conscription": CONSCRIPTION["liable"]}, 0.9 + 0.3 * WAR_FEAR, {}),
    ("striker", {"exposure": EXPOSURE["strike"]}, 0.9 + 0.56 * NEWS * (2.2 - 0.7), {}),
    ("spoke of the war", {"exposure": EXPOSURE["war_comment"]}, 0.9 + 0.56 * NEWS * (1.8 - 0.7), {}),
    ("served, 49", {"birth": -49 * 12, "conscription": CONSCRIPTION["served"]}, 0.15 * WAR_FEAR, {}),
    ("officer, 50", {"birth": -50 * 12, "conscription": CONSCRIPTION["reserve_officer"]}, 0.0, {}),
)
COMMON = -5.0 + 0.56 * NEWS * 0.7 + 1.2 * WAR_FEAR
"""Level, news for the unexposed and the fear of war: the part of the push that all share."""


def type_probabilities(added, how, lam=0.6):
    """Nested logit of one type by hand: probability of each country and of staying."""
    values = np.array([country(place, **how) + 0.3 for place in COUNTRIES])  # 0.3: the right to work
    weight = np.exp(values).sum()
    leave = 1.0 / (1.0 + math.exp(-(COMMON + added + lam * math.log(weight))))
    return np.append(leave * np.exp(values) / weight, 1.0 - leave)


def typed_crowd(each):
    """`each` people of every type, mixed over the circles."""
    people = crowd(each * len(TYPES))
    kind = np.arange(len(people.people.key)) % len(TYPES)
    for number, (_, columns, _, _) in enumerate(TYPES):
        for name, value in columns.items():
            getattr(people.people, name)[kind == number] = value
    return people, kind


EACH, SEEDS = 2000, 64
ADDED = 1.0
KEEN = quiet(**TERMS | {"level": TERMS["level"] + ADDED})
"""People of counted worlds: twice as many leave, so that fewer people find as small an error."""


@pytest.fixture(scope="module")
def counts_by_type():
    """People by seed, type and outcome (countries, then staying) in the first month, int64[seeds, types, 5]."""
    people, kind = typed_crowd(EACH)
    world, b = varied_world(1), KEEN
    counts = np.zeros((SEEDS, len(TYPES), len(COUNTRIES) + 1), np.int64)
    for replicate in range(SEEDS):
        model = start(people, world, b, constants(**CONSTANTS), replicate=replicate)
        model.conditions = model.conditions._replace(panel=0)  # nobody's utilities are all computed: the fast way
        events = model.run().recorder.events
        assert set(events["kind"]) == {EVENT["applied"], EVENT["granted"], EVENT["departed"]}
        departed = events[events["kind"] == EVENT["departed"]]
        for column, place in enumerate(COUNTRIES):
            rows = departed["row"][departed["place"] == PLACE[place]]
            counts[replicate, :, column] = np.bincount(kind[rows], minlength=len(TYPES))
        counts[replicate, :, -1] = EACH - counts[replicate, :, :-1].sum(axis=1)
        model.close()
    return counts


def test_departures_dock_to_the_closed_form(counts_by_type):
    """Type by destination counts over 64 seeds against N P: |z| <= 4 in 65 cells (false alarm 4 in 1,000), and
    chi-square over its degrees of freedom, 3,328, between .85 and 1.15 (false alarm 1 in 1e8).
    """
    p = np.array([type_probabilities(ADDED + added, how) for _, _, added, how in TYPES])
    total = counts_by_type.sum(axis=0)
    n = EACH * len(counts_by_type)
    z = (total - n * p) / np.sqrt(n * p * (1.0 - p))
    assert np.abs(z).max() <= 4.0
    chi2 = ((counts_by_type - EACH * p) ** 2 / (EACH * p)).sum()
    assert 0.85 <= chi2 / (len(counts_by_type) * p[:, :-1].size) <= 1.15


def test_replicates_are_independent(counts_by_type):
    """Departures of successive seeds do not correlate: |r| <= 4 / sqrt(64), false alarm 6 in 100,000."""
    left = EACH * len(TYPES) - counts_by_type[:, :, -1].sum(axis=1)
    assert abs(np.corrcoef(left[:-1], left[1:])[0, 1]) <= 4.0 / math.sqrt(len(left))


def committed(model, month=0):
    """Expected commitments of a month in persons, float64[places]."""
    return model.recorder.committed[month].sum(axis=1) / FIXED_POINT


def test_expected_flows_are_n_p():
    """Hazard sums of every type equal N P to 1e-6."""
    for _, columns, added, how in TYPES:
        model = start(crowd(500, **columns), varied_world(1), quiet(**TERMS), constants(**CONSTANTS)).run()
        p = type_probabilities(added, how)
        expected = committed(model)
        assert expected[[PLACE[place] for place in COUNTRIES]] == pytest.approx(500 * p[:-1], rel=1e-6)
        assert expected.sum() == pytest.approx(500 * (1.0 - p[-1]), rel=1e-6)


def test_expected_flows_are_the_mean_of_realised_ones(counts_by_type):
    """Over 64 seeds |z| <= 4 in four countries; false alarm 7 in 10,000."""
    people, _ = typed_crowd(EACH)
    model = start(people, varied_world(1), KEEN, constants(**CONSTANTS)).run()
    expected = committed(model)[[PLACE[place] for place in COUNTRIES]]
    realised = counts_by_type.sum(axis=1)[:, :-1]
    error = realised.mean(axis=0) - expected
    assert (np.abs(error) <= 4.0 * realised.std(axis=0, ddof=1) / math.sqrt(len(realised))).all()


def test_families_count_in_persons():
    """A family of four is one decision and four departures; its push is the mean over its two adults."""
    model = start(families(250), varied_world(1), quiet(**TERMS), constants(**CONSTANTS)).run()
    assert committed(model).sum() == pytest.approx(1000 * (1.0 - type_probabilities(0.9, {})[-1]), rel=1e-6)
    events = model.recorder.events
    assert (events["kind"] == EVENT["departed"]).sum() == 4 * (events["kind"] == EVENT["applied"]).sum() > 0


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_panel_is_weighted_up(share):
    """A tenth or half of the units, chosen by key, stand for all (|z| <= 4 by the variance of sampling units without
    regard to type, false alarm 6 in 100,000), and lives do not depend on the panel.
    """
    people, kind = typed_crowd(EACH)
    models = [start(people, varied_world(1), quiet(**TERMS), constants(**CONSTANTS)) for _ in range(2)]
    for model, panel in zip(models, (2**32, int(share * 2**32)), strict=True):
        model.conditions = model.conditions._replace(panel=panel, rotation=1, panel_weight=2**32 / panel)
    everyone, part = (committed(model.run()).sum() for model in models)
    p = np.array([1.0 - type_probabilities(added, how)[-1] for _, _, added, how in TYPES])[kind]
    assert 0.0 < abs(part - everyone) <= 4.0 * math.sqrt((1.0 / share - 1.0) * (p**2).sum())
    assert np.array_equal(models[0].recorder.events, models[1].recorder.events)


def test_waiting_times_of_leavers_are_geometric():
    """40,000 alike people over 30 months: departures by month against N p (1-p)^t, chi-square p > 1e-4."""
    n, months = 40_000, 30
    model = start(crowd(n), varied_world(months), quiet(**TERMS), constants(**CONSTANTS)).run()
    events = model.recorder.events
    departed = events[events["kind"] == EVENT["departed"]]
    assert len(np.unique(departed["key"])) == len(departed)
    p = 1.0 - type_probabilities(0.9, {})[-1]
    expected = n * p * (1.0 - p) ** np.arange(months)
    counts = np.bincount(departed["month"], minlength=months)
    assert stats.chisquare(np.append(counts, n - counts.sum()), np.append(expected, n - expected.sum())).pvalue > 1e-4


@pytest.mark.parametrize("months", [3.0, 2.4])
def test_waiting_for_a_decision(months):
    """Applications are decided after the channel's months; a fraction of a month is a chance of one month more
    and a share `approval` is granted, the two unrelated: |z| <= 4 each, false alarm 2 in 10,000.
    """
    world = tighten(varied_world(8), "poland", "visa_free", months=months, approval=0.7)
    for place in ("lithuania", "georgia", "uae"):
        world = close(world, place, "visa_free", 0)
    model = start(crowd(40_000), world, quiet(**TERMS | {"level": -1.0}), constants()).run()
    events = model.recorder.events
    applied = first_of(events[events["kind"] == EVENT["applied"]])
    applied = applied[applied["month"] <= 4]  # all of them are decided by the end
    decided = first_of(events[np.isin(events["kind"], [EVENT["granted"], EVENT["refused"]])])
    decided = decided[np.isin(decided["key"], applied["key"])]
    assert np.array_equal(decided["key"], applied["key"])
    wait, whole = decided["month"] - applied["month"], int(months)
    assert set(wait) == ({whole} if whole == months else {whole, whole + 1})
    approved, longer, n = decided["kind"] == EVENT["granted"], wait > whole, len(decided)
    for share, hits in ((0.7, approved), (months - whole, longer), ((months - whole) * 0.7, longer & approved)):
        assert abs(hits.sum() - n * share) <= 4.0 * math.sqrt(n * share * (1.0 - share))


def first_of(events):
    """First event of each person, in order of key."""
    return events[np.unique(events["key"], return_index=True)[1]]


# channels


@pytest.mark.parametrize("mu", [0.05, 0.5, 1.0])
def test_a_country_is_worth_the_nest_of_its_channels(mu):
    """Of two channels of which one is slower by four months: odds of the country and of the channel, to 1e-6."""
    both = tighten(varied_world(1, ("visa_free", "humanitarian")), "poland", "humanitarian", months=4.0)
    for place in ("lithuania", "georgia", "uae"):
        both = admit(both, place, "humanitarian", exists=0)
    model = start(crowd(3000), both, quiet(**TERMS, nest_channel=mu), constants(**CONSTANTS)).run()
    expected, gap = committed(model), -4 * 0.05
    odds = expected[PLACE["poland"]] / expected[PLACE["uae"]]
    nest = mu * math.log(1.0 + math.exp(gap / mu))
    assert odds == pytest.approx(math.exp(country("poland") + nest - country("uae")), rel=1e-6)
    of_poland = model.recorder.committed[0][PLACE["poland"]]
    ratio = of_poland[CHANNEL["humanitarian"]] / of_poland[CHANNEL["visa_free"]]
    assert ratio == pytest.approx(math.exp(gap / mu), rel=1e-6)


@pytest.mark.parametrize("mu", [0.05, 0.5, 1.0])
def test_a_like_channel_adds_mu_log_two(mu):
    """The red bus: one more channel like the first, in every country, raises the odds of leaving by 2**(lambda mu)."""
    one, two = (varied_world(1, channels) for channels in (("visa_free",), ("visa_free", "humanitarian")))
    b = quiet(**TERMS, nest_channel=mu)
    models = [start(crowd(3000), world, b, constants(**CONSTANTS)).run() for world in (one, two)]
    odds = [total / (3000 - total) for total in (committed(model).sum() for model in models)]
    assert odds[1] / odds[0] == pytest.approx(2.0 ** (0.6 * mu), rel=1e-6)


# terms, to the last digits


def opened(world, b, table, people=None):
    """A model at the beginning of its first month."""
    model = start(people or crowd(200), world, b, table)
    model.processes["begin_month"](model)
    return model


@pytest.mark.parametrize("sector", ["other", "it"])
@pytest.mark.parametrize("mask", [0, FLAG_PERSECUTED], ids=["left-alone", "persecuted"])
def test_terms_of_a_destination(sector, mask):
    world = varied_world(1, ("visa_free", "irregular"))
    model = opened(world, quiet(**TERMS), constants(**CONSTANTS, irregular=-1.5))
    for place in COUNTRIES:
        expected = country(place, it=sector == "it", unsafe=bool(mask)) + 0.3
        assert value_of(model, place, "visa_free", sector, mask) == pytest.approx(expected, abs=1e-12)
        assert value_of(model, place, "irregular", sector, mask) == pytest.approx(expected - 1.5, abs=1e-12)
    assert value_of(model, "belarus", "visa_free", sector, mask) == -np.inf


def test_diaspora_term_counts_persons():
    """`g log((S + 500) / 10,000)`: S are persons settled, whatever the sample; those who come add to it."""
    world, b = varied_world(2), quiet(**TERMS | {"diaspora": 0.6})
    world.places["diaspora"][:, PLACE["poland"]] = 55_000.0
    people = crowd(20_000)
    people.one_in = 10
    people.people.circle[:] *= 10
    model = opened(world, b, constants(), people)
    alone = country("poland", constant=0.0) + 0.3
    assert value_of(model, "poland", "visa_free") == pytest.approx(alone + 0.6 * math.log(5.55), abs=1e-12)
    # 9,500 persons elsewhere make the term zero
    assert value_of(model, "georgia", "visa_free") == pytest.approx(country("georgia", constant=0.0) + 0.3, abs=1e-12)
    model.step()
    came = int((model.columns.place == PLACE["poland"]).sum()) * 10
    assert came > 100 and model.residents[PLACE["poland"]] == 55_000 + came
    model.processes["begin_month"](model)
    grown = alone + 0.6 * math.log((55_500 + came) / 1e4)
    assert value_of(model, "poland", "visa_free") == pytest.approx(grown, abs=1e-12)


def test_terms_of_a_channel():
    """Fee in monthly wages at home, wait, right to work, chance of approval, share of the month offered."""
    world = tighten(
        varied_world(1, ("humanitarian",)), "poland", "humanitarian",
        fee=90.0, months=5.0, works=0.5, approval=0.2, offered=0.5,
    )  # fmt: skip
    model = opened(world, quiet(**TERMS), constants(**CONSTANTS))
    expected = country("poland") - 0.2 * 90.0 / 450.0 - 0.05 * 5.0 + 0.3 * 0.5 + math.log(0.2 * 0.5)
    assert value_of(model, "poland", "humanitarian") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("capacity", "months"), [(150.0, None), (1000.0, 0.0), (1.0, 12.0), (np.inf, 0.0)])
def test_a_queue_is_a_longer_wait(capacity, months):
    """Persons before the counter over places a month, at most one's patience; those past it no longer wait."""
    world = tighten(varied_world(3, ("humanitarian",)), "poland", "humanitarian", months=5.0, capacity=capacity)
    table = constants(**CONSTANTS, humanitarian=0.4)
    model = start(crowd(3000), world, quiet(**TERMS | {"level": -2.0}), table).run(2)
    model.processes["begin_month"](model)
    queued = (model.columns.plan == PLAN["queued"]) & (model.columns.plan_place == PLACE["poland"])
    assert (model.columns.plan == PLAN["processing"]).any()
    wait = queued.sum() / capacity if months is None else months
    assert months is not None or 1.0 < wait < 12.0
    expected = country("poland") + 0.4 - 0.05 * (5.0 + wait) + 0.3
    assert value_of(model, "poland", "humanitarian") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("offers", "share"), [(50.0, 0.25), (1000.0, 1.0), (0.0, 0.0)])
def test_work_needs_offers(offers, share):
    """Offers per worker of the sector at the start, at most one a month; without offers the channel is shut."""
    world = varied_world(1, ("work", "visa_free"))
    world.demand[:, PLACE["poland"], SECTOR["transport"]] = offers
    people = crowd(600, sector=np.repeat([SECTOR["transport"], SECTOR["other"]], [200, 400]))
    model = opened(world, quiet(**TERMS), constants(**CONSTANTS), people)
    assert model.conditions.reference.workers[SECTOR["transport"]] == 200.0
    alone = country("poland") + 0.3
    assert value_of(model, "poland", "visa_free", "transport") == pytest.approx(alone, abs=1e-12)
    expected = alone + math.log(share) if share else -np.inf
    assert value_of(model, "poland", "work", "transport") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("group", ["persecuted", "ancestry", "it"])
def test_a_channel_is_open_to_its_groups_only(group):
    world = admit(varied_world(1), "poland", "visa_free", groups=1 << GROUP[group])
    model = opened(world, quiet(**TERMS), constants())
    for sector in ("it", "other"):
        for mask in (0, FLAG_ANCESTRY, FLAG_PERSECUTED):
            member = {"persecuted": mask == FLAG_PERSECUTED, "ancestry": mask == FLAG_ANCESTRY, "it": sector == "it"}
            assert np.isfinite(value_of(model, "poland", "visa_free", sector, mask)) == member[group]


@pytest.mark.parametrize("group", ["persecuted", "ancestry", "it"])
def test_an_exception_is_for_its_group_only(group):
    """Closed to all, excepting a group or a channel: the group's members may still come, and nobody else."""
    world = close(varied_world(1, ("visa_free", "family")), "poland", "visa_free", 0)
    column = world.openness.shape[3] - len(GROUP) + GROUP[group]
    world.openness[0, PLACE["poland"], INSTRUMENT["visa_free"], [column, 1 + CHANNEL["family"]]] = 1.0
    model = opened(world, quiet(**TERMS), constants())
    for sector in ("it", "other"):
        for mask in (0, FLAG_ANCESTRY, FLAG_PERSECUTED):
            member = {"persecuted": mask == FLAG_PERSECUTED, "ancestry": mask == FLAG_ANCESTRY, "it": sector == "it"}
            assert np.isfinite(value_of(model, "poland", "visa_free", sector, mask)) == member[group]
            assert np.isfinite(value_of(model, "poland", "family", sector, mask))


@pytest.mark.parametrize(
    ("shut", "open_"),
    [(("land",), True), (("air",), True), (("land", "air"), False), (("exit",), False), (("land_exit",), True),
     (("land_exit", "air"), False), (("land_exit", "land"), True)],
)  # fmt: skip
def test_one_needs_a_way_out_and_a_way_in(shut, open_):
    """By land or by air; leaving at all, or leaving by land, may be shut at the origin."""
    world = varied_world(1)
    for instrument in shut:
        world = close(world, "belarus" if "exit" in instrument else "poland", instrument, 0)
    model = opened(world, quiet(**TERMS), constants())
    assert np.isfinite(value_of(model, "poland", "visa_free")) == open_


def test_reference_counts_are_persons():
    people = crowd(300, sector=np.repeat([SECTOR["transport"], SECTOR["construction"], SECTOR["it"]], 100))
    people.people.birth[250:] = -15 * 12
    people.people.exposure[200:] = EXPOSURE["protest"]
    people.people.birth[240:250] = -17 * 12
    people.people.birth[100:110] = -60 * 12
    people.people.mode[150:160] = MODE["settled"]  # no residents
    counted = reference(people.people, 10)
    assert counted.pendular == 1900.0 and counted.travellers == 2200.0
    of_thirty, of_sixty = 1.4 * 1.2, 1.4 * 0.6  # in towns of the first region, by conf/people.yaml
    assert counted.applicants == pytest.approx(2200.0 * of_thirty * 0.5 + 100.0 * of_sixty * 0.5)
    assert list(counted.exposed[:2]) == [1900.0, 500.0]
    risk = np.full(len(EXPOSURE), 1.0)
    risk[EXPOSURE["protest"]] = 30.0
    assert sum_of_weights(risk, counted.exposed) == 1900.0 + 30.0 * 500.0


def test_push_of_a_couple_is_its_adults_mean():
    b = quiet(**TERMS, peers=0.48, spread_leave=0.5)
    people = families(1, frailty=10, education=np.array([1, 0, 0, 0]), ties=np.array([51, 0, 0, 0])).people
    people.birth[:2] = -40 * 12, -60 * 12
    people.exposure[1] = EXPOSURE["ngo"]
    people.conscription[0] = CONSCRIPTION["liable"]
    first = 0.56 * 0.8 * 0.7 + 0.5 * (1.2 + 0.3) + 0.45 + 0.4 - 51 / 255
    second = 0.56 * 0.8 * 3.5 + 0.5 * 1.2 - 0.8
    expected = -5.0 + (first + second) / 2 + 0.48 * 0.25 + 0.5 * NORMAL_GRID[10]
    assert push(Row(people, 0), 0, b, 0.8, 0.5, 0.25) == pytest.approx(expected, abs=1e-12)


def test_news_and_circle_are_perceived_together():
    """A detention in the circle adds `circle_gain` times the share detained, and half of it is kept next month."""
    world = varied_world(2)
    world.belarus["detentions"] = 0.0
    b = quiet(**TERMS | {"circle_gain": 5.0, "circle_decay": 0.5})
    people = crowd(200, circle=100)
    people.people.detained[:3] = 0  # three of the first circle, detained this month
    people.people.exposure[:] = EXPOSURE["protest"]
    expected = []
    for month in range(2):
        model = start(people, world, b, constants(**CONSTANTS))
        if month:
            model.step()
            model.columns.place[:] = model.columns.mode[:] = model.columns.status[:] = model.columns.plan[:] = 0
        model.step()
        expected.append(committed(model, month).sum())
    for month, memory in enumerate((0.03, 0.015)):
        total = 0.0
        for circle, remembered in ((0, memory), (1, 0.0)):
            for hunted in (True, False):
                values = [country(place, unsafe=hunted and circle == 0) + 0.3 for place in COUNTRIES]
                n = (3 if hunted else 97) if circle == 0 else (0 if hunted else 100)
                eta = -5.0 + 0.9 + 0.56 * (NEWS + 5.0 * remembered) * 2.5 + 1.2 * WAR_FEAR
                total += n / (1.0 + math.exp(-(eta + 0.6 * math.log(sum(map(math.exp, values))))))
        assert expected[month] == pytest.approx(total, rel=1e-6), month
