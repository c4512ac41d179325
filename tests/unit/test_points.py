"""Points: known by all that decides their numbers and nothing else, the same however they came about."""

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from filelock import FileLock

from sim.cli.commands import results, simulate
from sim.history.catalogue import load_history
from sim.history.coefficients import RECORDS
from sim.runs import points
from sim.runs.ensemble import Ensemble
from sim.runs.points import Shelf, point
from sim.runs.query import open_library, select, verify
from sim.runs.run import Job
from sim.runs.seals import checked, seal
from sim.runs.settings import Asked, Choice, People
from tests.unit.small_runs import SMALL, differing, ensemble

OF_THE_MAKING = {"time", "cpu_seconds", "peak_memory_mb", "run_seconds", "seal", "commit", "uncommitted_changes"}
"""Keys of a manifest that tell of the making, not of what was made; the seal covers them too."""


def mark(name="no_covid", lambda_=0.62, freeze=(), **changes):
    return point(ensemble(**changes), name, lambda_, freeze).fingerprint


@pytest.fixture(scope="module")
def usual():
    return mark()


def test_how_and_where_a_point_is_computed_does_not_count(usual):
    for change in (
        {"threads": 7}, {"results_dir": "elsewhere"}, {"report": False}, {"dry": True}, {"replicates": 9},
        {"task": "compare"}, {"scenario": "no_war"}, {"baseline": "no_war"}, {"experiment": "lambda"}, {"person": 5},
        {"decompose": ("no_war",)}, {"most_replicates": 7}, {"choice": Choice(0.3, (0.1,))},
        {"results": Asked(show="flows")}, {"coefficients": {"peers": RECORDS["peers"]["value"]}},
    ):  # fmt: skip
        assert mark(**change) == usual, change
    assert mark(lambda_=1) == mark(lambda_=1.0)


def test_all_that_decides_a_number_counts(usual):
    found = {
        "scenario": mark("historical"),
        "lambda": mark(lambda_=0.5),
        "freeze": mark(freeze=("queues",)),
        "freeze more": mark(freeze=("diaspora", "queues")),
        "freeze at another path": mark(freeze=("queues",), baseline="no_covid"),
        "coefficients": mark(coefficients={"peers": 0.5}),
        "one_in": mark(people=People(2001)),
        "seed": mark(seed=2),
        "until": mark(until="2020-05"),
        "decision": mark(decision="region_nests"),
    }
    assert len({usual, *found.values()}) == len(found) + 1
    assert mark(freeze=("queues", "diaspora")) == found["freeze more"], "in whatever order"


def test_the_world_counts_as_it_was_compiled():
    """Of three histories under one name, two say the same; a change after the last month changes nothing."""
    historical = load_history("historical")

    def of(history):
        made = ensemble()
        made.add("mine", history)
        return point(made, "mine", 0.62).fingerprint

    same = of(historical)
    assert of(load_history("historical")) == same
    assert of(load_history("no_covid")) != same
    assert of(load_history("lithuania_visa_ban")) == same, "in force from 2023 on, after the last month"


def test_two_names_of_one_world_are_two_points():
    """Whoever asks for points by fingerprint finds one; a visa ban of 2023 changes nothing before 2020-06."""
    assert mark("lithuania_visa_ban") != mark("historical")


def test_constants_and_what_people_are_made_from_count(usual, monkeypatch):
    usual_constants = Ensemble.constants_at
    with monkeypatch.context() as patch:
        patch.setattr(Ensemble, "constants_at", lambda *which: usual_constants(*which)._replace(places=np.zeros(16)))
        assert mark() != usual
    for name in points.inputs_digest():
        with monkeypatch.context() as patch:
            patch.setattr(points, "inputs_digest", lambda name=name: {**_inputs(), name: "other"})
            assert mark() != usual, name
    assert mark() == usual


_inputs = points.inputs_digest


def test_the_program_counts_as_far_as_it_lives_lives():
    """What only reads results may change; the digest of the program covers the rows that decide."""
    rows = points.rows(points.sim.__doc__)
    decides = {
        *rows[: rows.index("model") + 1],
        "runs/run",
        "runs/ensemble",
        "runs/given",
        "runs/draws",
        "runs/parquet",
    }
    assert {"numerics", "history", "population", "model"} <= decides
    assert not {"runs", "analysis", "observation", "report", "cli", "runs/points", "runs/settings"} & decides
    folder = points.PACKAGE
    assert points.digest(folder, "*.py", decides) == points.inputs_digest()["program"]
    for one in decides:
        assert points.digest(folder, "*.py", decides - {one}) != points.inputs_digest()["program"], one


