"""Mesa's batch_run with Vyraj: scenarios and parameters as keywords, what to collect in a class of one's own.

    .venv/bin/python examples/mesa_batch.py

One circle of people in ten thousand, nothing calibrated: see how it is done, quote no number.
"""

import mesa
import pandas as pd

from sim.model.agents.institutions import Destination
from sim.numerics.months import label
from sim.runs.batch import ScenarioModel


def settled(model, name):
    """Persons who live in a destination, pendular workers left out."""
    return next(place.residents for place in model.agents_by_type[Destination] if place.name == name)


class Settled(ScenarioModel):
    """What a run of a batch collects: at the end of each month, so that the last month is there."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        reporters = {"seed": "seed", "until_month": lambda model: label(model.month - 1)}
        reporters |= {name: lambda model, name=name: settled(model, name) for name in ("lithuania", "poland")}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self):
        """Simulate a month and collect what it has left."""
        super().step()
        self.datacollector.collect(self)


if __name__ == "__main__":  # number_processes=2 starts this file anew in each process
    asked = {"one_in": 10_000, "until": "2019-06"}

    # Replicates of the settings' seed: the same luck in both scenarios, so that differences are the scenario's.
    paired = asked | {"scenario": ["historical", "no_covid"], "lambda_": 0.62, "replicate": range(2)}
    rows = pd.DataFrame(mesa.batch_run(Settled, paired, display_progress=False))
    print(rows.pivot(index="replicate", columns="scenario", values="poland"))

    # Iterations have luck of their own, and `seed` tells which. From Mesa 3.5 on write rng=[None, None] or seeds.
    rows = pd.DataFrame(mesa.batch_run(Settled, asked, iterations=2, display_progress=False))
    print(rows[["iteration", "seed", "until_month", "lithuania", "poland"]])
