"""`task=parameters`: what a policy can change, printed for whoever writes one."""

import math
import textwrap

from sim.cli.commands.matching import asked, has_all, nothing
from sim.history import wording
from sim.history.admission import SETS
from sim.history.catalogue import load_history
from sim.history.composition import days_of
from sim.history.history import History
from sim.history.parameters import Parameter, date_of
from sim.runs.settings import Settings

WIDTH = 110


def run(settings: Settings) -> None:
    """Print every parameter whose name or meaning holds all words of `match`, as the baseline has it at the end.

    Raises UserError with near words if there is none.
    """
    history = load_history(settings.baseline, course=settings.course)
    found = matching(history, settings.match or "")
    if not found:
        raise nothing(settings.match, "parameter", settings.task, map(_text, history.parameters.values()))
    print("\n".join(listing(history, found, settings.last_month + 1)))


def matching(history: History, words: str) -> list[Parameter]:
    """Parameters whose name, meaning or unit holds every word, in any case; first those whose name does."""
    wanted = asked(words)
    found = [parameter for _, parameter in sorted(history.parameters.items()) if has_all(_text(parameter), wanted)]
    return sorted(found, key=lambda parameter: not has_all(parameter.name, wanted))


def _text(parameter: Parameter) -> str:
    return f"{parameter.name} {parameter.meaning} {parameter.unit}"


def listing(history: History, parameters: list[Parameter], months: int) -> list[str]:
    """Lines about each parameter: name, rule, unit and range; its value in the last month; meaning and source."""
    last = date_of(days_of(months) - 1)
    count = f"{len(parameters)} parameter{'' if len(parameters) == 1 else 's'}"
    lines = [
        f"{count}, with the value on {last}. How events change one: sum: added; product: a factor;",
        "highest, lowest, set: a value; restriction: {closed: 1, except: [], revoke: []}.",
    ]
    if len(parameters) > 50:
        lines.append("Choose among them by words: match=latvia, match='latvia permit'.")
    wide = max(len(parameter.name) for parameter in parameters)
    for parameter in parameters:
        latest = [item for item in parameter.values if item.date <= last][-1]
        about = f"{parameter.rule}, {parameter.unit}{_range(parameter)}"
        head = f"{parameter.name:{wide}}  {about}: {_now(history, parameter, months)}"
        given = f"{latest.date}: {wording.bare(latest.value, parameter.unit)}, {latest.source} ({latest.confidence})"
        source = f"{parameter.meaning}. {given}"
        if parameter.rule == "restriction":
            source = parameter.meaning
        lines += ["", head, *textwrap.wrap(source, WIDTH, initial_indent="    ", subsequent_indent="    ")]
        acting = history.changing(parameter.name, last)
        if acting:
            changed = f"changed by {', '.join(acting)}"
            lines += textwrap.wrap(changed, WIDTH, initial_indent="    ", subsequent_indent="    ")
    return lines


def _range(parameter: Parameter) -> str:
    if parameter.rule == "restriction" or parameter.unit in SETS:
        return ""
    low, high = parameter.span
    return f", {low:,g} to {'no limit' if math.isinf(high) else f'{high:,g}'}"


def _now(history: History, parameter: Parameter, months: int) -> str:
    """The value of the last day in words, events included."""
    return wording.said(parameter, history.daily_rows(parameter.name, days_of(months))[-1])
