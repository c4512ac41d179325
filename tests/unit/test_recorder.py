"""What a run counts: expected arrivals follow the queue that real arrivals follow."""

import math

import numpy as np
import pytest

from sim.model.eventlog import EVENT_TYPE
from sim.model.hazards import FIXED_POINT
from sim.model.recording.queues import FEW, departing_share, open_ways, through_queues, through_ways
from sim.model.recording.recorder import EXPECTATIONS, HARMS, MOVES
from sim.numerics.codes import (
    CHANNEL,
    EVENT,
    GROUP,
    INSTRUMENT,
    N_CHANNELS,
    N_PLACES,
    N_SECTORS,
    PLACE,
    REASON,
    SECTOR,
)
from tests.worlds import admit, close, crowd, hot, hot_people, hot_world, plain_world, quiet, start, tighten

POLAND, CHANNEL_USED = PLACE["poland"], CHANNEL["visa_free"]


def arrivals(entering, **rules):
    """Expected arrivals in Poland by month when so many commit each month."""
    world = tighten(plain_world(len(entering), ("poland",)), "poland", "visa_free", **rules)
    committed = np.zeros((len(entering), N_PLACES, N_CHANNELS), np.int64)
    committed[:, POLAND, CHANNEL_USED] = np.array(entering) * FIXED_POINT
    found = granted(committed, no_work(len(entering)), world)
    assert found.sum() == found[:, POLAND, CHANNEL_USED].sum()
    return found[:, POLAND, CHANNEL_USED].tolist()


def granted(committed, sought, world):
    """Persons granted by month, place and channel."""
    return through_queues(committed, np.zeros_like(committed), sought, world).sum(axis=3) * world.rules["approval"]


def no_work(months):
    """Nobody commits to work."""
    return np.zeros((months, 2, 2, N_PLACES, N_SECTORS), np.int64)


def test_workers_wait_for_offers_and_bring_their_families():
    """Six units of two people each month, four offers: so many persons go, by sector, and a closure loses the rest."""
    sought, committed = no_work(5), np.zeros((5, N_PLACES, N_CHANNELS), np.int64)
    sought[:2, 0, :, POLAND, SECTOR["transport"]] = np.array([6, 12]) * FIXED_POINT
    sought[:2, 0, :, POLAND, SECTOR["it"]] = FIXED_POINT
    committed[:2, POLAND, CHANNEL["work"]] = 13 * FIXED_POINT
    world = plain_world(5, ("poland",), ("work",))
    world.demand[:, POLAND, SECTOR["transport"]] = 4.0
    found = granted(committed, sought, world)[:, POLAND, CHANNEL["work"]]
    assert found == pytest.approx([9.0, 9.0, 8.0, 0.0, 0.0])
    shut = granted(committed, sought, close(world, "poland", "visa_free", 2, 3))[:, POLAND, CHANNEL["work"]]
    assert shut == pytest.approx([9.0, 9.0, 0.0, 0.0, 0.0])


def test_arrivals_follow_commitments():
    assert arrivals([8.0, 4.0, 2.0]) == [8.0, 4.0, 2.0]
    assert arrivals([8.0, 4.0, 2.0], approval=0.5) == [4.0, 2.0, 1.0]
    assert arrivals([8.0, 4.0, 2.0, 0.0], months=2.0) == [0.0, 0.0, 8.0, 4.0]
    assert arrivals([8.0, 4.0, 0.0], months=0.25) == [6.0, 5.0, 1.0]


def month_of(*events):
    """Events of a month, each (name, row, channel) or (name, row, channel, reason)."""
    made = np.zeros(len(events), EVENT_TYPE)
    for event, (name, row, channel, *reason) in zip(made, events, strict=True):
        event["kind"], event["row"], event["channel"] = EVENT[name], row, CHANNEL[channel]
        event["reason"] = REASON[reason[0] if reason else "none"]
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


def test_who_finds_no_way_is_not_counted_among_those_kept_back():
    """The fluid queue holds them back already; a later grant of the same unit is another."""
    log = [
        month_of(("granted", 0, "study"), ("granted", 1, "study"), ("granted", 2, "study")),
        month_of(("blocked", 0, "study", "closed"), ("blocked", 1, "study", "funds"), ("departed", 2, "study")),
        month_of(("departed", 0, "family")),
    ]
    assert departing_share(log)[:, CHANNEL["study"]] == pytest.approx(0.5)
    assert departing_share(log)[:, CHANNEL["family"]] == pytest.approx(1.0)


