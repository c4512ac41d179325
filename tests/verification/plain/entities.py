"""1.2 and 3.3: persons, circles and units."""

from collections.abc import Mapping, Sequence
from typing import Any

import mesa

from sim.numerics.codes import CONSCRIPTION, EXPOSURE, LEAD, MODE, PLAN, SECTOR
from sim.numerics.months import LONG_AGO

from .basics import BIT, HOME

NOWHERE = 255


class PlainPerson(mesa.Agent):
    """A person (1.2): the columns of the schema are ordinary attributes."""

    def __init__(self, model: mesa.Model, columns: Mapping[str, Any]) -> None:
        """Register the person with Mesa and take over the columns of a row (1.4)."""
        super().__init__(model)
        for name, value in columns.items():
            setattr(self, name, value)

    def lives(self) -> bool:
        """Born, and not dead (1.2)."""
        return self.mode != MODE["nowhere"]

    def persecuted(self) -> bool:
        """Ever detained, or exposed by media or NGO work (3.3)."""
        return self.detained > LONG_AGO or self.exposure in (EXPOSURE["media"], EXPOSURE["ngo"])

    def liable(self) -> bool:
        """May be drafted (3.3)."""
        return self.conscription == CONSCRIPTION["liable"]

    def settled(self) -> bool:
        """Lives abroad for good (1.4)."""
        return self.mode == MODE["settled"]

    def may_exit(self, t: int) -> bool:
        """At home, not held, not under exit ban and not serving (3.3)."""
        serving = self.conscription == CONSCRIPTION["serving"]
        return self.mode == MODE["home"] and self.held < t and self.exit_ban < t and not serving


class Circle:
    """A circle (1.2): its memory of detentions, what it has heard and its number of members abroad."""

    def __init__(self, people: Sequence[PlainPerson]) -> None:
        """Begin without memory and news; members abroad are counted once and then kept up to date (3.7, 3.8)."""
        self.people = people
        self.memory = 0.0
        self.heard = 0.0
        self.abroad = sum(person.settled() and person.place != HOME for person in people)

    def share_abroad(self) -> float:
        """Members settled outside Belarus over all members (3.8)."""
        return self.share(self.abroad)

    def living(self) -> list[PlainPerson]:
        """The members who live (1.2)."""
        return [person for person in self.people if person.lives()]

    def share(self, members: int) -> float:
        """So many members over all who live, 0 if nobody does (1.2)."""
        living = len(self.living())
        return members / living if living else 0.0


class Unit:
    """A unit (1.2): an adult or a couple with minor children, head first."""

    def __init__(self, people: Sequence[PlainPerson], circle: Circle) -> None:
        """Take the people of a unit in order of rows (1.2)."""
        self.people = people
        self.circle = circle
        self.country_taste: list[float] = []
        self.channel_taste: list[float] = []
        for person in people:
            person.unit = self

    @property
    def head(self) -> PlainPerson:
        """The head, who stands first (1.2)."""
        return self.people[0]

    @property
    def size(self) -> int:
        """People of the unit (1.2)."""
        return len(self.people)

    @property
    def adults(self) -> Sequence[PlainPerson]:
        """The head and the partner, who stands next (1.2)."""
        return self.people[:2] if self.size > 1 and self.people[1].member == 1 else self.people[:1]

    def number(self) -> None:
        """Write where each stands from the head, and the size of the unit (1.2)."""
        for person in self.people:
            person.unit = self
            person.behind = person.row - self.head.row
        if self.people:
            self.head.unit_size = self.size

    def groups(self, t: int) -> int:
        """Bit mask of the unit's groups (3.3)."""
        flags = {
            "it": self.head.sector == SECTOR["it"],
            "driver": self.head.sector == SECTOR["transport"],
            "persecuted": any(adult.persecuted() for adult in self.adults),
            "student": any(204 <= t - adult.birth <= 335 for adult in self.adults),
            "ancestry": any(adult.ancestry for adult in self.adults),
            "visa_holder": any(adult.visa >= t for adult in self.adults),
            "draft_liable": any(adult.liable() for adult in self.adults),
        }
        age = (t - self.head.birth) // 12
        ages = {"age_18_27": age <= 27, "age_28_59": 28 <= age <= 59, "age_60_over": age >= 60}
        return sum(BIT[name] for name, is_set in (flags | ages).items() if is_set)

    def party(self) -> list[PlainPerson]:
        """The people of the unit who are settled abroad (3.3)."""
        return [person for person in self.people if person.settled()]

    def who_goes(self) -> Sequence[PlainPerson]:
        """The people for whom the unit's plan is made: all, or the head alone if it goes ahead (3.9, 3.10)."""
        return self.people[:1] if self.head.lead == LEAD["planned"] else self.people

    def adults_among(self, people: Sequence[PlainPerson]) -> list[PlainPerson]:
        """The unit's adults among some of its people (3.3)."""
        return [adult for adult in self.adults if adult in people]

    def free_to_exit(self, t: int) -> bool:
        """Every person of the unit may exit, children included (3.3)."""
        return all(person.may_exit(t) for person in self.people)

    def at_leisure(self, t: int) -> bool:
        """The head is an adult at home without a plan, who need not wait after a refusal (3.3)."""
        head = self.head
        at_home = head.place == HOME and head.mode == MODE["home"]
        return at_home and t - head.birth >= 216 and head.plan == PLAN["none"] and head.due <= t
