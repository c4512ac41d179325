"""What must hold in every world, every month, for everyone: no luck, no tolerance, no false alarm.

Each test reads columns and events that a model left, replays them in plain Python and never calls a rule of the
engine. Worlds: a hot one in which every kind of event happens, the same as a sample of one in ten, and the real
history of 2019-2025 on one circle in a thousand.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest

from sim.model.decision.means import savings_of_all
from sim.model.now import at_month
from sim.model.run_constants import pool
from sim.numerics.codes import AWAY as AWAY_BY_STATUS
from sim.numerics.codes import (
    CHANNEL,
    CONSCRIPTION,
    EVENT,
    EXPOSURE,
    GROUP,
    INSTRUMENT,
    LEAD,
    MODE,
    N_CHANNELS,
    N_PLACES,
    PLACE,
    PLAN,
    REASON,
    REGION,
    SECTOR,
    SEX,
    STATUS,
)
from sim.numerics.luck import PURPOSE, uniform, words
from sim.numerics.months import LONG_AGO, NEVER
from sim.population import schema
from sim.runs.run import Job
from tests.stratified import busy_lives, stratified_people
from tests.worlds import (
    admit,
    close,
    constants,
    crowd,
    families,
    hot,
    hot_people,
    hot_world,
    lives,
    plain_world,
    quiet,
    start,
    tighten,
)

BELARUS, HOME, AWAY, SETTLED = PLACE["belarus"], MODE["home"], MODE["pendular"], MODE["settled"]


def digest(array):
    """SHA-256 of an array's bytes."""
    return hashlib.sha256(array.tobytes()).hexdigest()


@dataclass
class Lived:
    """A finished run: its model, digests of the traits at the start, and everyone's columns at the start, after
    `ageing`, after the choice, after the departures, after `settle` and at the end of every month; where each employer
    took its staff.
    """

    model: object
    traits: dict[str, str]
    before: schema.Columns
    aged: list[schema.Columns]
    decided: list[schema.Columns]
    departed: list[schema.Columns]
    living: list[schema.Columns]
    ended: list[schema.Columns]
    moved: list[np.ndarray]

    def events(self, *kinds):
        """Events of the kinds named, all in order of month."""
        found = self.model.recorder.events
        return found[np.isin(found["kind"], [EVENT[kind] for kind in kinds])]

    def savings(self, people, t):
        """Savings in month t of people as they stood in it."""
        given = self.model
        now = at_month(t, given.world, given.options, given.circles, given.behaviour, given.conditions, given.called)
        return savings_of_all(people, np.arange(len(people.key)), now)

    @property
    def months(self):
        """Months of the run with everyone's columns at the end of the month before, and at its end."""
        return enumerate(zip([self.before, *self.ended], self.ended, strict=False))


def heads_of(people):
    """Row of the head of everyone's unit; one's own for who is in none."""
    return np.arange(len(people.key)) - np.where(people.member == schema.NOBODY, 0, people.behind)


def unit_of(people, head):
    """Rows of the unit headed at a row."""
    rows = np.arange(head, head + int(people.reach[head]) + 1)
    return rows[people.behind[rows] == rows - head].tolist()


def adults_of(people, head):
    """Rows of the head and the partner."""
    return [row for row in unit_of(people, head) if people.member[row] < 2]


def live(model, look=None):
    """Run a model to its horizon, row by row of the schedule, and keep what the columns said; `look(model)`, if given,
    is asked after every `begin_month`.
    """
    traits = {name: digest(getattr(model.columns, name)) for name in schema.TRAITS}
    lived = Lived(model, traits, schema.copy_states(model.columns), [], [], [], [], [], [])
    kept = {
        "ageing": lived.aged,
        "choose": lived.decided,
        "depart": lived.departed,
        "settle": lived.living,
        "record": lived.ended,
    }
    while model.month < model.horizon:
        for name, process in model.processes.items():
            process(model)
            if name in kept:
                kept[name].append(schema.copy_states(model.columns))
            if name == "begin_month":
                lived.moved.append(model.options.moved.copy())
                if look:
                    look(model)
    return lived


def sample(people, one_in):
    """The same people taken for a sample."""
    people.one_in = one_in
    people.people.circle[:] *= one_in
    return people


@pytest.fixture(scope="module")
def hot_lived():
    return live(start(stratified_people(), hot_world(), hot(), constants(poland=1.0), lives=busy_lives()))


@pytest.fixture(scope="module")
def sampled_lived():
    world = hot_world()
    for name in ("detentions", "charges", "summoned", "drafted"):
        world.belarus[name] *= 10.0
    world.places["pendular"][:] *= 10.0
    world = tighten(tighten(world, "poland", "work", capacity=45.0), "lithuania", "humanitarian", capacity=37.7)
    return live(start(sample(hot_people(), 10), world, hot(), constants(poland=1.0), replicate=3))


@pytest.fixture(scope="module")
def real_lived(thousandth):
    return live(thousandth.model(Job("historical", 0.62, 0)))


@pytest.fixture(scope="module", params=["hot", "sampled", "real"])
def lived(request):
    return request.getfixturevalue(f"{request.param}_lived")


def test_the_hot_world_is_hot(hot_lived):
    """Every kind of event happens at least five times, so that the invariants are put to work."""
    counts = np.bincount(hot_lived.model.recorder.events["kind"], minlength=max(EVENT.values()) + 1)
    assert {name: counts[kind] for name, kind in EVENT.items() if counts[kind] < 5} == {}


def test_the_schedule_row_by_row_is_the_fused_month(hot_lived):
    """Processes run one at a time over everyone lead the same lives as those fused by block."""
    by_row = hot_lived.model
    fused = start(stratified_people(), hot_world(), hot(), constants(poland=1.0), lives=busy_lives()).run()
    assert np.array_equal(lives(fused.recorder.events), lives(by_row.recorder.events))
    assert all(np.array_equal(one, other) for one, other in zip(fused.columns, by_row.columns, strict=True))
    assert np.array_equal(fused.recorder.stock_persons(), by_row.recorder.stock_persons())
    assert np.array_equal(fused.recorder.committed, by_row.recorder.committed)


# people and places


def test_people_are_conserved(lived):
    stocks, k = lived.model.recorder.stock_persons(), lived.model.one_in
    living = (lived.before.member != schema.NOBODY).sum()
    for t, (stock, people) in enumerate(zip(stocks, lived.ended, strict=True)):
        counted, there = np.zeros_like(stock), people.member != schema.NOBODY
        np.add.at(counted, (people.place[there], people.status[there]), k)
        assert np.array_equal(stock, counted)
        born, died = ((lived.events(kind)["month"] <= t).sum() for kind in ("born", "died"))
        assert stock.sum() == k * (living + born - died)


def test_place_mode_and_status_agree(lived):
    for everyone in lived.ended:
        nowhere = everyone.mode == MODE["nowhere"]
        assert np.array_equal(nowhere, everyone.member == schema.NOBODY)
        assert (everyone.behind[nowhere] == schema.NOBODY).all() and (everyone.plan[nowhere] == 0).all()
        people = schema.Columns(*(table[~nowhere] for table in everyone))
        home = people.place == BELARUS
        assert np.array_equal(home, people.mode == HOME) and np.array_equal(home, people.status == STATUS["home"])
        assert np.array_equal(people.mode == AWAY, np.isin(people.status, (STATUS["pendular"], STATUS["visitor"])))
        assert (people.channel[home] == 0).all() and (people.expiry[home] == NEVER).all()


