"""What a run counts: expected arrivals follow the queue that real arrivals follow."""

import math

import numpy as np
import pytest

from sim.model.eventlog import EVENT_TYPE
from sim.model.hazards import FIXED_POINT
from sim.model.recording.recorder import EXPECTATIONS, FEW, HARMS, MOVES, departing_share, through_queues
from sim.numerics.codes import CHANNEL, EVENT, N_CHANNELS, N_PLACES, N_SECTORS, PLACE, SECTOR
from tests.worlds import admit, close, crowd, hot, hot_people, hot_world, plain_world, quiet, start, tighten

POLAND, CHANNEL_USED = PLACE["poland"], CHANNEL["visa_free"]


def arrivals(entering, **rules):
    """Expected arrivals in Poland by month when so many commit each month."""
    world = tighten(plain_world(len(entering), ("poland",)), "poland", "visa_free", **rules)
    committed = np.zeros((len(entering), N_PLACES, N_CHANNELS), np.int64)
    committed[:, POLAND, CHANNEL_USED] = np.array(entering) * FIXED_POINT
    found = through_queues(committed, no_work(len(entering)), world)
    assert found.sum() == found[:, POLAND, CHANNEL_USED].sum()
    return found[:, POLAND, CHANNEL_USED].tolist()


def no_work(months):
    """Nobody commits to work."""
    return np.zeros((months, 2, N_PLACES, N_SECTORS), np.int64)


def test_workers_wait_for_offers_and_bring_their_families():
    """Six units of two people each month, four offers: so many persons go, by sector, and a closure loses the rest."""
    sought, committed = no_work(5), np.zeros((5, N_PLACES, N_CHANNELS), np.int64)
    sought[:2, :, POLAND, SECTOR["transport"]] = np.array([6, 12]) * FIXED_POINT
    sought[:2, :, POLAND, SECTOR["it"]] = FIXED_POINT
    committed[:2, POLAND, CHANNEL["work"]] = 13 * FIXED_POINT
    world = plain_world(5, ("poland",), ("work",))
    world.demand[:, POLAND, SECTOR["transport"]] = 4.0
    found = through_queues(committed, sought, world)[:, POLAND, CHANNEL["work"]]
    assert found == pytest.approx([9.0, 9.0, 8.0, 0.0, 0.0])
    shut = through_queues(committed, sought, close(world, "poland", "visa_free", 2, 3))[:, POLAND, CHANNEL["work"]]
    assert shut == pytest.approx([9.0, 9.0, 0.0, 0.0, 0.0])


def test_arrivals_follow_commitments():
    assert arrivals([8.0, 4.0, 2.0]) == [8.0, 4.0, 2.0]
    assert arrivals([8.0, 4.0, 2.0], approval=0.5) == [4.0, 2.0, 1.0]
    assert arrivals([8.0, 4.0, 2.0, 0.0], months=2.0) == [0.0, 0.0, 8.0, 4.0]
    assert arrivals([8.0, 4.0, 0.0], months=0.25) == [6.0, 5.0, 1.0]


def month_of(*events):
    """Events of a month, each (name, row, channel)."""
    made = np.zeros(len(events), EVENT_TYPE)
    for event, (name, row, channel) in zip(made, events, strict=True):
        event["kind"], event["row"], event["channel"] = EVENT[name], row, CHANNEL[channel]
    return made


def test_who_is_kept_back_at_departure_is_not_expected_to_leave():
    """Of those granted a plan, by year; who applies in vain is not among them, nor is a family that follows."""
    granted = month_of(*(("granted", row, "study") for row in range(10)))
    ended = month_of(
        *(("blocked", row, "study") for row in range(4)), *(("departed", row, "study") for row in range(4, 10))
    )
    others = month_of(("applied", 2, "study"), ("blocked", 2, "study"), ("departed", 11, "study"))
    log = [granted, ended, others, *[month_of()] * 9, month_of()]
    share = departing_share(log)
    assert share.shape == (13, N_CHANNELS)
    assert share[:12, CHANNEL["study"]] == pytest.approx(0.6)
    assert np.delete(share, CHANNEL["study"], axis=1) == pytest.approx(1.0)
    log[12] = month_of(("granted", 20, "study"), ("blocked", 20, "study"))
    first, second = 6 / 10, 6 / 11
    assert departing_share(log)[0, CHANNEL["study"]] == pytest.approx((6 + FEW * second) / (10 + FEW))
    assert departing_share(log)[12, CHANNEL["study"]] == pytest.approx(FEW * second / (1 + FEW))
    assert second < departing_share(log)[0, CHANNEL["study"]] < first


