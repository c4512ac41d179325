"""What runs have left, as the page finds and shows it: comparisons, their files, their tables."""

import json

import pytest

from sim.numerics.errors import UserError
from sim.report.dashboard import shown, stored
from sim.report.results import Results
from sim.report.told import Told
from sim.runs import seals
from tests.unit import fake_results


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    fake_results.write(folder / "compare" / "ban-1")
    return folder


def test_stored_comparisons_are_found_by_name_alone(results):
    [one], faults = stored.stored(results)
    assert faults == []
    assert one.name == "ban-1" and "10 replicates" in one.title and not one.has_report
    assert stored.find(results, "ban-1") == one
    assert stored.place(results, one) == results / "compare" / "ban-1"
    for name in ("../compare/ban-1", "..", "", "ban-2", "/etc", "ban-*"):
        assert stored.find(results, name) is None


def test_comparisons_of_policies_of_one_name_with_other_rules_are_both_there(tmp_path):
    for name, worlds in (("ban-1", "0a"), ("ban-2", "0b"), ("ban-3", "0b")):
        folder = fake_results.write(tmp_path / "compare" / name, replicates=2)
        about = json.loads((folder / "manifest.json").read_text()) | {"worlds": worlds}
        seals.write(folder, {key: value for key, value in about.items() if key not in ("files", "seal")}, name)
    kept, faults = stored.stored(tmp_path)
    assert faults == [] and len(kept) == 2 and {one.worlds for one in kept} == {"0a", "0b"}
    assert stored.find(tmp_path, "ban-1").worlds == "0a"


def test_what_is_no_comparison_is_left_out_and_told(tmp_path):
    (tmp_path / "compare" / "half").mkdir(parents=True)
    (tmp_path / "compare" / "half" / "manifest.json").write_text("{")
    kept, [fault] = stored.stored(tmp_path)
    assert kept == [] and fault == f"{tmp_path}/compare/half: manifest.json is no JSON"
    with pytest.raises(UserError, match="no JSON"):
        stored.find(tmp_path, "half")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"scenario": 5}, "scenario is 5"),
        ({"time": "yesterday"}, "time is"),
        ({"command": "rm\n-rf"}, "command is"),
        ({"settings": {"end": "2026-08", "one_in": "many", "replicates": 2}}, "settings.one_in is"),
        ({"settings": None}, "settings is null"),
        ({"kind": "point"}, "kind is"),
    ],
)
def test_a_manifest_that_is_sealed_and_says_something_else_is_told(changes, why, tmp_path):
    folder = fake_results.write(tmp_path / "compare" / "ban-1", replicates=2)
    about = json.loads((folder / "manifest.json").read_text()) | changes
    seals.write(folder, {key: value for key, value in about.items() if key not in ("files", "seal")}, "ban-1")
    kept, faults = stored.stored(tmp_path)
    assert kept == [] and any(why in fault and str(folder) in fault for fault in faults), faults


def test_a_comparison_that_is_a_link_out_of_the_results_is_not_opened(results, tmp_path):
    (tmp_path / "mine" / "compare").mkdir(parents=True)
    (tmp_path / "mine" / "compare" / "ban-1").symlink_to(results / "compare" / "ban-1")
    kept, [fault] = stored.stored(tmp_path / "mine")
    assert kept == [] and "leads out of the results" in fault
    with pytest.raises(UserError, match="leads out"):
        stored.find(tmp_path / "mine", "ban-1")


def test_a_file_is_given_away_as_its_manifest_has_it_or_not_at_all(tmp_path):
    folder = fake_results.write(tmp_path / "compare" / "ban-1", replicates=2)
    assert stored.file(folder, "effects.csv") == (folder / "effects.csv").read_bytes()
    assert stored.file(folder, "report.html") is None
    (folder / "report.html").symlink_to("/etc/passwd")
    assert stored.file(folder, "report.html") is None
    (folder / "effects.csv").unlink()
    (folder / "effects.csv").symlink_to("/etc/passwd")
    with pytest.raises(UserError, match="effects.csv is a link"):
        stored.file(folder, "effects.csv")


def test_the_tables_of_a_comparison_tell_the_declared_quantities(results):
    told = Told(Results(results / "compare" / "ban-1"))
    table = shown.table(told)
    arrivals = told.value("arrivals", "lithuania")
    row = table[table[""].str.strip() == "arrive in Lithuania"].iloc[0]
    assert (row["change or people"], row["90% interval"]) == (arrivals.cell, arrivals.interval)
    where = shown.where(told)
    assert where["destination"].iloc[0] == "Lithuania" and where["estimate"].iloc[0] == arrivals.estimate
    assert "detained in Belarus" in " ".join(shown.harms(told)[""]) and len(shown.headline(told)) > 2
    assert shown.who(told.results) and "10 paired replicates" in shown.standing(told)


def test_a_comparison_beside_itself_is_the_same_and_differs_in_nothing(results):
    told = Told(Results(results / "compare" / "ban-1"))
    table = shown.beside(told, told)
    assert (table["this"] == table["other"]).all() and shown.differ(told.results, told.results) == []
