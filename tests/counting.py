"""Counting what happened in small worlds made by hand, and the people and worlds that several themes start from."""

import math

import numpy as np

from sim.numerics.codes import CHANNEL, EVENT, MODE, PLACE, STATUS
from sim.numerics.months import NEVER
from tests.worlds import Crowd, crowd, plain_world

NEVER_LEAVE = {"level": -60.0}
"""A coefficient with which nobody at home ever leaves or wishes to."""


def assert_share(hits, tries, share):
    """A count of independent trials is within four standard errors of its expectation: false alarm 6 in 100,000."""
    assert abs(hits - tries * share) <= 4.0 * math.sqrt(tries * share * (1.0 - share)) + 1e-9, (hits, tries * share)


def events_of(model, *kinds):
    """Events of the kinds named, in order of month."""
    events = model.recorder.events
    return events[np.isin(events["kind"], [EVENT[kind] for kind in kinds])]


def home_world(months, places=(), **belarus):
    """A world with these conditions at the origin."""
    world = plain_world(months, places)
    for name, value in belarus.items():
        world.belarus[name] = value
    return world


def settled(n, place="poland", status="permit", **values) -> Crowd:
    """`n` people who have lived abroad for a year, or since `since`, and in no other country unless `left` says so."""
    usual = {"channel": CHANNEL["visa_free"], "since": -12, "left": values.get("since", -12), "expiry": NEVER}
    return crowd(n, place=PLACE[place], mode=MODE["settled"], status=STATUS[status], **usual | values)


def employed(people: Crowd, sector: int, many: int) -> Crowd:
    """The same people, all of one sector, working for `many` employers in turn, numbered from 1."""
    people.people.sector[:] = sector
    people.people.employer[:] = 1 + np.arange(len(people.people.key)) % many
    people.employers = np.full(many + 1, sector, np.uint8)
    people.employers[0] = 0
    return people
