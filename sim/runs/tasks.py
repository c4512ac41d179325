"""The table of tasks: what `task=` may be and which function does it.

A function takes the settings, and returns the folder or file it left, or None. It is imported when it is
chosen, so that no task pays for the others' imports.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Task = Callable[[Any], Path | None]

TASKS: dict[str, str] = {
    "compare": "sim.cli.commands.compare:run",  # a scenario against the baseline, with a report
    "figures": "sim.cli.commands.stored:figures",  # the figures of a stored comparison, drawn anew
    "report": "sim.cli.commands.stored:report",  # its report as HTML, Markdown and PDF
    "simulate": "sim.cli.commands.simulate:run",  # one scenario, its replicates
    "explain": "sim.cli.commands.explain:run",  # one synthetic life, decision by decision
    "reasons": "sim.cli.commands.reasons:run",  # why units leave and choose where, one reason left out at a time
    "people": "sim.cli.commands.show:people",  # the people of January 2019, and their fit to the margins
    "history": "sim.cli.commands.show:history",  # the scenario's history, epoch by epoch, as the model reads it
    "parameters": "sim.cli.commands.parameters:run",  # what a policy can change: name, unit, rule, value, source
    "policies": "sim.cli.commands.policies:run",  # what policies there are: day, actor, status, description, file
    "lint": "sim.cli.commands.lint:run",  # every file of conf/ and experiments/ judged, all faults at once
    "patterns": "sim.cli.commands.patterns:run",  # everything observed to the end of 2022 beside one world's runs
    "validate": "sim.cli.commands.validate:run",  # the scorecard: the model against what was observed, and naive rules
    "predict": "sim.cli.commands.predict:run",  # quantities to the end of 2025, to be scored by others
    "survey": "sim.cli.commands.survey:run",  # the survey of Lithuania of 2022, asked of the synthetic people
    "results": "sim.cli.commands.results:run",  # what runs left: listed, compared, exported, pruned
    "calibrate": "sim.cli.commands.calibrate:run",  # the posterior of all that is free, given what was observed
    "scenarios": "sim.cli.commands.scenarios:run",  # what scenarios there are, in words
    "dashboard": "sim.cli.commands.dashboard:run",  # the page on which a policy is composed, run and read
    "canonical": "sim.cli.commands.canonical:run",  # ten questions, answered once a release
    "invert": "sim.cli.commands.invert:run",  # destination constants that reproduce observed departures
}
"""Task name to `module:function`."""


def task(name: str) -> Task:
    """The function that does a task; raises KeyError for an unknown name."""
    module, function = TASKS[name].split(":")
    found: Task = getattr(import_module(module), function)
    return found
