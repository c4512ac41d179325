"""Repression: detention, charge, trial, prison, pardon and exit ban by exposure; closed organisations cost jobs."""

import numpy as np
from numpy.typing import NDArray

from sim.model.eventlog import note
from sim.model.hazards import DETAINED, in_units
from sim.model.now import Now
from sim.model.run_constants import DETAINABLE_MONTHS, EMPLOYER_KEY, sum_of_weights
from sim.model.scratch import Block, Span, fill_keys, flagged, rows_of
from sim.numerics.codes import EVENT, MODE, PLACE, REASON, SECTOR, SEX
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, fill_words, uniform, words
from sim.numerics.months import LONG_AGO
from sim.population.rows import Person, at
from sim.population.schema import Columns

_EVENTS, _MORE = PURPOSE["events"], PURPOSE["more_events"]
_PRISON, _EMPLOYER = PURPOSE["prison"], PURPOSE["employer"]
_BELARUS, _NOWHERE = PLACE["belarus"], MODE["nowhere"]
_DETAINED, _CHARGED, _RELEASED = EVENT["detained"], EVENT["charged"], EVENT["released"]
_SENTENCED, _PARDONED = EVENT["sentenced"], EVENT["pardoned"]
_NONE = REASON["none"]
_MALE, _FEMALE = SEX["male"], SEX["female"]
_NGO_MEDIA, _NO_WORK = SECTOR["ngo_media"], SECTOR["none"]


@compiled(forceinline=True)
def detention_hazard(detentions: float, weight: float, sum_of_weights: float) -> float:
    """Probability of political detention in a month: `detentions` persons shared out by risk weights."""
    if sum_of_weights <= 0.0:
        return 0.0
    return min(1.0, detentions * weight / sum_of_weights)


@compiled(forceinline=True)
def charge_probability(charges: float, detentions: float) -> float:
    """Probability that a detained person is charged, from the month's charges and detentions."""
    if detentions <= 0.0:
        return 0.0
    return min(1.0, charges / detentions)


@compiled(forceinline=True)
def may_be_detained(person: Person, month: int) -> bool:
    """True for who lives in Belarus and is of age to be detained."""
    grown = month - person.birth >= DETAINABLE_MONTHS
    return bool((person.place == _BELARUS) & grown & (person.mode != _NOWHERE))


@compiled
def fill_units(per_weight: float, women: float, risk: NDArray[np.float64], units: NDArray[np.int64]) -> None:
    """Fill the hazards of detention, int64[sexes, exposures], in units of a hazard; `women` weigh so much of men."""
    for exposure in range(len(risk)):
        units[_MALE, exposure] = in_units(per_weight * risk[exposure])
        units[_FEMALE, exposure] = in_units(per_weight * risk[exposure] * women)


@compiled
def repress(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Detain, charge, try and release the people of these circles."""
    (first, last), room, log, harms = rows_of(circles, now), block.room, block.log, block.harms
    detentions, risk = now.belarus.detentions, now.risk
    per_weight = detention_hazard(detentions, 1.0, sum_of_weights(risk, now.run.reference.exposed))
    women = now.coefficients.detained_women
    highest = per_weight * risk.max() * max(1.0, women)
    units = np.zeros((2, len(risk)), np.int64)
    fill_units(per_weight, women, risk, units)
    charged = charge_probability(now.belarus.charges, detentions)
    closed = min(1.0, now.belarus.closures / now.coefficients.organisations)
    fill_keys(people, first, last, room)
    fill_words(room.keys, last - first, now.month, _EVENTS, now.run.seed, room.luck)
    t, flags, lots, expected = now.month, room.flags, room.luck[0], np.int64(0)
    for i in range(last - first):  # nothing can happen to most
        person = at(people, first + i)
        looked_at = (uniform(lots[i]) < highest) | (person.held >= t - 1) | (person.trial == t)
        flags[i] = looked_at | ((person.sector == _NGO_MEDIA) & (closed > 0.0))
    for i in range(last - first):
        person = at(people, first + i)
        at_risk, hazard = may_be_detained(person, t) & (flags[i] == 0), units[person.sex, person.exposure]
        expected += hazard if at_risk else 0  # no branch: whose turn it is follows no pattern
    harms[DETAINED] += expected
    touched = flagged(first, last, room)
    for i in range(touched):
        row = room.rows[i]
        person = at(people, row)
        key = person.key
        held, detained, trial = person.held, person.detained, person.trial
        exposure, sector, employer = person.exposure, person.sector, person.employer
        detain, charge = room.luck[0, row - first], room.luck[1, row - first]
        if not may_be_detained(person, now.month):
            continue
        if held >= now.month and LONG_AGO < trial < now.month:
            if uniform(words(key, now.month, _PRISON, 0, now.run.seed)[0]) < now.belarus.pardon:
                person.held = now.month - 1
                note(log, now.month, person, _PARDONED, (0, 0), 0, _NONE)
                continue
        if trial == now.month:
            note(log, now.month, person, _SENTENCED, (0, 0), 0, _NONE)
            if held >= now.month:
                person.held = now.month + int(now.coefficients.custody_months)
        if held >= now.month:
            continue
        if held == now.month - 1 and detained < now.month - 1:
            note(log, now.month, person, _RELEASED, (0, 0), 0, _NONE)
        harms[DETAINED] += units[person.sex, exposure]
        if uniform(detain) < per_weight * risk[exposure] * (women if person.sex == _FEMALE else 1.0):
            person.detained = now.month
            person.held = now.month
            note(log, now.month, person, _DETAINED, (0, 0), 0, _NONE)
            if uniform(charge) < charged:
                note(log, now.month, person, _CHARGED, (0, 0), 0, _NONE)
                person.trial = now.month + int(now.coefficients.trial_months)
                more = words(key, now.month, _MORE, 0, now.run.seed)
                if uniform(more[0]) < now.belarus.ban_accused:
                    person.exit_ban = now.month + int(now.coefficients.accused_months)
                if uniform(more[1]) < now.coefficients.custody_charged:
                    person.held = now.month + int(now.coefficients.trial_months)
        if sector == _NGO_MEDIA and closed > 0.0:
            whose = EMPLOYER_KEY + np.uint64(employer)
            if uniform(words(whose, now.month, _EMPLOYER, 0, now.run.seed)[0]) < closed:
                person.sector = _NO_WORK
