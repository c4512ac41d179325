"""What a comparison changes in the rules, in a reader's words: lines of the first page, and all of them."""

import re
from collections.abc import Sequence

from sim.numerics.messages import listed
from sim.report import ruling
from sim.report.results import Results, wording
from sim.report.told import Told

CLAUSES = 4
"""Countries that the first sentence names; the net table has all."""
CHANGES = 2
"""Changes of rules that the first page tells, more where more countries change; the details have all."""


def changes(results: Results, most: int | None = CHANGES) -> list[str]:
    """What changes in the rules, without identifiers, alike changes in one line; first where arrivals change most.

    Of more than `most` lines the rest are counted, but the first `CLAUSES` countries have a line each; all of them
    end with how many parts have no effect.
    """
    acting, idle = acting_and_idle(results)
    alike = _alike(acting, [wording(place) for place in Told(results).ruled])
    if most is not None:
        alike, most = _each_place_first(alike, most)
    said = [f"{rule}: {ruling.plain(text)}." if rule else f"{ruling.plain(text)}." for _, rule, text in alike]
    if most is not None:
        said = [line.replace(_WAS_OPEN_TO_THEM, " as well").replace(_WAS_OPEN, "") for line in said]
    rest = len(said) - most if most is not None else 0
    if rest > 0:
        said = [*said[:most], f"{rest} more {'change' if rest == 1 else 'changes'}."]
    if idle and (most is None or not said):
        said.append(f"{idle} further {'part changes' if idle == 1 else 'parts change'} nothing.")
    return said or ["No rule differs."]


def acting_and_idle(results: Results) -> tuple[list[tuple[str, str, str]], int]:
    """Changes that act, as place, what is ruled, and text, and how many parts have no effect."""
    acting, idle = [], 0
    for line in results.text("adds.txt").splitlines():
        if not line.strip():
            continue
        found = re.match(r"^\w+: (\w+)\.([\w.]+): (.*?)\.?$", line)
        if found is None:
            acting.append(("", "", line.rstrip(".")))
        elif found[3].startswith(("changes nothing", "acts only", "has no effect")):
            idle += 1
        else:
            acting.append((wording(found[1]), ruling.what(found[2]), found[3]))
    return acting, idle


_WAS_OPEN, _WAS_OPEN_TO_THEM = " (was open)", " (was open to them)"
"""What need not be said of what is closed; nor of those to whom it is closed besides those to whom it was."""


def _alike(acting: Sequence[tuple[str, str, str]], first: Sequence[str]) -> list[tuple[list[str], str, str]]:
    """Changes as places, these with what is ruled, and text: those of one place and text are one, so of all places."""
    rules: dict[tuple[str, str], list[str]] = {}
    order = {place: number for number, place in enumerate(first)}
    for place, rule, text in sorted(acting, key=lambda one: (order.get(one[0], len(order)), one[0], one[2])):
        rules.setdefault((place, text), []).append(rule)
    places: dict[tuple[str, str], list[str]] = {}
    for (place, text), names in rules.items():
        places.setdefault((listed(list(dict.fromkeys(names))) if place else "", text), []).append(place)
    return [(where, f"{listed(where)}, {rule}" if rule else "", text) for (rule, text), where in places.items()]


def _each_place_first(
    alike: Sequence[tuple[list[str], str, str]], most: int
) -> tuple[list[tuple[list[str], str, str]], int]:
    """The lines, those to show first, and how many these are: `most`, or one for each of `CLAUSES` countries."""
    seen: set[str] = set()
    firsts = []
    for number, (where, rule, _) in enumerate(alike):
        if rule and len(seen) < CLAUSES and not seen.issuperset(where):
            seen.update(where)
            firsts.append(number)
    others = [number for number in range(len(alike)) if number not in firsts]
    shown = sorted([*firsts, *others[: max(most - len(firsts), 0)]])
    return [alike[number] for number in [*shown, *(one for one in others if one not in shown)]], len(shown)
