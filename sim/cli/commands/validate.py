"""`task=validate`: the model against all that was observed to the end of 2022, beside rules that know no mechanism.

`part=scorecard` scores every pattern, forecasts years that a fit had not seen where there are such fits, and sets
natural experiments beside the model's effect; `part=literature` and `part=scale` are in modules of their own.
"""

import time
from importlib import import_module
from pathlib import Path

from sim.cli.commands.observed_months import to_the_last_observation
from sim.cli.commands.worlds import simulated
from sim.history import naming
from sim.runs import seals
from sim.runs.ensemble import Ensemble
from sim.runs.extras import need
from sim.runs.files import manifest, write_folder
from sim.runs.settings import Settings, fingerprint, resolved_yaml
from sim.runs.tables import OF_OTHERS, OF_VALIDATION
from sim.runs.tables.files import write_csv

NEEDS = {name: name for name in ("scoringrules", "statsmodels")}


def run(settings: Settings) -> Path:
    """Do a part of the validation, print and write it; returns the folder. UserError if packages are missing."""
    need("task=validate", "fit", NEEDS)
    settings = to_the_last_observation(settings)
    began = time.process_time()
    Ensemble(settings).world(settings.scenario)  # a mistake in its files is told before anything is compiled
    print(simulated(settings, compared=False), flush=True)
    part = settings.part if settings.part != "scorecard" else "scoring"
    tables, page = import_module(f"sim.cli.commands.validating.{part}").made(settings)
    print(page)
    name = f"{naming.folder(settings.scenario)}-{settings.part}-{fingerprint(settings)[:8]}"
    folder = Path(settings.results_dir) / "validate" / name
    with write_folder(folder) as partial:
        for table in tables:
            write_csv(partial, {**OF_OTHERS, **OF_VALIDATION}[table], tables[table])
        (partial / f"{settings.part}.txt").write_text(page + "\n", encoding="utf-8")
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        seals.write(partial, manifest(settings, began, {"kind": "validation"}), folder.name)
    return folder
