"""`task=patterns`: everything observed to the end of 2022 beside one world's runs, and naive rules beside both.

The survey of Lithuania is asked of the same people on the way. A comparison, never a fit.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.analysis import standing
from sim.analysis.reasons import ReasonsOf
from sim.cli.commands.explain import RULE
from sim.cli.commands.observed_months import to_the_last_observation
from sim.cli.commands.survey import apart, asked_of
from sim.cli.commands.worlds import simulated
from sim.history import naming
from sim.numerics.luck import replicate_seed
from sim.observation.questions import FIELD, Answers
from sim.observation.seen import Seen, seen_by
from sim.observation.survey import pooled, survey_table
from sim.observation.yardstick import Yardstick, yardstick
from sim.report.comparison.tested import says
from sim.report.yardstick import explained, printed
from sim.runs import seals
from sim.runs.ensemble import Ensemble
from sim.runs.files import manifest, write_folder
from sim.runs.run import Job
from sim.runs.settings import Settings, fingerprint, resolved_yaml
from sim.runs.tables import OF_OTHERS
from sim.runs.tables.files import write_csv


def run(settings: Settings) -> Path:
    """Live the settings' scenario to the end of 2022, print and write the yardstick; returns the folder.

    Raises UserError if the runs end before anything was observed, or feedbacks are to be held.
    """
    began = time.process_time()
    settings = to_the_last_observation(settings)
    ensemble = Ensemble(settings)
    ensemble.world(settings.scenario)  # a mistake in its files is told before anything is compiled
    print(simulated(settings, compared=False))
    found = yardstick(*lived(ensemble), ensemble.draws)
    page = printed(found, f"{naming.words(settings.scenario)}, {_runs(settings)}", of_runs(settings))
    print(page)
    folder = Path(settings.results_dir) / "patterns" / f"{naming.folder(settings.scenario)}-{fingerprint(settings)[:8]}"
    with write_folder(folder) as partial:
        write_tables(partial, found)
        (partial / "patterns.txt").write_text(page + "\n", encoding="utf-8")
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        seals.write(partial, manifest(settings, began, {"kind": "patterns"}), folder.name)
    return folder


def write_tables(folder: Path, found: Yardstick) -> None:
    """Write the tables of a yardstick into a folder."""
    for name, table in found._asdict().items():
        write_csv(folder, OF_OTHERS[name], table)


def lived(ensemble: Ensemble) -> tuple[list[Seen], dict[str, list[float]] | None]:
    """Live every replicate once: its run as its observers see it, and what its people answer to the survey.

    No answers where the runs end before the survey does.
    """
    settings, one_in = ensemble.settings, ensemble.settings.one_in
    seen: list[Seen] = []
    asked: list[Answers] = []
    reasons: list[np.ndarray] = []
    for replicate in range(settings.replicate_count):
        job = Job(settings.scenario, settings.lambda_, replicate)
        model = ensemble.model(job, ensemble.threads)
        if settings.last_month >= FIELD[-1]:
            told = ReasonsOf()
            model.observer = told if settings.decision == RULE else None
            asked.append(pooled(asked_of(model, replicate)))
            model.observer = None
            reasons.append(apart(told.records, replicate))
        run = ensemble.finished(model.run(), job)
        seen.append(seen_by(run, ensemble.world(settings.scenario), ensemble.start(run), one_in))
    with_reasons = reasons if settings.decision == RULE else [None] * len(asked)
    return seen, answered(asked, with_reasons, settings.seed)


def answered(
    asked: Sequence[Answers], reasons: Sequence[np.ndarray | None], seed: int
) -> dict[str, list[float]] | None:
    """Answers by domain and item, through the model of who was reached: of all replicates together, then of each.

    None if nobody was asked, or in some replicate nobody could be.
    """
    if not asked or not all(len(one.keys) for one in asked):
        return None
    every = None if any(one is None for one in reasons) else np.concatenate([one for one in reasons if one is not None])
    found: dict[str, list[float]] = {}
    for answers, records in [(pooled(list(asked)), every), *zip(asked, reasons, strict=True)]:
        table, _ = survey_table(answers, np.random.default_rng(replicate_seed(seed, 0)), records)
        for row in table.itertuples():
            found.setdefault(f"{row.domain}: {row.item}", []).append(float(row.expected))
    return found


def _runs(settings: Settings) -> str:
    many = settings.replicate_count
    return f"{many} replicate{'s' if many > 1 else ''}, one circle in {settings.one_in}"


def of_runs(settings: Settings) -> str:
    """What must be known of the runs: first which parameters they have."""
    return f"{says(standing.facts(settings))} {explained(settings.draws is not None, settings.people_draws)}"
