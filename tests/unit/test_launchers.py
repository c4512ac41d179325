"""Launchers of a sweep: presets are found, a plugin that is not installed is named, faults find their way home."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hydra.core.config_store import ConfigNode, ConfigStore
from hydra.core.plugins import Plugins
from omegaconf import OmegaConf

from sim.cli import hydra
from sim.cli.hydra import table, words
from sim.numerics.errors import UserError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def known(monkeypatch):
    """Launchers that Hydra knows, without ours and without those of plugins."""
    Plugins.instance()
    launchers = ConfigStore.instance().repo["hydra"]["launcher"]
    for name, plugin in table.PLUGINS.items():
        for file in (f"{name}.yaml", f"{plugin}.yaml"):
            monkeypatch.setitem(launchers, file, None)  # so that it is as before when the test is over
            del launchers[file]
    return launchers


def never(*anything):
    raise AssertionError("a job was run")


@pytest.mark.parametrize("name", words.EXTRAS)
def test_a_preset_without_its_plugin_names_the_extra(name, known, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["vyraj", "-m", f"hydra/launcher={name}", "seed=1,2"])
    with pytest.raises(UserError, match=rf"hydra/launcher={name} needs .* pip install 'vyraj\[{name}\]'"):
        hydra.run(never, never)


@pytest.mark.parametrize("name", table.PLUGINS)
def test_a_preset_goes_over_the_keys_of_its_plugin(name, known):
    plugin = table.PLUGINS[name]
    node = OmegaConf.create({"_target_": "a.plugin", "left": 3, "n_jobs": -1, "cpus_per_task": None})
    known[f"{plugin}.yaml"] = ConfigNode(f"{plugin}.yaml", node, "hydra/launcher", None, "a plugin")
    for _ in range(2):  # a second run in one process finds its own
        table.offer(None, None)
    got = known[f"{name}.yaml"].node
    assert (got["_target_"], got.left) == ("a.plugin", 3)
    assert {"local": got.n_jobs, "slurm": got.cpus_per_task, "ray": got.get("ray", {}).get("remote", {})}[name] != (
        {"local": -1, "slurm": None, "ray": {}}[name]
    )


def test_every_preset_has_its_file_and_every_file_its_preset():
    assert {file.stem for file in table.PRESETS.iterdir()} == set(table.PLUGINS)


@pytest.mark.parametrize("name", ["ray_aws", "joblib", "submitit_local", "rocket"])
def test_launchers_that_are_no_presets_are_refused(name):
    with pytest.raises(UserError, match=f"{name} is not known; known are: basic, local, slurm, ray"):
        hydra.harmless(["-m", f"hydra/launcher={name}"])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("A worker was terminated. It may be that\nmemory was short.", "A worker was terminated"),
        (f"Job failed with trace:\n{'-' * 22}\nat a\nKilled\n{'-' * 22}\nYou can check logs at /a/path", "Killed"),
        (f"Job 1_3 (task: 0) with path /a/path\nhas no output\nError:\n{'-' * 40}\nsrun: no\n", "srun: no"),
        ("Job 1_3 (task: 0) with path /a/path\nhas no output (state: FAILED)", "Job 1_3 (task: 0)"),
        ("", "RuntimeError"),
    ],
)
def test_a_lost_worker_is_told_in_one_line_without_paths(said, told):
    assert words.last_words(RuntimeError(said)) == told


def test_jobs_in_other_processes_know_the_program_and_the_folder(tmp_path):
    words = ["hydra/launcher=local", "threads=2", "task=history", "scenario=historical,nowhere,no_war"]
    done = subprocess.run(
        [sys.executable, "-m", "sim", "-m", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout.count("results/history/") == 2  # a fault stops no other job
    workers = {json.loads(path.read_text())["worker"] for path in tmp_path.glob("results/sweeps/*/job-*.json")}
    assert len(workers) == 2
