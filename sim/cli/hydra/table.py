"""The table that Hydra composes from: the settings, how Hydra behaves, launchers and studies under their names."""

import textwrap
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from omegaconf import OmegaConf

from sim.history import strict_yaml
from sim.history.strict_yaml import need_keys, within
from sim.model.feedback import FEEDBACKS
from sim.numerics.locations import CONF
from sim.runs.settings import (
    Settings,
    keys_of,
    known_decisions,
    known_experiments,
    known_policies,
    known_scenarios,
)
from sim.runs.tasks import MEANINGS

if TYPE_CHECKING:
    from sim.analysis.experiment import Experiment

MAIN_FILE = CONF / "config.yaml"
"""The table of contents of the program."""
PRESETS = CONF / "hydra" / "launcher"
"""Ways to run the jobs of a sweep, a file each."""
PLUGINS = {"local": "joblib", "slurm": "submitit_slurm", "ray": "ray"}
"""Preset to the launcher of a plugin whose defaults it fills in; the extra that brings a plugin has the preset's name,
but for the local one, which is always there."""

_HYDRA: dict[str, Any] = {
    "job": {"name": "vyraj"},
    "output_subdir": None,  # no folders of Hydra's: sim.runs.files writes what a run leaves
    "run": {"dir": "."},
    "job_logging": {
        "handlers": {"console": {"stream": "ext://sys.stderr"}},
        "loggers": {"MESA": {"level": "WARNING"}},  # Mesa logs every month
    },
    "hydra_logging": {
        "formatters": {"simple": {"format": "%(message)s"}},
        "handlers": {"console": {"stream": "ext://sys.stderr"}},
        "root": {"level": "WARNING"},  # the sweep's own display tells what is going on
    },
    "help": {
        "header": "Vyraj: an agent-based simulation of emigration from Belarus.",
        "template": """\
${{hydra.help.header}}

python -m sim [key=value ...]        one run
python -m sim -m key=value,value     a sweep, one job for each combination
python -m sim experiment=NAME        a study of experiments/, a sweep and one page

Three to begin with:
  python -m sim people.one_in=1000 replicates=4         does Lithuania's ban keep people in Belarus? A quick look
  python -m sim policy=georgia_visa_free_ends           another question, at the usual sample, with a report
  python -m sim task=explain person=first:departed people.one_in=1000     who is behind it: one life, in words
And without a command line: python -m sim task=dashboard, a page to compose on (pip install 'vyraj[dashboard]').

Tasks, for task:
{tasks}

What a comparison left is told again by the same words with task=report (a PDF, too: pip install 'vyraj[pdf]') or
task=figures; nothing is simulated. How far its numbers may be trusted (pip install 'vyraj[fit]'):
  python -m sim task=validate                           how near it comes to what was observed, beside naive rules
  python -m sim task=predict                            quantities to the end of 2025, for others to score
  python -m sim task=calibrate                          the posterior of all that is free, within two hours on two cores
  python -m sim parameters=central                      the values of conf/ in place of the draws of the fit

Every key, with its default and what it means:

{keys}
Rules of choice, for decision:
{decisions}

Feedbacks, for freeze:
{feedbacks}

Studies, for experiment:
{studies}

Scenarios, for scenario, baseline and decompose:
{scenarios}

Proposals, for policy:
{proposed}

What happened, for without, which takes events of these, too:
{happened}

python -m sim task=scenarios and task=policies say of each what it is, in words; match="lithuania permit" chooses.
python -m sim --cfg job prints what would be run; dry=true how long it would take.
""",
    },
}
"""How Hydra behaves; nothing of the model."""


_INDENTED: dict[str, Any] = {"initial_indent": "  ", "subsequent_indent": "  ", "break_on_hyphens": False}


