"""The month's choice alone in numpy: who leaves for where, by a nested logit in float64, block by block.

What a good array program would do instead of compiled loops. It decides for the same people in the same month by
the same push, the same table of values and the same nest as the model, and does less: no money, no ages of channels,
no draw of a channel, no close people, no employers, no rush, no wishes, a stream of luck in place of luck by identity.
It is given tastes and the table of values, which the model makes itself.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.alone.stages import Stages
from bench.alone.worlds import JOB, ensemble, warm, without_panel
from sim.history.coefficients import Behaviour
from sim.model import fused
from sim.model.decision import utility
from sim.model.decision.units import STUDENT_FROM, STUDENT_TO
from sim.model.model import EmigrationModel
from sim.model.run_constants import ADULT_MONTHS, FIGHTING_ENDS_MONTHS
from sim.model.schedule import SCHEDULE
from sim.numerics.codes import CHANNEL, CONSCRIPTION, EXPOSURE, MODE, N_PLACES, PLACE, SEX, WAR_VIEW
from sim.numerics.luck import NORMAL_GRID
from sim.numerics.months import LONG_AGO
from sim.population.schema import NOBODY, Columns

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_RESERVE = (CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"])
CLOSED = -600.0
"""Value of a destination that is not open: its weight is nothing beside any other's."""


class Month(NamedTuple):
    """What everybody's choice depends on in a month."""

    t: int
    b: Behaviour
    perceived: Floats  # [circles] perceived repression
    abroad: Floats  # [circles] share of the circle settled abroad
    war_fear: float
    exposure: Floats  # [exposures] weight of perceived repression
    values: Floats  # [places, classes] value over all channels


def measure(one_in: int, before: int, months: int) -> dict[str, Any]:
    """CPU seconds of the choice over `months` months after `before`, and how many units commit to leave.

    By numpy, by the model, and by the model without its panel of expected flows, where it has one.
    """
    warm()
    sample = ensemble(one_in, before + months, 1)
    model, bare = sample.model(JOB), sample.model(JOB)
    has_panel = without_panel(bare)
    model.run(before)
    bare.run(before)
    luck = np.random.Generator(np.random.SFC64(1))
    tastes = luck.integers(0, 256, (N_PLACES, len(model.columns.key)), np.uint8)
    blocks = [
        (int(model.circles.start[first]), int(model.circles.start[last]))
        for first, last in fused.blocks(model.circles.start)
    ]
    stages, deciding, leaving, left = Stages(), 0, 0, 0
    for _ in range(months):
        for row in SCHEDULE:
            if row.name != "choose":
                model.processes[row.name](model)
                bare.processes[row.name](bare)
                continue
            month = month_of(model)
            with stages("numpy"):
                for first, last in blocks:
                    heads, slots = choose(model.columns, first, last, model.circles.one_in, month, tastes, luck)
                    deciding += len(heads)
                    leaving += int(np.count_nonzero(slots >= 0))
            waiting = len(model.pending)
            with stages("model"):
                model.processes[row.name](model)
            left += len(model.pending) - waiting
            with stages("without_panel"):
                bare.processes[row.name](bare)
    people = len(model.columns.key)
    cpu = {name: spent["cpu"] for name, spent in stages.seconds.items() if has_panel or name != "without_panel"}
    return {"people": people, "months": months, "cpu": cpu, "deciding": deciding, "numpy": leaving, "model": left}


def month_of(model: EmigrationModel) -> Month:
    """The month as it stands before the choice; the best value of each destination over channels for a whole class."""
    b, t, circles = model.behaviour, model.month, model.circles
    kinds = len(model.options.lengths)
    values = np.full((N_PLACES, kinds), CLOSED)
    for kind in range(kinds):
        offers = model.options.offers[kind, : model.options.lengths[kind]]
        offers = offers[offers["channel"] != CHANNEL["family"]]
        total = np.zeros(N_PLACES)
        np.add.at(total, offers["place"], offers["value"])
        found = total > 0.0
        values[found, kind] = model.options.free[kind, found] + b.nest_channel * np.log(total[found])
    weights = np.zeros(max(EXPOSURE.values()) + 1)
    for name, code in EXPOSURE.items():
        weights[code] = getattr(b, f"exposure_{name}")
    return Month(
        t,
        b,
        float(model.world.belarus["news"][t]) + b.circle_gain * circles.memory,
        circles.abroad / np.maximum(circles.living, 1),
        float(model.world.belarus["war_fear"][t]),
        weights,
        values,
    )


def free(people: Columns, rows: slice, t: int) -> Rows:
    """Heads of the units of a block that may decide, as positions in the block."""
    home, members = people.mode[rows] == MODE["home"], people.member[rows]
    barred = (people.held[rows] >= t) | (people.exit_ban[rows] >= t) | ~home
    barred |= people.conscription[rows] == CONSCRIPTION["serving"]
    heads, some = np.flatnonzero(members == 0), np.flatnonzero(barred & (members != NOBODY))
    ready = np.ones(len(members), np.bool_)
    ready[some - people.behind[rows][some]] = False
    ready = ready[heads]
    ready &= (people.place[rows][heads] == PLACE["belarus"]) & (people.plan[rows][heads] == 0)
    ready &= (t - people.birth[rows][heads] >= ADULT_MONTHS) & (people.due[rows][heads] <= t)
    return heads[ready]


