"""One synthetic life: what happened to a person and their unit, and every decision of it taken apart.

A `Follower` looks at one unit each month right after `choose`. What it takes apart must add up to the engine's own
values, and what it decides again must be what the engine decided; else it raises `AssertionError`.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.terms import (
    OBSTACLES,
    PUSH,
    TERMS,
    Doors,
    circle_of,
    class_of,
    empty_apart,
    fill_doors,
    fill_push,
    fill_unit,
    reconsider,
)
from sim.model.decision.claims import ASYLUM
from sim.model.decision.evaluation import FROM_HOME, UNQUEUED, draw_tastes, no_prospects
from sim.model.decision.means import money
from sim.model.decision.offers import RELOCATION
from sim.model.decision.units import at_leisure, may_exit, threat_group
from sim.model.decision.utility import MINUS_INFINITY, N_FLAGS, gumbel, leave_probability, stable_angle_term
from sim.model.decision.utility import stable_exponential_term as stable_rest
from sim.model.model import EmigrationModel
from sim.model.run_constants import share_of_circle
from sim.numerics.codes import EVENT, N_PLACES, SLOTS
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.rows import Row
from sim.population.schema import NOBODY, Columns

TOLERANCE = 1e-9
"""Largest gap between the sum of the terms and the engine's own value."""
_APPLIED, _WISHED = EVENT["applied"], EVENT["wished"]
_CHOICE = PURPOSE["choice"]
KEPT = (
    *("place", "mode", "status", "sector", "savings", "visa", "passport", "exit_ban", "held", "conscription"),
    *("serves_until", "plan", "job", "lead"),
)
"""States of which the months are kept."""


@dataclass(frozen=True)
class Decision:
    """A month in which the unit weighed staying against leaving; P places, C channels."""

    month: int
    felt: dict[str, float]  # what the circle and the country tell the unit
    group: int  # 0 threatened, 1 the others
    lambda_: float
    push: dict[str, float]
    eta: float
    free_to_exit: bool
    age: int  # of the head, completed years
    money: float
    terms: NDArray[np.float64]  # [P, C, len(TERMS)]
    obstacles: NDArray[np.int64]  # [P, C] bits of OBSTACLES
    prices: NDArray[np.float64]  # [P, C]
    values: NDArray[np.float64]  # [P] from home, minus infinity where closed
    channels: NDArray[np.uint8]  # [P] the channel by which the unit would go
    ahead: NDArray[np.bool_]  # [P] the head would go alone
    noise: NDArray[np.float64]  # [P] E and what the noise of its channels adds
    stable: float  # Z
    stay: float  # G0
    chosen: int  # place, -1 if none
    event: tuple[int, int, int, int] | None  # kind (applied or wished), place, channel, reason

    def margin(self, place: int) -> float:
        """By how much the unit would rather leave for a place than stay, in log-odds; it leaves above zero."""
        if self.values[place] == MINUS_INFINITY:
            return MINUS_INFINITY
        return float(self.lambda_ * (self.values[place] + self.noise[place]) + self.stable + self.eta - self.stay)

    @property
    def best(self) -> int:
        """Open place with the largest value plus noise, -1 if there is none."""
        totals = np.where(np.isfinite(self.values), self.values + self.noise, -np.inf)
        return int(np.argmax(totals)) if np.isfinite(totals).any() else -1

    @property
    def best_margin(self) -> float:
        """The margin of the best place; minus infinity where nothing is open or the unit may not exit."""
        return self.margin(self.best) if self.best >= 0 and self.free_to_exit else MINUS_INFINITY

    @property
    def chance(self) -> float:
        """Probability of leaving this month, before the month's luck."""
        return float(leave_probability(self.eta, self.lambda_, float(np.exp(self.values).sum())))

    def part(self, place: int) -> dict[str, float]:
        """Terms of the channel by which the unit would go to an open place, by name."""
        return dict(zip(TERMS, self.terms[place, self.channels[place]].tolist(), strict=True))

    def why_closed(self, place: int, channel: int) -> tuple[str, ...]:
        """Names of what keeps the unit from a channel; empty if it is open to it."""
        bits = int(self.obstacles[place, channel])
        return tuple(name for i, name in enumerate(OBSTACLES) if (bits >> i) & 1)


