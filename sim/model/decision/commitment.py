"""What every rule of decision leaves behind: a plan with its motive, or a wish that could not be followed."""

from sim.model.decision.utility import FLAG_PERSECUTED
from sim.model.eventlog import Log, note
from sim.model.run_constants import THREATENED
from sim.numerics.codes import CHANNEL, EVENT, LEAD, MOTIVE, PLAN, REASON
from sim.numerics.compiling import compiled
from sim.population.rows import Person

FIXED_POINT = float(2**40)
"""Expected flows are summed as integers in units of 2**-40 persons, so that any order gives the same sum."""
_QUEUED, _TOGETHER, _PLANNED = PLAN["queued"], LEAD["together"], LEAD["planned"]
_APPLIED, _WISHED, _CHOSEN = EVENT["applied"], EVENT["wished"], REASON["choice"]
_PERSECUTED, _DRAFT, _LABOUR, _KIN = MOTIVE["persecuted"], MOTIVE["draft"], MOTIVE["labour"], MOTIVE["family"]
_FEAR = MOTIVE["fear"]
_FAMILY = CHANNEL["family"]


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
def wish(head: Person, month: int, place: int, channel: int, reason: int, stream: int, log: Log) -> None:
    """Note that a unit would go, were more open."""
    head.aspires = month
    note(log, month, head, _WISHED, (0, place), channel, reason)
    log.events[log.size[0] - 1].detail = stream
    log.events[log.size[0] - 1].size = head.unit_size
