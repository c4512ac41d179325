"""Paired worlds: what a change does not reach stays the same, bit for bit.

No test here has a tolerance or a false alarm: lives are compared as bytes. With feedback off (no circles, no queues,
fixed reference counts) nothing but the change itself may change a life; with it on, worlds are one until they part.
"""

import hashlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.history.compiled import first_difference
from sim.model.fused import blocks, largest
from sim.model.run_constants import reference
from sim.numerics.codes import CHANNEL, EVENT, GROUP, INSTRUMENT, MODE, PLACE, STATUS
from sim.population import schema
from sim.runs.run import Job
from tests.stratified import busy_lives, stratified_people
from tests.worlds import (
    admit,
    close,
    constants,
    crowd,
    hot,
    hot_people,
    hot_world,
    lives,
    quiet,
    regroup,
    start,
    tighten,
)

ROOT = Path(__file__).resolve().parents[2]
TABLE = constants(poland=1.0)
BORN, DIED = EVENT["born"], EVENT["died"]


def fingerprint(model):
    """SHA-256 of everything a run leaves: events, columns, stocks, expected flows."""
    digest = hashlib.sha256(model.recorder.events.tobytes())
    for array in (*model.columns, model.recorder.stock_persons(), np.array(model.recorder.committed)):
        digest.update(array.tobytes())
    return digest.hexdigest()


def assert_same(one, other):
    """Two models have lived through the same, to the last bit."""
    assert np.array_equal(one.recorder.events, other.recorder.events)
    for name, ours, theirs in zip(schema.Columns._fields, one.columns, other.columns, strict=True):
        assert ours.tobytes() == theirs.tobytes(), name
    assert np.array_equal(one.recorder.stocks, other.recorder.stocks)
    assert np.array_equal(one.recorder.committed, other.recorder.committed)
    assert np.array_equal(one.circles.memory, other.circles.memory)
    assert np.array_equal(one.circles.living, other.circles.living)
    assert np.array_equal(one.circles.abroad, other.circles.abroad)
    assert np.array_equal(one.circles.heard, other.circles.heard)
    assert all(np.array_equal(*pair) for pair in zip(one.employers, other.employers, strict=True))
    assert np.array_equal(one.residents, other.residents) and np.array_equal(one.banked, other.banked)
    assert np.array_equal(one.pending, other.pending) and fingerprint(one) == fingerprint(other)


def hot_model(world=None, people=None, **options):
    """A model of the hot world, all feedback on."""
    return start(people or hot_people(), world or hot_world(), hot(), TABLE, **options)


@cache
def hot_run(changed=False, block=None):
    """A run of the hot world, or of the changed one, that several tests look at and none goes on with."""
    return hot_model(changed_world() if changed else None, **({"block": block} if block else {})).run()


# before the change, and the fork

PARTING = 15


def changed_world():
    """The hot world with Poland shut to work from the parting month on, and a new quota."""
    world = close(hot_world(), "poland", "national_visa", PARTING)
    return tighten(world, "lithuania", "humanitarian", start=PARTING, capacity=1.0)


def test_worlds_are_one_before_they_part():
    world, other = hot_world(), changed_world()
    assert first_difference(world, other) == PARTING and first_difference(world, hot_world()) == len(world.belarus)
    one, two = hot_model(world).run(PARTING), hot_model(other).run(PARTING)
    assert_same(one, two)
    assert len(one.recorder.events) > 1000
    assert not np.array_equal(one.run().recorder.events, two.run().recorder.events)


@pytest.mark.parametrize("parting", [0, 4, PARTING])
def test_a_fork_is_the_scenario_from_the_start(parting):
    """The fork lives the scenario's life, and the original goes on as if it had never been forked."""
    trunk = hot_model(block=130).run(parting)
    fork, straight = trunk.fork(None, changed_world()).run(), hot_run(changed=True, block=130)
    assert_same(fork, straight)
    for name in ("rules", "places"):  # rents and approvals answer to newcomers, before the parting too
        assert getattr(fork.world, name)[parting:].tobytes() == getattr(straight.world, name)[parting:].tobytes()
    assert_same(trunk.run(), hot_run(block=130))


def test_a_fork_expects_the_arrivals_of_the_scenario_from_the_start():
    """Expected departures are made from the approvals of all months, those before the parting included."""
    fork = hot_model().run(PARTING).fork(None, changed_world()).run()
    straight = hot_run(changed=True)
    ours, theirs = (model.recorder.expected_arrivals(model.world) for model in (fork, straight))
    assert np.array_equal(ours, theirs)


