"""Living abroad: work found and lost, with a right to it or informally; savings that grow or run out."""

from sim.model.decision.means import pay_share
from sim.model.decision.units import adults, in_party
from sim.model.eventlog import note
from sim.model.now import Now
from sim.model.run_constants import ADULT_MONTHS
from sim.model.scratch import Block
from sim.numerics.codes import EVENT, REASON, SECTOR, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.rows import Person, at, beside
from sim.population.schema import Columns

_LIVING, _IT = PURPOSE["living"], SECTOR["it"]
_PERMIT, _PERMANENT = STATUS["permit"], STATUS["permanent"]
_PROTECTED, _CITIZEN = STATUS["protected"], STATUS["citizen"]
_SHELTERED = STATUS["temporary_protection"]
_IRREGULAR, _ASYLUM_SEEKER = STATUS["irregular"], STATUS["asylum_seeker"]
_EMPLOYED, _DISMISSED, _NONE = EVENT["employed"], EVENT["dismissed"], REASON["none"]
PENSION_MONTHS = 65 * 12
"""Age from which nobody looks for work, a pension being enough to live on (assumption: pensions begin at 61 to 67)."""


@compiled(forceinline=True)
def right_to_work(status: int, at_first: float) -> float:
    """Share of a full right to work by status: `at_first` while the first status lasts, none without any."""
    lasting = (status == _PERMIT) | (status == _PERMANENT) | (status == _CITIZEN)
    if lasting or status == _PROTECTED or status == _SHELTERED:
        return 1.0
    return 0.0 if status == _IRREGULAR else at_first


@compiled(forceinline=True)
def chance_of_work(right: float, status: int, informal: float) -> float:
    """Chance of work against that with a full right to it: with less right, at least that of informal work.

    Asylum seekers find none without a right (Dambrauskaite 2022): they are housed and watched.
    """
    return right if status == _ASYLUM_SEEKER else max(right, informal)


@compiled(forceinline=True)
def language_level(at_first: float, learning: float, months: int) -> float:
    """Usability of one's languages after some months in a country, 0 to 1."""
    return min(1.0, at_first + learning * months)


@compiled(forceinline=True)
def works(head: Person) -> bool:
    """True if an adult of a unit abroad has work."""
    found = False
    for i in range(adults(head)):
        one = beside(head, i)
        found |= in_party(one) & (one.job > 0)
    return found


@compiled(forceinline=True)
def destitute(head: Person, month: int) -> bool:
    """True if no adult of a unit abroad has work or a pension and their savings are spent."""
    means, provided = 0.0, False
    for i in range(adults(head)):
        one = beside(head, i)
        if in_party(one):
            means += one.savings
            provided |= (one.job > 0) | (month - one.birth >= PENSION_MONTHS)
    return not provided and means <= 0.0


@compiled
def live(people: Columns, units: int, now: Now, block: Block) -> None:
    """Let the adults of the first `units` settled units in `block.room.rows` find or lose work, save or spend."""
    for i in range(units):
        head = at(people, block.room.rows[i])
        place = head.place
        language = now.places[place].language
        wage, rent = now.places[place].wage, now.places[place].rent
        premium = now.places[place].premium_it
        for j in range(adults(head)):
            one = beside(head, j)
            if not in_party(one):
                continue
            key, age, since = one.key, now.month - one.birth, one.since
            status, sector, job = one.status, one.sector, one.job
            saved, channel = one.savings, one.channel
            right = right_to_work(status, now.rules[place, channel].works)
            luck = words(key, now.month, _LIVING, 0, now.run.seed)
            if job and uniform(luck[1]) < now.coefficients.job_loss:
                job = 0
                note(block.log, now.month, one, _DISMISSED, (place, place), channel, _NONE)
            elif not job and ADULT_MONTHS <= age < PENSION_MONTHS:
                chance = chance_of_work(right, status, now.coefficients.informal_work)
                if uniform(luck[0]) < now.coefficients.job_finding * chance * language_level(
                    language, now.coefficients.language_learning, now.month - since
                ):
                    job = 1
                    note(block.log, now.month, one, _EMPLOYED, (place, place), channel, _NONE)
            earned = wage * (premium if sector == _IT else 1.0) * pay_share(right, now.coefficients.informal_pay)
            one.job = job
            if job:
                one.savings = saved + now.coefficients.saving_share * earned
            elif age < PENSION_MONTHS:
                one.savings = max(0.0, saved - now.coefficients.subsistence * rent)
