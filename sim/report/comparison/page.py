"""The page: template, style and figures put into one file."""

import math
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import pandas as pd

from sim.analysis.closed_form import PRIOR, PRIOR_90, deflection
from sim.history import naming
from sim.report import style, words, yardstick
from sim.report.blocks import markdown
from sim.report.comparison import (
    PAGE,
    all_numbers,
    cited,
    doubts,
    figures,
    levels_by_group,
    rule_changes,
    summary,
    tested,
    variance,
)
from sim.report.comparison.countries import money
from sim.report.comparison.first_page import HEADINGS, first_page
from sim.report.results import Results, heading, wording
from sim.report.told import Told
from sim.report.verdicts import BRIEF
from sim.runs import disclosure, seals

HERE = Path(__file__).parent
SECTIONS = ("first", "where", "who", "harms", "fitted", "fit", "lambda", "rules")
"""Places of the page where figures stand."""
SHARED = HERE.parent
"""Folder of the style and the parts that pages share."""


def build(folder: str | Path) -> Path:
    """Draw the figures, write summary and page into the folder whole or not at all, and return the page's path."""
    results = Results(folder)
    said = context(results)  # a missing file is found before anything is drawn
    figures.draw_all(folder)
    figures.replaced(results.folder / "summary.md", markdown(summary.blocks(Told(results))).encode())
    figures.replaced(results.folder / "quantities.csv", Told(results).table().to_csv(index=False).encode())
    page = write(results.folder, render(said | {"figures": drawn(results)}))
    seals.renew(results.folder)
    return page


def write(folder: Path, html: str) -> Path:
    """Write `report.html` into a folder, whole or not at all; returns its path."""
    path = folder / PAGE
    part = path.with_suffix(".html.part")
    part.write_text(html, encoding="utf-8")
    os.replace(part, path)
    return path