def test_a_queue_lets_through_its_capacity():
    assert arrivals([8.0, 1.0, 0.0, 0.0], capacity=3.0) == [3.0, 3.0, 3.0, 0.0]
    assert arrivals([8.0, 1.0], capacity=0.0) == [0.0, 0.0]
    assert arrivals([8.0, 1.0, 0.0, 0.0], capacity=3.0, months=1.0) == [0.0, 3.0, 3.0, 3.0]


def test_what_waits_when_a_channel_closes_is_lost():
    committed = np.zeros((5, N_PLACES, N_CHANNELS), np.int64)
    committed[:2, POLAND, CHANNEL_USED] = 8 * FIXED_POINT
    world = close(
        tighten(plain_world(5, ("poland",)), "poland", "visa_free", capacity=6.0), "poland", "visa_free", 2, 3
    )
    found = through_queues(committed, no_work(5), world)[:, POLAND, CHANNEL_USED]
    assert found.tolist() == [6.0, 6.0, 0.0, 0.0, 0.0]
    waits = tighten(world, "poland", "visa_free", months=1.0)
    assert through_queues(committed, no_work(5), waits)[:, POLAND, CHANNEL_USED].tolist() == [0.0, 6.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("capacity", [np.inf, 25.0], ids=["unlimited", "full"])
def test_expected_arrivals_are_the_mean_of_departures(capacity):
    """Forty seeds of a world with waits, refusals, unused grants and a closure: |z| <= 4 a month and channel, false
    alarm 3 in 1,000; where a quota is always full its persons are exact.
    """
    world = plain_world(9, ("poland", "georgia"), ("visa_free", "humanitarian"))
    world = tighten(world, "poland", "visa_free", months=1.5, approval=0.6, capacity=capacity)
    world = tighten(world, "georgia", "humanitarian", months=2.0, approval=0.9)
    world = close(admit(world, "georgia", "visa_free", entry=7), "georgia", "land", 5, 7)
    b = quiet(level=-2.6, nest_channel=0.7, patience=99.0)
    realised, expected = np.zeros((40, 9, N_PLACES, N_CHANNELS)), np.zeros((40, 9, N_PLACES, N_CHANNELS))
    for seed in range(40):
        model = start(crowd(2000), world, b, seed=seed).run()
        realised[seed] = model.recorder.flow_persons()[:, 0]
        expected[seed] = model.recorder.expected_arrivals(world)
    error = realised - expected
    spread = np.maximum(error.std(axis=0, ddof=1), 0.05) / math.sqrt(len(error))
    assert np.abs(error.mean(axis=0) / spread).max() <= 4.0
    assert (realised.mean(axis=0) > 1.0).sum() >= 25 and realised.mean(axis=0).sum() > 500


def test_counts_are_those_of_the_log():
    model = start(hot_people(), hot_world(), hot()).run()
    recorder, events = model.recorder, model.recorder.events
    harms = recorder.harm_persons()
    assert harms.sum(axis=0).tolist() == [(events["kind"] == EVENT[harm]).sum() for harm in HARMS]
    moved = np.isin(events["kind"], [EVENT[move] for move in MOVES])
    assert recorder.flow_persons().sum(axis=(1, 2, 3)).tolist() == np.bincount(events["month"][moved]).tolist()
    assert recorder.flow_persons()[:, range(N_PLACES), range(N_PLACES)].sum() == 0  # nobody moves to where they are
    copied = recorder.copy()
    copied.keep(recorder.stocks[0], [getattr(recorder, name)[0] for name in EXPECTATIONS], [])
    assert len(copied.stocks) == len(recorder.stocks) + 1
