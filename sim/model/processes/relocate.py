"""Employers that move out of Belarus: whether, where to, and for how long they take their staff along."""

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import admission_share, eligible
from sim.model.decision.offers import RELOCATION, channel_value, queue_months
from sim.model.decision.units import class_groups
from sim.model.decision.utility import MINUS_INFINITY, best_slot, diaspora_term, gumbels, openness_term, ratio_term
from sim.model.now import Now
from sim.model.run_constants import EMPLOYER_KEY, Employers
from sim.numerics.codes import PLACE, SECTOR
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle
from sim.numerics.luck import PURPOSE, uniform, words

_BELARUS, _IT, _NGO_MEDIA = PLACE["belarus"], SECTOR["it"], SECTOR["ngo_media"]
_EMPLOYER, _RELOCATION_0 = PURPOSE["employer"], PURPOSE["relocation_0"]


@compiled
def relocate(
    employers: Employers,
    now: Now,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
    moved: NDArray[np.uint8],
) -> None:
    """Let employers decide to move; `moved` uint8[employers] is filled with the place to which each takes its staff."""
    now = handle(now)
    multiple = now.coefficients.relocation
    hazards = (multiple * now.belarus.relocation_it, multiple * now.belarus.relocation_media)
    values, noise = np.empty((2, len(now.law))), np.empty(len(now.law))
    for which, sector in enumerate((_IT, _NGO_MEDIA)):
        fill_relocation(now, residents, waiting, sector, values[which])
    for number in range(1, len(employers.sector)):
        which = 0 if employers.sector[number] == _IT else 1
        if employers.until[number] < now.month:
            employers.place[number] = 0
            key = EMPLOYER_KEY + np.uint64(number)
            if uniform(words(key, now.month, _EMPLOYER, 0, now.run.seed)[1]) < hazards[which]:
                gumbels(key, now.month, _RELOCATION_0, now.run.seed, noise)
                place = best_slot(values[which], noise)
                if place >= 0:
                    employers.place[number], employers.until[number] = (
                        place,
                        now.month + int(now.coefficients.relocation_months) - 1,
                    )
        moved[number] = employers.place[number]


@compiled(forceinline=True)
def employer_value(now: Now, persons: float, place: int) -> float:
    """Value of a destination to an employer: Belarusians there, language and rent, as people weigh them, and `firms`.

    `firms` stands for the constant of the destination, which is what the flows of people who look for work and papers
    leave over. No wage: what is a gain to the staff is a cost to the firm. No distance: a firm leaves no family behind.
    """
    there = now.places[place]
    value = diaspora_term(persons, now.coefficients.diaspora) + now.coefficients.language * there.language
    value += there.firms
    return value + ratio_term(there.rent, now.places[_BELARUS].rent, now.coefficients.rent)


@compiled
def fill_relocation(
    now: Now,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
    sector: int,
    values: NDArray[np.float64],
) -> None:
    """Fill what each place is worth to an employer of a sector, float64[places], its staff having no flags.

    In units of the employers' noise.
    """
    groups, spread = class_groups(sector, 0), now.coefficients.relocation_spread
    for place in range(len(values)):
        values[place] = MINUS_INFINITY
        if place == _BELARUS or now.places[place].distance <= 0.0:
            continue
        if not eligible(now.law[place, RELOCATION], now.rules[place, RELOCATION], sector, groups):
            continue
        queue = queue_months(
            waiting[place, RELOCATION],
            now.rules[place, RELOCATION].capacity,
            now.coefficients.patience,
        )
        terms = channel_value(now, place, RELOCATION, 0.0, queue)
        admitted = openness_term(admission_share(now, place, RELOCATION, groups))
        values[place] = (employer_value(now, residents[place], place) + terms + admitted) / spread
