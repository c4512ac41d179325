"""Whose case each rule is: for every lever that a policy can pull, what it judges and which people it can concern.

A rule judges ways of coming to a place, stays by a status, or what happens to people in Belarus. Where it looks at a
person (an officer, a man of the reserve, a passport that has run out) it is the case of who is one, or of their unit.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from sim.analysis.case import (
    ALL_CHANNELS,
    AT_HOME,
    DECIDED,
    EVERYBODY,
    HEAD,
    MONTHLY,
    NEVER,
    UNIT,
    Case,
    entries_by,
    nothing,
    stays_by,
)
from sim.analysis.judged import WAY
from sim.history.admission import ADMISSION
from sim.history.compiled import DEMAND_SECTORS, World
from sim.model.processes.screening import screened
from sim.numerics.codes import CHANNEL, EXPOSURE, INSTRUMENT, N_CHANNELS, PLACE, STATUS

_VISA_FREE, _VISA, _PERMIT, _SEEKER = (STATUS[name] for name in ("visa_free", "visa", "permit", "asylum_seeker"))
_PERMANENT, _AWAY_TO_WORK = STATUS["permanent"], STATUS["pendular"]
_MAY_CLAIM = [_VISA_FREE, _VISA, _PERMIT, STATUS["irregular"]]
_PROLONGED = [_VISA_FREE, _VISA, _PERMIT]
_BY_WORKS = [_VISA_FREE, _VISA, _SEEKER]
"""Statuses whose right to work is that of the channel."""
_ANY = [code for name, code in STATUS.items() if name not in ("home", "pendular", "visitor")]
_ASYLUM, _IRREGULAR, _WORK = CHANNEL["asylum"], CHANNEL["irregular"], CHANNEL["work"]
_RELOCATION, _ANCESTRY = CHANNEL["relocation"], CHANNEL["ancestry"]
_CERTIFIED = [CHANNEL[name] for name in ("work", "it_scheme", "relocation", "study", "family")]
_OWN_CHOICE = [channel for channel in ALL_CHANNELS if channel != _RELOCATION]
"""Channels of who compares destinations; an employer that moves has chosen the place."""
_COME, _TRAVEL = ("asked", "onward"), ("asked", "joined", "season", "visit")
_ARRIVE = ("asked", "joined", "onward")


@cache
def _screened() -> list[int]:
    """Channels whose applicants are screened; not made before somebody asks, for it runs machine code."""
    return [channel for channel in range(N_CHANNELS) if screened(channel)]


# --- instruments ---------------------------------------------------------------------------------------------------


def _of_instrument(name: str, place: int, world: World) -> Case:
    law, code = world.law[place], INSTRUMENT[name]
    entry = np.flatnonzero((law["entry"] == code) & (law["exists"] > 0))
    residence = np.flatnonzero((law["residence"] == code) & (law["exists"] > 0))
    case = entries_by(_ARRIVE, place, np.union1d(entry, residence)) if len(entry) + len(residence) else nothing()
    if name == "visa_free":
        case = entries_by(("visit",), place, [CHANNEL["visa_free"]], case)
    if len(residence):
        case = entries_by(("in_place", "ground"), place, residence, case)
    if name == "asylum":
        return stays_by(_MAY_CLAIM, place, MONTHLY, case=case)
    judged = {"visa_free": [_VISA_FREE], "permit": [_VISA, _VISA_FREE], "renewal": [_PERMIT]}.get(name)
    return stays_by(judged, place, DECIDED, case=case) if judged else case


def _by_land(place: int | None, world: World) -> Case:
    """Journeys that cross a land border; who goes without papers asks no border post."""
    channels = [channel for channel in ALL_CHANNELS if channel != _IRREGULAR]
    case = entries_by(_TRAVEL, place, channels)
    case.entries[:, world.places["by_land"][0] == 0] = False
    return case


def _by_air(place: int, world: World) -> Case:
    """Flights; who needs a visa and has none is taken by air only to places that no land way reaches."""
    there = world.places[0, place]
    barred = [_ASYLUM, _IRREGULAR] if there["by_land"] else []
    return entries_by(
        _TRAVEL, place, [channel for channel in ALL_CHANNELS if channel not in barred] if there["by_air"] else []
    )


def _short_visas(world: World) -> Case:
    """Who has a visa may enter any Schengen state on it; visas used for a visit are not known by person."""
    case = nothing()
    on_visa = (world.law["entry"] == INSTRUMENT["short_visa_entry"]) & (world.law["exists"] > 0)
    case.entries[[WAY[way] for way in _COME]] = on_visa
    return replace(case, residents="adult", for_all_alike=True)


# --- rules of a channel --------------------------------------------------------------------------------------------


def _of_channel(rule: str, channel: int, place: int) -> Case:
    own, asks = [channel], channel == _ASYLUM
    if rule == "renewal":
        return stays_by([_SEEKER] if asks else _PROLONGED, place, DECIDED, own)
    if rule in ("revocation", "revocation_jobless"):
        return stays_by([_PERMIT], place, MONTHLY, own)
    if rule == "works":
        return stays_by(_BY_WORKS, place, MONTHLY, own, entries_by(_ARRIVE, place, own))
    if rule == "stay":
        case = entries_by((*_ARRIVE, "in_place", "visit", "claim"), place, own)
        return stays_by([_VISA_FREE], place, DECIDED, own, case)
    ways = {"fee": _ARRIVE, "months": _COME, "funds": _COME, "capacity": _COME}.get(rule, (*_COME, "ground"))
    case = entries_by(ways, place, own)
    if asks and rule in ("offered", *ADMISSION):
        return stays_by(_MAY_CLAIM, place, MONTHLY, case=case)
    return case


# --- other rules of a place ----------------------------------------------------------------------------------------

_RULES_OF_CHANNELS = (
    *("offered", "months", "fee", "funds", "approval", "capacity", "stay", "works", "renewal"),
    *("revocation", "revocation_jobless", *ADMISSION),
)
_OF_A_PLACE: Mapping[str, Callable[[int], Case]] = {
    "wage": lambda place: stays_by(_ANY, place, MONTHLY, case=entries_by(_COME, place, _OWN_CHOICE)),
    "premium.it": lambda place: replace(_OF_A_PLACE["wage"](place), condition="it", of=UNIT, residents="it"),
    "fare_land": lambda place: entries_by(("asked", "joined"), place, _OWN_CHOICE),
    "fare_air": lambda place: entries_by(_ARRIVE, place, _OWN_CHOICE),
    "firms": lambda _: replace(
        entries_by(("asked",), None, [_RELOCATION]), residents="staff"
    ),  # a firm chooses one place
    "flights": lambda place: entries_by(("asked",), place, _OWN_CHOICE),
    "diaspora": lambda place: entries_by(_COME, place, ALL_CHANNELS),
    "demand.pendular": lambda place: replace(entries_by(("season", "again"), place, [_WORK]), residents="seasonal"),
    "recall": lambda place: stays_by([_AWAY_TO_WORK], place, MONTHLY),
    "short_stays": lambda place: replace(entries_by(("visit",), place, ALL_CHANNELS), residents="travelling"),
    "refuge": lambda place: replace(entries_by(("refuge",), place, ALL_CHANNELS), residents=""),
    "travel_document": lambda place: replace(
        stays_by(_PROLONGED, place, DECIDED, case=entries_by(("ground",), place, ALL_CHANNELS)),
        residents="",
        condition="without_passport",
        of=HEAD,
    ),
    "permanence": lambda place: replace(
        stays_by([_VISA, _PERMIT], place, DECIDED, [channel for channel in ALL_CHANNELS if channel != _ANCESTRY]),
        settled="permanence",
    ),
    "residence_visa_free": lambda place: stays_by([_VISA_FREE], place, DECIDED),
    "property": lambda place: stays_by([_PERMIT, _PERMANENT], place, MONTHLY),
    "revocation": lambda place: stays_by([_PERMIT, _PERMANENT], place, MONTHLY),
    "revocation_trips": lambda place: stays_by([_PERMIT], place, MONTHLY),
    "held": lambda place: stays_by([_PERMIT], place, MONTHLY),
    "asylum_inside": lambda place: stays_by(_MAY_CLAIM, place, MONTHLY),
    "asylum_border": lambda place: entries_by(("asked",), place, [_ASYLUM]),
    **dict.fromkeys(("distance", "safety"), lambda place: entries_by(_COME, place, _OWN_CHOICE)),
    **dict.fromkeys(
        ("rent", "language", "city", "rent_response"),
        lambda place: stays_by(_ANY, place, MONTHLY, case=entries_by(_COME, place, ALL_CHANNELS)),
    ),
    **dict.fromkeys(
        ("latitude", "longitude"), lambda place: replace(entries_by(("onward",), place, ALL_CHANNELS), residents="")
    ),
    **dict.fromkeys(("inflow_limit", "tightening"), lambda place: entries_by((*_COME, "ground"), place, ALL_CHANNELS)),
    **dict.fromkeys(
        ("naturalisation", "naturalisation_months"),
        lambda place: replace(stays_by([_PERMIT, _PERMANENT], place, DECIDED), settled="naturalisation_months"),
    ),
    **dict.fromkeys(
        ("unsafe", "income_tax", "employee_contributions", "employer_contributions", "support_drawn", "support_month"),
        lambda place: stays_by(_ANY, place, MONTHLY),
    ),
    **{
        f"demand.{pool}": lambda place, pool=pool: replace(  # type: ignore[misc]
            entries_by(_COME, place, [_WORK]), condition=f"pool_{pool}", of=HEAD, residents=f"pool_{pool}"
        )
        for pool in DEMAND_SECTORS
    },
    **{
        f"screening_{found}": lambda place, who=who: replace(  # type: ignore[misc]
            stays_by([_VISA, _PERMIT], place, DECIDED, case=entries_by(("asked",), place, _screened())),
            condition=who,
            of=HEAD,
            residents=who,
        )
        for found, who in (("true", "threat"), ("false", "harmless"))
    },
}
"""Rules of a place that are neither an instrument nor a channel's."""


