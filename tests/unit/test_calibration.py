"""The statistics of a fit on closed forms: the emulator, matching, chains, draws and checks find what is known."""

import numpy as np
import pytest
from scipy.stats import norm

pytest.importorskip("sklearn")
pytest.importorskip("emcee")
pytest.importorskip("arviz")

from sim.analysis.calibration import checks  # noqa: E402
from sim.analysis.calibration.emulator import Emulator  # noqa: E402
from sim.analysis.calibration.fitting import Options, fit  # noqa: E402
from sim.analysis.calibration.likelihood import COUNT, LEAST, NORMAL, STUDENT, Observed  # noqa: E402
from sim.analysis.calibration.matching import LIMIT, implausibility, next_wave  # noqa: E402
from sim.analysis.calibration.sampling import Posterior, mode, sample, sampled  # noqa: E402
from sim.analysis.calibration.space import Space  # noqa: E402
from sim.runs.priors import prior_of  # noqa: E402

LUCK = 0.05
SPACE = Space(
    ["pull", "push", "nobody_sees"],
    [prior_of("N(1, .5)"), prior_of("half-normal(1)"), prior_of("Beta(3, 3)")],
    ["constant_here"],
    [3.0],
    [0.5],
)
SLOPES = np.array([[0.8, 0.3, 0, 1.0], [0.8, -0.4, 0, 0.2], [0.1, 0.9, 0, -0.5], [0.5, 0.5, 0, 1.0], [0, 0.7, 0, 0.9]])
OBSERVED = Observed(
    np.array([STUDENT, STUDENT, STUDENT, COUNT, NORMAL]),
    np.zeros(5),
    np.full(5, 0.1),
    np.full(5, 5.0),
    np.array(["flows", "flows", "flows", "asylum", "shares"]),
)


def expected(points):
    return np.log(200.0) + points @ SLOPES.T + 0.15 * np.sin(2.0 * points[:, :1]) * points[:, 1:2]


def simulate(points, first):
    """The closed form, with the luck of a run that is known by its number."""
    rows = expected(points)
    luck = [np.random.default_rng(first + number).standard_normal(rows.shape[1]) for number in range(len(rows))]
    return rows + LUCK * np.array(luck)


TRUTH = np.array([0.7, -0.4, 0.0, 0.3])
DATA = OBSERVED.drawn(expected(TRUTH[None])[0], np.random.default_rng(5))


@pytest.fixture(scope="module")
def emulator():
    points = SPACE.design(128, 1)
    return Emulator(points, simulate(points, 0), DATA.scale, 3)


@pytest.fixture(scope="module")
def found():
    said = []
    return fit(SPACE, DATA, simulate, Options(2, 96, 24, 4, 60, 100, 1), said.append)


def test_a_design_fills_the_prior_and_is_the_same_again():
    points = SPACE.design(512, 3)
    assert (points == SPACE.design(512, 3)).all() and not (points == SPACE.design(512, 4)).any()
    values = SPACE.values(points)
    assert values[:, 0].mean() == pytest.approx(1.0, abs=0.02) and values[:, 0].std() == pytest.approx(0.5, abs=0.02)
    assert (values[:, 1] >= 0).all() and points[:, 3].std() == pytest.approx(0.5, abs=0.02)
    assert SPACE.points(values) == pytest.approx(points, abs=1e-6)


def test_likelihoods_are_those_of_their_distributions():
    from scipy import stats

    mean, variance = np.full((1, 5), 5.0), np.full((1, 5), 0.04)
    each = DATA.each(mean, variance)[0]
    spread = np.sqrt(0.1**2 + 0.04)
    assert each[0] == pytest.approx(stats.t(5, 5.0, spread).logpdf(DATA.value[0]))
    shape = 1.0 / spread**2
    assert each[3] == pytest.approx(stats.nbinom(shape, shape / (shape + np.exp(5.0))).logpmf(DATA.value[3]))
    assert each[4] == pytest.approx(stats.norm(5.0, spread).logpdf(DATA.value[4]))


def test_what_is_at_least_so_much_is_met_by_more():
    least = Observed(np.array([LEAST]), np.array([50.0]), np.array([6.0]), np.zeros(1), np.array(["share"]))
    means = np.array([[40.0], [50.0], [60.0]])
    told = least.log_likelihood(means, np.zeros((3, 1)))
    assert told[0] < told[1] == told[2]
    assert (least.implausibility(means, np.zeros((3, 1)))[:, 0] == [10 / 6, 0, 0]).all()


