"""Changes of rules in a reader's words: the gravest first, the rest counted by kind, nothing by its identifier."""

import pytest
from fake_results import write

from sim.report import ruling
from sim.report.comparison import rule_changes
from sim.report.comparison.gravity import ARMS, COUNTED, ENTRY, EXIT, PRISON, REST, STAY, WAR, Gravity, counted, gravity
from sim.report.comparison.phrases import RULES
from sim.report.results import Results
from sim.report.words import in_words


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return Results(write(tmp_path_factory.mktemp("compare"), replicates=2))


def told_of(results, adds, most=RULES):
    """Lines of rules of the first page and of the details, were these the additions."""
    kept = results.folder / "adds.txt"
    before = kept.read_text(encoding="utf-8")
    kept.write_text("".join(f"{line}\n" for line in adds), encoding="utf-8")
    said = rule_changes.changes(results, most), rule_changes.changes(results, None)
    kept.write_text(before, encoding="utf-8")
    return said


MOBILISED = [
    "m: belarus.exit_ban_reserve: from 2027-03-01 to 2028-02-29 1 share (was 0).",
    "m: belarus.reserve_officers: from 2027-03-01 to 2027-08-31 500 persons/month (was 0); "
    "from 2027-09-01 to 2028-02-29 250 persons/month (was 0).",
    "m: belarus.reservists: from 2027-03-01 to 2027-08-31 8,300 persons/month (was 0); "
    "from 2027-09-01 to 2028-02-29 4,150 persons/month (was 0).",
    "m: belarus.war_fear: from 2027-03-01 to 2028-02-29 1 share (was 0.15), at the end 0.8 share (was 0.15).",
]


def test_rules_are_told_without_identifiers_and_the_gravest_first(results):
    said, details = told_of(
        results,
        [
            "ban: lithuania.national_visa: from 2023-05-03 closed (was open).",
            "ban: lithuania.short_visa: from 2023-05-03 closed (was open).",
            "ban: latvia.permit: from 2023-05-03 closed except family (was open).",
            "ban: lithuania.permit: from 2023-05-03 closed except family (was open).",
            "ban: estonia.permit: changes nothing, because estonia_stop is already as strict.",
            "Without law: poland.renewal: from 2023-05-03 closed to family, study, work (was open to them).",
        ],
    )
    assert said == [
        "Poland, renewal of residence permits: from 3 May 2023 closed to families, those who come to study and workers "
        "as well.",
        "Lithuania and Latvia, first residence permits: from 3 May 2023 closed except families.",
        "Lithuania, national visas and short-stay visas: from 3 May 2023 closed.",
        "Estonia, first residence permits: changes nothing, because “estonia stop” is already as strict.",
    ]
    assert details == [
        "Poland, renewal of residence permits: from 3 May 2023 closed to families, those who come to study and workers "
        "(was open to them).",
        "Lithuania and Latvia, first residence permits: from 3 May 2023 closed except families (was open).",
        "Lithuania, national visas and short-stay visas: from 3 May 2023 closed (was open).",
        "Estonia, first residence permits: changes nothing, because “estonia stop” is already as strict.",
    ]


def test_a_bar_on_leaving_is_never_among_what_is_only_counted(results):
    """However many changes there are, and in whatever order they are written down."""
    many = [f"b: {place}.{what}: from 2027-03-01 closed (was open)."
            for place in ("lithuania", "poland", "latvia", "estonia", "germany")
            for what in ("national_visa", "permit", "renewal")]  # fmt: skip
    fees = [f"f: {place}.work.fee: from 2027-03-01 {number} EUR (was 35)."
            for number, place in enumerate(("lithuania", "poland", "latvia", "estonia"))]  # fmt: skip
    adds = [*fees, *many, *MOBILISED]
    for most in (20, 40, 70, 100):
        for ordered in (adds, adds[::-1]):
            page, details = told_of(results, ordered, most)
            assert "men of the reserve barred from leaving: " in page[0] and "100% (was 0%)" in page[0]
            assert page[-1].startswith("Besides: ")
            assert len(page) == 2 or sum(len(line.split()) for line in page) <= most
            assert details[0].startswith("Belarus, men of the reserve barred") and ", fee (work): " in details[-1]


