"""Harms as expected counts: hazards summed over the lives of those who may suffer them, month by month.

A hazard is the probability, given all that has happened to a person so far, that the harm happens to them this month.
Its sum over people and months has the mean of the count and far less noise, so that two worlds can be told apart by
harms that hardly anybody suffers. Sums are of integers in units of 2**-40 agents, so that any order gives the same.
"""

from sim.numerics.compiling import compiled

OF_PEOPLE = ("detained", "drafted", "arrested_on_return")
"""Harms of which each person carries a hazard."""
EXPECTED = ("detained", "charged", "drafted", "caught", "arrested_on_return")
"""Harms of which the expected count is told: of the detained a share is charged, of the crossings one is caught."""
DETAINED, DRAFTED, ARRESTED = range(len(OF_PEOPLE))
N_HAZARDS = len(OF_PEOPLE)
FIXED_POINT = float(2**40)
"""Expected flows and harms are summed as integers in units of 2**-40, so that any order gives the same sum."""


@compiled(forceinline=True)
def in_units(expected: float) -> int:
    """An expected number, of harms or of persons who move, in whole units of 2**-40."""
    return int(expected * FIXED_POINT)
