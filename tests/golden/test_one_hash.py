"""One hash of everyone's events, whatever runs the program.

The hash is of every event of a run of one circle in a thousand to the last month with known rules. It stands in
`events.sha256`, so that each Python and each Mesa on which the tests run must find the same; here it is found with one
thread and with two, with whole and with small blocks, and with machine code for the plainest processor. A hash beside
it is of the chances and the layout from which any number of people is made, whether or not so few people show a
difference in them.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.model.model import EmigrationModel
from sim.population.layout import layout
from sim.population.lives import lives as rates_of_lives
from sim.population.traits import tables
from sim.runs.run import Job
from tests.verification.test_targets import GENERIC
from tests.worlds import lives

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).parent / "events.sha256"
SYNTHESIS = Path(__file__).parent / "synthesis.sha256"
JOB = Job("historical", 0.62, 0)
PROGRAM = """
from numba import core
from sim.runs.ensemble import Ensemble
from sim.runs.settings import People, Settings
from tests.golden.test_one_hash import JOB, digest
print(core.registry.cpu_target.target_context.codegen().magic_tuple()[1])
print(digest(Ensemble(Settings(people=People(one_in=1000), threads=1)).model(JOB).run()))
"""


def digest(model: EmigrationModel) -> str:
    """SHA-256 of all events of a finished run, in order of month, person and kind."""
    events = lives(model.recorder.events)
    fields = b"".join(events[name].astype("<i8").tobytes() for name in events.dtype.names)
    return hashlib.sha256(fields).hexdigest()


@pytest.fixture(scope="module")
def expected(request, thousandth):
    """The hash on file."""
    if request.config.getoption("--update-golden"):
        FILE.write_text(digest(thousandth.model(JOB).run()) + "\n", encoding="utf-8")
    return FILE.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(("threads", "block"), [(1, 65_536), (2, 65_536), (2, 1_000)])
def test_the_hash_for_any_threads_and_blocks(thousandth, expected, threads, block):
    made = thousandth.model(JOB)
    model = EmigrationModel(
        thousandth.population, made.inputs, thousandth.settings.seed, JOB.replicate, threads, block
    ).run()  # fmt: skip
    assert len(model._blocks) == (1 if block == 65_536 else 11)
    found = digest(model)
    model.close()
    assert found == expected


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the plainest processor is tried on Python 3.11, for time")
def test_the_hash_on_the_plainest_processor(expected):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    environment |= {"PYTHONPATH": str(ROOT), **GENERIC}
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["generic", expected]


def test_the_hash_of_what_people_are_made_from(request):
    digest = hashlib.sha256()
    for array in (*tables(), *layout(), *rates_of_lives()):
        digest.update(np.ascontiguousarray(array).tobytes())
    if request.config.getoption("--update-golden"):
        SYNTHESIS.write_text(digest.hexdigest() + "\n", encoding="utf-8")
    assert digest.hexdigest() == SYNTHESIS.read_text(encoding="utf-8").strip()
