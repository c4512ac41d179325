"""What a comparison says: the sentences of the first page, and the table. Console, page and summary say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.analysis.dimensions import CHANNELS
from sim.numerics.messages import listed
from sim.report import words
from sim.report.comparison.rule_changes import CLAUSES, acting_and_idle
from sim.report.quantities import CALLS, HARM, HARMS, MONEY, PARTS, WISHES, Quantity
from sim.report.results import Effect, Results, heading, wording
from sim.report.told import Told, Value
from sim.report.verdicts import FEW, FIRM, OPEN, ROUGH, SAME, UNSURE


@dataclass(frozen=True)
class Row:
    """A line of the table, drawn from one value; persons beside are those at the other lambdas."""

    value: Value
    label: str
    deep: bool = False
    """Part of the line above."""
    beside: tuple[str, ...] = ()
    sure: str = ""

    @property
    def persons(self) -> str:
        """The number, or the phrase instead."""
        return self.value.cell

    @property
    def interval(self) -> str:
        """The 90% interval."""
        return self.value.interval

    @property
    def before(self) -> str:
        """The level under the rules in force."""
        return self.value.levels[0]

    @property
    def after(self) -> str:
        """The level under the scenario."""
        return self.value.levels[1]


@dataclass(frozen=True)
class Block:
    """Lines under one heading."""

    heading: str
    rows: tuple[Row, ...]


def beside(results: Results) -> list[float]:
    """Values of lambda shown beside the main one."""
    return [lambda_ for lambda_ in results.lambdas if not np.isclose(lambda_, results.main)]


def _row(told: Told, name: str, place: str = "", deep: bool = False) -> Row:
    """A quantity at the main lambda and at those beside it; money is told at the main one only."""
    main = told.value(name, place)
    money = main.quantity.kind == MONEY
    near = tuple("" if money else told.value(name, place, lambda_).cell for lambda_ in beside(told.results))
    return Row(main, told.label(main), deep, near, told.how_sure(name, place))


def blocks(told: Told) -> tuple[Block, ...]:
    """The table: flows net of all countries, whose life it changes, harms, money, wishes."""
    row = partial(_row, told)
    lives = [row("changed")]
    for part in PARTS:
        lives.append(row(part.name, deep=True))
        if part.name == "elsewhere":
            lives += [row("elsewhere_in", place, deep=True) for place in told.taking]
        if part.name == "papers":
            lives += [row(f"papers_{what}", deep=True) for what in ("onward", "returned", "none", "before")]
        if part.name == "joins":
            lives += [row("opened", deep=True), row("by_others", deep=True)]
    harms = [row(one.name, deep=one.kind != HARM or bool(one.of)) for one in harms_told(told)]
    focus = told.results.focus
    found = (
        Block("Arrivals from Belarus, net", tuple(net(told))),
        Block("People whose life it changes, by what becomes of them", tuple(lives)),
        Block("Return, protection and harms", (row("returns"), row("claims", focus), *harms)),
        Block("Public money, million EUR a year", tuple(money(told))),
        Block("Would leave, were all open", tuple(row(one.name, deep=bool(one.of)) for one in WISHES)),
    )
    return tuple(block for block in found if block.rows)


def net(told: Told) -> list[Row]:
    """Arrivals of every country whose rules change, all others together, and both: the lines add up."""
    row = partial(_row, told)
    ruled = told.ruled or (told.results.focus,)
    rows = [row("arrivals", place, deep=len(ruled) > 1) for place in ruled]
    if len(ruled) > 1:
        rows.insert(0, row("arrivals_changed"))
    return [*rows, row("arrivals_others"), row("departures")]


def harms_told(told: Told) -> list[Quantity]:
    """Harms in their order, without kinds of call to arms by which nobody is called in either world."""
    absent = {one for name, kind in CALLS.items() for one in kind if not _calls(told, name)}
    return [one for one in HARMS if one not in absent]


def _calls(told: Told, name: str) -> bool:
    """Whether anybody is called to arms so in either world."""
    one = told.value(name)
    return one.verdict != SAME or one.before > 0.0


def payers(told: Told) -> list[str]:
    """Destinations whose public money is told: those whose rules change, else the focus; none without a whole year."""
    return list(told.ruled[:CLAUSES] or (told.results.focus,)) if told.year else []


def money(told: Told) -> list[Row]:
    """The public money of those destinations."""
    return [_row(told, "balance", place) for place in payers(told)]


# the first page

DRAFT_IS_FILLED = f"Drafts: {SAME}, as others are drafted instead."
"""Why no number of drafts changes where the scenario does not change how many are to be drafted."""
CALLED = {"mobilised": "mobilisations", "officers_called": "calls of reserve officers", "drafted": "drafts"}
"""Kinds of call to arms, as things that rise and fall."""


def question(results: Results) -> str:
    """What is asked, in one sentence."""
    return f"What if: {str(results.fact('description')).rstrip('.')}."


def sentences(told: Told) -> list[str]:
    """The answer in five sentences from all categories: arrivals, lives, papers, return and harms, public money."""
    if told.value("changed").verdict == SAME and told.value("departures").verdict == SAME:
        if not acting_and_idle(told.results)[0]:
            return [f"From {told.span} there is no difference: no rule differs."]
        return [f"From {told.span}: {_nobody(told)}"]
    return [_arrivals(told), _lives(told), _papers(told), _harms(told), _money(told)]


def sentence(told: Told) -> str:
    """The first of the sentences: arrivals."""
    return sentences(told)[0]


def told_with(told: Told, name: str, place: str = "") -> str:
    """Interval and how sure, in brackets; nothing where no number is told."""
    one = told.value(name, place)
    parts = [part for part in (one.size_interval, told.how_sure(name, place)) if part not in ("", ROUGH) and one.told]
    return f" ({'; '.join(parts)})" if parts else ""


def _arrivals(told: Told) -> str:
    places = told.ruled or (told.results.focus,)
    asked = [("arrivals", "arrivals", f"in {wording(place)}", place) for place in places[:CLAUSES]]
    more = len(places) - CLAUSES
    rest = f" {more} more {'country stands' if more == 1 else 'countries stand'} in the table." if more > 0 else ""
    return _moved(told, [*asked, ("arrivals_others", "arrivals", "elsewhere", "")], len(places) == 1) + rest


def _moved(told: Told, asked: Sequence[tuple[str, str, str, str]], levels: bool = False) -> str:
    """One sentence on how several quantities change, with `levels` from what; those without a number last.

    Of each a name, its words, where it is counted in words, and its place.
    """
    said: list[str] = []
    untold: dict[str, list[tuple[str, str]]] = {UNSURE: [], FEW: [], SAME: []}
    last = ""
    for name, what, where, place in asked:
        one = told.value(name, place)
        full = f"{what} {where}".strip()
        if not one.told:
            untold[one.verdict].append((what, where))
            continue
        way = "rise" if one.estimate > 0 else "fall"
        level = f" from {one.levels[0]}" if levels and one.relative else ""
        start = f"{full} {way}" if f"{what} {way}" != last else where
        said.append(f"{start} by {one.size}{told_with(told, name, place)}{level}")
        last = f"{what} {way}"
    for verdict, phrase in (
        (UNSURE, "this sample cannot tell whether {} change"),
        (FEW, "few {} differ"),
        (SAME, f"{SAME} in {{}} in this sample"),
    ):
        named = [
            where if number and what == untold[verdict][number - 1][0] else f"{what} {where}".strip()
            for number, (what, where) in enumerate(untold[verdict])
        ]
        if named:
            said.append(phrase.format(listed(named, "or")))
    return words.capital("; ".join(said) + ".")


def _lives(told: Told) -> str:
    everyone = told.value("changed")
    if everyone.verdict == FEW:
        return "Few lives change, too few to be counted."
    if not everyone.told:
        return words.capital(_nobody(told))
    parts = [told.value(part.name) for part in PARTS]
    said = []
    for one in sorted((part for part in parts if part.told), key=lambda part: -part.estimate):
        text = one.quantity.said.format(n=f"{one.number}{told_with(told, one.quantity.name)}")
        if one.quantity.name == "elsewhere" and told.taking:
            text += f", most to {wording(told.taking[0])}"
        said.append(text)
    few = [part for part in parts if part.verdict == FEW and part.quantity.name != "papers"]  # which have a sentence
    named = few if len(few) == 1 else [part for part in few if part.quantity.name == "stay"]
    said += [part.quantity.said.format(n=FEW) for part in named]
    rest = sum(part.estimate for part in parts if not part.told and part not in named)
    if len(few) > len(named) and rest:
        other = words.count(rest, told.results)  # of the same sum that the figure of where they go draws
        said.append("few in any other way" if other == FEW else f"{other} in other ways, few each")
    which = f": {'; '.join(said)}" if said else ""
    return f"In all, {everyone.number} lives change{told_with(told, 'changed')}{which}."


def _nobody(told: Told) -> str:
    """What a sample says in which no life differs, which is not that none would."""
    size = f"one person in {told.results.one_in:,.10g}"
    return f"{SAME} for anybody in this sample ({size}), which may be too small for this policy."


def _papers(told: Told) -> str:
    lost = told.value("papers")
    if lost.verdict == FEW:
        return "Few lose the right to stay abroad."
    if not lost.told:
        return f"The right to stay abroad: {SAME} in this sample."
    after = [told.value(f"papers_{what}") for what in ("none", "onward", "returned", "before")]
    parts = [one.quantity.said.format(n=one.number) for one in after if one.told]
    which = listed(parts) if parts else "too few do any one thing for it to be told"
    return f"Of the {lost.number} who lose the right to stay abroad, {which}."


def _harms(told: Told) -> str:
    calls = [name for name in CALLS if _calls(told, name)]
    asked = [("returns", "returns", "to Belarus", ""), ("detained", "detentions", "", "")]
    asked += [(name, CALLED[name], "", "") for name in calls if told.value(name).verdict != SAME]
    drafted = f" {DRAFT_IS_FILLED}" if "drafted" in calls and told.value("drafted").verdict == SAME else ""
    return f"{_moved(told, asked)}{drafted}{_of_stayers(told)}"


def _of_stayers(told: Told) -> str:
    """What those who stay though they would have left risk more by it, in persons who are expected to suffer it."""
    asked = (("detained_of_stayers", "detentions"), *((f"{name}_of_stayers", CALLED[name]) for name in CALLS))
    found = [(one, what) for one, what in ((told.value(name), what) for name, what in asked) if one.told]
    said = [f"{one.size} ({one.size_interval}) {'more' if one.estimate > 0 else 'fewer'} {what}" for one, what in found]
    return f" Those who stay suffer {', '.join(said)}." if said else ""


def of_lives(told: Told) -> list[Row]:
    """The harms of those whose life the scenario changes."""
    return [_row(told, one.name) for one in harms_told(told) if one.kind == HARM and one.of]


def _money(told: Told) -> str:
    if not told.year:
        return f"Public money: {told.span} holds no whole calendar year of the policy."
    said: list[str] = []
    untold: dict[str, list[str]] = {UNSURE: [], SAME: []}
    for place in payers(told):
        one = told.value("balance", place)
        if one.told:
            way = "gains" if one.estimate > 0 else "loses"
            said.append(f"{wording(place)} {way} {one.size} million EUR ({one.size_interval})")
        else:
            untold[one.verdict].append(wording(place))
    for verdict, phrase in (
        (UNSURE, "this sample cannot tell whether {} gains or loses"),
        (SAME, f"{SAME} in this sample for {{}}"),
    ):
        if untold[verdict]:
            said.append(phrase.format(listed(untold[verdict], "or")))
    return f"Public money in {told.year}: {'; '.join(said)}."


def sure(results: Results) -> str:
    """What stands in the brackets behind a number."""
    of = "one more draw" if results.is_drawn else "luck"
    return (
        f"Brackets: 90% interval of {of}. {words.capital(FIRM)}: direction and size hold at every \u03bb. "
        f"{words.capital(OPEN)}: at some \u03bb it touches or crosses zero."
    )


def doubt(told: Told) -> str:
    """What would change the answer most."""
    results = told.results
    known = f"fitted, {results.main_told}" if results.is_drawn else f"a judgement, here {results.main_told}"
    ends = dict.fromkeys((min(results.lambdas), max(results.lambdas)))
    stay = [(one, told.value("stay", lambda_=one)) for one in ends]
    said, verb = [], " would stay"
    for one, value in stay:
        is_counted = value.verdict != SAME
        said.append(f"{value.number}{verb * is_counted} at {one:g}")
        verb = "" if is_counted else verb
    means = "Much depends on whether those kept out stay (\u03bb near 1) or go elsewhere (near 0)"
    return f"{means}. \u03bb is {known}; {', '.join(said)}."


def deflected(told: Told) -> str:
    """The effective deflection within twelve months and to the end at every lambda."""
    results, said = told.results, []
    for lambda_ in results.lambdas:
        year, end = (told.value(name, lambda_=lambda_).cell for name in ("deflection_year", "deflection_end"))
        said.append(f"{year} and {end} at {results.main_told if np.isclose(lambda_, results.main) else f'{lambda_:g}'}")
    return f"Of the arrivals {told.losers}, others gain within twelve months and to the end: {'; '.join(said)}."


# the details


def by_channel(results: Results) -> list[tuple[str, Effect, Effect]]:
    """Channels by which people come to the focus: level under the rules in force and change, most used first.

    Channels by which nobody comes in either world are left out.
    """
    found = []
    for channel in CHANNELS:
        before, change = (
            results.effect(f"{way}_by_channel:{channel}", results.focus) for way in ("baseline", "arrivals")
        )
        if before.estimate or change.estimate:
            found.append((channel, before, change))
    return sorted(found, key=lambda item: (-item[1].estimate, item[0]))


BY_LAMBDA = ("arrivals_changed", "elsewhere", "deflection_year", "deflection_end", "stay", "papers", "departures")
"""Quantities told at every lambda, in order."""


def by_lambda(told: Told) -> list[tuple[bool, str, list[Value]]]:
    """A line for each lambda: whether it is the main one, lambda, and the values of `BY_LAMBDA`."""
    results = told.results
    lines = []
    for lambda_ in results.lambdas:
        main = bool(np.isclose(lambda_, results.main))
        values = [told.value(name, lambda_=lambda_) for name in BY_LAMBDA]
        lines.append((main, results.main_told if main else f"{lambda_:g}", values))
    return lines


def titles(told: Told) -> list[str]:
    """Headings of the table by lambda."""
    return [told.label(told.value(name)) for name in BY_LAMBDA]


def title(told: Told) -> str:
    """The scenario as a heading."""
    return heading(told.results.scenario)


def parts_of(told: Told, lambda_: float | None = None) -> Sequence[Value]:
    """All parts of those whose life the scenario changes, in the declared order; they add up to `changed`."""
    return [told.value(part.name, lambda_=lambda_) for part in PARTS]
