"""The world compiled from a history: dated fields at the origin and of places, risk by exposure, the outlook."""

from datetime import date

import numpy as np
import pytest

from sim.analysis.additions import additions
from sim.history.catalogue import load_history
from sim.history.compiled import BELARUS, build, first_difference
from sim.history.inventory import load_destinations
from sim.history.parameters import Dated, Setting
from sim.history.policies import Event, Policy
from sim.history.schema import of_destinations
from sim.model.decision.access import eligible
from sim.model.decision.units import class_groups
from sim.numerics.codes import CHANNEL, EXPOSURE, GROUP, INSTRUMENT, PLACE, SECTOR
from sim.numerics.errors import HistoryError
from sim.numerics.months import month

D = date.fromisoformat
DESTINATIONS = load_destinations()
HISTORY = load_history()
WORLD = build(HISTORY, DESTINATIONS, 84)
WITHOUT_CRACKDOWN = build(load_history("no_crackdown"), DESTINATIONS, 84)
WITHOUT_WAR = build(load_history("no_war"), DESTINATIONS, 84)
SCHENGEN = {"lithuania", "poland", "latvia", "estonia", "germany", "czechia", "other_eu"}
ISSUED = {
    "lithuania": (250_895, 43_577, 7_137),
    "poland": (216_759, 58_533, 13_958),
    "latvia": (57_056, 8_272, 3_706),
    "estonia": (12_146, 2_211, 4_821),
    "germany": (35_187, 8_276, 6_484),
    "czechia": (21_137, 3_330, 3_558),
    "other_eu": (50_294, 10_578, 17_821),
}
"""Short-stay visas issued in Belarus in 2019, 2020 and 2021 (EU visa statistics, DG HOME)."""


def changed(name, start, value):
    """The history with one number changed from a day on."""
    dated = (Dated(start, value, "test", "found"),)
    one = Event("changed", start, start, None, (Setting(name, dated),), "test", "found")
    return HISTORY.enact(Policy("changed", "a change", "somebody", False, (one,)))


def of_place(name, field, world=WORLD):
    return world.places[field][:, PLACE[name]]


def test_risk_is_even_before_the_crackdown_and_without_it():
    assert WORLD.risk.shape == (84, len(EXPOSURE))
    assert (WORLD.risk[: month("2020-08")] == 1).all()
    column = EXPOSURE["war_comment"]
    assert (np.delete(WITHOUT_CRACKDOWN.risk, column, axis=1) == 1).all()


def test_risk_of_protest_falls_but_stays_and_comments_on_the_war_begin_with_it():
    protest, comment = WORLD.risk[:, EXPOSURE["protest"]], WORLD.risk[:, EXPOSURE["war_comment"]]
    assert protest[month("2020-09")] > protest[month("2021-09")] > 1
    assert (comment[: month("2022-02")] == 1).all() and comment[month("2022-03")] > 10
    assert (WITHOUT_WAR.risk[:, EXPOSURE["war_comment"]] == 1).all()


@pytest.mark.parametrize("place", sorted(ISSUED))
def test_visas_times_openness_are_those_issued(place):
    """Within 6 per cent: months are means over days, and the closings are rounded to a thousandth."""
    taken = WORLD.openness[:, PLACE[place], INSTRUMENT["short_visa"], 0]
    monthly = of_place(place, "visas") * taken
    assert [monthly[12 * y : 12 * y + 12].sum() for y in range(3)] == pytest.approx(ISSUED[place], rel=0.06)


def test_only_schengen_states_issue_visas():
    issue = {name for name in DESTINATIONS if of_place(name, "visas").any()}
    assert issue == SCHENGEN == {name for name, one in DESTINATIONS.items() if one.schengen}


def test_the_screening_of_lithuania_begins_with_the_questionnaire_and_revokes_from_2023():
    false, true = of_place("lithuania", "screening_false"), of_place("lithuania", "screening_true")
    assert not false[: month("2022-11")].any() and (false[month("2022-12") :] > 0).all()
    assert (true[month("2022-12") :] >= false[month("2022-12") :]).all()
    revoked = of_place("lithuania", "revocation")
    assert not revoked[: month("2023-08")].any() and (revoked[month("2023-09") :] > 0).all()
    assert not of_place("poland", "revocation").any()


