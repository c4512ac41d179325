"""One small frozen run: the history to the end of 2022 on one circle in a thousand, seed 1.

Golden numbers are not right because they stand here: they only say that an answer changed. Whoever changes one on
purpose runs `pytest tests/golden --update-golden`, reads the diff of golden.json as an answer to be explained, and
writes it into the changelog under **Answer:**. Identities beside them hold for any numbers.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from sim.model.recording.recorder import HARMS
from sim.numerics.codes import EVENT, MODE, N_PLACES, PLACE
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import People, Settings

FILE = Path(__file__).parent / "golden.json"
YEARS = ("2019", "2020", "2021", "2022")
MOVES = ("departed", "returned", "onward")


def by_place(counts):
    """Counts by name of the place, zeros left out."""
    return {name: int(counts[place]) for name, place in PLACE.items() if counts[place]}


def residents(people, one_in):
    """Persons by country of residence; those on pendular work live in Belarus."""
    home = np.where(people.mode == MODE["settled"], people.place, PLACE["belarus"])
    return by_place(np.bincount(home[people.mode != MODE["nowhere"]], minlength=N_PLACES) * one_in)


@pytest.fixture(scope="module")
def found():
    """What is frozen of the run, by name, in persons."""
    ensemble = Ensemble(Settings(people=People(one_in=1000), threads=1, until="2022-12", seed=1))
    model = ensemble.model(Job("historical", 0.62, 0))
    one_in = model.one_in
    stocks = {"2018": residents(model.columns, one_in)}
    for year in YEARS:
        model.run(12 * (YEARS.index(year) + 1))
        stocks[year] = residents(model.columns, one_in)
    events = model.recorder.events
    frozen = {"people": sum(stocks["2018"].values()), "residents": stocks}
    for kind in (*MOVES, "pendular_out"):
        for end in ("origin", "place"):
            frozen[f"{kind}_{'from' if end == 'origin' else 'to'}"] = {
                year: by_place(np.bincount(of(events, kind, year)[end], minlength=N_PLACES) * one_in) for year in YEARS
            }
    for kind in ("born", "died"):
        frozen[kind] = {
            year: by_place(np.bincount(of(events, kind, year)["place"], minlength=N_PLACES) * one_in) for year in YEARS
        }
    for harm in HARMS:
        frozen[harm] = {year: len(of(events, harm, year)) * one_in for year in YEARS}
    expected = model.recorder.expected_arrivals(model.world).sum(axis=2)
    frozen["expected"] = {
        year: {
            name: float(f"{expected[12 * i : 12 * i + 12, place].sum():.9g}") for name, place in PLACE.items() if place
        }
        for i, year in enumerate(YEARS)
    }
    frozen["events"] = len(events)
    frozen["sha256_of_events"] = hashlib.sha256(events.tobytes()).hexdigest()
    return frozen


def of(events, kind, year):
    """Events of a kind in a year."""
    return events[(events["kind"] == EVENT[kind]) & (events["month"] // 12 == YEARS.index(year))]


def test_the_answer_is_unchanged(found, request):
    if request.config.getoption("--update-golden"):
        FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    golden = json.loads(FILE.read_text(encoding="utf-8"))
    assert list(golden) == list(found)
    changed = {name: (golden[name], found[name]) for name in golden if golden[name] != found[name]}
    assert not changed, f"changed: {', '.join(changed)}; golden and found:\n{json.dumps(changed, indent=1)}"


def test_golden_stocks_are_the_sum_of_golden_flows():
    """Residents of every place at the end of a year are those of the year before, plus who came or was born, less who
    left or died.
    """
    golden = json.loads(FILE.read_text(encoding="utf-8"))
    years = ("2018", *YEARS)
    for before, year in zip(years, YEARS, strict=False):
        for place in PLACE:
            came = sum(golden[f"{kind}_to"][year].get(place, 0) for kind in MOVES)
            left = sum(golden[f"{kind}_from"][year].get(place, 0) for kind in MOVES)
            came += golden["born"][year].get(place, 0)
            left += golden["died"][year].get(place, 0)
            change = golden["residents"][year].get(place, 0) - golden["residents"][before].get(place, 0)
            assert change == came - left, (place, year)


def test_golden_numbers_are_of_a_living_world():
    """Something of every kind happened: a run in which nothing happens would be unchanged for ever."""
    golden = json.loads(FILE.read_text(encoding="utf-8"))
    for kind in (*MOVES, "pendular_out"):
        years = YEARS[1:] if kind == "onward" else YEARS  # few live abroad to move on in 2019
        assert all(golden[f"{kind}_to"][year] for year in years), kind
    assert golden["detained"]["2020"] > golden["detained"]["2019"]
    assert golden["events"] > 1000 and len(golden["residents"]["2022"]) >= 10
