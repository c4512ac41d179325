"""What moved somebody to leave is named, whatever the channel by which they go: in one life, and of many."""

import numpy as np
import pytest

from sim.analysis import citing
from sim.analysis.causes import CAUSE_WORDS, CAUSES, cause, moved_by
from sim.analysis.life import Follower, life
from sim.analysis.reasons import REASONS, RECORD
from sim.model.eventlog import EVENT_TYPE
from sim.numerics.codes import CHANNEL, CONSCRIPTION, EVENT, EXPOSURE, MOTIVE, PLACE, REASON
from sim.report.blocks import markdown
from sim.report.life.page import page, timeline
from sim.report.life.stored import FOLLOWS, months_table
from sim.report.life.words import MOVED_BY, event_words
from tests import worlds


@pytest.mark.parametrize(
    ("channel", "flees", "losses", "found"),
    [
        ("work", True, {"repression": 0.4, "war": 2.0, "draft": 0.1, "wage": 9.0}, "war"),
        ("work", True, {"repression": 0.4, "war": 0.2, "draft": 1.0}, "draft"),
        ("work", True, {"repression": 1.0, "war": 0.8, "draft": 0.4}, "war"),
        ("study", True, {"repression": 0.4}, "repression"),
        ("humanitarian", False, {"repression": 3.0, "wage": 0.1}, "work"),
        ("relocation", True, {"war": 2.0}, "firm"),
        ("asylum", False, {}, "repression"),
        ("family", False, {"wage": 2.0}, "family"),
        ("it_scheme", False, {"kin": 2.0}, "work"),
        ("study", False, {"wage": 2.0}, "study"),
        ("visa_free", False, {"wage": 0.1, "diaspora": 0.4}, "people"),
        ("visa_free", False, {"wage": -0.1, "taste": 0.4}, "other"),
        ("visa_free", False, {}, "other"),
    ],
)
def test_a_cause_is_what_moved_and_not_the_channel(channel, flees, losses, found):
    assert cause(channel, flees, losses) == found


def test_the_fear_of_war_of_who_may_be_drafted_is_that_of_the_draft():
    fear = {"repression": 1.0, "war": 1.8, "draft": 0.3}
    assert [cause("work", True, fear, is_liable) for is_liable in (False, True)] == ["war", "draft"]
    assert cause("work", True, fear | {"repression": 3.0}, is_liable=True) == "repression"
    assert cause("work", False, fear, is_liable=True) == "work"


def test_every_cause_has_words_in_a_life_and_in_a_list():
    assert set(CAUSE_WORDS) == set(CAUSES) and set(MOVED_BY) == {*CAUSES, FOLLOWS}


FLEEING = {
    "repression": ({"news": 1.0}, {"repression": 100.0, "exposure_none": 1.0}, {}),
    "war": ({"war_fear": 1.0}, {"war": 100.0}, {}),
    "draft": ({"war_fear": 1.0}, {"war": 90.0, "conscription": 10.0}, {"conscription": CONSCRIPTION["liable"]}),
}


@pytest.mark.parametrize("moved", FLEEING)
def test_a_life_says_what_one_flees_at_the_decision_and_at_the_departure(moved):
    state, weights, traits = FLEEING[moved]
    crowd = worlds.young_men(1) if traits else worlds.crowd(1, exposure=EXPOSURE["none"])
    world = worlds.plain_world(3, ("poland",))
    for name, value in state.items():
        world.belarus[name] = value
    model = worlds.start(crowd, world, worlds.quiet(level=-50.0, **weights))
    model.observer = Follower(0)
    told = life(model.run(), "historical", 0, model.observer)
    lines = " ".join(timeline(crowd.people, told))
    said = f"moved by {MOVED_BY[moved]}"
    assert f"decides to leave for Poland by visa-free entry, {said}" in lines
    assert f"leaves for Poland by visa-free entry, {said}" in lines
    text = markdown(page(crowd.people, [told], "one in 1"))
    assert f"What moved them: {MOVED_BY[moved]}; without repression and war they would have stayed." in text
    table = months_table(crowd.people, [told])
    assert table.loc[table["moves_to"] == "poland", "moved_by"].tolist() == [moved]


def test_who_would_have_left_anyway_is_not_said_to_flee():
    crowd, world = worlds.crowd(1), worlds.plain_world(2, ("poland",))
    world.belarus["news"] = 1.0
    model = worlds.start(crowd, world, worlds.quiet(level=50.0, repression=1.0, exposure_none=1.0))
    model.observer = Follower(0)
    told = life(model.run(), "historical", 0, model.observer)
    assert set(moved_by(told)) <= {"", "other"} and "other" in moved_by(told)
    assert "would have stayed" not in markdown(page(crowd.people, [told], "one in 1"))


def an_event(kind, **values):
    record = np.zeros(1, EVENT_TYPE)[0]
    record["kind"] = EVENT[kind]
    for name, value in values.items():
        record[name] = value
    return record


def test_who_follows_flees_a_war_abroad_or_goes_with_a_firm_is_told_so():
    there = {"place": PLACE["poland"], "channel": CHANNEL["work"]}
    assert (
        event_words(an_event("departed", reason=REASON["family"], **there))
        == "follows the head of the family to Poland"
    )
    fled = event_words(an_event("onward", reason=REASON["refuge"], origin=PLACE["ukraine"], **there))
    assert fled == "flees from the war in Ukraine to Poland and is given temporary protection"
    assert event_words(an_event("applied", **there), "firm").endswith("moved by the employer, which moves there")
    unknown = event_words(an_event("applied", detail=MOTIVE["fear"], **there))
    assert unknown == "decides to leave for Poland by work (stream: fear)", "no more is known than the stream"


def test_causes_of_many_are_shares_and_small_ones_stand_together():
    records = np.zeros(100, RECORD)
    records["channel"], records["motive"] = CHANNEL["work"], MOTIVE["fear"]
    records["leave"][:60, REASONS.index("war")] = 1.0
    records["leave"][60:, REASONS.index("repression")] = 1.0
    records["channel"][90:] = CHANNEL["relocation"]
    assert citing.causes_of(records) == ["war"] * 60 + ["repression"] * 30 + ["firm"] * 10
    assert citing.causes_text([records[:50], records[50:]], 30) == "fear of war 60%, repression 30%, few each 10%"
