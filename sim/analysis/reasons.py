"""Why units leave and why they choose where: what each departure would lose without what one reason has added.

Leave-one-out: a reason's loss is by how much the log-odds of leaving (or the log-probability of the chosen
destination, given that one leaves) fall when its term is what it was without it and everything else stays. Losses of
several pushes add up, those of pulls do not; a loss may be negative: then the reason held the unit back.
"""

import numpy as np
from numpy.typing import NDArray

from sim.analysis.terms import ACCESS, COUNTRY, OWN, PUSH, TERMS, Apart, class_of, fill_push, fill_unit
from sim.model.decision.claims import ASYLUM
from sim.model.decision.evaluation import draw_tastes
from sim.model.decision.offers import RELOCATION, inclusive_of_doors
from sim.model.decision.units import threat_group
from sim.model.decision.utility import CLOSED, FLAG_PERSECUTED, MINUS_INFINITY, N_FLAGS, diaspora_term
from sim.model.model import EmigrationModel
from sim.model.now import Now
from sim.numerics.arithmetic import exp, log
from sim.numerics.codes import CHANNEL_NAMES, EVENT, SLOTS
from sim.numerics.compiling import compiled
from sim.population.rows import at
from sim.population.schema import Columns

PUSHES: dict[str, tuple[str, ...]] = {
    "repression": ("repression",),
    "war": ("war",),
    "draft": ("draft", "mobilisation"),
    "peers": ("peers",),
    "person": ("age", "skill", "ties", "frailty"),
}
"""Push reasons and the terms of the wish to leave that each removes. The base level and the rush are no reasons."""
PULLS: dict[str, tuple[str, ...]] = {
    "wage": ("wage",),
    "language": ("language",),
    "diaspora": ("diaspora",),
    "kin": ("kin",),
    "safety": ("safety",),
    "rent": ("rent",),
    "distance": ("distance",),
    "access": ACCESS,
    "taste": ("country_taste",),
    "protection": (),
}
"""Pull reasons and the terms of every destination that each removes. What `removed` means for each:
wage and rent: as at home everywhere; language: Russian is of no use anywhere; diaspora: as many from Belarus live
there as at the end of 2018, so that only what came since counts; kin: no close people abroad, so no family channel
either; safety: the persecuted are safe nowhere; distance: every place is 500 km away; access: every channel that is
open is open at once, free and for certain, closed ones stay closed; taste: none of one's own; protection: no
channels that are there because of repression and war: humanitarian and mediated visas, asylum, an employer that moves,
schemes for workers of IT (that the latter two would not be there is an assumption). Who goes along with an employer
compares nothing but going and staying, and nobody weighs asylum beside other channels: such commitments owe everything
to protection and nothing to another pull."""
SHUT = {"kin": ("family",), "protection": ("humanitarian", "mediated", "asylum", "relocation", "it_scheme")}
"""Channels that are there by a reason only, and closed without it."""
REASONS = (*PUSHES, *PULLS)
WHOLE = 20.0
"""Fall of the log-probability of a destination that is closed without the reason: it owes everything to it."""

RECORD = np.dtype(
    [
        ("month", "i2"),
        ("place", "u1"),
        ("channel", "u1"),
        ("motive", "u1"),
        ("size", "u1"),
        ("key", "u8"),
        ("leave", "f4", (len(REASONS),)),  # fall of the log-odds of leaving without each reason
        ("choice", "f4", (len(PULLS),)),  # fall of log P(this destination | leave) without each pull reason
    ]
)
"""One commitment of a unit: to a place by a channel, its motive, people, and the losses."""


