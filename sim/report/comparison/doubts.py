"""What would change the answer, and what lambda does to it: sentences that hold for every kind of scenario.

Lambda says of one month's decision whether who is kept out of a country stays or goes to another, and of who comes by
what a country opens whether they would otherwise have stayed or gone to another. It decides nothing where no country's
rules change, or where nobody is kept out or let in; and it is told only as far as the sample tells.
"""

from enum import Enum
from typing import NamedTuple

import numpy as np

from sim.analysis.dimensions import ORIGIN
from sim.report.comparison.rule_changes import acting_and_idle
from sim.report.results import wording
from sim.report.told import Told
from sim.report.verdicts import SAME, UNSURE


class Doors(Enum):
    """What a scenario does to the ways into other countries, as far as the sample tells."""

    SHUT = "fewer come to the countries whose rules change"
    OPENED = "more come to them"
    UNTOLD = "whether more or fewer come cannot be told"
    UNUSED = "nobody comes or stays away because of it"
    ELSEWHERE = "no country's rules change but those of Belarus"


def doors(told: Told) -> Doors:
    """What the scenario does to the ways into the countries whose rules change.

    By their arrivals where these can be told; else by whether more people stay or more leave because of it.
    """
    if not told.ruled:
        return Doors.ELSEWHERE
    net, stay, come = (told.value(name) for name in ("arrivals_changed", "stay", "joins"))
    if net.verdict == SAME and told.value("changed").verdict == SAME:
        return Doors.UNUSED
    if net.told:
        return Doors.SHUT if net.estimate < 0 else Doors.OPENED
    if not (stay.told or come.told):
        return Doors.UNTOLD
    return Doors.SHUT if stay.estimate > come.estimate else Doors.OPENED


def doubt(told: Told) -> str:
    """What would change the answer most."""
    kind, known = doors(told), _known(told)
    if kind == Doors.UNUSED:
        return (
            "In this sample nobody is kept out or let in, so that \u03bb decides nothing; a larger one may tell more."
        )
    if kind == Doors.UNTOLD:
        return (
            f"A larger sample would: this one cannot tell whether arrivals in {_where(told)} rise or fall, and so not "
            f"what \u03bb does ({known})."
        )
    if kind == Doors.ELSEWHERE:
        return f"Little depends on \u03bb ({known}), as only rules of Belarus change{_departures_at_ends(told)}."
    if _is_mixed(told):
        return f"\u03bb ({known}) decides nothing over those rules that change in Belarus{_departures_at_ends(told)}."
    if kind == Doors.OPENED:
        said = "Much depends on where those who come by it would be otherwise: in Belarus (\u03bb near 1) or elsewhere"
        return f"{said} (near 0). \u03bb is {known}{_lives_at_ends(told, 'joins', 'would leave because of it')}."
    said = "Much depends on whether those kept out stay (\u03bb near 1) or go elsewhere (near 0)"
    return f"{said}. \u03bb is {known}{_lives_at_ends(told, 'stay', 'would stay')}."


def deflected(told: Told) -> str:
    """The effective deflection within twelve months and to the end at every lambda."""
    results, kind = told.results, doors(told)
    if kind == Doors.ELSEWHERE:
        return "No country's rules change but those of Belarus, so that there is no deflection to be told."
    if kind == Doors.UNUSED:
        return f"Nobody is kept out of {_where(told)} or let in in this sample, so that nobody is deflected."
    mine, others = _verbs(told)
    whose = f"Of the arrivals that {_where(told)} {mine}"
    told_at = {one: [told.value(f"deflection_{name}", lambda_=one) for name in ("year", "end")]
               for one in results.lambdas}  # fmt: skip
    if not any(value.told for pair in told_at.values() for value in pair):
        return f"{whose}, this sample cannot tell at any \u03bb what share others {others}."
    said = []
    for lambda_, pair in told_at.items():
        cells = [value.cell for value in pair] if any(value.told for value in pair) else [pair[0].cell]
        said.append(f"{' and '.join(cells)} at {_label(told, lambda_)}")
    is_below = any(value.told and value.estimate < 0 for pair in told_at.values() for value in pair)
    below = " Below zero, others do as they do." if is_below else ""
    mixed = " As rules of Belarus change, too, that is not deflection alone." if _is_mixed(told) else ""
    return f"{whose}, others {others} within twelve months and to the end: {'; '.join(said)}.{below}{mixed}"


