"""What every rule of decision leaves behind: a plan with its motive, or a wish that could not be followed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import lot_of
from sim.model.decision.claims import ASYLUM, asks_at_border, border_probability
from sim.model.decision.units import groups_of
from sim.model.decision.utility import FLAG_PERSECUTED
from sim.model.eventlog import Log, note
from sim.model.hazards import FIXED_POINT, in_units
from sim.model.now import Now
from sim.model.run_constants import THREATENED
from sim.model.scratch import Block
from sim.numerics.codes import CHANNEL, EVENT, LEAD, MOTIVE, PLAN, REASON
from sim.numerics.compiling import compiled
from sim.population.rows import Person

_QUEUED, _TOGETHER, _PLANNED = PLAN["queued"], LEAD["together"], LEAD["planned"]
_APPLIED, _WISHED, _CHOSEN = EVENT["applied"], EVENT["wished"], REASON["choice"]
_PERSECUTED, _DRAFT, _LABOUR, _KIN = MOTIVE["persecuted"], MOTIVE["draft"], MOTIVE["labour"], MOTIVE["family"]
_FEAR = MOTIVE["fear"]
_FAMILY, _WORK = CHANNEL["family"], CHANNEL["work"]
_EXIT, _QUIET = REASON["exit"], REASON["quiet"]


@compiled(forceinline=True)
def motive(mask: int, group: int, channel: int, flees: bool) -> int:
    """Stream of an application or a wish.

    Who `flees` would have stayed but for repression and war: as persecuted, before the draft, or in fear, by the unit's
    flags and its group (threatened or not). Others go to their family or for work, by the channel.
    """
    if flees:
        return _PERSECUTED if mask & FLAG_PERSECUTED else (_DRAFT if group == THREATENED else _FEAR)
    return _KIN if channel == _FAMILY else _LABOUR


@compiled
def commit(head: Person, month: int, place: int, channel: int, ahead: bool, stream: int, log: Log) -> None:
    """Make a unit's plan to go to a destination by a channel."""
    head.plan = _QUEUED
    head.plan_place = place
    head.plan_channel = channel
    head.applied = month
    head.lead = _PLANNED if ahead else _TOGETHER
    note(log, month, head, _APPLIED, (0, place), channel, _CHOSEN)
    log.events[log.size[0] - 1].detail = stream


@compiled
def wish_or_claim(head: Person, now: Now, place: int, channel: int, reason: int, stream: int, block: Block) -> bool:
    """Note that a unit would go, were more open, unless it is in danger and asks for protection at the border.

    True for a wish.
    """
    chance = border_probability(head, now, place) if reason != _EXIT and reason != _QUIET else 0.0
    if chance > 0.0:
        lot = lot_of(now, place, ASYLUM, groups_of(head, now.month))
        units = in_units(chance * head.unit_size * now.circles.one_in)
        count_committed(block.expected, block.excepted, place, ASYLUM, lot, units)
    if asks_at_border(head, now, chance):
        commit(head, now.month, place, ASYLUM, False, _PERSECUTED, block.log)
        return False
    wish(head, now.month, place, channel, reason, stream, block.log)
    return True


@compiled
def wish(head: Person, month: int, place: int, channel: int, reason: int, stream: int, log: Log) -> None:
    """Note that a unit would go, were more open."""
    head.aspires = month
    note(log, month, head, _WISHED, (0, place), channel, reason)
    log.events[log.size[0] - 1].detail = stream
    log.events[log.size[0] - 1].size = head.unit_size


@compiled(forceinline=True)
def count_committed(
    expected: NDArray[np.int64], excepted: NDArray[np.int64], place: int, channel: int, lot: int, units: int
) -> None:
    """Add the hazard of a commitment, in units of 2**-40 persons, to those of its channel and of its lot (`lot_of`).

    `expected` and `excepted` are those of a block, int64[places, channels].
    """
    expected[place, channel] += units
    if lot:
        excepted[place, channel] += units


@compiled
def count_expected(
    chances: NDArray[np.float64], prospects: Any, offers: NDArray[np.void], who: tuple[float, int, int], block: Any
) -> None:
    """Add a unit's probabilities of committing to each channel of each destination, times the persons who would go.

    `chances` float64[places] are those of the destinations and are used up; `offers` OFFER[n] are those of the unit's
    class. `who`: the persons for whom one observed person stands, the unit's size, and the sector whose offers of work
    it takes.
    """
    each, size, pool = who
    for place in range(len(chances)):
        total = prospects.sums[place]
        chances[place] = chances[place] * FIXED_POINT * each / total if total > 0.0 else 0.0
    expected, excepted, sought = block.expected, block.excepted, block.sought
    for i in range(len(offers)):
        place, channel, lot = offers[i].place, offers[i].channel, offers[i].lot
        units = chances[place] * prospects.weights[i]
        persons = np.int64(units if prospects.ahead[i] else units * size)
        count_committed(expected, excepted, place, channel, lot, persons)
        if channel == _WORK:
            sought[lot, 0, place, pool] += np.int64(units)
            sought[lot, 1, place, pool] += persons
