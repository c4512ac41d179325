"""Cost of each process of the month."""

from typing import Any

from bench.figures import nanoseconds, spread, told
from bench.fresh import alone, warm_up
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]


def measure(plan: Plan) -> Found:
    """Nanoseconds a person-month of each row of the schedule run alone, and of the fused month."""
    one_in, months, repeats = plan.processes
    warm_up()
    return summary([alone("rows", one_in=one_in, months=months) for _ in range(repeats)])


def summary(runs: list[Found]) -> Found:
    """Spreads over runs."""
    first = runs[0]
    people, months = first["people"], first["months"]

    def each(seconds: list[float]) -> dict[str, float]:
        return spread([nanoseconds(value, people, months) for value in seconds])

    return {
        "people": people,
        "months": months,
        "phases": first["phases"],
        "ns": {name: each([run["seconds"][name] for run in runs]) for name in first["seconds"]},
        "sum": each([sum(run["seconds"].values()) for run in runs]),
        "fused": each([run["fused"] for run in runs]),
    }


def tables(found: Found) -> list[Table]:
    """One row a process, in the order of the month."""
    total = found["sum"]["median"]
    rows = [
        [name, found["phases"][name], told(figure), f"{100 * figure['median'] / total:.1f}"]
        for name, figure in found["ns"].items()
    ]
    rows.append(["sum of the rows", "", told(found["sum"]), "100"])
    rows.append(["month, fused", "", told(found["fused"]), f"{100 * found['fused']['median'] / total:.1f}"])
    return [
        Table(
            f"Processes: {found['people']:,} people, {found['months']} months, one thread",
            ("process", "phase", "CPU ns each", "% of sum"),
            rows,
            (
                "CPU ns each: a person-month of all people, whether the process concerns them or not.",
                "Rows run alone read the columns anew; settle and move_on alone each also make the count of stocks.",
            ),
        )
    ]