@dataclass
class Follower:
    """Observer of the unit of one person, by row; call it after `choose` (it may be a model's `observer`).

    States are kept of everyone in whose rows the person's unit of the start may stand, decisions of the unit in which
    the person is in that month.
    """

    row: int
    decisions: list[Decision] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)  # each month, a list of the unit's values a column

    def __call__(self, model: EmigrationModel) -> None:
        """Keep the unit's states of this month, and its decision if it made one."""
        people, rows = model.columns, family_rows(model.columns, self.row)
        self.states.append({name: getattr(people, name)[rows.start : rows.stop].tolist() for name in KEPT})
        if people.member[self.row] == NOBODY:
            return
        head = self.row - int(people.behind[self.row])
        event = _event(model, head)
        t = model.month
        plan = 0 if event and event[0] == _APPLIED else int(people.plan[head])  # as it was when the unit looked
        age = t - int(people.birth[head])
        due = t if event and event[0] == _WISHED else int(people.due[head])  # as it was, too
        if at_leisure(people.member[head], people.place[head], people.mode[head], plan, due, age, t):
            self.decisions.append(decision(model, head, event))


def _event(model: EmigrationModel, head: int) -> tuple[int, int, int, int] | None:
    for log in model._log:
        for one in log[(log["row"] == head) & np.isin(log["kind"], (_APPLIED, _WISHED))]:
            return tuple(int(one[name]) for name in ("kind", "place", "channel", "reason"))  # type: ignore[return-value]
    return None


def decision(model: EmigrationModel, head: int, event: tuple[int, int, int, int] | None) -> Decision:
    """Take the decision of a unit at leisure apart, between `choose` and `apply` of its month."""
    people, t, b, given, now = model.columns, model.month, model.behaviour, model.conditions, model.now
    push = np.zeros(len(PUSH))
    eta = float(fill_push(Row(people, head), now, push))
    group = int(threat_group(int(class_of(Row(people, head), t)) % N_FLAGS, float(model.world.belarus[t]["war_fear"])))
    lambda_ = float(given.lam[group])
    tastes = np.empty(SLOTS)
    draw_tastes(people.key[head], b, given.trait_seed, tastes)
    apart = empty_apart()
    fill_unit(Row(people, head), now, model.residents, (model.queued, model.seeking), tastes, apart)
    terms, obstacles, prices, alone = apart

    def again(view: int) -> tuple[int, NDArray[np.float64], Doors]:
        prospects = no_prospects(N_PLACES, model.options.offers.shape[1])._replace(tastes=tastes)
        place = reconsider(Row(people, head), now, view, eta, prospects)
        doors = Doors(np.zeros(N_PLACES, np.uint8), np.zeros(N_PLACES, np.bool_), np.zeros(N_PLACES))
        fill_doors(Row(people, head), now, prospects, doors)
        return int(place), prospects.values, doors

    chosen, values, doors = again(FROM_HOME)
    free = bool(may_exit(Row(people, head), t))
    chosen = chosen if free else -1
    luck = words(people.key[head], t, _CHOICE, 0, given.seed)
    stable = stable_angle_term(uniform(luck[1]), lambda_) + stable_rest(uniform(luck[2]), lambda_)
    circle = int(circle_of(model.circles, head))
    belarus, memory = model.world.belarus[t], float(model.circles.memory[circle])
    felt = {
        "news": float(belarus["news"]),
        "memory": memory,
        "perceived": float(belarus["news"]) + b.circle_gain * memory,
        "abroad": float(share_of_circle(model.circles, circle, float(model.circles.abroad[circle]))),
        "war_fear": float(belarus["war_fear"]),
        "heard": float(model.circles.heard[circle]),
    }
    found = Decision(
        t, felt, group, lambda_, dict(zip(PUSH, push.tolist(), strict=True)), eta, free,
        (t - int(people.birth[head])) // 12,
        float(money(Row(people, head), now)), terms, obstacles, prices, values, *doors, float(stable),
        float(gumbel(uniform(luck[3]))), chosen, event,
    )  # fmt: skip
    _need_sums(found, alone, float(b.nest_channel))
    _need_same(found, again)
    return found


def _need_sums(found: Decision, alone: NDArray[np.bool_], mu: float) -> None:
    """The terms add up to the engine's values, and what they call open is what the engine does."""
    assert abs(sum(found.push.values()) - found.eta) < TOLERANCE, "push"
    sums = found.terms.sum(axis=2)
    for place in range(N_PLACES):
        usable = (found.obstacles[place] == 0) & (sums[place] > MINUS_INFINITY)
        is_open = found.values[place] > MINUS_INFINITY
        assert usable.any() == is_open, f"place {place}: open or not"
        if is_open:
            door, top = found.channels[place], sums[place][usable].max()
            whole = top + mu * float(np.log(np.exp((sums[place][usable] - top) / mu).sum()))
            assert abs(whole - found.values[place]) < TOLERANCE, f"place {place}: terms"
            assert usable[door], f"place {place}: channel"
            assert alone[place, door] == found.ahead[place], f"place {place}: ahead"


