"""The report stands alone, escapes what it prints, and says what the console says."""

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from fake_results import MAIN, sealed, write

from sim.numerics.errors import UserError
from sim.report import comparison, style, words
from sim.report.comparison import answer
from sim.report.comparison.figures import figure, names
from sim.report.comparison.page import context, drawn, inline, matrices, render, taxonomy
from sim.report.comparison.table import summary_text
from sim.report.results import Effect, Results
from sim.runs.disclosure import rounded

LOADING = {"src", "srcset", "poster", "data", "action", "background", "cite"}
NO_FIGURES = {"answer": [], "lambda": [], "harms": [], "fit": []}
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects what could load something, ids, and tags left open."""

    def __init__(self):
        super().__init__()
        self.loads, self.ids, self.open, self.text, self.tags = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name in LOADING or (name.endswith("href") and not value.startswith("#")):
                self.loads.append((tag, name, value))
            if name == "id":
                self.ids.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = write(tmp_path_factory.mktemp("compare"), replicates=3)
    comparison.build(folder)
    return folder


@pytest.fixture(scope="module")
def html(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html):
    page = Page()
    page.feed(html)
    page.close()
    return page


def test_the_page_is_whole_and_loads_nothing(html, page):
    assert not page.open
    assert page.loads == []
    assert not {"script", "link", "iframe", "object", "embed", "img", "image"} & set(page.tags)
    assert "@import" not in html
    assert all(address.startswith("#") for address in re.findall(r"url\(([^)]*)\)", html))
    outside = re.findall(r'[^\s"<>]*https?://[^\s"<>]*', html)
    assert outside == ["https://example.org"]  # a source's address, as text


def test_ids_are_unique_and_every_reference_is_met(html, page):
    assert len(page.ids) == len(set(page.ids))
    for target in re.findall(r'url\(#([^)]*)\)|href="#([^"]*)"', html):
        assert "".join(target) in page.ids


def test_every_figure_stands_in_the_page_with_a_caption(page):
    assert {f"figure-{name}" for name in names()} | {f"caption-{name}" for name in names()} <= set(page.ids)
    assert page.tags.count("svg") == len(names())
    assert sum(text.count(style.STAMP) for text in page.text) >= len(names()) + 1


def test_figures_follow_the_theme(html):
    for colour in (style.INK, style.QUIET, style.RULE):
        assert colour not in html[html.index("<main>") :]
    assert "prefers-color-scheme: dark" in html and "@media print" in html


def test_the_same_folder_twice_gives_the_same_page(folder, html):
    results = Results(folder)
    assert render(context(results) | {"figures": drawn(results)}) == html


def test_sections_come_in_order(page):
    wanted = "adds answer lambda touched harms fit sure survey method limits sources reproduce".split()
    assert [name for name in page.ids if name in wanted] == wanted


def test_what_others_wrote_is_escaped(html):
    assert "Made up, for &lt;tests&gt; &amp; nothing else" in html
    assert "<tests>" not in html and "<happens>" not in html


def test_it_says_what_it_is_not(page):
    text = " ".join(page.text)
    for said in ("Nothing is calibrated yet", style.STAMP, "no such search", "synthetic only"):
        assert said in text


def test_inert_rules_stand_with_their_reason(page):
    assert any("shadowed by the stricter rule" in text for text in page.text)


def test_the_command_and_the_commit_are_there(page):
    manifest = "python -m sim task=compare scenario=lithuania_ban"
    assert manifest in page.text and "0000000" in page.text


def test_console_and_page_print_the_same_numbers(folder, page):
    results, text = Results(folder), summary_text(folder)
    cells = set(page.text)
    for block in answer.blocks(results):
        for row in block.rows:
            line = next(line for line in text.splitlines() if line.strip().startswith(row.label))
            assert row.persons in line and row.interval in line
            assert row.persons in cells and row.label in cells


def test_the_table_is_aligned_and_fits_a_console(folder):
    lines = summary_text(folder).splitlines()
    assert max(map(len, lines)) <= 110
    table = [line for line in lines if " to \u2212" in line or line.rstrip().endswith("90% interval")]
    assert len({len(line) for line in table}) == 1


def test_the_sentence_holds_the_numbers_of_the_files(folder):
    results = Results(folder)
    effect = results.effect("arrivals", "lithuania")
    sentence = answer.sentence(results)
    assert f"about {words.count(-effect.estimate, results)} fewer Belarusians" in sentence
    size = Effect(-effect.estimate, -effect.high, -effect.low, "persons")
    assert f"(90% interval {words.interval(size, results, signed=False)})" in sentence
    assert "most to Poland" in sentence and "by December 2025" in sentence


def test_a_policy_without_effect_is_said_to_have_none(tmp_path):
    folder = write(tmp_path / "none", replicates=2, lambdas=(MAIN,), strength=0.0)
    effects = pd.read_csv(folder / "effects.csv")
    levels = effects["measure"].str.endswith("_arrivals")
    effects.loc[~levels, ["estimate", "low", "high"]] = 0.0
    effects.to_csv(folder / "effects.csv", index=False)
    results = Results(sealed(folder))
    assert "do not differ by enough people to tell" in answer.sentence(results)
    assert "do not differ by enough people to tell" in render(context(results) | {"figures": NO_FIGURES})
    assert b"nobody's move changed" in style.files(figure("substitution"), results)["svg"]
    assert style.files(figure("sensitivity"), results)["svg"]


def test_more_arrivals_are_called_more(tmp_path):
    folder = write(tmp_path / "open", replicates=2, lambdas=(MAIN,), strength=-0.5)
    assert "more Belarusians" in answer.sentence(Results(folder))
    assert "more Belarusians" in render(context(Results(folder)) | {"figures": NO_FIGURES})


def test_numbers_are_rounded_and_few_is_few(folder):
    results = Results(folder)  # one in 100, three replicates: 30 simulated people are 1,000 persons
    assert words.count(1_049, results) == "1,000"
    assert words.change(-1_149, results) == "\u22121,100"
    assert words.change(0, results) == "0"
    assert words.count(990, results) == "few"
    assert words.interval(Effect(990, 900, 1_100, "persons"), results) == ""
    assert words.interval(Effect(-2_000, -2_500, 90, "persons"), results) == "\u22122,500 to +100"


NEEDED = [
    *("adds.txt", "reach.csv", "substitution.csv", "final.csv", "taxonomy.csv", "people.csv", "sources.txt"),
    "config.yaml",
]


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file_is_named_and_leaves_no_page(folder, name):
    page, kept = (folder / "report.html").read_bytes(), (folder / name).read_bytes()
    (folder / name).unlink()
    try:
        with pytest.raises(UserError, match=f"{re.escape(name)} is missing"):
            comparison.build(folder)
    finally:
        (folder / name).write_bytes(kept)
    assert (folder / "report.html").read_bytes() == page


def test_both_matrices_stand_in_the_page(folder, page):
    results = Results(folder)
    first, final = matrices(results)
    for part, file in ((first, "substitution.csv"), (final, "final.csv")):
        assert part["title"] in page.text
        frame = pd.read_csv(folder / file)
        row = frame[(frame["lambda"] == MAIN) & (frame["scenario"] == "poland")].iloc[0]
        line = next(line for line in part["rows"] if line["scenario"] == "Poland")
        assert line["persons"] == words.count(row["persons"], results) and line["persons"] in page.text
        bounds = [f"{rounded(row[name], results.one_in):,}" for name in ("frechet_low", "frechet_high")]
        assert line["bounds"] == " to ".join(bounds) and line["bounds"] in page.text
    assert {"stay in Belarus", "Belarus"} <= {line["scenario"] for part in (first, final) for line in part["rows"]}


def test_a_focus_that_nobody_lives_in_has_no_matrix(tmp_path):
    folder = write(tmp_path / "nobody", replicates=2, lambdas=(MAIN,))
    frame = pd.read_csv(folder / "final.csv")
    frame.assign(baseline="poland").to_csv(folder / "final.csv", index=False)
    assert "Nobody among the simulated people." in render(context(Results(sealed(folder))) | {"figures": NO_FIGURES})


def test_the_forced_and_the_delayed_are_told_with_what_is_special_to_them(folder, page):
    results = Results(folder)
    forced, delayed = results.category("forced"), results.category("delayed")
    lines = {line["category"]: line for line in taxonomy(results)}
    assert lines["forced"]["persons"] == words.count(forced.estimate, results) and not lines["forced"]["months"]
    assert lines["delayed"]["persons"] == words.count(delayed.estimate, results)
    assert (
        lines["delayed"]["months"] == "by 3.2 months on average (2.9 to 3.5)"
        and lines["delayed"]["months"] in page.text
    )
    assert {"forced", "asylum", "then stay without papers"} <= set(page.text)


def test_a_policy_without_dates_is_refused(tmp_path):
    folder = write(tmp_path / "undated", replicates=1, lambdas=(MAIN,))
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["policies"][0]["until"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match="a policy lacks until"):
        _ = Results(sealed(folder)).policies


def test_inlining_keeps_pictures_apart():
    start = '<?xml?><svg xmlns="x" width="1pt" viewBox="0 0 1 1"><metadata>m</metadata>'
    svg = start + '<g id="a"/><use xlink:href="#a"/></svg>'
    assert inline(svg, "one") == (
        '<svg role="img" aria-labelledby="caption-one" viewBox="0 0 1 1"><g id="one-a"/><use href="#one-a"/></svg>'
    )
