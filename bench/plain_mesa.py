"""Peer: the same lives as ordinary Mesa agents, one Python object a person."""

from typing import Any

from bench.figures import nanoseconds, short
from bench.fresh import alone, warm_up
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]


def measure(plan: Plan) -> Found:
    """Both models over the same people and months, in the hot world of the tests and in a sample of the country."""
    one_in, months, repeats = plan.plain
    warm_up()
    hot = alone("plain", people="hot", months=plan.hot_months)
    sample = [alone("plain", people="sample", one_in=one_in, months=months) for _ in range(repeats)]
    best = min(sample, key=lambda run: run["cpu"]["peer"] / run["cpu"]["model"])  # the peer's best
    return {"one_in": one_in, "hot": summary(hot), "sample": summary(best)}


def summary(run: Found) -> Found:
    """Nanoseconds a person-month of both, and how many times faster the model is."""
    people, months = run["people"], run["months"]
    return {
        "people": people,
        "months": months,
        "events": run["events"],
        "same_lives": run["same_lives"],
        "ns": {name: nanoseconds(run["cpu"][name], people, months) for name in ("model", "peer")},
        "times": run["cpu"]["peer"] / run["cpu"]["model"],
    }


def tables(found: Found) -> list[Table]:
    """One row a world."""
    rows = []
    for name, title in (("hot", "hot world"), ("sample", f"1 in {found['one_in']}")):
        one = found[name]
        lives = "the same" if one["same_lives"] else "DIFFER"
        ns = one["ns"]
        people = f"{one['people']:,} x {one['months']}"
        rows.append([title, people, short(ns["peer"]), short(ns["model"]), short(one["times"]), lives])
    return [
        Table(
            "Peer: ordinary Mesa agents, the same lives, one thread",
            ("world", "people x months", "plain Mesa ns", "model ns", "times", "lives"),
            rows,
            ("CPU ns a person-month, set-up apart; times: how much faster the model is.",),
        )
    ]
