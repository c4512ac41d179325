"""The page of a study: tables of all comparisons, verdicts, figures for one row and for many; it stands alone."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from fake_results import sealed
from fake_study import comparison, decomposed, enough, expected, experiment, folders, source
from matplotlib.backends.backend_agg import FigureCanvasAgg
from test_report import Page

from sim.numerics.errors import UserError
from sim.report import study, style
from sim.report.results import Effect
from sim.report.study import figures
from sim.report.study.comparisons import Study, point_words
from sim.report.study.expected import judged, verdicts, wanted
from sim.report.study.figures import rows
from sim.report.study.said import table
from sim.report.verdicts import FEW

SCENARIOS = ("lithuania_ban", "poland_opens", "nothing_much")
SWEPT = {"decision": ("destination_nest", "region_nests"), "choice.lambda": (0.62,)}
EXPECTS = (
    expected("lithuania_ban", below=0.0),
    expected("poland_opens", says="arrivals rise more than under the ban", above="lithuania_ban"),
    expected(
        "lithuania_ban", says="none", measure="stuck", destination="", below=10, where={"decision": "region_nests"}
    ),
    expected("nothing_much", says="joy", measure="joy", destination="", above=1.5),
)  # fmt: skip
HOSTILE = 'x"><script>alert(1)</script><!-- -->$\\frac{'


ONE = ("harms",)
"""The figure of a study whose page is asked for its words."""


def parsed(folder):
    page = Page()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))
    page.close()
    return page


def built(place, scenarios=SCENARIOS, parameters=None, expects=(), failed=(), **others):
    """A study page in an empty folder; returns the folder and the manifest part."""
    made = folders(place / "comparisons", scenarios, parameters)
    out = place / "page"
    out.mkdir()
    return out, study.build(experiment(scenarios, parameters, expects, **others), made, out, failed)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A sweep of three scenarios and two rules with everything that may be there."""
    place = tmp_path_factory.mktemp("whole")
    made = folders(place / "comparisons", SCENARIOS, SWEPT)
    for folder in made[:2]:
        enough(decomposed(folder))
    out = place / "page"
    out.mkdir()
    about = experiment(SCENARIOS, SWEPT, EXPECTS)
    return about, made, out, study.build(about, list(reversed(made)), out)


def test_the_page_is_whole_loads_nothing_and_holds_every_figure(whole):
    *_, out, _ = whole
    html, page = (out / "report.html").read_text(encoding="utf-8"), parsed(out)
    assert not page.open and page.loads == []
    assert not {"script", "link", "iframe", "object", "embed", "img", "image"} & set(page.tags)
    assert "@import" not in html
    assert all(address.startswith("#") for address in re.findall(r"url\(([^)]*)\)", html))
    assert re.findall(r'[^\s"<>]*https?://[^\s"<>]*', html) == ["https://example.org"]  # a source's address, as text
    assert len(page.ids) == len(set(page.ids))
    for target in re.findall(r'url\(#([^)]*)\)|href="#([^"]*)"', html):
        assert "".join(target) in page.ids
    assert {f"figure-{name}" for name in figures.names()} <= set(page.ids)
    for colour in (style.INK, style.QUIET, style.RULE):
        assert colour not in html[html.index("<main>") :]


def test_sections_come_in_order(whole):
    page = parsed(whole[2])
    wanted = "question verdicts answer lambda harms who feedbacks sure points limits sources reproduce".split()
    assert [name for name in page.ids if name in wanted] == wanted


def test_it_says_what_was_asked_and_what_it_is_not(whole):
    about, _, out, _ = whole
    text = " ".join(parsed(out).text)
    for said in (about.question, about.expectation, about.refuted_by, "Nothing is calibrated yet", style.STAMP):
        assert said in text
    assert "python -m sim experiment=closures" in text
    assert text.index(style.STAMP) < text.index(about.question)


