"""Lives that go on: who is born, who dies, who grows up, by hand-made rates in small worlds.

Each test is named in `docs/mechanisms.md` beside a fault that it catches (`tests/faults/faults.yaml`).
"""

import numpy as np

from sim.history.clock import BEFORE_GROWN
from sim.numerics.codes import EDUCATION, EVENT, MODE, PLACE, PLAN, SECTOR, STATUS
from sim.numerics.months import FIRST_YEAR, NEVER
from sim.population.lives import lives, next_sector
from sim.population.schema import NOBODY
from sim.population.synthesis import synthesise
from tests.worlds import constants, families, plain_world, quiet, start, still

POLAND, SETTLED, NOWHERE = PLACE["poland"], MODE["settled"], MODE["nowhere"]


def expecting(n, month=1, **values):
    """Couples each of whom has two children and, in the row of the third, one who may be born in a month."""
    made = families(n)
    people = made.people
    third = people.behind == 3
    people.member[third] = people.behind[third] = NOBODY
    people.mother[third], people.birth[third], people.mode[third] = 2, month, NOWHERE
    people.unit_size[people.member == 0] = 3
    for name, value in values.items():
        getattr(people, name)[~third] = value
    return made


def rates(births=(0.0, 0.0), most=0.1, deaths=(0.0, 0.0)):
    """Lives with the same rates, at home and abroad, for everybody of 18 and over."""
    made = still()
    born, died, largest = np.zeros_like(made.births), np.zeros_like(made.deaths), np.zeros_like(made.most)
    largest[18:] = most
    for place in range(2):
        born[:, place, 18:], died[:, place, :, 18:] = births[place], deaths[place]
    return made._replace(births=born, most=largest, deaths=died)


def run(people, months=3, b=None, world=None, **options):
    """A model that has lived through some months in which nobody leaves unless told otherwise."""
    return start(people, world or plain_world(months, ()), b or quiet(level=-60.0), **options).run()


def events(model, kind):
    found = model.recorder.events
    return found[found["kind"] == EVENT[kind]]