def partners(people: Columns, rows: slice, heads: Rows) -> tuple[NDArray[np.bool_], Rows]:
    """Which units have a second adult, and the positions of those adults."""
    after = np.minimum(heads + 1, rows.stop - rows.start - 1)
    couple = (people.unit_size[rows][heads] > 1) & (people.member[rows][after] == 1)
    return couple, after[couple]


def terms(people: Columns, rows: slice, adults: Rows, circle: Rows, month: Month) -> Floats:
    """An adult's part of the wish to leave, in log-odds; `circle` is the position of each one's circle."""
    b = month.b
    age = (month.t - people.birth[rows][adults].astype(np.float64)) / 12.0
    total = b.repression * month.perceived[circle] * month.exposure[people.exposure[rows][adults]]
    standing = people.conscription[rows][adults]
    reserve = np.isin(standing, _RESERVE) & (12.0 * age < FIGHTING_ENDS_MONTHS)
    first = (standing == CONSCRIPTION["liable"]) | (people.officer[rows][adults] > 0)
    service = np.where(first, b.conscription, b.mobilisation * reserve)
    service[people.war_view[rows][adults] == WAR_VIEW["for_joining"]] = 0.0
    men = (people.sex[rows][adults] == SEX["male"]) & (12.0 * age < FIGHTING_ENDS_MONTHS)
    total += month.war_fear * (b.war + b.war_men * men + service)
    total += b.youth * np.clip((45.0 - age) / 10.0, 0.0, 1.0)
    total += b.old_age / 10.0 * np.maximum(age - 50.0, 0.0)
    total += b.skill * people.education[rows][adults] + b.ties / 255.0 * people.ties[rows][adults]
    return total


def flags(people: Columns, rows: slice, adults: Rows, t: int) -> Rows:
    """What an adult brings to the unit's choice class, as a bit mask."""
    exposure, age = people.exposure[rows][adults], t - people.birth[rows][adults]
    persecuted = people.detained[rows][adults] > LONG_AGO
    persecuted |= (exposure == EXPOSURE["media"]) | (exposure == EXPOSURE["ngo"])
    mask = utility.FLAG_PERSECUTED * persecuted.astype(np.int64)
    mask += utility.FLAG_STUDENT * ((age >= STUDENT_FROM) & (age < STUDENT_TO))
    mask += utility.FLAG_ANCESTRY * (people.ancestry[rows][adults] > 0)
    mask += utility.FLAG_VISA * (people.visa[rows][adults] >= t)
    mask += utility.FLAG_DRAFT * (people.conscription[rows][adults] == CONSCRIPTION["liable"])
    return mask


def units(people: Columns, first: int, last: int, one_in: int, month: Month) -> tuple[Rows, Rows, Floats]:
    """Of the rows of a block: heads free to decide (positions), their choice classes and their wish to leave."""
    rows = slice(first, last)
    heads = free(people, rows, month.t)
    circle = people.circle[rows][heads] // one_in  # circles are numbered as in the whole country
    couple, second = partners(people, rows, heads)
    eta = terms(people, rows, heads, circle, month)
    eta[couple] = 0.5 * (eta[couple] + terms(people, rows, second, circle[couple], month))
    eta += month.b.level + month.b.peers * month.abroad[circle]
    eta += month.b.spread_leave * NORMAL_GRID[people.frailty[rows][heads]]
    mask = flags(people, rows, heads, month.t)
    mask[couple] |= flags(people, rows, second, month.t)
    return heads, people.sector[rows][heads] * np.int64(utility.N_FLAGS) + mask, eta


def choose(
    people: Columns,
    first: int,
    last: int,
    one_in: int,
    month: Month,
    tastes: NDArray[np.uint8],
    luck: np.random.Generator,
) -> tuple[Rows, Rows]:
    """Heads of the block (positions) that decide, and the destination each commits to, -1 for staying.

    `tastes` uint8[places, people] are everybody's fixed tastes for countries, as slices of a normal.
    """
    heads, kinds, eta = units(people, first, last, one_in, month)
    taste = month.b.spread_country * NORMAL_GRID
    weights = np.empty((N_PLACES - 1, len(heads)))  # Belarus is no destination
    for place in range(1, N_PLACES):
        np.take(month.values[place], kinds, out=weights[place - 1])
        weights[place - 1] += taste[tastes[place, first:last][heads]]
    top = weights.max(axis=0)
    weights -= top
    np.exp(weights, out=weights)
    total = weights.sum(axis=0)
    probability = 1.0 / (1.0 + np.exp(-(eta + month.b.lambda_ * (top + np.log(total)))))
    slots = np.full(len(heads), -1)
    leavers = np.flatnonzero(luck.random(len(heads)) < probability)
    ladder = weights[:, leavers].cumsum(axis=0)
    slots[leavers] = 1 + (ladder < luck.random(len(leavers)) * ladder[-1]).sum(axis=0)
    return heads, slots