def test_tables_keep_the_digits_of_the_files_and_name_scenario_and_parameters_first(whole):
    about, made, out, _ = whole
    effects = pd.read_csv(out / "effects.csv", dtype=str, keep_default_na=False)
    rest = ["measure", "destination", "lambda", "estimate", "low", "high", "unit"]
    assert list(effects) == ["scenario", *SWEPT, *rest]
    first = pd.read_csv(made[0] / "effects.csv", dtype=str, keep_default_na=False)
    assert effects.iloc[: len(first)][rest].to_numpy().tolist() == first[rest].to_numpy().tolist()
    assert effects.drop_duplicates(["scenario", *SWEPT]).iloc[:, :3].to_numpy().tolist() == [
        [scenario, decision, "0.62"] for scenario in SCENARIOS for decision in SWEPT["decision"]
    ]
    groups = pd.read_csv(out / "groups.csv")
    assert {"scenario", "persons_baseline", "persons_scenario"} <= set(groups)
    assert set(groups["scenario"]) == set(SCENARIOS)
    assert len(pd.read_csv(out / "taxonomy.csv")) == len(made) * len(pd.read_csv(made[0] / "taxonomy.csv"))
    assert len(pd.read_csv(out / "decomposition.csv")) == 8


def test_each_expected_part_is_judged_at_each_comparison_it_speaks_of(whole):
    out = whole[2]
    found = pd.read_csv(out / "expectations.csv", keep_default_na=False)
    assert list(found) == [
        *("says", "scenario", *SWEPT, "measure", "destination", "wanted", "estimate", "low", "high", "verdict"),
    ]
    assert found["verdict"].tolist() == ["holds"] * 4 + ["refuted"] + ["not tested"] * 2
    assert found["decision"].tolist()[4] == "region_nests"
    text = " ".join(parsed(out).text)
    assert "the comparison has no joy" in text and "that of Lithuania ban" in text


@pytest.mark.parametrize(
    ("low", "high", "wanted", "verdict"),
    [
        (1, 9, {"above": 0.0}, "holds"), (-9, -1, {"above": 0.0}, "refuted"), (-1, 9, {"above": 0.0}, "undecided"),
        (1, 9, {"below": 0.0}, "refuted"), (-9, -1, {"below": 0.0}, "holds"), (-1, 9, {"below": 0.0}, "undecided"),
        (0, 0, {"above": 0.0}, "refuted"), (0, 0, {"below": 0.0}, "refuted"), (0, 0, {"below": 1.0}, "holds"),
        (np.nan, np.nan, {"above": 0.0}, "undecided"),
    ],
)  # fmt: skip
def test_a_verdict_needs_the_whole_interval(low, high, wanted, verdict):
    assert judged(expected("x", **wanted), Effect((low + high) / 2, low, high, "persons")) == verdict


@pytest.mark.parametrize(
    ("other", "above", "below"),
    [((10, 20), "refuted", "holds"), ((-20, -10), "holds", "refuted"), ((4, 20), "undecided", "undecided"),
     ((5, 20), "undecided", "undecided")],
)  # fmt: skip
def test_against_another_scenario_the_intervals_must_not_meet(other, above, below):
    one, against = Effect(3, 1, 5, "persons"), Effect(sum(other) / 2, *other, "persons")
    assert judged(expected("x", above="y"), one, against) == above
    assert judged(expected("x", below="y"), one, against) == below


def test_the_other_scenario_is_looked_up_at_the_same_parameters(whole):
    about, made, *_ = whole
    found = [one for one in verdicts(Study(about, made)) if one.against is not None]
    assert [one.comparison.parameters["decision"] for one in found] == list(SWEPT["decision"])
    assert len({one.against.estimate for one in found}) == 2


def test_the_same_scenario_is_looked_up_at_another_point_of_the_sweep(whole):
    about, made, *_ = whole
    where, at = ({"decision": rule} for rule in SWEPT["decision"])
    part = expected("lithuania_ban", above="lithuania_ban", where=where, at=at)
    study = Study(replace(about, expects=(part,)), made)
    (found,) = verdicts(study)
    (other,) = study.matching("lithuania_ban", at)
    assert found.comparison.parameters["decision"] == where["decision"]
    assert found.against == other.effect("arrivals", "lithuania") != found.effect
    assert wanted(part) == "above that of Lithuania ban at decision\u00a0region nests"
    missing = replace(part, at={"decision": "flat_logit"})
    (found,) = verdicts(Study(replace(about, expects=(missing,)), made))
    assert found.verdict == "not tested" and found.reason.endswith("Lithuania ban at decision\u00a0flat logit")


