"""Exponential, logarithm and sine that give the same bits on every machine.

Mathematical libraries round differently from version to version and from processor to processor, and a choice
decided by the last bit then decides another life. These three functions are a few lines of IEEE 754 double
arithmetic in a fixed order (`+ - * /`, shifts of the exponent), compiled without reassociation and without fused
multiply-add, so every machine that follows the standard agrees. Each is within 1 ulp of the true value.

Method and coefficients: K. C. Ng and others, *Freely Distributable Math Library (fdlibm)*, Sun Microsystems, 1993.
There are no branches, so that loops over arrays run on whole vectors.
"""

import numpy as np
from numpy.typing import NDArray

from sim.numerics.compiling import compiled

# LN2_HIGH has trailing zeros, so that a whole number of up to 11 bits times it is exact.
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_PER_LN2 = 1.44269504088896338700e00
# 1.5 * 2**52: adding it leaves a whole number in the last bits, rounded to nearest.
_ROUNDER = 6755399441055744.0
_ROUNDER_BITS = np.int64(0x4338000000000000)

_P1 = 1.66666666666666019037e-01
_P2 = -2.77777777770155933842e-03
_P3 = 6.61375632143793436117e-05
_P4 = -1.65339022054652515390e-06
_P5 = 4.13813679705723846039e-08

_L1 = 6.666666666666735130e-01
_L2 = 3.999999999940941908e-01
_L3 = 2.857142874366239149e-01
_L4 = 2.222219843214978396e-01
_L5 = 1.818357216161805012e-01
_L6 = 1.531383769920937332e-01
_L7 = 1.479819860511658591e-01
_ROOT_HALF_BITS = np.int64(0x3FE6A09E00000000)
_SMALLEST_NORMAL = 2.2250738585072014e-308

# pi/2 in three pieces; the first two have 33 bits, so that a small whole number times them is exact.
_HALF_PI_1 = 1.57079632673412561417e00
_HALF_PI_2 = 6.07710050630396597660e-11
_HALF_PI_3 = 2.02226624879595063154e-21
_PER_HALF_PI = 6.36619772367581382433e-01
SIN_LIMIT = 4.0
"""Largest |x| for which `sin` is defined."""

_S1 = -1.66666666666666324348e-01
_S2 = 8.33333333332248946124e-03
_S3 = -1.98412698298579493134e-04
_S4 = 2.75573137070700676789e-06
_S5 = -2.50507602534068634195e-08
_S6 = 1.58969099521155010221e-10

_C1 = 4.16666666666666019037e-02
_C2 = -1.38888888888741095749e-03
_C3 = 2.48015872894767294178e-05
_C4 = -2.75573143513906633035e-07
_C5 = 2.08757232129817482790e-09
_C6 = -1.13596475577881948265e-11


@compiled("i8(f8)")
def _bits(x: float) -> np.int64:
    return np.float64(x).view(np.int64)


@compiled("f8(i8)")
def _number(bits: np.int64) -> float:
    return np.int64(bits).view(np.float64)


@compiled("f8(f8)")
def exp(x: float) -> float:
    """Return e to the power x within 1 ulp; 0 below -745.14, infinity above 709.78, nan for nan."""
    x = 710.0 if x > 710.0 else x
    x = -746.0 if x < -746.0 else x
    # e**x = 2**k e**r with |r| <= ln(2)/2
    shifted = x * _PER_LN2 + _ROUNDER
    k = shifted - _ROUNDER
    power = _bits(shifted) - _ROUNDER_BITS
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (_P1 + t * (_P2 + t * (_P3 + t * (_P4 + t * _P5))))
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    # two factors, because 2**k alone may lie outside the normal numbers
    half = power >> np.int64(1)
    first = _number((half + np.int64(1023)) << np.int64(52))
    second = _number((power - half + np.int64(1023)) << np.int64(52))
    return y * first * second


@compiled("f8(f8)")
def log(x: float) -> float:
    """Return the natural logarithm of x within 1 ulp; -infinity at 0, nan below."""
    tiny = x < _SMALLEST_NORMAL
    normal = x * 18014398509481984.0 if tiny else x  # 2**54
    # x = 2**k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2)
    bits = _bits(normal)
    power = (bits - _ROOT_HALF_BITS) >> np.int64(52)
    f = _number(bits - (power << np.int64(52))) - 1.0
    k = _number(power + _ROUNDER_BITS) - _ROUNDER
    k = k - 54.0 if tiny else k
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (_L2 + w * (_L4 + w * _L6))
    odd = z * (_L1 + w * (_L3 + w * (_L5 + w * _L7)))
    half_square = 0.5 * f * f
    y = k * _LN2_HIGH - ((half_square - (s * (half_square + (even + odd)) + k * _LN2_LOW)) - f)
    y = y if x < np.inf else x  # infinity and nan
    y = -np.inf if x == 0.0 else y
    return np.nan if x < 0.0 else y


@compiled("f8(f8)")
def sin(x: float) -> float:
    """Return the sine of x (radians) within 1 ulp for |x| <= 4; nan beyond, where the model has no use for it."""
    inside = abs(x) <= SIN_LIMIT
    x = x if inside else 0.0
    # x = n pi/2 + r + tail with |r| <= pi/4
    shifted = x * _PER_HALF_PI + _ROUNDER
    n = shifted - _ROUNDER
    quadrant = _bits(shifted) - _ROUNDER_BITS
    near = x - n * _HALF_PI_1
    r = near - n * _HALF_PI_2
    rest = n * _HALF_PI_3 - ((near - r) - n * _HALF_PI_2)
    r0 = r - rest
    tail = (r - r0) - rest
    z = r0 * r0
    v = z * r0
    sine = _S2 + z * (_S3 + z * (_S4 + z * (_S5 + z * _S6)))
    sine = r0 - ((z * (0.5 * tail - v * sine) - tail) - v * _S1)
    cosine = z * (_C1 + z * (_C2 + z * (_C3 + z * (_C4 + z * (_C5 + z * _C6)))))
    half_square = 0.5 * z
    w = 1.0 - half_square
    cosine = w + (((1.0 - w) - half_square) + (z * cosine - r0 * tail))
    y = cosine if quadrant & np.int64(1) else sine
    y = -y if quadrant & np.int64(2) else y
    y = x if x == 0.0 else y  # keeps the sign of zero
    return y if inside else np.nan


@compiled("f8(f8, f8)")
def power(x: float, y: float) -> float:
    """Return x to the power y for x >= 0, as `exp(y * log(x))`: within about 1 + |y log x| ulp; nan below 0.

    The power of zero is 0 for y > 0 and infinity for y < 0; 0**0 is nan.
    """
    return exp(y * log(x))


@compiled
def exp_array(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `exp` of each element of a one-dimensional array."""
    y = np.empty(len(x), np.float64)
    for i in range(len(x)):
        y[i] = exp(x[i])
    return y


@compiled
def log_array(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `log` of each element of a one-dimensional array."""
    y = np.empty(len(x), np.float64)
    for i in range(len(x)):
        y[i] = log(x[i])
    return y