MOVES = ("departed", "returned", "onward", "pendular_out", "pendular_back", "stay_out", "stay_back")


def test_nobody_is_in_two_places(lived):
    """Every move begins where the last one ended; the last one ends where the columns say; only moves move."""
    place = lived.before.place.copy()
    told = lived.events(*MOVES, "born", "died")
    months = np.array_split(told, np.searchsorted(told["month"], range(1, len(lived.ended))))
    for people, moves in zip(lived.ended, months, strict=True):
        for move in moves:
            row, kind = move["row"], move["kind"]
            assert lived.before.key[row] == move["key"]
            if move["reason"] == REASON["in_place"]:  # residents of Belarus who settle where they are
                assert place[row] == move["place"] and move["origin"] == BELARUS
                continue
            assert kind in (EVENT["born"], EVENT["died"]) or place[row] == move["origin"]
            assert (move["origin"] != move["place"]) == (kind not in (EVENT["born"], EVENT["died"]))
            place[row] = BELARUS if kind == EVENT["died"] else move["place"]
        assert np.array_equal(place, people.place)


def test_stock_change_is_flow(lived):
    """Residents by place (pendular workers live in Belarus) change by arrivals less departures, every month."""
    recorder = lived.model.recorder
    stocks, flows = recorder.stock_persons(), recorder.flow_persons().sum(axis=3)
    away = stocks[:, :, AWAY_BY_STATUS].sum(axis=2)
    residents = stocks.sum(axis=2) - away
    residents[:, BELARUS] += away.sum(axis=1)
    at_first = np.isin(lived.before.mode, (HOME, SETTLED))
    first = np.bincount(lived.before.place, at_first, N_PLACES)
    first[BELARUS] += (lived.before.mode == AWAY).sum()
    residents = np.vstack([first * lived.model.one_in, residents])
    natural = np.zeros(residents[1:].shape)
    for event in lived.events("born", "died"):
        natural[event["month"], event["place"]] += lived.model.one_in * (1 if event["kind"] == EVENT["born"] else -1)
    assert np.array_equal(np.diff(residents, axis=0), flows.sum(axis=1) - flows.sum(axis=2) + natural)


def test_units_move_together_or_the_head_goes_ahead(lived):
    """All of a unit are settled in one place, or none, or its head alone, who is then marked as gone ahead; only such a
    head has left the others, and only one with a plan is to leave them. Who left together since 2019 and was not joined
    by the family has one status, channel and stay.
    """
    joined = np.zeros(len(lived.before.key), bool)  # units whose family came by a channel and on a status of its own
    told = lived.events("departed", "onward", "returned")
    for t, people in enumerate(lived.ended):
        head_of, living = heads_of(people), people.member != schema.NOBODY
        settled, lead = people.mode == SETTLED, people.lead[head_of]
        size = np.bincount(head_of[settled], minlength=len(head_of))[head_of]
        ahead = lead == LEAD["ahead"]
        assert (people.lead[people.member > 0] == LEAD["together"]).all()
        adults = np.bincount(head_of[settled & (people.mother == 0)], minlength=len(head_of))[head_of]
        assert (adults[ahead] == 1).all() and settled[head_of][ahead].all()  # and whom she has borne there
        assert ((size == 0) | (size == people.unit_size[head_of]) | ahead | ~living).all()
        planned = lead == LEAD["planned"]
        assert (people.plan[head_of][planned] > 0).all()
        assert np.array_equal(people.place[settled], people.place[head_of][settled])
        month = told[told["month"] == t]
        for event in month:
            joined[head_of == head_of[event["row"]]] = event["reason"] == REASON["family"]
        joined[people.mother > 0] = True  # the newborn came later
        changed = lived.events("succeeded", "came_of_age")["row"]
        joined[np.isin(head_of, changed)] = True
        left = settled & ~joined & (people.since[head_of] >= 0)
        for name in ("status", "channel", "since", "expiry"):
            column = getattr(people, name)
            assert np.array_equal(column[left], column[head_of][left]), name


def test_the_month_of_leaving_belarus_is_set_by_departures_and_births_abroad_alone(lived):
    """Of who settles where they are, by the beginning of the stay; no onward move, flight or return changes it."""
    told, in_place, again = lived.events("departed", "born"), 0, 0
    for t, (before, after) in lived.months:
        month = told[told["month"] == t]
        assert set(np.flatnonzero(after.left != before.left)) <= set(month["row"])
        stays = month["reason"] == REASON["in_place"]
        there, rows = month["row"][~stays & (month["place"] > 0)], month["row"][stays]
        assert (after.left[there] == t).all() and np.array_equal(after.left[rows], before.since[rows])
        in_place += len(rows)
        again += (before.left[there] > 0).sum()  # who has left before in this run
    assert in_place > 5 and again > 5


def test_a_family_follows_its_head(lived):
    """To where the head is, by the channel family or, where there is none, without a visa, after the months asked for,
    all who had stayed and nobody else; the head has a right to stay.
    """
    b = lived.model.behaviour
    told = lived.events("departed")
    told = told[told["reason"] == REASON["family"]]
    for t in np.unique(told["month"]):
        people, after = lived.living[t], lived.ended[t]
        head_of = heads_of(people)
        rows = told["row"][told["month"] == t]
        for head in np.unique(head_of[rows]):
            stayed = [row for row in unit_of(people, head) if people.mode[row] != SETTLED]
            assert people.lead[head] == LEAD["ahead"] and set(stayed) == set(rows[head_of[rows] == head])
            assert t - people.since[head] >= b.follow_months and after.lead[head] == LEAD["together"]
            assert people.status[head] not in (STATUS["irregular"], STATUS["asylum_seeker"])
            place = int(people.place[head])
            by = CHANNEL["family" if lived.model.world.law["exists"][place, CHANNEL["family"]] else "visa_free"]
            assert (after.place[stayed] == place).all() and (after.channel[stayed] == by).all()
            for row in stayed:
                assert people.mode[row] == HOME and people.held[row] < t and people.exit_ban[row] < t
                assert people.conscription[row] != CONSCRIPTION["serving"]


def test_only_those_settled_work_abroad(lived):
    """Nobody at home or on pendular work holds a job abroad, nor do minors find any; who finds one had none, and who is
    dismissed had one.
    """
    for t, people in enumerate(lived.ended):
        assert (people.mode[people.job > 0] == SETTLED).all()
        month = lived.events("employed", "dismissed")
        month = month[month["month"] == t]
        before, after = lived.departed[t], lived.living[t]
        found = month["row"][month["kind"] == EVENT["employed"]]
        lost = month["row"][month["kind"] == EVENT["dismissed"]]
        changed = np.flatnonzero(before.job != after.job)
        assert set(changed) == set(found) | set(lost) and not set(found) & set(lost)
        assert (before.job[found] == 0).all() and (after.job[lost] == 0).all()
        age = t - before.birth[found].astype(int)
        assert ((age >= 18 * 12) & (age < 65 * 12)).all()


