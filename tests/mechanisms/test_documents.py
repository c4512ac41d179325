"""What the documents say of policies and events, as the compiled world of a scenario has it: dates, whom, and how much.

Facts are those of the sources that the files of `conf/` name. Nothing is lived through here. Each test is named in
`docs/mechanisms.md` beside a fault in a file of `conf/` that it catches.
"""

from functools import cache

import numpy as np
import pytest

from sim.analysis.case import MONTHLY
from sim.analysis.cases import case_of
from sim.history import coefficients
from sim.history.catalogue import load_history
from sim.history.compiled import build
from sim.history.inventory import load_destinations
from sim.numerics.codes import CHANNEL, CHANNEL_NAMES, EXPOSURE, GROUP, INSTRUMENT, N_CHANNELS, PLACE, SECTOR, STATUS
from sim.numerics.months import month
from sim.observation.observed import patterns

MONTHS = 84
NO_WAGNER, NO_MIGRANTS = "historical~wagner_2023", "historical~migrants_funnelled_2021"
AUTUMN = ("2021-10", "2021-12")


@cache
def world(scenario="historical"):
    """The compiled world of a scenario."""
    return build(load_history(scenario), load_destinations(), MONTHS)


def openness(when, place, instrument, who=None, scenario="historical"):
    """Share of a month for which an instrument is open: to applicants by a channel, to a group, or to anybody."""
    at = 0 if who is None else 1 + CHANNEL[who] if who in CHANNEL else 1 + N_CHANNELS + GROUP[who]
    return float(world(scenario).openness[month(when), PLACE[place], INSTRUMENT[instrument], at])


def rule(when, place, channel, name, scenario="historical"):
    """A dated rule of a channel."""
    return float(world(scenario).rules[name][month(when), PLACE[place], CHANNEL[channel]])


def at_home(when, name, scenario="historical"):
    """A dated condition in Belarus."""
    return float(world(scenario).belarus[name][month(when)])


def there(when, place, name, scenario="historical"):
    """A dated price or fact of a place."""
    return float(world(scenario).places[name][month(when), PLACE[place]])


def test_the_crackdown_begins_with_the_election():
    """9 August 2020; the exposed were at no greater risk before, and are at several times the risk ever after."""
    detentions = world().belarus["detentions"]
    assert detentions[month("2020-08")] > 100 * detentions[month("2020-07")]
    risk = world().risk
    assert (risk[: month("2020-08")] == 1.0).all()
    assert (risk[month("2020-09") :, EXPOSURE["protest"]] > 10.0).all()


def test_the_accused_are_barred_from_leaving_since_december_2021():
    assert [at_home(when, "ban_accused") for when in ("2021-11", "2021-12")] == [0.0, 1.0]


def test_words_on_the_war_are_a_risk_as_protest_was_at_its_height():
    """From the invasion to 9 April 2022; then as protest is by then."""
    comment, protest = world().risk[:, EXPOSURE["war_comment"]], world().risk[:, EXPOSURE["protest"]]
    assert (comment[: month("2022-02")] == 1.0).all()
    assert comment[month("2022-03")] == protest.max()
    assert (comment[month("2022-05") :] == protest[month("2022-05") :]).all()


def test_the_war_begins_on_24_february_2022():
    """Five of the 28 days of that month; in Ukraine it is unsafe ever after."""
    assert there("2022-02", "ukraine", "unsafe") == pytest.approx(5 / 28)
    assert (world().places["unsafe"][month("2022-03") :, PLACE["ukraine"]] == 1.0).all()
    assert (world().places["unsafe"][: month("2022-02")] == 0.0).all() and not world("no_war").places["unsafe"].any()


def test_covid_closes_the_border_of_lithuania_to_visas_in_hand():
    """16 March 2020 to 30 March 2022, relatives and lorry drivers excepted."""
    assert openness("2020-02", "lithuania", "short_visa_entry") == 1.0
    shut = [openness("2020-09", "lithuania", "short_visa_entry", who) for who in (None, "family", "driver")]
    assert shut == [0.0, 1.0, 1.0]
    assert openness("2022-03", "lithuania", "short_visa_entry") == pytest.approx(1 / 31)


def test_decrees_call_reserve_officers():
    """100 by the decrees of May 2020 and March 2021, 150 by that of the day of the invasion; nobody otherwise."""
    officers = world().belarus["officers"]
    assert (officers[[month("2020-06"), month("2021-04")]] == 100.0).all()
    days = 5 / 28 + 23 / 31
    assert officers[[month("2022-02"), month("2022-03")]].sum() == pytest.approx(150.0 * days)
    assert np.count_nonzero(officers) == 4


