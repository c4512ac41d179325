"""`task=policies`: what policies and shocks there are, in their own words, in the order of time."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from sim.cli.commands.matching import asked, has_all, nothing
from sim.history.catalogue import sound_policies
from sim.history.policies import Policy
from sim.numerics.locations import CONF, File
from sim.runs.settings import Settings

WIDTH = 110


def run(settings: Settings) -> None:
    """Print every policy and shock that has all words of `match`; raises UserError with near words if none has.

    A file that cannot be read is left out, which is said.
    """
    listed, faults = all_of(CONF)
    wanted = asked(settings.match)
    found = {name: lines for name, lines in listed.items() if has_all("\n".join(lines), wanted)}
    if faults:
        many = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
        print(f"vyraj: faulty files are left out, with {many}; task=lint tells all", file=sys.stderr, flush=True)
    if not found:
        raise nothing(settings.match, "policy", settings.task, map("\n".join, listed.values()))
    print(f"{len(found)} of {len(listed)}. What one changes: python -m sim task=history policy=NAME (or without=NAME)")
    for lines in found.values():
        print("\n".join(["", *lines]))


def all_of(conf: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Lines about each policy and shock of a folder like `conf/`, in order of their days, and the faults of others."""
    (shocks, faults), (policies, more) = (sound_policies(conf, folder) for folder in ("event", "policy"))
    ordered = sorted([*shocks.values(), *policies.values()], key=lambda one: (one[0].events[0].start, one[0].name))
    return {policy.name: list(_told(policy, file)) for policy, file in ordered}, [*dict.fromkeys([*faults, *more])]


def _told(policy: Policy, file: File) -> Iterator[str]:
    status = "in force" if policy.historical else "proposal"
    by = "shock" if policy.actor is None else policy.actor
    yield f"{policy.events[0].start}  {policy.name}: {by}, {status}, {file.shown}"
    for event in policy.events:
        announced = f", announced {event.announced}" if event.announced != event.start else ""
        yield f"    {event.name}: {event.when()}{announced}"
    yield from textwrap.wrap(policy.description, WIDTH, initial_indent="    ", subsequent_indent="    ")
