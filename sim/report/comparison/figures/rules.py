"""The rules by country and instrument: when entry and stay were open, open in part, or closed, in both worlds."""

import re
from datetime import date, timedelta

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.history import naming
from sim.numerics import months
from sim.report import ruling, style
from sim.report.results import Results, wording

SECTION = "rules"
UNIT = "state of a rule by month"
OPEN, PART, SHUT = "open", "in part", "closed"
COLOURS = {OPEN: "#cfe8dd", PART: style.ORANGE, SHUT: style.VERMILLION}
_EPOCH = re.compile(r"^Epoch \d+: (\S+) to (\S+)")
_RULE = re.compile(r"^  (\w+)\.(\w+): (open|closed|[\d.]+% closed)(.*)$")


def title(results: Results) -> str:
    """The finding."""
    rows = data(results)
    changed = rows[rows["differs"]]
    rules = changed[["destination", "instrument"]].drop_duplicates()
    places = rules["destination"].unique()
    where = wording(places[0]) if len(places) == 1 else f"{len(places)} countries"
    return f"The scenario changes {len(rules)} {'rule' if len(rules) == 1 else 'rules'} of entry and stay in {where}"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Rules that differ between the worlds: the upper bar under the rules in force, the lower under the scenario; "
        "\u201cin part\u201d excepts some channels or groups. Source: the histories of both "
        "worlds."
    )


def absent(results: Results) -> str:
    """Why there is nothing to draw."""
    return "" if data(results)["differs"].any() else "no rule of entry or stay differs between the worlds"


def periods(text: str) -> pd.DataFrame:
    """Periods of every restriction as a history tells them: destination, instrument, from, to, state."""
    rows: list[tuple[str, str, str, str, str]] = []
    running: dict[tuple[str, str], tuple[str, str]] = {}
    first = last = ""
    for line in text.splitlines():
        if epoch := _EPOCH.match(line):
            first, last = epoch[1], epoch[2]
        elif rule := _RULE.match(line):
            key, state = (rule[1], rule[2]), _state(rule[3], rule[4])
            if key in running and running[key][0] != state:
                before = date.fromisoformat(first) - timedelta(days=1)
                rows.append((*key, running[key][1], before.isoformat(), running[key][0]))
            if key not in running or running[key][0] != state:
                running[key] = state, first
    rows += [(*key, since, last, state) for key, (state, since) in running.items()]
    return pd.DataFrame(rows, columns=["destination", "instrument", "from", "to", "state"])


def _state(word: str, rest: str) -> str:
    if word == "open":
        return OPEN
    return PART if rest.strip().startswith("except") or word != "closed" else SHUT


def data(results: Results) -> pd.DataFrame:
    """Periods of every rule in both worlds; `differs` says whether the rule is another in the scenario."""
    found = {
        world: periods(results.text(f"{naming.folder(name)}/history.txt")).assign(world=world)
        for world, name in (("baseline", results.baseline), ("scenario", results.scenario))
    }
    ours, theirs = found["baseline"], found["scenario"]
    table = pd.concat([ours, theirs, untold(theirs, ours), untold(ours, theirs)], ignore_index=True)
    table = table[table["destination"] != "belarus"]
    key = ["destination", "instrument"]
    paths = table.groupby([*key, "world"])[["from", "to", "state"]].apply(
        lambda rows: tuple(rows.itertuples(index=False))
    )
    wide = paths.unstack("world")
    differs = {index for index, row in wide.iterrows() if row.get("baseline") != row.get("scenario")}
    return table.assign(differs=[(row.destination, row.instrument) in differs for row in table.itertuples()])


def untold(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Rules of one history that the other does not tell, since nothing ever changes them there: open throughout."""
    key = ["destination", "instrument"]
    known = set(other[key].itertuples(index=False, name=None))
    spans = one.groupby(key).agg({"from": "min", "to": "max"}).reset_index()
    spans = spans[[rule not in known for rule in spans[key].itertuples(index=False, name=None)]]
    world = {"baseline": "scenario", "scenario": "baseline"}[str(one["world"].iloc[0])] if len(one) else ""
    return spans.assign(state=OPEN, world=world)


def draw(results: Results) -> Figure:
    """Two bars a rule, one a world."""
    table = data(results)
    table = table[table["differs"]]
    rules = list(
        table[["destination", "instrument"]]
        .drop_duplicates()
        .sort_values(["destination", "instrument"])
        .itertuples(index=False)
    )
    figure = style.canvas(1.35 + 0.34 * len(rules), title(results), style.COLUMN)
    axes = figure.subplots()
    for number, rule in enumerate(rules):
        for row in table[(table["destination"] == rule[0]) & (table["instrument"] == rule[1])].itertuples():
            start, end = _at(str(row[3])), _at(str(row[4]))
            shift = -0.19 if row.world == "baseline" else 0.19
            axes.barh(number + shift, end - start, left=start, height=0.34, color=COLOURS[str(row.state)], lw=0)
    start = months.month(str(results.fact("start")))
    last = months.month(str(results.fact("settings", "end")))
    axes.axvline(start, color=style.INK, lw=0.8, ls=(0, (1, 1.6)))
    style.years(axes, min(24, start), last)
    axes.set_yticks(range(len(rules)), [f"{wording(place)}: {ruling.what(name)}" for place, name in rules])
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=7)
    axes.set_ylim(len(rules) - 0.5, -0.5)
    axes.grid(False)
    handles = [Patch(color=colour, label=state) for state, colour in COLOURS.items()]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize=7, handlelength=0.9)
    return figure


def _at(day: str) -> float:
    number = months.month(day)
    return number + (int(day[8:10]) - 1) / months.days_in(number)
