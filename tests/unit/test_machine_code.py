"""An edit anywhere in the package gives new machine code, and the old is removed in the end."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import machine_code

SOURCE = Path(machine_code.__file__)
RULE = """
from numba import njit

@njit(cache=True)
def rule(x):
    return x + 1
"""
CALLER = """
from numba import njit
from sim.rule import rule

@njit(cache=True)
def caller(x):
    return rule(x) * 10
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two compiled functions in two files, with the real guard."""
    package = tmp_path / "sim"
    package.mkdir()
    shutil.copy(SOURCE, package / "machine_code.py")
    (package / "__init__.py").write_text("from sim.machine_code import guard\nguard()\n")
    (package / "rule.py").write_text(RULE)
    (package / "caller.py").write_text(CALLER)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "codes.yaml").write_text("places: {belarus: 0}\n")
    return package


def answer(package: Path) -> tuple[int, bool]:
    """The caller's answer in a new process, and whether its machine code came from the disk."""
    program = "from sim.caller import caller; print(caller(1), sum(caller.stats.cache_hits.values()))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    environment |= {"VYRAJ_CACHE_DIR": str(package.parent / "cache"), "PYTHONPATH": str(package.parent)}
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    value, hits = run.stdout.split()
    return int(value), int(hits) > 0


def test_edit_of_a_called_rule_changes_the_answer(package: Path) -> None:
    assert answer(package) == (20, False)
    assert answer(package) == (20, True)
    (package / "rule.py").write_text(RULE.replace("x + 1", "x + 2"))
    assert answer(package) == (30, False)


def test_without_the_guard_the_answer_is_stale(package: Path) -> None:
    """Why the guard exists. If this fails, numba has learnt to follow calls and the guard may go."""
    (package / "__init__.py").write_text(
        "import os, pathlib\nos.environ['NUMBA_CACHE_DIR'] = str(pathlib.Path(__file__).parent / 'unguarded')\n"
    )
    assert answer(package) == (20, False)
    (package / "rule.py").write_text(RULE.replace("x + 1", "x + 2"))
    assert answer(package) == (20, True)


def test_fingerprint_follows_sources_codes_and_versions(package: Path) -> None:
    codes = package.parent / "conf" / "codes.yaml"
    seen = [machine_code.fingerprint(package, [codes], ["numba 1"])]

    def now(mark: str = "numba 1") -> str:
        return machine_code.fingerprint(package, [codes], [mark])

    os.utime(package / "rule.py", (0, 0))
    (package / "notes.txt").write_text("not a source")
    assert now() == seen[0]
    (package / "decision").mkdir()
    (package / "decision" / "stay.py").write_text("")
    seen.append(now())
    (package / "decision" / "stay.py").rename(package / "decision" / "go.py")
    seen.append(now())
    codes.write_text("places: {belarus: 1}\n")
    seen.append(now())
    seen.append(now("numba 2"))
    assert len(set(seen)) == len(seen)


def test_fingerprint_refuses_a_missing_file(package: Path) -> None:
    with pytest.raises(FileNotFoundError):
        machine_code.fingerprint(package, [package / "absent.yaml"])


def test_this_process_uses_the_guarded_folder() -> None:
    import numba

    import sim.luck

    folder = Path(numba.config.CACHE_DIR)
    assert re.fullmatch("machine-code-[0-9a-f]{16}", folder.name)
    assert Path(sim.luck.words.stats.cache_path).parent == folder


def test_versions_name_the_processor_and_the_asked_target(monkeypatch: pytest.MonkeyPatch) -> None:
    before = machine_code.versions()
    assert any(mark.startswith("numba ") for mark in before)
    monkeypatch.setenv("NUMBA_CPU_NAME", "some_processor")
    assert machine_code.versions() != before


def test_root_is_the_first_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("VYRAJ_CACHE_DIR", str(tmp_path / "chosen"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert machine_code.cache_root() == tmp_path / "chosen"
    monkeypatch.delenv("VYRAJ_CACHE_DIR")
    assert machine_code.cache_root() == tmp_path / "xdg" / "vyraj"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert machine_code.cache_root() == tmp_path / "home" / ".cache" / "vyraj"
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert machine_code.cache_root().parent == tmp_path
    assert machine_code.cache_root().name.startswith("vyraj-")


def test_a_chosen_root_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("VYRAJ_CACHE_DIR", str(tmp_path / "file" / "below"))
    with pytest.raises(OSError, match="VYRAJ_CACHE_DIR"):
        machine_code.cache_root()


def test_only_old_machine_code_is_removed(tmp_path: Path) -> None:
    names = {name: f"machine-code-{digit * 16}" for name, digit in {"kept": "0", "old": "1", "recent": "2"}.items()}
    names["foreign"] = "photographs"
    folders = {name: tmp_path / folder for name, folder in names.items()}
    for folder in folders.values():
        folder.mkdir()
        (folder / "file").touch()
    now = time.time()
    for name, days in {"kept": 99, "old": 31, "recent": 29, "foreign": 99}.items():
        os.utime(folders[name], (now - days * 86400,) * 2)
    machine_code.remove_unused(tmp_path, keep=folders["kept"])
    assert {name for name, folder in folders.items() if folder.exists()} == {"kept", "recent", "foreign"}


def test_rows_below_the_rules_count_only_if_they_compile(package: Path) -> None:
    below = ["report", "caller"]

    def now() -> str:
        return machine_code.fingerprint(package, [], [], below)

    before = now()
    (package / "report").mkdir()
    (package / "report" / "page.py").write_text("TITLE = 'an answer'\n")
    assert now() == before
    (package / "caller.py").write_text(CALLER.replace("* 10", "* 11"))
    after = now()
    assert after != before
    (package / "rule.py").write_text(RULE.replace("x + 1", "x + 2"))
    assert now() != after
