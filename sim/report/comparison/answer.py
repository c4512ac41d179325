"""What a comparison says: one sentence, and the table a minister could read. Console and page print the same."""

from dataclasses import dataclass, replace

import numpy as np

from sim.analysis.closed_form import PRIOR_90
from sim.analysis.dimensions import CHANNELS
from sim.report import words
from sim.report.results import Effect, Results, heading, wording

HARMS = {
    "detained": "detained in Belarus",
    "charged": "charged",
    "drafted": "drafted",
    "caught": "caught at a border",
    "arrested_on_return": "arrested on return",
}
"""Harms of which expected counts are told, in words."""


@dataclass(frozen=True)
class Row:
    """A line of the table; differences carry a sign, persons none; `before` and `after` are levels of both worlds."""

    label: str
    persons: str
    interval: str
    before: str = ""
    after: str = ""
    deep: bool = False
    """Part of the line above."""
    beside: tuple[str, ...] = ()
    """Persons at each lambda of `beside(results)`."""


@dataclass(frozen=True)
class Block:
    """Lines under one heading."""

    heading: str
    rows: tuple[Row, ...]


def blocks(results: Results) -> tuple[Block, ...]:
    """The table in four parts: arrivals by channel, those whose move changes, everyone, harms."""
    focus = wording(results.focus)
    other = beside(results)

    def difference(label: str, measure: str, place: str | None = None, levels: tuple[str, str] = ("", "")) -> Row:
        effect = results.effect(measure, place)
        near = tuple(words.change(results.effect(measure, place, lambda_).estimate, results) for lambda_ in other)
        change, ends = words.change(effect.estimate, results), words.interval(effect, results)
        return Row(label, change, ends, *levels, deep=bool(place) and measure != "arrivals", beside=near)

    def people(label: str, measure: str, place: str | None = None, deep: bool = False) -> Row:
        def found(lambda_: float | None = None) -> Effect:
            return results.category(measure, lambda_) if measure == "deflected" and not place else (
                results.effect(measure, place, lambda_))  # fmt: skip

        effect = found()
        near = tuple(words.count(found(lambda_).estimate, results) for lambda_ in other)
        persons, ends = words.count(effect.estimate, results), words.interval(effect, results, signed=False)
        return Row(label, persons, ends, deep=deep or bool(place), beside=near)

    def levels(before: Effect, change: Effect) -> tuple[str, str]:
        return words.count(before.estimate, results), words.count(before.estimate + change.estimate, results)

    arrivals = results.effect("arrivals", results.focus)
    came = [
        difference(
            f"arrive in {focus}", "arrivals", results.focus,
            levels(results.effect("baseline_arrivals", results.focus), arrivals),
        )
    ]  # fmt: skip
    for channel, before, change in by_channel(results):
        came.append(
            difference(wording(channel), f"arrivals_by_channel:{channel}", results.focus, levels(before, change))
        )
    sought = results.effect("asylum_claims", results.focus)
    came.append(
        difference(
            "ask for protection there", "asylum_claims", results.focus,
            levels(results.effect("baseline_asylum_claims", results.focus), sought),
        )
    )  # fmt: skip
    blocked = [
        people("come by another channel", "other_channel"),
        people("go to another country", "deflected"),
        *[people(wording(place), "deflected", place) for place in deflected_to(results)],
        people("leave later", "delayed"),
        people("left earlier", "brought_forward"),
        people("cross irregularly", "irregular"),
        people("ask for asylum", "asylum"),
        people("stay, though they would leave", "stuck"),
        people("in person-months", "stuck_person_months", deep=True),
        people("stopped while waiting", "blocked", deep=True),
    ]
    abroad = [
        people("lose the right to stay", "forced"),
        people("then go on to another country", "forced:onward", deep=True),
        people("then go back to Belarus", "forced:returned", deep=True),
        people("then stay without papers", "forced:irregular_stay", deep=True),
        people("lose it, abroad before 2019", "forced_settled_before"),
    ]
    everyone = [
        difference("leave Belarus", "departures"),
        difference("return to Belarus", "returned"),
        people("leave by what it opens or adds", "opened"),
        people("move only because others did", "induced_by_others"),
    ]

    def wish(label: str, measure: str, deep: bool = False) -> Row:
        before = results.effect(f"baseline_{measure}")
        line = difference(label, measure, levels=levels(before, results.effect(measure)))
        return replace(line, deep=deep)

    why = {"exit": "may not leave Belarus", "funds": "cannot pay", "closed": "destination closed"}
    why["quota"] = "a queue too long"
    wishes = [wish("people who wished", "wish_persons"), wish("how often they wished", "wish_months")]
    wishes += [wish(f"{text}", f"wish_months:{name}", deep=True) for name, text in why.items()]

    def expected(label: str, harm: str) -> tuple[Row, Row]:
        effect, level = results.effect(f"expected_{harm}"), results.effect(f"baseline_expected_{harm}").estimate
        near = tuple(words.expected(results.effect(f"expected_{harm}", lambda_=one).estimate) for one in other)
        levels = words.expected(level).lstrip("+"), words.expected(level + effect.estimate).lstrip("+")
        first = Row(label, words.expected(effect.estimate), words.expected_interval(effect), *levels, beside=near)
        return first, replace(difference("counted", harm), deep=True)

    harms = [row for harm, label in HARMS.items() for row in expected(label, harm)]
    return (
        Block("Arrivals", tuple(came)),
        Block("Of those whose move it changes", tuple(blocked)),
        Block("Abroad, only under the scenario", tuple(abroad)),
        Block("Among everyone", tuple(everyone)),
        Block("Would leave, were all open", tuple(wishes)),
        Block("Harms, expected over all lives", tuple(harms)),
    )


