"""What the page reads back from the results, in hostile hands: files of jobs, paths they tell, links out of it."""

import json
import os
from datetime import date

import pytest

from sim.numerics.errors import UserError
from sim.report.dashboard import jobs, noted
from sim.report.dashboard.form import CLOSED, NUMBER, Form, Rule
from sim.report.dashboard.jobs import Jobs
from sim.report.dashboard.steps import NUMBERS, REPORT, Step
from sim.runs.progress import DONE

TOKEN = "0123456789abcdef"
BAN = Rule(
    CLOSED, ("lithuania",), ("permit", "channel:work"), 0.5, ("family",), ("it",), date(2023, 3, 21), date(2023, 5, 3)
)
FEE = Rule(NUMBER, ("poland",), ("work.fee",), 40.0, start=date(2024, 1, 1), until=date(2025, 1, 1))
FORM = Form("ban_2", "no_covid", ("eu_package",), ("war_2022",), (BAN, FEE), until="2026-08", seed=7)


@pytest.fixture
def every(tmp_path):
    """The jobs of a results folder in which one job is over; its numbers are in `compare/ban-1`."""
    results = tmp_path / "results"
    (results / "compare" / "ban-1").mkdir(parents=True)
    ledger = results / "sweeps" / "one"
    ledger.mkdir(parents=True)
    entry = {"job": 0, "asked": ["replicates=2"], "state": DONE, "code": 0, "said": "", "left": "", "worker": "w"}
    (ledger / "job-00000.json").write_text(json.dumps(entry | {"left": str(results / "compare" / "ban-1")}))
    (ledger / "job-00000.months").write_text("400 400")
    folder = results / "dashboard" / TOKEN
    folder.mkdir(parents=True)
    steps = [Step(NUMBERS, ["-m"], DONE), Step(REPORT, [], DONE)]
    (folder / "job.json").write_text(noted.job_text(FORM, steps))
    (folder / "stderr-0.txt").write_text(f"sweep: {ledger}\n")
    (folder / "stdout-1.txt").write_text(f"results: {results / 'compare' / 'ban-1'}\n")
    return Jobs(results)


def test_a_job_is_read_back_as_it_was_noted(every):
    job = every.find(TOKEN)
    assert job.form == FORM and [step.title for step in job.steps] == [NUMBERS, REPORT]
    assert [path.name for path in jobs.finished(job)] == ["ban-1", "ban-1"]
    assert jobs.progress(job).told == 2 and jobs.progress(job).lived == 400


DELETED = object()


@pytest.mark.parametrize(
    ("where", "value", "why"),
    [
        (("form", "seed"), "1", 'form.seed is "1"'),
        (("form", "seed"), DELETED, "the key form.seed is missing"),
        (("form", "colour"), "red", "the key form.colour is unknown"),
        (("form",), [], "form is []"),
        (("form", "name"), "../../../tmp/x", "form.name is"),
        (("form", "scenario"), "no_such", "known are"),
        (("form", "policies"), ["../x"], "form.policies.0 is"),
        (("form", "policies"), ["war_2022"], "form.policies.0 is"),
        (("form", "without"), ["eu_package"], "form.without.0 is"),
        (("form", "one_in"), 1, "form.one_in is 1; known are"),
        (("form", "replicates"), True, "form.replicates is true"),
        (("form", "until"), "2099-01", "form.until is"),
        (("form", "rules"), [{}] * 9, "form.rules"),
        (("form", "rules", 0, "start"), "soon", "form.rules.0.start is"),
        (("form", "rules", 0, "share"), "NaN", "form.rules.0.share is"),
        (("form", "rules", 0, "countries"), ["atlantis"], "form.rules.0.countries.0 is"),
        (("form", "rules", 0, "what"), ["../../permit"], "form.rules.0.what.0 is"),
        (("form", "rules", 1, "excepted"), ["martians"], "form.rules.1.excepted.0 is"),
        (("steps",), [], "steps is []"),
        (("steps", 0, "state"), "sleeping", "steps.0.state is"),
        (("steps", 0, "begun"), None, "steps.0.begun is null"),
        (("folder",), "/etc", "the key folder is unknown"),
    ],
)
def test_a_job_that_was_changed_by_hand_is_told_by_file_and_key(every, where, value, why):
    path = every.results_dir / "dashboard" / TOKEN / "job.json"
    record = json.loads(path.read_text())
    inner = record
    for key in where[:-1]:
        inner = inner[key]
    if value is DELETED:
        del inner[where[-1]]
    else:
        inner[where[-1]] = value
    path.write_text(json.dumps(record))
    with pytest.raises(UserError) as refused:
        every.find(TOKEN)
    assert all(fault.startswith(f"{path}: ") for fault in refused.value.faults)
    assert any(why in fault for fault in refused.value.faults), refused.value.faults


