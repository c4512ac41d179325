"""Random coefficients and constants, extreme ones among them: a run with all invariants, or one line; nothing NaN."""

import re
import shutil

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from sim.history import coefficients
from sim.history.coefficients import LIMITS, RECORDS
from sim.model.decision import constants
from sim.numerics.codes import N_CHANNELS, N_PLACES
from sim.numerics.errors import HistoryError, UserError
from sim.numerics.locations import CONF
from tests.hostile import invariants
from tests.hostile.examples import examples
from tests.hostile.messages import plain_to_see
from tests.hostile.strategies import NO_NUMBERS, ODD_NUMBERS
from tests.worlds import hot_people, hot_world, start

PEOPLE = hot_people(60)
WORLD = hot_world(18)


def limits(name):
    """Smallest and largest value of a coefficient."""
    return coefficients._OWN_LIMITS.get(name, LIMITS[RECORDS[name]["unit"]])


def one_line(error):
    message = str(error)
    assert isinstance(error, UserError) and plain_to_see(message) and len(message) < 1500
    return message


@st.composite
def allowed(draw):
    """Some coefficients anywhere within their limits, most often at an end."""
    names = draw(st.sets(st.sampled_from(sorted(RECORDS)), min_size=1, max_size=len(RECORDS)))
    return {name: draw(st.sampled_from(limits(name)) | st.floats(*limits(name))) for name in sorted(names)}


def tables():
    size = coefficients.LARGEST_CONSTANT
    one = st.sampled_from((-size, 0.0, size)) | st.floats(-size, size)
    lists = st.tuples(
        st.lists(one, min_size=N_PLACES, max_size=N_PLACES), st.lists(one, min_size=N_CHANNELS, max_size=N_CHANNELS)
    )
    return lists.map(lambda pair: constants.Constants(*map(invariants.np.array, pair)))


@examples(10)
@given(allowed(), tables())
def test_whatever_the_limits_allow_runs_with_every_invariant(changes, table):
    finished = invariants.lived(start(PEOPLE, WORLD, coefficients.load(changes), table))
    finished.model.close()
    event("somebody left" if len(finished.events("departed")) else "nobody left")
    invariants.hold(finished)


def test_every_coefficient_at_both_ends_of_its_limits():
    """All at their smallest, all at their largest, and each alone at either."""
    ends = [{name: limits(name)[end] for name in RECORDS} for end in (0, 1)]
    ends += [{name: value} for name in ("nest_channel", "fee", "wait", "return", "patience") for value in limits(name)]
    for changes in ends:
        finished = invariants.lived(start(PEOPLE, WORLD, coefficients.load(changes), constants.load(0.5)))
        finished.model.close()
        invariants.hold(finished)


@examples(100)
@given(st.sampled_from(sorted(RECORDS)), st.sampled_from(ODD_NUMBERS) | st.sampled_from(NO_NUMBERS) | st.floats())
def test_any_value_is_taken_as_it_is_or_refused_by_name(name, value):
    low, high = limits(name)
    number = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    if number and low <= value <= high:
        assert getattr(coefficients.load({name: value}), coefficients._FIELDS[list(RECORDS).index(name)]) == value
        return
    with pytest.raises(HistoryError) as refused:
        coefficients.load({name: value})
    assert f"'{name}'" in one_line(refused.value)


@examples(20)
@given(st.text(max_size=20))
def test_an_unknown_coefficient_is_named_with_the_known_ones(name):
    if name not in RECORDS:
        with pytest.raises(HistoryError) as refused:
            coefficients.load({name: 1.0})
        assert "unknown coefficient" in one_line(refused.value) and "known: " in str(refused.value)


@examples(20)
@given(
    st.sampled_from(["destination/poland", "channel/study"]),
    st.sampled_from(["1e308", "-51", ".inf", ".nan", "x", "null", "true", "[]", "{}"]),
)
def test_a_spoilt_constant_is_refused_by_name(tmp_path_factory, name, value):
    conf = tmp_path_factory.mktemp("constants") / "conf"
    shutil.copytree(CONF, conf)
    file = conf / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub('(destination_nest: .*"0.62": )[-.0-9]+', rf"\g<1>{value}", text), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        constants.load(0.62, conf=conf)
    message = one_line(refused.value)
    assert f"conf/{name}.yaml" in message and "constants" in message


@examples(8)
@given(st.floats(coefficients.SMALLEST_LAMBDA, 1.0))
def test_any_lambda_has_constants_and_a_run(lam):
    table = constants.load(lam)
    assert invariants.np.isfinite(table.places).all() and invariants.np.isfinite(table.channels).all()
    b = coefficients.load({"level": -3.0, "lambda": lam})
    finished = invariants.lived(start(PEOPLE, hot_world(6), b, table))
    finished.model.close()
    invariants.hold(finished)
