"""Rival rules of decision dock to closed forms of their own, share what they should, and differ where they should.

Every probability here is computed by hand with `math`. Luck is fixed; the false-alarm rates are those of a change of
luck alone.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.cli.commands import invert
from sim.cli.commands.runs import lambdas
from sim.history.coefficients import load
from sim.model.decision import constants as constants_on_file
from sim.model.decision.rules import names, region_nests, rule
from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import CHANNEL, EVENT, N_CHANNELS, N_PLACES, PLACE, REASON
from sim.numerics.errors import UserError
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import Choice, People, Settings, fingerprint
from tests.worlds import close, constants, crowd, hot, hot_people, hot_world, lives, plain_world, quiet, start, tighten

RULES = ("destination_nest", "flat_logit", "region_nests", "two_steps")
VALUES = {"lithuania": 0.7, "poland": 1.3, "latvia": -0.4, "georgia": -0.2, "russia": 0.5, "uae": 0.1}
COUNTRIES = tuple(VALUES)
REGION = {"lithuania": 0, "poland": 0, "latvia": 0, "georgia": 1, "russia": 1, "uae": 2}
LEVEL, LAM, RHO = -2.5, 0.6, 0.5
APPLIED, WISHED = EVENT["applied"], EVENT["wished"]


def nested(places, lam):
    """Probabilities of each place under a nest of destinations against staying."""
    weights = np.array([math.exp(VALUES[place]) for place in places])
    leave = 1.0 / (1.0 + math.exp(-(LEVEL + lam * math.log(weights.sum()))))
    return dict(zip(places, leave * weights / weights.sum(), strict=True))


def flat(places):
    """Probabilities of each place under one logit of staying and all destinations."""
    odds = {place: math.exp(LEVEL + VALUES[place]) for place in places}
    return {place: value / (1.0 + sum(odds.values())) for place, value in odds.items()}


def regional(places, lam=LAM, rho=RHO):
    """Probabilities of each place under three levels: staying, regions, destinations."""
    inside = {r: sum(math.exp(VALUES[p]) for p in places if REGION[p] == r) for r in {REGION[p] for p in places}}
    regions = {r: math.exp(rho * math.log(weight)) for r, weight in inside.items()}
    total = sum(regions.values())
    leave = 1.0 / (1.0 + math.exp(-(LEVEL + lam * math.log(total))))
    return {p: leave * regions[REGION[p]] / total * math.exp(VALUES[p]) / inside[REGION[p]] for p in places}


def wanted(decision, places=COUNTRIES):
    """Probabilities of going, or under `two_steps` of beginning to aspire, in the first month."""
    return {"flat_logit": flat, "region_nests": regional}.get(decision, lambda known: nested(known, LAM))(places)


def beginning(decision, world, people, replicate=0, **changes):
    """Events of the first month of a quiet world under a rule."""
    b = quiet(**{"level": LEVEL, "lambda": LAM, "nest_region": RHO} | changes)
    model = start(people, world, b, constants(**VALUES), replicate=replicate, decision=decision)
    model.run(1)
    model.close()
    return model.recorder.events


def places_of(events, kind):
    """Counts of events of a kind by country, in the order of `COUNTRIES`."""
    places = events["place"][events["kind"] == kind]
    return np.array([np.count_nonzero(places == PLACE[name]) for name in COUNTRIES])


def largest_z(counts, n, shares):
    """Largest deviation of the counts of `n` trials, the rest of the trials included, in standard errors."""
    p = np.append(shares, 1.0 - sum(shares))
    found = np.append(counts, n - counts.sum())
    assert np.all(found[p == 0.0] == 0)
    open_ = p > 0.0
    return np.abs((found - n * p)[open_] / np.sqrt(n * p * (1.0 - p))[open_]).max()


MANY = 100_000


@pytest.mark.parametrize("decision", ["destination_nest", "flat_logit", "region_nests"])
def test_a_rule_docks_to_its_closed_form(decision):
    """|z| <= 4.2 in seven cells with all open and seven with Poland closed: false alarm 4 in 10,000 for each rule."""
    people, world = crowd(MANY), plain_world(1, COUNTRIES)
    counts = places_of(beginning(decision, world, people), APPLIED)
    assert largest_z(counts, MANY, [wanted(decision)[name] for name in COUNTRIES]) <= 4.2
    rest = tuple(name for name in COUNTRIES if name != "poland")
    counts = places_of(beginning(decision, close(world, "poland", "visa_free", 0), people, replicate=1), APPLIED)
    p = wanted(decision, rest)
    assert largest_z(counts, MANY, [p.get(name, 0.0) for name in COUNTRIES]) <= 4.2


@pytest.mark.parametrize("decision", ["destination_nest", "flat_logit", "region_nests"])
def test_whoever_is_barred_goes_where_the_rule_says(decision):
    """Of those who would have gone to Poland, shares by new destination against (P'(j) - P(j)) / P(Poland).

    |z| <= 4.2 in six cells: false alarm 2 in 10,000 for each rule. Everybody else does what he did.
    """
    people, world = crowd(MANY), plain_world(1, COUNTRIES)
    ours, theirs = (
        dict(events[events["kind"] == APPLIED][["key", "place"]].tolist())
        for events in (
            beginning(decision, world, people),
            beginning(decision, close(world, "poland", "visa_free", 0), people),
        )
    )
    barred = {key for key, place in ours.items() if place == PLACE["poland"]}
    assert {key: place for key, place in ours.items() if key not in barred} == {
        key: place for key, place in theirs.items() if key not in barred
    }
    rest = tuple(name for name in COUNTRIES if name != "poland")
    before, after = wanted(decision), wanted(decision, rest)
    shares = [(after[name] - before[name]) / before["poland"] for name in rest]
    counts = np.array([sum(theirs.get(key) == PLACE[name] for key in barred) for name in rest])
    assert largest_z(counts, len(barred), shares) <= 4.2


def test_a_closure_sends_people_first_to_its_region():
    """By the closed forms: more of the barred stay in the region than without regions, and the fewest under flat."""
    rest = tuple(name for name in COUNTRIES if name != "poland")
    nearby = {}
    for decision in ("destination_nest", "flat_logit", "region_nests"):
        before, after = wanted(decision), wanted(decision, rest)
        gained = {name: (after[name] - before[name]) / before["poland"] for name in rest}
        nearby[decision] = sum(gained[name] for name in rest if REGION[name] == 0) / sum(gained.values())
    assert nearby["region_nests"] > nearby["destination_nest"] + 0.1
    assert nearby["flat_logit"] == pytest.approx(nearby["destination_nest"])  # no regions: by the same odds


def test_one_utility_more_everywhere_raises_the_log_odds_by_the_level():
    for decision in ("destination_nest", "flat_logit", "region_nests"):
        b = load({"lambda": LAM, "nest_region": RHO})
        odds = []
        for gain in (0.0, 1.0):
            model = start(
                crowd(10),
                plain_world(1, COUNTRIES),
                quiet(**{"level": LEVEL, "lambda": LAM, "nest_region": RHO}),
                constants(**{name: value + gain for name, value in VALUES.items()}),
                decision=decision,
            )
            p = model.run(1).recorder.committed[0].sum() / FIXED_POINT / 10
            odds.append(math.log(p / (1.0 - p)))
        assert odds[1] - odds[0] == pytest.approx(rule(decision).level(b), abs=1e-6)


@pytest.mark.parametrize("decision", RULES)
def test_wishes_follow_the_rule(decision):
    """Where all is closed the wishes are those of the closed form with all open.

    |z| <= 4.2 in seven cells: false alarm 2 in 10,000 for each rule.
    """
    people, world = crowd(MANY), plain_world(1, COUNTRIES)
    for name in COUNTRIES:
        world = close(world, name, "visa_free", 0)
    events = beginning(decision, world, people)
    assert set(events["kind"]) == {WISHED}
    assert set(events["reason"]) == {REASON["closed"]}
    assert largest_z(places_of(events, WISHED), MANY, [wanted(decision)[name] for name in COUNTRIES]) <= 4.2


@pytest.mark.parametrize("decision", RULES)
@pytest.mark.parametrize(
    ("changes", "shut", "reason"),
    [({"savings": -1.0}, (), "funds"), ({"exit_ban": 100}, (), "exit"), ({}, ("land", "air"), "exit")],
)
def test_a_wish_names_what_keeps_a_unit_first(decision, changes, shut, reason):
    world = plain_world(1, COUNTRIES)
    for name in COUNTRIES:
        for instrument in shut:
            world = close(world, name, instrument, 0)
    events = beginning(decision, world, crowd(2000, **changes))
    assert len(events) > 100
    assert set(events["kind"]) == {WISHED}
    assert set(events["reason"]) == {REASON[reason]}


@pytest.mark.parametrize("decision", RULES)
def test_a_closed_channel_moves_nobody_else(decision):
    """In the month of the closure nobody changes but who would have gone by the closed channel."""
    people, shut = crowd(20_000), 3
    world = plain_world(shut + 1, COUNTRIES, ("visa_free", "family"))
    tastes = {"spread_country": 0.5, "spread_leave": 0.5, "conversion": 0.3}
    b = quiet(**{"level": LEVEL, "lambda": LAM, "nest_region": RHO, "aspiration_exit": 0.1} | tastes)
    people.people.kin[:] = np.arange(20_000) % 4
    made = []
    for w in (world, tighten(world, "poland", "family", start=shut, offered=0.0)):
        model = start(people, w, b, constants(**VALUES), decision=decision)
        events = model.run().recorder.events
        chosen = events[(events["kind"] == APPLIED) & (events["month"] == shut)]
        made.append({row["key"]: (row["place"], row["channel"]) for row in chosen})
    ours, theirs = made
    barred = (PLACE["poland"], CHANNEL["family"])
    close_there = set(people.people.key[people.people.kin == PLACE["poland"]])
    hit = {key for key, choice in ours.items() if choice == barred}
    assert len(hit) > 20
    assert barred not in theirs.values()
    assert hit <= close_there
    assert {key: choice for key, choice in ours.items() if key not in hit} == {
        key: choice for key, choice in theirs.items() if key not in hit
    }
    assert any(theirs.get(key, (0,))[0] == PLACE["poland"] for key in hit)  # first by another channel
    if decision == "two_steps":
        assert len(hit & set(theirs)) > len(hit) / 2  # most aspirations are followed all the same


@pytest.mark.parametrize("decision", RULES)
def test_expected_flows_agree_with_realised_means(decision):
    """Commitments by country over 36 months against the sum of hazards, with tastes and a closure.

    The differences are martingales of variance at most the hazards: |z| <= 4.2 in six cells, false alarm 2 in 10,000
    for each rule.
    """
    months = 36
    world = close(plain_world(months, COUNTRIES), "poland", "visa_free", 10, 20)
    tastes = {"spread_country": 0.5, "spread_leave": 0.5}
    terms = {"level": -4.0, "lambda": LAM, "nest_region": RHO, "aspiration_exit": 0.1, "conversion": 0.2}
    model = start(crowd(30_000), world, quiet(**terms | tastes), constants(**VALUES), decision=decision).run()
    counts = places_of(model.recorder.events, APPLIED)
    expected = sum(month.sum(axis=1) for month in model.recorder.committed) / FIXED_POINT
    hazards = np.array([expected[PLACE[name]] for name in COUNTRIES])
    assert hazards.min() > 100.0
    assert np.abs((counts - hazards) / np.sqrt(hazards)).max() <= 4.2


def test_regions_of_no_likeness_are_no_regions():
    """With `nest_region` 1 the regions have no noise of their own: the lives are the default rule's, event by event."""
    people, world, b = hot_people(), hot_world(), hot(nest_region=1.0, peers=1.0)
    ours, theirs = (
        lives(start(people, world, b, decision=decision).run().recorder.events)
        for decision in ("destination_nest", "region_nests")
    )
    assert np.count_nonzero(ours["kind"] == APPLIED) > 100
    assert np.array_equal(ours, theirs)
    other = lives(start(people, world, b._replace(nest_region=0.5), decision="region_nests").run().recorder.events)
    assert not np.array_equal(ours, other)


def test_the_noise_of_a_region_is_positive_stable():
    """Mean of exp(-S) for S of index rho is exp(-1): |z| <= 4 (false alarm 6 in 100,000) for each of two rho."""
    for rho in (0.4, 0.8):
        liking = [region_nests.region_noise(key << 8, 3, 7, rho, key % 3) for key in range(1, 20_001)]
        x = np.exp(-np.exp(np.array(liking) / rho))
        assert abs(x.mean() - math.exp(-1.0)) / (x.std() / math.sqrt(len(x))) <= 4.0


def test_aspirations_begin_and_end_at_the_rates_stated():
    """Aspirers of every month, nobody leaving: binomial with a' = a (1 - exit) + (1 - a) entry, whose end is
    entry / (entry + exit). |z| <= 4.5 in 24 months: false alarm below 2 in 10,000.
    """
    months, exit_ = 24, 0.15
    b = quiet(**{"level": LEVEL, "lambda": LAM, "aspiration_exit": exit_, "conversion": 0.0})
    model = start(crowd(50_000), plain_world(months, COUNTRIES), b, constants(**VALUES), decision="two_steps").run()
    events = model.recorder.events
    assert set(events["kind"]) == {WISHED}
    assert set(events["reason"]) == {REASON["quiet"]}
    entry, share = sum(nested(COUNTRIES, LAM).values()), 0.0
    for month in range(months):
        share = share * (1.0 - exit_) + (1.0 - share) * entry
        found = np.count_nonzero(events["month"] == month)
        assert abs(found - 50_000 * share) <= 4.5 * math.sqrt(50_000 * share * (1.0 - share))
    assert share == pytest.approx(entry / (entry + exit_), abs=1e-3)
    assert np.count_nonzero(model.columns.aspires == months - 1) == found


def test_an_aspiration_is_followed_with_the_chance_stated():
    """Of the first month's aspirers, by destination against conversion * exp v / sum: |z| <= 4.2 in seven cells,
    false alarm 2 in 10,000. Nobody who does not aspire goes.
    """
    events = beginning("two_steps", plain_world(1, COUNTRIES), crowd(MANY), conversion=0.3)
    counts = places_of(events, APPLIED)
    aspirers = counts.sum() + np.count_nonzero(events["kind"] == WISHED)
    weights = np.array([math.exp(VALUES[name]) for name in COUNTRIES])
    assert largest_z(counts, aspirers, list(0.3 * weights / weights.sum())) <= 4.2
    entry = sum(nested(COUNTRIES, LAM).values())
    assert abs(aspirers - MANY * entry) <= 4.2 * math.sqrt(MANY * entry * (1.0 - entry))


def test_a_closure_leaves_aspirations_alone():
    """Under two steps the same people aspire whatever is closed, as long as nobody leaves."""
    people, world = crowd(5000), plain_world(12, COUNTRIES)
    b = quiet(**{"level": LEVEL, "lambda": LAM, "aspiration_exit": 0.15, "conversion": 0.0})
    ours, theirs = (
        start(people, w, b, constants(**VALUES), decision="two_steps").run().recorder.events
        for w in (world, close(world, "poland", "visa_free", 4))
    )
    assert np.array_equal(lives(ours), lives(theirs))


@pytest.mark.parametrize("decision", RULES)
def test_threads_change_no_byte_and_blocks_no_life(decision):
    people, world, b = hot_people(), hot_world(24), hot()
    one, threaded, cut = (
        start(people, world, b, decision=decision, **how).run().recorder
        for how in ({"block": 100}, {"block": 100, "threads": 2}, {"block": 1000})
    )
    assert len(one.events) > 1000
    assert one.events.tobytes() == threaded.events.tobytes()
    assert np.array_equal(lives(one.events), lives(cut.events))
    assert np.array_equal(one.committed, threaded.committed)
    assert np.array_equal(one.committed, cut.committed)


@pytest.mark.parametrize("decision", RULES)
def test_a_fork_keeps_the_rule(decision):
    people, world, b = hot_people(), hot_world(12), hot()
    whole = start(people, world, b, decision=decision).run()
    parent = start(people, world, b, decision=decision).run(6)
    twin_ = parent.fork(None, world)
    assert twin_.rule == parent.rule
    assert np.array_equal(lives(whole.recorder.events), lives(twin_.run().recorder.events))


def test_every_rule_has_constants_and_a_fingerprint_of_its_own():
    assert names() == sorted(RULES)
    seen = set()
    for decision in RULES:
        settings = Settings(decision=decision, people=People(one_in=20_000), until="2019-02", threads=1)
        model = Ensemble(settings).model(Job("historical", 0.62, 0))
        assert model.rule.name == decision
        on_file = constants_on_file.load(0.62, decision)
        assert np.array_equal(model.inputs.constants.places, on_file.places)
        seen.add((fingerprint(settings), on_file.places.tobytes()))
    assert len({print_ for print_, _ in seen}) == len({table for _, table in seen}) == len(RULES)


def test_an_unknown_rule_is_refused():
    with pytest.raises(UserError, match=r"flat.*known: .*flat_logit"):
        start(crowd(10), plain_world(1, COUNTRIES), quiet(), decision="flat")


def test_a_rule_that_sets_lambda_has_one_set_of_constants_and_no_slices():
    settings = Settings(decision="flat_logit", choice=Choice(lambda_=0.62))
    assert lambdas(settings, 8) == {0.62: 8}
    assert lambdas(replace(settings, decision="region_nests"), 8) == {0.62: 8, 0.2: 2, 0.95: 2}
    assert rule("flat_logit").lam == 1.0
    assert rule("region_nests").lam is None
    flows = np.full((48, N_PLACES, N_CHANNELS), 1.0)
    moved, _ = invert.sweep(constants(), 1.0, invert.Expected(flows, flows.sum(axis=2)), *invert.targets())
    assert np.isfinite(moved.places).all()
