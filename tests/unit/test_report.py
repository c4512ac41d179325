"""The report stands alone, escapes what it prints, and says what the console says."""

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from fake_results import MAIN, sealed, write

from sim.cli.commands import stored
from sim.numerics.errors import UserError
from sim.report import comparison, style, words
from sim.report.comparison import all_numbers, answer, cited, doubts
from sim.report.comparison.figures import drawable, figure
from sim.report.comparison.first_page import first_page
from sim.report.comparison.page import SECTIONS, context, drawn, matrices, months_of, render
from sim.report.comparison.phrases import told_with
from sim.report.comparison.table import summary_text
from sim.report.quantities import DECLARED, PARTS
from sim.report.results import Effect, Results
from sim.report.told import Told
from sim.report.verdicts import FEW, FIRM, OPEN, ROUGH, SAME, TOLD, UNSURE, Ends, how_sure, verdict
from sim.runs.disclosure import rounded
from sim.runs.ensemble import Ensemble
from sim.runs.settings import Settings

LOADING = {"src", "srcset", "poster", "data", "action", "background", "cite"}
NO_FIGURES = {section: [] for section in SECTIONS}
NO_PICTURES = {"figures": NO_FIGURES}
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects what could load something, ids, and tags left open."""

    def __init__(self):
        super().__init__()
        self.loads, self.ids, self.open, self.text, self.tags = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            link = tag == "a" and value.startswith(("https://", "data:text/csv"))  # followed only if somebody clicks
            if name in LOADING or (name.endswith("href") and not value.startswith("#") and not link):
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
    outside = re.findall(r'\bhttps?://[^\s"<>]*', html)
    assert {address.removeprefix("</a>") for address in outside} == {
        "https://example.org",
        "https://example.lt",
        "https://www.example.eu",
    }  # those of sources
    assert '<a href="https://example.org">https://example.org</a>' in html


def test_ids_are_unique_and_every_reference_is_met(html, page):
    assert len(page.ids) == len(set(page.ids))
    for target in re.findall(r'url\(#([^)]*)\)|href="#([^"]*)"', html):
        assert "".join(target) in page.ids


def test_every_figure_stands_in_the_page_with_a_caption(folder, page):
    names = drawable(Results(folder))
    assert {f"figure-{name}" for name in names} | {f"caption-{name}" for name in names} <= set(page.ids)
    assert len(names) == 9 and page.tags.count("figcaption") == len(names)
    assert page.tags.count("svg") == len(names) + 1  # one has a narrower drawing for phones
    assert sum(text.count(style.STAMP) for text in page.text) >= len(names) + 1


def test_labels_of_where_they_go_stand_beneath_it_on_a_phone(folder, html):
    results = Results(folder)
    labels = figure("substitution").labels(results)
    assert len(labels) == len(figure("substitution").data(results))
    narrow = html[html.index('<div class="picture narrow">') :]
    narrow = narrow[: narrow.index("</div>")]
    svg, listed = narrow[: narrow.index("</svg>")], narrow[narrow.index("</svg>") :]
    assert 'aria-labelledby="caption-substitution"' in svg
    for number, said, colour in labels:
        assert f'<li><span style="background: {colour}"></span><b>{number}</b> {said}</li>' in listed
        assert f">{said}<" not in svg and f">{said}<" in html
    css = (Path(style.__file__).parent / "report.css").read_text()
    assert ".narrow { display: none; }" in css and ".wide { overflow-x: auto; margin: 1rem 0; background:" in css


def test_figures_follow_the_theme(html):
    for colour in (style.INK, style.QUIET, style.RULE):
        assert colour not in html[html.index("<main>") :]
    assert "prefers-color-scheme: dark" in html and "@media print" in html


def test_the_same_folder_twice_gives_the_same_page(folder, html):
    results = Results(folder)
    assert render(context(results) | {"figures": drawn(results)}) == html


def test_sections_come_in_order(page):
    wanted = "first where who harms money fitted fit lambda details sure limits sources reproduce".split()
    assert [name for name in page.ids if name in wanted] == wanted


def test_what_others_wrote_is_escaped(html):
    assert "Made up, for &lt;tests&gt; &amp; nothing else" in html
    assert "<tests>" not in html and "<happens>" not in html


def test_sources_of_the_rules_that_change_stand_open_and_first_and_their_domains_are_links(html):
    section = html[html.index('<section id="sources">') :]
    first, rest = section[: section.index("<details>")], section[section.index("<details>") :]
    assert (
        '<li>A law &lt;of nobody&gt; &amp; its terms (<a href="https://example.lt">example.lt</a> 2023-05-03, '
        '<a href="https://www.example.eu">WWW.example.eu</a>; people.yaml), not example.net</li>'
    ) in first
    assert "of nobody" not in rest and "<li>Made-up numbers (test fixture). Not data.</li>" in rest


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ('(a.lt"onclick=x)', '(<a href="https://a.lt">a.lt</a>&#34;onclick=x)'),
        ("(<script>a.lt</script>)", '(&lt;script&gt;<a href="https://a.lt">a.lt</a>&lt;/script&gt;)'),
        ("(https://a.lt/b?c=<d>)", '(<a href="https://a.lt/b?c=">https://a.lt/b?c=</a>&lt;d&gt;)'),
        (
            "(x:a.lt, me@a.lt, a.lt/b, ../a.lt)",
            '(x:<a href="https://a.lt">a.lt</a>, me@a.lt, a.lt/b, ../a.lt)',
        ),
        ("1.5 of 8,903.56 (by 7.5 per cent, e.g. model.py)", "1.5 of 8,903.56 (by 7.5 per cent, e.g. model.py)"),
    ],
)
def test_links_of_sources_hold_nothing_but_addresses(text, page):
    assert str(cited.linked(text)) == page


def test_it_says_what_it_is_not(page):
    text = " ".join(page.text)
    for said in ("Nothing is calibrated yet", style.STAMP, "no such search", "synthetic only"):
        assert said in text


def test_inert_rules_stand_with_their_reason(page):
    assert any("shadowed by the stricter rule" in text for text in page.text)


def test_the_command_and_the_commit_are_there(page):
    manifest = "python -m sim task=compare scenario=lithuania_ban"
    assert manifest in page.text and "0000000" in page.text


def test_console_page_and_summary_print_the_same_numbers(folder, page):
    told, text = Told(Results(folder)), summary_text(folder)
    summary = (folder / "summary.md").read_text(encoding="utf-8")
    cells, plain = set(page.text), " ".join(text.split())
    first = first_page(told)
    for line in [*first.sentences, *first.changes, first.doubt, first.sure]:
        assert line in cells and line in summary
    for line in [*answer.sentences(told), doubts.doubt(told)]:  # the console has room for all
        assert line in plain
    assert doubts.deflected(told) in summary and doubts.deflected(told) in plain
    for block in all_numbers.blocks(told):
        for row in block.rows:
            line = next(line for line in text.splitlines() if line.strip().startswith(f"{row.label}  "))
            assert row.persons in line and row.interval in line
            assert row.persons in cells and row.label in cells
            assert f"{row.label} " in summary


def numbers(text):
    """Whole numbers of a text, without signs."""
    return {number.replace(",", "") for number in re.findall(r"\d[\d,]*", text)}


def test_every_number_of_the_first_page_is_one_of_the_declared_quantities(folder):
    told = Told(Results(folder))
    values = [one for declared in DECLARED for place in (["lithuania", "poland"] if declared.where == "each" else [""])
              for one in told.beside(declared.name, place)]  # fmt: skip
    texts = [text for one in values for text in (one.size, one.number, one.size_interval, one.share, *one.levels)]
    known = numbers(" ".join(texts)) | {str(told.year), "2019"}  # years
    assert numbers(" ".join(answer.sentences(told))) <= known


def test_text_table_and_chart_say_the_same_of_every_part(folder):
    told = Told(Results(folder))
    rows = {row.value.quantity.name: row for block in all_numbers.blocks(told) for row in block.rows}
    chart = figure("substitution").data(told.results).set_index("outcome")["persons"]
    bars = figure("sensitivity").data(told.results).set_index("lambda").loc[MAIN]
    said = " ".join(answer.sentences(told))
    for part in PARTS:
        one = told.value(part.name)
        assert rows[part.name].persons == one.number and bars[part.name] == one.estimate
        if part.name in chart.index:
            assert chart[part.name] == one.estimate and one.number in said
    harms = figure("harms").data(told.results).set_index("quantity")
    assert (harms["told"] == [told.value(name).cell for name in harms.index]).all()
    assert all(harms.loc[name, "told"] == rows[name].persons for name in harms.index if name in rows)
    moves = figure("flow_map").data(told.results).set_index("destination")
    assert moves.loc["lithuania", "told"] == rows["arrivals"].persons
    table = pd.read_csv(folder / "quantities.csv").set_index(["quantity", "destination", "lambda"])
    assert table.loc[("arrivals", "lithuania", MAIN), "told"] == rows["arrivals"].persons
    assert set(table.index.get_level_values(0)) == {one.name for one in DECLARED}


@pytest.mark.parametrize("whole", ["changed", "papers", "elsewhere", "joins"])
def test_parts_add_up_to_the_whole(folder, whole):
    told = Told(Results(folder))
    for lambda_ in told.results.lambdas:
        parts = [one for one in DECLARED if one.of == whole and one.kind == "lives"]
        places = {"elsewhere": [place for place in told.results.measure("deflected")["destination"]]}.get(whole, [""])
        total = sum(told.value(one.name, place, lambda_).estimate for one in parts for place in places)
        assert total == pytest.approx(told.sum_of(whole, lambda_), abs=0.2)


def test_arrivals_of_all_countries_add_up_to_departures(folder):
    told = Told(Results(folder))
    net = [told.value(name).estimate for name in ("arrivals_changed", "arrivals_others")]
    assert sum(net) == pytest.approx(told.value("departures").estimate, abs=0.05)
    assert [row.value.quantity.name for row in all_numbers.net(told)] == ["arrivals", "arrivals_others", "departures"]


def test_effective_deflection_is_said_beside_every_lambda(folder):
    told = Told(Results(folder))
    said = doubts.deflected(told)
    for lambda_ in told.results.lambdas:
        year, end = (told.value(name, lambda_=lambda_).cell for name in ("deflection_year", "deflection_end"))
        assert f"{year} and {end} at {lambda_:g}" in said


def test_the_table_is_aligned_and_fits_a_console(folder):
    lines = summary_text(folder).splitlines()
    assert max(map(len, lines)) <= 160
    table = [line for line in lines if " to \u2212" in line or line.rstrip().endswith("90% interval")]
    assert table


def test_the_first_page_is_short(folder, html):
    first = html[html.index('<section id="first">') : html.index("</section>")]
    first = re.sub(r'<div class="picture narrow">.*?</div>', " ", first, flags=re.DOTALL)  # what the picture says, too
    text = re.sub(r"<svg.*?</svg>|<figcaption.*?</figcaption>|<[^>]*>", " ", first, flags=re.DOTALL)
    assert 100 < len(text.split()) <= 250
    assert len(answer.sentences(Told(Results(folder)))) == 5


def test_the_rest_of_the_lives_is_the_sum_that_the_figure_draws(tmp_path):
    folder = write(tmp_path / "rest", replicates=2, lambdas=(MAIN,))
    effects = pd.read_csv(folder / "effects.csv")
    for measure, estimate in {"asylum": 1_000, "irregular": 1_100, "delayed": 1_200}.items():
        effects.loc[effects["measure"] == measure, ["estimate", "low", "high"]] = (estimate, 500, 2_000)
    effects.to_csv(folder / "effects.csv", index=False)
    results = Results(sealed(folder))
    told, chart = Told(results), figure("substitution").data(results).set_index("outcome")["persons"]
    assert {told.value(name).verdict for name in ("asylum", "irregular", "later")} == {FEW}
    number = words.count(chart["few_each"], results)
    assert int(number.replace(",", "")) >= 3_300
    assert answer.sentences(told)[1].endswith(f"; {number} in other ways, few each.")


def test_the_first_sentence_holds_the_numbers_of_the_files(folder):
    told = Told(Results(folder))
    effect = told.results.effect("arrivals", "lithuania")
    size = words.count(-effect.estimate, told.results)
    assert answer.sentences(told)[0].startswith(f"Arrivals in Lithuania fall by {size} (")
    assert (
        "most to Poland" in answer.sentences(told)[1]
        and "Public money in 2025: Lithuania loses 80" in answer.sentences(told)[4]
    )


def without_effect(folder):
    """A comparison in which nothing differs."""
    folder = write(folder, replicates=2, lambdas=(MAIN,), strength=0.0)
    effects = pd.read_csv(folder / "effects.csv")
    levels = effects["measure"].str.contains("baseline_|_arrivals")
    effects.loc[~levels, ["estimate", "low", "high"]] = 0.0
    effects.to_csv(folder / "effects.csv", index=False)
    return Results(sealed(folder))


def test_a_policy_without_effect_is_said_to_have_none(tmp_path):
    results = without_effect(tmp_path / "none")
    said = "no difference for anybody in this sample (one person in 100), which may be too small for this policy."
    assert said in " ".join(answer.sentences(Told(results)))
    assert said in render(context(results) | NO_PICTURES)
    (results.folder / "adds.txt").write_text("ban: latvia.permit: changes nothing, because another is as strict.\n")
    assert "there is no difference: no rule differs" in " ".join(answer.sentences(Told(results)))
    assert b"no difference in this sample" in style.files(figure("substitution"), results)["svg"]
    assert style.files(figure("sensitivity"), results)["svg"]


def test_few_cannot_tell_and_no_difference_are_three_phrases(tmp_path):
    folder = write(tmp_path / "three", replicates=2, lambdas=(MAIN,))
    effects = pd.read_csv(folder / "effects.csv")
    planted = {"stuck": (300, 100, 500), "returned": (900, -100, 1_900), "expected_drafted:regular": (0, 0, 0)}
    for measure, numbers_ in (planted | {"other_channel": (0, 0, 0)}).items():
        effects.loc[effects["measure"] == measure, ["estimate", "low", "high"]] = numbers_
    effects.to_csv(folder / "effects.csv", index=False)
    told = Told(Results(sealed(folder)))
    assert told.value("stay").number == FEW and told.value("stay").interval == ""
    assert told.value("returns").number == UNSURE and told.value("other_door").number == SAME
    said = " ".join(answer.sentences(told))
    assert "his sample cannot tell whether returns to Belarus change" in said
    assert answer.DRAFT_IS_FILLED in said and f"{SAME}, as others are drafted instead" in said
    assert "few stay though they would have left" in said
    assert "who lose the right to stay abroad, " in said


def test_calls_to_arms_are_told_by_kind_and_never_added_under_one_word(tmp_path):
    folder = write(tmp_path / "called", replicates=2, lambdas=(MAIN,))
    effects = pd.read_csv(folder / "effects.csv")
    planted = {
        "expected_drafted": (79_500, 78_000, 81_000),
        "expected_drafted:reserve": (75_000, 74_000, 76_000),
        "expected_drafted:officers": (4_500, 4_400, 4_600),
        "expected_drafted:regular": (0, 0, 0),
        "expected_drafted_of_stayers:reserve": (420, 300, 500),
    }
    for measure, numbers_ in planted.items():
        effects.loc[effects["measure"] == measure, ["estimate", "low", "high"]] = numbers_
    effects.to_csv(folder / "effects.csv", index=False)
    told = Told(Results(sealed(folder)))
    said = answer.sentences(told)[3]
    assert "mobilisations rise by 75,000 (74,000–76,000)" in said
    assert "calls of reserve officers rise by 4,500 (4,400–4,600)" in said and answer.DRAFT_IS_FILLED in said
    assert "420 (300–500) more mobilisations" in said
    rows = {row.label: row.persons for block in all_numbers.blocks(told) for row in block.rows}
    assert rows["mobilised from the reserve"] == "+75,000" and rows["called up as reserve officers"] == "+4,500"
    assert rows["drafted"] == SAME and "79,5" not in f"{said}{rows}{render(context(told.results) | NO_PICTURES)}"


def test_a_call_to_arms_that_does_not_occur_is_not_told(folder):
    told = Told(Results(folder))
    labels = " ".join(row.label for block in all_numbers.blocks(told) for row in block.rows)
    assert "drafted" in labels and "mobilised" not in labels and "reserve officers" not in labels
    assert "mobilis" not in " ".join(answer.sentences(told))


@pytest.mark.parametrize(
    ("ends", "is_few", "is_part", "found"),
    [
        ((0.0, 0.0, 0.0), True, False, SAME),
        ((0.0, 0.0, 0.0), True, True, SAME),
        ((0.0, -5.0, 5.0), True, False, UNSURE),
        ((4.0, -1.0, 9.0), False, False, UNSURE),
        ((4.0, 0.0, 8.0), False, False, UNSURE),
        ((4.0, -1.0, 9.0), False, True, TOLD),
        ((4.0, 1.0, 9.0), True, False, FEW),
        ((-4.0, -9.0, -1.0), False, False, TOLD),
        ((float("nan"),) * 3, False, False, UNSURE),
    ],
)
def test_one_rule_says_whether_a_number_is_told(ends, is_few, is_part, found):
    assert verdict(Ends(*ends), is_few, is_part) == found


def test_an_interval_that_touches_zero_is_never_firm():
    clear, begins, longer, other = (4.0, 1.0, 7.0), (4.0, 0.0, 8.0), (7.0, 1.0, 13.0), (-4.0, -7.0, -1.0)
    clear, begins, longer, other = (Ends(*one) for one in (clear, begins, longer, other))
    assert how_sure(clear, [clear]) == FIRM and how_sure(clear, [longer]) == ROUGH and how_sure(clear, []) == ""
    for main, others in ((begins, [clear]), (clear, [begins]), (begins, []), (clear, [other]), (clear, [None])):
        assert how_sure(main, others) == OPEN


def test_whatever_is_printed_as_firm_has_an_interval_clear_of_zero(folder):
    told = Told(Results(folder))
    rows = [row for block in all_numbers.blocks(told) for row in block.rows if row.sure == FIRM]
    assert rows and not any(row.value.printed.touches_zero for row in rows)
    effects = told.results.effects
    rows = effects["measure"] == "stuck"
    told.results.__dict__["effects"] = effects.assign(low=effects["low"].where(~rows, 20.0))  # is printed as 0
    assert Told(Results(folder)).how_sure("stay") == ROUGH and Told(told.results).how_sure("stay") == OPEN
    assert "(0\u2013" in told_with(Told(told.results), "stay")


def test_lives_are_told_in_order_of_size_and_those_who_lose_their_papers_among_them(folder):
    told = Told(Results(folder))
    effects = told.results.effects
    for measure, size in (("papers", 44_500.0), ("changed", 60_000.0)):
        rows = effects["measure"] == measure
        effects = effects.assign(**{name: effects[name].where(~rows, size) for name in ("estimate", "low", "high")})
    told.results.__dict__["effects"] = effects
    lives, papers = answer.sentences(Told(told.results))[1:3]
    assert lives.split(": ")[1].startswith("44,500 (44,500\u201344,500; firm) lose the right to stay abroad; ")
    sizes = [int(part.split(" (")[0].replace(",", "")) for part in lives.split(": ")[1].split("; ") if "(" in part]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) > 3
    assert papers.startswith("Of the 44,500 who lose the right to stay abroad, ")


@pytest.mark.parametrize(
    ("start", "end", "year"),
    [("2025-01-01", "2025-12", 2025), ("2025-01-02", "2025-12", None), ("2026-01-01", "2026-08", None),
     ("2023-05-03", "2026-08", 2025), ("2023-05-03", "2023-12", None)],
)  # fmt: skip
def test_public_money_is_told_of_a_whole_year_of_the_policy_or_not_at_all(tmp_path, start, end, year):
    folder = write(tmp_path / "money", replicates=2, lambdas=(MAIN,))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["policies"][0]["from"] = start
    manifest["settings"]["end"] = end
    (folder / "manifest.json").write_text(json.dumps(manifest))
    told = Told(Results(sealed(folder)))
    assert told.year == year
    said, rows = answer.sentences(told)[4], told.table().set_index("quantity").index
    assert said.startswith(f"Public money in {year}: " if year else "Public money: March 2023 to ")
    assert ("balance" in rows) == bool(year) == any("money" in block.heading for block in all_numbers.blocks(told))
    page = render(context(told.results) | NO_PICTURES)
    assert ("no whole calendar year of the policy" in page) != bool(year)


def test_several_countries_have_a_clause_each_and_a_net_table(tmp_path):
    folder = write(tmp_path / "two", replicates=2, lambdas=(MAIN,))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["changed"] = ["poland", "lithuania"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    told = Told(Results(sealed(folder)))
    first = answer.sentences(told)[0]
    assert first.startswith("Arrivals in Lithuania fall") and "arrivals in Poland rise" in first
    assert [row.value.place for row in all_numbers.net(told)] == ["", "lithuania", "poland", "", ""]
    assert "Poland" in answer.sentences(told)[4]
    effects = told.results.effects
    rows = effects["measure"] == "arrivals"
    told.results.__dict__["effects"] = effects.assign(
        low=effects["low"].where(~rows, -1e5), high=effects["high"].where(~rows, 1e5)
    )
    assert answer.sentences(Told(told.results))[0].endswith(
        "this sample cannot tell whether arrivals in Lithuania or in Poland change."
    )


def test_more_arrivals_are_called_more(tmp_path):
    folder = write(tmp_path / "open", replicates=2, lambdas=(MAIN,), strength=-0.5)
    assert "Arrivals in Lithuania rise" in answer.sentence(Told(Results(folder)))
    assert "Arrivals in Lithuania rise" in render(context(Results(folder)) | NO_PICTURES)


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
    assert "Nobody among the simulated people." in render(context(Results(sealed(folder))) | NO_PICTURES)


def test_by_how_many_months_the_delayed_leave_later_is_told(folder, html):
    assert "Those who leave later do so by 3.2 months on average (2.9 to 3.5)." in months_of(Results(folder))
    assert "by 3.2 months on average (2.9 to 3.5)" in html


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
    assert style.inline(svg, "one") == (
        '<svg role="img" aria-labelledby="caption-one" viewBox="0 0 1 1"><g id="one-a"/><use href="#one-a"/></svg>'
    )


def test_a_pdf_has_the_summary_and_the_same_bytes(folder):
    pytest.importorskip("fpdf")
    first = comparison.build_pdf(folder).read_bytes()
    assert first.startswith(b"%PDF") and first.count(b"/Subtype /Image") >= len(drawable(Results(folder)))
    assert comparison.build_pdf(folder).read_bytes() == first


def test_a_stored_comparison_that_is_not_there_is_told(tmp_path):
    settings = Settings(task="figures", results_dir=str(tmp_path))
    with pytest.raises(UserError, match="without task=figures makes it"):
        stored.figures(settings)


def test_an_edited_policy_of_the_same_name_has_another_folder(tmp_path):
    settings = Settings(scenario="exit_closed", results_dir=str(tmp_path))
    base, scenario = (Ensemble(settings).history(name) for name in (settings.baseline, settings.scenario))
    edited = scenario.ending("exit_closed", date(2026, 1, 31))
    place = stored.place(settings, base, scenario)
    assert place == stored.place(replace(settings, task="figures", threads=1), base, scenario)
    assert len({place, stored.place(settings, base, edited), stored.place(settings, edited, scenario)}) == 3


def test_a_window_of_one_month_is_told_as_one(folder):
    results = Results(folder)
    assert Told(results).span == "March 2023 to December 2025"
    results.manifest["settings"]["end"] = "2023-03"
    assert Told(results).span == "March 2023"


def test_figures_of_a_stored_comparison_are_drawn_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(comparison.figures, "names", lambda: ("arrivals", "harms"))  # two of them say what all would
    settings = Settings(task="figures", scenario="lithuania_visa_ban", results_dir=str(tmp_path))
    histories = [Ensemble(settings).history(name) for name in (settings.baseline, settings.scenario)]
    folder = write(stored.place(settings, *histories), replicates=2, lambdas=(MAIN,))
    assert folder.parent == tmp_path / "compare" and folder.name.startswith("lithuania_visa_ban-")
    assert stored.figures(settings) == folder / "figures"
    assert {path.stem for path in (folder / "figures").glob("*.svg")} == set(drawable(Results(folder)))
