"""The sources that a history rests on."""

from sim.history.history import History


def sources(history: History) -> str:
    """Every source of a history, one a line, in alphabetical order."""
    found = {value.source for parameter in history.parameters.values() for value in parameter.values}
    if history.course is not None:
        found |= {item.source for values in history.course.multiples.values() for item in values}
    found |= {event.source for policy in history.policies for event in policy.events}
    return "".join(f"{source}\n" for source in sorted(found))
