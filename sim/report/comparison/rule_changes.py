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
    end with the parts that have no effect: with the reason, or counted where there is no room.
    """
    acting, idle = acting_and_idle(results)
    alike = _alike(acting, [wording(place) for place in Told(results).ruled])
    room = None if most is None else 1 if acting else most
    if most is not None:
        alike, most = _each_place_first(alike, most)
    said = _lines(alike)
    if most is not None:
        said = [line.replace(_WAS_OPEN_TO_THEM, " as well").replace(_WAS_OPEN, "") for line in said]
    rest = len(said) - most if most is not None else 0
    if rest > 0:
        said = [*said[:most], f"{rest} more {'change' if rest == 1 else 'changes'}."]
    return [*(said or ["No rule differs."]), *_idle(idle, room)]


def _lines(alike: Sequence[tuple[list[str], str, str]]) -> list[str]:
    return [f"{rule}: {ruling.plain(text)}." if rule else f"{ruling.plain(text)}." for _, rule, text in alike]


def _idle(idle: Sequence[tuple[str, str, str]], most: int | None) -> list[str]:
    """Parts without effect, each with its reason; counted where they are more than `most` lines."""
    alike = _alike(idle, [])
    if most is None or len(alike) <= most:
        return _lines(alike)
    where = listed(list(dict.fromkeys(place for place, _, _ in idle)))
    return [f"{len(idle)} further parts change nothing, in {where}."]


def acting_and_idle(results: Results) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """Changes that act, and those without effect, each as place, what is ruled, and text."""
    acting: list[tuple[str, str, str]] = []
    idle: list[tuple[str, str, str]] = []
    for line in results.text("adds.txt").splitlines():
        if not line.strip():
            continue
        found = re.match(r"^(?:Without )?\w+: (\w+)\.([\w.]+): (.*?)\.?$", line)
        if found is None:
            acting.append(("", "", line.rstrip(".")))
            continue
        is_idle = found[3].startswith(("changes nothing", "acts from"))
        text = _STRICT.sub(_strict, found[3])
        (idle if is_idle else acting).append((wording(found[1]), ruling.what(found[2]), text))
    return acting, idle


_STRICT = re.compile(r"\bbecause (\w+(?:, \w+)*) (is|are) already as strict")
"""Which rules in force hide a change, by name."""


def _strict(found: re.Match[str]) -> str:
    names = [f"\u201c{wording(name)}\u201d" for name in found[1].split(", ")]
    return f"because {listed(names)} {found[2]} already as strict"


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
