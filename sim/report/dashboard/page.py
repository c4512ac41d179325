"""The page, which Streamlit runs anew at every click: `vyraj task=dashboard`.

It holds no rule of its own: what may be composed, how it is told and run, and what is shown stand in the modules
beside it. Links carry only the token of a job or the name of a stored comparison.
"""

import sys
from typing import Any

import streamlit as st

from sim.report.dashboard import jobs, parts, stored
from sim.report.dashboard.composing import Composed, as_yaml, compose
from sim.report.dashboard.form import Form
from sim.report.dashboard.jobs import Job, Jobs
from sim.runs.progress import DONE, FAILED

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
    st.markdown(parts.STYLE, unsafe_allow_html=True)
    st.title("What would a policy change?")
    st.caption(
        "Compose rules on who may come from Belarus, see in words what they add to the rules in force, run both worlds "
        "on a sample of synthetic people, and read what differs. Conditional scenarios, not forecasts."
    )
    every = registry(results_dir)
    token = st.query_params.get("job", "")
    job = every.find(token) if token else None
    if token and job is None:
        st.warning("The link names a run that is not here. Compose one below.")
    if "view" not in st.session_state and (job is not None or "result" in st.query_params):
        st.session_state["view"] = VIEWS[1]  # a link, or a page that is loaded again
    compose_tab, result_tab, stored_tab, words_tab = st.tabs(VIEWS, key="view", on_change="rerun")
    with compose_tab:
        _compose(every, job)
    with result_tab:
        _result(every, results_dir, job)
    with stored_tab:
        _earlier(results_dir)
    with words_tab:
        parts.glossary()


def _compose(every: Jobs, job: Job | None) -> None:
    if job is not None and "restored" not in st.session_state:
        parts.restore(job.form)
    st.session_state["restored"] = True
    form = parts.form()
    told = composed(form)
    st.subheader("What it says")
    parts.in_words(told)
    runs = job is not None and not job.is_over
    start, life = st.columns(2)
    disabled = bool(told.faults) or not told.acts or runs
    asked: dict[str, Any] = {"disabled": disabled, "width": "stretch", "on_click": _begin}
    start.button("Run", type="primary", key="run", args=(every, form, "compare"), **asked)
    life.button("Tell a life that it changes", key="life", args=(every, form, "life"), **asked)
    if runs:
        st.info("A run is under way: see “Result”. Cancel it there to run something else.")
    if not told.faults:
        parts.take_away(form)
        if form.rules:
            st.download_button("The policy as YAML", as_yaml(form), f"{form.policy}.yaml", "text/yaml", key="yaml")


def _begin(every: Jobs, form: Form, kind: str) -> None:
    """Begin what a button asks for, and show it."""
    st.query_params.clear()
    st.query_params["job"] = every.begin(form, kind).token
    st.session_state["view"] = VIEWS[1]


def _open(name: str) -> None:
    """Show a stored comparison."""
    st.query_params.clear()
    st.query_params["result"] = name
    st.session_state["view"] = VIEWS[1]


def _result(every: Jobs, results_dir: str, job: Job | None) -> None:
    name = st.query_params.get("result", "")
    if job is not None:
        _watched(every, job)
    elif name:
        found = stored.find(results_dir, name)
        if found is None:
            st.warning("The link names a comparison that is not in this results folder.")
        else:
            parts.comparison(stored.place(results_dir, found), results_dir)
    else:
        st.info("Nothing was run yet: compose a policy and press “Run”, or open an earlier run.")


def _watched(every: Jobs, job: Job) -> None:
    """The state of a job, drawn again every second while it runs, and what it found so far."""

    @st.fragment(run_every=EVERY if not job.is_over else None)
    def state() -> None:
        parts.progress(job)
        if not job.is_over and st.button("Cancel", key="cancel"):
            every.cancel(job)
        folders = jobs.finished(job)
        seen = st.session_state.get("seen", "")
        now = f"{job.token} {len(folders)} {job.state}"
        if now != seen:
            st.session_state["seen"] = now
            if seen.startswith(job.token):
                st.rerun()  # the whole page: there is something new

    state()
    if job.state == FAILED:
        st.error(f"The run failed. {job.fault}")
    if len(job.steps) == 1:
        told = jobs.told_life(job)
        if told:
            st.markdown(told)
        return
    folders = jobs.finished(job)
    if folders:
        parts.comparison(folders[-1], str(every.results_dir))
        if job.state == DONE:
            st.toast("All replicates are there, and the report.")


def _earlier(results_dir: str) -> None:
    every = stored.stored(results_dir)
    if not every:
        st.info("This results folder holds no comparison yet.")
        return
    chosen = st.selectbox("An earlier run", every, format_func=lambda one: one.title, key="earlier")
    link, opened = st.columns(2)
    link.code(f"?result={chosen.name}", language=None)
    opened.button("Open it", key="open", width="stretch", on_click=_open, args=(chosen.name,))
    st.caption(f"{len(every)} comparisons; the command of this one:")
    st.code(chosen.command, language="bash")


if __name__ == "__main__":
    main(sys.argv[1])
