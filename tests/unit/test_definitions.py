"""The one observation model on hand-made runs: stock, register, permit, entry, and what is read from a run's logs."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, EVENT, INSTRUMENT, N_CHANNELS, N_PLACES, N_STATUSES, PLACE, REASON, STATUS
from sim.observation import counts
from sim.observation import definitions as by
from sim.observation import seen as of
from sim.observation.arrivals import papers_of
from sim.observation.counts import Asked
from sim.observation.parameters import observation
from sim.observation.quantities import QUANTITIES
from sim.observation.registers import register_table
from sim.runs.run import DECISION, MOVE
from tests.worlds import crowd, plain_world

LITHUANIA, POLAND, GEORGIA, RUSSIA = (PLACE[name] for name in ("lithuania", "poland", "georgia", "russia"))
MONTHS, ONE_IN = 24, 10
FIRST = {"work": "permit", "humanitarian": "visa", "asylum": "asylum_seeker", "visa_free": "visa_free"}


def world():
    """Lithuania, Poland and Georgia, open by four channels with a first status each."""
    found = plain_world(MONTHS, ("lithuania", "poland", "georgia"), tuple(FIRST))
    for channel, status in FIRST.items():
        found.law["first_status"][:, CHANNEL[channel]] = STATUS[status]
        found.law["entry"][:, CHANNEL[channel]] = INSTRUMENT["national_visa" if status == "visa" else "permit"]
    return found


def run(moves=(), decisions=(), **stocks):
    """A run of people in Lithuania by status, the same every month, and of moves and decisions as they are given."""
    found = SimpleNamespace(
        stocks=np.zeros((MONTHS, N_PLACES, N_STATUSES), np.int64),
        flows=np.zeros((MONTHS, N_PLACES, N_PLACES, N_CHANNELS), np.int64),
        residents=np.zeros((MONTHS, N_PLACES, 4), np.int64),
        harms=np.zeros((MONTHS, 6), np.int64),
        expected=np.zeros((MONTHS, N_PLACES, N_CHANNELS)),
        expected_harms=np.zeros((MONTHS, 5)),
        called=np.zeros((MONTHS, 3)),
        moves=np.zeros(len(moves), MOVE),
        decisions=np.zeros(len(decisions), DECISION),
    )
    for name, persons in stocks.items():
        found.stocks[:, LITHUANIA, STATUS[name]] = persons
    for record, (month, kind, origin, place, channel, key, *reason) in zip(found.moves, moves, strict=True):
        record["reason"] = REASON[reason[0]] if reason else REASON["none"]
        record["month"], record["kind"], record["origin"], record["place"] = month, EVENT[kind], origin, place
        record["channel"], record["key"] = CHANNEL[channel], key
        found.flows[month, origin, place, CHANNEL[channel]] += ONE_IN
    for record, (month, kind, place, channel, key) in zip(found.decisions, decisions, strict=True):
        record["month"], record["kind"], record["place"] = month, EVENT[kind], place
        record["channel"], record["key"], record["reason"] = CHANNEL[channel], key, REASON["none"]
    return found


def seen(of_run, **people):
    """The run as its observers see it, of twenty people whose keys are theirs."""
    return of.seen_by(of_run, world(), crowd(20, **people).people, ONE_IN)


def keys():
    return crowd(20).people.key


# dates


def test_a_stock_of_a_first_day_is_that_of_the_month_before():
    assert [by.at(date) for date in ("2019-12-31", "2020-01-01", "2020-01-15", "2019-01-01")] == [11, 11, 12, -1]


def test_a_period_counts_its_months_by_their_days():
    shares = by.within("2020-02-15", "2020-04-10", MONTHS)
    assert shares[:13].sum() == 0.0 and shares[16:].sum() == 0.0
    assert shares[13:16].tolist() == pytest.approx([15 / 29, 1.0, 10 / 30])
    one = by.within("2020-02-10", "2020-02-19", MONTHS)
    assert one.sum() == pytest.approx(10 / 29) and one[13] > 0.0


# stock and register


def test_a_stock_is_who_lives_there_by_whatever_right():
    lived = run(permit=1000, citizen=50, visa_free=30, irregular=20, asylum_seeker=5, pendular=500, visitor=70)
    assert by.residents(lived, LITHUANIA).tolist() == [1105.0] * MONTHS
    assert by.present(lived, LITHUANIA).tolist() == [1675.0] * MONTHS


def test_a_register_holds_documents_and_long_visas_from_the_day_of_arrival():
    lived = run(permit=1000, visa=40, protected=7, citizen=50, visa_free=30, irregular=20, pendular=500)
    lived.flows[3, 0, LITHUANIA, CHANNEL["humanitarian"]] = 40
    found = of.register(seen(lived), LITHUANIA, "residents")
    assert found["counted"].tolist() == found["register"].tolist() == [1047.0] * MONTHS
    assert found["waiting"].sum() == 0.0


def test_permits_for_short_work_count_while_they_are_valid_where_valid_permits_are_counted():
    """Of the months before the run as many are valid as a month of its first year gives."""
    lived = run(permit=1000, pendular=500, visitor=70, decisions=[(5, "pendular_out", LITHUANIA, "work", keys()[1])])
    here, months = seen(lived), int(observation().at("short_permit_months"))
    before = np.clip(months - 1 - np.arange(MONTHS), 0, None) * ONE_IN / 12
    found = of.register(here, LITHUANIA, "valid_permits")["counted"] - 1000.0 - before
    assert found.tolist() == pytest.approx([ONE_IN * (5 <= t < 5 + months) for t in range(MONTHS)])
    assert of.register(here, LITHUANIA, "residence_documents")["counted"][0] == 1000.0


def test_poland_gives_as_many_permits_for_a_start_of_short_work_as_it_gave_in_that_year():
    """A forecast goes on with the practice of the last year that it knows."""
    starts = [(t, "pendular_out", POLAND, "work", keys()[t % 20]) for t in range(MONTHS)]
    here = seen(run(decisions=starts))
    practice = [observation().at("short_permits_a_start", "poland", t) for t in (0, 12)]
    assert practice == [1.0, 0.79]
    given = of.short_permits(here, POLAND) / ONE_IN
    assert given.tolist() == [practice[0]] * 12 + [practice[1]] * (MONTHS - 12)
    assert (of.short_permits(here._replace(known=11), POLAND) == ONE_IN).all()
    assert (of.short_work(here, POLAND) == ONE_IN).all()


def test_a_residence_document_follows_a_visa_by_one_lag_and_a_permit_waited_for_at_home_by_none():
    lived = run(permit=1000, visa=40)
    lived.flows[3, 0, LITHUANIA, CHANNEL["humanitarian"]] = 30
    lived.flows[5, 0, LITHUANIA, CHANNEL["work"]] = 200
    waiting = of.register(seen(lived), LITHUANIA, "residence_documents")["waiting"]
    lag = by.lag(LITHUANIA)
    assert waiting.tolist() == [0.0] * 3 + [30.0] * lag + [0.0] * (MONTHS - 3 - lag)
    lived.flows[3, 0, LITHUANIA, CHANNEL["humanitarian"]] = 90  # most have left again: only those there can wait
    assert of.register(seen(lived), LITHUANIA, "residence_documents")["waiting"].max() == 40.0


def test_lags_are_whole_months():
    for place in PLACE:
        found = observation().at("registration_lag", place)
        assert found == int(found) >= 0


# permits


def test_a_permit_is_counted_once_with_one_lag():
    came = np.zeros((MONTHS, N_CHANNELS))
    came[12, CHANNEL["work"]], came[13, CHANNEL["humanitarian"]] = 100.0, 7.0
    came[14, CHANNEL["asylum"]], came[15, CHANNEL["visa_free"]] = 5.0, 3.0
    issued = by.permits(came, world(), LITHUANIA)
    assert issued[12] == 100.0 and issued[13 + by.lag(LITHUANIA)] == 7.0 and issued.sum() == 107.0
    assert by.permits(came, world(), POLAND)[13 + by.lag(POLAND)] == 7.0


def test_before_the_first_month_people_came_as_in_the_first_year():
    flow = np.concatenate([np.full(12, 6.0), np.full(12, 60.0)])
    assert by.later(flow, 4)[:5].tolist() == [6.0] * 5 and by.later(flow, 4)[15:17].tolist() == [6.0, 60.0]
    assert by.later(flow, 40).tolist() == [6.0] * MONTHS


def test_the_recognised_and_short_workers_get_first_permits_too():
    key = keys()
    lived = run(
        decisions=[
            (5, "permit", LITHUANIA, "asylum", key[0]),
            (6, "pendular_out", LITHUANIA, "work", key[1]),
            (7, "renewed", LITHUANIA, "work", key[2]),
            (8, "renewed", LITHUANIA, "visa_free", key[3]),  # a longer visit
            (9, "permit", LITHUANIA, "humanitarian", key[4]),  # the document of an arrival counted before
        ]
    )
    here = seen(lived)
    assert of.settled_permits(here, LITHUANIA).nonzero()[0].tolist() == [5]
    assert of.short_permits(here, LITHUANIA)[6] == ONE_IN == of.short_permits(here, LITHUANIA).sum()
    assert of.renewed(here, LITHUANIA).nonzero()[0].tolist() == [7]
    year = Asked(("lithuania",), "2019-01-01", "2019-12-31")
    measured = {name: QUANTITIES[name].measure(here, year) for name in ("first_permits", "permits_issued")}
    assert measured == {"first_permits": 2 * ONE_IN, "permits_issued": 2 * ONE_IN}


@pytest.mark.parametrize(("place", "counted"), [("lithuania", 2), ("czechia", 1)])
def test_who_is_let_in_from_a_war_has_a_first_permit_only_where_the_state_gives_its_own(place, counted):
    """Of two who came in one month one by the humanitarian channel, one fled a war; both are there."""
    key, code = keys(), PLACE[place]
    lived = run(
        moves=[
            (13, "onward", PLACE["ukraine"], code, "asylum", key[0], "refuge"),
            (13, "onward", PLACE["ukraine"], code, "humanitarian", key[1], "choice"),
        ],
        decisions=[(20, "renewed", code, "humanitarian", key[0])],
        **({"visa": ONE_IN, "temporary_protection": ONE_IN} if place == "lithuania" else {}),
    )
    here, year = seen(lived), Asked((place,), "2020-01-01", "2020-12-31")
    found = of.settled_permits(here, code)
    assert found[13 + by.lag(code)] == counted * ONE_IN == found.sum()
    assert counts.flow(counts.on_ground(("humanitarian",), short=False), here, year) == ONE_IN
    assert of.renewed(here, code)[20] == ONE_IN  # what they are given later counts as any other's
    assert by.arrivals(lived, code).sum() == 2 * ONE_IN == of.entries(here, code).sum()
    if place == "lithuania":
        assert of.register(here, code)["register"][14] == 2 * ONE_IN
    assert papers_of(here, code, 1) == (ONE_IN, counted * ONE_IN, ONE_IN)


# visas and entries


def test_visas_are_granted_to_a_whole_unit_used_or_not():
    key = keys()
    lived = run(
        decisions=[
            (3, "granted", LITHUANIA, "study", key[0]),
            (3, "granted", LITHUANIA, "study", key[5]),  # of a unit of three, never used
            (3, "granted", LITHUANIA, "work", key[6]),  # needs a permit and no visa
        ],
    )
    here = seen(lived, unit_size=np.where(np.arange(20) == 5, 3, 1))
    here.world.law["entry"][LITHUANIA, CHANNEL["study"]] = INSTRUMENT["national_visa"]
    assert of.visas(here, LITHUANIA).nonzero()[0].tolist() == [3]
    assert of.visas(here, LITHUANIA)[3] == 4 * ONE_IN == of.visas(here, LITHUANIA, ("study",))[3]


def test_humanitarian_visas_are_as_many_more_than_settle_on_them_as_is_known_whoever_is_drawn():
    """Of 8.2 expected, .47 of those issued; an agent of the sample who is granted one adds nothing."""
    lived = run(
        moves=[(4, "departed", 0, LITHUANIA, "humanitarian", keys()[0])],
        decisions=[(4, "granted", LITHUANIA, "humanitarian", keys()[0])],
    )
    lived.expected[6, LITHUANIA, CHANNEL["humanitarian"]] = 8.2
    here, year = seen(lived), Asked(("lithuania",), "2019-01-01", "2019-12-31")
    measured = {name: QUANTITIES[name].measure(here, year) for name in ("humanitarian_visas", "entries_humanitarian")}
    assert measured == pytest.approx({"humanitarian_visas": 8.2 / 0.47, "entries_humanitarian": 8.2})
    assert of.visas(here, LITHUANIA)[6] == pytest.approx(8.2 / 0.47)
    assert of.entries(here, LITHUANIA, ("humanitarian",)).sum() == ONE_IN


def test_an_entry_is_a_border_crossed_to_settle_or_to_work_for_a_season():
    key = keys()
    lived = run(
        moves=[
            (4, "departed", 0, LITHUANIA, "work", key[0]),
            (5, "onward", GEORGIA, LITHUANIA, "visa_free", key[1]),
            (6, "returned", LITHUANIA, 0, "work", key[0]),
        ],
        decisions=[(7, "pendular_out", LITHUANIA, "work", key[2])],
    )
    here = seen(lived)
    assert of.entries(here, LITHUANIA).nonzero()[0].tolist() == [4, 5, 7]
    assert by.departures(lived, LITHUANIA).nonzero()[0].tolist() == [4]
    assert by.leavers(lived, LITHUANIA).nonzero()[0].tolist() == [6]


def test_who_is_still_there_is_followed_person_by_person():
    key = keys()
    lived = run(
        moves=[
            (3, "departed", 0, GEORGIA, "visa_free", key[0]),
            (3, "departed", 0, GEORGIA, "visa_free", key[1]),
            (4, "onward", GEORGIA, POLAND, "work", key[0]),
            (5, "departed", 0, GEORGIA, "visa_free", key[2]),
            (12, "returned", GEORGIA, 0, "visa_free", key[1]),
        ],
        decisions=[
            (3, "stay_out", GEORGIA, "visa_free", key[3]),  # a short stay, over in the same month
            (3, "stay_back", 0, "none", key[3]),
        ],
    )
    here = seen(lived)
    spring = by.within("2019-04-01", "2019-06-30", MONTHS)
    assert of.remaining(here, GEORGIA, spring, 5) == (4.0, 2.0)
    assert of.remaining(here, GEORGIA, spring, 12) == (4.0, 1.0)
    assert of.stayed(here, GEORGIA).sum() == 2 * ONE_IN  # one left within six months
    places = of.whereabouts(here, 6)
    assert [places[row] for row in (0, 1, 2, 3)] == [POLAND, GEORGIA, GEORGIA, 0]
    rows, left = of.last_departure(here, MONTHS)
    assert dict(zip(rows.tolist(), left.tolist(), strict=True)) == {0: 3, 2: 5}


def test_a_visitor_who_settles_goes_on_with_the_stay_and_crosses_no_border():
    key = keys()
    lived = run(
        moves=[
            (5, "departed", 0, GEORGIA, "visa_free", key[0], "in_place"),
            (5, "departed", 0, POLAND, "work", key[1], "in_place"),  # a short worker
        ],
        decisions=[(3, "stay_out", GEORGIA, "visa_free", key[0])],
    )
    here = seen(lived)
    assert of.entries(here, GEORGIA).nonzero()[0].tolist() == [3] and of.entries(here, POLAND).sum() == 0.0
    assert by.departures(lived, GEORGIA).nonzero()[0].tolist() == [5]
    found = of.spells(here)
    assert sorted(zip(found.place.tolist(), found.since.tolist(), strict=True)) == [(POLAND, 5), (GEORGIA, 3)]
    assert of.stayed(here, GEORGIA)[3] == ONE_IN


def test_of_somebody_born_in_the_run_nothing_is_known():
    here = seen(run(moves=[(3, "departed", 0, GEORGIA, "visa_free", 2**63 + 17)]))
    assert (of.whereabouts(here, 6) == 0).all() and len(of.known(here, here.run.moves["key"])) == 0
    assert of.entries(here, GEORGIA).sum() == ONE_IN


# one value everywhere


def test_lithuania_has_one_register_at_the_end_of_a_month():
    lived = run(permit=30_000, visa=2_000, citizen=100, irregular=500)
    here = seen(lived)
    day = Asked(("lithuania",), "2020-12-31", "2020-12-31")
    table = register_table([here])
    shown = set(table[(table["destination"] == "lithuania") & (table["date"] == "2020-12-31")]["register"])
    assert shown == {QUANTITIES[name].measure(here, day) for name in ("residents", "valid_permits")} == {32_000.0}
