"""What Mesa itself keeps of a model: generators, the count of steps, the identity that the next agent takes.

Mesa 3.3 counts identities in a table of all models and so keeps every model in which an agent was registered. Here the
table holds them weakly, whoever made them.
"""

import itertools
import json
from typing import Any
from weakref import WeakKeyDictionary

import mesa
import numpy as np
from numpy.typing import NDArray

_KNOWN = {kind.__name__: kind for kind in (np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox,
                                           np.random.SFC64)}  # fmt: skip
"""Generators that a model may have been given, by the name that their states tell."""


def kept(model: mesa.Model) -> NDArray[np.uint8]:
    """The steps that a model has made and the states of its `rng` and `random`: JSON, as bytes, uint8[length]."""
    told = {"steps": model.steps, "rng": model.rng.bit_generator.state, "random": model.random.getstate()}
    text = json.dumps(told, default=lambda array: array.tolist())
    return np.frombuffer(text.encode(), np.uint8).copy()


def take_up(model: Any, state: NDArray[np.uint8]) -> None:
    """Restore the steps and the generators' states saved by `kept`; the model must not have made more steps."""
    told = json.loads(state.tobytes())
    _count_steps(model, told["steps"] - model.steps)
    version, words, spare = told["random"]
    model.random.setstate((version, tuple(words), spare))
    if model.rng.bit_generator.state["bit_generator"] != told["rng"]["bit_generator"]:
        model.rng = np.random.Generator(_KNOWN[told["rng"]["bit_generator"]]())
    model.rng.bit_generator.state = told["rng"]


def _count_steps(model: Any, steps: int) -> None:
    """Let Mesa's steps, and its time and schedule where it has them, go on while nothing is simulated."""
    own, model._user_step = model._user_step, lambda: None
    for _ in range(steps):
        model.step()
    model._user_step = own


class _Counters(WeakKeyDictionary[Any, Any]):
    """Mesa's counters of identities by model, which keep no model alive."""

    def __getitem__(self, model: Any) -> Any:
        if model not in self:
            self[model] = itertools.count(1)
        return super().__getitem__(model)


_IDENTITIES = "_ids"
if hasattr(mesa.Agent, _IDENTITIES):  # a private name, gone since Mesa 3.4.2: the model keeps its own counter since
    _counters = _Counters()
    _counters.update(getattr(mesa.Agent, _IDENTITIES))
    setattr(mesa.Agent, _IDENTITIES, _counters)


def next_identity(model: Any) -> int | None:
    """The `unique_id` that the next agent takes; None on a Mesa that keeps it in the model itself."""
    counters = getattr(mesa.Agent, _IDENTITIES, None)
    if counters is None:
        return None
    found = next(counters[model])
    give_identities(model, found)
    return int(found)


def give_identities(model: Any, first: int | None) -> None:
    """Let the `unique_id` of agents to come go on from `first`, as `next_identity` has told it."""
    if first is not None:
        getattr(mesa.Agent, _IDENTITIES)[model] = itertools.count(first)