def test_citizens_never_lose_their_status(lived):
    """A citizen stays one while in the country; nobody becomes one but by naturalisation after the years asked."""
    citizen = STATUS["citizen"]
    for t, (earlier, later) in lived.months:
        stayed = (earlier.status == citizen) & (later.since == earlier.since)  # who returned may go back for a season
        assert (later.status[stayed] == citizen).all() and (later.expiry[stayed] == NEVER).all()
        new = np.flatnonzero((later.status == citizen) & (earlier.status != citizen))
        told, born = lived.events("naturalised"), lived.events("born")
        told, born = told[told["month"] == t], born["row"][born["month"] == t]
        assert set(new) - set(born) <= set(told["row"]) <= set(np.flatnonzero(lived.living[t].status == citizen))
        heads = np.unique(heads_of(lived.living[t])[told["row"]])
        assert np.isin(earlier.status[heads], [STATUS["permit"], STATUS["permanent"]]).all()
        needed = lived.model.world.places["naturalisation_months"][t][earlier.place[heads]]
        assert (t - earlier.since[heads] >= needed).all()


def test_columns_stay_in_range(lived):
    for people in lived.decided + lived.ended:
        assert schema.out_of_range(people) == []


def test_traits_never_change(lived):
    """The table of traits is shared by all models of a population, so that a write would reach every other run."""
    assert lived.model.columns.traits is lived.before.traits
    for name in schema.TRAITS:
        assert digest(getattr(lived.model.columns, name)) == lived.traits[name], name


# plans


def test_plans_belong_to_heads_and_are_all_pending(lived):
    for people in lived.decided + lived.ended:
        planning = people.plan > 0
        assert (people.member[planning] == 0).all()
        assert (people.place[planning] == BELARUS).all()
    assert set(lived.model.pending) == set(np.flatnonzero(lived.model.columns.plan > 0))


def test_an_application_has_one_end(lived):
    """Applied, then granted, refused, blocked or caught; granted, then departed or blocked; then anew."""
    follows = {"none": {"applied"}, "applied": {"granted", "refused", "blocked", "caught"}}
    follows["granted"] = {"departed", "blocked"}
    ends = {"refused", "blocked", "caught", "departed"}
    names = {code: name for name, code in EVENT.items()}
    stage = defaultdict(lambda: ("none", 0, 0))
    told = lived.events("applied", "granted", "died", "succeeded", *ends)
    heads = {(t, row) for t, people in enumerate(lived.decided) for row in np.flatnonzero(people.member == 0)}
    left = stage["nobody"]
    for event in told:
        name, key = names[event["kind"]], event["key"]
        if name == "died":
            left = stage.pop(key, ("none", 0, 0))
        elif name == "succeeded":  # a new head has the plan of the one who has just died
            stage[key] = left
        elif (event["month"], event["row"]) in heads and event["reason"] != REASON["in_place"]:
            was, place, channel = stage[key]
            assert name in follows[was], (was, name)
            if was != "none":
                assert (event["place"], event["channel"]) == (place, channel)
            stage[key] = ("none", 0, 0) if name in ends else (name, event["place"], event["channel"])
    planning = {key for key, (name, _, _) in stage.items() if name != "none"}
    now = lived.model.columns
    assert planning == set(now.key[now.plan > 0])
    assert {key for key, (name, _, _) in stage.items() if name == "granted"} == set(
        now.key[now.plan == PLAN["granted"]]
    )


def groups_of(lived, people, head, t):
    """Groups of a unit by the words of codes.yaml, as a set of names."""
    found = set()
    sector = people.sector[head]
    if sector == SECTOR["it"]:
        found.add("it")
    if sector == SECTOR["transport"]:
        found.add("driver")
    for row in adults_of(people, head):
        if people.detained[row] > LONG_AGO or people.exposure[row] in (EXPOSURE["media"], EXPOSURE["ngo"]):
            found.add("persecuted")
        if 17 * 12 <= t - people.birth[row] < 28 * 12:
            found.add("student")
        if people.ancestry[row]:
            found.add("ancestry")
        if people.visa[row] >= t:
            found.add("visa_holder")
        if people.conscription[row] == CONSCRIPTION["liable"]:
            found.add("draft_liable")
    age = (t - people.birth[head]) // 12
    return found | {"age_60_over" if age >= 60 else "age_28_59" if age >= 28 else "age_18_27"}


def is_open(world, t, place, instrument, channel, groups):
    """True if an instrument is open for a part of the month to some who apply by the channel or belong to a group."""
    row = world.openness[t, place, INSTRUMENT[instrument]]
    shares = [row[0], row[1 + channel]] + [row[1 + N_CHANNELS + GROUP[group]] for group in groups]
    return max(shares) > 0.0


def may_travel(world, t, place, channel, groups):
    """True if there is a way from Belarus into a place."""
    there = world.places[t, place]
    by_land = there["by_land"] and is_open(world, t, BELARUS, "land_exit", channel, groups)
    by_land = by_land and is_open(world, t, place, "land", channel, groups)
    by_land = by_land or (channel == CHANNEL["irregular"] and there["by_land"])
    by_air = there["by_air"] and is_open(world, t, place, "air", channel, groups)
    if there["by_land"] and channel in (CHANNEL["asylum"], CHANNEL["irregular"]):
        by_air = False  # no airline takes them aboard
    return is_open(world, t, BELARUS, "exit", channel, groups) and bool(by_land or by_air)


def fares_of(world, t, place, channel):
    """The fares that may be asked: by land, by air, or none if an employer pays."""
    if channel == CHANNEL["relocation"]:
        return [0.0]
    there = world.places[t, place]
    return [float(there[f"fare_{way}"]) for way in ("land", "air") if there[f"by_{way}"]]


def onward_fare(model, t, origin, place, channel):
    """The fare from one destination to another, by land up to a length, else by air."""
    if channel == CHANNEL["relocation"]:
        return 0.0
    here, there, km = model.world.places[t, origin], model.world.places[t, place], model.world.between[origin, place]
    near = here["by_land"] and there["by_land"] and km <= model.behaviour.overland
    if near or not (here["by_air"] and there["by_air"]):
        return model.behaviour.fare_by_km * km
    return (here["fare_air"] + there["fare_air"]) / 2


