"""Decision rules, one module each, all over the same named terms asked in the same way.

Who is asked, and with what push, stands in `sim.model.decision.choosing`.

A rule's module has:

- `choose`: the compiled process of the month, with the signature of `destination_nest.choose`;
- `prepare(conditions, coefficients)`: one run's constants as this rule reads them;
- `level(coefficients)`: by how much the log-odds of leaving rise if every destination gains one utility;
- `LAMBDA`: the dissimilarity that the rule sets for everybody, None if it takes the run's.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sim.history.coefficients import Behaviour
from sim.model.run_constants import Conditions
from sim.numerics.errors import UserError
from sim.numerics.messages import nearest, shown

DEFAULT = "destination_nest"
"""The rule that is fused into the pass over a block."""


class Rule(NamedTuple):
    """A rule of decision as the model takes it."""

    name: str
    choose: Any
    prepare: Callable[[Conditions, Behaviour], Conditions]
    level: Callable[[Behaviour], float]
    lam: float | None


def names() -> list[str]:
    """Names of the rules, in alphabetical order."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


def rule(name: str) -> Rule:
    """The rule of this name; only its own module is imported, so that nobody compiles a rule that is not in use.

    Raises UserError with the known names for one that does not exist.
    """
    if name not in names():
        raise UserError(f"decision '{shown(name)}' is not known; known: {nearest(name, names())}")
    module = importlib.import_module(f"sim.model.decision.rules.{name}")
    return Rule(name, module.choose, module.prepare, module.level, module.LAMBDA)
