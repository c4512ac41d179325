"""Expected arrivals through a border that shuts: they stop in its month, as departures do."""

import math

import numpy as np
import pytest

from sim.history.compiled import World
from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import CHANNEL, EVENT, GROUP, INSTRUMENT, N_CHANNELS, N_PLACES, PLACE, REASON, SECTOR
from sim.numerics.months import month
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import People, Settings
from tests.worlds import close, crowd, plain_world, quiet, start, tighten

LITHUANIA, IRREGULAR = PLACE["lithuania"], CHANNEL["irregular"]
SHUT, OPENS = 4, 9


def waiting_world(*channels: str) -> World:
    """Poland, where applications take two months and a half; asylum and irregular crossings ask nobody."""
    world = plain_world(12, ("poland",), channels)
    for channel in channels:
        world = tighten(world, "poland", channel, months=0.0 if channel == "irregular" else 2.5)
    return world


def exit_closed_but_to_drivers(world: World, share: float) -> World:
    """The same world with the exit of Belarus open by a `share` alone for five months to all but drivers."""
    openness = world.openness.copy()
    openness[SHUT:OPENS, PLACE["belarus"], INSTRUMENT["exit"]] = share
    openness[SHUT:OPENS, PLACE["belarus"], INSTRUMENT["exit"], 1 + N_CHANNELS + GROUP["driver"]] = 1.0
    return world._replace(openness=openness, outlook=openness)


def test_who_was_let_in_before_a_border_shuts_is_not_expected_after_it():
    """Land and air are shut from the fifth month on: only who crosses irregularly is expected, as is drawn."""
    world = waiting_world("humanitarian", "irregular")
    for instrument in ("land", "air"):
        world = close(world, "poland", instrument, SHUT)
    model = start(crowd(4000), world, quiet(level=-3.0)).run()
    drawn = model.recorder.flow_persons()[SHUT:, 0, PLACE["poland"]].sum(axis=0)
    expected = model.recorder.expected_arrivals(world)[:, PLACE["poland"]]
    others = np.arange(N_CHANNELS) != IRREGULAR
    assert drawn[others].sum() == expected[SHUT:, others].sum() == 0.0
    assert drawn[IRREGULAR] > 100 and expected[SHUT:, IRREGULAR].sum() == pytest.approx(drawn[IRREGULAR], rel=0.25)
    assert expected[SHUT - 1, others].sum() > 10.0


@pytest.mark.parametrize("share", [0.0, 0.05])
def test_expected_departures_are_the_mean_of_those_through_a_closing_with_an_exception(share):
    """Forty seeds, one person in ten a driver, grants of four months: |z| <= 4 a month, false alarm 1 in 1,000.

    Drivers who decided before the closing are counted as if they were kept, too: at most their share of a month.
    """
    world = exit_closed_but_to_drivers(waiting_world("humanitarian"), share)
    sector = np.where(np.arange(2000) % 10 == 0, SECTOR["transport"], SECTOR["other"])
    found = np.zeros((2, 40, 12))
    for seed in range(40):
        model = start(crowd(2000, sector=sector), world, quiet(level=-3.0, grant_months=4.0), seed=seed).run()
        found[0, seed] = model.recorder.flow_persons()[:, 0].sum(axis=(1, 2))
        found[1, seed] = model.recorder.expected_arrivals(world).sum(axis=(1, 2))
    drawn, expected = found.mean(axis=1)
    error = np.maximum((found[0] - found[1]).std(axis=0, ddof=1), 0.05) / math.sqrt(40)
    kept = np.where(np.arange(12) < SHUT, 0.0, 0.1 * drawn[SHUT - 1])
    assert (np.abs(drawn - expected) <= 4.0 * error + kept).all(), (drawn, expected)
    assert drawn[SHUT:OPENS].min() > 1.0 and drawn[SHUT:OPENS].max() < 0.3 * drawn[SHUT - 1]
    assert expected[OPENS] > 1.2 * expected[SHUT - 1]


@pytest.fixture(scope="module")
def ensemble():
    return Ensemble(Settings(people=People(one_in=1000), threads=1, until="2024-06"))


def test_nobody_is_expected_in_lithuania_when_its_land_and_air_shut(ensemble):
    """From September 2023: within two in a hundred of none, but for who crosses irregularly, follows or is there."""
    model, at = ensemble.model(Job("historical", 0.62)), month("2023-09")
    world = close(close(model.world, "lithuania", "land", at), "lithuania", "air", at)
    open_to = model.run().recorder.expected_arrivals(model.world)[at:, LITHUANIA]
    found = model.recorder.expected_arrivals(world)[at:, LITHUANIA]
    in_place = np.array(model.recorder.following)[at:, LITHUANIA] / FIXED_POINT
    others = np.arange(N_CHANNELS) != IRREGULAR
    assert (found - in_place)[:, others].sum() <= 0.02 * (open_to - in_place)[:, others].sum()
    assert (open_to - in_place)[:, others].sum() > 1000.0


def test_an_exit_that_closes_is_seen_in_its_month(ensemble):
    """`exit_closed`, January to June 2024: expected is what is drawn, within four standard errors of its luck."""
    model = ensemble.model(Job("exit_closed", 0.62)).run()
    first = month("2024-01")
    expected = model.recorder.expected_arrivals(model.world)
    assert expected.shape == (first + 6, N_PLACES, N_CHANNELS)
    left = model.recorder.events
    left = left[(left["kind"] == EVENT["departed"]) & (left["month"] >= first)]
    drawn = len(left) * model.one_in
    assert abs(expected[first:].sum() - drawn) <= 4.0 * math.sqrt(2.0 * model.one_in * expected[first:].sum())
    new = left[(left["reason"] == REASON["choice"])]
    by_state = [CHANNEL[name] for name in ("it_scheme", "study", "ancestry", "relocation")]
    assert not np.isin(new["channel"], by_state).any()
    assert expected[first:][:, :, by_state].sum() <= 0.05 * expected[first - 6 : first][:, :, by_state].sum()
