"""The hazards of a month dock to their rates: repression, conscription, pendular work, returns, permits, waiting.

Shares are compared by |z| <= 4 (false alarm 6 in 100,000 each, about 2 in 1,000 for the file, luck being fixed);
months, amounts and who is concerned exactly.
"""

import math

import numpy as np
import pytest

from sim.model.recording.recorder import HARMS
from sim.numerics.codes import (
    CHANNEL,
    CONSCRIPTION,
    EDUCATION,
    EXPOSURE,
    INSTRUMENT,
    MODE,
    PLACE,
    REASON,
    SECTOR,
    SEX,
    STATUS,
)
from sim.numerics.months import LONG_AGO, NEVER
from tests.counting import NEVER_LEAVE, assert_share, employed, events_of, home_world, settled
from tests.worlds import admit, close, constants, crowd, families, plain_world, quiet, start, tighten, young_men

# repression


def test_detentions_are_shared_out_by_risk():
    """98 persons a month over 19,000 weights of one and 1,000 of thirty; 12 years of children left out."""
    people = crowd(21_000)
    people.people.exposure[:1000] = EXPOSURE["protest"]
    people.people.birth[20_000:] = -12 * 12
    world = home_world(24, detentions=98.0, charges=24.5)
    world.risk[:, EXPOSURE["protest"]] = 30.0
    model = start(people, world, quiet(**NEVER_LEAVE)).run()
    detained = events_of(model, "detained")
    exposed = detained["row"] < 1000
    assert_share(exposed.sum(), 1000 * 24, 98.0 * 30.0 / 49_000.0)
    assert_share((~exposed).sum(), 19_000 * 24, 98.0 / 49_000.0)
    assert detained["row"].max() < 20_000
    assert_share(len(events_of(model, "charged")), len(detained), 0.25)


def test_a_sample_detains_in_proportion():
    """At one in fifty the same persons are a fiftieth as many agents."""
    people = crowd(20_000)
    people.one_in = 50
    people.people.circle[:] *= 50
    model = start(people, home_world(10, detentions=5000.0), quiet(**NEVER_LEAVE)).run()
    assert_share(len(events_of(model, "detained")), 20_000 * 10, 5000.0 / 1e6)
    assert model.recorder.harm_persons().sum() == 50 * len(events_of(model, "detained"))


def test_the_charged_are_barred_and_held():
    """Half are barred for three years, a third held until the trial in the fourth month, where everyone is sentenced,
    and for ten months after it, and released in the eleventh; nobody else is.
    """
    b = quiet(**NEVER_LEAVE, accused_months=36.0, custody_charged=0.35, trial_months=4.0, custody_months=10.0)
    world = home_world(20, ban_accused=0.5)
    world.belarus["detentions"][1], world.belarus["charges"][1] = 8000.0, 4000.0
    model = start(crowd(20_000), world, b).run(2)
    charged = np.zeros(20_000, bool)
    charged[events_of(model, "charged")["row"]] = True
    detained = model.columns.detained == 1
    assert_share(charged.sum(), detained.sum(), 0.5)
    assert (model.columns.trial[charged] == 5).all() and (model.columns.trial[~charged] == LONG_AGO).all()
    barred, held = model.columns.exit_ban == 37, model.columns.held == 5
    assert not (barred | held)[~charged].any()
    assert_share(barred.sum(), charged.sum(), 0.5)
    assert_share(held.sum(), charged.sum(), 0.35)
    assert_share((barred & held).sum(), charged.sum(), 0.5 * 0.35)
    assert (model.columns.held[detained & ~held] == 1).all()
    sentenced = events_of(model.run(6), "sentenced")
    assert set(sentenced["month"]) == {5} and set(sentenced["row"]) == set(np.flatnonzero(charged))
    assert np.array_equal(model.columns.held == 15, held)
    released = events_of(model.run(), "released")
    assert set(released["month"]) == {16} and set(released["row"]) == set(np.flatnonzero(held))
    assert len(events_of(model, "pardoned")) == 0


def test_closures_cost_work_in_ngos_and_media():
    """Thirty of three thousand organisations a month, each with all its staff, and nobody else's."""
    people = employed(crowd(20_000), SECTOR["ngo_media"], 5000)
    others = people.people.employer % 2 == 0
    people.people.sector[others] = SECTOR["public"]
    model = start(people, home_world(12, closures=30.0), quiet(**NEVER_LEAVE, organisations=3000.0)).run()
    lost = model.columns.sector == SECTOR["none"]
    assert not lost[others].any() and (model.columns.sector[others] == SECTOR["public"]).all()
    by_employer = lost[:5000]
    assert np.array_equal(lost, np.tile(by_employer, 4))
    assert_share(by_employer.sum(), 2500, 1.0 - 0.99**12)