def _masks(reasons: dict[str, tuple[str, ...]], names: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.array([[name in removed for name in names] for removed in reasons.values()])


_PUSH_OF, _PULL_OF = _masks(PUSHES, PUSH), _masks(PULLS, TERMS)
_SHUT = np.array([[name in SHUT.get(reason, ()) for name in CHANNEL_NAMES] for reason in PULLS])
_DIASPORA, _SAFETY = TERMS.index("diaspora"), TERMS.index("safety")
_PROTECTION = tuple(PULLS).index("protection")
_APPLIED = EVENT["applied"]
assert TERMS == COUNTRY + ACCESS + OWN


@compiled
def inclusive(values: NDArray[np.float64]) -> float:
    """Log of the sum of exponentials of destinations' values, float64[places], minus infinity for the closed."""
    top = values.max()
    if top == MINUS_INFINITY:
        return CLOSED
    total = 0.0
    for place in range(len(values)):
        total += exp(max(values[place] - top, CLOSED))
    return top + log(total)


@compiled
def fill_values(
    terms: NDArray[np.float64], obstacles: NDArray[np.int64], removed: NDArray[np.bool_], shut: NDArray[np.bool_],
    absent: NDArray[np.float64], mu: float, values: NDArray[np.float64],
) -> None:  # fmt: skip
    """Fill every destination's value by its channels, float64[places], with the `removed` terms as `absent`.

    `absent` float64[places, terms] is what each term is without its reason; `shut` bool[channels] are closed; `mu` is
    the dissimilarity of channels.
    """
    doors = np.empty(terms.shape[1])
    for place in range(len(values)):
        doors[:] = MINUS_INFINITY
        for channel in range(terms.shape[1]):
            if obstacles[place, channel] or shut[channel]:
                continue
            whole = total = 0.0
            for i in range(terms.shape[2]):
                term = terms[place, channel, i]
                whole += term
                total += absent[place, i] if removed[i] else term
            if whole > MINUS_INFINITY:
                doors[channel] = total
        values[place] = inclusive_of_doors(doors, mu)


@compiled
def fill_pull_losses(
    apart: Apart,
    chosen: int,
    nests: tuple[float, float],
    absent: NDArray[np.float64],
    pulls: NDArray[np.bool_],
    leave: NDArray[np.float32],
    choice: NDArray[np.float32],
) -> None:
    """Fill what leaving and the chosen destination lose without each row of `pulls`, bool[reasons, terms].

    `absent` float64[places, terms] is what each term is without its reason; `nests` are lambda and mu.
    """
    lambda_, mu = nests
    values, without = np.empty(len(apart.terms)), np.empty(len(apart.terms))
    terms, obstacles = apart.terms, apart.obstacles
    fill_values(
        terms, obstacles, np.zeros(terms.shape[2], np.bool_), np.zeros(terms.shape[1], np.bool_), absent, mu, values
    )
    whole = inclusive(values)
    for r in range(len(pulls)):
        fill_values(terms, obstacles, pulls[r], _SHUT[r], absent, mu, without)
        rest = inclusive(without)
        leave[r] = lambda_ * (whole - rest)
        choice[r] = WHOLE
        if without[chosen] > MINUS_INFINITY:
            choice[r] = min(WHOLE, (values[chosen] - whole) - (without[chosen] - rest))


@compiled
def fill_records(
    people: Columns,
    heads: NDArray[np.int64],
    now: Now,
    market: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    pushes: NDArray[np.bool_],
    pulls: NDArray[np.bool_],
    records: NDArray[np.void],
) -> None:
    """Fill the losses of each unit that committed this month; `heads` int64[n] are rows, `records` RECORD[n].

    `market` are residents float64[places], those who wait, float64[places, channels] and, of workers,
    float64[places, sectors], and the residents of the end of 2018, float64[places], all in persons.
    """
    residents, waiting, seeking, before = market
    push, tastes = np.empty(pushes.shape[1]), np.empty(SLOTS)
    apart = Apart(
        np.empty((*now.law.shape, pulls.shape[1])),
        np.empty(now.law.shape, np.int64),
        np.empty(now.law.shape),
        np.empty(now.law.shape, np.bool_),
    )
    absent = np.zeros((len(now.law), pulls.shape[1]))
    for place in range(len(now.law)):
        absent[place, _DIASPORA] = diaspora_term(before[place], now.coefficients.diaspora)
    for n in range(len(heads)):
        head, record = at(people, heads[n]), records[n]
        fill_push(head, now, push)
        for r in range(len(pushes)):
            record.leave[r] = 0.0
            for i in range(pushes.shape[1]):
                if pushes[r, i]:
                    record.leave[r] += push[i]
        leave, choice = record.leave[len(pushes) :], record.choice
        if head.plan_channel == RELOCATION or head.plan_channel == ASYLUM:
            leave[:] = choice[:] = 0.0
            leave[_PROTECTION] = choice[_PROTECTION] = WHOLE
            continue
        draw_tastes(head.key, now.coefficients, now.run.trait_seed, tastes)
        fill_unit(head, now, market[0], (market[1], market[2]), tastes, apart)
        mask = class_of(head, now.month) % N_FLAGS
        nests = now.run.lam[threat_group(mask, now.belarus.war_fear)], now.coefficients.nest_channel
        absent[:, _SAFETY] = -now.coefficients.safety if mask & FLAG_PERSECUTED else 0.0
        fill_pull_losses(apart, head.plan_place, nests, absent, pulls, leave, choice)


class ReasonsOf:
    """Observer that records the reasons of every commitment; give it to a model as its `observer`."""

    def __init__(self) -> None:
        self._found: list[NDArray[np.void]] = []

    def __call__(self, model: EmigrationModel) -> None:
        """Record the units that committed this month."""
        people, t = model.columns, model.month
        rows = np.concatenate([[], *(log["row"][log["kind"] == _APPLIED] for log in model._log)]).astype(np.int64)
        details = [log["detail"][log["kind"] == _APPLIED] for log in model._log]
        records = np.zeros(len(rows), RECORD)
        records["month"], records["key"] = t, people.key[rows]
        records["place"], records["channel"] = people.plan_place[rows], people.plan_channel[rows]
        records["size"], records["motive"] = people.unit_size[rows], np.concatenate([[], *details])
        before = np.ascontiguousarray(model.world.places["diaspora"][0])
        market = model.residents, model.queued, model.seeking, before
        fill_records(people, rows, model.now, market, _PUSH_OF, _PULL_OF, records)
        self._found.append(records)

    @property
    def records(self) -> NDArray[np.void]:
        """All commitments so far, in order of month and storage, RECORD[n]."""
        return np.concatenate(self._found) if self._found else np.zeros(0, RECORD)