def test_the_order_is_that_of_the_study_whatever_the_sizes(whole):
    about, made, *_ = whole
    said = [(line.title, line.point) for line in table(Study(about, list(reversed(made))))]
    assert said == [(line.title, line.point) for line in table(Study(about, made))]
    assert [title for title, _ in said[::2]] == ["Lithuania ban", "Poland opens", "Nothing much"]


def test_the_same_study_twice_gives_the_same_bytes(whole, tmp_path):
    about, made, out, manifest = whole
    again = study.build(about, made, tmp_path)
    assert again == manifest
    for name in manifest["files"]:
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()
    assert not list(tmp_path.rglob("*.part"))


def test_the_manifest_part_is_plain_and_tells_files_points_and_verdicts(whole):
    about, made, out, manifest = whole
    assert json.loads(json.dumps(manifest)) == manifest
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == set(manifest["files"])
    assert [one["folder"] for one in manifest["comparisons"]] == [folder.name for folder in made]
    assert manifest["comparisons"][0]["enough"]["n"] == 3 and manifest["comparisons"][5]["enough"] is None
    assert [one["verdict"] for one in manifest["verdicts"]].count("holds") == 4


def test_replicates_tell_why_they_are_enough(whole):
    text = " ".join(parsed(whole[2]).text)
    assert "every interval is as narrow as wanted" in text and "7%" in text
    assert "no stopping rule was asked" in text


def test_one_scenario_alone_without_anything_optional(tmp_path):
    out, manifest = built(tmp_path, scenarios=("lithuania_ban",))
    page = parsed(out)
    assert not page.open and manifest["missing"] == []
    assert "decomposition.csv" not in manifest["files"] and "enough.csv" not in manifest["files"]
    assert "figures/feedbacks.svg" not in manifest["files"] and "figures/arrivals.svg" in manifest["files"]
    assert any("no effect of this study was split over feedbacks" in text for text in page.text)
    assert list(pd.read_csv(out / "expectations.csv")) and "None: every comparison is there (1)." in page.text


def test_sources_are_told_once_and_what_only_one_scenario_rests_on_besides(tmp_path):
    made = folders(tmp_path / "comparisons", SCENARIOS)
    text = (made[1] / "sources.txt").read_text()
    (made[1] / "sources.txt").write_text(text + "A source of one scenario\n")
    sealed(made[1])
    study.build(experiment(SCENARIOS, decompose=("poland_opens",), figures=ONE), made, tmp_path)
    text = " ".join(parsed(tmp_path).text)
    assert text.count("Made-up numbers (test fixture)") == text.count("A source of one scenario") == 1
    assert "Poland opens, besides" in text and "Nothing much, besides" not in text
    assert "To be split, but not there: Poland opens." in text


def test_missing_texts_are_left_out_and_a_missing_table_is_named(tmp_path):
    made = folders(tmp_path / "comparisons", ("lithuania_ban",))
    for name in ("sources.txt", "adds.txt", "config.yaml"):
        (made[0] / name).unlink()
    study.build(experiment(("lithuania_ban",), figures=ONE), [sealed(made[0])], tmp_path)
    assert any("No comparison recorded its sources" in text for text in parsed(tmp_path).text)
    (made[0] / "taxonomy.csv").unlink()
    with pytest.raises(UserError, match=r"taxonomy\.csv is missing; make it again"):
        study.build(experiment(("lithuania_ban",)), made, tmp_path)
    with pytest.raises(FileNotFoundError, match=r"taxonomy\.csv is missing"):
        study.build(experiment(("lithuania_ban",)), [sealed(made[0])], tmp_path)


def test_failed_and_missing_points_stand_at_the_top(tmp_path):
    made = folders(tmp_path / "comparisons", SCENARIOS, SWEPT)
    line = "poland_opens, decision=region_nests: MemoryError <no room>"
    about = experiment(SCENARIOS, SWEPT, EXPECTS, figures=ONE)
    manifest = study.build(about, [*made[:3], *made[4:]], tmp_path, [line])
    text = " ".join(parsed(tmp_path).text)
    assert text.index("1 of 6 comparisons is not there") < text.index(about.question)
    assert text.count(line) == 2 and text.index(line) < text.index(about.question)
    assert manifest["failed"] == [line]
    assert manifest["missing"] == ["Poland opens (decision region nests, \u03bb 0.62)"]