def test_no_ineligible_application(lived):
    """Law, sector, groups, age, kin, offers, instruments, travel, money and freedom to leave, from the columns."""
    world, model = lived.model.world, lived.model
    names = {code: name for name, code in INSTRUMENT.items()}
    b = model.behaviour
    seen = lived.events("applied")
    assert len(seen) > 10
    for event in seen:
        t, head, place, channel = (int(event[name]) for name in ("month", "row", "place", "channel"))
        people, law, rules = lived.decided[t], world.law[place, channel], world.rules[t, place, channel]
        groups = groups_of(lived, people, head, t)
        moved, adults = channel == CHANNEL["relocation"], adults_of(people, head)
        staff = [row for row in adults if lived.moved[t][people.employer[row]] == place] if moved else [head]
        assert law["exists"] and staff and (rules["sectors"] >> people.sector[staff[0]]) & 1
        assert rules["groups"] == 0 or any((rules["groups"] >> GROUP[group]) & 1 for group in groups)
        assert rules["youngest"] <= (t - people.birth[staff[0]]) // 12 <= rules["oldest"]
        assert t - people.birth[head] >= 18 * 12
        assert channel != CHANNEL["family"] or people.kin[head] == place
        assert channel != CHANNEL["work"] or world.demand[t, place, people.sector[head]] > 0.0
        assert people.due[head] <= t
        assert rules["offered"] > 0.0 and rules["approval"] > 0.0
        for needed in (law["entry"], law["residence"]):
            assert needed < 0 or is_open(world, t, place, names[needed], channel, groups)
        assert may_travel(world, t, place, channel, groups)
        for row in unit_of(people, head):
            assert people.held[row] < t and people.exit_ban[row] < t and people.mode[row] == HOME
            assert people.conscription[row] != CONSCRIPTION["serving"]
        alone = people.lead[head] == LEAD["planned"]
        size, grown = (1, 1) if alone else (int(people.unit_size[head]), len(adults))
        means = lived.savings(people, t)[adults].sum()
        reserve = 0.0 if moved else b.reserve * world.places[t, place]["rent"]
        each = float(rules["fee"] + rules["funds"])
        fares = fares_of(world, t, place, channel)
        assert means >= min(fares) * size + each * grown + reserve - 1e-2
        whole = max(fares) * len(unit_of(people, head)) + each * len(adults) + reserve
        assert not alone or means < whole + 1e-2


def test_nobody_barred_held_or_serving_departs(lived):
    """Neither a person who emigrates nor one who leaves for a time; children of a unit included."""
    for event in lived.events("departed", "pendular_out", "stay_out"):
        if event["reason"] == REASON["in_place"]:
            continue  # away already
        t, row = int(event["month"]), int(event["row"])
        people = lived.decided[t]
        assert people.held[row] < t, "in custody"
        assert people.exit_ban[row] < t, "barred from leaving"
        assert people.conscription[row] != CONSCRIPTION["serving"], "in the army"


def test_nobody_departs_through_a_closed_border(lived):
    """Land or air open in the month; visa-free entry and entry on a visa in hand also open on arrival."""
    world = lived.model.world
    border = {INSTRUMENT["visa_free"]: "visa_free", INSTRUMENT["short_visa_entry"]: "short_visa_entry"}
    for event in lived.events("departed"):
        t, row, place, channel = (int(event[name]) for name in ("month", "row", "place", "channel"))
        if event["reason"] == REASON["in_place"]:
            continue
        if event["reason"] == REASON["family"]:
            row = int(heads_of(lived.decided[t])[row])
        if lived.decided[t].member[row] > 0:
            continue
        groups = groups_of(lived, lived.decided[t], row, t)
        assert may_travel(world, t, place, channel, groups)
        entry = int(world.law[place, channel]["entry"])
        assert entry not in border or is_open(world, t, place, border[entry], channel, groups)


def test_no_grant_through_a_closed_instrument(lived):
    """What is granted was open in the month of the grant."""
    world, names = lived.model.world, {code: name for name, code in INSTRUMENT.items()}
    for event in lived.events("granted"):
        t, head, place, channel = (int(event[name]) for name in ("month", "row", "place", "channel"))
        law, groups = world.law[place, channel], groups_of(lived, lived.decided[t], head, t)
        assert world.rules[t, place, channel]["offered"] > 0.0
        for needed in (law["entry"], law["residence"]):
            assert needed < 0 or is_open(world, t, place, names[needed], channel, groups)


def test_nobody_wishes_and_plans_in_one_month(lived):
    """A wish is of the head of a unit at home that made no plan; `aspires` is the month of the last one, or under
    `two_steps` that of an aspiration, which may be followed or have no place to go.
    """
    wished, applied = lived.events("wished"), lived.events("applied")
    assert not {(e["month"], e["key"]) for e in wished} & {(e["month"], e["key"]) for e in applied}
    assert (wished["origin"] == BELARUS).all()
    for t, people in enumerate(lived.decided):
        rows = wished["row"][wished["month"] == t]
        assert (people.member[rows] == 0).all()
        aspire = set(np.flatnonzero(people.aspires == t))
        assert len(set(rows)) == len(rows) and set(rows) <= aspire
        assert set(rows) == aspire or lived.model.rule.name == "two_steps"
        assert (people.plan[rows] == 0).all() and (people.mode[rows] == HOME).all()
        resigned = people.due[rows] == t + int(lived.model.behaviour.resign_months)
        assert (resigned | (people.due[rows] <= t)).all()
        assert (t - people.birth[rows].astype(int) >= 18 * 12).all()


