"""The catalogue in `conf/`: destinations, parameters, policies, shocks and scenarios, read into plain objects.

No missing and no unknown key is let pass, and every error is one line that names the file and the key.
Nothing here knows Hydra.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sim.codes import CHANNEL, GROUP, INSTRUMENT, PLACE, SECTOR, STATUS
from sim.history import strict_yaml, unstated
from sim.history.history import History
from sim.history.parameters import (
    Parameter,
    Policy,
    nearest,
    need_date,
    restriction,
    shown,
)
from sim.history.records import parameter_from, policy_from
from sim.history.strict_yaml import (
    CatalogueError,
    need_flag,
    need_keys,
    need_mapping,
    need_name,
    need_named,
    need_names,
    need_text,
    within,
)
from sim.locations import CONF, File, files

BELARUS_INSTRUMENTS = ("exit", "land_exit")
"""Restrictions of the origin; those of a destination stand in its file."""

CHANNEL_RULES = {
    "months": "sum",
    "fee": "sum",
    "funds": "sum",
    "approval": "product",
    "capacity": "lowest",
    "stay": "lowest",
    "works": "set",
    "renewal": "product",
}
"""Numbers of a channel and the rules by which events change them."""

DESTINATION_CHANNELS = tuple(name for name in CHANNEL if name != "none")
DESTINATION_INSTRUMENTS = tuple(name for name in INSTRUMENT if name not in BELARUS_INSTRUMENTS)
DESTINATION_PLACES = tuple(name for name in PLACE if name != "belarus")


ARRIVAL_STATUSES = tuple(name for name in STATUS if name not in ("home", "pendular"))
OLDEST = 150
"""Highest age that a channel may name, years."""


def _names(conf: Path, folder: str) -> dict[str, File]:
    """Files of a folder by name, in alphabetical order."""
    return files(conf / folder, f"conf/{folder}")


def _read(file: File) -> dict[Any, Any]:
    return need_mapping(strict_yaml.read(file.path))


# policies and shocks


def load_policies(conf: Path = CONF) -> dict[str, Policy]:
    """Every policy of `conf/policy`, adopted or not, by name."""
    return _policies(conf, "policy")


def load_shocks(conf: Path = CONF) -> dict[str, Policy]:
    """Every shock of `conf/event` by name: what happened without being chosen as a migration policy."""
    return _policies(conf, "event")


def _policies(conf: Path, folder: str) -> dict[str, Policy]:
    found = {}
    for name, file in _names(conf, folder).items():
        with within(file.shown):
            found[name] = policy_from(name, _read(file), shock=folder == "event")
    return found


# destinations


@dataclass(frozen=True)
class Channel:
    """A way to come to live in a destination; its numbers are the parameters `<place>.<channel>.<name>`.

    `entry` and `residence` name the instruments it needs ("none": none), `status` the right held on arrival.
    Eligible are those of `sectors` (none named: any), of `groups` (none named: any), of the ages from the
    first to the second, both included.
    """

    name: str
    meaning: str
    entry: str
    residence: str
    sectors: tuple[str, ...]
    groups: tuple[str, ...]
    ages: tuple[int, int]
    status: str


@dataclass(frozen=True)
class Destination:
    """A country people may live in: how it can be reached, the instruments it has, its channels by name."""

    name: str
    description: str
    schengen: bool
    access: tuple[str, ...]
    instruments: tuple[str, ...]
    channels: Mapping[str, Channel]


def _number_of(prefix: str, key: str, content: Any, rule: str) -> Parameter:
    with within(f"parameters: {shown(key)}"):
        parameter = parameter_from(f"{prefix}.{key}", content)
        if parameter.rule != rule:
            raise CatalogueError(f"rule '{parameter.rule}' should be '{rule}'")
    return parameter


def _ages_from(content: Any) -> tuple[int, int]:
    whole = isinstance(content, list) and len(content) == 2 and all(type(age) is int for age in content)
    if not whole or not 0 <= content[0] <= content[1] <= OLDEST:
        raise CatalogueError(f"'{shown(content)}' is not a list of the youngest and the oldest age, at most {OLDEST}")
    return content[0], content[1]


def _channel_from(place: str, name: str, content: Any, instruments: Sequence[str]) -> tuple[Channel, list[Parameter]]:
    own = need_keys(content, ["meaning", "entry", "residence", "eligible", "status", "parameters"])
    needed = {}
    for key in ("entry", "residence"):
        with within(key):
            needed[key] = need_name(own[key], ("none", *instruments))
    with within("eligible"):
        who = need_keys(own["eligible"], ["sectors", "groups", "ages"])
        sectors, groups = need_names(who["sectors"], SECTOR), need_names(who["groups"], GROUP)
        ages = _ages_from(who["ages"])
    with within("status"):
        status = need_name(own["status"], ARRIVAL_STATUSES)
    channel = Channel(
        name, need_text(own, "meaning"), **needed, sectors=sectors, groups=groups, ages=ages, status=status
    )
    numbers = need_keys(own["parameters"], list(CHANNEL_RULES), of="parameters")
    return channel, [_number_of(f"{place}.{name}", key, value, CHANNEL_RULES[key]) for key, value in numbers.items()]


def _destination(name: str, file: File) -> tuple[Destination, list[Parameter]]:
    need_name(name, DESTINATION_PLACES)
    keys = ["description", "schengen", "access", "instruments", "parameters", "channels"]
    own = need_keys(_read(file), keys)
    with within("instruments"):
        instruments = need_names(own["instruments"], DESTINATION_INSTRUMENTS)
    with within("access"):
        access = need_names(own["access"], [way for way in ("land", "air") if way in instruments])
    parameters = [
        _number_of(name, key, value, unstated.PLACE_RULES.get(key, "set"))
        for key, value in need_named(own["parameters"], "parameters").items()
    ]
    parameters += [restriction(name, instrument) for instrument in instruments]
    channels = {}
    for channel in sorted(need_named(own["channels"], "channels"), key=lambda channel: CHANNEL.get(channel, 0)):
        with within(f"channels: {shown(channel)}"):
            need_name(channel, DESTINATION_CHANNELS)
            channels[channel], numbers = _channel_from(name, channel, own["channels"][channel], instruments)
            parameters += numbers
    schengen = need_flag(own, "schengen")
    return Destination(name, need_text(own, "description"), schengen, access, instruments, channels), parameters


def _destinations(conf: Path) -> list[tuple[Destination, list[Parameter]]]:
    found = []
    listed = _names(conf, "destination")
    for name in sorted(listed, key=lambda name: PLACE.get(name, 0)):
        with within(listed[name].shown):
            found.append(_destination(name, listed[name]))
    return found


def load_destinations(conf: Path = CONF) -> dict[str, Destination]:
    """Every destination of `conf/destination` by name, in order of its code."""
    return {destination.name: destination for destination, _ in _destinations(conf)}


def load_parameters(conf: Path = CONF) -> tuple[Parameter, ...]:
    """Every parameter: of `conf/history`, of the destinations and their channels, and every restriction."""
    parameters = [restriction("belarus", instrument) for instrument in BELARUS_INSTRUMENTS]
    for file in _names(conf, "history").values():
        with within(file.shown):
            for name, content in need_named(_read(file)).items():
                with within(shown(name)):
                    parameters.append(parameter_from(name, content))
    stated = {parameter.name for parameter in parameters if parameter.name.endswith(".offered")}
    schemes = {}
    for destination, numbers in _destinations(conf):
        parameters += numbers
        parameters += unstated.numbers(destination.name, {parameter.name for parameter in parameters})
        schemes.update(
            {f"{destination.name}.{name}.offered": (destination.name, name) for name in destination.channels}
        )
    for name in sorted(stated - set(schemes)):
        raise CatalogueError(f"conf/history: {name}: no such channel; known: {nearest(name, schemes)}")
    parameters += [unstated.offered(*scheme) for name, scheme in schemes.items() if name not in stated]
    return tuple(parameters)


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


def scenario_names(conf: Path = CONF) -> tuple[str, ...]:
    """Names of the scenarios in `conf/scenario`."""
    return tuple(_names(conf, "scenario"))


def load_scenario(name: str, conf: Path = CONF) -> Scenario:
    """A scenario's description and the names of what it enacts and removes."""
    listed = _names(conf, "scenario")
    if name not in listed:
        known = nearest(name, listed)
        raise CatalogueError(f"no scenario '{shown(name)}' in conf/scenario; known: {known}")
    with within(listed[name].shown):
        own = need_keys(_read(listed[name]), ["description", "enact", "without"], ["until"])
        for key in ("enact", "without"):
            if not isinstance(own[key], list) or not all(isinstance(item, str) for item in own[key]):
                raise CatalogueError(f"{key} is not a list of names")
        until = need_named(own.get("until", {}), "until")
        for event, last in until.items():
            with within(f"until: {shown(event)}"):
                until[event] = None if last is None else need_date(last, "last day")
        return Scenario(name, need_text(own, "description"), tuple(own["enact"]), tuple(own["without"]), until)


def load_history(scenario: str = "historical", conf: Path = CONF) -> History:
    """The history of a scenario: all that happened, and what the scenario enacts, removes and ends."""
    plan = load_scenario(scenario, conf)
    policies, shocks = load_policies(conf), load_shocks(conf)
    for name in sorted(set(shocks) & set(policies)):
        raise CatalogueError(f"'{name}' is both in conf/event and conf/policy")
    bundles = {**shocks, **policies}
    with within("conf"):
        happened = History.of(load_parameters(conf)).enact(*(one for one in bundles.values() if one.historical))
    with within(_names(conf, "scenario")[scenario].shown):
        for name in plan.enact:
            if name not in bundles:
                raise CatalogueError(f"enact: no policy '{shown(name)}'; known: {nearest(name, bundles)}")
        enacted = happened.enact(*(bundles[name] for name in plan.enact))
        with within("without"):
            kept = enacted.without(*plan.without)
        for name, last in plan.until.items():
            with within(f"until: {shown(name)}"):
                kept = kept.ending(name, last)
        return kept.check()