def test_a_study_of_which_nothing_is_there_still_has_a_page(tmp_path):
    manifest = study.build(experiment(SCENARIOS, SWEPT, EXPECTS), [], tmp_path, ["all: the machine went down"])
    page = parsed(tmp_path)
    assert not page.open and "svg" not in page.tags
    assert {one["verdict"] for one in manifest["verdicts"]} == {"not tested"}
    assert list(pd.read_csv(tmp_path / "effects.csv"))[:3] == ["scenario", *SWEPT]


def test_what_others_wrote_is_escaped(tmp_path):
    out, _ = built(
        tmp_path, scenarios=(HOSTILE,), parameters={"decision": (HOSTILE, "b")}, failed=[HOSTILE],
        expects=[expected(HOSTILE, says=HOSTILE, below=HOSTILE)], name=HOSTILE, question=HOSTILE,
    )  # fmt: skip
    page, html = parsed(out), (out / "report.html").read_text(encoding="utf-8")
    assert not page.open and "script" not in page.tags
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "<!--" not in html


def test_a_comparison_that_does_not_belong_is_refused(tmp_path):
    made = folders(tmp_path, ("lithuania_ban",), SWEPT)
    with pytest.raises(ValueError, match="is no part of the experiment 'closures'"):
        Study(experiment(("poland_opens",), SWEPT), made)
    with pytest.raises(ValueError, match="is no part of the experiment 'closures'"):
        Study(experiment(("lithuania_ban",), {"decision": ("two_steps",)}), made)
    with pytest.raises(ValueError, match="is there twice"):
        Study(experiment(("lithuania_ban",), SWEPT), [*made, made[0]])
    with pytest.raises(ValueError, match="does not say what 'feelings' was"):
        Study(experiment(("lithuania_ban",), {"feelings": (1,)}), made)


def test_only_the_figures_asked_for_are_drawn_and_an_unknown_one_is_refused(tmp_path):
    out, manifest = built(tmp_path, scenarios=("lithuania_ban",), figures=("harms",))
    assert [name for name in manifest["files"] if name.endswith(".svg")] == ["figures/harms.svg"]
    with pytest.raises(ValueError, match="unknown study figure 'pie'; known: arrivals, where_they_go, lambda"):
        study.build(experiment((), figures=("pie",)), [], out)


def test_twenty_long_names_fit_every_figure(tmp_path):
    scenarios = [f"a_scenario_whose_name_goes_on_and_on_for_more_than_a_line_number_{i}" for i in range(20)]
    one = comparison(tmp_path / "0", scenarios[0], {})
    made = [one]
    for i, scenario in enumerate(scenarios[1:], 1):
        folder = shutil.copytree(one, tmp_path / str(i))
        effects = pd.read_csv(folder / "effects.csv", keep_default_na=False).assign(scenario=scenario)
        effects.to_csv(folder / "effects.csv", index=False)
        manifest = json.loads((folder / "manifest.json").read_text()) | {"scenario": scenario}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        made.append(sealed(folder))
    many = Study(experiment(scenarios), made)
    for name in figures.names():
        module = figures.figure(name)
        if module.absent(many):
            continue
        with style.look():
            figure = module.draw(many)
            style.settle(figure)
            width, height = figure.get_size_inches()
            assert width == style.WIDTH and height < 25
            figure.set_dpi(180)  # that of the files: letters are as wide as there
            renderer = FigureCanvasAgg(figure).get_renderer()
            for axes in figure.axes:
                names = [label for label in axes.get_yticklabels() if label.get_text().startswith("A scenario")]
                for label in names:
                    assert label.get_window_extent(renderer).x0 >= 0, name


def test_small_cells_are_few_in_the_page_and_open_in_the_figures(whole):
    about, made, out, _ = whole
    many = Study(about, made)
    arrivals = figures.figure("arrivals").data(many)
    few = np.abs(arrivals["estimate"]) * 3 / 100 < 30
    assert few.any() and not few.all()
    assert (arrivals["shown"] == ~(few & (arrivals["estimate"] != 0))).all()
    assert FEW in parsed(out).text
    percent = figures.figure("groups").data(many).set_index(["row", "group"])["percent"]
    assert percent[0, "labour"] == pytest.approx(-15) and np.isnan(percent[0, "65+"])


