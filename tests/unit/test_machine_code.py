"""An edit anywhere in the package gives new machine code, and the old is removed in the end."""

import math
import os
import pickle
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.numerics import compiling, declared, errors, locations, machine_code, parts

SOURCES = [Path(module.__file__) for module in (machine_code, compiling, parts, declared, errors, locations)]
RULE = """
from sim.numerics.compiling import compiled

@compiled
def rule(x):
    return x + 1
"""
CALLER = """
from sim.numerics.compiling import compiled
from sim.rule import rule

@compiled
def caller(x):
    return rule(x) * 10
"""
BY_NUMBA_ALONE = {"sim.numerics.compiling import compiled": "numba import njit", "@compiled": "@njit(cache=True)"}


def written(place: Path) -> Path:
    """A package of two compiled functions in two files, with the real guard."""
    package = place / "sim"
    numerics = package / "numerics"
    numerics.mkdir(parents=True)
    for source in SOURCES:
        shutil.copy(source, numerics)
    for folder in (package, numerics):
        (folder / "__init__.py").touch()
    (package / "rule.py").write_text(RULE)
    (package / "caller.py").write_text(CALLER)
    (place / "conf").mkdir()
    (place / "conf" / "codes.yaml").write_text("places: {belarus: 0}\n")
    return package


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package before anything is compiled."""
    return written(tmp_path)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package compiled, for all tests that begin with it."""
    package = written(tmp_path_factory.mktemp("once"))
    assert answer(package) == (20, False)
    return package


@pytest.fixture
def compiled(once: Path, tmp_path: Path) -> Path:
    """A copy of the compiled package, its machine code beside it."""
    shutil.copytree(once.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "sim"


def told(package: Path, **more: str) -> tuple[str, str]:
    """What a new process that calls the caller prints: its answer and whether the code came from disk; and faults."""
    program = "from sim.caller import caller; print(caller(1), sum(caller.stats.cache_hits.values()) > 0)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    environment |= {"VYRAJ_CACHE_DIR": str(package.parent / "cache"), "PYTHONPATH": str(package.parent), **more}
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip(), run.stderr


def answer(package: Path, **more: str) -> tuple[int, bool]:
    """The caller's answer in a new process, and whether its machine code came from the disk without complaint."""
    said, faults = told(package, **more)
    assert faults == ""
    value, hit = said.split()
    return int(value), hit == "True"


def kept(package: Path, kind: str = "*") -> list[Path]:
    """Files of machine code."""
    return sorted(path for path in (package.parent / "cache").rglob(f"*.{kind}") if path.is_file())


def test_edit_of_a_called_rule_changes_the_answer(compiled: Path) -> None:
    assert answer(compiled) == (20, True)
    (compiled / "rule.py").write_text(RULE.replace("x + 1", "x + 2"))
    assert answer(compiled) == (30, False)


def test_numba_alone_gives_the_stale_answer(package: Path) -> None:
    """Why the folder is named by all sources. If this fails, numba has learnt to follow calls."""
    for name, text in (("rule", RULE), ("caller", CALLER)):
        for ours, theirs in BY_NUMBA_ALONE.items():
            text = text.replace(ours, theirs)
        (package / f"{name}.py").write_text(text)
    assert answer(package) == (20, False)
    (package / "rule.py").write_text((package / "rule.py").read_text().replace("x + 1", "x + 2"))
    assert answer(package) == (20, True)


def test_a_second_copy_of_the_sources_compiles_nothing(once: Path, tmp_path: Path) -> None:
    clone = tmp_path / "elsewhere" / "sim"
    shutil.copytree(once, clone, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(once.parent / "conf", clone.parent / "conf")
    for path in clone.rglob("*.py"):
        os.utime(path, (1, 1))  # a clone's files have dates of their own
    assert answer(clone, VYRAJ_CACHE_DIR=str(once.parent / "cache")) == (20, True)
    (clone / "rule.py").write_text(RULE.replace("x + 1", "x + 2"))
    assert answer(clone, VYRAJ_CACHE_DIR=str(once.parent / "cache")) == (30, False)
    assert answer(once) == (20, True)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pickle(path: Path) -> None:
    marker = path.parent / "marker"
    path.write_bytes(pickle.dumps("0.0") + f"cos\nsystem\n(S'touch {marker}'\ntR.".encode())


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (_flip, "nbc"),
        (_pickle, "nbi"),
        *(pytest.param(damage, "nbi", marks=SLOW) for damage in (_flip, _cut, _empty, _folder)),
        *(pytest.param(damage, "nbc", marks=SLOW) for damage in (_pickle, _cut, _empty, _folder)),
    ],
)
def test_damaged_machine_code_is_made_again(compiled: Path, damage: Callable[[Path], None], kind: str) -> None:
    for path in kept(compiled, kind):
        damage(path)
    said, faults = told(compiled)
    assert said == "20 False"
    assert faults.count("\n") == 1 and "damaged or another user's; it is compiled anew" in faults
    assert not list((compiled.parent / "cache").rglob("marker"))
    assert answer(compiled) == (20, True)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
