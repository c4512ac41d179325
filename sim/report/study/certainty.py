"""How many replicates stand behind each comparison, why they were enough, how much is luck, and how far off it was."""

import math
from collections.abc import Mapping
from typing import Any

from sim.report import yardstick
from sim.report.results import wording
from sim.report.study.comparisons import Comparison, Study
from sim.report.words import MINUS, percent


def replicates(study: Study) -> list[dict[str, str]]:
    """A line a comparison: replicates, people, whether they were enough and why, share of the variance from seeds."""
    lines = []
    for one in study.comparisons:
        enough = one.results.manifest.get("enough")
        told = enough if isinstance(enough, Mapping) else {}
        verdict = {True: "enough", False: "not enough"}.get(told.get("enough", ""), "fixed")
        lines.append(
            {
                "title": one.title,
                "point": one.point,
                "replicates": str(one.results.replicates),
                "one_in": f"{one.results.one_in:g}",
                "enough": verdict,
                "sentence": str(told.get("sentence", "")) or "no stopping rule was asked",
                "share": share_words(told.get("seed_share")),
                "folder": one.results.folder.name,
            }
        )
    return lines


def share_words(share: Any) -> str:
    """Share of the variance that comes from seeds: one number, or one a measure."""
    if isinstance(share, Mapping):
        return "; ".join(f"{wording(str(name))} {share_words(value)}" for name, value in share.items())
    known = isinstance(share, (int, float)) and not isinstance(share, bool) and math.isfinite(share)
    return percent(float(share)) if known else "not known"


def stops(study: Study) -> list[dict[str, Any]]:
    """For each comparison that was stopped by a rule, the last state of each measure it watched."""
    return [{"title": one.title, "point": one.point, "rows": rows} for one in study.comparisons if (rows := _last(one))]


def observed(study: Study) -> dict[str, str] | None:
    """The scores of the first comparison that has the table of patterns, and where it stands; None if none has."""
    for one in study.comparisons:
        if says := yardstick.in_short(one.results):
            return {"title": one.title, "point": one.point, "says": says}
    return None


def _last(one: Comparison) -> list[dict[str, str]]:
    frame = one.optional("enough")
    if frame is None:
        return []
    last = frame.groupby("measure", sort=False).tail(1)
    return [
        {
            "measure": wording(str(row["measure"])),
            "n": f"{row['n']:g}",
            "estimate": _number(row["estimate"]),
            "half_width": _number(row["half_width"]),
            "wanted": _number(row["wanted"]),
            "enough": "yes" if str(row["enough"]).lower() in ("true", "1", "1.0") else "no",
        }
        for row in last.to_dict("records")
    ]


def _number(value: Any) -> str:
    """A number to three figures; nothing where the file has none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    if not math.isfinite(number):
        return ""
    return (f"{float(f'{number:.3g}'):,.0f}" if abs(number) >= 10 else f"{number:.2g}").replace("-", MINUS)
