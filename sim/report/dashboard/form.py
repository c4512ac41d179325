"""What may be composed on the page: rules of one's own, on top of a world that is there."""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sim.history.catalogue import policy_names
from sim.history.clock import last_day
from sim.history.naming import HISTORICAL
from sim.history.parameters import EXCEPTABLE, FIRST_DAY, Parameter
from sim.numerics import months
from sim.report.results import wording

CHANNEL = "channel:"
"""What stands before the name of a channel that is opened or shut as a whole, in the place of a document's name."""
CLOSED, OPENED, NUMBER = "refuse", "open", "number"
"""Kinds of rules: refuse documents or entry, open them to some or all, set a number."""
KINDS = (CLOSED, OPENED, NUMBER)
LONGEST_NAME = 40
SLUG = rf"[a-z][a-z0-9_]{{0,{LONGEST_NAME - 1}}}"
"""Pattern of the name of a policy."""
MOST_RULES = 8
"""Rules that a page holds (assumption: more belong into a file)."""


@dataclass(frozen=True)
class Rule:
    """A rule of one's own: what some countries refuse, open or set, from a day to a day, and to whom it does not apply.

    `what` are documents and ways in (`national_visa`, or `channel:work` for a channel as a whole); of a number, names
    of parameters without the country. `share` is the part of cases refused, or the number that is set.
    """

    kind: str = CLOSED
    countries: tuple[str, ...] = ()
    what: tuple[str, ...] = ()
    share: float = 1.0
    excepted: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    announced: date | None = None
    start: date | None = date(2023, 5, 3)
    until: date | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that it would change, whether or not there are such."""
        return tuple(f"{country}.{parameter_of(what)}" for country in self.countries for what in self.what)


@dataclass(frozen=True)
class Form:
    """Everything that is filled in on the page; equal forms ask for the same runs."""

    name: str = "my_policy"
    scenario: str = HISTORICAL
    policies: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    baseline: str = HISTORICAL
    until: str = ""
    course: str = "held"
    one_in: int = 1000
    replicates: int = 8
    seed: int = 1

    @property
    def policy(self) -> str:
        """Name of the policy of one's own: as one calls it, and a digest of its rules.

        So another policy of the same name has other results, and the same policy has the same.
        """
        content = json.dumps([asdict(rule) for rule in self.rules], default=str, sort_keys=True)
        return f"{self.name}_0x{hashlib.sha256(content.encode()).hexdigest()[:6]}"


def proposals() -> tuple[str, ...]:
    """Policies that may be enacted besides: those that nobody has."""
    return tuple(policy_names(proposed=True))


def happened() -> tuple[str, ...]:
    """Policies and other events that may be taken away: those of what happened."""
    proposed = proposals()
    return tuple(name for name in policy_names() if name not in proposed)


def parameter_of(what: str) -> str:
    """Name of a parameter without its country: that of a document, or whether a channel is offered."""
    return f"{what.removeprefix(CHANNEL)}.offered" if what.startswith(CHANNEL) else what


def slug(text: str) -> str:
    """A name as the program takes it: small letters, digits and _; empty if nothing of it is left."""
    found = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:LONGEST_NAME].rstrip("_")
    return found if re.fullmatch(SLUG, found) else ""


def documents_of(country: str, parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
    """What a country can refuse or open: its documents and ways in, and then its channels as wholes."""
    mine = [name.partition(".")[2] for name in parameters if name.startswith(f"{country}.")]
    documents = [name for name in mine if parameters[f"{country}.{name}"].rule == "restriction"]
    channels = [f"{CHANNEL}{name.removesuffix('.offered')}" for name in mine if name.endswith(".offered")]
    return (*sorted(documents), *sorted(channels))


def numbers_of(country: str, parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
    """Numbers of a country that an event may change, without the country's name; sets of names are left out."""
    mine = (name for name in parameters if name.startswith(f"{country}."))
    kept = (name for name in mine if parameters[name].rule != "restriction" and parameters[name].unit not in _SETS)
    return tuple(sorted(name.partition(".")[2] for name in kept if not name.endswith(".offered")))


_SETS = ("sectors", "groups")


