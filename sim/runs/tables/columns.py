"""Columns that several tables have."""

from dataclasses import replace

import pyarrow as pa

from sim.runs.tables.declaration import KEY, REAL, SHORT, TEXT, WHOLE, Column


def text(name: str, meaning: str, labels: str = "", **more: str | bool) -> Column:
    """A column of texts; `labels` names the list that they are of."""
    return replace(Column(name, TEXT, meaning, labels=labels), **more)  # type: ignore[arg-type]


def persons(name: str, meaning: str, kind: pa.DataType = REAL, unit: str = "persons", **more: str | bool) -> Column:
    """A column of numbers of persons."""
    return replace(Column(name, kind, meaning, unit), **more)  # type: ignore[arg-type]


def interval(unit: str, before: str = "") -> tuple[Column, Column]:
    """Both ends of an interval."""
    ends = (("low", "lower"), ("high", "upper"))
    low, high = (Column(f"{before}{end}", REAL, f"{side} end of the 90% interval", unit) for end, side in ends)
    return low, high


LAMBDA = Column("lambda", REAL, "dissimilarity of destinations in the nest of leaving")
REPLICATE = Column("replicate", SHORT, "number of the replicate, from 0; the same number is the same luck")
MONTH = text("month", "month, as 2022-03")
YEAR = Column("year", WHOLE, "calendar year; the last one may be a part")
FROM = text("from", "place of stay before", "places")
TO = text("to", "place of stay after", "places")
DESTINATION = text("destination", "place", "places")
TOTAL_OR_PLACE = text("destination", "place, empty for a total", "places")
CHANNEL = text("channel", "channel by which they moved; none for a return", "channels")
ITS_CHANNEL = text("channel", "channel that it is about", "channels")
STATUS = text("status", "right by which they stay", "statuses")
HARM = text("harm", "what was suffered", "harms")
EXPECTED_HARM = text("harm", "what was suffered", "expected_harms")
REASON = text("reason", "why they could not follow the wish", "reasons")
WHY = text("reason", "what led to it, or stood in the way", "reasons")
PERSON = Column("key", KEY, "identity of the synthetic person, the same in every world and replicate")
MEASURE = text("measure", "what is counted", "measures")
DIMENSION = text("dimension", "by what people are grouped", "dimensions")
GROUP = text("group", "group of the dimension", "groups")
PERSONS = persons("persons", "persons", WHOLE)
EXPECTED = persons("expected_persons", "sum of hazards; empty for returns and onward moves, which have none", null=True)
BY_GROUP = (MEASURE, DESTINATION, DIMENSION, GROUP)
OF_FLOWS = (MONTH, FROM, TO, CHANNEL)
OF_STOCKS = (MONTH, DESTINATION, STATUS)
EUR = "EUR"
SOURCES = (text("source", "who observed it"), text("confidence", "how far it can be trusted"))


def levels(unit: str) -> tuple[Column, Column]:
    """What a comparison has of both worlds, named otherwise where many comparisons stand together."""
    first, second = (
        Column(world, REAL, f"mean in the {world}", unit, null=True, viewed=f"{unit.lower()}_{world}")
        for world in ("baseline", "scenario")
    )
    return first, second


def change(name: str, unit: str) -> tuple[Column, ...]:
    """A paired difference with its interval."""
    return Column(name, REAL, "scenario less baseline, mean over replicates", unit, null=True), *interval(unit)
