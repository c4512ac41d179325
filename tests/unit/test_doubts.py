"""Sentences on lambda and deflection hold for every kind of scenario, not only for one that closes a country."""

import json

import pandas as pd
import pytest
from fake_results import LAMBDAS, MAIN, sealed, write

from sim.report.comparison import doubts
from sim.report.comparison.doubts import Doors, doors
from sim.report.comparison.figures import figure
from sim.report.comparison.page import SECTIONS, context, render
from sim.report.results import Results
from sim.report.told import Told

NUMBERS = ["estimate", "low", "high"]
LITHUANIA = "b: lithuania.permit: from 2023-08-01 closed (was open).\n"
BELARUS = "b: belarus.exit: from 2023-08-01 closed (was open).\n"
UNTOLD = (10.0, -1e5, 1e5)


def comparison(folder, measures=None, adds=LITHUANIA, lambdas=LAMBDAS, chosen="", **facts):
    """A comparison with effects of these measures, `adds` to the rules, and lambda as it was `chosen`."""
    write(folder, replicates=2, lambdas=lambdas, strength=facts.pop("strength", 0.8), fitted=facts.pop("fitted", False))
    manifest = json.loads((folder / "manifest.json").read_text()) | facts
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "adds.txt").write_text(adds)
    (folder / "config.yaml").write_text(f"task: compare\n{chosen}")
    effects = pd.read_csv(folder / "effects.csv", keep_default_na=False)
    effects[NUMBERS] = effects[NUMBERS].apply(pd.to_numeric)
    for measure, ends in (measures or {}).items():
        effects.loc[effects["measure"] == measure, NUMBERS] = ends
    effects.to_csv(folder / "effects.csv", index=False)
    return Told(Results(sealed(folder)))


def everything_said(told):
    """All sentences of lambda and deflection of the page, and the figure's."""
    html = render(context(told.results) | {"figures": {section: [] for section in SECTIONS}})
    section = html[html.index('<section id="lambda">') :]
    section = section[: section.index("</section>")]
    module = figure("sensitivity")
    told_of = [doubts.doubt(told), doubts.deflected(told), doubts.of_a_year(told), doubts.share_of(told)]
    return " ".join([section, module.title(told.results), module.caption(told.results), *told_of])


CLOSED = ("kept out", "others gain", "of arrivals lost", "that Lithuania loses", "When a country closes")
OPENED = ("who come by it", "others lose", "of arrivals gained", "that Lithuania gains", "When a country opens")


def test_of_a_country_that_closes_it_is_whether_who_is_kept_out_stays_or_goes_elsewhere(tmp_path):
    told = comparison(tmp_path / "shut")
    said = everything_said(told)
    assert doors(told) == Doors.SHUT and all(text in said for text in CLOSED)
    assert not any(text in said for text in OPENED)
    stay = [told.value("stay", lambda_=one).number for one in (0.2, 0.8)]
    assert doubts.doubt(told).endswith(f"{stay[0]} would stay at 0.2, {stay[1]} at 0.8.")


def test_of_a_country_that_opens_it_is_where_who_comes_by_it_would_be_otherwise(tmp_path):
    told = comparison(tmp_path / "open", {"induced": (9_000, 8_000, 10_000), "stuck": (0, 0, 0)}, strength=-0.5)
    said = everything_said(told)
    assert doors(told) == Doors.OPENED and all(text in said for text in OPENED)
    assert not any(text in said for text in CLOSED)
    assert doubts.doubt(told).endswith("9,000 would leave because of it at 0.2, 9,000 at 0.8.")
    explained = doubts.explained(told)
    net, everyone = told.value("arrivals_changed"), told.value("departures")
    after = (net.before + net.estimate) / (everyone.before + everyone.estimate)
    assert explained.share == pytest.approx(after) and after > told.value("share").estimate


def test_where_nobody_is_kept_out_lambda_decides_nothing(tmp_path):
    nothing = dict.fromkeys(["arrivals_changed", "changed", "stuck", "induced"], (0, 0, 0))
    told = comparison(tmp_path / "nobody", nothing)
    assert doors(told) == Doors.UNUSED
    assert "nobody is kept out or let in, so that \u03bb decides nothing" in doubts.doubt(told)
    assert "nobody is deflected" in doubts.deflected(told)
    assert not any(text in f"{doubts.doubt(told)} {doubts.deflected(told)}" for text in ("would stay", "others gain"))


