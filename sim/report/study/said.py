"""What a study says in tables: a row a scenario and point, with persons and 90% intervals, harms beside counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.report import words
from sim.report.results import Effect, heading, wording
from sim.report.study.comparisons import Comparison, Study
from sim.report.study.expected import UNTESTED, Verdict, overall, wanted
from sim.report.verdicts import FEW

DASH = "\u2013"
"""Written where a comparison does not tell."""
COLUMNS = (
    ("arrivals", "arrivals in the country named", True),
    ("departures", "leave Belarus", True),
    ("deflected", "go elsewhere", False),
    ("deflection_12", "effective deflection, 12 months", True),
    ("deflection_end", "effective deflection, to the end", True),
    ("other_channel", "other channel", False),
    ("stuck", "stay, though they would leave", False),
    ("irregular_expected", "cross irregularly", True),
    ("expected_detained", "detained (expected)", True),
    ("expected_drafted:regular", "drafted (expected)", True),
    ("expected_drafted:officers", "called up as reserve officers (expected)", True),
    ("expected_drafted:reserve", "mobilised from the reserve (expected)", True),
)
"""Measure, words, and whether it is a difference, which carries a sign."""
OCCASIONAL = ("expected_drafted:officers", "expected_drafted:reserve")
"""Measures that are told only where a comparison of the study has them."""


@dataclass(frozen=True)
class Cell:
    """A number of a table with its interval, and what it is of."""

    text: str
    interval: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A row of a table."""

    title: str
    point: str
    cells: tuple[Cell, ...]
    main: bool = False


def cell(one: Comparison, measure: str, place: str = "", lambda_: float | None = None, signed: bool = True) -> Cell:
    """One effect in words; a dash if the comparison does not tell it."""
    effect = one.effect(measure, place, lambda_)
    if effect is None:
        return Cell(DASH)
    return Cell(number(effect, measure, one, signed), ends(effect, measure, one, signed))


def number(effect: Effect, measure: str, one: Comparison, signed: bool = True) -> str:
    """An effect in words: a share in percent, an expected count to two digits, persons to what the sample carries."""
    if effect.unit == "share":
        return words.percent(effect.estimate)
    if measure.startswith("expected_"):
        return words.expected(effect.estimate)
    return (words.change if signed else words.count)(effect.estimate, one.results)


def ends(effect: Effect, measure: str, one: Comparison, signed: bool = True) -> str:
    """Its interval in the same way."""
    if effect.unit == "share":
        return words.percents(effect)
    if measure.startswith("expected_"):
        return words.expected_interval(effect)
    return words.interval(effect, one.results, signed)


def arrivals(one: Comparison) -> Cell:
    """Arrivals in one destination: of how many under the rules in force, and where they change otherwise."""
    found = cell(one, "arrivals", one.place)
    level = one.effect("baseline_arrivals", one.place)
    of = f", of {words.count(level.estimate, one.results)}" if level else ""
    others = dict.fromkeys(place for place in (one.results.focus, one.most_changed) if place != one.place)
    more = "".join(f"; {wording(place)}: {cell(one, 'arrivals', place).text}" for place in others)
    return Cell(found.text, found.interval, f"{wording(one.place)}{of}{more}")


def columns(study: Study) -> list[tuple[str, str, bool]]:
    """The columns of a study's tables: `COLUMNS`, without what differs in none of its comparisons and seldom does."""
    return [column for column in COLUMNS if column[0] not in OCCASIONAL or differs(study, column[0])]


def differs(study: Study, measure: str) -> bool:
    """Whether a measure is another in the scenario of some comparison."""
    found = (one.effect(measure) for one in study.comparisons)
    return any(effect is not None and (effect.estimate or effect.low or effect.high) for effect in found)


def table(study: Study) -> list[Line]:
    """The table a minister could read, at the main lambda, in the order of the study."""
    lines = []
    for one in study.comparisons:
        cells = [cell(one, measure, signed=signed) for measure, _, signed in columns(study)[1:]]
        lines.append(Line(one.title, one.point, (arrivals(one), *cells)))
    return lines


def by_lambda(study: Study) -> list[tuple[str, list[Line]]]:
    """For each comparison its name, and a line a value of lambda, the main one marked."""
    found, told = [], columns(study)
    for one in study.comparisons:
        lines = []
        for lambda_ in one.results.lambdas:
            places = [one.place, *[""] * (len(told) - 1)]
            cells = [
                cell(one, measure, place, lambda_, signed)
                for (measure, _, signed), place in zip(told, places, strict=True)
            ]
            lines.append(Line(f"{lambda_:.12g}", "", tuple(cells), lambda_ not in one.others))
        name = f"{one.title}{one.point and ', '}{one.point} (arrivals: {wording(one.place)})"
        found.append((name, lines))
    return found


def rules(study: Study) -> list[str]:
    """How numbers are rounded and left out, once for each size of sample in the study."""
    return list(dict.fromkeys(words.rule(one.results) for one in study.comparisons))


def expectations(found: Sequence[Verdict]) -> list[dict[str, object]]:
    """Expected parts in order, each with its verdict and a line a comparison."""
    parts: dict[int, list[Verdict]] = {}
    for one in found:
        parts.setdefault(id(one.expected), []).append(one)
    return [
        {
            "says": ones[0].expected.says,
            "scenario": heading(ones[0].expected.scenario),
            "verdict": overall(ones),
            "wanted": f"{measure_words(ones[0])} {wanted(ones[0].expected)}",
            "lines": [_expectation(one) for one in ones],
        }
        for ones in parts.values()
    ]


def measure_words(one: Verdict) -> str:
    """What an expected part is about, in words."""
    measure, _, detail = one.expected.measure.partition(":")
    known = {name: text for name, text, _ in COLUMNS} | {"arrivals": "arrivals"}
    part = f" ({wording(detail)})" if detail else ""
    text = known.get(one.expected.measure) or known.get(measure, wording(measure)) + part
    return text + (f", {wording(one.expected.destination)}" if one.expected.destination else "")


def _expectation(one: Verdict) -> dict[str, str]:
    point = one.comparison.point if one.comparison else ""
    line = {"point": point, "verdict": one.verdict, "number": DASH, "interval": "", "against": "", "note": one.reason}
    if one.effect is None or one.comparison is None:
        return line
    measure = one.expected.measure
    line |= {
        "number": number(one.effect, measure, one.comparison),
        "interval": ends(one.effect, measure, one.comparison),
    }
    if one.against is not None:
        between = ends(one.against, measure, one.comparison)
        told = number(one.against, measure, one.comparison)
        line["against"] = f"which is {told}" + (f" ({between})" if between else "")
    if line["number"] == FEW and one.verdict != UNTESTED:
        line["note"] = "rests on fewer than 30 simulated people: trust the verdict as little as the number"
    return line
