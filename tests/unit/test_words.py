"""The words of a command line, before Hydra sees them: what is given, how many jobs, whether anything is run."""

import pytest

from sim.cli.hydra.sweeping import MOST_JOBS
from sim.cli.hydra.words import harmless
from sim.numerics.errors import UserError


def test_the_value_given_last_counts():
    line = harmless(
        ["seed=3", "threads=null", "results_dir='a b'", "seed=4", "dry=true", "~report", "choice.lambda=0.5"]
    )
    assert line.value("seed", 1) == 4 and line.value("scenario", "usual") == "usual"
    assert line.value("threads", 2) is None and line.value("results_dir", "") == "a b"
    assert line.value("dry", False) is True and line.value("report", 0) is None
    assert line.given == {"seed", "threads", "results_dir", "dry", "report", "choice.lambda"}


@pytest.mark.parametrize("word", ["threads=1,2", "threads=range(1,3)", "++threads=choice(1,2)"])
def test_several_values_of_what_a_sweep_has_one_are_refused(word):
    with pytest.raises(UserError, match="a sweep has one threads"):
        harmless(["-m", word]).value("threads", 2)


@pytest.mark.parametrize(
    ("words", "jobs"),
    [
        ([], 1),
        (["seed=3"], 1),
        (["seed=3,4,5"], 3),
        (["seed=3,4,5", "scenario=no_war,no_covid"], 6),
        (["seed=range(1,5)"], 4),
        (["seed=range(1,6,2)", "choice.lambda=0.2,0.8"], 6),
        (["choice.lambdas=[0.2,0.5]"], 1),
        (["freeze=[],[queues]"], 2),
        (["coefficients.peers=0.1,0.2"], 2),
    ],
)
def test_jobs_are_every_combination(words, jobs):
    assert harmless(["-m", *words]).jobs == jobs


def test_too_many_jobs_and_none_are_refused():
    assert harmless([f"seed=range(0,{MOST_JOBS})"]).jobs == MOST_JOBS
    with pytest.raises(UserError, match="more than 10,000 jobs is too long"):
        harmless([f"seed=range(0,{MOST_JOBS + 1})"])
    with pytest.raises(UserError, match="a sweep of no jobs"):
        harmless(["seed=range(3,1)"])


def test_words_are_handed_on_options_first_and_coefficients_as_keys_of_their_own():
    line = harmless(["seed=3", "-m", "coefficients.peers=0,1", "+coefficients.kin=1", "coefficients={wait:-0.1}"])
    assert line.words == [
        "-m", "seed=3", "++coefficients.peers=0,1", "+coefficients.kin=1", "++coefficients={wait:-0.1}",
    ]  # fmt: skip
    assert harmless(["~coefficients.peers", "coefficients=3"]).words == ["~coefficients.peers", "coefficients=3"]
    more = line.with_words("hydra/launcher=basic", "--multirun")
    assert more.words == ["-m", "--multirun", *line.words[1:], "hydra/launcher=basic"]
    assert more.value("hydra/launcher", None) == "basic" and line.value("hydra/launcher", None) is None


@pytest.mark.parametrize(
    ("words", "sweep", "shows"),
    [
        ([], False, False),
        (["-m"], True, False),
        (["--multirun", "seed=3"], True, False),
        (["-m", "--cfg", "job"], False, True),
        (["-m", "-h"], False, True),
        (["--help"], False, True),
        (["--version"], False, True),
        (["--resolve"], False, False),
    ],
)
def test_a_line_that_only_shows_runs_nothing(words, sweep, shows):
    line = harmless(words)
    assert (line.is_sweep, line.only_shows) == (sweep, shows)


@pytest.mark.parametrize(
    "text",
    [
        *("123456", "12e3", "1e5", "0123456", "1_000", "20241129", "-5", "0x1f", "true", "nan", "2024-11-29"),
        *("вынікі", "café", "a&b", "run#1", "a b", "a'b", 'say "so"', "a=b", "[a,b]", "{a:1}", "(1)", "100%", "!x?*"),
        *("scenario = 'x'", "\"lambda\" < 0.5 and scenario in ('x','y')", "'a' = 'b'", "a, b", "C:\\x\\y\\", "a\\'b"),
        *("~/x", "$HOME", "a:b", "it's, or not", "out/${seed}", "a;b", "<x>", "日本"),
    ],
)
@pytest.mark.parametrize("key", ["results_dir", "results.where", "results.against", "+results.sql"])
def test_a_text_is_taken_as_it_is_written(key, text):
    line = harmless([f"{key}={text}"])
    assert line.value(key.lstrip("+"), None) == text
    again = harmless(line.words)  # what Hydra is given says the same when it is read once more
    assert again.words == line.words and again.value(key.lstrip("+"), None) == text


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("results_dir='a b'", "a b"),
        ('results_dir="a, b"', "a, b"),
        ("results.where='scenario = \\'x\\''", "scenario = 'x'"),
        ("results.where=null", None),
        ("results.where='null'", "null"),
        ("results_dir= x ", "x"),
        ("results_dir=", ""),
        ("scenario=2024", "2024"),
        ("experiment=null", None),
        ("until=2020", "2020"),
        ("until=2020-02", "2020-02"),
        ("seed=123456", 123456),
        ("choice.lambda=1e-1", 0.1),
        ("person=12", 12),
    ],
)
def test_quotes_of_hydra_and_null_stay_what_they_are_and_numbers_too(word, value):
    assert harmless([word]).value(word.partition("=")[0], "none") == value
    assert type(harmless([word]).value(word.partition("=")[0], "none")) is type(value)


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("results.against=123456,abc,1e5", ["123456", "abc", "1e5"]),
        ("results.where='a, b',scenario = 'x'", ["a, b", "scenario = 'x'"]),
        ("results.where=scenario in ('x','y'),true", ["scenario in ('x','y')", "true"]),
        ("results.show=flows,stocks", ["flows", "stocks"]),
        ("scenario=2024,сцэнар", ["2024", "сцэнар"]),
        ("scenario=choice(no_war,no_covid)", ["no_war", "no_covid"]),
        ("results_dir=it's, or not", ["it's", "or not"]),
    ],
)
def test_in_a_sweep_a_comma_stands_between_two_texts(word, values):
    line = harmless(["-m", word])
    [override] = line.overrides
    jobs = [harmless([f"{override.key_or_group}={one}"]) for one in override.sweep_string_iterator()]
    assert [job.value(override.key_or_group, None) for job in jobs] == values


def test_a_reference_leads_where_it_led_before():
    assert harmless(["results_dir=out/${seed}"]).words == ["results_dir=out/${seed}"]


@pytest.mark.parametrize("word", ["person=a&b", "seed=вынікі#1"])
def test_what_cannot_be_read_is_told_in_its_own_letters(word):
    with pytest.raises(UserError) as raised:
        harmless([word])
    assert word in str(raised.value)
