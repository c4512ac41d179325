"""Figures of stored results, one module each, drawn from the files of a result folder and never from a live model.

A figure is a file of this folder with `SECTION`, `UNIT` (as its axes say it), `SOURCE` (files of the result that it is
drawn from), `title(results)`, which says what is found, `caption(results)`, `data(results)` and `draw(results)`; it is
found by its file name. `absent(results)` says why there is nothing to draw, or nothing. `data` returns what is drawn,
so that tests and readers need no pixels. `KIND` is the kind of folder that it is drawn from, a comparison where it is
left out. In a notebook: `figures.show("flow_map", "results/compare/...")`.
"""

import base64
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


def drawable(results: Any) -> dict[str, ModuleType]:
    """The figures for which a result folder has what they show, by name."""
    modules = {name: figure(name) for name in names()}
    return {name: module for name, module in modules.items() if not absent(module, results)}


def absent(module: ModuleType, results: Any) -> str:
    """Why a figure cannot be drawn of these results; nothing if it can."""
    wanted, kind = getattr(module, "KIND", "comparison"), results.fact("kind")
    if kind != wanted:
        return f"it is drawn of a {wanted}, and this is a {kind}"
    found: str = module.absent(results) if hasattr(module, "absent") else ""
    return found


def show(name: str, folder: str | Path) -> Any:
    """A figure of a result folder as a matplotlib figure, which a notebook displays.

    Raises ValueError for an unknown name and for one that has nothing to show of these results.
    """
    from sim.report import style
    from sim.report.results import Results

    results, module = Results(folder), figure(name)
    if why := absent(module, results):
        raise ValueError(f"figure '{name}': {why}")
    with style.look():
        return style.finished(module.draw(results), module.SOURCE)


def draw_all(folder: str | Path) -> list[Path]:
    """Draw every figure of a result folder into its `figures/`: SVG, PNG and the data behind; same files, same bytes.

    Raises FileNotFoundError or ValueError naming the file of the folder that is missing or wrong.
    """
    from sim.report.results import Results

    results, target = Results(folder), Path(folder) / "figures"
    modules = drawable(results)
    written = write_each(modules, results, target)
    for name, module in modules.items():
        written.append(replaced(target / f"{name}.csv", module.data(results).to_csv(index=False).encode()))
    seals.renew(Path(folder))
    return written


def link(path: Path) -> str:
    """The table behind a figure as an address that holds it, so that a page needs no other file."""
    return f"data:text/csv;base64,{base64.b64encode(path.read_bytes()).decode()}"


def write_each(modules: Mapping[str, ModuleType], drawn_from: Any, target: Path) -> list[Path]:
    """Write figures by name into a folder, each as SVG and PNG, whole or not at all; returns the files."""
    from sim.report import style  # matplotlib is loaded only when something is drawn

    target.mkdir(exist_ok=True)
    written = []
    for name, module in modules.items():
        for suffix, content in style.files(module, drawn_from).items():
            written.append(replaced(target / f"{name}.{suffix}", content))
    return written


def replaced(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all; returns its path."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
    return path
