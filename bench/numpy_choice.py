"""Peer: the month's choice alone as array operations."""

from typing import Any

from bench.figures import nanoseconds, ratios, short, spread, told
from bench.fresh import alone, warm_up
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]


def measure(plan: Plan) -> Found:
    """The choice of the same people in the same months, by numpy and by the model, month by month in turn."""
    one_in, before, months, repeats = plan.choice
    warm_up()
    return summary([alone("numpy_choice", one_in=one_in, before=before, months=months) for _ in range(repeats)])


def summary(runs: list[Found]) -> Found:
    """Nanoseconds a person-month of both and their ratio."""
    first = runs[0]
    ns = {
        name: [nanoseconds(run["cpu"][name], first["people"], first["months"]) for run in runs] for name in first["cpu"]
    }
    return {
        "people": first["people"],
        "months": first["months"],
        "ns": {name: spread(values) for name, values in ns.items()},
        "times": ratios(ns["model"], ns["numpy"]),
        "deciding": first["deciding"] / first["months"],
        "left": {name: first[name] / first["months"] for name in ("numpy", "model")},
    }


def tables(found: Found) -> list[Table]:
    """Numpy, the model with and without the panel of expected flows, the ratio to the model as it is."""
    bare = found["ns"].get("without_panel")
    rows = [
        ["numpy, in blocks of 65,536", told(found["ns"]["numpy"]), short(found["left"]["numpy"])],
        ["the model's row `choose`", told(found["ns"]["model"]), short(found["left"]["model"])],
        *([["the same, no expected flows", told(bare), ""]] if bare else []),
        ["numpy / model, run by run", told(found["times"]), ""],
    ]
    return [
        Table(
            f"Peer: the choice alone, {found['people']:,} people, {found['months']} months, one thread",
            ("choice", "CPU ns each", "leave a month"),
            rows,
            (
                f"CPU ns a person-month of all people, of whom {found['deciding']:,.0f} head a unit that decides.",
                "Numpy does less: no money (so more leave), no ages and tastes of channels, no close people, no "
                "expected flows, luck from a stream. It is given tastes and the table of values.",
            ),
        )
    ]
