"""Replicates with draws of parameters and of people: the same in both worlds, few of them spread, by hand wins."""

from dataclasses import replace

import numpy as np
import pytest

from sim.history.coefficients import RECORDS
from sim.model.decision import constants
from sim.numerics.codes import PLACE
from sim.numerics.errors import UserError
from sim.runs.complete import Family, complete
from sim.runs.draws import Draws, chosen, parsed, people_seed, read, turn
from sim.runs.ensemble import Ensemble
from sim.runs.points import Shelf, command, point
from sim.runs.run import Job, Other
from sim.runs.settings import Choice, People, Settings, fingerprint, resolved_yaml
from sim.runs.settings import command as command_of
from tests.unit import some_draws
from tests.unit.small_runs import PARTING, SMALL, Counted, differing
from tests.unit.small_runs import ensemble as central


def test_a_block_has_six_new_draws_and_two_again():
    turns = [turn(replicate, 4) for replicate in range(16)]
    assert [draw for draw, _ in turns] == [0, 1, 2, 3, 4, 5, 0, 1, 6, 7, 8, 9, 10, 11, 6, 7]
    assert turns[6][1] == turns[0][1], "the same people, other luck"
    assert turns[7][1] != turns[1][1], "other people, too"
    assert {people for _, people in turns} == {0, 1, 2, 3}
    assert {turn(replicate)[1] for replicate in range(50)} == {0}


def drawn(values, weights):
    """Draws of one parameter, lambda."""
    weights = np.asarray(weights, float)
    return Draws("x", ("lambda",), np.asarray(values, float)[:, None], weights / weights.sum(), {})


@pytest.mark.parametrize("seed", range(5))
def test_few_draws_spread_over_the_quantiles_of_lambda(seed):
    values = np.random.default_rng(0).permutation(np.linspace(0.01, 1.0, 100))
    of = drawn(values, np.ones(100))
    found = sorted(values[of.row(ordinal, seed)] for ordinal in range(8))
    assert [int((value - 0.005) * 8) for value in found] == list(range(8)) or max(np.diff(found)) < 0.2


def test_many_draws_come_as_often_as_their_weights():
    weights = np.array([1.0, 2.0, 3.0, 10.0])
    of = drawn([0.5, 0.2, 0.9, 0.3], weights)
    counts = np.bincount([of.row(ordinal, 1) for ordinal in range(1600)], minlength=4)
    assert counts / 1600 == pytest.approx(weights / weights.sum(), abs=0.002)


def test_another_seed_takes_other_draws_and_the_same_the_same():
    of = drawn(np.linspace(0.1, 0.9, 200), np.ones(200))
    first, second = ([of.row(ordinal, seed) for ordinal in range(6)] for seed in (1, 2))
    assert first == [of.row(ordinal, 1) for ordinal in range(6)] != second


def test_people_of_the_first_draw_are_those_of_the_seed_and_others_are_nobody_elses():
    assert people_seed(7, 0) == 7
    assert len({people_seed(seed, draw) for seed in range(5) for draw in range(5)}) == 25


