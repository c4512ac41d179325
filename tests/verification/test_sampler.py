"""The sampler of the choice is the nested logit, the screen costs nothing, and luck stays with who it belongs to.

Luck is fixed, so every test gives the same answer until the code changes; the false-alarm rates are those of a
change of luck alone. Floats of the two orders of summation differ by 1e-15, which decides one choice in 1e12.
"""

import math
from functools import lru_cache

import numpy as np
import pytest
from numba import njit
from scipy import stats

from sim.model.decision.access import admission_share, eligible, fare, travel_share
from sim.model.decision.channel_noise import LOG_CHANNEL_SLOTS, gamma_part, most_above, tilted_part
from sim.model.decision.evaluation import no_prospects
from sim.model.decision.means import money
from sim.model.decision.offers import channel_value, country_value, move_price, offer_share, threat_to
from sim.model.decision.rules.destination_nest import decide
from sim.model.decision.units import adults, class_groups, flags, push, threat_group
from sim.model.decision.utility import (
    BINS,
    LOG_SLOTS,
    Nests,
    Weighing,
    best_noise_term,
    bound_tables,
    gumbel,
    gumbels,
    leave_probability,
    openness_term,
    slot_noise,
    stable_angle_term,
    stable_exponential_term,
    surely_stays,
)
from sim.model.now import OFFER
from sim.numerics.codes import (
    CHANNEL,
    CHANNEL_SLOTS,
    CONSCRIPTION,
    EXPOSURE,
    GROUP,
    INSTRUMENT,
    N_CHANNELS,
    N_PLACES,
    PLACE,
    SECTOR,
    SLOTS,
)
from sim.numerics.luck import NORMAL_GRID, PURPOSE, byte, fill_words, four, uniform, words
from sim.population.rows import at
from tests.worlds import admit, constants, crowd, plain_world, quiet, start, tighten

LAMBDAS = (0.2, 0.5, 0.62, 0.8, 1.0)
CHOICE, TASTE = PURPOSE["choice"], PURPOSE["taste"]
BEST, CLOCKS = PURPOSE["best_channel"], PURPOSE["channel_clocks"]
MUS = (0.05, 0.4, 0.8, 1.0)
FAMILY, RELOCATION = CHANNEL["family"], CHANNEL["relocation"]
OPEN = {PLACE["lithuania"]: 0.8, PLACE["poland"]: 1.4, PLACE["georgia"]: -0.5, PLACE["rest_of_world"]: 0.1}
ETA = -2.5


def values_of(mu=0.4, shut=None, **changes):
    """Values of channels, float64[32, 16], closed but for three of each of `OPEN`, worth that together; by name."""
    values = np.full((SLOTS, CHANNEL_SLOTS), -np.inf)
    for place, value in {**OPEN, **{PLACE[name]: value for name, value in changes.items()}}.items():
        values[place, [1, 2, 7]] = value + mu * np.log([0.5, 0.3, 0.2])
    if shut:
        values[shut] = -np.inf
    return values


# the same coupling in plain words: every channel of every slot of every unit is drawn, nobody is screened


