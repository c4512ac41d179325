"""What would be computed before anything is: runs, hours, memory, disk. Asked for by `dry=true`."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sim import months
from sim.ensemble import Ensemble, Job
from sim.missing import Family, tasks
from sim.points import Shelf
from sim.settings import Settings

BYTES_A_PERSON = 200
"""Memory of a run by simulated person: 2.07 GB for the 9.57 million of the whole country (measured November 2026)."""
BYTES_A_PROCESS = 380_000_000
"""Memory of a worker besides: the interpreter, libraries and machine code loaded, 0.38 GB (measured November 2026)."""
BYTES_A_PERSON_MONTH, BYTES_A_POINT = 0.026, 200_000
"""Disk of a run by simulated person and month (0.21 MB for 95,700 people and 84 months), and of a point besides
(measured November 2026)."""
PEOPLE = 9_570_000
"""Residents and settled diaspora at the start (see `task=people`): what `people.one_in` divides."""
PROBE_MONTHS = 12
"""Months lived to measure the speed of this machine."""


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


def plan(shelf: Shelf, ensemble: Ensemble, families: Sequence[Family]) -> Plan:
    """What completing the families would take; nothing is computed."""
    made: dict[tuple[str, int], int] = {}
    shared: dict[tuple[str, int], int] = {}
    wanted = {(one.name, number) for family in families for one in family.wanted for number in range(family.replicates)}
    for task in tasks(shelf, families):
        baseline = task.family.baseline
        parting = ensemble.parting(baseline.scenario, [one.other for one in task.others])
        key = baseline.name, task.replicate
        through = ensemble.months if any(one.freeze for one in task.others) else parting
        shared[key] = max(shared.get(key, 0), through)
        for one in task.points:
            made[one.name, task.replicate] = ensemble.months if one == baseline else ensemble.months - parting
    people = round(PEOPLE / ensemble.settings.people.one_in)
    return Plan(frozenset(wanted - made.keys()), made, people, ensemble.months, shared)


def speed(settings: Settings) -> float:
    """Seconds of CPU that a person and month take on this machine, measured on a year of a sample of the people."""
    small = replace(
        settings,
        people=replace(settings.people, one_in=max(100, settings.people.one_in)),
        until=months.label(PROBE_MONTHS - 1),
        threads=1,
    )
    ensemble = Ensemble(small)
    model = ensemble.model(Job(settings.baseline, settings.choice.lam, 0))
    model.step()  # loads the machine code
    before = time.process_time()
    model.run()
    return (time.process_time() - before) / (len(model.columns.key) * (PROBE_MONTHS - 1))


def words(found: Plan, seconds: float, workers: int) -> str:
    """A plan as a user reads it: `seconds` a person and month, on so many workers at once."""
    memory = workers * (BYTES_A_PROCESS + found.people * BYTES_A_PERSON)
    told = (
        f"{len(found.made):,} runs to make, {len(found.reused):,} are there already; "
        f"{found.lived:,} months of about {found.people:,} simulated people\n"
        f"about {_time(found, seconds, workers)} on {workers} {'core' if workers == 1 else 'cores'}, "
        f"{memory / 1e9:.1f} GB of memory, {_disk(found)} of disk; nothing was computed"
    )
    if found.most is None:
        return told
    return (
        f"{told}\nthese are the first; until they are enough at most {len(found.most.made):,} runs, "
        f"about {_time(found.most, seconds, workers)}, {_disk(found.most)} of disk"
    )


def _time(found: Plan, seconds: float, workers: int) -> str:
    return duration(found.lived * found.people * seconds / workers)


def _disk(found: Plan) -> str:
    points = {name for name, _ in found.made}
    size = len(found.made) * found.people * found.months * BYTES_A_PERSON_MONTH + len(points) * BYTES_A_POINT
    return f"{size / 1e6:,.0f} MB"


def duration(seconds: float) -> str:
    """A time in the unit that a person would use."""
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{max(1.0, seconds):.0f} seconds"


def together(plans: Iterable[Plan]) -> Plan:
    """All plans of a sweep as one."""
    total = Plan()
    for one in plans:
        total = total | one
    return total