def test_the_emulator_predicts_and_knows_how_well(emulator):
    points = np.random.default_rng(2).standard_normal((400, 4)) * SPACE.design_sd
    points = points[emulator.inside(points, 0.0)]
    mean, variance = emulator.predict(points)
    off = mean - expected(points)
    assert off.std() < 0.5 * LUCK  # of many runs together, better than one
    assert 0.5 < (off / np.sqrt(variance)).std() < 1.6
    assert np.sqrt(emulator.luck()).mean() == pytest.approx(LUCK, rel=0.4)
    far = np.full((1, 4), 20.0)
    assert emulator.predict(far)[1].mean() > 20 * variance.mean() and not emulator.inside(far)[0]


def test_the_next_wave_is_nearer_to_the_observed(emulator):
    following = next_wave(SPACE, emulator, DATA, 60, 1)
    assert 0.0 < following.open_share < 0.7 and following.plausible_share == 1.0
    assert (implausibility(emulator, DATA, following.points) <= LIMIT).all()
    before, after = (np.abs(expected(points) - DATA.seen).mean() for points in (SPACE.design(60, 9), following.points))
    assert after < 0.5 * before


def test_the_mode_of_a_normal_posterior_is_exact():
    """With little noise and a linear simulator the posterior is known in closed form."""
    data = Observed(np.full(5, NORMAL), expected(TRUTH[None])[0], np.full(5, 0.1), np.zeros(5), DATA.family)
    points = SPACE.design(256, 2)
    linear = Emulator(points, np.log(200.0) + points @ SLOPES.T, np.full(5, 0.1), 3)
    found, covariance = mode(Posterior(SPACE, linear, data), np.zeros(4))
    precision = SLOPES.T @ SLOPES / 0.01 + np.diag(1.0 / SPACE.prior_sd**2)
    exact = np.linalg.solve(precision, SLOPES.T @ (data.value - np.log(200.0)) / 0.01)
    assert found == pytest.approx(exact, abs=0.02)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(np.sqrt(np.diag(np.linalg.inv(precision))), rel=0.05)


def test_the_slope_of_a_posterior_is_that_of_its_density(emulator):
    posterior, held = Posterior(SPACE, emulator, DATA, heat=2.0), np.full(len(DATA), 0.01)
    at, step = 0.3 * np.random.default_rng(4).standard_normal((5, 4)), 1e-5

    def density(points):
        likelihood = DATA.log_likelihood(emulator.predict(points)[0], np.broadcast_to(held, (5, len(DATA))))
        return likelihood / 2.0 - 0.5 * ((points / posterior.spread) ** 2).sum(axis=1)

    differences = [(density(at + step * one) - density(at - step * one)) / (2.0 * step) for one in np.eye(4)]
    assert posterior.slopes(at, held) == pytest.approx(np.stack(differences, axis=1), rel=1e-4, abs=1e-4)


def test_chains_along_the_slope_sample_a_known_posterior():
    """The posterior of a linear simulator with normal errors is normal, with a covariance in closed form."""
    data = Observed(np.full(5, NORMAL), expected(TRUTH[None])[0], np.full(5, 0.3), np.zeros(5), DATA.family)
    points = SPACE.design(256, 2)
    linear = Emulator(points, np.log(200.0) + points @ SLOPES.T, np.full(5, 0.1), 3)
    chains = sampled(Posterior(SPACE, linear, data), 200, 1)
    precision = SLOPES.T @ SLOPES / 0.09 + np.diag(1.0 / SPACE.prior_sd**2)
    exact = np.linalg.solve(precision, SLOPES.T @ (data.value - np.log(200.0)) / 0.09)
    sd = np.sqrt(np.diag(np.linalg.inv(precision)))
    assert (np.abs(chains.points.mean(axis=(0, 1)) - exact) < 0.1 * sd).all()
    assert chains.points.std(axis=(0, 1)) == pytest.approx(sd, rel=0.1)
    assert chains.r_hat.max() < 1.05


def test_chains_sample_what_they_are_given_and_tell_when_they_have_not():
    def density(points):
        return -0.5 * ((points / np.array([1.0, 2.0])) ** 2).sum(axis=1)

    start = np.random.default_rng(1).standard_normal((20, 2))
    good = sample(density, start, 1500, 1)
    assert good.points.std(axis=(0, 1)) == pytest.approx([1.0, 2.0], rel=0.1) and (good.r_hat < 1.05).all()
    assert (sample(density, start, 1500, 1).points == good.points).all()
    stuck = sample(density, start * 50.0, 30, 1)
    assert (stuck.r_hat > 1.2).all()


