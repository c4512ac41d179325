"""What a history says month by month, read once, and shared by histories that say the same of a parameter."""

from typing import Literal

from sim.history.composition import Floats
from sim.history.history import History

How = Literal["monthly", "open_shares", "outlook", "at_ends"]
"""The methods of a history by which a parameter is read."""


class Reading:
    """The parameters of a history over so many months, each read when it is asked for, and kept.

    Of a history that is `like` another but for some parameters, as one that a draw scales, only these are read anew.
    """

    def __init__(self, history: History, months: int, like: "Reading | None" = None) -> None:
        self.history, self.months, self._kept = history, months, dict[tuple[str, str], Floats]()
        self._like = like if like and like._is_like(history, months) else None

    def _is_like(self, history: History, months: int) -> bool:
        ours = self.history
        same = ours.policies == history.policies and ours.course == history.course and ours.last == history.last
        return same and months == self.months

    def read(self, how: How, name: str) -> Floats:
        """A parameter as the history's method says it; HistoryError as there. Not to be written to."""
        like = self._like
        if like is not None and self.history.parameters.get(name) is like.history.parameters.get(name):
            return like.read(how, name)
        if (how, name) not in self._kept:
            found = getattr(self.history, how)(name, self.months)
            found.flags.writeable = False
            self._kept[how, name] = found
        return self._kept[how, name]
