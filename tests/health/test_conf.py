"""The configuration is sound: scenarios compose, policies enact, every number has unit, source and confidence."""

import re
from datetime import date

import numpy as np
import pytest
import yaml

from sim.analysis.additions import additions
from sim.history import catalogue, inventory
from sim.history.assumed import assumed
from sim.history.clock import clock, last_day
from sim.history.drivers import driver_of, drivers, unclassed
from sim.history.parameters import CONFIDENCES, FIRST_DAY, Setting
from sim.history.records import policy_from
from sim.numerics.errors import HistoryError
from sim.numerics.locations import CONF
from sim.numerics.months import month

LAST_DAY, MONTHS = last_day(clock().last), clock().last + 1

PARAMETERS = inventory.load_parameters()
POLICIES = catalogue.load_policies()
SHOCKS = catalogue.load_shocks()
BUNDLES = {**SHOCKS, **POLICIES}
HISTORIES = {name: catalogue.load_history(name) for name in catalogue.scenario_names()}
HISTORICAL = HISTORIES["historical"]
COUNTERFACTUALS = sorted(set(HISTORIES) - {"historical"})


def test_no_list_of_these_tests_is_empty():
    assert len(PARAMETERS) > 1000 and len(POLICIES) > 75 and len(COUNTERFACTUALS) > 40
    assert {name for name in SHOCKS if SHOCKS[name].historical} == {
        "crackdown_2020", "war_2022", "covid_2020", "migrants_funnelled_2021", "wagner_2023",
    }  # fmt: skip


@pytest.mark.parametrize("scenario", COUNTERFACTUALS)
def test_a_scenario_differs_from_what_happened(scenario):
    assert HISTORIES[scenario] != HISTORICAL


@pytest.mark.parametrize("part", [pytest.param(part, marks=pytest.mark.slow if part else ()) for part in range(8)])
@pytest.mark.parametrize("scenario", sorted(HISTORIES))
def test_every_policy_enacts_with_every_scenario(scenario, part):
    """One policy in eight with each scenario, others with the next, so that all are met; the rest is slow."""
    history, turn = HISTORIES[scenario], sorted(HISTORIES).index(scenario)
    in_force = {policy.name: policy for policy in history.policies}
    for name, policy in list(BUNDLES.items())[(turn + part) % 8 :: 8]:
        if name in in_force:
            assert history.without(name).enact(in_force[name]) == history  # where a scenario ends one, the ended one
            history.without(name).enact(policy).check()
        else:
            enacted = history.enact(policy)
            assert enacted.without(name) == history
            for event in policy.events:
                for change in event.changes:
                    enacted.monthly(change.parameter, MONTHS)


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
    added = additions(HISTORIES[scenario], HISTORICAL)
    assert added and all(item.sentence.strip() and "\n" not in item.sentence for item in added)
    verdicts = {item.verdict for item in added}
    assert verdicts <= {"effective", "shadowed"}
    to_the_law = additions(HISTORIES[scenario], HISTORICAL, date(2026, 5, 2))  # the last day of the law of 2023
    repeats = {item.verdict for item in to_the_law} == {"shadowed"}
    assert "effective" in verdicts and repeats == (scenario == "lithuania_visa_ban_with_exceptions")


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
            was, now = HISTORICAL.open_shares(change.parameter, MONTHS), stricter.open_shares(change.parameter, MONTHS)
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
    happened = [parameter.name for parameter in PARAMETERS]
    happened += [f"{event.name}: {change.parameter}" for bundle in BUNDLES.values() if bundle.historical
                 for event in bundle.events for change in event.changes]  # fmt: skip
    known = {where for where, item in numbers() if item.date <= last_day(clock().known)}
    beyond = {where for where, item in numbers() if item.date > last_day(clock().known)} & set(happened)
    assert beyond == {"georgia_work_permits: georgia.visa_free.works"}  # adopted, and dated
    assert len(known) > 1000


def test_sources_are_named_by_author_and_title():
    texts = [item.source for _, item in numbers()]
    texts += [text for bundle in BUNDLES.values() for event in bundle.events for text in (event.source, event.note)]
    assert not [text for text in texts if "seed 0" in text or "seed0" in text]


@pytest.mark.parametrize("name", sorted(name for name, policy in BUNDLES.items() if policy.historical))
def test_every_historical_event_is_in_force_and_counts(name):
    verdicts = {(item.event, item.verdict) for item in additions(HISTORICAL.without(name), HISTORICAL)}
    events = {event.name for event in BUNDLES[name].events}
    assert {event for event, _ in verdicts} == events
    assert {event for event, verdict in verdicts if verdict == "effective"} == events


def test_the_ban_takes_every_exception():
    for instrument in ("short_visa", "national_visa"):
        shares = HISTORIES["lithuania_visa_ban"].open_shares(f"lithuania.{instrument}", MONTHS)
        assert not shares[month("2023-06") :].any()
    permits = HISTORIES["lithuania_visa_ban"].open_shares("lithuania.permit", MONTHS)
    assert (permits == HISTORICAL.open_shares("lithuania.permit", MONTHS)).all()
    assert (HISTORIES["lithuania_full_ban"].open_shares("lithuania.asylum", MONTHS) == 1).all()


def test_a_ban_with_the_exceptions_in_force_is_told_to_be_shadowed():
    added = additions(HISTORIES["lithuania_visa_ban_with_exceptions"], HISTORICAL, date(2026, 5, 2))
    assert {item.verdict for item in added} == {"shadowed"}
    assert {name for item in added for name in item.shadowed_by} == {"lithuania_restrictive_law"}


