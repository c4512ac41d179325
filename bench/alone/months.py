"""All the months of a sample of the people, stage by stage."""

import gc
from typing import Any

from bench.alone.stages import Stages
from bench.alone.worlds import JOB, ensemble, warm, without_panel
from sim.runs.ensemble import Ensemble

MOST_RUNS = 20


def measure(one_in: int, months: int, threads: int, at_least: float = 0.0, panel: str = "on") -> dict[str, Any]:
    """Stages of a run: `imports`, `machine_code`, `world`, `synthesis`, `model`, `months`; CPU of all threads.

    Short runs are repeated until the months have taken `at_least` CPU seconds; the months are a mean. With `panel`
    "on and off" the same lives are lived again without computing anybody's expected flows, as the stage
    `months_without_panel`, if the model has such a panel. `column_bytes` are those of a person, the key included,
    `copied_bytes` those of the states among them.
    """
    stages = Stages()
    with stages("machine_code"):
        warm()
    sample = ensemble(one_in, months, threads)
    with stages("world"):
        sample.world(JOB.scenario)
    with stages("synthesis"):
        people = sample.population.people
    runs = run(sample, "months", stages, threads, at_least)
    if panel == "on and off":
        run(sample, "months_without_panel", stages, threads, at_least)
    return {
        "people": len(people.key),
        "months": months,
        "runs": runs,
        "column_bytes": sum(array.itemsize for array in people),
        "copied_bytes": people.states.itemsize,
        "stages": stages.seconds,
    }


def run(sample: Ensemble, stage: str, stages: Stages, threads: int, at_least: float) -> int:
    """Run all months, over and over until they have taken `at_least` CPU seconds; returns how often."""
    runs = 0
    while runs == 0 or (stages.cpu(stage) < at_least and runs < MOST_RUNS):
        with stages("model"):
            model = sample.model(JOB, threads)
        if stage == "months_without_panel" and not without_panel(model):
            return 0
        with stages(stage):
            model.run()
        model.close()
        del model
        gc.collect()  # agents and model refer to each other; the next model takes this one's place
        runs += 1
    stages.seconds[stage] = {clock: spent / runs for clock, spent in stages.seconds[stage].items()}
    return runs
