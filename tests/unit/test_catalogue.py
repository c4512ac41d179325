"""Files of `conf/` are read strictly, and every error names the file and the key."""

import difflib
import re
import shutil
from datetime import date

import pytest
import yaml

from sim.analysis.additions import additions
from sim.cli.commands import lint, parameters
from sim.history import catalogue, inventory, schema, strict_yaml
from sim.history.judging import Faults, tell
from sim.history.schema import of_channels
from sim.numerics.codes import GROUP, SECTOR
from sim.numerics.errors import CatalogueError
from sim.numerics.locations import CONF, SCHEMA
from sim.numerics.messages import nearest


@pytest.fixture
def conf(tmp_path):
    """A copy of the configuration that a test may spoil."""
    return shutil.copytree(CONF, tmp_path / "conf")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: key 'a' is given twice"),
        ("a: {b: 1, b: 2}\n", "line 1: key 'b' is given twice"),
        ("a: &x 1\nb: *x\n", "line 1: anchors and aliases are not allowed"),
        ("a: {b: 1}\n<<: {c: 2}\n", "line 2: merge keys are not allowed"),
        ("a: !!python/name:os.system\n", "line 1: tag"),
        ("a: !!str 1\n", "line 1: tag"),
        ("no: 1\n", "line 1: key 'no' is neither a name nor a date; quote it"),
        ("a: [1\n", "line 1: not YAML: a '[' without its ']'"),
        ("a: 1\nb:\n\tc: 2\n", "line 3: not YAML: a tab; YAML is indented by spaces"),
        ("a: 1\nb: press: site\n", "line 2: not YAML: a second ': ' on a line (put a text that holds ': ' in quotes)"),
        ("a: 1\nb:2\nc: 3\n", "line 2: not YAML: a key without ': ' after it; write a space after 'b:'"),
        ("a: 1\nb: 'x\nc: 3\n", "line 2: not YAML: a quote is opened and not closed"),
        ("a: “b: c”\n", "line 1: not YAML: a second ': '"),
        ("a: “b: c”\n", "write straight quotes"),
        ("a: {closed: 0,5, except: []}\n", "line 1: key '5' is neither a name nor a date; write 0.5 for 0,5"),
        ("a: 1\nb: x\u200by\n", "line 2: '\\u200b' (zero width space) is a sign that cannot be printed; delete it"),
        ("a: 1\n---\nb: 2\n", "line 2: not YAML: a second text after '---'"),
        ("? [a]\n: 1\n", "line 1: a key that is a list or a mapping is not allowed"),
    ],
)
def test_yaml_is_strict(text, message):
    with pytest.raises(CatalogueError) as caught:
        strict_yaml.parse(text)
    assert message in str(caught.value) and all(fault.isprintable() for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("a: 1e-1\nb: 1e5\nc: -.5\nd: 1_000\n", {"a": 0.1, "b": 1e5, "c": -0.5, "d": 1000}),
        ("a: 010\nb: 1:30\nc: 0x1F\nd: 2020-02-30\n", {"a": "010", "b": "1:30", "c": "0x1F", "d": "2020-02-30"}),
        ("a: 2023-05-03\nb: '2023-05-03'\n", {"a": date(2023, 5, 3), "b": "2023-05-03"}),
        ("a: ~\nb:\nc: null\nd: Null\n", dict.fromkeys("abcd")),
        ("a: yes\nb: True\nc: off\nd: yEs\n", {"a": True, "b": True, "c": False, "d": "yEs"}),
        ("a: 1\r\nb: [x, y]   \r\n", {"a": 1, "b": ["x", "y"]}),
        ("a:\n\u00a0 b: 1\n\u00a0 c:\u00a02\n", {"a": {"b": 1, "c": 2}}),
        ("a:\t1\t\n\t\n\t# a remark\nb: 2\n", {"a": 1, "b": 2}),
        ('{\n\t"a": [1, 2],\n\t"b": null\n}\n', {"a": [1, 2], "b": None}),
        ("a: “found”\nb: ‘x’\n", {"a": "found", "b": "x"}),
        ("a: .inf\nb: -.inf\n", {"a": float("inf"), "b": float("-inf")}),
    ],
)
def test_yaml_is_read_as_it_is_meant(text, content):
    assert strict_yaml.parse(text) == content
    assert {key: type(value) for key, value in strict_yaml.parse(text).items()} == {
        key: type(value) for key, value in content.items()
    }


