"""Results by group: every event falls into one group of each dimension, differences are paired, few are not shown."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from sim.analysis.effects import Window
from sim.analysis.effects_by_group import groups_table
from sim.cli.commands import compare, simulate
from sim.model.recording import by_group
from sim.numerics.codes import EVENT, EVENT_NAMES, MOTIVE, PLACE, REASON, SECTOR
from sim.population.schema import NOBODY
from sim.runs import parquet
from sim.runs.disclosure import hide_few
from sim.runs.query import open_library, select
from sim.runs.run import Job, Run
from sim.runs.settings import Choice, People, Settings
from tests import worlds
from tests.stratified import busy_lives, stratified_people

MONTHS = 24


def counted(events, crowd, months=MONTHS):
    return by_group.count(events, crowd.people, crowd.people.sector, months)


def of(counts, measure):
    return counts[:, by_group.MEASURES.index(measure)]


def span(dimension):
    first = by_group.OFFSET[dimension]
    return slice(first, first + len(by_group.DIMENSIONS[dimension]))


@pytest.fixture(scope="module")
def busy():
    crowd = stratified_people()
    model = worlds.start(crowd, worlds.hot_world(MONTHS), worlds.hot(), lives=busy_lives()).run()
    return crowd, model.recorder.events


def test_the_groups_of_every_dimension_add_up_to_all_events(busy):
    crowd, events = busy
    counts = counted(events, crowd)
    for measure in by_group.MEASURES:
        kind = EVENT["onward" if measure == "arrivals_onward" else measure]
        assert (events["kind"] == kind).any(), measure
        for dimension in by_group.DIMENSIONS:
            assert of(counts, measure)[..., span(dimension)].sum() == (events["kind"] == kind).sum()


def test_a_family_shares_the_motive_of_its_heads_last_application(busy):
    """Counted again the plain way, event by event, with who is in whose unit at the time."""
    crowd, events = busy
    people = crowd.people
    unit = [{row} if people.member[row] != NOBODY else set() for row in range(len(people.key))]
    for row in np.flatnonzero((people.member > 0) & (people.member != NOBODY)):
        unit[row] = unit[row - people.behind[row]]
        unit[row].add(int(row))
    last = np.zeros(len(people.key), int)
    by_hand = np.zeros(len(MOTIVE), int)
    for event in events:
        row, kind = int(event["row"]), EVENT_NAMES[event["kind"]]
        if kind == "born":
            unit[row] = unit[row - int(people.mother[row])]
            unit[row].add(row)
            last[row] = last[row - int(people.mother[row])]
        elif kind == "died":
            unit[row].discard(row)
        elif kind == "came_of_age" and len(unit[row]) > 1:
            own = {other for other in unit[row] if other == row or other - int(people.mother[other]) == row != other}
            own = {other for other in own if other == row or people.mother[other]}
            if row != min(unit[row]):
                unit[row] -= own
                for other in own:
                    unit[other] = own
        elif kind == "applied":
            last[list(unit[row])] = int(event["detail"])
        elif kind == "departed":
            by_hand[last[row]] += 1
    found = of(counted(events, crowd), "departed")[..., span("motive")].sum(axis=(0, 1))
    assert found.tolist() == by_hand.tolist()
    in_place = (events["kind"] == EVENT["departed"]) & (events["reason"] == REASON["in_place"])
    assert 0 < found[MOTIVE["none"]] <= in_place.sum() and (found > 0).sum() >= 3  # they never applied
    assert all((events["kind"] == EVENT[kind]).any() for kind in ("born", "came_of_age", "succeeded"))


@pytest.mark.parametrize(
    ("years", "name"), [(0, "0-17"), (17.99, "0-17"), (18, "18-26"), (27, "27-34"), (44.9, "35-44"), (65, "65+")]
)
def test_ages_in_months_fall_into_their_group(years, name):
    assert by_group.AGE_NAMES[by_group.age_groups(np.array([int(years * 12)]))[0]] == name


def a_run(counts, scenario, replicate):
    given = {field.name: None for field in fields(Run)}
    return Run(**given | {"job": Job(scenario, 0.62, replicate), "groups": counts})


def test_differences_are_paired_and_small_cells_are_empty():
    shape = (MONTHS, len(by_group.MEASURES), 16, by_group.N_GROUPS)
    poland, draft = PLACE["poland"], by_group.OFFSET["motive"] + MOTIVE["draft"]
    it = by_group.OFFSET["sector"] + SECTOR["it"]
    pairs = []
    for replicate, level in enumerate((40, 90)):
        before, after = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
        before[2, 0, poland, draft], after[2, 0, poland, draft] = 7, 9  # before the window
        before[5, 0, poland, draft], after[5, 0, poland, draft] = level, level + 30
        before[5, 0, poland, it] = 3
        pairs.append((a_run(before, "a", replicate), a_run(after, "b", replicate)))
    table = groups_table(pairs, Window(4, poland, 100, 1))
    row = table[(table["destination"] == "poland") & (table["group"] == "draft")].iloc[0]
    assert (row["baseline"], row["scenario"], row["estimate"]) == (6500.0, 9500.0, 3000.0)
    assert row["low"] == row["high"] == 3000.0, "the replicates differ in level only, the pairs not at all"
    hidden = hide_few(table, 100, 2)
    numbers = ["baseline", "scenario", "estimate", "low", "high"]
    everywhere = hidden[hidden["group"] == "it"].set_index(["measure", "destination"])[numbers]
    few = [(by_group.MEASURES[0], ""), (by_group.MEASURES[0], "poland")]
    assert everywhere.loc[few].drop(columns="scenario").isna().all(axis=None)
    assert (everywhere.loc[few, "scenario"] == 0.0).all(), "nobody is a fact, not a small cell"
    assert (everywhere.drop(index=few) == 0.0).all(axis=None)
    assert len(everywhere) == len(table) // by_group.N_GROUPS, "every measure and destination has its row"
    assert hidden[hidden["group"] == "draft"].notna().all().all()
    yearly = parquet.groups([one for one, _ in pairs], 100)
    assert yearly[yearly["group"] == "draft"]["persons"].tolist() == [(47 + 97) / 2 * 100]


@pytest.mark.slow
def test_a_comparison_and_a_simulation_leave_results_by_group(tmp_path, capsys):
    """One end-to-end run of each, of one person in a thousand."""
    given = {"people": People(one_in=1000), "results_dir": str(tmp_path), "threads": 1, "until": "2024-06"}
    folder = compare.run(Settings(**given, replicates=2, choice=Choice(lambdas=(0.8,))))
    table = pd.read_csv(folder / "groups.csv", keep_default_na=False, na_values={"estimate": [""]})
    assert {"motive", "sex", "age", "sector"} == set(table["dimension"])
    assert {"departed", "wished"} <= set(table["measure"])
    assert table["estimate"].isna().any() and table["estimate"].notna().any()
    page = (folder / "report.html").read_text()
    assert '<section id="who">' in page and "by stream" in page
    alone = simulate.run(Settings(**given, task="simulate", scenario="historical"))
    yearly = pd.read_parquet(folder / "historical" / "groups.parquet")
    assert set(yearly["year"]) == set(range(2019, 2025))
    assert not ((yearly["persons"] > 0) & (yearly["persons"] < 15_000)).any()  # thirty over two replicates
    assert alone.parent == tmp_path / "points"
    counted = pd.read_parquet(alone / "groups.parquet")  # simulated people, month by month
    assert set(counted["month"].str[:4]) == {str(year) for year in range(2019, 2025)}
    assert (counted["agents"] > 0).all() and {"departed", "wished"} <= set(counted["measure"])
    told = list(select(open_library(tmp_path), "SELECT scenario, agents, persons FROM groups").rows)
    alone = [(agents, persons) for scenario, agents, persons in told if scenario == "historical"]
    assert {(agents, persons) for agents, persons in alone} >= {(1, None)}
    assert all(persons == 1000 * agents for agents, persons in alone if persons is not None)
    cell = 'scenario, month, measure, destination, dimension, "group"'
    cells = select(
        open_library(tmp_path),
        f"SELECT sum(agents), bool_or(persons IS NULL), bool_and(persons IS NULL) FROM groups "
        f"GROUP BY fingerprint, {cell}",
    ).rows
    assert all(some == every == (agents < 30) for agents, some, every in cells), "thirty over all replicates"
    capsys.readouterr()
