"""Exponent of the months' cost in people: 1 is linear."""

import statistics
from typing import Any

from bench.figures import nanoseconds, pairwise_slopes, short, slope
from bench.fresh import NotMeasured, alone, warm_up
from bench.plan import Plan, in_turn
from bench.tables import Table

Found = dict[str, Any]
LINEAR = 0.05
"""How far from 1 an exponent may lie and be called linear."""
AT_LEAST = 1.0
"""CPU seconds that the months of a small sample are repeated for, so that a clock's grain does not matter."""


def measure(plan: Plan) -> Found:
    """CPU seconds of the months by size on all threads, with the panel of expected flows and without.

    Raises NotMeasured in a quick run.
    """
    if not plan.scaling:
        raise NotMeasured("left out of a quick run: small samples alone give no exponent")
    warm_up()
    runs: dict[int, list[Found]] = {one_in: [] for one_in in plan.scaling}
    for one_in in in_turn(plan.scaling):
        runs[one_in].append(
            alone(
                "months",
                one_in=one_in,
                months=plan.months,
                threads=plan.threads,
                at_least=AT_LEAST,
                panel="on and off",
            )
        )
    found = {"months": plan.months, "one_in": list(runs), "with_panel": fit(cpu(runs, "months"))}
    if spent := cpu(runs, "months_without_panel"):
        found["without_panel"] = fit(spent)
    return found


def cpu(runs: dict[int, list[Found]], stage: str) -> dict[int, float]:
    """Median CPU seconds of a stage by number of people, fewest first; empty if there is no such stage."""
    made = [found for found in runs.values() if all(stage in run["stages"] for run in found)]
    spent = {found[0]["people"]: statistics.median(run["stages"][stage]["cpu"] for run in found) for found in made}
    return dict(sorted(spent.items()))


def fit(spent: dict[int, float]) -> Found:
    """Exponent over all sizes and between neighbours."""
    people, seconds = list(spent), list(spent.values())
    between = pairwise_slopes(people, seconds)
    return {"people": people, "cpu": seconds, "slope": slope(people, seconds), "pairwise": between}


def tables(found: Found) -> list[Table]:
    """Cost by size, with the exponent from the size before."""
    fits = [found[name] for name in ("with_panel", "without_panel") if name in found]
    rows = []
    for i, people in enumerate(fits[0]["people"]):
        row = [f"{people:,}"]
        for one in fits:
            row += [
                short(one["cpu"][i]),
                short(nanoseconds(one["cpu"][i], people, found["months"])),
                f"{one['pairwise'][i - 1]:.3f}" if i else "-",
            ]
        rows.append(row)
    last = ["all sizes"]
    for one in fits:
        last += ["", "", f"{one['slope']:.3f}"]
    heads = ["people", "CPU s", "ns each", "exponent", "no panel: CPU s", "ns each", "exponent"][: 1 + 3 * len(fits)]
    notes = (
        "Exponent of the months' CPU time in people: from the size before, and least squares over all sizes; 1 is "
        "linear, less is cheaper than linear.",
        "Two costs do not grow: tabulating what is on offer, the same for any number of people, and computing "
        "expected flows, for at most 25,000 watched in turn. Without the panel the same lives are lived.",
    )
    return [Table("Cost by number of people", heads, [*rows, last], notes)]
