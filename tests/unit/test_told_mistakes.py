"""What is told of mistakes in files: every one, once, with its line, and in words that say what to do."""

import math
import shutil

import pytest

from sim.cli.commands import lint, matching, parameters, policies
from sim.cli.commands.worlds import simulated
from sim.history import catalogue, inventory, limits, wording
from sim.history.compiled import build
from sim.history.records import policy_from
from sim.history.schema import of_channels
from sim.model.decision import constants
from sim.model.decision.rules import names
from sim.numerics.errors import CatalogueError, HistoryError, UserError
from sim.numerics.locations import CONF
from sim.runs.settings import Settings

BAD = """\
description: "A test."
actor: Poland
events:
  mine:
    from: 2020-07-01
    until: 2022-01-01
    source: "counterfactual"
    changes:
      poland.it_scheme.sectors: it
      lithuania.work.oldest: 35.5
      georgia.visa_free.offered: 0.5
      poland.it_scheme.groups: [it, it, nobody]
      georgia.visa_free.stay: {2020-08-01: {set: 18}}
      lithuania.work.youngest: {2020-07-01: 20, 2019-01-01: 22}
      poland.permit: {closed: 0.5, except: [family, family]}
  second:
    from: 2021-06-01
    until: 2021-01-01
    source: "counterfactual"
    changes: {latvia.work.works: 0.5}
  third:
    from: 2020-06-01
    source: "counterfactual"
    changes: {latvia.work.works: 0.7}
"""
AGES = """\
description: "A test."
actor: Poland
events:
  %s:
    from: 2021-07-01
    source: "counterfactual"
    changes: {poland.it_scheme.youngest: %d, poland.it_scheme.oldest: %d}
"""
MINE = "events: mine: changes:"
OF_BAD = [
    f"line 9: {MINE} poland.it_scheme.sectors: 'it' is not a list of sectors; write names in [ ], or [] for anybody",
    f"line 10: {MINE} lithuania.work.oldest: 35.5 is not a whole number of years",
    f"line 11: {MINE} georgia.visa_free.offered: 0.5 is not a flag: offered is 0 or 1",
    f"line 12: {MINE} poland.it_scheme.groups: 'it' is given twice",
    f"line 12: {MINE} poland.it_scheme.groups: unknown group 'nobody'; known: ",
    f"line 13: {MINE} georgia.visa_free.stay: 2020-08-01: dates go inside set: {{set: {{2020-08-01: 18}}}}",
    f"line 14: {MINE} lithuania.work.youngest: 2019-01-01: is not inside the event, which lasts from 2020-07-01 to "
    "2022-01-01",
    f"line 15: {MINE} poland.permit: except: 'family' is given twice",
    "line 18: events: second: until: until 2021-01-01 is before from 2021-06-01",
    "line 20: events: second: changes: latvia.work.works: events 'third' and 'second' both set latvia.work.works on "
    "2021-06-01",
]


@pytest.fixture
def conf(tmp_path):
    """A copy of the configuration that a test may spoil."""
    return shutil.copytree(CONF, tmp_path / "conf")


