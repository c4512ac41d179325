"""How grave a change of a rule is for people: by what it rules, and whether it is harder on them or easier."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sim.numerics.messages import listed
from sim.report import ruling
from sim.report.ruling import DOCUMENTS
from sim.report.words import in_words

OFFERED = ruling.OFFERED.removeprefix(".")
EXIT, ARMS, WAR, PRISON, STAY, ENTRY, REST = range(7)
"""What a rule touches, the gravest first: leaving the country, calls to arms, war, political prison, the right to stay
abroad, entry, and all else (fees, waits, incomes). The order is a judgement: first what takes a person's freedom or
puts their life at risk, then what takes a place to live, then what closes a way to one."""
COUNTED: dict[tuple[int, bool], tuple[str, str]] = {
    (EXIT, True): ("bar on leaving", "bars on leaving"),
    (EXIT, False): ("bar on leaving lifted", "bars on leaving lifted"),
    (ARMS, True): ("call to arms", "calls to arms"),
    (ARMS, False): ("call to arms dropped", "calls to arms dropped"),
    (WAR, True): ("rise of the danger of war", "rises of the danger of war"),
    (WAR, False): ("fall of the danger of war", "falls of the danger of war"),
    (PRISON, True): ("tightening of repression", "tightenings of repression"),
    (PRISON, False): ("easing of repression", "easings of repression"),
    (STAY, True): ("limit on the right to stay", "limits on the right to stay"),
    (STAY, False): ("easing of the right to stay", "easings of the right to stay"),
    (ENTRY, True): ("closure of entry", "closures of entry"),
    (ENTRY, False): ("opening of entry", "openings of entry"),
    (REST, True): ("other change", "other changes"),
    (REST, False): ("other change", "other changes"),
}
"""A change in words, one and several, by what it touches and whether it is harder on people."""
NAMED: dict[int, tuple[str, ...]] = {
    EXIT: ("exit", "land_exit", "exit_ban_reserve", "exit_ban_liable", "exit_ban_accused", "officers_barred"),
    ARMS: ("reservists", "draft", "reserve_officers", "study_deferment_abroad", "summoned", "summons_reach"),
    WAR: ("unsafe", "war_fear"),
    PRISON: ("detentions", "charges", "political_prisoners", "arrest_on_return", "pardon", "risk", "closures"),
    STAY: ("held", "renewal", "revocation", "revocation_jobless", "revocation_trips", "recall", "passport_abroad",
           "certificates", "travel_document", "stay"),
    ENTRY: ("asylum", "asylum_border", "asylum_inside", "refuge", "permit", "national_visa", "visa_free", "land", "air",
            "short_visa", "short_visa_entry", OFFERED, "approval", "screening_true", "screening_false", "capacity",
            "inflow_limit", "tightening"),
}  # fmt: skip
"""Parameters of each kind by the last part of their names, the gravest first; what is not named is of the rest."""
_EASIER_IF_MORE = {"study_deferment_abroad", "pardon", "passport_abroad", "certificates", "travel_document", "refuge",
                   "asylum_border", "asylum_inside", "tightening", "inflow_limit", "renewal", "stay", "approval",
                   "capacity", OFFERED}  # fmt: skip
"""Numbers that are easier on people the higher they are; of all others it is the reverse, or is not asked."""
_VALUE = re.compile(r"(?P<part>[\d.]+)% closed|(?P<state>closed|open|yes|no limit|no)\b|(?P<number>-?\d[\d,.e-]*)")
_BOTH = re.compile(r"^(?:(?:from|on) [\d-]{10}(?: to [\d-]{10})? )?(?P<now>.*?) \(was (?P<was>.*?)\)")
_STATES = {"closed": 0.0, "open": 1.0, "no": 0.0, "yes": 1.0, "no limit": float("inf")}


MOST_NAMED = 3
"""Places that are named where changes are counted."""


class Gravity(NamedTuple):
    """What a change touches, whether it is easier on people, and its place among those of its kind; in their order."""

    kind: int
    is_easier: bool
    place: int = 0

    @property
    def words(self) -> tuple[str, str]:
        """Such a change in words, one and several."""
        return COUNTED[self.kind, not self.is_easier]


def gravity(parameter: str, text: str) -> Gravity:
    """How grave a change is: `parameter` is without its place, `text` the sentence of a history.

    Whether it is easier is read from its first period.
    """
    of, _, name = parameter.rpartition(".")
    name = of if of == "risk" else name
    kind, place = next(((one, names.index(name)) for one, names in NAMED.items() if name in names), (REST, 0))
    more = _more(text)
    is_easier = more > 0 if parameter in DOCUMENTS or name in _EASIER_IF_MORE else more < 0
    return Gravity(kind, is_easier, place)


def _more(text: str) -> int:
    """1 if a change opens or raises at first, -1 if it closes or lowers, 0 if that is not to be read."""
    found = _BOTH.match(text)
    if found is None:
        return 0
    now, was = _value(found["now"]), _value(found["was"])
    return 0 if now is None or was is None else (now > was) - (now < was)


def _value(text: str) -> float | None:
    found = _VALUE.search(text)
    if found is None:
        return None
    if found["part"]:
        return 1.0 - float(found["part"]) / 100.0
    return _STATES[found["state"]] if found["state"] else float(found["number"].replace(",", ""))


def counted(gravities: Iterable[Gravity], places: Iterable[str], most: int = len(COUNTED)) -> str:
    """How many changes there are of each kind, the gravest first, in words, with the places where these are few.

    Of more than `most` kinds the least grave are counted together.
    """
    numbers = Counter(one.words for one in sorted(gravities))
    if len(numbers) > most:
        kept = dict(list(numbers.items())[: most - 1])
        other = COUNTED[REST, True]
        numbers = Counter(kept | {other: sum(numbers.values()) - sum(kept.values())})
    said = [f"{in_words(number)} {several if number > 1 else one}" for (one, several), number in numbers.items()]
    where = list(dict.fromkeys(place for place in places if place))
    named = listed(where) if len(where) <= MOST_NAMED else f"{in_words(len(where))} countries"
    return f"{listed(said)} in {named}" if where else listed(said)
