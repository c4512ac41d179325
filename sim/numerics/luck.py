"""Luck without a stream: every random number is a function of who, when, what for and which world.

The key is an identity (of a person, a unit's head, a circle, a channel); the counter is (month, purpose, draw,
seed). One call gives four 32-bit words, and each word belongs to one named purpose below. Nothing is drawn in
sequence, so adding a person, reordering the rows, cutting the people into other blocks or leaving a draw out
changes no other draw.

Generator: Philox 4x32-10. J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, *Parallel random numbers: as easy
as 1, 2, 3*, SC11, 2011.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.numerics.compiling import compiled

Whole = int | np.integer[Any]
Four = tuple[np.uint32, np.uint32, np.uint32, np.uint32]

_WORDS_OF_PURPOSE: dict[str, tuple[int, tuple[str, str, str, str]]] = {
    # A code is never changed or reused; a new purpose takes a new number, a spare word may be given a name.
    "replicate": (0, ("seed", "spare_1", "spare_2", "spare_3")),  # key: seed of the run; month: replicate
    # the decision of a unit; key: the unit's head
    "choice": (1, ("best_noise", "stable_angle", "stable_exponential", "stay_noise")),
    # the noise of places, one word a place: draw 0 for places 0 to 15, draw 1 for places 16 to 31
    "slots_0": (2, ("slot_0", "slot_1", "slot_2", "slot_3")),  # rest of the noise of each slot,
    "slots_1": (3, ("slot_4", "slot_5", "slot_6", "slot_7")),  # for those who pass the bound
    "slots_2": (4, ("slot_8", "slot_9", "slot_10", "slot_11")),
    "slots_3": (5, ("slot_12", "slot_13", "slot_14", "slot_15")),
    "winner": (6, ("slot", "spare_1", "spare_2", "spare_3")),  # which slot holds the largest noise
    # fixed taste: sixteen bytes, lowest byte first; drawn at month 0, for places 16 to 31 with draw 1 (code 8, a taste
    # for channels, is not given again)
    "taste": (7, ("slots_0_3", "slots_4_7", "slots_8_11", "slots_12_15")),  # byte: place
    # what happens to a person in a month
    "events": (9, ("detain", "charge", "draft", "return_risk")),
    "application": (10, ("approval", "queue_order", "spare", "rounding")),
    "settle": (11, ("renewal", "return_home", "onward", "spare")),
    "pendular": (12, ("leave", "spare_1", "months", "spare_2")),
    # synthesis of the people; the population names the words at the place of use
    "trait_a": (13, ("a_0", "a_1", "a_2", "a_3")),
    "trait_b": (14, ("b_0", "b_1", "b_2", "b_3")),
    "trait_c": (15, ("c_0", "c_1", "c_2", "c_3")),
    "trait_d": (16, ("d_0", "d_1", "d_2", "d_3")),
    # more of what happens to a person or a unit
    "more_events": (40, ("accused_ban", "custody", "spare", "deferral")),
    "summons": (41, ("exit_ban", "reached", "officer", "spare")),
    "departure": (42, ("travel", "spare_1", "spare_2", "spare_3")),
    # fixed luck of a channel or, for offers of work, of a place and sector; key: its number
    "quota": (43, ("rounding", "offers", "spare_2", "spare_3")),
    # noise of an onward move, one word a place; key: the unit's head
    "onward_0": (44, ("slot_0", "slot_1", "slot_2", "slot_3")),
    "onward_1": (45, ("slot_4", "slot_5", "slot_6", "slot_7")),
    "onward_2": (46, ("slot_8", "slot_9", "slot_10", "slot_11")),
    "onward_3": (47, ("slot_12", "slot_13", "slot_14", "slot_15")),
    # life at home and abroad; key: the person, of a family's move its head
    "visit": (48, ("visa", "stay", "validity", "spare_3")),
    "prison": (49, ("pardon", "spare_1", "spare_2", "spare_3")),
    "living": (50, ("job", "dismissal", "citizenship", "revocation")),
    "follow": (51, ("go", "travel", "spare_1", "spare_2")),
    "security": (52, ("threat", "application", "renewal", "spare")),
    # an employer; key: 2**63 and its number
    "employer": (53, ("closed", "relocate", "spare_1", "spare_2")),
    "relocation_0": (54, ("slot_0", "slot_1", "slot_2", "slot_3")),
    "relocation_1": (55, ("slot_4", "slot_5", "slot_6", "slot_7")),
    "relocation_2": (56, ("slot_8", "slot_9", "slot_10", "slot_11")),
    "relocation_3": (57, ("slot_12", "slot_13", "slot_14", "slot_15")),
    # rival rules; key: the unit's head
    "region": (58, ("stable_angle", "stable_exponential", "spare_1", "spare_2")),  # draw: number of the region
    "aspiration": (59, ("spare_1", "exit", "conversion", "spare_2")),
    # protection; key: the unit's head
    "protection": (71, ("inside", "at_loss", "ground", "border")),
    # savings at home; key: the person, fixed luck (month 0, seed of the people), a byte a draw, the last the phase
    "saving": (70, ("draws_0", "draws_4", "draws_8", "draws_12")),
    # away for a time; key: the person
    "away": (77, ("stay_ends", "residence", "another_season", "recall")),
    # lives; key: the person, of a newborn the child; of who may be born the mother, draw: number of the child
    "ageing": (60, ("death", "birth", "spare_1", "spare_2")),
    "new_class": (61, ("education", "keep_work", "new_work", "spare")),
    # views of the war and officers; key: the person, fixed luck (month 0, seed of the people)
    "standing": (83, ("war_view", "officer", "barred", "spare")),
    "wartime": (84, ("volunteers", "goes", "deserts", "spare")),
    "children": (62, ("wait", "spare_1", "spare_2", "spare_3")),  # drawn at month 0, trait seed
    # noise of channels; key: the unit's head (code 74, the door drawn apart from the country, is not given again)
    "channel_clocks": (85, ("channels_0", "channels_1", "channels_2", "channels_3")),  # draw: 4 place + channel // 4
    "best_channel": (86, ("slot", "spare_1", "spare_2", "spare_3")),  # draw: place
    "channel_stable": (87, ("angle", "exponential", "accepted", "spare")),  # draw: place + 32 times the attempt
    "channel_gamma": (88, ("one", "other", "exponential", "spare")),  # draw: the same
    # key: the unit's head
    "staff": (75, ("goes_along", "spare_1", "spare_2", "spare_3")),
}

PURPOSE: Mapping[str, int] = MappingProxyType({name: code for name, (code, _) in _WORDS_OF_PURPOSE.items()})
"""Code of each purpose: the third part of the counter."""

WORDS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType({n: w for n, (_, w) in _WORDS_OF_PURPOSE.items()})
"""What each of the four words of a purpose decides."""

# Only unsigned 64-bit constants: numba turns a mix of signed and unsigned integers into floats.
# `philox` is inlined before compiling, so that the plain loop of `fill_words` becomes vectors: 1 instead of 9 ns a
# call with AVX-512. `words` is not, so that rules which draw now and then compile fast.
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_MULTIPLY_0 = np.uint64(0xD2511F53)
_MULTIPLY_2 = np.uint64(0xCD9E8D57)
_BUMP_LOW = np.uint64(0x9E3779B9)
_BUMP_HIGH = np.uint64(0xBB67AE85)


@compiled("UniTuple(u4, 4)(u8, u8, u8, u8, u8)", inline="always")
def philox(key: Whole, c0: Whole, c1: Whole, c2: Whole, c3: Whole) -> Four:
    """Return the four 32-bit words of Philox 4x32-10 for a 64-bit key and a counter of four 32-bit words.

    The generator's two key words are the low and the high half of the key. Only the low 32 bits of each part of the
    counter count.
    """
    key_low = np.uint64(key) & _LOW
    key_high = np.uint64(key) >> _32
    x0 = np.uint64(c0) & _LOW
    x1 = np.uint64(c1) & _LOW
    x2 = np.uint64(c2) & _LOW
    x3 = np.uint64(c3) & _LOW
    for _ in range(10):
        product_0 = _MULTIPLY_0 * x0
        product_2 = _MULTIPLY_2 * x2
        x0 = (product_2 >> _32) ^ x1 ^ key_low
        x1 = product_2 & _LOW
        x2 = (product_0 >> _32) ^ x3 ^ key_high
        x3 = product_0 & _LOW
        key_low = (key_low + _BUMP_LOW) & _LOW
        key_high = (key_high + _BUMP_HIGH) & _LOW
    return np.uint32(x0), np.uint32(x1), np.uint32(x2), np.uint32(x3)


@compiled("UniTuple(u4, 4)(u8, i8, u8, u8, u8)")
def words(key: Whole, month: Whole, purpose: Whole, draw: Whole, seed: Whole) -> Four:
    """Return the luck of one identity in one month for one purpose, in one replicate of the world: four words.

    Key: the identity, any unsigned 64-bit number. Counter: month (may be negative), purpose (a code of `PURPOSE`),
    draw (a number that tells repeated draws of one purpose apart, else 0), seed (32 bits, of `replicate_seed`).
    What each word decides stands in `WORDS`; one word never serves two purposes.
    """
    return philox(key, np.int64(month) & np.int64(0xFFFFFFFF), purpose, draw, seed)


@compiled("void(u8[::1], i8, i8, i8, i8, u4[:, ::1])")
def fill_words(
    keys: NDArray[np.uint64], n: Whole, month: Whole, purpose: Whole, seed: Whole, luck: NDArray[np.uint32]
) -> None:
    """Fill `luck`, uint32[4, at least n], with the four words of each of the first `n` keys, uint64[at least n]."""
    count = np.uint64(np.int64(month) & np.int64(0xFFFFFFFF))
    code, world = np.uint64(purpose), np.uint64(seed)
    for i in range(n):
        luck[0, i], luck[1, i], luck[2, i], luck[3, i] = philox(keys[i], count, code, np.uint64(0), world)


@compiled(forceinline=True)
def four(luck: NDArray[np.uint32], i: Whole) -> Four:
    """Return the four words of column `i` of an array that `fill_words` has filled."""
    return luck[0, i], luck[1, i], luck[2, i], luck[3, i]


@compiled("f8(u4)")
def uniform(word: Whole) -> float:
    """Return a word as a number strictly between 0 and 1: the middle of its slice of width 2**-32."""
    return (np.float64(word) + 0.5) * 2.3283064365386963e-10


@compiled("i8(UniTuple(u4, 4), i8)")
def byte(four: Four, position: Whole) -> np.int64:
    """Return byte `position` (0 to 15, lowest byte of the first word first) of four words, 0 to 255."""
    place = np.int64(position)
    return (np.int64(four[place >> 2]) >> (np.int64(8) * (place & 3))) & np.int64(255)


def replicate_seed(seed: int, replicate: int) -> int:
    """Return the 32-bit seed of one replicate of a run, mixed from the run's seed and the replicate's number.

    Neighbouring seeds and replicates share nothing. Two of 1,000 replicates agree by chance once in 8,600 runs.
    Raises ValueError if the seed is not an unsigned 64-bit or the replicate not an unsigned 32-bit number.
    """
    for name, value, bits in (("seed", seed, 64), ("replicate", replicate, 32)):
        if not 0 <= value < 2**bits:
            raise ValueError(f"{name} is {value}; it must be a whole number from 0 to 2**{bits} - 1")
    return int(words(np.uint64(seed), replicate, PURPOSE["replicate"], 0, 0)[0])


def _normal_quantile(share: float) -> float:
    """Quantile of the standard normal for a share from 1/2 to 0.9999, by Newton's method on series of plain sums."""
    z = 0.0
    for _ in range(40):
        square = z * z
        # exp(z^2/2), and the integral of the density from 0 to z over the density: z + z^3/3 + z^5/15 + ...
        growth, term, k = 1.0, 1.0, 1
        area, part = z, z
        while term > 1e-18 or part > 1e-18:
            term *= 0.5 * square / k
            part *= square / (2 * k + 1)
            growth += term
            area += part
            k += 1
        root_two_pi = 2.5066282746310002
        step = (share - 0.5) * root_two_pi * growth - area
        z += step
        if abs(step) < 1e-15:
            break
    return z


def _normal_grid(size: int) -> NDArray[np.float64]:
    upper = [_normal_quantile((size // 2 + i + 0.5) / size) for i in range(size // 2)]
    spread = math.sqrt(math.fsum(z * z for z in upper) / len(upper))
    upper = [z / spread for z in upper]
    grid = np.array([-z for z in reversed(upper)] + upper)
    grid.flags.writeable = False
    return grid


NORMAL_GRID: NDArray[np.float64] = _normal_grid(256)
"""Standard normal in 256 equal slices: the quantile at the middle of each, rescaled to variance 1. A byte of luck
picks one; the same bits everywhere, since only `+ - * /` and the square root make it."""
TASTE_LIMIT = float(NORMAL_GRID[-1])
"""Largest taste on that grid, in standard deviations."""
