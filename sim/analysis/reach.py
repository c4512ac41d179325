"""Whom a scenario's changes reach: who is eligible under a rule, who met it, whose life differs.

All three count people in either world, in the months in which the rule is not the same in both: an opening is used
in the scenario only. A change that reaches nobody is reported inert, with the reason, lest it be taken for a result.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.effects import Paired
from sim.analysis.judged import Cases, Flags, Scope, abroad, cases, differing, lived, met, scope
from sim.history.compiled import World
from sim.history.history import History
from sim.history.wording import Addition
from sim.model.decision.access import eligible
from sim.model.decision.units import choice_class, class_groups
from sim.model.decision.utility import N_FLAGS
from sim.numerics.codes import N_SECTORS
from sim.population.schema import Columns
from sim.runs.run import Run
from sim.runs.tables import OF_COMPARISONS


class Rule(NamedTuple):
    """A change of a scenario and the months in which its parameter differs between the worlds, bool[months]."""

    addition: Addition
    months: Flags


class Side(NamedTuple):
    """What happened to everybody in one world, and its residents at the end by choice class, in persons."""

    cases: Cases
    residents_by_class: NDArray[np.int64]


def rules(additions: Sequence[Addition], baseline: History, scenario: History, months: int) -> list[Rule]:
    """The changes of a scenario, each with the months in which the two histories do not have the same rule."""

    def differ(name: str) -> Flags:
        one, other = (history.monthly_rows(name, months) for history in (baseline, scenario))
        return np.asarray((one != other).any(axis=1))

    return [Rule(addition, differ(addition.parameter)) for addition in additions]


def admitted(counts: NDArray[np.int64], world: World, about: Scope) -> int:
    """Residents whom the last month admits to a channel that a rule is about; `counts` int64[classes] in persons."""
    if about.at_home:
        return int(counts.sum())
    total, pairs, last = 0, np.argwhere(about.entries), len(world.rules) - 1
    for sector in range(N_SECTORS):
        for mask in range(N_FLAGS):
            groups = class_groups(sector, mask)
            if any(
                eligible(world.law[place, channel], world.rules[last, place, channel], sector, groups)
                for place, channel in pairs
            ):
                total += int(counts[choice_class(sector, mask)])
    return total


def reach_table(
    changed: Sequence[Rule], paired: Sequence[Paired], world: World, start: Callable[[Run], Columns], one_in: int
) -> pd.DataFrame:
    """One row a change: rule, persons eligible, touched and changed (means over replicates), and a note.

    `world` gives the law, `start` the people of a run at the start.
    """
    additions = [rule.addition for rule in changed]
    found = []
    for pair in paired:
        people = start(pair[0])
        sides = [Side(cases(run, people, world), run.residents_by_class) for run in pair]
        others = differing(*(side.cases for side in sides))
        found.append([_reached(rule, sides, others, world, people, one_in) for rule in changed])
    means = np.mean(found, axis=0).reshape(len(changed), 3).tolist()
    rows = [
        (f"{addition.event}: {addition.parameter}", *numbers, _note(rule, numbers, contradicts(addition, additions)))
        for rule, addition, numbers in zip(changed, additions, means, strict=True)
    ]
    return pd.DataFrame(rows, columns=OF_COMPARISONS["reach"].names)


def _reached(
    rule: Rule, sides: Sequence[Side], others: NDArray[np.uint64], world: World, people: Columns, one_in: int
) -> tuple[int, int, int]:
    """Persons eligible, touched and changed in one pair of runs; `others` live another life in each world.

    Eligible are the residents admitted at the end of the world that has more of them, and whoever else was touched or
    lived by a right that the rule is about.
    """
    about, acts = scope(rule.addition.parameter, world), rule.addition.verdict == "effective"
    touched = np.union1d(*(met(side.cases, about, rule.months & acts, people) for side in sides))
    lives = [lived(side.cases, about, rule.months) for side in sides]
    concerned = np.union1d(touched, np.union1d(*lives))
    eligible_in = [len(touched) * one_in]
    for side in sides:
        residents = admitted(side.residents_by_class, world, about)
        away = concerned[np.isin(concerned, abroad(side.cases))] if residents else concerned
        eligible_in.append(residents + len(away) * one_in)
    return max(eligible_in), len(touched) * one_in, len(np.intersect1d(touched, others)) * one_in


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
