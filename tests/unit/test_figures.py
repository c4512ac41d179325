"""Figures: the data behind them, the same bytes each time, the stamp, and small cells."""

import json
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pictures
import pytest
from fake_results import LAMBDAS, MAIN, START, sealed, write
from matplotlib.path import Path as Ring

from sim.analysis import closed_form
from sim.analysis.lives_at_risk import SUFFERED
from sim.model.hazards import EXPECTED
from sim.numerics import months
from sim.numerics.errors import UserError
from sim.report import style
from sim.report.comparison import figures
from sim.report.quantities import PARTS
from sim.report.results import Results, instant
from sim.report.told import Told
from sim.report.verdicts import FEW
from sim.runs import disclosure

OTHERS = ("reasons", "one_life")
"""Figures of other folders than a comparison (test_other_figures.py)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("compare"), replicates=3, fitted=True)


@pytest.fixture(scope="module")
def drawn(folder):
    return {path.name: path.read_bytes() for path in figures.draw_all(folder)}


def ours():
    """Names of the figures of a comparison."""
    return [name for name in figures.names() if name not in OTHERS]


@pytest.fixture
def results(folder):
    return Results(folder)


def test_each_file_of_the_folder_is_a_figure_in_svg_and_png(drawn):
    assert {
        "arrivals",
        "stocks",
        "substitution",
        "harms",
        "sensitivity",
        "flow_map",
        "rules",
        "observed",
        "who",
        "prior_posterior",
    } == set(figures.names()) - set(OTHERS)
    assert set(drawn) == {f"{name}.{suffix}" for name in ours() for suffix in ("svg", "png", "csv")}
    assert all(drawn[f"{name}.png"].startswith(b"\x89PNG") for name in ours())


def test_the_same_folder_twice_gives_the_same_bytes(folder, drawn):
    again = {path.name: path.read_bytes() for path in figures.draw_all(folder)}
    assert again == drawn
    assert not list((folder / "figures").glob("*.part"))


def test_figures_look_as_they_did_when_somebody_looked(drawn, request):
    found = {name: drawn[f"{name}.png"] for name in ours()}
    if request.config.getoption("--update-golden"):
        pictures.keep(found)
    far = {name: pictures.distance(pictures.small(png), pictures.kept(name)) for name, png in found.items()}
    assert max(far.values()) <= pictures.FURTHEST, far


def test_other_numbers_give_another_picture(tmp_path, drawn):
    other = Results(write(tmp_path / "other", replicates=2, lambdas=(MAIN,), strength=0.4))
    files = style.files(figures.figure("harms"), other)
    assert files["svg"] != drawn["harms.svg"]
    assert pictures.distance(pictures.small(files["png"]), pictures.kept("harms")) > pictures.FURTHEST


def test_a_reader_s_own_matplotlib_settings_change_nothing(results, drawn):
    import matplotlib

    with matplotlib.rc_context({"font.size": 20, "axes.grid": False, "svg.hashsalt": "mine"}):
        assert style.files(figures.figure("harms"), results)["svg"] == drawn["harms.svg"]


def test_every_figure_is_stamped_and_undated(drawn):
    for name in ours():
        svg = drawn[f"{name}.svg"].decode()
        assert svg.count(style.STAMP) == 1
        assert "<dc:date>" not in svg
        assert b"Software" not in drawn[f"{name}.png"]


def test_figures_can_be_told_apart_by_their_captions(results):
    captions = [figures.figure(name).caption(results) for name in ours()]
    assert len(set(captions)) == len(captions)
    assert all(text.endswith(".") for text in captions)


def test_arrivals_are_the_expected_flows_of_the_files(folder, results):
    table = figures.figure("arrivals").data(results)
    flows = pd.read_parquet(folder / "lithuania_ban" / "flows.parquet")
    part = flows[(flows["lambda"] == MAIN) & (flows["to"] == "lithuania") & (flows["month"] == "2024-05")]
    wanted = part.groupby("replicate")["expected_persons"].sum().mean()
    here = table[(table["world"] == "scenario") & (table["destination"] == "lithuania")]
    row = here[here["at"] == months.month("2024-05")].iloc[0]
    assert row["mean"] == pytest.approx(wanted)
    assert row["low"] <= row["mean"] <= row["high"]


def test_worlds_are_one_until_the_announcement(results):
    table = figures.figure("arrivals").data(results)
    before = table[(table["world"] == "difference") & (table["at"] < months.month("2023-03"))]
    after = table[(table["world"] == "difference") & (table["at"] >= months.month(START))]
    assert (before[["mean", "low", "high"]] == 0).all().all()
    assert (after[after["destination"] == "lithuania"]["high"] < 0).all()
    assert (after[after["destination"] == "poland"]["low"] > 0).all()


def test_stocks_leave_out_pendular_people_and_carry_the_observed(folder, results):
    stocks = folder / "historical" / "stocks.parquet"
    frame = pd.read_parquet(stocks)
    extra = frame[frame["status"] == "permit"].assign(status="pendular", persons=1e6)
    before = results.residents("historical")
    kept = stocks.read_bytes()
    try:
        pd.concat([frame, extra]).to_parquet(stocks)
        assert Results(sealed(folder)).residents("historical").equals(before)
    finally:
        stocks.write_bytes(kept)
        sealed(folder)
    points = figures.figure("stocks").observed(results)
    assert len(points) == 3  # the entries into Georgia are a flow
    assert points["at"].tolist() == [24, 48, 36]


def test_what_becomes_of_people_adds_up_to_everybody_whose_life_changes(results):
    for lambda_ in LAMBDAS:
        table = figures.figure("substitution").data(results, lambda_)
        everyone = results.effect("changed", lambda_=lambda_).estimate
        assert table["persons"].sum() == pytest.approx(everyone, rel=1e-3)
        assert table["share"].sum() == pytest.approx(1, rel=1e-3) and (table["share"] > 0).all()
    main = figures.figure("substitution").data(results).set_index("outcome")["persons"]
    assert main["poland"] == results.effect("deflected", "poland").estimate
    assert main["papers"] == results.effect("papers").estimate


def test_what_is_few_by_itself_is_one_grey_block(results):
    table = figures.figure("substitution").data(results).set_index("outcome")
    parts = {part.name: Told(results).value(part.name) for part in PARTS}
    few = [one.estimate for one in parts.values() if one.verdict == FEW]
    assert few and table.loc["few_each", "persons"] == pytest.approx(sum(few))
    assert not {name for name, one in parts.items() if one.verdict == FEW} & set(table.index)


def test_harms_are_paired_sums_over_the_horizon(folder, results):
    table = figures.figure("harms").data(results).set_index("quantity")
    sums = []
    for world in ("lithuania_ban", "historical"):
        frame = pd.read_parquet(folder / world / "harms.parquet")
        part = frame[(frame["lambda"] == MAIN) & (frame["harm"] == "detained")]
        sums.append(part.groupby("replicate")["persons"].sum())
    assert table.loc["detained", "estimate"] == pytest.approx((sums[0] - sums[1]).mean(), abs=0.01)


def test_every_harm_that_is_recorded_is_drawn():
    of_stayers = {f"{harm}_of_stayers" for harm in SUFFERED}
    assert set(figures.figure("harms").EXPECTED_HARMS) == {*EXPECTED, *of_stayers}


def test_sensitivity_follows_the_closed_form_that_made_the_data(results):
    table = figures.figure("sensitivity").data(results)
    assert table["year"].is_monotonic_decreasing
    # the rush before the closure, part of the sum of arrivals, and the noise of the fixture allow .06
    assert np.abs(table["year"] - table["closed_form"]).max() < 0.06
    assert table["share"].nunique() == 1 and 0.05 < table["share"].iloc[0] < 0.15


def test_the_map_has_every_destination_and_crimea_as_ukraine(results):
    flow_map = figures.figure("flow_map")
    assert set(flow_map.data(results)["destination"]) == set(flow_map.AT)
    crimea = [[34.4, 45.2]]
    owners = [
        name
        for name, rings in flow_map.borders().items()
        if any(Ring(ring).contains_points(crimea)[0] for ring in rings)
    ]
    assert owners == ["Ukraine"]
    for name, rings in flow_map.borders().items():  # no ring crosses the sheet because it crossed the antimeridian
        for ring in rings:
            steps = np.abs(np.diff(np.array(ring), axis=0))
            inside = np.array(ring)[:-1, 0] < 70
            assert not inside.any() or steps[inside].max() < 30, name


def test_periods_of_rules_are_those_of_the_histories(results):
    rules = figures.figure("rules")
    table = rules.data(results).set_index(["world", "destination", "instrument"]).sort_index()
    assert table.loc[[("baseline", "lithuania", "national_visa")], "state"].tolist() == ["open"]
    ban = table.loc[("scenario", "lithuania", "national_visa")]
    assert ban["state"].tolist() == ["open", "in part"] and ban["from"].tolist() == ["2019-01-01", "2023-08-01"]
    assert ban["differs"].all() and not table.loc[("scenario", "georgia", "visa_free"), "differs"].any()
    assert ("scenario", "lithuania", "work") not in table.index
    assert rules.title(results) == "The scenario changes 1 rule of entry and stay in Lithuania"


def test_observed_numbers_are_the_rows_that_were_judged(folder, results):
    table = figures.figure("observed").data(results)
    judged = pd.read_csv(folder / "patterns.csv")
    judged = judged[judged["verdict"].isin(["hit", "miss"])]
    assert table["observed"].tolist() == judged["observed"].tolist()
    first = table.iloc[0]
    assert first["error_low"] == pytest.approx(np.log(29_000 * 0.9 / 23_000) / np.log1p(0.05))


def test_who_is_affected_is_told_by_age_and_sex(results):
    who = figures.figure("who")
    assert set(who.data(results)["dimension"]) == {"age", "sex"}
    assert who.title(results) == "Departures change most at ages 27 to 34: 3,000 fewer"
    table = who.data(results).set_index(["measure", "group"])
    assert table.loc[("departed", "27-34"), ["estimate", "low", "high"]].tolist() == [-3_000, -3_500, -2_500]
    assert table.loc[("departed", "27-34"), "told"] == "\u22123,000"
    assert table.loc[("departed", "0-17"), "told"] == "no difference" and not table.loc[("departed", "0-17"), "shown"]


def test_a_figure_of_a_folder_is_at_hand_in_a_notebook(folder):
    drawing = figures.show("harms", folder)
    assert any(style.STAMP in text.get_text() for text in drawing.texts)
    with pytest.raises(ValueError, match="unknown figure"):
        figures.show("pie", folder)


def test_closed_form_of_deflection():
    assert closed_form.deflection(0.3, 0.0) == pytest.approx(1)
    assert closed_form.deflection(0.3, 1.0) == pytest.approx(0)
    assert closed_form.deflection(1e-6, 0.45) == pytest.approx(0.55, abs=1e-5)
    assert [round(float(closed_form.deflection(0.09, lambda_)), 2) for lambda_ in (0.2, 0.45, 0.7)] == [
        0.79,
        0.54,
        0.29,
    ]
    with pytest.raises(ValueError, match="between 0 and 1"):
        closed_form.deflection(1.0, 0.5)


def test_small_cells():
    assert np.isnan(disclosure.suppress(2_900, 100))
    assert disclosure.suppress(3_000, 100) == 3_000
    assert disclosure.suppress(-3_000, 100) == -3_000
    assert disclosure.suppress(300, 100, replicates=10) == 300
    assert disclosure.suppress(0, 100) == 0
    assert np.isnan(disclosure.suppress([29, 30], 1)).tolist() == [True, False]


def test_rounding():
    assert [disclosure.rounded(value, 100) for value in (149, 150, -150, -49, 12_345)] == [100, 200, -200, 0, 12_300]
    assert disclosure.rounded(149, 1) == 150


def test_a_missing_file_column_or_key_is_named(tmp_path):
    folder = write(tmp_path / "broken", replicates=1, lambdas=(MAIN,))
    (folder / "effects.csv").rename(folder / "kept.csv")
    with pytest.raises(UserError, match=r"effects\.csv is missing"):
        figures.draw_all(folder)
    with pytest.raises(FileNotFoundError, match=r"effects\.csv is missing"):
        figures.draw_all(sealed(folder))
    pd.read_csv(folder / "kept.csv").drop(columns="low").to_csv(folder / "effects.csv", index=False)
    with pytest.raises(ValueError, match=r"effects\.csv lacks the column\(s\) low"):
        figures.draw_all(sealed(folder))
    (folder / "kept.csv").rename(folder / "effects.csv")
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["focus"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=r"manifest\.json lacks the key 'focus'"):
        figures.draw_all(sealed(folder))
    with pytest.raises(FileNotFoundError, match="no result folder"):
        figures.draw_all(tmp_path / "nowhere")


def test_unknown_names_are_refused_with_the_known(results):
    with pytest.raises(ValueError, match="known: arrivals, flow_map"):
        figures.figure("pie")
    with pytest.raises(ValueError, match="no row of 'joy'"):
        results.effect("joy")


def test_days_are_fractions_of_months():
    assert instant("2019-01-01") == 0
    assert instant("2020-02-15") == pytest.approx(13 + 14 / 29)


def test_figures_load_matplotlib_only_to_draw():
    code = (
        "import sys, sim.report.comparison.figures, sim.report.comparison; "
        "sys.exit('matplotlib' in sys.modules or 'jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_colours_of_figures_can_follow_a_theme(drawn):
    for name in ours():
        assert style.INK in drawn[f"{name}.svg"].decode()
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in (style.INK, style.QUIET, style.RULE, style.PAPER))
