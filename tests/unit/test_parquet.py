"""A point's tables hold everything that its runs leave."""

from dataclasses import fields

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.runs import parquet
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import People, Settings


@pytest.fixture(scope="module")
def ran():
    ensemble = Ensemble(Settings(people=People(one_in=2000), until="2021-06", threads=1))
    return [ensemble.run(Job("historical", 0.5, replicate)) for replicate in (0, 1, 4)]


def same(one, other) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        and getattr(one, field.name).dtype == getattr(other, field.name).dtype
        for field in fields(one)
        if field.name != "job"
    )


def test_runs_come_back_from_files_to_the_last_bit(ran, tmp_path):
    parquet.write(tmp_path, ran)
    back = list(parquet.read(tmp_path, "historical", 0.5, [4, 0, 1], 30))
    assert [run.job for run in back] == [Job("historical", 0.5, number) for number in (4, 0, 1)]
    assert same(back[0], ran[2]) and same(back[1], ran[0]) and same(back[2], ran[1])
    assert not same(back[0], ran[0])
    assert all(pq.read_metadata(tmp_path / f"{name}.parquet").num_rows > 0 for name in parquet.NAMES)


def test_expectations_are_told_from_their_absence(ran):
    table = parquet.tables(ran[0])["flows"].to_pandas()
    home = table["from"] == "belarus"
    assert table.loc[home, "expected_persons"].notna().all() and table.loc[~home, "expected_persons"].isna().all()
    assert (~home).any()
