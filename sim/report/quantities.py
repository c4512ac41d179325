"""The quantities that a comparison tells: one declaration each, from which every sentence, cell and mark is drawn.

A quantity has a name, a numerator, a denominator, a unit, a window, and a fragment of a sentence. Nothing else in a
report, a summary, a figure or a page reads the tables of effects: they ask `sim.report.told.Told` for a quantity.
"""

from dataclasses import dataclass

LIVES, COUNTED, EXPECTED, HARM, SHARE, MONEY = "lives", "counted", "expected", "harm", "share", "money"
"""Kinds: people sorted by what becomes of them in both worlds; a difference of what is counted; of expected flows; of
expected harms, which are told to two digits; a share; public money."""
WHOLE = "from the first month in which the worlds differ to the last month"
YEAR = "twelve months from the first in which arrivals differ"
CALENDAR = "the last whole calendar year, if the scenario had begun by its first day"
TOTAL, FOCUS, EACH = "total", "focus", "each"
"""Where a quantity is told: in all, of the destination most concerned, of every destination."""
PERSONS = "persons"


@dataclass(frozen=True)
class Quantity:
    """One quantity; `numerator` and `denominator` say in words what is divided by what, or counted of whom."""

    name: str
    kind: str
    label: str
    """As a row of a table; `{place}` is the destination."""
    said: str
    """As a fragment of a sentence; `{n}` is the number."""
    numerator: str
    measure: str
    """Its rows in `effects` (`sim.analysis.dimensions`)."""
    of: str = ""
    """The quantity that it is a part of."""
    denominator: str = ""
    level: str = ""
    """Measure of the level under the rules in force."""
    where: str = TOTAL
    unit: str = PERSONS
    window: str = WHOLE

    def __post_init__(self) -> None:
        if not self.denominator:
            object.__setattr__(self, "denominator", f"all of \u201c{self.of}\u201d" if self.of else "everybody")


def _life(name: str, measure: str, label: str, said: str, numerator: str, **more: str) -> Quantity:
    return Quantity(name, LIVES, label, f"{{n}} {said}", numerator, measure, **{"of": "changed", **more})


def _harm(name: str, label: str, said: str, measure: str = "") -> tuple[Quantity, Quantity]:
    measure = measure or name
    expected = Quantity(
        name, HARM, label, f"{{n}} {said}", f"hazards of being {label} summed over all lives: scenario less rules in "
        "force", f"expected_{measure}", level=f"baseline_expected_{measure}",
    )  # fmt: skip
    counted = Quantity(
        f"{name}_counted", COUNTED, f"{label}, counted", f"{{n}} {said}, counted", "events counted in all lives: "
        "scenario less rules in force", measure, of=name,
    )  # fmt: skip
    return expected, counted


def _of_lives(harm: str, label: str, measure: str = "") -> tuple[Quantity, ...]:
    named, colon, kind = (measure or harm).partition(":")
    return tuple(
        Quantity(
            f"{harm}_of_{who}", HARM, f"{label}, of {whom}", f"{{n}} of {whom} are {label}",
            f"hazards of being {label} summed over the lives of {whom}: scenario less rules in force",
            f"expected_{named}_of_{who}{colon}{kind}", of=of, denominator=f"all of \u201c{of}\u201d",
            level=f"baseline_expected_{named}_of_{who}{colon}{kind}",
        )
        for who, whom, of in _CONCERNED
    )  # fmt: skip


_CONCERNED = (
    ("stayers", "those who stay", "stay"),
    ("sent_back", "those sent back", "papers_returned"),
    ("leavers", "those who leave because of it", "joins"),
    ("changed", "all whose life it changes", "changed"),
)
"""Whose harms are told apart: by name, in words, and the quantity that counts them."""
_LESS = "scenario less rules in force"
FLOWS = (
    Quantity("arrivals", EXPECTED, "arrive in {place}", "{n} arrive in {place}",
             f"expected arrivals from Belarus: {_LESS}", "arrivals", of="departures",
             level="baseline_arrivals", where=EACH),
    Quantity("arrivals_changed", EXPECTED, "arrive in the countries whose rules change", "{n} arrive in the countries "
             "whose rules change", f"expected arrivals from Belarus there: {_LESS}", "arrivals_changed",
             of="departures", level="baseline_arrivals_changed"),
    Quantity("arrivals_others", EXPECTED, "arrive in all other countries", "{n} arrive in all other countries",
             f"expected arrivals from Belarus there: {_LESS}", "arrivals_others", of="departures",
             level="baseline_arrivals_others"),
    Quantity("departures", EXPECTED, "leave Belarus, all countries together", "{n} leave Belarus",
             f"expected departures from Belarus: {_LESS}", "departures", level="baseline_departures"),
    Quantity("claims", EXPECTED, "ask for protection in {place}", "{n} ask for protection in {place}",
             f"expected claims, inside and at the border: {_LESS}", "asylum_claims", level="baseline_asylum_claims",
             where=EACH),
    Quantity("returns", COUNTED, "return to Belarus", "{n} return to Belarus", f"returns counted: {_LESS}", "returned"),
)  # fmt: skip
"""Flows: a person who leaves, returns and leaves again counts twice. Those of both groups of countries add up."""