def test_shares_add_up_and_a_scenario_that_touches_nobody_has_none(tmp_path):
    made = [*folders(tmp_path / "some", ("lithuania_ban",)), comparison(tmp_path / "none", "nothing", {}, 0.0)]
    taxonomy = pd.read_csv(made[1] / "taxonomy.csv")
    taxonomy[["persons", "low", "high"]] = 0.0
    taxonomy.to_csv(made[1] / "taxonomy.csv", index=False)
    sealed(made[1])
    both = Study(experiment(("lithuania_ban", "nothing")), made)
    shares = figures.figure("where_they_go").data(both).groupby("row")["share"].sum()
    assert shares.tolist() == pytest.approx([1.0, 0.0])
    assert b"nobody" in style.files(figures.figure("where_they_go"), both)["svg"]
    alone = Study(experiment(("nothing",)), made[1:])
    assert [name for name in figures.names() if figures.figure(name).absent(alone)] == ["where_they_go", "feedbacks"]
    for name in ("arrivals", "lambda", "harms", "groups"):
        assert style.files(figures.figure(name), alone)["svg"]  # a span of nothing has an axis all the same


def test_every_figure_is_stamped_with_a_caption_of_its_own(whole):
    about, made, out, _ = whole
    many = Study(about, made)
    captions = [figures.figure(name).caption(many) for name in figures.names()]
    assert len(set(captions)) == len(captions)
    assert all(style.STAMP in text and text.endswith(".") for text in captions)
    for name in figures.names():
        assert (out / "figures" / f"{name}.svg").read_text(encoding="utf-8").count(style.STAMP) == 1


def test_a_scale_is_compressed_only_where_a_few_effects_dwarf_the_rest():
    assert rows.compressed([100, -200, 300]) is None
    assert rows.compressed([100, -200, 9_000]) == 1_000
    assert rows.compressed([0, 0, 9_000]) is None


def test_the_arrivals_told_are_those_of_the_most_changed_country_where_the_focus_is_too_small(tmp_path):
    (folder,) = folders(tmp_path, ("lithuania_ban",))
    one = Study(experiment(("lithuania_ban",)), [folder]).comparisons[0]
    assert one.place == "lithuania"
    effects = pd.read_csv(folder / "effects.csv", keep_default_na=False)
    here = (effects["measure"] == "arrivals") & (effects["destination"] == "lithuania")
    effects.loc[here, ["estimate", "low", "high"]] = [10.0, 5.0, 15.0]
    effects.to_csv(folder / "effects.csv", index=False)
    one = Study(experiment(("lithuania_ban",)), [sealed(folder)]).comparisons[0]
    assert one.place == "poland"
    assert table(Study(experiment(("lithuania_ban",)), [folder]))[0].cells[0].note.endswith("; Lithuania: few")


def test_parameters_are_found_by_dotted_keys_and_lists_and_nulls_are_compared(tmp_path):
    settings = {"freeze": ["queues"], "behaviour": {"labour.pull": 1}, "seed": None}
    folder = comparison(tmp_path / "one", "lithuania_ban", settings)
    swept = {"freeze": (("queues",),), "behaviour.labour.pull": (1.0, 2.0), "seed": (None,), "choice.lambda": (0.62,)}
    one = Study(experiment(("lithuania_ban",), swept), [folder])
    assert one.comparisons[0].point.replace("\u00a0", " ") == "held queues, pull 1, seed none, \u03bb 0.62"
    assert len(one.missing) == 1
    assert yaml.safe_load((folder / "config.yaml").read_text())["freeze"] == ["queues"]


def test_the_page_says_where_the_table_of_patterns_is_and_what_it_says(tmp_path):
    made = folders(tmp_path / "comparisons", ("lithuania_ban",))
    for there, said in ((False, "nothing was observed of it"), (True, "has 1 hits and 3 misses, 1 and 2 of them")):
        if there:
            shutil.copy(source() / "patterns.csv", made[0])
            sealed(made[0])
        out = tmp_path / str(there)
        out.mkdir()
        study.build(experiment(("lithuania_ban",), figures=ONE), made, out)
        text = " ".join(" ".join(parsed(out).text).split())
        assert said in text and "task=patterns" in text
        assert (f"patterns.csv of compare/{made[0].name}" in text) == there


def test_keys_that_end_alike_are_written_in_full():
    assert point_words({"a.x": 1, "b.x": 2}).replace("\u00a0", " ") == "a.x 1, b.x 2"
