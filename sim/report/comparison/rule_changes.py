"""What a comparison changes in the rules, in a reader's words: the gravest on the first page, and all of them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sim.numerics.messages import listed
from sim.report import ruling
from sim.report.comparison.gravity import COUNTED, REST, Gravity, counted, gravity
from sim.report.comparison.phrases import RULES
from sim.report.results import Results, wording
from sim.report.told import Told
from sim.report.words import capital, in_words

LEAST = 25
"""Words below which parts without effect are not counted; the details have them."""
IDLE = 4
"""Parts without effect that are told one by one where nothing has an effect."""


class Change(NamedTuple):
    """A change of one rule of a place: the rule in words, the sentence of a history, and how grave it is.

    A line of another make has its text only.
    """

    place: str
    rule: str
    text: str
    gravity: Gravity


class Line(NamedTuple):
    """Changes that are told together: where, of what, the sentence of a history, and the changes themselves."""

    where: tuple[str, ...]
    rules: tuple[str, ...]
    text: str
    changes: tuple[Change, ...]

    @property
    def kind(self) -> int:
        """What its gravest change touches."""
        return min(one.gravity for one in self.changes).kind

    def said(self, text: str) -> str:
        """The line with a text in plain words."""
        about = f"{capital(listed(self.where))}, {listed(self.rules)}: " if self.rules else ""
        return f"{about}{ruling.plain(text)}."


def changes(results: Results, most: int | None = RULES) -> list[str]:
    """What changes in the rules, without identifiers, the gravest first, alike changes in one line.

    With `most` words the gravest of each kind is told before another of its kind, and what finds no room is counted by
    kind; a country whose arrivals change more stands before another. At the end stand the parts that have no effect:
    with the reason, or counted where there is no room.
    """
    acting, idle = acting_and_idle(results)
    lines = _alike(acting, [wording(place) for place in Told(results).ruled])
    if most is None:
        said = [line.said(line.text) for line in lines]
        return [*(said or ["No rule differs."]), *_idle(idle, None)]
    firsts = {line.kind: number for number, line in reversed(list(enumerate(lines)))}
    order = [*sorted(firsts.values()), *(number for number in range(len(lines)) if number not in firsts.values())]
    inert = [] if acting and most < LEAST else _idle(idle, int(most >= RULES) if acting else IDLE, most >= RULES)
    for shown in range(len(lines), -1, -1):
        kept = set(order[:shown])
        said = _together([line for number, line in enumerate(lines) if number in kept])
        rest = [change for number, line in enumerate(lines) if number not in kept for change in line.changes]
        said += [f"Besides: {_counted(rest, most)}."] if rest else []
        if sum(len(line.split()) for line in [*said, *inert]) <= most or shown <= 1:
            break
    return [*(said or ["No rule differs."]), *inert]


def _counted(rest: Sequence[Change], most: int) -> str:
    kinds = len(COUNTED) if most >= RULES else 3 if most >= LEAST else 2
    return counted([one.gravity for one in rest], [one.place for one in rest], kinds)


def _together(lines: Sequence[Line]) -> list[str]:
    """Lines in brief; numbers of one place and period are told as one."""
    said: dict[tuple[tuple[str, ...], str], list[tuple[Line, str]]] = {}
    for number, line in enumerate(lines):
        found = _NUMBER.match(text := _brief(line.text))
        key = (line.where, found["period"]) if found and line.rules else ((), str(number))
        said.setdefault(key, []).append((line, text))
    told = []
    for (where, period), ours in said.items():
        if len(ours) == 1:
            told.append(ours[0][0].said(ours[0][1]))
        else:
            parts = [f"{listed(line.rules)}: {ruling.plain(text.removeprefix(period).strip())}" for line, text in ours]
            told.append(f"{capital(listed(where))}, {ruling.plain(period)}: {'; '.join(parts)}.")
    return told


def _idle(idle: Sequence[Change], most: int | None, is_placed: bool = True) -> list[str]:
    """Parts without effect, each with its reason; counted where they are more than `most` lines."""
    lines = _alike(idle, [])
    if most is None or len(lines) <= most:
        return [line.said(line.text) for line in lines]
    where = list(dict.fromkeys(one.place for one in idle))
    several = "parts change" if len(idle) > 1 else "part changes"
    return [f"{capital(in_words(len(idle)))} further {several} nothing{f', in {listed(where)}' * is_placed}."]


_LINE = re.compile(r"^(?:Without )?\w+: (?P<place>\w+)\.(?P<name>[\w.]+): (?P<text>.*?)\.?$")


def acting_and_idle(results: Results) -> tuple[list[Change], list[Change]]:
    """Changes that act, and those without effect, each once, though several policies bring it."""
    acting: list[Change] = []
    idle: list[Change] = []
    for line in results.text("adds.txt").splitlines():
        if not line.strip():
            continue
        found = _LINE.match(line)
        if found is None:
            acting.append(Change("", "", line.rstrip("."), Gravity(REST, False)))
            continue
        text = _STRICT.sub(_strict, found["text"])
        one = Change(wording(found["place"]), ruling.what(found["name"]), text, gravity(found["name"], text))
        (idle if text.startswith(("changes nothing", "acts from")) else acting).append(one)
    return list(dict.fromkeys(acting)), list(dict.fromkeys(idle))


_STRICT = re.compile(r"\bbecause (\w+(?:, \w+)*) (is|are) already as strict")
"""Which rules in force hide a change, by name."""


def _strict(found: re.Match[str]) -> str:
    names = [f"\u201c{wording(name)}\u201d" for name in found[1].split(", ")]
    return f"because {listed(names)} {found[2]} already as strict"


def _alike(acting: Sequence[Change], first: Sequence[str]) -> list[Line]:
    """Lines, the gravest first: changes of one place and text are one, and so are these of all places."""
    order = {place: number for number, place in enumerate(first)}
    ranked = sorted(acting, key=lambda one: (*one.gravity[:2], order.get(one.place, len(order)), one.place,
                                               one.gravity.place, one.text))  # fmt: skip
    of_place: dict[tuple[str, str], list[Change]] = {}
    for one in ranked:
        of_place.setdefault((one.place, one.text), []).append(one)
    of_rules: dict[tuple[tuple[str, ...], str], list[Change]] = {}
    for (_, text), ours in of_place.items():
        rules = tuple(dict.fromkeys(one.rule for one in ours if one.rule))
        of_rules.setdefault((rules, text), []).extend(ours)
    return [Line(tuple(dict.fromkeys(one.place for one in ours)), rules, text, tuple(ours))
            for (rules, text), ours in of_rules.items()]  # fmt: skip


_NUMBER = re.compile(
    r"(?P<period>(?:from|on) [\d-]{10}(?: to [\d-]{10})?) (?:-?\d[\d,.e-]* (?!closed)|no limit|yes|no\b)"
)
_PERIOD = re.compile(r"^(?P<word>from|on) (?P<start>[\d-]{10})(?: to (?P<end>[\d-]{10}))? (?P<now>.*)$")
_WAS = re.compile(r" \(was ((?:[^()]|\([^()]*\))*)\)")
_AT_THE_END = re.compile(r", at the end .*$")


def _brief(text: str) -> str:
    """The sentence of a history where there is little room: periods as one, and not what goes without saying.

    Of numbers, and of what was otherwise before, the first is told; periods with one rule are one; what is closed need
    not be said to have been open.
    """
    periods = [found for part in text.split("; ") if (found := _PERIOD.match(_AT_THE_END.sub("", part)))]
    if len(periods) > 1 and len(periods) == text.count("; ") + 1:
        first, last = periods[0], periods[-1]
        whole = f"from {first['start']}{' to ' * bool(last['end'])}{last['end'] or ''} {first['now']}"
        if len({one["now"] for one in periods}) == 1:
            text = whole
        elif len({_WAS.sub("", one["now"]) for one in periods}) == 1:
            text = _WAS.sub(r" (was \1 at first)", whole)
        elif re.match(r"-?\d[\d,.]* (?!closed)", first["now"]):
            text = _WAS.sub(r" at first (was \1)", whole)
    text = _AT_THE_END.sub("", text)
    return text.replace(" (was open to them)", " as well").replace(" (was open)", "")
