"""What the months lived through have left of a run, for another run or another process to go on from."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.recording.recorder import Recorder


class State(NamedTuple):
    """A run of a model between two months: plain arrays, all that `EmigrationModel.live_on` takes up."""

    month: int  # the next to be lived
    states: NDArray[np.void]  # what changes of people, STATES_RECORD
    circles: tuple[NDArray[Any], ...]  # memory, living, abroad, heard
    employers: tuple[NDArray[Any], ...]  # place, until
    stocks: tuple[NDArray[np.int64], ...]  # now, and those settled at the start
    queues: tuple[NDArray[Any], ...]  # rows waiting, places banked, residents
    newcomers: tuple[NDArray[np.int64], ...]  # of twelve months, of the last
    recorder: Recorder
    lived: tuple[NDArray[Any], ...]  # rules and places of the months lived, where newcomers changed them
    mesa: NDArray[np.uint8]  # Mesa's steps and generators, see `sim.model.agents.bookkeeping`
