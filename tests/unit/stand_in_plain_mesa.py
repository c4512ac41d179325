"""A stand-in for the plain Mesa reading of the month: same interface, hardly any life."""

from types import SimpleNamespace


class Idle:
    """Agents that only count months."""

    def __init__(self, people):
        self.people = [SimpleNamespace(key=int(key), age=0) for key in people]
        self.events = []

    def step(self):
        """Let everybody age a month."""
        for person in self.people:
            person.age += 1


def plain_model(population, world, behaviour, constants, seed=1, replicate=0):
    """As many agents as there are people."""
    return Idle(population.people.key)
