"""The page, which Streamlit runs anew at every click: `vyraj task=dashboard`.

It holds no rule of its own: what may be composed, how it is told and run, and what is shown stand in the modules
beside it. Links carry only the token of a job or the name of a stored comparison.
"""

import sys
from typing import Literal

import streamlit as st

from sim.report.dashboard import fields, jobs, parts, stored
from sim.report.dashboard.composing import Composed, as_yaml, compose
from sim.report.dashboard.form import Form
from sim.report.dashboard.jobs import Job, Jobs
from sim.runs.progress import FAILED

VIEWS = ("Compose", "Result", "Earlier runs", "Words")
EVERY = 1.0
"""Seconds between two looks at a run."""


@st.cache_resource
def registry(results_dir: str) -> Jobs:
    """The jobs of this process, whoever began them; a page that is loaded again finds its own by the link."""
    return Jobs(results_dir)


@st.cache_data(show_spinner=False, max_entries=200)
def composed(form: Form) -> Composed:
    """A form, judged; told again without reckoning when nothing has changed."""
    return compose(form)


def main(results_dir: str) -> None:
    """Draw the page."""
    st.set_page_config(page_title="Vyraj: compose a policy", page_icon="🕊️", layout="wide")
    st.markdown(parts.STYLE + parts.TABLE, unsafe_allow_html=True)
    st.title("What would a policy change?", anchor=False)
    st.caption(
        "Compose rules on who may come from Belarus, see in words what they add to the rules in force, run both worlds "
        "on a sample of synthetic people, and read what differs. Conditional scenarios, not forecasts."
    )
    every = registry(results_dir)
    job = _linked(every)
    if "view" not in st.session_state and (job is not None or "result" in st.query_params):
        st.session_state["view"] = VIEWS[1]  # a link, or a page that is loaded again
    if "go" in st.session_state:
        st.session_state["view"] = st.session_state.pop("go")
    compose_tab, result_tab, stored_tab, words_tab = st.tabs(VIEWS, key="view", on_change="rerun")
    with compose_tab, parts.in_plain_words("What is composed"):
        _compose(every, job)
    with result_tab, parts.in_plain_words("This result"):
        if job is not None:
            _state(every, job)  # whatever is open: when a run ends, another may be begun
        if result_tab.open:
            _result(every, results_dir, job)
    with stored_tab, parts.in_plain_words("The list of earlier runs"):
        if stored_tab.open:
            _earlier(results_dir)
    with words_tab:
        if words_tab.open:
            parts.glossary()


def _linked(every: Jobs) -> Job | None:
    """The run that the link names, if it can be read; else the page says why not."""
    token = st.query_params.get("job", "")
    if not token:
        return None
    with parts.in_plain_words("The run of this link"):
        job = every.find(token)
        if job is None:
            st.warning("The link names a run that is not here. Compose one below.")
        return job
    st.warning("The run of this link is not opened. Compose one below, or open an earlier run.")
    return None


def _compose(every: Jobs, job: Job | None) -> None:
    if job is not None and "restored" not in st.session_state:
        fields.restore(job.form)
    st.session_state["restored"] = True
    form, unread = fields.form()
    told = Composed(form, tuple(unread)) if unread else composed(form)
    st.subheader("What it says")
    parts.in_words(told)
    runs = job is not None and not job.is_over
    disabled = bool(told.faults) or not told.acts or runs
    start, life = st.columns(2)
    for column, title, kind in ((start, "Run", "compare"), (life, "Tell a life that it changes", "life")):
        style: Literal["primary", "secondary"] = "primary" if kind == "compare" else "secondary"
        pressed = column.button(title, key=kind, type=style, disabled=disabled, width="stretch")
        if pressed and not disabled:  # judged again: what was typed last may have come with the press
            _begin(every, form, kind)
    if runs:
        st.info("A run is under way: see “Result”. Cancel it there to run something else.")
    if not told.faults:
        parts.take_away(form)
        if form.rules:
            st.download_button("The policy as YAML", as_yaml(form), f"{form.policy}.yaml", "text/yaml", key="yaml")


def _begin(every: Jobs, form: Form, kind: str) -> None:
    """Begin what is asked for, and show it."""
    job = every.begin(form, kind)
    st.query_params.clear()
    st.query_params["job"] = job.token
    st.session_state["go"] = VIEWS[1]
    st.rerun()


def _open(name: str) -> None:
    """Show a stored comparison."""
    st.query_params.clear()
    st.query_params["result"] = name
    st.session_state["view"] = VIEWS[1]


def _result(every: Jobs, results_dir: str, job: Job | None) -> None:
    name = st.query_params.get("result", "")
    if job is not None:
        _found(every, job)
    elif name:
        found = stored.find(results_dir, name)
        if found is None:
            st.warning("The link names a comparison that is not in this results folder.")
        else:
            parts.comparison(stored.place(results_dir, found), results_dir)
    else:
        st.info("Nothing was run yet: compose a policy and press “Run”, or open an earlier run.")


def _state(every: Jobs, job: Job) -> None:
    """How far a job is, drawn again every second while it runs."""

    @st.fragment(run_every=EVERY if not job.is_over else None)
    def state() -> None:
        with parts.in_plain_words("The progress of this run"):
            parts.progress(job)
            if not job.is_over and st.button("Cancel", key="cancel"):
                every.cancel(job)
            now = f"{job.token} {len(jobs.finished(job))} {job.state}"
            seen = st.session_state.get("seen", "")
            st.session_state["seen"] = now
            if now != seen and seen.startswith(job.token):
                st.rerun()  # the whole page: there is something new

    state()


def _found(every: Jobs, job: Job) -> None:
    """What a job has found so far."""
    if job.state == FAILED:
        first, *more = job.fault.splitlines()
        st.error(parts.harmless("\n- ".join([f"The run failed. {first}", *map(str.strip, more)])))
    if len(job.steps) == 1:
        parts.life(jobs.told_life(job))
        return
    folders = jobs.finished(job)
    if folders:
        parts.comparison(folders[-1], str(every.results_dir))


def _earlier(results_dir: str) -> None:
    every, faults = stored.stored(results_dir)
    for fault in faults:
        st.warning(parts.harmless(f"Left out: {fault}"))
    if not every:
        st.info("This results folder holds no comparison yet: compose a policy and press “Run”.")
        return
    st.caption(f"{len(every)} comparison{'s' if len(every) > 1 else ''}, the newest first")
    chosen = st.selectbox("An earlier run", every, format_func=lambda one: one.title, key="earlier")
    parts.asked(stored.place(results_dir, chosen))
    st.button("Open it", key="open", type="primary", width="stretch", on_click=_open, args=(chosen.name,))
    parts.link(chosen.name)
    parts.again(results_dir, chosen.scenario, chosen.command)


if __name__ == "__main__":
    main(sys.argv[1])
