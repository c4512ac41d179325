"""Tables of a stored comparison as the page shows them: the answer, where, who, harms, money, and beside another.

Every number comes from the declared quantities (`sim.report.told`), as those of the report do.
"""

import pandas as pd

from sim.analysis.dimensions import DESTINATIONS
from sim.history import naming
from sim.report import words
from sim.report.comparison import all_numbers, answer, doubts, levels_by_group, rule_changes
from sim.report.quantities import HARMS
from sim.report.results import Results, wording
from sim.report.told import Told

MONEY = {
    "income_tax": "income tax",
    "contributions": "social contributions",
    "support": "support drawn",
    "balance": "balance",
}
"""Items of public money, in words."""
COLUMNS = ["", "in force", "scenario", "change or people", "90% interval", "how sure"]
FEW_PAIRS = 4
"""Replicates below which the page says that the numbers are a first look (assumption: see `sim.analysis.enough`)."""


def headline(told: Told) -> list[str]:
    """The answer in sentences, and what would change it."""
    return [*answer.sentences(told), doubts.doubt(told)]


def asked(results: Results) -> list[str]:
    """What was asked: the changes of rules, each in a sentence."""
    return rule_changes.changes(results)


def standing(told: Told) -> str:
    """On what the numbers rest, in a line; of few replicates that they are a first look."""
    results = told.results
    first = " A first look: intervals are wide." if results.replicates < FEW_PAIRS else ""
    return (
        f"{results.replicates} paired replicates, one circle of people in {results.one_in:,.0f}, "
        f"λ = {results.main_told}, {told.span}.{first} {results.standing_in_brief}"
    )


def table(told: Told) -> pd.DataFrame:
    """Lines of the answer under their headings."""
    rows = []
    for block in all_numbers.blocks(told):
        rows += [(block.heading, *[""] * (len(COLUMNS) - 1)), *map(_line, block.rows)]
    return pd.DataFrame(rows, columns=COLUMNS)


def harms(told: Told) -> pd.DataFrame:
    """Lines of the answer about harms in Belarus and on the way."""
    rows = [_line(row) for block in all_numbers.blocks(told) for row in block.rows if row.value.quantity in HARMS]
    return pd.DataFrame(rows, columns=COLUMNS)


def _line(row: all_numbers.Row) -> tuple[str, ...]:
    return _part(row.label, 1 + row.deep), row.before, row.after, row.persons, row.interval, row.sure


def _part(label: str, deep: int = 1) -> str:
    """A label that stands under a heading, so deep."""
    return "\u2003" * deep + label


def where(told: Told) -> pd.DataFrame:
    """Change of arrivals by destination with its interval, persons, largest first; what cannot be told is left out."""
    values = [told.value("arrivals", place) for place in DESTINATIONS]
    kept = sorted((one for one in values if one.told), key=lambda one: -abs(one.estimate))
    rows = [(wording(one.place), one.estimate, one.low, one.high, one.number, one.interval) for one in kept]
    return pd.DataFrame(rows, columns=["destination", "estimate", "low", "high", "change", "90% interval"])


def who(results: Results) -> list[tuple[str, pd.DataFrame]]:
    """Titles and tables of who is behind the numbers: by stream, sex, age and work."""
    found = []
    for told in levels_by_group.tables(results):
        rows = []
        for line in told["rows"]:
            if line["head"]:
                rows.append((line["head"], *[""] * 4))
            else:
                rows.append((_part(line["group"]), line["before"], line["after"], line["change"], line["interval"]))
        if len(rows) > 1:
            title = told["title"] + (f" ({told['note']})" if told["note"] else "")
            columns = ["", "in force", "scenario", "change", "90% interval"]
            found.append((title, pd.DataFrame(rows, columns=columns)))
    return found


def money(results: Results) -> pd.DataFrame:
    """What the focus gains or loses in taxes, contributions and support by year, million EUR; equal years left out."""
    frame = results.table("public_money")
    rows = frame[(frame["destination"] == results.focus) & frame["item"].isin(list(MONEY))]
    rows = rows[rows["difference"] != 0]
    lines = [
        (
            int(row["year"]),
            MONEY[row["item"]],
            *(f"{row[name] / 1e6:+,.1f}".replace("-", words.MINUS) for name in ("difference", "low", "high")),
        )
        for row in rows.to_dict("records")
    ]
    return pd.DataFrame(lines, columns=["year", "item", "change", "low", "high"])


def beside(one: Told, other: Told) -> pd.DataFrame:
    """Two comparisons line by line under their headings: what each changes against its own baseline."""
    ours, theirs = (_lines(told) for told in (one, other))
    rows = []
    for heading in dict.fromkeys([*ours, *theirs]):
        mine, its = ours.get(heading, {}), theirs.get(heading, {})
        rows.append((heading, *[""] * 4))
        rows += [(label, *mine.get(label, ("–", "")), *its.get(label, ("–", ""))) for label in {**mine, **its}]
    return pd.DataFrame(rows, columns=["", "this", "this, 90%", "other", "other, 90%"])


def _lines(told: Told) -> dict[str, dict[str, tuple[str, str]]]:
    """People and interval of every line of the answer, by heading and label."""
    return {
        block.heading: {_part(row.label, 1 + row.deep): (row.persons, row.interval) for row in block.rows}
        for block in all_numbers.blocks(told)
    }


def differ(one: Results, other: Results) -> list[str]:
    """Why two comparisons are not to be set side by side without care: what else differs than the scenario."""
    told = []
    if one.baseline != other.baseline:
        told.append(f"they have different baselines ({naming.words(one.baseline)}, {naming.words(other.baseline)})")
    for key, meaning in (("end", "last month"), ("one_in", "sample"), ("lambda", "λ"), ("seed", "luck")):
        ours, theirs = (results.fact("settings").get(key) for results in (one, other))
        if ours != theirs:
            told.append(f"the {meaning} differs ({ours}, {theirs})")
    return told