def test_silence_is_no_screening_and_no_limit():
    for name in DESTINATIONS:
        assert (of_place(name, "inflow_limit") == np.inf).all() and (of_place(name, "tightening") == 1).all()
        assert not of_place(name, "rent_response").any() and (of_place(name, "city") > 1e5).all()
        for field in of_destinations():
            assert f"{name}.{field}" in HISTORY.parameters


def test_the_origin_has_its_new_fields():
    for field in ("pardon", "officers", "summons_reach", "study_abroad", "relocation_it", "return_pull", "reservists"):
        assert field in (BELARUS.names or ())
    assert WORLD.belarus["officers"][month("2020-06")] == 100
    assert WORLD.belarus["study_abroad"][[0, month("2024-01")]].tolist() == [1, 0]
    assert WORLD.belarus["relocation_it"][month("2022-04")] > WORLD.belarus["relocation_it"][month("2021-06")] > 0
    assert not WITHOUT_CRACKDOWN.belarus["relocation_media"][: month("2022-01")].any()
    assert (WORLD.belarus["return_pull"] == 1).all()
    assert WORLD.belarus["pardon"][month("2024-06")] == 0 < WORLD.belarus["pardon"][month("2024-07")]


def test_the_outlook_is_openness_six_months_on_where_it_was_announced():
    last = np.minimum(np.arange(84) + 6, 83)
    calm = ("russia", "germany", "georgia")
    for name in calm:
        for instrument in ("renewal", "permit"):
            at = PLACE[name], INSTRUMENT[instrument]
            assert (WORLD.outlook[:, *at] == WORLD.openness[last][:, *at]).all()
    visa = WORLD.outlook[:, PLACE["lithuania"], INSTRUMENT["national_visa"], 0]
    assert (visa[: month("2022-03")] == 1).all() and visa[month("2022-03")] == 0
    assert visa[month("2023-03")] == 0 and visa[month("2022-12")] == 1  # the law of May 2023 was announced in March


def test_worlds_differ_from_the_month_of_the_announcement():
    ban = build(load_history("lithuania_visa_ban"), DESTINATIONS, 84)
    assert first_difference(WORLD, ban) == month("2023-03")
    assert first_difference(WORLD, WORLD) == 84
    start = HISTORY.event("lithuania_security_refusals").start
    assert first_difference(WORLD, build(changed("lithuania.revocation", start, 0.1), DESTINATIONS, 84)) == 55
    assert first_difference(WORLD, WITHOUT_WAR) <= month("2022-02")


def test_relocation_is_a_channel_of_the_law_where_firms_moved():
    law = WORLD.law[:, CHANNEL["relocation"]]
    there = {name for name in DESTINATIONS if law["exists"][PLACE[name]]}
    assert {"lithuania", "poland", "ukraine", "georgia", "uzbekistan"} < there and "russia" not in there
    uzbek = WORLD.rules["offered"][:, PLACE["uzbekistan"], CHANNEL["relocation"]]
    assert uzbek[month("2022-01")] == 0 and uzbek[month("2022-03")] == 1


def test_a_number_no_world_can_have_is_refused_by_name():
    start = HISTORY.event("lithuania_security_refusals").start
    with pytest.raises(HistoryError, match=r"^lithuania.revocation is 1.0021 on 2023-08-01, outside \[0, 1\]"):
        changed("lithuania.revocation", start, 1.0).check()
    with pytest.raises(HistoryError, match=r"lithuania.revocation: 2 cannot be added to a number of \[0, 1\]$"):
        changed("lithuania.revocation", start, 2.0)


# whom a channel admits


START = D("2021-06-15")


def admitting(channel, **names):
    """The history in which whom a Polish channel admits is changed from 15 June 2021 to 14 June 2022."""
    changes = tuple(
        Setting(f"poland.{channel}.{name}", (Dated(START, value, "test", "found"),)) for name, value in names.items()
    )
    event = Event("opened", D("2021-06-01"), D("2021-06-15"), D("2022-06-14"), changes, "test", "found")
    return HISTORY.enact(Policy("opened", "a change", "somebody", False, (event,)))


def test_whom_a_channel_admits_is_what_its_file_says_unless_a_policy_changes_it():
    for name, destination in DESTINATIONS.items():
        for channel, terms in destination.channels.items():
            rules = WORLD.rules[:, PLACE[name], CHANNEL[channel]]
            sectors = sum(1 << SECTOR[sector] for sector in terms.sectors) or 0xFFFF
            assert set(rules["sectors"]) == {sectors}
            assert set(rules["groups"]) == {sum(1 << GROUP[group] for group in terms.groups)}
            assert {*rules["youngest"], *rules["oldest"]} == set(terms.ages)


