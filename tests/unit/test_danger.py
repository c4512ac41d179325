"""Danger and claims as pure rules of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.history.coefficients import load
from sim.model.decision.claims import claim_probability, may_claim
from sim.model.decision.danger import danger, exposed_danger, happened
from sim.model.processes.protection import revocation_probability
from sim.numerics.codes import CHANNEL, EXPOSURE, SECTOR, STATUS
from sim.numerics.months import LONG_AGO

SHARE = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("detained", "trial", "exit_ban", "said"),
    [(LONG_AGO, LONG_AGO, LONG_AGO, False), (40, LONG_AGO, LONG_AGO, True), (39, LONG_AGO, LONG_AGO, False),
     (LONG_AGO, -200, LONG_AGO, True), (LONG_AGO, LONG_AGO, 100, True), (LONG_AGO, LONG_AGO, 99, False)],
)  # fmt: skip
def test_what_happened(detained, trial, exit_ban, said):
    """In month 100, with a memory of sixty months."""
    assert happened(detained, trial, exit_ban, 100, 60.0) is said


def test_exposure_counts_while_it_is_punished():
    b = load({"danger_media": 0.5, "danger_exposed": 0.1})
    work, none = SECTOR["ngo_media"], SECTOR["none"]
    expected = {"media": (0.5, 1.0), "ngo": (0.5, 1.0), "protest": (0.1, 0.1), "strike": (0.1, 0.1)}
    for name, (working, closed) in {**expected, "war_comment": (0.1, 0.1)}.items():
        assert exposed_danger(b, EXPOSURE[name], work, True) == working
        assert exposed_danger(b, EXPOSURE[name], none, True) == closed
        assert exposed_danger(b, EXPOSURE[name], none, False) == 0.0


@given(SHARE, SHARE, st.floats(0.0, 10.0))
def test_danger_is_a_share_that_the_circle_raises(exposed, more, of_circle):
    found = danger(False, exposed, of_circle)
    assert 0.0 <= found <= 1.0 == danger(True, exposed, of_circle)
    assert found <= danger(False, exposed, of_circle + more) and danger(False, exposed, 0.0) == exposed


def test_who_may_claim():
    asking = {name for name, code in STATUS.items() if may_claim(code, CHANNEL["work"])}
    assert asking == {"visa_free", "visa", "permit", "irregular"}
    assert not any(may_claim(code, CHANNEL["asylum"]) for code in STATUS.values())


@given(SHARE, SHARE, SHARE)
def test_a_claim_needs_a_rate_a_danger_and_an_open_procedure(rate, risk, openness):
    found = claim_probability(rate, risk, openness)
    assert found == min(1.0, rate * risk * openness) and found <= min(rate, risk, openness) + 1e-12


@given(SHARE, SHARE, SHARE, SHARE)
def test_a_closing_of_permits_held_takes_at_least_what_checks_take(checks, jobless, trips, kept):
    alone = revocation_probability(checks, jobless, trips, 1.0)
    assert alone == pytest.approx(min(1.0, checks + jobless + trips))
    assert alone - 1e-12 <= revocation_probability(checks, jobless, trips, kept) <= 1.0
    assert revocation_probability(checks, jobless, trips, 0.0) == 1.0
