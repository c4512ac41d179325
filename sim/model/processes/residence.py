"""Residence taken where one already is: by short workers after long work, and by visitors who do not go home."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import open_share
from sim.model.decision.units import groups_of, head_of
from sim.model.eventlog import Log, note
from sim.model.hazards import in_units
from sim.model.now import Now
from sim.model.processes.depart import leave_home
from sim.numerics.codes import CHANNEL, EVENT, LEAD, PLACE, PLAN, REASON, STATUS
from sim.numerics.compiling import compiled
from sim.population.rows import Person

_BELARUS, _PERMIT = PLACE["belarus"], STATUS["permit"]
_WORK, _VISA_FREE = CHANNEL["work"], CHANNEL["visa_free"]
_DEPARTED, _IN_PLACE = EVENT["departed"], REASON["in_place"]
_TOGETHER, _AHEAD, _NO_PLAN = LEAD["together"], LEAD["ahead"], PLAN["none"]


@compiled(forceinline=True)
def residence_channel(work: Any, visa_free: Any) -> int:
    """Channel by which a short worker settles where they are, by the records of `LAW` of two; 0 for none."""
    if work.exists:
        return _WORK
    return _VISA_FREE if visa_free.exists else 0


@compiled(forceinline=True)
def residence_share(now: Now, person: Person, channel: int) -> float:
    """Share of the month in which the place where a person is gives the right to stay that a channel needs.

    0 for who cannot settle alone: only heads of units without a plan do.
    """
    place, plan = person.place, head_of(person).plan
    if channel == 0 or person.member != 0 or plan != _NO_PLAN or not now.law[place, channel].exists:
        return 0.0
    needed = now.law[place, channel].residence
    return open_share(now.openness[place, needed], channel, groups_of(person, now.month)) if needed >= 0 else 1.0


@compiled
def expect_residence(following: NDArray[np.int64], now: Now, place: int, channel: int, chance: float) -> None:
    """Add the chance that somebody takes residence to the expected departures of the month."""
    following[place, channel] += in_units(chance * now.circles.one_in)


@compiled
def take_residence(person: Person, now: Now, channel: int, log: Log) -> None:
    """Settle a head away for a time where they are; by work with a permit, and the family may follow."""
    place = person.place
    leave_home(person, now, place, channel)
    if channel == _WORK:
        person.status, person.expiry = _PERMIT, now.month + int(now.coefficients.permit_months)
    person.lead = _AHEAD if person.unit_size > 1 else _TOGETHER
    now.circles.abroad[person.circle // now.circles.one_in] += 1
    note(log, now.month, person, _DEPARTED, (_BELARUS, place), channel, _IN_PLACE)
