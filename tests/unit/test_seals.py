"""Comparisons, studies and the pages of other tasks: every file has its digest, and whoever reads is told of damage."""

import json
import shutil

import pytest

from sim.cli.commands import results as command
from sim.numerics.errors import UserError
from sim.report import comparison as report
from sim.report.comparison import figures
from sim.report.results import Results
from sim.runs import seals
from sim.runs.query import open_library, select, verify
from sim.runs.settings import Asked, Settings
from tests.unit import fake_results
from tests.unit.fake_points import write_comparison, write_point

NAME = "lithuania_ban-01234567"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return fake_results.write(tmp_path_factory.mktemp("whole") / NAME)


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "results" / "compare" / NAME)


def edited(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


DAMAGES = {
    "a number": (lambda folder: edited(folder / "effects.csv", "0", "1"), "effects.csv has changed"),
    "a number in another table": (lambda folder: edited(folder / "final.csv", "0", "1"), "final.csv has changed"),
    "a byte of Parquet": (
        lambda folder: (folder / "historical" / "flows.parquet").write_bytes(b"PAR1"),
        "historical/flows.parquet has changed",
    ),
    "another scenario": (
        lambda folder: edited(folder / "manifest.json", '"scenario": "lithuania_ban"', '"scenario": "no_war"'),
        "manifest.json has changed",
    ),
    "other replicates": (
        lambda folder: edited(folder / "manifest.json", '"replicates": 10', '"replicates": 99'),
        "manifest.json has changed",
    ),
    "a missing table": (lambda folder: (folder / "taxonomy.csv").unlink(), "taxonomy.csv is missing"),
    "a text": (lambda folder: edited(folder / "adds.txt", "August", "May"), "adds.txt has changed"),
    "a manifest cut short": (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json is no JSON"),
}


@pytest.mark.parametrize(("damage", "told"), DAMAGES.values(), ids=DAMAGES)
def test_whoever_reads_a_damaged_comparison_is_told(folder, damage, told):
    Results(folder)
    damage(folder)
    for read in (Results, figures.draw_all, report.build):
        with pytest.raises(UserError) as error:
            read(folder)
        assert str(error.value) == f"{folder} is damaged: {told}; make it again"
    assert verify(folder)[0] == told


def test_a_comparison_of_an_older_program_is_told(folder):
    path = folder / "manifest.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({key: value for key, value in told.items() if key not in ("seal", "files", "name")}))
    with pytest.raises(UserError, match="it is of an older program: its manifest has no digests; make it again"):
        Results(folder)
    assert verify(folder) == ["it is of an older program: its manifest has no digests"]


def test_a_copied_comparison_is_that_of_its_name(folder):
    copy = folder.with_name("lithuania_ban-89abcdef")
    shutil.copytree(folder, copy)
    assert verify(copy) == [f"its manifest is that of {folder.name}"]


def test_figures_and_report_that_are_drawn_again_belong_to_the_folder(folder, monkeypatch):
    monkeypatch.setattr(figures, "names", lambda: ("arrivals", "harms"))  # two of them say what all would
    report.build(folder)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert {"report.html", "figures/arrivals.svg"} <= set(files) and verify(folder) == []
    figures.draw_all(folder)
    assert verify(folder) == []
    edited(folder / "report.html", "Lithuania", "Latvia")
    assert verify(folder) == ["report.html has changed"]


def test_views_leave_a_damaged_comparison_out(tmp_path, capsys):
    whole, hurt = write_comparison(tmp_path), write_comparison(tmp_path, "hurt")
    edited(hurt / "effects.csv", "-2600", "-1600")
    command.run(Settings(results_dir=str(tmp_path), results=Asked(show="effects")))
    out, err = capsys.readouterr()
    assert err.splitlines()[0] == f"{hurt.name} is left out: effects.csv has changed" and "-1600" not in out
    assert list(select(open_library(tmp_path), "SELECT folder FROM comparisons").rows) == [(whole.name,)]


def spoil(folder, how):
    path = folder / "manifest.json"
    text = path.read_text()
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how == "a link":
        (folder.parent.parent / "elsewhere.json").write_text(text)
        path.symlink_to(folder.parent.parent / "elsewhere.json")
    elif how == "a dead link":
        path.symlink_to("nowhere")
    elif how != "missing":
        contents = {"empty": b"", "cut": text[:200].encode(), "bytes": bytes(range(256)), "a list": b"[]", "{}": b"{}"}
        path.write_bytes(contents[how])


MANIFESTS = ("missing", "empty", "cut", "bytes", "a list", "{}", "a folder", "a link", "a dead link")


@pytest.mark.parametrize("how", MANIFESTS)
def test_prune_damaged_finds_every_manifest_that_is_none(tmp_path, how, capsys):
    kept = write_point(tmp_path), write_comparison(tmp_path)
    hurt = [write_point(tmp_path, "hurt"), write_comparison(tmp_path, "hurt")]
    for kind in ("studies", "survey", "reasons", "explain"):
        hurt.append(tmp_path / kind / "a name-0123abcd")
        hurt[-1].mkdir(parents=True)
        (hurt[-1] / "page.txt").write_text("numbers")
        seals.write(hurt[-1], {"kind": "experiment"}, hurt[-1].name)
    mine = [tmp_path / "points" / "notes", tmp_path / "compare" / "my numbers", tmp_path / "mine" / "hurt-0123abcd"]
    for folder in mine:
        folder.mkdir(parents=True)
    assert ask(tmp_path, capsys, prune="damaged", dry=True) == ["0 folders, 0.0 MB would be removed"]
    for folder in hurt:
        spoil(folder, how)
    told = ask(tmp_path, capsys, prune="damaged", dry=True)
    assert [line.split("  ")[0] for line in told[:-1]] == [f"{one.parent.name}/{one.name}" for one in hurt]
    ask(tmp_path, capsys, prune="damaged")
    assert not any(folder.exists() for folder in hurt) and all(folder.exists() for folder in (*kept, *mine))


def ask(results, capsys, dry=False, **keys):
    command.run(Settings(results_dir=str(results), dry=dry, results=Asked(**keys)))
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("name", ["a-b", "two words", "-", "a.b", "c-0123456789ab", "x-y-z 1"])
def test_points_and_comparisons_are_found_by_their_manifests(tmp_path, capsys, name):
    point, comparison = write_point(tmp_path, name), write_comparison(tmp_path, name)
    library = open_library(tmp_path)
    assert list(select(library, "SELECT scenario, folder FROM points").rows) == [(name, point.name)]
    assert list(select(library, "SELECT scenario, folder FROM comparisons").rows) == [(name, comparison.name)]
    assert list(select(library, "FROM damaged").rows) == []
    for folder in (point, comparison):
        half = folder.with_name(f".{folder.name}.partial-0123abcd")
        half.mkdir()
    assert len(ask(tmp_path, capsys, prune="partial")) == 3
    (point / "flows.parquet").unlink()
    assert ask(tmp_path, capsys, prune="damaged")[0].endswith("flows.parquet is missing")
    assert not point.exists() and comparison.exists()
