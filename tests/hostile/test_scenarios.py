"""Every scenario on file, from beginning to end, over people to whom everything happens: all invariants hold."""

import pytest

from sim.history.catalogue import load_history, scenario_names
from sim.history.compiled import build
from sim.history.inventory import load_destinations
from sim.model.decision import constants
from sim.numerics.locations import CONF
from tests.hostile import invariants
from tests.worlds import hot, hot_people, start

PEOPLE = hot_people(50)
DESTINATIONS = load_destinations()
TABLE = constants.load(0.62)
MANY_AT_ONCE = ("historical", "eu_package", "tightening_on_inflow", "regime_change", "rents_respond", "exit_closed")
"""Scenarios of the usual round: between them they change every kind of parameter."""
NAMES = sorted({path.stem for path in (CONF / "scenario").glob("*.yaml")} | set(MANY_AT_ONCE))
"""Files of scenarios, and policies of the usual round that need no file."""


@pytest.mark.parametrize(
    "name", [name if name in MANY_AT_ONCE else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_a_scenario_keeps_every_invariant(name):
    model = start(PEOPLE, build(load_history(name), DESTINATIONS, 84), hot(), TABLE)
    finished = invariants.lived(model)
    model.close()
    assert len(finished.events("departed")) > 20
    invariants.hold(finished)


def test_the_usual_round_is_on_file():
    assert set(MANY_AT_ONCE) <= set(scenario_names())
