"""Locks between processes, and the names of what is on its way in or out of a results folder."""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sim.numerics.errors import UserError

HALF = re.compile(r"\.(?P<name>.+)\.(?P<what>partial|older|pruned)-(?P<token>[0-9a-f]{8})")
"""What a folder or a file is called on its way in or out."""


class Lock(FileLock):
    """A lock between processes; the system lets go of it when a process dies.

    Raises UserError if there is no file that could be locked, as where a folder or a link lies in its place.
    """

    def acquire(self, *arguments: Any, **options: Any) -> Any:
        """Wait for the lock; raises filelock.Timeout if that takes too long."""
        try:
            return super().acquire(*arguments, **options)
        except Timeout:
            raise
        except OSError as error:
            path = Path(self.lock_file)
            odd = "a link" if path.is_symlink() else "a folder" if path.is_dir() else ""
            told = f"it is {odd}; move it away" if odd else error.strerror or str(error)
            raise UserError(f"{path} cannot be locked: {told}") from error


def is_free(lock: Path) -> bool:
    """Tell whether nobody holds a lock; makes no file."""
    if not os.path.lexists(lock):
        return True
    try:
        with Lock(lock, timeout=0):
            return True
    except Timeout:
        return False


@contextmanager
def held(locks: Collection[Path]) -> Iterator[bool]:
    """Hold locks if they are free, and tell whether they were.

    Who removes what a lock guards holds it meanwhile: to ask whether it is free and to remove afterwards would take the
    folder of a process that began between the two.
    """
    with ExitStack() as all_held:
        try:
            for lock in locks:
                all_held.enter_context(Lock(lock, timeout=0))
            free = True
        except Timeout:
            free = False
        yield free


def place_of(path: Path) -> str:
    """Name of a folder, or of the place that a folder on its way in or out is meant for."""
    half = HALF.fullmatch(path.name)
    return half["name"] if half else path.name


def lock_of_half(path: Path) -> Path:
    """The file that is locked by whoever writes a folder, by the hidden name of the new or the older one."""
    return path.with_name(f".{place_of(path)}.partial-{path.name[-8:]}.lock")
