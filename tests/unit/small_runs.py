"""Real runs, small enough for the tests of what keeps and shares them: one circle in 2,000, a year and a half."""

from contextlib import contextmanager
from dataclasses import fields

import numpy as np

from sim.runs.ensemble import Ensemble
from sim.runs.run import Run
from sim.runs.settings import People, Settings

SMALL = Settings(task="simulate", scenario="no_covid", people=People(one_in=2000), until="2020-06", threads=1)
"""The world without the pandemic parts from the historical one in March 2020."""
PARTING = 14
"""Number of March 2020."""


def ensemble(**changes) -> Ensemble:
    """An ensemble of the small settings with some of them changed."""
    return Ensemble(Settings(**{field.name: getattr(SMALL, field.name) for field in fields(SMALL)} | changes))


def differing(one: Run, other: Run) -> list[str]:
    """Names of what two runs have not alike to the last byte."""
    return [
        field.name
        for field in fields(Run)
        if field.name != "job" and bytes_of(getattr(one, field.name)) != bytes_of(getattr(other, field.name))
    ]


def bytes_of(array) -> tuple[str, tuple[int, ...], bytes]:
    """Kind, shape and content of an array."""
    return str(array.dtype), array.shape, np.ascontiguousarray(array).tobytes()


class Counted:
    """Shows months passing by counting them: how many were announced, and how many passed."""

    def __init__(self) -> None:
        self.announced = self.passed = 0

    @contextmanager
    def __call__(self, months):
        """As `sim.runs.complete.Progress` asks."""
        self.announced += months
        yield self.tick

    def tick(self):
        """A month has passed."""
        self.passed += 1
