"""The yardstick as text and for a page: patterns by group with their verdicts, and the naive rules beside the model."""

import math
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from sim.history import naming
from sim.observation.naive import ARRIVING, LEAVING, OWN
from sim.observation.yardstick import HIT, MISS, NOTHING, UNTOLD, Yardstick
from sim.report.results import Results, heading, wording
from sim.report.words import MINUS

ERRORS = (
    "An error is the log of simulated over observed, or their difference, in the pattern's own tolerance; a hit is at "
    "most 1."
)
"""What a reader must know of the numbers, whatever the parameters; the rest is in `explained`."""
TASK = "python -m sim task=patterns"
"""What makes the table of patterns alone."""
ELSEWHERE = "The survey of Lithuania is asked by task=patterns alone; sources stand in patterns.csv."
NAME_WIDTH, PLACE_WIDTH = 42, 18
_ALLOWED: Mapping[str, Callable[[float], str]] = {
    "relative": lambda tolerance: f"\u00b1{tolerance:.0%}",
    "order": lambda _: "order",
    "least": lambda _: "at least",
}


class Score(NamedTuple):
    """Hits and misses of a group, and of its rows that are free: to which nothing is fitted."""

    group: str
    hits: int
    misses: int
    free_hits: int
    free_misses: int
    untold: int

    @property
    def fitted_hits(self) -> int:
        """Hits in rows to which something is fitted."""
        return self.hits - self.free_hits

    @property
    def fitted_misses(self) -> int:
        """Misses in rows to which something is fitted."""
        return self.misses - self.free_misses


def explained(is_drawn: bool, draws_of_people: int) -> str:
    """What a reader must know: of errors, of the parameters, what intervals are of, and what an asterisk marks."""
    people = "the same people" if draws_of_people == 1 else f"one of {draws_of_people} draws of the people"
    if is_drawn:
        runs = (
            f"Each replicate has a draw of the fitted parameters and {people}: 90% intervals are predictive, of "
            f"{'parameters, people and luck' if draws_of_people > 1 else 'parameters and luck'}. "
            "An asterisk: the draws were fitted to the row, or the product draws a constant from it, "
        )
    else:
        held = "luck alone" if draws_of_people == 1 else "luck and people"
        runs = (
            f"All replicates have the central parameters, and each {people}: 90% intervals are of their mean, "
            f"of {held}. An asterisk: the product draws a constant from the row, "
        )
    return f"{ERRORS} {runs}so that a hit proves nothing; the others are free."


def scores(table: pd.DataFrame) -> list[Score]:
    """Hits and misses by group in the table's order, and of all."""
    groups = [(str(name), part) for name, part in table.groupby("group", sort=False)]
    return [_score(name, part) for name, part in [*groups, ("all", table)]]


def _score(name: str, part: pd.DataFrame) -> Score:
    free = part[~part["fitted"].astype(bool)]
    hits, misses = (int((part["verdict"] == verdict).sum()) for verdict in (HIT, MISS))
    ours = [int((free["verdict"] == verdict).sum()) for verdict in (HIT, MISS)]
    return Score(name, hits, misses, ours[0], ours[1], len(part) - hits - misses)


def printed(found: Yardstick, title: str, explanation: str) -> str:
    """The yardstick as text, under a title and what `explained` says of its runs."""
    lines = [f"What was observed to the end of 2022, beside {title}", *textwrap.wrap(explanation, 110)]
    head = (f"{'':<{NAME_WIDTH}}{'place':<{PLACE_WIDTH}}{'period':<24}{'observed':>10}{'simulated':>11}"
            f"{'90% interval':>20}{'error':>8}{'allowed':>9}  verdict")  # fmt: skip
    for group, part in found.patterns.groupby("group", sort=False):
        untold = (part["verdict"] == UNTOLD).all()
        lines += ["", str(group).upper(), *([] if untold else [head])]
        lines += [_untold(row) if untold else _line(row) for row in part.to_dict("records")]
    lines += ["", *_closing(found.patterns), "", *_naive(found.naive_summary)]
    return "\n".join(line.rstrip() for line in lines)


def _line(row: dict[str, Any]) -> str:
    name, cells = _named(row), told(row)
    return (f"{name[: NAME_WIDTH - 1]:<{NAME_WIDTH}}{cells['place'][: PLACE_WIDTH - 1]:<{PLACE_WIDTH}}"
            f"{cells['period']:<24}{cells['observed']:>10}{cells['simulated']:>11}{cells['interval']:>20}"
            f"{cells['error']:>8}{cells['allowed']:>9}  {cells['verdict']}{_why(row)}")  # fmt: skip


def _why(row: dict[str, Any]) -> str:
    return f": {row['note']}" if row["verdict"] == NOTHING else ""


def _untold(row: dict[str, Any]) -> str:
    cells = told(row)
    name, place = _named(row)[: NAME_WIDTH - 1], cells["place"]
    return f"{name:<{NAME_WIDTH}}{place:<{PLACE_WIDTH}}{cells['period']:<24}{cells['observed']:>10}  {row['note']}"


def _named(row: dict[str, Any]) -> str:
    number = f"{row['target']} " if row["target"] else ""
    return f"{number}{_words(row)}"


def _words(row: dict[str, Any]) -> str:
    return str(row["pattern"]).replace("_", " ")


