"""The only clock: whole months counted from January 2019, the start of the model's history."""

import calendar
from datetime import date

FIRST_YEAR = 2019
NEVER = 32767
"""A month that does not come (largest 16-bit integer), so that `never > month` holds without a special case."""
LONG_AGO = -32768
"""A month before every other."""
LIMIT_MONTH = 383
"""December 2050: no history goes further, whatever its file says (assumption: a generation; a month is an integer of
16 bits, to which stays of up to 1,200 months are added). How far a history goes stands in `conf/clock.yaml`."""


def month(text: str) -> int:
    """Month number of `YYYY-MM` (or of the month that contains `YYYY-MM-DD`).

    Raises ValueError for anything that is not a month of the calendar.
    """
    parts = str(text).split("-")
    if len(parts) not in (2, 3) or len(parts[0]) != 4 or not all(part.isdigit() for part in parts):
        raise ValueError(f"'{text}' is not a month; write YYYY-MM")
    number = int(parts[1])
    if not 1 <= number <= 12:
        raise ValueError(f"'{text}' is not a month; write YYYY-MM")
    return (int(parts[0]) - FIRST_YEAR) * 12 + number - 1


def label(number: int) -> str:
    """`YYYY-MM` of a month number."""
    return f"{FIRST_YEAR + number // 12:04d}-{number % 12 + 1:02d}"


def first_day(number: int) -> date:
    """First day of a month."""
    return date(FIRST_YEAR + number // 12, number % 12 + 1, 1)


def days_in(number: int) -> int:
    """Days in a month."""
    return calendar.monthrange(FIRST_YEAR + number // 12, number % 12 + 1)[1]
