"""Men and military service as probabilities: liable, deferred, serving, exempt, of the reserve; the engine's hazards.

A chain a man, given that he stays at home. What a month makes of him is left in arrays for those who ask.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import CONSCRIPTION, EDUCATION, REGION, SEX
from sim.columns import Columns
from sim.conditions import ADULT_MONTHS, LIABILITY_ENDS_MONTHS, Conditions
from sim.processes.conscript import BAN_MONTHS, DEFERMENT_ENDS_MONTHS, monthly_hazard
from sim.units import service_term
from sim.world import World

Floats = NDArray[np.float64]
_MALE, _HIGHER, _ABROAD = SEX["male"], EDUCATION["higher"], REGION["abroad"]
_NEVER, _LIABLE, _DEFERRED = CONSCRIPTION["never"], CONSCRIPTION["liable"], CONSCRIPTION["deferred"]
_SERVING, _SERVED, _OFFICER = CONSCRIPTION["serving"], CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"]
_FAMILY = CONSCRIPTION["family"]


class Service(NamedTuple):
    """Probabilities of n persons, T months; those not named are exempt, or not or no longer asked."""

    liable: Floats  # [n]
    deferred: Floats  # [n] to study
    family: Floats  # [n] deferred for his children
    serving: Floats  # [n]
    served: Floats  # [n]
    officer: Floats  # [n] reserve officer
    discharge: Floats  # [n, T + 1] of those serving, by the month in which they are free again
    unbanned: Floats  # [2] a liable man has no exit limit from a summons; living at his registered address, elsewhere
    # of this month
    able: Floats  # [n] neither serving nor under a summons' exit limit
    newly: Floats  # [n] of the able, whom service or a summons bars from this month on
    drafted: Floats  # [n] drafted
    may_be_called: Floats  # [n] of the able, liable
    liable_abroad: Floats  # [n] liable, had he left
    fear: Floats  # [n] of the able, log-odds of the fear of service


def service(people: Columns, months: int) -> Service:
    """Chains of all persons as they stand at the start."""
    n, standing = len(people.key), people.conscription

    def share(code: int) -> Floats:
        return (standing == code).astype(np.float64)

    made = Service(
        liable=share(_LIABLE),
        deferred=share(_DEFERRED),
        family=share(_FAMILY),
        serving=share(_SERVING),
        served=share(_SERVED),
        officer=share(_OFFICER),
        discharge=np.zeros((n, months + 1)),
        unbanned=np.ones(2),
        able=1.0 - share(_SERVING),
        newly=np.zeros(n),
        drafted=np.zeros(n),
        may_be_called=share(_LIABLE),
        liable_abroad=share(_LIABLE),
        fear=np.zeros(n),
    )
    free_again = np.clip(people.serves_until.astype(np.int64) + 1, 0, months)
    made.discharge[np.arange(n), free_again] = made.serving
    return made


@njit(cache=True, nogil=True, error_model="numpy")
def unbanned(world: World, t: int, liable: float, reached: float) -> float:
    """Probability that a man liable all along is under no exit limit: none of the summonses that still bind.

    `reached` is 1 for one who lives at his registered address, else 0: then the summons may not be served.
    """
    free = 1.0
    for s in range(max(0, t - BAN_MONTHS), t + 1):
        summoned = monthly_hazard(world.belarus[s].summoned, liable)
        drafted = min(summoned, monthly_hazard(world.belarus[s].drafted, liable))
        drafted *= max(reached, world.belarus[s].summons_reach)
        if drafted < 1.0:
            free *= 1.0 - (summoned - drafted) / (1.0 - drafted) * world.belarus[s].ban_liable
    return free


@njit(cache=True, nogil=True, error_model="numpy")
def serve(
    s: Service, people: Columns, away: Floats, t: int, world: World, b: Behaviour, conditions: Conditions
) -> None:
    """Move every man on by month `t`; `away` float64[n] are the shares on pendular work, whom no summons reaches.

    The column `conscription` of `people` becomes what each most probably is.
    """
    summoned = monthly_hazard(world.belarus[t].summoned, conditions.reference.liable)
    draft = min(summoned, monthly_hazard(world.belarus[t].drafted, conditions.reference.liable))
    decreed = monthly_hazard(world.belarus[t].officers, conditions.reference.officers)
    reach, ban = world.belarus[t].summons_reach, world.belarus[t].ban_liable
    before = s.unbanned.copy()
    for k in range(2):
        s.unbanned[k] = unbanned(world, t, conditions.reference.liable, 1.0 - k)
    liable, deferred, family, serving = s.liable, s.deferred, s.family, s.serving
    served, officer, discharge = s.served, s.officer, s.discharge
    newly, drafted, abroad_too = s.newly, s.drafted, s.liable_abroad
    last = discharge.shape[1] - 1
    for row in range(len(away)):
        age = t - people.birth[row]
        if people.sex[row] != _MALE or people.region[row] == _ABROAD or age < ADULT_MONTHS:
            continue
        known = served[row] + serving[row] + officer[row] > 0.0
        if age > LIABILITY_ENDS_MONTHS and not (known or liable[row] + deferred[row] + family[row] > 0.0):
            continue
        higher = people.education[row] == _HIGHER
        discharged = discharge[row, t]
        serving[row] = max(0.0, serving[row] - discharged)
        served[row] += discharged
        if age == ADULT_MONTHS or deferred[row] > 0.0 or age >= LIABILITY_ENDS_MONTHS:
            grow_older(s, row, age, people.conscription[row] == _NEVER, b)
        k = 1 if people.elsewhere[row] else 0
        home, reached = 1.0 - away[row], reach if k else 1.0
        hazard = draft * home * reached
        called = officer[row] * decreed * home if age < LIABILITY_ENDS_MONTHS else 0.0
        gone, limit = liable[row] * hazard, (summoned - hazard) * ban
        months = int(b.service_months_higher if higher else b.service_months)
        discharge[row, min(last, t + months + 1)] += gone
        discharge[row, min(last, t + int(b.service_months_higher) + 1)] += called
        was_able = 1.0 - serving[row] - liable[row] * (1.0 - before[k])
        newly[row] = 0.0
        if was_able > 0.0:
            barred = (gone + liable[row] * limit) * before[k] + called
            newly[row] = min(1.0, barred / was_able)
        liable[row] -= gone
        officer[row] -= called
        serving[row] += gone + called
        drafted[row] = gone + called
        describe(s, people, row, age, k, b)
        study_ends = age < DEFERMENT_ENDS_MONTHS and world.belarus[t].study_abroad < 0.5
        abroad = liable[row] + (deferred[row] if study_ends else 0.0)
        abroad_too[row] = min(1.0, abroad / max(1e-9, 1.0 - serving[row]))


@njit(cache=True, nogil=True, error_model="numpy")
def grow_older(s: Service, row: int, age: int, unknown: bool, b: Behaviour) -> None:
    """Register one man at 18, end his deferment at 22 and his liability at 27."""
    if age >= LIABILITY_ENDS_MONTHS:
        s.liable[row] = s.deferred[row] = s.family[row] = 0.0
    elif age == ADULT_MONTHS and unknown:
        s.deferred[row] = (1.0 - b.exempt_share) * b.study_share
        s.liable[row] = (1.0 - b.exempt_share) * (1.0 - b.study_share)
    elif age >= DEFERMENT_ENDS_MONTHS and s.deferred[row] > 0.0:
        s.officer[row] += s.deferred[row] * b.officer_share
        s.liable[row] += s.deferred[row] * (1.0 - b.officer_share)
        s.deferred[row] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def describe(s: Service, people: Columns, row: int, age: int, k: int, b: Behaviour) -> None:
    """Fill what one man is in expectation, given that he may leave; `k` is 1 if he lives away from his address."""
    free = s.liable[row] * s.unbanned[k]
    able = 1.0 - s.serving[row] - s.liable[row] + free
    s.able[row] = able
    liable = served = officer = 0.0
    if able > 0.0:
        liable, served, officer = free / able, s.served[row] / able, s.officer[row] / able
    s.may_be_called[row] = min(1.0, liable)
    s.fear[row] = liable * service_term(b, _LIABLE, age) + (served + officer) * service_term(b, _SERVED, age)
    if liable > 0.5:
        people.conscription[row] = _LIABLE
    elif served + officer > 0.5:
        people.conscription[row] = _SERVED if served >= officer else _OFFICER
    else:
        people.conscription[row] = _NEVER if age > ADULT_MONTHS or liable > 0.0 else people.conscription[row]
