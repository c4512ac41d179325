"""The catalogue in `conf/`: destinations, parameters, policies, shocks and scenarios, read into plain objects.

No missing and no unknown key is let pass. All faults of all files that are needed are told at once, each on a line that
names the file, the line and the key. Nothing here knows Hydra.
"""

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, field_validator

from sim.codes import CHANNEL, PLACE
from sim.history import spelling, strict_yaml
from sim.history.destinations import BELARUS_INSTRUMENTS, Channel, Destination, Way, destination_of, way_of
from sim.history.history import History
from sim.history.judging import Faults, Names, Record, Text, judge, named, tell
from sim.history.parameters import HistoryError, Parameter, Policy, restriction
from sim.history.records import ParameterRecord, policy_of
from sim.history.strict_yaml import CatalogueError, Document, within
from sim.locations import CONF, File, files
from sim.messages import nearest, shown

__all__ = ["Channel", "Destination", "Way"]

_NOT = (b"false", b"no", b"off")
_HISTORICAL = re.compile(rb"""(?:^|[{,])[ \t]*["']?historical["']?[ \t]*:[ \t]*["']?([A-Za-z~]*)""", re.MULTILINE)
"""Whether a file says that its policy was adopted: asked before the file is judged."""


class Gathered:
    """Faults of several files, told together."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @contextmanager
    def within(self, where: str) -> Iterator[None]:
        """Gather what is wrong inside, at the place where it is."""
        try:
            with within(where):
                yield
        except CatalogueError as error:
            self.found += error.faults

    def refuse(self) -> None:
        """Raise CatalogueError with a line for each fault, if there are any."""
        if self.found:
            raise CatalogueError(*self.found)


def _files(conf: Path, folder: str) -> dict[str, File]:
    """Files of a folder by name, in alphabetical order: see `sim.locations.files`."""
    return files(conf / folder, f"conf/{folder}")


SCENARIO = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
"""What a scenario may be called: a word of the command line, and the name of a folder of results."""


def _need_usable(name: str) -> None:
    """Raise CatalogueError if a file's name cannot be the name of a scenario."""
    if not SCENARIO.fullmatch(name):
        allowed = "digits and _ . - without spaces"
        raise CatalogueError(f"'{shown(name)}' cannot be used: a name is of letters a to z, {allowed}; rename the file")


# parameters and destinations


class Parameters(dict[str, Parameter]):
    """Parameters by name, told from others by identity, so that what was judged with them can be kept."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other


Contents = tuple[tuple[str, File, bytes], ...]


def _contents(conf: Path, folder: str, gathered: Gathered) -> Contents:
    found = []
    for name, file in _files(conf, folder).items():
        with gathered.within(file.shown):
            found.append((name, file, strict_yaml.source(file.path)))
    return tuple(found)


class Places(NamedTuple):
    """What the files say of the world outside the people, besides its events."""

    parameters: Parameters
    destinations: Mapping[str, Destination]  # in order of their codes
    ways: Mapping[str, Way]  # channels, as all destinations share them


@lru_cache(maxsize=16)
def _of_places(destinations: Contents, history: Contents, channels: Contents) -> Places:
    """All parameters, destinations and channels."""
    gathered, places, ways = Gathered(), {}, {}
    parameters = [restriction("belarus", instrument) for instrument in BELARUS_INSTRUMENTS]
    stated: list[Parameter] = []
    for name, file, content in sorted(channels, key=lambda one: CHANNEL.get(one[0], 0)):
        with gathered.within(file.shown):
            ways[name] = way_of(name, strict_yaml.document(content))
    for name, file, content in sorted(destinations, key=lambda one: PLACE.get(one[0], 0)):
        with gathered.within(file.shown):
            places[name], numbers = destination_of(name, strict_yaml.document(content), ways)
            stated += numbers
    for _, file, content in history:
        with gathered.within(file.shown):
            parameters += _stated_in(strict_yaml.document(content))
    gathered.refuse()
    return Places(Parameters(History.of([*parameters, *stated]).parameters), places, ways)


def _stated_in(document: Document) -> list[Parameter]:
    """Parameters of a file of `conf/history`: those of Belarus, for a destination's stand in the destination's file."""
    faults, found = Faults(), []
    with faults.at():
        for name, content in named(document.content).items():
            with faults.at(name):
                if (place := name.partition(".")[0]) in PLACE and place != "belarus":
                    raise ValueError(f"stands in conf/destination/{place}.yaml")
                found.append(ParameterRecord.model_validate(content).made(name))
    tell(document, faults)
    return found


def _places(conf: Path) -> Places:
    gathered = Gathered()
    contents = [_contents(conf, folder, gathered) for folder in ("destination", "history", "channel")]
    gathered.refuse()
    return _of_places(*contents)


def _parameters(conf: Path, gathered: Gathered) -> Parameters | None:
    """All parameters by name, or None where there are faults, which are gathered: policies are judged all the same."""
    try:
        return _places(conf).parameters
    except CatalogueError as error:
        gathered.found += error.faults
        return None


def load_destinations(conf: Path = CONF) -> dict[str, Destination]:
    """Every destination of `conf/destination` by name, in order of its code."""
    return dict(_places(conf).destinations)


def load_channels(conf: Path = CONF) -> dict[str, Way]:
    """Every channel of `conf/channel` by name, in order of its code."""
    return dict(_places(conf).ways)


def load_parameters(conf: Path = CONF) -> tuple[Parameter, ...]:
    """Every parameter by name: of `conf/history`, of the destinations and their channels, and every restriction."""
    return tuple(_places(conf).parameters.values())


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
    found, gathered = {}, Gathered()
    parameters = _parameters(conf, gathered)
    for name, file in _files(conf, folder).items():
        with gathered.within(file.shown):
            found[name] = _policy(name, strict_yaml.source(file.path), folder == "event", parameters)
    gathered.refuse()
    return found


def _needed(conf: Path, enact: Collection[str], parameters: Parameters | None, gathered: Gathered) -> dict[str, Policy]:
    """Policies and shocks that happened, or that a scenario enacts: a faulty file of another stops no scenario."""
    events, found = _files(conf, "event"), {}
    listed = [(name, file, True) for name, file in events.items()]
    listed += [(name, file, False) for name, file in _files(conf, "policy").items()]
    for name, file, shock in listed:
        with gathered.within(file.shown):
            content = strict_yaml.source(file.path)
            said = _HISTORICAL.search(content)
            happened = said is not None and said[1].lower() not in _NOT
            if not happened and name not in enact:
                if said is None:
                    _tell_if_faulty(name, file, content, shock)
                continue
            if not shock and name in events:
                raise CatalogueError(f"'{name}' is both in conf/event and conf/policy")
            found[name] = _policy(name, content, shock, parameters)
    return found


@lru_cache(maxsize=1024)
def _tell_if_faulty(name: str, file: File, content: bytes, shock: bool) -> None:
    """Say once of a file that may have been meant as history, but does not say so, that it is left out."""
    try:
        _policy(name, content, shock, None)
    except CatalogueError as error:
        print(f"vyraj: {file.shown} is left out: {error.faults[0]}; task=lint tells all", file=sys.stderr, flush=True)


# scenarios


@dataclass(frozen=True)
class Scenario:
    """A history told by what it adds to the historical one, what it takes from it, and what ends on another day.

    `until` gives events or whole policies a new last day, None for no end.
    """

    name: str
    description: str
    enact: tuple[str, ...]
    without: tuple[str, ...]
    until: Mapping[str, date | None]


class ScenarioRecord(Record):
    """A scenario's file."""

    description: Text
    enact: Names = ()
    without: Names = ()
    until: Any = Field(None, validate_default=True)

    @field_validator("until", mode="plain")
    @classmethod
    def _last_days(cls, content: Any) -> Mapping[str, date | None]:
        faults, last = Faults(), {}
        for name, value in named({} if content is None else content).items():
            with faults.at(name):
                last[name] = spelling.last_day(value)
        faults.refuse()
        return last


