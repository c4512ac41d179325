"""What people would answer if they were asked: the questions of the survey of Lithuania of 2022.

Every answer is a probability (or a score) read from what the model knows of a person. Reasons are cited by what the
unit's commitment would have lost without them (`sim.analysis.citing`), asked only where losses are given. Intention
to return is that of a life without threat: the hazard of return without the factors of persecution and draft, over
horizons of five and twenty years (assumption).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.reasons import PULLS, WHOLE
from sim.analysis.reasons import REASONS as LOSSES
from sim.model.processes.live import PENSION_MONTHS, destitute
from sim.model.processes.move_on import return_hazard
from sim.model.run_constants import ADULT_MONTHS
from sim.numerics.codes import CHANNEL, MODE, PLACE, STATUS
from sim.numerics.months import LONG_AGO, month
from sim.observation import living
from sim.observation.circumstances import circumstances, heads_of
from sim.observation.definitions import own_permits
from sim.observation.parameters import observation
from sim.observation.security import fear, lacks, scale
from sim.population.rows import Row
from sim.population.schema import Columns

Floats = NDArray[np.float64]
COUNTRY = PLACE["lithuania"]
ARRIVED_FROM = month("2020-01")
FIELD = tuple(range(month("2022-06"), month("2022-09") + 1))
"""Months in which the survey was in the field."""

STATUS_ROWS = (
    "temporary/permanent residence permit",
    "humanitarian visa",
    "study/work visa",
    "asylum, temporary protection or pending",
)
RETURN_ROWS = ("intends to return", "does not intend to return", "cannot say")
BEFORE, NOW = "security in Belarus before leaving", "security in Lithuania"
ROWS: tuple[tuple[str, str], ...] = (
    ("arrival", "arrived in 2022"),
    *(("legal_status", item) for item in STATUS_ROWS),
    ("income", "permanent source of income"),
    ("wellbeing", BEFORE),
    ("wellbeing", NOW),
    *(("return", item) for item in RETURN_ROWS),
    *living.ROWS,
)
"""Domain and item of every row asked, as in `sim/data/observed/survey.csv`."""
CHOICES = ("legal_status", "return")
"""Domains of which a respondent gives one answer."""

EMPLOYER = "employer"
"""The move of one's employer, to which those owe everything who go along: the firm has chosen the place and keeps the
job (`sim.model.decision.staff`)."""
LEAVE: dict[tuple[str, str], tuple[str, ...]] = {
    ("reason_leave", "political reasons"): ("repression", "war", "draft", "protection"),
    ("reason_leave", "work/economic reasons"): ("wage", EMPLOYER),
}
"""Why one left: rows, and the reasons of `sim.analysis.reasons` that are taken away together (pushes add up, and
so does one pull; that war and draft are told as political is an assumption). An employer's move is both: part of
protection, for firms move because of repression and war, and a job-related reason, as which the study explains the row
(Dambrauskaitė 2022: moved businesses, organisations and newsrooms)."""
DESTINATION: dict[tuple[str, str], tuple[str, ...]] = {
    ("reason_destination", "possibility of visa/TRP"): ("access",),
    ("reason_destination", "relatives/support network there"): ("kin", "diaspora"),
    ("reason_destination", "better political climate"): ("safety",),
    ("reason_destination", "better employment opportunities"): ("wage",),
    ("reason_destination", "other (language, own experience, workplace transfer, proximity)"): (
        "language",
        "distance",
        "taste",
        EMPLOYER,
    ),
}
"""Why one chose Lithuania; of several pulls, which do not add up, the largest loss counts. Whose employer moved has the
last row alone: the place was the firm's choice."""


class Answers(NamedTuple):
    """Answers of n people."""

    values: Floats  # [n, rows] probabilities, or scores
    asked: NDArray[np.bool_]  # [n, rows] whether the person gives an answer
    favoured: NDArray[np.bool_]  # [n] protected or politically active: whom the survey reached more easily
    fear_before: Floats  # [n] fear in the month of leaving Belarus
    keys: NDArray[np.uint64]  # [n]
    heads: NDArray[np.uint64]  # [n] keys of the heads of their units, who commit


def eligible(people: Columns, t: int) -> NDArray[np.int64]:
    """Rows of adults settled in Lithuania who arrived there in 2020 or later."""
    there = (people.mode == MODE["settled"]) & (people.place == COUNTRY)
    grown = t - people.birth.astype(np.int64) >= ADULT_MONTHS
    return np.flatnonzero(there & grown & (people.since >= ARRIVED_FROM))


