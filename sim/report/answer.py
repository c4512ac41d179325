"""What a comparison says: one sentence, and the table a minister could read. Console and page print the same."""

from dataclasses import dataclass

import numpy as np

from sim.figures.nest import PRIOR_90
from sim.figures.results import Effect, Results, heading, wording
from sim.report import words


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


@dataclass(frozen=True)
class Block:
    """Lines under one heading."""

    heading: str
    rows: tuple[Row, ...]


def blocks(results: Results) -> tuple[Block, ...]:
    """The table in four parts: arrivals, those blocked, everyone, harms."""
    focus = wording(results.focus)

    def difference(label: str, effect: Effect) -> Row:
        return Row(label, words.change(effect.estimate, results), words.interval(effect, results))

    def people(label: str, effect: Effect, deep: bool = False) -> Row:
        persons, ends = words.count(effect.estimate, results), words.interval(effect, results, signed=False)
        return Row(label, persons, ends, deep=deep)

    arrivals = results.effect("arrivals", results.focus)
    before, after = (results.effect(f"{world}_arrivals", results.focus) for world in ("baseline", "scenario"))
    main = Row(
        f"arrive in {focus}",
        words.change(arrivals.estimate, results),
        words.interval(arrivals, results),
        words.count(before.estimate, results),
        words.count(after.estimate, results),
    )
    blocked = [
        people(f"come to {focus} by another channel", results.effect("other_channel")),
        people("go to another country", results.category("deflected")),
        *[people(wording(place), results.effect("deflected", place), deep=True) for place in deflected_to(results)],
        people(f"come to {focus} later", results.effect("delayed")),
        people(f"came to {focus} earlier", results.effect("brought_forward")),
        people("cross irregularly", results.effect("irregular")),
        people("stay, though they would have left", results.effect("stuck")),
        people("in person-months", results.effect("stuck_person_months"), deep=True),
        people("stopped while waiting or at the border", results.effect("blocked"), deep=True),
    ]
    everyone = [
        difference("leave Belarus", results.effect("departures")),
        difference("return to Belarus", results.effect("returned")),
        difference("move only because others did", results.effect("induced")),
    ]
    harms = [
        difference("detained in Belarus", results.effect("detained")),
        difference("drafted", results.effect("drafted")),
    ]
    return (
        Block("Arrivals", (main,)),
        Block("Of those whose move it changes", tuple(blocked)),
        Block("Among everyone", tuple(everyone)),
        Block("Harms, over all people", tuple(harms)),
    )


def deflected_to(results: Results) -> list[str]:
    """Destinations that take enough of the deflected to be shown, most first."""
    rows = results.measure("deflected")
    rows = rows[~rows["destination"].isin(["", "all", results.focus])]
    rows = rows[[words.shown(value, results) and value > 0 for value in rows["estimate"]]]
    return rows.sort_values(["estimate", "destination"], ascending=[False, True])["destination"].tolist()


def deflected_share(results: Results, lam: float | None = None) -> float:
    """Share of the arrivals lost that is found again in other countries; NaN when none were lost."""
    lost = -results.effect("arrivals", results.focus, lam).estimate
    return results.category("deflected", lam).estimate / lost if lost > 0 else float("nan")


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
        f"{words.percent(abs(arrivals.estimate) / before.estimate)} {direction} than under the rules in force"
    )
    stuck = results.effect("stuck")
    if arrivals.estimate > 0 or not words.shown(stuck.estimate, results):
        return text + "."
    places = deflected_to(results)
    most = f" (most to {wording(places[0])})" if places else ""
    deflected = words.count(results.category("deflected").estimate, results)
    return (
        f"{text}; about {deflected} go to another country instead{most}, "
        f"and {words.count(stuck.estimate, results)} stay in Belarus though they would have left."
    )


def caution(results: Results) -> str:
    """How far lambda moves the answer, in one sentence."""
    low, high = min(results.lambdas), max(results.lambdas)
    share = [words.percent(deflected_share(results, lam)) for lam in (results.main, low, high)]
    return (
        f"The part that goes elsewhere is {share[0]} at \u03bb = {results.main:g}, {share[1]} at \u03bb = {low:g} and "
        f"{share[2]} at \u03bb = {high:g}; \u03bb is a judgement "
        f"(90% of it between {PRIOR_90[0]:g} and {PRIOR_90[1]:g}), not an estimate."
    )


def sorted_ends(effect: Effect) -> tuple[float, float, float]:
    """Size of a difference without its sign: estimate, lower and upper end."""
    if effect.estimate < 0:
        return -effect.estimate, -effect.high, -effect.low
    return effect.estimate, effect.low, effect.high


def slices(results: Results) -> list[dict[str, str | bool]]:
    """A line for each lambda: arrivals lost, deflected, stuck, departures."""
    lines: list[dict[str, str | bool]] = []
    for lam in results.lambdas:
        arrivals = results.effect("arrivals", results.focus, lam)
        deflected, stuck = results.category("deflected", lam), results.effect("stuck", lam=lam)
        departures = results.effect("departures", lam=lam)
        lines.append(
            {
                "lambda": f"{lam:g}",
                "main": bool(np.isclose(lam, results.main)),
                "arrivals": words.change(arrivals.estimate, results),
                "arrivals_interval": words.interval(arrivals, results),
                "deflected": words.count(deflected.estimate, results),
                "deflected_interval": words.interval(deflected, results, signed=False),
                "share": words.percent(deflected_share(results, lam))
                if words.shown(deflected.estimate, results)
                else "",
                "stuck": words.count(stuck.estimate, results),
                "stuck_interval": words.interval(stuck, results, signed=False),
                "departures": words.change(departures.estimate, results),
                "departures_interval": words.interval(departures, results),
            }
        )
    return lines
