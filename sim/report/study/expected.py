"""What was expected before the study was run, judged on the 90% intervals of its comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.analysis.experiment import Expected
from sim.report.results import Effect, heading, wording
from sim.report.study.comparisons import Comparison, Study, point_words

HOLDS, REFUTED, UNDECIDED, UNTESTED = "holds", "refuted", "undecided", "not tested"


@dataclass(frozen=True)
class Verdict:
    """One expected part at one comparison."""

    expected: Expected
    comparison: Comparison | None
    """None where no comparison is there to test it."""
    effect: Effect | None
    against: Effect | None
    """The value of the other scenario, where it is wanted to lie above or below one."""
    verdict: str
    reason: str = ""
    """Why it was not tested."""


def verdicts(study: Study) -> list[Verdict]:
    """Every expected part at every comparison it speaks of, in the order of the study's file."""
    found = []
    for expected in study.experiment.expects:
        ones = study.matching(expected.scenario, expected.where)
        found += [_verdict(study, expected, one) for one in ones] or [
            Verdict(expected, None, None, None, UNTESTED, "there is no comparison")
        ]
    return found


def _verdict(study: Study, expected: Expected, one: Comparison) -> Verdict:
    effect = one.effect(expected.measure, expected.destination)
    if effect is None:
        place = f" of {wording(expected.destination)}" if expected.destination else ""
        return Verdict(expected, one, None, None, UNTESTED, f"the comparison has no {expected.measure}{place}")
    bound = expected.below if expected.above is None else expected.above
    against: Effect | None = None
    if isinstance(bound, str):
        others = study.matching(bound, {**one.parameters, **expected.at})
        against = others[0].effect(expected.measure, expected.destination) if others else None
        if against is None:
            return Verdict(expected, one, effect, None, UNTESTED, f"there is no value of {_named(bound, expected)}")
    return Verdict(expected, one, effect, against, judged(expected, effect, against))


def judged(expected: Expected, effect: Effect, against: Effect | None = None) -> str:
    """Holds if the whole interval lies on the right side, refuted if wholly on the wrong one, else undecided.

    Against another scenario's value the two intervals must not meet. The bound itself is on the wrong side: an
    effect of exactly zero is not above zero.
    """
    bound = expected.below if expected.above is None else expected.above
    if against is None:
        assert not isinstance(bound, str) and bound is not None
        against = Effect(bound, bound, bound, effect.unit)
    low, high, floor, ceiling = effect.low, effect.high, against.low, against.high
    if expected.above is None:  # below: the same with all signs changed
        low, high, floor, ceiling = -high, -low, -ceiling, -floor
    if low > ceiling:
        return HOLDS
    exact = floor == ceiling
    return REFUTED if high < floor or (exact and high == floor) else UNDECIDED


def wanted(expected: Expected) -> str:
    """What was wanted, in words."""
    side, bound = ("below", expected.below) if expected.above is None else ("above", expected.above)
    if isinstance(bound, str):
        return f"{side} that of {_named(bound, expected)}"
    return f"{side} {bound:,.10g}".replace("-", "\u2212")


def _named(scenario: str, expected: Expected) -> str:
    """A scenario whose value is wanted, and where it is read if elsewhere."""
    return heading(scenario) + (f" at {point_words(expected.at)}" if expected.at else "")


def overall(found: Sequence[Verdict]) -> str:
    """One verdict for an expected part over its comparisons: refuted by one, held only by all."""
    said = {one.verdict for one in found}
    for verdict in (REFUTED, UNDECIDED, UNTESTED):
        if verdict in said:
            return verdict
    return HOLDS
