"""The world outside the people as `conf/` states it: destinations, channels and parameters, read into plain objects.

No missing and no unknown key is let pass; all faults of all files are told at once.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sim.history import schema
from sim.history.constants import Constant, need_like
from sim.history.destinations import BELARUS_INSTRUMENTS, Destination, Way, destination_of, way_of
from sim.history.history import History
from sim.history.judging import Faults, named, tell
from sim.history.parameter_records import ParameterRecord
from sim.history.parameters import Parameter, restriction
from sim.history.scenarios import need_usable
from sim.history.strict_yaml import within
from sim.numerics import strict_yaml
from sim.numerics.codes import CHANNEL, PLACE
from sim.numerics.errors import CatalogueError
from sim.numerics.locations import CONF, File, files
from sim.numerics.strict_yaml import Document


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


def files_of(conf: Path, folder: str) -> dict[str, File]:
    """Files of a folder by name, in alphabetical order: see `sim.numerics.locations.files`."""
    return files(conf / folder, f"conf/{folder}")


# parameters and destinations


class Parameters(dict[str, Parameter]):
    """Parameters by name, told from others by identity, so that what was judged with them can be kept."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other


Contents = tuple[tuple[str, File, bytes], ...]


def _contents(conf: Path, folder: str, gathered: Gathered) -> Contents:
    found = []
    for name, file in files_of(conf, folder).items():
        with gathered.within(file.shown):
            need_usable(name)
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
    _judge_likes(destinations, {name: one.constant for name, one in places.items()}, gathered)
    _judge_likes(channels, {name: one.constant for name, one in ways.items()}, gathered)
    for _, file, content in history:
        with gathered.within(file.shown):
            parameters += _stated_in(strict_yaml.document(content))
    gathered.refuse()
    return Places(Parameters(History.of([*parameters, *stated]).parameters), places, ways)


def _judge_likes(contents: Contents, sound: Mapping[str, Constant], gathered: Gathered) -> None:
    """Gather what is wrong with the constants that are like others; a file with other faults may be meant all right."""
    stated = {name: Constant(0.0, None, ()) for name, _, _ in contents} | dict(sound)
    for name, file, content in contents:
        with gathered.within(file.shown):
            if name in sound:
                need_like(name, stated, strict_yaml.document(content))


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
    schema.schema()  # by which every file is judged: what is wrong with it is told once, and nothing else
    gathered = Gathered()
    contents = [_contents(conf, folder, gathered) for folder in ("destination", "history", "channel")]
    try:
        found = _of_places(*contents)
    except CatalogueError as error:
        raise CatalogueError(*gathered.found, *error.faults) from None
    gathered.refuse()
    return found


def parameters_of(conf: Path, gathered: Gathered) -> Parameters | None:
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
