"""Settings of command lines as Hydra composes them, nothing being run.

    python -m tests.tutorials.composing < lines.json

As a program it reads lists of words, in a folder whose own destinations and channels are known from the start on.
"""

import json
import sys

from sim.analysis.experiment import load_experiment
from sim.cli.hydra import harmless
from sim.cli.hydra.jobs import single
from sim.cli.outcome import Outcome
from sim.runs.settings import Settings


def settings_of(words: list[str]) -> list[Settings]:
    """The settings of one job; none for a line that only shows something. Raises UserError for one that is refused."""
    found = []

    def read(read_settings):
        found.append(read_settings())
        return Outcome()

    line = harmless(words)
    if not line.only_shows:
        name = line.value("experiment", None)
        single(read, line, load_experiment(name) if name else None)
    return found


if __name__ == "__main__":
    for asked in json.load(sys.stdin):
        sys.argv = ["vyraj"]
        print(len(settings_of(asked)), *asked)
