"""The fixed codes of places, channels, statuses and the like, read once.

They stand in `conf/codes.yaml`, those of destinations and channels in their own files. `PLACE["poland"]` is a number,
`PLACE_NAMES[2]` a name. Compiled rules use shipped codes as constants, so these belong to the fingerprint of the
machine code; they never use the number of places or channels, to which a user may add.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sim.numerics.declared import in_use
from sim.numerics.written_codes import written_codes

_tables = written_codes()


def _codes(table: str) -> Mapping[str, int]:
    return MappingProxyType(dict(_tables[table]))


def names(codes: Mapping[str, int]) -> tuple[str, ...]:
    """Names in order of their codes; unused numbers are empty strings."""
    table = [""] * (max(codes.values()) + 1)
    for name, code in codes.items():
        table[code] = name
    return tuple(table)


SLOTS: int = _tables["slots"]
"""Places for which the luck of a choice is laid out, used or not."""
CHANNEL_SLOTS: int = _tables["channel_slots"]
"""Channels for which taste is laid out, used or not."""

PLACE: Mapping[str, int] = MappingProxyType(
    {**_codes("places"), **in_use("destination", _codes("places").values(), SLOTS)}
)
WORLD_REGION = _codes("world_regions")
CHANNEL: Mapping[str, int] = MappingProxyType(
    {**_codes("channels"), **in_use("channel", _codes("channels").values(), CHANNEL_SLOTS)}
)
INSTRUMENT = _codes("instruments")
GROUP = _codes("groups")
AGE_FROM = _codes("ages")
"""Groups by age, and the first completed year of each, ascending from 0."""
STATUS = _codes("statuses")
AWAY = [STATUS["pendular"], STATUS["visitor"]]
"""Statuses of who is away for a time, for short work or a short stay, and lives in Belarus."""
MODE = _codes("modes")
SEX = _codes("sexes")
REGION = _codes("regions")
LOCALITY = _codes("localities")
EDUCATION = _codes("educations")
POLITICS = _codes("politics")
EXPOSURE = _codes("exposures")
WAR_VIEW = _codes("war_views")
OFFICER = _codes("officers")
SECTOR = _codes("sectors")
CONSCRIPTION = _codes("conscriptions")
PLAN = _codes("plans")
LEAD = _codes("leads")
MOTIVE = _codes("motives")
EVENT = _codes("events")
REASON = _codes("reasons")

PLACE_NAMES = names(PLACE)
CHANNEL_NAMES = names(CHANNEL)
STATUS_NAMES = names(STATUS)
EVENT_NAMES = names(EVENT)
SECTOR_NAMES = names(SECTOR)
REASON_NAMES = names(REASON)

N_PLACES = len(PLACE_NAMES)
N_CHANNELS = len(CHANNEL_NAMES)
N_INSTRUMENTS = len(names(INSTRUMENT))
N_GROUPS = len(names(GROUP))
N_STATUSES = len(STATUS_NAMES)
N_SECTORS = len(SECTOR_NAMES)
N_EVENTS = len(EVENT_NAMES)
