"""Where the configuration, the studies and the data lie, and what a user's own folders add to them.

The repository holds `conf/` and `experiments/` beside `sim/`, an installed package holds them in it. Folders of these
names where the program is run add files to those that are shipped; a file of a shipped name takes its place.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.numerics.errors import UserError

PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED = (PACKAGE / "conf").is_dir()
"""Whether the configuration lies in the package, as a wheel has it; in the repository it lies beside it."""
HOME = PACKAGE if INSTALLED else PACKAGE.parent
CONF = HOME / "conf"
"""Folder of the configuration that describes the model's world."""
EXPERIMENTS = HOME / "experiments"
"""Folder of the studies, one file each."""
DATA = PACKAGE / "data"
"""Folder of the data; `sim/data/README.md` says what is what."""
CODES = CONF / "codes.yaml"
"""Codes that compiled rules hold as constants."""
SCHEMA = CONF / "schema.yaml"
"""What each number of a destination is."""
CLOCK = CONF / "clock.yaml"
"""How far the history goes, and how far its rules are known."""
DRIVERS = CONF / "drivers.yaml"
"""What drives the world from outside, and what stays as it is until somebody changes it."""

CATALOGUE = ("policy", "event", "scenario", "destination", "channel", "history", "course")
"""Folders of `conf/` with a file for each name. All that they say goes into the compiled world, by which a point is
known, so that a user may add to them."""
SINGLE = (
    "behaviour.yaml",
    "clock.yaml",
    "codes.yaml",
    "config.yaml",
    "drivers.yaml",
    "people.yaml",
    "schema.yaml",
    "hydra",
)
"""What a user's own `conf/` cannot change: coefficients and settings are given on the command line, codes are compiled,
and how jobs are launched must not depend on the folder that one happens to stand in."""
ENDINGS = (".yaml", ".yml", ".json")
"""Endings of the files that are read, in small or capital letters; JSON is YAML too."""
NAME = re.compile(r"(?=.*\w)[\w. -]{1,200}", re.ASCII)
"""What a file, a parameter, an event or a policy may be called: nothing that would break a line or deceive the eye."""
MOST_SHOWN = 5
"""Files that a note lists by name."""
_TOLD = "VYRAJ_TOLD"
_UNREAD = "not read: a name is of letters a to z, digits and _ . - and ends in .yaml, .yml or .json"
_FOLDER = "a folder where a file would be read; the files in it are read, itself is none"
_LINK = "not read: a link that ends at no file"
_AGAIN = "not read again: a link to a folder that was read"
_NO_FILE = "not read: no ordinary file"
_SINGLE = f"not read: a conf/ of your own may hold {', '.join(CATALOGUE)}"
_REPLACES = "read in place of the file of that name which comes with Vyraj"


@dataclass(frozen=True)
class File:
    """A file of a catalogue, and how messages name it: from the working folder, or from where the package lies."""

    path: Path
    shown: str


def files(folder: Path, called: str) -> dict[str, File]:
    """Files of a catalogue by name, in alphabetical order, those of subfolders included.

    To a folder that is shipped come the files of the folder of its name where the program is run; one of a name that is
    shipped takes its place, which is said once. Hidden files and those whose names are in capitals (`README.md`,
    `TEMPLATE.yaml`) are left out; any other file that is not read is named once. A folder elsewhere stands for itself
    and is `called` so in messages. Raises UserError for two files of one name in a folder, and for one that cannot be
    listed or is none.
    """
    if folder not in (*(CONF / name for name in CATALOGUE), EXPERIMENTS):
        found, unread = _listed(folder, called)
        _tell_unread(unread)
        return dict(sorted(found.items()))
    found, unread = _listed(folder, folder.relative_to(PACKAGE.parent).as_posix())
    called = folder.relative_to(HOME).as_posix()
    own = _own(called)
    if own is not None:
        added, more = _listed(own, called)
        _tell([file.shown for name, file in added.items() if name in found and _differ(file, found[name])], _REPLACES)
        found, unread = found | added, unread + more
    _tell_unread(unread)
    mine = _own("conf")
    if mine is not None:
        _tell([f"conf/{name}" for name in SINGLE if (mine / name).exists()], _SINGLE)
    return dict(sorted(found.items()))


