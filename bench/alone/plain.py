"""The same lives as ordinary Mesa agents, beside the model: the second reading of the month, one thread each."""

import importlib
from typing import Any

import numpy as np

from bench.alone.stages import Stages
from bench.alone.worlds import JOB, ensemble, warm
from sim.model.decision import constants as constants_of
from sim.model.inputs import Inputs
from sim.model.model import EmigrationModel


def measure(people: str, months: int, one_in: int = 0, at_least: float = 1.0) -> dict[str, Any]:
    """CPU seconds of the same months by the peer (once) and by the model (until `at_least`), set-up apart.

    `people` is `sample` (one circle in `one_in`) or `hot` (the hot world of the tests).
    """
    second_reading = importlib.import_module("tests.stratified").second_reading
    warm()
    population, world, behaviour, constants = hot(months) if people == "hot" else sampled(one_in, months)

    def made() -> EmigrationModel:
        return EmigrationModel(population, Inputs(None, world, behaviour, constants))  # type: ignore[arg-type]

    stages, runs = Stages(), 0
    while runs == 0 or (stages.cpu("model") < at_least and runs < 50):
        ours = made()
        with stages("model"):
            ours.run(months)
        runs += 1
        ours.close()
    with stages("peer_set_up"):
        theirs = second_reading(made())
    with stages("peer"):
        for _ in range(months):
            theirs.step()
    seconds = {name: spent["cpu"] for name, spent in stages.seconds.items()}
    seconds["model"] /= runs
    found = {"people": len(population.people.key), "months": months, "runs": runs, "cpu": seconds}
    found["events"] = len(ours.recorder.events)
    found["same_lives"] = lives(ours.recorder.events) == sorted(map(tuple, theirs.events))
    return found


def lives(events: np.ndarray) -> list[tuple[int, ...]]:
    """Events of the model as the second reading tells them, sorted."""
    told = importlib.import_module("tests.worlds").TOLD
    return sorted(events[list(told)].tolist())


def sampled(one_in: int, months: int) -> tuple[Any, ...]:
    """Population, world, behaviour and constants of a sample of the country."""
    sample = ensemble(one_in, months, 1)
    behaviour = sample.behaviour._replace(lambda_=JOB.lambda_)
    return sample.population, sample.world(JOB.scenario), behaviour, constants_of.load(JOB.lambda_)


def hot(months: int) -> tuple[Any, ...]:
    """The same of the hot world, in which every process has much to do."""
    worlds = importlib.import_module("tests.worlds")
    return worlds.hot_people(), worlds.hot_world(months), worlds.hot(), worlds.constants()
