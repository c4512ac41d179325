"""The aims, beside the figures."""

from dataclasses import dataclass
from typing import Any

from bench.figures import short, slope
from bench.scaling import LINEAR
from bench.sections import measured
from bench.sweeps import figures
from bench.tables import Table

Found = dict[str, Any]
MONTHS, CORES = 84, 2
WALL, PEAK, TIMES = 40.0, 2.5e9, 300.0
EFFICIENCY, OVERHEAD, ABOVE_FLOOR = 0.85, 0.10, 60e6
MANY = 900_000
"""People from which on what costs the same for any number of them (tables of a month, the panel) matters little."""


@dataclass(frozen=True)
class Aim:
    """An aim, the figure reached (None if not measured) in words, and whether it is reached."""

    aim: str
    figure: str | None
    reached: bool | None

    @property
    def verdict(self) -> str:
        """`pass`, `MISS` or `not measured`."""
        return "not measured" if self.reached is None else "pass" if self.reached else "MISS"


def judge(found: dict[str, Found]) -> list[Aim]:
    """All aims; medians are judged, of whole processes."""
    country = _country(measured(found, "sizes"))
    return [*country, _linear(measured(found, "scaling")), _peer(found), *_sweeps(measured(found, "sweeps"))]


def _country(sizes: Found | None) -> list[Aim]:
    wall = f"whole country, {MONTHS} months, {CORES} cores: under {WALL:.0f} s wall"
    peak = f"the same: under {PEAK / 1e9} GB"
    country = sizes["sizes"].get("1") if sizes else None
    if sizes is None or country is None or sizes["months"] != MONTHS:
        return [Aim(wall, None, None), Aim(peak, None, None)]
    seconds, memory, threads = country["wall"]["median"], country["peak"]["median"], sizes["threads"]
    within = f"{short(seconds)} s" + ("" if threads == CORES else f" on {threads} cores")
    fast = None if threads > CORES else bool(seconds < WALL)
    return [Aim(wall, within, fast), Aim(peak, f"{memory / 1e9:.2f} GB", bool(memory < PEAK))]


def _linear(scaling: Found | None) -> Aim:
    aim = f"cost linear in people: exponent within {LINEAR:.0%} of 1, from {MANY:,} people to the whole country"
    if scaling is None or scaling["months"] != MONTHS or 1 not in scaling["one_in"]:
        return Aim(aim, None, None)
    fit = scaling["without_panel" if "without_panel" in scaling else "with_panel"]
    large = [i for i, people in enumerate(fit["people"]) if people >= MANY]
    if len(large) < 2:
        return Aim(aim, None, None)
    found = slope([fit["people"][i] for i in large], [fit["cpu"][i] for i in large])
    figure = f"{found:.3f} ({scaling['with_panel']['slope']:.3f} over all sizes, as the model runs)"
    return Aim(aim, figure, abs(found - 1) <= LINEAR)


def _peer(found: dict[str, Found]) -> Aim:
    aim = f"{TIMES:.0f} times plain Mesa, the same lives, 1 in 1000, CPU"
    plain = measured(found, "plain_mesa")
    if plain is None or plain["one_in"] != 1000:
        return Aim(aim, None, None)
    sample = plain["sample"]
    figure = f"{short(sample['times'])} times"
    if sample["same_lives"] is not True:
        figure += ", lives differ" if sample["same_lives"] is False else ", lives not compared"
    reached = bool(sample["times"] >= TIMES) if sample["same_lives"] is True else None
    return Aim(aim, figure, reached)


def _sweeps(found: Found | None) -> list[Aim]:
    of = figures(found) if found else None
    states = found["states"] if found else 0.0
    aims = [
        (f"a sweep: lives lived in {EFFICIENCY:.0%} of the cores' time", "efficiency", 1.0, "%", EFFICIENCY, 1),
        (f"the same: Hydra and storage under {OVERHEAD:.0%} of the CPU", "overhead", 1.0, "%", OVERHEAD, -1),
        ("the same: a worker at most its state columns and 60 MB above the import floor", "above_floor", 1e-6, " MB",
         states + ABOVE_FLOOR, -1),
    ]  # fmt: skip
    if of is None:
        return [Aim(aim, None, None) for aim, *_ in aims]
    return [
        Aim(
            aim,
            f"{of[name]:.1%}" if unit == "%" else f"{of[name] * scale:.0f}{unit}",
            bool((of[name] - goal) * sign >= 0),
        )
        for aim, name, scale, unit, goal, sign in aims
    ]


def table(aims: list[Aim]) -> Table:
    """The aims as a table."""
    rows = [[aim.aim, aim.figure or "-", aim.verdict] for aim in aims]
    return Table(
        "Aims",
        ("aim", "figure", "verdict"),
        rows,
        ("Medians are judged; the exponent without the panel of expected flows, whose size is fixed.",),
    )