# --- Belarus -------------------------------------------------------------------------------------------------------


def _suffers(*events: str, residents: str, condition: str = "", whole: bool = False) -> Case:
    """What happens to people: events by name, with a reason after a colon."""
    named = tuple((name, reason) for name, _, reason in (event.partition(":") for event in events))
    return replace(nothing(), suffered=named, residents=residents, condition=condition, whole=whole)


def _barred(condition: str) -> Case:
    """Units with somebody who may not leave, and asks to; abroad he is wanted, and in danger at home."""
    case = stays_by(_ANY, None, MONTHLY, case=entries_by(_TRAVEL, None, ALL_CHANNELS))
    return replace(case, condition=condition, of=UNIT, residents=condition)


def _wishing(condition: str = "") -> Case:
    """Everybody who asks for a way out: what makes people wish to leave, or not."""
    case = entries_by(("asked",), None, ALL_CHANNELS)
    return replace(case, condition=condition, of=UNIT, residents=condition or EVERYBODY)


def _at_risk(condition: str) -> Case:
    """Who is detained; abroad, units to whom a return is dangerous for what they did."""
    case = stays_by(_ANY, None, MONTHLY, case=_suffers("detained", residents=condition or "detainable"))
    return replace(case, condition=condition, of=UNIT)


def _staff(condition: str) -> Case:
    case = entries_by(("asked",), None, [_RELOCATION])
    return replace(case, condition=condition, of=UNIT, residents=condition)


