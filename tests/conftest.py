"""Fixtures that more than one ring uses, the order of the rings, and one thread for linear algebra."""

import os
from pathlib import Path

import pytest
from hypothesis import settings as tries

# Matrices here are small, and as many processes run tests as there are cores: threads would wait for each other, at up
# to nine times the cost. Set before numpy is imported; processes that tests begin inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from sim.runs.ensemble import Ensemble  # noqa: E402
from sim.runs.settings import People, Settings  # noqa: E402

tries.register_profile("patient", deadline=None)  # an example takes longer where others work beside it
tries.load_profile("patient")


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/golden.json; review the diff")


DEAREST = ("verification", "sweeps", "faults", "hostile")
"""Rings whose files take longest, dearest first: begun first, they leave no process with nothing to do at the end."""


def pytest_collection_modifyitems(items):
    rank = {Path(__file__).parent / ring: number for number, ring in enumerate(DEAREST)}
    items.sort(key=lambda item: rank.get(item.path.parent, len(DEAREST)))


@pytest.fixture(scope="session")
def thousandth():
    """People and worlds of a sample of one circle in a thousand."""
    return Ensemble(Settings(people=People(one_in=1000), threads=1))
