"""A pickle in the place of anything among the results is refused in one line, and what is in it never runs."""

import ast
import hashlib
import io
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sim.cli.commands import simulate
from sim.numerics.errors import UserError
from sim.population import schema
from sim.population.schema import Columns
from sim.runs import workers
from sim.runs.arrays import DIGEST, MARK
from sim.runs.packing import packed_run, packed_state, state_forms
from sim.runs.points import Shelf, point
from sim.runs.run import Job
from sim.runs.workers import PARTS, BaselineStates
from tests.unit.small_runs import SMALL, ensemble

ROOT = Path(__file__).parents[2]
UNPICKLE = {"pickle", "shelve", "marshal", "joblib", "cloudpickle", "dill"}
JOB = Job("no_covid", 0.62, 0)


class Planted:
    """An object that makes a file when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


def sealed(body):
    return hashlib.sha256(body).digest() + body


def zstd(content):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


def npy(planted):
    file = io.BytesIO()
    np.save(file, np.array([planted], object), allow_pickle=True)
    return file.getvalue()


def npz(planted):
    file = io.BytesIO()
    np.savez(file, flows=np.array([planted], object))
    return file.getvalue()


PLANTS = {
    "a pickle": lambda planted, whole: pickle.dumps(planted),
    "a pickle as older programs wrote them": lambda planted, whole: sealed(zstd(pickle.dumps(planted))),
    "a pickle after our mark": lambda planted, whole: sealed(MARK + pickle.dumps(planted)),
    "an npy of objects": lambda planted, whole: npy(planted),
    "an npz of objects": lambda planted, whole: sealed(npz(planted)),
}


def behind_a_right_first_line(planted, whole):
    line = whole[DIGEST : whole.index(b"\n", DIGEST + len(MARK)) + 1]
    return sealed(line + zstd(pickle.dumps(planted)))


@pytest.fixture
def planted(tmp_path):
    """What makes a marker when it is unpickled; the marker is not there in the end."""
    marker = tmp_path / "marker"
    assert pickle.loads(pickle.dumps(Planted(marker))).close() is None and marker.exists(), "the plant works"
    marker.unlink()
    yield Planted(marker)
    assert not marker.exists()


@pytest.fixture(scope="module")
def made():
    return ensemble()


@pytest.fixture(scope="module")
def run(made):
    return made.run(JOB)


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_in_the_place_of_a_finished_run_it_is_told_and_the_run_computed_anew(
    tmp_path, planted, made, run, plant, capsys
):
    shelf, wanted = Shelf(tmp_path / "results"), point(made, "no_covid", 0.62)
    shelf.keep(wanted, run, 1.5)
    [loose] = (tmp_path / "results").rglob("000000.run")
    loose.write_bytes(plant(planted, loose.read_bytes()))
    assert shelf.begun(wanted) == {} and shelf.missing(wanted, 1) == [0]
    simulate.run(replace(SMALL, results_dir=str(tmp_path / "results"), replicates=1))
    _, *told = capsys.readouterr().out.splitlines()  # the first line says which world
    assert told == [f"run 0 of {wanted.name} is damaged: computed anew", "no_covid at lambda 0.62: 1 run made"]


def test_behind_a_first_line_that_is_right_it_is_no_run(tmp_path, planted, made, run):
    shelf, wanted = Shelf(tmp_path), point(made, "no_covid", 0.62)
    shelf.keep(wanted, run, 1.5)
    [loose] = tmp_path.rglob("000000.run")
    loose.write_bytes(behind_a_right_first_line(planted, loose.read_bytes()))
    with pytest.raises(UserError, match=r"000000\.run is no finished run: it ends before its arrays do; remove it"):
        shelf.bind(wanted, 1, lambda *which: {})
    assert not shelf.path(wanted).exists()


def test_another_run_in_the_place_of_a_run_is_no_run(tmp_path, made, run):
    shelf, wanted = Shelf(tmp_path), point(made, "no_covid", 0.62)
    for other in (Job("no_covid", 0.62, 1), Job("historical", 0.62, 0), Job("no_covid", 0.5, 0)):
        shelf.keep(wanted, run, 1.5)
        [loose] = tmp_path.rglob("000000.run")
        loose.write_bytes(packed_run(replace(run, job=other), 1.5))
        assert shelf.begun(wanted) == {}
    loose.write_bytes(packed_run(run, float("nan")))
    assert shelf.begun(wanted) == {}
    loose.write_bytes(packed_run(run, 1.5))
    assert list(shelf.begun(wanted)) == [0]


@pytest.mark.parametrize("plant", [*PLANTS.values(), behind_a_right_first_line], ids=[*PLANTS, "a right first line"])
def test_in_the_place_of_a_state_it_is_refused(tmp_path, planted, made, plant):
    forms = state_forms(made.population, made.world("historical"))
    state = made.model(Job("historical", 0.62, 0)).run(3).state()
    states = BaselineStates(tmp_path, "a", forms)
    content = plant(planted, packed_state(state, forms))
    (tmp_path / "a-003.state").write_bytes(content)
    if content[:DIGEST] != hashlib.sha256(content[DIGEST:]).digest():
        assert states.latest(9) is None
        return
    with pytest.raises(UserError, match=r"a-003\.state is no state of a run: .*; remove it") as told:
        states.latest(9)
    assert "\n" not in str(told.value)


def test_in_the_place_of_any_column_of_people_it_is_refused(tmp_path, planted):
    asked = tmp_path, 20_000, 1, 1
    workers.people(*asked)
    for name in (*Columns._fields, *PARTS):
        [path] = tmp_path.glob(f"people-*/{name}.npy")
        whole = path.read_bytes()
        for content in (pickle.dumps(planted), npy(planted), npz(planted), b"", whole[:50], whole[:-1]):
            path.write_bytes(content)
            with pytest.raises(UserError, match=rf"{name}\.npy .*; remove ") as told:
                workers.people(*asked)
            assert "\n" not in str(told.value)
        path.write_bytes(whole)
    workers.people(*asked)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("states", np.zeros(5, "u1")),
        ("states", np.zeros(5, schema.STATES_RECORD)),
        ("traits", np.zeros((2, 2), schema.TRAITS_RECORD)),
        ("traits", np.array(0, schema.TRAITS_RECORD)),
    ],
)
def test_a_table_of_another_type_or_length_is_refused(tmp_path, name, array):
    asked = tmp_path, 20_000, 1, 1
    workers.people(*asked)
    [path] = tmp_path.glob(f"people-*/{name}.npy")
    np.save(path, array)
    with pytest.raises(UserError, match="remove"):
        workers.people(*asked)


def test_nothing_unpickles_a_file():
    """One module pickles, in memory, what it has just read from YAML."""
    found = set()
    for path in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if {name.split(".")[0] for name in names} & {
                "pickle",
                "shelve",
                "marshal",
                "joblib",
                "cloudpickle",
                "dill",
            }:
                found.add(path.relative_to(ROOT).as_posix())
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "load":
                if getattr(node.func.value, "id", "") == "np":
                    assert any(
                        word.arg == "allow_pickle" and getattr(word.value, "value", None) is False
                        for word in node.keywords
                    ), path
    # the checks of a fit hand trials to processes of their own, and no files
    assert found <= {"sim/numerics/strict_yaml.py", "sim/analysis/calibration/checks.py"}