def test_where_only_belarus_changes_its_rules_there_is_no_deflection(tmp_path):
    told = comparison(tmp_path / "home", adds=BELARUS, changed=[])
    said = everything_said(told)
    assert doors(told) == Doors.ELSEWHERE and "Little depends on \u03bb" in said
    assert "no deflection to be told" in doubts.deflected(told) and "matters little here" in said
    assert not any(text in said for text in ("kept out", "others gain", "Lithuania", "%; with this scenario"))
    for name in ("deflection_year", "deflection_end", "share"):
        assert not told.value(name).told, "a share of what countries lose whose rules change, of which there are none"
    assert figure("sensitivity").data(told.results)["year"].isna().all()
    assert "lost" not in doubts.of_a_year(told) and "gained" not in doubts.of_a_year(told)
    assert "arrivals_changed" not in set(figure("harms").data(told.results)["quantity"])


def test_where_rules_of_belarus_change_too_deflection_is_not_told_as_such(tmp_path):
    told = comparison(tmp_path / "both", adds=LITHUANIA + BELARUS)
    assert "decides nothing over those rules that change in Belarus" in doubts.doubt(told)
    assert doubts.deflected(told).endswith("As rules of Belarus change, too, that is not deflection alone.")


def test_a_deflection_that_cannot_be_told_is_said_to_be_so_once(tmp_path):
    shares = dict.fromkeys(["deflection_12", "deflection_end"], (float("nan"),) * 3)
    told = comparison(tmp_path / "unsure", shares)
    assert doubts.deflected(told) == (
        "Of the arrivals that Lithuania loses, this sample cannot tell at any \u03bb what share others gain."
    )
    told = comparison(tmp_path / "year", {"deflection_12": (float("nan"),) * 3})
    assert doubts.deflected(told).count("cannot tell and ") == len(LAMBDAS)


def test_a_sample_that_tells_nothing_is_what_would_change_it(tmp_path):
    untold = dict.fromkeys(["arrivals_changed", "arrivals"], UNTOLD) | dict.fromkeys(["stuck", "induced"], (0, 0, 0))
    told = comparison(tmp_path / "small", untold)
    assert doors(told) == Doors.UNTOLD
    assert doubts.doubt(told).startswith("A larger sample would: this one cannot tell whether arrivals in Lithuania ")


@pytest.mark.parametrize(("measure", "kind"), [("stuck", Doors.SHUT), ("induced", Doors.OPENED)])
def test_where_arrivals_cannot_be_told_lives_say_whether_it_closes_or_opens(tmp_path, measure, kind):
    lives = {"stuck": (0, 0, 0), "induced": (0, 0, 0)} | {measure: (9_000, 8_000, 10_000)}
    assert doors(comparison(tmp_path / "lives", {"arrivals_changed": UNTOLD} | lives)) == kind


@pytest.mark.parametrize("strength", [0.8, -0.5])
def test_of_one_lambda_nothing_is_said_of_others(tmp_path, strength):
    told = comparison(tmp_path / "one", lambdas=(MAIN,), strength=strength)
    assert doubts.doubt(told).endswith(f"\u03bb is a judgement, here {MAIN}, asked at no other.")
    said = everything_said(told)
    assert f" at {MAIN}" in doubts.deflected(told) and " at 0.2" not in doubts.doubt(told) and "at every" not in said


def test_lambda_is_called_fitted_only_where_it_is_that_of_each_draw(tmp_path):
    told = comparison(tmp_path / "drawn", fitted=True, chosen="choice:\n  lambda: null\n")
    assert f"\u03bb is fitted, {MAIN} on average" in doubts.doubt(told)
    told = comparison(tmp_path / "hand", fitted=True, chosen=f"choice:\n  lambda: {MAIN}\n")
    assert f"\u03bb is set by hand to {MAIN};" in doubts.doubt(told) and "on average" not in everything_said(told)


def test_others_that_lose_too_are_not_said_to_gain(tmp_path):
    told = comparison(tmp_path / "below", {"deflection_12": (-0.4, -0.5, -0.3)})
    assert doubts.deflected(told).endswith(" Below zero, others do as they do.")
