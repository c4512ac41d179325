"""From the command line to settings: the only module that knows Hydra.

`conf/config.yaml` is given to Hydra as one plain table. The folders beside it describe the model's world and are
no groups of Hydra's: a scenario is a name, so that `scenario=a,b` with `-m` is a sweep like any other.

Hydra can be told to import, to run and to write nearly anything. Here it may not: how it behaves stands in this
module, the table holds the keys of the settings only, and of Hydra's own keys a user may give but the launcher of a
sweep.
"""

import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override, RangeSweep
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.codes import CONF
from sim.errors import UserError
from sim.history import strict_yaml
from sim.history.parameters import shown
from sim.history.strict_yaml import need_keys, within
from sim.settings import Settings, keys_of, settings_from_mapping, unknown_key

MAIN_FILE = CONF / "config.yaml"
"""The table of contents of the program."""

FLAGS = ("-m", "--multirun", "-r", "--run", "-h", "--help", "--version", "--resolve")
"""Options without a value; the others of Hydra's read further files or programs."""
SHOWN = ("job", "hydra", "all")
"""What `--cfg` may print."""
LONGEST_WORD = 5_000
MOST_JOBS = 10_000
"""Most jobs of a sweep; a larger number is a slip."""
_LAUNCHER = re.compile(r"hydra/launcher|hydra\.launcher(\.[a-z]\w*)+", re.ASCII)
_PLAIN = re.compile(r"[\w-]{1,100}", re.ASCII)

_HYDRA: dict[str, Any] = {
    "job": {"name": "vyraj"},
    "output_subdir": None,  # no folders of Hydra's: sim.store writes what a run leaves
    "run": {"dir": "."},
    "sweep": {"dir": "${results_dir}/multirun", "subdir": "."},
    "job_logging": {
        "handlers": {"console": {"stream": "ext://sys.stderr"}},
        "loggers": {"MESA": {"level": "WARNING"}},  # Mesa logs every month
    },
    "hydra_logging": {
        "formatters": {"simple": {"format": "%(message)s"}},
        "handlers": {"console": {"stream": "ext://sys.stderr"}},
    },
    "help": {
        "header": "Vyraj: an agent-based simulation of emigration from Belarus.",
        "template": """\
${hydra.help.header}

python -m sim [key=value ...]        one run
python -m sim -m key=value,value     a sweep, one run for each combination

$CONFIG
The comments in conf/config.yaml say what each key means. python -m sim --cfg job prints what would be run.
""",
    },
}
"""How Hydra behaves; nothing of the model."""


def settings_from(cfg: DictConfig | Mapping[str, Any]) -> Settings:
    """Settings of a composed configuration, checked key by key.

    Raises UserError for an unknown key (a `+` on the command line included), a wrong type, a value out of range
    or a reference (`${...}`) that leads nowhere.
    """
    try:
        record: Any = OmegaConf.to_container(cfg, resolve=True) if isinstance(cfg, DictConfig) else cfg
    except (OmegaConfBaseException, RecursionError, ValueError) as error:
        raise UserError(_first_line(error)) from error
    settings: Settings = settings_from_mapping(record)
    return settings


def run(job: Callable[[Callable[[], Settings]], int]) -> list[int]:
    """Run a job once, or for every combination of a sweep, and return the exit code of each.

    The job receives a function that reads its settings, so that a bad value is the job's to report and a sweep
    goes on with its other jobs. Raises UserError for a command line that cannot be composed and for a results
    folder that a sweep cannot write.
    """
    codes: list[int] = []
    home = os.getpid()

    def read_and_do(cfg: DictConfig) -> None:
        code = job(lambda: settings_from(cfg))
        if code and os.getpid() != home:  # a launcher's worker: only an exception finds its way home
            raise _JobFailed(code)
        codes.append(code)

    # Else Hydra takes the folders of the package for groups of its own: sim/decision for `decision=`.
    read_and_do.__module__ = "__main__"
    sys.argv[1:] = harmless(sys.argv[1:])
    ConfigStore.instance().store(name="config", node=_main_table(), provider=MAIN_FILE.name)
    with _exceptions_handed_over():
        try:
            hydra.main(version_base="1.3", config_path=None, config_name="config")(read_and_do)()
        except _JobFailed as failed:
            codes.append(failed.args[0])
        except OSError as error:
            raise UserError(f"results_dir cannot be written: {error}") from error
        except Exception as error:  # a job tells its own faults; what is left is the command line's
            raise _mistake(error) from error
    return codes


