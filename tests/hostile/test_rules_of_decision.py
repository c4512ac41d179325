"""Every rule of decision keeps every invariant, in the hot world and under random coefficients of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.decision.rules import names
from tests.hostile import invariants
from tests.hostile.examples import examples
from tests.worlds import constants, hot, hot_people, hot_world, start

PEOPLE, WORLD = hot_people(100), hot_world(24)


def lived(decision, **changes):
    """A run of the hot world by a rule."""
    return invariants.lived(start(PEOPLE, WORLD, hot(**changes), constants(poland=1.0), decision=decision))


@pytest.mark.parametrize("decision", names())
def test_a_rule_keeps_every_invariant(decision):
    finished = lived(decision, conversion=0.3)
    assert len(finished.events("departed")) > 50 and len(finished.events("wished")) > 50
    invariants.hold(finished)


@examples(4)
@given(
    st.sampled_from(names()),
    st.sampled_from((0.0, 1.0)) | st.floats(0.0, 1.0),
    st.sampled_from((0.0, 1.0)) | st.floats(0.0, 1.0),
    st.sampled_from((0.05, 1.0)) | st.floats(0.05, 1.0),
    st.floats(-30.0, 30.0),
)
def test_a_rule_keeps_every_invariant_at_any_coefficients(decision, conversion, aspiration_exit, nest_region, level):
    own = {"conversion": conversion, "aspiration_exit": aspiration_exit, "nest_region": nest_region, "level": level}
    invariants.hold(lived(decision, **own))
