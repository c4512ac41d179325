"""Who moves in a year by sex and age, and what those who came of late would answer each September."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.processes.live import PENSION_MONTHS
from sim.model.run_constants import ADULT_MONTHS
from sim.numerics.codes import EVENT, MODE, PLACE, SEX
from sim.numerics.months import month
from sim.observation.questions import ARRIVED_FROM, favoured, intentions
from sim.observation.seen import Seen, known

Floats = NDArray[np.float64]
ASKED_IN = 9
"""Month of the year in which people are asked: that in which the survey of 2022 ended."""
_MOVES = [EVENT["departed"], EVENT["onward"]]


class Share(NamedTuple):
    """A part and its whole in one run, weighted if some are reached more easily, and the people behind the whole."""

    part: float
    whole: float
    people: int

    def with_(self, other: "Share") -> "Share":
        """Both runs together."""
        return Share(self.part + other.part, self.whole + other.whole, self.people + other.people)


def percent(shares: Sequence[Share], few: int) -> list[float]:
    """Shares in percent, of as many runs together as it takes for `few` people, the last runs with those before them.

    So that the luck of a handful of simulated people is not taken for that of as many thousand. One number if all runs
    together have fewer, none if they have nobody.
    """
    found: list[Share] = []
    together = Share(0.0, 0.0, 0)
    for share in shares:
        together = together.with_(share)
        if together.people >= few:
            found.append(together)
            together = Share(0.0, 0.0, 0)
    if found and together.people:
        found[-1] = found[-1].with_(together)
    return [100.0 * one.part / one.whole for one in found or [together] if one.whole > 0.0]


class Movers(NamedTuple):
    """Moves of a year: age of each mover in completed years, and whether a man; of the born, who are minors, no sex."""

    years: Floats
    man: NDArray[np.bool_]


def of_year(seen: Seen, place: str, year: int) -> Movers:
    """Who comes in a year to live in a place from wherever they lived, or, without a place, leaves Belarus.

    Whoever was born in the run is a minor as long as runs are short of eighteen years, and counts with the age of none.
    """
    moves, first = seen.run.moves, month(f"{year}-01")
    chosen = (moves["month"] >= first) & (moves["month"] < first + 12)
    if place:
        chosen &= np.isin(moves["kind"], _MOVES) & (moves["place"] == PLACE[place])
    else:
        chosen &= moves["kind"] == EVENT["departed"]
    keys = moves["key"][chosen]
    rows = known(seen, keys)
    born = len(keys) - len(rows)
    ages = (first + 6 - seen.people.birth[rows].astype(np.int64)) // 12
    return Movers(
        np.concatenate([ages.astype(float), np.zeros(born)]),
        np.concatenate([seen.people.sex[rows] == SEX["male"], np.zeros(born, bool)]),
    )


def men(of: Movers) -> Share:
    """Men among adult movers."""
    grown = of.years >= ADULT_MONTHS // 12
    return Share(float(of.man[grown].sum()), float(grown.sum()), int(grown.sum()))


def aged(of: Movers, low: int, high: int) -> Share:
    """Movers by age, completed years, both included."""
    chosen = (of.years >= low) & (of.years <= high)
    return Share(float(chosen.sum()), float(len(chosen)), len(chosen))


# what people answer


class Asked(NamedTuple):
    """Adults abroad who came in 2020 or later, n people."""

    place: NDArray[np.int64]
    man: NDArray[np.bool_]
    favoured: NDArray[np.bool_]
    intends: Floats  # [n, 3] to return if the regime changes: yes, no, cannot say
    income: NDArray[np.bool_]


def ask(model: Any) -> Asked:
    """Ask everybody at the end of the month just lived."""
    people, t = model.columns, model.month - 1
    abroad = (people.mode == MODE["settled"]) & (people.place != PLACE["belarus"]) & (people.since >= ARRIVED_FROM)
    rows = np.flatnonzero(abroad & (t - people.birth.astype(np.int64) >= ADULT_MONTHS))
    old = t - people.birth[rows].astype(np.int64) >= PENSION_MONTHS
    return Asked(people.place[rows].astype(np.int64), people.sex[rows] == SEX["male"], favoured(people, rows),
                 intentions(model, rows), (people.job[rows] > 0) | old)  # fmt: skip


@dataclass
class Living:
    """What the people of one run answered in September of each year, and how much more easily some were reached.

    `odds` is the weight of the favoured in Lithuania, that with which the survey of 2022 has the observed statuses.
    """

    odds: float
    answers: dict[int, Asked] = field(default_factory=dict)

    def share(self, year: int, place: str, answer: int) -> Share:
        """Who intends to return (0), does not (1), or cannot say (2)."""
        return self._share(year, place, "", self.answers[year].intends[:, answer])

    def income(self, year: int, place: str, sex: str) -> Share:
        """Who has work or a pension: of men, of women, or, without a sex, of all."""
        return self._share(year, place, sex, self.answers[year].income.astype(float))

    def _share(self, year: int, place: str, sex: str, values: Floats) -> Share:
        asked = self.answers[year]
        chosen = asked.place == PLACE[place]
        if sex:
            chosen &= asked.man == (sex == "men")
        weights = np.where(asked.favoured & (place == "lithuania"), self.odds, 1.0)[chosen]
        return Share(float((values[chosen] * weights).sum()), float(weights.sum()), int(chosen.sum()))


def due(t: int) -> bool:
    """Whether people are asked at the end of a month."""
    return t % 12 + 1 == ASKED_IN
