"""Forms and differences in words: what a rule says, and what it adds to the rules in force."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime

from sim.history.parameters import Parameter
from sim.history.wording import Addition, amount
from sim.numerics.messages import listed
from sim.report import ruling
from sim.report.dashboard.form import CHANNEL, CLOSED, NUMBER, OPENED, Rule
from sim.report.results import wording

ALSO = {
    "uae": "UAE",
    "family": "family reunion",
    "ancestry": "ancestry",
    "visa_free": "visa-free",
    "draft_liable": "conscription",
}
"""What else one calls a place, group or channel, to find it in a list by typing."""


def country(name: str) -> str:
    """A country as it stands in a list of choices."""
    return _found_by(wording(name), name)


def excepted(name: str) -> str:
    """A group or channel as it stands in a list of choices."""
    return _found_by(ruling.who(name), name)


def _found_by(words: str, name: str) -> str:
    return f"{words} ({ALSO[name]})" if name in ALSO else words


def document(what: str) -> str:
    """A document, way in or channel in words."""
    return ruling.what(f"{what.removeprefix(CHANNEL)}{ruling.OFFERED}" if what.startswith(CHANNEL) else what)


def parameter(name: str) -> str:
    """A parameter in words: country and what of it."""
    country, _, rest = name.partition(".")
    return f"{wording(country)}, {ruling.what(rest)}"


def day(of: date | None) -> str:
    """A day as `3 May 2023`; of none yet a dash."""
    return f"{of.day} {of:%B} {of.year}" if of else "–"


def read_day(text: str) -> date:
    """The day of a text as one writes days; raises ValueError for anything else."""
    for written in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"):
        with suppress(ValueError):
            return datetime.strptime(text, written).date()
    raise ValueError(text)


def rules(told: Iterable[Rule], parameters: Mapping[str, Parameter] | None = None) -> list[str]:
    """Rules in a sentence each; one that is not whole yet has faults instead, and none."""
    whole = (one for one in told if one.countries and one.what and one.start and not math.isnan(one.share))
    return [rule(one, parameters) for one in whole]


def rule(told: Rule, parameters: Mapping[str, Parameter] | None = None) -> str:
    """A rule in one sentence; of what is not filled in yet a dash."""
    countries = listed([wording(country) for country in told.countries]) if told.countries else "–"
    things = listed([document(what) for what in told.what]) if told.what else "–"
    plural = len(told.countries) != 1
    when = f"From {day(told.start)}" + (f" to {day(told.until)}" if told.until else "")
    heard = f" (announced {day(told.announced)})" if told.announced and told.announced != told.start else ""
    if told.kind == NUMBER:
        values = [
            amount(told.share, parameters[name].unit) if parameters and name in parameters else f"{told.share:g}"
            for name in told.parameters
            if not math.isnan(told.share)
        ]
        return f"{when}{heard} {countries}: {things} {changes(told.parameters, parameters)} {listed(values or ['–'])}."
    excepted = listed([ruling.who(name) for name in told.excepted]) if told.excepted else ""
    revoked = listed([ruling.who(name) for name in told.revoked]) if told.revoked else ""
    if told.kind == OPENED:
        whom = f" to {excepted}, whoever else refuses them" if excepted else ""
        return f"{when}{heard} {countries} {'open' if plural else 'opens'} {things}{whom}."
    assert told.kind == CLOSED
    part = "" if told.share >= 1.0 else f" in {told.share:.0%} of cases"
    ends = f"; exceptions of other rules for {revoked} end" if revoked else ""
    but = f", except to {excepted}" if excepted else ""
    return f"{when}{heard} {countries} {'refuse' if plural else 'refuses'} {things}{part}{but}{ends}."


_RULES = {
    "set": "is set to",
    "sum": "goes up by",
    "product": "is multiplied by",
    "lowest": "is at most",
    "highest": "is at least",
}


def changes(names: Iterable[str], parameters: Mapping[str, Parameter] | None) -> str:
    """How a number changes the parameters of these names, which do not all take it in the same way, perhaps."""
    rules = {parameters[name].rule for name in names if name in parameters} if parameters else set()
    return _RULES.get(rules.pop(), "becomes") if len(rules) == 1 else "becomes"


def addition(one: Addition) -> str:
    """What a change adds to the rules in force, with the parameter in words and without the event's name."""
    title = f"{'Without ' if one.removed else ''}{one.event}: {one.parameter}"
    rest = one.sentence.removeprefix(title).removeprefix(":").strip()
    before = f"Without {one.event.replace('_', ' ')}: " if one.removed else ""
    return f"{before}{parameter(one.parameter)}: {ruling.plain(rest)}"


MOST = 12
"""Changes that the page tells one by one."""


def plain(name: str) -> str:
    """The name of a policy or event as one reads it."""
    return name.replace("_", " ")


def hints(rules: Sequence[Rule], additions: Sequence[Addition]) -> list[str]:
    """What may surprise whoever composed: exceptions that open what is refused today, and what is refused already."""
    refusals = [one for one in rules if one.kind == CLOSED]
    acting = [one for one in additions if one.verdict == "effective" and not one.removed]
    opened = {one.parameter for one in acting if " open to " in f" {one.sentence}"}
    opened &= {name for one in refusals for name in one.parameters}
    found = []
    if opened:
        found.append(
            "Exceptions of all rules unite: yours also open to them what other rules refuse today "
            f"({listed(sorted(map(parameter, opened)))}). If that is not meant, except only those who are excepted now."
        )
    for one in refusals:
        begins = {each.parameter: _FIRST.search(each.sentence) for each in acting if each.parameter in one.parameters}
        found += [
            f"{parameter(name)}: until {ruling.plain(first[1])} other rules refuse the same already; yours changes "
            "nothing before."
            for name, first in begins.items()
            if first and one.start and first[1] > one.start.isoformat()
        ]
    return found


_FIRST = re.compile(r"\bfrom (\d{4}-\d\d-\d\d)\b")
"""The first day on which a change acts, in what a history says of it."""