def test_a_fork_of_the_real_history_is_the_scenario(thousandth):
    """Lithuania's visa ban on one circle in a thousand: fork at the parting month against the run from the start."""
    job = Job("historical", 0.62, 2)
    history, world = thousandth.history("lithuania_visa_ban"), thousandth.world("lithuania_visa_ban")
    parting = first_difference(thousandth.world("historical"), world)
    assert 12 < parting < 80
    fork = thousandth.model(job).run(parting).fork(history, world)
    assert_same(fork.run(), thousandth.model(Job("lithuania_visa_ban", 0.62, 2)).run())


def test_a_model_leaves_its_population_as_it_was():
    """Two runs of one population object are the same run: states were copied."""
    people, world = hot_people(), hot_world()
    assert_same(hot_model(world, people).run(), hot_model(world, people).run())


# changes that reach nobody


def nobody(model_world, people=None):
    """That a changed hot world, feedback on, changes no life of anybody."""
    usual = hot_model(people=people).run() if people else hot_run()
    assert_same(usual, hot_model(model_world, people).run())


def test_a_ban_on_what_nobody_may_use_changes_nobody():
    """No channel of Lithuania needs a Schengen visa, and no one is a driver: closing either closes nothing."""
    world = hot_world()
    for instrument in ("short_visa", "short_visa_entry"):
        world = close(world, "lithuania", instrument, 6)
    nobody(world)


def test_an_exception_for_a_group_without_members_changes_nobody():
    """A closure that excepts holders of a Polish card, where nobody holds one, is the closure."""
    people = hot_people()
    people.people.ancestry[:] = 0
    world = hot_world()
    openness = world.openness.copy()
    column = openness.shape[3] - len(GROUP) + GROUP["ancestry"]
    openness[12:24, PLACE["lithuania"], INSTRUMENT["visa_free"], column] = 1.0
    nobody(world._replace(openness=openness, outlook=openness), people)


def test_an_empty_destination_changes_nobody():
    """A country without channels, and one whose only channel is never offered."""
    world = hot_world()
    world.places["wage"][:, PLACE["uae"]] = 9000.0
    nobody(world)
    world = admit(hot_world(), "uae", "work", exists=1, sectors=0xFFFF, youngest=0, oldest=200, entry=-1, residence=-1)
    nobody(tighten(world, "uae", "work", offered=0.0))


def test_a_channel_for_a_group_without_members_changes_nobody():
    """A channel for holders of a Polish card, where nobody holds one."""
    people = hot_people()
    people.people.ancestry[:] = 0
    law = {"exists": 1, "sectors": 0xFFFF, "groups": 1 << GROUP["ancestry"], "youngest": 0, "oldest": 200}
    world = admit(hot_world(), "poland", "ancestry", **law, entry=-1, residence=-1, first_status=STATUS["permit"])
    nobody(tighten(world, "poland", "ancestry", offered=1.0), people)


def test_a_rule_changed_to_itself_changes_nobody():
    nobody(tighten(hot_world(), "poland", "work", start=3, capacity=6.0, months=2.5))


def test_a_looser_limit_that_never_bound_changes_nobody():
    """A quota of a million persons is no quota, as far as lives go (one's own queue is never felt)."""
    nobody(tighten(hot_world(), "georgia", "visa_free", capacity=1e9))


# one more person, another order


def calm(**changes):
    """The hot coefficients with all feedback between people off; queues are off by the world."""
    return hot(peers=0.0, circle_gain=0.0, danger_circle=0.0, diaspora=0.0, **changes)


def unlimited():
    """The hot world without quotas and drafts and with offers of work for all, where neither rents nor approvals answer
    to newcomers.
    """
    world = hot_world()
    world.rules["capacity"], world.demand[:] = np.inf, 1e9
    world.places["rent_response"], world.places["inflow_limit"] = 0.0, np.inf
    for called in ("summoned", "officers", "reservists"):
        world.belarus[called] = 0.0  # who leaves, another is called in his place
    return world


def told_apart(model, keys):
    """Lives and final columns of the people with these keys, in order of key."""
    events = model.recorder.events
    order = np.argsort(model.columns.key)
    rows = order[np.isin(model.columns.key[order], keys)]
    states = [getattr(model.columns, name)[rows] for name in schema.STATES]
    return lives(events[np.isin(events["key"], keys)]), states


