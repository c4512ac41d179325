"""Every command that a page tells its reader to give is read by the program, and what it names is there."""

import ast
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from sim.cli.hydra import harmless
from sim.numerics.errors import UserError
from tests.tutorials.composing import settings_of
from tests.tutorials.pages import PLACEHOLDER, ROOT, Command, File, commands, jobs, steps

TUTORIALS = ("conf/policy/README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("tutorial_*.md")))
PAGES = (*TUTORIALS, "README.md", "experiments/README.md", "docs/dashboard.md")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["vyraj"])
    return tmp_path


def write(file: File, folder: Path) -> None:
    (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
    (folder / file.path).write_text(file.text, encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_read(page, folder):
    text = text_of(page)
    for step in steps(text):
        if isinstance(step, File) and step.path.startswith(("conf/", "experiments/")):
            write(step, folder)
    lines = [one.words for one in commands(text) if one.words and not PLACEHOLDER.search(one.line)]
    asked = list({tuple(job): job for words in lines for job in jobs(words)}.values())
    assert asked
    if (folder / "conf" / "destination").is_dir():  # codes are read as the program begins
        command = [sys.executable, "-m", "tests.tutorials.composing"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, input=json.dumps(asked), env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [" ".join(["1", *words]) for words in asked]
    else:
        for words in asked:
            assert len(settings_of(words)) == (not harmless(words).only_shows), words


def test_a_command_that_is_wrong_is_seen(folder):
    with pytest.raises(UserError, match="polcy"):
        settings_of(["polcy=exit_closed"])
    with pytest.raises(UserError, match="nowhere_closed"):
        settings_of(["policy=nowhere_closed"])


@pytest.mark.parametrize("page", TUTORIALS)
def test_files_that_are_run_are_there_or_written_before(page):
    written: set[str] = set()
    for step in steps(text_of(page)):
        if isinstance(step, File):
            written.add(step.path)
        elif step.words is None:
            named = [word for word in step.line.split() if word.endswith(".py") and "=" not in word]
            assert [name for name in named if name not in written and not (ROOT / name).is_file()] == [], step.line


@pytest.mark.parametrize("page", TUTORIALS)
def test_programs_of_a_page_are_python_and_import_what_there_is(page):
    programs = [step for step in steps(text_of(page)) if isinstance(step, File) and step.path.endswith(".py")]
    own = {file.path.removesuffix(".py").replace("/", ".") for file in programs}
    for file in programs:
        for node in ast.walk(ast.parse(file.text, file.path)):
            if isinstance(node, ast.ImportFrom) and node.module not in own:
                module = __import__(str(node.module), fromlist=["*"]) if find_spec(str(node.module)) else None
                assert module, f"{file.path} imports {node.module}"
                missing = [one.name for one in node.names if not hasattr(module, one.name)]
                assert [name for name in missing if not find_spec(f"{node.module}.{name}")] == [], file.path


def test_a_page_is_read_in_its_order():
    text = (
        "See.\n```\npython -m sim task=lint  # all\nls \\\n  conf\n```\n"
        "Write `a.py` and `conf/b.yaml`:\n\n   ```yaml\n   a: 1\n   ```\n```text\nshown\n```\n"
    )
    assert list(steps(text)) == [Command("python -m sim task=lint"), Command("ls conf"), File("conf/b.yaml", "a: 1\n")]
    assert Command("python -m sim people.one_in=10 replicates=enough").small.endswith("one_in=5000 replicates=2")
    swept = list(jobs(["-m", "seed=1,2,3", "policy=[a,b],[c]"]))
    assert swept == [["seed=1", "policy=[a,b]"], ["seed=2", "policy=[c]"], ["seed=3", "policy=[c]"]]
