"""Of whom a condition of a rule holds, and when: an officer, a man of the reserve, a passport that has run out.

A condition holds of a person from a month to a month. Where a run does not tell (a visa in hand) it may hold, and
counts as if it did.
"""

from collections.abc import Callable, Mapping

import numpy as np

from sim.analysis.judged import FOREVER, Flags
from sim.analysis.sides import Side, Span
from sim.history.compiled import DEMAND_SECTORS
from sim.model.decision.units import STUDENT_FROM, STUDENT_TO, age_limits
from sim.model.processes.depart import renewed_at_home
from sim.model.run_constants import (
    ADULT_MONTHS,
    DETAINABLE_MONTHS,
    FIGHTING_ENDS_MONTHS,
    LIABILITY_ENDS_MONTHS,
    TRAVELLING_FROM,
    TRAVELLING_TO,
)
from sim.numerics.codes import AGE_FROM, EVENT, EXPOSURE, GROUP, MODE, SECTOR, SEX, WAR_VIEW
from sim.numerics.luck import PURPOSE

_SECURITY, _MORE = PURPOSE["security"], PURPOSE["more_events"]
_THREAT, _CUSTODY = 0, 1
"""Words of luck: who is a threat, and which of the charged are held in custody."""
_SEASONAL = ("transport", "construction", "industry")
_POOL_OF_OTHERS = [name for name in SECTOR if name == "other" or name not in DEMAND_SECTORS]


def _fighter(side: Side) -> Span:
    against = (side.people.sex == SEX["male"]) & (side.people.war_view == WAR_VIEW["against"])
    return side.aged(ADULT_MONTHS, FIGHTING_ENDS_MONTHS).of(np.asarray(against))


def _persecuted(side: Side) -> Span:
    exposed = np.isin(side.people.exposure, [EXPOSURE["media"], EXPOSURE["ngo"]])
    return Span(np.where(exposed, -FOREVER, side.first_detained), np.full(len(exposed), FOREVER))


def _prisoner(side: Side) -> Span:
    """From trial to the end of prison, or a pardon, of who was held on a charge."""
    found, own = side.found, side.drawn.behaviour
    first, last = np.full(len(side.birth), FOREVER), np.full(len(side.birth), -FOREVER)
    for i in np.flatnonzero(found.kind == EVENT["charged"]):
        row, month = found.row[i : i + 1], int(found.month[i])
        if side.lots(row, month, _MORE, _CUSTODY, side.drawn.luck)[0] < own.custody_charged:
            trial = month + int(own.trial_months)
            first[row] = np.minimum(first[row], trial + 1)
            last[row] = np.maximum(last[row], trial + int(own.custody_months))
    pardoned = found.kind == EVENT["pardoned"]
    rows, months = found.row[pardoned], found.month[pardoned]
    np.minimum.at(first, rows, months)  # of who was in prison at the start
    last[rows] = months
    return Span(first, last)


def _threat(side: Side) -> Flags:
    lots = side.lots(np.arange(len(side.birth)), 0, _SECURITY, _THREAT, side.drawn.trait_seed)
    return np.asarray(lots < side.drawn.behaviour.threat_share)


def _runs_out(side: Side, new_one: int) -> Span:
    """Abroad, after the passport has run out, to the month of a new one (`new_one` 1) or to that before it (0).

    By the last leaving of Belarus: at home it is renewed whenever it runs out.
    """
    found, passport = side.found, side.people.passport.astype(np.int64)
    abroad = np.asarray(side.people.mode == MODE["settled"]).copy()
    left, valid = found.kind == EVENT["departed"], int(side.drawn.behaviour.passport_months)
    for row, month in zip(found.row[left], found.month[left], strict=True):
        passport[row] = renewed_at_home(int(side.people.passport[row]), month, valid)
        abroad[row] = True
    renews = side.world.belarus["passport_abroad"] > 0.5
    next_one = np.full(len(renews) + 1, FOREVER)
    for t in range(len(renews) - 1, -1, -1):
        next_one[t] = t if renews[t] else next_one[t + 1]
    first = passport + 1
    return Span(first, next_one[np.clip(first, 0, len(renews))] - 1 + new_one).of(abroad)


