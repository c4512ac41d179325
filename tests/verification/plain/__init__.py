"""The month of `docs/model.md` once more, as ordinary Mesa agents: one Python object a person, in readable loops.

A second reading, written from the page alone. It shares the luck, the arithmetic, the codes and the schema with the
model and nothing else. It is meant for small runs: everyone is counted in the expected commitments, never a panel.

The sections of the page stand in modules of their own, each a class that adds its processes to the one before:

- `basics` (numbers), `borders` (3.2 open shares), `entities` (1.2, 3.3)
- `setting` (1.2, 3.1, 3.2) - `offers` (3.4) - `lives` (3.4a) - `home` (3.5 to 3.7a) -
  `rules` (3.8, 3.8a: noise, decision, chances) - `choice` (3.8: push, plans, wishes) -
  `applications` (3.9, 3.10) - `abroad` (3.11) - `moves` (3.12) - `markets` (3.13, 3.14) - `model` (1.3)
"""

from .model import PlainModel

__all__ = ["PlainModel"]
