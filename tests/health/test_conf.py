"""The configuration is sound: scenarios compose, policies enact, every number has unit, source and confidence."""

from datetime import date

import numpy as np
import pytest

from sim.history import catalogue
from sim.history.parameters import CONFIDENCES, FIRST_DAY, LAST_DAY, HistoryError, Setting
from sim.numerics.months import month

PARAMETERS = catalogue.load_parameters()
POLICIES = catalogue.load_policies()
SHOCKS = catalogue.load_shocks()
BUNDLES = {**SHOCKS, **POLICIES}
HISTORIES = {name: catalogue.load_history(name) for name in catalogue.scenario_names()}
HISTORICAL = HISTORIES["historical"]
COUNTERFACTUALS = sorted(set(HISTORIES) - {"historical"})


def test_no_list_of_these_tests_is_empty():
    assert len(PARAMETERS) > 1000 and len(POLICIES) > 75 and len(COUNTERFACTUALS) > 40
    assert {name for name in SHOCKS if SHOCKS[name].historical} == {"crackdown_2020", "war_2022", "covid_2020"}


@pytest.mark.parametrize("scenario", COUNTERFACTUALS)
def test_a_scenario_differs_from_what_happened(scenario):
    assert HISTORIES[scenario] != HISTORICAL


@pytest.mark.parametrize("scenario", sorted(HISTORIES))
def test_every_policy_enacts_with_every_scenario(scenario):
    history = HISTORIES[scenario]
    in_force = {policy.name: policy for policy in history.policies}
    for name, policy in BUNDLES.items():
        if name in in_force:
            assert history.without(name).enact(in_force[name]) == history  # where a scenario ends one, the ended one
            history.without(name).enact(policy).check()
        else:
            enacted = history.enact(policy)
            assert enacted.without(name) == history
            for event in policy.events:
                for change in event.changes:
                    enacted.monthly(change.parameter, 84)


@pytest.mark.parametrize("draw", range(40))
def test_random_bundles_compose_or_are_refused_by_name(draw):
    """Of all that is adopted or proposed, any twelve together on any scenario, with nothing in between."""
    luck = np.random.default_rng(draw)
    history = HISTORIES[sorted(HISTORIES)[luck.integers(len(HISTORIES))]]
    in_force = {policy.name for policy in history.policies}
    free = sorted(set(BUNDLES) - in_force)
    chosen = [BUNDLES[free[i]] for i in luck.permutation(len(free))[:12]]
    try:
        together = history.enact(*chosen).check()
    except HistoryError as error:
        said = str(error)
        names = {event.name for bundle in (*chosen, *history.policies) for event in bundle.events}
        assert "\n" not in said and any(name in said for name in names)
        return
    assert together.without(*(bundle.name for bundle in chosen)) == history


def test_not_every_random_draw_is_refused():
    proposed = [bundle for bundle in BUNDLES.values() if not bundle.historical]
    assert len(proposed) >= 25
    assert len(HISTORICAL.enact(*proposed).check().policies) == len(HISTORICAL.policies) + len(proposed)


@pytest.mark.parametrize("scenario", COUNTERFACTUALS)
def test_a_scenario_says_what_it_adds_to_the_rules_in_force(scenario):
    """Each scenario's own part is told, and is in effect, but for the one that repeats the adopted law."""
    added = HISTORIES[scenario].adds(HISTORICAL)
    assert added and all(item.sentence.strip() and "\n" not in item.sentence for item in added)
    verdicts = {item.verdict for item in added}
    assert verdicts <= {"effective", "shadowed"}
    assert ("effective" in verdicts) == (scenario != "lithuania_visa_ban_with_exceptions")


@pytest.mark.parametrize("name", sorted(name for name, bundle in BUNDLES.items() if not bundle.historical))
def test_a_proposal_says_whose_it_is_and_is_played_by_a_scenario(name):
    played = {policy.name for history in HISTORIES.values() for policy in history.policies}
    assert name in played
    for event in BUNDLES[name].events:
        assert event.confidence == "assumption" and event.source


STRICT = ("lithuania_tourist_stop", "schengen_tourist_stop", "lithuania_residence_ban")
STRICT += ("lithuania_renewal_ban", "baltic_package", "eu_package", "exit_closed")