def of_a_year(told: Told) -> str:
    """What the deflection of a year is a share of, as the title of an axis."""
    if not told.ruled:
        return "the prior of \u03bb (no deflection is told)"
    mine, others = ("lost", "gained") if _loses(told) else ("gained", "lost")
    return f"{others} by others in twelve months, % of arrivals {mine}"


def share_of(told: Told) -> str:
    """Of what a deflection is the share, for a caption; of none where no country's rules change."""
    if not told.ruled:
        return "no country's rules change but those of Belarus, so that no deflection is told"
    mine, others = _verbs(told)
    return f"of the arrivals that {_where(told)} {mine}, the share that all others {others}"


class Explained(NamedTuple):
    """What lambda answers: a question, its answers at 0 and at 1, what the closed form is about, and of what share."""

    question: str
    at_0: str
    at_1: str
    about: str
    share: float


def explained(told: Told) -> Explained:
    """What lambda answers of such a scenario; no share where no country's rules change."""
    share = told.value("share").estimate
    if doors(told) == Doors.OPENED:
        net, all_ = told.value("arrivals_changed"), told.value("departures")
        after = (net.before + net.estimate) / (all_.before + all_.estimate)
        question = "When a country opens, would those who come by it have gone elsewhere, or stayed?"
        about = "that open entirely and then have a share s of departures, what of it would have gone elsewhere"
        return Explained(question, "all of them elsewhere", "all of them stayed", about, after)
    question = "When a country closes, do those who meant to go there go elsewhere, or stay?"
    if doors(told) == Doors.ELSEWHERE:
        question += " This scenario closes and opens no country, so that the answer matters little here."
    about = "that close entirely and had a share s of departures, the share of them that then goes elsewhere"
    return Explained(question, "everyone goes elsewhere", "nobody does", about, share)


def _loses(told: Told) -> bool:
    return told.value("arrivals_changed").estimate <= 0


def _verbs(told: Told) -> tuple[str, str]:
    """What the countries do whose rules change, and what all others do: lose and gain, or the reverse."""
    several = len(told.ruled) > 1
    mine, others = ("lose", "gain") if _loses(told) else ("gain", "lose")
    return mine + "s" * (not several), others


def _where(told: Told) -> str:
    """The countries whose rules change."""
    return wording(told.ruled[0]) if len(told.ruled) == 1 else "the countries whose rules change"


def _known(told: Told) -> str:
    """Where lambda comes from, what it is, and whether it was asked at this one alone."""
    results = told.results
    by_hand = "set by hand to" if results.is_drawn else "a judgement, here"
    source = "fitted," if results.has_drawn_lambda else by_hand
    return f"{source} {results.main_told}{', asked at no other' * (len(results.lambdas) == 1)}"


def _label(told: Told, lambda_: float) -> str:
    return told.results.main_told if np.isclose(lambda_, told.results.main) else f"{lambda_:g}"


def _is_mixed(told: Told) -> bool:
    """Whether rules of Belarus act besides those of other countries."""
    return any(change.place == wording(ORIGIN) for change in acting_and_idle(told.results)[0])


def _ends(told: Told) -> list[float]:
    """The least and the greatest lambda that were asked; none where there is one."""
    ends = sorted({min(told.results.lambdas), max(told.results.lambdas)})
    return ends if len(ends) > 1 else []


def _departures_at_ends(told: Told) -> str:
    ends = _ends(told)
    values = [told.value("departures", lambda_=one) for one in ends]
    if ends and all(one.verdict == UNSURE for one in values):
        return "; whether departures from Belarus change cannot be told at any"
    said = [f"{value.cell} at {_label(told, one)}" for one, value in zip(ends, values, strict=True)]
    return f"; departures from Belarus: {', '.join(said)}" if said else ""


def _lives_at_ends(told: Told, name: str, verb: str) -> str:
    said: list[str] = []
    for one in _ends(told):
        value = told.value(name, lambda_=one)
        is_counted = value.verdict != SAME and not any(verb in text for text in said)
        said.append(f"{value.cell}{f' {verb}' if is_counted else ''} at {_label(told, one)}")
    return f"; {', '.join(said)}" if said else ""
