"""The schedule, the processes and the schema agree on who writes what."""

import ast
import importlib
import inspect

import pytest

from sim import asking, columns, commitment
from sim.decision import destination_nest, names
from sim.processes import live, pendular, relocate
from sim.schedule import SCHEDULE, schedule_table

MODULES = {
    name: importlib.import_module(f"sim.processes.{name}")
    for name in ("repress", "conscript", "perceive", "visit", "apply", "depart", "settle", "move_on", "record")
} | {"choose": destination_nest}
PARTS = {"choose": commitment, "settle": live, "move_on": pendular, "begin_month": relocate}
"""Modules that do a part of a process."""


@pytest.mark.parametrize("name", MODULES)
def test_a_process_declares_what_the_schema_says_it_writes(name: str) -> None:
    declared = {column.name for column in columns.SCHEMA if name in column.written_by}
    assert declared == set(MODULES[name].WRITES)
    assert set(MODULES[name].READS) <= set(columns.BY_NAME)


@pytest.mark.parametrize("name", MODULES)
def test_a_process_writes_no_column_that_it_does_not_declare(name: str) -> None:
    assert columns_assigned(inspect.getsource(MODULES[name])) <= set(MODULES[name].WRITES)


@pytest.mark.parametrize("name", names())
def test_every_rule_of_decision_writes_what_the_schema_says(name: str) -> None:
    rule = importlib.import_module(f"sim.decision.{name}")
    assert set(rule.WRITES) == {column.name for column in columns.SCHEMA if "choose" in column.written_by}
    assert set(rule.READS) <= set(columns.BY_NAME)
    for module in (rule, asking, commitment):
        assert columns_assigned(inspect.getsource(module)) <= set(rule.WRITES)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_a_process_writes_no_column_that_the_process_does_not_declare(name: str) -> None:
    written = columns_assigned(inspect.getsource(PARTS[name]))
    assert written <= {column.name for column in columns.SCHEMA if name in column.written_by}
    assert written or name == "begin_month"


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
    for name in columns.STATES:
        assert set(columns.BY_NAME[name].written_by) <= rows


def test_the_schedule_prints_itself_in_order() -> None:
    lines = schedule_table().splitlines()
    assert [line.split()[1] for line in lines] == [row.name for row in SCHEDULE]
