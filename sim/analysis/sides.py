"""One world of a pair: what happened to everybody in it, and what conditions of persons follow from.

What a run does not keep follows from the start, the events and the luck of the model, by its own rules.
"""

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.judged import FOREVER, Flags, Happened, Numbers, happened, kinds
from sim.analysis.standings import Standings
from sim.analysis.work import sectors
from sim.history.coefficients import Behaviour
from sim.history.compiled import World
from sim.model.run_constants import ADULT_MONTHS, FIGHTING_ENDS_MONTHS
from sim.numerics.codes import CONSCRIPTION, MODE, REGION, SECTOR, SEX
from sim.numerics.luck import fill_words, replicate_seed, uniform
from sim.numerics.months import LONG_AGO
from sim.population.lives import MONTHS_OF_NEW_CLASS, Lives, lives
from sim.population.schema import NOBODY, Columns
from sim.runs.ensemble import Ensemble
from sim.runs.run import Run


class Drawn(NamedTuple):
    """What a run was made of besides its world."""

    people: Columns  # everybody at the start
    behaviour: Behaviour
    luck: int  # seed of the replicate
    trait_seed: int  # seed of the people
    one_in: int
    rates: Lives | None = None  # by which people grow up, if not those on file


def drawn_of(ensemble: Ensemble) -> Callable[[Run], Drawn]:
    """What the runs of an ensemble were made of, by run."""

    def found(run: Run) -> Drawn:
        population = ensemble.people_of(run.job.replicate)
        luck = replicate_seed(ensemble.settings.seed, run.job.replicate)
        behaviour = ensemble.parameters(run.job).behaviour
        return Drawn(population.people, behaviour, luck, population.seed, population.one_in)

    return found


class Span(NamedTuple):
    """First and last month in which a condition holds of each person, int64[people]; never if the last comes first."""

    first: Numbers
    last: Numbers

    def of(self, who: Flags) -> "Span":
        """The same of these people, and never of others."""
        return Span(np.where(who, self.first, FOREVER), np.where(who, self.last, -FOREVER))

    def within(self, other: "Span") -> "Span":
        """Where another condition holds, too."""
        return Span(np.maximum(self.first, other.first), np.minimum(self.last, other.last))


class Side:
    """A run in its world, by person."""

    def __init__(self, run: Run, world: World, drawn: Drawn) -> None:
        self.run, self.world, self.drawn, self.people = run, world, drawn, drawn.people
        self.found: Happened = happened(run, drawn.people, world)
        self.birth = drawn.people.birth.astype(np.int64)
        self.spans: dict[str, Span] = {}

    def always(self, who: Flags) -> Span:
        """A condition that these people fulfil for life."""
        everyone = np.full(len(self.birth), FOREVER)
        return Span(-everyone, everyone).of(who)

    def aged(self, low: int, high: int) -> Span:
        """Who is from one age to before another, in months."""
        return Span(self.birth + low, self.birth + high - 1)

    def works_in(self, *names: str) -> Span:
        """Who works in one of these sectors, from the first such month to the last."""
        inside = np.isin(self._sectors, [SECTOR[name] for name in names])
        classes = self.birth[:, None] + MONTHS_OF_NEW_CLASS
        always = np.full((len(self.birth), 1), FOREVER)
        begin, end = np.hstack([-always, classes]), np.hstack([classes - 1, always])
        return Span(np.where(inside, begin, FOREVER).min(axis=1), np.where(inside, end, -FOREVER).max(axis=1))

    def sector_at(self, rows: Numbers, months: Numbers) -> Numbers:
        """Sector in which each works in a month."""
        entered = (months[:, None] >= self.birth[rows, None] + MONTHS_OF_NEW_CLASS).sum(axis=1)
        return self._sectors[rows, entered].astype(np.int64)

    @cached_property
    def _sectors(self) -> NDArray[np.uint8]:
        return sectors(self.people, self.drawn.rates or lives(), self.drawn.luck, len(self.run.harms))

    def standing(self, *names: str) -> Span:
        """Men whose standing towards service is one of these, from the first such month to the last."""
        rows, standing = self._standings
        holds = np.isin(standing, [CONSCRIPTION[name] for name in names])
        first, last = np.full(len(self.birth), FOREVER), np.full(len(self.birth), -FOREVER)
        ever = holds.any(axis=0)
        first[rows[ever]] = holds[:, ever].argmax(axis=0)
        last[rows[ever]] = len(holds) - 1 - holds[::-1, ever].argmax(axis=0)
        return Span(first, last)

    @cached_property
    def _standings(self) -> tuple[Numbers, Numbers]:
        """Men of an age to serve at some time, and their standing at the end of every month, int64[months, men]."""
        people, months = self.people, len(self.run.harms)
        man = (people.sex == SEX["male"]) & (people.region != REGION["abroad"]) & (people.mode != MODE["nowhere"])
        man &= (self.birth + FIGHTING_ENDS_MONTHS > 0) & (self.birth + ADULT_MONTHS < months)
        rows = np.flatnonzero(man)
        men = Columns(*(table[rows] for table in people))
        study_abroad, own = self.world.belarus["study_abroad"], self.drawn
        return rows, Standings(men, self.run, own.behaviour, own.luck, study_abroad, own.rates).by_month()

    def lots(self, rows: Numbers, month: int, purpose: int, word: int, seed: int) -> NDArray[np.float64]:
        """Luck of these people: a word of a purpose in a month, as numbers between 0 and 1."""
        luck = np.empty((4, len(rows)), np.uint32)
        fill_words(self.people.key[rows], len(rows), month, purpose, seed, luck)
        return np.array([uniform(one) for one in luck[word]])

    @cached_property
    def first_detained(self) -> Numbers:
        """Month of the first political detention, FOREVER for who has none."""
        found = np.where(self.people.detained > LONG_AGO, -FOREVER, FOREVER).astype(np.int64)
        detained = kinds("detained", "arrested_on_return")[self.found.kind]
        np.minimum.at(found, self.found.row[detained], self.found.month[detained])
        return found

    def heads(self, rows: Numbers, months: Numbers) -> Numbers:
        """Row at the head of each one's unit: of that of the start, or one's own after coming of age."""
        alone = (self.people.behind[rows] == NOBODY) | self._grown(rows, months)
        return rows - np.where(alone, 0, self.people.behind[rows])

    def members(self, heads: Numbers, months: Numbers) -> tuple[Numbers, Numbers]:
        """Everyone in the units of these heads: position among the heads, and row.

        As units were at the start, without who has come of age; who joined one later is not among them.
        """
        behind = self.people.behind
        sizes = np.where(self._grown(heads, months), 1, self.people.reach[heads].astype(np.int64) + 1)
        which = np.repeat(np.arange(len(heads)), sizes)
        offset = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = heads[which] + offset
        same = (behind[rows] != NOBODY) & (behind[rows] == behind[heads[which]] + offset)
        ours = (offset == 0) | (same & ~self._grown(rows, months[which]))
        return which[ours], rows[ours]

    def _grown(self, rows: Numbers, months: Numbers) -> Flags:
        """Minors at the start who have come of age since."""
        member = self.people.member[rows]
        return np.asarray((member >= 2) & (member != NOBODY) & (months - self.birth[rows] >= ADULT_MONTHS))
