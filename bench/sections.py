"""The sections of the bench, in order, each measured on its own: what fails spoils no other."""

import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from bench import (
    compiling,
    memory,
    new_column,
    numpy_choice,
    plain_mesa,
    processes,
    scaling,
    sizes,
    starsim_sir,
    sweeps,
)
from bench.fresh import Failed, NotMeasured
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]

SECTIONS: dict[str, ModuleType] = {
    "sizes": sizes,
    "scaling": scaling,
    "processes": processes,
    "compiling": compiling,
    "new_column": new_column,
    "plain_mesa": plain_mesa,
    "numpy_choice": numpy_choice,
    "starsim_sir": starsim_sir,
    "sweeps": sweeps,
    "memory": memory,
}
"""Each has `measure(plan)`, which may raise NotMeasured, and `tables(found)`."""


def measure(plan: Plan, names: Sequence[str], say: Callable[[str], object], found: dict[str, Found]) -> None:
    """Put into `found` what each named section finds, in the order of `SECTIONS`, with the seconds it took.

    A section that cannot be measured has `missing`, one that went wrong `failed`, each with the reason.
    """
    for name, section in SECTIONS.items():
        if name not in names:
            continue
        say(f"{name} ...")
        began = time.perf_counter()
        try:
            found[name] = section.measure(plan)
        except Failed as fault:
            found[name] = {"failed": str(fault)}
        except NotMeasured as reason:
            found[name] = {"missing": str(reason)}
        found[name]["took"] = round(time.perf_counter() - began, 1)
        say(f"{name}: {outcome(found[name])}, {found[name]['took']:.0f} s")


def outcome(found: Found) -> str:
    """`measured`, `not measured (why)` or `FAILED (why)`."""
    if "failed" in found:
        return f"FAILED ({found['failed']})"
    return f"not measured ({found['missing']})" if "missing" in found else "measured"


def measured(found: dict[str, Found], name: str) -> Found | None:
    """A section's figures, None if it has none."""
    section = found.get(name)
    return None if section is None or "failed" in section or "missing" in section else section


def tables(found: dict[str, Found]) -> list[Table]:
    """All tables; a section without figures has its title and the reason."""
    made: list[Table] = []
    for name, section in found.items():
        if measured(found, name) is None:
            made.append(Table(name.replace("_", " ").capitalize(), (), (), (outcome(section),)))
        elif name == "memory":
            made += memory.tables(section, reached(found))
        else:
            made += SECTIONS[name].tables(section)
    return made


def reached(found: dict[str, Found]) -> dict[str, float]:
    """Wall nanoseconds a person-month by number of threads: one from the fused month, all from the largest size."""
    rates: dict[str, float] = {}
    if of := measured(found, "processes"):
        rates["1"] = of["fused"]["median"]
    if of := measured(found, "sizes"):
        largest = max(of["sizes"].values(), key=lambda size: size["people"])
        rates[str(of["threads"])] = largest["ns_wall"]["median"]
    return rates
