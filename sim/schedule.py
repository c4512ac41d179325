"""The schedule of a month: its processes in order, each with its phase and what it does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """A row of the schedule: name, phase and what it does; consecutive parallel rows are fused by block."""

    name: str
    phase: str
    does: str


SCHEDULE = (
    Process("begin_month", "serial", "parameters of this month, capacities, options on offer; employers that move"),
    Process(
        "repress", "parallel", "detention, charges, trials, pardons, exit bans, by exposure; NGOs and media closed"
    ),
    Process("conscript", "parallel", "liability, deferments, summonses, drafts, reserve officers, discharge"),
    Process("perceive", "parallel", "circle and news become perceived repression; announcements are heard"),
    Process("visit", "parallel", "Schengen C visas issued to people at home"),
    Process("choose", "parallel", "stay, commit to a destination by the best channel, or wish in vain"),
    Process("apply", "serial", "queues, capacity, processing, screening, refusals; instruments granted"),
    Process("depart", "serial", "journey and cost, of a unit or its head; what is closed or barred waits or lapses"),
    Process("settle", "parallel", "asylum, permits, renewals, revocation, citizenship, passports; work and savings"),
    Process("move_on", "parallel", "return with arrest risk, onward moves, families that follow, pendular work"),
    Process("markets", "serial", "residents from Belarus by destination, in persons; rents and tightening if asked"),
    Process("record", "serial", "stocks, flows, expected flows, harms"),
)
"""The month, in order."""


def schedule_table() -> str:
    """The schedule as text, one process a line."""
    rows = [f"{i:>2}  {row.name:<12} {row.phase:<9} {row.does}" for i, row in enumerate(SCHEDULE, 1)]
    return "\n".join(rows)
