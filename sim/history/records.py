"""Parameters, events and policies from the mappings that stand in files.

No missing and no unknown key is let pass; every error names the key.
"""

from collections.abc import Mapping
from typing import Any

from sim.history.parameters import (
    FIRST_DAY,
    Change,
    Closing,
    Dated,
    Event,
    Parameter,
    Policy,
    Setting,
    need_date,
    shown,
)
from sim.history.strict_yaml import CatalogueError, need_flag, need_keys, need_mapping, need_named, need_text, within


def _dated(content: Any, source: str, confidence: str, note: str = "") -> tuple[Dated, ...]:
    """Dated values; one without its own source has the source of what it belongs to."""
    values = []
    for at, item in need_mapping(content, "values").items():
        with within(shown(at)):
            record = item if isinstance(item, dict) else {"value": item}
            own = need_keys(record, ["value"], ["source", "confidence", "note"])
            texts = own.get("source", source), own.get("confidence", confidence), _note(own, note)
            values.append(Dated(at, own["value"], *texts))
    return tuple(values)


def _note(own: Mapping[str, Any], otherwise: str = "") -> str:
    note = own.get("note", otherwise)
    if not isinstance(note, str):
        raise CatalogueError(f"note '{shown(note)}' is not a text")
    return note


def parameter_from(name: str, content: Any) -> Parameter:
    """A parameter from its mapping in a file; `value` is short for one value from 1 January 2019."""
    needed = ["meaning", "unit", "rule", "interpolate", "range", "source", "confidence"]
    own = need_keys(content, needed, ["value", "values", "note"])
    if ("value" in own) == ("values" in own):
        raise CatalogueError("give either value or values")
    if not isinstance(own["range"], list) or len(own["range"]) != 2:
        raise CatalogueError("range is not a list of the lowest and the highest value")
    if own["rule"] == "restriction":
        raise CatalogueError("rule 'restriction' is kept for instruments, which stand in a destination's file")
    values = own["values"] if "values" in own else {FIRST_DAY: own["value"]}
    dated = _dated(values, own["source"], own["confidence"], _note(own))
    low, high = own["range"]
    return Parameter(name, own["meaning"], own["unit"], own["rule"], own["interpolate"], low, high, dated)


def _change_from(name: str, content: Any, event: Mapping[str, Any]) -> Change:
    if isinstance(content, dict) and all(isinstance(key, str) for key in content):
        own = need_keys(content, ["closed", "except", "revoke"])
        for key in ("except", "revoke"):
            if not isinstance(own[key], list):
                raise CatalogueError(f"{key} is not a list")
        return Closing(name, own["closed"], tuple(own["except"]), tuple(own["revoke"]))
    values = content if isinstance(content, dict) else {event["from"]: content}
    return Setting(name, _dated(values, event["source"], event["confidence"]))


def _event_from(name: str, content: Any) -> Event:
    own = need_keys(content, ["announced", "from", "until", "source", "confidence", "changes"], ["note"])
    need_date(own["from"], "from")  # which dates the changes, too
    changes = []
    for key, value in need_named(own["changes"], "changes").items():
        with within(f"changes: {shown(key)}"):
            changes.append(_change_from(key, value, own))
    dates = own["announced"], own["from"], own["until"]
    return Event(name, *dates, tuple(changes), own["source"], own["confidence"], _note(own))


def policy_from(name: str, content: Any, shock: bool = False) -> Policy:
    """A policy, or a shock (which has no actor), from the mapping of its file."""
    own = need_keys(content, ["description", "historical", "events"] + ([] if shock else ["actor"]))
    events = []
    for key, value in need_named(own["events"], "events").items():
        with within(f"events: {shown(key)}"):
            events.append(_event_from(key, value))
    actor = None if shock else need_text(own, "actor")
    return Policy(name, need_text(own, "description"), actor, need_flag(own, "historical"), tuple(events))
