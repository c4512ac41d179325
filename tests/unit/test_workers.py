"""What workers share: the same people for all, which nobody can spoil, and states of baselines, whole or not there."""

import os
from dataclasses import replace

import numpy as np
import pytest

from sim.history.clock import clock
from sim.model.recording.recorder import Recorder
from sim.numerics.errors import UserError
from sim.population.schema import Columns
from sim.population.synthesis import synthesise
from sim.runs import workers
from sim.runs.packing import state_forms
from sim.runs.run import Job
from sim.runs.workers import PARTS, BaselineStates
from tests.unit.small_runs import PARTING, bytes_of, differing, ensemble

ONE_IN = 5000


@pytest.fixture(scope="module")
def made():
    return synthesise(ONE_IN, 3, 1)


def test_mapped_people_are_those_synthesised_to_the_last_bit(tmp_path, made):
    for _ in ("built", "read"):
        mapped = workers.people(tmp_path, ONE_IN, 3, threads=2)
        for name in Columns._fields:
            assert bytes_of(getattr(mapped.people, name)) == bytes_of(getattr(made.people, name)), name
        for name in PARTS:
            assert bytes_of(getattr(mapped, name)) == bytes_of(getattr(made, name)), name
        assert (mapped.one_in, mapped.seed) == (made.one_in, made.seed)
    assert type(mapped.people.key) is np.ndarray, "rules are compiled for plain arrays"


def test_who_writes_to_mapped_people_writes_for_himself(tmp_path):
    mine = workers.people(tmp_path, ONE_IN, 3, 1)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.npy")}
    assert len(files) == len(Columns._fields) + len(PARTS)
    for array in (*mine.people, *(getattr(mine, name) for name in PARTS)):
        array[...] = 1
    assert {path: path.read_bytes() for path in files} == files
    other = workers.people(tmp_path, ONE_IN, 3, 1)
    assert not (other.people.birth == 1).all()


def test_people_are_built_once_for_each_sample_and_seed(tmp_path, monkeypatch):
    built = []

    def counting(*chosen):
        built.append(chosen)
        return synthesise(*chosen)

    monkeypatch.setattr(workers, "synthesise", counting)
    for chosen in ((ONE_IN, 3, 1), (ONE_IN, 3, 2), (ONE_IN, 4, 1), (2 * ONE_IN, 3, 1), (ONE_IN, 4, 1)):
        workers.people(tmp_path, *chosen)
    assert [one[:3] for one in built] == [(ONE_IN, 3, 1), (ONE_IN, 4, 1), (2 * ONE_IN, 3, 1)]


def test_people_of_a_longer_history_are_not_those_of_a_shorter_one(tmp_path):
    """They have more rows; those of all months within the clock are the same files."""
    short, longer, within = (workers.people(tmp_path, ONE_IN, 3, 1, until) for until in (83, 215, clock().last))
    assert len(list(tmp_path.glob("people-*"))) == 2
    assert len(longer.people.key) > len(short.people.key) == len(within.people.key)
    assert (short.last, longer.last, within.last) == (clock().last, 215, clock().last)


def test_people_that_were_not_finished_are_built_anew(tmp_path, monkeypatch):
    def breaks(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(np, "save", breaks)
        with pytest.raises(KeyboardInterrupt):
            workers.people(tmp_path, ONE_IN, 3, 1)
    assert not list(tmp_path.glob("people-*"))
    assert len(workers.people(tmp_path, ONE_IN, 3, 1).people.key) > 1000


def test_an_ensemble_lives_on_mapped_people_as_on_its_own(tmp_path):
    alone = ensemble()
    sharing = type(alone)(alone.settings, lambda seed: workers.people(tmp_path, 2000, seed, 1))
    job = Job("historical", 0.62, 0)
    assert differing(alone.run(job), sharing.run(job)) == []


@pytest.fixture(scope="module")
def made_small():
    return ensemble()


@pytest.fixture(scope="module")
def forms(made_small):
    return state_forms(made_small.population, made_small.world("historical"))


@pytest.fixture(scope="module")
def kept(made_small):
    """States of a run at two months."""
    model = made_small.model(Job("historical", 0.62, 0))
    return {month: model.run(month).state() for month in (5, PARTING)}


def parts(what):
    """A state as one flat list of arrays and numbers."""
    if isinstance(what, dict):
        return parts(list(what.values()))
    if isinstance(what, list | tuple):
        return [part for inner in what for part in parts(inner)]
    if isinstance(what, Recorder):
        return parts([what.one_in, what.stocks, what.committed, what.following, what.log])
    return [bytes_of(what) if isinstance(what, np.ndarray) else what]


def test_a_state_comes_back_to_the_last_bit_and_can_be_lived_on(tmp_path, kept, forms, made_small):
    states = BaselineStates(tmp_path, "historical-0123-000000", forms)
    for state in kept.values():
        states.keep(state)
        back = states.latest(state.month)
        assert parts(back) == parts(state)
        assert back.states.flags.writeable
    job = Job("historical", 0.62, 0)
    lived = made_small.finished(made_small.model(job).live_on(states.latest(PARTING)).run(), job)
    assert differing(lived, made_small.run(job)) == []


def test_a_state_of_other_people_or_of_another_month_is_refused(tmp_path, kept, forms):
    states = BaselineStates(tmp_path, "a", forms)
    states.keep(kept[5])
    path = tmp_path / "a-005.state"
    path.rename(tmp_path / "a-004.state")
    told = r"a-004\.state is no state of a run: its array '.*' has another type or shape; remove it"
    for other in (states, BaselineStates(tmp_path, "a", replace(forms, people=forms.people + 1))):
        with pytest.raises(UserError, match=told):
            other.latest(9)


def test_the_latest_state_that_is_early_enough_is_given(tmp_path, kept, forms):
    states = BaselineStates(tmp_path, "historical-0123-000000", forms)
    assert states.latest(84) is None
    for state in kept.values():
        states.keep(state)
    for month, found in ((4, None), (5, 5), (13, 5), (PARTING, PARTING), (83, PARTING)):
        state = states.latest(month)
        assert (state and state.month) == found
    assert bytes_of(states.latest(5).states["place"]) == bytes_of(kept[5].states["place"])
    assert BaselineStates(tmp_path, "historical-0123-000001", forms).latest(84) is None, (
        "another replicate's is another's"
    )


def test_a_spoilt_state_is_passed_over(tmp_path, kept, forms):
    states = BaselineStates(tmp_path, "historical-0123-000000", forms)
    for state in kept.values():
        states.keep(state)
    path = tmp_path / f"historical-0123-000000-{PARTING:03}.state"
    path.write_bytes(path.read_bytes()[:-1])
    assert states.latest(84).month == 5


def test_one_worker_at_a_time_lives_a_baseline(tmp_path, forms):
    ours, theirs = (BaselineStates(tmp_path, "a", forms) for _ in range(2))
    other = BaselineStates(tmp_path, "b", forms)
    with ours.turn() as first:
        with theirs.turn() as second, other.turn() as elsewhere:
            assert (first, second, elsewhere) == (True, False, True)
        ours.reached()  # what was to be shared is kept: the turn is theirs, though we go on
        with theirs.turn() as second:
            assert second
            with ours.turn() as again:
                assert not again
    with theirs.turn() as second:
        assert second
    assert all(name.endswith(".lock") for name in os.listdir(tmp_path))
