"""3.3: savings at home and abroad, and how a bill is paid."""

import math
from collections.abc import Sequence

import numpy as np

from sim.numerics.arithmetic import exp, sin
from sim.numerics.codes import SECTOR
from sim.numerics.months import LONG_AGO

from .basics import NORMAL
from .entities import PlainPerson
from .setting import Base


class Means(Base):
    """Money of people and units (3.3)."""

    def usual_savings(self, person: PlainPerson) -> float:
        """What a person at home usually has put aside by this month, EUR (3.3)."""
        code, spell = self.code, max(1, int(self.code.savings_spell))
        drawn = [self.word(f"saving.draws_{first}", person.key, 0, self.trait_seed) for first in (0, 4, 8, 12)]
        draws = b"".join(int(word).to_bytes(4, "little") for word in drawn)
        count, rest = divmod(self.month + draws[15] * spell // 256, spell)
        angle = math.pi / 2 * rest / spell
        z = NORMAL[draws[count % 15]] * sin(math.pi / 2 - angle) + NORMAL[draws[(count + 1) % 15]] * sin(angle)
        months = max(0.0, code.savings_scale * exp(code.savings_spread * z) - code.savings_need)
        grown = self.belarus.income_it if person.sector == SECTOR["it"] else self.belarus.income
        return float(min(2.5e5, code.savings * (person.income * grown) * months))

    def savings_of(self, person: PlainPerson) -> float:
        """Savings of a person this month, EUR: stored abroad, brought up to date at home (3.3)."""
        if person.settled():
            return float(person.savings)
        usual = self.usual_savings(person)
        if person.saved_at == LONG_AGO:
            return usual
        left = exp(-self.code.savings_recovery * (self.month - person.saved_at))
        return usual + (float(person.savings) - usual) * left

    def money_of(self, adults: Sequence[PlainPerson]) -> float:
        """Savings of some adults, EUR (3.3)."""
        return sum((self.savings_of(adult) for adult in adults), 0.0)

    def pay(self, adults: Sequence[PlainPerson], bill: float) -> None:
        """Take a bill from the savings of some adults, the head's first (3.3)."""
        for adult in adults:
            savings = self.savings_of(adult)
            paid = min(bill, savings)
            adult.savings = np.float32(savings - paid)
            adult.saved_at = self.month
            bill -= paid
