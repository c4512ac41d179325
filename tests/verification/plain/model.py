"""1.3: the schedule of the month."""

from .markets import Markets


class PlainModel(Markets):
    """The model of the page as plain Mesa agents; `step` is one month."""

    def step(self) -> None:
        """Live one month: the processes in the order of the schedule (1.3)."""
        self.begin_month()
        self.muster()
        self.ageing()
        self.repress()
        self.conscript()
        self.perceive()
        self.visit()
        self.choose()
        self.apply()
        self.depart()
        self.settle()
        self.move_on()
        self.markets()
        self.record()
        self.month += 1
