"""The page as Streamlit runs it, without a browser and without a run: composing, mistakes, links, earlier results."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from sim.report.dashboard import noted
from sim.report.dashboard.form import NUMBER, Form, Rule
from sim.report.dashboard.jobs import Job, Jobs
from sim.report.dashboard.steps import CANCELLED, REPORT, Step
from tests.unit import fake_results

pytest.importorskip("streamlit", reason="the page needs vyraj[dashboard]")
from streamlit.testing.v1 import AppTest  # noqa: E402

PAGE = Path(__file__).parents[2] / "sim" / "report" / "dashboard" / "page.py"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    fake_results.write(folder / "compare" / "ban-1", replicates=4)
    return folder


@pytest.fixture
def page(results, monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(PAGE), str(results)])
    return AppTest.from_file(str(PAGE), default_timeout=60)


def told(page):
    kinds = ("markdown", "error", "info", "warning", "caption", "code")
    return "\n".join(str(one.value) for kind in kinds for one in page.get(kind))


def test_a_ban_is_composed_told_and_refused_where_it_cannot_be(page):
    page.run()
    assert not page.exception and "Lithuania refuses national visas and first residence permits" in told(page)
    assert "first residence permits: from 3 May 2023 closed (was open)" in told(page)
    assert not page.button("compare").disabled
    page.multiselect("excepted0").select("family").run()
    assert "except to families" in told(page) and "yours also open" in told(page)
    page.multiselect("countries0").set_value(["georgia"]).run()
    assert "Georgia lets Belarusians in without a visa" in told(page) and page.button("compare").disabled
    page.multiselect("countries0").set_value(["lithuania"]).run()
    page.button("more").click().run()
    assert "Rule 2: choose a country." in told(page)
    page.button("fewer").click().run()
    assert not page.error and not page.button("compare").disabled


def test_a_link_opens_a_stored_result_and_one_that_leads_elsewhere_does_not(page):
    page.query_params["result"] = "ban-1"
    page.run()
    assert not page.exception and "Arrivals in Lithuania" in told(page) and "?result=ban-1" in told(page)
    page.query_params["result"] = "../../etc"
    page.run()
    assert not page.exception and "not in this results folder" in told(page)


def test_a_link_to_a_run_that_is_not_here_is_told(page):
    page.query_params["job"] = "../../../etc/passwd"
    page.run()
    assert not page.exception and "names a run that is not here" in told(page)


# choosing, typing, mending


def test_no_list_offers_to_choose_all_that_matches(page):
    """Enter would choose them all: “it” and Enter chose seven groups."""
    page.run()
    assert len(page.multiselect) >= 6
    assert [one.key for one in page.multiselect if one.proto.select_all] == []


def test_no_field_refuses_by_itself_what_the_page_judges(page):
    """A field that does goes on showing what it refused, though something else is asked for."""
    page.run()
    page.selectbox("kind0").select(NUMBER).run()
    assert len(page.number_input) == 2 and not page.date_input
    assert not any(one.proto.has_min or one.proto.has_max for one in page.number_input)


def test_a_day_that_cannot_be_is_told_until_it_is_mended(page):
    page.run()
    for typed, why in (("2018-01-01", "before the history"), ("soon", "“soon” is no day"), ("", "say from which day")):
        page.text_input("start0").set_value(typed).run()
        assert why in told(page) and page.button("compare").disabled
    page.text_input("start0").set_value("1 January 2024").run()
    assert not page.error and "From 1 January 2024 Lithuania" in told(page)
    for key in ("announced0", "until0"):
        page.text_input(key).set_value("2023-02-30").run()
        assert "“2023-02-30” is no day" in told(page) and page.button("compare").disabled
        page.text_input(key).set_value("").run()
        assert not page.error
    page.number_input("seed").set_value(-5).run()
    assert "-5, is not a whole number" in told(page)
    page.number_input("seed").set_value(7).run()
    assert not page.error and "seed=7" in told(page)


def test_the_announcement_goes_with_the_first_day_until_it_is_chosen(page):
    page.run()
    for first in ("2022-02-01", "2025-04-01"):
        page.text_input("start0").set_value(first).run()
        assert page.text_input("announced0").value == "" and not page.error
        assert page.text_input("announced0").placeholder == f"{first}, its first day"
    page.text_input("announced0").set_value("2025-01-01").run()
    assert "(announced 1 January 2025)" in told(page)
    page.text_input("start0").set_value("2026-01-01").run()
    assert page.text_input("announced0").value == "2025-01-01" and not page.error
    page.text_input("start0").set_value("2024-01-01").run()  # a pair that was chosen, and is explained
    assert "announced on 2025-01-01, after its first day" in told(page)
    page.text_input("announced0").set_value("").run()
    assert not page.error and "(announced " not in told(page)


def test_another_kind_of_rule_rules_other_things(page):
    page.run()
    page.selectbox("kind0").select(NUMBER).run()
    assert not page.exception and page.multiselect("what0").value == []
    assert "choose what it refuses, opens or sets" in told(page)
    page.multiselect("what0").select("work.fee").run()
    assert "say the number" in told(page) and page.number_input("number0").value is None
    page.number_input("number0").set_value(0.005).run()
    assert not page.error and "0.005" in told(page) and not page.button("compare").disabled
    page.selectbox("kind0").select("refuse").run()
    assert not page.exception and page.multiselect("what0").value == [] and page.slider("share0").value == 100


@pytest.fixture
def begun(monkeypatch):
    """Forms that the page asks to be run; nothing is."""
    forms = []

    def begin(self, form, kind="compare"):
        forms.append((form, kind))
        return Job("f" * 16, self.results_dir, form, [Step(REPORT, [], CANCELLED)])

    monkeypatch.setattr(Jobs, "begin", begin)
    return forms


def test_what_was_typed_last_is_what_runs(page, begun):
    """A field that is left by pressing the button comes with the press."""
    page.run()
    page.text_input("start0").set_value("2024-07-01")
    page.button("compare").click().run()
    page.text_input("start0").set_value("2018-01-01")
    page.button("compare").click().run()
    [(form, kind)] = begun
    assert kind == "compare" and (form.rules[0].start, form.rules[0].announced) == (date(2024, 7, 1), None)


# what lies on the disk


JOB = "0123456789abcdef"


@pytest.fixture
def noted_job(results):
    """The file of a job that was cancelled."""
    fee = Rule(NUMBER, ("poland",), ("work.fee",), 40.0, announced=date(2023, 1, 1), start=date(2024, 1, 1))
    form = Form("fee", rules=(fee,), until="2026-08", seed=7, replicates=4)
    path = results / "dashboard" / JOB / "job.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(noted.job_text(form, [Step("Numbers", [], CANCELLED), Step(REPORT, [], CANCELLED)]))
    return path


def test_a_page_that_is_loaded_again_says_what_was_asked(page, noted_job):
    page.query_params["job"] = JOB
    page.run()
    assert not page.exception and not page.error and "Cancelled" in told(page)
    assert "From 1 January 2024 (announced 1 January 2023) Poland" in told(page) and "seed=7" in told(page)
    assert page.number_input("number0").value == 40.0 and page.text_input("announced0").value == "2023-01-01"
    assert page.text_input("start0").value == "2024-01-01" and page.text_input("until0").value == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda job: job["form"].update(scenario="no_such"), "form.scenario is"),
        (lambda job: job.pop("steps"), "the key steps is missing"),
        (lambda job: job["form"]["rules"][0].update(share="much"), "form.rules.0.share is"),
    ],
)
def test_a_job_that_was_changed_by_hand_is_told_in_words(page, noted_job, change, why):
    job = json.loads(noted_job.read_text())
    change(job)
    noted_job.write_text(json.dumps(job))
    page.query_params["job"] = JOB
    page.run()
    assert not page.exception and f"{noted_job}: " in told(page) and why in told(page)
    assert "is not opened" in told(page) and not page.button("compare").disabled


def test_a_job_that_leads_elsewhere_is_told_in_words(page, noted_job, tmp_path):
    (noted_job.parent / "stderr-0.txt").write_text(f"sweep: {tmp_path}\n")
    page.query_params["job"] = JOB
    page.run()
    (noted_job.parent / "stderr-0.txt").unlink()
    assert not page.exception and "leads out of the results" in told(page)


@pytest.mark.parametrize(
    ("changes", "why"), [({"standing": []}, "This result cannot be shown"), ({"focus": 5}, "cannot be read")]
)
def test_a_comparison_that_is_sealed_and_says_something_else_is_told_in_words(page, results, changes, why):
    folder = fake_results.write(results / "compare" / "ban-9", replicates=2)
    about = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(about | changes))
    fake_results.sealed(folder)
    page.query_params["result"] = "ban-9"
    page.run()
    assert not page.exception and why in told(page)


def test_nothing_that_is_read_makes_the_browser_ask_another_machine(page, results):
    folder = fake_results.write(results / "compare" / "ban-8", replicates=2)
    about = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(about | {"assumed": ["![](https://elsewhere.example/x.png)"]}))
    fake_results.sealed(folder)
    page.query_params["result"] = "ban-8"
    page.run()
    assert "elsewhere.example" in told(page) and "![" not in told(page)
