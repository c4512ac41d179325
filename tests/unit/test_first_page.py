"""The first page is read in a minute whatever a scenario changes: few words, the gravest rule, every country."""

import json
import re

import pandas as pd
import pytest
from fake_results import MAIN, PLACES, sealed, write

from sim.analysis.dimensions import DESTINATIONS
from sim.report.comparison import all_numbers, answer, countries
from sim.report.comparison.first_page import LEVELS, MOST_WORDS, first_page
from sim.report.comparison.page import SECTIONS, context, render
from sim.report.results import Results, wording
from sim.report.told import Told
from sim.report.verdicts import FIRM

RULES = ("short_visa", "national_visa", "permit", "short_visa_entry", "renewal", "asylum", "land")
BELARUS = [
    "m: belarus.reservists: from 2027-03-01 to 2028-02-29 8,300 persons/month (was 0).",
    "m: belarus.exit_ban_reserve: from 2027-03-01 to 2028-02-29 1 share (was 0).",
    "m: belarus.reserve_officers: from 2027-04-01 to 2028-02-29 500 persons/month (was 0).",
]
CALLS = {"expected_drafted:reserve": 75_000, "expected_drafted:officers": 4_500, "expected_drafted:regular": -2_000,
         "expected_drafted_of_stayers:reserve": 1_300}  # fmt: skip
EVERYTHING = {"irregular": 9_000, "asylum": 8_000, "delayed": 9_500, "brought_forward": 9_700, "other_channel": 8_800,
              "induced": 12_000, "papers": 44_500, "forced:onward": 20_000, "forced:returned": 12_000,
              "forced:irregular_stay": 9_000, "forced_settled_before": 8_000, "expected_detained": 2_000,
              "expected_detained_of_stayers": 900, "returned": 9_900}  # fmt: skip


def comparison(folder, ruled, adds, measures, untold=(), **facts):
    """A comparison that changes rules of these countries, with effects of these sizes and without numbers elsewhere."""
    write(folder, replicates=3, lambdas=(0.2, MAIN), fitted=True)
    manifest = json.loads((folder / "manifest.json").read_text()) | {"changed": list(ruled)} | facts
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "adds.txt").write_text("".join(f"{line}\n" for line in adds))
    effects = pd.read_csv(folder / "effects.csv", keep_default_na=False)
    numbers = ["estimate", "low", "high"]
    effects[numbers] = effects[numbers].apply(pd.to_numeric)
    for measure, size in measures.items():
        effects.loc[effects["measure"] == measure, numbers] = (size, size * 0.9, size * 1.1)
    moved = effects["measure"] == "arrivals"
    for number, place in enumerate(DESTINATIONS):
        size = -1_000.0 * (number + 2)
        ends = (size, -1e5, 1e5) if place in untold else (size, size * 1.2, size * 0.8)
        effects.loc[moved & (effects["destination"] == place), numbers] = ends
    effects.to_csv(folder / "effects.csv", index=False)
    money = pd.read_csv(folder / "public_money.csv")
    rows = [money.assign(destination=place, difference=money["difference"] * (1 + number))
            for number, place in enumerate(DESTINATIONS)]  # fmt: skip
    pd.concat(rows).to_csv(folder / "public_money.csv", index=False)
    return Told(Results(sealed(folder)))


def words_of_the_page(told):
    """Words of the first page as a reader counts them, without those of its figure."""
    html = render(context(told.results) | {"figures": {section: [] for section in SECTIONS}})
    first = html[html.index('<section id="first">') : html.index("</section>")]
    return re.sub(r"<[^>]*>", " ", first).split()


