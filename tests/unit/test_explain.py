"""Telling a life: who is meant, what is said, and the page."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.choosers import chooser, first, row_of
from sim.analysis.life import Follower, life
from sim.cli.commands import explain, reasons
from sim.model.eventlog import EVENT_TYPE
from sim.numerics import codes
from sim.numerics.codes import EVENT, MOTIVE, PLACE, SECTOR
from sim.numerics.errors import UserError
from sim.report.blocks import Block, html, items, markdown, table
from sim.report.life.page import page, timeline
from sim.report.life.words import event_words
from sim.runs import seals
from sim.runs.settings import People, Settings
from tests import worlds


def events(*rows):
    log = np.zeros(len(rows), EVENT_TYPE)
    for record, given in zip(log, rows, strict=True):
        for name, value in given.items():
            record[name] = value
    return log


def an_event(kind, row, people, **values):
    return {"kind": EVENT[kind], "row": row, "key": people.key[row], **values}


@pytest.fixture
def people():
    made = worlds.crowd(6).people
    made.sector[4] = SECTOR["it"]
    return made


def test_a_chooser_finds_the_lowest_key_whose_event_meets_every_word(people):
    log = events(
        an_event("departed", 5, people, place=PLACE["poland"]),
        an_event("departed", 2, people, place=PLACE["georgia"]),
        an_event("departed", 4, people, place=PLACE["poland"]),
    )
    assert first("first:departed", log, people) == 2
    assert first("first:departed:poland", log, people) == 4
    assert first("first:departed:poland:other", log, people) == 5
    assert first("first:departed:it", log, people) == 4
    assert first("first:departed", log, people, among=people.key[[5]]) == 5


def test_a_motive_is_that_of_the_last_application(people):
    log = events(
        an_event("applied", 1, people, detail=MOTIVE["labour"]),
        an_event("applied", 3, people, detail=MOTIVE["draft"]),
        an_event("departed", 1, people),
        an_event("departed", 3, people),
    )
    assert first("first:departed:draft", log, people) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("first:departd", ["departd", "did you mean first:departed?", "wished"]),
        ("first:departed:vilnus", ["vilnus"]),
        ("first:departed:polnd", ["polnd", "poland"]),
        ("departed", ["first:EVENT"]),
    ],
)
def test_a_choice_that_is_not_known_is_a_mistake_that_names_what_is(text, words):
    with pytest.raises(UserError) as fault:
        chooser(text)
    for word in words:
        assert word in str(fault.value)


def test_a_key_is_found_and_a_missing_one_is_told_with_some_that_are_there(people):
    assert row_of(int(people.key[3]), people) == 3
    with pytest.raises(UserError, match="not in this sample.*keys that are: 256"):
        row_of(7, people)
    with pytest.raises(UserError, match="nobody"):
        first("first:caught", events(an_event("departed", 1, people)), people)


@pytest.fixture
def asked(people, monkeypatch):
    """Who is found by a choice in two worlds of which the events are given, and the worlds that were run for it."""
    ran = []

    def find(person, happened, scenario, names=("historical", "lithuania_full_ban")):
        logs = dict(zip(("historical", "lithuania_full_ban"), (happened, scenario), strict=True))

        def run(_, scenarios, follower):
            ran.extend(scenarios)
            return [SimpleNamespace(recorder=SimpleNamespace(events=events(*logs[name]))) for name in scenarios]

        monkeypatch.setattr(explain, "_run", run)
        ensemble = SimpleNamespace(settings=SimpleNamespace(person=person), population=SimpleNamespace(people=people))
        return explain.find(ensemble, list(names))

    return find, ran


def test_who_did_something_is_sought_in_the_world_of_the_scenario(people, asked):
    """Somebody of a lower key did it in what happened, too: asked for is the other world, which is told in words."""
    find, ran = asked
    ours, theirs = [an_event("lost", 1, people)], [an_event("lost", 3, people)]
    assert find("first:lost", ours, theirs) == (3, "found by first:lost in the world of lithuania full ban, ")
    assert ran == ["lithuania_full_ban"]
    assert find("first:lost", ours, theirs, ["historical"]) == (1, "found by first:lost in what happened, ")


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("historical", "what happened"),
        ("no_war", "the world of no war"),
        ("historical+exit_closed~war_2022", "what happened with exit closed, without war 2022"),
        ("no_war+exit_closed", "the world of no war with exit closed"),
    ],
)
def test_a_world_is_named_as_one_says_where_something_happened(scenario, said):
    assert explain._world(scenario) == said


def test_where_nobody_did_it_under_the_scenario_who_did_is_told_as_such(people, asked):
    find, ran = asked
    row, said = find("first:lost", [an_event("lost", 1, people)], [an_event("departed", 3, people)])
    assert row == 1 and ran == ["lithuania_full_ban", "historical"]
    assert said == "found by first:lost in what happened (nobody in the world of lithuania full ban), "
    nobody = "first:lost: nobody in this sample, not in the world of lithuania full ban, nor in what happened; take"
    with pytest.raises(UserError, match=nobody):
        find("first:lost", [], [])


def test_a_key_and_a_parted_life_ask_for_no_world_or_for_both(people, asked):
    find, ran = asked
    assert find(int(people.key[2]), [], []) == (2, "") and ran == []
    leaves = [an_event("departed", 2, people, place=PLACE["poland"])]
    assert find("first:parted", leaves, [])[0] == 2 and ran == ["historical", "lithuania_full_ban"]
    with pytest.raises(UserError, match="asks for two worlds"):
        find("first:parted", leaves, [], ["historical"])


@pytest.mark.parametrize("person", ["abc", -1, 1.5, 2**64, None])
def test_a_person_is_a_key_or_a_choice(person):
    with pytest.raises(UserError, match="person="):
        Settings(person=person)


def test_blocks_are_the_same_page_in_both_forms_and_texts_are_escaped():
    blocks = [Block("h1", "A <b> life"), items(["one", "two"]), table([("a", "b"), ("x|y", "1")])]
    text, web = markdown(blocks), html("t", blocks)
    assert text.splitlines()[0] == "# A <b> life"
    assert "- one\n- two" in text and "x\\|y" in text
    assert "<h1>A &lt;b&gt; life</h1>" in web and "<li>two</li>" in web and "<td>x|y</td>" in web


def test_every_event_has_words_of_its_own_and_one_of_a_users_own_its_name(monkeypatch):
    said = {}
    for kind, code in EVENT.items():
        event = np.zeros(1, EVENT_TYPE)[0]
        event["kind"], event["place"], event["channel"], event["detail"] = code, PLACE["georgia"], 1, 1
        said[kind] = event_words(event)
    named = {kind for kind, words in said.items() if words == f"{kind.replace('_', ' ')} (Georgia)"}
    assert not named and len(set(said.values())) == len(said)
    monkeypatch.setattr(codes, "EVENT", {**EVENT, "reminded_twice": 99})
    event["kind"] = 99
    assert event_words(event) == "reminded twice (Georgia)"


@pytest.mark.slow
def test_a_draft_liable_mans_life_is_told_month_by_month():
    crowd = worlds.young_men(1)
    world = worlds.plain_world(3, ("poland",))
    world.belarus["summoned"], world.belarus["drafted"] = 1.0, 1.0
    model = worlds.start(crowd, world, worlds.quiet(level=-60.0, service_months=1.0))
    model.observer = Follower(0)
    told = life(model.run(), "historical", 0, model.observer)
    lines = timeline(crowd.people, told)
    assert lines[0] == "2019-01: is summoned to the recruiting office; is drafted"
    assert lines[1].endswith("is discharged from service")
    text = markdown(page(crowd.people, [told], "one in 1"))
    assert "man of 20" in text and "liable to the draft" in text


def test_a_whole_life_is_explained_in_two_worlds(tmp_path, capsys):
    """One end-to-end run of a sample of one in a thousand: the page, its files and the second world."""
    settings = Settings(
        task="explain",
        parameters=None,  # as on the command line: those of a draw
        scenario="lithuania_full_ban",
        people=People(one_in=1000),
        person="first:parted",
        results_dir=str(tmp_path),
        until="2024-06",
        seed=2,
    )
    folder = explain.run(settings)
    said = capsys.readouterr().out
    text, web = (folder / "life.md").read_text(), (folder / "life.html").read_text()
    for words in (
        "# A synthetic life",
        "Nobody real",
        "coupled by design, not by data",
        "The lives part in",
        "commits",
    ):
        assert words in said and words in text and words in web.replace("<h1>", "# ")
    assert "closed (why)" in text
    months_, options = (pd.read_csv(folder / f"life_{name}.csv") for name in ("months", "options"))
    assert months_.groupby("scenario").size().tolist() == [66, 66], "every month to June 2024 in both worlds"
    weighed = months_[months_["weighs"]].set_index(["scenario", "month"])
    assert set(options.groupby(["scenario", "month"]).groups) == set(weighed.index)
    shares = options.groupby(["scenario", "month"])["share"].sum()
    assert shares[shares > 0].to_numpy() == pytest.approx(1.0, abs=1e-4)
    assert ((options["open_channels"] > 0) == options["channel"].notna()).all()
    assert (folder / "figures" / "one_life.png").exists()
    assert '<svg role="img" aria-labelledby="caption-one_life"' in web and "](figures/one_life.svg)" in text
    assert isinstance(seals.checked(folder), dict)


def test_lives_and_reasons_say_in_their_files_which_branch_the_baseline_takes(tmp_path):
    """The law of Lithuania may have lapsed in May 2026: whoever reads the files alone must know what was assumed."""
    few = People(one_in=20_000)
    usual = {"people": few, "until": "2026-06", "results_dir": str(tmp_path), "report": False, "threads": 1}
    extended = "lithuania_law_extended_2026"
    told = explain.run(Settings(task="explain", scenario=extended, person="first:departed", **usual))
    ranked = reasons.run(Settings(task="reasons", scenario="historical", replicates=1, **usual))
    branch = "Not known, and so assumed: "
    for text in ((told / "life.md").read_text(), (told / "life.html").read_text()):
        assert text.count(branch) == 1 and "in the baseline" in text and "go by the rates of that year" in text
    assert (ranked / "assumed.txt").read_text().startswith(branch)
    for folder in (told, ranked):
        assert seals.checked(folder)["assumed"][0].startswith(branch)


def test_what_is_taken_for_granted_stands_below_the_head():
    blocks = [Block("h1", "a"), Block("note", "b"), Block("p", "c"), Block("p", "d")]
    assert [one.text for one in explain.assuming(blocks, ["x", "y"])] == ["a", "b", "c", "x", "y", "d"]
