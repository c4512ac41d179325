"""Where the fitted draws lie that come with the program."""

from pathlib import Path

from sim.numerics.locations import DATA

FITTED = DATA / "posterior"
"""Their folder: one file for each rule of decision and window of a fit."""


def posterior_path(rule: str, until: str | None = None, folder: Path | None = None) -> Path:
    """File of a rule's draws, and of the year to whose end they were fitted where that is not all."""
    return (folder or FITTED) / (f"{rule}.parquet" if until is None else f"{rule}_{until[:4]}.parquet")
