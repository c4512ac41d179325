"""The end of a sweep: a table with a row a job, what differs between the jobs, the main number, and the folder."""

from collections.abc import Sequence
from pathlib import Path

from sim.cli.outcome import Outcome
from sim.numerics.errors import UserError
from sim.runs import seals

FAILED = "failed"
INTERVAL = "90% interval"
NUMBERS = ("change in arrivals", "departures", INTERVAL)
"""Columns that stand to the right."""


def table(outcomes: Sequence[Outcome]) -> str:
    """The jobs of a sweep as plain text, in order; numbers are rounded as in the reports."""
    from sim.report.comparison.table import aligned  # loads pandas

    rows = [
        {**differing, **headline(one.left), "folder": FAILED if one.code else one.left}
        for one, differing in zip(outcomes, differences([one.asked for one in outcomes]), strict=True)
    ]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    columns.sort(key=lambda column: column == "folder")  # the last, whatever other jobs have besides
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return "\n".join(aligned(lines, [number for number, name in enumerate(columns) if name not in NUMBERS]))


def differences(asked: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Of the words of each job the values of those keys that are not the same in all, by key."""
    given = [dict(word.lstrip("+").partition("=")[::2] for word in words) for words in asked]
    keys = dict.fromkeys(key for words in given for key in words)
    swept = [key for key in keys if len({words.get(key) for words in given}) > 1]
    return [{key: _plain(words.get(key, "")) for key in swept} for words in given]


def _plain(word: str) -> str:
    """A value as it was meant: without quotes for Hydra, and 0.6 for 0.6000000000000001, which a range leads to."""
    word = word[1:-1] if len(word) > 1 and word[0] == word[-1] == "'" else word
    try:
        return f"{float(word):.10g}" if "." in word else word
    except ValueError:
        return word


def headline(left: str) -> dict[str, str]:
    """The main number of a folder with its interval: change in arrivals of a comparison, departures of a point.

    Where a file of it cannot be read, what is wrong with it.
    """
    folder = Path(left)
    try:
        if left and (folder / "effects.csv").is_file():
            return _of_comparison(folder)
        if left and (folder / "flows.parquet").is_file():
            return _of_point(folder)
    except (OSError, ValueError, KeyError, UserError, seals.Damaged) as error:
        return {"": " ".join(str(error).split())}
    return {}


def _of_comparison(folder: Path) -> dict[str, str]:
    from sim.report import words
    from sim.report.results import Results, wording

    results = Results(folder)
    effect = results.effect("arrivals", results.focus)
    return {
        "destination": wording(results.focus),
        "change in arrivals": words.change(effect.estimate, results),
        INTERVAL: words.interval(effect, results),
    }


def _of_point(folder: Path) -> dict[str, str]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from sim.analysis.estimates import estimate
    from sim.report.verdicts import FEW
    from sim.runs.disclosure import rounded, suppress

    about = seals.read_unsealed(folder)
    one_in, replicates = about["point"]["one_in"], about["replicates"]
    flows = pq.read_table((folder / "flows.parquet").absolute(), columns=["replicate", "from", "persons"])
    left = flows.filter(pc.equal(flows["from"], "belarus")).group_by("replicate").aggregate([("persons", "sum")])
    persons = dict.fromkeys(range(replicates), 0) | dict(
        zip(*(left[name].to_pylist() for name in ("replicate", "persons_sum")), strict=True)
    )
    numbers = list(persons.values())
    mean = sum(numbers) / replicates
    if not suppress(mean, one_in, replicates=replicates) >= 0:  # NaN
        return {"departures": FEW}
    found = {"departures": f"{rounded(mean, one_in):,}"}
    if replicates > 1:
        spread = estimate(numbers)
        low, high = (f"{rounded(end, one_in):,}" for end in (spread.low, spread.high))
        found[INTERVAL] = f"{low} to {high}".replace("-", "\u2212")
    return found
