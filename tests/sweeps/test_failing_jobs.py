"""Jobs that fail: the others run on, and each failure is one line."""

from pathlib import Path

import pytest

from tests.sweeps.sweeping import JOBS, SMALL, contents, hidden, made, run


def raises_in(scenario):
    """Every process fails as it keeps the second run of a scenario."""
    return {"call": "replace", "path": rf"\.{scenario}-.*\.runs/000001\.run$", "when": "before", "do": "raise"}


def test_a_run_that_raises_fails_alone(undisturbed, tmp_path):
    results, name = tmp_path / "results", undisturbed.names["no_covid"]
    code, out, err = run(results, "-m", *SMALL, *JOBS, faults=[raises_in("no_covid")], threads=1)
    assert (code, len(out), len(err)) == (3, 4, 1), (out, err)
    assert "scenario=no_covid: the run failed: RuntimeError: planted" in err[0]
    others = {path: content for path, content in undisturbed.points.items() if not path.startswith(name)}
    points = contents(results / "points")
    assert {path: content for path, content in points.items() if not path.startswith(".")} == others
    code, out, err = run(results, "-m", *SMALL, "scenario=no_covid", threads=1)
    assert (code, err) == (0, []) and contents(results / "points") == undisturbed.points
    assert set(made(results).values()) == {1} and hidden(results) == []


@pytest.mark.slow
def test_what_the_settings_refuse_fails_alone(tmp_path):
    results = tmp_path / "results"
    jobs = "scenario=rents_respond,nowhere", "coefficients.peers=0.4,many"
    code, out, err = run(results, "-m", *SMALL[:-1], "replicates=1", *jobs, threads=1)
    assert (code, len(out), len(err)) == (3, 5, 3), (out, err)
    assert all("nowhere" in line or "coefficients.peers=many" in line for line in err)
    assert len(list(results.glob("points/[!.]*"))) == 1 and hidden(results) == []


@pytest.mark.slow
def test_failed_jobs_of_a_study_stand_on_top_of_its_page(tmp_path):
    results = tmp_path / "results"
    small = (
        "people.one_in=4000",
        "until=2020-12",
        "replicates=2",
        "choice.lambdas=[0.62]",
        "scenario=no_covid,no_crackdown",
    )
    code, out, err = run(results, "experiment=what_drove_it", *small, faults=[raises_in("no_covid")])
    assert (code, len(err)) == (3, 1), (out, err)
    assert "no_covid" in err[0] and "planted" in err[0]
    (page,) = Path(out[-1].removeprefix("results: ")).glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "planted" in text and text.index("planted") < text.index("<h2")
