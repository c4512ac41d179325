"""The jobs of a sweep are those of Hydra's own sweeper: as many, in that order, in those words."""

import itertools

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser

from sim.cli.hydra.sweeping import MOST_JOBS, count, settled
from sim.cli.hydra.words import harmless
from sim.numerics.errors import UserError
from sim.runs.settings import known_decisions, known_scenarios


def of_hydra(*words):
    """Jobs of Hydra's sweeper, a list of words each."""
    [jobs] = BasicSweeper.split_arguments(OverridesParser.create().parse_overrides(list(words)), None)
    return jobs


def line(*words):
    return harmless(["-m", *words])


GRID = [round(0.05 * step, 2) for step in range(20)]
"""Ends of ranges: 0, 0.05 to 0.95."""
STEPS = (0.05, 0.1, 0.15, 0.2, 0.3)


def test_every_range_on_a_grid_has_as_many_values_as_hydra_makes():
    """In 51 of them the division of the ends by the step, rounded up, gives another number."""
    ranges = [
        f"choice.lambda=range({low},{high},{step})" for low, high in itertools.combinations(GRID, 2) for step in STEPS
    ]
    assert len(ranges) == 950
    assert {word: line(word).jobs for word in ranges} == {word: len(of_hydra(word)) for word in ranges}


@pytest.mark.parametrize(
    "words",
    [
        ["choice.lambda=range(0.2,0.8,0.2)"],
        ["choice.lambda=range(0.9,0.1,-0.1)", "seed=1,2"],
        ["seed=range(5)"],
        ["seed=range(1,10,step=3)", "task=simulate"],
        ["seed=choice(3,1,2)", "scenario=no_war,no_covid"],
        ["seed=sort(3,1,2)", "choice.lambda=sort(range(0.3,0.5,0.1),reverse=true)"],
        ["seed=sort(choice(3,1,2),reverse=true)"],
        ["seed=int(range(1.2,4.5,1.5))"],
        ["choice.lambda=float(choice(1,0.5))"],
        ["freeze=[],[queues],[queues,diaspora]"],
        ["coefficients={peers:1},{peers:0.5}"],
        ["results_dir='a,b','c d'"],
        ["seed=tag(mine,choice(1,2))"],
        ["seed=1,2", "seed=3"],
        ["seed=3", "scenario=no_war,no_covid", "seed=1,2,4"],
        ["+coefficients.peers=1,2", "coefficients.peers=3,4"],
        ["~coefficients.peers", "seed=1,2"],
    ],
    ids=" ".join,
)
def test_jobs_are_those_of_hydra_in_its_order_and_words(words):
    ours = line(*words)
    wanted = of_hydra(*ours.words[1:])
    assert ours.jobs == len(wanted)
    assert of_hydra(*ours.settled.words[1:]) == wanted


@pytest.mark.parametrize("word", ["seed=shuffle(range(0,40))", "seed=shuffle(1,2,3,4,5,6,7,8,9)"])
def test_what_is_shuffled_has_one_order(word):
    """A sweep reads its words again for the jobs that a killed worker leaves: they must be the same jobs."""
    ours = line(word)
    once = ours.settled
    wanted = of_hydra(*once.words[1:])
    assert wanted == of_hydra(*once.words[1:]) == of_hydra(*once.settled.words[1:])
    assert len(wanted) == ours.jobs
    assert sorted(wanted) == sorted(of_hydra(word))


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("scenario=glob(lith*)", [name for name in known_scenarios() if name.startswith("lith")]),
        ("scenario=glob([no_w*,no_c*],exclude=no_crackdown)", ["no_covid", "no_war"]),
        ("baseline=glob(histor*)", ["historical"]),
        ("decision=glob(*)", known_decisions()),
        ("scenario=glob(*,exclude=[*_*,historical])", ["amnesty", "mobilisation"]),
    ],
)
def test_a_pattern_stands_for_the_names_that_fit_it(word, names):
    assert names
    key = word.partition("=")[0]
    assert line(word).jobs == len(names)
    assert of_hydra(*line(word).settled.words[1:]) == [[f"{key}={name}"] for name in names]
    assert line(word, "seed=1,2").jobs == 2 * len(names)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("scenario=glob(litauen*)", ["scenario=glob(litauen*) fits no scenario", "lithuania_visa_ban", "historical"]),
        ("decision=glob(x*)", ["fits no decision", "destination_nest"]),
        ("scenario=glob(no_war,exclude=no*)", ["fits no scenario"]),
        ("choice.lambda=glob(0.*)", ["choice.lambda=glob(0.*)", "glob chooses among names", "scenario"]),
        ("seed=range(3,1)", ["a sweep of no jobs", "seed=range(3,1)"]),
        ("choice.lambda=range(0.2,0.8,0)", ["choice.lambda=range(0.2,0.8,0)"]),
        ("seed=range(0,10001)", ["more than 10,000 jobs"]),
        ("seed=range(0,1e300)", ["more than 10,000 jobs"]),
        ("seed=shuffle(range(0,1000000000000))", ["more than 10,000 jobs"]),
        ("choice.lambda=range(0,1,1e-12)", ["more than 10,000 jobs"]),
        ("choice.lambda=interval(0,1)", ["choice.lambda=interval(0,1)", "no list of values"]),
        ("seed=range(0,nan)", ["seed=range(0,nan)"]),
        ("seed=range(0,inf)", ["more than 10,000 jobs"]),
    ],
)
def test_what_cannot_be_swept_is_refused_in_one_line(word, told):
    with pytest.raises(UserError) as caught:
        line(word)
    for part in told:
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_longest_sweep_that_is_run_and_one_more():
    assert line("seed=range(0,100)", "replicates=range(2,102)").jobs == MOST_JOBS
    with pytest.raises(UserError, match="a sweep of 10,100 jobs is too long; at most 10,000"):
        line("seed=range(0,100)", "replicates=range(2,103)")


def test_a_key_without_several_values_is_left_as_it_was_written():
    [one] = harmless(["results_dir='a  b'"]).overrides
    assert settled(one) == "results_dir='a  b'" and count([one]) == 1