def harmless(words: Sequence[str]) -> list[str]:
    """The words of a command line, options first, if none of them makes Hydra import, run or write anything.

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
    overrides = _parsed(given)
    for override in overrides:
        _need_harmless(override)
    if (jobs := math.prod(map(_values, overrides))) > MOST_JOBS:
        raise UserError(f"a sweep of {jobs:,} jobs is too long; at most {MOST_JOBS:,} are run at once")
    return options + given


def _parsed(words: Sequence[str]) -> list[Override]:
    overrides: list[Override] = []
    for word in words:
        try:
            overrides += OverridesParser.create().parse_overrides([word])
        except (HydraException, RecursionError, ValueError) as error:
            raise UserError(
                f"cannot read '{shown(word)}': write key=value, and quote values with signs in them"
            ) from error
    return overrides


def _need_harmless(override: Override) -> None:
    key, word = override.key_or_group, override.input_line
    if override.package is not None or not key:
        raise UserError(f"cannot read '{shown(word)}': write key=value")
    if not key.replace("/", ".").startswith("hydra.") and key != "hydra":
        return
    value = override.value()
    plain = value is None or isinstance(value, int | float) or (isinstance(value, str) and _PLAIN.fullmatch(value))
    if override.is_delete() or not _LAUNCHER.fullmatch(key) or not plain:
        raise UserError(f"'{shown(word)}': of Hydra only hydra/launcher=NAME and hydra.launcher.KEY=WORD may be set")


def _values(override: Override) -> int:
    """Number of values that a sweep runs through, without listing them."""
    value = override.value()
    if isinstance(value, ChoiceSweep):
        return max(1, len(value.list))
    if isinstance(value, RangeSweep) and value.start is not None and value.stop is not None:
        steps = (value.stop - value.start) / value.step if value.step else math.inf
        return max(1, math.ceil(min(steps, 1e18))) if steps == steps else MOST_JOBS + 1
    return 1


class _JobFailed(Exception):
    """A job in another process that has told its fault; its argument is the exit code."""


@contextmanager
def _exceptions_handed_over() -> Iterator[None]:
    """Hydra raises its exceptions here instead of printing them and exiting."""
    name = "HYDRA_FULL_ERROR"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _main_table() -> dict[str, Any]:
    with within(f"conf/{MAIN_FILE.name}"):
        table = need_keys(strict_yaml.read(MAIN_FILE), (), list(keys_of(Settings)))
    return {**table, "defaults": [{"override hydra/job_logging": "stdout"}, "_self_"], "hydra": _HYDRA}


def _mistake(error: Exception) -> UserError:
    """Hydra's complaint in one line and in this program's words."""
    if isinstance(error, OverrideParseException):
        return _unreadable(error.override)
    full_key = getattr(error.__cause__, "full_key", None)
    if full_key and str(error).startswith("Could not override") and full_key.split(".")[0] != "hydra":
        return unknown_key(full_key)
    if str(error).startswith("Ambiguous value"):
        override = str(error).split("'")[1]
        return UserError(
            f"{shown(override)} has several values: add -m to run each of them, or write [a,b] for one list"
        )
    if isinstance(error, MissingConfigException) and error.options:
        return UserError(f"{shown(error.missing_cfg_file)} is not known; known are: {', '.join(error.options)}")
    return UserError(_first_line(error))


def _unreadable(word: str) -> UserError:
    return UserError(f"cannot read '{shown(word)}': write key=value, and quote values with signs in them")


def _first_line(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the command line is nested too deeply"
    return shown(str(error).strip().partition("\n")[0] or type(error).__name__, 300)
