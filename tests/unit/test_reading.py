"""What a history says is read once, and by another that differs in some parameters only for these."""

from dataclasses import replace

import numpy as np
import pytest

from sim.history.catalogue import load_history
from sim.history.compiled import build
from sim.history.inventory import load_destinations
from sim.history.reading import Reading
from sim.numerics.errors import HistoryError

MONTHS = 60
WAGE, ASYLUM = "lithuania.wage", "lithuania.asylum_inside"


def scaled(history, name, multiple):
    """The same history with the values of a parameter multiplied."""
    one = history.parameters[name]
    values = tuple(replace(item, value=item.value * multiple) for item in one.values)
    return replace(history, parameters={**history.parameters, name: replace(one, values=values)})


@pytest.fixture(scope="module")
def stated():
    return load_history("historical")


def test_a_world_built_by_a_reading_of_another_is_the_same(stated):
    """Whichever parameter differs, and whatever was read before."""
    kept = Reading(stated, MONTHS)
    places = load_destinations()
    plain = build(stated, places, MONTHS)
    for history in (stated, scaled(stated, WAGE, 1.1), scaled(stated, ASYLUM, 0.5), stated):
        shared = build(history, places, MONTHS, Reading(history, MONTHS, kept))
        alone = build(history, places, MONTHS)
        for one, other in zip(shared, alone, strict=True):
            assert np.array_equal(one, other)
        same = all(np.array_equal(one, other) for one, other in zip(shared, plain, strict=True))
        assert same == (history is stated)


def test_only_what_differs_is_read_anew(stated, monkeypatch):
    kept, other = Reading(stated, MONTHS), scaled(stated, WAGE, 1.1)
    for name in (WAGE, ASYLUM):
        kept.read("monthly", name)
    read = []
    real = type(stated).monthly
    monkeypatch.setattr(
        type(stated), "monthly", lambda self, name, months: read.append(name) or real(self, name, months)
    )
    ours = Reading(other, MONTHS, kept)
    assert np.allclose(ours.read("monthly", WAGE), 1.1 * kept.read("monthly", WAGE))
    assert np.array_equal(ours.read("monthly", ASYLUM), kept.read("monthly", ASYLUM))
    assert read == [WAGE]


def test_another_policy_course_or_length_shares_nothing(stated):
    """A reading of fewer events, or of other months, is no help."""
    kept = Reading(stated, MONTHS)
    first = stated.policies[0].name
    for history, months in (
        (stated.without(first), MONTHS),
        (stated, MONTHS - 1),
        (replace(stated, course=None), MONTHS),
    ):
        ours = Reading(history, months, kept)
        ours.read("monthly", WAGE)
        assert not kept._kept


def test_what_is_read_is_not_written_to_and_unknown_names_are_refused(stated):
    kept = Reading(stated, MONTHS)
    with pytest.raises(ValueError, match="read-only"):
        kept.read("monthly", WAGE)[0] = 1.0
    with pytest.raises(HistoryError, match="lithuania.wages"):
        kept.read("monthly", "lithuania.wages")
