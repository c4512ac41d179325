"""Person-months a second and memory, by number of people."""

import statistics
from typing import Any

from bench.figures import medians, nanoseconds, short, spread, told
from bench.fresh import alone, warm_up
from bench.plan import Plan, in_turn
from bench.tables import Table

Found = dict[str, Any]


def measure(plan: Plan) -> Found:
    """Whole runs in fresh processes; one row a size."""
    warm_up()
    runs: dict[int, list[Found]] = {one_in: [] for one_in in plan.sizes}
    for one_in in in_turn(plan.sizes):
        runs[one_in].append(alone("months", one_in=one_in, months=plan.months, threads=plan.threads))
    return {
        "months": plan.months,
        "threads": plan.threads,
        "sizes": {str(one_in): summary(found) for one_in, found in runs.items()},
        "runs": {str(one_in): found for one_in, found in runs.items()},
    }


def summary(runs: list[Found]) -> Found:
    """Figures of one size over its runs; seconds, bytes, and nanoseconds a person-month."""
    people, months = runs[0]["people"], runs[0]["months"]
    return {
        "people": people,
        "column_bytes": runs[0]["column_bytes"],
        "copied_bytes": runs[0]["copied_bytes"],
        "wall": spread([run["process"]["wall"] for run in runs]),
        "cpu": spread([run["process"]["cpu"] for run in runs]),
        "peak": spread([run["process"]["peak"] for run in runs]),
        "stages": medians([parts(run) for run in runs]),
        "months_wall": spread([run["stages"]["months"]["wall"] for run in runs]),
        "months_cpu": spread([run["stages"]["months"]["cpu"] for run in runs]),
        "ns_wall": spread([nanoseconds(run["stages"]["months"]["wall"], people, months) for run in runs]),
        "ns_cpu": spread([nanoseconds(run["stages"]["months"]["cpu"], people, months) for run in runs]),
    }


def parts(run: Found) -> dict[str, float]:
    """Wall seconds of a whole process: `synthesis` (people made, states copied), `months`, `start_up` (the rest)."""
    stages = run["stages"]
    synthesis = stages["synthesis"]["wall"] + stages["model"]["wall"]
    months = stages["months"]["wall"]
    return {"start_up": run["process"]["wall"] - synthesis - months, "synthesis": synthesis, "months": months}


def tables(found: Found) -> list[Table]:
    """Speed, and time and memory of whole runs."""
    sizes: dict[str, Found] = found["sizes"]
    speed = [
        [
            f"1 in {one_in}",
            f"{size['people']:,}",
            told(size["months_wall"]),
            told(size["months_cpu"]),
            short(1e3 / size["ns_wall"]["median"]),
            short(1e3 / size["ns_cpu"]["median"]),
            told(size["ns_cpu"]),
        ]
        for one_in, size in sizes.items()
    ]
    smallest = min(sizes.values(), key=lambda size: size["people"])
    whole = [
        [
            f"1 in {one_in}",
            told(size["wall"]),
            *(short(size["stages"][stage]) for stage in ("start_up", "synthesis", "months")),
            told(size["peak"], 1e-6),
            str(size["column_bytes"]),
            beyond(size, smallest),
        ]
        for one_in, size in sizes.items()
    ]
    copied = statistics.median(size["copied_bytes"] for size in sizes.values())
    return [
        Table(
            f"Speed: {found['months']} months, {found['threads']} threads",
            ("people", "number", "wall s", "CPU s", "M/s wall", "M/s CPU", "CPU ns each"),
            speed,
            (
                "Median (minimum to maximum) over fresh processes, machine code warm; the months only.",
                "M/s: million person-months a second of wall time and of CPU time; CPU ns each: a person-month.",
                "One thread takes a block of 65,536 people; a sample of one block runs on one thread.",
            ),
        ),
        Table(
            "Whole process: time and memory",
            ("people", "wall s", "start-up s", "synthesis s", "months s", "peak MB", "columns B", "peak B"),
            whole,
            (
                "Start-up: interpreter, imports, machine code read from its cache, world compiled.",
                f"Columns B: bytes a person, key included, of which {copied:.0f} are states, held twice (start, run).",
                "Peak B: bytes of the peak beyond that of the smallest sample, a person.",
            ),
        ),
    ]


def beyond(size: Found, smallest: Found) -> str:
    """Bytes of peak memory for each person more than in the smallest sample."""
    more = size["people"] - smallest["people"]
    return short((size["peak"]["median"] - smallest["peak"]["median"]) / more) if more else "-"
