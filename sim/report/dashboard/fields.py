"""The fields of the page in which a policy is composed.

No field refuses a value by itself, for then it would go on showing one that is not asked for, as Streamlit's fields for
days do: whatever is typed is taken, and what is wrong with it is told in words that go when it is mended.
"""

import math
from collections.abc import Iterable
from datetime import date

import streamlit as st

from sim.history.catalogue import load_history, load_scenario, scenario_names
from sim.history.clock import clock
from sim.history.courses import HELD
from sim.history.naming import words as world_words
from sim.history.parameters import EXCEPTABLE, Parameter
from sim.numerics import months
from sim.numerics.codes import PLACE_NAMES
from sim.numerics.messages import shown
from sim.report.dashboard import lines, said
from sim.report.dashboard.form import (
    CLOSED,
    KINDS,
    MOST_RULES,
    NUMBER,
    OPENED,
    Form,
    Rule,
    choices,
    happened,
    proposals,
    slug,
)
from sim.runs.settings import known_courses

KIND_WORDS = {CLOSED: "refuses", OPENED: "opens to", NUMBER: "changes a number"}
USUAL_DAY = date(2023, 5, 3)
"""The first day that a new rule has: that of Lithuania's law of 2023."""
USUAL_REPLICATES, USUAL_SEED = 20, 1
HOW_DAYS = "Write a day as 2023-05-03 or 3 May 2023."
_ONE = {"select_all": False}
"""Enter chooses one option, the likeliest; were all on offer, it would choose every one that matches what is typed."""


@st.cache_resource
def parameters() -> dict[str, Parameter]:
    """Parameters of what happened, by name."""
    return dict(load_history(quiet=True).parameters)


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
            f"excepted{number}": list(rule.excepted),
            f"revoked{number}": list(rule.revoked),
            f"start{number}": _typed(rule.start),
            f"announced{number}": _typed(rule.announced),
            f"until{number}": _typed(rule.until),
        }
        keep |= {f"number{number}": rule.share} if rule.kind == NUMBER else {f"share{number}": round(100 * rule.share)}
    for key, value in keep.items():
        st.session_state[key] = value


def _typed(day: date | None) -> str:
    return day.isoformat() if day else ""


def form() -> tuple[Form, list[str]]:
    """The form on the page, filled in, and what is typed in it that cannot be read."""
    unread: list[str] = []
    known = months.label(clock().known)
    usual = st.session_state
    for key, value in {
        "rules": 1, "name": "my_ban", "countries0": ["lithuania"], "what0": ["national_visa", "permit"], "until": known,
        "scenario": "historical", "baseline": "historical", "course": HELD, "replicates": USUAL_REPLICATES,
        "seed": USUAL_SEED,
    }.items():  # fmt: skip
        usual.setdefault(key, value)
    with st.expander("Start from another world than what happened"):
        scenario = st.selectbox(
            "A scenario", scenario_names(), key="scenario", format_func=_scenario,
            help="The world on top of which the rules below are enacted.",
        )  # fmt: skip
        policies = st.multiselect(
            "Policies to enact too", proposals(), key="policies", format_func=said.plain,
            placeholder="Proposals", help="Proposals that come with the program; what each says: "
            "python -m sim task=policies", **_ONE,
        )  # fmt: skip
        without = st.multiselect(
            "Without (policies, wars and other events to take away)", happened(), key="without",
            format_func=said.plain, placeholder="What happened", **_ONE,
        )  # fmt: skip
        st.caption(load_scenario(scenario).description)
    rules = tuple(_rule(number, unread) for number in range(usual["rules"]))
    more, fewer = st.columns(2)
    more.button("Add a rule", on_click=_count, args=(1,), key="more", width="stretch",
                disabled=len(rules) >= MOST_RULES)  # fmt: skip
    fewer.button("Remove the last rule", on_click=_count, args=(-1,), key="fewer", width="stretch",
                 disabled=not rules)  # fmt: skip
    with st.expander("Name, period, sample, comparison"):
        left, right = st.columns(2)
        name = left.text_input("Name of the policy", key="name", max_chars=60, help="Small letters, digits and _.")
        baseline = right.selectbox("Compared with", scenario_names(), key="baseline", format_func=_scenario)
        until = left.select_slider("Last month", lines.last_months(), key="until", help=f"Rules are known to {known}.")
        course = right.selectbox("After the last known month, everything outside is", known_courses(), key="course")
        one_in = left.selectbox(
            "Sample: one circle of people in", list(lines.SAMPLES), key="one_in",
            format_func=lambda one: f"{one:,} ({lines.SAMPLES[one]})",
            help="A circle is about a hundred people who know each other. A larger sample takes longer and tells more.",
        )  # fmt: skip
        replicates = right.select_slider(
            "Replicates", lines.REPLICATES, key="replicates",
            help="Pairs of runs, each with luck and parameters of its own: more of them make intervals narrower.",
        )  # fmt: skip
        seed = left.number_input("Seed of the luck", value=None, step=1, key="seed", placeholder=str(USUAL_SEED),
                                 help="The same seed gives the same numbers.")  # fmt: skip
    filled = Form(
        slug(name), scenario, tuple(policies), tuple(without), rules, baseline, until, course, int(one_in),
        int(replicates), USUAL_SEED if seed is None else int(seed),
    )  # fmt: skip
    return filled, unread


