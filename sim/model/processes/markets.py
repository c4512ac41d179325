"""Markets: residents from Belarus by destination, and what so many newcomers do to rents and rules where asked."""

from typing import Any

import numpy as np

from sim.model.newcomers import respond
from sim.numerics.codes import EVENT, N_PLACES

_ARRIVALS = (EVENT["departed"], EVENT["onward"])


def markets(model: Any) -> None:
    """Count residents and newcomers of the month, and let the next month's rents and rules respond."""
    moved = (model.settled() - model.settled_at_start) * model.one_in
    model.residents = np.maximum(model.world.places["diaspora"][0] + moved, 0.0)
    arriving = [log["place"][np.isin(log["kind"], _ARRIVALS)] for log in model._log]
    model.arrivals = np.bincount(np.concatenate([[], *arriving]).astype(np.int64), minlength=N_PLACES)
    model.inflow = np.concatenate([model.inflow[1:], model.arrivals[None]])
    respond(model.world, model.month, model.residents, model.inflow.sum(axis=0) * model.one_in)
