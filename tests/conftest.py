"""Fixtures that more than one ring uses."""

import pytest

from sim.runs.ensemble import Ensemble
from sim.runs.settings import People, Settings


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/golden.json; review the diff")


@pytest.fixture(scope="session")
def thousandth():
    """People and worlds of a sample of one circle in a thousand."""
    return Ensemble(Settings(people=People(one_in=1000), threads=1))