_OF_BELARUS: Mapping[str, Case] = {
    "exit": replace(entries_by(_TRAVEL, None, ALL_CHANNELS), residents=EVERYBODY),
    "officers_barred": _barred("officer"),
    "exit_ban_reserve": _barred("reserve"),
    "exit_ban_accused": _suffers("charged", residents="detainable", whole=True),
    "exit_ban_liable": _suffers("summoned", residents="liable", whole=True),
    "detentions": _suffers("detained", "charged", residents="detainable"),
    "charges": _suffers("detained", "charged", residents="detainable"),
    "closures": replace(nothing(), judged=AT_HOME, condition="press", residents="press"),
    "pardon": replace(nothing(), judged=AT_HOME, condition="prisoner", residents="prisoner"),
    "political_prisoners": nothing(),  # a count to compare with: no life hangs on it
    "arrest_on_return": replace(stays_by(_ANY, None, NEVER), suffered=(("returned", ""),), condition="persecuted"),
    "return_pull": stays_by(_ANY, None, MONTHLY),
    "summoned": _suffers("summoned", residents="liable"),
    "draft": _suffers("summoned", "drafted:none", residents="liable"),
    "reserve_officers": _suffers("drafted:decree", residents="young_reserve_officer"),
    "reservists": _suffers("drafted:reserve", residents="trained"),
    "summons_reach": _suffers("summoned", residents="liable_elsewhere", condition="elsewhere"),
    "study_deferment_abroad": replace(stays_by(_ANY, None, MONTHLY), condition="deferred"),
    "volunteers": _suffers("volunteered", residents="fighter"),
    "deserters": _suffers("deserted", residents="serving"),
    "passport_abroad": replace(stays_by(_ANY, None, MONTHLY), condition="passport_due", of=UNIT),
    "certificates": replace(stays_by([_VISA, _PERMIT], None, DECIDED, _CERTIFIED), condition="persecuted", of=UNIT),
    "relocation_it": _staff("staff_it"),
    "relocation_media": _staff("staff_media"),
    "relocation_multiple": _staff("staff"),
    "wage.premium.it": _wishing("it"),
    "war_fear": entries_by(("visit",), None, ALL_CHANNELS, _wishing()),
    **dict.fromkeys(
        ("repression_news", "independent_news", "propaganda", "income_multiple", "wage", "rent"), _wishing()
    ),
    **{f"risk.{exposure}": _at_risk(f"exposed_{exposure}") for exposure in EXPOSURE if exposure != "none"},
    "risk.none": _at_risk(""),  # all others are told by it
}
"""Rules of Belarus but for the land border; they are the same in every world."""


def case_of(parameter: str, world: World) -> Case:
    """Whose case a parameter is, in a world; nobody's if no world reads it, as one that a user has added."""
    name, _, rest = parameter.partition(".")
    place, (first, _, rule) = PLACE.get(name), rest.partition(".")
    if place is None:
        return nothing()
    if name == "belarus":
        return _by_land(None, world) if rest == "land_exit" else _OF_BELARUS.get(rest, nothing())
    if first in CHANNEL and rule in _RULES_OF_CHANNELS:
        return _of_channel(rule, CHANNEL[first], place)
    if rest in ("short_visa", "visas"):
        return _short_visas(world)
    if rest in _OF_A_PLACE:
        return _OF_A_PLACE[rest](place)
    if rest in ("land", "air"):
        return _by_land(place, world) if rest == "land" else _by_air(place, world)
    return _of_instrument(rest, place, world) if rest in INSTRUMENT else nothing()
