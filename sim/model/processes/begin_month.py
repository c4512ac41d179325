"""The month begins: what it offers is tabulated, and employers decide to move."""

from typing import Any

import numpy as np

from sim.model.decision.offers import asks_age, fill, fill_rush
from sim.model.now import no_options
from sim.model.processes.relocate import relocate
from sim.numerics.codes import PLAN


def begin_month(model: Any) -> None:
    """Tabulate what is on offer this month to each choice class, and let employers move."""
    model.forget_month()
    queued = model.pending[model.columns.plan[model.pending] == PLAN["queued"]]
    waiting = model.planning(queued).astype(np.float64) * model.one_in
    model.queued = waiting
    residents = model.held.residents(model.month, model.residents)
    waiting = model.held.waiting(model.month, waiting)
    by_age = asks_age(model.world.openness[model.month])
    if by_age:  # three times the room, which few runs need
        model.options = no_options(len(model.employers.sector), by_age)
    now, options = model.now, model.options
    fill(options, now, residents, waiting, by_age)
    options.pending[0] = announced = model.announced[model.month]
    options.rush[:] = 0.0
    if announced and model.behaviour.anticipation > 0.0:
        outlook = model.world.outlook[model.month]
        by_age = asks_age(outlook)
        later = no_options(len(model.employers.sector), by_age)
        fill(later, now._replace(openness=outlook), residents, waiting, by_age)
        fill_rush(options, later)
    relocate(model.employers, now, residents, waiting, options.moved)
