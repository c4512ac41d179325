"""The second reading: the month coded again from `docs/model.md` alone, as plain Mesa agents, lives the same lives.

Two hot worlds, in each of which every kind of transition happens at least five times: one made by hand, one of the
real history with its hazards raised; each in several scenarios, of which all but one are slow, one also as a sample.
Queues, quotas, circles and diaspora feed back. Events and whole numbers agree exactly, reals to a millionth.
"""

from collections import Counter
from functools import partial

import numpy as np
import pytest

from sim.model.hazards import EXPECTED, FIXED_POINT
from sim.numerics.codes import (
    CHANNEL,
    EVENT,
    EVENT_NAMES,
    GROUP,
    INSTRUMENT,
    MOTIVE,
    N_CHANNELS,
    PLACE,
    PLACE_NAMES,
    REASON,
)
from sim.population import schema
from tests.stratified import busy_lives, hot_history, restless, second_reading, stratified_people
from tests.verification.plain.basics import ALL_GROUPS
from tests.worlds import TOLD, close, constants, hot, hot_world, start, tighten

PLACES = constants(poland=-0.5, lithuania=1.0, germany=0.5, irregular=2.5, mediated=1.5, humanitarian=1.0)


def by_hand(people, months=36):
    world = hot_world(months)
    for place in ("lithuania", "poland", "georgia"):  # dearer papers for who waits
        world = tighten(world, place, "work", 9, fee=500.0)
        world = close(world, place, "national_visa", 15, 17)
    world.belarus["arrest_on_return"] = 0.6
    return world, hot(level=-4.0, ties=-2.0, reserve=3.0), constants(poland=1.0, work=1.0)


def by_hand_closed(people, months=36):
    world, b, table = by_hand(people, months)
    for instrument in ("visa_free", "national_visa", "permit"):
        world = close(world, "lithuania", instrument, 12)
    return world, b, table


def by_hand_by_age(people):
    """Closed from the second year, but for the young by visa-free entry and for the old by permits."""
    world, b, table = by_hand_closed(people)
    openness, first = world.openness.copy(), 1 + N_CHANNELS
    for instrument, group in (("visa_free", "age_18_27"), ("permit", "age_60_over"), ("permit", "age_18_27")):
        openness[12:, PLACE["lithuania"], INSTRUMENT[instrument], first + GROUP[group]] = 1.0
    openness[12:, PLACE["poland"], INSTRUMENT["land"], 0] = 0.5
    openness[12:, PLACE["poland"], INSTRUMENT["land"], first + GROUP["age_28_59"]] = 1.0
    return world._replace(openness=openness), b, table


def by_hand_aspiring(people, months=36):
    world, b, table = by_hand(people, months)
    return world, b._replace(conversion=0.3), table


def by_history(people):
    return hot_history("historical", people), restless(), PLACES


def by_history_banned(people):
    return hot_history("lithuania_full_ban", people), restless(), PLACES


WORLDS = {
    "by hand": (by_hand, 1, "destination_nest"),
    "by hand, Lithuania closed": (by_hand_closed, 1, "destination_nest"),
    "by hand, by age": (by_hand_by_age, 1, "destination_nest"),
    "history": (by_history, 1, "destination_nest"),
    "history, full ban": (by_history_banned, 1, "destination_nest"),
    "history, one in ten": (by_history, 10, "destination_nest"),
    "flat logit": (partial(by_hand, months=18), 1, "flat_logit"),
    "region nests": (partial(by_hand_closed, months=18), 1, "region_nests"),
    "two steps": (partial(by_hand_aspiring, months=18), 1, "two_steps"),
}
MORE = ("by hand", "by hand, Lithuania closed", "history, full ban", "history, one in ten")
"""Worlds that are left to the slow tests: they say again what others say. That by age holds the two closed by hand."""
RIVALS = ("flat logit", "region nests", "two steps")
"""Worlds of other rules of decision, in which fewer kinds of events need to happen: half as long, since in them nothing
but the choice is another.
"""


def told(event):
    """An event in words, for a message."""
    month, key, kind, origin, place, channel, reason = list(event)[:7]
    return f"month {month}: {key} {EVENT_NAMES[kind]} {PLACE_NAMES[origin]}>{PLACE_NAMES[place]} ({channel}, {reason})"