def beside(results: Results) -> list[float]:
    """Values of lambda shown beside the main one."""
    return [lambda_ for lambda_ in results.lambdas if not np.isclose(lambda_, results.main)]


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


def changed(results: Results, lambda_: float | None = None) -> float:
    """Persons whose move the scenario changes: another channel or country, later, without a visa, or not at all."""
    ways = ("other_channel", "deflected", "delayed", "irregular", "asylum", "stuck")
    return sum(results.category(way, lambda_).estimate for way in ways)


def deflected_to(results: Results) -> list[str]:
    """Destinations that take enough of the deflected to be shown, most first."""
    rows = results.measure("deflected")
    rows = rows[~rows["destination"].isin(["", "all", results.focus])]
    rows = rows[[words.shown(value, results) and value > 0 for value in rows["estimate"]]]
    return rows.sort_values(["estimate", "destination"], ascending=[False, True])["destination"].tolist()


def sentence(results: Results) -> str:
    """The answer: arrivals, what becomes of the blocked, and how far lambda moves it."""
    focus, end = wording(results.focus), words.month(str(results.fact("settings", "end")))
    arrivals, before = results.effect("arrivals", results.focus), results.effect("baseline_arrivals", results.focus)
    size = Effect(*sorted_ends(arrivals), arrivals.unit)
    under = f"Under \u201c{heading(results.scenario)}\u201d"
    if arrivals.estimate == 0 or not words.shown(arrivals.estimate, results):
        return f"{under} arrivals in {focus} to {end} do not differ by enough people to tell."
    direction = "fewer" if arrivals.estimate < 0 else "more"
    text = (
        f"{under} about {words.count(size.estimate, results)} {direction} Belarusians "
        f"(90% interval {words.interval(size, results, signed=False)}) arrive in {focus} by {end}, "
    )
    if before.estimate > 0:
        text += f"{words.percent(size.estimate / before.estimate)} {direction} than under the rules in force"
    else:
        text += "where nobody arrives under the rules in force"
    places = deflected_to(results)
    most = f" (most to {wording(places[0])})" if places else ""
    ways = {
        f"come to {focus} by another channel": results.effect("other_channel").estimate,
        f"go to another country instead{most}": results.category("deflected").estimate,
        "stay in Belarus though they would have left": results.effect("stuck").estimate,
    }
    told = [f"{words.count(persons, results)} {way}" for way, persons in ways.items() if words.shown(persons, results)]
    if not told:
        return text + "."
    listed = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return f"{text}. Of those whose move it changes about {listed}."


def caution(results: Results) -> str:
    """How far lambda moves the answer, in one sentence."""
    sizes = [changed(results, lambda_) for lambda_ in results.lambdas]
    if not any(sizes):
        return "It changes nobody's move at any \u03bb."
    if not any(words.shown(size, results) for size in sizes):
        return "It changes the move of too few simulated people to say how \u03bb moves the answer."
    told = [
        f"{told_deflection(results, 'deflection_12', lambda_)} within twelve months and "
        f"{told_deflection(results, 'deflection_end', lambda_)} to the end at \u03bb = {lambda_:g}"
        for lambda_ in dict.fromkeys((results.main, min(results.lambdas), max(results.lambdas)))
    ]
    return (
        f"Of the arrivals that it takes from the countries whose rules it changes, others gain {'; '.join(told)}. "
        f"\u03bb is a judgement (90% of it between {PRIOR_90[0]:g} and {PRIOR_90[1]:g}), not an estimate; what it is "
        "judged by are changes within about a year."
    )


def told_deflection(results: Results, measure: str, lambda_: float | None = None) -> str:
    """Effective deflection in percent; a dash where too little is lost to tell."""
    return words.percent(results.effect(measure, lambda_=lambda_).estimate)


def sorted_ends(effect: Effect) -> tuple[float, float, float]:
    """Size of a difference without its sign: estimate, lower and upper end."""
    if effect.estimate < 0:
        return -effect.estimate, -effect.high, -effect.low
    return effect.estimate, effect.low, effect.high


def by_lambda(results: Results) -> list[dict[str, str | bool]]:
    """A line for each lambda: arrivals lost, deflected, effective deflection, stuck, departures."""
    lines: list[dict[str, str | bool]] = []
    for lambda_ in results.lambdas:
        arrivals = results.effect("arrivals", results.focus, lambda_)
        deflected, stuck = results.category("deflected", lambda_), results.effect("stuck", lambda_=lambda_)
        departures = results.effect("departures", lambda_=lambda_)
        lines.append(
            {
                "lambda": f"{lambda_:g}",
                "main": bool(np.isclose(lambda_, results.main)),
                "arrivals": words.change(arrivals.estimate, results),
                "arrivals_interval": words.interval(arrivals, results),
                "deflected": words.count(deflected.estimate, results),
                "deflected_interval": words.interval(deflected, results, signed=False),
                "year": told_deflection(results, "deflection_12", lambda_),
                "year_interval": words.percents(results.effect("deflection_12", lambda_=lambda_)),
                "share": told_deflection(results, "deflection_end", lambda_),
                "share_interval": words.percents(results.effect("deflection_end", lambda_=lambda_)),
                "stuck": words.count(stuck.estimate, results),
                "stuck_interval": words.interval(stuck, results, signed=False),
                "departures": words.change(departures.estimate, results),
                "departures_interval": words.interval(departures, results),
            }
        )
    return lines
