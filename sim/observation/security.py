"""Sense of security from 1 to 10, of anybody at any time: a pure function of what the model says people fear.

Fear is in the log-odds of the wish to leave: perceived repression by exposure, and war with service. Abroad it
counts by the reach of the Belarusian state: none with a right to stay in a place that is safe, all of it for who
has no status and may be sent back. What lowers security besides is what people lack where they live. The scale,
`1 + 9 / (1 + slope * fear + lacks)`, has one slope for everybody, anchored on the mean security in Belarus before
leaving of the survey of Lithuania of 2022; security in Lithuania tests it. Its form is an assumption.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.run_constants import FIGHTING_ENDS_MONTHS
from sim.numerics.codes import CONSCRIPTION, EXPOSURE, MODE, SEX, STATUS, WAR_VIEW
from sim.numerics.months import LONG_AGO
from sim.observation.circumstances import SETTLING, Circumstances, circumstances, means_of
from sim.observation.parameters import observation

Floats = NDArray[np.float64]

_MALE, _SETTLED = SEX["male"], MODE["settled"]
_LIABLE, _SERVED = CONSCRIPTION["liable"], CONSCRIPTION["served"]
_OFFICER = CONSCRIPTION["reserve_officer"]


def scale(fear: Floats, slope: float, lacks: Floats | float = 0.0) -> Floats:
    """Sense of security, 1 to 10, from fear (at least 0) and from what one lacks where one lives."""
    answers: Floats = 1.0 + 9.0 / (1.0 + slope * fear + lacks)
    return answers


def lacks(model: Any, rows: Any, lived: Circumstances) -> Floats:
    """What lowers the security of people abroad besides fear, float64[rows]; 0 in Belarus.

    Means to live on, a lasting right to stay, and months to settle in, each with the same weight (assumption).
    """
    away = model.columns.mode[rows] == _SETTLED
    missing = (1.0 - means_of(lived)) + (1.0 - lived.right) + (lived.months < SETTLING)
    found: Floats = np.where(away, observation().at("security_lack") * missing, 0.0)
    return found


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
    reserve = ((standing == _SERVED) | (standing == _OFFICER)) & (age < FIGHTING_ENDS_MONTHS)
    first = (standing == _LIABLE) | (people.officer[rows] > 0)
    service = np.where(first, b.conscription, np.where(reserve, b.mobilisation, 0.0))
    service = np.where(people.war_view[rows] == WAR_VIEW["for_joining"], 0.0, service)
    men = np.where((people.sex[rows] == _MALE) & (age < FIGHTING_ENDS_MONTHS), b.war_men, 0.0)
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
    missing = lacks(model, rows, circumstances(model, rows))
    return scale(fear(model, rows), observation().at("security_slope"), missing)


def anchored(before: Floats, weights: Floats, mean: float) -> float:
    """The slope with which the weighted mean answer of people with these fears at home, float64[n], is the one given.

    Raises ValueError if none does it.
    """
    low, high = 0.0, 1000.0
    for _ in range(80):
        middle = (low + high) / 2
        found = float((scale(before, middle) * weights).sum() / weights.sum())
        low, high = (middle, high) if found > mean else (low, middle)
    if abs(float((scale(before, low) * weights).sum() / weights.sum()) - mean) > 1e-6:
        raise ValueError(f"no slope gives the mean {mean:g}")
    return low
