"""The words of a command line: those that Hydra may read, and its complaints in this program's words.

Hydra can be told to import, to run and to write nearly anything. Here it may not: of its own keys a user may give but
the launcher of a sweep.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, MissingConfigException, OverrideParseException

from sim.cli.hydra.sweeping import count, settled
from sim.cli.hydra.table import PLUGINS, adding
from sim.cli.hydra.texts import for_hydra
from sim.numerics.errors import UserError
from sim.numerics.messages import shown
from sim.runs.extras import lacking
from sim.runs.sections import unknown_key
from sim.runs.settings import Settings

FLAGS = ("-m", "--multirun", "-r", "--run", "-h", "--help", "--version", "--resolve")
"""Options without a value; the others of Hydra's read further files or programs."""
SHOWN = ("job", "hydra", "all")
"""What `--cfg` may print."""
LONGEST_WORD = 5_000
LAUNCHERS = ("basic", *PLUGINS)
"""Ways to run the jobs of a sweep; others that plugins bring are not taken (one of them rents machines)."""
EXTRAS = tuple(name for name in PLUGINS if name != "local")
"""Launchers that need packages which not every user has; the extra that brings them has the launcher's name."""
_LAUNCHER = re.compile(r"hydra/launcher|hydra\.launcher(\.[a-z]\w*)+", re.ASCII)
_PLAIN = re.compile(r"[\w-]{1,100}", re.ASCII)


@dataclass(frozen=True)
class Line:
    """A command line that may be given to Hydra: options, and words of keys and values."""

    options: tuple[str, ...]
    overrides: tuple[Override, ...]

    @property
    def words(self) -> list[str]:
        """The words for Hydra, options first; a coefficient is a key of its own that the table need not name."""
        return [*self.options, *(_for_hydra(override) for override in self.overrides)]

    @property
    def given(self) -> set[str]:
        """Keys that are given a value."""
        return {override.key_or_group for override in self.overrides}

    @property
    def only_shows(self) -> bool:
        """True if nothing is to be run, but keys and values are to be shown."""
        return bool({"--cfg", "-h", "--help", "--version"} & set(self.options))

    @property
    def is_sweep(self) -> bool:
        """True if several jobs are asked for, or may be."""
        return bool({"-m", "--multirun"} & set(self.options)) and not self.only_shows

    @property
    def jobs(self) -> int:
        """Jobs of the sweep; raises UserError for none and for too many."""
        return count(self.overrides)

    def value(self, key: str, usual: Any) -> Any:
        """The value given to a key last, `usual` if none is; UserError if it is given several at once."""
        found = usual
        for override in self.overrides:
            if override.key_or_group == key:
                if override.is_sweep_override():
                    raise UserError(f"{shown(override.input_line)}: a sweep has one {key}")
                found = override.value()
        return found

    @property
    def settled(self) -> "Line":
        """The line with the same jobs in the same order each time that Hydra reads it."""
        return Line(self.options, tuple(_parsed([settled(override) for override in self.overrides])))

    def sweeping(self, words: Sequence[str]) -> "Line":
        """The line with more words to sweep, which vary more slowly than its own."""
        return Line(self.options, (*_parsed([for_hydra(word, True) for word in words]), *self.overrides))

    def with_words(self, *words: str) -> "Line":
        """The line with more options or words behind."""
        more = [word for word in words if word.startswith("-")]
        rest = _parsed([word for word in words if not word.startswith("-")])
        return Line((*self.options, *more), (*self.overrides, *rest))