@pytest.mark.parametrize("many", [1, 2, 3, 7, len(PLACES)])
@pytest.mark.parametrize("rules", [1, len(RULES)])
def test_it_has_at_most_250_words_and_names_every_country_that_is_touched(tmp_path, many, rules):
    ruled = list(PLACES)[:many]
    adds = [f"b: {place}.{rule}: from 2023-05-0{number + 1} closed except family, work (was open)."
            for place in ruled for number, rule in enumerate(RULES[:rules])]  # fmt: skip
    idle = ["b: estonia.permit: changes nothing, because estonia_stop is already as strict."] * 2
    told = comparison(tmp_path / "worst", ruled, [*adds, *BELARUS, *idle], EVERYTHING | CALLS, untold=ruled[2:5],
                      description=" ".join(["word"] * 29))  # fmt: skip
    page, words = first_page(told), words_of_the_page(told)
    assert len(words) == page.words <= MOST_WORDS
    said = " ".join(page.sentences)
    named = [place for place in ruled if wording(place) in said]
    assert len(named) == many or (many > countries.MOST_COUNTRIES <= len(named) and "others: see below" in said)
    assert "barred from leaving" in page.changes[0], "the gravest change"
    net = [row.value.place for row in all_numbers.net(told)]
    assert set(ruled) <= set(net), "the net table has all"


def test_each_of_several_countries_has_a_sentence_after_that_on_all_together(tmp_path):
    ruled = ("poland", "lithuania", "georgia")
    told = comparison(tmp_path / "three", ruled, BELARUS, {}, untold=("georgia",))
    net, each = countries.arrivals(told)
    assert net.startswith("Arrivals in the three countries fall by ") and "departures from Belarus fall by " in net
    sizes = [one.size for one in (told.value("arrivals", place) for place in told.ruled) if one.told]
    assert len(sizes) == 2 and all(f" by {size} (" in each for size in sizes)
    assert each.count(". ") == 2 and each.endswith("Whether they change in Georgia, this sample cannot tell.")
    untold = comparison(tmp_path / "none", ruled, BELARUS, {}, untold=ruled)
    assert len(countries.arrivals(untold)) == 1 and "Poland" in countries.arrivals(untold)[0]


def test_public_money_is_told_of_every_country_whose_rules_change(tmp_path):
    ruled = list(PLACES)[:7]
    told = comparison(tmp_path / "seven", ruled, BELARUS, {})
    assert [row.value.place for row in all_numbers.money(told)] == list(told.ruled)
    assert all(wording(place) in countries.money(told) for place in ruled)
    brief = countries.money(told, LEVELS[-1])
    assert brief.count("\u2212") == 1 and brief.endswith("others: see below.")
    assert countries.money(told, LEVELS[1]).count("\u2212") == countries.MOST_PAYERS


def test_less_is_told_only_where_all_does_not_find_room(tmp_path):
    told = comparison(tmp_path / "one", ["lithuania"], ["b: lithuania.permit: from 2023-05-03 closed (was open)."], {})
    page = first_page(told)
    assert list(page.sentences) == answer.sentences(told) and page.words <= MOST_WORDS
    words = [sum(len(one.split()) for one in answer.sentences(told, level)) for level in LEVELS]
    assert words == sorted(words, reverse=True)


def test_brackets_are_explained_as_far_as_there_are_any(tmp_path):
    told = comparison(tmp_path / "one", ["lithuania"], BELARUS, {})
    assert answer.sure(told.results, "Few lives change.") == ""
    assert answer.sure(told.results, "by 900 (800\u20131,000)") == "Brackets: 90% interval of one more draw."
    both = answer.sure(told.results, f"by 900 (800\u20131,000; {FIRM}) and 5 (0\u20139; open)")
    assert "firm: direction and size hold at every \u03bb; open: at some \u03bb it touches or crosses zero." in both


def test_many_policies_together_are_named_by_the_title_alone(tmp_path):
    long = " ".join(["word"] * 40)
    name = "historical+eu_package+repression_up"
    told = comparison(tmp_path / "both", ["lithuania"], BELARUS, {}, description=long)
    assert long in answer.question(told.results)
    told.results.manifest["scenario"] = name
    assert answer.question(told.results) == "What if: all two together."
    assert answer.title(told) == "What happened with EU package and repression up"