def test_the_detentions_of_a_year_are_the_observed_ones():
    detentions = HISTORICAL.monthly("belarus.detentions", MONTHS)
    assert detentions[24:36].sum() == pytest.approx(6443, rel=0.005)  # Viasna, 2021
    assert detentions[48:60].sum() == pytest.approx(6386, rel=0.005)  # Viasna, 2023
    assert detentions[19:24].sum() == pytest.approx(28_000, rel=0.005)  # analyst's total of 2020
    assert np.all(HISTORIES["no_crackdown"].monthly("belarus.detentions", MONTHS) == 20)


def test_drafts_sum_to_two_of_ten_thousand_a_year():
    draft = HISTORICAL.monthly("belarus.draft", MONTHS)
    assert [round(draft[12 * year : 12 * year + 12].sum()) for year in range(12)] == pytest.approx([20_000] * 12, abs=2)


def test_every_parameter_belongs_to_a_driver_or_is_kept_for_a_reason():
    assert not unclassed(PARAMETERS)
    moved = {driver_of(parameter.name, drivers().values()) for parameter in PARAMETERS}
    assert moved - {None} == set(drivers().values())  # a driver without parameters would be a slip


@pytest.mark.parametrize("course", catalogue.course_names())
def test_every_course_says_of_every_driver_what_becomes_of_it(course):
    followed, history = catalogue.load_course(course), catalogue.load_history(course=course)
    assert list(followed.multiples) == list(drivers())
    assert all(item.confidence == "assumption" and "assumption: " in item.source
               for values in followed.multiples.values() for item in values)  # fmt: skip
    assert history.check().course == followed
    months = clock().last + 1
    for driver in drivers().values():
        names = [parameter.name for parameter in PARAMETERS if driver_of(parameter.name, drivers().values()) == driver]
        for name in names:
            ours, held = history.monthly(name, months), HISTORICAL.monthly(name, months)
            assert (ours[: clock().known + 1] == held[: clock().known + 1]).all(), name  # what is known is no matter
            low, high = HISTORICAL.parameter(name).low, HISTORICAL.parameter(name).high
            last = followed.multiples[driver.name][-1].value
            known = held[-12:]
            expected = np.where(np.isinf(known), known, np.clip(np.nan_to_num(known * last), low, high))
            assert np.allclose(ours[-12:], expected), (course, name)
    other = [name for name in drivers() if followed.multiples[name][-1].value != 1]
    assert (course == "held") == (not other)


def test_a_course_moves_no_rule():
    worse = catalogue.load_history(course="worse")
    for parameter in PARAMETERS:
        if driver_of(parameter.name, drivers().values()) is None:
            ours, held = (history.at_ends(parameter.name, MONTHS) for history in (worse, HISTORICAL))
            assert (ours == held).all(), parameter.name


def test_branches_say_what_is_not_known_and_which_is_meant():
    branches = catalogue.load_branches()
    assert {policy.name for policy in branches if not policy.historical} >= {"lithuania_law_extended_2026"}
    end = last_day(clock().last)
    said = assumed(HISTORICAL, HISTORICAL, branches, end, end.year)[0]
    for policy in branches:
        assert policy.branch.unknown in said
        assert (policy.branch.enacted if policy.historical else policy.branch.otherwise) in said
    extended = assumed(HISTORICAL, HISTORIES["lithuania_law_extended_2026"], branches, end, end.year)[0]
    law = BUNDLES["lithuania_law_extended_2026"].branch
    assert f"in the baseline {law.otherwise}, in the scenario {law.enacted}" in extended


def test_the_law_lapses_unless_it_is_extended():
    shares = {name: HISTORIES[name].open_shares("lithuania.national_visa", MONTHS)[:, 0]
              for name in ("historical", "lithuania_law_extended_2026")}  # fmt: skip
    assert shares["historical"][month("2026-04")] == 0 and shares["historical"][month("2026-06")] == 1
    assert shares["lithuania_law_extended_2026"][month("2027-12")] == 0
    assert shares["lithuania_law_extended_2026"][month("2028-01")] == 1


def test_a_ban_of_2027_takes_effect_in_2027():
    ban = HISTORIES["lithuania_full_ban_2027"]
    for instrument in ("short_visa", "national_visa", "permit", "renewal"):
        ours, base = (h.open_shares(f"lithuania.{instrument}", MONTHS) for h in (ban, HISTORICAL))
        first = int(np.flatnonzero((ours != base).any(axis=1))[0])
        assert first == month("2027-07") and not ours[first:].any()
    assert (ban.open_shares("lithuania.asylum", MONTHS) == 1).all()


EXAMPLES = re.findall(r"`(\w+(?:\.\w+)+): ([^`]+)`", (CONF / "policy" / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("parameter", "value"), EXAMPLES)
def test_an_example_of_the_page_of_policies_is_sound(parameter, value):
    event = {"from": "2023-07-01", "source": "counterfactual", "changes": {parameter: yaml.safe_load(value)}}
    made = policy_from("example", {"description": "an example", "actor": "nobody", "events": {"example": event}})
    assert HISTORICAL.enact(made).check()


def test_examples_of_the_page_of_policies_are_found():
    assert {"georgia.visa_free.stay", "poland.it_scheme.sectors", "lithuania.held"} <= {name for name, _ in EXAMPLES}