def section(results: Results) -> dict[str, Any]:
    """What the page of a comparison shows: scores, rows by group, the naive rules; or why there is nothing to show."""
    table = results.table("patterns")
    ending = str(results.fact("settings", "end"))
    if results.baseline != naming.HISTORICAL:
        absent = (
            f"The baseline is \u201c{heading(results.baseline)}\u201d, which is not what happened to the end of 2022: "
            f"nothing was observed of it."
        )
    else:
        absent = f"The runs end in {ending}, before anything was observed within them."
    groups = []
    for name, part in table.groupby("group", sort=False):
        rows = [
            told(row)
            | {
                "name": f"{_words(row)}{' (pattern ' + row['target'] + ')' if row['target'] else ''}",
                "hit": row["verdict"] == HIT,
                "why": row["note"] if row["verdict"] in (UNTOLD, NOTHING) else "",
                "source": f"{row['source']} ({row['confidence']})",
            }
            for row in part.to_dict("records")
        ]
        found = scores(part)[-1]
        counted = f"{found.hits} hits, {found.misses} misses" if found.hits + found.misses else f"{len(part)} patterns"
        groups.append({"title": f"{str(name)[:1].upper()}{str(name)[1:]}: {counted}", "rows": rows})
    asked = scores(table)
    return {
        "groups": groups,
        "scores": asked,
        "all": asked[-1],
        "naive": summary(results.table("naive_summary")),
        "absent": absent,
        "task": TASK,
        "explained": f"{explained(results.is_drawn, results.draws_of_people)} {ELSEWHERE}",
    }


def in_short(results: Results) -> str:
    """The scores of a comparison in a sentence, and where its table stands; nothing where it has no patterns."""
    if not (results.folder / "patterns.csv").is_file() or (table := results.table("patterns")).empty:
        return ""
    every = scores(table)[-1]
    return (
        f"everything observed to the end of 2022 beside its baseline has {every.hits} hits and "
        f"{every.misses} misses, {every.free_hits} and {every.free_misses} of them in rows to which nothing is fitted. "
        f"Row by row: report.html and patterns.csv of compare/{results.folder.name}."
    )


def told(row: dict[str, Any]) -> dict[str, str]:
    """A row of the table of patterns as texts: what a console and a page print."""
    start, end = str(row["start"]), str(row["end"])
    low, high = (number(row[name], str(row["unit"])) for name in ("low", "high"))
    allowed = _ALLOWED.get(str(row["kind"]), lambda tolerance: f"\u00b1{tolerance:g}")
    return {
        "place": _places(str(row["destination"])),
        "period": _period(start, end),
        "observed": number(row["observed"], str(row["unit"])),
        "simulated": number(row["simulated"], str(row["unit"])),
        "interval": f"{low} to {high}" if low and high else "",
        "error": f"{row['error']:+.1f}".replace("-", MINUS) if not math.isnan(row["error"]) else "",
        "allowed": allowed(row["tolerance"]) if not math.isnan(row["tolerance"]) else "",
        "verdict": f"{row['verdict']}{'*' if row['fitted'] else ''}",
    }


def number(value: float, unit: str) -> str:
    """A number as it is told: persons and papers whole, years bare, others to one digit or two; nothing for none."""
    if math.isnan(value):
        return ""
    if unit == "year":
        return f"{value:.0f}"
    if unit in ("ratio", "score 1-10"):
        return f"{value:.2f}"
    return (f"{value:.1f}" if unit.startswith("%") else f"{value:,.0f}").replace("-", MINUS)


def _places(name: str) -> str:
    if "+" in name:
        return f"{len(name.split('+'))} places"
    return {"eu": "EU", "world": "all"}.get(name, wording(name))


def _period(start: str, end: str) -> str:
    if start == end:
        return end
    whole = start.endswith("01-01") and end.endswith("12-31")
    if whole:
        return start[:4] if start[:4] == end[:4] else f"{start[:4]} to {end[:4]}"
    return f"{start} to {end}"


def _closing(table: pd.DataFrame) -> Iterator[str]:
    yield (f"{'HITS AND MISSES':<24}{'hits':>6}{'misses':>8}{'free rows: hits':>18}{'misses':>8}"
           f"{'fitted rows: hits':>20}{'misses':>8}{'neither':>9}")  # fmt: skip
    for one in scores(table):
        yield (f"{one.group:<24}{one.hits:>6}{one.misses:>8}{one.free_hits:>18}{one.free_misses:>8}"
               f"{one.fitted_hits:>20}{one.fitted_misses:>8}{one.untold:>9}")  # fmt: skip


def _naive(table: pd.DataFrame) -> Iterator[str]:
    yield "NAIVE RULES: root mean square of log errors over the same years and places"
    yield f"{'series':<34}{'rule':<26}{'years and places':>17}{'rule':>8}{'model':>8}  better"
    for row in summary(table):
        errors = f"{row['rule_rms']:>8}{row['model_rms']:>8}"
        yield f"{row['series']:<34}{row['rule']:<26}{row['compared']:>17}{errors}  {row['better']}"
    yield from textwrap.wrap(
        f"A rule marked (seen) has looked at the years that it is judged by. '{LEAVING}' sets the readings of "
        f"departures beside those who left in the same months, without any lag; "
        f"'{ARRIVING}' beside what each reading counts.",
        110,
    )


def summary(table: pd.DataFrame) -> list[dict[str, str]]:
    """Rows of the naive rules as texts, with what is nearer to the observed."""
    return [
        {
            "series": str(row["series"]).replace("_", " "),
            "rule": f"{row['rule']}{' (seen)' if row['rule'] == OWN else ''}",
            "compared": f"{row['compared']} in {row['destinations']}",
            "rule_rms": f"{row['rule_rms']:.3f}",
            "model_rms": f"{row['model_rms']:.3f}",
            "better": "model" if row["model_rms"] < row["rule_rms"] else "rule",
        }
        for row in table.to_dict("records")
    ]
