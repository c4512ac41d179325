"""`part=scale`: the same worlds at several sizes of the sample, and the draw of the people beside luck.

Sizes go from one circle in a thousand to `people.one_in`. All replicates of a run share one draw of the people, so its
part in the spread is measured by itself, on other seeds of the synthesis with the same luck.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.scoring.sizes import Parts, limit, parts
from sim.history.naming import HISTORICAL, Composition
from sim.numerics.codes import AWAY, PLACE
from sim.numerics.errors import UserError
from sim.numerics.months import month
from sim.runs.checks import CENTRAL
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job, Run
from sim.runs.settings import People, Settings
from sim.runs.tables import OF_VALIDATION

SIZES = (1000, 300, 100, 10, 1)
"""Samples, one circle in so many."""
DRAWS = 6
"""Draws of people that are set beside luck (assumption: what a minute allows at one in a thousand)."""
PEACE = Composition(HISTORICAL, without=("war_2022",)).name
"""The world whose difference from what happened stands for an effect."""
WITHIN, CLOSE = 1.0, 2.0
"""Percent, and standard errors, by which the usual sample may be off its limit."""
USUAL = 100

Outcomes = dict[str, float]


def made(settings: Settings) -> tuple[dict[str, pd.DataFrame], str]:
    """The tables of sizes and of draws of people by name, and the page as text."""
    sizes = [one_in for one_in in SIZES if one_in >= settings.one_in]
    if len(sizes) < 2 or settings.replicate_count < 2:
        raise UserError(
            f"part=scale goes from one circle in {SIZES[0]} to people.one_in={settings.one_in} with "
            f"{settings.replicate_count} replicates; it needs two sizes and two replicates at least"
        )
    settings = replace(settings, parameters=CENTRAL)  # luck and people alone
    spread = draws_of_people(settings, sizes[0])
    by_size = {
        one_in: _outcomes(replace(settings, people=People(one_in=one_in, draws=1)), settings.seed) for one_in in sizes
    }
    table = _sizes(by_size, spread, sizes[0])
    drawn = pd.DataFrame(
        [(name, *of, sizes[0], DRAWS, settings.replicate_count) for name, of in spread.items()],
        columns=OF_VALIDATION["draws_of_people"].names,
    )
    return {"scale": table, "draws_of_people": drawn}, printed(table, drawn)


def measured(run: Run, peace: Run) -> Outcomes:
    """Outcomes of a pair of runs, persons: sums of hazards but for who lives abroad at the end."""
    first = min(month("2020-01"), len(run.expected) - 1)
    expected, without = (one.expected[first:].sum(axis=(0, 2)) for one in (run, peace))
    abroad = run.stocks[-1, 1:].sum() - run.stocks[-1, 1:, AWAY].sum()
    found = {"departures expected": float(expected.sum()), "settled abroad at the end": float(abroad)}
    for place in ("lithuania", "poland", "germany", "georgia"):
        found[f"expected to {place}"] = float(expected[PLACE[place]])
    return found | {"effect of the war on departures": float(expected.sum() - without.sum())}


def _pair(ensemble: Ensemble, replicate: int, threads: int, seed: int) -> tuple[int, Outcomes]:
    settings, runs, agents = ensemble.settings, [], 0
    for world in (settings.scenario, PEACE):
        job = Job(world, settings.lambda_, replicate)
        model = ensemble.model(job, threads, seed=seed)
        agents = len(model.columns.key)
        runs.append(ensemble.finished(model.run(), job))
    return agents, measured(*runs)


def _outcomes(settings: Settings, seed: int) -> tuple[int, list[Outcomes]]:
    """Agents, and outcomes of every replicate, of the people of the settings' seed with the luck of another."""
    ensemble = Ensemble(settings)
    for world in (settings.scenario, PEACE):  # made once, before the threads
        ensemble.world(world)
    found = ensemble.in_turn(
        lambda replicate, threads: _pair(ensemble, replicate, threads, seed), range(settings.replicate_count)
    )
    return found[0][0], [outcomes for _, outcomes in found]


