"""The same lives as ordinary Mesa agents, beside the model: the plain second reading of the month.

`tests/verification/plain_mesa.py` must offer

    plain_model(population, world, behaviour, constants, seed=1, replicate=0)

which takes what `EmigrationModel` takes, the history apart, and returns an object whose `step()` lives one month.
If it also has `events`, records with fields `month`, `key` and `kind` (an array, or objects with these attributes),
both models' lives are compared.
"""

import importlib
from collections.abc import Callable
from typing import Any

from bench.alone.stages import Stages
from bench.alone.worlds import JOB, ensemble, warm
from sim import constants as constants_of
from sim.model import EmigrationModel

PEER = "tests.verification.plain_mesa"
MAKER = "plain_model"
Life = tuple[int, int, int]


def measure(people: str, months: int, one_in: int = 0, peer: str = PEER, at_least: float = 1.0) -> dict[str, Any]:
    """CPU seconds of the same months, one thread each, by the peer (once) and by the model (until `at_least`).

    `people` is `sample` (one circle in `one_in`) or `hot` (the hot world of the tests). Says `missing` where the peer
    is not there.
    """
    make = maker(peer)
    if isinstance(make, str):
        return {"missing": make}
    warm()
    settings = hot(months) if people == "hot" else sampled(one_in, months)
    stages, runs = Stages(), 0
    while runs == 0 or (stages.cpu("model") < at_least and runs < 50):
        population, world, behaviour, constants = settings
        ours = EmigrationModel(population, None, world, behaviour, constants)  # type: ignore[arg-type]
        with stages("model"):
            ours.run(months)
        runs += 1
        ours.close()
    with stages("peer_set_up"):
        theirs = make(*settings, seed=1, replicate=0)
    with stages("peer"):
        for _ in range(months):
            theirs.step()
    seconds = {name: spent["cpu"] for name, spent in stages.seconds.items()}
    seconds["model"] /= runs
    events = getattr(theirs, "events", None)
    found = {"people": len(settings[0].people.key), "months": months, "runs": runs, "cpu": seconds}
    found["events"] = len(ours.recorder.events)
    found["same_lives"] = None if events is None else lives(ours.recorder.events) == lives(events)
    return found


def maker(peer: str) -> Callable[..., Any] | str:
    """The function that makes the peer's model, or why there is none."""
    try:
        module = importlib.import_module(peer)
    except ModuleNotFoundError as error:
        if error.name is None or not peer.startswith(error.name):
            raise
        return "not there"
    found = getattr(module, MAKER, None)
    return found if callable(found) else f"there, but offers no {MAKER}(...)"


def lives(events: Any) -> list[Life]:
    """Month, key and kind of all events, sorted: two models of the same lives agree."""
    if getattr(getattr(events, "dtype", None), "names", None):
        return sorted(zip(*(events[name].tolist() for name in ("month", "key", "kind")), strict=True))
    return sorted((int(event.month), int(event.key), int(event.kind)) for event in events)


def sampled(one_in: int, months: int) -> tuple[Any, ...]:
    """Population, world, behaviour and constants of a sample of the country."""
    sample = ensemble(one_in, months, 1)
    behaviour = sample.behaviour._replace(lambda_=JOB.lam)
    return sample.population, sample.world(JOB.scenario), behaviour, constants_of.load(JOB.lam)


def hot(months: int) -> tuple[Any, ...]:
    """The same of the hot world, in which every process has much to do."""
    worlds = importlib.import_module("tests.worlds")
    return worlds.hot_people(), worlds.hot_world(months), worlds.hot(), worlds.constants()
