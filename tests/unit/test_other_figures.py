"""Figures of a fit, of a survey and of a life: the data behind them, and the same bytes each time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pictures
import pytest
from fake_others import life, posterior, survey

from sim.analysis.learned import learned
from sim.cli.commands import stored
from sim.numerics.errors import UserError
from sim.report import style
from sim.report.comparison import figures
from sim.report.comparison.figures import one_life, prior_posterior, reasons
from sim.report.results import Results
from sim.runs import seals
from sim.runs.settings import Settings, fingerprint


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return survey(tmp_path_factory.mktemp("asked") / "survey")


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    return life(tmp_path_factory.mktemp("lived") / "life")


@pytest.mark.parametrize("kind", ["asked", "lived"])
def test_a_folder_has_the_figures_of_its_kind_in_the_same_bytes(kind, request):
    folder = request.getfixturevalue(kind)
    name = {"asked": "reasons", "lived": "one_life"}[kind]
    first = {path.name: path.read_bytes() for path in figures.draw_all(folder)}
    assert set(first) == {f"{name}.{suffix}" for suffix in ("svg", "png", "csv")}
    svg = first[f"{name}.svg"].decode()
    assert svg.count(style.STAMP) == 1 and f">Source: {figures.figure(name).SOURCE}<" in svg
    assert {path.name: path.read_bytes() for path in figures.draw_all(folder)} == first
    assert isinstance(seals.checked(folder), dict), "the manifest knows the new files"
    module, results = figures.figure(name), Results(folder)
    assert module.UNIT and module.caption(results).endswith(".") and "ources: " in module.caption(results)
    assert any(style.STAMP in text.get_text() for text in figures.show(name, folder).texts)
    with pytest.raises(ValueError, match="it is drawn of a comparison"):
        figures.show("harms", folder)


def test_figures_look_as_they_did_when_somebody_looked(asked, lived, request):
    found = {"reasons": style.files(reasons, Results(asked))["png"],
             "one_life": style.files(one_life, Results(lived))["png"]}  # fmt: skip
    if request.config.getoption("--update-golden"):
        pictures.keep(found)
    far = {name: pictures.distance(pictures.small(png), pictures.kept(name)) for name, png in found.items()}
    assert max(far.values()) <= pictures.FURTHEST, far


def test_the_command_draws_the_survey_that_the_same_command_line_left(tmp_path):
    settings = Settings(task="figures", scenario="historical", results_dir=str(tmp_path))
    with pytest.raises(UserError, match="no comparison"):
        stored.figures(settings)
    folder = survey(tmp_path / "survey" / f"historical-{fingerprint(replace(settings, task='survey'))[:8]}")
    assert stored.figures(settings) == folder / "figures"
    assert (folder / "figures" / "reasons.svg").exists()


def test_other_numbers_give_other_pictures(lived, tmp_path):
    alone = Results(life(tmp_path / "alone", worlds=("historical",)))
    assert style.files(one_life, alone)["svg"] != style.files(one_life, Results(lived))["svg"]
    assert prior_posterior.of_fit(posterior(50))["svg"] != prior_posterior.of_fit(posterior())["svg"]
    assert prior_posterior.of_fit(posterior()) == prior_posterior.of_fit(posterior())


def test_a_fit_that_learns_nothing_leaves_the_prior():
    table = learned(posterior(4_000)).set_index("parameter")
    same = table.loc["lambda"]
    assert same["contraction"] == pytest.approx(0.0, abs=0.03)
    assert same[[f"below_q{q:02d}" for q in (5, 25, 50, 75, 95)]].tolist() == pytest.approx(
        [0.05, 0.25, 0.5, 0.75, 0.95], abs=0.02
    )
    assert same[["q05", "q50", "q95"]].tolist() == pytest.approx(
        same[["prior_q05", "prior_q50", "prior_q95"]].tolist(), abs=0.02
    )
    assert (np.diff(table["contraction"]) > 0).all(), "each is drawn narrower than the one before"
    assert table.loc["return", "below_q95"] == pytest.approx(0.545, abs=0.005)


def test_what_is_held_by_hand_is_not_learned():
    table = learned(posterior(), frozenset({"lambda", "war"}))
    assert table["parameter"].tolist() == ["repression", "asylum_poland", "rooting", "return"]
    said = prior_posterior.finding(table)
    assert said.startswith(f"Of 4 free parameters the data narrow {(table['contraction'] >= 1 / 3).sum()} ")


def test_reasons_are_the_rows_of_the_survey_and_the_title_its_largest_miss(asked):
    results = Results(asked)
    table = reasons.data(results)
    assert table["domain"].tolist() == ["reason_leave"] * 2 + ["reason_destination"] * 2
    assert table["observed"].tolist() == [86, 31, 46, 33]
    assert reasons.title(results) == (
        "The model meets 2 of the survey\u2019s 3 reasons; furthest off: political reasons, 70% against 86%"
    )
    assert "<own>" not in style.files(reasons, results)["svg"].decode()


def test_a_life_is_told_month_by_month_in_both_worlds(lived, tmp_path):
    results = Results(lived)
    table = one_life.data(results)
    months_ = pd.read_csv(lived / "life_months.csv")
    assert set(zip(table["scenario"], table["month"], strict=True)) == set(
        zip(months_["scenario"], months_["month"], strict=True)
    )
    assert one_life.title(results) == (
        "This synthetic person leaves for Lithuania in March 2023 (moved by fear of war) under the rules in force, and "
        "never leaves under the scenario"
    )
    assert one_life.places(results)[:2] == ["lithuania", "poland"] and "coupled by design" in one_life.caption(results)
    alone = Results(life(tmp_path / "alone", worlds=("lithuania_ban",)))
    assert one_life.title(alone) == "This synthetic person never leaves" and "coupled" not in one_life.caption(alone)


def test_months_that_have_the_same_are_one_bar():
    assert one_life.runs([3, 4, 5, 7, 8], ["a", "a", "b", "b", "b"]) == [(3, 2, "a"), (5, 1, "b"), (7, 2, "b")]
