"""`task=results`: what runs left, listed, picked, set side by side, exported and pruned.

Rows go to stdout, what there is to say about them to the terminal, or to stderr where stdout is a file.
"""

import csv
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sim.numerics.errors import UserError
from sim.runs.disclosure import rounded
from sim.runs.query import folders, pruning, queries
from sim.runs.query.listing import MOST_ROWS, listing
from sim.runs.query.views import open_library
from sim.runs.settings import Settings
from sim.runs.tables.views import VIEWS

if TYPE_CHECKING:
    from sim.analysis.side_by_side import Apart

IsStale = Callable[[Mapping[str, Any]], bool]


def run(settings: Settings, is_stale: IsStale | None = None) -> Path | None:
    """Show, compare or prune the results of `results_dir`, as the section `results` of the settings asks.

    `is_stale` tells from a manifest whether a point is of another program or other data. Returns the CSV file, if one
    is written. Raises UserError for a mistake in SQL, an unknown view or fingerprint, and keys that do not go together.
    """
    asked = settings.results
    chosen = [key for key in ("sql", "against", "prune") if getattr(asked, key) is not None]
    if len(chosen) > 1:
        raise UserError(f"results.{chosen[0]} and results.{chosen[1]} do not go together; give one of them")
    if asked.where is not None and asked.sql is not None:
        raise UserError("results.where and results.sql do not go together: write the condition into the SELECT")
    if asked.csv is not None and asked.prune is not None:
        raise UserError("results.csv and results.prune do not go together")
    if not Path(settings.results_dir).is_dir():
        what = "is no folder" if Path(settings.results_dir).exists() else "is not there"
        raise UserError(f"results_dir={settings.results_dir} {what}; runs leave their results in a folder of this name")
    target = None if asked.csv is None else _target(asked.csv, Path(settings.results_dir))
    connection = open_library(settings.results_dir, lambda fault: _note(str(fault)), settings.thread_count)
    try:
        if asked.prune is not None:
            _prune(settings, connection, is_stale or differs_from_present)
        elif asked.against is not None:
            _set_apart(settings, connection, target)
        else:
            _show(settings, connection, target)
    finally:
        connection.close()
    return target


def differs_from_present(manifest: Mapping[str, Any]) -> bool:
    """Tell whether a point was made by another program or from other data than the present ones."""
    from sim.runs.points import inputs_digest  # loads the model

    return bool(manifest.get("inputs") != inputs_digest())


def _show(settings: Settings, connection: duckdb.DuckDBPyConnection, target: Path | None) -> None:
    asked = settings.results
    sql = asked.sql if asked.sql is not None else queries.view(asked.show, asked.where)
    key = "results.where" if asked.sql is None and asked.where is not None else "results.sql"
    answer = queries.select(connection, sql, key=key)
    if target is not None:
        _write(target, answer.columns, answer.rows)
        return
    rows = list(islice(answer.rows, MOST_ROWS + 1))
    if not rows and asked.sql is None:
        kind = "" if asked.where is None else " that the condition picks"
        _say(f"No {asked.show}{kind}: {settings.results_dir} holds {_held(connection)}")
        return
    more = queries.count(connection, sql) - MOST_ROWS if len(rows) > MOST_ROWS else 0
    known = {column.name for _, front in VIEWS.values() for column in front} if asked.sql is None else ()
    _print(answer.columns, rows[:MOST_ROWS], more, known)


def _held(connection: duckdb.DuckDBPyConnection) -> str:
    points = queries.count(connection, "FROM points")
    return f"{points:,} points, {queries.count(connection, 'FROM comparisons'):,} comparisons"


def _set_apart(settings: Settings, connection: duckdb.DuckDBPyConnection, target: Path | None) -> None:
    """One table for each point that the condition picks, against the one named."""
    from sim.analysis.side_by_side import apart, find  # loads the model, which nothing else here needs

    points, _ = folders.points(settings.results_dir)
    baseline = find(points, settings.results.against or "")
    picked = _picked(settings, connection)
    found = [
        apart(connection, point, baseline)
        for point in points
        if point.path.name in picked and point.path != baseline.path
    ]
    if not found:
        raise UserError(f"no other point is picked to be set against {baseline.path.name}")
    if target is not None:
        front = ("scenario_point", "baseline_point", "until", "pairs")
        rows = (
            (one.scenario.path.name, one.baseline.path.name, one.until, one.pairs, *row)
            for one in found
            for row in one.table.itertuples(index=False)
        )
        _write(target, (*front, *found[0].table.columns), rows)
        return
    for number, one in enumerate(found):
        print("\n" * (number > 0) + one.heading)
        told = _as_told(one)
        _print(tuple(one.table.columns), told[:MOST_ROWS], max(0, len(told) - MOST_ROWS))