def test_the_gravest_of_each_kind_is_told_before_another_of_its_kind_and_the_rest_is_counted(results):
    again = "m: belarus.exit_ban_liable: from 2027-03-01 to 2028-02-29 1 share (was 0.5)."
    page, _ = told_of(results, [again, *MOBILISED], 40)
    assert page == [
        "Belarus, men of the reserve barred from leaving: from 1 March 2027 to 29 February 2028: 100% (was 0%).",
        "Besides: one bar on leaving, two calls to arms and one rise of the danger of war in Belarus.",
    ]
    page, _ = told_of(results, [again, *MOBILISED], 53)
    assert page == [
        "Belarus, from 1 March 2027 to 29 February 2028: men of the reserve barred from leaving: 100% (was 0%); men "
        "who have served, called again: 8,300 persons a month at first (was 0).",
        "Besides: one bar on leaving, one call to arms and one rise of the danger of war in Belarus.",
    ], "numbers of one period are told together"


@pytest.mark.parametrize(
    ("name", "text", "kind", "is_easier"),
    [
        ("exit", "from 2024-01-01 closed except driver (was open)", EXIT, False),
        ("exit_ban_accused", "from 2024-01-01 no (was yes)", EXIT, True),
        ("reservists", "from 2027-03-01 8,300 persons/month (was 0)", ARMS, False),
        ("reserve_officers", "from 2022-02-24 to 2022-03-23 0 persons/month (was 150)", ARMS, True),
        ("study_deferment_abroad", "from 2023-07-17 no (was yes)", ARMS, False),
        ("unsafe", "from 2022-02-24 0 share (was 1)", WAR, True),
        ("risk.media", "from 2024-01-01 1 weight (was 100)", PRISON, True),
        ("pardon", "from 2024-01-01 0.33 1/month (was 0)", PRISON, True),
        ("renewal", "from 2023-05-03 50% closed (was open)", STAY, False),
        ("renewal", "from 2022-09-24 open (was 30% closed except family, study)", STAY, True),
        ("visa_free.stay", "from 2023-09-01 3 months (was 12)", STAY, False),
        ("inflow_limit", "from 2023-01-01 10,000 persons/year (was no limit)", ENTRY, False),
        ("mediated.offered", "from 2022-03-11 no (was yes)", ENTRY, False),
        ("land", "from 2023-05-03 open to humanitarian (was 60% closed to them)", ENTRY, True),
        ("work.approval", "from 2022-09-24 0.95 probability (was 0.475)", ENTRY, True),
        ("work.fee", "from 2023-07-01 0 EUR (was 35)", REST, True),
    ],
)
def test_how_grave_a_change_is_follows_from_what_it_rules_and_which_way_it_goes(name, text, kind, is_easier):
    found = gravity(name, text)
    assert (found.kind, found.is_easier) == (kind, is_easier)


def test_changes_are_counted_in_words_with_places_where_they_are_few():
    both = [Gravity(ENTRY, False), Gravity(EXIT, False), Gravity(ENTRY, False, 3), Gravity(REST, True)]
    assert counted(both, ["Poland", "Belarus", "Poland", ""]) == (
        "one bar on leaving, two closures of entry and one other change in Poland and Belarus"
    )
    assert counted(both[:1] * 13, map(str, range(13))) == "13 closures of entry in 13 countries"
    every = [Gravity(kind, False) for kind in (EXIT, ARMS, WAR, PRISON, STAY, ENTRY)]
    assert counted(every, [], 3) == "one bar on leaving, one call to arms and four other changes"
    assert counted(both[1:2], []) == "one bar on leaving" and in_words(12) == "twelve"
    assert all(one and several for one, several in COUNTED.values()) and len(COUNTED) == 14


