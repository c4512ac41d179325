"""The model's page keeps up with the model: schema, coefficients, dated parameters, luck and schedule."""

import re
from pathlib import Path

import pytest

from sim.history.coefficients import RECORDS
from sim.history.compiled import BELARUS, LAW, PLACES, RULES, World
from sim.model.schedule import SCHEDULE
from sim.numerics.codes import EVENT, REASON
from sim.numerics.luck import WORDS
from sim.population.schema import schema_table

PAGE = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
TERMS = set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", PAGE))
OF_THE_SYNTHESIS = {"replicate", "trait_a", "trait_b", "trait_c", "trait_d"}


def test_the_schema_on_the_page_is_that_of_the_program():
    assert PAGE.split("<!-- schema -->\n")[1].split("\n<!-- end of schema -->")[0] == schema_table()


@pytest.mark.parametrize("name", RECORDS)
def test_every_coefficient_is_on_the_page(name):
    assert name in TERMS


@pytest.mark.parametrize("name", [*World._fields, *(n for d in (LAW, RULES, PLACES, BELARUS) for n in d.names)])
def test_every_dated_parameter_is_on_the_page(name):
    assert name in TERMS


@pytest.mark.parametrize("name", [name for name in EVENT])
def test_every_event_is_on_the_page(name):
    assert f"*{name}*" in PAGE or f"*{name.capitalize()}*" in PAGE


@pytest.mark.parametrize("reason", list(REASON))
def test_every_reason_is_on_the_page(reason):
    assert f"*{reason}*" in PAGE


def test_every_word_of_luck_in_use_is_on_the_page():
    """Slots, onward and relocation noise are told by a rule for all sixteen."""
    purposes = {name for name in WORDS if name not in OF_THE_SYNTHESIS and not re.search(r"_\d$", name)}
    words = {word for name in purposes for word in WORDS[name] if not word.startswith(("spare", "slots", "channels"))}
    assert words | purposes <= TERMS


def test_the_schedule_on_the_page_is_that_of_the_program():
    rows = re.findall(r"^\| ([a-z_]+) \| .+ \|$", PAGE.split("### 1.3 Schedule")[1].split("### 1.4")[0], re.MULTILINE)
    assert [row for row in rows if row != "process"] == [process.name for process in SCHEDULE]