def _as_told(one: "Apart") -> list[tuple[Any, ...]]:
    """The rows of a table with people rounded to what the sample can tell."""
    one_in = max(one.scenario.row["one_in"], one.baseline.row["one_in"])
    return [
        (*row[:3], *(None if value != value else rounded(value, one_in) for value in row[3:]))
        for row in one.table.itertuples(index=False, name=None)
    ]


def _picked(settings: Settings, connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the folders of the points that the condition picks; all without one."""
    sql = f"SELECT folder FROM ({queries.view('points', settings.results.where)})"
    return {name for (name,) in queries.select(connection, sql, key="results.where").rows}


def _prune(settings: Settings, connection: duckdb.DuckDBPyConnection, is_stale: IsStale) -> None:
    asked, results = settings.results, settings.results_dir
    if asked.where is not None and asked.prune in ("partial", "damaged"):
        raise UserError(f"results.where picks points that can be read, and none of results.prune={asked.prune}")
    if asked.where is None and asked.prune == "where":
        raise UserError("results.prune=where needs results.where, or every point would go")
    if asked.prune == "partial":
        leftovers = pruning.partial(results)
    elif asked.prune == "damaged":
        leftovers = pruning.damaged(results)
    elif asked.prune == "stale":
        leftovers = pruning.stale(results, is_stale)
        picked = _picked(settings, connection) if asked.where is not None else None
        leftovers = [one for one in leftovers if picked is None or one.path.name in picked]
    else:
        leftovers = pruning.named(results, _picked(settings, connection), "picked by the condition")
    staying = {one.path for one in leftovers if pruning.is_held(one)}
    going = [one for one in leftovers if one.path not in staying]
    for one in leftovers:
        held = "; somebody is at work on it, and it stays" if one.path in staying else ""
        print(f"{one.name}  {one.megabytes:.1f} MB  {one.why}{held}")
    total = f"{len(going):,} folders, {sum(one.megabytes for one in going):.1f} MB"
    print(f"{total} would be removed" if settings.dry else f"removing {total}", flush=True)
    for one in [] if settings.dry else going:
        if (why := pruning.remove(one)) is not None:
            print(f"{one.name} stays: {why}")


def _print(columns: Sequence[str], rows: Sequence[Sequence[Any]], more: int, known: Iterable[str] = ()) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines, notes = listing(columns, rows, width, set(known))
    print("\n".join(lines))
    if more:
        notes.append(f"{more:,} more rows; results.csv=FILE.csv writes all")
    for note in notes:
        _say(note)


def _say(text: str) -> None:
    """Something about the rows: beside them on a terminal, out of their way where they go into a file."""
    print(text, file=sys.stdout if sys.stdout.isatty() else sys.stderr, flush=True)


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _target(name: str, results: Path) -> Path:
    """The CSV file to write; UserError if it is none, or would lie among the results of runs."""
    path = Path(name)
    if path.suffix.lower() != ".csv" or path.is_dir():
        raise UserError(f"results.csv={name} is not the name of a file that ends in .csv")
    if not path.parent.is_dir():
        raise UserError(f"results.csv={name}: there is no folder {path.parent}")
    if any(path.resolve().is_relative_to((results / kind).resolve()) for kind in (folders.POINTS, folders.COMPARISONS)):
        raise UserError(f"results.csv={name} lies among the results of runs; choose another folder")
    return path


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file that takes its place when all is written."""
    partial = path.with_name(f".{path.name}.partial-{secrets.token_hex(4)}")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for row in chain([columns], rows):
                writer.writerow(["" if value is None or value != value else value for value in row])
        partial.replace(path)
    except OSError as error:
        raise UserError(f"results.csv={path} cannot be written: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