def test_every_file_is_read_as_a_lenient_reader_reads_it():
    files = [*CONF.glob("*/*.yaml"), *(CONF.parent / "experiments").glob("*.yaml")]
    assert len(files) > 130
    for path in files:
        assert strict_yaml.read(path) == yaml.safe_load(path.read_text(encoding="utf-8")), path


def test_nobody_can_change_what_others_are_given():
    strict_yaml.parse("a: [1]\n")["a"].append(2)
    assert strict_yaml.parse("a: [1]\n") == {"a": [1]}


def test_a_byte_order_mark_is_read_and_another_encoding_is_told(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert strict_yaml.read(tmp_path / "a.yaml") == {"a": 1}
    (tmp_path / "a.yaml").write_bytes("a: 1\nb: вырай\n".encode("cp1251"))
    with pytest.raises(CatalogueError, match="^line 2: not UTF-8: .*; save the file as UTF-8$"):
        strict_yaml.read(tmp_path / "a.yaml")


def spoil(conf, file, old, new):
    path = conf / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


POLICY = "policy/lithuania_humanitarian_2020.yaml"
BAN = "policy/lithuania_visa_ban.yaml"
LITHUANIA = "destination/lithuania.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (POLICY, "actor: Lithuania\n", "", f"conf/{POLICY}: line 1: key 'actor' is missing"),
        (POLICY, "historical: true", "historical: maybe", f"conf/{POLICY}: line 3: historical: 'maybe' is not true"),
        (POLICY, "until: null", "untill: null", "untill: unknown key 'untill'; known: until,"),
        (POLICY, "until: null", "until: never", "until: 'never' is not a date; write YYYY-MM-DD"),
        (POLICY, "confidence: found", "confidence: sure", "confidence: unknown confidence 'sure'; known: "),
        (POLICY, "offered: 1", "offered: yes", "lithuania.humanitarian.offered: 'yes' is not a number; write 1"),
        (POLICY, "n.offered", "n.offerd", "known: lithuania.humanitarian.offered"),
        (POLICY, "offered: 1", "fee: 0,5", "lithuania.humanitarian.fee: '0,5' is not a number; write 0.5"),
        (POLICY, "from: 2020-08-12", "from: 12.08.2020", "from: '12.08.2020' is not a date; write 2020-08-12"),
        ("history/prices.yaml", "range: [0, 20000]", "range: [20000, 0]", "belarus.wage: parameter 'belarus.wage'"),
        ("history/prices.yaml", "belarus.wage:", "latvia.wage:", "latvia.wage: stands in conf/destination/latvia.yaml"),
        (LITHUANIA, "      stay: {value: 24", "      stay: {value: 0", "stay': 2019-01-01: 0 is outside [1, 240]"),
        (LITHUANIA, "{value: 24", "{unit: years, value: 24", "'years' cannot stand here: conf/schema.yaml says months"),
        (LITHUANIA, "confidence: found", "confidence: found\n    rule: sum", "conf/schema.yaml says set"),
        (LITHUANIA, "channels:\n  work:", "channels:\n  labour:", "labour: unknown 'labour'"),
        (LITHUANIA, "entry: permit", "entry: visa_free", "work: entry: unknown 'visa_free'"),
        (LITHUANIA, "schengen: true", "schengen: maybe", "schengen: 'maybe' is not"),
        ("scenario/no_war.yaml", "- war_2022", "- war_2023", "without: no event or policy 'war_2023'"),
        ("scenario/no_war.yaml", "enact: []", "enact: []\nuntil: {covid_polnd: null}", "to end; known: covid_poland"),
        ("scenario/no_war.yaml", "enact: []", "enact: []\nuntil: {covid_poland: soon}", "'soon' is not a date"),
        ("scenario/no_war.yaml", "enact: []", "enact: []\nuntil: {covid_poland: 2020-01-01}", "is before from 2020-03"),
        ("scenario/no_war.yaml", "enact: []", "enact: []\nuntil: [covid_poland]", "until: '['covid_poland']' is"),
        ("scenario/no_war.yaml", "enact: []", "enact: [peace]", "enact: no policy 'peace'; known:"),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_refused_by_name(conf, file, old, new, message):
    spoil(conf, file, old, new)
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_history("no_war", conf)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert re.match(rf"conf/{file}: line \d+: ", str(caught.value))


def test_an_unknown_scenario_names_the_nearest():
    with pytest.raises(CatalogueError, match="^no scenario 'no_wars' in .* or policy in conf/policy; known: no_war,"):
        catalogue.load_history("no_wars")


def test_a_scenario_may_end_what_was_adopted_or_let_it_go_on():
    until = catalogue.load_scenario("business_harbour_kept").until
    assert until == {"poland_business_harbour": None}
    kept = catalogue.load_history("business_harbour_kept").monthly("poland.it_scheme.offered", 84)
    ended = catalogue.load_history("business_harbour_ended").monthly("poland.it_scheme.offered", 84)
    assert kept[83] == 1 and ended[36] == 1 and ended[38] == 0


def test_a_number_that_a_file_leaves_out_is_a_parameter_all_the_same():
    names = {parameter.name: parameter for parameter in inventory.load_parameters()}
    assert "georgia.visas" in names and names["georgia.visas"].values[0].value == 0
    assert names["lithuania.visas"].values[0].value > 1000 and names["lithuania.visas"].rule == "product"
    assert names["lithuania.demand.pendular"].values[0].value == 0
    assert names["uae.inflow_limit"].values[0].value == float("inf")


def test_all_faults_of_a_destination_are_told_at_once(conf):
    for old, new in (
        ("  wage:", "  wages:"),
        ("safety: {value: 1,", "safety: {value: 2,"),
        ("      fee: {", "      fees: {"),
        ("months: {value:", "months: {unit: days, value:"),
    ):
        spoil(conf, LITHUANIA, old, new)
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_history("no_war", conf)
    told = "\n".join(caught.value.faults)
    for said in (
        "parameters: key 'wage' is missing (mean net wage, full time, in the main city, EUR/month)",
        "parameters: wages: unknown parameter 'wages'; known: ",
        "parameters: safety: parameter 'lithuania.safety': 2019-01-01: 2 is outside [0, 1]",
        "channels: work: parameters: key 'fee' is missing (fees of the application, EUR)",
        "channels: work: parameters: fees: unknown parameter 'fees'; known: fee,",
        "months: unit: 'days' cannot stand here: conf/schema.yaml says months; delete the key",
    ):
        assert said in told
    assert all(fault.startswith(f"conf/{LITHUANIA}: line ") for fault in caught.value.faults)
    assert len(caught.value.faults) == 6


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("unit: EUR/month", "unt: EUR/month", ["key 'unit' is missing", "unt: unknown key 'unt'; known: unit,"]),
        ("destination:\n", "destination:\n  wage: 1\n", ["key 'wage' is given twice", "wage: '1' is not a mapping"]),
        ("eligible:\n", "eligible: [\n", ["not YAML: a '[' without its ']', or a comma left out"]),
    ],
)
def test_a_fault_of_the_schema_is_told_once_and_for_no_destination(tmp_path, monkeypatch, old, new, told):
    text = SCHEMA.read_text(encoding="utf-8")
    (tmp_path / "schema.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(schema, "SCHEMA", tmp_path / "schema.yaml")
    schema.schema.cache_clear()
    try:
        faults = [lint.faults_of(CONF)]
        for read in (inventory.load_destinations, inventory.load_parameters, lambda: catalogue.load_history("no_war")):
            with pytest.raises(CatalogueError) as caught:
                read()
            faults.append(list(caught.value.faults))
        for found in faults:
            assert len(found) == len(told) and all(one.startswith("conf/schema.yaml: line ") for one in found)
            assert all(any(said in one for one in found) for said in told)
    finally:
        schema.schema.cache_clear()


def test_a_destination_is_read_with_its_channels_and_numbers():
    destinations = inventory.load_destinations()
    names = {parameter.name: parameter for parameter in inventory.load_parameters()}
    assert list(destinations)[0] == "lithuania"
    for place, destination in destinations.items():
        assert set(destination.access) <= {"land", "air"}
        for instrument in destination.instruments:
            assert names[f"{place}.{instrument}"].rule == "restriction"
        for name, channel in destination.channels.items():
            assert channel.name == name and names[f"{place}.{name}.offered"].rule == "set"
            assert all(names[f"{place}.{name}.{key}"].rule == kind.rule for key, kind in of_channels().items())
    assert "russia.national_visa" not in names


def test_a_channel_is_offered_throughout_unless_a_policy_opens_it():
    history = catalogue.load_history()
    assert (history.monthly("lithuania.work.offered", 84) == 1).all()
    harbour = history.monthly("poland.it_scheme.offered", 84)
    assert harbour[0] == 0 and harbour[40] == 1 and harbour[83] == 0
    assert (history.without("poland_business_harbour").monthly("poland.it_scheme.offered", 84) == 0).all()


SIX = """description: ""
actor: Latvia
histrical: true
events:
  dear_permits:
    from: 03.05.2023
    source: "a test"
    changes:
      latvia.permit: {closed: 50%, except: [famly]}
      latvia.work.fe: 100
"""


def test_all_faults_of_a_file_are_told_at_once_each_with_its_line(conf):
    (conf / "policy" / "dear_permits.yaml").write_text(SIX, encoding="utf-8")
    (conf / "scenario" / "dear_permits.yaml").write_text("description: a test\nenact: dear_permits\n", encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_history("dear_permits", conf)
    told = [fault.removeprefix("conf/policy/dear_permits.yaml: ") for fault in caught.value.faults]
    assert told[:5] == [
        "line 1: description: '' is empty; write a text",
        "line 3: histrical: unknown key 'histrical'; known: historical, description, branch, actor, events",
        "line 6: events: dear_permits: from: '03.05.2023' is not a date; write 2023-05-03",
        "line 9: events: dear_permits: changes: latvia.permit: closed: '50%' is not a number; write 0.5",
        "line 9: events: dear_permits: changes: latvia.permit: except: unknown exception 'famly'; known: "
        + told[4].split("known: ")[1],
    ]
    assert told[4].split("known: ")[1].startswith("family, ")
    assert told[5].startswith(
        "line 10: events: dear_permits: changes: latvia.work.fe: unknown parameter 'latvia.work.fe';"
    )
    assert "known: latvia.work.fee, " in told[5] and len(told) == 6


def test_a_faulty_policy_stops_no_scenario_that_lacks_it(conf, capsys):
    usual = catalogue.load_history("no_war", conf)
    for number, text in enumerate((SIX, SIX.replace("histrical: true", "historical: false"), "a: [\n", "", "\t", "x")):
        (conf / "policy" / f"faulty_{number}.yaml").write_text(text, encoding="utf-8")
    assert catalogue.load_history("no_war", conf) == usual
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 5 and all("is left out: " in line and "task=lint tells all" in line for line in said)
    assert not any("faulty_1" in line for line in said)  # which says that it is not history
    catalogue.load_history("historical", conf)
    assert not capsys.readouterr().err  # once is enough
    found = lint.faults_of(conf)
    for number in range(6):
        assert any(f"conf/policy/faulty_{number}.yaml" in fault for fault in found), number


@pytest.mark.parametrize(
    "line", ["historical: true", "historical: yes", "historical: ja", '"historical": true', "historical:"]
)
def test_a_faulty_policy_that_may_have_happened_stops_every_scenario(conf, line):
    (conf / "policy" / "faulty.yaml").write_text(SIX.replace("histrical: true", line), encoding="utf-8")
    with pytest.raises(CatalogueError, match="conf/policy/faulty.yaml: line 6"):
        catalogue.load_history("no_war", conf)


def test_faults_of_several_files_are_told_together(conf):
    spoil(conf, LITHUANIA, "schengen: true", "schengen: maybe")
    spoil(conf, "destination/poland.yaml", "schengen: true", "schengen: maybe")
    spoil(conf, POLICY, "confidence: found", "confidence: sure")
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_history("no_war", conf)
    assert [fault.split(": line")[0] for fault in caught.value.faults] == [
        "conf/destination/lithuania.yaml",
        "conf/destination/poland.yaml",
        f"conf/{POLICY}",
    ]


SHORT = """description: "Latvia raises the fee"
actor: Latvia
events:
  dear:
    from: "2023-7-1"
    source: a test
    changes: {latvia.work.fee: 1e2, latvia.permit: {closed: 0.5, except: family}}
"""


def test_what_a_policy_leaves_out_is_what_the_documentation_says(conf):
    (conf / "policy" / "short.yaml").write_text(SHORT, encoding="utf-8")
    (conf / "scenario" / "short.yaml").write_text("description: a test\nenact: short\nwithout:\n", encoding="utf-8")
    history = catalogue.load_history("short", conf)
    (policy,) = [policy for policy in history.policies if policy.name == "short"]
    (event,) = policy.events
    assert not policy.historical and event.announced == event.start == date(2023, 7, 1) and event.until is None
    assert (event.confidence, event.note, event.source) == ("assumption", "", "a test")
    closing, setting = event.changes
    assert (closing.closed, closing.exceptions, closing.revoked) == (0.5, ("family",), ())
    assert [(item.date, item.value, item.confidence) for item in setting.values] == [(event.start, 100, "assumption")]
    before = catalogue.load_history("historical", conf).monthly("latvia.work.fee", 84)
    assert (history.monthly("latvia.work.fee", 84) - before).tolist() == [0] * 54 + [100] * 30


def test_a_template_that_is_filled_in_by_its_own_comments_runs(conf):
    assert "TEMPLATE" not in catalogue.load_policies(conf)
    text = (conf / "policy" / "TEMPLATE.yaml").read_text(encoding="utf-8")
    (conf / "policy" / "mine.yaml").write_text(text, encoding="utf-8")
    (conf / "scenario" / "mine.yaml").write_text("description: a test\nenact: [mine]\n", encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_history("mine", conf)
    assert len(caught.value.faults) >= 5  # as it stands, it says what is to be filled in
    filled = re.sub(r"<([^<>]*)>", lambda found: found[1].strip("<>"), text)
    filled = "\n".join(re.sub(r"^( *)# (announced|until|confidence|note|latvia|poland|georgia|lithuania|estonia)(.*)$",
                              r"\1\2\3", line) for line in filled.split("\n"))  # fmt: skip
    (conf / "policy" / "mine.yaml").write_text(filled, encoding="utf-8")
    history = catalogue.load_history("mine", conf)
    event = history.event("my_event")
    assert {change.parameter for change in event.changes} == {
        "latvia.permit", "latvia.short_visa", "poland.work.fee", "georgia.visa_free.stay", "lithuania.work.approval",
        "estonia.work.stay", "poland.it_scheme.sectors", "estonia.work.months",
    }  # fmt: skip
    assert (event.announced, event.start, event.until) == (date(2023, 5, 10), date(2023, 7, 1), date(2024, 6, 30))
    assert "effective" in {item.verdict for item in additions(history, catalogue.load_history("historical", conf))}


def test_a_file_whose_name_would_break_a_line_is_no_scenario(conf):
    shutil.copy(conf / "scenario" / "no_war.yaml", conf / "scenario" / "b'an.yaml")
    with pytest.raises(CatalogueError, match="no scenario 'b'an' in conf/scenario or policy in conf/policy; known: "):
        catalogue.load_scenario("b'an", conf)


@pytest.mark.parametrize("name", ["my ban", "-ban", ".ban x"])
def test_a_scenario_with_a_name_that_cannot_be_used_is_refused_when_it_is_asked_for(conf, name):
    (conf / "scenario" / f"x{name}.yaml").write_text("description: a test\n", encoding="utf-8")
    shutil.copy(conf / "scenario" / "no_war.yaml", conf / "scenario" / f"{name.lstrip('.')}.yaml")
    catalogue.load_history("no_war", conf)
    with pytest.raises(
        CatalogueError, match="cannot be used: a name is of letters a to z, digits and _ . - without spac"
    ):
        catalogue.load_scenario(name.lstrip("."), conf)


def test_every_file_that_comes_with_the_program_is_sound():
    assert lint.faults_of(CONF) == []


def test_lint_tells_the_faults_of_all_files(conf):
    spoil(conf, BAN, "closed: 1", "closed: 100")
    spoil(conf, POLICY, "until: null", "until: never")
    spoil(conf, "scenario/no_war.yaml", "- war_2022", "- war_2023")
    spoil(conf, "scenario/no_covid.yaml", "enact: []", "enact: [peace]")
    found = lint.faults_of(conf)
    for file in (BAN, POLICY, "scenario/no_war.yaml", "scenario/no_covid.yaml"):
        assert any(fault.startswith(f"conf/{file}: line ") for fault in found) or file.startswith("scenario"), file
    assert len(found) == len(set(found)) < 10


def test_parameters_are_found_by_all_words():
    history = catalogue.load_history()
    names = [parameter.name for parameter in parameters.matching(history, "latvia PERMIT")]
    assert "latvia.permit" in names and all("latvia" in name for name in names)
    assert "latvia.wage" in [parameter.name for parameter in parameters.matching(history, "latvia, wage")]
    assert parameters.matching(history, "zzz latvia") == []
    told = "\n".join(parameters.listing(history, parameters.matching(history, "poland.it_scheme.offered"), 84))
    assert "set, flag, 0 to 1: no" in told
    fees = "\n".join(parameters.listing(history, parameters.matching(history, "latvia.work.fee"), 84))
    assert (
        re.search(r"latvia.work.fee +sum, EUR, 0 to 20,000: 120 EUR", fees) and "2019-01-01: 120, assumption:" in fees
    )


def test_known_names_are_told_with_the_likest_first():
    names = catalogue.load_history().parameters
    assert nearest("latvia.fee", names).split(", ")[0].startswith("latvia.") and ".fee" in nearest("latvia.fee", names)
    assert nearest("permit_latvia", names).startswith("latvia.permit")
    assert nearest("Lithuania.Permit", names).startswith("lithuania.permit, ")


@pytest.mark.parametrize("name", ["latvia.fee", "polnd.rnet", "", "x" * 60, "georgia visa free"])
def test_the_likest_are_those_of_all_that_are_compared(name):
    known, short = sorted(catalogue.load_history().parameters)[::7], name[:100].lower()
    parts = [part for part in re.split(r"[\W_]+", short) if part]

    def far(candidate):
        holds = bool(parts) and all(part in candidate for part in parts)
        return not holds, -difflib.SequenceMatcher(None, candidate, short).ratio(), candidate

    assert nearest(name, known) == ", ".join(sorted(known, key=far)[:8]) + f" and {len(known) - 8} more"


def test_thousands_of_faulty_keys_are_judged_key_by_key():
    """Each fault is found by its key: doubled keys take twice the time, not four times."""
    looked = []

    class Counted(dict):
        def items(self):
            looked.append(len(self))
            return super().items()

    document = strict_yaml.document("".join(f"k{number}: 1\n" for number in range(2_000)).encode())
    place = document.place._replace(inside=Counted(document.place.inside))
    faults = Faults()
    for name in document.content:
        faults.add("is wrong", name)
    with pytest.raises(CatalogueError) as told:
        tell(document._replace(place=place), faults)
    assert told.value.faults[1] == "line 2: k1: is wrong" and sum(looked) <= 2 * 2_000


SETS = """\
description: "Poland opens its scheme to all but one sector, and Lithuania lifts a quota."
actor: Poland
events:
  opened:
    from: 2022-03-01
    until: 2022-12-31
    source: "counterfactual"
    changes:
      poland.it_scheme.sectors: [it, industry]
      poland.it_scheme.groups: {2022-03-01: [], 2022-06-01: {value: [it], source: "another"}}
      poland.it_scheme.oldest: 40
      lithuania.work.capacity: {set: 700}
      lithuania.work.fee: {set: {2022-03-01: 20, 2022-05-01: {value: 30, note: "dearer"}}}
"""


def test_a_file_sets_what_is_in_force_and_whom_a_channel_admits(conf):
    (conf / "policy" / "opened.yaml").write_text(SETS, encoding="utf-8")
    history, happened = (catalogue.load_history(name, conf) for name in ("opened", "historical"))
    at = {name: history.at_ends(f"poland.it_scheme.{name}", 60) for name in ("sectors", "groups", "oldest")}
    assert at["sectors"][[37, 38, 47, 48]].tolist() == [
        0xFFFF,
        *2 * [1 << SECTOR["it"] | 1 << SECTOR["industry"]],
        0xFFFF,
    ]
    assert at["groups"][[37, 38, 40, 41]].tolist() == [1, 0, 0, 1 << GROUP["it"]] and at["oldest"][40] == 40
    capacity, fee = (history.monthly(f"lithuania.work.{name}", 60) for name in ("capacity", "fee"))
    assert capacity[40] == 700 and (capacity[48:] == happened.monthly("lithuania.work.capacity", 60)[48:]).all()
    assert fee[[38, 39, 40, 47]].tolist() == [20, 20, 30, 30]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[it, industry]", "[it, industri]", "sectors: unknown sector 'industri'; known: industry,"),
        ("[it, industry]", "3", "sectors: '3' is not a list of sectors; write names in [ ], or [] for anybody"),
        ("[it, industry]", "{set: [it]}", "sectors: poland.it_scheme.sectors has the rule set: write the number alone"),
        ("value: [it]", "value: [men]", "groups: 2022-06-01: value: unknown group 'men'; known: "),
        ("oldest: 40", "oldest: 400", "oldest: 400 is outside [0, 150]"),
        ("{set: 700}", "{set: 700, closed: 1}", "capacity: closed: 'closed' cannot stand beside set"),
        ("{set: 700}", "{set: -1}", "capacity: set: -1 is outside [0, inf]"),
        ("{set: 700}", "{set: many}", "capacity: set: 'many' is not a number"),
        ("lithuania.work.capacity: {set", "lithuania.permit: {set", "lithuania.permit is a restriction: write closed"),
        (
            "2022-05-01: {v",
            "2023-05-01: {v",
            "2023-05-01: is not inside the event, which lasts from 2022-03-01 to 2022-12-31",
        ),
    ],
)
def test_a_faulty_set_is_told_by_name(conf, old, new, said):
    assert old in SETS
    (conf / "policy" / "opened.yaml").write_text(SETS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_history("opened", conf)
    assert any(said in fault for fault in caught.value.faults), caught.value.faults
