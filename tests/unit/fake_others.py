"""What a fit, a survey and a life leave, of made-up numbers, for the tests of figures and reports."""

from pathlib import Path

import numpy as np
import pandas as pd

from sim.numerics import months
from sim.runs import seals
from sim.runs.posterior import Posterior
from sim.runs.priors import free
from sim.runs.tables import OF_LIVES, OF_OTHERS

DIAGNOSTICS = {"r_hat": 1.02, "effective": 812.0, "resampled": False, "fresh_run_bias": 0.31, "recovery": 15.0,
               "recovery_of": 16.0, "sbc_coverage": 0.021, "sbc_trials": 300.0}  # fmt: skip
THRESHOLDS = [
    {"threshold": "ard", "value": "0.1", "must": "at most 0.15", "aim": "at most 0.08", "verdict": "must met",
     "about": ""},
    {"threshold": "rolling_skill", "value": "-0.12", "must": "above 0", "aim": "above 0.25", "verdict": "missed",
     "about": "Made up <here>"},
    {"threshold": "recovery", "value": "", "must": "at least 9", "aim": "", "verdict": "not known", "about": ""},
]  # fmt: skip
STANDING = {"parameters": "posterior", "rule": "destination_nest", "draws": 200, "until": None, "held": {},
            "doubts": [], "diagnostics": DIAGNOSTICS, "thresholds": THRESHOLDS}  # fmt: skip
"""What the manifest of a comparison says of its fit, made up."""


def posterior(n: int = 200) -> Posterior:
    """Made-up draws: of one parameter all that its prior allows, the others narrower and narrower."""
    rng = np.random.default_rng(3)
    names = ("lambda", "war", "repression", "asylum_poland", "rooting", "return")
    spread = np.linspace(0.5, 0.05, len(names))
    shares = 0.5 + spread * (2 * rng.random((n, len(names))) - 1)
    values = np.stack([free()[name].prior.ppf(shares[:, at]) for at, name in enumerate(names)], axis=1)
    about = {"until": None, "recipe": {}, "diagnostics": DIAGNOSTICS, "version": "0", "time": "2026-11-30"}
    return Posterior("destination_nest", names, values, np.full(n, 1 / n), about)


def survey(folder: Path) -> Path:
    """Write the folder of a survey, its table with reasons and one other row."""
    folder.mkdir(parents=True)
    rows = [
        ("reason_leave", "political reasons", 86, 60, 70, 71, 2.9, 4.1),
        ("reason_leave", "work/economic reasons", 31, 44, 40, 39, 3.9, 5.5),
        ("reason_destination", "possibility of visa/TRP", 46, 40, 45, 47, 4.2, 6.0),
        ("reason_destination", "other (language & <own> experience)", 33, "", "", "", 4.0, 5.7),
        ("legal_status", "humanitarian visa", 15, 10, 15, 15, 2.9, 4.1),
    ]
    made = []
    for domain, item, seen, everyone, expected, drawn, *errors in rows:
        off = [(expected - seen) / error if expected else "" for error in errors]
        made.append((domain, item, "%", seen, everyone, expected, drawn, *errors, *off, "Made up (n = 335)"))
    pd.DataFrame(made, columns=OF_OTHERS["survey"].names).to_csv(folder / "survey.csv", index=False)
    seals.write(folder, {"kind": "survey", "settings": {}}, folder.name)
    return folder


def life(folder: Path, worlds: tuple[str, ...] = ("historical", "lithuania_ban")) -> Path:
    """Write the folder of a life in one world or two: in the first they leave for Lithuania, closed in the second."""
    folder.mkdir(parents=True)
    months_, options = [], []
    for world in worlds:
        banned = world != "historical"
        for at in range(60):
            weighs, away = at < 50 or banned, at > 50 and not banned
            goes = "lithuania" if at == 50 and not banned else ""
            said = "decides to leave & leaves for Lithuania by work" if goes else "is <detained>" if at == 20 else ""
            months_.append((world, months.label(at), "lithuania" if away else "belarus", goes, weighs or bool(goes),
                            weighs or None, 0.002 + 0.0001 * at if not away else "", goes, "war" * bool(goes),
                            said))  # fmt: skip
            if away:
                continue
            shut = banned and at >= 45
            shares = {"lithuania": 0 if shut else 0.6, "poland": 0.9 if shut else 0.35, "georgia": 0.05, "latvia": 0}
            for place, share in shares.items():
                told = ("work", share, 0.3) if share else ("", "", "")
                options.append((world, months.label(at), place, int(share > 0), *told))
    pd.DataFrame(months_, columns=OF_LIVES["life_months"].names).to_csv(folder / "life_months.csv", index=False)
    pd.DataFrame(options, columns=OF_LIVES["life_options"].names).to_csv(folder / "life_options.csv", index=False)
    seals.write(folder, {"kind": "life", "scenarios": list(worlds)}, folder.name)
    return folder
