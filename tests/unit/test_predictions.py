"""Predictions to be scored by others: names, completeness, quantiles in order, months, and the numbers behind them."""

import csv
import re

import numpy as np
import pytest

pytest.importorskip("scoringrules")

from sim.cli.commands.predict import lived  # noqa: E402
from sim.numerics.codes import PLACE  # noqa: E402
from sim.numerics.locations import DATA  # noqa: E402
from sim.numerics.months import month  # noqa: E402
from sim.observation import movers  # noqa: E402
from sim.observation import seen as of  # noqa: E402
from sim.observation.movers import Asked, Living, Movers, Share, percent  # noqa: E402
from sim.observation.observed import read  # noqa: E402
from sim.observation.predictions import AGES, EU, NAMES, other_eu, predictions  # noqa: E402
from sim.runs.run import Job  # noqa: E402
from sim.runs.settings import People  # noqa: E402
from sim.runs.tables import OF_VALIDATION  # noqa: E402
from tests.unit.small_runs import ensemble  # noqa: E402

MEMBERS = set(
    "Austria Belgium Bulgaria Croatia Cyprus Czechia Denmark Estonia Finland France Germany Greece Hungary Ireland "
    "Italy Latvia Lithuania Luxembourg Malta Netherlands Poland Portugal Romania Slovakia Slovenia Spain Sweden".split()
)
ELSEWHERE = {
    *("Ukraine", "Georgia", "Armenia", "Uzbekistan", "UAE", "Russia"),
    *("Other visa-free states", "Rest of world"),
}
EVERY = MEMBERS | ELSEWHERE
PLACES = EVERY - (MEMBERS - {"Lithuania", "Poland", "Latvia", "Estonia", "Germany", "Czechia"})
WANTED = {
    "residents": EVERY | {EU},
    "residence_documents": {"Poland"},
    "first_permits": EVERY | {EU},
    **dict.fromkeys(("permits_issued", "permits_issued_first", "permits_issued_renewed"), {"Lithuania"}),
    "asylum_applications": {"Lithuania", "Poland", "Germany", "USA", "All countries"},
    "net_migration": {"Georgia"},
    "share_men": EVERY | {"All countries"},
    **{f"age_share_{low}_{'over' if high > 100 else high}": EVERY | {"All countries"} for low, high in AGES},
    **dict.fromkeys(("return_intention", "return_intention_no", "return_intention_cannot_say"), PLACES),
    **dict.fromkeys(("regular_income", "regular_income_men", "regular_income_women"), PLACES),
    "it_left": {"All countries"},
    "it_left_to": PLACES | {"Other EU"},
}
MONTHLY = ("residents", "residence_documents")


@pytest.fixture(scope="module")
def made():
    asked = ensemble(scenario="historical", until="2023-12", task="predict", people=People(one_in=5000))
    return [lived(asked, Job("historical", 0.62, replicate), 1) for replicate in range(2)]


@pytest.fixture(scope="module")
def table(made):
    return predictions([seen for seen, _ in made], [living for _, living in made], last_year=2023)


def check(rows, years):
    """What holds of any file of predictions; `rows` are mappings of texts or numbers."""
    found = {}
    for row in rows:
        key = row["quantity"], row["destination"], str(row["period"])
        assert key not in found, key
        found[key] = row
    months = [f"{year}-{number:02d}" for year in years for number in range(1, 13)]
    wanted = {
        (quantity, place, period)
        for quantity, places in WANTED.items()
        for place in places
        for period in (months if quantity in MONTHLY else [str(year) for year in years])
    }
    assert set(found) == wanted
    for key, row in found.items():
        assert re.fullmatch(r"20\d\d(-(0[1-9]|1[0-2]))?", key[2])
        ends = [row[name] for name in ("low_95", "low_80", "low_50", "median", "high_50", "high_80", "high_95")]
        if any(str(end) in ("", "nan") for end in ends):
            assert all(str(end) in ("", "nan") for end in ends) and "nobody" in row["note"], key
            continue
        ends = [float(end) for end in ends]
        assert ends == sorted(ends), key
        assert row["unit"] == "%" or key[0] == "net_migration" or ends[0] >= 0.0, key
        assert row["unit"] != "%" or 0.0 <= ends[0] <= ends[-1] <= 100.0, key


