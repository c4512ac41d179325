"""How much is measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.machine import cores


@dataclass(frozen=True)
class Plan:
    """Sizes, months and repetitions of all sections; a size is `one_in`, one circle of people in so many."""

    quick: bool = False
    months: int = 84
    threads: int = field(default_factory=cores)
    sizes: dict[int, int] = field(default_factory=lambda: {1000: 5, 100: 5, 10: 3, 1: 2})
    """Fresh processes counted at each size."""
    scaling: dict[int, int] = field(default_factory=lambda: {1000: 3, 300: 3, 100: 3, 30: 3, 10: 2, 3: 1, 1: 1})
    """The same for the exponent of cost."""
    processes: tuple[int, int, int] = (10, 84, 2)
    """Size, months, fresh processes."""
    column: tuple[int, int, int] | None = (10, 36, 4)
    """Size, months, pairs of fresh processes; none in a quick run, for it compiles the model anew."""
    compiling: tuple[int, int] = (1, 3)
    """Cold and warm processes."""
    plain: tuple[int, int, int] = (1000, 84, 1)
    """Size, months, fresh processes."""
    hot_months: int = 36
    choice: tuple[int, int, int, int] = (10, 24, 12, 3)
    """Size, months lived before, months compared, fresh processes."""
    sir: tuple[int, ...] = (100, 10)
    """Sizes of which the number of people is the peer's number of agents."""
    sweep: tuple[int, int, int, str] | None = (100, 20, 20, "2025-12")
    """Size, scenarios, replicates, last month; none in a quick run."""
    bandwidth: tuple[int, int] = (256, 9)
    """Megabytes of an array, sweeps."""


QUICK = Plan(
    quick=True,
    months=24,
    sizes={1000: 1, 100: 2},
    scaling={},
    processes=(100, 24, 1),
    column=None,
    compiling=(0, 1),
    plain=(1000, 2, 1),
    hot_months=2,
    choice=(100, 2, 3, 1),
    sir=(1000,),
    sweep=None,
    bandwidth=(128, 3),
)
"""Small sizes only: under a minute, once the machine code is warm."""


def in_turn(counts: Mapping[int, int]) -> list[int]:
    """Every size as often as counted, in rounds, so that a drift of the machine's speed meets all sizes alike."""
    rounds = range(max(counts.values(), default=0))
    return [size for number in rounds for size, count in counts.items() if number < count]
