"""One page of how the answers to the ten questions have changed from release to release, drawn from the table alone."""

import html
from collections.abc import Sequence

from sim.analysis.canonical import QUESTIONS, Answer, moved
from sim.report import style
from sim.report.quantities import quantity
from sim.report.results import wording

WIDTH, HEIGHT = 560, 22
"""Size of a row of a drawing, in pixels."""
_CSS = (
    "body{font:16px/1.45 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "h2{margin:2rem 0 .2rem}h3{font-size:1rem;margin:1rem 0 .2rem}svg{max-width:100%;height:auto}"
    "li{margin:.1rem 0}@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}}"
)


def page(answers: Sequence[Answer]) -> str:
    """The page as HTML in one file: a drawing and a sentence for each answer of each release."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>How the answers have changed</title><style>{_CSS}</style><h1>How the answers have changed</h1>",
        f"<p>{html.escape(style.STAMP)}. Ten questions, answered once a release. Bars are 90% intervals: of the "
        "luck of replicates where parameters are central, else of one more draw; where those of two releases overlap, "
        "luck may be all that differs.</p>",
    ]
    for question in QUESTIONS:
        rows = [(name, moved(answers, question.key, name)) for name in question.quantities]
        if not any(told for _, told in rows):
            continue
        parts.append(f"<h2>{html.escape(question.words)}</h2>")
        parts += [_told(name, told) for name, told in rows if told]
    return "\n".join(parts) + "\n"


def _told(name: str, told: Sequence[tuple[Answer, str]]) -> str:
    plain, _, place = name.partition(":")
    label = quantity(plain).label.replace("{place}", wording(place) if place else "")
    lines = "".join(f"<li><b>{html.escape(one.version)}</b>, one in {one.one_in:,}, {one.replicates} replicates, "
                    f"parameters {html.escape(one.posterior)}: "
                    f"{one.estimate:+,.0f} {html.escape(one.unit)} ({one.low:+,.0f} to {one.high:+,.0f}). "
                    f"{html.escape(said)}</li>" for one, said in told)  # fmt: skip
    return f"<h3>{html.escape(label)}</h3>{_drawing([one for one, _ in told])}<ul>{lines}</ul>"


def _drawing(answers: Sequence[Answer]) -> str:
    """Intervals of an answer below one another, in order of releases, on one scale that holds zero."""
    ends = [0.0, *(end for one in answers for end in (one.low, one.high))]
    low, span = min(ends), (max(ends) - min(ends)) or 1.0

    def at(value: float) -> float:
        return round(20 + (value - low) / span * (WIDTH - 40), 1)

    tall = HEIGHT * len(answers) + 6
    marks = [f"<line x1={at(0.0)} x2={at(0.0)} y1=0 y2={tall} stroke='{style.QUIET}'/>"]
    for number, one in enumerate(answers):
        y = HEIGHT * number + HEIGHT // 2 + 3
        marks.append(f"<line x1={at(one.low)} x2={at(one.high)} y1={y} y2={y} stroke='{style.BLUE}' stroke-width=3/>")
        marks.append(f"<circle cx={at(one.estimate)} cy={y} r=5 fill='{style.BLUE}'/>")
    said = "; ".join(f"{one.version}: {one.estimate:,.0f}" for one in answers)
    label = html.escape(said, quote=True)
    return f"<svg role=img aria-label='{label}' viewBox='0 0 {WIDTH} {tall}' width={WIDTH}>{''.join(marks)}</svg>"
