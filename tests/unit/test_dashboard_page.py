"""The page as Streamlit runs it, without a browser and without a run: composing, mistakes, links, earlier results."""

import sys
from pathlib import Path

import pytest

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
    return "\n".join(str(one.value) for kind in ("markdown", "error", "info", "warning", "caption", "code")
                     for one in page.get(kind))  # fmt: skip


def test_a_ban_is_composed_told_and_refused_where_it_cannot_be(page):
    page.run()
    assert not page.exception and "Lithuania refuses national visas and first residence permits" in told(page)
    assert "first residence permits: from 3 May 2023 closed (was open)" in told(page)
    assert not page.button("run").disabled
    page.multiselect("excepted0").select("family").run()
    assert "except to families" in told(page) and "yours also open" in told(page)
    page.multiselect("countries0").set_value(["georgia"]).run()
    assert "Georgia lets Belarusians in without a visa" in told(page) and page.button("run").disabled
    page.multiselect("countries0").set_value(["lithuania"]).run()
    page.button("more").click().run()
    assert "Rule 2: choose a country." in told(page)
    page.button("fewer").click().run()
    assert not page.error and not page.button("run").disabled


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
