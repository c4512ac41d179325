"""What would be computed before anything is: runs, hours, memory, disk. Asked for by `dry=true`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.runs.progress import duration

if TYPE_CHECKING:
    from sim.runs.complete import Family
    from sim.runs.ensemble import Ensemble
    from sim.runs.points import Shelf

SECONDS_A_MONTH, SECONDS_A_PERSON_MONTH, SECONDS_A_PANEL_MONTH = 1e-2, 2e-7, 4e-7
"""CPU of a run by month, by simulated person and month, and by member of the panel and month besides (measured at one
person in 10, 100, 1,000 and 10,000 on a busy server with two cores, November 2026)."""
PANEL = 25_000
"""Most people whose expected flows are computed in a month, see `sim.model.inputs`."""
BYTES_A_PERSON = 200
"""Memory of a run by simulated person: 2.07 GB for the 9.57 million of the whole country (measured November 2026)."""
BYTES_A_PROCESS = 380_000_000
"""Memory of a worker besides: the interpreter, libraries and machine code loaded, 0.38 GB (measured November 2026)."""
BYTES_A_PERSON_MONTH, BYTES_A_POINT = 0.026, 200_000
"""Disk of a run by simulated person and month (0.21 MB for 95,700 people and 84 months), and of a point besides
(measured November 2026)."""
PEOPLE = 9_570_000
"""Residents and settled diaspora at the start (see `task=people`): what `people.one_in` divides."""


@dataclass(frozen=True)
class Plan:
    """Runs that are wanted: those that are there, and those to make, with the months that each takes.

    Keys are point and replicate, so that what many jobs of a sweep share is counted once.
    """

    reused: frozenset[tuple[str, int]] = frozenset()
    made: dict[tuple[str, int], int] = field(default_factory=dict)
    people: int = 0
    months: int = 0
    shared: dict[tuple[str, int], int] = field(default_factory=dict)
    """Months of a baseline that other worlds live through before they part from it, by baseline and replicate."""
    most: "Plan | None" = None
    """The same with all replicates that the stopping rule may ask for; None where their number is given."""

    @property
    def lived(self) -> int:
        """Months to live; those of a baseline that is made itself are among its own."""
        return sum(self.made.values()) + sum(cost for key, cost in self.shared.items() if key not in self.made)

    def __or__(self, other: "Plan") -> "Plan":
        """Both plans, what they share once."""
        made = {key: min(other.made.get(key, cost), cost) for key, cost in self.made.items()}
        shared = {key: max(other.shared.get(key, cost), cost) for key, cost in self.shared.items()}
        open_ended = self.most is not None or other.most is not None
        return Plan(
            self.reused | other.reused,
            {**other.made, **made},
            max(self.people, other.people),
            max(self.months, other.months),
            {**other.shared, **shared},
            (self.most or self) | (other.most or other) if open_ended else None,
        )


def plan(shelf: "Shelf", ensemble: "Ensemble", families: "Sequence[Family]") -> Plan:
    """What completing the families would take; nothing is computed."""
    from sim.runs.complete import gaps  # loads the model

    made: dict[tuple[str, int], int] = {}
    shared: dict[tuple[str, int], int] = {}
    wanted = {(one.name, number) for family in families for one in family.wanted for number in range(family.replicates)}
    for gap in gaps(shelf, families):
        baseline = gap.family.baseline
        parting = ensemble.parting(baseline.scenario, [one.other for one in gap.others])
        key = baseline.name, gap.replicate
        through = ensemble.months if any(one.freeze for one in gap.others) else parting
        shared[key] = max(shared.get(key, 0), through)
        for one in gap.points:
            made[one.name, gap.replicate] = ensemble.months if one == baseline else ensemble.months - parting
    people = round(PEOPLE / ensemble.settings.one_in)
    return Plan(frozenset(wanted - made.keys()), made, people, ensemble.months, shared)


def words(found: Plan, workers: int) -> str:
    """A plan as a user reads it, with so many workers at once.

    The time is that of a machine of the year in which the speed was measured: to measure that of this one would take
    more time than many a plan.
    """
    memory = workers * (BYTES_A_PROCESS + found.people * BYTES_A_PERSON)
    told = (
        f"{len(found.made):,} runs to make, {len(found.reused):,} are there already; "
        f"{found.lived:,} months of about {found.people:,} simulated people\n"
        f"about {_time(found, workers)} on {workers} {'core' if workers == 1 else 'cores'} of 2026, "
        f"{memory / 1e9:.1f} GB of memory, {_disk(found)} of disk; nothing was computed"
    )
    if found.most is None:
        return told
    return (
        f"{told}\nthese are the first; until they are enough at most {len(found.most.made):,} runs, "
        f"about {_time(found.most, workers)}, {_disk(found.most)} of disk"
    )


def _time(found: Plan, workers: int) -> str:
    people = found.people * SECONDS_A_PERSON_MONTH + min(found.people, PANEL) * SECONDS_A_PANEL_MONTH
    return duration(found.lived * (SECONDS_A_MONTH + people) / workers)


def disk(found: Plan) -> float:
    """Bytes of disk of the runs to make."""
    points = {name for name, _ in found.made}
    return len(found.made) * found.people * found.months * BYTES_A_PERSON_MONTH + len(points) * BYTES_A_POINT


def _disk(found: Plan) -> str:
    return f"{disk(found) / 1e6:,.0f} MB"


def together(plans: Iterable[Plan]) -> Plan:
    """All plans of a sweep as one."""
    total = Plan()
    for one in plans:
        total = total | one
    return total
