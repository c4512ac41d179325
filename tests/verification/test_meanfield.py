"""The twin against the engine: the same rules, so with feedback off the same numbers as people become many.

Luck is fixed; the false-alarm rates are those of a change of luck alone.
"""

import math

import numpy as np
import pytest

from sim import constants as constants_on_file
from sim import options
from sim.analysis.twin_gap import by_year
from sim.choice import N_FLAGS
from sim.codes import CHANNEL, INSTRUMENT, PLACE, SECTOR, SLOTS, STATUS
from sim.conditions import conditions
from sim.ensemble import Job
from sim.meanfield import tables
from sim.meanfield.rows import all_rows, sample_rows
from sim.meanfield.twin import Twin
from sim.units import N_CLASSES
from tests.worlds import admit, close, constants, crowd, hot, hot_people, hot_world, plain_world, quiet, start, tighten

pytestmark = pytest.mark.slow  # the twin's machine code alone takes minutes
COUNTRIES = ("lithuania", "poland", "georgia", "armenia")
AT = [PLACE[name] for name in COUNTRIES]
TABLE = constants(lithuania=0.4, poland=1.0, georgia=0.6, armenia=0.3)
TASTES = {"spread_leave": 0.5, "spread_country": 0.5, "spread_channel": 0.3}
MONTHS = 12


def twin_of(people, world, b, table=TABLE):
    return Twin(all_rows(people), world).run(b, table)


def mixed_crowd(n):
    """People of four ages, two sectors, with kin abroad or not, some exposed."""
    people = crowd(n)
    kind = np.arange(n) % 12
    people.people.birth[:] = -12 * np.array([22, 30, 42, 58])[kind % 4]
    people.people.sector[kind % 3 == 0] = SECTOR["it"]
    people.people.kin[kind == 5] = PLACE["poland"]
    people.people.exposure[kind == 7] = 2
    return people


def lively_world(months=MONTHS):
    """Visa-free stays that are renewed or lost, permits that end, a channel by approval, a border closed a while."""
    world = plain_world(months, COUNTRIES, ("visa_free", "irregular"))
    for place in COUNTRIES:
        world = tighten(admit(world, place, "irregular", entry=-1), place, "irregular", approval=0.4)
    for place in ("georgia", "armenia"):
        world = admit(world, place, "visa_free", first_status=STATUS["visa_free"])
        world = tighten(world, place, "visa_free", stay=3.0, renewal=0.7)
    world = tighten(world, "poland", "visa_free", stay=5.0, renewal=0.9)
    world.places["unsafe"][5:7, PLACE["georgia"]] = 0.5
    return close(world, "lithuania", "visa_free", 4, 7)


LIVELY = {
    "level": -5.2, "youth": 0.6, "old_age": -0.5, "kin": 0.5, "return": 0.02, "return_irregular": 3.0,
    "return_persecuted": 0.3, "onward": 0.02, "onward_visa_free": 0.05, "onward_irregular": 0.08,
    "onward_unsafe": 0.3, "permit_months": 4.0, "return_destitute": 1.0, "return_liable": 1.0, **TASTES,
}  # fmt: skip


def lived(n, replicates, world, b, make=mixed_crowd):
    """Departures by month and place, returns and onward moves by place, final stocks by place and by status: means
    over replicates, their standard errors, and departures of every replicate.
    """
    found, departures = [], []
    people = make(n)
    for replicate in range(replicates):
        model = start(people, world, b, TABLE, replicate=replicate)
        model.conditions = model.conditions._replace(panel=0)
        recorder = model.run().recorder
        flows, stocks = recorder.flow_persons(), recorder.stock_persons()[-1]
        departures.append(flows[:, 0].sum(axis=2)[:, AT])
        abroad = stocks.copy()
        abroad[0] = 0
        found.append(
            np.concatenate([
                flows[:, 0].sum(axis=(0, 2))[AT], flows[:, :, 0].sum(axis=(0, 2))[AT],
                flows[:, 1:].sum(axis=(0, 1, 3))[AT], abroad.sum(axis=1)[AT], abroad.sum(axis=0)[1:7],
            ])
        )  # fmt: skip
        model.close()
    return np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / math.sqrt(replicates), np.array(departures)