def test_periods_of_a_number_or_of_one_rule_are_told_as_one_on_the_first_page(results):
    page, details = told_of(
        results,
        [
            "r: belarus.detentions: from 2024-01-01 to 2024-03-31 20 persons/month (was 767); from 2024-04-01 "
            "20 persons/month (was 733).",
            "r: latvia.land: from 2023-09-19 to 2025-10-14 open to humanitarian (was 50% closed to them); "
            "from 2025-10-15 open to humanitarian (was closed to them).",
        ],
    )
    assert page == [
        "Belarus, political detentions: from 1 January 2024: 20 persons a month (was 767 at first).",
        "Latvia, entry by land: from 19 September 2023 open to humanitarian cases (was 50% closed to them at first).",
    ]
    assert "; from 1 April 2024: 20 persons a month (was 733)." in details[0]


def test_parts_without_effect_are_told_beside_those_that_act(results):
    acts = "doors: poland.national_visa: from 2023-07-01 closed except family (was open)."
    stay = "ninety: georgia.visa_free.stay: changes nothing, because 12 is in force and the lowest counts."
    late = "late: latvia.permit: acts from 2031-01-01, after the period, which ends 2026-08-31."
    page, details = told_of(results, [acts, stay])
    assert page == [
        "Poland, national visas: from 1 July 2023 closed except families.",
        "Georgia, length of stay (visa-free entry): changes nothing, because 12 is in force and the lowest counts.",
    ]
    assert details[1] == page[1]
    page, details = told_of(results, [acts, stay, late])
    assert page[1:] == ["Two further parts change nothing, in Georgia and Latvia."] and len(details) == 3
    page, details = told_of(results, [stay, late])
    assert (
        page
        == details
        == [
            "No rule differs.",
            "Georgia, length of stay (visa-free entry): changes nothing, because 12 is in force and the lowest counts.",
            "Latvia, first residence permits: acts from 1 January 2031, after the period, which ends 31 August 2026.",
        ]
    )


def test_changes_that_several_policies_bring_are_one_and_counted_once(results):
    both = "lithuania.permit: from 2023-06-01 closed (was open)."
    thrice = [f"closes: {both}", f"revokes: {both}", f"Without law: {both}"]
    page, _ = told_of(results, thrice)
    assert page == ["Lithuania, first residence permits: from 1 June 2023 closed."]
    page, _ = told_of(results, ["b: belarus.exit: from 2023-06-01 closed (was open).", *thrice], 15)
    assert page[-1] == "Besides: one closure of entry in Lithuania."


def test_numbers_are_told_in_a_reader_s_units():
    told = {
        "from 2023-09-01 3 months (was 12)": "from 1 September 2023: 3 months (was 12)",
        "from 2024-01-01 to 2024-12-31 0.05 share": "from 1 January 2024 to 31 December 2024: 5%",
        "on 2024-01-01 no (was yes)": "on 1 January 2024: no (was yes)",
        "from 2023-09-01 50% closed (was open)": "from 1 September 2023 50% closed (was open)",
        "acts from 2031-01-01, after the period": "acts from 1 January 2031, after the period",
        "from 2023-09-01 0.9957 probability (was 0.9758)": "from 1 September 2023: 99.6% (was 97.6%)",
        "from 2023-09-01 0 1/month (was 0.0007)": "from 1 September 2023: 0% a month (was 0.07%)",
        "from 2023-09-01 8,300 persons/month (was 0)": "from 1 September 2023: 8,300 persons a month (was 0)",
        "from 2023-09-01 7 multiple (was 1)": "from 1 September 2023: 7 times (was 1)",
    }
    assert {text: ruling.plain(text) for text in told} == told
