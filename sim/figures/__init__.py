"""Figures of a comparison, one module each, drawn from the files of a result folder and never from a live model.

A figure is a file of this folder with `SECTION`, `TITLE`, `caption(results)`, `data(results)` and `draw(results)`;
it is found by its file name. `data` returns what is drawn, so that tests and readers need no pixels.
"""

import os
from importlib import import_module
from pathlib import Path
from types import ModuleType

SUPPORT = frozenset({"__init__", "cells", "nest", "results", "style"})
"""Modules of this folder that serve the figures and are none."""


def names() -> tuple[str, ...]:
    """Names of the figures, in alphabetical order."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in SUPPORT))


def figure(name: str) -> ModuleType:
    """The module of a figure. Raises ValueError for an unknown name, with the known ones."""
    if name not in names():
        raise ValueError(f"unknown figure '{name}'; known: {', '.join(names())}")
    return import_module(f"sim.figures.{name}")


def draw_all(folder: str | Path) -> list[Path]:
    """Draw every figure of a result folder into its `figures/`, as SVG and as PNG; same files in, same bytes out.

    Raises FileNotFoundError or ValueError naming the file of the folder that is missing or wrong.
    """
    from sim.figures import style  # matplotlib is loaded only when something is drawn
    from sim.figures.results import Results

    results = Results(folder)
    target = results.folder / "figures"
    target.mkdir(exist_ok=True)
    written = []
    for name in names():
        for suffix, content in style.files(figure(name), results).items():
            path = target / f"{name}.{suffix}"
            part = path.with_suffix(f".{suffix}.part")
            part.write_bytes(content)
            os.replace(part, path)  # a figure appears whole or not at all
            written.append(path)
    return written
