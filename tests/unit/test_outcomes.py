"""What becomes of whom: lives read from every move, by hand and against a slow reading of random lives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.pairs import (
    CATEGORIES,
    OUTCOMES,
    STAY,
    align,
    final_places,
    from_belarus,
    lapses,
    matrix,
    settled_before,
)
from sim.model.eventlog import EVENT_TYPE
from sim.numerics.codes import CHANNEL, EVENT, PLACE

LITHUANIA, POLAND, GEORGIA, BELARUS = (PLACE[name] for name in ("lithuania", "poland", "georgia", "belarus"))
START = 10
"""First month of the window."""
HORIZON = 24


def log(lives):
    """A log in order of month from lives by key: (month, kind, place before, place after, channel)."""
    rows = sorted(
        (month, number, key, kind, origin, place, channel)
        for key, life in lives.items()
        for number, (month, kind, origin, place, channel) in enumerate(life)
    )
    found = np.zeros(len(rows), EVENT_TYPE)
    for record, (month, _, key, kind, origin, place, channel) in zip(found, rows, strict=True):
        record["month"], record["key"], record["kind"] = month, key, EVENT[kind]
        record["origin"], record["place"], record["channel"] = origin, place, CHANNEL[channel]
    return found


def leave(month, place=LITHUANIA, channel="work"):
    """A departure."""
    return (month, "departed", BELARUS, place, channel)


def lose(month, place=LITHUANIA):
    """The right to stay ends."""
    return (month, "lost", place, place, "work")


def back(month, place=LITHUANIA):
    """A return."""
    return (month, "returned", place, BELARUS, "work")


def on(month, origin=LITHUANIA, place=POLAND):
    """An onward move."""
    return (month, "onward", origin, place, "work")


def ask(month, place=LITHUANIA):
    """A claim of protection by who lives there."""
    return (month, "asylum_sought", place, place, "work")


def told(ours, theirs):
    """Category and outcome of every person in the pair, by key."""
    pair = align(log(ours), log(theirs), START)
    return {
        int(key): (CATEGORIES[category], OUTCOMES[outcome])
        for key, category, outcome in zip(pair.key, pair.category, pair.forced, strict=True)
    }


def test_a_permit_that_lapses_in_the_scenario_only_is_forced_and_its_outcome_told():
    ours = {1: [leave(3)], 2: [leave(12)], 3: [leave(3)], 4: [leave(3)]}
    lost = {1: [lose(15), on(17)], 2: [lose(20), back(20)], 3: [lose(14)], 4: [lose(14), back(15), leave(18)]}
    theirs = {key: ours[key] + lost[key] for key in ours}
    assert told(ours, theirs) == {
        1: ("forced", "onward"),  # left before the window
        2: ("forced", "returned"),
        3: ("forced", "irregular_stay"),
        4: ("induced", "returned"),  # leaves again: a departure in the window, in the scenario only
    }


def test_who_asks_for_protection_in_the_scenario_only_is_told_so():
    """Be it for want of another way, or because a status ended, of who left before the window, too."""
    ours = {1: [leave(12)], 2: [leave(3)], 3: [leave(3), ask(20)], 4: [leave(12)], 5: [leave(3)]}
    theirs = {
        1: [leave(12, GEORGIA), ask(14, GEORGIA)],
        2: [leave(3), ask(15)],
        3: [leave(3), ask(15)],
        4: [leave(12, LITHUANIA, "irregular"), ask(13)],
        5: [leave(3), ask(9)],
    }
    assert told(ours, theirs) == {1: ("asylum", ""), 2: ("asylum", ""), 4: ("irregular", "")}


def test_a_lapse_in_both_worlds_or_before_the_window_forces_nobody():
    ours = {1: [leave(3), lose(22)], 2: [leave(3), lose(9)], 3: [leave(3), lose(12)], 4: [leave(3)]}
    theirs = {1: [leave(3), lose(15)], 2: [leave(3), lose(9), on(12)], 3: [leave(3)], 4: [leave(3)]}
    assert told(ours, theirs) == {}


def test_a_changed_departure_comes_before_the_lapse_that_follows_it():
    ours, theirs = {1: [leave(12)]}, {1: [leave(12, GEORGIA), lose(15, GEORGIA)]}
    assert told(ours, theirs) == {1: ("deflected", "irregular_stay")}
    assert told({1: [leave(12)]}, {1: [leave(13), lose(20)]}) == {1: ("delayed", "irregular_stay")}


def test_those_who_lived_abroad_before_are_not_among_the_residents():
    """Their first move starts abroad; a lapse of theirs is known all the same."""
    ours = {1: [back(2), leave(12)], 2: [leave(12)], 3: [on(20)]}
    theirs = {1: [back(2)], 2: [leave(12)], 3: [lose(15), on(20)]}
    assert list(settled_before(log(ours), log(theirs))) == [1, 3]
    assert told(ours, theirs) == {2: ("unchanged", "")}
    keys, outcome = lapses(log(ours), log(theirs), START)
    assert list(keys) == [3] and OUTCOMES[outcome[0]] == "onward"
    before, after = final_places(log(ours), log(theirs))
    assert list(before) == list(after) == [LITHUANIA]


def test_months_of_delay():
    ours = {1: [leave(12)], 2: [leave(15)], 3: [leave(15)], 4: [leave(15)]}
    theirs = {1: [leave(15)], 2: [leave(11)], 4: [leave(15)]}
    assert list(align(log(ours), log(theirs), START).delay) == [3, -4, 0, 0]


def test_final_places_are_those_of_the_last_move():
    ours = {1: [leave(3)], 2: [leave(3), back(8)], 3: [leave(3), on(8), lose(9, POLAND)]}
    theirs = {1: [leave(3), back(23)], 3: [leave(3), on(8), on(9, POLAND, GEORGIA)], 4: [leave(23)]}
    before, after = final_places(log(ours), log(theirs))
    assert list(before) == [LITHUANIA, BELARUS, POLAND, BELARUS]
    assert list(after) == [BELARUS, BELARUS, GEORGIA, LITHUANIA]


def test_other_events_of_a_whole_log_are_no_moves():
    ours = log(
        {1: [(1, "detained", BELARUS, BELARUS, "none"), leave(3)], 2: [leave(12), (14, "employed", 1, 1, "work")]}
    )
    assert len(from_belarus(ours)[0]) == 2 and list(final_places(ours, ours)[0]) == [LITHUANIA, LITHUANIA]


# Random lives against a slow reading


@st.composite
def random_lives(draw):
    """Lives of up to a dozen people, possible ones: who is abroad loses, goes on or returns, who is at home leaves."""
    lives = {}
    for key in range(1, draw(st.integers(1, 12)) + 1):
        place, life = BELARUS, []
        for month in sorted(draw(st.lists(st.integers(0, HORIZON - 1), max_size=5, unique=True))):
            abroad = ["lost", "onward", "returned", "asylum_sought"]
            kind = draw(st.sampled_from(abroad if place != BELARUS else ["departed"]))
            channel = draw(st.sampled_from(["work", "study", "asylum", "irregular"]))
            goes = {"lost": place, "asylum_sought": place, "returned": BELARUS}.get(
                kind, draw(st.sampled_from([LITHUANIA, POLAND, GEORGIA]))
            )
            life.append((month, kind, place, goes, channel))
            place = goes
        lives[key] = life
    return lives


def first(life):
    """First departure from the start of the window on, if any."""
    return next((move for move in life if move[1] == "departed" and move[0] >= START), None)


def lost(life):
    """Position of the first right lost in the window, if any."""
    return next((i for i, move in enumerate(life) if move[1] == "lost" and move[0] >= START), None)


def asks(life):
    """Whether a claim is made in the window."""
    return any(move[1] == "asylum_sought" and move[0] >= START for move in life)


def slow(ours, theirs):
    """Category of one person, in plain words."""
    one, other = first(ours), first(theirs)
    if bool(one) != bool(other):
        return "stuck" if one else "induced"
    if one and one[4] != other[4] == "irregular":
        return "irregular"
    if asks(theirs) and not asks(ours):
        return "asylum"
    if one and other:
        if one[3] != other[3]:
            return "deflected"
        if one[4] != other[4]:
            return "other_channel"
        if one[0] != other[0]:
            return "delayed" if other[0] > one[0] else "brought_forward"
    return "forced" if lost(theirs) is not None and lost(ours) is None else "unchanged"


def final(life):
    """Place after the last move."""
    return life[-1][3] if life else BELARUS


@given(random_lives(), random_lives())
def test_random_lives_are_read_as_a_slow_reader_reads_them(ours, theirs):
    people = 20  # more than ever move
    keys = range(1, people + 1)
    found = told(ours, theirs)
    assert [found.get(key, ("unchanged", ""))[0] for key in keys] == [
        slow(ours.get(key, []), theirs.get(key, [])) for key in keys
    ]
    for key, (category, outcome) in found.items():
        if category == "forced":
            later = theirs[key][lost(theirs[key]) + 1 :]
            kinds = [move[1] for move in later if move[1] not in ("lost", "asylum_sought")]
            assert outcome == (kinds[0] if kinds else "irregular_stay")
    cells = matrix(*final_places(log(ours), log(theirs)), 50, 50 * people)
    slowly = np.zeros_like(cells)
    for key in keys:
        slowly[final(ours.get(key, [])), final(theirs.get(key, []))] += 50
    assert np.array_equal(cells, slowly) and cells.sum() == 50 * people


@given(random_lives())
def test_a_world_compared_with_itself_changes_nobody(lives):
    moves = log(lives)
    pair = align(moves, moves, START)
    assert (pair.category == CATEGORIES.index("unchanged")).all() and not pair.delay.any()
    cells = matrix(*final_places(moves, moves), 1, 12)
    assert cells.trace() == cells.sum() == 12 and cells[STAY, STAY] >= 0
