"""What goes in by Python is checked as on the command line: rows of tables go in as they are, mistakes are told."""

import copy
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.history.parameters import Closing, Dated, Setting
from sim.history.policies import Event
from sim.history.records import policy_from
from sim.numerics.errors import HistoryError, UserError
from sim.numerics.messages import shown
from sim.runs import points
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job, Other
from sim.runs.settings import Asked, Choice, People, Settings, fingerprint, record_of, resolved_yaml

DESIGN = np.array([[0.1 + 0.2, 0.35, 1000.0, 3.0], [0.95, -0.5, 20000.0, 4.0]])
"""A design matrix as SALib samples it: a row a point, every column a float."""


def test_a_row_of_a_design_matrix_is_a_setting():
    lambda_, peers, one_in, seed = DESIGN[0]
    made = Settings(choice={"lambda": lambda_}, coefficients={"peers": peers}, people={"one_in": one_in}, seed=seed)
    plain = Settings(choice=Choice(0.3), coefficients={"peers": 0.35}, people=People(1000), seed=3)
    assert made == plain and fingerprint(made) == fingerprint(plain) and resolved_yaml(made) == resolved_yaml(plain)
    assert type(made.people.one_in) is int and type(made.choice.lambda_) is float


@pytest.mark.parametrize("kinds", ["of floats", "of anything"])
def test_a_row_of_a_data_frame_is_a_setting(kinds):
    table = pd.DataFrame(DESIGN, columns=["lambda_", "peers", "one_in", "seed"]).astype({"one_in": int, "seed": int})
    if kinds == "of anything":
        table = table.assign(until=pd.Timestamp("2023-05-01"), scenario="no_war", threads=pd.NA, report=True)
    row = table.iloc[1]
    given = {key: row[key] for key in ("until", "scenario", "threads", "report") if key in row}
    made = Settings(
        choice=row[["lambda_"]], coefficients=row[["peers"]], people=row[["one_in"]], seed=row.seed, **given
    )
    assert (made.choice.lambda_, made.coefficients, made.people.one_in, made.seed) == (0.95, {"peers": -0.5}, 20000, 4)
    if kinds == "of anything":
        assert (made.until, made.scenario, made.threads, made.report) == ("2023-05", "no_war", None, True)
    assert Job("historical", lambda_=row.lambda_, replicate=row.seed) == Job("historical", 0.95, 4)


def test_two_lambdas_that_are_two_points_look_like_two():
    record = record_of(Settings())
    told = {"scenario": "no_war", "one_in": 1000, "coefficients": {}, "freeze": []}
    told |= {key: record[key] for key in ("decision", "seed", "until")}
    for lambda_, word in ((0.6000001, "choice.lambda=0.6000001"), (0.6, "choice.lambda=0.6"), (1.0, "choice.lambda=1")):
        assert word in points.command({**told, "lambda": lambda_}, 1).split()
        assert word.removeprefix("choice.lambda=") in points.Point("no_war", lambda_, (), {}, "f" * 16, 1).title.split()


def test_scalars_paths_and_arrays_count_as_what_they_stand_for():
    made = Settings(
        people=People(np.int64(1000)),
        choice=Choice(np.float32(0.5), np.linspace(0.2, 0.8, 4)),
        dry=np.bool_(True),
        seed=np.uint32(7),
        replicates=np.float64(8),
        threads=np.array(3),
        scenario=np.str_("no_war"),
        freeze=pd.Series(["queues", "diaspora"]),
        person=np.uint64(2**63 + 1),
        results_dir=Path("a") / "b",
        results=Asked(csv=Path("x.csv"), where=None),
    )
    assert record_of(made) == record_of(
        Settings(
            people=People(1000), choice=Choice(0.5, (0.2, 0.4, 0.6, 0.8)), dry=True, seed=7, replicates=8, threads=3,
            scenario="no_war", freeze=("queues", "diaspora"), person=2**63 + 1, results_dir=str(Path("a/b")),
            results=Asked(csv="x.csv"),
        )
    )  # fmt: skip
    assert {type(value) for value in (made.seed, made.replicates, made.threads, made.person)} == {int}
    assert type(made.dry) is bool and type(made.scenario) is str and type(made.freeze) is tuple