CHANGED = _life(
    "changed", "changed", "people whose life it changes", "people live otherwise",
    "people of one of the categories below", of="", denominator="all who lived in Belarus or abroad at the start",
)  # fmt: skip
PARTS = (
    _life("stay", "stuck", "stay in Belarus, though they would have left",
          "stay though they would have left", "leave under the rules in force only"),
    _life("other_door", "other_channel", "come by another channel", "come by another channel",
          "first leave for the same destination, by another channel"),
    _life("elsewhere", "deflected", "go to another country", "go elsewhere",
          "first leave for another destination"),
    _life("asylum", "asylum", "ask for asylum", "ask for asylum", "ask for protection under the scenario only"),
    _life("irregular", "irregular", "cross irregularly", "cross irregularly",
          "first leave irregularly under the scenario, otherwise under the rules in force"),
    _life("later", "delayed", "leave later", "leave later", "first leave for the same destination and channel, later"),
    _life("earlier", "brought_forward", "leave earlier", "leave earlier",
          "first leave for the same destination and channel, earlier"),
    _life("papers", "papers", "lose the right to stay abroad", "lose the right to stay abroad",
          "lose a status under the scenario only and belong to no category above, or lived abroad before 2019"),
    _life("joins", "induced", "leave only under the scenario", "leave because of it",
          "leave under the scenario only"),
)  # fmt: skip
"""What becomes of those whose life the scenario changes: everybody is in one, and they add up to `changed`."""
WITHIN = (
    _life("elsewhere_in", "deflected", "{place}", "go to {place}", "first leave for this other destination",
          of="elsewhere", where=EACH),
    _life("papers_onward", "forced:onward", "then go on to another country", "move on",
          "next move is to a third country", of="papers"),
    _life("papers_returned", "forced:returned", "then go back to Belarus", "return",
          "next move is to Belarus", of="papers"),
    _life("papers_none", "forced:irregular_stay", "then stay without papers", "stay without papers",
          "move no more to the last month", of="papers"),
    _life("papers_before", "forced_settled_before", "lived abroad before 2019", "were abroad before 2019",
          "lived abroad before the first month; where they then go is not told", of="papers"),
    _life("opened", "opened", "by what it opens", "leave by what it opens",
          "go where the scenario opens a way", of="joins"),
    _life("by_others", "induced_by_others", "because others did", "leave because others did",
          "go where the scenario opens nothing", of="joins"),
)  # fmt: skip
"""Parts of parts; those of `papers` and of `joins` add up to it, as do the destinations of `elsewhere`."""

CALLS: dict[str, tuple[Quantity, ...]] = {
    name: (*_harm(name, label, f"are {label}", measure), *_of_lives(name, label, measure))
    for name, measure, label in (
        ("mobilised", "drafted:reserve", "mobilised from the reserve"),
        ("officers_called", "drafted:officers", "called up as reserve officers"),
        ("drafted", "drafted:regular", "drafted"),
    )
}
"""Calls to arms, kind by kind: a mobilisation, a call of reserve officers by decree, the regular draft. They are told
apart everywhere, since each takes other men for another service."""
HARMS = (
    *_harm("detained", "detained in Belarus", "are detained in Belarus"),
    *_of_lives("detained", "detained"),
    *_harm("charged", "charged with a political offence", "are charged"),
    *(one for kind in CALLS.values() for one in kind),
    *_harm("caught", "stopped on an irregular crossing", "are stopped on an irregular crossing"),
    *_harm("arrested_on_return", "arrested on return", "are arrested on return"),
)
WISHES = (
    Quantity("wished", COUNTED, "wished to leave in vain at some time", "{n} wish to leave in vain at some time",
             f"people who would have left at once, were every channel open and within means: {_LESS}", "wish_persons",
             level="baseline_wish_persons"),
    *(Quantity(f"wished_{name}", COUNTED, label, f"{{n}} person-months {label}", f"months of such wishes: {_LESS}",
               f"wish_months{measure}", level=f"baseline_wish_months{measure}", unit="person-months",
               of="wished_months" if measure else "")
      for name, measure, label in (
          ("months", "", "how often, in person-months"), ("exit", ":exit", "may not leave Belarus"),
          ("funds", ":funds", "cannot pay"), ("closed", ":closed", "destination closed"),
          ("quota", ":quota", "a queue too long"))),
)  # fmt: skip
SHARES = (
    Quantity("share", SHARE, "share of departures that go to the countries whose rules change", "{n}",
             "expected arrivals there under the rules in force", "baseline_arrivals_changed", of="departures",
             denominator="expected departures under the rules in force", unit="share"),
    Quantity("deflection_year", SHARE, "effective deflection within twelve months", "{n} within twelve months",
             "expected arrivals that all other countries gain", "deflection_12", of="arrivals_changed",
             denominator="expected arrivals that the countries lose whose rules change", unit="share", window=YEAR),
    Quantity("deflection_end", SHARE, "effective deflection to the end", "{n} to the end",
             "expected arrivals that all other countries gain", "deflection_end", of="arrivals_changed",
             denominator="expected arrivals that the countries lose whose rules change", unit="share"),
)  # fmt: skip
BALANCE = Quantity(
    "balance", MONEY, "public money of {place}", "public money of {place} {n}",
    f"taxes and contributions of Belarusians less support: {_LESS}", "balance", where=EACH, unit="million EUR a year",
    window=CALENDAR,
)  # fmt: skip

DECLARED: tuple[Quantity, ...] = (*FLOWS, CHANGED, *PARTS, *WITHIN, *HARMS, *WISHES, *SHARES, BALANCE)
NAMED = {one.name: one for one in DECLARED}


def quantity(name: str) -> Quantity:
    """A quantity by name. Raises ValueError for an unknown one, with the known names."""
    if name not in NAMED:
        raise ValueError(f"unknown quantity '{name}'; known: {', '.join(NAMED)}")
    return NAMED[name]
