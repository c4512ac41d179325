"""Hydra's composition of one job, and how it is run."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import hydra
from hydra.errors import MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.cli.hydra.words import Line, first_line, last_words, mistake
from sim.numerics.errors import UserError
from sim.runs.settings import Settings, settings_from_mapping

FROM_AFAR = ("joblib", "submitit", "ray", "concurrent")
"""Packages whose faults are those of lost workers."""


class WorkerLost(RuntimeError):
    """A process, a machine or a cluster on which jobs of a sweep ran is gone."""


def settings_from(cfg: DictConfig | Mapping[str, Any]) -> Settings:
    """Settings of a composed configuration, checked key by key.

    Raises UserError for an unknown key (a `+` on the command line included), a wrong type, a value out of range
    or a reference (`${...}`) that leads nowhere.
    """
    try:
        record: Any = OmegaConf.to_container(cfg, resolve=True) if isinstance(cfg, DictConfig) else cfg
    except (OmegaConfBaseException, RecursionError, ValueError) as error:
        raise UserError(first_line(error)) from error
    settings: Settings = settings_from_mapping(record)
    return settings


def compose_and_do(line: Line, do: Callable[[DictConfig], None]) -> None:
    """Have Hydra compose the job of a line, or every job of its sweep, and do it.

    Raises UserError for what cannot be composed or written, WorkerLost for what a launcher lost on the way.
    """
    # Else Hydra takes the folders beside the module for groups of its own.
    do.__module__ = "__main__"
    with _exceptions_handed_over(), _command_line(line.words):
        try:
            hydra.main(version_base="1.3", config_path=None, config_name="config")(do)()
        except MissingConfigException as error:  # an OSError too
            raise mistake(error) from error
        except BrokenPipeError:  # whoever reads what is printed has enough
            raise
        except OSError as error:
            raise UserError(f"results_dir cannot be written: {error}") from error
        except Exception as error:  # a job tells its own faults; what is left is a lost worker's or the command line's
            if type(error).__module__.split(".")[0] in FROM_AFAR:
                raise WorkerLost(last_words(error)) from error
            raise mistake(error) from error


@contextmanager
def _command_line(words: list[str]) -> Iterator[None]:
    """Hydra reads the command line from here."""
    before = sys.argv
    sys.argv = [before[0], *words]
    try:
        yield
    finally:
        sys.argv = before


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