def choices(country: str, kind: str, parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
    """What a rule of a kind can rule in a country."""
    return (numbers_of if kind == NUMBER else documents_of)(country, parameters)


def faults(form: Form, parameters: Mapping[str, Parameter]) -> list[str]:
    """What cannot be of what is filled in, in sentences that say why and what to do; empty if all is well."""
    found = []
    if not re.fullmatch(SLUG, form.name):
        found.append("Give the policy a name of small letters, digits and _, beginning with a letter.")
    if not 0 <= form.seed < 2**32:
        found.append(f"The seed of the luck, {form.seed}, is not a whole number from 0 to {2**32 - 1}.")
    for number, rule in enumerate(form.rules, 1):
        found += [f"Rule {number}: {said}" for said in _faults(rule, form, parameters)]
    for number, rule in enumerate(form.rules, 1):
        if rule in form.rules[: number - 1]:
            found.append(f"Rule {number} repeats an earlier one; remove it.")
    if not (form.rules or form.policies or form.without) and form.scenario == form.baseline:
        found.append("Nothing differs yet from what it is compared with: add a rule, a policy, or another scenario.")
    return found


def _faults(rule: Rule, form: Form, parameters: Mapping[str, Parameter]) -> Iterator[str]:
    if not rule.countries:
        yield "choose a country."
    if not rule.what:
        yield "choose what it refuses, opens or sets."
    for country in rule.countries:
        for what in rule.what:
            if what not in choices(country, rule.kind, parameters):
                yield _not_there(country, what, rule.kind, parameters)
    yield from _dates(rule, form)
    if rule.kind == NUMBER:
        ways = {parameters[name].rule for name in rule.parameters if name in parameters}
        if len(ways) > 1:
            yield "these numbers take a change in different ways (added, multiplied or set); make a rule of each."
        if math.isnan(rule.share):
            yield "say the number."
            return
        for name in rule.parameters:
            if name in parameters and (wrong := parameters[name].outside(rule.share, parameters[name].rule != "set")):
                yield f"{name}: {wrong} ({parameters[name].meaning}, {parameters[name].unit})."
        return
    if not 0.0 < rule.share <= 1.0:
        yield "the share of cases refused lies above 0% and is at most 100%."
    wholes = [what.removeprefix(CHANNEL) for what in rule.what if what.startswith(CHANNEL)]
    if wholes and (rule.excepted or rule.revoked or rule.share < 1.0):
        yield (
            f"the channel {', '.join(wholes)} is open or shut as a whole, without exceptions or shares; "
            "for those, refuse its documents instead (visas, residence permits)."
        )
    for name in (*rule.excepted, *rule.revoked):
        if name not in EXCEPTABLE:
            yield f"'{name}' is no group or channel that can be excepted."
    for name in sorted(set(rule.excepted) & set(rule.revoked)):
        yield f"'{name}' is excepted, and its exceptions end at the same time; choose one."
    if rule.kind == OPENED and rule.revoked:
        yield "a rule that opens ends no exceptions."
    if rule.kind == OPENED and not wholes and not rule.excepted:
        yield (
            "say to whom it opens: refusals by other rules stay in force, so that opening to everybody means taking "
            "those policies away (“Without”)."
        )


def _dates(rule: Rule, form: Form) -> Iterator[str]:
    if rule.start is None:
        yield "say from which day."
        return
    if rule.start < FIRST_DAY:
        yield f"it begins on {rule.start}, before the history, which begins on {FIRST_DAY}."
    if rule.announced is not None and rule.announced > rule.start:
        yield f"it is announced on {rule.announced}, after its first day, {rule.start}."
    if rule.until is not None and rule.until < rule.start:
        yield f"its last day, {rule.until}, is before its first, {rule.start}."
    if form.until and (rule.announced or rule.start) > last_day(months.month(form.until)):
        yield f"nobody hears of it before the run ends ({form.until}); choose a later last month or an earlier day."


def _not_there(country: str, what: str, kind: str, parameters: Mapping[str, Parameter]) -> str:
    """Why a rule of a kind cannot rule something in a country, with what is there instead."""
    if kind == NUMBER:
        return (
            f"{wording(country)} has no number called {what.replace('_', ' ')} that can be set; choose one of the list."
        )
    name, there = parameter_of(what), documents_of(country, parameters)
    if name in ("short_visa", "national_visa", "short_visa_entry") and "visa_free" in there:
        return (
            f"{wording(country)} lets Belarusians in without a visa, so that there is no {what.replace('_', ' ')} to "
            "refuse; choose entry without a visa, first residence permits or their renewal."
        )
    return f"{wording(country)} has no {what.replace('_', ' ')}; it has {', '.join(there).replace('_', ' ')}."
