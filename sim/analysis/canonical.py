"""Ten questions that every release answers, and the table that keeps what each release said.

The table is append-only: a row is an answer of a release, with the commit and the parameters behind it. Answers are
computed by the ordinary comparison, so that anybody can make them again.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from sim.numerics.errors import UserError


@dataclass(frozen=True)
class Question:
    """A question: its key, its words, the two worlds, to which month, and the quantities by which it is answered.

    A quantity is a name of `sim.report.quantities`, with `:destination` if it is told of one.
    """

    key: str
    words: str
    scenario: str
    quantities: tuple[str, ...]
    baseline: str = "historical"
    until: str = "2026-08"


_OF_A_BAN = ("arrivals:lithuania", "elsewhere", "stay", "detained")
_OF_LEAVING = ("departures", "stay", "detained", "drafted")
QUESTIONS = (
    Question("lithuania_visas", "Lithuania refuses every visa from May 2023", "lithuania_visa_ban", _OF_A_BAN),
    Question("lithuania_all", "Lithuania refuses visas, permits and renewals", "lithuania_full_ban", _OF_A_BAN),
    Question("eu_package", "All Schengen states refuse visas and permits", "eu_package",
             ("departures", "arrivals_changed", "arrivals_others", "stay")),
    Question("georgia", "Georgia ends the visa-free year", "georgia_visa_free_ends",
             ("arrivals:georgia", "elsewhere", "stay", "returns")),
    Question("corridor", "A humanitarian corridor opens", "humanitarian_corridor",
             ("departures", "joins", "detained", "drafted")),
    Question("mobilisation", "Belarus mobilises", "mobilisation", (*_OF_LEAVING, "mobilised")),
    Question("no_war", "There is no war in 2022", "no_war", _OF_LEAVING),
    Question("no_crackdown", "There is no crackdown in 2020", "no_crackdown", _OF_LEAVING),
    Question("business_harbour", "Poland ends Business Harbour earlier", "business_harbour_ended",
             ("arrivals:poland", "elsewhere", "stay")),
    Question("ban_2027", "Lithuania refuses visas, permits and renewals from July 2027", "lithuania_full_ban_2027",
             _OF_A_BAN, until="2030-12"),
)  # fmt: skip
"""The ten; one may be added, none is changed or removed, or answers of releases could not be compared."""


@dataclass(frozen=True)
class Answer:
    """What a release said of one quantity of one question, with its 90% interval; `why` says why it moved."""

    version: str
    commit: str
    posterior: str
    one_in: int
    replicates: int
    question: str
    quantity: str
    estimate: float
    low: float
    high: float
    unit: str
    why: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What there may be one answer of: a release, its parameters, its sample, a question, a quantity."""
        return self.version, self.posterior, str(self.one_in), str(self.replicates), self.question, self.quantity


COLUMNS = tuple(one.name for one in fields(Answer))
_NUMBERS = {"one_in": int, "replicates": int, "estimate": float, "low": float, "high": float}


def read(path: Path) -> list[Answer]:
    """The answers of a table, in order; none if there is no file. Raises UserError for a table that is damaged."""
    if not path.is_file():
        return []
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    found = []
    for number, row in enumerate(rows, 2):
        try:
            found.append(Answer(**{name: _NUMBERS.get(name, str)(row[name]) for name in COLUMNS}))  # type: ignore[operator]
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path.name}: line {number}: {error}; the table is written by task=canonical") from error
    return found


def appended(before: Sequence[Answer], more: Iterable[Answer]) -> list[Answer]:
    """The table with more answers behind; raises UserError for an answer of a release that is there already."""
    there, found = {one.key for one in before}, list(before)
    for one in more:
        if one.key in there:
            raise UserError(f"{one.version} has answered {one.question}, {one.quantity} at this sample already")
        found.append(one)
    return found


def as_text(answers: Iterable[Answer]) -> str:
    """The table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in answers:
        writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in astuple(one)])
    return out.getvalue()


def moved(answers: Sequence[Answer], question: str, quantity: str) -> list[tuple[Answer, str]]:
    """Answers to one question and quantity in order of releases, each with a sentence on how it moved from the last.

    Whether it moved is judged by the intervals: where they overlap, luck may be all. Why is what the release says.
    """
    mine = [one for one in answers if (one.question, one.quantity) == (question, quantity)]
    told = []
    for number, one in enumerate(mine):
        if not number:
            said = "The first answer."
        else:
            last = mine[number - 1]
            apart = one.low > last.high or one.high < last.low
            way = "higher" if one.estimate > last.estimate else "lower"
            said = f"{way.capitalize()} than in {last.version}: the intervals do not overlap." if apart else (
                f"As in {last.version}, within the intervals.")  # fmt: skip
        told.append((one, f"{said} {one.why}".strip()))
    return told
