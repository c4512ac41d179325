"""A model that goes on: as a copy, as a fork in another world, or from a state that another run has left."""

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World, first_difference
from sim.history.history import History
from sim.model import newcomers
from sim.model.agents.bookkeeping import give_identities, kept, next_identity, take_up
from sim.model.checkpoint import State
from sim.numerics.errors import UserError
from sim.numerics.months import label
from sim.population import schema


def mapping(threads: int) -> Callable[..., Any]:
    """What runs a function over blocks: in this thread, or in so many."""
    return map if threads == 1 else ThreadPoolExecutor(threads).map


class Continued(mesa.Model):
    """The part of a model that copies it and takes up what another run has left."""

    def __getstate__(self: Any) -> dict[str, Any]:
        state = {**self.__dict__, "_next_identity": next_identity(self)}
        del state["_run_blocks"]  # a copy has threads of its own
        return state

    def __setstate__(self: Any, state: dict[str, Any]) -> None:
        give_identities(self, state.pop("_next_identity"))
        self.__dict__.update(state)
        self._run_blocks = mapping(self._threads)

    def __copy__(self: Any) -> Any:
        return copy.deepcopy(self)  # two models cannot share their people

    def fork(self: Any, history: History, world: World) -> Any:
        """A model in another world that has lived through the same months as this one.

        The worlds must agree in every month already simulated; what comes after is the fork's own. Else it is a copy:
        of the same class, with the luck of Mesa's `rng` and `random` in the same state, and with whatever was added to
        this model (agents, a DataCollector, processes, the observer, attributes), copied deeply. Raises UserError for
        a world that is another in a month already simulated.
        """
        same = first_difference(self.inputs.world, world)
        if same < self.month:
            told = f"a fork in {label(self.month)} asks for a world that is the same until then"
            raise UserError(f"{told}; {label(same)} is the first month in which this one is not")
        shared = [self.inputs, *self.inputs, self.world, self.conditions, self.rule]
        shared += [self._passes, self.held, self.circles.start, self.employers.sector]
        shared.append(self.columns.traits)  # what no run changes
        states = self.columns.states
        known = {id(one): one for one in shared} | {id(states): schema.copied(states)}
        twin = copy.deepcopy(self, known)
        twin._enter(self.inputs._replace(history=history, world=world))
        twin._go_on(self._lived())
        return twin

    def state(self: Any) -> State:
        """All that the months lived through have left, in arrays of its own: what `live_on` takes up.

        What was added to the model is not in it: agents, processes, a DataCollector. `fork` and copies have that too.
        """
        return State(
            self.month,
            schema.copied(self.columns.states),
            tuple(part.copy() for part in self.circles[1:-1]),
            (self.employers.place.copy(), self.employers.until.copy()),
            (self.stocks.copy(), self.settled_at_start.copy()),
            (self.pending.copy(), self.banked.copy(), self.residents.copy()),
            (self.inflow.copy(), self.arrivals.copy()),
            self.recorder.copy(),
            self._lived(),
            kept(self),
        )

    def _lived(self: Any) -> tuple[NDArray[np.void], ...]:
        """Rules and places of the months lived, where newcomers change them."""
        if not newcomers.asked(self.world):
            return ()
        return self.world.rules[: self.month].copy(), self.world.places[: self.month].copy()

    def live_on(self: Any, state: State) -> Any:
        """Take up the state of a run of the same people and luck in a world that was the same until then.

        Mesa's steps and generators go on as they were in that run. For a model that has made no step.
        """
        self.month = state.month
        self.columns = self.columns._replace(states=state.states)
        self.circles = self.circles.__class__(self.circles.start, *state.circles, self.circles.one_in)
        place, until = state.employers
        self.employers = self.employers._replace(place=place, until=until)
        self.stocks, self.settled_at_start = state.stocks
        self.pending, self.banked, self.residents = state.queues
        self.inflow, self.arrivals = state.newcomers
        self.recorder = state.recorder
        self.recorder.grant_months = self.behaviour.grant_months
        self._go_on(state.lived)
        take_up(self, state.mesa)
        return self

    def _go_on(self: Any, lived: tuple[NDArray[np.void], ...]) -> None:
        self.running = self.month < self.horizon
        if self.month:
            newcomers.remember(lived, self.world, self.month)
            newcomers.respond(self.world, self.month - 1, self.residents, self.inflow.sum(axis=0) * self.one_in)
