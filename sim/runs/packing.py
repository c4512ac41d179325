"""A finished run, and a run between two months, as plain arrays in a file: what workers leave to each other."""

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sim.history.compiled import PLACES, RULES, World
from sim.model import newcomers
from sim.model.checkpoint import State
from sim.model.decision.units import N_CLASSES
from sim.model.eventlog import EVENT_TYPE
from sim.model.hazards import EXPECTED, N_HAZARDS
from sim.model.processes.muster import N_CALLED
from sim.model.recording import by_group as who
from sim.model.recording.recorder import EXPECTATIONS, HARMS, Recorder
from sim.model.recording.residents import BANDS
from sim.numerics.codes import N_CHANNELS, N_PLACES, N_SECTORS, N_STATUSES, SECTOR_NAMES
from sim.population.schema import STATES_RECORD
from sim.population.synthesis import Population
from sim.runs.arrays import Form, NotArrays, packed, read_about, unpacked
from sim.runs.run import DECISION, MOVE, WISH, Job, Run

WHOLE, REAL = np.dtype(np.int64), np.dtype(np.float64)


def run_forms(months: int) -> dict[str, Form]:
    """The arrays of a finished run of so many months."""
    return {
        "flows": (WHOLE, (months, N_PLACES, N_PLACES, N_CHANNELS)),
        "stocks": (WHOLE, (months, N_PLACES, N_STATUSES)),
        "harms": (WHOLE, (months, len(HARMS))),
        "expected_harms": (REAL, (months, len(EXPECTED))),
        "expected": (REAL, (months, N_PLACES, N_CHANNELS)),
        "claims": (REAL, (months, N_PLACES)),
        "moves": (MOVE, (None,)),
        "wishes": (WISH, (None,)),
        "decisions": (DECISION, (None,)),
        "blocked": (WHOLE, (months,)),
        "residents_by_class": (WHOLE, (N_CLASSES,)),
        "groups": (np.dtype(np.int32), (months, len(who.MEASURES), N_PLACES, who.N_GROUPS)),
        "residents": (WHOLE, (months, N_PLACES, len(BANDS))),
        "employed": (WHOLE, (months, N_PLACES, len(SECTOR_NAMES))),
        "without_work": (WHOLE, (months, N_PLACES)),
        "prisoners": (WHOLE, (months,)),
        "called": (REAL, (months, N_CALLED)),
    }


def packed_run(run: Run, seconds: float) -> bytes:
    """A finished run, and the seconds of CPU that it has cost, as the bytes of a file."""
    forms = run_forms(len(run.harms))
    about = {
        "scenario": run.job.scenario,
        "lambda": run.job.lambda_,
        "replicate": run.job.replicate,
        "seconds": seconds,
    }
    return packed(about, {name: getattr(run, name) for name in forms}, forms)


def run_seconds(path: Path, job: Job, months: int) -> float:
    """Seconds of CPU that a run has cost, if a file says that it holds that run; else NotArrays."""
    return _seconds(read_about(path, run_forms(months)), job)


def unpacked_run(path: Path, job: Job, months: int) -> tuple[Run, float]:
    """A run of so many months from its file, and the seconds of CPU that it has cost; NotArrays for anything else."""
    about, arrays = unpacked(path, run_forms(months))
    seconds = _seconds(about, job)
    return Run(job, **arrays), seconds


def _seconds(about: dict[str, Any], job: Job) -> float:
    told = [about.get(key) for key in ("scenario", "lambda", "replicate")]
    if told != [job.scenario, job.lambda_, job.replicate]:
        raise NotArrays("it holds another run")
    seconds: Any = about.get("seconds")
    if type(seconds) not in (int, float) or not math.isfinite(seconds):
        raise NotArrays("it does not say what the run has cost")
    return float(seconds)