def render(said: dict[str, Any], template: str = "report.html.j2", folder: Path = HERE) -> str:
    """A template of this or another folder as text. Every value is escaped; an undefined one is an error, no blank."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, SHARED]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render({"phrases": tuple(BRIEF.values())} | said)


def context(results: Results) -> dict[str, Any]:
    """Everything the template names besides the figures."""
    told = Told(results)
    return {
        "css": (SHARED / "report.css").read_text(encoding="utf-8"),
        "stamp": style.STAMP,
        "title": heading(results.scenario),
        "first": first_page(told),
        "headings": HEADINGS,
        "baseline": heading(results.baseline),
        "standing": results.standing,
        "drawn": results.is_drawn,
        "variance": variance.rows(results),
        "tested": tested.section(results),
        "assumed": results.fact("assumed"),
        "focus": wording(results.focus),
        "deflected": doubts.deflected(told),
        "net": all_numbers.net(told),
        "policies": [
            {
                "name": heading(policy.name),
                "announced": words.day(policy.announced),
                "start": words.day(policy.start),
                "until": None if policy.until is None else words.day(policy.until),
            }
            for policy in results.policies
        ],
        "adds": rule_changes.changes(results, None),
        "reach": reach(results),
        "blocks": all_numbers.blocks(told),
        "of_lives": all_numbers.of_lives(told),
        "money": all_numbers.money(told),
        "of_money": money(told),
        "year": told.year,
        "rule": words.rule(results),
        "beside": [f"{lambda_:g}" for lambda_ in all_numbers.beside(results)],
        "by_lambda": all_numbers.by_lambda(told),
        "by_lambda_titles": all_numbers.titles(told),
        "prior": PRIOR,
        "prior_90": PRIOR_90,
        "example": example(told),
        "channels": channels(results),
        "matrices": matrices(results),
        "months": months_of(results),
        "groups": levels_by_group.tables(results),
        "yardstick": yardstick.section(results),
        "people": people(results),
        "sources": cited.sources(results),
        "config": results.text("config.yaml"),
        "histories": [
            (heading(name), results.text(f"{naming.folder(name)}/history.txt"))
            for name in (results.baseline, results.scenario)
        ],
        "command": results.fact("command"),
        "settings": flat(results.fact("settings")),
        "facts": [("commit", str(results.fact("commit")))]
        + [("seeds", ", ".join(map(str, seeds)) if isinstance(seeds := results.fact("seeds"), list) else str(seeds))],
        "versions": flat(results.fact("versions")),
        "one_in": f"{results.one_in:g}",
        "replicates": results.replicates,
        "minimum": disclosure.MINIMUM,
    }


def example(told: Told) -> dict[str, Any]:
    """What lambda answers of the scenario, and the closed form at the share of departures that its countries have."""
    of = doubts.explained(told)
    said = {"question": of.question, "at_0": of.at_0, "at_1": of.at_1, "about": of.about, "share": "", "at": []}
    if not 0 < of.share < 1:
        return said
    found = [(f"{one:g}", words.percent(float(deflection(of.share, one)))) for one in (0.2, 0.5, 0.8)]
    return said | {"share": words.percent(of.share), "at": found}


def flat(mapping: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    """A nested mapping as lines of dotted key and value."""
    lines: list[tuple[str, str]] = []
    for key, value in mapping.items():
        lines += flat(value, f"{above}{key}.") if isinstance(value, dict) else [(f"{above}{key}", str(value))]
    return lines


def drawn(results: Results) -> dict[str, list[dict[str, Any]]]:
    """Figures by section, each as inline SVG with its finding, caption and the data behind it."""
    sections: dict[str, list[dict[str, Any]]] = {name: [] for name in SECTIONS}
    for name, module in figures.drawable(results).items():
        if module.SECTION not in sections:
            raise ValueError(
                f"figure '{name}' names the unknown section '{module.SECTION}'; known: {', '.join(sections)}"
            )
        svg = results.text(f"figures/{name}.svg")
        told = {"title": module.title(results), "data": figures.link(results.path(f"figures/{name}.csv"))}
        sections[module.SECTION].append(picture(name, module, results, svg) | told | on_phone(name, module, results))
    return sections


def on_phone(name: str, module: ModuleType, results: Results) -> dict[str, Any]:
    """What a phone shows of a figure that has labels of its own for a page: a narrower drawing, and these beneath."""
    if not hasattr(module, "labels"):
        return {}
    with style.look():
        svg = style.contents(style.finished(module.draw(results, is_phone=True), module.SOURCE))["svg"].decode()
    return {"phone": style.inline(svg, f"{name}-phone", name), "labels": module.labels(results)}


def picture(name: str, module: ModuleType, drawn_from: Any, svg: str) -> dict[str, Any]:
    """A figure as the template shows it: inline SVG with caption."""
    return {
        "name": name,
        "caption": module.caption(drawn_from),
        "svg": style.inline(svg, name),
        "data": "",
        "title": name,
        "phone": "",
        "labels": [],
    }


def reach(results: Results) -> list[dict[str, Any]]:
    """Rules of the scenario: whom they could touch, whom they did; inert ones with the reason."""
    rows = []
    for row in results.table("reach").to_dict("records"):
        numbers = {name: words.count(float(row[name]), results) for name in ("eligible", "touched", "changed")}
        note = "" if pd.isna(row["note"]) else str(row["note"])
        rows.append({"rule": row["rule"], **numbers, "note": note, "inert": float(row["changed"]) == 0})
    return rows


def channels(results: Results) -> list[dict[str, str]]:
    """Change of arrivals in the focus by channel, largest first."""
    found = sorted(all_numbers.by_channel(results), key=lambda one: (-abs(one[2].estimate), one[0]))
    told = [(name, *words.difference(effect, results, counted=False)) for name, _, effect in found]
    return [{"channel": wording(name), "change": change, "interval": interval} for name, change, interval in told]


def matrices(results: Results) -> list[dict[str, Any]]:
    """Both matrices at the main lambda: where those of the focus go first, and where they live at the horizon."""
    focus, end = wording(results.focus), words.month(str(results.fact("settings", "end")))
    return [
        {
            "title": f"Those who go to {focus} under the rules in force: where they go first under the scenario",
            "rows": matrix(results, "substitution"),
        },
        {
            "title": f"Those who live in {focus} at the end of {end} under the rules in force, of all who lived in "
            "Belarus at the start: where they live then under the scenario",
            "rows": matrix(results, "final"),
        },
    ]


def matrix(results: Results, file: str) -> list[dict[str, str]]:
    """The focus' row of a matrix at the main lambda, most persons first, with Frechet bounds; empty if nobody's."""
    frame = results.table(file)
    rows = frame[(frame["lambda"].sub(results.main).abs() < 1e-9) & (frame["baseline"] == results.focus)]
    rows = rows[rows["persons"] != 0].sort_values(["persons", "scenario"], ascending=[False, True])
    visible = rows["persons"].map(lambda persons: words.shown(persons, results)).astype(bool)
    lines = []
    for row in rows[visible].to_dict("records"):
        ends = [
            f"{disclosure.rounded(row[name], results.one_in):,}"
            for name in ("low", "high", "frechet_low", "frechet_high")
        ]
        lines.append(
            {
                "scenario": "stay in Belarus" if row["scenario"] == "stay" else wording(row["scenario"]),
                "persons": words.count(row["persons"], results),
                "interval": f"{ends[0]} to {ends[1]}",
                "bounds": f"{ends[2]} to {ends[3]}",
            }
        )
    rest = rows[~visible]
    if len(rest):
        persons = words.count(float(rest["persons"].sum()), results)
        lines.append({"scenario": f"{len(rest)} others together", "persons": persons, "interval": "", "bounds": ""})
    return lines


def months_of(results: Results) -> list[str]:
    """By how many months those who leave later or earlier do, at the main lambda."""
    frame = results.table("taxonomy")
    rows = frame[frame["lambda"].sub(results.main).abs() < 1e-9].set_index("category")
    said = []
    for category, name in (("delayed", "later"), ("brought forward", "earlier")):
        row = rows.loc[category if category in rows.index else category.replace(" ", "_")]
        if words.shown(row["persons"], results) and not math.isnan(row["months"]):
            low, high = (max(row[one], 0.0) for one in ("months_low", "months_high"))
            said.append(
                f"Those who leave {name} do so by {row['months']:.1f} months on average ({low:.1f} to {high:.1f})."
            )
    return said


def people(results: Results) -> dict[str, Any]:
    """The synthetic people against the official margins: worst rows first."""
    frame = results.table("people")
    worst = frame.assign(size=frame["error_percent"].abs()).sort_values(
        ["size", "margin", "cell"], ascending=[False, True, True]
    )
    rows = [
        {
            "margin": row["margin"],
            "cell": str(row["cell"]).replace("_", " "),
            "target": f"{row['target']:,.0f}",
            "synthetic": f"{row['synthetic']:,.0f}",
            "error": f"{row['error_percent']:+.1f}%".replace("-", words.MINUS),
        }
        for row in worst.head(12).to_dict("records")
    ]
    return {"rows": rows, "total": len(frame), "worst": f"{worst['size'].iloc[0]:.1f}%"}
