"""Packages that only some tasks need, and that come with an extra of the program."""

from collections.abc import Mapping
from importlib.util import find_spec

from sim.numerics.errors import UserError


def need(what: str, extra: str, packages: Mapping[str, str]) -> None:
    """Raise UserError, naming all that are missing and how to get them, if a module of `packages` is not installed.

    `packages` gives the name of the package by that of its module.
    """
    missing = [package for module, package in packages.items() if find_spec(module) is None]
    if missing:
        raise lacking(what, extra, " and ".join(missing))


def lacking(what: str, extra: str, packages: str) -> UserError:
    """The fault of a task or setting whose packages are not installed."""
    return UserError(f"{what} needs {packages}: pip install 'vyraj[{extra}]'")
