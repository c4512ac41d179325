"""What a page of Markdown tells its reader to do: files to write and commands to run, in its order.

A block without a language holds commands. A block of YAML or Python is a file if the paragraph above it names one in
backticks; the file is the last one named. Blocks of any other language are shown only.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from hydra.core.override_parser.types import Override

from sim.cli.hydra.words import harmless

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^ *```(\w*)\s*$")
_FILE = re.compile(r"`([\w./-]+\.(?:yaml|py))`")
_OF_THE_MODEL = re.compile(r"^(?:\.venv/bin/)?python -m sim\b")
PLACEHOLDER = re.compile(r"=[A-Z]{3,}\b|\.[A-Z]{3,}\b")
"""What the reader is to write over, as `policy=NAME`."""
SMALL = {"people.one_in": "5000", "replicates": "2"}
"""The sample of a tutorial that is tested."""


@dataclass(frozen=True)
class File:
    """A file that the reader writes."""

    path: str
    text: str


@dataclass(frozen=True)
class Command:
    """A line that the reader gives to a shell."""

    line: str

    @property
    def words(self) -> list[str] | None:
        """Words after `python -m sim`, None for another program."""
        return shlex.split(self.line, comments=True)[3:] if _OF_THE_MODEL.match(self.line) else None

    @property
    def needs(self) -> str:
        """Package that the line needs and not everybody has."""
        return "marimo" if "examples/notebook.py" in self.line else ""

    @property
    def small(self) -> str:
        """The line with the sample of a test in place of its own."""
        line = self.line
        for key, value in SMALL.items():
            line = re.sub(rf"(?<= ){re.escape(key)}=\w+", f"{key}={value}", line)
        return line


Step = File | Command


def steps(text: str) -> Iterator[Step]:
    """Files to write and commands to run, in the order of the page."""
    told: list[str] = []
    inside: list[str] | None = None
    language = ""
    for line in text.splitlines():
        fence = _FENCE.match(line)
        if fence and inside is None:
            inside, language = [], fence[1]
        elif fence and inside is not None:
            yield from _block(language, dedent("\n".join(inside)), "\n".join(told).strip().rpartition("\n\n")[2])
            inside, told = None, []
        elif inside is not None:
            inside.append(line)
        else:
            told.append(line)


def commands(text: str) -> list[Command]:
    """Commands of a page, those within its sentences too."""
    blocks = [step for step in steps(text) if isinstance(step, Command)]
    prose = re.sub(r"^ *```\w*\n.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    spoken = [" ".join(line.split()) for line in re.findall(r"`((?:\.venv/bin/)?python -m sim[^`]*)`", prose)]
    return [*blocks, *map(Command, spoken)]


def jobs(words: list[str]) -> Iterator[list[str]]:
    """Jobs of a sweep in which every value stands once; of what is no sweep the line itself.

    Raises UserError for a line that is refused.
    """
    line = harmless(words)
    if not line.is_sweep:
        yield words
        return
    values = [_values(override) for override in line.overrides]
    for number in range(max(map(len, values))):
        yield [one[min(number, len(one) - 1)] for one in values]


def _values(override: Override) -> list[str]:
    if not override.is_sweep_override():
        return [override.input_line]
    return [f"{override.key_or_group}={value}" for value in override.sweep_string_iterator()]


def _block(language: str, text: str, told: str) -> Iterator[Step]:
    named = _FILE.findall(told)
    if language in ("yaml", "python") and named:
        yield File(named[-1], text + "\n")
    if language == "":
        for line in re.sub(r"\\\n *", "", text).splitlines():
            line = re.sub(r"\s{2,}#.*$", "", line).strip()
            if line:
                yield Command(line)
