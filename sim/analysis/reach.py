"""Whom a scenario's changes reach: who was eligible, who was touched, who changed what they did.

A change that reaches nobody is reported inert, with the reason; it must not be mistaken for a result.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.effects import Paired, Window, lives
from sim.analysis.pairs import CATEGORIES
from sim.choice import N_FLAGS
from sim.codes import CHANNEL, INSTRUMENT, N_CHANNELS, N_SECTORS, PLACE, SLOTS
from sim.history.wording import Addition
from sim.options import eligible
from sim.units import choice_class, class_groups
from sim.world import World


def channels_touched(parameter: str, world: World) -> NDArray[np.bool_]:
    """Places and channels whose rules a parameter is part of, bool[places, channels].

    `<place>.<instrument>` touches the channels that need it, `<place>.<channel>.<rule>` that channel, any other
    parameter of a place all of its channels, and one of Belarus every channel.
    """
    touched = np.zeros((SLOTS, N_CHANNELS), bool)
    place, *rest = parameter.split(".")
    if place == "belarus":
        return world.law["exists"] > 0
    here = touched[PLACE[place]]
    law = world.law[PLACE[place]]
    if rest[0] in INSTRUMENT and rest[0] not in CHANNEL:
        here |= (law["entry"] == INSTRUMENT[rest[0]]) | (law["residence"] == INSTRUMENT[rest[0]])
        if rest[0] == "renewal":
            here |= law["residence"] >= 0
        if rest[0] in ("land", "air"):
            here[:] = True
    elif rest[0] in CHANNEL:
        here[CHANNEL[rest[0]]] = True
    else:
        here[:] = True
    return touched & (world.law["exists"] > 0)


def eligible_persons(counts: NDArray[np.int64], world: World, channels: NDArray[np.bool_]) -> int:
    """Residents whom the law admits to at least one of the channels; `counts` int64[classes] in persons."""
    total = 0
    pairs = np.argwhere(channels)
    for sector in range(N_SECTORS):
        for mask in range(N_FLAGS):
            groups = class_groups(sector, mask)
            if any(eligible(world, int(place), int(channel), sector, groups) for place, channel in pairs):
                total += int(counts[choice_class(sector, mask)])
    return total


def reach_table(additions: Iterable[Addition], paired: Sequence[Paired], window: Window, world: World) -> pd.DataFrame:
    """One row a change: rule, persons eligible, touched and changed (means over replicates), and a note."""
    found = lives(paired, window)
    unchanged = CATEGORIES.index("unchanged")
    counts, listed = paired[0][0].residents_by_class, list(additions)
    rows = []
    for addition in listed:
        channels = channels_touched(addition.parameter, world)
        eligible_to = eligible_persons(counts, world, channels)
        hits = [channels[life.baseline_place, life.baseline_channel] & (life.baseline_place > 0) for life in found]
        touched = float(np.mean([hit.sum() for hit in hits])) * window.one_in
        changed = [(hit & (life.category != unchanged)).sum() for hit, life in zip(hits, found, strict=True)]
        rule = f"{addition.event}: {addition.parameter}"
        note = _note(addition, eligible_to, touched, contradicts(addition, listed))
        rows.append((rule, eligible_to, touched, float(np.mean(changed)) * window.one_in, note))
    return pd.DataFrame(rows, columns=["rule", "eligible", "touched", "changed", "note"])


def contradicts(addition: Addition, others: Sequence[Addition]) -> list[str]:
    """Events of the same scenario that move the same parameter the other way, by name."""
    if not addition.direction:
        return []
    opposed = {
        one.event for one in others if one.parameter == addition.parameter and one.direction == -addition.direction
    }
    return sorted(opposed)


def _note(addition: Addition, eligible: int, touched: float, against: Sequence[str]) -> str:
    if addition.verdict != "effective":
        by = f" by {', '.join(addition.shadowed_by)}" if addition.shadowed_by else ""
        return f"inert: {addition.verdict}{by}"
    if eligible == 0:
        return "inert: nobody eligible"
    if touched == 0.0:
        return "inert: nobody used what it changes"
    return f"contradicted by {', '.join(against)}" if against else ""