@pytest.mark.parametrize(
    "until",
    [
        "2022-05", date(2022, 5, 1), date(2022, 5, 31), datetime(2022, 5, 3, 4, 5), pd.Timestamp("2022-05-31"),
        pd.Period("2022-05"), np.datetime64("2022-05"), np.datetime64("2022-05-31T00:00:00.000000000"),
    ],
)  # fmt: skip
def test_a_date_is_the_month_in_which_it_lies(until):
    assert Settings(until=until).until == "2022-05"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: Job("historical", lambda_=2.0), ("lambda_=2.0 is not a number from 0.01 to 1",)),
        (lambda: Job("historical", lambda_=62), ("lambda_=62",)),
        (lambda: Job("historical", lambda_=-1), ("lambda_=-1",)),
        (lambda: Job("historical", lambda_=float("nan")), ("lambda_=NaN",)),
        (lambda: Job("historical", lambda_=np.float64("nan")), ("lambda_=NaN",)),
        (lambda: Job("historical", lambda_=np.bool_(True)), ("lambda_=true",)),
        (lambda: Job("historical", lambda_="0.5"), ('lambda_="0.5" is not a number',)),
        (lambda: Job("historical", 0.62, 1.5), ("replicate=1.5 is not a whole number",)),
        (lambda: Job("historical", 0.62, -1), ("replicate=-1",)),
        (lambda: Job(3, 7), ("scenario=3 is not the name of a scenario\nlambda_=7",)),
        (lambda: Job("historical"), ("lambda_ has no value",)),
        (lambda: Job("historical", lamda=0.5), ("'lamda' is not a known key", "lambda_ has no value")),
        (lambda: Other("no_war", ("queue",)), ("freeze=", "queues, diaspora, information")),
        (lambda: replace(Job("historical", 0.5), lambda_=3), ("lambda_=3",)),
        (lambda: Settings(people={"one_in": 0}), ("people.one_in=0 is not a whole number from 1 to 95719",)),
        (lambda: Settings(people={"onein": 9}), ("'people.onein' is not a known key", "did you mean one_in?")),
        (lambda: Settings(people=[1000]), ("people=[1000]", "people.one_in")),
        (lambda: Settings(choice={"lambda_": 2, "lambdas": [3]}), ("choice.lambda=2", "choice.lambdas=[3]")),
        (lambda: Settings(sead=3), ("'sead' is not a known key", "did you mean seed?")),
        (lambda: Settings(seed=True), ("seed=true",)),
        (lambda: Settings(seed="3"), ('seed="3"',)),
        (lambda: Settings(seed=np.float64(1.5)), ("seed=1.5 is not a whole number",)),
        (lambda: Settings(seed=float("inf")), ("seed=Infinity",)),
        (lambda: Settings(report=1), ("report=1 is not true or false",)),
        (lambda: Settings(until=pd.Timestamp("2031-01-01")), ("until=2031-01-01", "to 2030-12")),
        (lambda: Settings(threads=float("nan")), ("threads=NaN",)),
        (lambda: Settings(results_dir=3), ("results_dir=3",)),
        (lambda: Settings(freeze="queues"), ("freeze=queues is not a list",)),
        (lambda: Settings(freeze={"queues"}), ("freeze=", "is not a list")),
        (lambda: Settings(coefficients=pd.Series({"peers": np.nan, "kn": 1.0})), ("peers=NaN", "kn=1.0")),
        (lambda: Choice(5, "x"), ("choice.lambda=5", "choice.lambdas=x")),
        (lambda: People(1, 2, 3), ("people.2",)),
    ],
)
def test_a_mistake_in_python_is_told_as_on_the_command_line(made, words):
    with pytest.raises(UserError) as raised:
        made()
    assert all("\n" not in fault for fault in raised.value.faults)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_an_ensemble_is_copied_and_pickled(again):
    ensemble = Ensemble(Settings(until="2019-03", people=People(20_000), threads=1))
    ensemble.add("mine", ensemble.history("historical").without("war_2022"))
    other = again(ensemble)
    assert other is not ensemble and (other.settings, other.months) == (ensemble.settings, ensemble.months)
    assert other.history("mine") == ensemble.history("mine")
    other.add("yours", ensemble.history("historical"))
    with pytest.raises(UserError, match="yours"):
        ensemble.history("yours")