def spoil(conf, file, old, new):
    text = (conf / file).read_text(encoding="utf-8")
    assert old in text
    (conf / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_lint_tells_every_fault_once_with_its_line_and_nothing_beside_the_list(conf, capsys):
    (conf / "policy" / "bad.yaml").write_text(BAD)
    (conf / "policy" / "ages.yaml").write_text(AGES % ("mine", 40, 35))
    (conf / "policy" / "Caps.yaml").write_text(AGES % ("caps", 20, 35))
    found = lint.faults_of(conf)
    of_bad = [fault.removeprefix("conf/policy/bad.yaml: ") for fault in found if "bad.yaml" in fault.split(": ")[0]]
    of_bad, [twice] = of_bad[: len(OF_BAD)], of_bad[len(OF_BAD) :]
    assert all(said.startswith(wanted) for said, wanted in zip(of_bad, OF_BAD, strict=True)), of_bad
    assert twice == "line 4: events: mine is in conf/policy/ages.yaml too; rename it"
    assert sorted(set(found) - {f"conf/policy/bad.yaml: {said}" for said in [*of_bad, twice]}) == [
        "conf/policy/Caps.yaml: names are in lower case; rename the file caps",
        "conf/policy/ages.yaml: poland.it_scheme: youngest 40 is above oldest 35 from 2021-07-01; nobody is admitted "
        "(use offered: 0 to close it)",
    ]
    assert capsys.readouterr().err == ""


def test_a_number_of_a_destination_is_told_without_a_date_that_nobody_wrote(conf):
    spoil(conf, "destination/georgia.yaml", "stay: {value: 12", "stay: {value: 12x")
    shutil.copy(conf / "destination" / "poland.yaml", conf / "destination" / "Poland.yaml")
    spoil(conf, "destination/latvia.yaml", "offered: {value: 0", "offered: {value: 0.5")
    shutil.copy(conf / "destination" / "poland.yaml", conf / "destination" / "belarus.yaml")
    (conf / "policy" / "bad.yaml").write_text(BAD)
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_policies(conf)
    told = "\n".join(caught.value.faults)
    assert "channels: visa_free: parameters: stay: value: '12x' is not a number; write 12" in told
    assert "2019-01-01: 0.5 is not a flag: offered is 0 or 1" in told
    assert "conf/destination/belarus.yaml: belarus is the country of origin and cannot be a destination" in told
    assert "conf/destination/Poland.yaml: names are in lower case; rename the file poland" in told
    assert "'it' is not a list of sectors" in told and "'it' is not a number" not in told  # parameters or not


CALL = """description: "A call."
actor: Belarus
events:
  call:
    from: 2022-01-01
    source: "counterfactual"
    changes:
      {}
"""
"""A policy of one change."""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("belarus.reservists: .inf", ".inf cannot be added to a number of [0, 1e+09]"),
        ("belarus.reservists: .nan", "'.nan' is not a number"),
        ("belarus.draft: {2022-02-01: 3e9}", "2022-02-01: 3e+09 cannot be added to a number of [0, 1e+09]"),
        ("belarus.detentions: .inf", ".inf is outside [0, 1e+09]"),
        ("belarus.deserters: {set: .inf}", "set: .inf is outside [0, 1e+09]"),
        ("lithuania.work.approval: .inf", "factor .inf leaves no number"),
    ],
)
def test_a_number_that_no_world_can_have_is_told_where_it_is_written(conf, change, said):
    """File, line, event, key, value and range."""
    key = change.partition(":")[0]
    (conf / "policy" / "call.yaml").write_text(CALL.format(change))
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_scenario("call", conf)
    assert str(caught.value).startswith(f"conf/policy/call.yaml: line 8: events: call: changes: {key}: {said}")


def test_no_limit_is_a_number_of_what_may_have_none(conf):
    (conf / "policy" / "call.yaml").write_text(CALL.format("lithuania.work.capacity: .inf"))
    assert catalogue.load_history("call", conf).event("call").changes[0].values[0].value == math.inf


@pytest.mark.parametrize(
    ("file", "key", "value"),
    [
        ("conscription", "reservists", ".inf"),
        ("conscription", "volunteers", "-.inf"),
        ("conscription", "deserters", "2e9"),
        ("repression", "closures", ".inf"),
    ],
)
def test_a_series_that_is_not_finite_is_told_with_its_file(conf, file, key, value):
    path = conf / "history" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    at = text.index("  value: 0", text.index(f"belarus.{key}:"))
    path.write_text(text[:at] + f"  value: {value}" + text[at + len("  value: 0") :])
    shown = "2e+09" if value == "2e9" else value
    with pytest.raises(CatalogueError) as caught:
        inventory.load_parameters(conf)
    [fault] = caught.value.faults
    assert fault.startswith(f"conf/history/{file}.yaml: line ")
    assert fault.endswith(f"belarus.{key}: parameter 'belarus.{key}': 2019-01-01: {shown} is outside [0, 1e+09]")


def test_a_sum_that_no_world_can_have_is_told_with_its_events():
    """Each number is one that a world can have; together they are not."""
    parts = [policies_file(name, {"belarus.reservists": 9e8}) for name in ("one", "two")]
    history = catalogue.load_history().enact(*parts)
    with pytest.raises(
        HistoryError, match=r"reservists is 1.8e\+09 on 2022-01-01, outside \[0, 1e\+09\]; changed by one, two"
    ):
        history.check()
    with pytest.raises(HistoryError, match=r"outside \[0, 1e\+09\].*changed by one, two"):
        build(history, inventory.load_destinations(), 48)


def policies_file(name, changes):
    """A proposal of one event."""
    event = {"from": "2022-01-01", "source": "counterfactual", "changes": changes}
    return policy_from(name, {"description": "x", "actor": "Belarus", "historical": False, "events": {name: event}})


def test_of_every_number_it_is_known_what_a_world_can_have():
    """A range is narrowed to it: where nothing limits a count, and where a price of nothing has no logarithm."""
    for parameter in catalogue.load_history().parameters.values():
        low, high = parameter.span
        prices = parameter.name.rpartition(".")[2] in ("wage", "rent")
        assert low == (0.01 if prices else parameter.low), parameter.name
        assert high == parameter.high or (parameter.high == math.inf and high == 1e9), parameter.name
        known = limits.field_of(parameter.name) or parameter.rule == "restriction"
        assert known or parameter.name.rpartition(".")[2] in FREE, parameter.name


FREE = ("latitude", "longitude", "property", "sectors", "groups", "youngest", "oldest", "political_prisoners")
"""What the world takes as it is, or not at all."""