def expected(found):
    """The same numbers of the twin."""
    abroad = found.stocks[-1].copy()
    abroad[0] = 0.0
    return np.concatenate([
        found.departures.sum(axis=(0, 2))[AT], found.returned.sum(axis=0)[AT], found.onward_to.sum(axis=0)[AT],
        abroad.sum(axis=1)[AT], abroad.sum(axis=0)[1:7],
    ])  # fmt: skip


@pytest.fixture(scope="module")
def many():
    """Replicates of 93,000 people and of 9,300."""
    world, b = lively_world(), quiet(**LIVELY)
    return {n: lived(n, replicates, world, b) for n, replicates in ((9300, 40), (93_000, 28))}


def test_without_feedback_the_twin_is_the_mean_of_the_engine(many):
    """Departures, returns, onward arrivals and stocks by destination, stocks by status: within 3 s.e. (false alarm
    5 in 100 over 19 numbers) and 1%, of at least 10,000 lives each.
    """
    mean, error, _ = many[93_000]
    found = expected(twin_of(mixed_crowd(93_000), lively_world(), quiet(**LIVELY)))
    seen = mean > 0.0
    assert seen.sum() >= 18 and (found[~seen] == 0.0).all()
    z, gap = (found - mean)[seen] / error[seen], found[seen] / mean[seen] - 1.0
    assert np.abs(z).max() <= 3.0, (z, gap)
    assert np.abs(gap).max() <= 0.01, gap


def slope(sizes, runs):
    """Slope of the log of the coefficient of variation of departures, by month and place, against log N."""
    cv = [np.log(run.std(axis=0, ddof=1) / run.mean(axis=0)).mean() for run in runs]
    return np.polyfit(np.log(sizes), cv, 1)[0]


def test_luck_fades_as_people_become_many(many):
    """Coefficient of variation as N to the -.5 +- .05: 4.5 s.e. of the slope, false alarm 1 in 100,000."""
    sizes = list(many)
    assert slope(sizes, [many[n][2] for n in sizes]) == pytest.approx(-0.5, abs=0.05)


@pytest.mark.slow
def test_the_limit_at_ten_times_as_many(many):
    """930,000 people, sixteen replicates: within 3 s.e. and 1%, and luck fades at the same slope."""
    world, b = lively_world(), quiet(**LIVELY)
    mean, error, departures = lived(930_000, 16, world, b)
    found = 10.0 * expected(twin_of(mixed_crowd(93_000), world, b))  # the same kinds of people
    seen = mean > 0.0
    assert np.abs(found[seen] / mean[seen] - 1.0).max() <= 0.01
    sizes = [*many, 930_000]
    assert slope(sizes, [*(run[2] for run in many.values()), departures]) == pytest.approx(-0.5, abs=0.05)


def test_with_waits_and_a_quota_the_means_agree():
    """A wait of a month and a half, refusals and a full quota: departures by destination within 3 s.e. and 1.5%."""
    world = tighten(plain_world(MONTHS, COUNTRIES), "poland", "visa_free", months=1.5, approval=0.6)
    world = tighten(world, "lithuania", "visa_free", months=2.0, capacity=90.0)
    b = quiet(level=-5.0, patience=4.0, **TASTES)
    mean, error, _ = lived(30_000, 30, world, b, crowd)
    found = expected(twin_of(crowd(30_000), world, b))
    assert mean[0] < 90.0 * MONTHS + 1 and found[0] == pytest.approx(90.0 * (MONTHS - 2), rel=1e-9)
    gap = found[:4] / mean[:4] - 1.0
    assert np.abs(gap).max() <= 0.015, gap
    assert (np.abs(found - mean)[1:4] <= 3.0 * error[1:4]).all(), (found - mean)[:4] / error[:4]


