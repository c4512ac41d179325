"""How the parameters of a comparison were fitted and tested: diagnostics, thresholds with verdicts, the largest misses.

All is taken from the result folder: the manifest holds what was known of the fit when the runs were made.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis import standing
from sim.analysis.standing import OF_THRESHOLDS
from sim.history import naming
from sim.observation.yardstick import MISS
from sim.report.results import Results
from sim.report.words import capital
from sim.report.yardstick import told
from sim.runs.checks import CENTRAL, POSTERIOR

MOST_MISSES = 6
"""Misses that are told; all stand further down in the report."""
DIAGNOSTICS = {
    "r_hat": "largest R-hat of the chains (1: converged)",
    "effective": "smallest effective sample size of the chains",
    "effective_draws": "draws that count after weighing",
    "fresh_run_bias": "largest error of the emulator at fresh runs, standard errors of the observed",
    "fresh_run_bias_mean": "its mean error there, standard errors of the observed",
}
"""Diagnostics of a fit that are numbers by themselves."""
CHECKED = {
    "recovery": ("free parameters found again in synthetic truths", "{recovery:g} of {recovery_of:g}"),
    "sbc_coverage": ("intervals of {sbc_trials:g} synthetic truths, coverage off by at most", "{sbc_coverage:.3f}"),
}
"""Diagnostics that need others beside them: what they are, and how they are told."""


def section(results: Results) -> dict[str, Any]:
    """What the block of a page shows."""
    known = results.manifest.get(standing.KEY, {})
    return {
        "says": says(known),
        "diagnostics": diagnostics(known),
        "thresholds": thresholds(known),
        "misses": misses(results.table("patterns")),
    }


def says(known: Mapping[str, Any]) -> str:
    """Which parameters the answer rests on, in one sentence."""
    if known.get("parameters", CENTRAL) == CENTRAL:
        return "This answer takes the central values of conf/: no fit, no diagnostics and no threshold stand behind it."
    own = "the fit that comes with the program" if known["parameters"] == POSTERIOR else f"{known['parameters']}"
    rule = naming.words(known["rule"])
    return f"This answer draws its parameters from {own}, {known['draws']} draws of the rule {rule}."


def diagnostics(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each diagnostic of the fit in words, and what came out."""
    found = known.get("diagnostics", {})
    rows = [(words, _number(found[name])) for name, words in DIAGNOSTICS.items() if name in found]
    for name, (words, form) in CHECKED.items():
        if name in found:
            try:
                rows.append((words.format(**found), form.format(**found)))
            except (KeyError, TypeError, ValueError):  # a file of draws may tell a check without its number of truths
                rows.append((words.partition("{")[0].strip() or words, _number(found[name])))
    return rows


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "not known" if value is None else str(value)
    return f"{value:.3g}".replace("-", "\u2212")


def thresholds(known: Mapping[str, Any]) -> list[dict[str, str]]:
    """Thresholds registered before the fit with their verdicts, what is missed first."""
    order = [standing.MISSED, standing.UNKNOWN]
    rows = sorted(known.get("thresholds") or (), key=lambda row: (*order, row["verdict"]).index(row["verdict"]))
    return [
        {
            "name": capital(OF_THRESHOLDS.get(row["threshold"], row["threshold"].replace("_", " "))),
            "value": _number(float(row["value"])) if row["value"] else "",
            **{name: row.get(name, "") for name in ("must", "aim", "verdict", "about")},
        }
        for row in rows
    ]


def misses(patterns: pd.DataFrame) -> list[dict[str, str]]:
    """Observations furthest from the runs of the rules in force, in their own tolerances, the largest first."""
    missed = patterns[(patterns["verdict"] == MISS) & patterns["error"].notna()]
    worst = missed.loc[missed["error"].abs().sort_values(ascending=False, kind="stable").index[:MOST_MISSES]]
    return [{"what": capital(str(row["pattern"]).replace("_", " ")), **told(row)} for row in worst.to_dict("records")]