def same_events(t, ours, theirs):
    """Fail with the first events that only one of two months knows."""
    ours, theirs = (Counter(tuple(int(part) for part in event) for event in log) for log in (ours, theirs))
    only = [f"engine only: {told(event)}" for event in sorted((ours - theirs).elements())[:5]]
    only += [f"second reading only: {told(event)}" for event in sorted((theirs - ours).elements())[:5]]
    assert not only, "\n".join([f"events of month {t} differ", *only])


def same_columns(t, model, second):
    """Fail with the first column of which the two readings have different values at the end of a month."""
    theirs = second.table()
    for column in schema.SCHEMA:
        a, b = getattr(model.columns, column.name), theirs[column.name]
        real = np.dtype(column.dtype).kind == "f"
        wrong = ~np.isclose(a, b, rtol=1e-6, atol=1e-6) if real else a != b
        rows = np.flatnonzero(wrong)[:5]
        assert not len(rows), f"month {t}, column {column.name}, rows {rows}: {a[rows]} in the engine, {b[rows]} else"


@pytest.fixture(scope="module")
def happened():
    """Events of every world that was run."""
    return {}


@pytest.mark.parametrize("name", [pytest.param(one, marks=pytest.mark.slow if one in MORE else ()) for one in WORLDS])
def test_two_readings_of_the_page_live_the_same_lives(name, happened):
    make, one_in, decision = WORLDS[name]
    people = stratified_people(one_in)
    model = start(people, *make(people), decision=decision, lives=busy_lives())
    second = second_reading(model, decision)
    before = 0
    while model.month < model.horizon:
        t = model.month
        model.step()
        second.step()
        same_events(t, model.recorder.log[t][list(TOLD)], second.events[before:])
        before = len(second.events)
        same_columns(t, model, second)
        assert np.array_equal(model.stocks, second.stocks[t]), f"stocks of month {t}"
        by_lot = second.expected[t]
        for kept, theirs in (("committed", sum(by_lot.values())), ("excepted", by_lot[ALL_GROUPS])):
            expected = getattr(model.recorder, kept)[t] / FIXED_POINT
            assert np.allclose(expected, theirs, rtol=1e-6, atol=1e-8), f"{kept}, expected in month {t}"
        following = model.recorder.following[t] / FIXED_POINT
        assert np.allclose(following, second.followers[t], rtol=1e-6, atol=1e-8), f"expected followers of month {t}"
        claims = model.recorder.claims[t] / FIXED_POINT
        assert np.allclose(claims, second.claims[t], rtol=1e-6, atol=1e-8), f"expected claims of month {t}"
        assert np.allclose(model.residents[1:], second.residents[1:], rtol=1e-6), f"residents of month {t}"
    harms = model.recorder.expected_harms(model.world)
    for harm in ("detained", "drafted", "arrested_on_return"):
        theirs = [month.get(harm, 0.0) for month in second.harms]
        assert np.allclose(harms[:, EXPECTED.index(harm)], theirs, rtol=1e-6, atol=1e-8), f"expected {harm}"
        assert sum(theirs) > 0.0, harm
    expected = model.recorder.expected_arrivals(model.world)
    assert np.allclose(expected, second.expected_departures(), rtol=1e-6, atol=1e-6), "expected departures"
    assert expected.sum() > 10.0
    happened[name] = model.recorder.events


def test_every_transition_happened_five_times(happened):
    """Else their agreement would say little."""
    assert set(happened) >= set(WORLDS) - set(MORE), "run the whole module"
    for name, events in happened.items():
        counts = np.bincount(events["kind"], minlength=max(EVENT.values()) + 1)
        if name not in RIVALS:
            assert {kind: counts[code] for kind, code in EVENT.items() if counts[code] < 5} == {}, name
        assert min(counts[EVENT[kind]] for kind in ("applied", "wished", "departed")) >= 5, name
    everything = np.concatenate(list(happened.values()))
    motives = np.bincount(everything["detail"][everything["kind"] == EVENT["applied"]])
    assert {motive: motives[code] for motive, code in MOTIVE.items() if motive != "none" and motives[code] < 5} == {}
    reasons, channels = np.bincount(everything["reason"]), np.bincount(everything["channel"])
    assert {reason: reasons[code] for reason, code in REASON.items() if reason != "quiet" and reasons[code] < 5} == {}
    assert {channel: channels[code] for channel, code in CHANNEL.items() if channels[code] < 5} == {}