def main_table(sweep_folder: str | None = None) -> dict[str, Any]:
    """The settings as they stand in `conf/config.yaml`, and how Hydra behaves; a sweep has a folder of its own.

    Raises UserError for a key of the file that is unknown, missing or spoilt.
    """
    with within(f"conf/{MAIN_FILE.name}"):
        table = need_keys(strict_yaml.read(MAIN_FILE), (), list(keys_of(Settings)))
    behaviour = {**_HYDRA, "sweep": {"dir": sweep_folder or ".", "subdir": "."}, "help": _help()}
    return {**table, "defaults": ["_self_", {"override hydra/job_logging": "stdout"}], "hydra": behaviour}


def _help() -> dict[str, str]:
    """What `--help` prints, with the names that may be given."""
    proposed = known_policies(proposed=True)
    known: dict[str, Sequence[str]] = {
        "decisions": known_decisions(),
        "feedbacks": FEEDBACKS,
        "studies": known_experiments(),
        "scenarios": known_scenarios(),
        "proposed": proposed,
        "happened": [name for name in known_policies() if name not in proposed],
    }
    lists = {key: textwrap.fill(", ".join(names), 110, **_INDENTED) for key, names in known.items()}
    return {**_HYDRA["help"], "template": _HYDRA["help"]["template"].format(**lists, tasks=_tasks(), keys=_keys())}


def _tasks() -> str:
    """Every task with what it does."""
    widest = max(map(len, MEANINGS))
    return "\n".join(f"  {name.ljust(widest)}  {said}" for name, said in MEANINGS.items())


def _keys() -> str:
    """Every key with its default and its comment, as `conf/config.yaml` has them."""
    lines = MAIN_FILE.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line and not line.startswith("#"))
    return "\n".join(lines[first:]).replace("$", "$$") + "\n"


def offer(sweep_folder: str | None, study: "Experiment | None") -> None:
    """Make known to Hydra the table, the launchers whose plugins are installed, and the study that is asked for."""
    store, table = ConfigStore.instance(), main_table(sweep_folder)
    if study is not None:
        table["defaults"].insert(1, {"experiment": None})  # after the table, whose values it changes
        store.store(study.name, study_node(study), "experiment", package="_global_", provider="experiments")
    store.store("config", table, provider=MAIN_FILE.name)
    Plugins.instance()  # imports the plugins, so that theirs are known
    known = store.repo["hydra"]["launcher"]
    for name, plugin in PLUGINS.items():
        if f"{plugin}.yaml" in known:
            with within(f"conf/hydra/launcher/{name}.yaml"):
                preset = strict_yaml.read(PRESETS / f"{name}.yaml")
            node = OmegaConf.merge(known[f"{plugin}.yaml"].node, preset)
            store.store(name, node, "hydra/launcher", provider=f"{name}.yaml")


def study_node(study: "Experiment") -> dict[str, Any]:
    """What a study sets for all its jobs, as Hydra composes it."""
    node: dict[str, Any] = {
        "task": "compare",
        "experiment": study.name,
        "baseline": study.baseline,
        "replicates": study.replicates,
        "decompose": list(study.decompose),
        "report": False,
    }
    for key, value in study.settings.items():
        *parents, last = key.split(".")
        section = node
        for parent in parents:
            section = section.setdefault(parent, {})
        section[last] = list(value) if isinstance(value, tuple) else value
    return {**node, "hydra": {"mode": "MULTIRUN"}}


def study_words(study: "Experiment", given: Collection[str]) -> list[str]:
    """What a study sweeps, as words of a command line; keys that are `given` there are left out."""
    swept = {"scenario": study.scenarios, **study.parameters}
    return [f"{adding(key)}={','.join(map(word, values))}" for key, values in swept.items() if key not in given]


def adding(key: str) -> str:
    """A key, or a word that begins with it, as Hydra takes it: a coefficient is added to a table without it."""
    return f"++{key}" if key.startswith("coefficients.") else key


def word(value: Any) -> str:
    """A value as Hydra reads it on a command line."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    if isinstance(value, list | tuple):
        return f"[{','.join(map(word, value))}]"
    return str(value)
