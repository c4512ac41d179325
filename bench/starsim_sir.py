"""Peer: Starsim on a model of its own."""

from typing import Any

from bench.figures import short
from bench.fresh import alone
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]
RESIDENTS = 9_570_000
"""People of the whole country, roughly: a sample of one in k has as many agents."""


def measure(plan: Plan) -> Found:
    """Its SIR epidemic with as many agents as samples have people. Raises NotMeasured if it is not installed."""
    return {"runs": [alone("sir", agents=RESIDENTS // one_in) for one_in in plan.sir]}


def tables(found: Found) -> list[Table]:
    """One row a number of agents."""
    rows = [
        [
            f"{run['agents']:,} x {run['steps']}",
            short(run["cpu"]),
            short(run["agents"] * run["steps"] / run["cpu"] / 1e6),
            short(1e9 * run["cpu"] / (run["agents"] * run["steps"])),
        ]
        for run in found["runs"]
    ]
    return [
        Table(
            "Peer: Starsim, an SIR epidemic on a random network - OTHER WORK, not the same model",
            ("agents x steps", "CPU s", "M agent-steps/s CPU", "CPU ns each"),
            rows,
            (
                "Four contacts an agent, drawn anew each step; no choice, no channels, no queues. An order of "
                "magnitude of what a general simulator of agents in arrays reaches, no comparison of quality.",
            ),
        )
    ]
