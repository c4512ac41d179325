"""What Belarus loses, who arrives, and what ties three countries: by hand, from moves of a few people."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.model.recording.by_group import MEASURES
from sim.numerics.codes import (
    CHANNEL,
    EDUCATION,
    EVENT,
    EXPOSURE,
    INSTRUMENT,
    N_CHANNELS,
    N_PLACES,
    PLACE,
    REGION,
    SECTOR,
)
from sim.observation import arrivals, losses
from sim.observation.seen import each_seen
from sim.runs.run import DECISION, MOVE
from tests.worlds import crowd, plain_world

LITHUANIA, POLAND = PLACE["lithuania"], PLACE["poland"]
MONTHS = 24


def seen(people, moves=(), decisions=(), one_in=10):
    """A run of these moves: month, event, row, origin, place, channel; and decisions: month, event, row."""
    keys = people.people.key
    log = np.zeros(len(moves), MOVE)
    for i, (when, kind, row, origin, place, channel) in enumerate(moves):
        log[i]["month"], log[i]["kind"], log[i]["key"] = when, EVENT[kind], keys[row]
        log[i]["origin"], log[i]["place"], log[i]["channel"] = origin, place, CHANNEL[channel]
    told = np.zeros(len(decisions), DECISION)
    for i, (when, kind, row) in enumerate(decisions):
        told[i]["month"], told[i]["kind"], told[i]["key"] = when, EVENT[kind], keys[row]
    flows = np.zeros((MONTHS, N_PLACES, N_PLACES, N_CHANNELS), np.int64)
    np.add.at(flows, (log["month"], log["origin"], log["place"], log["channel"]), one_in)
    run = SimpleNamespace(moves=log, decisions=told, flows=flows, harms=np.zeros((MONTHS, len(MEASURES))),
                          job=SimpleNamespace(lambda_=0.6, replicate=0))  # fmt: skip
    world = plain_world(MONTHS, ("lithuania", "poland"))
    world.belarus["income"][12:] = 2.0
    return next(each_seen([run], world, lambda run: people.people, one_in))


def test_schooling_is_school_to_its_length_and_a_degree():
    lower, higher = EDUCATION["lower"], EDUCATION["higher"]
    found = losses.schooling(np.array([lower, lower, lower, higher], np.uint8), np.array([3.0, 9.0, 40.0, 40.0]))
    assert found.tolist() == [0.0, 3.0, 11.0, 16.0]


def test_taxes_are_those_on_the_gross_wage():
    tax, contributions = losses.taxes(np.array([860.0]))
    assert tax[0] == pytest.approx(130.0) and contributions[0] == pytest.approx(350.0)


def test_what_is_lost_is_net_of_who_comes_back_and_grows_with_incomes_at_home():
    """A graduate of IT and a journalist leave in month 2, the journalist returns in month 14; the diaspora is none."""
    people = crowd(3, income=[860.0, 430.0, 860.0], sector=[SECTOR["it"], SECTOR["ngo_media"], SECTOR["it"]])
    people.people.education[0] = EDUCATION["higher"]
    people.people.region[2] = REGION["abroad"]
    moves = [(2, "departed", row, 0, LITHUANIA, "work") for row in range(3)]
    moves.append((14, "returned", 1, LITHUANIA, 0, "none"))
    first, second = (dict(zip(losses.ITEMS, row[3:], strict=True)) for row in losses.rows_of_run(seen(people, moves)))
    assert [first[name] for name in ("leavers", "degrees", "it_workers", "media_workers")] == [20.0, 10.0, 10.0, 10.0]
    assert [second[name] for name in ("leavers", "degrees", "it_workers", "media_workers")] == [-10.0, 0.0, 0.0, -10.0]
    assert first["school_years"] == 10 * (16 + 11) and second["school_years"] == -10 * 11
    assert first["income_tax"] == pytest.approx(10 * 10 * (130.0 + 65.0))  # ten persons an agent, ten months
    assert second["income_tax"] == pytest.approx(10 * (12 * 130.0 + 2 * 2.0 * 65.0))


def test_arrivals_are_told_apart_as_the_study_does():
    """Newsrooms and organisations by their work, staff by their firm, then who is exposed or was detained before."""
    exposure = [EXPOSURE[name] for name in ("media", "ngo", "none", "protest", "none", "none")]
    people = crowd(6, exposure=exposure)
    moves = [(5, "departed", row, 0, LITHUANIA, "relocation" if row in (0, 2) else "work") for row in range(6)]
    decisions = [(9, "detained", 5), (3, "detained", 4)]
    found = {row[4]: row[5] for row in arrivals.arrivals_of(seen(people, moves, decisions))}
    assert found == {
        "newsrooms": 10, "organisations": 10, "relocated staff": 10, "repressed": 20, "others": 10,
    }  # fmt: skip


def test_neighbours_exchange_people_and_papers_count_some_of_them_twice():
    """Three come to Lithuania by a national visa, one by permit; a permit follows a visa after four months."""
    people = crowd(4)
    one = seen(people, [
        (0, "departed", 0, 0, LITHUANIA, "study"), (10, "departed", 1, 0, LITHUANIA, "study"),
        (3, "departed", 2, 0, LITHUANIA, "study"), (3, "departed", 3, 0, LITHUANIA, "work"),
        (5, "onward", 0, LITHUANIA, POLAND, "work"), (6, "onward", 3, LITHUANIA, PLACE["georgia"], "work"),
    ])  # fmt: skip
    one.world.law["entry"][LITHUANIA, CHANNEL["study"]] = INSTRUMENT["national_visa"]
    one.world.law["entry"][LITHUANIA, CHANNEL["work"]] = INSTRUMENT["permit"]
    rows = {row[2:4]: row[4:] for row in arrivals.ties_of(one)}
    assert rows["lithuania", 2019] == (10.0, 0.0, 30.0, 30.0, 20.0)
    assert rows["lithuania", 2020] == (0.0, 0.0, 0.0, 10.0, 0.0)
    assert rows["poland", 2019][:2] == (0.0, 10.0) and rows["latvia", 2019] == (0.0,) * 5
