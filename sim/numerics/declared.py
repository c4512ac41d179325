"""The codes that files of `conf/destination` and `conf/channel` declare for themselves.

A code is read without judging the file: compiled rules, tables and arrays need the codes before anything can be judged.
A file whose code cannot be used is left out here and refused, with its line, when it is judged (`sim.history`).
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from sim.numerics.locations import CONF, files

_CODE = re.compile(r"""(?m)^[ \t{]*["']?code["']?[ \t]*:[ \t]*["']?([0-9]{1,9})\b""")


def code_in(file: Path) -> int | None:
    """The code that a file declares, None if it declares none that is a whole number."""
    try:
        found = _CODE.search(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return int(found[1]) if found else None


def shipped(folder: str) -> Mapping[str, int]:
    """Codes of the files that are shipped, by name, in order of the codes."""
    return _ordered({file.stem: code_in(file) for file in (CONF / folder).glob("*.yaml") if not file.stem.isupper()})


def in_use(folder: str, reserved: Iterable[int], slots: int) -> Mapping[str, int]:
    """Codes of all files that are read where the program is run, by name, in order of the codes.

    A shipped name has its shipped code. Left out is a file whose code is not below `slots`, is `reserved`, shipped with
    another name, or declared by an earlier name as well.
    """
    known = dict(shipped(folder))
    taken = {*reserved, *known.values()}
    for name, file in files(CONF / folder, f"conf/{folder}").items():
        code = code_in(file.path)
        if name not in known and code is not None and code < slots and code not in taken:
            known[name] = code
            taken.add(code)
    return _ordered(known)


def _ordered(codes: Mapping[str, int | None]) -> Mapping[str, int]:
    said = {name: code for name, code in codes.items() if code is not None}
    return dict(sorted(said.items(), key=lambda one: one[1]))
