"""The process that began a sweep is killed, or told to end: the same command goes on where it was."""

import os
import signal
from collections import Counter

import pytest

from tests.sweeps.sweeping import JOBS, SMALL, Sweep, contents, group, hidden, made, run, wait
from tests.sweeps.test_killed_workers import SLOWLY

COMMAND = ("-m", *SMALL, *JOBS)
PATIENCE = 10.0
"""Seconds in which the workers of a sweep that was told to end are gone (assumption: what a user calls at once)."""


def resumed(undisturbed, results, most=1):
    """The same command again ends as if nothing had happened, and computes no finished run again."""
    before = made(results)
    assert before
    code, out, err = run(results, *COMMAND)
    assert (code, err, len(out)) == (0, [], 4)
    assert contents(results / "points") == undisturbed.points
    assert hidden(results) == []
    again = made(results)
    assert len(again) == 9 and max(again.values()) <= most
    assert again - before == Counter({one: 1 for one in again if one not in before})


@pytest.mark.slow
def test_a_sweep_whose_power_fails_is_resumed(undisturbed, tmp_path):
    sweep = Sweep(tmp_path / "results", *COMMAND, faults=[SLOWLY])
    sweep.until_spooled("rents_respond", 1)
    sweep.kill_group()
    wait(lambda: not group(sweep.process.pid), seconds=PATIENCE)
    resumed(undisturbed, sweep.results)


@pytest.mark.slow
def test_a_sweep_whose_controller_alone_is_killed_is_resumed_beside_its_workers(undisturbed, tmp_path):
    sweep = Sweep(tmp_path / "results", *COMMAND, faults=[SLOWLY])
    sweep.until_spooled("rents_respond", 1)
    workers = sweep.workers()
    sweep.process.kill()
    sweep.process.wait()
    assert workers
    try:
        resumed(undisturbed, sweep.results)
        wait(lambda: not group(sweep.process.pid), seconds=PATIENCE)
    finally:
        for one in group(sweep.process.pid):
            os.kill(one, signal.SIGKILL)
        sweep.process.communicate()


SIGNALS = [(signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGTERM, True), (signal.SIGINT, True)]


@pytest.mark.parametrize(
    ("number", "all_of_them"),
    [pytest.param(*one, marks=pytest.mark.slow) for one in SIGNALS],
    ids=lambda one: one.name if isinstance(one, signal.Signals) else "group" if one else "controller",
)
def test_a_sweep_that_is_told_to_end_ends_at_once_and_is_resumed(undisturbed, tmp_path, number, all_of_them):
    sweep = Sweep(tmp_path / "results", *COMMAND, faults=[SLOWLY])
    sweep.until_spooled("rents_respond", 1)
    if all_of_them:
        os.killpg(sweep.process.pid, number)  # as a terminal does for Ctrl-C
    else:
        sweep.process.send_signal(number)
    code, out, err = sweep.end()
    assert (code, out, err) == (130, [], ["vyraj: interrupted; what was finished is kept, the same command goes on"])
    wait(lambda: not group(sweep.process.pid), seconds=PATIENCE)
    resumed(undisturbed, sweep.results)
