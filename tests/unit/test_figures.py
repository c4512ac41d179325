"""Figures: the data behind them, the same bytes each time, the stamp, and small cells."""

import json
import re
import subprocess
import sys
from itertools import combinations, pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pictures
import pytest
from fake_results import LAMBDAS, MAIN, START, sealed, write
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.path import Path as Ring

from sim.analysis import closed_form
from sim.model.hazards import EXPECTED
from sim.numerics import months
from sim.numerics.errors import UserError
from sim.report import style, time_axis
from sim.report.comparison import figures
from sim.report.quantities import CALLS, PARTS
from sim.report.results import Policy, Results, instant
from sim.report.told import Told
from sim.report.verdicts import FEW
from sim.runs import disclosure
from sim.runs.tables import OF_COMPARISONS

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


def test_every_figure_names_its_source_and_says_its_unit(results, drawn):
    for name in ours():
        module, svg = figures.figure(name), drawn[f"{name}.svg"].decode()
        assert f">Source: {module.SOURCE}<" in svg, name
        assert module.SOURCE in module.caption(results), name
        if name != "rules":  # its axis has years, its bars their state
            assert module.UNIT in svg.replace("persons, expected", "persons"), name


def near_days(results):
    """The same with rules that are announced, begin and end within a few weeks of another, in two countries."""
    at = instant(START)
    days = [(at - 1.5, at, None), (at + 1, at + 1, at + 2), (at + 2, at + 2.5, at + 30), (at + 2.2, at + 2.5, None)]
    other = Results(results.folder)
    other.__dict__["policies"] = tuple(Policy(f"rule_{number}", *one) for number, one in enumerate(days))
    return other


