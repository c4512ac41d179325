"""What is registered as a page: `docs/validation.md`, written by `python -m sim.report.registered`."""

from collections.abc import Sequence
from pathlib import Path

from sim.observation.registered import CHECK, EXPERIMENT, FIT, INPUT, LEFT_OUT, Error, Target, registered, targets
from sim.runs.priors import free, of_constants

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
HEAD = """# How the model is fitted and judged

Made from `conf/validation.yaml` and `conf/priors.yaml`, which were written down before the first fit;
`python -m sim.report.registered` writes this page anew. Registered on {day}. Observations end with 2022.
"""
ROLES = {
    FIT: "Fitted: the likelihood of `task=calibrate`",
    EXPERIMENT: "Natural experiments: left out of the fit and hind-cast",
    CHECK: "Checked: in the scorecard, never in the likelihood",
    INPUT: "Inputs: `conf/` draws a number from them, so that a hit proves nothing",
    LEFT_OUT: "Left out",
}


def page() -> str:
    """The page as Markdown."""
    known = registered()
    parts = [HEAD.format(day=known.registered)]
    counts = {target.name: 0 for target in known.targets}
    for target in targets().values():
        counts[target.name] += 1
    for role, title in ROLES.items():
        ours = [one for one in known.targets if one.role == role]
        rows = [(one.name, counts[one.name], _what(one), _error(one.error), one.why) for one in ours]
        parts.append(f"## {title}\n\n{_table(('family', 'patterns', 'what', 'error', 'why'), rows)}")
    splits = [(name, f"to {one.fit_until}", f"{one.predict_from} to {one.predict_until}" if one.predict_from else "",
               one.why or "") for name, one in known.splits.items()]  # fmt: skip
    parts.append(f"## Splits\n\n{_table(('split', 'fitted', 'predicted', 'why'), splits)}")
    parts.append(f"Naive rules beside every prediction: {', '.join(known.baselines)}.\n")
    limits = [(name, one.meaning, _ends(one.must), _ends(one.aim), f"{one.least:g}" if one.least else "")
              for name, one in known.thresholds.items()]  # fmt: skip
    parts.append(f"## Thresholds\n\n{_table(('threshold', 'of what', 'must', 'aim', 'at least so many'), limits)}")
    priors = [(one.name, one.prior.text, f"{one.central:g}", one.unit, one.meaning, one.source)
              for one in free().values()]  # fmt: skip
    head = ("parameter", "prior", "central value", "unit", "meaning", "source")
    places, channels = of_constants()
    parts.append(f"## Priors\n\n{_table(head, priors)}")
    parts.append(
        f"Constants, about those that were inverted: {places.text} of destinations, {channels.text} of channels."
    )
    return "\n".join(parts) + "\n"


def _what(target: Target) -> str:
    days = [f"{word} {day}" for word, day in (("from", target.start), ("until", target.end)) if day]
    where = [f"of {', '.join(target.destination)}"] if target.destination else []
    only = ["whole years"] * target.whole_years + ["of the list of patterns"] * target.listed
    return ", ".join([" ".join([", ".join(target.quantity), *where]), *days, *only])


def _error(error: Error | None) -> str:
    if error is None:
        return ""
    told = [f"{name} {value:g}" for name in ("sd", "degrees", "discrepancy", "level", "sample")
            if (value := getattr(error, name)) is not None]  # fmt: skip
    return f"{error.family}: {', '.join(told)}"


def _ends(value: object) -> str:
    return " to ".join(f"{one:g}" for one in value) if isinstance(value, list | tuple) else f"{value:g}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "/").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
