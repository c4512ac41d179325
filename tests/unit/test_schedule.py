"""The rows of the schedule are what is run: fused or one by one, by the default rule of decision or another."""

import numpy as np
import pytest

from sim.model.decision import rules
from sim.model.fused import fused
from sim.model.model import passes_of
from sim.model.schedule import PHASES, SCHEDULE
from sim.population import schema
from tests.worlds import constants, hot, hot_people, hot_world, lives, start


@pytest.mark.parametrize("decision", ["destination_nest", "two_steps"])
def test_months_row_by_row_and_fused_are_the_same_to_the_byte(decision):
    def made():
        return start(hot_people(), hot_world(), hot(), constants(poland=1.0), decision=decision)

    alone, together = made(), made()
    for _ in range(12):
        together.step()
        for row in SCHEDULE:
            alone.processes[row.name](alone)
    assert alone.month == together.month == 12
    for column in schema.SCHEMA:
        one, other = getattr(alone.columns, column.name), getattr(together.columns, column.name)
        assert one.tobytes() == other.tobytes(), column.name
    events = [lives(model.recorder.events) for model in (alone, together)]
    assert len(events[0]) > 500 and events[0].tobytes() == events[1].tobytes()
    for kept in ("stocks", "committed", "following"):
        np.testing.assert_array_equal(getattr(alone.recorder, kept), getattr(together.recorder, kept))


def test_consecutive_parallel_rows_are_one_pass_made_once():
    assert [row for rows in PHASES for row in rows] == list(SCHEDULE)
    assert [rows[0].phase for rows in PHASES] == ["serial", "parallel", "serial", "parallel", "serial"]
    rows = tuple((row.name, row.run) for row in PHASES[1])
    assert fused(rows) is fused(rows)


def test_another_rule_of_decision_has_a_pass_of_its_own():
    ours = [names for _, names in passes_of(rules.rule("two_steps"))]
    assert ours[-1] == ["choose"] and all("choose" not in names for names in ours[:-1])
