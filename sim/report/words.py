"""Numbers in words: rounded to what the sample can carry, signs written out, few people not shown."""

import math

from sim.numerics import months
from sim.report.results import Effect, Results
from sim.report.verdicts import BRIEF, FEW, SAME, TOLD, UNSURE, Ends, too_few, verdict
from sim.runs.disclosure import resolution, rounded, suppress
from sim.runs.usual import of_slices

MINUS = "\u2212"


def shown(persons: float, results: Results) -> bool:
    """Whether enough simulated people stand behind a number to print it."""
    return not math.isnan(float(suppress(persons, results.one_in, replicates=results.replicates)))


def count(persons: float, results: Results) -> str:
    """Persons, rounded; `few` for too few simulated people."""
    return f"{rounded(persons, results.one_in):,}".replace("-", MINUS) if shown(persons, results) else FEW


def change(persons: float, results: Results) -> str:
    """A difference of persons with its sign."""
    if not shown(persons, results):
        return FEW
    number = rounded(persons, results.one_in)
    return f"{number:+,}".replace("-", MINUS) if number else "0"


def difference(effect: Effect, results: Results, counted: bool) -> tuple[str, str]:
    """A difference of persons as a cell of a table with its interval, or the phrase in its place and no interval.

    One that is counted rests on the people who differ; one of expected flows on all who might go.
    """
    number = rounded(effect.estimate, results.one_in)
    is_few = too_few(effect.estimate, results.one_in, results.replicates) if counted else not number
    found = verdict(Ends(effect.estimate, effect.low, effect.high), is_few)
    if found != TOLD:
        return BRIEF[found], ""
    ends = (rounded(end, results.one_in) for end in (effect.low, effect.high))
    return _signed(number), " to ".join(map(_signed, ends))


def _signed(number: int) -> str:
    return (f"{number:+,}" if number else "0").replace("-", MINUS)


def interval(effect: Effect, results: Results, signed: bool = True) -> str:
    """`low to high`; nothing where the estimate itself is not shown."""
    if not shown(effect.estimate, results):
        return ""
    ends = [rounded(value, results.one_in) for value in (effect.low, effect.high)]
    low, high = (f"{end:+,}" if signed and end else f"{end:,}" for end in ends)
    return f"{low} to {high}".replace("-", MINUS)


def expected(persons: float) -> str:
    """A difference of expected counts with its sign, to two digits: a sum of hazards, not a count of people."""
    if not persons or not math.isfinite(persons):
        return "0"
    digits = max(0, 1 - math.floor(math.log10(abs(persons))))
    number = round(persons, 1 - math.floor(math.log10(abs(persons))))
    return f"{number:+,.{min(digits, 3)}f}".replace("-", MINUS)


def expected_interval(effect: Effect) -> str:
    """`low to high` of a difference of expected counts."""
    return f"{expected(effect.low)} to {expected(effect.high)}"


def percent(share: float) -> str:
    """A share as whole percent; a dash when there is none."""
    return f"{share:.0%}".replace("-", MINUS) if math.isfinite(share) else "\u2013"


def percents(effect: Effect) -> str:
    """The interval of a share, `low to high` in percent; nothing for a share that cannot be told."""
    return f"{percent(effect.low)} to {percent(effect.high)}" if math.isfinite(effect.estimate) else ""


def rule(results: Results) -> str:
    """The rule by which numbers are rounded and left out, for the foot of a table."""
    people = "person" if results.replicates == 1 else "people"
    of = (
        "90% predictive intervals: where one more draw of the fitted parameters, of people and luck, would lie."
        if results.is_drawn
        else "90% intervals of the mean (Student): the luck of the replicates, not the parameters."
    )
    return (
        f"One simulated person stands for {results.one_in:g}; numbers are means over {results.replicates} paired "
        f"replicates, rounded to {resolution(results.one_in)} persons. \u201c{FEW}\u201d: there are, but fewer than 30 "
        f"simulated {people} in all replicates together. \u201c{capital(BRIEF[UNSURE])}\u201d: the interval holds "
        f"zero. \u201c{capital(SAME)}\u201d: nobody in this sample differs. Slices of lambda rest on "
        f"{of_slices(results.replicates)}. Intervals are {of}"
    )


def day(instant: float) -> str:
    """A day of the clock as `1 August 2023`."""
    number = math.floor(instant)
    first = months.first_day(number)
    return f"{1 + round((instant - number) * months.days_in(number))} {first:%B} {first:%Y}"


def month(label: str) -> str:
    """`2025-12` as `December 2025`."""
    first = months.first_day(months.month(label))
    return f"{first:%B} {first:%Y}"


def iso_day(text: str) -> str:
    """`2023-08-01` as `1 August 2023`."""
    return f"{int(text[8:10])} {months.first_day(months.month(text)):%B} {text[:4]}"


def capital(text: str) -> str:
    """A text with a capital at its start."""
    return text[:1].upper() + text[1:]


_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def in_words(number: int) -> str:
    """A number of things; small ones in letters."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"
