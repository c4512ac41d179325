"""`task=predict`: what happened, lived on to the end of 2025 with inputs as known, as numbers that others can score."""

import time
from dataclasses import replace
from pathlib import Path

from sim.cli.commands.survey import asked_of
from sim.cli.commands.worlds import simulated
from sim.history import naming
from sim.numerics.errors import UserError
from sim.numerics.months import label, month
from sim.observation.movers import Living, ask, due
from sim.observation.predictions import FIRST_YEAR, LAST_YEAR, predictions
from sim.observation.seen import Seen, seen_by
from sim.observation.survey import fitted_odds, pooled
from sim.runs import seals
from sim.runs.ensemble import Ensemble
from sim.runs.extras import need
from sim.runs.files import manifest, write_folder
from sim.runs.run import Job
from sim.runs.settings import Settings, command, fingerprint, resolved_yaml
from sim.runs.tables import OF_VALIDATION
from sim.runs.tables.files import write_csv


def run(settings: Settings) -> Path:
    """Live the runs, write `predictions.csv` and say what it holds; returns the folder.

    Raises UserError if packages are missing, or the runs end before a year to be predicted does.
    """
    began = time.process_time()
    need("task=predict", "fit", {"scoringrules": "scoringrules"})
    if settings.until < f"{FIRST_YEAR}-12":
        raise UserError(f"until={settings.until} is before {FIRST_YEAR}-12, the end of the first year to be predicted")
    if month(settings.until) > month(f"{LAST_YEAR}-12"):
        settings = replace(settings, until=f"{LAST_YEAR}-12")
    ensemble = Ensemble(settings)
    ensemble.world(settings.scenario)  # a mistake in its files is told before anything is compiled
    print(simulated(settings, compared=False), flush=True)
    jobs = [Job(settings.scenario, settings.lambda_, replicate) for replicate in range(settings.replicate_count)]
    made = ensemble.in_turn(lambda job, threads: lived(ensemble, job, threads), jobs)
    last = int(settings.until[:4]) - (settings.until[5:] != "12")
    table = predictions([one for one, _ in made], [answers for _, answers in made], last)
    folder = Path(settings.results_dir) / "predict" / f"{naming.folder(settings.scenario)}-{fingerprint(settings)[:8]}"
    with write_folder(folder) as partial:
        write_csv(partial, OF_VALIDATION["predictions"], table)
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        seals.write(partial, manifest(settings, began, {"kind": "predictions"}), folder.name)
    print(f"{len(table)} predictions of {table['quantity'].nunique()} quantities from {FIRST_YEAR} to {last}, "
          f"{len(made)} runs; made by: {command(settings)}")  # fmt: skip
    return folder


def lived(ensemble: Ensemble, job: Job, threads: int) -> tuple[Seen, Living]:
    """Live one run and ask its people every September."""
    model = ensemble.model(job, threads)
    reached = pooled(asked_of(model))
    living = Living(fitted_odds(reached).odds if len(reached.keys) else 1.0)
    while model.month <= ensemble.settings.last_month:
        model.step()
        if due(model.month - 1) and model.month > month(f"{FIRST_YEAR}-01"):
            living.answers[int(label(model.month - 1)[:4])] = ask(model)
    run, one_in = ensemble.finished(model, job), ensemble.settings.one_in
    return seen_by(run, ensemble.world(job.scenario), ensemble.start(run), one_in), living
