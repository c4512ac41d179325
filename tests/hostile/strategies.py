"""What a user may come to write: policies that are sound, extreme or impossible, in any mixture."""

import math
from datetime import date, datetime

from hypothesis import strategies as st

from sim.history import catalogue, inventory
from sim.history.parameters import EXCEPTABLE, Closing, Dated, Setting
from sim.history.policies import Event, Policy
from sim.numerics.codes import CHANNEL

HISTORICAL = catalogue.load_history()
DESTINATIONS = inventory.load_destinations()
RESTRICTIONS = sorted(name for name, p in HISTORICAL.parameters.items() if p.rule == "restriction")
NUMBERS = sorted(name for name, p in HISTORICAL.parameters.items() if p.rule != "restriction")
OF_CHANNELS = [name for name in NUMBERS if name.count(".") == 2 and name.split(".")[1] in CHANNEL]
PLACES = ("lithuania", "poland", "georgia", "germany")

ODD_NUMBERS = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2, 5e-324, -5e-324, 1e-300, 1e-9, 0.1, 29.999, 240, 1200, 1e9, 1e18, 2**63),
    *(1e300, 1e308, -1e308, math.inf, -math.inf, math.nan, 10**400, -(10**5000)),
)
NO_NUMBERS = (True, None, "1", "x", [], {}, date(2021, 1, 1), 1j)
ODD_DATES = (
    *(date.min, date(2018, 12, 31), date(2019, 1, 1), date(2019, 1, 31), date(2020, 2, 28), date(2020, 2, 29)),
    *(date(2021, 2, 28), date(2022, 3, 31), date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1), date.max),
)
NO_DATES = (None, "2021-01-01", 2021, datetime(2021, 1, 1, 12), [], "", math.nan)

days = st.dates(date(2019, 1, 1), date(2025, 12, 31)) | st.sampled_from(ODD_DATES[2:10])
any_dates = days | st.sampled_from(ODD_DATES) | st.sampled_from(NO_DATES)
any_numbers = st.sampled_from(ODD_NUMBERS) | st.sampled_from(NO_NUMBERS) | st.floats()
any_names = st.sampled_from(RESTRICTIONS + NUMBERS) | st.text(max_size=12) | st.sampled_from([None, 3, "", "a\nb", "é"])
people = st.lists(st.sampled_from(EXCEPTABLE), max_size=5).map(tuple)


def within(name: str) -> st.SearchStrategy[float]:
    """Values by which an event may change a parameter, up to the ends of what its rule and range allow."""
    parameter = HISTORICAL.parameters[name]
    low, high = parameter.low, parameter.high
    if parameter.unit in ("flag", "years"):
        return st.integers(int(low), int(high)).map(float)
    if parameter.rule == "product":
        return st.floats(0.0, 1.0) | st.sampled_from((0.0, 1.0, 5e-324, 0.999, 2.0))
    if parameter.rule == "sum":
        return st.floats(0.0, min(high, 1e4) / 8.0) | st.sampled_from((0.0, 1e-9, high, -1.0))
    top = min(high, 1e6)
    ends = [low, high, math.nextafter(low, math.inf), top, low + (top - low) * 1e-6]
    return st.floats(low, top) | st.sampled_from([end for end in ends if low <= end <= high])


@st.composite
def settings_of(draw: st.DrawFn, name: str, start: date, until: date | None) -> Setting:
    """A change of a number inside an event."""
    last = min(until or date(2025, 12, 31), date(2025, 12, 31))
    further = draw(st.lists(st.dates(start, max(start, last)), max_size=3)) if start <= last else []
    values = [Dated(at, draw(within(name)), "a test", "assumption") for at in sorted({start, *further})]
    return Setting(name, tuple(values))


@st.composite
def closings_of(draw: st.DrawFn, name: str) -> Closing:
    """A closing of an instrument, in part or whole, with exceptions and revocations that do not contradict."""
    excepted, revoked = draw(people), draw(people)
    closed = draw(st.sampled_from((1.0, 1.0, 0.5, 5e-324, 0.0)))
    revoked = tuple(sorted(set(revoked) - set(excepted)))
    return Closing(name, 1.0 if closed == 0.0 and not revoked else closed, excepted, revoked)


@st.composite
def sound_events(draw: st.DrawFn, name: str) -> Event:
    """An event in good form, most often about the channels of a few places; whether it fits the history is open."""
    start = draw(days)
    until = draw(st.none() | st.dates(start, date(2027, 1, 1)) | st.just(start) | st.just(date.max))
    near = [p for p in RESTRICTIONS + OF_CHANNELS if p.startswith(PLACES)]
    pool = st.sampled_from(near) | st.sampled_from(RESTRICTIONS) | st.sampled_from(NUMBERS)
    changes = []
    for parameter in sorted(draw(st.sets(pool, min_size=1, max_size=4))):
        closes = parameter in RESTRICTIONS
        changes.append(draw(closings_of(parameter) if closes else settings_of(parameter, start, until)))
    announced = draw(st.just(start) | st.dates(date(2018, 1, 1), start))
    return Event(name, announced, start, until, tuple(changes), "a test", "assumption")


@st.composite
def sound_policies(draw: st.DrawFn, name: str) -> Policy:
    """A policy in good form, of up to three events."""
    events = [draw(sound_events(f"{name}_{i}")) for i in range(draw(st.integers(1, 3)))]
    return Policy(name, "a policy of a test", "a test", False, tuple(events))


@st.composite
def wild_policies(draw: st.DrawFn, name: str) -> Policy:
    """A policy of whatever: HistoryError where it cannot be. What is drawn is drawn before anything is made."""
    start = draw(any_dates)
    dated = [(draw(any_dates | st.just(start)), draw(any_numbers)) for _ in range(draw(st.integers(0, 3)))]
    closed, excepted, revoked = draw(any_numbers), draw(people), draw(people)
    who = draw(st.none() | st.text(max_size=5))
    parameter, other = draw(any_names), draw(st.sampled_from(RESTRICTIONS + NUMBERS))
    announced, until = draw(any_dates | st.just(start)), draw(any_dates | st.none())
    source, confidence = (
        draw(st.sampled_from(["a test", "", None, 3])),
        draw(st.sampled_from(["found", "sure", None, []])),
    )
    called = draw(st.just(f"{name}_0") | st.sampled_from(["", None, 3, "x" * 10_000, "a\nb", "covid_borders"]))
    setting = Setting(parameter, tuple(Dated(at, value, "a test", "found") for at, value in dated))
    closing = Closing(other, closed, excepted if who is None else (*excepted, who), revoked)
    chosen = draw(st.sampled_from([(setting,), (closing,), (setting, closing), ()]))
    return Policy(name, "", None, False, (Event(called, announced, start, until, chosen, source, confidence),))