def configuration() -> Mapping[str, Path]:
    """Files of `conf/` that the program reads where it is run, by their names relative to the folder."""
    found = {path.relative_to(CONF).as_posix(): path for path in CONF.rglob("*.yaml")}
    for folder in CATALOGUE:
        found = {name: path for name, path in found.items() if name.partition("/")[0] != folder}
        found |= {f"{folder}/{name}.yaml": file.path for name, file in files(CONF / folder, "").items()}
    return found


def written(folder: str, name: str) -> Path:
    """Where a file of a catalogue is written: where it is read from, but never into an installed package."""
    found = files(CONF / folder, f"conf/{folder}")[name].path
    return Path.cwd() / "conf" / folder / f"{name}.yaml" if INSTALLED and found.is_relative_to(CONF) else found


def _own(called: str) -> Path | None:
    """The user's folder of that name where the program is run, if there is one.

    Raises UserError for a file in the place of a folder of `conf/`. A file called `conf` or `experiments` may be
    somebody else's and is only told.
    """
    try:
        own = Path.cwd() / called
    except FileNotFoundError:  # the working folder was removed
        return None
    if os.path.isdir(own):
        return None if os.path.samefile(own, HOME / called) else own
    if os.path.lexists(own):
        what = f"a file where a folder belongs, whose files would join those of {_printable(str(HOME / called))}"
        if "/" in called:
            raise UserError(f"{called}: {what}; rename or remove it")
        _tell([called], f"not read: {what}")
    return None


def _listed(folder: Path, called: str) -> tuple[dict[str, File], list[tuple[str, str]]]:
    """Files of a folder and its subfolders by name, and what lies there unread, each with why."""
    found: dict[str, File] = {}
    unread: list[tuple[str, str]] = []
    seen: set[str] = set()
    if not os.path.isdir(folder):
        if os.path.lexists(folder):
            raise UserError(f"{_printable(str(folder))}: a file where the folder {called} belongs; rename or remove it")
        return found, unread

    def place(where: str) -> str:
        return _printable(called + where.removeprefix(str(folder)))

    def refuse(error: OSError) -> None:
        raise UserError(f"{place(error.filename)} cannot be read: {error.strerror}") from None

    for where, below, names in os.walk(folder, onerror=refuse, followlinks=True):
        below[:] = sorted(name for name in below if not name.startswith((".", "__")))
        real = os.path.realpath(where)
        if real in seen:
            unread.append((place(where), _AGAIN))
            below.clear()
            continue
        seen.add(real)
        unread += [(f"{place(where)}/{_printable(name)}", _FOLDER) for name in below if _is_named(name)]
        for name in sorted(names):
            if name.startswith((".", "#")) or name.endswith("~") or name.partition(".")[0].isupper():
                continue
            stem, path = os.path.splitext(name)[0], os.path.join(where, name)
            shown = f"{place(where)}/{_printable(name)}"
            if not _is_named(name):
                unread.append((shown, _UNREAD))
            elif not os.path.isfile(path):
                unread.append((shown, _LINK if os.path.islink(path) else _NO_FILE))
            elif stem in found:
                raise UserError(f"{found[stem].shown} and {shown} have one name; rename or remove one of them")
            else:
                found[stem] = File(Path(where, name), shown)
    return found, unread


def _is_named(name: str) -> bool:
    stem, ending = os.path.splitext(name)
    return ending.lower() in ENDINGS and NAME.fullmatch(stem) is not None


def _printable(text: str) -> str:
    """A name as one line of a terminal bears it."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _differ(one: File, other: File) -> bool:
    """Whether two files say other things; a whole copy of what is shipped is no news."""
    try:
        return one.path.read_bytes() != other.path.read_bytes()
    except OSError:  # whoever reads it will say so
        return True


def _tell_unread(unread: list[tuple[str, str]]) -> None:
    for why in (_UNREAD, _FOLDER, _LINK, _AGAIN, _NO_FILE):
        _tell([name for name, reason in unread if reason == why], why)


def _tell(names: list[str], what: str) -> None:
    """Say something of files on stderr, once for this process and those that it starts."""
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    line = f"{', '.join(sorted(names)[:MOST_SHOWN])}{more}: {what}"
    told = os.environ.get(_TOLD, "").split("\n")
    if names and line not in told:
        os.environ[_TOLD] = "\n".join([*told, line])
        print(f"vyraj: {line}", file=sys.stderr, flush=True)