def draws_of_people(settings: Settings, one_in: int) -> Mapping[str, Parts]:
    """How much of each outcome's spread is the draw of people: other people with the same luck, and the same people."""
    rows = []
    for draw in range(DRAWS):
        drawn = replace(settings, people=People(one_in=one_in, draws=1), seed=settings.seed + 1 + draw)
        rows.append(_outcomes(drawn, settings.seed)[1])
    names = list(rows[0][0])
    values: dict[str, NDArray[np.float64]] = {
        name: np.array([[one[name] for one in row] for row in rows]) for name in names
    }
    return {name: parts(of) for name, of in values.items()}


def _sizes(
    by_size: Mapping[int, tuple[int, list[Outcomes]]], spread: Mapping[str, Parts], measured_at: int
) -> pd.DataFrame:
    """The table `scale`; errors of the limit hold luck, and the draw of people as one over the root of the size."""
    rows: list[tuple[object, ...]] = []
    for name, of in spread.items():
        told = []
        for one_in, (agents, outcomes) in by_size.items():
            each = np.array([one[name] for one in outcomes])
            luck = float(each.std(ddof=1) / math.sqrt(len(each)))
            people = of.sd_people * math.sqrt(one_in / measured_at)
            told.append((one_in, agents, float(each.mean()), luck, max(math.hypot(luck, people), 1e-9)))
        to = limit([one[1] for one in told], [one[2] for one in told], [one[4] for one in told])
        for one_in, agents, value, luck, _ in told:
            off = 100.0 * (value / to.value - 1.0) if to.value else math.nan
            rows.append((name, one_in, agents, value, luck, to.value, to.error, off))
    return pd.DataFrame(rows, columns=OF_VALIDATION["scale"].names)


def printed(table: pd.DataFrame, drawn: pd.DataFrame) -> str:
    """Both tables as text, with what is said of the usual size."""
    lines = ["SIZE OF THE SAMPLE: persons, and where a line in 1/N goes", ""]
    lines += [f"{'':<34}{'one in':>7}{'agents':>12}{'persons':>13}{'luck':>9}{'limit':>13}{'its error':>11}{'off':>8}"]
    for row in table.itertuples():
        lines.append(f"{row.outcome:<34}{row.one_in:>7}{row.agents:>12,}{row.value:>13,.0f}{row.error:>9,.0f}"
                     f"{row.limit:>13,.0f}{row.limit_error:>11,.0f}{row.off:>+7.1f}%")  # fmt: skip
    usual = table[table["one_in"] == USUAL]
    for row in usual.itertuples():
        errors = abs(row.value - row.limit) / row.limit_error
        met = abs(row.off) < WITHIN and errors < CLOSE
        lines.append(f"One in {USUAL}, {row.outcome}: {row.off:+.1f}% and {errors:.1f} standard errors off its limit: "
                     f"{'met' if met else 'not met'} (within {WITHIN:g}% and {CLOSE:g} errors).")  # fmt: skip
    lines += [
        "",
        f"WHO IS DRAWN: standard deviations between runs at one in {drawn['one_in'].iloc[0]}, of luck and of people",
        "",
    ]
    lines.append(f"{'':<34}{'mean':>13}{'luck':>10}{'people':>10}{'share':>8}{'90%':>13}")
    for row in drawn.itertuples():
        ends = f"{row.share_low:.0f} to {row.share_high:.0f}%"
        lines.append(
            f"{row.outcome:<34}{row.mean:>13,.0f}{row.sd_luck:>10,.0f}{row.sd_people:>10,.0f}{row.share:>7.0f}%{ends:>13}"
        )
    lines.append("All replicates of a run share one draw of people: an interval over them holds luck alone.")
    return "\n".join(lines)
