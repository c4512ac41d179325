"""Reasons: what a departure loses without one of them, against closed forms; who would cite what."""

import numpy as np
import pytest

from sim.analysis import citing
from sim.analysis.causes import FLEES, is_flight
from sim.analysis.life import Follower
from sim.analysis.reasons import PULLS, PUSHES, REASONS, RECORD, WHOLE, ReasonsOf
from sim.analysis.terms import TERMS
from sim.numerics.codes import CHANNEL, CONSCRIPTION, EVENT, EXPOSURE, INSTRUMENT, MOTIVE, PLACE, SEX, STATUS, names
from tests import worlds

POLAND, GEORGIA = PLACE["poland"], PLACE["georgia"]
LAMBDA = 0.6


def committed(b, world, n=400, **values):
    model = worlds.start(worlds.crowd(n, **values), world, b)
    model.observer = ReasonsOf()
    model.run(1)
    records = model.observer.records
    assert len(records) == int((model.recorder.events["kind"] == EVENT["applied"]).sum()) > 50
    return records


def leave(records, reason):
    return records["leave"][:, REASONS.index(reason)]


def choice(records, reason):
    return records["choice"][:, tuple(PULLS).index(reason)]


@pytest.fixture
def two_places():
    return worlds.plain_world(1, ("poland", "georgia"))


def test_without_wages_the_log_sum_and_the_choice_fall_as_they_should(two_places):
    two_places.places["wage"][:, POLAND], two_places.places["wage"][:, GEORGIA] = 2.0, 4.0
    records = committed(worlds.quiet(level=0.0, income=1.0), two_places)
    assert leave(records, "wage") == pytest.approx(LAMBDA * np.log(3.0), abs=1e-6)
    goes = records["place"] == GEORGIA
    assert goes.any() and not goes.all()
    assert choice(records, "wage")[goes] == pytest.approx(np.log(4.0 / 3.0), abs=1e-6)
    assert choice(records, "wage")[~goes] == pytest.approx(np.log(2.0 / 3.0), abs=1e-6)
    others = [name for name in PULLS if name != "wage"]
    assert all(leave(records, name) == pytest.approx(0.0, abs=1e-6) for name in others)


def test_a_diaspora_is_removed_to_what_it_was_at_the_start(two_places):
    """9,500 people make a term of zero: nothing is added. Of 19,500 there now half came since: 0.6 log 2 in both."""
    b = worlds.quiet(level=0.0, diaspora=0.6)
    assert leave(committed(b, two_places), "diaspora") == pytest.approx(0.0, abs=1e-6)
    model = worlds.start(worlds.crowd(400), two_places, b)
    model.residents = np.full_like(model.residents, 19_500.0)
    model.observer = ReasonsOf()
    model.run(1)
    records = model.observer.records
    assert len(records) > 50
    assert leave(records, "diaspora") == pytest.approx(LAMBDA * 0.6 * np.log(2.0), abs=1e-6)
    assert choice(records, "diaspora") == pytest.approx(0.0, abs=1e-6)


def test_safety_is_removed_to_nowhere_safe_and_counts_for_the_persecuted_only(two_places):
    two_places.places["safety"][:, GEORGIA] = 0.0
    b = worlds.quiet(level=0.0, safety=1.0)
    records = committed(b, two_places, exposure=EXPOSURE["media"])
    assert leave(records, "safety") == pytest.approx(LAMBDA * np.log((1.0 + np.exp(-1.0)) / (2.0 * np.exp(-1.0))))
    goes = records["place"] == POLAND
    assert choice(records, "safety")[goes] == pytest.approx(np.log(2.0 / (1.0 + np.exp(-1.0))), abs=1e-6)
    assert leave(committed(b, two_places), "safety") == pytest.approx(0.0, abs=1e-6)


def test_access_is_what_the_open_channels_cost(two_places):
    world = worlds.tighten(two_places, "poland", "visa_free", approval=0.5)
    records = committed(worlds.quiet(level=0.0), world)
    assert leave(records, "access") == pytest.approx(LAMBDA * (np.log(1.5) - np.log(2.0)), abs=1e-6)


def test_who_comes_by_the_family_channel_owes_it_to_kin():
    world = worlds.plain_world(1, ("poland", "georgia"), ("visa_free", "family"))
    world = worlds.tighten(world, "poland", "visa_free", offered=0.0)
    world = worlds.tighten(world, "georgia", "family", offered=0.0)
    records = committed(worlds.quiet(level=0.0, kin=1.0), world, kin=POLAND)
    goes = records["place"] == POLAND
    assert goes.any() and not goes.all()
    assert choice(records, "kin")[goes] == pytest.approx(WHOLE)
    assert leave(records, "kin") == pytest.approx(LAMBDA * np.log(1.0 + np.e), abs=1e-5)


def test_who_comes_by_a_humanitarian_visa_owes_it_to_protection():
    world = worlds.plain_world(1, ("poland", "georgia"), ("visa_free", "humanitarian"))
    world = worlds.tighten(world, "poland", "visa_free", offered=0.0)
    world = worlds.tighten(world, "georgia", "humanitarian", offered=0.0)
    records = committed(worlds.quiet(level=0.0), world)
    goes = records["place"] == POLAND
    assert goes.any() and not goes.all()
    assert choice(records, "protection")[goes] == pytest.approx(WHOLE)
    assert leave(records, "protection") == pytest.approx(LAMBDA * np.log(2.0), abs=1e-5)