def test_children_are_born_by_the_rate_of_where_the_mother_lives():
    """Of 400 who may be born at home and 400 abroad a quarter is born here, and three in four there."""
    abroad = {"place": POLAND, "mode": SETTLED, "status": STATUS["permit"], "since": -20}
    found = {}
    for where, values in (("home", {}), ("abroad", abroad)):
        model = run(expecting(400, **values), lives=rates(births=(0.025, 0.075)))
        people, born = model.columns, events(model, "born")
        found[where] = len(born)
        rows = born["row"]
        assert (born["month"] == 1).all() and (people.member[rows] == 2).all()
        assert (people.place[rows] == values.get("place", 0)).all()
        assert (people.mode[rows] == values.get("mode", MODE["home"])).all()
        assert (people.status[rows] == values.get("status", 0)).all()
        heads = rows - people.behind[rows]
        assert (people.unit_size[heads] == 4).all() and (people.key[heads] >> np.uint64(8) == rows // 4 + 1).all()
        assert len(model.people) == 1200 + len(rows) == model.stocks.sum() == model.circles.living.sum()
    assert 70 < found["home"] < 130 and 270 < found["abroad"] < 330


def test_who_has_died_bears_no_child():
    model = run(expecting(100, month=2), lives=rates(births=(0.1, 0.1), deaths=(1.0, 1.0)), months=4)
    assert len(events(model, "died")) == 200 and len(events(model, "born")) == 0
    people = model.columns
    assert (people.mode[people.member == NOBODY] == NOWHERE).all()


def test_deaths_come_by_the_rate_of_where_one_lives():
    """Of 800 adults at home and 800 abroad, over five months, one in ten a month and one in fifty."""
    abroad = {"place": POLAND, "mode": SETTLED, "status": STATUS["permit"], "since": -20, "expiry": NEVER}
    for values, rate in (({}, 0.1), (abroad, 0.02)):
        model = run(families(400, **values), months=5, lives=rates(deaths=(0.1, 0.02)))
        died = events(model, "died")
        expected = 800 * (1 - (1 - rate) ** 5)
        assert abs(len(died) - expected) < 4 * np.sqrt(expected)
        dead = model.columns.mode == NOWHERE
        assert set(np.flatnonzero(dead)) == set(died["row"]) and len(model.people) == 1600 - len(died)
        assert model.stocks.sum() == 1600 - len(died)
        assert (model.circles.abroad == model.circles.living if values else model.circles.abroad == 0).all()


def test_the_partner_of_a_head_who_died_goes_on_with_the_unit_and_its_plan():
    """Plans wait for a quota that never comes; heads die (men alone do), and their partners wait in their place."""
    lives = rates(deaths=(0.5, 0.5))
    lives.deaths[:, :, 0] = 0.0
    world = plain_world(6, ("poland",), ("work",))
    world.rules["capacity"] = 0.0
    people = families(200)
    people.people.sex[:] = np.tile([1, 0, 0, 1], 200)
    model = start(people, world, quiet(level=9.0, patience=99.0), constants(), lives=lives)
    model.step()
    before = model.columns.plan.copy()
    model.run()
    now, taken = model.columns, events(model, "succeeded")
    assert len(taken) > 150 and (now.member[taken["row"]] == 0).all() and (taken["row"] % 4 == 1).all()
    old = taken["row"] - 1
    assert (now.member[old] == NOBODY).all() and (before[old[taken["month"] > 0]] == PLAN["queued"]).mean() > 0.9
    waited = taken["row"][before[old] > 0]
    assert (now.plan[waited] == PLAN["queued"]).all() and (now.applied[waited] == 0).all()  # not anew
    assert (now.plan[old] == 0).all()
    assert set(model.pending) == set(np.flatnonzero(now.plan > 0)) and (now.unit_size[taken["row"]] == 3).all()
    children = np.concatenate([taken["row"] + 1, taken["row"] + 2])
    assert np.array_equal(children - now.behind[children], np.concatenate([taken["row"]] * 2))


def test_minors_without_an_adult_decide_nothing():
    world = plain_world(6, ("poland",))
    people = families(100)
    lives = rates(deaths=(1.0, 1.0))
    model = start(people, world, quiet(level=9.0), constants(), lives=lives).run()
    assert len(events(model, "died")) == 200 and len(events(model, "applied")) == 0
    assert (model.columns.member == 0).sum() == 100 and (model.columns.unit_size[model.columns.member == 0] == 2).all()


def test_who_turns_eighteen_decides_alone():
    """Children of 17 years and 11 months leave their parents' unit in the second month, and may leave the country."""
    people = families(200)
    third = people.people.behind == 2
    people.people.birth[third] = 1 - 18 * 12
    world = plain_world(4, ("poland",))
    ties = np.where(third, 0, 255)
    people.people.ties[:] = ties
    model = start(people, world, quiet(level=1.0, ties=-60.0), constants()).run()
    grown, left = events(model, "came_of_age"), events(model, "departed")
    assert (grown["month"] == 1).all() and np.array_equal(np.sort(grown["row"]), np.flatnonzero(third))
    assert len(left) > 100 and third[left["row"]].all() and left["month"].min() == 1
    now = model.columns
    assert (now.member[third] == 0).all() and (now.unit_size[third] == 1).all() and (now.sector[third] < 9).all()
    assert (now.unit_size[now.behind == 0][:2] == [3, 1]).all()
    assert (now.mode[~third] == MODE["home"]).all()


def test_a_young_mother_takes_her_child_along_at_eighteen():
    people = expecting(50, month=0)
    rows = np.arange(200)
    people.people.birth[rows % 4 == 2] = 3 - 18 * 12
    people.people.mother[rows % 4 == 3] = 1
    lives = rates(births=(0.1, 0.1))
    lives.births[:, :, 15:], lives.most[15:] = 0.1, 0.1
    model = run(people, months=5, lives=lives)
    now = model.columns
    assert len(events(model, "born")) == 50 and len(events(model, "came_of_age")) == 50
    assert (now.member[rows % 4 == 2] == 0).all() and (now.unit_size[rows % 4 == 2] == 2).all()
    assert (now.behind[rows % 4 == 3] == 1).all() and (now.unit_size[rows % 4 == 0] == 2).all()


def test_shares_of_sectors_become_those_of_the_next_class_by_the_least_change():
    """Of many who hold the sectors of one class the sectors of the next come out, and only who must change does."""
    before, after = np.zeros(len(SECTOR)), np.zeros(len(SECTOR))
    before[[SECTOR["student"], SECTOR["industry"], SECTOR["none"]]] = 0.6, 0.3, 0.1
    after[[SECTOR["student"], SECTOR["industry"], SECTOR["it"], SECTOR["none"]]] = 0.2, 0.5, 0.2, 0.1
    luck = np.random.default_rng(1)
    held = luck.choice(len(SECTOR), 20_000, p=before)
    made = np.array([next_sector(one, before, after, *luck.random(2)) for one in held])
    assert np.abs(np.bincount(made, minlength=len(SECTOR)) / 20_000 - after).max() < 0.012
    assert (made[held != SECTOR["student"]] == held[held != SECTOR["student"]]).all()


def test_who_grows_up_earns_by_the_work_and_education_of_the_class():
    people = families(300)
    third = people.people.behind == 2
    people.people.birth[third] = -18 * 12
    lives = still()
    lives.education[:, 1:] = 1.0
    model = run(people, months=1, lives=lives)
    now = model.columns
    assert (now.education[third] == EDUCATION["higher"]).all() and (now.education[~third] == 0).all()
    works = third & (now.sector != SECTOR["student"]) & (now.sector != SECTOR["none"])
    assert works.sum() > 20 and now.income[works].mean() > 3 * now.income[third & ~works].mean()


def test_children_are_born_to_the_end_of_a_history_that_goes_beyond_the_clock():
    """At the rates that are held, those of 2031 to 2036 are of the order of those of 2030, some 220 in one circle in
    250: each year's 0.6 to 1.4 times as many, and their mean 0.75 to 1.25, four standard errors and more.
    """
    months = BEFORE_GROWN + 1
    people = synthesise(250, 1, until=BEFORE_GROWN)
    model = run(people, months, world=plain_world(months, ()), lives=lives(), threads=2)
    years = np.bincount(events(model, "born")["month"] // 12, minlength=18)
    of_2030 = years[2030 - FIRST_YEAR]
    assert of_2030 > 100 and len(years) == 18
    assert (0.6 < years[12:] / of_2030).all() and (years[12:] / of_2030 < 1.4).all(), years
    assert 0.75 < years[12:].mean() / of_2030 < 1.25, years
    born = model.columns.birth[events(model, "born")["row"]]
    assert (months - 1 - born < 18 * 12).all(), "nobody who was born in the run grows up in it"
