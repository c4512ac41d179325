"""Plain sequential runs: scenarios one after the other in one process and one thread, nothing stored or shared."""

import time
from collections.abc import Sequence
from typing import Any


def measure(scenarios: Sequence[str], one_in: int, until: str) -> dict[str, Any]:
    """Wall and CPU seconds of one whole run of each scenario, and bytes of the columns that a run has for itself."""
    from sim.runs.ensemble import Ensemble
    from sim.runs.run import Job
    from sim.runs.settings import People, Settings

    ensemble = Ensemble(Settings(people=People(one_in=one_in), until=until, threads=1))
    people = ensemble.population.people
    ensemble.model(Job("historical", 0.62, 0)).step()  # loads the machine code
    wall, cpu = [], []
    for scenario in scenarios:
        began, worked = time.perf_counter(), time.process_time()
        ensemble.run(Job(scenario, 0.62, 0))
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
    states = people.states.nbytes
    return {"wall": wall, "cpu": cpu, "people": len(people.key), "states": states}
