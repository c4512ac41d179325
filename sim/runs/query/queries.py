"""Asking the library: one SELECT at a time, and mistakes told in one line."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import duckdb

from sim.numerics.errors import UserError
from sim.numerics.messages import shown
from sim.runs.tables.views import VIEWS

Found = TypeVar("Found")

RESERVED = ("lambda", "freeze", "from", "to", "group", "end")
"""Columns whose names are words of SQL."""
OF_THE_QUERY = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.PermissionException)
"""Faults that lie in the words of a query, not in what it reads."""
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Answer:
    """Names of the columns, and the rows as they come."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def view(name: str, where: str | None = None) -> str:
    """The SELECT of a view's rows, all or those that a condition picks; UserError for an unknown view."""
    if name not in VIEWS:
        raise UserError(f"results.show={shown(name)} is not known; known are: {', '.join(VIEWS)}")
    return f"SELECT * FROM {name}{'' if where is None else f' WHERE {condition(where)}'}"


def condition(where: str) -> str:
    """A condition in brackets, if it is one expression of SQL and nothing else; else UserError."""
    try:
        duckdb.SQLExpression(where)
    except duckdb.Error as error:
        raise _mistake("results.where", where, error) from error
    return f"(\n{where}\n)"  # a comment at its end must not swallow the bracket


def select(
    connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | None = None, key: str = "results.sql"
) -> Answer:
    """The answer to a SELECT, read as it is walked through; `$name` in the text stands for a value.

    `key` is the setting that its text, or the doubtful part of it, comes from.

    Raises UserError for anything but one SELECT (an insertion inside a WITH, too) and for what DuckDB cannot read.
    """
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UserError("results.sql is not one SELECT; nothing else is run")
        text = statements[0].query.strip().rstrip(";")
        # As a part of a query a statement may only read: DuckDB refuses a WITH that writes anywhere but at the top.
        explained = f"EXPLAIN SELECT * FROM (\n{text}\n)"
        _interruptible(connection, lambda: connection.execute(explained, values or {}).fetchall())
        done = _interruptible(connection, lambda: connection.execute(text, values or {}))
    except duckdb.Error as error:
        raise _mistake(key, sql, error) from error
    return Answer(tuple(column[0] for column in done.description or ()), _rows(done, sql, key))


def _interruptible(connection: duckdb.DuckDBPyConnection, ask: Callable[[], Found]) -> Found:
    """What a question finds, asked in a thread of its own, so that a signal ends one that has no end."""
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(ask)
        try:
            return found.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise
        except RuntimeError as error:
            if str(error) == "Query interrupted":  # DuckDB has met the signal itself
                raise KeyboardInterrupt from error
            raise


def count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    """Number of rows of a SELECT that `select` has let through."""
    answer = select(connection, f"SELECT count(*) FROM (\n{sql.strip().rstrip(';')}\n)")
    return int(next(answer.rows)[0])


def _rows(done: duckdb.DuckDBPyConnection, sql: str, key: str) -> Iterator[tuple[Any, ...]]:
    while True:
        try:
            rows = _interruptible(done, lambda: done.fetchmany(ROWS_AT_ONCE))
        except duckdb.Error as error:
            raise _mistake(key, sql, error) from error
        if not rows:
            return
        yield from rows


def _mistake(key: str, sql: str, error: duckdb.Error) -> UserError:
    """DuckDB's complaint in one line, with a hint where a column is called like a word of SQL."""
    says = " ".join(str(error).partition("\n\nLINE ")[0].split())
    hint = ""
    if isinstance(error, duckdb.ParserException) and any(word in sql.lower() for word in RESERVED):
        hint = "; columns called like words of SQL are written " + ", ".join(f'"{word}"' for word in RESERVED)
    elif isinstance(error, duckdb.CatalogException) and "Table with name" in says:
        hint = f"; views are: {', '.join(VIEWS)}"
    elif not isinstance(error, OF_THE_QUERY):
        hint = "; if a file is damaged, results.prune=damaged dry=true names it"
    return UserError(f"{key}: {shown(says, 300)}{hint}")
