"""Phrases in which several quantities are told together: how they change, those without a number last."""

from collections.abc import Sequence
from typing import NamedTuple

from sim.numerics.messages import listed
from sim.report import words
from sim.report.told import Told
from sim.report.verdicts import BRIEF, FEW, ROUGH, SAME, UNSURE

RULES = 70
"""Words of the changes of rules, unless the gravest alone has more."""


class Detail(NamedTuple):
    """How much the first page tells."""

    rules: int = RULES
    """Words of the changes of rules."""
    parts: int = 8
    """Parts of the lives that change with a number of their own."""
    has_sentences: bool = True
    """Whether each country has a sentence, or all stand in one list."""
    is_brief: bool = False
    """Whether what cannot be told is only named, and lost rights to stay have no sentence of their own."""
    has_parts_intervals: bool = True
    """Whether intervals stand behind parts of lives, harms and money."""
    has_intervals: bool = True
    """Whether they stand behind countries."""
    is_least: bool = False
    """Whether of many countries those of the largest changes are told only, and no harms of those who stay."""


FULL = Detail()


class Asked(NamedTuple):
    """A quantity of which a phrase tells: its words, where it is counted, in words, and its place."""

    name: str
    what: str
    where: str = ""
    place: str = ""

    @property
    def full(self) -> str:
        """What and where."""
        return f"{self.what} {self.where}".strip()


def told_with(told: Told, name: str, place: str = "", brackets: bool = True) -> str:
    """Interval and how sure, in brackets; nothing where no number is told."""
    one = told.value(name, place)
    parts = [part for part in (one.size_interval, told.how_sure(name, place)) if part not in ("", ROUGH) and one.told]
    return f" ({'; '.join(parts)})" if parts and brackets else ""


def moved(told: Told, asked: Sequence[Asked], levels: bool = False, detail: Detail = FULL) -> str:
    """One sentence on how several quantities change, the first with `levels` from what; those without a number last."""
    brackets = detail.has_parts_intervals
    said: list[str] = []
    untold: dict[str, list[Asked]] = {UNSURE: [], FEW: [], SAME: []}
    last = ""
    for one in asked:
        value = told.value(one.name, one.place)
        if not value.told:
            untold[value.verdict].append(one)
            continue
        way = "rise" if value.estimate > 0 else "fall"
        level = f" from {value.levels[0]}" if levels and not said and value.relative else ""
        start = f"{one.full} {way}" if f"{one.what} {way}" != last else one.where
        said.append(f"{start} by {value.size}{told_with(told, one.name, one.place, brackets)}{level}")
        last = f"{one.what} {way}"
    for verdict, phrase in (
        (UNSURE, "this sample cannot tell whether {} change"),
        (FEW, "few {} differ"),
        (SAME, f"{SAME} in {{}} in this sample"),
    ):
        named = _once(untold[verdict])
        if named and detail.is_brief:
            said.append(f"{BRIEF[verdict]}: {listed(named)}")
        elif named:
            said.append(phrase.format(listed(named, "or")))
    return words.capital("; ".join(said) + ".")


def _once(asked: Sequence[Asked]) -> list[str]:
    """Each quantity in words, what is counted only where it is another than before."""
    return [
        one.where if number and one.where and one.what == asked[number - 1].what else one.full
        for number, one in enumerate(asked)
    ]
