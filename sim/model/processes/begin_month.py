"""The month begins: what it offers is tabulated, and employers decide to move."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.offers import asks_age, fill, fill_rush
from sim.model.now import no_options
from sim.model.processes.relocate import relocate
from sim.model.run_constants import pool
from sim.numerics.codes import CHANNEL, N_PLACES, N_SECTORS, PLAN


def begin_month(model: Any) -> None:
    """Tabulate what is on offer this month to each choice class, and let employers move."""
    model.forget_month()
    queued = model.pending[model.columns.plan[model.pending] == PLAN["queued"]]
    model.queued = model.planning(queued).astype(np.float64) * model.one_in
    model.seeking = seeking_work(model, queued)
    residents = model.held.residents(model.month, model.residents)
    waiting, seeking = model.held.waiting(model.month, (model.queued, model.seeking))
    by_age = asks_age(model.world.openness[model.month])
    if by_age:  # three times the room, which few runs need
        model.options = no_options(len(model.employers.sector), by_age)
    now, options = model.now, model.options
    fill(options, now, residents, waiting, seeking, by_age)
    options.pending[0] = announced = model.announced[model.month]
    options.rush[:] = 0.0
    if announced and model.behaviour.anticipation > 0.0:
        outlook = model.world.outlook[model.month]
        by_age = asks_age(outlook)
        later = no_options(len(model.employers.sector), by_age)
        fill(later, now._replace(openness=outlook), residents, waiting, seeking, by_age)
        fill_rush(options, later)
    relocate(model.employers, now, residents, waiting, options.moved)


def seeking_work(model: Any, queued: NDArray[np.int64]) -> NDArray[np.float64]:
    """Workers who wait for an offer of work, one a unit, in persons, float64[places, sectors]; `queued` rows of heads.

    They are counted under the sector whose offers they wait for.
    """
    people, seeking = model.columns, np.zeros((N_PLACES, N_SECTORS))
    rows = queued[people.plan_channel[queued] == CHANNEL["work"]]
    np.add.at(seeking, (people.plan_place[rows], [pool(int(sector)) for sector in people.sector[rows]]), model.one_in)
    return seeking
