"""Exponential, logarithm and sine are within 1 ulp of values computed with 50 digits."""

import math
from collections.abc import Callable, Iterable
from decimal import Decimal, localcontext

import numpy as np
import pytest

from sim.numerics import arithmetic

DIGITS = 50
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")


def exact_sin(x: Decimal) -> Decimal:
    """Sine by its series, after taking away the nearest multiple of pi."""
    turns = (x / PI).to_integral_value()
    r = x - turns * PI
    total, term, k = r, r, 1
    while abs(term) > Decimal(10) ** -DIGITS * abs(total):
        term *= -r * r / ((k + 1) * (k + 2))
        total += term
        k += 2
    return -total if turns % 2 else total


def worst_ulp(
    function: Callable[[float], float], exact: Callable[[Decimal], Decimal], points: Iterable[float]
) -> float:
    """Largest distance from the true value in units of the last place of the true value."""
    worst = 0.0
    with localcontext() as context:
        context.prec = DIGITS + 20
        for x in points:
            true = exact(Decimal(x))
            error = abs(Decimal(function(x)) - true) / Decimal(math.ulp(float(true)))
            worst = max(worst, float(error))
    return worst


def neighbours(x: float, count: int = 3) -> list[float]:
    """The doubles just below and above x, and x."""
    found = [x]
    low = high = x
    for _ in range(count):
        low, high = math.nextafter(low, -math.inf), math.nextafter(high, math.inf)
        found += [low, high]
    return found


def points_of_exp() -> list[float]:
    """Random, dense near zero, where the reduction changes its step, and the edges of the range."""
    rng = np.random.default_rng(1)
    points = [*rng.uniform(-745.1, 709.7, 3000), *rng.uniform(-20, 5, 3000), *np.linspace(-1, 1, 2001)]
    points += [s * 2.0**-k for k in range(1, 70, 3) for s in (-1, 1)]
    for k in (-1073, -1022, -1021, -500, -2, -1, 0, 1, 2, 300, 1023):
        points += neighbours((k + 0.5) * math.log(2)) + neighbours(k * math.log(2))
    points += neighbours(-708.3964185322641) + [-744.4, -745.13, 709.782712893384]
    return [float(x) for x in points if -745.13 <= x <= 709.782712893384]


def points_of_log() -> list[float]:
    """Random over all exponents, the uniforms of luck, near 1 and near the reduction's breaks."""
    rng = np.random.default_rng(2)
    points = [*np.exp2(rng.uniform(-1022, 1023.9, 3000)), *rng.uniform(0.5, 2, 3000)]
    points += [(int(word) + 0.5) * 2.0**-32 for word in rng.integers(0, 2**32, 2000)]
    points += [0.5 * 2.0**-32, 1 - 0.5 * 2.0**-32, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308]
    for k in range(-4, 5):
        points += neighbours(2.0**k) + neighbours(2.0**k * math.sqrt(0.5))
    points += [1 + s * 2.0**-k for k in range(2, 52) for s in (-1, 1)]
    return [float(x) for x in points]


def points_of_sin() -> list[float]:
    """Random, near every multiple of pi/4 and near zero."""
    rng = np.random.default_rng(3)
    points = [*rng.uniform(-4, 4, 2500), *rng.uniform(0, math.pi, 2500)]
    for k in range(-5, 6):
        points += neighbours(k * math.pi / 4) if k else []
        points += [k * math.pi / 4 + s * 2.0**-j for j in range(3, 50, 4) for s in (-1, 1)]
    return [float(x) for x in points if x != 0 and abs(x) <= 4]


@pytest.mark.parametrize(
    ("function", "exact", "points"),
    [
        pytest.param(arithmetic.exp, Decimal.exp, points_of_exp(), id="exp"),
        pytest.param(arithmetic.log, Decimal.ln, [x for x in points_of_log() if x != 1], id="log"),
        pytest.param(arithmetic.sin, exact_sin, points_of_sin(), id="sin"),
    ],
)
def test_within_one_ulp(
    function: Callable[[float], float], exact: Callable[[Decimal], Decimal], points: list[float]
) -> None:
    assert worst_ulp(function, exact, points) < 1.0


def test_ulp_measure_sees_one_wrong_bit() -> None:
    def off_by_two(x: float) -> float:
        return math.nextafter(math.nextafter(math.exp(x), 9), 9)

    assert worst_ulp(off_by_two, Decimal.exp, [0.3]) > 1.0


def test_edges_of_exp() -> None:
    assert arithmetic.exp(0.0) == arithmetic.exp(-0.0) == 1.0
    assert arithmetic.exp(-745.14) == arithmetic.exp(-1e300) == arithmetic.exp(-math.inf) == 0.0
    assert arithmetic.exp(709.79) == arithmetic.exp(1e300) == arithmetic.exp(math.inf) == math.inf
    assert arithmetic.exp(-745.13) == 5e-324
    assert math.isnan(arithmetic.exp(math.nan))


def test_edges_of_log() -> None:
    assert arithmetic.log(1.0) == 0.0
    assert arithmetic.log(0.0) == arithmetic.log(-0.0) == -math.inf
    assert arithmetic.log(math.inf) == math.inf
    assert math.isnan(arithmetic.log(-1.0)) and math.isnan(arithmetic.log(-5e-324))
    assert math.isnan(arithmetic.log(-math.inf)) and math.isnan(arithmetic.log(math.nan))


def test_edges_of_sin() -> None:
    assert math.copysign(1, arithmetic.sin(0.0)) == 1 and math.copysign(1, arithmetic.sin(-0.0)) == -1
    assert arithmetic.sin(5e-324) == 5e-324
    assert arithmetic.sin(math.pi / 2) == 1.0
    assert not math.isnan(arithmetic.sin(arithmetic.SIN_LIMIT))
    for outside in (math.nextafter(4, 5), -4.1, 1e300, math.inf, -math.inf, math.nan):
        assert math.isnan(arithmetic.sin(outside))


def test_arrays_have_the_bits_of_single_numbers() -> None:
    """Loops over arrays are compiled to vectors of several lanes; lanes and the rest must round alike."""
    x = np.array([*points_of_exp(), math.inf, -math.inf, math.nan, 800.0, -800.0])
    assert arithmetic.exp_array(x).tobytes() == np.array([arithmetic.exp(v) for v in x]).tobytes()
    x = np.array([*points_of_log(), 0.0, math.inf])
    assert arithmetic.log_array(x).tobytes() == np.array([arithmetic.log(v) for v in x]).tobytes()
    assert len(arithmetic.exp_array(np.empty(0))) == 0


def test_power() -> None:
    rng = np.random.default_rng(4)
    for base, exponent in zip(rng.uniform(0.01, 100, 500), rng.uniform(-3, 3, 500), strict=True):
        bound = (2 + abs(exponent * math.log(base))) * 2.0**-52
        assert abs(arithmetic.power(base, exponent) / base**exponent - 1) < bound
    assert arithmetic.power(0.0, 0.5) == 0.0
    assert arithmetic.power(0.0, -1.0) == math.inf
    assert arithmetic.power(7.0, 0.0) == 1.0
    assert math.isnan(arithmetic.power(-2.0, 2.0))
