"""Danger: how dangerous a return to Belarus would be, from what has happened to people or to their circle."""

from sim.history.coefficients import Behaviour
from sim.model.decision.units import adults, in_party
from sim.model.now import Now
from sim.numerics.codes import EXPOSURE, SECTOR
from sim.numerics.compiling import compiled
from sim.numerics.months import LONG_AGO
from sim.population.rows import Person, beside

_UNEXPOSED, _MEDIA, _NGO = EXPOSURE["none"], EXPOSURE["media"], EXPOSURE["ngo"]
_NO_WORK = SECTOR["none"]


@compiled(forceinline=True)
def happened(detained: int, trial: int, exit_ban: int, month: int, memory: float) -> bool:
    """True for who was detained within `memory` months, was ever charged, or may not leave Belarus and is so wanted."""
    return bool((detained > LONG_AGO) & (month - detained <= memory) | (trial > LONG_AGO) | (exit_ban >= month))


@compiled(forceinline=True)
def exposed_danger(coefficients: Behaviour, exposure: int, sector: int, punished: bool) -> float:
    """Danger, 0 to 1, of who is exposed to repression: none unless such people are `punished`.

    Full for media and NGO workers whose organisation has been closed.
    """
    if not punished:
        return 0.0
    if exposure == _MEDIA or exposure == _NGO:
        return 1.0 if sector == _NO_WORK else coefficients.danger_media
    return coefficients.danger_exposed


@compiled(forceinline=True)
def danger(struck: bool, exposed: float, of_circle: float) -> float:
    """Danger of a person, 0 to 1: full after what has `happened`; detentions in the circle add to it."""
    return min(1.0, (1.0 if struck else exposed) + of_circle)


@compiled
def unit_danger(head: Person, now: Now, away: bool) -> float:
    """Danger of a unit with what its circle remembers of detentions; of its adults abroad alone if `away`."""
    memory = now.circles.memory[head.circle // now.circles.one_in]
    return own_danger(head, now, away, now.coefficients.danger_circle * memory)


@compiled
def own_danger(head: Person, now: Now, away: bool, of_circle: float) -> float:
    """Danger of a unit: the largest of its adults, of those abroad alone if `away`; `of_circle` is added to each.

    The exposed are in danger while people like them are detained more than others: from August 2020, those who spoke
    against the war from February 2022.
    """
    largest = 0.0
    for i in range(adults(head)):
        one = beside(head, i)
        if away and not in_party(one):
            continue
        struck = happened(one.detained, one.trial, one.exit_ban, now.month, now.coefficients.danger_months)
        punished = now.risk[one.exposure] > now.risk[_UNEXPOSED]
        exposed = exposed_danger(now.coefficients, one.exposure, one.sector, punished)
        largest = max(largest, danger(struck, exposed, of_circle))
    return largest