@dataclass(frozen=True)
class StateForms:
    """The arrays of a state of a run, for so many people, circles and employers."""

    one_in: int
    people: int
    circles: int
    employers: int
    responds: bool
    """Whether rents and rules answer to newcomers, and are part of a state."""

    def at(self, month: int) -> dict[str, Form]:
        """The arrays of a state whose next month is `month`."""
        forms: dict[str, Form] = {
            "people": (STATES_RECORD, (self.people,)),
            "memory": (REAL, (self.circles,)),
            "living": (WHOLE, (self.circles,)),
            "abroad": (WHOLE, (self.circles,)),
            "heard": (REAL, (self.circles,)),
            "employer_place": (np.dtype(np.uint8), (self.employers,)),
            "employer_until": (np.dtype(np.int16), (self.employers,)),
            "stocks": (WHOLE, (N_PLACES, N_STATUSES)),
            "started": (WHOLE, (N_PLACES,)),
            "pending": (WHOLE, (None,)),
            "banked": (WHOLE, (N_PLACES, N_CHANNELS)),
            "residents": (REAL, (N_PLACES,)),
            "inflow": (WHOLE, (12, N_PLACES)),
            "arrivals": (WHOLE, (N_PLACES,)),
            "kept_stocks": (WHOLE, (month, N_PLACES, N_STATUSES)),
            "kept_committed": (WHOLE, (month, N_PLACES, N_CHANNELS)),
            "kept_excepted": (WHOLE, (month, N_PLACES, N_CHANNELS)),
            "kept_sought": (WHOLE, (month, 2, 2, N_PLACES, N_SECTORS)),
            "kept_following": (WHOLE, (month, N_PLACES, N_CHANNELS)),
            "kept_claims": (WHOLE, (month, N_PLACES)),
            "kept_hazards": (WHOLE, (month, N_HAZARDS)),
            "kept_called": (REAL, (month, N_CALLED)),
            "events": (EVENT_TYPE, (None,)),
            "events_until": (WHOLE, (month,)),
        }
        if self.responds:
            forms["rules"] = (RULES, (month, N_PLACES, N_CHANNELS))
            forms["places"] = (PLACES, (month, N_PLACES))
        forms["mesa"] = (np.dtype(np.uint8), (None,))
        return forms


def state_forms(population: Population, world: World) -> StateForms:
    """The arrays of the states of a run of these people in this world."""
    sizes = len(population.people.key), len(population.circle_start) - 1, len(population.employers)
    return StateForms(population.one_in, *sizes, bool(newcomers.asked(world)))


def packed_state(state: State, forms: StateForms) -> bytes:
    """A state as the bytes of a file."""
    kept = state.recorder
    wanted = forms.at(state.month)
    given = [
        state.states,
        *state.circles,
        *state.employers,
        *state.stocks,
        *state.queues,
        *state.newcomers,
        *(np.array(getattr(kept, name)) for name in ("stocks", *EXPECTATIONS)),
        kept.events,
        np.cumsum([len(log) for log in kept.log], dtype=np.int64),
        *state.lived,
        state.mesa,
    ]
    return packed({"month": state.month}, dict(zip(wanted, given, strict=True)), wanted)


def unpacked_state(path: Path, month: int, forms: StateForms) -> State:
    """The state of a run before a month from its file; NotArrays for anything else."""
    about, arrays = unpacked(path, forms.at(month))
    ends, events = arrays["events_until"], arrays["events"]
    rows = arrays["pending"]
    if about.get("month") != month or [*ends[-1:]] != [len(events)] or (np.diff(ends, prepend=0) < 0).any():
        raise NotArrays("its months do not agree")
    if ((rows < 0) | (rows >= forms.people)).any():
        raise NotArrays("somebody waits who is not among the people")

    def given(*names: str) -> tuple[Any, ...]:
        return tuple(arrays[name] for name in names)

    log = [events[start:end] for start, end in pairwise([0, *ends.tolist()])]
    counted = {name: list(arrays[f"kept_{name}"]) for name in ("stocks", *EXPECTATIONS)}
    return State(
        month,
        arrays["people"],
        given("memory", "living", "abroad", "heard"),
        given("employer_place", "employer_until"),
        given("stocks", "started"),
        given("pending", "banked", "residents"),
        given("inflow", "arrivals"),
        Recorder(forms.one_in, 0.0, **counted, log=log),  # grants wait as in the model that takes it up
        given("rules", "places") if forms.responds else (),
        arrays["mesa"],
    )