def simulated(folder, replicates, **changes):
    """Folder of the point that `task=simulate` leaves."""
    return simulate.run(replace(SMALL, results_dir=str(folder), replicates=replicates, **changes))


def content(folder):
    """Bytes of every file; of the manifest, what does not tell of the making."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(found["manifest.json"])
    found["manifest.json"] = {key: value for key, value in manifest.items() if key not in OF_THE_MAKING}
    return found


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    """A point with four replicates."""
    return simulated(tmp_path_factory.mktemp("once"), 4)


def test_a_point_of_two_replicates_extended_to_four_is_one_of_four(tmp_path, at_once, capsys):
    two = simulated(tmp_path, 2)
    before = content(two)
    assert before["manifest.json"]["replicates"] == 2
    four = simulated(tmp_path, 4)
    assert four == two and four.name == at_once.name
    assert content(four) == content(at_once) != before
    assert [line for line in capsys.readouterr().out.splitlines() if " at lambda " in line] == [
        "no_covid at lambda 0.62: 2 runs made",
        "no_covid at lambda 0.62: 2 runs made and 2 runs reused",
    ]
    cost = [json.loads((folder / "manifest.json").read_text())["run_seconds"] for folder in (four, at_once)]
    assert [len(seconds) for seconds in cost] == [4, 4] and min(min(seconds) for seconds in cost) >= 0
    assert [name for name in os.listdir(tmp_path / "points") if not name.endswith(".lock")] == [four.name]


def test_fewer_replicates_than_there_are_leave_the_point_alone(tmp_path, capsys):
    folder = simulated(tmp_path, 2)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.iterdir()}
    capsys.readouterr()
    assert simulated(tmp_path, 1) == folder
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.iterdir()} == before
    assert capsys.readouterr().out.splitlines()[1:] == ["no_covid at lambda 0.62: 1 run reused"]


def test_a_point_is_the_same_by_any_threads_and_from_any_baseline(tmp_path, at_once):
    """Parted from the historical run in 2020-03, and lived as a baseline of its own from the start."""
    alone = simulated(tmp_path, 4, baseline="no_covid", threads=2)
    assert content(alone) == content(at_once)


def test_a_point_holds_the_runs_of_the_engine(at_once):
    shelf, made = Shelf(at_once.parents[1]), ensemble()
    read = shelf.read(point(made, "no_covid", 0.62), 4)
    for run in read:
        assert differing(run, made.run(run.job)) == []
    assert [run.job for run in read] == [Job("no_covid", 0.62, replicate) for replicate in range(4)]
    assert differing(read[0], read[1]) != []


def test_a_point_says_what_it_is(at_once):
    found = json.loads((at_once / "manifest.json").read_text())
    assert found["kind"] == "point" and at_once.name == f"no_covid-{found['fingerprint'][:12]}"
    assert found["point"] == {
        "scenario": "no_covid", "baseline": None, "decision": "destination_nest", "lambda": 0.62, "freeze": [],
        "coefficients": {}, "one_in": 2000, "seed": 1, "until": "2020-06", "course": None,
    }  # fmt: skip
    assert len(set(found["seeds"])) == found["replicates"] == 4
    assert set(found["files"]) == set(os.listdir(at_once)) - {"manifest.json"}
    beside = {"config.yaml", "history.txt", "sources.txt", "schedule.txt"}
    assert beside | {"registers.csv", "repression.csv", "public_money.csv"} <= set(found["files"])
    assert found["command"].startswith("python -m sim task=simulate scenario=no_covid choice.lambda=0.62 ")
    assert checked(at_once) == found and found["seal"] == seal(found)
    assert verify(at_once) == []


def test_a_point_says_what_it_cost_itself(tmp_path):
    began = time.process_time()
    folders = [simulated(tmp_path, 2, scenario=name) for name in ("historical", "no_covid")]
    spent = time.process_time() - began
    told = [json.loads((folder / "manifest.json").read_text()) for folder in folders]
    assert all(sum(one["run_seconds"]) <= one["cpu_seconds"] + 0.01 for one in told)
    assert 0 < sum(one["cpu_seconds"] for one in told) <= spent + 0.02 < time.process_time()


def test_a_damaged_point_is_told_and_computed_anew(tmp_path, capsys):
    folder = simulated(tmp_path, 2)
    before = content(folder)
    path = folder / "flows.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert checked(folder) == "flows.parquet has changed"
    capsys.readouterr()
    simulated(tmp_path, 2)
    told = capsys.readouterr().out
    assert f"{folder.name} is damaged (flows.parquet has changed): computed anew" in told and "2 runs made" in told
    assert content(folder) == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "manifest.json is no JSON"),
        ("{", "manifest.json is no JSON"),
        ("[]", "manifest.json is no object of JSON"),
        ("3", "manifest.json is no object of JSON"),
        ("{}", "it is of an older program: its manifest has no digests"),
        ('{"seal": 1, "files": 3}', "manifest.json has changed"),
    ],
)
def test_a_spoilt_manifest_is_damage(tmp_path, text, told):
    (tmp_path / "manifest.json").write_text(text)
    assert checked(tmp_path) == told
    assert checked(tmp_path / "nowhere") == "manifest.json is missing"


def test_a_manifest_that_was_changed_or_moved_is_damage(tmp_path, at_once):
    changed, moved = tmp_path / at_once.name, tmp_path / f"historical{at_once.name[8:]}"
    for folder in (changed, moved):
        shutil.copytree(at_once, folder)
    assert isinstance(checked(changed), dict)
    text = (changed / "manifest.json").read_text()
    (changed / "manifest.json").write_text(text.replace('"replicates": 4', '"replicates": 3'))
    assert checked(changed) == "manifest.json has changed"
    assert checked(moved) == f"its manifest is that of {at_once.name}"


def test_a_finished_run_that_is_not_bound_is_kept_and_a_spoilt_one_made_again(tmp_path, at_once, capsys):
    """As after a process that was killed when it had made two runs, the second not wholly written."""
    made, shelf = ensemble(), Shelf(tmp_path)
    wanted = point(made, "no_covid", 0.62)
    for replicate in (0, 2):
        shelf.keep(wanted, made.run(Job("no_covid", 0.62, replicate)), 1.5)
    spoilt = next(path for path in (tmp_path / "points").rglob("000002.run"))
    spoilt.write_bytes(spoilt.read_bytes()[:-1])
    assert list(shelf.begun(wanted)) == [0] and shelf.missing(wanted, 4) == [1, 2, 3]
    assert shelf.stored(wanted) == 0 and not shelf.path(wanted).exists()
    assert content(simulated(tmp_path, 4)) == content(at_once)
    assert "3 runs made and 1 run reused" in capsys.readouterr().out


def test_who_reads_while_a_point_is_replaced_waits_for_it(tmp_path, at_once):
    shutil.copytree(at_once, tmp_path / "points" / at_once.name)
    shelf, one = Shelf(tmp_path), point(ensemble(), "no_covid", 0.62)
    place, aside = shelf.path(one), tmp_path / "aside"
    place.rename(aside)
    with ThreadPoolExecutor(1) as other:
        runs = other.submit(shelf.read, one, 2)
        time.sleep(0.3)
        assert not runs.done()
        aside.rename(place)
        assert [run.job.replicate for run in runs.result()] == [0, 1]
    place.rename(aside)
    with pytest.raises(FileNotFoundError):  # nobody puts it back
        shelf.read(one, 2)


def test_what_a_killed_process_left_while_it_bound_a_point_is_undone(tmp_path, at_once):
    folder = simulated(tmp_path, 2)
    folder.rename(folder.with_name(f".{folder.name}.older-0123abcd"))
    folder.with_name(f".{folder.name}.partial-0123abcd").mkdir()
    shelf, wanted = Shelf(tmp_path), point(ensemble(), "no_covid", 0.62)
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        shelf.restore(wanted)
    assert shelf.stored(wanted) == 2 and shelf.missing(wanted, 3) == [2]
    assert [path for path in folder.parent.iterdir() if not path.name.endswith(".lock")] == [folder]


# task=results on points of the engine


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    """Two points of the engine, two replicates each, and the runs in them."""
    folder = tmp_path_factory.mktemp("engine")
    names = ("historical", "no_covid", "lithuania_visa_ban")
    for name in names:
        simulated(folder, 2, scenario=name, coefficients={"peers": 0.5})
    made = ensemble(coefficients={"peers": 0.5})
    return folder, {name: [made.run(Job(name, 0.62, replicate)) for replicate in (0, 1)] for name in names[:2]}


def asked(capsys, folder, dry=False, **keys):
    left = results.run(replace(SMALL, task="results", results_dir=str(folder), dry=dry, results=Asked(**keys)))
    return left, *(text.splitlines() for text in capsys.readouterr())


def test_points_of_the_engine_are_listed(engines, capsys):
    folder, _ = engines
    _, out, err = asked(capsys, folder)
    assert len(out) == 4 and {line.split()[1] for line in out[1:]} == {"historical", "no_covid", "lithuania_visa_ban"}
    sql = """SELECT "lambda", coefficients ->> 'peers', one_in, seed, until, replicates, cpu_seconds > 0 FROM points"""
    assert list(select(open_library(folder), sql).rows) == [(0.62, "0.5", 2000, 1, "2020-06", 2, True)] * 3
    assert list(select(open_library(folder), "FROM damaged").rows) == []


def test_the_views_hold_what_the_engine_counted(engines):
    folder, runs = engines
    library = open_library(folder)
    for name, ran in runs.items():
        where = f"WHERE scenario = '{name}'"

        def one(sql, where=where):
            return list(select(library, f"{sql} {where}").rows)[0]

        assert one("SELECT sum(persons) FROM flows")[0] == sum(run.flows.sum() for run in ran)
        assert one("SELECT sum(expected_persons) FROM flows")[0] == pytest.approx(
            sum(run.expected.sum() for run in ran)
        )
        assert one("SELECT sum(persons) FROM stocks")[0] == sum(run.stocks.sum() for run in ran)
        assert one("SELECT sum(persons) FROM harms")[0] == sum(run.harms.sum() for run in ran)
        assert one("SELECT sum(persons), count(*) FROM wishes") == (
            sum(run.wishes["persons"].sum() for run in ran), sum(len(run.wishes) for run in ran),
        )  # fmt: skip
        assert one("SELECT count(*), count(DISTINCT key) FROM moves") == (
            sum(len(run.moves) for run in ran), len(np.unique(np.concatenate([run.moves["key"] for run in ran]))),
        )  # fmt: skip
        assert one("SELECT sum(agents) FROM groups")[0] == sum(run.groups.sum() for run in ran)
    expected = [np.stack([run.expected for run in runs[name]]) for name in ("historical", "no_covid")]
    assert not np.array_equal(*expected)


def test_a_fingerprint_is_of_one_point(engines):
    """The visa ban is the historical world until 2020-06: one world, two points, and no cell counts both."""
    folder, _ = engines
    library = open_library(folder)
    assert list(select(library, "SELECT count(DISTINCT fingerprint) FROM points").rows) == [(3,)]
    sql = "SELECT sum(agents) FROM groups GROUP BY fingerprint, scenario HAVING scenario != 'no_covid'"
    [(ours,), (theirs,)] = select(library, sql).rows
    assert ours == theirs > 0


def test_two_points_of_the_engine_are_set_apart(engines, capsys):
    folder, runs = engines
    mark = next((folder / "points").glob("historical-*")).name.split("-")[1]
    _, out, _ = asked(capsys, folder, against=mark, where="scenario = 'no_covid'")
    assert "conditional scenario, not a forecast" in out[0] and len(out) > 5
    csv = folder / "apart.csv"
    left, _, _ = asked(capsys, folder, against=mark, where="scenario = 'no_covid'", csv=str(csv))
    assert left == csv
    line = csv.read_text().splitlines()[1].split(",")
    assert line[3:7] == ["2", "departures", "all", "all"]
    levels = [np.mean([run.expected.sum() for run in ran]) for ran in runs.values()]
    assert [float(line[7]), float(line[8])] == pytest.approx(levels, rel=1e-9)


def test_fresh_points_of_the_engine_are_neither_stale_nor_damaged(engines, capsys, monkeypatch):
    folder, _ = engines
    for what in ("stale", "damaged", "partial"):
        _, out, _ = asked(capsys, folder, prune=what, dry=True)
        assert out[-1] == "0 folders, 0.0 MB would be removed", what
    monkeypatch.setattr("sim.runs.points.inputs_digest", lambda: {**_inputs(), "program": "other"})
    _, out, _ = asked(capsys, folder, prune="stale", dry=True)
    assert out[-1].startswith("3 folders")
