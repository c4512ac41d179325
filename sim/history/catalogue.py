"""The catalogue in `conf/`: policies, shocks, courses and scenarios, read into plain objects, and their histories.

No missing and no unknown key is let pass. All faults of all files that are needed are told at once, each on a line that
names the file, the line and the key. Nothing here knows Hydra.
"""

import re
import sys
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sim.history import naming
from sim.history.clock import clock
from sim.history.courses import HELD, Course, course_of
from sim.history.drivers import drivers
from sim.history.history import History
from sim.history.inventory import Gathered, Parameters, files_of, parameters_of
from sim.history.judging import judge
from sim.history.naming import HISTORICAL, Composition
from sim.history.parameters import LIMIT_DAY
from sim.history.policies import Policy
from sim.history.records import policy_of
from sim.history.scenarios import Scenario, ScenarioRecord, composed, name_faults, need_usable, played
from sim.history.strict_yaml import within
from sim.numerics import strict_yaml
from sim.numerics.errors import CatalogueError
from sim.numerics.locations import CONF, File
from sim.numerics.messages import nearest, shown
from sim.numerics.strict_yaml import Document, Place

_NOT = (b"false", b"no", b"off")
_HISTORICAL = re.compile(rb"""(?:^|[{,])[ \t]*["']?historical["']?[ \t]*:[ \t]*["']?([A-Za-z~]*)""", re.MULTILINE)
"""Whether a file says that its policy was adopted: asked before the file is judged."""
_BRANCH = re.compile(rb"""(?:^|[{,])[ \t]*["']?branch["']?[ \t]*:""", re.MULTILINE)
"""Whether a file says that it is not known how it ended."""


# policies and shocks


@lru_cache(maxsize=1024)
def _policy(name: str, content: bytes, shock: bool, parameters: Parameters | None) -> Policy:
    return policy_of(name, strict_yaml.document(content), shock, parameters)


def load_policies(conf: Path = CONF) -> dict[str, Policy]:
    """Every policy of `conf/policy`, adopted or not, by name."""
    return _policies(conf, "policy")


def load_shocks(conf: Path = CONF) -> dict[str, Policy]:
    """Every shock of `conf/event` by name: what happened without being chosen as a migration policy."""
    return _policies(conf, "event")


def _policies(conf: Path, folder: str) -> dict[str, Policy]:
    found, faults = sound_policies(conf, folder)
    if faults:
        raise CatalogueError(*faults)
    return {name: policy for name, (policy, _) in found.items()}


def sound_policies(conf: Path, folder: str) -> tuple[dict[str, tuple[Policy, File]], list[str]]:
    """The policies, or shocks, of a folder that are as they should be, with their files; what is wrong with others."""
    found, gathered = {}, Gathered()
    parameters = parameters_of(conf, gathered)
    for name, file in files_of(conf, folder).items():
        with gathered.within(file.shown):
            need_usable(name)
            found[name] = _policy(name, strict_yaml.source(file.path), folder == "event", parameters), file
    return found, gathered.found


def _happened(content: bytes) -> bool | None:
    """Whether a file says that its policy was adopted; None if it does not say."""
    said = _HISTORICAL.search(content)
    return None if said is None else said[1].lower() not in _NOT


def policy_names(conf: Path = CONF, proposed: bool = False) -> tuple[str, ...]:
    """Names of all policies and shocks, or only of those that did not happen, in alphabetical order."""
    found = {**files_of(conf, "event"), **files_of(conf, "policy")}
    chosen = (name for name, file in found.items() if not (proposed and _happened(strict_yaml.source(file.path))))
    return tuple(sorted(chosen))


def _needed(
    conf: Path, enact: Collection[str], parameters: Parameters | None, gathered: Gathered, quiet: bool
) -> dict[str, Policy]:
    """Policies and shocks that happened, or that a scenario enacts: a faulty file of another stops no scenario."""
    events, found = files_of(conf, "event"), {}
    listed = [(name, file, True) for name, file in events.items()]
    listed += [(name, file, False) for name, file in files_of(conf, "policy").items()]
    for name, file, shock in listed:
        with gathered.within(file.shown):
            content = strict_yaml.source(file.path)
            happened = _happened(content)
            if not happened and name not in enact:
                if happened is None and not quiet:
                    _tell_if_faulty(name, file, content, shock, parameters)
                continue
            need_usable(name)
            if not shock and name in events:
                raise CatalogueError(f"'{name}' is both in conf/event and conf/policy")
            found[name] = _policy(name, content, shock, parameters)
    return found


