"""Periods of rules in two worlds: cuts of both, states, and which rules are told."""

from datetime import date

import pytest

from sim.analysis.rule_periods import rule_periods, state
from sim.history import wording
from sim.history.history import History
from sim.history.parameters import Closing, Dated, Parameter, Setting, restriction
from sim.history.policies import Event, Policy
from sim.runs.tables import OF_COMPARISONS

D = date.fromisoformat
UNTIL = D("2021-12-31")


def dated(*pairs):
    return tuple(Dated(D(at), value, "test", "found") for at, value in pairs)


def number(name, *pairs, interpolate="step"):
    return Parameter(name, "a number", "EUR", "set", interpolate, 0.0, 1000.0, dated(*pairs))


BASE = History.of(
    [
        restriction("latvia", "permit"),
        restriction("latvia", "national_visa"),
        number("latvia.work.fee", ("2019-01-01", 70), ("2020-01-01", 80)),
        number("latvia.study.fee", ("2019-01-01", 70), ("2020-01-01", 80)),
        number("latvia.rent", ("2019-01-01", 100), ("2021-01-01", 831), interpolate="linear"),
    ]
)


def acting(name, start, until, *changes):
    end = D(until) if until else None
    return Policy(
        name, "a policy", "somebody", True, (Event(f"{name}_acts", D(start), D(start), end, changes, "t", "found"),)
    )


def told(baseline, scenario, name):
    table = rule_periods(baseline, scenario, UNTIL)
    assert table.columns.tolist() == OF_COMPARISONS["rules"].names
    table = table[table["parameter"] == name]
    return table.drop(columns=["parameter", "destination", "channel"]).to_records(index=False).tolist()


def test_a_rule_is_told_by_the_periods_of_both_worlds():
    closed = BASE.enact(acting("one", "2020-03-01", "2020-05-31", Closing("latvia.permit", 1, ("family",))))
    other = closed.enact(acting("two", "2020-05-01", None, Closing("latvia.permit", 0.5)))
    part = ("in part", "in part")
    assert told(closed, other, "latvia.permit") == [
        ("2019-01-01", "2020-02-29", "open", "open", "open", "open"),
        ("2020-03-01", "2020-04-30", "closed except family", "closed except family", *part),
        ("2020-05-01", "2020-05-31", "closed except family", "closed except family (50% closed)", *part),
        ("2020-06-01", "2021-12-31", "open", "50% closed", "open", "in part"),
    ]
    assert told(closed, other, "latvia.national_visa") == [], "it is open throughout"
    assert len(told(closed, closed, "latvia.permit")) == 3, "it is told though it does not differ"


def test_whom_a_closing_spares_may_be_shut_out_later():
    """The last exception that is taken away leaves nobody in."""
    spares = BASE.enact(acting("one", "2020-01-01", None, Closing("latvia.permit", 1, ("family", "study"))))
    history = spares.enact(
        acting("two", "2020-02-01", None, Closing("latvia.permit", 1, (), ("family",))),
        acting("three", "2020-03-01", None, Closing("latvia.permit", 1, (), ("study",))),
    )
    rows = told(history, history, "latvia.permit")
    assert [row[-1] for row in rows] == ["open", "in part", "in part", "closed"]
    assert [row[2] for row in rows] == ["open", "closed except family, study", "closed except study", "closed"]


def test_numbers_are_told_if_they_differ():
    """With all their dates; a straight line by the events that act on it."""
    changed = BASE.enact(
        acting("one", "2021-01-01", None, Setting("latvia.work.fee", dated(("2021-01-01", 90)))),
        acting("two", "2020-01-01", "2020-12-31", Setting("latvia.rent", dated(("2020-01-01", 5)))),
    )
    assert told(BASE, changed, "latvia.study.fee") == []
    values = ("value", "value")
    assert told(BASE, changed, "latvia.work.fee") == [
        ("2019-01-01", "2019-12-31", "70 EUR", "70 EUR", *values),
        ("2020-01-01", "2020-12-31", "80 EUR", "80 EUR", *values),
        ("2021-01-01", "2021-12-31", "80 EUR", "90 EUR", *values),
    ]
    assert told(BASE, changed, "latvia.rent") == [
        ("2019-01-01", "2019-12-31", "100 EUR", "100 EUR", *values),
        ("2020-01-01", "2020-12-31", "465 EUR", "5 EUR", *values),
        ("2021-01-01", "2021-12-31", "831 EUR", "831 EUR", *values),
    ]
    table = rule_periods(BASE, changed, UNTIL).set_index("parameter")
    assert table["destination"].unique().tolist() == ["latvia"]
    assert table.loc["latvia.work.fee", "channel"].unique().tolist() == ["work"]
    assert table.loc["latvia.rent", "channel"].unique().tolist() == [""]


@pytest.mark.parametrize(
    ("open_to", "others", "expected"),
    [(1.0, 1.0, "open"), (0.0, 0.0, "closed"), (1.0, 0.0, "in part"), (0.7, 0.7, "in part"), (0.0, 0.7, "in part")],
)
def test_a_rule_is_open_closed_or_in_part(open_to, others, expected):
    row = [others, open_to, *[others] * (wording.COLUMNS - 2)]
    assert state(BASE.parameter("latvia.permit"), row) == expected
    assert state(BASE.parameter("latvia.rent"), [0.0]) == "value"
