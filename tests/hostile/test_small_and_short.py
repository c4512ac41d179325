"""Samples of one circle and runs of one month: every table has all its rows, every page is whole, or one line refuses.

Smoke runs ask for such sizes. A sample this small has nobody abroad, nobody who moves or nobody to ask; a run this
short ends before a register has anybody in it, before anything was observed and before a rule is in force.
"""

import re
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

from sim.analysis import dimensions
from sim.analysis.experiment import Expected, Experiment
from sim.model.recording.recorder import HARMS
from sim.numerics.errors import UserError
from sim.numerics.months import label
from sim.population.layout import layout
from sim.report import study
from sim.runs import checks
from sim.runs.ensemble import Ensemble
from sim.runs.settings import Choice, People, Settings
from sim.runs.tasks import task

ONE_CIRCLE = checks.CIRCLES
"""The largest sample interval: one circle of about 100 people is left."""
EVERY_END = [label(t) for t in range(24)]
ENDS = ("2019-01", "2019-03", "2019-07")
"""The shortest run, one shorter than the lag of a register, and one just longer."""
LAMBDAS = (0.5, 0.62)
NUMBERS = ["estimate", "low", "high"]


@cache
def results() -> str:
    """One folder of results for all tests of this file."""
    return mkdtemp(prefix="vyraj-small-")


def done(one_in: int = 20_000, **changes) -> Path:
    """The folder that a task leaves at a tiny size."""
    usual = {"choice": Choice(lambdas=(0.5,)), "threads": 1, "results_dir": results(), "report": False}
    settings = Settings(people=People(one_in), **(usual | changes))
    return task(settings.task)(settings)


def compared(scenario: str, until: str, one_in: int = 20_000, **changes) -> Path:
    """The folder of a comparison of two replicates, its tables known to be whole."""
    folder = done(one_in, task="compare", scenario=scenario, until=until, replicates=2, **changes)
    for name in dimensions.KEYS:
        dimensions.dense(name, read(folder, name), LAMBDAS, focus_of(folder))
    return folder


def read(folder: Path, name: str) -> pd.DataFrame:
    """A table with places of no name kept as empty texts."""
    return pd.read_csv(folder / f"{name}.csv", keep_default_na=False, na_values=dict.fromkeys(NUMBERS, [""]))


def focus_of(folder: Path) -> str:
    """The destination of the measures by channel."""
    effects = read(folder, "effects")
    (focus,) = set(effects.loc[effects["measure"].isin(dimensions.OF_FOCUS), "destination"])
    return focus


def text_of(page: Path) -> str:
    """What a reader sees of a page, without its styles, pictures and tags."""
    html = re.sub(r"<(style|svg).*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", html)


PARTS = ["counted", "waiting", "register"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "until", [pytest.param(end, marks=() if end in ENDS else pytest.mark.slow) for end in EVERY_END]
)
def test_a_run_may_have_any_length(until):
    """Half of the time of each goes into the page, which of the usual ones only the middle has."""
    months = EVERY_END.index(until) + 1
    point = done(task="simulate", scenario="historical", until=until)
    harms = pd.read_parquet(point / "harms.parquet")
    assert len(harms) == months * len(HARMS) and harms["month"].astype(str).max() == until
    registers = pd.read_csv(point / "registers.csv")
    registers[PARTS] = registers[PARTS].astype(float)  # of no rows pandas knows no numbers
    shown = registers["counted"] - registers["waiting"]
    assert np.allclose(registers["register"], shown, rtol=1e-5) and (registers["date"].str[:7] <= until).all()
    money = pd.read_csv(point / "public_money.csv")
    assert sorted(money["year"].unique()) == list(range(2019, int(until[:4]) + 1))
    folder = compared("rents_respond", until)
    taxonomy = read(folder, "taxonomy")
    sums = [table.groupby("lambda")["persons"].sum() for table in (taxonomy, read(folder, "substitution"))]
    assert sums[0].to_dict() == pytest.approx(sums[1].to_dict(), rel=1e-9)
    if until in ENDS and until != ENDS[1]:
        return
    page = compared("rents_respond", until, report=True) / "report.html"
    assert "nan" not in text_of(page).lower().split()


def test_a_scenario_that_begins_after_the_end_is_refused_before_anything_is_computed(capsys, monkeypatch):
    monkeypatch.setattr(Ensemble, "model", None)
    for until in ("2019-01", "2019-12", "2020-02"):
        with pytest.raises(UserError, match=f"changes nothing until {until}; choose a later until"):
            done(task="compare", scenario="no_covid", until=until, replicates=2)
    said = capsys.readouterr().out.splitlines()
    assert not said or (len(said) == 1 and said[0].startswith("World: historical"))  # which world, and nothing else


