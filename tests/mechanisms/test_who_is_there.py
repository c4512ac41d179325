"""The people as they are made: margins that hold exactly, before anybody is drawn.

Each test is named in `docs/mechanisms.md` beside a fault that it catches (`tests/faults/faults.yaml`).
"""

import numpy as np
import pytest

from sim.numerics.codes import EDUCATION, SECTOR
from sim.population.attributes import attributes, people_by_zone
from sim.population.census import MINORS, figure
from sim.population.tables import read

HIGHER = EDUCATION["higher"]


def adults():
    """Adult residents by zone, class, sex and education, [3, classes, 2, 2] persons."""
    higher = attributes().education[:3, MINORS:]
    return people_by_zone()[:, MINORS:, :, None] * np.stack([1 - higher, higher], axis=-1)[:, :, None, :]


def test_graduates_are_those_of_the_census():
    (counted,) = (float(row["value"]) for row in read("education") if row["unit"] == "persons")
    assert adults()[..., HIGHER].sum() == pytest.approx(counted, rel=1e-6)


def test_workers_of_it_are_their_share_of_the_employed_and_mostly_graduates():
    work = attributes().work[:3, MINORS:, :, :, SECTOR["it"]]
    assert (adults() * work).sum() == pytest.approx(figure("employed") * figure("ict_share_of_employment"), rel=1e-6)
    assert (adults() * work)[..., HIGHER].sum() > (adults() * work).sum() / 2