def answers(model: Any, fears: Floats) -> Answers:
    """Ask everybody eligible at the end of the month just lived; `fears` float64[people] are those before leaving.

    Who lived abroad from the start has no fear before leaving (not a number) and gives no answer on it.
    """
    people, t = model.columns, model.month - 1
    rows = eligible(people, t)
    status, channel = people.status[rows], people.channel[rows]
    visa, humanitarian = status == STATUS["visa"], channel == CHANNEL["humanitarian"]
    asylum = (status == STATUS["asylum_seeker"]) | (status == STATUS["protected"])
    sheltered = (status == STATUS["temporary_protection"]) & (own_permits(COUNTRY) > 0.0)
    resident = (status == STATUS["permit"]) | (status == STATUS["permanent"]) | sheltered
    by_status = np.stack([resident, visa & humanitarian, visa & ~humanitarian, asylum], axis=1)
    old = t - people.birth[rows].astype(np.int64) >= PENSION_MONTHS
    before, slope, lived = fears[rows], observation().at("security_slope"), circumstances(model, rows)
    now, plans = scale(fear(model, rows), slope, lacks(model, rows, lived)), intentions(model, rows)
    life = living.answers(model, rows, lived, now, 1.0 - plans[:, 0])
    values = np.column_stack(
        [
            people.since[rows] >= month("2022-01"),
            by_status,
            (people.job[rows] > 0) | old,
            scale(before, slope),
            now,
            plans,
            life.values,
        ]
    ).astype(np.float64)
    asked = np.ones(values.shape, np.bool_)
    asked[:, 1:5] = by_status.any(axis=1, keepdims=True)
    asked[:, 6] = ~np.isnan(before)
    asked[:, -len(living.ROWS) :] = life.asked
    return Answers(values, asked, favoured(people, rows), before, people.key[rows], people.key[heads_of(people)[rows]])


def favoured(people: Columns, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether people are protected or politically active: whom the survey reached more easily."""
    status, channel = people.status[rows], people.channel[rows]
    protected = (status == STATUS["asylum_seeker"]) | (status == STATUS["protected"])
    humanitarian = (status == STATUS["visa"]) & (channel == CHANNEL["humanitarian"])
    active = (people.exposure[rows] > 0) | (people.detained[rows] > LONG_AGO)
    return np.asarray(protected | humanitarian | active, np.bool_)


def intentions(model: Any, rows: NDArray[np.int64]) -> Floats:
    """Probabilities of yes, no and cannot say on return if the regime changes, float64[rows, 3]."""
    people, b, t = model.columns, model.behaviour, model.month - 1
    pull = model.world.belarus["return_pull"][t]
    heads = heads_of(people)[rows]
    hazards = np.array(
        [
            return_hazard(b, pull, t - int(left), False, status, destitute(Row(people, head), t), False)
            for head, status, left in zip(heads, people.status[rows], people.left[rows], strict=True)
        ]
    )
    staying, soon, late = np.ones(len(rows)), int(observation().at("return_soon")), int(observation().at("return_late"))
    yes, no = np.zeros(len(rows)), np.zeros(len(rows))
    for months in range(1, late + 1):
        staying = staying * (1.0 - hazards)  # no power: it rounds otherwise from one processor to another
        if months == soon:
            yes = 1.0 - staying
    no = staying
    return np.stack([yes, no, 1.0 - yes - no], axis=1)


def leave_losses(heads: NDArray[np.uint64], records: NDArray[np.void]) -> Floats:
    """Losses of leaving by row of `LEAVE` at the unit's last commitment, float64[n, rows], nan for who has none."""
    return _losses(heads, records, LEAVE, ("leave", tuple(LOSSES)), np.sum)


def destination_losses(heads: NDArray[np.uint64], records: NDArray[np.void]) -> Floats:
    """Losses of the choice by row of `DESTINATION` at the unit's last commitment to Lithuania, as `leave_losses`."""
    return _losses(heads, records[records["place"] == COUNTRY], DESTINATION, ("choice", tuple(PULLS)), np.max)


def _losses(
    heads: NDArray[np.uint64],
    records: NDArray[np.void],
    rows: Mapping[tuple[str, str], tuple[str, ...]],
    told: tuple[str, tuple[str, ...]],
    together: Callable[..., Floats],
) -> Floats:
    part, names = told
    found = np.full((len(heads), len(rows)), np.nan)
    if len(records):
        records = records[np.lexsort((records["month"], records["key"]))]
        at = np.searchsorted(records["key"], heads, side="right") - 1
        known = (at >= 0) & (records["key"][at] == heads)
        for i, reasons in enumerate(rows.values()):
            losses = records[part][at[known]][:, [names.index(reason) for reason in reasons if reason != EMPLOYER]]
            moved = (records["channel"][at[known]] == CHANNEL["relocation"]) & (EMPLOYER in reasons)
            found[known, i] = np.where(moved, WHOLE, together(losses, axis=1))
    return found
