"""Posterior files: what is written is read, and what is wrong with a file is said in words."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.numerics.errors import UserError
from sim.runs.draws import METADATA
from sim.runs.fitted import posterior_path
from sim.runs.posterior import Posterior, engine_digest, read
from sim.runs.settings import Settings

NAMES = ("lambda", "war", "constant_poland", "channel_study", "asylum_poland")
VALUES = np.array([[0.5, 1.0, 2.0, -4.0, 1.0], [0.7, 1.5, 2.5, -5.0, 0.8], [0.6, 0.9, 1.5, -4.5, 2.0]])
ABOUT = {"until": None, "recipe": {"engine": "an older one"}, "diagnostics": {}, "version": "0", "time": "2026-11-30"}


def posterior(**changes):
    about = ABOUT | changes
    return Posterior("destination_nest", NAMES, VALUES, np.array([0.2, 0.5, 0.3]), about)


def test_what_is_saved_is_read_and_has_the_same_bytes(tmp_path):
    path = posterior().save(tmp_path)
    first = path.read_bytes()
    found = Posterior.load("destination_nest", folder=tmp_path)
    assert found.names == NAMES and (found.values == VALUES).all() and found.weights.tolist() == [0.2, 0.5, 0.3]
    assert found.save(tmp_path).read_bytes() == first


def test_a_draw_is_what_settings_take(tmp_path):
    draw = posterior().draws[1]
    assert (draw.lambda_, draw.weight) == (0.7, 0.5)
    assert Settings(coefficients=draw.coefficients).coefficients["constant_poland"] == 2.5


def test_quantiles_and_means_are_weighted():
    told = posterior().summary().set_index("parameter").loc["war"]
    assert told["mean"] == pytest.approx(0.2 * 1.0 + 0.5 * 1.5 + 0.3 * 0.9)
    assert (told["q05"], told["q50"], told["q95"]) == (0.9, 1.0, 1.5)


def test_windows_have_files_of_their_own(tmp_path):
    path = posterior(until="2020-12").save(tmp_path)
    assert (
        path == posterior_path("destination_nest", "2020-12", tmp_path) and path.name == "destination_nest_2020.parquet"
    )
    assert Posterior.load("destination_nest", "2020-12", tmp_path).about["until"] == "2020-12"


def test_another_state_of_the_model_is_said_and_not_refused():
    assert "another state of the model" in posterior().doubts[0]
    assert posterior(recipe={"engine": engine_digest()}).doubts == ()


def test_a_missing_damaged_or_foreign_file_is_refused_in_words(tmp_path):
    with pytest.raises(UserError, match="there is no posterior"):
        Posterior.load("destination_nest", folder=tmp_path)
    path = posterior().save(tmp_path)
    other = path.rename(tmp_path / "flat_logit.parquet")
    with pytest.raises(UserError, match="of the rule 'destination_nest', not of 'flat_logit'"):
        Posterior.load("flat_logit", folder=tmp_path)
    content = other.read_bytes()
    for damaged in (
        content[: len(content) // 2],
        b"nonsense",
        content[:100] + bytes([content[100] ^ 1]) + content[101:],
    ):
        other.write_bytes(damaged)
        with pytest.raises(UserError, match="no posterior, or is damaged"):
            read(other)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lambda": None}, "says nothing of lambda"),
        ({"poland_pull": [1.0, 1.0]}, "knows no parameter 'poland_pull'"),
        ({"war": [1.0, 1e9]}, "outside"),
        ({"weight": [0.5, 0.6]}, "not shares of one"),
        ({"draw": pa.array([1, 2], pa.int32())}, "not numbered from 0"),
    ],
)
def test_draws_that_cannot_be_are_refused(tmp_path, changes, said):
    columns = {"draw": pa.array([0, 1], pa.int32()), "weight": [0.5, 0.5], "lambda": [0.5, 0.6], "war": [1.0, 1.0]}
    columns = {name: column for name, column in (columns | changes).items() if column is not None}
    about = {METADATA: json.dumps(ABOUT | {"rule": "destination_nest"})}
    pq.write_table(pa.table(columns).replace_schema_metadata(about), tmp_path / "destination_nest.parquet")
    with pytest.raises(UserError, match=said):
        Posterior.load("destination_nest", folder=tmp_path)
