"""The table of tasks: what `task=` may be and which function does it.

A function takes the settings, and returns the folder or file it left, or None. It is imported when it is
chosen, so that no task pays for the others' imports.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Task = Callable[[Any], Path | None]

_TABLE = (
    ("compare", "sim.cli.commands.compare:run", "a scenario against the baseline, with a report"),
    (
        "figures",
        "sim.cli.commands.stored:figures",
        "of a comparison that is stored: its figures drawn anew, as SVG and PNG with their data",
    ),
    (
        "report",
        "sim.cli.commands.stored:report",
        "of a comparison that is stored: its report as HTML, Markdown and PDF (extra pdf)",
    ),
    (
        "dashboard",
        "sim.cli.commands.dashboard:run",
        "a page on which a policy is composed, run and read (extra dashboard)",
    ),
    ("explain", "sim.cli.commands.explain:run", "one synthetic life, decision by decision"),
    ("scenarios", "sim.cli.commands.scenarios:run", "what scenarios there are, in words"),
    ("policies", "sim.cli.commands.policies:run", "what policies there are: day, actor, status, description, file"),
    ("parameters", "sim.cli.commands.parameters:run", "what a policy can change: name, unit, rule, value, source"),
    ("history", "sim.cli.commands.show:history", "the scenario's history, epoch by epoch, as the model reads it"),
    ("people", "sim.cli.commands.show:people", "the people of January 2019, and their fit to the margins"),
    ("simulate", "sim.cli.commands.simulate:run", "one scenario, its replicates"),
    ("results", "sim.cli.commands.results:run", "what runs left: listed, compared, exported, pruned (section results)"),
    ("reasons", "sim.cli.commands.reasons:run", "why units leave and choose where, one reason left out at a time"),
    ("patterns", "sim.cli.commands.patterns:run", "everything observed to the end of 2022 beside one world's runs"),
    ("survey", "sim.cli.commands.survey:run", "the survey of Lithuania of 2022, asked of the synthetic people"),
    (
        "validate",
        "sim.cli.commands.validate:run",
        "the scorecard: the model against what was observed and against naive rules (extra fit)",
    ),
    (
        "predict",
        "sim.cli.commands.predict:run",
        "quantities to the end of 2025, with intervals, to be scored by others",
    ),
    (
        "calibrate",
        "sim.cli.commands.calibrate:run",
        "fits all that is free to what was observed and writes the posterior (section fit; extra fit)",
    ),
    (
        "canonical",
        "sim.cli.commands.canonical:run",
        "ten questions, answered once a release, and how the answers have changed",
    ),
    ("lint", "sim.cli.commands.lint:run", "every file of conf/ and experiments/ judged, all faults at once"),
    ("invert", "sim.cli.commands.invert:run", "destination constants that reproduce observed departures"),
)
TASKS: dict[str, str] = {name: function for name, function, _ in _TABLE}
"""Task name to `module:function`."""
MEANINGS: dict[str, str] = {name: said for name, _, said in _TABLE}
"""Task name to what it does, in words."""


def task(name: str) -> Task:
    """The function that does a task; raises KeyError for an unknown name."""
    module, function = TASKS[name].split(":")
    found: Task = getattr(import_module(module), function)
    return found
