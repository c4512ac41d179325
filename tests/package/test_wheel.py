"""The wheel: built from the source archive, installed where nobody may write, run by another user in another folder."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from sim import __version__
from sim.numerics import machine_code

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
NOBODY = 65534
OTHER = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"),
)
"""Before a command: as a user who may read everything, wherever this Python lies, and write nothing of others."""
SIMULATE = ("task=simulate", "scenario=try_mine", "people.one_in=20000", "until=2020-06")
WHAT_COUNTS = """
from sim.numerics import machine_code
from sim.runs.ensemble import Ensemble
from sim.runs.points import point
from sim.runs.settings import People, Settings
from sim.runs.files import digests
ensemble = Ensemble(Settings(people=People(one_in=20000), until="2020-06", threads=1))
print(machine_code.folder().name, digests(), point(ensemble, "no_war", 0.62).fingerprint)
"""
POLICY = """\
description: A visa ban.
actor: Poland
historical: false
events:
  mine:
    announced: 2020-02-01
    from: 2020-03-01
    until: null
    source: "counterfactual"
    confidence: assumption
    note: "for a test"
    changes:
      poland.national_visa: {closed: 0.5, except: [], revoke: []}
"""


def done(command, **how):
    """What a command printed; it must succeed."""
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=900, **how)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The source archive, unpacked, and the wheel that is built from it and nothing else."""
    folder = tmp_path_factory.mktemp("built")
    build = (sys.executable, "-m", "hatchling", "build")
    done((*build, "-t", "sdist", "-d", folder), cwd=ROOT)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    done((*build, "-t", "wheel", "-d", folder), cwd=folder / f"vyraj-{__version__}")
    return folder


@pytest.fixture(scope="session")
def wheel(built):
    """The wheel."""
    return next(built.glob("*.whl"))


@pytest.fixture(scope="session")
def site(wheel, tmp_path_factory):
    """A folder that holds the installed wheel alone; its dependencies are this Python's. Nobody may write to it."""
    folder = tmp_path_factory.mktemp("site")
    done((sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--target", folder, wheel))
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    return folder


@pytest.fixture
def user(site, tmp_path):
    """Another user's folder with a `conf/` of their own, and how that user runs a command there: without a home."""
    folder = tmp_path / "somewhere"
    for part in ("conf/policy", "conf/scenario", "experiments", "tmp"):
        (folder / part).mkdir(parents=True)
    (folder / "conf" / "policy" / "mine.yml").write_text(POLICY)
    (folder / "conf" / "scenario" / "try_mine.json").write_text(
        '{"description": "Mine.", "enact": ["mine"], "without": []}'
    )
    shutil.copy(ROOT / "experiments" / "lambda.yaml", folder / "experiments" / "again.yaml")
    before = []
    if os.geteuid() == 0:
        before = list(OTHER)
        if shutil.which("setpriv") is None or subprocess.run([*before, "true"], capture_output=True).returncode:
            pytest.skip("NOT TESTED: no setpriv here to become another user with")
    # What is compiled already is lent to the user, as theirs: the folder is found only if its name is the same.
    kept = folder / "tmp" / f"vyraj-{NOBODY if before else os.getuid()}"
    kept.mkdir(mode=0o700)
    shutil.copytree(machine_code.folder(), kept / machine_code.folder().name)
    if before:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(site)}
    environment["TMPDIR"] = str(folder / "tmp")
    if not before:  # the other user has none anyway
        environment["HOME"] = "/nonexistent"

    def run(*command):
        return done((*before, *command), cwd=folder, env=environment)

    run.folder = folder
    return run


def test_the_wheel_adds_one_name_to_the_packages_of_a_python(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"sim", f"vyraj-{__version__}.dist-info"}


def test_the_wheel_holds_every_file_of_the_program(wheel, built):
    """Each file of sim/, conf/ and experiments/ that git knows, with the same bytes; the archive the tests as well."""
    listed = done(("git", "ls-files", "-z"), cwd=ROOT).stdout.split("\0")
    known = [name for name in listed if name and (ROOT / name).is_file()]
    archive = zipfile.ZipFile(wheel)
    held = {name: archive.read(name) for name in archive.namelist() if name.startswith("sim/")}
    wanted = {}
    for name in known:
        top = name.split("/")[0]
        if top in ("sim", "conf", "experiments"):
            wanted[name if top == "sim" else f"sim/{name}"] = (ROOT / name).read_bytes()
    assert wanted.keys() == held.keys() and wanted == held
    unpacked = built / f"vyraj-{__version__}"
    assert [name for name in known if not name.startswith("results/") and not (unpacked / name).is_file()] == []


def test_the_description_has_no_link_that_leads_nowhere(wheel):
    archive = zipfile.ZipFile(wheel)
    about = message_from_bytes(archive.read(f"vyraj-{__version__}.dist-info/METADATA"))
    text = about.get_payload()
    assert "# Vyraj" in text and "source archive" in text
    assert [link for link in re.findall(r"\]\(([^)]*)\)", text) if not link.startswith("https://")] == []
    assert about["Version"] == __version__ and about.get_all("Project-URL") is None


def test_wheel_and_repository_have_the_same_fingerprints(user, tmp_path):
    """Of the machine code, of all digests, and of points: what one has computed the other knows."""
    shutil.rmtree(user.folder / "conf")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ours = done((sys.executable, "-c", WHAT_COUNTS), cwd=tmp_path, env=environment).stdout
    assert user(sys.executable, "-c", WHAT_COUNTS).stdout == ours and ours.count("machine-code-") == 1


def test_the_command_tells_its_version(user, site):
    assert __version__ in user(sys.executable, site / "bin" / "vyraj", "--version").stdout


def test_another_user_runs_it_from_another_folder(user, site):
    before = sorted(site.rglob("*"))
    told = user(sys.executable, "-m", "sim", "task=history", "scenario=try_mine")
    assert "poland.national_visa" in told.stdout and told.stderr == ""
    study = user(
        sys.executable,
        "-c",
        "from sim.analysis.experiment import load_experiment; print(load_experiment('again').name)",
    )
    assert study.stdout == "again\n"
    assert sorted(site.rglob("*")) == before
    assert {path.name for path in user.folder.iterdir()} == {"conf", "experiments", "tmp", "results"}


def test_another_user_lives_the_same_lives(user, tmp_path):
    """The same policy read from a user's own folder gives the same bytes, whoever has installed what."""
    shutil.copytree(user.folder / "conf", tmp_path / "here" / "conf")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done((sys.executable, "-m", "sim", *SIMULATE), cwd=tmp_path / "here", env=environment)
    user(sys.executable, "-m", "sim", *SIMULATE)
    ours, theirs = (
        {path.relative_to(folder): path.read_bytes() for path in (folder / "results").rglob("*.parquet")}
        for folder in (tmp_path / "here", user.folder)
    )
    assert ours and ours == theirs
