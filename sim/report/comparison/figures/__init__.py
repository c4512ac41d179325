"""Figures of a comparison, one module each, drawn from the files of a result folder and never from a live model.

A figure is a file of this folder with `SECTION`, `TITLE`, `caption(results)`, `data(results)` and `draw(results)`;
it is found by its file name. `data` returns what is drawn, so that tests and readers need no pixels.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.runs import seals


def names() -> tuple[str, ...]:
    """Names of the figures, in alphabetical order."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"))


def figure(name: str) -> ModuleType:
    """The module of a figure. Raises ValueError for an unknown name, with the known ones."""
    if name not in names():
        raise ValueError(f"unknown figure '{name}'; known: {', '.join(names())}")
    return import_module(f"sim.report.comparison.figures.{name}")


def draw_all(folder: str | Path) -> list[Path]:
    """Draw every figure of a result folder into its `figures/`, as SVG and as PNG; same files in, same bytes out.

    Raises FileNotFoundError or ValueError naming the file of the folder that is missing or wrong.
    """
    from sim.report.results import Results

    written = write_each({name: figure(name) for name in names()}, Results(folder), Path(folder) / "figures")
    seals.renew(Path(folder))
    return written


def write_each(modules: Mapping[str, ModuleType], drawn_from: Any, target: Path) -> list[Path]:
    """Write figures by name into a folder, each as SVG and PNG, whole or not at all; returns the files."""
    from sim.report import style  # matplotlib is loaded only when something is drawn

    target.mkdir(exist_ok=True)
    written = []
    for name, module in modules.items():
        for suffix, content in style.files(module, drawn_from).items():
            path = target / f"{name}.{suffix}"
            part = path.with_suffix(f".{suffix}.part")
            part.write_bytes(content)
            os.replace(part, path)
            written.append(path)
    return written