@pytest.mark.parametrize(
    ("scenario", "half_year", "end"),
    [
        ("mobilisation", ("2022-10", "2023-04"), "2023-04"),
        ("mobilisation_2027", ("2027-03", "2027-08"), "2028-02"),
    ],
)
def test_a_mobilisation_calls_the_reserve_and_leaves_the_drafts_as_they_are(scenario, half_year, end):
    """A tenth of the trained reserve of 500,000 in half a year; meanwhile the reserve may not leave."""
    (first, last), over = map(month, half_year), month(end) + 1
    one, other = (
        build(load_history(name), load_destinations(), over + 12).belarus for name in (scenario, "historical")
    )
    for name in ("summoned", "drafted"):
        assert np.array_equal(one[name], other[name]), name
    assert one["reservists"][first : last + 1].sum() == pytest.approx(50_000, rel=0.01)
    for name in ("ban_reserve", "ban_liable"):
        assert (one[name][first + 1 : over - 1] == 1.0).all(), name
    for name in ("reservists", "ban_reserve"):
        assert not other[name].any() and not one[name][:first].any() and not one[name][over:].any(), name


def test_objectors_find_doors_that_no_adopted_policy_opened():
    """From January 2023, to draft-liable men; in Lithuania more of who asks for asylum are recognised than were."""
    for place in ("latvia", "estonia", "czechia"):
        rules = world("protection_for_objectors").rules[-1][PLACE[place], CHANNEL["humanitarian"]]
        assert rules["groups"] & 1 << GROUP["draft_liable"]
        offered = [
            rule(when, place, "humanitarian", "offered", scenario)
            for scenario in ("historical", "protection_for_objectors")
            for when in ("2022-12", "2023-01")
        ]
        assert offered[1] == offered[2] == offered[0] and offered[3] == 1.0
        for instrument in ("national_visa", "permit"):
            assert openness("2023-01", place, instrument, "humanitarian", "protection_for_objectors") == 1.0
    for when, more in (("2022-12", False), ("2023-01", True)):
        happened, then = (
            rule(when, "lithuania", "asylum", "renewal", scenario)
            for scenario in ("historical", "protection_for_objectors")
        )
        assert (then > happened) == more and (then == happened) == (not more) and then < 1.0


def test_the_it_visa_of_uzbekistan_begins_in_april_2022():
    """And the package for firms on 25 February, four days before the end of that month."""
    assert [rule(when, "uzbekistan", "it_scheme", "offered") for when in ("2022-03", "2022-04")] == [0.0, 1.0]
    assert rule("2022-02", "uzbekistan", "relocation", "offered") == pytest.approx(4 / 28)
    assert world().rules[-1][PLACE["uzbekistan"], CHANNEL["it_scheme"]]["groups"] == 1 << GROUP["it"]


def test_firms_go_to_poland_first_and_to_tashkent_once_there_is_a_package():
    seen = {place: there("2020-10", place, "firms") for place in ("poland", "georgia", "ukraine", "lithuania")}
    assert sorted(seen, key=seen.__getitem__, reverse=True) == list(seen)
    package = [there(when, "uzbekistan", "firms") for when in ("2022-01", "2022-03")]
    assert package[0] == 0.0 < package[1]


def test_firms_decide_in_the_first_months_of_the_crackdown_and_more_of_them_as_the_war_begins():
    """Nearly all of those who go before 2022 decide in 2020, so that their staff are gone by April 2021."""
    moving = world().belarus["relocation_it"]
    of_2020, of_2021, of_2022 = moving[12:48].reshape(3, 12).sum(axis=1)
    assert of_2020 > 4.0 * of_2021 and of_2022 > of_2020 + of_2021
    assert moving[: month("2020-08")].max() == 0.0


def test_one_stays_a_year_in_georgia_and_half_a_year_in_armenia_without_a_visa():
    for place, months in (("georgia", 12.0), ("armenia", 6.0)):
        law = world().law[PLACE[place], CHANNEL["visa_free"]]
        assert law["entry"] == INSTRUMENT["visa_free"] and law["first_status"] == STATUS["visa_free"]
        assert rule("2022-03", place, "visa_free", "stay") == months


