"""Luck is Philox 4x32-10, uniform, and separate for every identity, month, purpose, draw and seed.

Statistical tests have fixed inputs, so their outcome never changes from run to run. The stated rate is the chance
that a correct generator would have been rejected when the test was written.
"""

import math

import numpy as np
import pytest
from numba import njit

from sim.numerics import luck

# Upper quantile of chi-squared with 255 degrees of freedom for a false alarm rate of 1 in 100,000.
CHI2_255 = 363.0


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        (0, (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (2**64 - 1, (2**32 - 1,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            0x299F31D0A4093822,
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_published_answers(key: int, counter: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """Known answers of Salmon and others, *Random123*, file kat_vectors."""
    assert tuple(int(word) for word in luck.philox(key, *counter)) == expected


def test_counter_is_month_purpose_draw_seed() -> None:
    assert luck.words(5, 3, 1, 2, 7) == luck.philox(5, 3, 1, 2, 7)
    assert luck.words(5, -2, 1, 2, 7) == luck.philox(5, 2**32 - 2, 1, 2, 7)
    assert luck.words(np.uint64(2**64 - 1), np.int16(-2), 1, 2, 7) == luck.philox(2**64 - 1, 2**32 - 2, 1, 2, 7)


def test_every_part_of_the_counter_counts() -> None:
    start = (5, 3, 1, 2, 7)
    seen = {luck.words(*start)}
    for part in range(5):
        changed = list(start)
        changed[part] += 1
        seen.add(luck.words(*changed))
    assert len(seen) == 6
    assert len({word for four in seen for word in four}) == 24


@njit
def _table(n: int, month: int, purpose: int, draw: int, seed: int) -> np.ndarray:
    rows = np.empty((n, 4), np.uint32)
    for i in range(n):
        rows[i] = luck.words(i, month, purpose, draw, seed)
    return rows


def chi2(counts: np.ndarray) -> float:
    """Chi-squared of counts against equal shares."""
    expected = counts.sum() / counts.size
    return float(((counts - expected) ** 2).sum() / expected)


def test_words_are_uniform() -> None:
    """High and low byte of each word over consecutive keys; false alarm 8 in 100,000."""
    rows = _table(2**17, 3, luck.PURPOSE["choice"], 0, 7)
    for word in range(4):
        for shift in (0, 24):
            counts = np.bincount((rows[:, word] >> shift) & 255, minlength=256)
            assert chi2(counts) < CHI2_255, f"word {word}, bits from {shift}"


@pytest.mark.parametrize("other", ["purpose", "month", "seed", "draw"])
def test_tables_are_independent(other: str) -> None:
    """Joint counts of 16 x 16 cells for every pair of words; false alarm 16 in 100,000 a case."""
    base = {"month": 3, "purpose": 1, "draw": 0, "seed": 7}
    one = _table(2**16, *base.values()) >> 28
    two = _table(2**16, *(base | {other: base[other] + 1}).values()) >> 28
    for i in range(4):
        for j in range(4):
            counts = np.bincount(one[:, i] * 16 + two[:, j], minlength=256)
            assert chi2(counts) < CHI2_255, f"words {i} and {j}"


def test_words_of_one_call_are_independent() -> None:
    """Joint counts of 16 x 16 cells; false alarm 6 in 100,000."""
    rows = _table(2**16, 3, 1, 0, 7) >> 28
    for i in range(4):
        for j in range(i):
            assert chi2(np.bincount(rows[:, i] * 16 + rows[:, j], minlength=256)) < CHI2_255


def test_chi2_sees_a_biased_word() -> None:
    rows = _table(2**17, 3, 1, 0, 7)
    biased = np.where(rows[:, 0] % 50 == 0, 0, rows[:, 0])
    assert chi2(np.bincount(biased >> 24, minlength=256)) > CHI2_255


def test_uniform_is_open() -> None:
    assert luck.uniform(0) == 2.0**-33
    assert luck.uniform(2**32 - 1) == 1 - 2.0**-33
    assert luck.uniform(2**31) == 0.5 + 2.0**-33


def test_bytes_of_four_words() -> None:
    four = luck.philox(1, 2, 3, 4, 5)
    expected = b"".join(int(word).to_bytes(4, "little") for word in four)
    assert bytes(luck.byte(four, i) for i in range(16)) == expected


def test_purposes_have_codes_and_four_words_of_their_own() -> None:
    assert len(set(luck.PURPOSE.values())) == len(luck.PURPOSE)
    assert luck.PURPOSE.keys() == luck.WORDS.keys()
    for name, four in luck.WORDS.items():
        assert len(set(four)) == 4, name


def test_codes_of_purposes_never_change() -> None:
    """A stored result is reproduced only while these stand; a new purpose takes a new number."""
    first = (
        "replicate choice slots_0 slots_1 slots_2 slots_3 winner taste - events application settle "
        "pendular trait_a trait_b trait_c trait_d"
    ).split()
    codes = {name: code for code, name in enumerate(first) if name != "-"}  # 8 was a taste for channels
    assert {name: luck.PURPOSE[name] for name in codes} == codes and 8 not in luck.PURPOSE.values()


def test_replicate_seeds_differ_and_are_words() -> None:
    seeds = [luck.replicate_seed(seed, replicate) for seed in (0, 1, 2**64 - 1) for replicate in range(300)]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert luck.replicate_seed(0, 0) == 0x6627E8D5


@pytest.mark.parametrize(
    ("seed", "replicate", "message"),
    [(-1, 0, "seed is -1"), (2**64, 0, "seed is"), (0, -1, "replicate is -1"), (0, 2**32, "replicate is")],
)
def test_replicate_seed_refuses(seed: int, replicate: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        luck.replicate_seed(seed, replicate)


def test_normal_grid_is_standard() -> None:
    grid = luck.NORMAL_GRID
    assert grid.shape == (256,) and grid.dtype == np.float64
    assert (np.diff(grid) > 0).all()
    assert (grid == -grid[::-1]).all()
    assert math.fsum(grid * grid) / 256 == pytest.approx(1, abs=1e-12)
    with pytest.raises(ValueError, match="read-only"):
        grid[0] = 0


def test_normal_grid_has_the_quantiles_of_the_normal() -> None:
    """Before rescaling, which stretches by the same factor everywhere, the share below each point is (i + 1/2)/256."""
    unscaled = [luck._normal_quantile((i + 0.5) / 256) for i in range(128, 256)]
    for i, z in enumerate(unscaled):
        assert 0.5 * math.erfc(-z / math.sqrt(2)) == pytest.approx((128 + i + 0.5) / 256, abs=4e-16)
    stretch = luck.NORMAL_GRID[128:] / unscaled
    assert stretch == pytest.approx(stretch[0], rel=1e-15)
    assert 1 < stretch[0] < 1.01
