"""What observers would see: security, registers, public money, prison lists."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.history.inventory import load_parameters
from sim.model.recording.residents import stays
from sim.numerics.codes import (
    EXPOSURE,
    MODE,
    N_CHANNELS,
    N_PLACES,
    N_SECTORS,
    N_STATUSES,
    PLACE,
    SECTOR,
    STATUS,
)
from sim.observation import prisons, public_money, security
from sim.observation.circumstances import circumstances
from sim.observation.parameters import Dated
from sim.runs.settings import People, Settings
from sim.runs.tasks import task
from tests.counting import settled
from tests.worlds import crowd, hot, hot_people, hot_world, plain_world, quiet, start

LITHUANIA = PLACE["lithuania"]
WAGES, TAKEN = np.full((1, N_SECTORS), 500.0), np.array([[0.2], [0.3], [0.1]])


# parameters


def test_a_parameter_has_the_value_in_force_of_its_own_place(tmp_path):
    rows = ["lag,any,2019-01-01,3", "lag,poland,2019-01-01,9", "lag,poland,2022-01-01,6"]
    (tmp_path / "f.csv").write_text("\n".join(["name,place,start,value", *rows]))
    known = Dated(tmp_path / "f.csv")
    found = [known.at("lag", "latvia", 40), known.at("lag", "poland", 35), known.at("lag", "poland", 36)]
    assert found == [3.0, 9.0, 6.0]
    with pytest.raises(KeyError, match="rate"):
        known.at("rate")


def test_every_destination_has_its_taxes():
    parameters = {parameter.name: parameter for parameter in load_parameters()}
    for place in PLACE:
        if place != "belarus":
            taken = [parameters[f"{place}.{name}"].values[0].value for name in public_money.SHARES]
            assert all(0.0 <= share < 0.5 for share in taken) and sum(taken[:2]) < 0.6


# security


@pytest.fixture(scope="module")
def lived():
    model = start(hot_people(), hot_world(24), hot())
    return model.run(20)


def test_security_lies_between_one_and_ten_for_everybody(lived):
    felt = security.security(lived, slice(None))
    assert felt.shape == lived.columns.key.shape
    assert 1.0 <= felt.min() < felt.max() <= 10.0


def test_what_is_feared_and_what_is_lacked_lowers_security(lived):
    people, rows = lived.columns, np.array([0])
    kept = {name: getattr(people, name)[rows].copy() for name in ("mode", "place", "status", "exposure", "detained")}

    def felt(**changes):
        for name, value in (kept | changes).items():
            getattr(people, name)[rows] = value
        found = float(security.security(lived, rows)[0])
        for name, value in kept.items():
            getattr(people, name)[rows] = value
        return found

    home = {"mode": MODE["home"], "place": 0, "status": STATUS["home"], "detained": -32768}
    abroad = home | {"mode": MODE["settled"], "place": LITHUANIA, "exposure": EXPOSURE["media"]}
    quiet_one, exposed = felt(**home, exposure=0), felt(**home, exposure=EXPOSURE["media"])
    assert exposed < quiet_one
    assert felt(**(home | {"detained": 3}), exposure=0) == exposed  # detention exposes as media work does
    by_right = [felt(**abroad | {"status": STATUS[name]}) for name in ("irregular", "asylum_seeker", "permit")]
    assert by_right[0] < by_right[1] < by_right[2]
    assert felt(**abroad | {"status": STATUS["permit"], "place": PLACE["russia"]}) < by_right[2]


def test_each_lack_takes_a_point_from_who_fears_nothing():
    """Means, a lasting right and months to settle in: 9, 8.2 and 7.5 of 10; at home nothing is lacked."""
    people = settled(2, "lithuania", job=[1, 0], savings=0.0)
    people.people.since[:] = -12, 0
    people.people.status[:] = STATUS["permit"], STATUS["visa"]
    model = start(people, plain_world(2, ("lithuania",)), quiet(level=-60.0)).run()
    missing = security.lacks(model, np.arange(2), circumstances(model, np.arange(2)))
    assert missing.tolist() == pytest.approx([0.0, 0.125 * 2.5])
    assert security.scale(np.zeros(4), 9.0, 0.125 * np.arange(4)).round(1).tolist() == [10.0, 9.0, 8.2, 7.5]
    model.columns.mode[:] = MODE["home"]
    assert security.lacks(model, np.arange(2), circumstances(model, np.arange(2))).tolist() == [0.0, 0.0]


def test_the_mean_before_leaving_anchors_the_scale():
    luck = np.random.default_rng(3)
    before, weights = luck.random(500) * 2, luck.random(500) + 0.5
    slope = security.anchored(before, weights, 4.17)
    assert np.average(security.scale(before, slope), weights=weights) == pytest.approx(4.17, abs=1e-6)
    with pytest.raises(ValueError, match="no slope"):
        security.anchored(0.0 * before, weights, 4.17)


def fake_run(months=4, **stocks):
    """A run of people settled in Lithuania by status, the same every month, all of 18 to 44."""
    run = SimpleNamespace(
        stocks=np.zeros((months, N_PLACES, N_STATUSES), np.int64),
        flows=np.zeros((months, N_PLACES, N_PLACES, N_CHANNELS), np.int64),
        residents=np.zeros((months, N_PLACES, 4), np.int64),
        employed=np.zeros((months, N_PLACES, N_SECTORS), np.int64),
        without_work=np.zeros((months, N_PLACES), np.int64),
        job=SimpleNamespace(lambda_=0.62, replicate=0),
    )
    for name, persons in stocks.items():
        run.stocks[:, LITHUANIA, STATUS[name]] = persons
    run.residents[:, LITHUANIA, 1] = sum(stocks.values())
    return run


# public money


def test_public_money_of_a_month_by_hand():
    employed = np.zeros((1, N_SECTORS))
    employed[0, SECTOR["other"]], employed[0, SECTOR["it"]] = 10.0, 2.0
    adults, idle, each, drawn = np.array([[20.0], [8.0], [100.0], [0.1]])
    (found,) = public_money.monthly(employed, adults, idle, WAGES, TAKEN, each, drawn)
    tax, it, contributions, support, balance = found
    assert (tax, it, contributions, support) == pytest.approx((2400.0, 400.0, 4800.0, 200.0))  # 12 gross wages of 1000
    assert balance == pytest.approx(tax + contributions - support)


def test_support_is_paid_to_nobody_who_works():
    nobody, idle = np.zeros((2, N_SECTORS)), np.array([3.0, 60.0])
    adults, each, drawn = np.array([[100.0], [50.0], [0.1]])
    few, many = public_money.monthly(nobody, adults, idle, WAGES, TAKEN, each, drawn)[:, 3]
    assert (few, many) == (150.0, 500.0)


def test_a_ban_that_costs_workers_costs_their_taxes():
    world = plain_world(24, ("lithuania",))
    world.places["wage"][:], world.places["support_drawn"], world.places["support_month"] = 1000.0, 0.1, 0.15
    world.places["income_tax"], world.places["employee_contributions"] = 0.18, 0.195
    more, fewer = fake_run(24, permit=100), fake_run(24, permit=100)
    more.employed[:, LITHUANIA, SECTOR["other"]] = 60
    fewer.employed[:12, LITHUANIA, SECTOR["other"]] = 60
    fewer.employed[12:, LITHUANIA, SECTOR["other"]] = 50
    fewer.without_work[12:, LITHUANIA] = 10
    table = public_money.money_difference([(more, fewer), (more, fewer)], world, world)
    table = table[table["destination"] == "lithuania"].set_index(["year", "item"])["difference"]
    tax, employee = 0.18, 0.195
    assert table[2019, "income_tax"] == table[2019, "balance"] == 0.0
    assert table[2020, "income_tax"] == pytest.approx(-10 * 12 * 1000.0 / (1 - tax - employee) * tax)
    assert table[2020, "support"] > 0.0 > table[2020, "balance"]


# prisons


def test_expected_prisoners_by_hand():
    world = plain_world(8, ("poland",))
    world.belarus["detentions"][1], world.belarus["charges"][1] = 100.0, 40.0
    world.belarus["pardon"][5:] = 0.5
    b = quiet(custody_charged=0.5, trial_months=2.0, custody_months=3.0)
    assert prisons.expected_prisoners(world, b).tolist() == [0.0, 20.0, 20.0, 20.0, 20.0, 10.0, 5.0, 0.0]


def test_expected_prisoners_are_the_mean_of_the_held():
    """One run of 20,000 people, some 140 prisoners: |z| <= 4.5 with a Poisson's spread, false alarm 1 in 100,000."""
    world = plain_world(24, ("poland",))
    world.belarus["detentions"][:], world.belarus["charges"][:] = 40.0, 20.0
    world.risk[:] = 1.0
    b = quiet(custody_charged=0.35, trial_months=4.0, custody_months=15.0)
    people = crowd(20_000, birth=-30 * 12)
    model = start(people, world, b).run()
    held = stays(model.recorder.events, people.people, model.columns, 24).prisoners
    expected = prisons.expected_prisoners(world, b)
    for t in (10, 23):
        assert expected[t] > 70.0
        assert abs(held[t] - expected[t]) <= 4.5 * np.sqrt(expected[t])


# results


def test_a_simulation_leaves_registers_money_and_prisons(tmp_path):
    few, left = People(one_in=2000), str(tmp_path)
    folder = task("simulate")(
        Settings(task="simulate", scenario="historical", until="2020-12", people=few, results_dir=left)
    )
    assert folder.parent == tmp_path / "points"
    money = pd.read_csv(folder / "public_money.csv")  # to six digits
    assert set(money["year"]) == {2019, 2020} and set(money["destination"]) == set(PLACE) - {"belarus"}
    parts = money["income_tax"] + money["contributions"] - money["support"]
    np.testing.assert_allclose(money["balance"], parts, atol=3e-6 * money[["contributions", "support"]].max().max())
    assert money["balance"].abs().sum() > 0.0
    assert (money["income_tax"] >= money["income_tax_it"]).all() and money["income_tax"].sum() > 0.0
    shown = pd.read_csv(folder / "registers.csv")
    np.testing.assert_allclose(shown["register"], shown["counted"] - shown["waiting"], rtol=1e-4)
    assert set(pd.read_csv(folder / "repression.csv")["series"]) == {"prisoners"}  # no period of detentions has ended