def test_a_fit_finds_the_truth_and_leaves_what_nobody_sees(found):
    means = found.weights @ found.draws
    sds = np.sqrt(found.weights @ (found.draws - means) ** 2)
    assert (np.abs(TRUTH - means) < 3.0 * sds).all()
    shrunk = checks.contraction(SPACE.prior_sd, found.draws, found.weights)
    assert (shrunk[[0, 1, 3]] > 0.6).all() and abs(shrunk[2]) < 0.35
    assert found.chains.r_hat.max() < 1.2
    assert np.abs(found.fresh_bias).max() < 0.5  # in standard errors of the observed
    assert found.weights.sum() == pytest.approx(1.0) and len(found.draws) == 60
    assert [len(wave.points) for wave in found.waves] == [96, 96, 24]


def test_a_fit_has_the_same_bytes_again(found):
    again = fit(SPACE, DATA, simulate, Options(2, 96, 24, 4, 60, 100, 1), lambda text: None)
    assert (again.draws == found.draws).all() and (again.weights == found.weights).all()


def test_a_biased_emulator_is_told_and_mended():
    """The simulator at the draws differs from what it was before: fresh runs say so, until the emulator has learned."""

    def moved(points, first):
        return simulate(points, first) + (0.3 if first >= 192 else 0.0)

    told = []
    biased = fit(SPACE, DATA, moved, Options(2, 96, 24, 3, 60, 60, 1), told.append)
    off = [float(text.split()[5]) for text in told if "is off by" in text]
    assert off[0] > 2.0 and len(off) > 1 and biased.resampled
    assert len(biased.waves) == 2 + len(off)


def test_data_inform_what_they_depend_on(found):
    informed = checks.informed_by(found)
    assert set(informed) == {"flows", "asylum", "shares"}
    assert informed["flows"][0] > 0.3 > abs(informed["flows"][2])
    assert checks.strongest(informed, 0)[0][0] == "flows" and not checks.strongest(informed, 2)


def test_intervals_cover_truths_and_truths_are_recovered(found, monkeypatch):
    monkeypatch.setattr(checks, "SHORT", 40)  # steps, of four coordinates
    trials = checks.calibration(found, 20, 3)
    coverage = trials.coverage()
    assert 0.3 < coverage[0].mean() < 0.7 and coverage[2].mean() > 0.85
    recovered = checks.recovery(found, 15, 4).correlation()
    assert (recovered[[0, 1]] > 0.9).all() and recovered[2] < 0.7


def test_intervals_that_are_too_narrow_are_found():
    rng = np.random.default_rng(1)
    truths = rng.standard_normal((300, 1))
    honest, bold = (norm.cdf(rng.standard_normal((300, 1)) * wide) for wide in (1.0, 1.6))
    good, bad = (checks.Trials(truths, truths, np.ones_like(truths), ranks) for ranks in (honest, bold))
    assert good.uniform()[0] > 0.01 > bad.uniform()[0]
    assert good.coverage()[1, 0] == pytest.approx(0.8, abs=0.07) and bad.coverage()[1, 0] < 0.7


@pytest.mark.parametrize("text", ["N(1)", "half-normal(1, 2)", "N(0, -1)", "gamma(1, 2)", "N(0, 1) on [2, 1]", 3])
def test_a_prior_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="prior|spread|upside down"):
        prior_of(text)


def test_priors_are_the_distributions_that_they_name():
    assert prior_of("N(.57, .3)").sd == pytest.approx(0.3, rel=0.01)
    cut = prior_of("lognormal(log 1, .5) on [.5, 2]")
    assert cut.ppf([0.0, 0.5, 1.0]) == pytest.approx([0.5, 1.0, 2.0], abs=1e-6)
    assert prior_of("half-normal(.5)").mean == pytest.approx(0.5 * np.sqrt(2 / np.pi), rel=0.01)
    assert prior_of("Beta(3.7, 2.3)").cdf(prior_of("Beta(3.7, 2.3)").ppf(0.3)) == pytest.approx(0.3)


def test_a_short_chain_of_a_check_is_begun_at_the_mode(emulator):
    chains = sampled(Posterior(SPACE, emulator, DATA), 60, 1, judged=False)
    assert np.isnan(chains.r_hat).all()
    assert np.abs(chains.points.mean(axis=(0, 1)) - TRUTH)[[0, 1, 3]].max() < 0.4
