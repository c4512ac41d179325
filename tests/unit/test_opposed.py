"""Policies that oppose each other are told before a run; those that only differ are not."""

from datetime import date

import pytest

from sim.history.catalogue import load_history, scenario_names
from sim.history.history import History
from sim.history.opposed import opposed
from sim.history.parameters import restriction
from sim.history.records import policy_from

VISA = "poland.national_visa"
END = date(2026, 8, 31)


def policy(name, start, until=None, **change):
    changes = {VISA: {"closed": 0, "except": [], "revoke": [], **change}}
    event = {"from": start, "until": until, "source": "counterfactual", "changes": changes}
    return policy_from(name, {"description": "Made up.", "actor": "Poland", "events": {f"{name}_event": event}})


def told(*policies, until=END):
    return opposed(History.of([restriction("poland", "national_visa")]).enact(*policies), until)


def test_who_is_shut_out_by_one_and_let_in_by_another_is_told():
    shut = policy("shut", "2023-01-01", closed=1, **{"except": ["family"]})
    let_in = policy("let_in", "2024-07-01", "2025-06-30", **{"except": ["study", "family"]})
    (said,) = told(shut, let_in)
    assert said == (
        f"Policies oppose each other: shut closes {VISA} to study from 2024-07-01 to 2025-06-30, and let_in excepts "
        "them; exceptions unite, so it is open to them."
    )
    assert told(let_in, shut) == (said,)


def test_a_revoked_exception_stays_closed():
    shut = policy("shut", "2023-01-01", closed=1, revoke=["study"])
    (said,) = told(shut, policy("let_in", "2023-01-01", **{"except": ["study"]}))
    assert said.endswith(
        "from 2023-01-01, and let_in excepts them; what is revoked is closed, so it is closed to them."
    )


def test_a_closing_in_part_is_not_lifted_by_what_another_closing_excepts():
    narrow = policy("narrow", "2023-01-01", closed=0.4)
    (said,) = told(narrow, policy("ban", "2023-01-01", closed=1, **{"except": ["study"]}))
    assert said.endswith(
        "exceptions unite, but a closing in part, which its own exceptions alone lift, holds for them."
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (policy("shut", "2023-01-01", closed=1), policy("shut_too", "2023-01-01", closed=0.5)),
        (policy("shut", "2023-01-01", "2023-12-31", closed=1), policy("later", "2024-01-01", **{"except": ["study"]})),
        (policy("spares", "2023-01-01", closed=1, **{"except": ["study"]}),
         policy("opens", "2023-01-01", **{"except": ["study"]})),
        (policy("shut", "2023-01-01", closed=1), policy("after", "2027-01-01", **{"except": ["study"]})),
    ],
    ids=["both close", "not in the same months", "the same people spared", "after the end"],
)  # fmt: skip
def test_policies_that_do_not_oppose_each_other_are_not_told(one, other):
    assert told(one, other) == ()


def test_no_scenario_of_the_repository_opposes_itself():
    found = {name: opposed(load_history(name), END) for name in scenario_names()}
    assert not any(found.values()), found