def assert_same_lives(one, other, keys):
    """The people with these keys live the same lives in both models."""
    (ours, our_states), (theirs, their_states) = told_apart(one, keys), told_apart(other, keys)
    assert len(ours) > 100 and np.array_equal(ours, theirs)
    for name, mine, yours in zip(schema.STATES, our_states, their_states, strict=True):
        assert np.array_equal(mine, yours), name


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_one_circle_more_changes_no_other_life(where):
    """Feedback off and reference counts fixed, 40 people more, wherever they stand in storage, change nobody."""
    everyone, world, b = hot_people(), unlimited(), calm()
    fixed = reference(everyone.people, 1)
    circles = len(everyone.circle_start) - 1
    extra = {"first": 0, "middle": circles // 2, "last": circles - 1}[where]
    without = regroup(everyone, np.array([i for i in range(circles) if i != extra]))
    models = [start(people, world, b, TABLE, reference=fixed).run() for people in (everyone, without)]
    assert_same_lives(*models, without.people.key)


def test_one_unit_more_in_a_circle_changes_no_other_life():
    """The last family of a circle taken out: the others of its circle notice nothing (feedback off)."""
    everyone, world, b = hot_people(), unlimited(), calm()
    fixed = reference(everyone.people, 1)
    cut = everyone.circle_start[7] - 4
    keep = np.r_[0:cut, cut + 4 : len(everyone.people.key)]
    fewer = hot_people()
    fewer.people = schema.Columns(*(array[keep] for array in everyone.people))
    fewer.employers = everyone.employers
    fewer.circle_start = np.where(everyone.circle_start >= cut + 4, everyone.circle_start - 4, everyone.circle_start)
    models = [start(people, world, b, TABLE, reference=fixed).run() for people in (everyone, fewer)]
    assert_same_lives(*models, fewer.people.key)


def test_the_order_of_circles_changes_no_life():
    """Circles reversed in storage, feedback within circles on: every life stays the same."""
    everyone, world = hot_people(), hot_world()
    world.rules["capacity"] = np.inf
    order = np.arange(len(everyone.circle_start) - 1)[::-1]
    models = [start(people, world, hot(), TABLE).run() for people in (everyone, regroup(everyone, order))]
    assert_same_lives(*models, everyone.people.key)
    assert np.array_equal(models[0].recorder.committed, models[1].recorder.committed)
    assert np.array_equal(models[0].circles.memory, models[1].circles.memory[order])


def test_the_order_of_circles_changes_no_queue():
    """With quotas on too: who is served goes by month of application, luck and key, not by storage."""
    everyone, world = hot_people(), hot_world()
    order = np.random.default_rng(2).permutation(len(everyone.circle_start) - 1)
    models = [start(people, world, hot(), TABLE).run() for people in (everyone, regroup(everyone, order))]
    assert_same_lives(*models, everyone.people.key)


def test_circles_do_feed_back():
    """With feedback on, a circle that detentions spare decides otherwise: the tests above are not idle."""
    everyone, world = hot_people(), unlimited()
    circles = len(everyone.circle_start) - 1
    halves = regroup(everyone, np.arange(circles))
    halves.circle_start = halves.circle_start[[0, *range(2, circles, 2), circles]]
    halves.people.circle[:] = np.repeat(np.arange(len(halves.circle_start) - 1), np.diff(halves.circle_start))
    one, two = (start(people, world, hot(), TABLE).run() for people in (everyone, halves))
    assert not np.array_equal(lives(one.recorder.events), lives(two.recorder.events))
    one, two = (start(people, world, calm(), TABLE).run() for people in (everyone, halves))
    assert np.array_equal(lives(one.recorder.events), lives(two.recorder.events))


# machines


@pytest.mark.parametrize("block", [1, 150, 1000])
def test_blocks_change_no_life(block):
    """Events come in another order within a month (by block), and are otherwise the same."""
    one, other = hot_run(), hot_model(block=block).run()
    assert np.array_equal(lives(one.recorder.events), lives(other.recorder.events))
    assert (np.diff(other.recorder.events["month"]) >= 0).all()
    assert np.array_equal(one.recorder.stocks, other.recorder.stocks)
    assert np.array_equal(one.recorder.committed, other.recorder.committed)
    for name in schema.STATES:
        assert np.array_equal(getattr(one.columns, name), getattr(other.columns, name)), name


def test_threads_change_nothing_at_all():
    """With the same blocks even the order of events is the same."""
    assert_same(hot_run(block=130), hot_model(block=130, threads=2).run())


def test_threads_and_blocks_on_the_real_history(thousandth):
    """To August 2022: blocks of 1,000 rows and of 65,536, one thread and two."""
    models = []
    for threads, block in ((1, 65_536), (1, 1000), (2, 1000)):
        model = thousandth.model(Job("historical", 0.62, 0), threads)
        model._blocks = [(span, largest(model.circles.start, span)) for span in blocks(model.circles.start, block)]
        models.append(model.run(44))
    whole, parts, threaded = models
    assert_same(parts, threaded)
    assert np.array_equal(lives(whole.recorder.events), lives(parts.recorder.events))
    assert np.array_equal(whole.recorder.committed, parts.recorder.committed)


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from tests.verification.test_paired import fingerprint, hot_model
print(fingerprint(hot_model(replicate=4).run()))
"""


def test_the_same_seed_gives_the_same_bytes_in_another_process():
    script = SCRIPT.format(root=str(ROOT))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == fingerprint(hot_model(replicate=4).run())


def test_another_replicate_or_seed_is_another_luck():
    prints = [fingerprint(hot_model(**luck).run()) for luck in ({}, {"replicate": 1}, {"seed": 2}, {"replicate": 0})]
    assert len(set(prints)) == 3 and prints[0] == prints[3]


def test_luck_of_traits_is_not_that_of_the_replicate():
    """Fixed tastes belong to the people: with no luck but taste, every replicate sends the same people."""
    world = hot_world(1)
    world.places["short_stays"] = 0.0
    b = quiet(level=60.0, spread_country=1.0, nest_channel=0.8)
    place = [start(crowd(500), world, b, TABLE, replicate=i) for i in range(2)]
    values = [model.run() and applications(model) for model in place]
    assert (values[0] >= 0).all() and (values[0] // 100 == values[1] // 100).mean() > 0.3
    other = crowd(500)
    other.seed = 6
    again = start(other, world, b, TABLE).run()
    assert (applications(again) == values[0]).mean() < 1.0


def applications(model):
    """Channel and place each person applied for, one number a person, -1 for none."""
    events = model.recorder.events
    applied = events[events["kind"] == EVENT["applied"]]
    chosen = np.full(len(model.columns.key), -1)
    chosen[applied["row"]] = applied["place"].astype(int) * 100 + applied["channel"]
    return chosen


def test_pairs_differ_only_through_what_changed():
    """Feedback off, nobody let in to close people in Lithuania for the whole time: nobody's life changes but in
    families of who went or wished to go by that door, or were kept from another by something else.
    """
    world = unlimited()
    shut = tighten(world, "lithuania", "family", offered=0.0)
    one, two = (start(hot_people(), now, calm(), TABLE).run() for now in (world, shut))
    before, after = lives(one.recorder.events), lives(two.recorder.events)
    used = (before["channel"] == CHANNEL["family"]) & (before["place"] == PLACE["lithuania"])
    wished = [
        {(int(e["key"]), int(e["month"]), int(e["reason"])) for e in events if e["kind"] == EVENT["wished"]}
        for events in (before, after)
    ]  # what stands in the way of a wish is asked at every door, the closed one too, and decides whether one resigns
    otherwise = np.array([key for key, _, _ in wished[0] ^ wished[1]], np.uint64)
    touched = families_of(one, np.concatenate([otherwise, before["key"][used]]))
    still_before = before[~np.isin(before["key"], touched)]
    still_after = after[~np.isin(after["key"], touched)]
    close_there = one.columns.key[one.columns.kin == PLACE["lithuania"]]
    assert len(touched) > 40 and len(still_before) > 1000 and not np.isin(close_there, touched).all()
    assert np.array_equal(still_before, still_after)
    assert one.columns.mode.max() == MODE["settled"]


def families_of(model, keys):
    """Keys of everyone in the families of the start of the people with these keys, grown children included."""
    family = model.columns.key >> np.uint64(8)
    return model.columns.key[np.isin(family, np.unique(keys >> np.uint64(8)))]


# births and deaths in one world only


def test_a_birth_or_a_death_in_one_world_changes_only_its_own_unit():
    """Rates differ between two worlds that are the same in all else, with feedback off: whoever is in no unit in which
    somebody is born or dies in one of them only leads the same life.
    """
    everyone, b = stratified_people(), calm()
    busy = busy_lives()
    others = busy._replace(births=busy.births * 0.7, deaths=busy.deaths * 1.5)
    fixed = reference(everyone.people, 1)
    models = [start(everyone, unlimited(), b, TABLE, reference=fixed, lives=one).run() for one in (busy, others)]
    natural = [
        {(int(e["key"]), int(e["month"]), int(e["kind"])) for e in model.recorder.events if e["kind"] in (BORN, DIED)}
        for model in models
    ]
    apart = {key for key, _, _ in natural[0] ^ natural[1]}
    assert len(apart) > 10
    people = everyone.people
    blocks = np.cumsum(people.member == 0)  # a household of the start and whoever may be born to it
    touched = np.isin(blocks, blocks[np.isin(people.key, list(apart))])
    assert_same_lives(*models, people.key[~touched])


def test_births_and_deaths_feed_back_through_the_circle():
    """With feedback on the same two worlds differ also for others: through the size of their circle and residents."""
    everyone, busy = stratified_people(), busy_lives()
    others = busy._replace(births=busy.births * 0.7, deaths=busy.deaths * 1.5)
    models = [start(everyone, hot_world(), hot(), TABLE, lives=one).run() for one in (busy, others)]
    assert not np.array_equal(models[0].circles.living, models[1].circles.living)
    changed = models[0].columns.place != models[1].columns.place
    born_or_dead = np.isin(models[0].recorder.events["kind"], (BORN, DIED))
    rows = models[0].recorder.events["row"][born_or_dead]
    assert changed[np.setdiff1d(np.arange(len(changed)), rows)].any()