@pytest.mark.filterwarnings("error")
def test_a_sample_with_nobody_abroad_has_zeros_and_a_page():
    folder = compared("no_covid", "2020-06", ONE_CIRCLE, report=True)
    abroad = pd.read_parquet(folder / "historical" / "stocks.parquet").query("destination != 'belarus'")
    assert set(abroad["status"]) <= {"pendular"}
    effects, residents = read(folder, "effects"), read(folder, "taxonomy")
    assert set(effects["lambda"]) == set(LAMBDAS)
    still = effects[effects["measure"].isin(["deflected", "stuck", "detained", "returned", "forced:onward"])]
    assert len(still) == len(LAMBDAS) * (len(dimensions.DESTINATIONS) + 4)
    assert (still[NUMBERS] == 0).all(axis=None)
    assert (residents.loc[residents["category"] != "unchanged", ["persons", "low", "high"]] == 0).all(axis=None)
    page = text_of(folder / "report.html")
    assert "No difference for anybody in this sample" in page and "Nobody in either world." in page
    assert "nan" not in page.lower().split()


@pytest.mark.slow
def test_a_channel_used_in_one_world_or_at_one_lambda_only_has_its_row_everywhere():
    """The smoke run that failed by the luck of its seed."""
    folder = compared("lithuania_full_ban", "2023-06", 5_000, report=True)
    effects = read(folder, "effects").set_index(["measure", "destination", "lambda"])[NUMBERS]
    for way in ("baseline", "arrivals"):
        assert effects.loc[(f"{way}_by_channel:mediated", "lithuania", 0.62)].tolist() == [0.0, 0.0, 0.0]


def test_the_largest_sample_interval_leaves_one_circle_and_more_is_refused():
    assert layout().circles == checks.CIRCLES
    for one_in in (ONE_CIRCLE + 1, 2_000_000):
        with pytest.raises(UserError, match=rf"people.one_in={one_in} is not a whole number from 1 to {ONE_CIRCLE}"):
            People(one_in)
    assert done(ONE_CIRCLE, task="people").is_dir()


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"task": "survey", "until": "2022-08"}, "until=2022-08 is before 2022-09, when the survey ended"),
        ({"task": "survey", "until": "2019-01"}, "until=2019-01 is before 2022-09, when the survey ended"),
        ({"task": "patterns", "until": "2019-03"}, "until=2019-03 is before the first observation"),
        ({"task": "patterns", "freeze": ("queues",)}, "freeze holds feedbacks at the path of a baseline"),
        ({"task": "explain", "until": "2019-01"}, "person=first:departed: nobody in this sample"),
        ({"task": "explain", "until": "2019-03", "person": "first:naturalised:poland"}, "nobody in this sample"),
        ({"task": "reasons", "until": "2019-01"}, "nobody commits to leaving until 2019-01"),
    ],
)
def test_a_question_that_nobody_can_answer_is_refused_in_one_line(asked, line, capsys):
    with pytest.raises(UserError, match=line):
        done(ONE_CIRCLE, scenario="historical", **asked)
    said = capsys.readouterr().out.splitlines()
    assert not said or (len(said) == 1 and said[0].startswith("World: historical"))  # which world, and nothing else


@pytest.mark.filterwarnings("error")
def test_a_study_of_samples_too_small_to_say_anything_has_a_page(tmp_path):
    folders = [compared("no_covid", "2020-06", ONE_CIRCLE), compared("rents_respond", "2020-06", ONE_CIRCLE)]
    parts = {"scenario": "no_covid", "above": 0.0, "below": None, "where": {}, "at": {}}
    expects = (
        Expected(says="more arrive", measure="arrivals", destination="poland", **parts),
        Expected(says="some go elsewhere", measure="deflected", destination="poland", **parts),
        Expected(says="some wish", measure="wish_persons", destination="", **parts),
    )
    asked = Experiment(
        name="tiny", question="Is anybody there?", expectation="No.", refuted_by="Somebody.", baseline="historical",
        scenarios=("no_covid", "rents_respond"), parameters={}, settings={}, replicates=2, decompose=(), figures=(),
        expects=expects,
    )  # fmt: skip
    about = study.build(asked, folders, tmp_path)
    assert [one["verdict"] for one in about["verdicts"]][1:] == ["refuted", "refuted"]  # nobody is not above zero
    page = text_of(tmp_path / "report.html")
    assert "nobody" in page.lower() and "nan" not in page.lower().split()
    together = pd.read_csv(tmp_path / "effects.csv", keep_default_na=False)
    assert len(together) == 2 * len(dimensions.cells("effects", LAMBDAS, "lithuania"))
