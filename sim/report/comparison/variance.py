"""Where the variance of the answer comes from: lines for the console, and a table for the page."""

import pandas as pd

from sim.report import words
from sim.report.results import Results, wording

PARTS = {
    "lambda": "\u03bb",
    "parameters": "the other parameters",
    "people": "the draw of people",
    "luck": "luck",
    "structure": "the rule of decision",
}
"""Parts of the variance in words."""
MEASURES = {"arrivals": "change in arrivals in {place}", "departures": "change in departures from Belarus"}


def rows(results: Results) -> list[dict[str, str]]:
    """A row a part of each answer: its share, interval and standard deviation, or why it has none."""
    found = []
    for row in results.table("variance").to_dict("records"):
        told = not pd.isna(row["share"])
        found.append(
            {
                "answer": MEASURES[row["measure"]].format(place=wording(row["destination"])),
                "part": PARTS[row["part"]],
                "share": words.percent(row["share"]) if told else "",
                "interval": f"{words.percent(row['low'])} to {words.percent(row['high'])}" if told else "",
                "sd": f"\u00b1{words.expected(row['sd']).lstrip('+')}" if told else "",
                "note": str(row["note"]),
            }
        )
    return found


def sentence(results: Results) -> str:
    """The split of the first answer in one sentence; empty where nothing is split."""
    own = rows(results)
    of = own[0]["answer"] if own else ""
    told = [f"{row['part']} {row['share']} ({row['interval']})" for row in own if row["answer"] == of and row["share"]]
    why = [f"{row['part']} ({row['note']})" for row in own if row["answer"] == of and not row["share"]]
    if not told:
        return ""
    absent = f" Not in it: {'; '.join(why)}." if why else ""
    return f"Of the variance of one replicate's {of}: {', '.join(told)}.{absent}"