def _staff(side: Side, *sectors: str) -> Span:
    return side.works_in(*sectors).within(side.always(np.asarray(side.people.employer > 0)))


def _below(side: Side, age: int, *standings: str) -> Span:
    return side.standing(*standings).within(side.aged(0, age))


CONDITIONS: Mapping[str, Callable[[Side], Span]] = {
    "officer": lambda side: side.always(np.asarray(side.people.officer > 0)),
    "reserve": lambda side: _below(side, FIGHTING_ENDS_MONTHS, "served", "reserve_officer"),
    "trained": lambda side: _below(side, FIGHTING_ENDS_MONTHS, "served"),
    "young_reserve_officer": lambda side: _below(side, LIABILITY_ENDS_MONTHS, "reserve_officer"),
    "liable": lambda side: side.standing("liable"),
    "liable_elsewhere": lambda side: span(side, "liable").within(span(side, "elsewhere")),
    "elsewhere": lambda side: side.always(np.asarray(side.people.elsewhere > 0)),
    "deferred": lambda side: side.standing("deferred"),
    "serving": lambda side: side.standing("serving"),
    "fighter": _fighter,
    "persecuted": _persecuted,
    "prisoner": _prisoner,
    "press": lambda side: side.works_in("ngo_media"),
    "staff": lambda side: _staff(side, "it", "ngo_media"),
    "staff_it": lambda side: _staff(side, "it"),
    "staff_media": lambda side: _staff(side, "ngo_media"),
    "it": lambda side: side.works_in("it"),
    "driver": lambda side: side.works_in("transport"),
    "seasonal": lambda side: side.works_in(*_SEASONAL).within(span(side, "adult")),
    "adult": lambda side: side.aged(ADULT_MONTHS, FOREVER),
    "travelling": lambda side: side.aged(TRAVELLING_FROM, TRAVELLING_TO),
    "detainable": lambda side: side.aged(DETAINABLE_MONTHS, FOREVER),
    "student": lambda side: side.aged(STUDENT_FROM, STUDENT_TO),
    "ancestry": lambda side: side.always(np.asarray(side.people.ancestry > 0)),
    "visa_holder": lambda side: side.aged(ADULT_MONTHS, FOREVER),
    "threat": lambda side: side.always(_threat(side)),
    "harmless": lambda side: side.always(~_threat(side)),
    "without_passport": lambda side: _runs_out(side, 0),
    "passport_due": lambda side: _runs_out(side, 1),
    **{f"pool_{name}": lambda side, name=name: side.works_in(name) for name in DEMAND_SECTORS},  # type: ignore[misc]
    "pool_other": lambda side: side.works_in(*_POOL_OF_OTHERS),
    **{
        f"exposed_{name}": lambda side, code=code: side.always(side.people.exposure == code)  # type: ignore[misc]
        for name, code in EXPOSURE.items()
    },
    **{
        name: lambda side, of=number: side.aged(12 * age_limits(of)[0], 12 * (age_limits(of)[1] + 1))  # type: ignore[misc]
        for number, name in enumerate(AGE_FROM)
    },
}
"""Every condition, by its name; most groups that a closing may except have their names."""


def span(side: Side, condition: str) -> Span:
    """When a condition holds, or may hold, of everybody in a world."""
    if condition not in side.spans:
        side.spans[condition] = CONDITIONS[condition](side)
    return side.spans[condition]


# --- groups --------------------------------------------------------------------------------------------------------

OF_THE_HEAD = ("it", "driver", *AGE_FROM)
"""Groups to which a unit belongs by its head; to the others it does by either adult."""
GROUPS = tuple(sorted(GROUP, key=lambda name: GROUP[name]))


def in_group(side: Side, group: str) -> Span:
    """When somebody brings along, or may bring along, a group that a closing may except."""
    return span(side, "liable" if group == "draft_liable" else group)


def surely_in_group(side: Side, group: str) -> Span:
    """The same without who only may: visas that are issued in a run are not kept."""
    may = in_group(side, group)
    return Span(may.first, np.minimum(may.last, side.people.visa)) if group == "visa_holder" else may