def _count(more: int) -> None:
    st.session_state["rules"] = min(MOST_RULES, max(0, st.session_state["rules"] + more))


def _scenario(name: str) -> str:
    return "what happened" if name == "historical" else world_words(name)


def _rule(number: int, unread: list[str]) -> Rule:
    """The rule of a number on the page, filled in; what cannot be read is told in `unread`."""
    state = st.session_state
    state.setdefault(f"start{number}", USUAL_DAY.isoformat())
    with st.container(border=True):
        top = st.columns([3, 2, 4])
        countries = top[0].multiselect(f"Rule {number + 1}: who", PLACE_NAMES, key=f"countries{number}",
                                       format_func=said.country, placeholder="Countries", **_ONE)  # fmt: skip
        kind = top[1].selectbox("does", KINDS, key=f"kind{number}", format_func=KIND_WORDS.__getitem__,
                                on_change=_other_kind, args=(number,))  # fmt: skip
        options = [*_options(countries, kind)]
        options += [one for one in state.get(f"what{number}", []) if one not in options]  # its fault is told
        what = top[2].multiselect("what", options, key=f"what{number}", format_func=said.document,
                                  placeholder="Numbers" if kind == NUMBER else "Documents, ways in, channels",
                                  **_ONE)  # fmt: skip
        share, excepted, revoked = 1.0, [], []
        if kind == NUMBER:
            share = _number(number, countries, what)
        else:
            middle = st.columns([2, 4, 4])
            if kind == CLOSED:
                state.setdefault(f"share{number}", 100)
                share = middle[0].slider("share of cases, %", 5, 100, step=5, key=f"share{number}") / 100
            excepted = middle[1].multiselect("except to" if kind == CLOSED else "to whom", EXCEPTABLE,
                                             key=f"excepted{number}", format_func=said.excepted,
                                             placeholder="Groups or channels", **_ONE)  # fmt: skip
            if kind == CLOSED:
                revoked = middle[2].multiselect(
                    "and ends exceptions of other rules for", EXCEPTABLE, key=f"revoked{number}",
                    format_func=said.excepted, placeholder="Groups or channels",
                    help="Exceptions of all rules unite. Whom another rule excepts stays excepted unless named here.",
                    **_ONE,
                )  # fmt: skip
        start, announced, until = _days(number, unread)
    return Rule(kind, tuple(countries), tuple(what), share, tuple(excepted), tuple(revoked), announced, start, until)


def _days(number: int, unread: list[str]) -> tuple[date | None, date | None, date | None]:
    """First day, day of the announcement and last day of a rule; what is typed and is no day is told in `unread`."""

    def day(label: str, key: str, empty: str) -> date | None:
        typed = next(columns).text_input(label, key=f"{key}{number}", placeholder=empty, help=HOW_DAYS).strip()
        try:
            return said.read_day(typed) if typed else None
        except ValueError:
            unread.append(f"Rule {number + 1}: {label}: “{shown(typed)}” is no day. {HOW_DAYS}")
            return None

    columns = iter(st.columns(3))
    start = day("from", "start", "2023-05-03")
    announced = day("announced", "announced", f"{start}, its first day" if start else "its first day")
    return start, announced, day("last day", "until", "none: it has no end")


def _number(number: int, countries: Iterable[str], what: Iterable[str]) -> float:
    """The number that a rule sets, adds or multiplies by; none yet is not a number. What it means stands below."""
    known = parameters()
    names = [name for country in countries for one in what if (name := f"{country}.{one}") in known]
    found = st.number_input(said.changes(names, known), value=None, format="%.15g", key=f"number{number}",
                            placeholder="a number")  # fmt: skip
    for name in names:
        st.caption(f"{said.parameter(name)}: {known[name].meaning}, {known[name].unit}")
    return math.nan if found is None else float(found)


def _options(countries: Iterable[str], kind: str) -> list[str]:
    """What any of the countries has, in the order of the first."""
    return list(dict.fromkeys(one for country in countries for one in choices(country, kind, parameters())))


def _other_kind(number: int) -> None:
    """The kind of a rule was changed: what it cannot rule is chosen no more."""
    state = st.session_state
    options = _options(state[f"countries{number}"], state[f"kind{number}"])
    state[f"what{number}"] = [one for one in state.get(f"what{number}", []) if one in options]
