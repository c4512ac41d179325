"""What can be said of events whose file has faults: so much of them as is sound, and whether they clash."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sim.history.composition import need_one_setter
from sim.history.parameters import Change, Parameter, Setting
from sim.history.policies import Event
from sim.numerics.errors import HistoryError


def sound_keys(content: Any, error: ValidationError) -> dict[str, Any]:
    """The keys and changes of an event in which no fault was found.

    Whatever its last day should be, the event lasts its first.
    """
    if not isinstance(content, Mapping):
        return {}
    kept, changes = dict(content), content.get("changes")
    kept["changes"] = dict(changes) if isinstance(changes, Mapping) else {}
    for one in error.errors(include_url=False):
        key, *inner = one["loc"] or ("",)
        if key != "changes":
            kept.pop(key, None)
        elif inner:
            kept["changes"].pop(inner[0], None)
    if "until" in content and "until" not in kept:
        kept["until"] = kept.get("from")
    return kept


def clashes(events: Sequence[Event], parameters: Mapping[str, Parameter]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is said of events of one file that set one number at once, and the place of the second."""
    setting = [(event, change) for event in events for change in event.changes if _sets(change, parameters)]
    for number, (event, change) in enumerate(setting):
        for other in setting[:number]:
            if other[1].parameter == change.parameter:
                try:
                    need_one_setter(change.parameter, (other, (event, change)))
                except HistoryError as error:
                    yield (event.name, "changes", change.parameter), str(error).partition("; remove")[0]


def _sets(change: Change, parameters: Mapping[str, Parameter]) -> bool:
    parameter = parameters.get(change.parameter)
    return isinstance(change, Setting) and (change.replaces or (parameter is not None and parameter.rule == "set"))
