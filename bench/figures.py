"""Figures from repeated measurements: spread, slope, rate. Plain numbers in, plain numbers out."""

import math
import statistics
from collections.abc import Mapping, Sequence

Spread = dict[str, float]
"""`min`, `median`, `max` and the number `n` of repeated measurements of one thing."""


def spread(values: Sequence[float]) -> Spread:
    """Minimum, median, maximum and number of repeated measurements.

    Raises ValueError if there is none or one is not a finite number.
    """
    if not values or not all(map(math.isfinite, values)):
        raise ValueError(f"{list(values)} are no measurements")
    return {"min": min(values), "median": statistics.median(values), "max": max(values), "n": len(values)}


def nanoseconds(seconds: float, people: float, months: float) -> float:
    """Nanoseconds a person-month."""
    return 1e9 * seconds / (people * months)


def slope(people: Sequence[float], seconds: Sequence[float]) -> float:
    """Exponent of cost in people: least-squares slope of log seconds against log people; 1 is linear.

    Raises ValueError with fewer than two different sizes, and for numbers that are not positive.
    """
    if len(set(people)) < 2 or len(people) != len(seconds) or min(*people, *seconds) <= 0:
        raise ValueError(f"no slope through {list(zip(people, seconds, strict=False))}")
    return statistics.linear_regression([math.log(x) for x in people], [math.log(y) for y in seconds]).slope


def pairwise_slopes(people: Sequence[float], seconds: Sequence[float]) -> list[float]:
    """Slopes between neighbouring sizes, in the order given."""
    return [slope(people[i : i + 2], seconds[i : i + 2]) for i in range(len(people) - 1)]


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Spread of `theirs / ours`, pair by pair: a drift of the machine's speed falls out."""
    return spread([b / a for a, b in zip(ours, theirs, strict=True)])


def medians(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Median of every key over rows with the same keys."""
    return {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def short(value: float, digits: int = 3) -> str:
    """A number to so many significant digits, thousands apart: `12,300`, `0.0456`."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.{max(0, places)}f}"


def told(figure: Mapping[str, float], scale: float = 1.0) -> str:
    """A spread in words, `median (min to max)`; one number if it was measured once."""
    if figure["n"] == 1:
        return short(figure["median"] * scale)
    low, high = sorted((figure["min"] * scale, figure["max"] * scale))
    return f"{short(figure['median'] * scale)} ({short(low)} to {short(high)})"