@pytest.mark.parametrize("name", STRICT)
def test_a_stricter_rule_opens_nothing_to_nobody(name):
    stricter = HISTORICAL.enact(BUNDLES[name])
    for event in BUNDLES[name].events:
        for change in event.changes:
            was, now = HISTORICAL.open_shares(change.parameter, 84), stricter.open_shares(change.parameter, 84)
            assert (now <= was).all(), change.parameter


def numbers():
    for parameter in PARAMETERS:
        yield from ((parameter.name, item) for item in parameter.values)
    for bundle in BUNDLES.values():
        for event in bundle.events:
            for change in event.changes:
                if isinstance(change, Setting):
                    yield from ((f"{event.name}: {change.parameter}", item) for item in change.values)


def test_every_number_has_source_and_confidence():
    for where, item in numbers():
        assert item.source.strip() and item.confidence in CONFIDENCES, where
    for bundle in BUNDLES.values():
        for event in bundle.events:
            assert event.source.strip() and event.confidence in CONFIDENCES, event.name


def test_every_parameter_has_unit_and_meaning():
    assert not [
        parameter.name for parameter in PARAMETERS if not parameter.unit.strip() or not parameter.meaning.strip()
    ]


def test_an_assumption_says_why():
    for bundle in BUNDLES.values():
        for event in bundle.events:
            if event.confidence == "assumption":
                assert event.note or all(
                    "assumption" in item.source for change in event.changes if isinstance(change, Setting)
                    for item in change.values
                ), event.name  # fmt: skip


def test_dates_lie_inside_the_horizon():
    for bundle in BUNDLES.values():
        for event in bundle.events:
            assert FIRST_DAY <= event.start <= LAST_DAY
            assert event.until is None or event.until >= event.start
            assert date(2018, 1, 1) <= event.announced <= event.start
    assert all(item.date <= LAST_DAY for _, item in numbers())


def test_sources_are_named_by_author_and_title():
    texts = [item.source for _, item in numbers()]
    texts += [text for bundle in BUNDLES.values() for event in bundle.events for text in (event.source, event.note)]
    assert not [text for text in texts if "seed 0" in text or "seed0" in text]


@pytest.mark.parametrize("name", sorted(name for name, policy in BUNDLES.items() if policy.historical))
def test_every_historical_event_is_in_force_and_counts(name):
    verdicts = {(item.event, item.verdict) for item in HISTORICAL.without(name).adds(HISTORICAL)}
    events = {event.name for event in BUNDLES[name].events}
    assert {event for event, _ in verdicts} == events
    assert {event for event, verdict in verdicts if verdict == "effective"} == events


def test_the_ban_takes_every_exception():
    for instrument in ("short_visa", "national_visa"):
        shares = HISTORIES["lithuania_visa_ban"].open_shares(f"lithuania.{instrument}", 84)
        assert not shares[month("2023-06") :].any()
    permits = HISTORIES["lithuania_visa_ban"].open_shares("lithuania.permit", 84)
    assert (permits == HISTORICAL.open_shares("lithuania.permit", 84)).all()
    assert (HISTORIES["lithuania_full_ban"].open_shares("lithuania.asylum", 84) == 1).all()


def test_a_ban_with_the_exceptions_in_force_is_told_to_be_shadowed():
    added = HISTORIES["lithuania_visa_ban_with_exceptions"].adds(HISTORICAL)
    assert {item.verdict for item in added} == {"shadowed"}
    assert {name for item in added for name in item.shadowed_by} == {"lithuania_restrictive_law"}


def test_the_detentions_of_a_year_are_the_observed_ones():
    detentions = HISTORICAL.monthly("belarus.detentions", 84)
    assert detentions[24:36].sum() == pytest.approx(6443, rel=0.005)  # Viasna, 2021
    assert detentions[48:60].sum() == pytest.approx(6386, rel=0.005)  # Viasna, 2023
    assert detentions[19:24].sum() == pytest.approx(28_000, rel=0.005)  # analyst's total of 2020
    assert np.all(HISTORIES["no_crackdown"].monthly("belarus.detentions", 84) == 20)


def test_drafts_sum_to_two_of_ten_thousand_a_year():
    draft = HISTORICAL.monthly("belarus.draft", 84)
    assert [round(draft[12 * year : 12 * year + 12].sum()) for year in range(7)] == pytest.approx([20_000] * 7, abs=2)
