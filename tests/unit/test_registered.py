"""What is registered before a fit: every pattern has one target, and faults of the file are told in words."""

import copy

import pytest
import yaml
from pydantic import ValidationError

from sim.observation.observed import patterns
from sim.observation.registered import EXPERIMENT, FILE, FIT, INPUT, Registered, Threshold, of_role, registered, targets
from sim.report.registered import PAGE, page

CONTENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_every_pattern_has_a_target_and_what_is_drawn_upon_is_not_fitted():
    assert set(targets()) == set(patterns())
    circular = {(one.quantity, one.destination) for one in of_role(FIT) if one.fitted}
    allowed = {"first_permits", "first_permits_long", "departures", "arrivals", "net_migration", "immigrants_183_days"}
    allowed |= {"by_channel", "it_left", "it_to_place", "asylum_applications"}  # constants, multiples: fitted here anew
    assert {quantity for quantity, _ in circular} <= allowed
    assert {one.quantity for one in of_role(INPUT)} >= {"short_visas", "recognition_share", "present_change"}


def test_natural_experiments_are_left_out_of_the_fit():
    left = {(one.quantity, one.destination, one.end[:4]) for one in of_role(EXPERIMENT)}
    for place in ("lithuania", "latvia", "czechia"):
        assert ("first_permits", place, "2022") in left
    fitted = [one for one in of_role(FIT) if one.quantity == "first_permits" and one.end > "2022"]
    assert {one.destination for one in fitted} == {"estonia", "germany", "other_eu"}


def test_a_split_sees_nothing_that_is_known_later():
    assert all(one.end <= "2020-12-31" for one in of_role(FIT, "2020-12"))
    assert 20 < len(of_role(FIT, "2020-12")) < len(of_role(FIT, "2021-12")) < len(of_role(FIT))
    for split in registered().splits.values():
        assert split.fit_until <= "2022-12" and (split.predict_until or "2022-12") <= "2022-12"


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("targets", 0, "role"), "fitt", "unknown role 'fitt'"),
        (("targets", 8, "error", "family"), "normal", "unknown family 'normal'"),
        (("targets", 8, "error", "degrees"), None, "takes degrees, discrepancy, sd"),
        (("targets", 0, "error"), {"family": "share", "sample": 9, "discrepancy": 1}, "has no error"),
        (("thresholds", "recovery"), None, "'recovery' is missing"),
        (("thresholds", "coverage_80", "must"), 0.5, "does not suit better: within"),
        (("splits", "2020", "predict_from"), "2020-06", "lies after what is fitted"),
        (("baselines",), ["persistence"], "all of them"),
        (("registered",), "soon", "soon"),
    ],
)
def test_faults_are_told(where, value, said):
    changed = copy.deepcopy(CONTENT)
    inner = changed
    for key in where[:-1]:
        inner = inner[key]
    if value is None:
        del inner[where[-1]]
    else:
        inner[where[-1]] = value
    with pytest.raises(ValidationError, match=said):
        Registered.model_validate(changed)


def test_verdicts():
    skill, coverage = registered().thresholds["rolling_skill"], registered().thresholds["coverage_80"]
    assert [skill.verdict(value) for value in (-0.1, 0.1, 0.3)] == ["missed", "must", "aim"]
    assert [coverage.verdict(value) for value in (0.65, 0.72, 0.8, 0.95)] == ["missed", "must", "aim", "missed"]
    assert Threshold.model_validate(CONTENT["thresholds"]["stock_ape"]).verdict(0.12) == "must"


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page()
