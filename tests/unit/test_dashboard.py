"""Composing on the page, without a browser: forms, their words, worlds and command lines, jobs, and stored results."""

import json
import math
import re
import shlex
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sim.cli.commands.runs import lambdas
from sim.cli.hydra.words import harmless
from sim.history.catalogue import load_history
from sim.history.records import policy_of
from sim.numerics import strict_yaml
from sim.report import glossary, ruling
from sim.report.dashboard import composing, form, lines, said, stored
from sim.report.dashboard.form import CLOSED, NUMBER, OPENED, Form, Rule
from sim.report.dashboard.jobs import Jobs
from sim.report.dashboard.steps import CANCELLED, LOST
from sim.report.results import heading
from sim.runs.checks import usual_parameters
from sim.runs.progress import DONE, FAILED
from sim.runs.settings import Settings

BAN = Rule(
    CLOSED, ("lithuania", "latvia"), ("national_visa", "permit"), 1.0, ("family",), ("humanitarian",),
    date(2023, 3, 21), date(2023, 5, 3), date(2025, 12, 31),
)  # fmt: skip
FORM = Form(name="two_bans", rules=(BAN,), until="2026-08")


@pytest.fixture(scope="module")
def known():
    return load_history().parameters


def rule(**changes):
    return replace(Rule(countries=("poland",), what=("permit",), start=date(2023, 5, 3)), **changes)


def told(*rules, **more):
    return composing.compose(Form(rules=rules, until="2026-08", **more))


# what is composed


def test_a_rule_becomes_the_changes_of_every_country_and_document():
    [event] = composing.content(FORM)["events"].values()
    assert (event["announced"], event["from"], event["until"]) == (
        date(2023, 3, 21),
        date(2023, 5, 3),
        date(2025, 12, 31),
    )
    assert event["changes"] == {
        f"{country}.{document}": {"closed": 1.0, "except": ["family"], "revoke": ["humanitarian"]}
        for country in ("lithuania", "latvia")
        for document in ("national_visa", "permit")
    }


def test_what_is_composed_is_read_from_its_file_as_it_was_composed():
    """The policy that a run reads from the file is the one that the page has judged."""
    for asked in (FORM, replace(FORM, rules=(replace(BAN, announced=None, revoked=BAN.excepted, excepted=()), BAN))):
        document = strict_yaml.document(composing.as_yaml(asked).encode())
        assert composing.policy(asked) == policy_of(asked.policy, document)


def test_a_channel_is_shut_and_opened_and_a_number_set():
    shut = Form(rules=(rule(what=("channel:work",)),))
    opened = Form(rules=(rule(kind=OPENED, what=("channel:it_scheme",)),))
    number = Form(rules=(rule(kind=NUMBER, what=("work.fee",), share=40.0),))
    changes = [list(composing.content(one)["events"].values())[0]["changes"] for one in (shut, opened, number)]
    assert changes == [{"poland.work.offered": 0}, {"poland.it_scheme.offered": 1}, {"poland.work.fee": 40.0}]


def test_policies_of_one_name_and_other_rules_never_meet():
    other = replace(FORM, rules=(replace(BAN, share=0.5),))
    assert FORM.policy != other.policy and replace(FORM, seed=9).policy == FORM.policy
    assert FORM.policy.startswith("two_bans_")
    assert heading(f"historical+{FORM.policy}") == heading("historical+two_bans")  # the digest is for the program


@pytest.mark.parametrize(
    ("text", "name"),
    [("My ban, 2023!", "my_ban_2023"), ("Бан", ""), ("$(rm -rf ~)", "rm_rf"), ("1st", ""), ("a" * 90, "a" * 40)],
)
def test_a_name_is_made_harmless(text, name):
    assert form.slug(text) == name


# what cannot be explains itself


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"countries": ()}, "choose a country"),
        ({"start": None}, "say from which day"),
        ({"what": ()}, "choose what it refuses"),
        ({"countries": ("georgia",), "what": ("national_visa",)}, "Georgia lets Belarusians in without a visa"),
        ({"countries": ("belarus",)}, "Belarus has no permit; it has exit, land exit"),
        ({"start": date(2018, 1, 1)}, "before the history"),
        ({"announced": date(2024, 1, 1)}, "announced on 2024-01-01, after its first day"),
        ({"until": date(2023, 1, 1)}, "is before its first"),
        ({"start": date(2029, 1, 1)}, "nobody hears of it before the run ends"),
        ({"what": ("channel:work",), "excepted": ("it",)}, "open or shut as a whole"),
        ({"share": 0.0}, "share of cases"),
        ({"excepted": ("it",), "revoked": ("it",)}, "choose one"),
        ({"kind": OPENED}, "say to whom it opens"),
        ({"kind": NUMBER, "what": ("wage",), "share": -3.0}, "outside \\[0.01, 20000\\]"),
        ({"kind": NUMBER, "what": ("wage",), "share": math.nan}, "say the number"),
        ({"kind": NUMBER, "what": ("wage", "work.fee")}, "in different ways"),
        ({"kind": NUMBER, "share": 1.0}, "Poland has no number called permit"),
        ({"what": ("wage",)}, "Poland has no wage"),
        ({"excepted": ("martians",)}, "no group or channel"),
    ],
)
def test_an_impossible_rule_says_why(changes, why, known):
    found = form.faults(Form(rules=(rule(**changes),), until="2026-08"), known)
    assert len(found) >= 1
    assert any(re.search(why, one) for one in found), found


