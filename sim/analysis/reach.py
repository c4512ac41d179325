"""Whom a scenario's changes reach: who is eligible under a rule, who met it, whose life differs.

All three count people in either world, in the months in which the rule is not the same in both: an opening is used
in the scenario only. Whose case a rule is says `sim.analysis.cases`. A change that reaches nobody is reported inert,
with the reason, lest it be taken for a result.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.case import ADMITTED, AT_HOME, DECIDED, EVERYBODY, HEAD, MONTHLY, PERSON, UNIT, Case
from sim.analysis.cases import case_of
from sim.analysis.conditions import span
from sim.analysis.contrast import Applicants, Contrast, admitted
from sim.analysis.effects import Paired
from sim.analysis.judged import ASKED, FOREVER, WAY, Flags, Numbers, abroad, at_home, differing, kinds
from sim.analysis.sides import Drawn, Side
from sim.history.compiled import World
from sim.history.history import History
from sim.history.wording import Addition
from sim.model.decision.units import N_CLASSES
from sim.numerics.codes import EVENT, REASON
from sim.runs.run import Run
from sim.runs.tables import OF_COMPARISONS

_DECIDED = kinds("permit", "renewed", "permanent", "naturalised")
_ENDED = kinds("asylum_sought", "other_ground", "lost")
"""Decisions on a stay: it goes on, or its end is followed by one of these, unless that has another reason."""
_OTHERWISE = [REASON[name] for name in ("choice", "ground")]
_ALONE = [WAY["season"], WAY["visit"]]


class Rule(NamedTuple):
    """A change of a scenario and the months in which its parameter differs between the worlds, bool[months]."""

    addition: Addition
    months: Flags


class Judge(NamedTuple):
    """A rule with whom it can concern."""

    rule: Rule
    case: Case
    contrast: Contrast
    needed: Numbers  # months that one must have lived in each place, int64[places]


def rules(additions: Sequence[Addition], baseline: History, scenario: History, months: int) -> list[Rule]:
    """The changes of a scenario, each with the months in which the two histories do not have the same rule."""

    def differ(name: str) -> Flags:
        one, other = (history.monthly_rows(name, months) for history in (baseline, scenario))
        return np.asarray((one != other).any(axis=1))

    return [Rule(addition, differ(addition.parameter)) for addition in additions]


def judge(rule: Rule, worlds: Sequence[World]) -> Judge:
    """Whom a rule can concern, by whom it judges and for whom it differs between two worlds."""
    case = case_of(rule.addition.parameter, worlds[0])
    needed = np.zeros(len(worlds[0].law), np.int64)
    if case.settled and rule.months.any():
        months = np.minimum(*(world.places[case.settled][rule.months].min(axis=0) for world in worlds))
        needed = np.minimum(months, FOREVER).astype(np.int64)
    return Judge(rule, case, Contrast(rule.addition.parameter, worlds, case.for_all_alike), needed)


def reach_table(
    changed: Sequence[Rule], paired: Sequence[Paired], worlds: Sequence[World], drawn: Callable[[Run], Drawn]
) -> pd.DataFrame:
    """One row a change: rule, persons eligible, touched and changed (means over replicates), and a note.

    `worlds` are those of the baseline and the scenario, `drawn` gives what else a run was made of.
    """
    additions, judges = [rule.addition for rule in changed], [judge(rule, worlds) for rule in changed]
    found = []
    for pair in paired:
        sides = [Side(run, world, drawn(run)) for run, world in zip(pair, worlds, strict=True)]
        others = differing(sides[0].found, sides[1].found, len(sides[0].birth))
        found.append([_reached(one, sides, others) for one in judges])
    means = np.mean(found, axis=0).reshape(len(changed), 3).tolist()
    rows = [
        (f"{addition.event}: {addition.parameter}", *numbers, _note(rule, numbers, contradicts(addition, additions)))
        for rule, addition, numbers in zip(changed, additions, means, strict=True)
    ]
    return pd.DataFrame(rows, columns=OF_COMPARISONS["reach"].names)


def _reached(one: Judge, sides: Sequence[Side], others: Flags) -> tuple[int, int, int]:
    """Persons eligible, touched and changed in one pair of runs; `others` live another life in each world.

    Eligible are the residents who could be judged at the end of the world that has more of them, and whoever else was
    touched or lived by a right that the rule is about.
    """
    one_in, acts = sides[0].drawn.one_in, one.rule.addition.verdict == "effective"
    touched, concerned = np.zeros(len(others), bool), np.zeros(len(others), bool)
    for side in sides:
        touched |= met(side, one, one.rule.months & acts)
        concerned |= lived(side, one, one.rule.months)
    concerned |= touched
    eligible_in = [int(touched.sum()) * one_in]
    for side in sides:
        home = residents(side, one)
        away = concerned & abroad(side.found, len(others)) if home else concerned
        eligible_in.append(home + int(away.sum()) * one_in)
    return max(eligible_in), int(touched.sum()) * one_in, int((touched & others).sum()) * one_in


# --- whom a rule judged --------------------------------------------------------------------------------------------


def met(side: Side, one: Judge, months: Flags) -> Flags:
    """Whom a rule judged in a world in any of the flagged months, bool[people]."""
    found, case, touched = side.found, one.case, np.zeros(len(side.birth), bool)
    entered = case.entries[found.way, found.place, found.entered]
    suffered = np.zeros(len(found.row), bool)
    for name, reason in case.suffered:
        suffered |= (found.kind == EVENT[name]) & ((not reason) | (found.reason == REASON.get(reason, -1)))
    decided = np.zeros(len(found.row), bool)
    if case.judged == DECIDED:
        ended = _ENDED[found.kind] & ~np.isin(found.reason, _OTHERWISE)
        decided = (_DECIDED[found.kind] | ended) & case.stays[found.place, found.channel, found.before]
        decided &= found.month - found.since >= one.needed[found.place]
    at = np.flatnonzero((entered | suffered | decided) & (found.month >= 0) & months[found.month])
    row, month, way = found.row[at], found.month[at], found.way[at]
    heads = np.where(np.isin(way, _ALONE), row, side.heads(row, month))
    channel = np.where(entered[at], found.entered[at], found.channel[at])
    when = Stretch(row, heads, month, month)
    kept = one.contrast.concerns(side, Applicants(heads, month, channel, way)) | suffered[at]
    alone = np.isin(way, _ALONE) | suffered[at]
    kept &= np.where(alone, _holds(side, replace(case, of=PERSON), when, months), _holds(side, case, when, months))
    whole = ASKED[found.kind[at]] | (suffered[at] & case.whole)
    touched[row[kept & ~whole]] = True
    touched[side.members(heads[kept & whole], month[kept & whole])[1]] = True
    if case.judged == MONTHLY:
        touched |= lived(side, one, months)
    if case.judged == AT_HOME:
        touched |= _at_home(side, case, months)
    return touched


class Stretch(NamedTuple):
    """Months of people, from one to another, both included, int64[n]; with the heads of their units."""

    row: Numbers
    head: Numbers
    begin: Numbers
    end: Numbers


def _holds(side: Side, case: Case, when: Stretch, months: Flags) -> Flags:
    """Whether the condition of a case holds of each in a flagged month of their stretch."""
    flagged = np.append(0, np.cumsum(months))
    whose, rows = np.arange(len(when.row)), when.head if case.of == HEAD else when.row
    if case.of == UNIT and case.condition:
        whose, rows = side.members(when.head, when.begin)
    begin, end = when.begin[whose], when.end[whose]
    if case.condition:
        condition = span(side, case.condition)
        begin, end = np.maximum(begin, condition.first[rows]), np.minimum(end, condition.last[rows])
    begin, end = np.clip(begin, 0, len(months)), np.clip(end, -1, len(months) - 1)
    inside = (end >= begin) & (flagged[end + 1] > flagged[begin])
    found = np.zeros(len(when.row), bool)
    found[whose[inside]] = True
    return found


def lived(side: Side, one: Judge, months: Flags) -> Flags:
    """Who lived by a right that a rule is about in any of the flagged months, bool[people]."""
    found, case, there = side.found, one.case, np.zeros(len(side.birth), bool)
    if not case.stays.any() or not months.any():
        return there
    at = np.flatnonzero(case.stays[found.where, found.by, found.status])
    row, since = found.row[at], found.since[at] + one.needed[found.where[at]]
    begin, end = np.maximum(found.month[at], 0), np.minimum(found.until[at], len(months) - 1)
    begin = np.maximum(begin, since) if case.settled else begin
    following = np.append(_next(months), FOREVER)
    first = following[np.clip(begin, 0, len(months))]
    heads = side.heads(row, begin)
    kept = (first <= end) & _holds(side, case, Stretch(row, heads, begin, end), months)
    row, heads, first, channel = row[kept], heads[kept], first[kept], found.by[at][kept]
    there[row[one.contrast.concerns(side, Applicants(heads, first, channel, np.zeros(len(row), np.int64)))]] = True
    return there


def _next(months: Flags) -> Numbers:
    """First flagged month from each on, FOREVER where none follows."""
    numbers = np.where(months, np.arange(len(months)), FOREVER)
    return np.minimum.accumulate(numbers[::-1])[::-1]


def _at_home(side: Side, case: Case, months: Flags) -> Flags:
    """Who was in Belarus in a flagged month in which the condition of a case held of them."""
    everyone, found = np.arange(len(side.birth)), side.found
    whole = Stretch(everyone, everyone, np.zeros_like(everyone), np.full_like(everyone, len(months)))
    holds = _holds(side, case, whole, months)
    first = int(np.argmax(months)) if months.any() else 0
    away = (found.month <= first) & (found.until == FOREVER) & (found.where != 0)
    dead = (found.kind == EVENT["died"]) & (found.month < first)
    holds[found.row[away | dead]] = False
    return holds


# --- whom a rule could judge ---------------------------------------------------------------------------------------


def residents(side: Side, one: Judge) -> int:
    """Residents at the end whom a rule could judge, in persons."""
    case, counts = one.case, side.run.residents_by_class
    if case.residents == EVERYBODY:
        return int(counts.sum())
    if case.residents == ADMITTED:
        return int(counts[_classes(side.world, one)].sum())
    if not case.residents:
        return 0
    here, last = at_home(side.found, side.people), len(side.run.harms) - 1
    row = np.flatnonzero(here)
    end = np.full(len(row), last)
    of = case.of if case.residents == case.condition else ""
    asked = Case(case.entries, case.stays, condition=case.residents, of=of)
    held = _holds(side, asked, Stretch(row, side.heads(row, end), end, end), np.ones(last + 1, bool))
    return int(held.sum()) * side.drawn.one_in


def _classes(world: World, one: Judge) -> Flags:
    """Choice classes whom the last month admits to a channel that a rule is about, if it differs for them."""
    asked, found = one.case.entries.any(axis=0) & (world.law["exists"] > 0), np.zeros(N_CLASSES, bool)
    for place, channel in np.argwhere(asked):
        found |= admitted(world.rules[-1, place, channel]) & one.contrast.classes(one.rule.months, int(channel))
    return found


# --- notes ---------------------------------------------------------------------------------------------------------


def contradicts(addition: Addition, others: Sequence[Addition]) -> list[str]:
    """Events of the same scenario that move the same parameter the other way, by name."""
    if not addition.direction:
        return []
    opposed = {
        one.event for one in others if one.parameter == addition.parameter and one.direction == -addition.direction
    }
    return sorted(opposed)


def _note(rule: Rule, numbers: Sequence[float], against: Sequence[str]) -> str:
    addition, (eligible_to, touched, changed) = rule.addition, numbers
    if addition.verdict != "effective":
        by = f" by {', '.join(addition.shadowed_by)}" if addition.shadowed_by else ""
        return f"inert: {addition.verdict}{by}"
    if not rule.months.any():
        return "inert: out of period"
    if eligible_to == 0:
        return "inert: nobody eligible"
    if touched == 0.0:
        return "inert: nobody met it in either world"
    if changed == 0.0:
        return "no simulated life of those who met it differs"
    return f"contradicted by {', '.join(against)}" if against else ""
