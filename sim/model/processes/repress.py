"""Repression: detention, charge, trial, prison, pardon and exit ban by exposure; closed organisations cost jobs."""

import numpy as np

from sim.model.eventlog import note
from sim.model.now import Now
from sim.model.run_constants import DETAINABLE_MONTHS, EMPLOYER_KEY, sum_of_weights
from sim.model.scratch import Block, Span, rows_of
from sim.numerics.codes import EVENT, MODE, PLACE, REASON, SECTOR
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, fill_words, uniform, words
from sim.numerics.months import LONG_AGO
from sim.population.rows import at
from sim.population.schema import Columns

_EVENTS, _MORE = PURPOSE["events"], PURPOSE["more_events"]
_PRISON, _EMPLOYER = PURPOSE["prison"], PURPOSE["employer"]
_BELARUS, _NOWHERE = PLACE["belarus"], MODE["nowhere"]
_DETAINED, _CHARGED, _RELEASED = EVENT["detained"], EVENT["charged"], EVENT["released"]
_SENTENCED, _PARDONED = EVENT["sentenced"], EVENT["pardoned"]
_NONE = REASON["none"]
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


@compiled
def repress(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Detain, charge, try and release the people of these circles."""
    (first, last), room, log = rows_of(circles, now), block.room, block.log
    detentions, risk = now.belarus.detentions, now.risk
    per_weight = detention_hazard(detentions, 1.0, sum_of_weights(risk, now.run.reference.exposed))
    highest = per_weight * risk.max()
    charged = charge_probability(now.belarus.charges, detentions)
    closed = min(1.0, now.belarus.closures / now.coefficients.organisations)
    for row in range(first, last):
        person = at(people, row)
        room.keys[row - first] = person.key
    fill_words(room.keys, last - first, now.month, _EVENTS, now.run.seed, room.luck)
    touched = 0
    for row in range(first, last):  # nothing can happen to most
        person = at(people, row)
        held, sector = person.held, person.sector
        unlucky = uniform(room.luck[0, row - first]) < highest
        room.rows[touched] = row
        touched += (
            unlucky | (held >= now.month - 1) | (person.trial == now.month) | ((sector == _NGO_MEDIA) & (closed > 0.0))
        )
    for i in range(touched):
        row = room.rows[i]
        person = at(people, row)
        key, place, age = person.key, person.place, now.month - person.birth
        held, detained, trial = person.held, person.detained, person.trial
        exposure, sector, employer = person.exposure, person.sector, person.employer
        detain, charge = room.luck[0, row - first], room.luck[1, row - first]
        if place != _BELARUS or age < DETAINABLE_MONTHS or person.mode == _NOWHERE:
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
        if uniform(detain) < per_weight * risk[exposure]:
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
