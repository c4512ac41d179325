"""The staff of employers that move: who goes along, whatever else is on offer.

The firm has chosen the place and keeps the job, so that nothing is compared but going and staying. Each month in which
the employer takes staff along the log-odds of going are those of the unit's push, from the same reference as every
other departure, and a constant.
"""

from sim.model.decision.access import access_share, eligible, lot_of
from sim.model.decision.commitment import commit, count_committed, motive
from sim.model.decision.means import money
from sim.model.decision.offers import RELOCATION
from sim.model.decision.units import adults, age_group, class_groups, threat_group
from sim.model.hazards import in_units
from sim.model.now import Now
from sim.model.scratch import Block
from sim.numerics.arithmetic import exp
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.rows import Person, beside

_STAFF = PURPOSE["staff"]


@compiled(forceinline=True)
def partner_or_head(head: Person) -> Person:
    """The other adult of a unit, or the head where there is none."""
    return beside(head, adults(head) - 1)


@compiled(forceinline=True)
def staff_of(head: Person, now: Now) -> Person:
    """The adult of a unit whose employer takes staff abroad this month: the head, else the partner if it is theirs."""
    return head if now.options.moved[head.employer] > 0 else partner_or_head(head)


@compiled(forceinline=True)
def is_asked(employer: int, other: int, now: Now) -> bool:
    """True for a unit of whose adults' employers one takes its staff abroad this month."""
    return bool((now.options.moved[employer] > 0) | (now.options.moved[other] > 0))


@compiled(forceinline=True)
def along_probability(push: float, staff: float, access: float) -> float:
    """Monthly probability of going along; `push` is the wish to leave beyond the level, in log-odds.

    `access` is the share of the month in which one may leave Belarus and is admitted.
    """
    return access / (1.0 + exp(-(staff + push)))


@compiled
def offered_along(head: Person, now: Now, mask: int, eta: float) -> tuple[int, float, bool, int]:
    """Where an employer takes a unit, the probability that it goes, whether the head would go ahead of the family,
    and the lot (`lot_of`).

    The channel must admit the adult who is staff, and the money suffice for fee and funds of the unit or of its head
    alone; the employer pays fare and first rent.
    """
    staff = staff_of(head, now)
    place, age = int(now.options.moved[staff.employer]), (now.month - staff.birth) // 12
    if place == 0:
        return 0, 0.0, False, 0
    law, rules = now.law[place, RELOCATION], now.rules[place, RELOCATION]
    groups = class_groups(staff.sector, mask) | age_group(age)
    fits = eligible(law, rules, staff.sector, groups) & (age >= rules.youngest) & (age <= rules.oldest)
    means, each = money(head, now), rules.fee + rules.funds
    whole = means >= each * adults(head)
    alone = (head.unit_size > 1) & (means >= each)
    if not fits or not (whole or alone) or rules.offered <= 0.0 or rules.approval <= 0.0:
        return place, 0.0, False, 0
    access = access_share(now, place, RELOCATION, groups)
    chance = along_probability(eta - now.coefficients.level, now.coefficients.staff, access)
    return place, chance, not whole, lot_of(now, place, RELOCATION, groups)


@compiled
def goes_along(head: Person, now: Now, mask: int, push: tuple[float, float], block: Block) -> tuple[bool, float]:
    """Let a unit that may exit go along with an employer: whether it does, and the probability that it would.

    `push` is the whole and the part of it by repression and war, without which who flees would have stayed. The
    probability is counted, whether the unit is watched or not: few are asked.
    """
    eta, pressed = push
    place, chance, ahead, lot = offered_along(head, now, mask, eta)
    if chance <= 0.0:
        return False, 0.0
    persons = now.circles.one_in * (1 if ahead else head.unit_size)
    count_committed(block.expected, block.excepted, place, RELOCATION, lot, in_units(chance * persons))
    luck = uniform(words(head.key, now.month, _STAFF, 0, now.run.seed)[0])
    if luck >= chance:
        return False, chance
    _, unpressed, _, _ = offered_along(head, now, mask, eta - pressed)
    stream = motive(mask, threat_group(mask, now.belarus.war_fear), RELOCATION, luck >= unpressed)
    commit(head, now.month, place, RELOCATION, ahead, stream, block.log)
    return True, chance
