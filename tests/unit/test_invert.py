"""Inverted constants are written into the files of destinations and channels, and nothing else there changes."""

import numpy as np
import pytest
import yaml

from sim.cli.commands import invert
from sim.model.decision.constants import load
from sim.model.decision.rules import names
from sim.numerics.codes import STATUS
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF
from sim.observation.definitions import lag
from tests.worlds import plain_world

FILE = """\
# a remark
description: "A place"   # another

constants:
  source: "a test"
  confidence: assumption
  values:{}
# the end
"""
SOUGHT = invert.names_of(invert.targets()[0]), invert.names_of(invert.targets()[1]) - {invert.ANCHOR}
RULES = """
    # a remark of a rule
    destination_nest: {"0.5": 1.0}
    two_steps:
      "0.5": 2.0
      "0.8": 3.0   # and one of a lambda
    flat_logit: {"1.0": 4.0}"""


def written(text, decision, values):
    """The text with the line of a rule written, and its constants."""
    whole = invert.marked(text, decision).replace(invert._MARK, invert._line(decision, values))
    return whole, yaml.safe_load(whole)["constants"]["values"]


@pytest.mark.parametrize("decision", ["destination_nest", "two_steps", "flat_logit"])
def test_the_line_of_a_rule_is_replaced_and_all_else_stays(decision):
    before = yaml.safe_load(FILE.format(RULES))["constants"]["values"]
    whole, values = written(FILE.format(RULES), decision, {0.2: 0.12344, 0.5: -7.0})
    assert values == {**before, decision: {"0.2": 0.1234, "0.5": -7.0}} and list(values) == list(before)
    assert whole.startswith(FILE.partition("  values")[0]) and whole.endswith("# the end\n")
    assert "# a remark of a rule" in whole


@pytest.mark.parametrize("there", [" {}", RULES])
def test_the_line_of_a_new_rule_is_added(there):
    whole, values = written(FILE.format(there), "region_nests", {0.5: 1.5})
    assert values.pop("region_nests") == {"0.5": 1.5} and whole.endswith("# the end\n")
    assert values == ({} if there == " {}" else yaml.safe_load(FILE.format(RULES))["constants"]["values"])


def test_the_shipped_files_can_be_written_for_every_rule():
    for decision in names():
        pages = invert._pages(decision, SOUGHT)
        assert {page.file.stem for page in pages if page.table == "places"} == SOUGHT[0]
        assert {page.file.stem for page in pages if page.table == "channels"} == SOUGHT[1]
        for page in pages:
            known = yaml.safe_load(page.file.read_text(encoding="utf-8"))["constants"]["values"][decision]
            line = invert._line(decision, {float(lam): value for lam, value in known.items()})
            assert page.text.replace(invert._MARK, line) == page.file.read_text(encoding="utf-8")


def test_what_was_not_observed_is_not_inverted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VYRAJ_TOLD", "")
    (tmp_path / "conf" / "destination").mkdir(parents=True)
    text = (CONF / "destination" / "uae.yaml").read_text(encoding="utf-8")
    changed = text.replace("like: [georgia, ukraine, russia]", "values: {}")
    (tmp_path / "conf" / "destination" / "uae.yaml").write_text(changed, encoding="utf-8")
    with pytest.raises(UserError, match=r"^conf/destination/uae.yaml: constants: no departures were observed"):
        invert._pages("destination_nest", SOUGHT)


def test_a_place_like_others_has_their_mean_while_they_are_inverted():
    constants = load(0.62)
    world = plain_world(48, tuple(place for place in invert.PLACE if place != "belarus"))
    seen = invert.expected(np.full((48, *constants.places.shape, 13), 1.0), world)
    moved, _ = invert.sweep(constants, 0.62, seen, *invert.targets())
    codes = {name: invert.PLACE[name] for name in ("georgia", "ukraine", "russia", "uae")}
    mean = np.mean([moved.places[codes[name]] for name in ("georgia", "ukraine", "russia")])
    assert moved.places[codes["uae"]] == pytest.approx(mean) and mean != constants.places[codes["uae"]]
    assert moved.channels[invert.CHANNEL["work"]] == 0.0


def test_a_reading_of_permits_is_inverted_on_permits_with_their_one_lag():
    world = plain_world(30, ("poland",), ("work", "humanitarian"))
    place = invert.PLACE["poland"]
    world.law["first_status"][place, invert.CHANNEL["work"]] = STATUS["permit"]
    world.law["first_status"][place, invert.CHANNEL["humanitarian"]] = STATUS["visa"]
    departures = np.zeros((30, *world.law["first_status"].shape))
    departures[14, place, invert.CHANNEL["work"]] = 100.0
    departures[14, place, invert.CHANNEL["humanitarian"]] = 7.0
    seen = invert.expected(departures, world)
    assert seen.permits[14, place] == 100.0 and seen.permits[14 + lag(place), place] == 7.0
    year = invert.Target("poland", 12, 23, [place], [invert.CHANNEL["work"], invert.CHANNEL["humanitarian"]], 1.0)
    assert year.simulated(seen) == 107.0
    assert year._replace(last=14 + lag(place) - 1, of_permits=True).simulated(seen) == 100.0
    kinds = {(one.name, one.of_permits) for one in invert.targets()[0]}
    assert (
        ("lithuania", True) in kinds
        and ("russia", False) in kinds
        and not any(o.of_permits for o in invert.targets()[1])
    )