def test_lithuania_s_minister_gives_humanitarian_permits_month_by_month_as_they_were_issued():
    """377 by 1 October, 779 by 4 January, 834 by 20 August 2021; .47 are used, .9 approved, within the month."""
    for when, issued in (("2020-08", 51), ("2020-09", 326), ("2020-12", 104), ("2021-01", 18), ("2021-08", 6.5)):
        assert rule(when, "lithuania", "humanitarian", "capacity") == pytest.approx(issued * 0.47 / 0.9, rel=0.02)
    told = [rule(f"2020-{when:02}", "lithuania", "humanitarian", "capacity") * 0.9 / 0.47 for when in range(8, 13)]
    assert sum(told[:2]) == pytest.approx(377, rel=0.01) and sum(told) == pytest.approx(773, rel=0.01)
    assert rule("2020-09", "lithuania", "humanitarian", "months") == 0.0
    assert rule("2021-10", "lithuania", "humanitarian", "months") >= 1.0
    rows = [one for one in patterns() if one.quantity in ("humanitarian_visas", "entries_humanitarian")]
    assert {one.fitted for one in rows if one.destination == "lithuania"} == {True}


def test_humanitarian_visas_are_for_the_persecuted_and_the_ministry_s_since_march_2022():
    """The persecuted come despite closed borders since 12 August 2020; the ministry mediates since 11 March 2022."""
    rules = world().rules[-1][PLACE["lithuania"]]
    assert rules["groups"][CHANNEL["humanitarian"]] == 1 << GROUP["persecuted"]
    assert rules["groups"][CHANNEL["mediated"]] == 1 << GROUP["persecuted"] | 1 << GROUP["it"]
    assert rule("2020-08", "lithuania", "humanitarian", "offered") == pytest.approx(20 / 31)
    offered = [rule(when, "lithuania", "mediated", "offered") for when in ("2022-02", "2022-03", "2022-04")]
    assert offered == pytest.approx([0.0, 21 / 31, 1.0])


def test_a_visa_in_hand_gives_no_right_to_work_and_work_permits_one():
    schengen = [place for place in PLACE if world().law[PLACE[place], CHANNEL["short_visa"]]["exists"]]
    assert "lithuania" in schengen
    for place in schengen:
        assert rule("2021-06", place, "short_visa", "works") == 0.0
        assert rule("2021-06", place, "work", "works") == 1.0


def test_four_states_take_applications_from_who_is_there_on_a_visa():
    schengen = [place for place in PLACE if world().law[PLACE[place], CHANNEL["short_visa"]]["exists"]]
    offered = {place for place in schengen if rule("2019-06", place, "short_visa", "offered") > 0.0}
    assert offered == {"lithuania", "poland", "latvia", "estonia"} and len(schengen) == 7


def test_closed_consulates_lengthen_waits_and_leave_visas_in_hand():
    closed = "historical+consulates_closed"
    for place, channel in (("lithuania", "study"), ("poland", "work"), ("germany", "family")):
        before, after = (rule("2022-11", place, channel, "months", name) for name in ("historical", closed))
        assert after == before + 4.0
        assert rule("2020-04", place, channel, "months") > rule("2020-02", place, channel, "months")
        assert openness("2022-11", place, "short_visa", scenario=closed) == 0.0
    assert openness("2022-11", "poland", "short_visa") > 0.0
    assert openness("2022-11", "lithuania", "short_visa_entry", scenario=closed) == 1.0


def test_a_tourist_stop_shuts_visas_to_all_and_entry_to_all_but_relatives_and_drivers():
    """From 19 September 2022."""
    for who in (None, "humanitarian", "mediated"):
        assert openness("2022-10", "lithuania", "short_visa", who, "lithuania_tourist_stop") == 0.0
    entry = [
        openness("2022-10", "lithuania", "short_visa_entry", who, "lithuania_tourist_stop")
        for who in (None, "family", "driver")
    ]
    assert entry == [0.0, 1.0, 1.0] and openness("2022-10", "lithuania", "short_visa_entry") == 1.0


def test_belarus_closes_the_way_out_by_land():
    """From 21 December 2020 but for drivers, work, study and family; from 31 May 2021 but for drivers."""
    assert openness("2020-12", "belarus", "land_exit") == pytest.approx(20 / 31)
    first = [openness("2021-02", "belarus", "land_exit", who) for who in (None, "driver", "work", "study", "family")]
    assert first == [0.0, 1.0, 1.0, 1.0, 1.0]
    later = [openness("2021-07", "belarus", "land_exit", who) for who in (None, "driver", "work", "study", "family")]
    assert later == [0.0, 1.0, 0.0, 0.0, 0.0]
    assert openness("2022-05", "belarus", "land_exit") == 1.0


