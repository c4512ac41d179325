"""Files of `conf/` are read strictly, and every error names the file and the key."""

import shutil

import pytest

from sim.history import catalogue, strict_yaml
from sim.history.strict_yaml import CatalogueError
from sim.locations import CONF


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
        ("no: 1\n", "line 1: key 'False' is neither a name nor a date"),
        ("a: 2020-02-30\n", "not YAML"),
        ("a: [1\n", "not YAML"),
    ],
)
def test_yaml_is_strict(text, message):
    with pytest.raises(CatalogueError) as caught:
        strict_yaml.parse(text)
    assert message in str(caught.value) and "\n" not in str(caught.value)


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
        (POLICY, "actor: Lithuania\n", "", f"conf/{POLICY}: key 'actor' is missing"),
        (POLICY, "historical: true", "historical: maybe", f"conf/{POLICY}: 'maybe' is not true or false"),
        (POLICY, "until: null", "untill: null", "events: lithuania_humanitarian: unknown key 'untill'; known: until,"),
        (POLICY, "until: null", "until: never", "until: 'never' is not a date; write YYYY-MM-DD"),
        (POLICY, "confidence: found", "confidence: sure", "unknown confidence 'sure'; known: found"),
        (POLICY, "offered: 1", "offered: yes", "lithuania.humanitarian.offered: 2020-08-12: value of 2020-08-12"),
        (POLICY, "n.offered", "n.offerd", "known: lithuania.humanitarian.offered"),
        (BAN, "closed: 1, except: [], ", "closed: 1, ", "key 'except' is missing"),
        (BAN, "revoke: [humanitarian", "revoke: [human", "unknown exception 'human'"),
        ("history/prices.yaml", "range: [0, 20000]", "range: [20000, 0]", "conf/history/prices.yaml: belarus.wage"),
        ("history/offered.yaml", "poland.it_scheme.offered", "poland.it.offered", "poland.it.offered: no such channel"),
        (LITHUANIA, "channels:\n  work:", "channels:\n  labour:", "labour: unknown 'labour'"),
        (LITHUANIA, "entry: permit", "entry: visa_free", "work: entry: unknown 'visa_free'"),
        (LITHUANIA, "schengen: true", "schengen: maybe", "lithuania.yaml: 'maybe' is not"),
        ("scenario/no_war.yaml", "- war_2022", "- war_2023", "no_war.yaml: without: no event or policy 'war_2023'"),
        ("scenario/no_war.yaml", "enact: []", "enact: []\nuntil: {covid_polnd: null}", "to end; known: covid_poland"),
        ("scenario/no_war.yaml", "enact: []", "enact: []\nuntil: {covid_poland: soon}", "'soon' is not a date"),
        ("scenario/no_war.yaml", "enact: []", "enact: []\nuntil: {covid_poland: 2020-01-01}", "is before from 2020-03"),
        ("scenario/no_war.yaml", "enact: []", "enact: []\nuntil: [covid_poland]", "no_war.yaml: '['covid_poland']' is"),
        ("scenario/no_war.yaml", "enact: []", "enact: [peace]", "enact: no policy 'peace'; known:"),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_refused_by_name(conf, file, old, new, message):
    spoil(conf, file, old, new)
    with pytest.raises(CatalogueError) as caught:
        catalogue.load_history("no_war", conf)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_scenario_names_the_nearest():
    with pytest.raises(CatalogueError, match="^no scenario 'no_wars' in conf/scenario; known: no_war,"):
        catalogue.load_history("no_wars")


def test_a_scenario_may_end_what_was_adopted_or_let_it_go_on():
    until = catalogue.load_scenario("business_harbour_kept").until
    assert until == {"poland_business_harbour": None}
    kept = catalogue.load_history("business_harbour_kept").monthly("poland.it_scheme.offered", 84)
    ended = catalogue.load_history("business_harbour_ended").monthly("poland.it_scheme.offered", 84)
    assert kept[83] == 1 and ended[36] == 1 and ended[38] == 0


def test_a_number_that_a_file_leaves_out_is_a_parameter_all_the_same():
    names = {parameter.name: parameter for parameter in catalogue.load_parameters()}
    assert "georgia.visas" in names and names["georgia.visas"].values[0].value == 0
    assert names["lithuania.visas"].values[0].value > 1000 and names["lithuania.visas"].rule == "product"
    assert "lithuania.demand.pendular" not in names and names["uae.inflow_limit"].values[0].value == float("inf")


def test_a_destination_is_read_with_its_channels_and_numbers():
    destinations = catalogue.load_destinations()
    names = {parameter.name: parameter for parameter in catalogue.load_parameters()}
    assert list(destinations)[0] == "lithuania"
    for place, destination in destinations.items():
        assert set(destination.access) <= {"land", "air"}
        for instrument in destination.instruments:
            assert names[f"{place}.{instrument}"].rule == "restriction"
        for name, channel in destination.channels.items():
            assert channel.name == name and names[f"{place}.{name}.offered"].rule == "set"
            assert all(names[f"{place}.{name}.{key}"].rule == rule for key, rule in catalogue.CHANNEL_RULES.items())
    assert "russia.national_visa" not in names


def test_a_channel_is_offered_throughout_unless_a_policy_opens_it():
    history = catalogue.load_history()
    assert (history.monthly("lithuania.work.offered", 84) == 1).all()
    harbour = history.monthly("poland.it_scheme.offered", 84)
    assert harbour[0] == 0 and harbour[40] == 1 and harbour[83] == 0
    assert (history.without("poland_business_harbour").monthly("poland.it_scheme.offered", 84) == 0).all()
