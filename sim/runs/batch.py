"""A model made by keywords, as Mesa's `batch_run` and its like make their models."""

import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from sim.history.naming import HISTORICAL
from sim.numerics.errors import UserError
from sim.numerics.messages import shown
from sim.numerics.values import plain
from sim.population.synthesis import Population, synthesise
from sim.population.unborn import last_birth
from sim.runs import checks
from sim.runs.checked_model import CheckedModel, Numbers
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import Choice, People, Settings, fingerprint
from sim.runs.usual import sample_of

MOST_WORLDS = 8
"""Settings whose worlds are kept for the models to come (assumption: a batch varies few at a time)."""
FURTHER = ("until", "coefficients", "decision", "parameters", "course", "seed")
"""Settings that a model may be given besides its own keywords; the others change nothing in a run."""
_KNOWN = f"known: scenario, lambda_, one_in, replicate, rng, threads, policy, without, {', '.join(FURTHER)}"
Made = TypeVar("Made")


class ScenarioModel(CheckedModel):
    """A scenario at one setting of the parameters, ready for its first month, made by keywords.

    `scenario` is a name of `conf/scenario`, by default what happened; `policy` names what is enacted on top of it,
    `without` what is taken away. `lambda_` is `choice.lambda`, by default that of the settings. `one_in` is
    `people.one_in`; further keywords are the settings of `FURTHER`, which count for a run. A class made of this one
    adds a `datacollector` and collects at the end of its `step`.

    The luck is that of `rng`, a seed or whatever numpy makes a generator of; without one, `replicate` is a replicate of
    the settings' seed, the same in every scenario; without either it is drawn from the system, as Mesa does, and
    another one in each iteration of `batch_run`. `seed` and `replicate` of the model tell it. The people are always
    those of the settings' seed. Raises UserError with every keyword that is unknown or wrong.
    """

    def __init__(
        self,
        scenario: str | None = None,
        lambda_: float | None = None,
        *,
        one_in: int = sample_of("simulate"),
        replicate: int | None = None,
        rng: Any = None,
        threads: int = 1,
        **settings: Any,
    ) -> None:
        own: dict[str, Any] = {"scenario": HISTORICAL if plain(scenario) in (None, "") else scenario}
        own |= {key: settings.pop(key, None) for key in ("policy", "without")}
        known = {key: settings[key] for key in FURTHER if key in settings}
        faults = [f"'{shown(key)}' is no keyword of a model; {_KNOWN}" for key in settings if key not in known]
        seed = _gathered(faults, lambda: None if rng is None else _seed(rng))
        _gathered(faults, lambda: Numbers(threads=threads, replicate=0 if replicate is None else replicate))
        numbers: dict[str, Any] = {"people": {"one_in": one_in}, "choice": {"lambda": lambda_}}
        asked = _gathered(faults, lambda: Settings(**own, **known, **numbers))
        if asked is not None and asked.draws and replicate is None:
            faults.append("parameters are drawn by replicate; name one, as replicate=0")
        if faults:
            raise UserError(*faults)
        assert asked is not None
        held = lambda_ if asked.draws else None  # worlds of central values serve every lambda
        base = Settings(people=People(one_in=one_in), choice=Choice(lambda_=held), **known)
        ensemble = _ensemble(_Same(base))
        if seed is None:
            seed = secrets.randbits(32) if replicate is None else ensemble.settings.seed
        super().__init__(**ensemble.arguments(Job(asked.scenario, asked.lambda_, replicate or 0), threads, seed))


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
    last = last_birth(settings.last_month)
    return Ensemble(settings, lambda seed: _people(settings.one_in, seed, last))


@lru_cache(checks.PEOPLE)
def _people(one_in: int, seed: int, last: int) -> Population:
    return synthesise(one_in, seed, 1, last)


def _seed(rng: Any) -> int:
    """A whole number is a seed itself; anything else gives one by numpy's generator, or is refused."""
    if isinstance(rng, int | np.integer):
        return Numbers(rng=rng).rng  # type: ignore[arg-type]
    try:
        return int(np.random.default_rng(rng).integers(2**32))
    except (TypeError, ValueError):
        raise UserError(f"rng={checks.written(rng)} is no seed, and numpy makes no generator of it") from None


def _gathered(faults: list[str], make: Callable[[], Made]) -> Made | None:
    """What is made; None if it is refused, and `faults` then has why."""
    try:
        return make()
    except UserError as error:
        faults += error.faults
        return None
