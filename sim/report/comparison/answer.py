"""What a comparison says: the sentences of the first page, and the table. Console, page and summary say the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from sim.analysis.closed_form import PRIOR_90
from sim.analysis.dimensions import CHANNELS
from sim.report import words
from sim.report.quantities import HARM, HARMS, MONEY, PARTS, WISHES
from sim.report.results import Effect, Results, heading, wording
from sim.report.told import FEW, SAME, Told, Value

CLAUSES = 4
"""Countries that the first sentence names; the net table has all."""
CHANGES = 3
"""Changes of rules that the first page tells; the details have all."""


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


def blocks(told: Told) -> tuple[Block, ...]:
    """The table: flows net of all countries, whose life it changes, harms, money, wishes."""
    others = beside(told.results)

    def row(name: str, place: str = "", deep: bool = False) -> Row:
        main = told.value(name, place)
        money = main.quantity.kind == MONEY  # told at the main lambda only
        near = tuple("" if money else told.value(name, place, lambda_).cell for lambda_ in others)
        return Row(main, told.label(main), deep, near, told.how_sure(name, place))

    lives = [row("changed")]
    for part in PARTS:
        lives.append(row(part.name, deep=True))
        if part.name == "elsewhere":
            lives += [row("elsewhere_in", place, deep=True) for place in told.taking]
        if part.name == "papers":
            lives += [row(f"papers_{what}", deep=True) for what in ("onward", "returned", "none", "before")]
        if part.name == "joins":
            lives += [row("opened", deep=True), row("by_others", deep=True)]
    harms = [row(one.name, deep=one.kind != HARM) for one in HARMS]
    focus = told.results.focus
    return (
        Block("Arrivals from Belarus, net", tuple(net(told))),
        Block("People whose life it changes, by what becomes of them", tuple(lives)),
        Block("Return, protection and harms", (row("returns"), row("claims", focus), *harms)),
        Block("Public money, million EUR a year", tuple(row("balance", place) for place in payers(told))),
        Block("Would leave, were all open", tuple(row(one.name, deep=bool(one.of)) for one in WISHES)),
    )


def net(told: Told) -> list[Row]:
    """Arrivals of every country whose rules change, all others together, and both: the lines add up."""
    others = beside(told.results)

    def row(name: str, place: str = "", deep: bool = False) -> Row:
        main = told.value(name, place)
        near = tuple(told.value(name, place, lambda_).cell for lambda_ in others)
        return Row(main, told.label(main), deep, near, told.how_sure(name, place))

    ruled = told.ruled or (told.results.focus,)
    rows = [row("arrivals", place, deep=len(ruled) > 1) for place in ruled]
    if len(ruled) > 1:
        rows.insert(0, row("arrivals_changed"))
    return [*rows, row("arrivals_others"), row("departures")]


def payers(told: Told) -> list[str]:
    """Destinations whose public money is told: those whose rules change, else the focus."""
    return list(told.ruled[:CLAUSES] or (told.results.focus,))


# the first page


def question(results: Results) -> str:
    """What is asked, in one sentence."""
    return f"What if this were the rule? {str(results.fact('description')).rstrip('.')}."


def changes(results: Results, most: int | None = CHANGES) -> list[str]:
    """What changes in the rules, in words without identifiers; alike changes are one, those without effect counted."""
    acting, idle = [], 0
    for line in results.text("adds.txt").splitlines():
        if not line.strip():
            continue
        found = re.match(r"^\w+: (\w+)\.([\w.]+): (.*?)\.?$", line)
        if found is None:
            acting.append(("", "", line.rstrip(".")))
        elif found[3].startswith(("changes nothing", "acts only", "has no effect")):
            idle += 1
        else:
            acting.append((wording(found[1]) if found[1] != "belarus" else "Belarus", rule_words(found[2]), found[3]))
    said = []
    ordered = sorted(acting, key=lambda one: (one[0], one[2]))
    for (place, text), alike in groupby(ordered, key=lambda one: (one[0], one[2])):
        rules = words.listed(list(dict.fromkeys(rule for _, rule, _ in alike)))
        said.append(f"{place}, {rules}: {dated(text)}." if place else f"{dated(text)}.")
    rest = len(said) - most if most is not None else 0
    if rest > 0:
        said = [*said[:most], f"{rest} more {'change' if rest == 1 else 'changes'}: see the details."]
    if idle:
        said.append(f"{idle} further {'part changes' if idle == 1 else 'parts change'} nothing.")
    return said or ["No rule differs."]


_RULES = {"national_visa": "national visas", "short_visa": "short-stay visas", "permit": "first residence permits",
          "renewal": "renewals of permits", "short_visa_entry": "entry on a short-stay visa"}  # fmt: skip


def rule_words(name: str) -> str:
    """What a parameter of a place rules, in words."""
    return _RULES.get(name, name.replace("_", " ").replace(".", ", "))


def dated(text: str) -> str:
    """A sentence with its ISO days as words."""
    return re.sub(r"\d{4}-\d{2}-\d{2}", lambda found: words.iso_day(found[0]), text)


def sentences(told: Told) -> list[str]:
    """The answer in five sentences from all categories: arrivals, lives, papers, return and harms, public money."""
    if told.value("changed").verdict == SAME and told.value("departures").verdict == SAME:
        return [f"From {told.span} nothing differs: no simulated life and no expected flow."]
    return [_arrivals(told), _lives(told), _papers(told), _harms(told), _money(told)]


def sentence(told: Told) -> str:
    """The first of the sentences: arrivals."""
    return sentences(told)[0]


def told_with(told: Told, name: str, place: str = "") -> str:
    """Interval and how sure, in brackets; nothing where no number is told."""
    one = told.value(name, place)
    parts = [part for part in (one.size_interval, told.how_sure(name, place)) if part and one.told]
    return f" ({'; '.join(parts)})" if parts else ""


def _arrivals(told: Told) -> str:
    places = told.ruled or (told.results.focus,)
    said = [_moved(told, "arrivals", f"arrivals in {wording(place)}", place) for place in places[:CLAUSES]]
    if len(places) > CLAUSES:
        said.append(f"{len(places) - CLAUSES} more countries stand in the table")
    return words.capital("; ".join([*said, _moved(told, "arrivals_others", "those in all other countries")]) + ".")


def _moved(told: Told, name: str, what: str, place: str = "") -> str:
    one = told.value(name, place)
    if not one.told:
        return f"{what}: {one.verdict}"
    share = f" of {one.levels[0]}" if one.relative else ""
    return f"{what} {'rise' if one.estimate > 0 else 'fall'} by {one.size}{share}{told_with(told, name, place)}"


def _lives(told: Told) -> str:
    everyone = told.value("changed")
    parts = [told.value(part.name) for part in PARTS if part.name != "papers"]
    said = []
    for one in sorted((part for part in parts if part.told), key=lambda part: -part.estimate):
        text = one.quantity.said.format(n=one.number) + told_with(told, one.quantity.name)
        if one.quantity.name == "elsewhere" and told.taking:
            text += f", most to {wording(told.taking[0])}"
        said.append(text)
    few = [part.quantity.said.format(n="").strip() for part in parts if part.verdict == FEW]
    said += [f"few {words.listed(few, 'or')}"] if few else []
    return f"Of {everyone.number} people whose life it changes, {words.listed(said)}."


def _papers(told: Told) -> str:
    lost = told.value("papers")
    if not lost.told:
        return f"The right to stay abroad: {'few lose it' if lost.verdict == FEW else 'nobody loses it'}."
    after = [told.value(f"papers_{what}") for what in ("none", "onward", "returned", "before")]
    parts = [one.quantity.said.format(n=one.number) for one in after if one.verdict != SAME]
    return f"{lost.number} lose the right to stay abroad{told_with(told, 'papers')}: {words.listed(parts)}."


def _harms(told: Told) -> str:
    said = []
    for name, what in (("returns", "returns to Belarus"), ("detained", "detentions"), ("drafted", "drafts")):
        one = told.value(name)
        said.append(f"{what}: {one.number}{told_with(told, name)}")
    return words.capital(f"{'; '.join(said)}.")


def _money(told: Told) -> str:
    said = []
    for place in payers(told):
        one = told.value("balance", place)
        way = "gains" if one.estimate > 0 else "loses"
        text = f"{way} {one.size} million EUR ({one.size_interval})" if one.told else f": {one.verdict}"
        said.append(f"{wording(place)} {text}".replace(" :", ":"))
    return f"Public money in {told.year}: {'; '.join(said)}."


def sure(results: Results) -> str:
    """What stands in the brackets behind a number."""
    of = "predictive interval" if results.is_drawn else "interval of luck"
    return (
        f"In brackets the 90% {of}, and what of the number holds at every \u03bb asked: size and sign (whatever "
        "\u03bb), the sign alone (size by \u03bb), or at some \u03bb not even that, or it cannot be told (\u03bb open)."
    )


def doubt(told: Told) -> str:
    """What would change the answer most."""
    results = told.results
    ends = dict.fromkeys((min(results.lambdas), max(results.lambdas)))
    said = [f"{told.value('stay', lambda_=one).number} at {one:g}" for one in ends]
    known = (
        f"fitted, {results.main:.2g} on average of the draws"
        if results.is_drawn
        else f"a judgement, 90% of it between {PRIOR_90[0]:g} and {PRIOR_90[1]:g}, here {results.main:g}"
    )
    return (
        f"\u03bb, how many of those kept out go nowhere else: {known}. Of it hang those who stay: {words.listed(said)}."
    )


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
    return [
        (bool(np.isclose(lambda_, told.results.main)), f"{lambda_:g}",
         [told.value(name, lambda_=lambda_) for name in BY_LAMBDA])
        for lambda_ in told.results.lambdas
    ]  # fmt: skip


def titles(told: Told) -> list[str]:
    """Headings of the table by lambda."""
    return [told.label(told.value(name)) for name in BY_LAMBDA]


def title(told: Told) -> str:
    """The scenario as a heading."""
    return heading(told.results.scenario)


def parts_of(told: Told, lambda_: float | None = None) -> Sequence[Value]:
    """All parts of those whose life the scenario changes, in the declared order; they add up to `changed`."""
    return [told.value(part.name, lambda_=lambda_) for part in PARTS]