@lru_cache(maxsize=1024)
def _tell_if_faulty(name: str, file: File, content: bytes, shock: bool, parameters: Parameters | None) -> None:
    """Say once of a file that may have been meant as history, but does not say so, that it is left out."""
    try:
        need_usable(name)
        _policy(name, content, shock, parameters)
    except CatalogueError as error:
        print(f"vyraj: {file.shown} is left out: {error.faults[0]}; task=lint tells all", file=sys.stderr, flush=True)


def load_branches(conf: Path = CONF) -> tuple[Policy, ...]:
    """Policies and shocks of which it is not known whether they came about, in order of their first day."""
    found, gathered = [], Gathered()
    for folder in ("event", "policy"):
        for name, file in files_of(conf, folder).items():
            with gathered.within(file.shown):
                content = strict_yaml.source(file.path)
                if _BRANCH.search(content):
                    found.append(_policy(name, content, folder == "event", None))
    gathered.refuse()
    return tuple(sorted(found, key=lambda policy: (policy.events[0].start, policy.name)))


# courses


def _courses(conf: Path) -> dict[str, File]:
    """Files of `conf/course`; a folder of another place that has none has those that are shipped."""
    return files_of(conf, "course") or files_of(CONF, "course")


def course_names(conf: Path = CONF) -> tuple[str, ...]:
    """Names of the courses of `conf/course`, in alphabetical order."""
    return tuple(_courses(conf))


def load_course(name: str, conf: Path = CONF) -> Course:
    """A course of `conf/course`; raises CatalogueError for a name that is none, and with all faults of its file."""
    known = _courses(conf)
    if name not in known:
        raise CatalogueError(f"no course '{shown(name)}' in conf/course; known: {nearest(name, known)}")
    with within(known[name].shown):
        return _course(name, strict_yaml.source(known[name].path))


@lru_cache(maxsize=64)
def _course(name: str, content: bytes) -> Course:
    return course_of(name, strict_yaml.document(content), drivers())


# scenarios


def scenario_names(conf: Path = CONF) -> tuple[str, ...]:
    """Names of the scenarios: files of `conf/scenario`, and every proposal, which is a scenario by itself."""
    return tuple(sorted({*files_of(conf, "scenario"), *policy_names(conf, proposed=True)}))


def world_name(asked: Composition, conf: Path = CONF) -> str:
    """The one name of a world, however it is asked for: of a proposal alone its own, else that of the composition."""
    files, (scenario, policy, without) = files_of(conf, "scenario"), asked
    if (policy or without) and scenario not in files and scenario != HISTORICAL:  # a proposal, in no order
        scenario, policy = HISTORICAL, (scenario, *policy)
    alone = scenario == HISTORICAL and len(set(policy)) == 1 and not without and policy[0] not in files
    return policy[0] if alone else Composition(scenario, policy, without).name


def load_scenario(name: str, conf: Path = CONF) -> Scenario:
    """A scenario's description and the names of what it enacts and removes; of a composition every part's."""
    asked = naming.composition(name)
    plan = _scenario(asked.scenario, conf)[0]
    if not asked.is_composed:
        return plan
    described = " ".join(_described(asked, plan, conf))
    enact, without = (*plan.enact, *asked.policy), (*plan.without, *asked.without)
    return Scenario(name, described, enact, without, plan.until, plan.course, plan.last)


def _described(asked: Composition, plan: Scenario, conf: Path) -> list[str]:
    """What a composition is in sentences: those of its scenario and of its policies, then what is taken away."""
    said = [plan.description] * (asked.scenario != HISTORICAL)
    said += [_proposal(one, conf)[0].description for one in dict.fromkeys(asked.policy)]
    if asked.without:
        gone = f"{naming.words(Composition(HISTORICAL, (), asked.without).name)}."
        gone = gone.removeprefix("what happened ") if said else gone
        said.append(f"{gone[:1].upper()}{gone[1:]}")
    return [f"{one.rstrip('.')}." for one in said]


