"""The page of one synthetic life: who, month by month, and each decision that mattered term by term."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

import numpy as np

from sim.analysis.causes import moved_by
from sim.analysis.life import Decision, Life, first_difference, that_mattered
from sim.analysis.terms import PUSH, TERMS
from sim.numerics import months
from sim.numerics.codes import EVENT, N_CHANNELS, N_PLACES, PLACE, REASON
from sim.population.schema import NOBODY, Columns
from sim.report.blocks import Block, items, table
from sim.report.life import sentences, words
from sim.report.life.sentences import Since
from sim.report.results import heading, wording
from sim.report.words import MINUS

NOTE = "Nobody real: a synthetic person of a sample drawn from official margins. Conditional scenario, not a forecast."
COUPLED = (
    "Illustration: lives in two worlds are coupled by design, not by data. Nothing observed says who would have done "
    "what in a world that did not happen. Conditional scenario, not a forecast."
)
NOTHING_KNOWN: Mapping[str, Since] = MappingProxyType({})
_SHORT = {
    "work_right": "work right", "country_taste": "taste: country",
    "channel": "channel constant", "processing": "wait", "openness": "entry and way",
}  # fmt: skip
_HOW = {
    "level": "everybody's",
    "repression": "perceived {perceived:.2f} (news {news:.2f}, circle's memory {memory:.3f}) times the exposure weight",
    "war": "fear of war {war_fear:.2f}",
    "draft": "fear of war {war_fear:.2f}, for who is liable",
    "mobilisation": "fear of war {war_fear:.2f}, for who has served",
    "age": "by age",
    "skill": "higher education",
    "ties": "ties that hold",
    "peers": "{abroad:.1%} of the circle live abroad",
    "frailty": "fixed readiness to leave",
    "rush": "announced closures, heard of by {heard:.0%} of the circle",
}
_CLOSED = {
    "eligible": "not eligible", "age": "age", "kin": "no close people there", "employer": "employer not there",
    "funds": "unaffordable", "offered": "not offered", "admission": "closed", "travel": "no way there",
    "danger": "asked for in danger only",
}  # fmt: skip


def number(value: float, digits: int = 2) -> str:
    """A term with its sign; a dash for one that closes the option."""
    if np.isneginf(value):
        return "closed"
    return "0" if round(value, digits) == 0.0 else f"{value:+.{digits}f}".replace("-", MINUS)


def page(
    people: Columns,
    lives: Sequence[Life],
    sample: str,
    marks: tuple[int, ...] = (),
    brief: bool = False,
    since: Mapping[str, Since] = NOTHING_KNOWN,
    drawn: Sequence[Block] = (),
) -> list[Block]:
    """The page of a life in one world or in two; `people` as they were at the start.

    `marks` are months around a change of rules whose decisions are shown; `brief` leaves out most tables; `since` says
    of each scenario since when its rules close a way; `drawn` are its figures.
    """
    told = lives[0]
    blocks = [
        Block("h1", f"A synthetic life: {words.who(people, told.row, 0)}"),
        Block("note", NOTE),
        Block("p", f"Person {int(people.key[told.row])}, {sample}. Scenario: {wording(told.scenario)}."),
        Block("h2", "Who, in January 2019"),
    ]
    blocks.append(table([("attribute", "value"), *words.attributes(people, told.row, 0)]))
    adults = [row for row in range(told.head, told.head + told.size) if row != told.row and people.member[row] < 2]
    blocks += [Block("p", f"With them decides: {words.who(people, row, 0)}.") for row in adults]
    blocks += [Block("h2", "Month by month"), *drawn, items(timeline(people, told) or ["Nothing happened."])]
    blocks += [Block("h2", "Decisions that mattered"), Block("p", sentences.SIGNS)]
    shown = that_mattered(told, marks)
    if not shown:
        blocks.append(Block("p", "The unit never decided, wished or nearly left."))
    for one, why in shown:
        blocks += decision_blocks(one, why, brief, since.get(told.scenario))
    for other in lives[1:]:
        blocks += beside(people, told, other, brief, since.get(other.scenario))
    return blocks


def _who(people: Columns, told: Life, rows: Sequence[int]) -> str:
    """To whom of a unit something happened, written before it; nothing for the person alone."""
    if list(rows) == [told.row]:
        return ""
    there = np.flatnonzero(people.member[told.head : told.head + told.size] != NOBODY) + told.head
    if len(there) > 1 and list(rows) == there.tolist():
        return "the whole family: "
    names = ("the head", "the partner", "a child")  # as at the start
    return ", ".join("self" if row == told.row else names[min(int(people.member[row]), 2)] for row in rows) + ": "


def happenings(people: Columns, told: Life) -> dict[int, list[str]]:
    """What happened by month, in words, only where something did; what members share is told once."""
    said: dict[int, dict[str, list[int]]] = {}

    def add(t: int, text: str, row: int) -> None:
        rows = said.setdefault(t, {}).setdefault(text, [])
        if row not in rows:
            rows.append(row)

    for t in range(1, len(told.states)):
        for i in range(told.size):
            for change in words.state_changes(told.states[t - 1], told.states[t], i, t):
                add(t, change, told.head + i)
    for event, moved in zip(told.events, moved_by(told), strict=True):
        add(int(event["month"]), words.event_words(event, moved), int(event["row"]))
    return {t: [f"{_who(people, told, sorted(rows))}{text}" for text, rows in said[t].items()] for t in sorted(said)}


def timeline(people: Columns, told: Life) -> list[str]:
    """One line a month, months in a row that say the same taken together."""
    said = [(t, "; ".join(lines)) for t, lines in happenings(people, told).items()]
    lines = []
    for text, group in groupby(said, key=lambda pair: pair[1]):
        span = [t for t, _ in group]
        when = months.label(span[0]) if len(span) == 1 else f"{months.label(span[0])} to {months.label(span[-1])}"
        lines.append(f"{when}: {text}" + (f" ({len(span)} times)" if len(span) > 1 else ""))
    return lines


def beside(people: Columns, told: Life, other: Life, brief: bool, since: Since | None = None) -> list[Block]:
    """The same life in another world, from the first month in which it differs."""
    blocks = [Block("h2", f"The same life: {wording(other.scenario)}"), Block("note", COUPLED)]
    apart = first_difference(told, other)
    if apart is None:
        return [*blocks, Block("p", "It is the same to the last month.")]
    ours, theirs = happenings(people, told), happenings(people, other)
    rows = [("month", heading(told.scenario), heading(other.scenario))]
    for t in sorted(set(ours) | set(theirs)):
        if t >= apart:
            rows.append((months.label(t), "; ".join(ours.get(t, ["-"])), "; ".join(theirs.get(t, ["-"]))))
    blocks += [Block("p", f"The lives part in {words.month_words(apart)}."), table(rows)]
    commits = [one for one, why in that_mattered(other, (apart,)) if one.month >= apart and why != "nearly leaves"]
    for one in commits[:2]:
        blocks += decision_blocks(one, f"in the world of {wording(other.scenario)}", brief, since)
    return blocks


def decision_blocks(one: Decision, why: str, brief: bool, since: Since | None = None) -> list[Block]:
    """One decision: what was weighed and why it came out so, in sentences, then in numbers."""
    blocks = [Block("h3", f"{months.label(one.month)}: {why}"), items(sentences.decision(one, since))]
    blocks.append(Block("p", because(one)))
    rows = [("wish to leave", "log-odds", "why")]
    for name in PUSH:
        if one.push[name] or not brief:
            rows.append((name, number(one.push[name]), _HOW[name].format(**one.felt)))
    rows.append(("eta, together", number(one.eta), ""))
    blocks += [table(rows), destinations(one, brief)]
    return blocks if brief else [*blocks, channels(one)]


def because(one: Decision) -> str:
    """Why the decision came out as it did, in sentences."""
    parts = [f"The head is {one.age}, the money {one.money:,.0f} EUR."]
    if not one.free_to_exit:
        parts.append("The unit may not leave Belarus this month.")
    elif one.best < 0:
        parts.append("No destination is open to it.")
    else:
        best = one.best
        by = words.channel(one.channels[best])
        alone = ", the head alone, ahead of the family," if one.ahead[best] else ""
        second = _second(one)
        parts.append(
            f"Best this month is {words.place(best)} by {by}{alone} with value {number(one.values[best])} and luck "
            f"{number(one.noise[best])}{second}. Margin: lambda {one.lambda_:g} times their sum, plus Z "
            f"{number(one.stable)}, plus the wish to leave {number(one.eta)}, less G0 {number(one.stay)}, is "
            f"{number(one.best_margin)}: it {'leaves' if one.chosen >= 0 else 'stays'}. Before the month's luck the "
            f"chance of leaving was {one.chance:.2%}, and {_share(one, best):.0%} of it for {words.place(best)}."
        )
    if one.event and one.event[0] == EVENT["wished"]:
        _, place, channel, reason = one.event
        text = words.IN_VAIN[words.name(REASON, reason)]
        parts.append(
            f"With everything open it would leave for {words.place(place)} by {words.channel(channel)}, {text}."
        )
    return " ".join(parts)


def _second(one: Decision) -> str:
    totals = np.where(np.isfinite(one.values), one.values + one.noise, -np.inf)
    totals[one.best] = -np.inf
    runner = int(np.argmax(totals))
    if not np.isfinite(totals[runner]):
        return ", the only one open"
    gap = one.values[one.best] + one.noise[one.best] - totals[runner]
    favourite = int(np.argmax(one.values))
    luck = "" if favourite == one.best else f" (without luck it would be {words.place(favourite)})"
    return f", {gap:.2f} ahead of {words.place(runner)}{luck}"


def _share(one: Decision, place: int) -> float:
    weights = np.exp(one.values)
    return float(weights[place] / weights.sum())


BRIEF_PLACES = 5


def destinations(one: Decision, brief: bool) -> Block:
    """Open destinations by the channel drawn, all terms, best first; in brief the few best, one a column."""
    is_open = [place for place in range(N_PLACES) if np.isfinite(one.values[place])]
    ranked = sorted(is_open, key=lambda place: -(one.values[place] + one.noise[place]))
    ranked = ranked[: BRIEF_PLACES if brief else None]
    used = [name for name in TERMS if any(one.part(place)[name] for place in ranked)]
    rows = [
        (
            "destination",
            "by",
            *(_SHORT.get(name, name) for name in used),
            "other channels",
            "value",
            "luck E",
            "margin",
            "price EUR",
        )
    ]
    for place in ranked:
        part = one.part(place)
        by = words.channel(one.channels[place]) + (" (head first)" if one.ahead[place] else "")
        numbers = [number(part[name]) for name in used]
        numbers.append(number(one.values[place] - sum(part.values())))
        rows.append(
            (words.place(place), by, *numbers, number(one.values[place]), number(one.noise[place]),
             number(one.margin(place)), f"{one.prices[place, one.channels[place]]:,.0f}")
        )  # fmt: skip
    if len(rows) == 1:
        return Block("p", "No destination is open.")
    return table(list(zip(*rows, strict=True)) if brief else rows)


def channels(one: Decision) -> Block:
    """Every lawful channel of every destination: its value where it is open, why it is closed where it is not."""
    rows = [("destination", "open (value)", "closed (why)")]
    sums = one.terms.sum(axis=2)
    for place in list(PLACE.values())[1:]:
        opened, closed = [], []
        for channel in range(1, N_CHANNELS):
            why = one.why_closed(place, channel)
            if "law" in why:
                continue
            if why:
                price = f" ({one.prices[place, channel]:,.0f} EUR)" if "funds" in why else ""
                closed.append(f"{words.channel(channel)}: {', '.join(_CLOSED[name] for name in why)}{price}")
            else:
                opened.append(f"{words.channel(channel)} {number(sums[place, channel])}")
        rows.append((words.place(place), "; ".join(opened) or "-", "; ".join(closed) or "-"))
    return table(rows)
