"""Parts of the page beside its fields: what a form says, the progress of a run, a comparison, what to take away."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from sim.history.naming import words as world_words
from sim.numerics.errors import UserError
from sim.report import glossary as terms
from sim.report.comparison import all_numbers, answer
from sim.report.dashboard import jobs, lines, said, shown, stored
from sim.report.dashboard.composing import Composed
from sim.report.dashboard.fields import parameters
from sim.report.dashboard.form import Form
from sim.report.dashboard.jobs import Job
from sim.report.dashboard.steps import CANCELLED, LOST, WAITING
from sim.report.results import Results, wording
from sim.report.told import Told
from sim.runs.progress import DONE, RUNNING, duration

STYLE = """<style>
.block-container { padding-top: 2rem !important; max-width: 75rem; }
@media (max-width: 640px) { h1 { font-size: 1.6rem !important; } .block-container { padding: 1rem !important; } }
</style>"""
TABLE = """<style>
div.told { overflow-x: auto; }
.told table { border-collapse: collapse; font-size: 0.875rem; width: 100%; }
.told th, .told td { border-bottom: 1px solid #ddd; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
.told th { color: #555; font-weight: 600; }
.told td + td { white-space: nowrap; }
.told .part td { font-weight: 600; padding-top: 0.9rem; white-space: normal; }
@media (max-width: 640px) {
  .told table { font-size: 0.75rem; }
  .told th, .told td { padding: 0.25rem 0.4rem; }
  .told td:first-child, .told th:first-child { background: #fff; left: 0; min-width: 7.5rem; position: sticky; }
}
</style>"""
"""Tables are drawn as HTML, which wraps on a phone and is read out by a screen reader."""
BLUE = "#0072B2"


@contextmanager
def in_plain_words(what: str) -> Iterator[None]:
    """What goes wrong inside is told on the page in words; what nobody foresaw is written to the terminal, too."""
    try:
        yield
    except UserError as error:
        mark = "- " if len(error.faults) > 1 else ""
        st.error(harmless("\n".join(f"{mark}{fault}" for fault in error.faults)))
    except Exception as error:  # a folder may hold anything, and a page must not end in a blank
        logging.getLogger(__name__).exception("%s", what)
        st.error(harmless(f"{what} cannot be shown: {' '.join(str(error).split()) or type(error).__name__}."))


def harmless(text: str) -> str:
    """A text from a file as Markdown shows it: nothing in it makes the browser ask another machine for a picture."""
    return text.replace("![", "!\\[")


def in_words(told: Composed) -> None:
    """What a form says, what it adds to the rules in force, or why it cannot be."""
    for sentence in said.rules(told.form.rules, parameters()):
        st.markdown(f"- {sentence}")
    for fault in told.faults:
        st.error(fault)
    if told.faults:
        return
    st.markdown("**What that changes in the rules in force**")
    acting = [one for one in told.additions if one.verdict == "effective"]
    st.markdown("\n".join(f"- {said.addition(one)}" for one in acting[: said.MOST]) or "Nothing.")
    if len(acting) > said.MOST:
        st.caption(f"and {len(acting) - said.MOST} more changes")
    for one in told.additions:
        if one.verdict != "effective":
            st.warning(said.addition(one))
    for hint in said.hints(told.form.rules, told.additions):
        st.info(hint)


def take_away(form: Form) -> None:
    """The command that does the same, to be copied."""
    st.caption("The same from a shell, in a folder that holds the policy's file in conf/policy:")
    st.code(lines.copied(form), language="bash", wrap_lines=True)


STATES = {
    WAITING: "Waiting for other runs to end.",
    CANCELLED: "Cancelled. What was finished is kept; “Run” goes on from there.",
    LOST: "The page was started anew while this ran. Press “Run” again: what was finished is reused.",
}
"""What is said of a job that is neither running nor done."""


def progress(job: Job) -> None:
    """How far a job is."""
    if job.state == RUNNING:
        step = next((one for one in job.steps if one.state == RUNNING), job.steps[-1])
        st.progress(*_running(job, step is job.steps[0], time.time() - step.begun))
    elif job.state == DONE:
        st.success("Done." if len(job.steps) == 1 else "Done: all replicates, other values of λ, and the report.")
    elif job.state in STATES:
        st.warning(STATES[job.state])


def _running(job: Job, first: bool, spent: float) -> tuple[float, str]:
    """The part that is done, and what is done now."""
    took = f"{spent:.0f} s"
    if not first:
        return 1.0, f"All numbers are there. Other values of λ are run and the report is written ({took})."
    if len(job.steps) == 1:
        return 0.0, f"Both worlds are run, and a life is looked for that differs ({took})."
    now = jobs.progress(job)
    if not now.lived:
        return 0.0, f"People are made and the model is loaded; first numbers follow in seconds ({took})."
    left = f"about {duration(spent / now.share * (1 - now.share))} left" if 0.1 < now.share < 1 else ""
    told = f"numbers of {now.told} of {now.asked} replicates" if now.told else "no numbers yet"
    parts = [f"{now.lived:,} of about {now.known:,} months simulated", told, took, left]
    return now.share, ", ".join(filter(None, parts))


def comparison(folder: Path, results_dir: str) -> None:
    """A comparison: the answer, where, who, harms, money, beside another, to take away."""
    told = opened(folder)
    results = told.results
    st.subheader(harmless(answer.title(told)))
    _asked(results)
    st.markdown(harmless("\n".join(f"- {line}" for line in shown.headline(told))))
    st.caption(harmless(shown.standing(told)))
    for line in results.fact("assumed"):
        st.caption(harmless(str(line)))
    names = ["All numbers", "Where", "Who", "Harms", "Money", "Beside another run", "Take away"]
    numbers, where, who, harms, money, beside, away = st.tabs(names)
    with numbers:
        _table(shown.table(told))
    with where, in_plain_words("The chart"):
        _where(told)
    with who:
        for title, table in shown.who(results):
            st.markdown(f"**{title}**")
            _table(table)
    with harms:
        _table(shown.harms(told))
    with money:
        table = shown.money(results)
        st.markdown(f"Public money of {wording(results.focus)}, million EUR a year, against the baseline")
        if table.empty:
            st.info("No difference.")
        else:
            _table(table)
    with beside, in_plain_words("The other run"):
        _beside(told, results_dir)
    with away, in_plain_words("A file of the results"):
        _away(results, results_dir)


def asked(folder: Path) -> None:
    """What a stored comparison was asked."""
    _asked(opened(folder).results)


def _asked(results: Results) -> None:
    for line in shown.asked(results):
        st.markdown(harmless(line))


def opened(folder: Path) -> Told:
    """A stored comparison; raises UserError in words for one that cannot be read."""
    try:
        told = Told(Results(folder))
        all_numbers.blocks(told)
    except (ValueError, FileNotFoundError) as error:
        raise UserError(f"This comparison cannot be read; run it again. {' '.join(str(error).split())}") from error
    return told


def life(story: str) -> None:
    """The story of a life, its headings below those of the page."""
    st.markdown(harmless(re.sub(r"^#", "###", story, flags=re.MULTILINE)))


def _table(table: pd.DataFrame) -> None:
    """A table; a line with nothing but its first cell is a heading."""
    rows = table.astype(str).to_dict("split")["data"]
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in table.columns)
    lines = []
    for first, *rest in rows:
        if any(rest):
            label = first.lstrip("\u2003")
            deep = 0.6 + len(first) - len(label)
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
            lines.append(f"<tr><td style='padding-left: {deep}rem'>{escape(label)}</td>{cells}</tr>")
        else:
            lines.append(f"<tr class='part'><td colspan='{len(table.columns)}'>{escape(first)}</td></tr>")
    st.html(f"<div class='told'><table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>")


def _where(told: Told) -> None:
    table = shown.where(told)
    if table.empty:
        st.info("In no country can a change of arrivals be told at this sample: take a larger one, or more replicates.")
        return
    base = alt.Chart(table).encode(y=alt.Y("destination:N", sort=None, title=None, axis=alt.Axis(labelLimit=160)))
    bars = base.mark_bar(color=BLUE).encode(x=alt.X("estimate:Q", title="change in arrivals, persons (90% interval)"))
    ends = base.mark_rule(color="black").encode(x="low:Q", x2="high:Q")
    st.altair_chart((bars + ends).properties(height=90 + 30 * len(table)), width="stretch")
    _table(table[["destination", "change", "90% interval"]])
    st.caption("Of countries that are left out this sample cannot tell whether arrivals change.")
    sankey = stored.file(told.results.folder, "figures/substitution.svg")
    if sankey is not None:
        st.image(sankey.decode(), caption="What becomes of those whose life it changes")


def _beside(told: Told, results_dir: str) -> None:
    results = told.results
    others = [one for one in stored.stored(results_dir)[0] if one.name != results.folder.name]
    if not others:
        st.info(
            "This is the only comparison in the results folder: run another policy, and it can be set beside this one."
        )
        return
    other = st.selectbox("Another run", others, index=None, format_func=lambda one: one.title, key="other",
                         placeholder="Choose an earlier run")  # fmt: skip
    if other is None:
        st.info("Each run is compared with its baseline; choose another run to set the two side by side.")
        return
    theirs = opened(stored.place(results_dir, other))
    st.markdown(
        harmless(f"This is {world_words(results.scenario)}. The other is {world_words(theirs.results.scenario)}:")
    )
    _asked(theirs.results)
    for line in shown.differ(results, theirs.results):
        st.warning(f"Take care: {line}.")
    _table(shown.beside(told, theirs))


def _away(results: Results, results_dir: str) -> None:
    folder = results.folder
    link(folder.name)
    composed = again(results_dir, results.scenario, str(results.fact("command")))
    columns = iter(st.columns(2) * 3)
    for name, text in composed.items():
        next(columns).download_button("The policy (YAML)", text, f"{name}.yaml", "text/yaml", key=f"get_{name}",
                                      width="stretch")  # fmt: skip
    for name, title, kind in (
        ("effects.csv", "All effects (CSV)", "text/csv"),
        ("config.yaml", "Settings (YAML)", "text/yaml"),
        ("report.html", "The report (HTML)", "text/html"),
    ):
        content = stored.file(folder, name)
        column = next(columns)
        if content is not None:
            column.download_button(title, content, _called(folder, name), kind, key=f"get_{name}", width="stretch")
        else:
            column.caption(f"{title}: comes with the last step of the run.")


def again(results_dir: str, scenario: str, command: str) -> dict[str, str]:
    """The command that makes a comparison again; gives the files of the policies that it needs, by name."""
    composed = stored.policies(results_dir, scenario)
    st.caption(f"The command that makes it again{', in a folder with its policy in conf/policy' if composed else ''}:")
    st.code(command, language="bash", wrap_lines=True)
    return composed


def link(name: str) -> None:
    """The address of a stored result."""
    page = (st.context.url or "").partition("?")[0].rstrip("/") + "/"
    st.caption("A link to this result, for whoever uses this page on this machine:")
    st.code(f"{page}?result={name}", language=None, wrap_lines=True)


def _called(folder: Path, name: str) -> str:
    stem, _, ending = name.partition(".")
    return f"{folder.name}-{stem}.{ending}"


def glossary() -> None:
    """The words of the page and of the report."""
    wanted = st.text_input("Find a word", key="find").lower()
    found = {name: meaning for name, meaning in terms.terms().items() if wanted in f"{name} {meaning}".lower()}
    if not found:
        st.info(f"No word has “{wanted}” in it or in its meaning.")
    st.markdown("\n\n".join(f"**{name}**: {meaning}" for name, meaning in found.items()))