def _scenario(name: str, conf: Path) -> tuple[Scenario, Document, str]:
    """A scenario with its document and where that is; a policy is the scenario that enacts it, if no file has its name.

    Raises CatalogueError for a name that is neither.
    """
    listed = files_of(conf, "scenario")
    if name not in listed:
        return _proposal(name, conf)
    with within(listed[name].shown):
        need_usable(name)
        document = strict_yaml.document(strict_yaml.source(listed[name].path))
        own = judge(ScenarioRecord, document)
    plan = Scenario(name, own.description, own.enact, own.without, own.until, own.course, own.last)
    return plan, document, listed[name].shown


def _proposal(name: str, conf: Path) -> tuple[Scenario, Document, str]:
    """The scenario of one policy, or shock, which needs no file of its own."""
    policies = files_of(conf, "policy")
    file = (policies | files_of(conf, "event")).get(name)
    if file is None:
        known = nearest(name, scenario_names(conf))
        raise CatalogueError(f"no scenario '{shown(name)}' in conf/scenario or policy in conf/policy; known: {known}")
    with within(file.shown):
        need_usable(name)
        shock, parameters = name not in policies, parameters_of(conf, Gathered())  # whose own faults are told elsewhere
        own = _policy(name, strict_yaml.source(file.path), shock, parameters)
    return Scenario(name, own.description, (name,), (), {}), Document({}, Place(0, "", {}), ()), file.shown


def last_month(world: str, conf: Path = CONF) -> int:
    """Last month of the history of a scenario, or of a composition: that of the clock, or a later one of its own."""
    return max(_scenario(naming.composition(world).scenario, conf)[0].last or 0, clock().last)


def load_history(
    scenario: str = HISTORICAL, conf: Path = CONF, until: date = LIMIT_DAY, course: str = HELD, quiet: bool = False
) -> History:
    """The history of a scenario, or of a composition: all that happened, and what is enacted, removed and ended.

    After the last known month it follows the `course`, unless the scenario's file names one. Raises CatalogueError with
    all faults of the files that it needs, those of other policies are not judged, and with all faults of the
    composition: what is enacted on top, or taken away, must be announced by the day `until`. A faulty file that is left
    out is told, unless one is `quiet`.
    """
    asked = naming.composition(scenario)
    with within(f"'{shown(scenario, naming.LONGEST)}'") if asked.is_composed else nullcontext():
        return history_of(asked, conf, until, course, quiet)


def history_of(
    asked: Composition, conf: Path = CONF, until: date = LIMIT_DAY, course: str = HELD, quiet: bool = False
) -> History:
    """The history of a composition, as `load_history` gives it by name."""
    stage = staged(asked, conf, course, quiet)
    with within(stage.where):
        history = stage.play(stage.plan).check()
    return composed(history, stage.plan, asked, stage.bundles, stage.known, until) if asked.is_composed else history


class Stage(NamedTuple):
    """A scenario with what its history is made of."""

    plan: Scenario
    document: Document
    where: str  # its file, as messages name it
    happened: History  # as far as the scenario goes
    bundles: Mapping[str, Policy]  # policies and shocks that happened, or that it enacts
    known: Collection[str]  # names of all

    def play(self, plan: Scenario) -> History:
        """What happened, with what a scenario, or a part of it, makes of it; HistoryError with what is wrong."""
        return played(plan, self.document, self.happened, self.bundles, self.known)


def staged(asked: Composition, conf: Path = CONF, course: str = HELD, quiet: bool = False) -> Stage:
    """The scenario of a composition and what is needed for all of it; raises CatalogueError as `load_history` does."""
    plan, document, where = _scenario(asked.scenario, conf)
    gathered, known = Gathered(), policy_names(conf)
    parameters = parameters_of(conf, gathered)
    bundles = _needed(conf, {*plan.enact, *asked.policy}, parameters, gathered, quiet)
    if gathered.found:
        raise CatalogueError(*gathered.found, *name_faults(asked, known))
    assert parameters is not None
    with within("conf"):
        followed = load_course(plan.course or course, conf)
        begun = History.of(parameters.values(), followed, max(plan.last or 0, clock().last))
        happened = begun.enact(*(one for one in bundles.values() if one.historical))
    return Stage(plan, document, where, happened, bundles, known)
