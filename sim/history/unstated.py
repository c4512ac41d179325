"""Numbers of a destination that its file need not state: what silence means, and how events change them.

Each becomes a parameter of every destination all the same, so that a policy or a scenario can change it.
"""

from collections.abc import Iterator

from sim.history.parameters import FIRST_DAY, Dated, Parameter

PLACE_RULES = {
    "visas": "product",
    "travel_document": "highest",
    "screening_false": "sum",
    "screening_true": "highest",
    "revocation": "sum",
    "rent_response": "highest",
    "inflow_limit": "lowest",
    "tightening": "lowest",
}
"""Rules by which events change a destination's own numbers; every other one is set."""

_INFINITE = float("inf")
SILENCE: dict[str, tuple[float, float, float, str, str]] = {
    "unsafe": (0.0, 0.0, 1.0, "share", "share of the time at war"),
    "visas": (0.0, 0.0, 1e6, "persons/month", "short-stay visas issued in Belarus while applications are taken"),
    "screening_false": (0.0, 0.0, 1.0, "probability", "a security screening refuses a harmless applicant"),
    "screening_true": (0.0, 0.0, 1.0, "probability", "a security screening refuses an applicant it is meant to find"),
    "revocation": (0.0, 0.0, 1.0, "1/month", "a residence permit is revoked for security"),
    "rent_response": (0.0, 0.0, 100.0, "share per share", "rise of rents by a rise of the city's population"),
    "inflow_limit": (_INFINITE, 0.0, _INFINITE, "persons/year", "arrivals in twelve months beyond which it tightens"),
    "tightening": (1.0, 0.0, 1.0, "multiple", "approvals while arrivals are beyond the limit"),
}
"""Value without a word in the file, lowest, highest, unit and meaning, by name."""


def offered(place: str, channel: str) -> Parameter:
    """The flag that a channel exists, on throughout."""
    reason = "the channel exists throughout unless conf/history/offered.yaml says otherwise"
    always = Dated(FIRST_DAY, 1.0, reason, "assumption")
    meaning = f"whether {place} has the channel {channel}"
    return Parameter(f"{place}.{channel}.offered", meaning, "flag", "set", "step", 0.0, 1.0, (always,))


def numbers(place: str, stated: set[str]) -> Iterator[Parameter]:
    """Every number of SILENCE that a place's file, or conf/history, does not state; `stated` are full names."""
    for name, (value, low, high, unit, meaning) in SILENCE.items():
        if f"{place}.{name}" not in stated:
            silent = Dated(FIRST_DAY, value, "assumption: none, or no limit, where the file says nothing", "assumption")
            rule = PLACE_RULES.get(name, "set")
            yield Parameter(f"{place}.{name}", meaning, unit, rule, "step", low, high, (silent,))