def _need_same(found: Decision, again: Any) -> None:
    """What the unit decides again, by the engine's rule and by the terms, is what it did."""
    by_terms = found.best if found.free_to_exit and found.best >= 0 and found.best_margin > 0.0 else -1
    close = abs(found.best_margin) < TOLERANCE
    assert found.chosen == by_terms or close, f"month {found.month}: the margins say {by_terms}, not {found.chosen}"
    did = found.event
    if did and did[0] == _APPLIED and did[2] in (RELOCATION, ASYLUM):
        return  # with its employer, whatever else is on offer; or in danger and for want of another way
    if found.chosen >= 0:
        wanted: tuple[int, int, int] | None = (_APPLIED, found.chosen, int(found.channels[found.chosen]))
    else:
        place, _, (channels, _, _) = again(UNQUEUED)
        wanted = (_WISHED, place, int(channels[place])) if place >= 0 else None
    assert (did[:3] if did else None) == wanted, f"month {found.month}: {did} happened, {wanted} by the rule"


@dataclass(frozen=True)
class Life:
    """A unit in one world from its first month to its last."""

    scenario: str
    head: int  # first row of the unit of the start
    size: int  # rows in which its people may stand
    row: int  # row of the person who was asked for
    events: NDArray[np.void]  # of all of them, in order of time
    decisions: list[Decision]
    states: list[dict[str, Any]]  # by month

    def at(self, month: int) -> Decision | None:
        """The decision of a month, if the unit made one."""
        return next((one for one in self.decisions if one.month == month), None)


def family_rows(people: Columns, row: int) -> range:
    """Rows in which people of the unit stand, at the start and later, to which a person belonged at the start."""
    first = row
    while first and first - 1 + int(people.reach[first - 1]) >= row:
        first -= 1
    return range(first, first + int(people.reach[first]) + 1)


def life(model: EmigrationModel, scenario: str, row: int, follower: Follower) -> Life:
    """What a finished run tells about a person and their unit."""
    rows, events = family_rows(model.columns, row), model.recorder.events
    mine = events[(events["row"] >= rows.start) & (events["row"] < rows.stop)]
    return Life(scenario, rows.start, len(rows), row, mine, follower.decisions, follower.states)


_TOLD = ["month", "kind", "origin", "place", "channel", "reason", "key"]


def first_difference(one: Life, other: Life) -> int | None:
    """First month in which something else happens to the unit in the other world; None if never."""
    ours, theirs = (sorted(life.events[_TOLD].tolist()) for life in (one, other))
    apart = [a[0] for a in set(ours) ^ set(theirs)]
    for t, (a, b) in enumerate(zip(one.states, other.states, strict=True)):
        if any(a[name] != b[name] for name in ("visa", "exit_ban", "conscription", "sector", "plan")):
            apart.append(t)
            break
    return min(apart, default=None)


NEARLY = -1.0
"""Margin, in log-odds, above which a unit that stayed nearly left."""
MOST_WISHES, MOST_NEAR = 3, 2


def that_mattered(told: Life, marks: tuple[int, ...] = ()) -> list[tuple[Decision, str]]:
    """Decisions worth taking apart, in order, each with why: commitments, wishes, near departures, `marks` (months)."""
    chosen: dict[int, str] = {}
    seen: set[tuple[int, ...]] = set()
    for one in told.decisions:
        if one.event and one.event[0] == _APPLIED:
            chosen[one.month] = "commits"
        elif one.event and one.event not in seen and len(seen) < MOST_WISHES:
            seen.add(one.event)
            chosen[one.month] = "wishes in vain"
    for month in marks:
        after = next((one for one in told.decisions if one.month >= month), None)
        if after:
            chosen.setdefault(after.month, "around the change of rules")
    near = [one for one in told.decisions if one.month not in chosen and NEARLY < one.best_margin <= 0.0]
    for one in sorted(near, key=lambda one: -one.best_margin)[:MOST_NEAR]:
        chosen[one.month] = "nearly leaves"
    return [(one, chosen[one.month]) for one in told.decisions if one.month in chosen]