def test_a_policy_changes_whom_a_channel_admits_from_the_month_of_its_day():
    masks = {"groups": 0, "sectors": 1 << SECTOR["it"] | 1 << SECTOR["industry"], "youngest": 20, "oldest": 30}
    world = build(admitting("it_scheme", **masks), DESTINATIONS, 84)
    there = world.rules[:, PLACE["poland"], CHANNEL["it_scheme"]]
    before = WORLD.rules[:, PLACE["poland"], CHANNEL["it_scheme"]]
    inside = np.zeros(84, bool)
    inside[month("2021-06") : month("2022-06")] = True  # a month counts as its last day does
    for name, value in masks.items():
        assert (there[name][inside] == value).all() and (there[name][~inside] == before[name][~inside]).all()
    assert first_difference(world, WORLD) == month("2021-06")
    elsewhere = world.rules.copy()
    elsewhere[:, PLACE["poland"], CHANNEL["it_scheme"]] = before
    assert (elsewhere == WORLD.rules).all()


def test_a_channel_opened_to_a_sector_is_on_offer_to_it_in_those_months_alone():
    industry, it = SECTOR["industry"], SECTOR["it"]
    world = build(admitting("it_scheme", groups=0, sectors=1 << industry), DESTINATIONS, 84)
    there = PLACE["poland"], CHANNEL["it_scheme"]
    for when, admitted in (("2021-05", it), ("2021-06", industry), ("2022-05", industry), ("2022-06", it)):
        for sector in (industry, it):
            groups = class_groups(sector, 0)
            law, rules = world.law[there], world.rules[month(when)][there]
            assert eligible(law, rules, sector, groups) == (sector == admitted)


def test_two_policies_that_say_whom_a_channel_admits_conflict_by_name():
    one = admitting("it_scheme", oldest=30)
    change = Setting("poland.it_scheme.oldest", (Dated(D("2022-01-01"), 40, "test", "found"),))
    event = Event("other", D("2022-01-01"), D("2022-01-01"), None, (change,), "test", "found")
    with pytest.raises(HistoryError, match="'opened' and 'other' both set poland.it_scheme.oldest on 2022-01-01"):
        one.enact(Policy("other", "a change", "somebody", False, (event,))).check()


def test_whom_a_channel_admits_is_told_by_names():
    history = admitting("it_scheme", groups=0, sectors=1 << SECTOR["it"] | 1 << SECTOR["industry"], oldest=30)
    assert [item.sentence for item in additions(history, HISTORY)] == [
        "opened: poland.it_scheme.groups: from 2021-06-15 to 2022-06-14 anybody (was it).",
        "opened: poland.it_scheme.oldest: from 2021-06-15 to 2022-06-14 30 years (was 64).",
        "opened: poland.it_scheme.sectors: from 2021-06-15 to 2022-06-14 it, industry (was anybody).",
    ]
    assert all(item.verdict == "effective" for item in additions(history, HISTORY))


def test_places_lie_as_far_from_each_other_as_on_the_globe():
    """Vilnius to Warsaw 394 km, Tbilisi to Yerevan 171 km, Kyiv to Warsaw 690 km; both ways; Minsk as stated."""
    between = WORLD.between
    pairs = {("lithuania", "poland"): 394, ("georgia", "armenia"): 171, ("ukraine", "poland"): 690}
    for (one, other), km in pairs.items():
        assert between[PLACE[one], PLACE[other]] == pytest.approx(km, rel=0.02)
    assert np.array_equal(between, between.T) and np.array_equal(between, np.round(between))
    assert np.array_equal(between[0], WORLD.places["distance"][0])


def test_incomes_follow_wages_in_euro_and_in_it_their_premium():
    wage, premium = of_place("belarus", "wage"), of_place("belarus", "premium_it")
    assert WORLD.belarus["income"][0] == WORLD.belarus["income_it"][0] == 1.0
    assert WORLD.belarus["income"] == pytest.approx(wage / 401.4)
    assert WORLD.belarus["income_it"] == pytest.approx(wage * premium / (401.4 * 4.26))