def test_all_that_is_wrong_with_a_job_is_told_at_once(every):
    path = every.results_dir / "dashboard" / TOKEN / "job.json"
    record = json.loads(path.read_text())
    record["form"]["seed"], record["steps"][1]["code"] = None, "0"
    path.write_text(json.dumps(record))
    with pytest.raises(UserError) as refused:
        every.find(TOKEN)
    assert len(refused.value.faults) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"7", b'"' + b"x" * 2_000_000])
def test_a_job_that_is_no_record_is_told(every, content):
    path = every.results_dir / "dashboard" / TOKEN / "job.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"job\.json: (it is no JSON|it is )"):
        every.find(TOKEN)


def test_what_lies_in_the_place_of_a_file_is_told(every):
    path = every.results_dir / "dashboard" / TOKEN / "job.json"
    path.unlink()
    assert every.find(TOKEN) is None
    path.mkdir()
    with pytest.raises(UserError, match="is no file"):
        every.find(TOKEN)
    path.rmdir()
    os.mkfifo(path)  # whoever opens it waits for ever
    with pytest.raises(UserError, match="is no file"):
        every.find(TOKEN)


@pytest.fixture
def secret(tmp_path):
    """A folder outside the results that looks like one of them."""
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "life.md").write_text("private")
    return folder


def test_links_out_of_the_results_are_not_followed(every, secret, tmp_path):
    place = every.results_dir / "dashboard" / TOKEN
    place.rename(tmp_path / "moved")
    place.symlink_to(tmp_path / "moved")
    with pytest.raises(UserError, match="leads out of the results"):
        every.find(TOKEN)
    place.unlink()
    (tmp_path / "moved").rename(place)
    (place / "stderr-0.txt").unlink()
    (place / "stderr-0.txt").symlink_to(secret / "life.md")
    with pytest.raises(UserError, match="leads out of the results"):
        jobs.finished(every.find(TOKEN))


@pytest.mark.parametrize(
    "path", ["{secret}", "{results}/../private", "{results}/compare/../../private", "/", "\0", "~"]
)
def test_a_path_that_a_job_tells_must_lie_in_the_results(every, secret, path):
    told = path.format(secret=secret, results=every.results_dir)
    (every.results_dir / "dashboard" / TOKEN / "stdout-1.txt").write_text(f"results: {told}\n")
    job = every.find(TOKEN)
    with pytest.raises(UserError, match="leads out of the results|is no path"):
        jobs.finished(job)
    (every.results_dir / "dashboard" / TOKEN / "stdout-0.txt").write_text(f"results: {told}\n")
    with pytest.raises(UserError, match="leads out of the results|is no path"):
        jobs.told_life(job)


def test_a_sweep_that_was_changed_by_hand_is_told(every, secret):
    ledger = every.results_dir / "sweeps" / "one"
    entry = json.loads((ledger / "job-00000.json").read_text())
    job = every.find(TOKEN)
    (ledger / "job-00000.json").write_text(json.dumps(entry | {"left": str(secret)}))
    with pytest.raises(UserError, match="leads out of the results"):
        jobs.finished(job)
    (ledger / "job-00000.json").write_text(json.dumps(entry | {"left": 5}))
    with pytest.raises(UserError, match=r"job-00000\.json: left is 5"):
        jobs.finished(job)
    (ledger / "job-00000.json").write_text(json.dumps(entry))
    (ledger / "job-00000.months").write_text("many")
    with pytest.raises(UserError, match=r"job-00000\.months: many is not two whole numbers"):
        jobs.progress(job)
