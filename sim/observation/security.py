"""Sense of security from 1 to 10, of anybody at any time: a pure function of what the model says people fear.

Fear is in the log-odds of the wish to leave: perceived repression by exposure, and war with service. Abroad it
counts by the reach of the Belarusian state: none with a right to stay in a place that is safe, all of it for who
has no status and may be sent back. The scale, `1 + 9 / (1 + level + slope * fear)`, has two coefficients for
everybody, anchored on two means of the survey of Lithuania of 2022; its form is an assumption.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.units import MOBILISATION_ENDS_MONTHS
from sim.numerics.codes import CONSCRIPTION, EXPOSURE, MODE, SEX, STATUS
from sim.numerics.months import LONG_AGO
from sim.observation.parameters import observation

Floats = NDArray[np.float64]

_MALE, _SETTLED = SEX["male"], MODE["settled"]
_LIABLE, _SERVED = CONSCRIPTION["liable"], CONSCRIPTION["served"]
_OFFICER = CONSCRIPTION["reserve_officer"]


def scale(fear: Floats, level: float, slope: float) -> Floats:
    """Sense of security, 1 to 10, from fear (at least 0); `level` is the insecurity of who fears nothing."""
    answers: Floats = 1.0 + 9.0 / (1.0 + level + slope * fear)
    return answers


def fear_at_home(model: Any, rows: Any) -> Floats:
    """Fear of people as if in Belarus in the last month lived, log-odds, float64[rows].

    The circle's memory of detentions counts with the news. Who was ever detained is exposed at least as media work is
    (assumption: the rules treat both as persecuted).
    """
    people, b, t = model.columns, model.behaviour, max(0, model.month - 1)
    exposure = people.exposure[rows]
    weights = np.array([getattr(b, f"exposure_{name}") for name in EXPOSURE])[exposure]
    detained = people.detained[rows] > LONG_AGO
    weights = np.where(detained, np.maximum(weights, b.exposure_media), weights)
    circle = people.circle[rows] // model.circles.one_in
    perceived = model.world.belarus["news"][t] + b.circle_gain * model.circles.memory[circle]
    standing, age = people.conscription[rows], t - people.birth[rows].astype(np.int64)
    reserve = ((standing == _SERVED) | (standing == _OFFICER)) & (age < MOBILISATION_ENDS_MONTHS)
    service = np.where(standing == _LIABLE, b.conscription, np.where(reserve, b.mobilisation, 0.0))
    men = np.where((people.sex[rows] == _MALE) & (age < MOBILISATION_ENDS_MONTHS), b.war_men, 0.0)
    fear: Floats = b.repression * perceived * weights + model.world.belarus["war_fear"][t] * (b.war + men + service)
    return fear


def reach(model: Any, rows: Any) -> Floats:
    """Share of the fears at home that follow a person to where they are, 0 to 1, float64[rows]; 1 in Belarus."""
    people, t = model.columns, max(0, model.month - 1)
    secure = np.ones(len(STATUS))
    secure[STATUS["irregular"]] = observation().at("secure_irregular")
    secure[STATUS["asylum_seeker"]] = observation().at("secure_asylum_seeker")
    safety = model.world.places["safety"][t][people.place[rows]]
    followed: Floats = np.where(people.mode[rows] == _SETTLED, 1.0 - safety * secure[people.status[rows]], 1.0)
    return followed


def fear(model: Any, rows: Any) -> Floats:
    """Fear of people where they are, log-odds, float64[rows]; the war counts where the place itself is at war."""
    t = max(0, model.month - 1)
    unsafe = np.where(
        model.columns.mode[rows] == _SETTLED, model.world.places["unsafe"][t][model.columns.place[rows]], 0.0
    )
    felt: Floats = reach(model, rows) * fear_at_home(model, rows) + unsafe * model.behaviour.war
    return felt


def security(model: Any, rows: Any) -> Floats:
    """Sense of security, 1 to 10, of the people in `rows` (row numbers) of an `EmigrationModel`, float64[rows]."""
    return scale(fear(model, rows), observation().at("security_level"), observation().at("security_slope"))


def anchored(before: Floats, now: Floats, weights: Floats, before_mean: float, now_mean: float) -> tuple[float, float]:
    """Level and slope with which two groups' weighted mean answers are the two means given.

    `before` and `now` are fears of the same people, float64[n]. Raises ValueError if no level of at least 0 does it.
    """

    def mean(felt: Floats, level: float, slope: float) -> float:
        return float((scale(felt, level, slope) * weights).sum() / weights.sum())

    def falling(found: Any, target: float, high: float) -> float:
        low = 0.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if found(middle) > target else (low, middle)
        return low

    level = slope = 0.0
    for _ in range(60):
        level = falling(lambda x, slope=slope: mean(now, x, slope), now_mean, 100.0)
        slope = falling(lambda x, level=level: mean(before, level, x), before_mean, 1000.0)
    off = max(abs(mean(now, level, slope) - now_mean), abs(mean(before, level, slope) - before_mean))
    if off > 1e-6:
        raise ValueError(f"no level and slope give the means {before_mean:g} and {now_mean:g}")
    return level, slope
