"""Every process of the month, each run alone by its row of the schedule."""

from typing import Any

from bench.alone.stages import Stages
from bench.alone.worlds import JOB, ensemble, warm
from sim.model.schedule import SCHEDULE


def measure(one_in: int, months: int) -> dict[str, Any]:
    """CPU seconds of each process over all months on one thread, and of the same months with processes fused.

    Both models live the same lives: raises RuntimeError if they log another number of events.
    """
    warm()
    sample = ensemble(one_in, months, 1)
    stages = Stages()
    alone, fused = sample.model(JOB), sample.model(JOB)
    for _ in range(months):  # in turn, so that a drift of the machine meets both
        for row in SCHEDULE:
            with stages(row.name):
                alone.processes[row.name](alone)
        with stages("fused"):
            fused.step()
    if len(alone.recorder.events) != len(fused.recorder.events):
        raise RuntimeError("processes run one by one made other lives than the fused month")
    seconds = {name: spent["cpu"] for name, spent in stages.seconds.items()}
    return {
        "people": len(sample.population.people.key),
        "months": months,
        "events": len(alone.recorder.events),
        "fused": seconds.pop("fused"),
        "seconds": seconds,
        "phases": {row.name: row.phase for row in SCHEDULE},
    }