# conscription


def test_summonses_and_drafts():
    """Of 20,000 liable men 200 are summoned and 80 drafted in a month; half of the rest of those are barred."""
    people = young_men(20_000)
    people.people.education[::2] = EDUCATION["higher"]
    b = quiet(**NEVER_LEAVE, service_months=18.0, service_months_higher=12.0)
    world = home_world(40, ban_liable=0.5)
    world.belarus["summoned"][2], world.belarus["drafted"][2] = 2000.0, 800.0
    model = start(people, world, b).run(3)
    assert_share(len(events_of(model, "summoned")), 20_000, 0.1)
    drafted = events_of(model, "drafted")
    assert_share(len(drafted), 20_000, 0.04)
    assert set(drafted["row"]) <= set(events_of(model, "summoned")["row"])
    barred = np.flatnonzero(model.columns.exit_ban == 2 + 6)
    assert not set(barred) & set(drafted["row"]) and set(barred) <= set(events_of(model, "summoned")["row"])
    assert_share(len(barred), len(events_of(model, "summoned")) - len(drafted), 0.5)
    discharged = events_of(model.run(), "discharged")
    assert len(discharged) == len(drafted)
    assert (discharged["month"] == np.where(discharged["row"] % 2 == 0, 2 + 12 + 1, 2 + 18 + 1)).all()
    assert (model.columns.conscription[drafted["row"]] == CONSCRIPTION["served"]).all()


def test_men_of_eighteen_are_exempt_students_or_liable():
    """A quarter are unfit for good; three in five of the others study until 22, when a fifth of those leave as reserve
    officers and the rest are liable; women are never asked.
    """
    people = crowd(8000, birth=-18 * 12 + 2, sex=np.repeat([SEX["male"], SEX["female"]], 4000))
    b = quiet(**NEVER_LEAVE, exempt_share=0.25, study_share=0.6, officer_share=0.2)
    model = start(people, home_world(52), b).run(2)
    assert (model.columns.conscription == CONSCRIPTION["never"]).all()
    model.step()
    standing = model.columns.conscription[:4000].copy()
    exempt, deferred = standing == CONSCRIPTION["exempt"], standing == CONSCRIPTION["deferred"]
    assert_share(exempt.sum(), 4000, 0.25)
    assert_share(deferred.sum(), 4000, 0.75 * 0.6)
    assert (standing[~exempt & ~deferred] == CONSCRIPTION["liable"]).all()
    model.run(50)
    assert np.array_equal(model.columns.conscription[:4000], standing)
    model.step()
    after = model.columns.conscription[:4000]
    officers = after == CONSCRIPTION["reserve_officer"]
    assert np.array_equal(after == CONSCRIPTION["exempt"], exempt) and not officers[~deferred].any()
    assert_share(officers.sum(), deferred.sum(), 0.2)
    assert (after[~exempt & ~officers] == CONSCRIPTION["liable"]).all()
    assert (model.columns.conscription[4000:] == CONSCRIPTION["never"]).all()


# pendular work


