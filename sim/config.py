"""From the command line to settings: the only module that knows Hydra.

`conf/config.yaml` is given to Hydra as one plain table. The folders beside it describe the model's world and are
no groups of Hydra's: a scenario is a name, so that `scenario=a,b` with `-m` is a sweep like any other.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import hydra
import yaml
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.codes import CONF
from sim.errors import UserError
from sim.settings import Settings, settings_from_mapping, unknown_key

MAIN_FILE = CONF / "config.yaml"
"""The table of contents of the program."""


def settings_from(cfg: DictConfig | Mapping[str, Any]) -> Settings:
    """Settings of a composed configuration, checked key by key.

    Raises UserError for an unknown key (a `+` on the command line included), a wrong type, a value out of range
    or a reference (`${...}`) that leads nowhere.
    """
    try:
        record: Any = OmegaConf.to_container(cfg, resolve=True) if isinstance(cfg, DictConfig) else cfg
    except OmegaConfBaseException as error:
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
    sys.argv[1:] = sorted(sys.argv[1:], key=lambda word: word not in ("-m", "--multirun"))  # may stand anywhere
    ConfigStore.instance().store(name="config", node=_main_table(), provider=MAIN_FILE.name)
    with _exceptions_handed_over():
        try:
            hydra.main(version_base="1.3", config_path=None, config_name="config")(read_and_do)()
        except _JobFailed as failed:
            codes.append(failed.args[0])
        except (HydraException, OmegaConfBaseException) as error:
            raise _mistake(error) from error
        except OSError as error:
            raise UserError(f"results_dir cannot be written: {error}") from error
    return codes


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
    table: dict[str, Any] = yaml.safe_load(MAIN_FILE.read_text(encoding="utf-8"))
    return table


def _mistake(error: Exception) -> UserError:
    """Hydra's complaint in one line and in this program's words."""
    if isinstance(error, OverrideParseException):
        return UserError(f"cannot read '{error.override}': write key=value, and quote values with signs in them")
    full_key = getattr(error.__cause__, "full_key", None)
    if full_key and str(error).startswith("Could not override") and full_key.split(".")[0] != "hydra":
        return unknown_key(full_key)
    if str(error).startswith("Ambiguous value"):
        override = str(error).split("'")[1]
        return UserError(f"{override} has several values: add -m to run each of them, or write [a,b] for one list")
    if isinstance(error, MissingConfigException) and error.options:
        return UserError(f"{error.missing_cfg_file} is not known; known are: {', '.join(error.options)}")
    return UserError(_first_line(error))


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
