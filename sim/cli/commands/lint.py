"""`task=lint`: every file of `conf/` and every study is judged, whether a run needs it or not."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sim.analysis.experiment import experiment_names, load_experiment
from sim.history import catalogue
from sim.history.clock import clock, last_day
from sim.history.history import History
from sim.history.parameters import Policy
from sim.model.decision import constants
from sim.model.decision.rules import names
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF
from sim.population import assumptions
from sim.runs.settings import Settings


def run(settings: Settings) -> None:
    """Judge every file and print how many there are; raises UserError with all faults of all files."""
    faults = faults_of(CONF)
    for decision in names():
        faults += _faults(partial(constants.load, settings.choice.lambda_, decision))
    faults += _faults(assumptions.records)
    if not faults:  # which a study's scenarios would only repeat
        for study in experiment_names():
            faults += _faults(partial(load_experiment, study))
    if faults:
        raise UserError(*dict.fromkeys(faults))
    policies, shocks = catalogue.load_policies(CONF), catalogue.load_shocks(CONF)
    counts = {
        "policies": policies,
        "events": shocks,
        "scenarios": catalogue.scenario_names(CONF),
        "destinations": catalogue.load_destinations(CONF),
        "parameters": catalogue.load_parameters(CONF),
        "studies": experiment_names(),
    }
    print(f"{', '.join(f'{len(found):,} {what}' for what, found in counts.items())}: no fault")


def faults_of(conf: Path) -> list[str]:
    """All faults of a folder like `conf/`, a line each: of its files, and of what its scenarios and policies become."""
    faults = _faults(partial(catalogue.load_policies, conf)) + _faults(partial(catalogue.load_shocks, conf))
    for scenario in catalogue.scenario_names(conf):
        faults += _faults(partial(catalogue.load_history, scenario, conf))
    if not faults:
        faults += _of_policies(conf)
    return list(dict.fromkeys(faults))


def _of_policies(conf: Path) -> list[str]:
    """Faults that a policy has together with what happened, where no scenario enacts it."""
    happened, faults = catalogue.load_history("historical", conf), []
    in_force = {policy.name for policy in happened.policies}
    for name, policy in {**catalogue.load_shocks(conf), **catalogue.load_policies(conf)}.items():
        if name not in in_force:
            found = _faults(partial(_enacted, happened, policy))
            faults += [f"policy '{name}' with what happened to {last_day(clock().last)}: {fault}" for fault in found]
    return faults


def _enacted(happened: History, policy: Policy) -> History:
    return happened.enact(policy).check()


def _faults(read: Callable[[], Any]) -> list[str]:
    try:
        read()
    except UserError as error:
        return list(error.faults)
    return []
