"""`part=scorecard`: every pattern, years that a fit had not seen, natural experiments, and the thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.stacking import log_score
from sim.cli.commands.patterns import lived
from sim.numerics.months import month
from sim.observation import experiments, scorecard, thresholds
from sim.observation.registered import Threshold, registered
from sim.observation.seen import Seen, each_seen
from sim.report.scorecard import printed
from sim.runs.ensemble import Ensemble
from sim.runs.fitted import posterior_path
from sim.runs.posterior import read
from sim.runs.run import Job
from sim.runs.settings import Settings
from sim.runs.tables import OF_OTHERS, OF_VALIDATION

ORIGINS = ("2020-12", "2021-12")
"""Last months of the windows of fits of which the forecasts of the year after are scored."""
YEARS = (2020, 2021, 2022)
"""Years whose series are compared; 2019 is the start."""
OF_FITS = ("sbc_coverage", "recovery", "r_hat", "fresh_run_bias")
"""Thresholds whose numbers a fit's own checks leave in its file."""
SAID, UNKNOWN = {"aim": "aim met", "must": "must met", "missed": "missed"}, "not known"
COUNTED = ", counted"
"""Said of forecasts from a fit that begin at the last count in its window."""
NO_FIT = "central values, no fit"
"""What is said of runs whose parameters no fit has touched."""


def made(settings: Settings) -> tuple[dict[str, pd.DataFrame], str]:
    """The tables of the scorecard by name, and the page as text."""
    ensemble = Ensemble(settings)
    had = NO_FIT if settings.draws is None else f"draws of {settings.draws.name}"
    happened, answers = lived(ensemble)
    of = scorecard.made(happened, answers)
    card = scorecard.scorecard(of)
    parts = [scorecard.forecasts(of, YEARS, had)]
    fits = []
    for until in ORIGINS:
        path = posterior_path(settings.decision, until)
        if path.is_file() and int(until[:4]) + 1 <= int(settings.until[:4]):
            fits.append(f"to {until}")
            parts += _ahead(settings, path, until)
    table = pd.concat(parts, ignore_index=True)
    skills = scorecard.skills(table)
    others = {one.world: _seen(ensemble, one.world) for one in experiments.EXPERIMENTS if settings.until >= one.until}
    natural = experiments.table(happened, others)
    came = _came(card, table, skills, fits, _diagnostics(settings))
    tables = {"scorecard": card, "forecasts": table, "skill": skills, "natural_experiments": natural,
              "thresholds": _told(came)}  # fmt: skip
    if fits:
        tables["log_scores"] = log_scores(table, fits, settings.decision)
    return tables, printed(tables, settings, fits, had)


def _seen(ensemble: Ensemble, world: str) -> list[Seen]:
    """Runs of a world with the luck, people and parameters of those of what happened."""
    settings = ensemble.settings
    jobs = [Job(world, settings.lambda_, replicate) for replicate in range(settings.replicate_count)]
    runs = ensemble.run_all(jobs)
    return list(each_seen(runs, ensemble.world(world), ensemble.start, settings.one_in))


def _ahead(settings: Settings, path: Path, until: str) -> list[pd.DataFrame]:
    """Forecasts of the year after a fit's window, by what was known in it: the model's own, and from its last count."""
    year = int(until[:4]) + 1
    ahead = replace(settings, parameters=str(path), until=f"{year}-12")
    ensemble = Ensemble(ahead)
    seen = [one._replace(known=month(until)) for one in _seen(ensemble, settings.scenario)]
    of, name = scorecard.made(seen, None), f"to {until}"
    return [scorecard.forecasts(of, [year], name), scorecard.forecasts(of, [year], name + COUNTED, counted=True)]


def log_scores(table: pd.DataFrame, fits: Sequence[str], decision: str) -> pd.DataFrame:
    """The table `log_scores`, by which rules of decision are weighed: forecasts of years that the fits had not seen."""
    unseen = table[table["fit"].isin(fits) & (table["rule"] == scorecard.MODEL)]
    rows = [(f"{row.series} {row.destination} {row.year}", decision,
             log_score(row.observed, row.median, row.low_80, row.high_80)) for row in unseen.itertuples()]  # fmt: skip
    return pd.DataFrame(rows, columns=OF_OTHERS["log_scores"].names)


def _came(
    card: pd.DataFrame, table: pd.DataFrame, skills: pd.DataFrame, fits: Sequence[str], diagnostics: Mapping[str, Any]
) -> dict[str, thresholds.Came]:
    """What came out of every threshold."""
    return {
        "rolling_skill": thresholds.rolling_skill(skills, fits),
        "rolling_skill_counted": thresholds.rolling_skill(skills, [name + COUNTED for name in fits]),
        "stock_ape": thresholds.stocks_ape(card),
        "ard": thresholds.ard_of(card),
        "ard_totals_given": thresholds.ard_of(card, totals_given=True),
        "coverage_80": thresholds.covered(card),
        "within_r2": thresholds.within_places(table[table["fit"] == table["fit"].iloc[0]]),
        **{name: thresholds.of_the_fit(diagnostics, name, registered().thresholds[name].meaning) for name in OF_FITS},
    }


def _diagnostics(settings: Settings) -> Mapping[str, Any]:
    """What the fit's own checks have left in the posterior of the settings' rule; nothing where there is none."""
    path = posterior_path(settings.decision)
    found: Mapping[str, Any] = read(path).about["diagnostics"] if path.is_file() else {}
    return found


def _told(came: dict[str, thresholds.Came]) -> pd.DataFrame:
    """The table `thresholds`; what has no threshold is told without a verdict."""
    rows = []
    for name, one in came.items():
        bounds = registered().thresholds.get(name)
        if bounds is None:
            rows.append((name, one.value, "", "", "no threshold", one.about))
        else:
            said = SAID[bounds.verdict(one.value)] if one.value == one.value else UNKNOWN
            rows.append((name, one.value, _words(bounds, bounds.must), _words(bounds, bounds.aim), said, one.about))
    return pd.DataFrame(rows, columns=OF_VALIDATION["thresholds"].names)


def _words(of: Threshold, bounds: Any) -> str:
    if of.better == "within":
        return f"{bounds[0]:g} to {bounds[1]:g}"
    return f"{'at least' if of.better == 'higher' else 'at most'} {bounds:g}"
