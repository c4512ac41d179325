"""What a comparison says of each country that it touches: arrivals, the net of all, and public money."""

from collections.abc import Sequence

from sim.numerics.messages import listed
from sim.report import words
from sim.report.comparison.phrases import FULL, Asked, Detail, moved, told_with
from sim.report.results import wording
from sim.report.told import Told, Value
from sim.report.verdicts import BRIEF, FEW, SAME, UNSURE

TOGETHER = 2
"""Countries that one sentence tells; of more, each has a sentence of its own, after that on all together."""
MOST_PAYERS, MOST_COUNTRIES = 4, 8
"""Countries whose public money, and whose arrivals, are told where there is little room: of the largest changes."""
_OTHERS = Asked("arrivals_others", "arrivals", "elsewhere")
_DEPARTURES = Asked("departures", "departures", "from Belarus")


def arrivals(told: Told, detail: Detail = FULL) -> list[str]:
    """Arrivals where rules change and elsewhere; where none change, departures and the country that is most concerned.

    Of many countries first the net of all.
    """
    arrival = detail._replace(has_parts_intervals=True)
    if not told.ruled:
        most = Asked("arrivals", "arrivals", f"in {wording(told.results.focus)}", told.results.focus)
        return [moved(told, [_DEPARTURES, most, _OTHERS], levels=True, detail=arrival)]
    if len(told.ruled) <= TOGETHER:
        places = [Asked("arrivals", "arrivals", f"in {wording(place)}", place) for place in told.ruled]
        return [moved(told, [*places, _OTHERS], levels=len(places) == 1, detail=arrival)]
    places = [Asked("arrivals", "arrivals", f"in {wording(place)}", place) for place in told.ruled]
    if not any(told.value("arrivals", place).told for place in told.ruled):
        return [moved(told, [*places, _OTHERS, _DEPARTURES], detail=arrival)]
    where = f"in the {words.in_words(len(told.ruled))} countries"
    every = Asked("arrivals_changed", "arrivals", where)
    net = [every, _OTHERS] if detail.is_least else [every, _OTHERS, _DEPARTURES]
    return [moved(told, net, levels=True, detail=arrival), each(told, told.ruled, detail)]


def each(told: Told, places: Sequence[str], detail: Detail = FULL) -> str:
    """A sentence for each country, or one list of them; those without a number are named together."""
    values = [told.value("arrivals", place) for place in places]
    if not detail.has_sentences:
        most = MOST_COUNTRIES if detail.is_least else len(values)
        return f"Arrivals by country: {_largest(values, most, detail.has_intervals)}."
    said: list[str] = []
    for one in values:
        if one.told:
            what, way = "they" if said else "arrivals", "rise" if one.estimate > 0 else "fall"
            behind = told_with(told, "arrivals", one.place, detail.has_intervals)
            said.append(f"In {wording(one.place)} {what} {way} by {one.size}{behind}.")
    what = "they" if said else "arrivals"
    for verdict, phrase in (
        (UNSURE, f"Whether {what} change in {{}}, this sample cannot tell."),
        (FEW, "Few differ in {}."),
        (SAME, f"{words.capital(SAME)} in {{}}."),
    ):
        names = [wording(one.place) for one in values if one.verdict == verdict]
        if names:
            said.append(phrase.format(listed(names, "or")))
    return " ".join(said)


def _largest(values: Sequence[Value], most: int, brackets: bool) -> str:
    """All countries where there are at most so many, else those of the largest changes that are told."""
    told = sorted((one for one in values if one.told), key=lambda one: -abs(one.estimate))[:most]
    if len(values) <= most or not told:
        return _listed(values, brackets)
    return f"{_listed(told, brackets)}; others: see below"


def _listed(values: Sequence[Value], brackets: bool) -> str:
    """Countries with their numbers, and those without one by name."""
    said = []
    for one in values:
        if one.told:
            interval = f" ({one.size_interval})" if brackets and one.size_interval else ""
            said.append(f"{wording(one.place)} {one.number}{interval}")
    parts = [", ".join(said)] if said else []
    for verdict, phrase in BRIEF.items():
        names = [wording(one.place) for one in values if one.verdict == verdict]
        if names:
            parts.append(f"{phrase}: {listed(names)}")
    return "; ".join(parts)


def payers(told: Told) -> list[str]:
    """Destinations whose public money is told: those whose rules change, else the focus; none without a whole year."""
    return list(told.ruled or (told.results.focus,)) if told.year else []


def money(told: Told, detail: Detail = FULL) -> str:
    """Public money of each country whose rules change, of many as a list."""
    if not told.year:
        return f"Public money: {told.span} holds no whole calendar year of the policy."
    values = [told.value("balance", place) for place in payers(told)]
    if len(values) > TOGETHER:
        most = 1 if detail.is_least else MOST_PAYERS if detail.is_brief else len(values)
        every = _largest(values, most, detail.has_parts_intervals)
        return f"Public money in {told.year}, million EUR: {every}."
    said = []
    for one in values:
        if one.told:
            way = "gains" if one.estimate > 0 else "loses"
            said.append(f"{wording(one.place)} {way} {one.size} million EUR ({one.size_interval})")
    for verdict, phrase in (
        (UNSURE, "this sample cannot tell whether {} gains or loses"),
        (SAME, f"{SAME} in this sample for {{}}"),
    ):
        names = [wording(one.place) for one in values if one.verdict == verdict]
        if names:
            said.append(phrase.format(listed(names, "or")))
    return f"Public money in {told.year}: {'; '.join(said)}."