def test_the_reason_of_a_wish_can_be_true(lived):
    """Of up to 200 wishes of each reason: who is kept by the exit is not free to leave or has some border closed; who
    lacks money cannot pay for every channel; what is closed is shut to them in part at least; a queue has a limit; who
    is quiet, under `two_steps`, is free to leave.
    """
    world, b = lived.model.world, lived.model.behaviour
    told = lived.events("wished")
    names = {code: name for name, code in INSTRUMENT.items()}
    channels = np.argwhere(world.law["exists"] > 0)
    for reason in np.unique(told["reason"]):
        known = [REASON[name] for name in ("exit", "funds", "closed", "quota")]
        assert reason in known or (reason == REASON["quiet"] and lived.model.rule.name == "two_steps")
        found = told[told["reason"] == reason]
        for event in found[:: max(1, len(found) // 200)]:
            t, head = int(event["month"]), int(event["row"])
            people = lived.decided[t]
            groups = groups_of(lived, people, head, t)
            means = lived.savings(people, t)[adults_of(people, head)].sum()

            def shares(place, instrument, channel, t=t, groups=groups):
                row = world.openness[t, place, INSTRUMENT[instrument]]
                return max(row[0], row[1 + channel], *(row[1 + N_CHANNELS + GROUP[group]] for group in groups), 0.0)

            free = all(
                people.held[row] < t and people.exit_ban[row] < t and people.mode[row] == HOME
                and people.conscription[row] != CONSCRIPTION["serving"] for row in unit_of(people, head)
            )  # fmt: skip
            if reason == REASON["quiet"]:
                assert free
            elif reason == REASON["exit"]:
                ways = [(BELARUS, "exit"), (BELARUS, "land_exit")]
                ways += [(place, way) for place in np.unique(channels[:, 0]) for way in ("land", "air")]
                assert not free or any(shares(place, way, 0) < 1.0 for place, way in ways)
            elif reason == REASON["funds"]:
                dearest = max(
                    max(fares_of(world, t, p, c), default=0.0) * people.unit_size[head]
                    + float(world.rules[t, p, c]["fee"] + world.rules[t, p, c]["funds"]) * len(adults_of(people, head))
                    + b.reserve * world.places[t, p]["rent"]
                    for p, c in channels
                )  # fmt: skip
                assert means < dearest
            elif reason == REASON["closed"]:
                needed = [(p, int(world.law[p, c][use]), c) for p, c in channels for use in ("entry", "residence")]
                assert any(shares(p, names[i], c) < 1.0 for p, i, c in needed if i >= 0)
            else:
                assert np.isfinite(world.rules["capacity"][t]).any()


def test_after_a_refusal_one_waits(lived):
    """No new application before the months are over; who gave up in a queue, was caught or blocked need not wait."""
    wait, last = int(lived.model.behaviour.reapply_months), {}
    for event in lived.events("refused", "applied"):
        if event["kind"] == EVENT["refused"]:
            if event["reason"] != REASON["quota"]:
                last[event["key"]] = int(event["month"])
        else:
            assert event["key"] not in last or event["month"] - last[event["key"]] >= wait


def test_an_employer_takes_staff_for_a_time_and_to_one_place(lived):
    """What moves has a sector that may, goes to a place that lets it in, and stays with it for the months stated."""
    model, months = lived.model, int(lived.model.behaviour.relocation_months)
    moved = np.array(lived.moved)
    assert moved.shape == (len(lived.ended), len(model.employers.sector)) and (moved[:, 0] == 0).all()
    sectors = model.employers.sector
    for number in np.flatnonzero(moved.any(axis=0)):
        assert sectors[number] in (SECTOR["it"], SECTOR["ngo_media"])
        begins = []
        for t in np.flatnonzero(moved[:, number]):
            if not begins or t >= begins[-1] + months:
                begins.append(t)
                place, hazard = moved[t, number], "it" if sectors[number] == SECTOR["it"] else "media"
                there = place, CHANNEL["relocation"]
                assert model.world.law[there]["exists"]
                assert model.world.rules[t][there]["sectors"] >> sectors[number] & 1
                assert model.world.belarus[t][f"relocation_{hazard}"] > 0.0
            assert moved[t, number] == moved[begins[-1], number]
        for t in begins:
            assert (moved[t : t + months, number] > 0).all()


# quotas


def passed(lived):
    """Month, head and people of the month for each unit that passed its queue."""
    refused = {(e["month"], e["row"]) for e in lived.events("refused") if e["reason"] == REASON["quota"]}
    blocked = {(e["month"], e["row"]) for e in lived.events("blocked") if e["reason"] == REASON["closed"]}
    granted = {(e["month"], e["row"]) for e in lived.events("granted")}
    for t, (decided, ended) in enumerate(zip(lived.decided, lived.ended, strict=True)):
        for head in np.flatnonzero(decided.plan == PLAN["queued"]):
            out = (t, head) in refused or ((t, head) in blocked and (t, head) not in granted)
            if ended.plan[head] != PLAN["queued"] and not out:
                yield t, head, decided


def admissions(lived):
    """Agents who passed the queue, int64[months, places, channels]."""
    total = np.zeros((len(lived.ended), N_PLACES, N_CHANNELS), np.int64)
    for t, head, people in passed(lived):
        alone = people.lead[head] == LEAD["planned"]
        total[t, people.plan_place[head], people.plan_channel[head]] += 1 if alone else people.unit_size[head]
    return total


def test_never_more_workers_than_offers(lived):
    """Units that passed the queue for work by country and pool of sectors: at most the offers, and one by rounding."""
    demand, k = lived.model.world.demand, lived.model.one_in
    taken = np.zeros(demand.shape, np.int64)
    for t, head, people in passed(lived):
        if people.plan_channel[head] == CHANNEL["work"]:
            taken[t, people.plan_place[head], pool(int(people.sector[head]))] += k
    assert taken.sum() > 0
    assert (taken.cumsum(axis=0) <= demand[: len(taken)].cumsum(axis=0) + k).all()


def test_never_over_quota(lived):
    """In every span of months with a limit, those admitted are at most the persons of the quota, and one agent more
    by rounding; at one in one not even that.
    """
    capacity, k = lived.model.world.rules["capacity"], lived.model.one_in
    admitted = admissions(lived) * k
    limited = np.argwhere(np.isfinite(capacity).any(axis=0))
    assert len(limited) > 0 and admitted.sum() > 0
    for place, channel in limited:
        for first, last in spans(np.isfinite(capacity[:, place, channel])):
            used = admitted[first:last, place, channel].cumsum()
            allowed = capacity[first:last, place, channel].cumsum()
            assert (used <= allowed + k).all(), (place, channel)


def spans(mask):
    """Ranges of months in which a mask holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return list(zip(edges[::2], edges[1::2], strict=True))


def granted_by(people, world, months, **options):
    """Agents granted Polish work permits by month."""
    model = start(people, world, quiet(level=2.0, patience=99.0), constants(), **options).run(months)
    events = model.recorder.events
    found = events[(events["kind"] == EVENT["granted"]) & (events["channel"] == CHANNEL["work"])]
    return np.bincount(found["month"], minlength=months)


def test_a_full_quota_is_used_to_the_last_place():
    """With a long queue of singles, grants at one in one are floor(C + U), C cumulative: 7 in two months of 3.5."""
    world = tighten(plain_world(12, ("poland",), ("work",)), "poland", "work", capacity=3.5)
    granted = granted_by(crowd(1000), world, 12).cumsum()
    exact = 3.5 * np.arange(1, 13)
    assert (granted <= exact + 1).all() and (granted >= exact - 1).all()
    assert np.array_equal(granted[3::2] - granted[1:-2:2], np.full(5, 7))


@pytest.mark.parametrize("k", [4, 100])
def test_a_sample_shares_the_quota(k):
    """One agent stands for k persons: cumulative grants in persons follow the quota within one agent."""
    world = tighten(plain_world(60, ("poland",), ("work",)), "poland", "work", capacity=37.0)
    granted = granted_by(sample(crowd(2000), k), world, 60).cumsum() * k
    assert (np.abs(granted - 37.0 * np.arange(1, 61)) <= k).all()


def test_a_quota_that_begins_later_binds():
    """Unlimited to the sixth month, then 3 a month: a limit announced by a policy is a limit."""
    world = tighten(plain_world(12, ("poland",), ("work",)), "poland", "work", start=6, capacity=3.0)
    granted = granted_by(crowd(1000, birth=-30 * 12), world, 12)
    later = granted[6:].cumsum()
    assert granted[0] > 500 and (later <= 3.0 * np.arange(1, 7) + 1).all()
    young = crowd(2000, birth=np.repeat([-30 * 12, -17 * 12 - 6], 1000))  # half of them come of age with the quota
    assert np.array_equal(granted_by(young, world, 12)[7:], np.full(5, 3))


def test_a_quota_that_ends_binds_no_longer():
    world = tighten(plain_world(12, ("poland",), ("work",)), "poland", "work", capacity=3.0)
    world = tighten(world, "poland", "work", start=6, capacity=np.inf)
    granted = granted_by(crowd(1000), world, 12)
    assert granted[:6].sum() in (18, 19) and granted[6] > 800


def test_a_queue_is_served_in_order_and_nobody_is_overtaken():
    """Singles and families of four before a quota of 2.5 a month: month by month those in front are admitted, by month
    of application, luck and key, and who does not fit waits for the next month's places, which are kept.
    """
    people = families(150)
    keep = np.flatnonzero((people.people.member == 0) | (people.people.key >> np.uint64(8) & np.uint64(1) == 0))
    people.people = schema.Columns(*(array[keep] for array in people.people))
    odd = people.people.key >> np.uint64(8) & np.uint64(1) == 1
    people.people.unit_size[odd], people.people.reach[odd] = 1, 0
    people.circle_start = np.append(np.flatnonzero(people.people.member == 0)[::15], len(keep))
    people.people.circle[:] = np.repeat(np.arange(len(people.circle_start) - 1), np.diff(people.circle_start))
    world = tighten(plain_world(30, ("poland",), ("work",)), "poland", "work", capacity=2.5)
    model = start(people, world, quiet(level=0.5, patience=99.0), constants()).run()
    events, size = model.recorder.events, dict(zip(people.people.key, people.people.unit_size, strict=True))
    seed, name = model.conditions.seed, (1 << 62) + PLACE["poland"] * 64 + CHANNEL["work"]
    rounding = uniform(words(name, 0, PURPOSE["quota"], 0, people.seed)[0])
    queue, left = [], 0
    for t in range(30):
        applied = events["key"][(events["kind"] == EVENT["applied"]) & (events["month"] == t)]
        queue += sorted(applied, key=lambda key: (words(key, t, PURPOSE["application"], 0, seed)[1], key))  # noqa: B023
        left += int(np.floor(2.5 * (t + 1) + rounding) - np.floor(2.5 * t + rounding))
        admitted = set()
        while queue and size[queue[0]] <= left:
            left -= size[queue[0]]
            admitted.add(queue.pop(0))
        left = left if queue else 0
        granted = events["key"][(events["kind"] == EVENT["granted"]) & (events["month"] == t)]
        assert set(granted) == admitted, t
    assert len(queue) > 50 and len({size[key] for key in queue}) == 2


# rules


@pytest.mark.parametrize(
    ("rule", "values"),
    [("approval", (1.0, 0.8, 0.3, 0.0)), ("capacity", (np.inf, 9.0, 2.0, 0.0)), ("months", (0.0, 2.0, 4.5)),
     ("fee", (0.0, 300.0, 2000.0)), ("offered", (1.0, 0.4, 0.0)), ("funds", (0.0, 900.0, 1e4))],
)  # fmt: skip
def test_a_stricter_rule_never_raises_approvals(rule, values):
    """Feedback off: those granted by a channel under the stricter rule are a subset, and the channel's grants fall."""
    luck = np.random.default_rng(4)
    people = crowd(4000, savings=luck.choice([100.0, 1000.0, 5000.0], 4000))
    b = quiet(level=-2.5, wait=-0.1, fee=-0.2, nest_channel=0.3, spread_country=0.5)
    grants, holders = [], []
    for value in values:
        world = tighten(
            plain_world(8, ("lithuania", "poland"), ("work", "visa_free")), "poland", "work", **{rule: value}
        )
        world.places["wage"][:] = 500.0
        events = start(people, world, b, constants()).run().recorder.events
        found = events[(events["kind"] == EVENT["granted"]) & (events["place"] == PLACE["poland"])]
        found = found[found["channel"] == CHANNEL["work"]]
        grants.append(len(found))
        holders.append(set(found["key"][found["month"] == 0]))
    assert grants == sorted(grants, reverse=True) and grants[0] > grants[-1]
    if rule not in ("capacity", "months"):  # those bring other units to the front of a shorter queue, or later
        for looser, stricter in zip(holders, holders[1:], strict=False):
            assert stricter <= looser


@pytest.mark.parametrize("instrument", ["visa_free", "short_visa_entry"])
def test_who_waits_to_leave_is_turned_back_at_a_closed_border(instrument):
    """Papers in order, flights at last, but entry closed since: only what admits without a paper of its own is lost."""
    world = admit(plain_world(8, ("poland",)), "poland", "visa_free", entry=INSTRUMENT[instrument])
    openness = world.openness.copy()
    openness[0, PLACE["poland"], [INSTRUMENT["land"], INSTRUMENT["air"]]] = 0.2  # four in five wait
    openness[1:4, PLACE["poland"], [INSTRUMENT["land"], INSTRUMENT["air"]]] = 0.0
    world = close(world._replace(openness=openness), "poland", instrument, 3)
    events = start(crowd(1000), world, quiet(level=3.0), constants()).run().recorder.events
    departed = events["month"][events["kind"] == EVENT["departed"]]
    blocked = events[events["kind"] == EVENT["blocked"]]
    assert (departed < 3).all() and len(departed) > 100
    assert len(blocked) > 500 and set(blocked["reason"]) == {REASON["closed"]}


def test_an_issued_visa_outlives_the_end_of_issue():
    """Those who hold a national visa may still leave when no new ones are issued."""
    world = admit(plain_world(8, ("poland",)), "poland", "visa_free", entry=INSTRUMENT["national_visa"])
    openness = world.openness.copy()
    openness[:4, PLACE["poland"], [INSTRUMENT["land"], INSTRUMENT["air"]]] = 0.2
    world = close(world._replace(openness=openness), "poland", "national_visa", 3)
    events = start(crowd(1000), world, quiet(level=3.0), constants()).run().recorder.events
    assert (events["month"][events["kind"] == EVENT["departed"]] >= 3).sum() > 100
    assert events["month"][events["kind"] == EVENT["granted"]].max() < 3


def test_closing_an_instrument_stops_its_channels_and_no_other():
    world = close(plain_world(6, ("poland",), ("work", "visa_free")), "poland", "visa_free", 3)
    world = admit(world, "poland", "work", entry=INSTRUMENT["national_visa"])
    model = start(crowd(3000), world, quiet(level=-2.0, nest_channel=0.8), constants()).run()
    events = model.recorder.events
    departed = events[events["kind"] == EVENT["departed"]]
    late = departed[departed["month"] >= 3]
    assert set(departed["channel"][departed["month"] < 3]) == {CHANNEL["work"], CHANNEL["visa_free"]}
    assert set(late["channel"]) == {CHANNEL["work"]}


# money


def test_savings_are_never_negative_and_only_pay_for_the_journey(lived):
    """On departure savings fall by the fares of who goes and the fee for each adult of them, the head's first; when a
    family follows, by theirs; and by nothing else.
    """
    world = lived.model.world
    everything, onward = lived.events("departed"), lived.events("onward")
    for t, people in enumerate(lived.ended):
        earlier, head_of = lived.aged[t], heads_of(people)
        assert (people.savings >= 0.0).all()
        month = everything[everything["month"] == t]
        steps = ((earlier, lived.departed[t], "choice"), (lived.living[t], people, "family"))
        for before, after, reason in steps:
            paid = lived.savings(before, t) - lived.savings(after, t)
            gone = month[month["reason"] == REASON[reason]]
            for head in np.unique(head_of[gone["row"]]):
                rows = gone["row"][head_of[gone["row"]] == head]
                place, channel = gone["place"][gone["row"] == rows[0]][0], gone["channel"][gone["row"] == rows[0]][0]
                adults = adults_of(people, head)
                fee = float(world.rules[t, place, channel]["fee"]) * len(set(rows) & set(adults))
                prices = {fare * len(rows) + fee for fare in fares_of(world, t, place, channel)}
                total = paid[adults].sum()
                assert min(abs(total - price) for price in prices) < 0.05, (total, prices)
                rounding = max(0.01, 1e-6 * before.savings[adults].max())
                assert len(adults) == 1 or abs(paid[adults[1]]) < rounding or after.savings[head] == 0.0
                paid[adults] = 0.0
            for row in onward["row"][onward["month"] == t] if reason == "family" else ():
                place, channel = after.place[row], after.channel[row]
                if before.member[row] == 0:
                    rows = [one for one in unit_of(before, row) if before.mode[one] == SETTLED]
                    adults = sorted(set(rows) & set(adults_of(before, row)))
                    fee = float(world.rules[t, place, channel]["fee"]) * len(adults)
                    price = onward_fare(lived.model, t, before.place[row], place, channel) * len(rows) + fee
                    fled = world.places[t, before.place[row]]["unsafe"] > 0.0 < world.places[t, place]["refuge"]
                    had = float(before.savings[adults].sum())
                    prices = (price, min(price - fee, had)) if fled else (price,)  # who flees pays what they can
                    assert min(abs(paid[adults].sum() - bill) for bill in prices) < 0.05
                    paid[adults] = 0.0
            assert np.abs(paid).max() < 0.01


def test_savings_abroad_follow_work(lived):
    """A month abroad adds a share of the wage to the savings of who works, and takes what one lives on, as far as it
    goes, from who does not and is younger than 65; nobody else's change.
    """
    world, b = lived.model.world, lived.model.behaviour
    for t, (before, after) in enumerate(zip(lived.departed, lived.living, strict=True)):
        head_of, grown = heads_of(before), before.member < 2
        there = world.places[t][before.place]
        lives = grown & (before.mode == SETTLED) & (before.mode[head_of] == SETTLED) & (before.since[head_of] < t)
        earned = b.saving_share * there["wage"] * np.where(before.sector == SECTOR["it"], there["premium_it"], 1.0)
        right = world.rules[t]["works"][before.place, after.channel]  # of who asked for protection, as a seeker
        lasting = ("permit", "permanent", "protected", "temporary_protection", "citizen")
        right[np.isin(after.status, [STATUS[name] for name in lasting])] = 1.0
        right[after.status == STATUS["irregular"]] = 0.0
        earned *= right + (1.0 - right) * b.informal_pay
        spent = np.minimum(before.savings, b.subsistence * there["rent"])
        change = np.where(after.job > 0, earned, np.where(ages(before, t) < 65 * 12, -spent, 0.0))
        expected = before.savings + np.where(lives, change, 0.0)
        assert np.allclose(after.savings, expected, rtol=1e-6, atol=0.01)


# the state


def ages(people, t):
    """Age in completed months."""
    return t - people.birth.astype(int)


def test_liability_ends_at_the_27th_birthday(lived):
    """No man registered in Belarus stands liable or deferred after it, wherever he lives, and nobody is summoned or
    drafted outside 18 to 26, but for who has served and is below 50, nor drafted but at home; a summons in absence is
    of one who is away.
    """
    called = [CONSCRIPTION[name] for name in ("liable", "deferred", "family")]
    registered = (lived.before.sex == SEX["male"]) & (lived.before.region != REGION["abroad"])
    for t, people in enumerate(lived.decided):
        old = registered & (people.member != schema.NOBODY) & (ages(people, t) >= 27 * 12)
        assert not np.isin(people.conscription[old], called).any()
    absent = set()
    for event in lived.events("summoned", "drafted"):
        t, row = int(event["month"]), int(event["row"])
        people = lived.decided[t]._replace(states=lived.decided[t].states.copy())
        people.mode[:] = lived.aged[t].mode  # some leave for a short stay in the month
        again = event["reason"] == REASON["reserve"]
        assert 18 * 12 <= t - int(people.birth[row]) < (50 if again else 27) * 12
        assert not again or lived.aged[t].conscription[row] == CONSCRIPTION["served"]
        assert registered[row] and people.held[row] < t
        if event["kind"] == EVENT["drafted"]:
            assert people.mode[row] == HOME and (t, row) not in absent
            assert event["reason"] in (REASON["none"], REASON["decree"], REASON["reserve"])
        elif event["reason"] == REASON["absent"]:
            absent.add((t, row))
            assert people.mode[row] != HOME or people.elsewhere[row]
        else:
            assert people.mode[row] == HOME


def test_visas_are_given_at_home_and_kept(lived):
    """A month's visa lasts for one of the months stated; none is ever taken away; only adults at home get one."""
    stated = [3, int(lived.model.behaviour.visa_months), int(lived.model.behaviour.visa_long_months)]
    for t, (earlier, later) in lived.months:
        new = later.visa != earlier.visa
        assert np.isin(later.visa[new] - t, stated).all() and (later.visa >= earlier.visa).all()
        assert (lived.aged[t].mode[new] == HOME).all() and (ages(later, t)[new] >= 18 * 12).all()


def test_trials_follow_charges_and_pardons_follow_trials(lived):
    """One is sentenced in the month of the trial that the charge set, at home; who is pardoned was sentenced before and
    is free at once.
    """
    trials, sentenced = {}, set()
    for event in lived.events("charged", "sentenced", "pardoned"):
        t, key, row = int(event["month"]), event["key"], int(event["row"])
        assert lived.aged[t].place[row] == BELARUS
        if event["kind"] == EVENT["charged"]:
            trials[key] = t + int(lived.model.behaviour.trial_months)
            assert lived.decided[t].trial[row] == trials[key]
        elif event["kind"] == EVENT["sentenced"]:
            assert trials.get(key, lived.before.trial[row]) == t
            sentenced.add(key)
        else:
            assert key in sentenced or LONG_AGO < lived.before.trial[row] < t
            assert lived.decided[t].held[row] == t - 1


def test_a_closed_organisation_dismisses_all_its_staff(lived):
    """Work is lost in NGOs and media only, and by everyone of the employer who is in Belarus and of age."""
    media, none = SECTOR["ngo_media"], SECTOR["none"]
    for t, (earlier, later) in enumerate(zip(lived.aged, lived.ended, strict=True)):
        lost = np.flatnonzero(earlier.sector != later.sector)
        assert (earlier.sector[lost] == media).all() and (later.sector[lost] == none).all()
        closed = np.isin(lived.before.employer, np.unique(lived.before.employer[lost])) & (earlier.sector == media)
        assert (earlier.place[lost] == BELARUS).all()
        stays = closed & (later.sector == media) & (earlier.place == BELARUS) & (ages(later, t) >= 16 * 12)
        assert (later.held[stays] >= t).all()  # who is in prison is passed over


def test_men_are_liable_up_to_the_birthday():
    """A man without deferment stays liable through the month before he is 27, and not longer."""
    people = crowd(
        3, sex=SEX["male"], conscription=CONSCRIPTION["liable"], birth=[-27 * 12 + 3, -27 * 12 + 1, -27 * 12]
    )
    model = start(people, plain_world(5, ()), quiet(), constants())
    seen = []
    for _ in range(5):
        model.step()
        seen.append(list(model.columns.conscription))
    liable, never = CONSCRIPTION["liable"], CONSCRIPTION["never"]
    assert seen == [[liable, liable, never], [liable, never, never], [liable, never, never]] + [[never] * 3] * 2


def test_service_begins_and_ends(lived):
    """Everyone drafted serves for the months of service at home and is discharged, before he may be called again."""
    if not len(lived.events("drafted")):
        pytest.fail("nobody was drafted")
    drafted = {}
    for event in lived.events("drafted", "discharged"):
        if event["kind"] == EVENT["drafted"]:
            assert event["key"] not in drafted
            drafted[event["key"]] = event["month"]
        elif event["key"] in drafted:
            assert event["month"] - drafted.pop(event["key"]) in service_lengths(lived.model.behaviour)
    for people in lived.ended:
        assert (people.place[people.conscription == CONSCRIPTION["serving"]] == BELARUS).all()


def service_lengths(b):
    """Months from the draft to the discharge."""
    return {int(b.service_months) + 1, int(b.service_months_higher) + 1}


def test_detentions_happen_at_home_to_those_of_age(lived):
    for event in lived.events("detained", "charged"):
        t, row = int(event["month"]), int(event["row"])
        people = lived.decided[t]
        assert people.place[row] == BELARUS and t - int(people.birth[row]) >= 16 * 12
        assert people.detained[row] == t and people.held[row] >= t
    charged = {(e["month"], e["key"]) for e in lived.events("charged")}
    assert charged <= {(e["month"], e["key"]) for e in lived.events("detained")}


def test_arrests_on_return_are_of_the_persecuted(lived):
    returned = {(e["month"], e["key"]) for e in lived.events("returned")}
    for event in lived.events("arrested_on_return"):
        t, row = int(event["month"]), int(event["row"])
        exposed = lived.before.exposure[row] in (EXPOSURE["media"], EXPOSURE["ngo"])
        assert exposed or lived.decided[t].detained[row] > LONG_AGO
        assert (event["month"], event["key"]) in returned and lived.ended[t].held[row] == t


def test_persecuted_is_for_life(lived):
    for earlier, later in zip([lived.before, *lived.ended], lived.ended, strict=False):
        assert (later.detained >= earlier.detained).all()


# pendular work


def test_who_is_away_for_a_time_comes_back_or_settles(lived):
    """Short workers are of age and of the three sectors. Each spell of work and each short stay ends once, at home or
    in residence where it was, and is within its season or its stay until then.
    """
    out = {}
    trades = [SECTOR[name] for name in ("transport", "construction", "industry")]
    kinds = ("pendular_out", "stay_out", "pendular_on", "pendular_back", "stay_back", "departed", "onward", "died")
    first = {int(key) for key in lived.before.key[lived.before.mode == AWAY]}
    for event in lived.events(*kinds):
        key, kind, row = int(event["key"]), event["kind"], event["row"]
        if kind in (EVENT["pendular_out"], EVENT["stay_out"]):
            people = lived.ended[event["month"]]
            assert key not in out and event["month"] - int(people.birth[row]) >= 18 * 12
            assert kind == EVENT["stay_out"] or people.sector[row] in trades
            out[key] = (kind, int(event["place"]))
        elif kind == EVENT["pendular_on"]:
            assert key in first or out[key] == (EVENT["pendular_out"], event["place"])
        elif kind in (EVENT["pendular_back"], EVENT["stay_back"]) or event["reason"] == REASON["in_place"]:
            began = out.pop(key, (EVENT["pendular_out"], None) if key in first else None)
            first.discard(key)
            assert began is not None and began[1] in (None, event["place"], event["origin"])
            assert kind == EVENT["departed"] or (began[0] == EVENT["stay_out"]) == (kind == EVENT["stay_back"])
        elif kind == EVENT["died"]:
            out.pop(key, None)
            first.discard(key)
        else:
            assert key not in out, "left Belarus while away for a time"
    now = lived.model.columns
    assert set(out) | first == {int(key) for key in now.key[now.mode == AWAY]}
    assert (now.expiry[now.mode == AWAY] >= len(lived.ended) - 1).all()


def test_who_is_away_for_a_time_is_never_counted_as_an_emigrant(lived):
    """Neither in flows, nor among those settled, nor among residents of a destination, nor abroad in a circle."""
    model = lived.model
    now = model.columns
    moved = np.isin(model.recorder.events["kind"], [EVENT[name] for name in ("departed", "returned", "onward")])
    assert model.recorder.flow_persons().sum() == moved.sum() * model.one_in
    settled = np.bincount(now.place[now.mode == SETTLED], minlength=N_PLACES)
    began = np.bincount(lived.before.place[lived.before.mode == SETTLED], minlength=N_PLACES)
    grown = np.maximum(model.world.places["diaspora"][0] + (settled - began) * model.one_in, 0.0)
    assert np.array_equal(model.residents[1:], grown[1:])
    circle = now.circle // model.one_in
    assert np.array_equal(model.circles.abroad, np.bincount(circle, now.mode == SETTLED, len(model.circles.abroad)))


def test_mean_length_of_pendular_work(real_lived):
    """Three to nine months with mean six: |z| <= 4, false alarm 6 in 100,000."""
    out = {}
    lengths = []
    for event in real_lived.events("pendular_out", "pendular_on", "pendular_back", "departed", "died"):
        if event["reason"] == REASON["closed"] or event["kind"] in (EVENT["departed"], EVENT["died"]):
            out.pop(event["key"], None)  # called home early, settled or dead
        elif event["kind"] != EVENT["pendular_back"]:
            if event["key"] in out:
                lengths.append(int(event["month"]) - out.pop(event["key"]))
            out[event["key"]] = int(event["month"])
        elif event["key"] in out:
            lengths.append(int(event["month"]) - out.pop(event["key"]))
    lengths = np.array(lengths)
    assert set(lengths) == set(range(3, 10))
    assert abs(lengths.mean() - 6.0) <= 4.0 * lengths.std() / np.sqrt(len(lengths)) + 0.05  # cut off at the end


# declarations


def test_processes_write_what_they_declare_and_nothing_else():
    """Column by column, month by month in the hot world: the schema names exactly the processes seen to write it."""
    table, seen = constants(poland=1.0), set()
    models = [start(hot_people(), hot_world(), hot(), table)]
    for replicate in range(4):
        busy = busy_lives()
        options = {"lives": busy._replace(deaths=busy.deaths * (1 + 2 * replicate)), "replicate": replicate}
        models.append(start(stratified_people(), hot_world(), hot(), table, **options))
    for model in models:
        while model.month < model.horizon:
            for name, process in model.processes.items():
                before = schema.copy_states(model.columns)
                process(model)
                for column in schema.STATES:
                    if not np.array_equal(getattr(before, column), getattr(model.columns, column)):
                        seen.add((name, column))
    declared = {(name, column.name) for column in schema.SCHEMA for name in column.written_by}
    assert seen == declared
