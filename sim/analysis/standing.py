"""How far an answer may be trusted: whether its parameters were fitted, and what a test on unseen years said.

The facts are taken when a run is made and stored in its manifest; the sentence is made of them wherever it stands.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.numerics.months import first_day, month
from sim.runs.checks import CENTRAL, POSTERIOR
from sim.runs.fitted import FITTED, posterior_path
from sim.runs.posterior import Posterior
from sim.runs.settings import Settings

KEY = "standing"
"""Key of a manifest that holds the facts."""
MISSED, UNKNOWN, UNJUDGED = "missed", "not known", "no threshold"
"""Verdicts on a threshold that are told one by one, and that of what has none."""
SKILL = "rolling_skill"
"""Threshold that is told whatever its verdict: skill over the best naive rule in years that were not fitted to."""
OF_THRESHOLDS = {
    "rolling_skill": "skill in unseen years over the best naive rule",
    "rolling_skill_counted": "the same, begun at the last count",
    "stock_ape": "median error of stocks, share of the observed",
    "ard": "average relative difference of stocks (Flee)",
    "ard_totals_given": "average relative difference of stocks, given their total",
    "coverage_80": "share of observations inside the 80% interval",
    "within_r2": "R2 within destinations",
    "sbc_coverage": "simulation-based calibration, coverage off by",
    "recovery": "parameters recovered",
    "r_hat": "largest R-hat of the chains",
    "fresh_run_bias": "fresh runs against the emulator, errors",
}
"""What is measured for each threshold that was set before the fit."""
_ADVICE = "Read directions, orders of magnitude and mechanisms; do not quote a number as an estimate."


def facts(settings: Settings, folder: Path = FITTED) -> dict[str, Any]:
    """What is known of the parameters of a run, as plain values.

    `folder` holds the fitted files and beside each, as `RULE_thresholds.csv`, the thresholds of `task=validate`.
    """
    rule, draws = settings.decision, settings.draws
    held = {f"coefficients.{name}": value for name, value in settings.coefficients.items()}
    if draws is None:
        return {"parameters": CENTRAL, "rule": rule, "is_fitted": posterior_path(rule, folder=folder).is_file()}
    if settings.choice.lambda_ is not None:
        held["choice.lambda"] = settings.choice.lambda_
    found = {
        "parameters": POSTERIOR if settings.parameters == POSTERIOR else draws.name,
        "rule": rule,
        "draws": len(draws.weights),
        "digest": draws.digest,
        "until": draws.about.get("until"),
        "held": held,
        "diagnostics": dict(draws.about["diagnostics"]),
        "doubts": list(Posterior(rule, draws.names, draws.values, draws.weights, draws.about).doubts),
    }
    scorecard = folder / f"{rule}_thresholds.csv"
    if settings.parameters == POSTERIOR and scorecard.is_file():
        with scorecard.open(encoding="utf-8", newline="") as rows:
            found["thresholds"] = [dict(row) for row in csv.DictReader(rows)]
    return found


def title(known: Mapping[str, Any]) -> str:
    """The state of the fit in a few words; of no facts, that of central values."""
    if known.get("parameters", CENTRAL) == CENTRAL:
        return "Nothing is calibrated yet." if not known.get("is_fitted") else "Central values, not fitted ones."
    if not known.get("thresholds"):
        return "Fitted, not tested."
    missed = _named(known, MISSED)
    return "Fitted and tested." if not missed else "Fitted and tested, with misses."


def brief(known: Mapping[str, Any]) -> str:
    """What may be said of the numbers in a few words, after the title, where there is no room for the sentence."""
    rows = _judged(known)
    met = len(rows) - len(_named(known, MISSED)) - len(_named(known, UNKNOWN))
    if not rows or known.get("parameters", CENTRAL) == CENTRAL:
        return "Read directions, not numbers."
    return f"{met} of {len(rows)} thresholds set before the fit are met." + (
        " Read directions, not numbers." if met < len(rows) else ""
    )


def sentence(known: Mapping[str, Any]) -> str:
    """What may be said of the numbers, after the title."""
    if known.get("parameters", CENTRAL) == CENTRAL:
        if not known.get("is_fitted"):
            return f"The constants of the model are provisional, and no validation stands behind them. {_ADVICE}"
        return f"parameters=posterior takes those that were fitted, with their uncertainty. {_ADVICE}"
    last = known.get("until")
    years = f"to the end of {first_day(month(last)):%B %Y}" if last else "in all years with observations"
    said = [f"A replicate is one of {known['draws']} draws of parameters fitted to what was observed {years}."]
    if known.get("parameters") != POSTERIOR:
        said.append(f"They are those of the file {known['parameters']}, which does not come with the program.")
    if known.get("held"):
        told = ", ".join(f"{name}={value:g}" for name, value in known["held"].items())
        said.append(f"Held by hand instead: {told}.")
    said += [f"{doubt[:1].upper()}{doubt[1:]}." for doubt in known.get("doubts", ())]
    rows = _judged(known)
    if not rows:
        return " ".join([*said, "No test on years that it had not seen stands behind it.", _ADVICE])
    skill = next((row for row in rows if row["threshold"] == SKILL), None)
    if skill and skill["value"]:
        over = f"{float(skill['value']):+.0%}".replace("-", "\u2212")
        said.append(f"In years it had not seen its skill over the best naive rule is {over} ({skill['verdict']}).")
    else:
        said.append("How it does in years it had not seen is not known.")
    missed, unknown = _named(known, MISSED), _named(known, UNKNOWN)
    met = len(rows) - len(missed) - len(unknown)
    said.append(f"Of {len(rows)} thresholds set before the fit {met} are met.")
    said += [f"{what}: {'; '.join(names)}." for what, names in (("Missed", missed), ("Not known", unknown)) if names]
    return " ".join([*said, *([_ADVICE] if missed or unknown else [])])


def _judged(known: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """What has a threshold, of the rows of a scorecard; others are told beside it without a verdict."""
    return [row for row in known.get("thresholds") or [] if row["verdict"] != UNJUDGED]


def _named(known: Mapping[str, Any], verdict: str) -> list[str]:
    """Thresholds with a verdict, in words."""
    return [OF_THRESHOLDS[row["threshold"]] for row in _judged(known) if row["verdict"] == verdict]
