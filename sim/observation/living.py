"""How people live in Lithuania and what help they need, as the survey of 2022 asked: answers from what they live in.

Every answer is a probability or a score. What a need follows from is an assumption, said beside it in
`docs/observation.md`; no number of the survey enters but the two of discrimination, which are said to be fitted.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import EDUCATION, SEX
from sim.numerics.months import LONG_AGO
from sim.observation.circumstances import SETTLING, Circumstances, means_of, turned_away

Floats = NDArray[np.float64]

QUALITY = ("wellbeing", "quality of life in Lithuania")
YEAR = 12
WOMEN, MEN = "women without a permanent source of income", "men without a permanent source of income"
HOME, WORK, WOMEN_HOME = "looking for a home", "at work", "looking for a home, women"
ROWS: tuple[tuple[str, str], ...] = (
    ("income", WOMEN),
    ("income", MEN),
    ("income", "without one: savings, or relatives elsewhere"),
    ("income", "without one: the partner"),
    QUALITY,
    ("discrimination", HOME),
    ("discrimination", WORK),
    ("discrimination", WOMEN_HOME),
    ("health", "no health insurance"),
    ("children", "uses schools or care of minors"),
    ("needs", "language courses"),
    ("needs", "medical help"),
    ("needs", "legal advice"),
    ("needs", "help in finding a job"),
    ("needs", "psychological help"),
    ("needs", "help in finding a home"),
    ("needs", "money"),
    ("needs", "places for children"),
    ("needs", "recognition of qualifications"),
)
"""Domain and item of every row, as in `sim/data/observed/survey.csv`."""


class Asked(NamedTuple):
    """Answers of n people to `ROWS`."""

    values: Floats  # [n, rows] probabilities, or scores
    asked: NDArray[np.bool_]  # [n, rows] whether the person gives an answer


def quality_of_life(lived: Circumstances, security: Floats) -> Floats:
    """Quality of life from 1 to 10 from eight things a person lives in, each with the same weight (assumption).

    Security (1 to 10), means, what a rent leaves of the wages, the right to stay, language, people who are close,
    health insurance, and fair treatment.
    """
    home, work = turned_away(lived)
    fair = (1.0 - home) * (1.0 - work)
    close = 0.5 * (lived.together + lived.close)
    parts = ((security - 1.0) / 9.0, means_of(lived), lived.affordable, lived.right, lived.language, close,
             lived.insured, fair)  # fmt: skip
    total = np.zeros(len(security))
    for part in parts:
        total = total + part
    return 1.0 + 9.0 * total / len(parts)


def answers(model: Any, rows: NDArray[np.int64], lived: Circumstances, security: Floats, staying: Floats) -> Asked:
    """What the people in `rows` answer; `security` is their score now, `staying` the chance that they will not return.

    Language: whoever will not return and does not speak as the people there. Medical help: no insurance, or a language
    in the way. Law: a right for the time being, none, or a home where one may not register. A job: none, at an age to
    work. Psychological help: ever detained, or still settling in. A home: still settling in, or turned away. Money: no
    means in the family. Places for children: pupils in the first year. Qualifications: a degree without work.
    """
    people = model.columns
    woman = people.sex[rows] == SEX["female"]
    home, work = turned_away(lived)
    without = lived.working == 0.0
    new = lived.months < SETTLING
    unregistered = np.where(lived.children > 0.0, home, 0.0)
    speaks = lived.language >= 1.0
    everyone = np.ones(len(rows), np.bool_)
    columns: list[tuple[Floats, NDArray[np.bool_]]] = [
        (1.0 - lived.working, woman),
        (1.0 - lived.working, ~woman),
        (lived.saved, without),
        (lived.partner_working, without),
        (quality_of_life(lived, security), everyone),
        (home, everyone),
        (work, everyone),
        (home, woman),
        (1.0 - lived.insured, everyone),
        ((lived.pupils > 0.0).astype(float), everyone),
        (np.where(speaks, 0.0, staying), everyone),
        (1.0 - lived.insured * lived.language, everyone),
        (np.where(lived.right < 1.0, 1.0, unregistered), everyone),
        (1.0 - lived.working, everyone),
        ((new | (people.detained[rows] > LONG_AGO)).astype(float), everyone),
        (np.where(new, 1.0, home), everyone),
        (1.0 - means_of(lived), everyone),
        (((lived.pupils > 0.0) & (lived.months < YEAR)).astype(float), everyone),
        ((without & (people.education[rows] == EDUCATION["higher"])).astype(float), everyone),
    ]
    return Asked(np.column_stack([value for value, _ in columns]), np.column_stack([given for _, given in columns]))
