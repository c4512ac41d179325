"""Worlds and lives made by hand are of the types of the real ones, so that tests run the machine code that users run.

An array whose axes lie in another order in memory is of another type to the compiler, which would make the model a
second time: a minute of every first `make test`, for code that no user has.
"""

from numba import typeof

from sim.history.catalogue import load_history
from sim.history.compiled import build
from sim.history.inventory import load_destinations
from sim.population.lives import lives
from tests.stratified import busy_lives
from tests.worlds import admit, close, hot_world, plain_world, still, tighten


def test_worlds_made_by_hand_are_of_the_type_of_the_real_one():
    real = build(load_history("historical"), load_destinations(), 12)
    plain = plain_world(12, ("poland",))
    changed = admit(tighten(close(plain, "poland", "permit", 3), "poland", "work", fee=9.0), "poland", "work", exists=1)
    for world in (plain, changed, hot_world()):
        for name, ours, theirs in zip(real._fields, world, real, strict=True):
            assert typeof(ours) == typeof(theirs), name


def test_lives_made_by_hand_are_of_the_type_of_the_real_ones():
    for made in (still(), busy_lives()):
        for name, ours, theirs in zip(made._fields, made, lives(), strict=True):
            assert typeof(ours) == typeof(theirs), name
