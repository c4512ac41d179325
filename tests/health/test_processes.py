"""The schedule, the processes and the schema agree on who writes what."""

import ast
import importlib
import inspect

import pytest

from sim.model.decision import choosing, commitment
from sim.model.decision.rules import names
from sim.model.processes import live, relocate
from sim.model.schedule import SCHEDULE, schedule_table
from sim.population import schema

MODULES = {row.name: importlib.import_module(row.run.__module__) for row in SCHEDULE}
PARTS = {"choose": commitment, "settle": live, "begin_month": relocate}
"""Modules that do a part of a process."""


def declared(name: str) -> set[str]:
    """Columns that a process writes by the schema."""
    return {column.name for column in schema.SCHEMA if name in column.written_by}


@pytest.mark.parametrize("name", MODULES)
def test_a_process_writes_no_column_but_those_of_which_the_schema_says_so(name: str) -> None:
    for module in {MODULES[name], PARTS.get(name, MODULES[name])}:
        assert columns_assigned(inspect.getsource(module)) <= declared(name)


@pytest.mark.parametrize("name", names())
def test_every_rule_of_decision_writes_no_column_but_those_of_the_choice(name: str) -> None:
    rule = importlib.import_module(f"sim.model.decision.rules.{name}")
    for module in (rule, choosing, commitment):
        assert columns_assigned(inspect.getsource(module)) <= declared("choose")


def test_the_reader_of_assignments_sees_them() -> None:
    text = "person.place, x = 1, 2\none.savings -= 3\ny = head.key\nother.age = 1"
    assert columns_assigned(text) == {"place", "savings"}


def columns_assigned(text: str) -> set[str]:
    """Columns that a module assigns to, anywhere in it: attributes of what it calls a person."""
    return {
        node.attr
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name) and node.value.id in ("person", "head", "one")
    }  # fmt: skip


def test_every_state_is_written_by_a_process_of_the_schedule() -> None:
    rows = {row.name for row in SCHEDULE}
    assert set(MODULES) <= rows
    for name in schema.STATES:
        assert set(schema.BY_NAME[name].written_by) <= rows


def test_the_schedule_prints_itself_in_order() -> None:
    lines = schedule_table().splitlines()
    assert [line.split()[1] for line in lines] == [row.name for row in SCHEDULE]