def test_machine_code_of_another_user_is_not_run(compiled: Path) -> None:
    for path in kept(compiled, "nbc"):
        os.chown(path, 12345, 12345)
    said, faults = told(compiled)
    assert said == "20 False" and "another user's" in faults
    assert answer(compiled) == (20, True)


def test_what_cannot_be_kept_is_told_and_the_run_goes_on(compiled: Path) -> None:
    for path in kept(compiled):
        path.unlink()
    for folder in (compiled.parent / "cache").glob("*/sim.*"):
        folder.rmdir()
        folder.touch()  # a file in the place of the folder
    said, faults = told(compiled)
    assert said == "20 False" and faults.count("\n") == 1 and "machine code cannot be kept in" in faults


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
    from sim.numerics import luck

    assert re.fullmatch("machine-code-[0-9a-f]{16}", machine_code.folder().name)
    assert Path(luck.words.stats.cache_path) == machine_code.folder() / "sim.numerics.luck"


def test_rules_of_others_are_compiled_and_not_kept() -> None:
    """A user's own rule beside the model: numba keeps what it is told to where it would without us."""

    @compiling.compiled
    def rule(x):  # type: ignore[no-untyped-def]
        return x / 0.0

    assert rule(1.0) == math.inf
    assert rule.stats.cache_path is None


def test_versions_name_the_processor_and_the_asked_target(monkeypatch: pytest.MonkeyPatch) -> None:
    before = machine_code.versions()
    assert any(mark.startswith("numba ") for mark in before)
    monkeypatch.setenv("NUMBA_CPU_NAME", "some_processor")
    assert machine_code.versions() != before


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with a home and a folder of temporary files of their own."""
    monkeypatch.delenv("VYRAJ_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path


def test_root_is_the_first_that_is_ours(homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine_code.cache_root() == homes / "home" / ".cache" / "vyraj"
    monkeypatch.setenv("XDG_CACHE_HOME", str(homes / "xdg"))
    assert machine_code.cache_root() == homes / "xdg" / "vyraj"
    monkeypatch.setenv("VYRAJ_CACHE_DIR", str(homes / "chosen"))
    assert machine_code.cache_root() == homes / "chosen"
    assert (homes / "chosen").stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("VYRAJ_CACHE_DIR", "~/mine")
    assert machine_code.cache_root() == homes / "home" / "mine"


@pytest.mark.parametrize("home", ["unwritable", "writable by others", "none", "relative"])
def test_a_home_that_will_not_do_gives_way_to_temporary_files(
    homes: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.chdir(homes)
    if home == "unwritable":
        (homes / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(homes / "file"))
    elif home == "writable by others":
        (homes / "home" / ".cache" / "vyraj").mkdir(parents=True)
        (homes / "home" / ".cache" / "vyraj").chmod(0o777)
    elif home == "none":

        def nobody() -> Path:
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr(Path, "home", nobody)
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", "~")
        monkeypatch.setenv("HOME", str(homes / "file"))
        (homes / "file").touch()
    assert machine_code.cache_root() == homes / "temporary" / f"vyraj-{machine_code.user()}"
    assert not (homes / "~").exists()


def test_temporary_files_of_another_are_not_used(homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (homes / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(homes / "file"))
    planted = homes / "temporary" / f"vyraj-{machine_code.user()}"
    planted.mkdir()
    planted.chmod(0o777)
    root = machine_code.cache_root()
    assert root.parent == homes / "temporary" and root != planted
    assert root.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("fault", ["cannot be written", "can be written by others", "belongs to another user"])
def test_a_chosen_root_that_will_not_do_is_refused(homes: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    root = homes / "chosen" / "below"
    if fault == "cannot be written":
        root.parent.touch()
    else:
        root.mkdir(parents=True)
        root.chmod(0o775 if "by others" in fault else 0o700)
    if fault == "belongs to another user":
        if machine_code.user() != 0 or not hasattr(os, "getuid"):
            pytest.skip("only root can give folders away")
        os.chown(root, 12345, 12345)
    monkeypatch.setenv("VYRAJ_CACHE_DIR", str(root))
    with pytest.raises(errors.UserError, match=f"VYRAJ_CACHE_DIR is '{root}', which {fault}"):
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