def test_settings_stay_as_they_were_made():
    changes = {"peers": 0.5}
    made = Settings(coefficients=changes)
    changes["peers"] = 9
    assert made.coefficients == {"peers": 0.5}
    with pytest.raises(FrozenInstanceError):
        made.seed = 5
    assert replace(made, seed=5) == Settings(seed=5, coefficients={"peers": 0.5}) and made.seed == 1


def event(**changes):
    usual = {"announced": date(2021, 1, 1), "start": date(2021, 2, 1), "until": None, "source": "a test"}
    return Event("one", **usual | changes, confidence="assumption", changes=(Closing("poland.visa", 1.0),))


@pytest.mark.parametrize("at", [pd.Timestamp("2021-02-01"), datetime(2021, 2, 1), np.datetime64("2021-02-01", "ns")])
@pytest.mark.parametrize("no_end", [None, pd.NaT, np.datetime64("NaT")])
def test_dates_of_pandas_and_numpy_are_dates_of_an_event(at, no_end):
    assert event(announced=at, start=at, until=no_end) == event(announced=date(2021, 2, 1))
    assert event(until=at) == event(until=date(2021, 2, 1)) and type(event(until=at).until) is date
    assert event().ending(at) == event(until=date(2021, 2, 1)) and event(until=at).ending(no_end) == event()
    dated = Dated(at, np.float32(0.5), "a test", "assumption")
    assert dated == Dated(date(2021, 2, 1), 0.5, "a test", "assumption")
    record = {"announced": at, "from": at, "until": no_end, "source": "a test", "confidence": "assumption"}
    policy = {"description": "a test", "actor": "Poland", "historical": False}
    policy["events"] = {"one": record | {"changes": {"wages": np.int64(3)}}}
    [made] = policy_from("some", policy).events
    assert (made.start, made.until) == (date(2021, 2, 1), None)
    assert made.changes == (Setting("wages", (Dated(date(2021, 2, 1), 3.0, "a test", "assumption"),)),)


@pytest.mark.parametrize("key", ["announced", "start"])
@pytest.mark.parametrize("at", [pd.NaT, None, "2021-02-01", pd.Timestamp("2021-02-01 12:00"), 20210201])
def test_what_is_no_date_is_refused(key, at):
    with pytest.raises(HistoryError, match="is not a date; write YYYY-MM-DD"):
        event(**{key: at})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("вынікі", "вынікі"),
        ("café – €", "café – €"),
        ("s\u0435ed", "s\\u0435ed"),  # a Cyrillic letter among Latin ones
        ("вынікi", "\\u0432\\u044b\\u043d\\u0456\\u043ai"),  # and a Latin one among Cyrillic
        ("no_w\u0430r seed", "no_w\\u0430r seed"),
        ("２０２０", "\\uff12\\uff10\\uff12\\uff10"),
        ("a\u202eb\u200bc\u00a0d\x1b\n", "a\\u202eb\\u200bc\\xa0d\\x1b\\n"),
    ],
)
def test_letters_are_told_as_letters_unless_they_deceive(text, told):
    assert shown(text) == told


def test_settings_are_read_without_compiling():
    asked = "import sys, sim.runs.settings; print(sorted({'numba', 'mesa', 'hydra', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