def harmless(words: Sequence[str]) -> Line:
    """A command line, if none of its words makes Hydra import, run or write anything.

    Raises UserError for an option or a key of Hydra's that is not among the few, for a word that cannot be parsed
    and for a sweep of too many jobs.
    """
    options, given, rest = [], [], list(words)
    while rest:
        word = rest.pop(0)
        if len(word) > LONGEST_WORD:
            raise UserError(f"'{shown(word)}' has {len(word):,} letters; at most {LONGEST_WORD:,} are read")
        if not word.startswith("-"):
            given.append(word)
        elif word in FLAGS:
            options.append(word)
        elif word.partition("=")[0] in ("-c", "--cfg"):
            what = word.partition("=")[2] or (rest.pop(0) if rest else "")
            if what not in SHOWN:
                raise UserError(f"--cfg {shown(what)} is not known; known are: {', '.join(SHOWN)}")
            options += ["--cfg", what]
        else:
            raise UserError(f"'{shown(word)}' is not a known option; known are: {', '.join((*FLAGS, '--cfg'))}")
    sweep = not {"-m", "--multirun"}.isdisjoint(options)
    line = Line(tuple(options), tuple(_parsed([for_hydra(word, sweep) for word in given])))
    for override in line.overrides:
        _need_harmless(override)
    count(line.overrides)
    return line


def _for_hydra(override: Override) -> str:
    word = str(override.input_line)
    section = override.key_or_group == "coefficients" and isinstance(override.value(), dict)
    return f"++{word}" if section and word[:1] not in "+~" else adding(word)


def _parsed(words: Sequence[str]) -> list[Override]:
    overrides: list[Override] = []
    for word in words:
        try:
            overrides += OverridesParser.create().parse_overrides([word])
        except (HydraException, RecursionError, ValueError) as error:
            raise _unreadable(word) from error
    return overrides


def _need_harmless(override: Override) -> None:
    key, word = override.key_or_group, override.input_line
    if override.package is not None or not key:
        raise UserError(f"cannot read '{shown(word)}': write key=value")
    if not key.replace("/", ".").startswith("hydra.") and key != "hydra":
        return
    value = override.value()
    plain = value is None or isinstance(value, int | float) or (isinstance(value, str) and _PLAIN.fullmatch(value))
    if key == "hydra/launcher" and not override.is_delete() and isinstance(value, str) and value not in LAUNCHERS:
        raise UserError(f"hydra/launcher={shown(value)} is not known; known are: {', '.join(LAUNCHERS)}")
    if override.is_delete() or not _LAUNCHER.fullmatch(key) or not plain:
        raise UserError(f"'{shown(word)}': of Hydra only hydra/launcher=NAME and hydra.launcher.KEY=WORD may be set")


def mistake(error: Exception) -> UserError:
    """Hydra's complaint in one line and in this program's words."""
    if isinstance(error, OverrideParseException):
        return _unreadable(error.override)
    full_key = getattr(error.__cause__, "full_key", None)
    if full_key and str(error).startswith("Could not override") and full_key.split(".")[0] != "hydra":
        return unknown_key(full_key, Settings)
    if str(error).startswith(("Ambiguous value", "Sweep parameters")):
        override = str(error).split("'")[1]
        return UserError(
            f"{shown(override)} has several values: add -m to run each of them, or write [a,b] for one list"
        )
    if isinstance(error, MissingConfigException) and error.options:
        name = str(error.missing_cfg_file).removeprefix("hydra/launcher/")
        if name in EXTRAS:
            return lacking(f"hydra/launcher={name}", name, "packages that are not here")
        return UserError(f"{shown(error.missing_cfg_file)} is not known; known are: {', '.join(error.options)}")
    return UserError(first_line(error))


def _unreadable(word: str) -> UserError:
    key, equals, _ = word.lstrip("+~").partition("=")
    if equals and not key.isascii():
        return unknown_key(key, Settings)
    return UserError(f"cannot read '{shown(word)}': write key=value, and quote values with signs in them")


def first_line(error: Exception) -> str:
    """The first line of an exception's message, not too long."""
    if isinstance(error, RecursionError):
        return "the command line is nested too deeply"
    return shown(str(error).strip().partition("\n")[0] or type(error).__name__, 300)


def last_words(error: Exception) -> str:
    """What a launcher says of a lost worker: the last line of the trace that it hands on, or its first sentence."""
    _, *trace = re.split(r"\n-{10,}\n", str(error))
    if trace and trace[0].strip():
        return shown(trace[0].strip().rpartition("\n")[2], 300)
    return first_line(error).partition(". ")[0].partition(" with path ")[0]
