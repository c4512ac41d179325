"""Random coefficients and constants, extreme ones among them: a run with all invariants, or one line; nothing NaN."""

import math

import pytest
import yaml
from hypothesis import event, given
from hypothesis import strategies as st

from sim import behaviour, constants
from sim.behaviour import LIMITS, RECORDS
from sim.codes import N_CHANNELS, SLOTS
from sim.errors import UserError
from sim.history.parameters import HistoryError
from tests.hostile import invariants
from tests.hostile.examples import examples
from tests.hostile.messages import plain_to_see
from tests.hostile.strategies import NO_NUMBERS, ODD_NUMBERS
from tests.worlds import hot_people, hot_world, start

PEOPLE = hot_people(60)
WORLD = hot_world(18)


def limits(name):
    """Smallest and largest value of a coefficient."""
    return behaviour._OWN_LIMITS.get(name, LIMITS[RECORDS[name]["unit"]])


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
    size = behaviour.LARGEST_CONSTANT
    one = st.sampled_from((-size, 0.0, size)) | st.floats(-size, size)
    lists = st.tuples(
        st.lists(one, min_size=SLOTS, max_size=SLOTS), st.lists(one, min_size=N_CHANNELS, max_size=N_CHANNELS)
    )
    return lists.map(lambda pair: constants.Constants(*map(invariants.np.array, pair)))


@examples(25)
@given(allowed(), tables())
def test_whatever_the_limits_allow_runs_with_every_invariant(changes, table):
    finished = invariants.lived(start(PEOPLE, WORLD, behaviour.load(changes), table))
    finished.model.close()
    event("somebody left" if len(finished.events("departed")) else "nobody left")
    invariants.hold(finished)


def test_every_coefficient_at_both_ends_of_its_limits():
    """All at their smallest, all at their largest, and each alone at either."""
    ends = [{name: limits(name)[end] for name in RECORDS} for end in (0, 1)]
    ends += [
        {name: value} for name in ("spread_channel", "fee", "wait", "return", "patience") for value in limits(name)
    ]
    for changes in ends:
        finished = invariants.lived(start(PEOPLE, WORLD, behaviour.load(changes), constants.load(0.5)))
        finished.model.close()
        invariants.hold(finished)


@examples(300)
@given(st.sampled_from(sorted(RECORDS)), st.sampled_from(ODD_NUMBERS) | st.sampled_from(NO_NUMBERS) | st.floats())
def test_any_value_is_taken_as_it_is_or_refused_by_name(name, value):
    low, high = limits(name)
    number = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    if number and low <= value <= high:
        assert getattr(behaviour.load({name: value}), behaviour._FIELDS[list(RECORDS).index(name)]) == value
        return
    with pytest.raises(HistoryError) as refused:
        behaviour.load({name: value})
    assert f"'{name}'" in one_line(refused.value)


@examples(60)
@given(st.text(max_size=20))
def test_an_unknown_coefficient_is_named_with_the_known_ones(name):
    if name not in RECORDS:
        with pytest.raises(HistoryError) as refused:
            behaviour.load({name: 1.0})
        assert "unknown coefficient" in one_line(refused.value) and "known: " in str(refused.value)


@pytest.fixture(scope="module")
def on_file():
    return yaml.safe_load(constants.FILE.read_text(encoding="utf-8"))


@examples(40)
@given(st.sampled_from(("destinations", "channels")), st.data())
def test_a_spoilt_file_of_constants_is_refused_by_name(on_file, tmp_path_factory, section, data):
    names = sorted(on_file["constants"]["0.62"][section])
    name = data.draw(st.sampled_from(names))
    value = data.draw(st.sampled_from([1e308, -51, math.inf, math.nan, "x", None, True, [], {}]))
    changed = {**on_file, "constants": {key: {**sets} for key, sets in on_file["constants"].items()}}
    changed["constants"]["0.62"][section] = {**on_file["constants"]["0.62"][section], name: value}
    if data.draw(st.booleans()):
        del changed["constants"]["0.62"][section][name]
    file = tmp_path_factory.mktemp("constants") / "constants.yaml"
    file.write_text(yaml.safe_dump(changed), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        constants.load(0.62, file)
    message = one_line(refused.value)
    assert "conf/constants.yaml" in message and "0.62" in message and section in message and name in message


@examples(25)
@given(st.floats(behaviour.SMALLEST_LAMBDA, 1.0))
def test_any_lambda_has_constants_and_a_run(lam):
    table = constants.load(lam)
    assert invariants.np.isfinite(table.places).all() and invariants.np.isfinite(table.channels).all()
    b = behaviour.load({"level": -3.0, "lambda": lam})
    finished = invariants.lived(start(PEOPLE, hot_world(6), b, table))
    finished.model.close()
    invariants.hold(finished)
