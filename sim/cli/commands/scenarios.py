"""`task=scenarios`: what scenarios there are, in their own words; every proposal is one too."""

import textwrap
from typing import Any

from sim.cli.commands.matching import asked, has_all, nothing
from sim.history.catalogue import load_scenario, scenario_names
from sim.history.scenarios import Scenario
from sim.numerics.errors import CatalogueError
from sim.numerics.locations import CONF, files
from sim.runs.settings import Settings

WIDTH = 110


def run(settings: Settings) -> None:
    """Print every scenario that has all words of `match`, first those whose name has them.

    Raises UserError with near words if none has.
    """
    listed = told()
    wanted = asked(settings.match)
    found = {name: lines for name, lines in listed.items() if has_all("\n".join(lines), wanted)}
    if not found:
        raise nothing(settings.match, "scenario", settings.task, map("\n".join, listed.values()))
    print(f"{len(found)} of {len(listed)}; choose by words: match=lithuania, match='poland asylum'")
    ordered = sorted(found, key=lambda name: not has_all(name, wanted))
    for name in ordered:
        print("\n".join(["", *found[name]]))
    first = ordered[0]
    print(
        f"\nWhat one changes:  python -m sim task=history scenario={first}\n"
        f"What comes of it:  python -m sim scenario={first}\n"
        "Several together:  python -m sim 'policy=[a,b]' 'without=[c]'; what may be named: task=policies\n"
        "One of your own:   conf/policy/README.md, or on a page: task=dashboard"
    )


def told() -> dict[str, list[str]]:
    """Lines about each scenario: those of `conf/scenario` first, then proposals that are scenarios by themselves.

    A file that cannot be read is told by its name and fault.
    """
    own = files(CONF / "scenario", "conf/scenario")
    ordered = [name for name in scenario_names() if name in own] + [n for n in scenario_names() if n not in own]
    return {name: _lines(name, name in own) for name in ordered}


def _lines(name: str, is_own: bool) -> list[str]:
    try:
        scenario = load_scenario(name)
    except CatalogueError as error:
        return [f"{name}: cannot be read", f"    {error.faults[0]}"]
    kind = "scenario" if is_own else "proposal"
    indent: dict[str, Any] = {"initial_indent": "    ", "subsequent_indent": "    ", "break_on_hyphens": False}
    said = [f"{name}  ({kind})", *textwrap.wrap(scenario.description, WIDTH, **indent)]
    parts = _parts(scenario) if is_own else ""
    return said + (textwrap.wrap(parts, WIDTH, **indent) if parts else [])


def _parts(scenario: Scenario) -> str:
    """What a scenario is made of, on one line."""
    said = [f"enacts {', '.join(scenario.enact)}"] * bool(scenario.enact)
    said += [f"without {', '.join(scenario.without)}"] * bool(scenario.without)
    ends = [f"{name} on {last}" if last else f"{name} never" for name, last in scenario.until.items()]
    said += [f"ends {', '.join(ends)}"] * bool(ends)
    return "; ".join(said)