@njit(cache=True)
def fill_plain_noise(key, month, seed, place, noise, mu, found):
    """The noise of all channel numbers of a place, float64[16], given the place's."""
    dice = key, month, seed
    whole = tilted_part(dice, place, math.exp(-noise), mu) + gamma_part(dice, place, mu)
    holder = words(key, month, BEST, place, seed)[0] >> 28
    for channel in range(CHANNEL_SLOTS):
        u = uniform(words(key, month, CLOCKS, 4 * place + channel // 4, seed)[channel % 4])
        clock = whole / CHANNEL_SLOTS - (0.0 if channel == holder else math.log(u))
        found[channel] = noise + mu * math.log(whole / clock)


@njit(cache=True)
def plain_best(key, month, seed, mu, values, noise, eps):
    """The best channel of all places, 16 place + channel or -1, and its value with its noise."""
    slot_noise(key, month, seed, words(key, month, CHOICE, 0, seed)[0], noise)
    found, best = -1, -np.inf
    for place in range(len(values)):
        if values[place].max() > -np.inf:
            fill_plain_noise(key, month, seed, place, noise[place], mu, eps)
            for channel in range(values.shape[1]):
                if values[place, channel] + eps[channel] > best:
                    found, best = place * CHANNEL_SLOTS + channel, values[place, channel] + eps[channel]
    return found, best


@njit(cache=True)
def plain_leaves(key, month, seed, lam, eta, best):
    """Nested logit by its definition: leave if `lambda * (max(v + eps) + log S) + eta > G0`."""
    luck = words(key, month, CHOICE, 0, seed)
    angle, exponential = uniform(luck[1]), uniform(luck[2])
    log_stable = (stable_angle_term(angle, lam) + stable_exponential_term(exponential, lam)) / lam
    return lam * (best + log_stable) + eta > gumbel(uniform(luck[3]))


@njit(cache=True)
def plain_bests(n, month, seed, mu, values):
    """Everyone's best channel, and what it is worth to them."""
    noise, eps = np.empty(SLOTS), np.empty(CHANNEL_SLOTS)
    found, best = np.empty(n, np.int64), np.empty(n)
    for i in range(n):
        found[i], best[i] = plain_best(np.uint64(i), month, seed, mu, values, noise, eps)
    return found, best


@njit(cache=True)
def plain_goers(month, seed, lam, eta, found, best):
    chosen = np.full(len(found), -1)
    for i in range(len(found)):
        if found[i] >= 0 and plain_leaves(np.uint64(i), month, seed, lam, eta, best[i]):
            chosen[i] = found[i]
    return chosen


MANY = 500_000
"""Units of most tests of the law, whose best channels are therefore drawn once for all of them."""


@lru_cache(maxsize=8)
def bests(n, month, seed, mu, values):
    """The same for values given as bytes. Neither lambda nor eta is in it, so that tests of several share it."""
    return plain_bests(n, month, seed, mu, np.frombuffer(values).reshape(-1, CHANNEL_SLOTS))


def plain_doors(n, month, seed, lam, eta, mu, values):
    """Everyone's choice, 16 place + channel, -1 for who stays."""
    return plain_goers(month, seed, lam, eta, *bests(n, month, seed, mu, values.tobytes()))


def plain_choices(n, month, seed, lam, eta, values, mu=0.4):
    """Place of everyone, -1 for who stays."""
    return plain_doors(n, month, seed, lam, eta, mu, values) // CHANNEL_SLOTS


def sight(values, mu):
    """Offers, prospects and the most that any place can be worth, as the engine would see such values."""
    open_ = np.argwhere(np.isfinite(values))
    offers, prospects = np.zeros(len(open_), OFFER), no_prospects(SLOTS, len(open_))
    offers["place"], offers["channel"] = open_.T
    base = np.where(np.isfinite(values).any(axis=1), values.max(axis=1), 0.0)
    weights = np.exp((values - base[:, None]) / mu)
    prospects.weights[:], prospects.sums[:] = weights[tuple(open_.T)], weights.sum(axis=1)
    with np.errstate(divide="ignore"):
        prospects.values[:] = base + mu * np.log(prospects.sums)
    return offers, prospects, prospects.values.max() + most_above(mu)


@njit(cache=True)
def screened_doors(n, month, seed, weigh, seen, bounds, looseness):
    """The engine's way: bounds, then the largest noise, then the rest; `looseness` is what a ceiling adds."""
    (lam, eta, nests), (offers, prospects, top) = weigh, seen
    luck, chosen, screened = np.empty((4, 1), np.uint32), np.empty(n, np.int64), 0
    key = np.empty(1, np.uint64)
    for i in range(n):
        key[0], chosen[i] = i, -1
        fill_words(key, 1, month, CHOICE, seed, luck)
        unit = Weighing(key[0], month, seed, four(luck, 0), 0, lam, nests, eta)
        if surely_stays(unit.luck, bounds, lam * (top + looseness) + eta):
            screened += 1
        else:
            door, _ = decide(unit, offers, prospects, top)
            if door >= 0:
                chosen[i] = offers[door].place * CHANNEL_SLOTS + offers[door].channel
    return chosen, screened


def nests_of(mu):
    """Nests of channels, without regions."""
    return Nests(mu, 1.0, np.zeros(SLOTS, np.uint8))


def probabilities(lam, eta, values):
    """Closed form of the nested logit by place, staying last; `values` of channels at mu = 0.4."""
    mu = 0.4
    with np.errstate(divide="ignore"):
        values = mu * np.log(np.exp(values / mu).sum(axis=1))
    weights = np.where(np.isfinite(values), np.exp(values), 0.0)
    leave = 1.0 / (1.0 + math.exp(-eta) * weights.sum() ** -lam)
    return np.append(leave * weights / weights.sum(), 1.0 - leave)


def counts_of(chosen):
    """People by chosen slot, stayers last, int64[17]."""
    return np.append(np.bincount(chosen[chosen >= 0], minlength=SLOTS), (chosen < 0).sum())


# the pieces


def test_log_of_the_slots():
    assert LOG_SLOTS == math.log(SLOTS) and LOG_CHANNEL_SLOTS == math.log(CHANNEL_SLOTS)
    assert bound_tables(0.5).shape == (4, BINS) and BINS == 2**10


@pytest.mark.parametrize("lam", LAMBDAS)
def test_bound_tables_bound(lam):
    """Two million words of luck and the ends of every bin: no term lies above its bound (never, at any luck)."""
    luck = np.empty((4, 500_000), np.uint32)
    fill_words(np.arange(500_000, dtype=np.uint64), 500_000, 0, CHOICE, 7, luck)
    edges = (np.arange(BINS, dtype=np.uint64)[:, None] << 22) + np.array([0, 1, 2**21, 2**22 - 2, 2**22 - 1], np.uint64)
    everything = np.hstack([luck, np.tile(edges.ravel().astype(np.uint32), (4, 1))])
    excess = slack_over_bounds(everything, lam, bound_tables(lam))
    assert excess.max() <= 0.0
    assert (excess.mean(axis=1) > -0.02).all()  # a bound that lets everyone through would be no screen


@njit(cache=True)
def slack_over_bounds(luck, lam, bounds):
    excess = np.empty(luck.shape)
    for i in range(luck.shape[1]):
        term = (
            best_noise_term(uniform(luck[0, i]), lam),
            stable_angle_term(uniform(luck[1, i]), lam),
            stable_exponential_term(uniform(luck[2, i]), lam),
            -gumbel(uniform(luck[3, i])),
        )
        for k in range(4):
            excess[k, i] = term[k] - bounds[k, luck[k, i] >> 22]
    return excess


@njit(cache=True)
def log_stables(n, lam):
    found = np.empty(n)
    for i in range(n):
        four = words(np.uint64(i), 3, CHOICE, 0, 11)
        found[i] = stable_angle_term(uniform(four[1]), lam) + stable_exponential_term(uniform(four[2]), lam)
    return found / lam


@pytest.mark.parametrize("lam", LAMBDAS)
def test_laplace_transform_of_the_stable_variable(lam):
    """E exp(-sS) = exp(-s**lambda) at five s, half a million draws: |z| <= 4, false alarm 1 in 3,000 a lambda."""
    stable = np.exp(log_stables(500_000, lam))
    if lam == 1.0:
        assert (stable == 1.0).all()
        return
    for s in (0.05, 0.3, 1.0, 3.0, 20.0):
        laplace = np.exp(-s * stable)
        error = laplace.mean() - math.exp(-(s**lam))
        assert abs(error) <= 4.0 * laplace.std() / math.sqrt(len(laplace)), s


@njit(cache=True)
def all_slots(n):
    noise, found = np.empty(SLOTS), np.empty((n, SLOTS))
    for i in range(n):
        slot_noise(np.uint64(i), 5, 3, words(np.uint64(i), 5, CHOICE, 0, 3)[0], noise)
        found[i] = noise
    return found


def test_slots_are_independent_gumbels():
    """100,000 draws: marginals by Kolmogorov-Smirnov (p > 1e-4 each of 32), the winner by chi-square (p > 1e-4),
    496 correlations below 4.8 s.e.; false alarm 4 in 1,000.
    """
    noise = all_slots(100_000)
    assert min(stats.kstest(noise[:, slot], stats.gumbel_r.cdf).pvalue for slot in range(SLOTS)) > 1e-4
    assert stats.chisquare(np.bincount(noise.argmax(axis=1), minlength=SLOTS)).pvalue > 1e-4
    correlation = np.corrcoef(np.exp(-noise).T)[np.triu_indices(SLOTS, 1)]
    assert np.abs(correlation).max() < 4.8 / math.sqrt(len(noise))


def test_the_noise_of_a_place_is_the_same_however_many_there_are():
    """Places beyond those used are closed, not absent: drawing fewer or more changes no other place's noise."""
    whole, few = np.empty(SLOTS), np.empty(7)
    onward, less = np.empty(SLOTS), np.empty(18)
    for key in range(200):
        best = words(np.uint64(key), 5, CHOICE, 0, 3)[0]
        slot_noise(np.uint64(key), 5, 3, best, whole)
        slot_noise(np.uint64(key), 5, 3, best, few)
        gumbels(np.uint64(key), 5, PURPOSE["onward_0"], 3, onward)
        gumbels(np.uint64(key), 5, PURPOSE["onward_0"], 3, less)
        assert np.array_equal(whole[:7], few) and np.array_equal(onward[:18], less)
        assert len(np.unique(whole)) == len(np.unique(onward)) == SLOTS


# the screen


@pytest.mark.parametrize(("lam", "mu"), [(0.2, 0.4), (0.62, 0.05), (0.8, 0.8), (1.0, 1.0)])
@pytest.mark.parametrize(("eta", "looseness"), [(ETA, 0.0), (-8.0, 0.0), (-5.0, 2.9)])
def test_screened_sampler_is_the_plain_one(lam, mu, eta, looseness):
    """Decision by decision, place and channel, 50,000 units; none may differ."""
    n, values = 50_000, values_of(mu)
    plain = plain_doors(n, 9, 77, lam, eta, mu, values)
    weigh = lam, eta, nests_of(mu)
    screened, spared = screened_doors(n, 9, 77, weigh, sight(values, mu), bound_tables(lam), looseness)
    assert np.array_equal(plain, screened)
    assert (plain >= 0).sum() > 2
    if eta == -8.0 and mu < 1.0:  # with mu = 1 the bound allows for a channel sixteen times as likely
        assert spared > 0.9 * n


def test_nobody_goes_where_everything_is_closed():
    values = np.full((SLOTS, CHANNEL_SLOTS), -np.inf)
    assert (plain_choices(1000, 0, 1, 0.6, 50.0, values) == -1).all()
    weigh = 0.6, 50.0, nests_of(0.4)
    chosen, spared = screened_doors(1000, 0, 1, weigh, sight(values, 0.4), bound_tables(0.6), 1.0)
    assert (chosen == -1).all() and spared == 1000


@njit(cache=True)
def channels_given_places(n, mu):
    found = np.empty((n, CHANNEL_SLOTS))
    for i in range(n):
        noise = gumbel((i + 0.5) / n)
        fill_plain_noise(np.uint64(i), 5, 3, 9, noise, mu, found[i])
    return found


@pytest.mark.parametrize("mu", MUS)
def test_channels_have_the_noise_of_a_nest(mu):
    """Given a standard Gumbel for the place: each channel's noise is one, the best of n less mu log n, too (100,000
    draws, Kolmogorov-Smirnov p > 1e-4 each of five), and any is the best equally often (chi-square p > 1e-4); false
    alarm 6 in 10,000 a mu. The best of all sixteen is the place's own.
    """
    n = 100_000
    eps = channels_given_places(n, mu)
    for some in ([1], [6], [15], [1, 2, 7], [0, 3, 5, 9, 12, 14]):
        best = eps[:, some].max(axis=1) - mu * math.log(len(some))
        assert stats.kstest(best, stats.gumbel_r.cdf).pvalue > 1e-4, some
    assert stats.chisquare(np.bincount(eps.argmax(axis=1), minlength=CHANNEL_SLOTS)).pvalue > 1e-4
    own = -np.log(-np.log((np.arange(n) + 0.5) / n))
    assert np.abs(eps.max(axis=1) - mu * math.log(CHANNEL_SLOTS) - own).max() < 1e-9


@pytest.mark.parametrize("mu", [pytest.param(mu, marks=pytest.mark.slow if mu == 0.8 else ()) for mu in MUS])
def test_law_of_channels_is_the_nested_logit(mu):
    """Half a million units by place and channel against the closed form: |z| <= 4.2 in 13 cells, false alarm 4 in
    10,000.
    """
    n, lam, values = MANY, 0.62, values_of(mu)
    counts = np.bincount(plain_doors(n, 2, 5, lam, ETA, mu, values) + 1, minlength=SLOTS * CHANNEL_SLOTS + 1)
    by_place = {place: math.exp(value) for place, value in OPEN.items()}
    total = sum(by_place.values())
    leave = 1.0 / (1.0 + math.exp(-(ETA + lam * math.log(total))))
    wanted = {0: 1.0 - leave}
    for place, weight in by_place.items():
        for channel, share in ((1, 0.5), (2, 0.3), (7, 0.2)):
            wanted[1 + place * CHANNEL_SLOTS + channel] = leave * weight / total * share
    assert counts.sum() == sum(counts[cell] for cell in wanted)
    z = [(counts[cell] - n * p) / math.sqrt(n * p * (1.0 - p)) for cell, p in wanted.items()]
    assert np.abs(z).max() <= 4.2


@pytest.mark.parametrize("mu", MUS)
def test_closing_a_channel_moves_only_those_who_would_have_gone_by_it(mu):
    """By the engine's own sampler, 200,000 units: nobody else's choice of place or channel changes."""
    poland, weigh = PLACE["poland"], (0.62, ETA, nests_of(mu))
    before, after = (
        screened_doors(200_000, 2, 5, weigh, sight(values_of(mu, shut), mu), bound_tables(0.62), 0.0)[0]
        for shut in (None, (poland, 2))
    )
    by_it = before == poland * CHANNEL_SLOTS + 2
    assert by_it.sum() > 500 and np.array_equal(before[~by_it], after[~by_it])
    assert (after[by_it] // CHANNEL_SLOTS == poland).any() and (after[by_it] < 0).any()


def varied(n):
    """People who differ in sector, age, education, exposure, kin, card, ties and readiness."""
    luck = np.random.default_rng(8)
    return crowd(
        n,
        sector=luck.choice([SECTOR["it"], SECTOR["transport"], SECTOR["other"], SECTOR["public"]], n),
        birth=-luck.integers(18 * 12, 70 * 12, n),
        education=luck.integers(0, 2, n),
        exposure=luck.integers(0, len(EXPOSURE), n),
        conscription=luck.choice([CONSCRIPTION["never"], CONSCRIPTION["liable"]], n, p=[0.8, 0.2]),
        kin=luck.integers(0, 4, n),
        ancestry=luck.integers(0, 2, n),
        ties=luck.integers(0, 256, n),
        savings=luck.choice([50.0, 1e5], n),
    )


COUNTRIES = ("lithuania", "poland", "latvia", "georgia")


@njit(cache=True)
def plain_look(people, row, now, residents, waiting, values):
    """Value of every channel of every place straight from the world: no tables, no weights."""
    person = at(people, row)
    mask = flags(person, now.month)
    sector, groups = person.sector, class_groups(person.sector, mask)
    taste = words(person.key, 0, TASTE, 0, now.run.trait_seed)
    for place in range(N_PLACES):
        values[place] = -np.inf
        if place == person.place or now.places[place].distance <= 0.0:
            continue
        workers = now.run.reference.workers[sector]
        share = offer_share(now, place, sector, workers)
        living = country_value(now, residents[place], place, sector, threat_to(mask, now.belarus.war_fear))
        common = now.run.constants[place] + living
        for channel in range(N_CHANNELS):
            rules = now.rules[place, channel]
            age = (now.month - person.birth) // 12
            if (
                not eligible(now.law[place, channel], rules, sector, groups)
                or age < rules.youngest
                or age > rules.oldest
            ):
                continue
            if channel == RELOCATION or (channel == FAMILY and person.kin != place):
                continue
            reserve = now.coefficients.reserve * now.places[place].rent
            each = now.rules[place, channel].fee + now.rules[place, channel].funds
            grown = adults(person)
            price = move_price(fare(now, place, channel, groups), each, reserve, person.unit_size, grown)
            if money(person, now) < price:
                continue
            value = common + now.run.channel_constants[channel]
            value += channel_value(now, place, channel, share, waiting[place, channel])
            open_ = min(admission_share(now, place, channel, groups), travel_share(now, place, channel, groups))
            values[place, channel] = value + openness_term(open_)
        values[place] += now.coefficients.kin if person.kin == place else 0.0
        values[place] += now.coefficients.spread_country * NORMAL_GRID[byte(taste, place)]


@njit(cache=True)
def plain_month(people, n, now, residents, waiting, perceived, war_fear):
    """Everyone's choice with every value computed and every noise drawn, int64[n, 2]: place and channel or -1."""
    values, noise, eps = np.empty((N_PLACES, N_CHANNELS)), np.empty(N_PLACES), np.empty(CHANNEL_SLOTS)
    chosen = np.full((n, 2), -1)
    for row in range(n):
        person = at(people, row)
        eta = push(person, now.month, now.coefficients, perceived, war_fear, 0.0)
        plain_look(people, row, now, residents, waiting, values)
        lam = now.run.lam[threat_group(flags(person, now.month), war_fear)]
        mu = now.coefficients.nest_channel
        found, best = plain_best(person.key, now.month, now.run.seed, mu, values, noise, eps)
        if found >= 0 and plain_leaves(person.key, now.month, now.run.seed, lam, eta, best):
            chosen[row, 0], chosen[row, 1] = found // CHANNEL_SLOTS, found % CHANNEL_SLOTS
    return chosen


@pytest.mark.parametrize(("kin", "nest_channel", "by_motive"), [(0.9, 0.1, 0.0), (-0.9, 0.4, 1.0), (0.9, 1.0, 0.5)])
def test_the_month_of_the_model_is_the_plain_month(kin, nest_channel, by_motive):
    """With tastes, kin, money, ages, every push, doors and two lambdas, the compiled month with its tables, weights and
    ceilings is the plain one, unit by unit, whether everyone is watched or nobody; near-ties within 1e-12 decide one
    choice in 1e9.
    """
    b = quiet(
        level=-5.0, spread_leave=0.5, spread_country=0.6, nest_channel=nest_channel, kin=kin, skill=0.4, youth=0.9,
        old_age=-0.8, ties=-1.0, repression=0.5, war=1.2, exposure_none=0.7, exposure_protest=2.5, exposure_media=4.0,
        exposure_ngo=4.0, safety=1.0, income=0.7, work_right=0.3, wait=-0.05, reserve=1.0, diaspora=0.6,
        exposure_strike=2.0, exposure_war_comment=2.2, conscription=0.3, by_motive=by_motive, lambda_threatened=0.4,
        lambda_other=0.9,
    )  # fmt: skip
    world = plain_world(1, COUNTRIES, ("work", "family", "humanitarian", "short_visa", "irregular"))
    world.belarus["news"], world.belarus["war_fear"] = 0.8, 0.5
    world.demand[:, PLACE["poland"], SECTOR["it"]] = 500.0
    world = tighten(tighten(world, "poland", "work", months=3.0), "latvia", "humanitarian", fee=90.0)
    world = admit(tighten(world, "poland", "short_visa", works=0.0), "poland", "work", youngest=25, oldest=50)
    world = admit(world, "lithuania", "humanitarian", groups=1 << GROUP["persecuted"])
    world.openness[0, PLACE["georgia"], INSTRUMENT["air"]] = world.openness[0, 0, INSTRUMENT["land_exit"]] = 0.4
    n = 20_000
    table = constants(poland=1.0, georgia=-0.3, irregular=-0.4, humanitarian=0.2)
    plain, nobody_waits = None, np.zeros((N_PLACES, N_CHANNELS))
    for panel in (2**32, 0):
        model = start(varied(n), world, b, table)
        model.conditions = model.conditions._replace(panel=panel)
        model.processes["begin_month"](model)
        if plain is None:
            plain = plain_month(model.columns, n, model.now, model.residents, nobody_waits, 0.8, 0.5)
        model.processes["choose"](model)
        chosen = np.full((n, 2), -1)
        went = model.columns.plan > 0
        chosen[went, 0], chosen[went, 1] = model.columns.plan_place[went], model.columns.plan_channel[went]
        assert np.array_equal(chosen, plain)
        assert went.sum() > 100 and len(np.unique(plain[went], axis=0)) >= 6


# the law


@pytest.mark.parametrize("lam", LAMBDAS)
def test_law_is_the_nested_logit(lam):
    """Half a million units against the closed form: |z| <= 4 in five cells and chi-square p > 1e-4; false alarm 4 in
    10,000 a lambda.
    """
    n, values = MANY, values_of()
    p = probabilities(lam, ETA, values)
    counts = counts_of(plain_choices(n, 2, 5, lam, ETA, values))
    used = p > 0.0
    z = (counts - n * p)[used] / np.sqrt(n * p * (1.0 - p))[used]
    assert (counts[~used] == 0).all()
    assert np.abs(z).max() <= 4.0
    assert stats.chisquare(counts[used], n * p[used]).pvalue > 1e-4
    assert leave_probability(ETA, lam, sum(math.exp(value) for value in OPEN.values())) == pytest.approx(
        1.0 - p[-1], rel=1e-12
    )


def simulate_plainly(n, lam, eta, values, seed):
    """The nested logit again with none of the engine: numpy's Gumbels and Chambers-Mallows-Stuck's stable variable."""
    rng = np.random.default_rng(seed)
    best, chosen = np.full(n, -np.inf), np.full(n, -1)
    for slot, value in values.items():
        score = value + rng.gumbel(size=n)
        chosen[score > best] = slot
        best = np.maximum(best, score)
    angle = math.pi * (rng.random(n) - 0.5)  # one-sided stable of index lambda with transform exp(-s**lambda)
    shifted = angle + math.pi / 2
    stable = np.ones(n)
    if lam < 1.0:
        ratio = np.cos(angle - lam * shifted) / rng.exponential(size=n)
        stable = np.sin(lam * shifted) / np.cos(angle) ** (1 / lam) * ratio ** ((1 - lam) / lam)
    chosen[lam * (best + np.log(stable)) + eta <= rng.gumbel(size=n)] = -1
    return chosen


@pytest.mark.parametrize("lam", LAMBDAS)
def test_law_is_that_of_an_independent_simulation(lam):
    """Half a million units each: |z| <= 4 between the two in five cells; false alarm 3 in 10,000 a lambda."""
    n = MANY
    ours = counts_of(plain_choices(n, 2, 5, lam, ETA, values_of()))
    theirs = counts_of(simulate_plainly(n, lam, ETA, OPEN, seed=12))
    share = (ours + theirs) / (2 * n)
    used = share > 0
    z = (ours - theirs)[used] / np.sqrt(2 * n * share * (1 - share))[used]
    assert np.abs(z).max() <= 4.0


# the coupling


@pytest.mark.parametrize("lam", LAMBDAS)
def test_closing_a_destination_moves_only_those_who_would_have_gone_there(lam):
    """Of half a million units in both worlds, nobody else changes; of those who would have gone, the share that goes
    elsewhere is the closed form's (|z| <= 4, false alarm 6 in 100,000 a lambda).
    """
    n, open_, closed = MANY, values_of(), values_of(lithuania=-np.inf)
    before, after = (plain_choices(n, 2, 5, lam, ETA, values) for values in (open_, closed))
    there = before == PLACE["lithuania"]
    assert np.array_equal(before[~there], after[~there])
    p, q = probabilities(lam, ETA, open_), probabilities(lam, ETA, closed)
    deflected = 1.0 - (q[-1] - p[-1]) / p[PLACE["lithuania"]]
    moved, leavers = (after[there] >= 0).sum(), there.sum()
    assert abs(moved - leavers * deflected) <= 4.0 * math.sqrt(leavers * deflected * (1.0 - deflected)) + 1e-6


def test_a_better_destination_draws_and_never_repels():
    """Raising one value moves people to it and nobody away from it or between others."""
    n = 150_000
    before = plain_choices(MANY, 2, 5, 0.6, ETA, values_of())[:n]
    after = plain_choices(n, 2, 5, 0.6, ETA, values_of(georgia=0.5))
    changed = before != after
    assert changed.sum() > 500 and (after[changed] == PLACE["georgia"]).all()


def test_a_wish_to_leave_only_makes_leave():
    """Raising the push makes stayers leave and changes no destination of those who left anyway."""
    before, after = (plain_choices(MANY, 2, 5, 0.6, eta, values_of()) for eta in (ETA, ETA + 0.3))
    left = before >= 0
    assert np.array_equal(before[left], after[left]) and (after >= 0).sum() > left.sum() + 1000
