"""Figures of a study, one module each, drawn from a `Study` and never from a live model.

The protocol is that of the figures of a comparison (`SECTION`, `TITLE`, `SOURCE`, `caption(study)`, `data(study)`,
`draw(study)`), with `absent(study)` besides: why there is nothing to draw, or nothing if there is.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

SUPPORT = frozenset({"__init__", "rows"})
"""Modules of this folder that serve the figures and are none."""
ORDER = ("arrivals", "where_they_go", "lambda", "harms", "groups", "feedbacks")
"""The order in which figures are drawn; those not named here come after."""


def names() -> tuple[str, ...]:
    """Names of the figures, in the order in which they are drawn."""
    there = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in SUPPORT)
    return tuple(sorted(there, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)))


def figure(name: str) -> ModuleType:
    """The module of a figure. Raises ValueError for an unknown name, with the known ones."""
    if name not in names():
        raise ValueError(f"unknown study figure '{name}'; known: {', '.join(names())}")
    return import_module(f"sim.report.study.figures.{name}")
