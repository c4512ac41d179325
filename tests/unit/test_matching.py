"""Words of `match=`: by stem, in any case and with any accent, and plainly told where nothing has them."""

import pytest

from sim.cli.commands import scenarios
from sim.cli.commands.matching import asked, has_all, nothing, same_stem
from sim.numerics.errors import UserError
from sim.runs.settings import Settings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("visas", "visa"),
        ("lithuanian", "lithuania"),
        ("lithuanians", "lithuania"),
        ("mobilise", "mobilisation"),
        ("mobilize", "mobilisation"),
        ("polish", "poland"),
        ("ukrainians", "ukraine"),
        ("german", "germany"),
        ("czech", "czechia"),
        ("closing", "closure"),
        ("banned", "ban"),
        ("studies", "student"),
        ("refused", "refusal"),
        ("policies", "policy"),
        ("repression", "repressive"),
    ],
)
def test_words_of_one_stem_are_told_as_one(one, other):
    assert same_stem(one, other) and same_stem(other, one)


UNLIKE = "war warsaw, latvia lithuania, visa visit, permit permanent, asylum as, poland police, ban bank"


@pytest.mark.parametrize(("one", "other"), [pair.split() for pair in UNLIKE.split(", ")])
def test_words_that_only_begin_alike_are_not(one, other):
    assert not same_stem(one, other)


def found(capsys, match):
    scenarios.run(Settings(task="scenarios", match=match))
    return [
        line.split()[0] for line in capsys.readouterr().out.splitlines() if line.endswith(("(scenario)", "(proposal)"))
    ]


def test_scenarios_are_found_by_stem_those_of_the_name_first(capsys):
    assert found(capsys, "mobilise") == ["mobilisation", "mobilisation_2027"]
    assert found(capsys, "visas") == found(capsys, "VISA")
    lithuanian = found(capsys, "Lithuanian")
    assert set(lithuanian) == set(found(capsys, "lithuania")) and "lithuania_full_ban" in lithuanian
    by_name = ["lithuania" in name for name in lithuanian]
    assert by_name == sorted(by_name, reverse=True) and not all(by_name)


def test_two_letters_are_a_word_and_no_part_of_one(capsys):
    assert has_all("The EU closes.", asked("eu")) and not has_all("a queue", asked("eu"))
    assert has_all("poland_it_scheme", asked("it")) and not has_all("it_scheme", asked("i"))


def test_names_are_found_with_hyphens_underscores_and_accents():
    assert has_all("armenia_visa_free_ends", asked("visa-free")) and has_all(
        "Dambrauskaitė 2022", asked("Dambrauskaite")
    )
    assert has_all("visa-free", asked("visa_free")) and asked(" Poland,\tasylum ") == ["poland", "asylum"]


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ("lituania", "match=lituania: no scenario has 'lituania'; near words: lithuania; task=scenarios without match"),
        ("lithuania zzz", "match=lithuania zzz: no scenario has 'zzz'; task=scenarios without match lists all"),
        ("zzz qqq", "no scenario has 'zzz' or 'qqq'; task="),
        ("armenia mobilise", "match=armenia mobilise: no scenario has all these words, though each is in some; task="),
        ("Літва", "match=Літва: no scenario has 'літва'; task=scenarios without match lists all"),
        ("!!!", "no scenario has '!!!'; task="),
    ],
)
def test_what_is_not_found_is_told_plainly_with_near_words(match, said):
    with pytest.raises(UserError) as caught:
        scenarios.run(Settings(task="scenarios", match=match))
    assert said in str(caught.value)


def test_a_match_of_any_length_is_answered_at_once():
    said = str(nothing("x" * 100_000 + " y" * 10_000, "scenario", "scenarios", ["poland"] * 1000))
    assert len(said) < 1000