# the same code


def test_the_tables_are_those_of_the_engine(thousandth):
    """What is on offer to every choice class in every month of the history, to the last bit."""
    world, b, table = thousandth.world("historical"), thousandth.behaviour, constants_on_file.load(0.62)
    people = thousandth.population.people
    given = conditions(people, 1000, b, table.places, table.channels, 0, 1, 0.62)
    kinds = np.flatnonzero(np.arange(N_CLASSES) // N_FLAGS != SECTOR["child"])
    known = tables.tables(world, kinds)
    ours, theirs, same = tables.blank(known), options.empty(), np.zeros(len(kinds), bool)
    residents = world.places["diaspora"][0] * 1.1
    waiting = np.random.default_rng(1).uniform(0, 500, (SLOTS, len(CHANNEL)))
    for t in (0, 14, 27, 38, 50, 83):
        options.fill(theirs, world, t, b, given, residents, waiting)
        tables.fill(ours, same, known, world, t, b, given, residents, waiting[tuple(known.pairs.T)])
        for kind, k in zip(kinds, known.alike[t], strict=True):
            offered = theirs.offers[kind, : theirs.lengths[kind]]
            offered = offered[offered["onward"] > -np.inf]
            assert ours.lengths[k] == len(offered)
            for name in ours.offers.dtype.names:
                assert np.array_equal(ours.offers[k, : len(offered)][name], offered[name]), (t, kind, name)


def odds(world, lam, level=-5.0):
    """Expected commitments of a month per stayer, by place, of people who are all alike."""
    found = twin_of(crowd(100), world, quiet(level=level, **{"lambda": lam})).committed[0].sum(axis=1)
    return found / (100.0 - found.sum())


@pytest.mark.parametrize("lam", [0.2, 0.62, 1.0])
@pytest.mark.parametrize("shut", ["lithuania", "poland"])
def test_odds_of_leaving_fall_by_the_closed_share(lam, shut):
    """Odds times (1-s)**lambda to 1e-12; of those barred the share delta goes elsewhere, to 2e-3 at small hazards."""
    world = plain_world(1, COUNTRIES)
    for level, delta_too in ((-5.0, False), (-11.0, True)):
        before, after = odds(world, lam, level), odds(close(world, shut, "visa_free", 0), lam, level)
        s = before[PLACE[shut]] / before.sum()
        assert after.sum() / before.sum() == pytest.approx((1.0 - s) ** lam, rel=1e-12)
        if delta_too:
            deflected = 1.0 - (before.sum() - after.sum()) / before[PLACE[shut]]
            assert deflected == pytest.approx(((1.0 - s) ** lam - (1.0 - s)) / s, abs=2e-3)


def test_nobody_is_lost_where_everything_happens():
    """Repression, draft, quotas, closures, pendular work, war: people are conserved and no mass is negative."""
    people = hot_people()
    found = twin_of(people, hot_world(), hot(), constants())
    assert found.stocks.sum(axis=(1, 2)) == pytest.approx(len(people.people.key), rel=1e-12)
    for part in found:
        assert np.isfinite(part).all() and part.min() >= -1e-9
    assert (found.harms.sum(axis=0) > 0.0).all()
    quota = hot_world().rules["capacity"][:, PLACE["poland"], CHANNEL["work"]].sum()
    assert 0.0 < found.departures[:, PLACE["poland"], CHANNEL["work"]].sum() <= quota


@pytest.mark.slow
def test_a_hot_world_is_nearly_that_of_the_engine():
    """Every process at work on 1,200 people, 48 replicates: departures, returns, detentions and drafts within bounds.

    Measured: +18%, +18%, -12%, -20%; the bounds lie a few per cent beyond.

    What is approximated (`sim/meanfield`) bites harder here than anywhere in the history; which part
    of it is not known.
    """
    world, b = hot_world(), hot(circle_gain=0.0, peers=0.0, diaspora=0.0)
    people = hot_people()
    lives = []
    for replicate in range(48):
        recorder = start(people, world, b, replicate=replicate).run().recorder
        flows, harms = recorder.flow_persons(), recorder.harm_persons().sum(axis=0)
        lives.append([flows[:, 0].sum(), flows[:, :, 0].sum(), harms[0], harms[2]])
    found = twin_of(people, world, b, constants())
    ours = np.array([found.departures.sum(), found.returned.sum(), found.harms[:, 0].sum(), found.harms[:, 2].sum()])
    gap = ours / np.mean(lives, axis=0) - 1.0
    assert (np.abs(gap) <= [0.22, 0.22, 0.16, 0.24]).all(), gap


# a sample of rows, and the history with feedback


@pytest.fixture(scope="module")
def history(thousandth):
    """Everybody's twin and that of about 500 rows, in the history with all feedback."""
    world, b, table = thousandth.world("historical"), thousandth.behaviour, constants_on_file.load(0.62)
    rows = sample_rows(thousandth.population, 500, world, b, table)
    everybody = Twin(all_rows(thousandth.population), world).run(b, table)
    return everybody, Twin(rows, world).run(b, table), rows


def test_five_hundred_rows_stand_for_all(history, thousandth):
    """Departures 3% in all, 5% by year, 20% by destination of at least 5,000 (6% of these on average); no luck."""
    everybody, sample, rows = history
    assert 400 <= len(rows.heads) <= 510
    again = sample_rows(
        thousandth.population, 500, thousandth.world("historical"), thousandth.behaviour, constants_on_file.load(0.62)
    )
    assert np.array_equal(rows.people.key, again.people.key) and np.array_equal(rows.persons, again.persons)
    of_all, of_sample = (found.departures.sum(axis=(0, 2)) for found in (everybody, sample))
    assert of_sample.sum() == pytest.approx(of_all.sum(), rel=0.03)
    large = of_all >= 5000.0
    gap = np.abs(of_sample[large] / of_all[large] - 1.0)
    assert gap.max() <= 0.2 and np.average(gap, weights=of_all[large]) <= 0.06, gap
    by_year_all, by_year_sample = (found.departures.sum(axis=(1, 2)).reshape(-1, 12).sum(1) for found in history[:2])
    assert np.abs(by_year_sample / by_year_all - 1.0).max() <= 0.05


def test_the_gap_with_feedback_is_printed_and_bounded(history, thousandth, capsys):
    """Eight replicates of one person in a thousand: departures in all within 6% (three standard errors are 5%)."""
    everybody = history[0]
    runs = [thousandth.run(Job("historical", 0.62, replicate)) for replicate in range(8)]
    table = by_year(everybody, runs)
    with capsys.disabled():
        print(f"\n{table.round({'engine': 0, 'error': 0, 'twin': 0, 'gap': 2}).to_string(index=False)}")
    total = table[table["destination"] == "all"].groupby("destination")[["engine", "twin"]].sum().iloc[0]
    assert total["twin"] == pytest.approx(total["engine"], rel=0.06)
    assert {"destination", "year", "engine", "error", "twin", "gap"} == set(table.columns)


def test_instruments_after_arrival_count_for_the_twin():
    """Renewal shut from the tenth month on: permits that end are lost, and only those."""
    world = tighten(plain_world(24, ("poland",)), "poland", "visa_free", stay=6.0)
    b = quiet(level=-4.0, permit_months=6.0)
    lost = twin_of(crowd(300), close(world, "poland", "renewal", 10), b).harms[:, 5]
    assert lost[:10].sum() == 0.0 and lost[12:].sum() > 0.0
    assert twin_of(crowd(300), close(world, "poland", "permit", 10), b).harms[:10, 5].sum() == 0.0
    assert INSTRUMENT["renewal"] != INSTRUMENT["permit"]
