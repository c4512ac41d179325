"""Floor: how fast the machine's memory alone would let a month be."""

from typing import Any

from bench.figures import short, spread, told
from bench.fresh import alone
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]


def measure(plan: Plan) -> Found:
    """Bandwidths in bytes a second by loop and threads."""
    megabytes, sweeps = plan.bandwidth
    found = alone("bandwidth", megabytes=megabytes, sweeps=sweeps, threads=plan.threads)
    rates = {
        name: {threads: spread(values) for threads, values in by_threads.items()}
        for name, by_threads in found["rates"].items()
    }
    return {"megabytes": megabytes, "column_bytes": found["column_bytes"], "rates": rates}


def floor(column_bytes: float, rate: float) -> float:
    """Nanoseconds a person-month if a month did nothing but read every column once at `rate` bytes a second."""
    return 1e9 * column_bytes / rate


def tables(found: Found, reached: dict[str, float] | None = None) -> list[Table]:
    """Bandwidths, the floor, and what is reached: wall ns a person-month by number of threads."""
    threads = list(found["rates"]["read"])
    rows = [
        [f"{name}, GB/s", *(told(by_threads[many], 1e-9) for many in threads)]
        for name, by_threads in found["rates"].items()
    ]
    floors = {many: floor(found["column_bytes"], found["rates"]["read"][many]["max"]) for many in threads}
    rows.append(["floor, wall ns a person-month", *(short(floors[many]) for many in threads)])
    if reached:
        rows.append(["reached, wall ns a person-month", *(_or_dash(reached.get(many)) for many in threads)])
        times = [reached[many] / floors[many] if many in reached else None for many in threads]
        rows.append(["reached / floor", *(_or_dash(value) for value in times)])
    return [
        Table(
            f"Floor: memory bandwidth, arrays of {found['megabytes']} MB",
            ("loop", *(f"{many} thread{'s' if many != '1' else ''}" for many in threads)),
            rows,
            (
                f"Floor: {found['column_bytes']} bytes, every column of a person, read once at the best rate measured.",
                "Reached: on one thread by the fused month of the table of processes, on more by the largest sample.",
            ),
        )
    ]


def _or_dash(value: float | None) -> str:
    return "-" if value is None else short(value)