def test_what_a_constant_is_like_is_told_with_its_line(conf):
    spoil(conf, "destination/uae.yaml", "like: [georgia, ukraine, russia]", "like: [gorgia, uae, armenia, russia]")
    with pytest.raises(CatalogueError) as caught:
        inventory.load_destinations(conf)
    line = (conf / "destination" / "uae.yaml").read_text().split("  like:")[0].count("\n") + 1
    where = f"conf/destination/uae.yaml: line {line}: constants: like:"
    assert list(caught.value.faults) == [
        f"{where} armenia is like others itself; name those: georgia, ukraine, russia",
        f"{where} uae cannot be like itself",
        f"{where} unknown 'gorgia' (did you mean georgia?)",
    ]


def test_a_constant_that_cannot_be_inverted_is_told_so_once(conf):
    spoil(conf, "destination/uae.yaml", "like: [georgia, ukraine, russia]", "values: {}")
    told = set()
    for decision in names():
        with pytest.raises(CatalogueError) as caught:
            constants.load(0.62, decision, conf)
        told |= set(caught.value.faults)
    [said] = told
    assert said.startswith("conf/destination/uae.yaml: line ")
    assert said.endswith("constants: values: no departures were observed by which to invert; give value or like")
    spoil(conf, "destination/georgia.yaml", "    two_steps:", "    three_steps:")
    with pytest.raises(CatalogueError, match="'two_steps' is missing; `python -m sim task=invert decision=two_steps`"):
        constants.load(0.62, "two_steps", conf)


def test_a_composed_name_is_quoted_as_it_was_given():
    with pytest.raises(HistoryError, match="^'historical~war_2023': without: no event or policy 'war_2023' in force"):
        catalogue.load_history("historical~war_2023")


def test_a_scenario_file_empties_no_policy_that_it_enacts(conf):
    (conf / "scenario" / "vain.yaml").write_text("description: x\nenact: [exit_closed]\nwithout: [exit_closed]\n")
    with pytest.raises(CatalogueError, match="line 2: enact: 'exit_closed' is enacted, and without takes all of it aw"):
        catalogue.load_history("vain", conf)
    (conf / "scenario" / "vain.yaml").write_text("description: x\nwithout: [war_2022, war_2022, exit_closed]\n")
    with pytest.raises(CatalogueError, match="line 2: without: 'war_2022' is given twice"):
        catalogue.load_history("vain", conf)
    (conf / "scenario" / "vain.yaml").write_text("description: x\nwithout: [exit_closed]\n")
    with pytest.raises(CatalogueError, match="'exit_closed' is a proposal and not in force; nothing to take away"):
        catalogue.load_history("vain", conf)


def test_policies_are_told_in_words_and_faulty_ones_left_out(conf):
    (conf / "policy" / "bad.yaml").write_text(BAD)
    told, faults = policies.all_of(conf)
    assert len(faults) == len(OF_BAD) and set(told) == set(catalogue.policy_names(CONF))
    head, event, *about = told["lithuania_full_ban"]
    assert head == "2023-05-03  lithuania_full_ban: Lithuania, proposal, conf/policy/lithuania_full_ban.yaml"
    assert event == "    lithuania_full_ban: from 2023-05-03, announced 2023-03-21" and "Lithuania" in about[0]
    assert told["war_2022"][0].endswith("war_2022: shock, in force, conf/event/war_2022.yaml")


def test_one_of_a_thing_is_told_in_the_singular():
    assert wording.amount(1.0, "months") == "1 month" and wording.amount(2.0, "months") == "2 months"
    assert wording.amount(1.0, "persons/month") == "1 person/month" and wording.amount(1.0, "EUR") == "1 EUR"
    assert wording.amount(float(0xFFFF), "sectors") == "anybody"


def test_a_world_is_not_told_against_itself():
    assert simulated(Settings(scenario="historical")).startswith("World: historical. What happened: ")


def test_only_what_is_near_is_guessed():
    said = str(matching.nothing("policies", "parameter", "parameters", catalogue.load_history().parameters))
    assert said == "match=policies: no parameter has 'policies'; task=parameters without match lists all"
    with pytest.raises(UserError, match="no parameter has 'permitt'; near words: permit, permits; task=parameters "):
        parameters.run(Settings(task="parameters", match="latvia permitt"))
    for asked in ({"scenario": "my_ban_no_warr"}, {"coefficients": {"zzz": 3}}, {"decompose": ["nowar"]}):
        with pytest.raises(UserError, match="known are: .* and [0-9]+ more") as caught:
            Settings(**asked)
        assert len(str(caught.value)) < 300


def test_the_renewal_of_asylum_is_said_to_be_the_grant_of_protection():
    assert "of asylum: protection is granted" in of_channels()["renewal"].meaning
    page = (CONF.parent / "docs" / "model.md").read_text(encoding="utf-8")
    assert "over all\ndestinations" in page and "`offered`: mean over the days of the month of a flag" in page
