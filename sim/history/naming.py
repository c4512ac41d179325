"""The name of a world: a scenario, the policies enacted on top of it, and what is taken away.

`historical+latvia_opens~war_2022` is what happened, with one policy and without the war. Worlds are asked for, kept and
told by such names, so that whatever takes a scenario takes a composition.
"""

import hashlib
from typing import NamedTuple

from sim.numerics.locations import NAME
from sim.numerics.messages import listed

HISTORICAL = "historical"
"""The scenario of what happened."""
ENACTED, REMOVED = "+", "~"
"""Signs before the name of what is enacted, and of what is taken away; no file may have them in its name."""
LONGEST = 150
"""Most letters of a world's name in the name of a folder (assumption: file systems take 255, with what is added)."""


class Composition(NamedTuple):
    """What a world is composed of: a scenario, policies and shocks enacted on top, events and policies taken away."""

    scenario: str
    policy: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name, which does not depend on the order in which the parts were named."""
        enacted, removed = sorted(set(self.policy)), sorted(set(self.without))
        return "".join([self.scenario, *(ENACTED + one for one in enacted), *(REMOVED + one for one in removed)])

    @property
    def asked(self) -> list[str]:
        """The words of a command line that ask for it."""
        told = [f"scenario={self.scenario}"] if self.scenario != HISTORICAL or not self.is_composed else []
        told += [f"policy=[{','.join(self.policy)}]"] * bool(self.policy)
        return told + [f"without=[{','.join(self.without)}]"] * bool(self.without)

    @property
    def is_composed(self) -> bool:
        """Whether it is more than a scenario."""
        return bool(self.policy or self.without)


def composition(name: str) -> Composition:
    """What a name is composed of, each part as often as it is named."""
    kept, *removed = name.split(REMOVED)
    scenario, *enacted = kept.split(ENACTED)
    for number, one in enumerate(removed):
        removed[number], *more = one.split(ENACTED)
        enacted += more
    return Composition(scenario.strip(), tuple(map(str.strip, enacted)), tuple(map(str.strip, removed)))


def words(name: str) -> str:
    """A world in words: `what happened with latvia opens, without war 2022`."""
    of = composition(name)
    if not of.is_composed:
        return _plain(of.scenario)
    told = "what happened" if of.scenario == HISTORICAL else _plain(of.scenario)
    told += f" with {listed([*map(_plain, of.policy)])}" if of.policy else ""
    comma = "," if of.policy else ""
    return f"{told}{comma} without {listed([*map(_plain, of.without)])}" if of.without else told


def folder(name: str) -> str:
    """Name of the folder of a world's results; of a long one the beginning, and a digest of the whole."""
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 20]}...{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def is_name(name: object) -> bool:
    """Whether a parameter, an event or a policy may be called so; capitals would be another name that looks alike."""
    return isinstance(name, str) and NAME.fullmatch(name) is not None and name == name.lower()
