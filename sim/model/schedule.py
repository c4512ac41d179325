"""The schedule of a month: its processes in order, each with its phase, what it does and the function that does it.

The model runs these rows and nothing else. A parallel process is a compiled function of the people of some circles,
`(people, circles, now, block)`, that writes only their rows and its block; consecutive ones are fused
(`sim.model.fused`). A serial process is a function of the model.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sim.model.decision.rules.destination_nest import choose
from sim.model.processes.ageing import ageing
from sim.model.processes.apply import apply
from sim.model.processes.begin_month import begin_month
from sim.model.processes.conscript import conscript
from sim.model.processes.depart import depart
from sim.model.processes.markets import markets
from sim.model.processes.move_on import move_on
from sim.model.processes.muster import muster
from sim.model.processes.pendular import pendular
from sim.model.processes.perceive import perceive
from sim.model.processes.record import count, record
from sim.model.processes.repress import repress
from sim.model.processes.settle import settle
from sim.model.processes.visit import visit


@dataclass(frozen=True)
class Process:
    """A row of the schedule: name, phase, what it does, and the function that does it."""

    name: str
    phase: str
    does: str
    run: Any


SCHEDULE = (
    Process(
        "begin_month",
        "serial",
        "parameters of this month, capacities, options on offer; employers that move",
        begin_month,
    ),
    Process("muster", "serial", "how many men may be summoned, drafted or called again", muster),
    Process("ageing", "parallel", "births, deaths; who turns 18 becomes a unit of their own", ageing),
    Process(
        "repress",
        "parallel",
        "detention, charges, trials, pardons, exit bans, by exposure; NGOs and media closed",
        repress,
    ),
    Process(
        "conscript",
        "parallel",
        "liability, deferments, summonses, drafts, reserve officers, discharge",
        conscript,
    ),
    Process(
        "perceive",
        "parallel",
        "circle and news become perceived repression; announcements are heard",
        perceive,
    ),
    Process("visit", "parallel", "Schengen C visas issued; short stays without a visa begin", visit),
    Process("choose", "parallel", "stay, commit to a destination by one of its channels, or wish in vain", choose),
    Process("apply", "serial", "queues, capacity, processing, screening, refusals; instruments granted", apply),
    Process(
        "depart",
        "serial",
        "journey and cost, of a unit or its head; what is closed or barred waits or lapses",
        depart,
    ),
    Process(
        "settle",
        "parallel",
        "asylum, permits, renewals, revocation, citizenship, passports; work and savings",
        settle,
    ),
    Process("move_on", "parallel", "return with arrest risk, onward moves, families that follow", move_on),
    Process(
        "pendular",
        "parallel",
        "seasons of work abroad, short stays weighed; the way back, or residence taken there",
        pendular,
    ),
    Process("count", "parallel", "people by place and status", count),
    Process(
        "markets",
        "serial",
        "residents from Belarus by destination, in persons; rents and tightening if asked",
        markets,
    ),
    Process("record", "serial", "stocks, flows, expected flows, harms", record),
)
"""The month, in order; `choose` is that of the default rule, in whose place another rule puts its own."""

PHASES = tuple(tuple(rows) for _, rows in groupby(SCHEDULE, lambda row: row.phase))
"""The rows by phase: serial ones follow one another, parallel ones are fused."""


def schedule_table() -> str:
    """The schedule as text, one process a line."""
    rows = [f"{i:>2}  {row.name:<12} {row.phase:<9} {row.does}" for i, row in enumerate(SCHEDULE, 1)]
    return "\n".join(rows)