def test_what_is_set_by_hand_wins_over_a_draw_and_constants_follow_a_held_lambda():
    draw = {"lambda": 0.5, "war": 1.5, "constant_lithuania": -3.0, "channel_study": -4.0}
    lambda_, own = chosen(draw, {"war": 0.3}, None, "destination_nest")
    assert (lambda_, own.coefficients, own.places) == (0.5, {"war": 0.3}, {"lithuania": -3.0})
    lambda_, own = chosen(draw, {}, 0.8, "destination_nest")
    file = [constants.load(one).places[PLACE["lithuania"]] for one in (0.8, 0.5)]
    assert lambda_ == 0.8 and own.places["lithuania"] == pytest.approx(-3.0 + file[0] - file[1])
    assert chosen({**draw}, {"constant_lithuania": 1.0}, 0.8, "destination_nest")[1].places["lithuania"] == 1.0


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A file of draws."""
    return some_draws.file(tmp_path_factory.mktemp("draws"))


@pytest.fixture(scope="module")
def ours(path):
    """Small runs with draws of parameters and two draws of people."""
    return Ensemble(replace(SMALL, parameters=str(path), choice=Choice(), people=People(2000, 2)))


def test_settings_name_results_by_the_mean_lambda_unless_one_is_held(path):
    own, mean = Settings(parameters=str(path)), read(str(path), "destination_nest").lambda_
    assert own.choice.lambda_ is None and own.lambda_ == mean and own.people.draws == 4
    held = Settings(parameters=str(path), choice=Choice(0.5))
    assert held.lambda_ == 0.5 and f"choice.lambda={0.5}" in command_of(held)
    assert "choice.lambda" not in command_of(own) and f"parameters={path}" in command_of(own)
    usual = Settings()
    assert (usual.lambda_, usual.people.draws, usual.draws) == (0.62, 1, None)
    assert "parameters=central" in command_of(usual)


def test_where_a_file_lies_makes_no_other_run_and_is_not_told(path, tmp_path):
    same, other = some_draws.file(tmp_path), some_draws.file(tmp_path / "more", 41)
    prints = [fingerprint(Settings(parameters=str(one))) for one in (path, same, other)]
    assert prints[0] == prints[1] != prints[2]
    assert str(path.parent) not in resolved_yaml(Settings(parameters=str(path)))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"parameters": "posterior"}, "nothing is fitted for decision=destination_nest"),
        ({"parameters": "nowhere.parquet"}, "there is no such file"),
        ({"decision": "flat_logit"}, "of decision=destination_nest, not of flat_logit"),
    ],
)
def test_draws_that_are_not_there_or_of_another_rule_are_refused(path, settings, said, monkeypatch, tmp_path):
    monkeypatch.setattr("sim.runs.fitted.FITTED", tmp_path)
    with pytest.raises(UserError, match=said):
        Settings(**{"parameters": str(path), **settings})


def test_a_replicate_has_one_draw_in_both_worlds_and_each_its_own_lambda(ours):
    main = ours.settings.lambda_
    found = [ours.parameters(Job("historical", main, replicate)) for replicate in range(8)]
    assert len({one.lambda_ for one in found}) == 6
    assert found[0].lambda_ == found[6].lambda_ and found[1].behaviour["war"] == found[7].behaviour["war"]
    there = ours.parameters(Job("no_covid", main, 3))
    assert there.lambda_ == found[3].lambda_ and there.behaviour == found[3].behaviour
    held = ours.parameters(Job("historical", 0.2, 3))
    assert held.lambda_ == 0.2 and held.behaviour["war"] == found[3].behaviour["war"]
    model = ours.model(Job("historical", main, 3))
    assert model.behaviour["lambda_"] == found[3].lambda_ and model.behaviour["war"] != RECORDS["war"]["value"]
    asylum = [
        one.world.places["asylum_inside"][0, PLACE["poland"]]
        for one in (model, central().model(Job("historical", 0.62)))
    ]
    assert asylum[0] != asylum[1], "what a draw scales is scaled in the world"


def test_people_come_in_turn_and_are_the_same_in_both_worlds(ours):
    main = ours.settings.lambda_
    ones = [ours.model(Job("historical", main, replicate)).columns for replicate in (0, 1, 2)]
    assert (ones[0].birth[:500] != ones[1].birth[:500]).any() and (ones[0].birth == ones[2].birth).all()
    runs = list(ours.live(Job("historical", main, 1), [Other("no_covid")]))
    alone = ours.run(Job("no_covid", main, 1))
    assert differing(runs[1], alone) == [], "a run that lives on from the baseline is the run by itself"
    assert (runs[0].expected[:PARTING] == alone.expected[:PARTING]).all()


def test_a_point_of_draws_is_known_by_them_and_reused(ours, tmp_path, path):
    main = ours.settings.lambda_
    mine, usual = point(ours, "no_covid", main), point(central(), "no_covid", main)
    other = Ensemble(replace(ours.settings, parameters=str(some_draws.file(tmp_path / "other", 41))))
    assert len({mine.fingerprint, usual.fingerprint, point(other, "no_covid", main).fingerprint}) == 3
    assert mine.fingerprint != point(ours, "no_covid", main + 1e-9).fingerprint, "there lambda is held"
    assert mine.record["lambda_drawn"] and "parameters" not in usual.record and "people_draws" not in usual.record
    again = command(mine.record, 2)
    assert f"parameters={path.name}" in again and "people.draws=2" in again and "choice.lambda" not in again
    shelf, counted = Shelf(tmp_path), Counted()
    wanted = [Family(mine, (), 2)]
    first = complete(shelf, ours, wanted, lambda point, runs: {}, counted)
    second = complete(shelf, ours, wanted, lambda point, runs: {}, counted)
    assert (first.made[mine.title], second.reused[mine.title]) == (2, 2)
    kept = shelf.read(mine, 2)
    assert [differing(one, ours.run(one.job)) for one in kept] == [[], []]


def test_central_parameters_live_the_lives_of_before():
    """One draw of people, and the parameters of conf/: as if there were no draws."""
    usual = central()
    model = usual.model(Job("historical", 0.62, 3))
    assert model.inputs.world is usual.world("historical") and model.inputs.history is usual.history("historical")
    assert usual.people_of(3) is usual.population and usual.told(0.62) == {}


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"diagnostics": [1]}, "its diagnostics is no mapping"),
        ({"recipe": "x", "version": 3}, "its recipe is no mapping.*its version is no text"),
        ({"until": [1, 2]}, "its until, .*, is no month"),
        ({"until": "2020-13"}, "its until, 2020-13, is no month"),
        ({"truth": 0}, "made up"),
    ],
)
def test_what_a_file_says_of_its_fit_is_looked_at_before_any_run(about, said, tmp_path):
    file = some_draws.file(tmp_path, about=about)
    with pytest.raises(UserError, match=f"(?s){said}"):
        Settings(parameters=str(file))


def test_a_damaged_page_is_told(tmp_path):
    """A bit of a value that flips is found by the checksum of its page; one that says nothing may stay."""
    file = some_draws.file(tmp_path)
    whole, (_, _, values, weights) = file.read_bytes(), parsed(file)
    refused = 0
    for at in range(40, len(whole) // 2, 37):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            _, _, again, also = parsed(file)
        except UserError:
            refused += 1
        else:
            assert (again == values).all() and (also == weights).all()
    assert refused >= 20
