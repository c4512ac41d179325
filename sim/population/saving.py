"""What people at home usually have put aside: a path of their own that wanders about what surveys found.

A standard normal number of the person's own, fixed luck, moves slowly; what is put aside, in months of income, follows
from it. So at any date savings are spread as the surveys found them, while those who have nothing this year may have
something in a few years. Nothing is kept: the path is a function of who and when.
"""

import numpy as np
from numpy.typing import NDArray

from sim.numerics.arithmetic import exp, sin
from sim.numerics.compiling import compiled
from sim.numerics.luck import NORMAL_GRID, PURPOSE, Four, byte, words

SAVING = PURPOSE["saving"]
HALF_PI = 1.5707963267948966
DRAWS = 15
"""Draws of a path, after which it begins anew; the sixteenth byte of luck is where in a spell it began."""
TURN = np.dtype([("now", "i8"), ("then", "i8"), ("cosine", "f8"), ("sine", "f8")])
"""A month of the path: between which draws it lies, and their weights."""


def turns(spell: float) -> NDArray[np.void]:
    """The months of a path whose draws stand a spell of months apart (whole, at least 1), TURN [draws * spell]."""
    length = max(1, int(spell))
    path = np.zeros(DRAWS * length, TURN)
    for m in range(len(path)):
        angle = HALF_PI * (m % length) / length
        path[m] = (m // length, (m // length + 1) % DRAWS, sin(HALF_PI - angle), sin(angle))
    return path


@compiled(forceinline=True)
def standing(luck: Four, month: int, turns: NDArray[np.void]) -> float:
    """Where a person stands among savers in a month: standard normal, and independent two spells later."""
    began = (byte(luck, DRAWS) * (len(turns) // DRAWS)) >> 8
    turn = turns[(month + began) % len(turns)]
    return NORMAL_GRID[byte(luck, turn.now)] * turn.cosine + NORMAL_GRID[byte(luck, turn.then)] * turn.sine


@compiled(forceinline=True)
def months_of_income(standing: float, scale: float, spread: float, need: float) -> float:
    """Savings, in months of income, of who stands there: nothing below what is needed, log-normal above."""
    return max(0.0, scale * exp(spread * standing) - need)


@compiled(forceinline=True)
def usual_months(
    key: int, month: int, seed: int, turns: NDArray[np.void], scale: float, spread: float, need: float
) -> float:
    """What a person at home usually has put aside in a month, in months of income; `seed` is that of the people."""
    return months_of_income(standing(words(key, 0, SAVING, 0, seed), month, turns), scale, spread, need)


@compiled
def usual_months_of(
    keys: NDArray[np.uint64], month: int, seed: int, turns: NDArray[np.void], shape: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The same of many, float64[keys]; `shape` are scale, spread and need."""
    months = np.empty(len(keys))
    for i in range(len(keys)):
        months[i] = usual_months(keys[i], month, seed, turns, shape[0], shape[1], shape[2])
    return months