def test_every_quantity_is_there_under_its_name_once_with_quantiles_in_order(table):
    assert list(table) == OF_VALIDATION["predictions"].names
    check(table.to_dict("records"), [2023])


def test_the_committed_predictions_are_complete():
    """There are none before a fit is; once there are, they are held to the same."""
    path = DATA / "posterior" / "predictions.csv"
    fitted = list(path.parent.glob("*.parquet")) if path.parent.is_dir() else []
    assert path.is_file() <= bool(fitted), "predictions without the posterior that made them"
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            check(csv.DictReader(file), [2023, 2024, 2025])


def test_names_are_those_of_observers():
    assert set(NAMES.values()) == PLACES and MEMBERS == {*other_eu(), *NAMES.values()} & MEMBERS
    assert set(NAMES) == set(PLACE) - {"belarus", "other_eu"}


def test_shares_of_other_states_add_up_and_are_counted_in_what_was_observed():
    assert len(other_eu()) == 21
    for name in ("valid_permits", "first_permits"):
        assert sum(shares[name] for shares in other_eu().values()) == pytest.approx(1.0)
    with (DATA / "other_eu.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, source, key in (("valid_permits", "stocks", "date"), ("first_permits", "departures", "end")):
        of = read(source)
        chosen = (of["destination"] == "other_eu") & (of["definition"] == name) & (of[key] == "2022-12-31")
        assert sum(int(row[name]) for row in rows) == int(of.loc[chosen, "persons"].iloc[0])


def test_numbers_are_those_of_the_observation_model(made, table):
    at = table.set_index(["quantity", "destination", "period"])["median"]
    t, seen = month("2023-06"), [one for one, _ in made]
    lithuania = [of.register(one, PLACE["lithuania"])["register"][t] for one in seen]
    low, high = min(lithuania), max(lithuania)
    assert low * 0.99 <= at["residents", "Lithuania", "2023-06"] <= high * 1.01
    spain = at["residents", "Spain", "2023-06"] / at["residents", "Italy", "2023-06"]
    assert spain == pytest.approx(5995 / 9797, rel=1e-3)
    whole = [one.run.moves["month"] >= 0 for one in seen]
    assert all(part.any() for part in whole)


def test_the_runs_must_reach_the_end_of_the_last_year(made):
    with pytest.raises(ValueError, match="before December 2024"):
        predictions([seen for seen, _ in made], [living for _, living in made], last_year=2024)


# shares


def test_runs_are_taken_together_until_enough_people_stand_behind_a_share():
    few = Share(5.0, 10.0, 10)
    assert percent([few] * 6, 30) == [50.0, 50.0]
    assert percent([few] * 7, 30) == [50.0, 50.0]  # the seventh goes with those before it
    assert percent([few, Share(0.0, 10.0, 10)], 30) == [25.0]
    assert percent([Share(0.0, 0.0, 0)] * 3, 30) == []
    assert percent([Share(30.0, 40.0, 40), Share(10.0, 40.0, 40)], 30) == [75.0, 25.0]


def test_men_are_counted_among_adults_and_ages_among_all():
    of = Movers(np.array([5.0, 20.0, 30.0, 50.0]), np.array([True, True, False, False]))
    assert movers.men(of) == Share(1.0, 3.0, 3)
    assert movers.aged(of, 0, 17) == Share(1.0, 4.0, 4) and movers.aged(of, 18, 45) == Share(2.0, 4.0, 4)


def test_ages_of_movers_add_up_to_everybody(table):
    ages = [f"age_share_{low}_{'over' if high > 100 else high}" for low, high in AGES[:-1]]
    part = table[table["destination"] == "All countries"].set_index("quantity")["median"]
    assert part[ages].sum() == pytest.approx(100.0, abs=8.0)  # medians of members, a clipped one of few


def test_the_favoured_weigh_more_in_lithuania_alone():
    where = np.array([PLACE["lithuania"]] * 2 + [PLACE["poland"]] * 2)
    asked = Asked(where, np.array([True, False] * 2), np.array([True, False] * 2),
                  np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] * 2), np.array([True, False] * 2))  # fmt: skip
    living = Living(3.0, {2023: asked})
    assert percent([living.share(2023, "lithuania", 0)], 1) == [75.0]
    assert percent([living.share(2023, "poland", 0)], 1) == [50.0]
    assert percent([living.income(2023, "poland", "women")], 1) == [0.0]
    assert percent([living.income(2023, "georgia", "")], 1) == []
