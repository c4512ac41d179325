"""Parts of the page: the form, what it says in words, the progress of a run, a comparison."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from sim.history.catalogue import load_history, load_scenario, policy_names, scenario_names
from sim.history.clock import clock
from sim.history.courses import HELD
from sim.history.naming import words as world_words
from sim.history.parameters import EXCEPTABLE, FIRST_DAY
from sim.numerics import months
from sim.numerics.codes import PLACE_NAMES
from sim.numerics.errors import UserError
from sim.report import glossary as terms
from sim.report import ruling
from sim.report.comparison import answer
from sim.report.dashboard import jobs, lines, said, shown, stored
from sim.report.dashboard.composing import Composed
from sim.report.dashboard.form import CLOSED, KINDS, NUMBER, OPENED, Form, Rule, documents_of, numbers_of, slug
from sim.report.dashboard.jobs import Job
from sim.report.results import Results, wording
from sim.report.told import Told
from sim.runs.progress import DONE, RUNNING
from sim.runs.settings import known_courses

STYLE = """<style>
.block-container { padding-top: 2rem !important; max-width: 75rem; }
@media (max-width: 640px) { h1 { font-size: 1.6rem !important; } .block-container { padding: 1rem !important; } }
</style>"""
KIND_WORDS = {CLOSED: "refuses", OPENED: "opens to", NUMBER: "sets a number"}
BLUE = "#0072B2"
_LAST = date(2050, 12, 31)


@st.cache_resource
def parameters():  # type: ignore[no-untyped-def]
    """Parameters of what happened, by name."""
    return load_history(quiet=True).parameters


def restore(form: Form) -> None:
    """Fill the form in as a run was asked for, so that a page that is loaded again says what runs."""
    keep = {
        **{"name": form.name, "scenario": form.scenario, "policies": list(form.policies)},
        **{"without": list(form.without), "baseline": form.baseline, "until": form.until, "course": form.course},
        **{"one_in": form.one_in, "replicates": form.replicates, "seed": form.seed, "rules": len(form.rules)},
    }
    for number, rule in enumerate(form.rules):
        keep |= {
            f"kind{number}": rule.kind,
            f"countries{number}": list(rule.countries),
            f"what{number}": list(rule.what),
            f"share{number}": rule.share if rule.kind == NUMBER else round(100 * rule.share),
            f"excepted{number}": list(rule.excepted),
            f"revoked{number}": list(rule.revoked),
            f"start{number}": rule.start,
            f"announced{number}": rule.announced or rule.start,
            f"until{number}": rule.until,
        }
    for key, value in keep.items():
        st.session_state[key] = value


def form() -> Form:
    """The form on the page, filled in."""
    st.session_state.setdefault("rules", 1)
    usual = st.session_state
    usual.setdefault("name", "my_ban")
    usual.setdefault("countries0", ["lithuania"])
    usual.setdefault("what0", ["national_visa", "permit"])
    known = months.label(clock().known)
    usual.setdefault("until", known)
    with st.expander("Start from", expanded=False):
        scenario = st.selectbox(
            "A scenario", scenario_names(), key="scenario", index=scenario_names().index("historical"),
            format_func=_scenario, help="The world on top of which the rules below are enacted.",
        )  # fmt: skip
        policies = st.multiselect(
            "Policies to enact too", policy_names(proposed=True), key="policies", format_func=said.plain,
            help="Proposals that come with the program; what each says: python -m sim task=policies",
        )  # fmt: skip
        without = st.multiselect(
            "Without (policies, wars and other events to take away)", _happened(), key="without", format_func=said.plain
        )
        st.caption(load_scenario(scenario).description)
    rules = tuple(_rule(number) for number in range(st.session_state["rules"]))
    more, fewer = st.columns(2)
    more.button("Add a rule", on_click=_count, args=(1,), key="more", width="stretch")
    fewer.button("Remove the last rule", on_click=_count, args=(-1,), key="fewer", width="stretch",
                 disabled=not rules)  # fmt: skip
    with st.expander("Sample, period, comparison", expanded=False):
        left, right = st.columns(2)
        name = left.text_input("Name of the policy", key="name", max_chars=60, help="Small letters, digits and _.")
        baseline = right.selectbox(
            "Compared with", scenario_names(), key="baseline", index=scenario_names().index("historical"),
            format_func=_scenario,
        )  # fmt: skip
        last = [months.label(number) for number in range(months.month("2020-12"), clock().last + 1)]
        until = left.select_slider("Last month", last, key="until", help=f"Rules are known to {known}.")
        course = right.selectbox("After the last known month, everything outside is", known_courses(), key="course",
                                 index=known_courses().index(HELD))  # fmt: skip
        one_in = left.selectbox("One circle of people in", list(lines.SAMPLES), key="one_in",
                                format_func=lambda one: f"{one:,} ({lines.SAMPLES[one]})")  # fmt: skip
        replicates = right.select_slider("Replicates", [2, 4, 8, 16], value=usual.get("replicates", 8),
                                         key="replicates")  # fmt: skip
        seed = right.number_input("Seed of the luck", 0, 10_000, 1, key="seed")
    return Form(
        slug(name), scenario, tuple(policies), tuple(without), rules, baseline, until, course, int(one_in),
        int(replicates), int(seed),
    )  # fmt: skip


def _count(more: int) -> None:
    st.session_state["rules"] = min(8, max(0, st.session_state["rules"] + more))


def _happened() -> list[str]:
    proposed = policy_names(proposed=True)
    return [name for name in policy_names() if name not in proposed]


def _scenario(name: str) -> str:
    return "what happened" if name == "historical" else world_words(name)


def _rule(number: int) -> Rule:
    """The rule of a number on the page, filled in."""
    with st.container(border=True):
        top = st.columns([3, 2, 4])
        countries = top[0].multiselect(f"Rule {number + 1}: who", PLACE_NAMES, key=f"countries{number}",
                                       format_func=wording, placeholder="Countries")  # fmt: skip
        kind = top[1].selectbox("does", KINDS, key=f"kind{number}", format_func=KIND_WORDS.__getitem__)
        options = _options(tuple(countries), kind)
        chosen = st.session_state.get(f"what{number}", [])
        options += [one for one in chosen if one not in options]  # of another country before; its fault is told
        what = top[2].multiselect("what", options, key=f"what{number}", format_func=said.document,
                                  placeholder="Documents, ways in, channels")  # fmt: skip
        share, excepted, revoked = 1.0, [], []
        if kind == NUMBER:
            share = float(st.number_input("to", value=0.0, key=f"share{number}"))
        else:
            middle = st.columns([2, 4, 4])
            if kind == CLOSED:
                share = middle[0].slider("share of cases, %", 5, 100, 100, 5, key=f"share{number}") / 100
            excepted = middle[1].multiselect("except to" if kind == CLOSED else "to whom", EXCEPTABLE,
                                             key=f"excepted{number}", format_func=ruling.who)  # fmt: skip
            if kind == CLOSED:
                revoked = middle[2].multiselect("and ends exceptions of other rules for", EXCEPTABLE,
                                                key=f"revoked{number}", format_func=ruling.who)  # fmt: skip
        days = st.columns(3)
        usual = date(2023, 5, 3)
        start = days[0].date_input("from", usual, FIRST_DAY, _LAST, key=f"start{number}")
        announced = days[1].date_input("announced", usual, FIRST_DAY, _LAST, key=f"announced{number}")
        until = days[2].date_input("last day (none: no end)", None, FIRST_DAY, _LAST, key=f"until{number}")
    return Rule(kind, tuple(countries), tuple(what), share, tuple(excepted), tuple(revoked), announced, start, until)


def _options(countries: tuple[str, ...], kind: str) -> list[str]:
    """What any of the countries has, in the order of the first."""
    of = numbers_of if kind == NUMBER else documents_of
    return list(dict.fromkeys(one for country in countries or ("lithuania",) for one in of(country, parameters())))


def in_words(told: Composed) -> None:
    """What a form says, what it adds to the rules in force, or why it cannot be."""
    for rule in told.form.rules:
        st.markdown(f"- {said.rule(rule, parameters())}")
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
    st.code(lines.copied(form), language="bash")


def progress(job: Job) -> None:
    """How far a job is."""
    lived, known = jobs.progress(job)
    step = next((one for one in job.steps if one.state == RUNNING), job.steps[-1])
    if job.state == RUNNING:
        share = min(1.0, lived / known) if known and step is job.steps[0] else 0.0
        spent = f"{time.time() - step.begun:.0f} s"
        text = f"{lived:,} of {known:,} months simulated" if share else "starting: people are made, the model is loaded"
        if step is not job.steps[0]:
            share, text = 1.0, "numbers are there; now every λ and the report"
        st.progress(share, f"{step.title}: {text} ({spent})")
    elif job.state == DONE:
        st.success("Done.")
    else:
        st.warning({"waiting": "Waiting for other runs to end.", "cancelled": "Cancelled. What was finished is kept.",
                    "lost": "The page was started anew while this ran. Run it again: what was finished is reused.",
                    }.get(job.state, job.state))  # fmt: skip


def comparison(folder: Path, results_dir: str) -> None:
    """A comparison: the answer, where, who, harms, money, beside another, to take away."""
    told = opened(folder)
    if told is None:
        return
    results = told.results
    st.subheader(answer.title(told))
    st.caption(shown.standing(told))
    st.markdown("\n".join(f"- {line}" for line in shown.headline(told)))
    for line in results.fact("assumed"):
        st.caption(line)
    names = ["All numbers", "Where", "Who", "Harms", "Money", "Beside another run", "Take away"]
    numbers, where, who, harms, money, beside, away = st.tabs(names)
    with numbers:
        _table(shown.table(told), height=500)
    with where:
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
    with beside:
        _beside(told, results_dir)
    with away:
        _away(results)


def opened(folder: Path) -> Told | None:
    """A stored comparison; of one that cannot be read the page says why."""
    try:
        told = Told(Results(folder))
        answer.blocks(told)
    except (UserError, ValueError, FileNotFoundError) as error:
        st.error(f"This comparison cannot be read; run it again. {' '.join(str(error).split())}")
        return None
    return told


def _table(table: pd.DataFrame, **more: Any) -> None:
    st.dataframe(table, hide_index=True, width="stretch", **more)


def _where(told: Told) -> None:
    table = shown.where(told)
    if table.empty:
        st.info("In no country can a change of arrivals be told at this sample: take a larger one, or more replicates.")
        return
    base = alt.Chart(table).encode(y=alt.Y("destination:N", sort=None, title=None, axis=alt.Axis(labelLimit=160)))
    bars = base.mark_bar(color=BLUE).encode(x=alt.X("estimate:Q", title="change in arrivals, persons (90% interval)"))
    ends = base.mark_rule(color="black").encode(x="low:Q", x2="high:Q")
    st.altair_chart((bars + ends).properties(height=60 + 26 * len(table)), width="stretch")
    _table(table[["destination", "change", "90% interval"]])
    sankey = told.results.folder / "figures" / "substitution.svg"
    if sankey.is_file():
        st.image(sankey.read_text(encoding="utf-8"), caption="Of those whose life it changes")


def _beside(told: Told, results_dir: str) -> None:
    results = told.results
    others = [one for one in stored.stored(results_dir) if one.name != results.folder.name]
    other = st.selectbox("Another run", others, index=None, format_func=lambda one: one.title, key="other",
                         placeholder="Choose an earlier run")  # fmt: skip
    if other is None:
        st.info("Each run is compared with its baseline; choose another run to set the two side by side.")
        return
    theirs = opened(stored.place(results_dir, other))
    if theirs is None:
        return
    for line in shown.differ(results, theirs.results):
        st.warning(f"Take care: {line}.")
    _table(shown.beside(told, theirs))


def _away(results: Results) -> None:
    folder = results.folder
    st.caption("A link to this result, for whoever uses this page:")
    st.code(f"?result={folder.name}", language=None)
    st.caption("The command that makes it again:")
    st.code(str(results.fact("command")), language="bash")
    for name, title, kind in (
        ("effects.csv", "All effects (CSV)", "text/csv"),
        ("config.yaml", "Settings (YAML)", "text/yaml"),
        ("report.html", "The report (HTML)", "text/html"),
    ):
        path = folder / name
        if path.is_file():
            st.download_button(title, path.read_bytes(), _called(folder, name), kind, key=f"get_{name}")
        else:
            st.caption(f"{title}: comes with the last step of the run.")


def _called(folder: Path, name: str) -> str:
    stem, _, ending = name.partition(".")
    return f"{folder.name}-{stem}.{ending}"


def glossary() -> None:
    """The words of the page and of the report."""
    wanted = st.text_input("Find a word", key="find").lower()
    for name, meaning in terms.terms().items():
        if wanted in f"{name} {meaning}".lower():
            st.markdown(f"**{name}**: {meaning}")
