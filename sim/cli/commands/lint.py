"""`task=lint`: every file of `conf/` and every study is judged, whether a run needs it or not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sim.analysis.experiment import experiment_names, load_experiment
from sim.history import catalogue, idle, inventory, naming
from sim.history.clock import clock, last_day
from sim.history.history import History
from sim.history.judging import Faults, tell
from sim.history.opposed import opposed
from sim.history.policies import Policy
from sim.model.decision import constants
from sim.model.decision.rules import names
from sim.numerics import strict_yaml
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF, files
from sim.numerics.messages import shown
from sim.population import assumptions
from sim.runs.settings import Settings


def run(settings: Settings) -> None:
    """Judge every file and print how many there are; raises UserError with all faults of all files."""
    faults = faults_of(CONF)
    for decision in names():
        faults += _faults(partial(constants.load, settings.lambda_, decision))
    faults += _faults(assumptions.records)
    for study in experiment_names():
        faults += _news(_faults(partial(load_experiment, study)), faults)
    if faults:
        raise UserError(*dict.fromkeys(faults))
    policies, shocks = catalogue.load_policies(CONF), catalogue.load_shocks(CONF)
    counts = {
        "policies": policies,
        "events": shocks,
        "scenarios": catalogue.scenario_names(CONF),
        "destinations": inventory.load_destinations(CONF),
        "parameters": inventory.load_parameters(CONF),
        "studies": experiment_names(),
    }
    print(f"{', '.join(f'{len(found):,} {what}' for what, found in counts.items())}: no fault")


def faults_of(conf: Path) -> list[str]:
    """All faults of a folder like `conf/`, a line each: of its files, and of what its scenarios and policies become."""
    sound: dict[str, Policy] = {}
    faults: list[str] = []
    for folder in ("policy", "event"):
        found, wrong = catalogue.sound_policies(conf, folder)
        sound |= {name: policy for name, (policy, _) in found.items()}
        faults += wrong
    faults += _events_named_twice(conf)
    for scenario in catalogue.scenario_names(conf):
        faults += _faults(partial(catalogue.load_history, scenario, conf, quiet=True))
    for course in catalogue.course_names(conf):
        faults += _news(_faults(partial(catalogue.load_course, course, conf)), faults)
    faults += _news(_of_policies(conf, sound), faults)
    return list(dict.fromkeys(faults or _of_worlds(conf)))


def _of_worlds(conf: Path) -> list[str]:
    """What no world can have, or none has, though every file is sound: see `sim.history.idle`."""
    happened, gathered = catalogue.load_history("historical", conf, quiet=True), inventory.Gathered()
    courses = {name: catalogue.load_course(name, conf) for name in catalogue.course_names(conf)}
    for name, course in courses.items():
        gathered.found += [f"conf/course/{name}.yaml: drivers: {said}" for said in idle.beyond_all(happened, course)]
    files, in_force = inventory.files_of(conf, "scenario"), set[str]()
    for name in catalogue.scenario_names(conf):
        stage = catalogue.staged(naming.composition(name), conf, quiet=True)
        history = stage.play(stage.plan)
        for course in courses.values() if stage.plan.course is None else ():
            with gathered.within(f"{stage.where}: course={course.name}"):
                replace(history, course=course).check()
        if name in files:
            lines = list(idle.idle_lines(stage.plan, stage.play))
            in_force |= set(stage.plan.enact) - {item for key, item, _ in lines if key == "enact"}
            with gathered.within(stage.where):
                _tell_lines(stage, lines)
            gathered.found += [f"{stage.where}: {said}" for said in opposed(history, history.last_day)]
    for name in set(catalogue.policy_names(conf, proposed=True)) - set(files) - in_force:
        stage = catalogue.staged(naming.composition(name), conf, quiet=True)
        said = idle.idle_policy(stage.happened, stage.play(stage.plan))
        gathered.found += [f"{stage.where}: {said}"] if said else []
    return sorted(gathered.found)


def _tell_lines(stage: catalogue.Stage, lines: Sequence[tuple[str, str, str]]) -> None:
    """Raise CatalogueError with what is said of lines of a scenario's file, by key and item, if there are any."""
    faults = Faults()
    for key, item, said in lines:
        faults.add(said, key, item if key == "until" else getattr(stage.plan, key).index(item))
    tell(stage.document, faults)


def _events_named_twice(conf: Path) -> list[str]:
    """What is said of events of one name in several files, of which only one can be in force; judged or not."""
    first: dict[str, str] = {}
    faults = []
    for file in [file for name in ("event", "policy") for file in files(conf / name, f"conf/{name}").values()]:
        try:
            found = strict_yaml.document(strict_yaml.source(file.path))
        except UserError:  # told when the file is judged
            continue
        events = found.place.inside.get("events")
        for name, place in events.inside.items() if events else ():
            if name in first:
                where = f"{file.shown}: line {place.line}: events"
                faults.append(f"{where}: {shown(name)} is in {first[name]} too; rename it")
            first.setdefault(name, file.shown)
    return faults


def _of_policies(conf: Path, policies: Mapping[str, Policy]) -> list[str]:
    """Faults that a policy has together with what happened, where no scenario enacts it."""
    try:
        happened, faults = catalogue.load_history("historical", conf, quiet=True), []
    except UserError:  # its faults are told
        return []
    in_force = {policy.name for policy in happened.policies}
    for name, policy in policies.items():
        if name not in in_force:
            found = _faults(partial(_enacted, happened, policy))
            faults += [f"policy '{name}' with what happened to {last_day(clock().last)}: {fault}" for fault in found]
    return faults


def _news(found: list[str], told: list[str]) -> list[str]:
    """Faults that are not told yet: a scenario has those of its policies, a study those of its scenarios."""
    return [one for one in found if not any(old in one or one.endswith(old.partition(": ")[2] or old) for old in told)]


def _enacted(happened: History, policy: Policy) -> History:
    return happened.enact(policy).check()


def _faults(read: Callable[[], Any]) -> list[str]:
    try:
        read()
    except UserError as error:
        return list(error.faults)
    return []