def test_all_faults_are_told_at_once_and_nothing_that_differs_too(known):
    found = form.faults(Form(name="", rules=(rule(countries=()), rule(what=())), until="2026-08", seed=-1), known)
    assert len(found) == 4
    assert "Nothing differs yet" in form.faults(Form(until="2026-08"), known)[0]


def test_policies_that_do_not_compose_are_told_by_the_program():
    [fault] = told(policies=("eu_package",), without=("eu_package",)).faults
    assert "eu_package" in fault
    assert told(policies=("no_such",)).faults


# in words


def test_a_rule_is_told_in_a_sentence():
    assert said.rule(BAN) == (
        "From 3 May 2023 to 31 December 2025 (announced 21 March 2023) Lithuania and Latvia refuse national visas "
        "and first residence permits, except to families; exceptions of other rules for humanitarian cases end."
    )
    assert said.rule(rule(share=0.5)) == "From 3 May 2023 Poland refuses first residence permits in 50% of cases."
    assert said.rule(rule(kind=OPENED, excepted=("it",))).endswith(
        "Poland opens first residence permits to people in IT, whoever else refuses them."
    )


@pytest.mark.parametrize("text", ["2023-05-03", "2023/5/3", "3.5.2023", "3 May 2023", "03 may 2023"])
def test_a_day_is_read_as_one_writes_it(text):
    assert said.read_day(text) == date(2023, 5, 3)