def texts(figure):
    """Texts of a figure that is laid out, with their boxes, in pixels."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    found = [*figure.texts]
    for axes in figure.axes:
        found += [*axes.texts, axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
            low, high = sorted(axis.get_view_interval())
            found += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    return [(one, one.get_window_extent(renderer)) for one in found if one.get_text().strip() and one.get_visible()]


def every_call(results):
    """The same with every kind of call to arms, so that there are as many rows of harms as there may be."""
    return with_effects(results, expected_drafted__reserve=75_000.0, expected_drafted__officers=4_000.0)


@pytest.mark.parametrize(
    ("name", "changed"),
    [("arrivals", near_days), ("flow_map", near_days), ("harms", near_days), ("harms", every_call),
     ("sensitivity", near_days), ("rules", near_days)],
)  # fmt: skip
def test_no_label_lies_over_another_or_runs_out(results, name, changed):
    with style.look():
        module = figures.figure(name)
        figure = style.finished(module.draw(changed(results)), module.SOURCE)
        boxes = texts(figure)
    wide, high = figure.get_size_inches() * figure.dpi
    for text, box in boxes:
        assert box.x0 >= 0 and box.x1 <= wide and box.y0 >= 0 and box.y1 <= high, text.get_text()
    for (one, its), (other, others_) in combinations(boxes, 2):
        across = min(its.x1, others_.x1) - max(its.x0, others_.x0)
        upright = min(its.y1, others_.y1) - max(its.y0, others_.y0)
        assert min(across, upright) <= 1.5, (one.get_text(), other.get_text())
    said = [text.get_text() for text, _ in boxes if text.get_color() == style.VERMILLION]
    assert name != "arrivals" or {"announced", "in force", "announced, in force"} <= set(said)


@pytest.mark.parametrize("name", ["arrivals", "stocks"])
def test_a_long_name_of_a_scenario_leaves_the_panels_their_width(results, name):
    """A composition has the names of all its policies, which no panel has room for."""
    long = Results(results.folder)
    long.manifest = results.manifest | {"scenario": "historical+eu_package+repression_up"}
    long.__dict__["effects"] = results.effects
    long.series = lambda world, *rest: results.series("lithuania_ban" if "eu_package" in world else world, *rest)
    with style.look():
        wide = [min(axes.get_position().width for axes in
                    style.finished(figures.figure(name).draw(one), "").axes) for one in (results, long)]  # fmt: skip
    assert wide[1] == pytest.approx(wide[0], rel=0.02)


def test_words_of_one_day_are_one_label():
    policies = (Policy("a", 3.0, 5.0, 5.0), Policy("b", 5.0, 6.0, None), Policy("c", 3.0, 6.0, None))
    assert style.days(SimpleNamespace(policies=policies)) == {
        3.0: ["announced"], 5.0: ["announced", "in force", "ends"], 6.0: ["in force"]
    }  # fmt: skip


def test_labels_that_would_touch_stand_in_another_row_or_are_left_out():
    assert style.placed([(100.0, "announced"), (150.0, "in force")], 300.0) == [(0, "right"), (0, "left")]
    assert style.placed([(5.0, "announced"), (295.0, "in force")], 300.0) == [(0, "left"), (0, "right")]
    said, wide = "in force, ends", style.length("in force, ends")
    near = style.placed([(100.0 + step, said) for step in range(8)], 300.0)
    boxes = [(one[0], 100.0 + step - (wide if one[1] == "right" else 0)) for step, one in enumerate(near) if one]
    assert len(boxes) >= style.ROWS and None in near
    for (row, start), (other, begin) in combinations(boxes, 2):
        assert row != other or abs(start - begin) >= wide
    assert style.placed([(1.0, "announced, in force, ends")], 20.0) == [None]


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 0.4, ["0.0", "0.2", "0.4"]), (-4_000, 4_000, ["\u22124,000", "0", "4,000"]), (0, 5, ["0.0", "2.5", "5.0"])],
)
def test_ticks_of_an_axis_are_told_apart(low, high, found):
    axes = Figure().subplots()
    axes.set_ylim(low, high)
    axes.set_yticks(np.linspace(low, high, 3))
    style.thousands(axes)
    assert [axes.yaxis.get_major_formatter()(at, 0) for at in axes.get_yticks()] == found


def test_years_and_months_of_an_axis_never_touch():
    axes = Figure(figsize=(2, 1)).subplots()
    time_axis.years(axes, 0, 95)
    assert [text.get_text() for text in axes.get_xticklabels()] == ["2019", "2022", "2025"]
    axes = Figure(figsize=(4, 1)).subplots()
    time_axis.years(axes, 0, 2)
    assert [text.get_text() for text in axes.get_xticklabels()] == ["January 2019", "February", "March"]


@pytest.mark.parametrize("wide", [1.5, 2.0, 3.1, 4.6, 7.2])
@pytest.mark.parametrize(("first", "last"), [(0, 91), (24, 143), (30, 143), (0, 11), (3, 20), (50, 70), (96, 115)])
def test_labels_of_an_axis_are_evenly_spaced_and_every_year_or_month_has_its_mark(wide, first, last):
    axes = Figure(figsize=(wide, 1)).subplots()
    time_axis.years(axes, first, last)
    at, labels = axes.get_xticks(), [text.get_text() for text in axes.get_xticklabels()]
    assert len({after - before for before, after in pairwise(at)}) <= 1, labels
    step = 12 if labels[0].isdigit() else 1
    marks = sorted([*at, *axes.get_xticks(minor=True)])
    assert marks == [month for month in range(first, last + 1) if month % step == 0]
    for month, text in zip(at, labels, strict=True):
        assert months.label(int(month))[:4] in text or (month != at[0] and month % 12), "which year it is can be read"


def test_harms_of_a_part_may_exceed_those_of_all_and_are_told_after_them(results):
    harms, effects = figures.figure("harms"), results.effects
    for measure, size in (
        ("expected_detained", 90.0),
        ("expected_detained_of_stayers", 300.0),
        ("expected_drafted:regular", 0.0),
    ):
        rows = effects["measure"] == measure
        effects = effects.assign(**{name: effects[name].where(~rows, size) for name in ("estimate", "low", "high")})
    results.__dict__["effects"] = effects
    assert harms.title(results) == (
        "Beside the arrivals: detentions +90; those who stay though they would have left: +300"
    )
    assert "may be more than over all" in harms.caption(results)


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


def with_effects(results, **measures):
    """The same comparison with other effects in all: measures, underscores for colons, each as one number."""
    effects = results.effects
    for measure, size in measures.items():
        rows = effects["measure"] == measure.replace("__", ":")
        effects = effects.assign(**{name: effects[name].where(~rows, size) for name in ("estimate", "low", "high")})
    other = Results(results.folder)
    other.__dict__["effects"] = effects
    return other


def test_every_harm_that_is_recorded_is_drawn_and_a_call_to_arms_by_its_kind(results):
    harms = figures.figure("harms")

    def told_of(results):
        table = harms.data(results)
        return set(table.loc[table["panel"] == "harms", "quantity"])

    drawn = told_of(results)
    assert drawn == {*EXPECTED, "detained_of_stayers", "drafted_of_stayers"}, "kinds that do not occur are left out"
    mobilised = with_effects(results, expected_drafted__reserve=75_000.0, baseline_expected_drafted__officers=100.0)
    drawn = told_of(mobilised)
    assert drawn == {*EXPECTED, "detained_of_stayers", *(f"{name}{of}" for name in CALLS for of in ("", "_of_stayers"))}
    assert "mobilisations +75,000, drafts +" in harms.title(mobilised)


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
    assert rules.title(results) == "The scenario changes 1 rule in Lithuania"


def test_numbers_that_change_are_rules_too():
    """A period in which only the other world's rule changes does not part this one's."""
    first, then, both = ("2019-01-01", "2023-07-31"), ("2023-08-01", "2025-12-31"), "closed except family"
    rows = [
        ("belarus.exit", *first, "belarus", "", "open", "closed", "open", "closed"),
        ("georgia.visa_free.stay", *first, "georgia", "visa_free", "12 months", "12 months", "value", "value"),
        ("georgia.visa_free.stay", *then, "georgia", "visa_free", "12 months", "3 months", "value", "value"),
        ("lithuania.permit", *first, "lithuania", "", both, both, "in part", "in part"),
        ("lithuania.permit", *then, "lithuania", "", both, f"{both}, study", "in part", "in part"),
        ("poland.rent", *first, "poland", "", "300 EUR", "300 EUR", "value", "value"),
        ("poland.visa", *first, "poland", "", "open", "open", "open", "open"),
        ("poland.visa", *then, "poland", "", "open", "closed", "open", "closed"),
    ]
    rules = figures.figure("rules")
    results = SimpleNamespace(table={"rules": pd.DataFrame(rows, columns=OF_COMPARISONS["rules"].names)}.__getitem__)
    assert rules.title(results) == "The scenario changes 4 rules in 4 countries"
    assert "3 of who may leave, enter or stay, 1 in a number" in rules.caption(results)
    table = rules.data(results).set_index(["world", "destination", "instrument"]).sort_index()
    stay = [table.loc[[(world, "georgia", "visa_free.stay")], "says"].tolist() for world in ("baseline", "scenario")]
    assert stay == [["12 months"], ["12 months", "3 months"]]
    assert table.loc[("baseline", "georgia", "visa_free.stay"), ["from", "to"]].tolist() == [first[0], then[1]]
    assert ("scenario", "poland", "rent") not in table.index, "it is the same in both worlds"
    assert rules.differing(results)["instrument"].tolist() == ["exit", "visa_free.stay", "permit", "visa"], (
        "gravest first"
    )


def periods_of(*rows):
    """Periods of one rule as the figure takes them: world, first and last day, what it says, its state."""
    table = pd.DataFrame(rows, columns=["world", "from", "to", "says", "state"])
    return table.assign(destination="lithuania", instrument="short_visa", differs=True)


def test_a_rule_that_goes_on_is_one_bar():
    """Whoever it excepts, and though a few days lie between that both worlds share; those of one world are drawn."""
    rules, span = figures.figure("rules"), (24.0, 96.0)
    both = [("2021-01-01", "2022-03-01", "97% closed", "in part"), ("2022-03-02", "2022-03-10", "open", "open")]
    ours = [("2022-03-11", "2025-12-31", "closed except work", "in part")]
    theirs = [("2022-03-11", "2024-02-29", "closed except work", "in part"),
              ("2024-03-01", "2024-03-07", "open", "open"),
              ("2024-03-08", "2025-12-31", "closed except family", "in part")]  # fmt: skip
    table = periods_of(*(("baseline", *one) for one in both + ours), *(("scenario", *one) for one in both + theirs))
    one, other = (rules.strips(table, world, span) for world in ("baseline", "scenario"))
    assert [[part[:3] for part in bar] for bar in one] == [[(24.0, 84.0, rules.COLOURS["in part"])]]
    assert [bar[0].colour for bar in other] == [rules.COLOURS[state] for state in ("in part", "open", "in part")]
    assert all(before[-1].ends == after[0].begins for before, after in pairwise(other)), "no seam"
    numbers = [("2021-01-01", "2022-12-31", "0 persons", "value"), ("2023-01-01", "2023-12-31", "8 persons", "value"),
               ("2024-01-01", "2025-12-31", "4 persons", "value")]  # fmt: skip
    bars = rules.strips(periods_of(*(("baseline", *one) for one in numbers)), "baseline", span)
    assert [[part.says for part in bar] for bar in bars] == [["0 persons"], ["8 persons", "4 persons"]]


def test_what_the_scenario_changes_for_a_few_days_only_is_wide_enough_to_be_seen(results):
    rules = figures.figure("rules")
    both = [("2021-01-01", "2025-12-31", "open", "open")]
    week = [("2021-01-01", "2024-02-29", "open", "open"), ("2024-03-01", "2024-03-07", "closed", "closed"),
            ("2024-03-08", "2025-12-31", "open", "open")]  # fmt: skip
    axes = Figure(figsize=(4, 1)).subplots()
    axes.set_xlim(24, 96)
    rules.bars(axes, 0, periods_of(*(("baseline", *one) for one in both), *(("scenario", *one) for one in week)))
    thin = [bar for bar in axes.patches if bar.get_width() < 1]
    assert [bar.get_width() for bar in thin] == [pytest.approx(rules.THINNEST * 72)]
    assert thin[0].get_zorder() > max(bar.get_zorder() for bar in axes.patches if bar not in thin)


def test_a_day_of_a_rule_lasts_a_day():
    rules = figures.figure("rules")
    assert rules.at("2019-02-10", whole=True) - rules.at("2019-02-10") == pytest.approx(1 / 28)
    assert rules.at("2019-02-09", whole=True) == rules.at("2019-02-10")


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
