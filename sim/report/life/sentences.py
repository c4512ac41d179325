"""A decision in sentences: what speaks for and against each option, what is closed and since when, luck told as luck.

Signs stand for sizes: what a term does to the odds of going there, all else equal.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from sim.analysis.causes import WITHOUT_COMPARING, cause, is_flight, is_liable, losses_of
from sim.analysis.life import Decision
from sim.history.destinations import Destination
from sim.history.history import History
from sim.numerics import months
from sim.numerics.codes import CHANNEL, CHANNEL_NAMES, EVENT, N_CHANNELS, N_PLACES, PLACE_NAMES
from sim.numerics.messages import listed
from sim.report.life import words
from sim.report.words import MINUS

_APPLIED = EVENT["applied"]
Since = Callable[[int, int, int], str]
"""Of place, channel and month, since when no document for it is given; empty where one is."""

SIZES = (0.1, 0.5, 1.5)
"""Log-odds from which a term has one, two and three signs (assumption: odds times 1.1, 1.6, 4.5)."""
SIGNS = "Signs tell sizes: + raises the odds by a tenth or more, ++ by two thirds, +++ more than four times."
MOST_OPTIONS, MOST_CLOSED = 3, 4
"""Options and closed ways that are told."""
OPTION = {
    "constant": "what draws people there besides",
    "diaspora": "Belarusians who live there",
    "language": "the language",
    "distance": "the distance",
    "wage": "wages there",
    "rent": "rents there",
    "safety": "how safe one is there from the Belarusian state",
    "channel": "how open this way is in general",
    "offered": "for how much of the month it is offered",
    "approval": "the chance of approval",
    "processing": "the wait",
    "queue": "the queue",
    "work_right": "the right to work",
    "fee": "what it costs",
    "offers": "jobs on offer",
    "openness": "for how much of the month one can get in and there",
    "country_taste": "their own liking for the country",
    "kin": "close people there",
    "separation": "leaving family behind",
}
"""Terms of an option, in words."""
LEAVING = {
    "level": "how rarely anybody leaves",
    "repression": "repression as they see it",
    "war": "fear of war",
    "draft": "fear of the draft",
    "mobilisation": "fear of mobilisation",
    "age": "their age",
    "skill": "their education",
    "ties": "ties that hold",
    "peers": "people they know abroad",
    "frailty": "their own readiness to leave",
    "rush": "announced closures",
}
"""Terms of the wish to leave, in words."""


def sign(value: float) -> str:
    """One to three signs for the size of a term; empty for one that hardly counts."""
    count = sum(abs(value) >= size for size in SIZES)
    return ("+" if value > 0 else MINUS) * count


def weighed(terms: Mapping[str, float], named: Mapping[str, str]) -> str:
    """What speaks for and against, the strongest first: `for it wages there (++); against it the distance (−)`."""
    parts = []
    for title, way in (("for it", 1.0), ("against it", -1.0)):
        some = sorted((name for name in terms if terms[name] * way > 0 and sign(terms[name])),
                      key=lambda name: -abs(terms[name]))  # fmt: skip
        if some:
            parts.append(f"{title} {listed([f'{named[name]} ({sign(terms[name])})' for name in some])}")
    return "; ".join(parts) or "nothing weighs much"


def moved(one: Decision) -> list[str]:
    """What moved a unit that leaves, and whether it would have stayed otherwise, in a sentence; none of who stays."""
    if one.event is None or one.event[0] != _APPLIED:
        return []
    channel, place = words.name(CHANNEL, one.event[2]), one.event[1]
    if channel in WITHOUT_COMPARING:
        return [f"What moved them: {words.MOVED_BY[cause(channel, False, {})]}."]
    flees = is_flight(one)
    found = words.MOVED_BY[cause(channel, flees, losses_of(one, place), is_liable(one))]
    stays = "; without repression and war they would have stayed" if flees else ""
    return [f"What moved them: {found}{stays}."]


def luck(noise: float) -> str:
    """A month's luck with an option, as a share of months (the noise is a standard Gumbel's)."""
    better = min(max(round(100 * math.exp(-math.exp(-noise))), 1), 99)
    return f"this month's luck was better than in {better} of 100 months"


def option(one: Decision, place: int) -> str:
    """An open option in a sentence."""
    by = words.channel(one.channels[place])
    alone = ", the head ahead of the family" if one.ahead[place] else ""
    parts = {name: value for name, value in one.part(place).items() if name in OPTION}
    said = f"{words.place(place)} by {by}{alone}: {weighed(parts, OPTION)}; {luck(float(one.noise[place]))}"
    return f"{said[:1].upper()}{said[1:]}."


def wish(one: Decision) -> str:
    """What pushes to leave and what holds, in a sentence."""
    return f"To leave at all: {weighed({name: one.push[name] for name in LEAVING}, LEAVING)}."


def outcome(one: Decision) -> str:
    """How it came out, and how much of it was luck, in a sentence."""
    odds = f"Before the month's luck the chance of leaving was {one.chance:.2%}"
    if not one.free_to_exit:
        return "The unit may not leave Belarus this month."
    if one.chosen >= 0:
        return f"{odds}: left by luck, as {_in(one.chance)} with such a chance do."
    return f"{odds}: stayed, as nearly all with such a chance do." if one.chance < 0.1 else f"{odds}: stayed."


def _in(chance: float) -> str:
    return f"one in {round(1 / chance):,}" if 0 < chance < 0.5 else "most"


def decision(one: Decision, since: Since | None = None) -> list[str]:
    """A decision in sentences: the wish, the best options, what is closed though it exists, the outcome."""
    is_open = [place for place in range(N_PLACES) if np.isfinite(one.values[place])]
    ranked = sorted(is_open, key=lambda place: -(one.values[place] + one.noise[place]))[:MOST_OPTIONS]
    return [*moved(one), wish(one), *(option(one, place) for place in ranked), *closed(one, since), outcome(one)]


def closed(one: Decision, since: Since | None = None) -> list[str]:
    """Ways for such a unit that rules close, with the month since when, in a sentence each."""
    found: dict[str, list[str]] = {}
    for place in range(1, N_PLACES):
        for channel in range(1, N_CHANNELS):
            why_not = set(one.why_closed(place, channel))
            if "admission" not in why_not or why_not - {"admission", "funds", "travel"}:
                continue
            why = since(place, channel, one.month) if since else ""
            found.setdefault(why or "not admitted this month", []).append(
                f"{words.place(place)} by {words.channel(channel)}"
            )
    return [f"Closed, {why}: {listed(ways)}." for why, ways in list(found.items())[:MOST_CLOSED]]


_DOCUMENT = {
    "short_visa": "no short-stay visa to be had",
    "national_visa": "no visa to be had",
    "visa_free": "no entry without a visa",
    "permit": "no residence permit to be had",
}


def closed_since(history: History, destinations: Mapping[str, Destination], last: int) -> Since:
    """Since when rules give nobody in particular the documents of a channel, to the last month of a run."""
    shares: dict[str, np.ndarray] = {}

    def since(place: int, channel: int, month: int) -> str:
        name = CHANNEL_NAMES[channel]
        one = destinations[PLACE_NAMES[place]].channels.get(name)
        said = []
        for instrument in dict.fromkeys((one.entry, one.residence)) if one else ():
            parameter = f"{PLACE_NAMES[place]}.{instrument}"
            if instrument not in _DOCUMENT or parameter not in history.parameters:
                continue
            if parameter not in shares:
                shares[parameter] = history.open_shares(parameter, last + 1)
            given = shares[parameter][:, [0, 1 + CHANNEL[name]]].max(axis=1)
            if given[month] > 0.0:
                continue
            earlier = np.flatnonzero(given[:month] > 0.0)
            first = int(earlier[-1]) + 1 if len(earlier) else 0
            when = "since before 2019" if first == 0 else f"since {months.first_day(first):%B %Y}"
            said.append(f"{_DOCUMENT[instrument]} {when}")
        return " and ".join(said)

    return since
