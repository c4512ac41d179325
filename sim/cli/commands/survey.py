"""`task=survey`: the survey of Lithuania of June to September 2022, asked of the synthetic people.

A comparison, never a calibrated fit. The reasons for leaving and for Lithuania rest on the losses of each commitment,
which are known of the default rule of decision only.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.reasons import ReasonsOf
from sim.cli.commands.explain import RULE
from sim.cli.commands.worlds import simulated
from sim.history import naming
from sim.model.model import EmigrationModel
from sim.numerics.codes import EVENT
from sim.numerics.errors import UserError
from sim.numerics.luck import replicate_seed
from sim.numerics.months import label
from sim.observation.parameters import observation
from sim.observation.questions import BEFORE, FIELD, Answers, answers
from sim.observation.security import anchored, fear_at_home
from sim.observation.survey import Sampling, observed_rows, pooled, survey_table
from sim.report.comparison import figures
from sim.runs import seals
from sim.runs.ensemble import Ensemble
from sim.runs.files import manifest, write_folder
from sim.runs.run import Job
from sim.runs.settings import Settings, fingerprint, resolved_yaml
from sim.runs.tables import OF_OTHERS
from sim.runs.tables.files import write_csv


def run(settings: Settings) -> Path:
    """Ask the survey in the settings' scenario, print and write the table; returns the folder.

    Raises UserError if the run ends before the survey does, or nobody could be asked.
    """
    began = time.process_time()
    if settings.last_month < FIELD[-1]:
        raise UserError(
            f"until={settings.until} is before {label(FIELD[-1])}, when the survey ended; choose a later one"
        )
    ensemble = Ensemble(settings)
    ensemble.world(settings.scenario)  # a mistake in its files is told before anything is compiled
    print(simulated(settings, compared=False))
    parts: list[Answers] = []
    reasons = []
    for replicate in range(settings.replicate_count):
        model = ensemble.model(Job(settings.scenario, settings.lambda_, replicate), ensemble.threads)
        seen = ReasonsOf()
        model.observer = seen if settings.decision == RULE else None
        parts += asked_of(model, replicate)
        reasons.append(apart(seen.records, replicate))
        model.close()
    asked, records = pooled(parts), np.concatenate(reasons)
    if not len(asked.keys):
        raise UserError(f"people.one_in={settings.one_in} leaves nobody to ask; choose a smaller one")
    rng = np.random.default_rng(replicate_seed(settings.seed, 0))
    table, sampling = survey_table(asked, rng, records if settings.decision == RULE else None)
    page = printed(table, sampling, asked, len(np.unique(asked.keys)))
    print(page)
    folder = Path(settings.results_dir) / "survey" / f"{naming.folder(settings.scenario)}-{fingerprint(settings)[:8]}"
    with write_folder(folder) as partial:
        write_csv(partial, OF_OTHERS["survey"], table)
        (partial / "survey.txt").write_text(page + "\n", encoding="utf-8")
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        seals.write(partial, manifest(settings, began, {"kind": "survey"}), folder.name)
        if settings.report:
            figures.draw_all(partial)
    return folder


def apart(found: Any, replicate: int) -> Any:
    """Records or answers with keys that differ between replicates of the same people."""
    salt = np.uint64(replicate) << np.uint64(48)
    if isinstance(found, Answers):
        return found._replace(keys=found.keys ^ salt, heads=found.heads ^ salt)
    found = found.copy()
    found["key"] ^= salt
    return found


def asked_of(model: EmigrationModel, replicate: int = 0) -> list[Answers]:
    """Run a model through the survey's months and ask at the end of each."""
    fears, found = np.full(len(model.columns.key), np.nan), []
    while model.month <= FIELD[-1]:
        model.step()
        log = model.recorder.log[-1]
        left = np.unique(log["row"][log["kind"] == EVENT["departed"]])
        fears[left] = fear_at_home(model, left)
        if model.month - 1 in FIELD:
            found.append(apart(answers(model, fears), replicate))
    return found


def printed(table: pd.DataFrame, sampling: Sampling, asked: Answers, people: int) -> str:
    """The table as text, with what it rests on."""
    lines = [
        "Survey of Lithuania, June to September 2022 (Dambrauskaitė 2022, n = 335), asked of the synthetic people:",
        "a comparison, not a calibrated fit. Standard errors (se) by a design effect of 2 and of 4; `off` is",
        "expected less observed in such errors. Security before leaving anchors its scale, the first two rows on",
        "discrimination their rates, and the rows on status fix the odds weight: these test nothing. Nothing in the",
        "reasons is fitted.",
        "",
        f"{'':<48}{'observed':>9}{'everyone':>9}{'expected':>9}{'drawn':>8}{'se':>12}{'off':>14}",
    ]
    for row in table.itertuples():
        errors, off = f"{row.se_2:.1f}-{row.se_4:.1f}", f"{row.off_2:+.1f} to {row.off_4:+.1f}"
        made = "".join(_or_dash(value).rjust(width) for value, width in zip(row[4:8], (9, 9, 9, 8), strict=True))
        errors, off = ("\u2013" if np.isnan(one) else text for one, text in ((row.se_2, errors), (row.off_2, off)))
        lines.append(f"{row.domain + ': ' + row.item[:32]:<48}{made}{errors:>12}{off:>14}")
    reached = "" if sampling.reached else " (the status row cannot be met by any weight up to the bound)"
    lines += [
        "",
        f"Odds weight of the protected and politically active: {sampling.odds:.2f}{reached}; they are "
        f"{asked.favoured.mean():.0%} of those who could be asked.",
        f"Rests on {people} agents: by luck alone a share near a half is off by about {50.0 / people**0.5:.1f} points.",
    ]
    absent = [name for name in ("reason_leave", "reason_destination") if name not in set(table["domain"])]
    if absent:
        lines.append(f"Not asked: {', '.join(absent)} (known of the rule {RULE} only).")
    lines.append(_anchors(asked, sampling))
    return "\n".join(lines)


def _or_dash(value: float) -> str:
    """A number, or a dash where nobody gave one."""
    return "\u2013" if np.isnan(value) else f"{value:.2f}"


def _anchors(asked: Answers, sampling: Sampling) -> str:
    """What the slope of security would be if anchored on this run."""
    known = ~np.isnan(asked.fear_before)
    target = float(observed_rows().set_index("item")["value"][BEFORE])
    used = observation().at("security_slope")
    try:
        slope = anchored(asked.fear_before[known], sampling.weights[known], target)
    except ValueError as error:
        return f"Security: {error}; used is {used:g}."
    return f"Security: anchored on this run the slope is {slope:.3f}; used is {used:g}."
