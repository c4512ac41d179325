"""Parts of compiled rules: made once for all constants and widths, and no array is lost or let go too early."""

import numpy as np
import pytest
from numba import njit, types
from numba.core.runtime import _nrt_python, rtsys

from sim.numerics.compiling import compiled
from sim.numerics.parts import widened

LENGTH = 50


@compiled
def added(one, pair):
    return one + pair[0] - pair[1]


@compiled
def sum_of_calls(numbers, narrow):
    return added(1, (2, 3)) + added(4, (narrow[0], 5)) + added(numbers[0], (numbers[1], narrow[1])) + added(6, (7, 8))


@compiled
def view(array, first):
    return array[first:]


@compiled
def scaled(array, by):
    return array * by


@compiled
def picked(array, which):
    return array[which].sum()


@compiled
def first_of(array):
    return array[0]


@compiled
def seen_later(array, times):
    total = 0.0
    for i in range(times):
        total += first_of(view(array, i))
    return total


@compiled
def made_and_dropped(array, times):
    total = 0.0
    for i in range(times):
        total += first_of(scaled(array, 2.0)) + np.zeros(LENGTH).sum() + picked(array, np.array([i, i]))
    return total


def test_a_part_is_made_once_for_constants_and_narrow_numbers():
    assert sum_of_calls(np.array([10, 20]), np.array([250, 4], np.uint8)) == 0 + 249 + 26 + 5
    made = sum_of_calls.py_func.__globals__["added"].get_overload.__self__.overloads
    assert [tuple(map(str, kinds)) for kinds in made] == [("int64", "UniTuple(int64 x 2)")]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (types.literal(3), types.int64),
        (types.uint8, types.int64),
        (types.int32, types.int64),
        (types.uint32, types.uint32),
        (types.uint64, types.uint64),
        (types.boolean, types.boolean),
        (types.float64, types.float64),
        (types.Tuple([types.literal(0), types.uint8]), types.UniTuple(types.int64, 2)),
    ],
)
def test_what_a_part_takes(given, taken):
    assert widened(given) == taken


@pytest.mark.parametrize("rule", [seen_later, made_and_dropped])
def test_arrays_are_neither_lost_nor_let_go_too_early(rule):
    array = np.arange(float(LENGTH))
    expected = {
        seen_later: sum(range(10)),
        made_and_dropped: 2 * sum(range(10)),
    }[rule]
    assert rule(array, 10) == expected
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    assert rule(array, 10) == expected
    after = rtsys.get_allocation_stats()
    _nrt_python.memsys_disable_stats()
    assert after.alloc - before.alloc == after.free - before.free
    assert np.array_equal(array, np.arange(float(LENGTH)))


def test_a_returned_view_holds_its_array():
    tail = view(np.arange(float(LENGTH)), 40)
    spare = [np.full(LENGTH, -1.0) for _ in range(100)]  # what was let go would be written over
    assert tail.sum() == sum(range(40, 50)) and len(spare) == 100


@compiled
def lowest(number):
    return number - 1.0


@compiled
def middle(number):
    return 2.0 * lowest(number)


@compiled
def highest(number):
    return 1.0 + middle(number)


@njit
def of_another(number):
    return middle(number) + 0.5


@njit
def of_another_first(number):
    return middle(number) + 0.25


def test_a_rule_of_another_has_all_that_a_part_calls_whoever_took_the_part_before():
    """A part that was linked into `highest` without what lies below it comes with that to a rule of another."""
    assert highest(3.0) == 5.0
    assert of_another(3.0) == 4.5
    assert highest(np.float32(3.0)) == 5.0 and of_another(np.float32(3.0)) == 4.5
    assert of_another_first(4) == 6.25 and highest(4) == 7.0


def test_functions_of_others_still_compile():
    @njit
    def other(array):
        return max(array[0], 3.0) + np.zeros(2).sum() + np.searchsorted(array, 2.5)

    assert made_and_dropped(np.arange(float(LENGTH)), 1) == 0
    assert other(np.arange(5.0)) == 6.0
