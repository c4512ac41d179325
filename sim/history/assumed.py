"""What an answer takes for granted where nothing is known, in sentences made from the data.

Three things are: of a vote whose end is not known, which branch is meant; of every driver, by which course it moves
after the last known month; of births and deaths, that their rates are held after the last year that is published. Each
is told only of a window that reaches so far.
"""

from calendar import month_name
from collections.abc import Sequence
from datetime import date

from sim.history.clock import clock, last_day
from sim.history.history import History
from sim.history.policies import Branch, Policy


def assumed(
    baseline: History, scenario: History, branches: Sequence[Policy], end: date, published: int
) -> tuple[str, ...]:
    """Sentences about branches, courses and births of an answer to the day `end`; nothing where none matters.

    `branches` are the policies of which it is not known whether they came about, `published` the last year of which the
    numbers of births and deaths are known. Of a world that is compared with
    nothing, `baseline` and `scenario` are the same.
    """
    reached = [(one, one.branch) for one in branches if one.branch and one.events[0].start <= end]
    told = [f"{branch.unknown} ({_taken(policy, branch, baseline, scenario)})" for policy, branch in reached]
    said = [f"Not known, and so assumed: {'; '.join(told)}."] if told else []
    if end > last_day(clock().known):
        said.append(_courses(baseline, scenario))
    if end.year > published:
        said.append(f"Births and deaths after {published}, the last year published, go by the rates of that year.")
    return tuple(said)


def _taken(policy: Policy, branch: Branch, baseline: History, scenario: History) -> str:
    """What either world takes for granted of a policy."""
    ours, theirs = (
        branch.enacted if any(one.name == policy.name for one in history.policies) else branch.otherwise
        for history in (baseline, scenario)
    )
    return f"here {ours}" if ours == theirs else f"in the baseline {ours}, in the scenario {theirs}"


def _courses(baseline: History, scenario: History) -> str:
    ours, theirs = (_course(history) for history in (baseline, scenario))
    who = f"everything outside {ours}"
    if ours != theirs:
        who = f"in the baseline {who}, in the scenario it {theirs}"
    known = last_day(clock().known)
    return f"After {month_name[known.month]} {known.year}, the last month with known rules, {who}."


def _course(history: History) -> str:
    if history.course is None:
        return "stays as it is, by no course"
    return f"follows the course {history.course.name}: {history.course.description}"
