"""Cost of one more column: the same months in a copy of the project whose people have an attribute more."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from bench.figures import nanoseconds, ratios, spread, told
from bench.fresh import ROOT, Failed, NotMeasured, alone, warm_up
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]
LINE = '    Column("bench_spare", "u1", "nothing", "takes its place and does nothing", 0, 255),\n'
_SCHEMA = re.compile(r"^SCHEMA\b[^\n]*\(\n.*?^(?=\)$)", re.MULTILINE | re.DOTALL)


def measure(plan: Plan) -> Found:
    """Pairs of fresh processes without and with the column; the order changes from pair to pair.

    The copy lies in a temporary folder and has its own machine code, compiled before anything is counted. Raises
    NotMeasured in a quick run, and Failed if the schema cannot be edited.
    """
    if plan.column is None:
        raise NotMeasured("left out of a quick run: it compiles the model anew")
    one_in, months, pairs = plan.column
    with tempfile.TemporaryDirectory() as folder:
        copied = copy_with_column(ROOT, Path(folder, "copy"))
        cache = {"VYRAJ_CACHE_DIR": str(Path(folder, "cache"))}
        warm_up()
        alone("first_month", copied, cache)
        without: list[Found] = []
        with_it: list[Found] = []
        for number in range(pairs):
            for ours in (True, False) if number % 2 == 0 else (False, True):
                if ours:
                    without.append(alone("months", one_in=one_in, months=months, threads=1))
                else:
                    with_it.append(alone("months", copied, cache, one_in=one_in, months=months, threads=1))
    return summary(without, with_it)


def copy_with_column(root: Path, copied: Path) -> Path:
    """Copy what a run needs and add one column to the copy's schema; returns the copy."""
    for name in ("sim", "conf", "bench"):
        shutil.copytree(root / name, copied / name, ignore=shutil.ignore_patterns("__pycache__"))
    schema = copied / "sim" / "population" / "schema.py"
    schema.write_text(with_column(schema.read_text(encoding="utf-8")), encoding="utf-8")
    return copied


def with_column(text: str) -> str:
    """The text of the schema's module with one column more at its end. Raises Failed if it has no schema."""
    found = _SCHEMA.search(text)
    if not found:
        raise Failed("the schema of a person was not found in its module")
    return text[: found.end()] + LINE + text[found.end() :]


def summary(without: list[Found], with_it: list[Found]) -> Found:
    """Bytes and nanoseconds a person-month without and with the column."""
    people, months = without[0]["people"], without[0]["months"]

    def each(runs: list[Found]) -> list[float]:
        return [nanoseconds(run["stages"]["months"]["cpu"], people, months) for run in runs]

    return {
        "people": people,
        "months": months,
        "bytes": [without[0]["column_bytes"], with_it[0]["column_bytes"]],
        "peak": [spread([run["process"]["peak"] for run in runs]) for runs in (without, with_it)],
        "ns": [spread(each(runs)) for runs in (without, with_it)],
        "ratio": ratios(each(without), each(with_it)),
    }


def tables(found: Found) -> list[Table]:
    """Without and with, and the ratio pair by pair."""
    rows = [
        [name, str(found["bytes"][i]), told(found["peak"][i], 1e-6), told(found["ns"][i])]
        for i, name in enumerate(("as it is", "one u1 column more"))
    ]
    rows.append(["ratio, pair by pair", "", "", told(found["ratio"])])
    return [
        Table(
            f"One more column: {found['people']:,} people, {found['months']} months, one thread",
            ("schema", "columns B", "peak MB", "CPU ns each"),
            rows,
            ("A fixed trait of one byte that no process reads, added to a copy of the program.",),
        )
    ]