def leaving(world, grants, grant_months=2.0, excepted=()):
    """Persons who leave for Poland by month of those granted; in the months `excepted` they are the second lot."""
    of = np.zeros((len(grants), N_PLACES, N_CHANNELS))
    of[:, POLAND, CHANNEL_USED] = grants
    by_exception = of * np.isin(np.arange(len(grants)), excepted)[:, np.newaxis, np.newaxis]
    lots = np.stack([of - by_exception, by_exception], axis=-1)
    return through_ways(lots, world, grant_months)[:, POLAND, CHANNEL_USED].tolist()


def shut(world, share=0.0, group=None):
    """The same world with half a year in which the given share of Belarus's exit is open, and to a group wholly."""
    openness = world.openness.copy()
    openness[2:8, PLACE["belarus"], INSTRUMENT["exit"]] = share
    if group:
        openness[2:8, PLACE["belarus"], INSTRUMENT["exit"], 1 + N_CHANNELS + GROUP[group]] = 1.0
    return world._replace(openness=openness)


def test_nobody_leaves_in_a_month_without_a_way_and_grants_lapse():
    world, grants = plain_world(9, ("poland",)), [4.0] * 9
    assert leaving(world, grants) == grants
    assert leaving(shut(world), grants) == [4.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 12.0]
    assert leaving(shut(world), grants, 0.0) == [4.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0]
    assert leaving(shut(world), grants, 99.0) == [4.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 28.0]


def test_an_open_share_lets_some_of_those_who_wait_leave_each_month():
    found = leaving(shut(plain_world(9, ("poland",)), 0.5), [0.0, 0.0, 8.0, *[0.0] * 6])
    assert found == [0.0, 0.0, 4.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0]


def test_only_who_could_decide_by_an_exception_leaves_by_it():
    world = shut(plain_world(9, ("poland",)), group="driver")
    grants = [0.0, 4.0, 4.0, 4.0, *[0.0] * 5]
    assert leaving(world, grants, excepted=(3,)) == [0.0, 4.0, 0.0, 4.0, *[0.0] * 5]


def test_who_decides_by_an_exception_waits_beside_others():
    """Both lots wait for the places of the queue, by their numbers."""
    world = tighten(shut(plain_world(9, ("poland",)), group="driver"), "poland", "visa_free", capacity=6.0)
    committed = np.zeros((9, N_PLACES, N_CHANNELS), np.int64)
    committed[1:3, POLAND, CHANNEL_USED] = np.array([9, 9]) * FIXED_POINT
    excepted = committed * (np.arange(9) == 2)[:, np.newaxis, np.newaxis]
    found = through_queues(committed, excepted, no_work(9), world)[:, POLAND, CHANNEL_USED]
    assert found[1] == pytest.approx([6.0, 0.0])
    assert found[2] == pytest.approx([1.5, 4.5])
    assert found.sum(axis=0) == pytest.approx([9.0, 9.0])


@pytest.mark.parametrize(
    ("closed", "channel", "ways"),
    [
        ((("poland", "land"),), "work", 1.0),
        ((("poland", "land"),), "asylum", 0.0),
        ((("poland", "land"), ("poland", "air")), "work", 0.0),
        ((("poland", "land"), ("poland", "air")), "irregular", 1.0),
        ((("belarus", "land_exit"),), "asylum", 0.0),
        ((("belarus", "exit"),), "irregular", 0.0),
        ((("poland", "visa_free"),), "visa_free", 0.0),
    ],
)
def test_ways_are_those_of_departures(closed, channel, ways):
    world = plain_world(2, ("poland",), (channel,))
    for place, instrument in closed:
        world = close(world, place, instrument, 1)
    found = open_ways(world)[:, POLAND, CHANNEL[channel]]
    assert found.tolist() == [[1.0, 1.0], [ways, ways]]


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
    found = granted(committed, no_work(5), world)[:, POLAND, CHANNEL_USED]
    assert found.tolist() == [6.0, 6.0, 0.0, 0.0, 0.0]
    waits = tighten(world, "poland", "visa_free", months=1.0)
    assert granted(committed, no_work(5), waits)[:, POLAND, CHANNEL_USED].tolist() == [0.0, 6.0, 0.0, 0.0, 0.0]


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
