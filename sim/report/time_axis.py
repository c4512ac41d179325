"""The axis of months that figures share: years where they begin, months where years are few, labels evenly spaced."""

from itertools import pairwise

from matplotlib.axes import Axes

from sim.numerics import months
from sim.report import style, words

EVEN_MONTHS = (1, 2, 3, 4, 6, 12)
"""Every how many months of a year a label may stand, so that each year has them in the same months."""
APART = 8.0
"""Points between two labels, at least."""
Labels = list[tuple[int, str]]
"""Months with what is written at them."""


def years(axes: Axes, first: int, last: int) -> None:
    """A month axis from the start of `first` to the end of `last`.

    Of labels that would touch only every second, third or so is written, evenly; the others keep their marks.
    """
    axes.set_xlim(first, last + 1)
    marks, plans = _plans(first, last)
    a_month, room = style.wide(axes, 1), style.wide(axes, last + 1 - first) + 6
    for shown in plans:
        ends = [(a_month * (month - first), a_month * (month - first) + style.length(text)) for month, text in shown]
        if all(end + APART <= start for (_, end), (start, _) in pairwise(ends)):
            break
    shown = shown[:-1] if len(shown) > 1 and ends[-1][1] > room else shown
    axes.set_xticks([month for month, _ in shown], [text for _, text in shown], ha="left")
    axes.set_xticks([month for month in marks if month not in dict(shown)], minor=True)
    axes.tick_params(axis="x", which="both", length=3.5, color=style.QUIET)


def _plans(first: int, last: int) -> tuple[list[int], list[Labels]]:
    """Months at which an axis has marks, and which of them are labelled, from the most labels to the fewest."""
    starts = [month for month in range(first, last + 1) if month % 12 == 0]
    if len(starts) > 2 or last - first >= 24:
        labels = [(month, months.label(month)[:4]) for month in starts]
        return starts, [labels[::step] for step in range(1, len(labels) + 1)]
    marks = list(range(first, last + 1))
    shown = [[month for month in marks if month % step == 0] or marks[:1] for step in EVEN_MONTHS]
    return marks, [_named(one) for one in shown]


def _named(shown: list[int]) -> Labels:
    """Months by name, the first of them and every January with the year."""
    said = [(month, words.month(months.label(month))) for month in shown]
    return [(month, text if month in (shown[0], month // 12 * 12) else text.split()[0]) for month, text in said]