def test_the_law_on_aliens_delays_permits_from_february_to_may_2022():
    for channel in ("work", "family"):
        months = [rule(when, "lithuania", channel, "months") for when in ("2022-01", "2022-02", "2022-05", "2022-06")]
        assert months[0] == months[3] < months[1] == months[2]


def test_consulates_issue_no_passports_since_decree_278():
    """4 September 2023: three days of that month."""
    renewed = [at_home(when, "passport_abroad") for when in ("2023-08", "2023-09", "2023-10")]
    assert renewed == pytest.approx([1.0, 3 / 30, 0.0])
    assert (world().belarus["passport_abroad"][month("2023-10") :] == 0.0).all()


def test_ukraine_pauses_the_papers_of_belarusians_and_then_refuses_many():
    """From the invasion to 12 May 2022 nothing is renewed; then some of it, ever after."""
    assert openness("2022-01", "ukraine", "renewal") == 1.0
    assert [openness(when, "ukraine", "renewal") for when in ("2022-03", "2022-04")] == [0.0, 0.0]
    later = world().openness[month("2022-06") :, PLACE["ukraine"], INSTRUMENT["renewal"], 0]
    assert (later > 0.0).all() and (later < 1.0).all()


def test_a_third_return_within_a_year_of_another_regime():
    """As about a third of those asked in Lithuania said; the year over, as ever."""
    pull = [at_home(when, "return_pull", "regime_change") for when in ("2023-12", "2024-01", "2024-12", "2025-01")]
    assert pull[0] == pull[3] == 1.0 and pull[1] == pull[2]
    assert 1.0 - (1.0 - pull[1] * coefficients.load().return_) ** 12 == pytest.approx(1 / 3, abs=0.03)
    for name in ("detentions", "charges", "ban_accused", "arrest_on_return"):
        assert at_home("2024-02", name, "regime_change") == at_home("2019-02", name) < at_home("2023-12", name)


def test_support_of_integration_gives_the_right_to_work_and_the_language():
    """To asylum seekers and to who came on a visa in hand, from 2023."""
    for channel in ("asylum", "short_visa"):
        works = [rule(when, "lithuania", channel, "works", "integration_support") for when in ("2022-12", "2023-01")]
        assert works == [0.0, 1.0]
    language = [there(when, "lithuania", "language", "integration_support") for when in ("2022-12", "2023-01")]
    assert language == pytest.approx([0.6, 0.8], abs=0.01)  # three in five, then four in five


def test_the_law_of_2023_spares_permits_and_the_strict_bill_does_not():
    """3 May 2023 to 2 May 2026. The law shuts visas but for the humanitarian and the mediated; the bill as put forward
    shuts renewals and citizenship too; the one expected in September shuts first permits.
    """
    for instrument in ("short_visa", "national_visa"):
        shares = [openness("2023-06", "lithuania", instrument, who) for who in (None, "humanitarian", "mediated")]
        assert shares == [0.0, 1.0, 1.0]
    assert openness("2025-12", "lithuania", "national_visa") == 0.0
    assert openness("2023-06", "lithuania", "permit") == openness("2023-06", "lithuania", "renewal") == 1.0
    strict = "lithuania_bill_2023_strict"
    assert openness("2023-06", "lithuania", "renewal", None, strict) == 0.0
    spared = [
        openness("2023-06", "lithuania", "renewal", who, strict) for who in ("humanitarian", "mediated", "asylum")
    ]
    assert spared == [1.0, 1.0, 1.0] and there("2023-06", "lithuania", "naturalisation", strict) == 0.0
    september = [
        openness(when, "lithuania", "permit", None, "lithuania_bill_2023_september") for when in ("2023-12", "2024-01")
    ]
    assert september == [1.0, 0.0]


def test_a_deeper_screening_stands_in_place_of_the_law_of_2023():
    """From 3 May 2023: visas are issued again, and nine in ten of those meant are found."""
    scenario = "lithuania_screening_instead"
    assert openness("2023-06", "lithuania", "national_visa") == 0.0
    assert openness("2023-06", "lithuania", "national_visa", None, scenario) == 1.0
    found = [there(when, "lithuania", "screening_true", scenario) for when in ("2023-04", "2023-06")]
    assert found == [0.5, 0.9]


def test_two_checkpoints_close_on_18_august_2023():
    """Part of the way by land to Lithuania, and no other."""
    land = [openness(when, "lithuania", "land") for when in ("2023-07", "2023-08", "2023-09")]
    assert land[0] == 1.0 and land[1] == pytest.approx(17 / 31 + land[2] * 14 / 31) and 0.5 < land[2] < 1.0