@pytest.mark.parametrize("text", ["2023-02-30", "soon", "5/3/2023", "2023", "٢٠٢٣-٠٥-٠٣x", "2023-05-03 12:00"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(text)):
        said.read_day(text)


def test_a_number_that_is_not_given_yet_is_told_as_a_dash(known):
    unset = rule(kind=NUMBER, what=("wage",), share=math.nan)
    assert said.rule(unset, known).endswith(" –.")
    assert said.rule(replace(unset, what=("permit",)), known)  # no number: a fault tells it, and the page goes on


def test_a_rule_that_is_not_whole_has_no_sentence(known):
    for missing in ({"countries": ()}, {"what": ()}, {"start": None}, {"kind": NUMBER, "share": math.nan}):
        assert said.rules([replace(BAN, **missing)], known) == []
    assert said.rules([replace(BAN, start=None), BAN], known) == [said.rule(BAN, known)]


def test_what_a_form_adds_is_told_with_names_and_days_in_words():
    found = told(rule(countries=("lithuania",), what=("national_visa",), excepted=("family",)))
    assert found.faults == () and found.acts
    [addition] = found.additions
    assert said.addition(addition) == (
        "Lithuania, national visas: from 3 May 2023 to 2 May 2026 open to families (was closed to them); "
        "from 3 May 2026 closed except families (was open)."
    )
    [hint] = said.hints(found.form.rules, found.additions)
    assert "yours also open to them" in hint and "(Lithuania, national visas)" in hint


def test_a_refusal_that_is_in_force_already_is_told():
    found = told(rule(countries=("lithuania",), what=("national_visa", "permit")))
    [hint] = said.hints(found.form.rules, found.additions)
    assert hint.startswith("Lithuania, national visas: until 3 May 2026 other rules refuse the same already")


def test_what_a_stricter_rule_hides_is_said_to_change_nothing():
    found = told(rule(countries=("lithuania",), what=("short_visa",), excepted=("humanitarian", "mediated"),
                      until=date(2024, 1, 1)))  # fmt: skip
    assert not found.acts and "already as strict" in said.addition(found.additions[0])


@pytest.mark.parametrize("name", form.EXCEPTABLE)
def test_everybody_who_may_be_excepted_has_words(name):
    assert ruling.who(name) and "_" not in ruling.who(name)


# command lines


def test_the_command_lines_are_what_the_program_reads():
    for words in (lines.numbers(FORM, "/r/x y"), lines.report(FORM, "r"), lines.life(FORM, "r")):
        line = harmless(words)
        assert line.value("people.one_in", 0) == 1000 and line.value("policy", None) == [FORM.policy]
    sweep = harmless(lines.numbers(FORM, "/r/x y"))
    assert (sweep.is_sweep, sweep.jobs, sweep.value("results_dir", "")) == (True, 3, "/r/x y")
    assert harmless(lines.numbers(replace(FORM, replicates=2), "r")).jobs == 1


def test_first_numbers_are_told_at_the_main_lambda_alone():
    of_fit = Settings(parameters=usual_parameters({"task": "compare", "decision": "destination_nest"}))
    key, _, value = lines.main_only().partition("=")
    asked = replace(of_fit, choice=replace(of_fit.choice, lambdas=tuple(json.loads(value))))
    assert key == "choice.lambdas" and list(lambdas(asked, 2)) == [of_fit.lambda_]
    assert len(lambdas(of_fit, 2)) > 1


def test_a_line_to_copy_comes_apart_in_a_shell_as_it_was_put_together():
    composed = replace(FORM, policies=("eu_package",), without=("war_2022",), baseline="no_covid", seed=7)
    words = shlex.split(lines.copied(composed))
    assert words[:3] == ["python", "-m", "sim"]
    asked = harmless(words[3:])
    assert asked.value("policy", None) == ["eu_package", FORM.policy] and asked.value("without", None) == ["war_2022"]
    assert (asked.value("baseline", ""), asked.value("seed", 0)) == ("no_covid", 7)


def test_a_scenario_alone_is_asked_for_by_its_name():
    alone = Form(scenario="no_war", until="2026-08")
    assert lines.worlds(alone)[0] == "scenario=no_war" and composing.world(alone) == "no_war"


# jobs


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Jobs whose steps are commands that take no time."""
    monkeypatch.setattr(lines, "numbers", lambda form, folder: ["--version"])
    monkeypatch.setattr(lines, "report", lambda form, folder: ["--version"])
    monkeypatch.setattr(lines, "life", lambda form, folder: ["task=nothing"])
    return Jobs(tmp_path / "results")


def over(job, seconds=60.0):
    end = time.monotonic() + seconds
    while not (job.is_over and f'"state": "{job.state}"' in (job.folder / "job.json").read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return job.state


def test_a_job_runs_its_steps_in_a_folder_of_its_own(quick):
    one, two = quick.begin(FORM), quick.begin(FORM)
    assert (over(one), over(two)) == (DONE, DONE)
    assert one.folder != two.folder and one.folder.parent == quick.results_dir / "dashboard"
    for job in (one, two):
        assert "vyraj" in job.printed(0, "stdout")
        own = (job.folder / "conf" / "policy" / f"{FORM.policy}.yaml").read_text()
        assert own == composing.as_yaml(FORM)
    assert quick.find(one.token) is one and quick.find("0" * 16) is None


def test_a_failed_step_says_why_and_a_job_is_found_by_who_comes_later(quick):
    job = quick.begin(FORM, "life")
    assert over(job) == FAILED and "task=nothing" in job.fault
    later = Jobs(quick.results_dir).find(job.token)
    assert later is not None and (later.state, later.form, later.fault) == (FAILED, FORM, job.fault)
    (job.folder / "stderr-0.txt").write_text("vyraj: one\nvyraj: two: 2 mistakes\n  first\n  second\nends\n")
    assert later.fault == "two: 2 mistakes\n  first\n  second"


def test_a_job_of_a_page_that_was_ended_is_lost(quick):
    job = quick.begin(FORM)
    over(job)
    while (job.folder / "job.json").read_text().count('"state": "done"') < 2:
        time.sleep(0.05)
    noted = json.loads((job.folder / "job.json").read_text())
    noted["steps"][1]["state"] = "running"
    (job.folder / "job.json").write_text(json.dumps(noted))
    assert Jobs(quick.results_dir).find(job.token).state == LOST


def test_a_job_is_cancelled_and_its_process_is_gone(quick, monkeypatch):
    monkeypatch.setattr(lines, "numbers", lambda form, folder: ["task=scenarios"])
    job = quick.begin(FORM)
    while job.process is None:
        time.sleep(0.01)
    quick.cancel(job)
    assert over(job) == CANCELLED and job.process.poll() is not None
    assert [step.state for step in job.steps] == [CANCELLED, CANCELLED]


@pytest.mark.parametrize("token", ["../../etc", "..", "", "A" * 16, "0" * 17, "0123456789abcdeg", "/etc/passwd"])
def test_a_token_that_leads_elsewhere_is_none(token, quick):
    assert quick.find(token) is None


def test_the_policy_of_a_world_is_found_among_those_that_were_composed(quick):
    job = quick.begin(FORM)
    over(job)
    world = composing.world(replace(FORM, policies=("eu_package",)))
    assert stored.policies(quick.results_dir, world) == {FORM.policy: composing.as_yaml(FORM)}
    assert stored.policies(quick.results_dir, "../../x") == {} == stored.policies(quick.results_dir, "historical")


def test_the_glossary_is_the_page_and_explains_what_the_tables_say():
    page = Path(__file__).parents[2] / "docs" / "glossary.md"
    assert page.read_text(encoding="utf-8") == glossary.page() + "\n", "python -m sim.report.glossary writes it anew"
    for word in ("λ", "90% interval", "few", "deflection", "replicate", "baseline"):
        assert any(word in name for name in glossary.terms())
