"""Finding a person worth telling about: a key, or the lowest-keyed person with an event of some kind."""

from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from sim.model.recording.by_group import motives
from sim.numerics import codes
from sim.numerics.codes import EVENT, EVENT_NAMES
from sim.numerics.errors import UserError
from sim.population.schema import Columns

PARTED = "parted"
"""Asks for somebody whose life differs between the two worlds."""
OTHERS = "take another event, a smaller people.one_in or another seed"
"""What to do where nobody met an event."""
_OF_EVENT = {"place": codes.PLACE, "channel": codes.CHANNEL, "reason": codes.REASON}
_OF_PERSON = {"sector": codes.SECTOR, "sex": codes.SEX, "exposure": codes.EXPOSURE, "region": codes.REGION}
_LIVED = ("departed", "returned", "onward")


def chooser(text: str) -> tuple[str, tuple[str, ...]]:
    """`first:EVENT[:word...]` as the event's name and the words.

    Raises UserError, naming what is known, for an event or a word that is not.
    """
    kind, *wanted = text.removeprefix("first:").split(":")
    known = [name for name in EVENT_NAMES if name] + [PARTED]
    if not text.startswith("first:") or kind not in known:
        near = get_close_matches(kind, known, n=1)
        hint = f" (did you mean first:{near[0]}?)" if near else ""
        raise UserError(f"person={text} is no choice: write a key, or first:EVENT with {', '.join(known)}{hint}")
    tables = (*_OF_EVENT.values(), *_OF_PERSON.values(), codes.MOTIVE)
    for word in wanted:
        if not any(word in table for table in tables):
            names = sorted({name for table in tables for name in table})
            near = get_close_matches(word, names, n=1)
            hint = f"did you mean {near[0]}?" if near else "known are places, channels, reasons, motives, sectors"
            raise UserError(f"person={text}: '{word}' is not a known word ({hint})")
    return kind, tuple(wanted)


def first(text: str, events: NDArray[np.void], people: Columns, among: NDArray[np.uint64] | None = None) -> int:
    """Row of the person with the lowest key who has an event that meets a chooser, of the keys `among` if given.

    Raises UserError if there is nobody.
    """
    found = events[_meets(text, events, people, among)]
    if not len(found):
        raise UserError(f"person={text}: nobody in this sample; {OTHERS}")
    return int(found["row"][np.argmin(found["key"])])


def anybody(text: str, events: NDArray[np.void], people: Columns) -> bool:
    """Whether somebody has an event that meets a chooser."""
    return bool(_meets(text, events, people, None).any())


def _meets(text: str, events: NDArray[np.void], people: Columns, among: NDArray[np.uint64] | None) -> NDArray[np.bool_]:
    """Which events meet a chooser, of people with the keys `among` if given.

    A word holds if the event's place, channel, reason or motive has that name, or the person's sector, sex, exposure
    or region. With `parted` the events meant are moves.
    """
    kind, wanted = chooser(text)
    kinds = [EVENT[name] for name in _LIVED] if kind == PARTED else [EVENT[kind]]
    meets = np.isin(events["kind"], kinds)
    if among is not None:
        meets &= np.isin(events["key"], among)
    streams = motives(events, people) if any(word in codes.MOTIVE for word in wanted) else None
    for word in wanted:
        holds = np.zeros(len(events), bool)
        for name, table in _OF_EVENT.items():
            if word in table:
                holds |= events[name] == table[word]
        for name, table in _OF_PERSON.items():
            if word in table:
                holds |= getattr(people, name)[events["row"]] == table[word]
        if streams is not None and word in codes.MOTIVE:
            holds |= streams == codes.MOTIVE[word]
        meets &= holds
    return np.asarray(meets)


def row_of(
    person: int | str,
    people: Columns,
    events: NDArray[np.void] | None = None,
    among: NDArray[np.uint64] | None = None,
) -> int:
    """Row of a person given by key, or by chooser from the `events` of a run.

    Raises UserError if nobody is meant, for a key with some that are in the sample.
    """
    if isinstance(person, str):
        assert events is not None, "a chooser asks for events"
        return first(person, events, people, among)
    rows = np.flatnonzero(people.key == np.uint64(person))
    if len(rows):
        return int(rows[0])
    heads = people.key[people.member == 0]
    some = ", ".join(str(key) for key in np.sort(heads)[:: max(1, len(heads) // 3)][:3])
    raise UserError(
        f"person={person} is not in this sample of one in so many; keys that are: {some}; person=first:departed finds "
        "one to whom something happened (people.one_in and seed decide who is simulated)"
    )
