"""Paired lives fall into categories that add up, tables have the right margins, intervals are Student's."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from sim.analysis.calls import CALLS, expected
from sim.analysis.effects import (
    Window,
    effects_table,
    final_table,
    lives,
    pair_up,
    substitution_table,
    taxonomy_table,
)
from sim.analysis.enough import half_width, headline
from sim.analysis.estimates import LEVEL, estimate
from sim.analysis.lives_at_risk import SUFFERED, Lived, measure, suffered
from sim.analysis.pairs import (
    CATEGORIES,
    STAY,
    align,
    categorise,
    final_places,
    frechet,
    matrix,
    settled_before,
    stuck_person_months,
)
from sim.model.eventlog import EVENT_TYPE
from sim.numerics.codes import CHANNEL, EVENT, MODE, N_PLACES, PLACE
from sim.numerics.errors import UserError
from sim.numerics.luck import replicate_seed
from sim.runs.checked_model import CheckedModel
from sim.runs.ensemble import Ensemble
from sim.runs.run import MOVE, Job
from tests.worlds import close, constants, hot, hot_people, hot_world, start, still, tighten

LITHUANIA, POLAND, GEORGIA = PLACE["lithuania"], PLACE["poland"], PLACE["georgia"]
WORK, STUDY, IRREGULAR, ASYLUM = (CHANNEL[name] for name in ("work", "study", "irregular", "asylum"))


def departures(*rows):
    """A log of departures from rows of (month, key, place, channel)."""
    log = np.zeros(len(rows), EVENT_TYPE)
    for i, (month, key, place, channel) in enumerate(rows):
        log[i]["month"], log[i]["key"], log[i]["place"], log[i]["channel"] = month, key, place, channel
    log["kind"] = EVENT["departed"]
    return log


# One life of each kind: key, baseline departure, scenario departure (None: stays), its category.
LIVES = (
    (1, (10, LITHUANIA, WORK), (10, LITHUANIA, WORK), "unchanged"),
    (2, (11, LITHUANIA, WORK), (11, LITHUANIA, STUDY), "other_channel"),
    (3, (12, LITHUANIA, WORK), (15, POLAND, WORK), "deflected"),
    (4, (13, LITHUANIA, WORK), (17, LITHUANIA, WORK), "delayed"),
    (5, (14, LITHUANIA, WORK), (13, LITHUANIA, WORK), "brought_forward"),
    (6, (15, LITHUANIA, WORK), (15, POLAND, IRREGULAR), "irregular"),
    (7, (16, LITHUANIA, WORK), None, "stuck"),
    (8, None, (17, GEORGIA, WORK), "induced"),
    (9, (18, POLAND, IRREGULAR), (18, POLAND, IRREGULAR), "unchanged"),
    (10, (19, LITHUANIA, IRREGULAR), (19, POLAND, IRREGULAR), "deflected"),
    (11, (20, LITHUANIA, WORK), (21, POLAND, ASYLUM), "asylum"),
    (12, (20, LITHUANIA, IRREGULAR), (21, LITHUANIA, ASYLUM), "asylum"),
    (13, (20, LITHUANIA, ASYLUM), (20, LITHUANIA, IRREGULAR), "irregular"),
)


def logs(lives=LIVES):
    """Both logs of departures, and of claims at the border, in order of month."""
    both = []
    for world in (1, 2):
        rows = [(life[world][0], life[0], *life[world][1:]) for life in lives if life[world]]
        left = departures(*sorted(rows))
        asked = left[left["channel"] == ASYLUM].copy()
        asked["kind"] = EVENT["asylum_sought"]
        log = np.concatenate([left, asked])
        both.append(log[np.argsort(log["month"], kind="stable")])
    return both


@pytest.fixture
def pair():
    return align(*logs(), 0)


def test_every_category_has_its_life(pair):
    assert [CATEGORIES[i] for i in categorise(pair)] == [life[3] for life in LIVES]  # in order of key
    assert {life[3] for life in LIVES} == set(CATEGORIES) - {"forced"}  # which departures cannot tell


def test_an_unchanged_world_has_unchanged_lives():
    ours, _ = logs()
    assert set(align(ours, ours, 0).category) == {CATEGORIES.index("unchanged")}


def test_only_first_departures_from_the_start_on_count():
    """Who left before, returned and left again is met at the later departure; a second one in the window is not."""
    twice = departures((3, 1, POLAND, WORK), (12, 1, LITHUANIA, WORK), (20, 1, GEORGIA, WORK), (4, 2, POLAND, WORK))
    life = align(twice[np.argsort(twice["month"], kind="stable")], departures(), 10)
    assert list(life.baseline_place) == [LITHUANIA] and list(life.baseline_month) == [12]
    assert list(life.scenario_place) == [STAY] and len(align(departures(), departures(), 0).category) == 0


def test_a_matrix_has_the_margins_of_both_worlds(pair):
    cells = matrix(pair.baseline_place, pair.scenario_place, 50, 50 * (len(LIVES) + 4))
    ours, theirs = (log[log["kind"] == EVENT["departed"]] for log in logs())
    leaves, goes = cells.sum(axis=1), cells.sum(axis=0)
    for place in (LITHUANIA, POLAND, GEORGIA):
        assert leaves[place] == 50 * (ours["place"] == place).sum()
        assert goes[place] == 50 * (theirs["place"] == place).sum()
    assert leaves[STAY] == goes[STAY] == 50 * 5 and cells[STAY, STAY] == 50 * 4
    assert cells.shape == (N_PLACES, N_PLACES) and cells.sum() == 50 * (len(LIVES) + 4)
    assert cells[LITHUANIA, POLAND] == 200 and cells[LITHUANIA, STAY] == 50 and cells[STAY, GEORGIA] == 50


def test_months_lost(pair):
    """Three, four and twice one month of delay, eight to the horizon, none gained back, the induced left out."""
    assert stuck_person_months(pair, horizon=24, one_in=10) == 10 * (3 + 4 + 1 + 1 + 8)


def test_frechet_bounds_contain_every_joint_table():
    """Over random joint tables the cell lies within the bounds of its margins, which some table attains."""
    luck = np.random.default_rng(1)
    for _ in range(300):
        table = luck.integers(0, 50, (3, 3))
        table[0, 0] += luck.integers(0, 100)
        everyone = table.sum()
        for row in range(3):
            for column in range(3):
                low, high = frechet(table[row].sum(), table[:, column].sum(), everyone)
                assert 0.0 <= low <= table[row, column] <= high
    assert frechet(70.0, 60.0, 100.0) == (30.0, 60.0) and frechet(20.0, 30.0, 100.0) == (0.0, 20.0)


def test_estimate_is_students_interval():
    """Five values by hand: mean 6, standard deviation sqrt(10), t(.95; 4) = 2.1318."""
    found = estimate([2.0, 4.0, 6.0, 8.0, 10.0])
    half = 2.131847 * 10.0**0.5 / 5.0**0.5
    assert (found.mean, found.low, found.high) == pytest.approx((6.0, 6.0 - half, 6.0 + half), rel=1e-6)
    assert estimate([3.0, 3.0]) == estimate([3.0] * 9) and estimate([3.0, 3.0]).low == 3.0


def test_estimates_cover_as_they_say():
    """The 90% interval of eight normal values covers in 90%: 4,000 trials, |z| <= 4, false alarm 6 in 100,000."""
    values = np.random.default_rng(7).normal(5.0, 2.0, (4000, 8))
    covered = sum(found.low <= 5.0 <= found.high for found in map(estimate, values.tolist()))
    assert abs(covered - 4000 * LEVEL) <= 4.0 * (4000 * LEVEL * (1 - LEVEL)) ** 0.5


# Whole runs: two worlds, three replicates

START, PEOPLE = 12, 4000


def kept(ensemble, model, job):
    """What a finished run keeps, and where people live at the end, [places]."""
    settled = model.columns.place[model.columns.mode == MODE["settled"]]
    return SimpleNamespace(**vars(ensemble.finished(model, job)), settled=np.bincount(settled, minlength=N_PLACES))


@pytest.fixture(scope="module")
def pairs(thousandth):
    """Paired runs of the hot world, Lithuania shut from month 12 on."""
    people, world = hot_people(PEOPLE // 4), hot_world(24)
    own = Ensemble(replace(thousandth.settings, until="2020-12"), lambda seed: people)
    shut = close(close(world, "lithuania", "permit", START), "lithuania", "visa_free", START)
    for channel in ("humanitarian", "asylum", "family", "irregular"):
        shut = tighten(shut, "lithuania", channel, START, offered=0.0)
    runs, behaviour = [], hot(level=-5.0)
    for name, now in (("before", world), ("after", shut)):
        for replicate in range(3):
            model = start(people, now, behaviour, constants(lithuania=1.5), replicate=replicate, of=CheckedModel)
            runs.append(kept(own, model.run(), Job(name, 0.62, replicate)))
    return pair_up(runs[:3], runs[3:])


def harms(run, keys, first):
    """The hazards of single lives in the hot world; closures abroad change nothing at home."""
    people, luck = hot_people(PEOPLE // 4), replicate_seed(1, run.job.replicate)
    return suffered(run, Lived(hot_world(24), hot(level=-5.0), people.people, 1, luck, still()), keys, first)


def calls(run, first):
    """The expected calls to arms of a run of the hot world."""
    return expected(hot_world(24).belarus, run.called, first)


def test_harms_of_a_key_that_is_nobodys_are_refused(pairs):
    run, keys = pairs[0.62][0][0], np.sort(hot_people(PEOPLE // 4).people.key)
    nobody = np.array([keys[0], keys[-1] + np.uint64(1), keys[-1] + np.uint64(7)], np.uint64)
    with pytest.raises(UserError, match=f"keys of nobody .*: {nobody[1]}, {nobody[2]}$"):
        harms(run, nobody, START)
    assert harms(run, keys[:2], START).shape == (len(SUFFERED), 2)


@pytest.fixture
def window():
    return Window(START, LITHUANIA, 1, PEOPLE)


def test_runs_are_paired_by_lambda_and_replicate(pairs):
    assert list(pairs) == [0.62] and len(pairs[0.62]) == 3
    for ours, theirs in pairs[0.62]:
        assert (ours.job.replicate, ours.job.lambda_) == (theirs.job.replicate, theirs.job.lambda_)
        assert np.array_equal(ours.flows[:START], theirs.flows[:START]) and not np.array_equal(ours.flows, theirs.flows)


def test_categories_sum_to_everyone(pairs, window):
    table = taxonomy_table(pairs, window)
    assert list(table["category"]) == list(CATEGORIES)
    assert table["persons"].sum() == pytest.approx(window.residents, abs=1e-9)
    assert (table["persons"] >= 0).all() and (table["low"] <= table["persons"]).all()
    by_category = table.set_index("category")
    assert by_category.loc[["deflected", "stuck", "forced", "unchanged"], "persons"].min() > 0
    months = by_category["months"].dropna()
    assert "brought_forward" in months.index and set(months.index) <= {"delayed", "brought_forward"}
    assert (months >= 1.0).all()


def test_harms_of_those_whose_life_differs_are_the_hazards_of_their_own_lives(pairs, window):
    effects = effects_table(pairs, window, "after", harms, calls).set_index("measure")["estimate"]
    wanted = np.zeros((2, len(SUFFERED)))
    for runs in pairs[0.62]:
        life = align(*(run.moves for run in runs), START)
        stayers = life.key[life.category == CATEGORIES.index("stuck")]
        wanted += [harms(run, stayers, START).sum(axis=1) / 3 for run in runs]
    told = {name: np.zeros(2) for name in ("stayers", "leavers", "sent_back", "changed")}
    for harm, (before, after) in zip(SUFFERED, wanted.T, strict=True):
        assert effects[f"baseline_{measure(harm, 'stayers')}"] == pytest.approx(before)
        assert effects[measure(harm, "stayers")] == pytest.approx(after - before)
        for name, sums in told.items():
            sums[harm != "detained"] += effects[measure(harm, name)]  # of all calls to arms together
    assert min(told["stayers"].min(), told["sent_back"].min(), told["changed"].min()) > 0 > told["leavers"].max()


def test_effects_agree_with_the_taxonomy_and_with_flows(pairs, window):
    effects = effects_table(pairs, window, "after", harms, calls)
    taxonomy = taxonomy_table(pairs, window).set_index("category")["persons"]
    by_measure = effects.groupby("measure")["estimate"].sum()
    for category in set(CATEGORIES) - {"unchanged"}:
        assert by_measure[category] == pytest.approx(taxonomy[category]), category
    wider = [(life.baseline_place * life.scenario_place > 0) & (life.baseline_place != life.scenario_place)
             for life in lives(pairs[0.62], window)]  # fmt: skip
    went_elsewhere = by_measure["deflected"] + by_measure["rerouted_elsewhere"]
    assert went_elsewhere == pytest.approx(np.mean([inside.sum() for inside in wider]))
    led = [by_measure[f"forced:{outcome}"] for outcome in ("onward", "returned", "irregular_stay")]
    assert sum(led) == pytest.approx(by_measure["forced"]) and min(led) > 0
    fewer, before, after = (by_measure[name] for name in ("arrivals", "baseline_arrivals", "scenario_arrivals"))
    assert after - before == pytest.approx(fewer) and by_measure["departures"] == pytest.approx(fewer)
    lithuania = effects[effects["destination"] == "lithuania"].set_index("measure")["estimate"]
    channels = [name for name in lithuania.index if name.startswith("arrivals_by_channel:")]
    assert lithuania[channels].sum() == pytest.approx(lithuania["arrivals"]) and lithuania["arrivals"] < 0
    drafted = [b.harms[START:, 2].sum() - a.harms[START:, 2].sum() for a, b in pairs[0.62]]
    assert by_measure["drafted"] == pytest.approx(np.mean(drafted))
    assert by_measure[list(CALLS)].sum() == pytest.approx(by_measure["drafted"]), "each call is of one kind"


def test_the_headline_of_the_replicate_rule_is_that_of_the_effects(pairs, window):
    found = headline(pairs[0.62], window)
    effects = effects_table(pairs, window, "after", harms, calls)
    for name, place in (("arrivals", "lithuania"), ("departures", "")):
        row = effects[(effects["measure"] == name) & (effects["destination"] == place)].iloc[0]
        changes, levels = found[name]
        assert np.mean(changes) == pytest.approx(row["estimate"]) and len(changes) == len(levels) == 3
        assert half_width(changes) == pytest.approx((row["high"] - row["low"]) / 2)
    before = effects[effects["measure"] == "baseline_arrivals"].set_index("destination")["estimate"]
    assert np.mean(found["arrivals"][1]) == pytest.approx(before["lithuania"])
    assert np.mean(found["departures"][1]) == pytest.approx(before.sum())


@pytest.mark.parametrize("made", [substitution_table, final_table])
def test_cells_lie_within_their_bounds_and_add_up_to_everyone(pairs, window, made):
    table = made(pairs, window)
    assert (table["frechet_low"] <= table["persons"] + 1e-9).all()
    assert (table["persons"] <= table["frechet_high"] + 1e-9).all()
    assert table["persons"].sum() == pytest.approx(window.residents)
    assert not table[["baseline", "scenario"]].duplicated().any() and (table["persons"] >= 0).all()
    assert (table["persons"] > 0).sum() > 16  # more than who stays where they were


def test_rows_of_the_substitution_are_those_who_left(pairs, window):
    table = substitution_table(pairs, window)
    leavers = np.mean([(life.baseline_place != STAY).sum() for life in lives(pairs[0.62], window)])
    assert table[table["baseline"] != "stay"]["persons"].sum() == pytest.approx(leavers)


def test_margins_of_final_places_are_where_people_live_in_the_end(pairs, window):
    """Nobody of the hot people is settled abroad before the start, so residents abroad are all of ours."""
    table = final_table(pairs, window)
    for side, world in (("baseline", 0), ("scenario", 1)):
        ours = table.groupby(side)["persons"].sum()
        settled = np.mean([pair[world].settled for pair in pairs[0.62]], axis=0)
        for place, persons in ours.drop("belarus").items():
            assert persons == pytest.approx(settled[PLACE[place]]), (side, place)
        assert settled.sum() > 0 and ours["belarus"] == pytest.approx(window.residents - settled.sum())


def test_who_is_born_later_is_no_resident_of_the_start():
    """A child born abroad in one world and at home in the other, and one born in one world only, are not compared."""

    def events(*rows):
        made = np.zeros(len(rows), MOVE)
        for record, (month, key, kind, origin, place) in zip(made, rows, strict=True):
            record["month"], record["key"], record["kind"] = month, key, EVENT[kind]
            record["origin"], record["place"] = origin, place
        return made

    one = events((3, 7, "born", POLAND, POLAND), (9, 7, "lost", POLAND, POLAND), (9, 1, "departed", 0, POLAND))
    other = events((3, 7, "born", 0, 0), (8, 8, "born", 0, 0), (9, 7, "departed", 0, POLAND), (9, 8, "departed", 0, 1))
    found = align(one, other, 0)
    assert found.key.tolist() == [1] and len(final_places(one, other)[0]) == 1
    assert settled_before(one, other).tolist() == []