def test_pendular_departures_follow_demand_and_season():
    """40 and 60 persons a month to two countries, a third more in May, for three to nine months alike."""
    n = 20_000
    world = home_world(13, ("poland", "russia"))
    world.places["pendular"][:, PLACE["poland"]], world.places["pendular"][:, PLACE["russia"]] = 40.0, 60.0
    sectors = np.tile([SECTOR["transport"], SECTOR["industry"], SECTOR["construction"], SECTOR["it"]], n // 4)
    totals, lengths = np.zeros((13, 2)), []
    for replicate in range(4):
        model = start(
            crowd(n, sector=sectors), world, quiet(**NEVER_LEAVE, pendular_season=0.3), replicate=replicate
        ).run()
        out, back = events_of(model, "pendular_out"), events_of(model, "pendular_back")
        assert (out["row"] % 4 < 3).all()
        for column, place in enumerate(("poland", "russia")):
            totals[:, column] += np.bincount(out["month"][out["place"] == PLACE[place]], minlength=13)
        came = {event["key"]: event["month"] for event in back[::-1]}
        lengths += [came[event["key"]] - event["month"] for event in out if event["month"] < 4]
    workers = 15_000 * 4
    away = 0.0
    for t in range(13):
        swing = 1.0 + 0.3 * math.sin(math.pi * (t % 12 - 1) / 6.0)
        at_home = workers - away
        for column, demand in enumerate((40.0, 60.0)):
            assert_share(totals[t, column], at_home, demand * swing / 15_000.0)
        away = totals[max(0, t - 5) : t + 1].sum()  # about six months
    counts = np.bincount(np.array(lengths) - 3, minlength=7)
    assert len(counts) == 7
    for count in counts:
        assert_share(count, len(lengths), 1.0 / 7.0)


def test_no_pendular_work_across_a_closed_border():
    world = close(close(home_world(6, ("poland",)), "poland", "land", 2), "poland", "air", 2)
    world.places["pendular"][:, PLACE["poland"]] = 200.0
    out = events_of(start(crowd(4000, sector=SECTOR["transport"]), world, quiet(**NEVER_LEAVE)).run(), "pendular_out")
    assert set(out["month"]) == {0, 1}


# abroad


@pytest.mark.parametrize(
    ("who", "factor"),
    [({}, 1.0), ({"detained": -9}, 0.2), ({"status": "irregular"}, 5.0),
     ({"status": "irregular", "trial": -9}, 1.0), ({"exposure": EXPOSURE["media"]}, 1.0)],
)  # fmt: skip
def test_returns_are_geometric(who, factor):
    b = quiet(**NEVER_LEAVE, **{"return": 0.02}, return_persecuted=0.2, return_irregular=5.0, danger_months=60.0)
    model = start(settled(10_000, **who), home_world(6, ("poland",)), b).run()
    returned = events_of(model, "returned")
    assert_share(len(returned), 10_000, 1.0 - (1.0 - 0.02 * factor) ** 6)
    assert_share((returned["month"] == 0).sum(), 10_000, 0.02 * factor)
    assert (model.columns.place[returned["row"]] == PLACE["belarus"]).all()


def test_the_persecuted_risk_arrest_on_return():
    """Three in ten of journalists, of nobody else; they are held that month."""
    people = settled(10_000)
    people.people.exposure[::2] = EXPOSURE["media"]
    b = quiet(**NEVER_LEAVE, **{"return": 0.5}, return_persecuted=1.0)
    model = start(people, home_world(1, ("poland",), arrest_on_return=0.3), b).run()
    arrested, returned = events_of(model, "arrested_on_return"), events_of(model, "returned")
    assert (arrested["row"] % 2 == 0).all()
    assert_share(len(arrested), (returned["row"] % 2 == 0).sum(), 0.3)
    assert (model.columns.held[arrested["row"]] == 0).all()


@pytest.mark.parametrize(
    ("status", "unsafe", "hazard"),
    [("permit", 0.0, 0.02), ("visa_free", 0.0, 0.1), ("irregular", 0.0, 0.15), ("asylum_seeker", 0.0, 0.0),
     ("permit", 0.5, 0.2), ("asylum_seeker", 0.5, 0.2)],
)  # fmt: skip
def test_onward_moves_are_drawn_by_value(status, unsafe, hazard):
    """The hazard by status, at least that of a war; destinations by exp(value), never the one left."""
    world = plain_world(1, ("poland", "lithuania", "georgia", "armenia"))
    world.places["unsafe"][:, PLACE["poland"]] = unsafe
    b = quiet(**NEVER_LEAVE, onward=0.02, onward_visa_free=0.1, onward_irregular=0.15, onward_unsafe=0.4)
    table = constants(poland=3.0, lithuania=1.0, georgia=0.0, armenia=-0.5)
    n = 20_000
    onward = events_of(start(settled(n, status=status), world, b, table).run(), "onward")
    assert_share(len(onward), n, hazard)
    weights = {"lithuania": math.exp(1.0), "georgia": 1.0, "armenia": math.exp(-0.5)}
    for place, weight in weights.items():
        assert_share((onward["place"] == PLACE[place]).sum(), len(onward), weight / sum(weights.values()))
    assert set(onward["origin"]) <= {PLACE["poland"]}


def test_closing_a_destination_moves_only_onward_movers_to_it():
    """Of 20,000 who move on, those bound for what is closed go elsewhere, and nobody else changes."""
    world = plain_world(1, ("poland", "lithuania", "georgia", "armenia"))
    b = quiet(**NEVER_LEAVE, onward=1.0)
    models = [start(settled(20_000), now, b).run() for now in (world, close(world, "lithuania", "visa_free", 0))]
    before, after = (model.columns.place for model in models)
    there = before == PLACE["lithuania"]
    assert there.sum() > 5000 and np.array_equal(before[~there], after[~there])
    assert set(after[there]) == {PLACE["georgia"], PLACE["armenia"]}


def test_renewal_return_and_onward_moves_are_draws_of_their_own():
    """Permits end, half are renewed; three in ten return whichever way that went; of the rest a fifth move on."""
    people = settled(20_000)
    people.people.expiry[:] = 0
    world = tighten(plain_world(2, ("poland", "georgia")), "poland", "visa_free", renewal=0.5)
    hazards = {"return": 0.3, "return_irregular": 1.0, "onward": 0.2, "onward_irregular": 0.2}
    model = start(people, world, quiet(**NEVER_LEAVE, **hazards)).run(1)
    home = model.columns.place == PLACE["belarus"]
    gone = model.columns.place == PLACE["georgia"]
    assert_share(home.sum(), 20_000, 0.3)
    assert_share(gone.sum(), 20_000, 0.7 * 0.2)
    stayed = np.flatnonzero(~home & ~gone)
    model.step()
    ended = events_of(model, "lost")
    assert set(ended["month"]) == {1}
    lost = np.isin(stayed, ended["row"])
    assert_share(lost.sum(), len(stayed), 0.5)
    for place, share in (("belarus", 0.3), ("georgia", 0.7 * 0.2)):
        went = model.columns.place[stayed] == PLACE[place]
        assert_share(went.sum(), len(stayed), share)
        assert_share(lost[went].sum(), went.sum(), 0.5)


# permits


def permit_world(months, **rules):
    """Poland with residence permits and an asylum channel."""
    world = plain_world(months, ("poland",), ("visa_free", "asylum"))
    return tighten(tighten(world, "poland", "visa_free", **rules), "poland", "asylum", **rules)


@pytest.mark.parametrize(("status", "to"), [("permit", "permit"), ("visa", "permit"), ("visa_free", "visa_free")])
def test_a_status_is_prolonged_or_lost_when_it_ends(status, to):
    """Nothing before the month after its last; then seven in ten keep a right, for the months of the new one."""
    people = settled(10_000, status=status)
    people.people.expiry[:] = 3
    model = start(people, permit_world(8, renewal=0.7, stay=5.0), quiet(**NEVER_LEAVE, permit_months=24.0)).run(4)
    assert len(model.recorder.events) == 0
    model.step()
    kept = model.columns.status == STATUS[to]
    assert_share(kept.sum(), 10_000, 0.7)
    assert (model.columns.status[~kept] == STATUS["irregular"]).all() and (model.columns.expiry[~kept] == NEVER).all()
    assert (model.columns.expiry[kept] == 4 + (5 if status == "visa_free" else 24)).all()
    kind = "permit" if status == "visa" else "renewed"
    assert len(events_of(model, kind)) == kept.sum() and len(events_of(model, "lost")) == (~kept).sum()
    assert len(model.run(8).recorder.events) == 10_000


@pytest.mark.parametrize(
    ("status", "instrument"), [("permit", "renewal"), ("visa", "permit"), ("visa_free", "visa_free")]
)
def test_a_closed_instrument_prolongs_nothing(status, instrument):
    people = settled(500, status=status)
    people.people.expiry[:] = 0
    others = {"renewal", "permit", "visa_free"} - {instrument}
    for shut in (instrument, *others):
        world = close(permit_world(2), "poland", shut, 0)
        lost = len(events_of(start(people, world, quiet(**NEVER_LEAVE)).run(), "lost"))
        assert lost == (500 if shut == instrument else 0)


def test_asylum_is_decided_after_its_months():
    people = settled(10_000, status="asylum_seeker", channel=CHANNEL["asylum"], expiry=6)
    model = start(people, permit_world(10, renewal=0.4), quiet(**NEVER_LEAVE)).run()
    decided = model.recorder.events
    assert set(decided["month"]) == {7} and len(decided) == 10_000
    protected = model.columns.status == STATUS["protected"]
    assert_share(protected.sum(), 10_000, 0.4)
    assert (model.columns.status[~protected] == STATUS["irregular"]).all()


@pytest.mark.parametrize(("renews", "share"), [(0.0, 0.8 * 0.5), (1.0, 0.8)])
def test_an_expired_passport_is_replaced_by_a_travel_document_or_not(renews, share):
    """Where consulates renew no more, the destination's own document is worth half a passport."""
    people = settled(10_000)
    people.people.expiry[:], people.people.passport[:] = 0, 0
    world = permit_world(2, renewal=0.8)
    world.belarus["passport_abroad"], world.places["travel_document"] = renews, 0.5
    model = start(people, world, quiet(**NEVER_LEAVE, passport_months=120.0)).run()
    assert_share(len(events_of(model, "renewed")), 10_000, share)
    assert set(model.columns.passport) == ({121} if renews else {0})


# waiting and paying


def test_families_are_caught_as_many_people_as_they_are():
    """A harm is counted in people: of families of four, 70% of which are stopped, everyone is."""
    world = admit(plain_world(1, ("poland",), ("irregular",)), "poland", "irregular", entry=-1)
    world = tighten(world, "poland", "irregular", approval=0.3)
    model = start(families(3000), world, quiet(level=60.0)).run()
    assert len(events_of(model, "applied")) == 3000
    caught = events_of(model, "caught")
    assert_share(len(caught) / 4, 3000, 0.7)
    assert len(caught) == len(set(caught["key"])) == model.recorder.harm_persons()[0, HARMS.index("caught")]
    assert len(caught) + len(events_of(model, "departed")) == 12_000


def test_patience_ends_in_the_queue():
    """Nobody is admitted; who applied in month 0 gives up in month 4, with a patience of four months."""
    world = tighten(plain_world(5, ("poland",)), "poland", "visa_free", capacity=0.0)
    model = start(crowd(300), world, quiet(level=60.0, patience=4.0)).run()
    assert set(events_of(model, "applied")["month"]) == {0} and len(events_of(model, "applied")) == 300
    refused = events_of(model, "refused")
    assert set(refused["month"]) == {4} and set(refused["reason"]) == {REASON["quota"]} and len(refused) == 300


def test_a_grant_lapses_when_it_cannot_be_used():
    """Hardly a flight in the month of the grant, then fares beyond their means: after six months the plan lapses."""
    people = crowd(300, savings=1000.0)
    world = tighten(plain_world(9, ("poland",)), "poland", "visa_free", fee=100.0)
    world.places["fare_land"][1:], world.places["fare_air"][1:] = 5000.0, 5000.0
    openness = world.openness.copy()
    openness[0, PLACE["poland"], [INSTRUMENT["land"], INSTRUMENT["air"]]] = 0.01
    model = start(people, world._replace(openness=openness), quiet(level=60.0, grant_months=6.0)).run()
    granted, blocked = events_of(model, "granted"), events_of(model, "blocked")
    stayed = len(granted) - len(events_of(model, "departed"))
    assert set(granted["month"]) == {0} and len(blocked) == stayed > 250
    assert set(blocked["month"]) == {6} and set(blocked["reason"]) == {REASON["funds"]}


def test_a_journey_costs_fares_for_all_and_fees_for_adults():
    """Land where it is open, else air; money to show and the reserve are kept. Who is short of it for all sends the
    head; who has not enough for one stays.
    """
    world = tighten(plain_world(1, ("poland", "lithuania")), "poland", "visa_free", fee=70.0, funds=400.0)
    world.places["fare_land"][:], world.places["fare_air"][:], world.places["rent"][:] = 25.0, 180.0, 300.0
    for by_land in (True, False):
        now = world if by_land else close(world, "poland", "land", 0)
        fare = 25.0 if by_land else 180.0
        need, for_one = 4 * fare + 2 * 470.0 + 300.0, fare + 470.0 + 300.0
        for have, gone_of_four, paid in (
            (need, 4, 4 * fare + 2 * 70.0),
            (need - 0.5, 1, fare + 70.0),
            (for_one, 1, fare + 70.0),
            (for_one - 0.5, 0, 0.0),  # these go to Lithuania, which asks for less
        ):
            people = families(30, savings=np.tile([have - 600.0, 600.0, 0.0, 0.0], 30))
            table = constants(poland=9.0, lithuania=-90.0)
            model = start(people, now, quiet(level=60.0, reserve=1.0), table).run()
            gone = model.columns.place == PLACE["poland"]
            assert np.array_equal(gone, np.tile(np.arange(4) < gone_of_four, 30))
            left = model.columns.savings.reshape(-1, 4).sum(axis=1)
            assert gone_of_four == 0 or left == pytest.approx(have - paid, abs=1e-2)


def test_an_arrival_has_the_rights_of_the_channel():
    world = tighten(plain_world(3, ("poland",)), "poland", "visa_free", stay=7.0)
    world = admit(world, "poland", "visa_free", first_status=STATUS["visa"])
    model = start(families(20), world, quiet(level=60.0)).run(1)
    people = model.columns
    assert (people.status == STATUS["visa"]).all() and (people.since == 0).all() and (people.expiry == 7).all()
    assert (people.channel == CHANNEL["visa_free"]).all() and (people.mode == MODE["settled"]).all()