def test_a_world_without_wagner_in_belarus_keeps_the_checkpoints():
    assert openness("2023-09", "lithuania", "land") < openness("2023-09", "lithuania", "land", None, NO_WAGNER) == 1.0


def test_a_world_without_the_migrants_of_2021_keeps_kuznica():
    """Closed from 9 November 2021; nothing else differs before the closures of 2023."""
    land = [openness(when, "poland", "land", None, one) for one in ("historical", NO_MIGRANTS) for when in AUTUMN]
    assert land[0] == land[2] == land[3] > land[1] == pytest.approx(0.65)


def test_the_bill_of_2023_touches_the_homes_and_the_citizenship_of_who_has_a_permit():
    """Property is closed by both bills, from their days; whoever lives by a permit is touched, month by month."""
    bills = {"lithuania_bill_2023_strict": "2023-05", "lithuania_bill_2023_september": "2024-01"}
    for bill, since in bills.items():
        owned = load_history(bill).monthly("lithuania.property", MONTHS)
        assert owned[month(since) - 1] == 1.0 and owned[month(since) + 1] == 0.0, bill
    assert (load_history().monthly("lithuania.property", MONTHS) == 1.0).all()
    about = case_of("lithuania.property", world())
    touched = about.stays[PLACE["lithuania"]].any(axis=0)
    assert about.judged == MONTHLY and not about.entries.any()
    assert set(np.flatnonzero(touched)) == {STATUS["permit"], STATUS["permanent"]}


def test_support_of_exiled_media_moves_newsrooms_and_carries_news_home():
    """From July 2021, when they are closed; before and for firms nothing changes."""
    support = "support_exiled_media"
    for name, factor in (("relocation_media", 2.0), ("news", 1.1), ("relocation_it", 1.0)):
        assert at_home("2021-09", name, support) == pytest.approx(factor * at_home("2021-09", name)), name
        assert at_home("2021-06", name, support) == at_home("2021-06", name), name


def test_sanctions_bear_on_incomes_at_home_and_on_firms():
    for policy, income, firms in (("sanctions_lifted", 1.05, 0.5), ("sanctions_tightened", 0.95, 1.5)):
        for name, factor in (("income", income), ("income_it", income), ("relocation_it", firms)):
            assert at_home("2023-03", name, policy) == pytest.approx(factor * at_home("2023-03", name)), (policy, name)
        assert there("2023-03", "belarus", "wage", policy) == pytest.approx(
            income * there("2023-03", "belarus", "wage")
        )
        assert at_home("2022-12", "income", policy) == at_home("2022-12", "income")


def test_two_thousand_apply_to_fight_for_ukraine_in_the_spring_of_2022():
    """From the invasion to early April; nobody without the war. One soldier is known to have crossed over."""
    volunteers, deserters = world().belarus["volunteers"], world().belarus["deserters"]
    assert volunteers.sum() == pytest.approx(2000.0, rel=1e-3) and np.count_nonzero(volunteers) == 3
    assert volunteers[month("2022-02")] == pytest.approx(1487 * 5 / 28) and deserters.sum() == 1.0
    assert not world("no_war").belarus["volunteers"].any() and not world("no_war").belarus["deserters"].any()


def test_a_package_shuts_three_countries_on_one_day():
    """3 May 2023: visas, first permits and entry on visas in hand, in all three, families excepted from the last."""
    for place in ("lithuania", "latvia", "estonia"):
        for instrument in ("short_visa", "national_visa", "permit", "short_visa_entry"):
            assert openness("2023-06", place, instrument, None, "baltic_package") == 0.0, (place, instrument)
        assert openness("2023-06", place, "short_visa_entry", "family", "baltic_package") == 1.0
    assert openness("2023-05", "lithuania", "permit", None, "baltic_package") == pytest.approx(2 / 31)


def test_channels_differ_by_whom_they_admit():
    """In Lithuania: anybody by work, students to study, the Polish card only in Poland, IT by its scheme."""
    law, rules = world().law, world().rules[-1]
    groups = {name: int(rules[PLACE["lithuania"], CHANNEL[name]]["groups"]) for name in CHANNEL_NAMES if name != "none"}
    assert groups["work"] == 0 and groups["study"] == 1 << GROUP["student"] and groups["it_scheme"] == 1 << GROUP["it"]
    assert law[PLACE["poland"], CHANNEL["ancestry"]]["exists"]
    moved = rules[PLACE["lithuania"], CHANNEL["relocation"]]["sectors"]
    assert moved == 1 << SECTOR["it"] | 1 << SECTOR["ngo_media"]
