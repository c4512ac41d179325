"""A model made by keywords, as Mesa's `batch_run` and its like make their models."""

import secrets
from functools import lru_cache
from typing import Any

import numpy as np

from sim.history.naming import HISTORICAL
from sim.model.model import EmigrationModel
from sim.numerics.errors import UserError
from sim.population.synthesis import Population, synthesise
from sim.runs import checks
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import Choice, People, Settings, fingerprint

MOST_WORLDS = 8
"""Settings whose worlds are kept for the models to come (assumption: a batch varies few at a time)."""


class ScenarioModel(EmigrationModel):
    """A scenario at one setting of the parameters, ready for its first month, made by keywords.

    `scenario` is a name of `conf/scenario`, by default what happened; `policy` names what is enacted on top of it,
    `without` what is taken away. `lambda_` is `choice.lambda`, by default that of the settings. `one_in` is
    `people.one_in`; further keywords are settings that count for a run: `until`, `coefficients`, `decision`. A class
    made of this one adds a `datacollector` and collects at the end of its `step`.

    The luck is that of `rng`, a seed or whatever numpy makes a generator of; without one, `replicate` is a replicate of
    the settings' seed, the same in every scenario; without either it is drawn from the system, as Mesa does, and
    another one in each iteration of `batch_run`. `seed` and `replicate` of the model tell it. The people are always
    those of the settings' seed. Raises UserError for what can be no setting.
    """

    def __init__(
        self,
        scenario: str | None = None,
        lambda_: float | None = None,
        *,
        one_in: int = People().one_in,
        replicate: int | None = None,
        rng: Any = None,
        threads: int = 1,
        **settings: Any,
    ) -> None:
        own: dict[str, Any] = {"scenario": scenario or HISTORICAL}
        own |= {key: settings.pop(key, None) for key in ("policy", "without")}
        own |= {key: settings[key] for key in ("until",) if key in settings}  # how late a policy may come
        choice = Choice() if lambda_ is None else Choice(lambda_=lambda_)
        asked = Settings(**own, choice=choice)  # if it can be asked
        base = Settings(people=People(one_in=one_in), **settings)
        lambda_ = asked.lambda_
        if base.draws:  # lambda may be that of the draw
            base = Settings(people=People(one_in=one_in), choice=choice, **settings)
            lambda_ = base.lambda_
            if replicate is None:
                raise UserError("parameters are drawn by replicate; name one, as replicate=0")
        ensemble = _ensemble(_Same(base))
        if rng is None:
            seed = secrets.randbits(32) if replicate is None else ensemble.settings.seed
        else:
            seed = _seed(rng)
        super().__init__(**ensemble.arguments(Job(asked.scenario, lambda_, replicate or 0), threads, seed))


class _Same:
    """Settings that are the same as others with the same fingerprint."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self._told = settings, fingerprint(settings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other._told == self._told

    def __hash__(self) -> int:
        return hash(self._told)


@lru_cache(MOST_WORLDS)
def _ensemble(same: _Same) -> Ensemble:
    settings = same.settings
    return Ensemble(settings, lambda seed: _people(settings.people.one_in, seed))


@lru_cache(checks.PEOPLE)
def _people(one_in: int, seed: int) -> Population:
    return synthesise(one_in, seed, 1)


def _seed(rng: Any) -> int:
    """A whole number is a seed itself; anything else gives one by numpy's generator."""
    return int(rng) if isinstance(rng, int | np.integer) else int(np.random.default_rng(rng).integers(2**32))