def test_push_reasons_lose_their_own_terms(two_places):
    two_places.belarus["news"], two_places.belarus["war_fear"] = 0.5, 0.4
    b = worlds.quiet(level=0.0, repression=1.0, exposure_protest=2.0, war=0.5, conscription=0.25, skill=0.3, youth=0.2)
    young = {"sex": SEX["male"], "birth": -20 * 12, "conscription": CONSCRIPTION["liable"], "education": 1}
    records = committed(b, two_places, exposure=EXPOSURE["protest"], **young)
    for reason, loss in {"repression": 1.0, "war": 0.2, "draft": 0.1, "person": 0.5, "peers": 0.0}.items():
        assert leave(records, reason) == pytest.approx(loss, abs=1e-6)
    assert set(records["motive"]) == {MOTIVE["draft"], MOTIVE["labour"]}  # some would have gone without fear


def owes_all_to_protection(records):
    """No other pull can have drawn who weighed nothing beside it."""
    assert (leave(records, "protection") == WHOLE).all() and (choice(records, "protection") == WHOLE).all()
    others = [name for name in PULLS if name != "protection"]
    return all((leave(records, name) == 0.0).all() and (choice(records, name) == 0.0).all() for name in others)


def test_who_goes_along_with_an_employer_owes_it_to_protection_and_to_the_own_push():
    model = worlds.start(worlds.hot_people(), worlds.hot_world(18), worlds.hot())
    model.observer = ReasonsOf()
    model.run()
    records = model.observer.records
    along = records[records["channel"] == CHANNEL["relocation"]]
    assert len(along) >= 20 and owes_all_to_protection(along)
    assert (leave(along, "repression") != 0.0).any()


def test_who_asks_for_asylum_at_the_border_owes_it_to_protection():
    world = worlds.plain_world(1, ("poland",), ("work", "asylum"))
    world = worlds.close(worlds.admit(world, "poland", "work", entry=INSTRUMENT["permit"]), "poland", "permit", 0)
    world = worlds.admit(world, "poland", "asylum", entry=INSTRUMENT["asylum"], first_status=STATUS["asylum_seeker"])
    world.places["screening_false"], world.places["screening_true"], world.places["asylum_border"] = 1.0, 1.0, 1.0
    records = committed(worlds.quiet(level=60.0, danger_months=60.0), world, savings=1e5, detained=-3)
    assert (records["channel"] == CHANNEL["asylum"]).all() and owes_all_to_protection(records)


def test_in_a_busy_world_the_losses_are_those_of_the_decisions_taken_apart():
    """Every commitment of 75 units, its losses computed again from the decision's own terms."""
    model = worlds.start(worlds.hot_people(), worlds.hot_world(18), worlds.hot())
    reasons, followers = ReasonsOf(), [Follower(head) for head in range(0, 1200, 16)]

    def observe(seen):
        for observer in (reasons, *followers):
            observer(seen)

    model.observer = observe
    model.run()
    decided = {
        (one.month, int(model.columns.key[follower.row])): one
        for follower in followers
        for one in follower.decisions
        if one.chosen >= 0 and one.event[2] != CHANNEL["relocation"]
    }
    found = {(int(one["month"]), int(one["key"])): one for one in reasons.records}
    mu = float(model.behaviour.nest_channel)
    assert len(decided) >= 10 and set(decided) <= set(found)
    for which, one in decided.items():
        record = found[which]
        assert record["place"] == one.chosen
        assert is_flight(one) == (names(MOTIVE)[record["motive"]] in FLEES), "as the engine judged with the same luck"
        for i, terms in enumerate(PUSHES.values()):
            assert record["leave"][i] == pytest.approx(sum(one.push[name] for name in terms), abs=1e-5)
        usable = (one.obstacles == 0) & np.isfinite(one.terms.sum(axis=2))
        for name in ("wage", "rent", "distance"):
            column = tuple(PULLS).index(name)
            kept = np.delete(one.terms, TERMS.index(name), axis=2).sum(axis=2)
            without = mu * np.logaddexp.reduce(np.where(usable, kept, -np.inf) / mu, axis=1)
            fall = one.lambda_ * (np.log(np.exp(one.values).sum()) - np.log(np.exp(without).sum()))
            assert record["leave"][len(PUSHES) + column] == pytest.approx(fall, abs=1e-5), name
            share = np.exp(one.values[one.chosen]) / np.exp(one.values).sum()
            rest = np.exp(without[one.chosen]) / np.exp(without).sum()
            assert record["choice"][column] == pytest.approx(np.log(share / rest), abs=1e-4), name


def made_up(n, place=POLAND, motive=1, **losses):
    records = np.zeros(n, RECORD)
    records["place"], records["motive"], records["month"] = place, motive, 14
    for name, loss in losses.items():
        records["leave"][:, REASONS.index(name)] = loss
    return records


def test_reasons_are_cited_by_their_losses_and_small_cells_are_left_out():
    table = citing.reasons_table([made_up(40, repression=2.0, war=1.0), made_up(10, place=GEORGIA, war=3.0)], 30)
    everybody = table[
        (table["question"] == "leave") & (table[list(citing.DIMENSIONS)] == citing.ALL).all(axis=1)
    ].set_index("reason")
    assert everybody.loc["repression", "loss"] == pytest.approx(1.6)
    assert everybody.loc["war", "loss"] == pytest.approx(1.4)
    assert everybody.loc["rent", "cited"] == 0.0
    assert everybody.loc["repression", "cited"] == pytest.approx(0.8 * (1.0 - np.exp(-2.0)))
    assert everybody["rank"].min() == 1.0 and everybody["commitments"].eq(50).all()
    few = table[(table["destination"] == "georgia") & (table["year"] == citing.ALL)]
    assert len(few) and few[["loss", "cited", "rank"]].isna().all().all()
    assert set(table["year"]) == {citing.ALL, "2020"}
    text = citing.ranking_text(table, "leave", "destination")
    assert text.splitlines()[1].startswith("war") and "few" in text
