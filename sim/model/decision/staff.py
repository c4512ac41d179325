"""The staff of employers that move: who goes along, whatever else is on offer.

The firm has chosen the place and keeps the job, so that nothing is compared but going and staying. Each month in which
the employer takes staff along the log-odds of going are those of the unit's push, from the same reference as every
other departure, and a constant.
"""

import numpy as np

from sim.model.decision.access import access_share, eligible
from sim.model.decision.commitment import FIXED_POINT, commit, motive
from sim.model.decision.means import money
from sim.model.decision.offers import RELOCATION, move_price
from sim.model.decision.units import adults, age_group, class_groups, threat_group
from sim.model.now import Now
from sim.model.scratch import Block
from sim.numerics.arithmetic import exp
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.rows import Person

_STAFF = PURPOSE["staff"]


@compiled(forceinline=True)
def is_asked(head: Person, now: Now) -> bool:
    """True for a unit whose head's employer takes its staff abroad this month."""
    return bool(now.options.moved[head.employer] > 0)


@compiled(forceinline=True)
def along_probability(push: float, staff: float, access: float) -> float:
    """Monthly probability of going along; `push` is the wish to leave beyond the level, in log-odds.

    `access` is the share of the month in which one may leave Belarus and is admitted.
    """
    return access / (1.0 + exp(-(staff + push)))


@compiled
def offered_along(head: Person, now: Now, mask: int, eta: float) -> tuple[float, bool]:
    """Probability that a unit goes along with its head's employer, and whether the head would go ahead of the family.

    The channel must admit the head, and the money suffice for the unit or for its head alone; the employer pays the
    fare.
    """
    place, age = now.options.moved[head.employer], (now.month - head.birth) // 12
    law, rules = now.law[place, RELOCATION], now.rules[place, RELOCATION]
    groups = class_groups(head.sector, mask) | age_group(age)
    fits = eligible(law, rules, head.sector, groups) & (age >= rules.youngest) & (age <= rules.oldest)
    if not fits or rules.offered <= 0.0 or rules.approval <= 0.0:
        return 0.0, False
    means, each, reserve = money(head, now), rules.fee + rules.funds, now.coefficients.reserve * now.places[place].rent
    whole = means >= move_price(0.0, each, reserve, head.unit_size, adults(head))
    if not whole and (head.unit_size == 1 or means < move_price(0.0, each, reserve, 1, 1)):
        return 0.0, False
    access = access_share(now, place, RELOCATION, groups)
    return along_probability(eta - now.coefficients.level, now.coefficients.staff, access), not whole


@compiled
def goes_along(head: Person, now: Now, mask: int, eta: float, watched: bool, block: Block) -> tuple[bool, float]:
    """Let a unit that may exit go along with its head's employer: whether it does, and the probability that it would.

    The probability is counted for a unit that is `watched`.
    """
    if not is_asked(head, now):
        return False, 0.0
    place = now.options.moved[head.employer]
    chance, ahead = offered_along(head, now, mask, eta)
    if watched and chance > 0.0:
        persons = now.run.panel_weight * (1 if ahead else head.unit_size)
        block.expected[place, RELOCATION] += np.int64(chance * persons * FIXED_POINT)
    if uniform(words(head.key, now.month, _STAFF, 0, now.run.seed)[0]) >= chance:
        return False, chance
    stream = motive(mask, threat_group(mask, now.belarus.war_fear), RELOCATION)
    commit(head, now.month, place, RELOCATION, ahead, stream, block.log)
    return True, chance