def scenario_names(conf: Path = CONF) -> tuple[str, ...]:
    """Names of the scenarios in `conf/scenario`."""
    return tuple(_files(conf, "scenario"))


def load_scenario(name: str, conf: Path = CONF) -> Scenario:
    """A scenario's description and the names of what it enacts and removes."""
    return _scenario(name, conf)[0]


def _scenario(name: str, conf: Path) -> tuple[Scenario, Document, File]:
    listed = _files(conf, "scenario")
    if name not in listed:
        raise CatalogueError(f"no scenario '{shown(name)}' in conf/scenario; known: {nearest(name, listed)}")
    with within(listed[name].shown):
        _need_usable(name)
        document = strict_yaml.document(strict_yaml.source(listed[name].path))
        own = judge(ScenarioRecord, document)
    return Scenario(name, own.description, own.enact, own.without, own.until), document, listed[name]


def load_history(scenario: str = "historical", conf: Path = CONF) -> History:
    """The history of a scenario: all that happened, and what the scenario enacts, removes and ends.

    Raises CatalogueError with all faults of the files that it needs; those of other policies are not judged.
    """
    plan, document, file = _scenario(scenario, conf)
    gathered = Gathered()
    parameters = _parameters(conf, gathered)
    bundles = _needed(conf, plan.enact, parameters, gathered)
    gathered.refuse()
    assert parameters is not None
    with within("conf"):
        happened = History.of(parameters.values()).enact(*(one for one in bundles.values() if one.historical))
    with within(file.shown):
        known = (*_files(conf, "event"), *_files(conf, "policy"))
        return _composed(plan, document, happened, bundles, known).check()


def _composed(
    plan: Scenario, document: Document, happened: History, bundles: Mapping[str, Policy], known: Collection[str]
) -> History:
    """What happened, with what a scenario enacts, removes and ends."""
    faults, history = Faults(), happened
    for number, name in enumerate(plan.enact):
        with faults.at("enact", number):
            if name not in bundles:
                raise HistoryError(f"no policy '{shown(name)}'; known: {nearest(name, known)}")
            history = history.enact(bundles[name])
    for number, name in enumerate(plan.without):
        with faults.at("without", number):
            history.without(name)
    tell(document, faults)
    history = history.without(*plan.without)
    for name, last in plan.until.items():
        with faults.at("until", name):
            history = history.ending(name, last)
    tell(document, faults)
    return history
