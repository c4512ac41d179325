"""The synthetic people obey the schema, the margins and the rules of households, whatever the sample and threads."""

from collections import Counter

import numpy as np
import pytest
import yaml

from sim.history import coefficients
from sim.history.clock import BEFORE_GROWN, clock
from sim.numerics.codes import (
    CONSCRIPTION,
    EDUCATION,
    EXPOSURE,
    LOCALITY,
    MODE,
    PLACE,
    POLITICS,
    REGION,
    SECTOR,
    SEX,
    STATUS,
)
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF
from sim.numerics.months import LONG_AGO, NEVER
from sim.population import employers, fit, layout, order, schema, service
from sim.population.census import CLASSES, age_sex, diaspora, figure, residents
from sim.population.households import couple_fit, parent_fit
from sim.population.synthesis import synthesise
from sim.population.traits import exposed, stay, tables

SEED = 2019


@pytest.fixture(scope="module")
def hundredth():
    return synthesise(100, SEED)


@pytest.fixture(scope="module")
def everyone(hundredth):
    """All rows, those of who may be born later included."""
    return hundredth.people


@pytest.fixture(scope="module")
def people(everyone):
    """Those who live on 1 January 2019."""
    living = everyone.member != schema.NOBODY
    return schema.Columns(*(table[living] for table in everyone))


@pytest.fixture(scope="module")
def head(people):
    """Row of the head of each person's unit."""
    rows = np.arange(len(people.key))
    return np.maximum.accumulate(np.where(people.member == 0, rows, -1))


def household(people):
    return people.key >> np.uint64(8)


# ---- schema ----


def test_every_column_is_in_range(everyone):
    assert schema.out_of_range(everyone) == []
    for column in schema.SCHEMA:
        assert getattr(everyone, column.name).dtype == np.dtype(column.dtype)


def test_a_person_fits_its_budget():
    assert schema.bytes_per_person() <= schema.MAX_BYTES


def test_keys_are_unique_and_leave_room_for_newborns(people, everyone):
    assert len(np.unique(everyone.key)) == len(everyone.key)
    assert (people.key & np.uint64(15) == 0).all()


def test_who_may_be_born_stands_behind_the_mothers_unit_and_has_a_key_of_hers(everyone):
    rows = np.flatnonzero(everyone.member == schema.NOBODY)
    mothers = rows - everyone.mother[rows]
    assert (everyone.mother[rows] > 0).all() and len(rows) > 4000
    assert (everyone.sex[mothers] == SEX["female"]).all() and (everyone.member[mothers] != schema.NOBODY).all()
    assert (everyone.key[rows] & ~np.uint64(15) == everyone.key[mothers]).all()
    number = (everyone.key[rows] & np.uint64(15)).astype(int)
    first = np.r_[True, mothers[1:] != mothers[:-1]]
    assert (number[first] == 1).all() and (number[~first] == number[np.flatnonzero(~first) - 1] + 1).all()
    heads = mothers - everyone.behind[mothers]
    assert (rows <= heads + everyone.reach[heads]).all() and (everyone.circle[rows] == everyone.circle[heads]).all()
    age = (everyone.birth[rows].astype(int) - everyone.birth[mothers]) // 12
    assert age.min() >= 15 and age.max() < 50 and 27 < age.mean() < 31
    assert everyone.birth[rows].min() >= 0 and everyone.birth[rows].max() <= clock().last
    assert 0.49 < (everyone.sex[rows] == SEX["male"]).mean() < 0.54
    assert clock().last < 15 * 12, "daughters born after 2018 would bear children, who have no rows"


def test_a_longer_history_has_rows_for_more_children_and_else_the_same():
    """Rows of who is born by the end of the clock are the same but for how far they are from others; the others are
    children of their mothers too, who come after those.
    """
    short, within, longer = (synthesise(1000, SEED, until=until) for until in (0, clock().last, BEFORE_GROWN))
    for name in schema.Columns._fields:
        assert getattr(short.people, name).tobytes() == getattr(within.people, name).tobytes()
    assert (short.last, within.last, longer.last) == (clock().last, clock().last, BEFORE_GROWN)
    more = longer.people.birth > clock().last
    assert 300 < more.sum() < 900 and longer.people.birth.max() == BEFORE_GROWN
    for ours, theirs in ((longer.people.traits, short.people.traits), (longer.people.states, short.people.states)):
        for name in set(ours.dtype.names) - {"reach", "mother"}:
            assert np.array_equal(ours[name][~more], theirs[name]), name
    rows, people = np.flatnonzero(longer.people.member == schema.NOBODY), longer.people
    assert (people.key[rows] & ~np.uint64(15) == people.key[rows - people.mother[rows]]).all()
    assert len(np.unique(people.key)) == len(people.key)


def test_a_reach_ends_where_the_next_unit_begins(everyone):
    heads = np.flatnonzero(everyone.member == 0)
    assert np.array_equal(heads + everyone.reach[heads], np.r_[heads[1:], len(everyone.key)] - 1)
    ends = np.repeat(heads + everyone.reach[heads], np.diff(np.r_[heads, len(everyone.key)]))
    assert np.array_equal(np.arange(len(everyone.key)) + everyone.reach, ends)


# ---- units, households, circles ----


def test_units_are_adjacent_and_headed_by_an_adult(people, head):
    rows = np.arange(len(people.key))
    assert people.member[0] == 0
    assert np.array_equal(household(people)[head], household(people))
    assert np.array_equal(rows - people.behind, head) and (people.unit_size[people.member > 0] == 0).all()
    sizes = np.bincount(head, minlength=len(rows))[people.member == 0]
    assert np.array_equal(sizes, people.unit_size[people.member == 0])
    assert (fit.completed_age(people.birth)[people.member <= 1] >= 18).all()


def test_minors_are_never_alone_and_only_they_follow_the_adults(people, head):
    age = fit.completed_age(people.birth)
    assert ((age < 18) == (people.member >= 2)).all()
    assert (age[head] >= 18).all()
    assert (people.unit_size[head][age < 18] >= 2).all()


def test_partners_follow_their_head_and_differ_in_sex(people):
    partner = np.flatnonzero(people.member == 1)
    assert len(partner) > 10_000
    assert (people.member[partner - 1] == 0).all()
    assert (people.sex[partner] != people.sex[partner - 1]).all()


def test_mothers_are_fifteen_to_fiftyfive_years_older(people, head):
    age = fit.completed_age(people.birth)
    minor = people.member >= 2
    gap = age[head] - age
    mothers = minor & (people.sex[head] == SEX["female"])
    assert gap[mothers].min() >= 15
    assert gap[mothers].max() <= 55


def test_circles_are_whole_households_of_about_a_hundred(hundredth, people):
    start, everyone = hundredth.circle_start, hundredth.people
    assert start[0] == 0 and start[-1] == len(everyone.key)
    sizes = np.add.reduceat((everyone.member != schema.NOBODY).astype(int), start[:-1])
    assert sizes.min() >= 80 and sizes.max() <= 125
    assert np.array_equal(np.repeat(everyone.circle[start[:-1]], np.diff(start)), everyone.circle)
    circles_of = {}
    for home, circle in zip(household(people).tolist(), people.circle.tolist(), strict=True):
        assert circles_of.setdefault(home, circle) == circle


def test_circles_are_alike_but_not_equal(people):
    rows = people.member == 0
    circle = np.unique(people.circle[rows], return_inverse=True)[1]
    graduates = np.bincount(circle, people.education[rows]) / np.bincount(circle)
    share = people.education[rows].mean()
    alike = graduates.var() / (share * (1 - share))  # 0 for random circles of many, 1 for circles of equals
    assert 0.15 < alike < 0.5


# ---- samples ----


def test_a_smaller_sample_is_part_of_a_larger_one_row_for_row(hundredth, everyone):
    people = everyone
    thousandth = synthesise(1000, SEED).people
    rows = np.isin(people.circle, thousandth.circle)
    assert set(thousandth.circle.tolist()) == {c for c in people.circle.tolist() if c % 1000 == 0}
    for column in schema.SCHEMA:
        small, large = getattr(thousandth, column.name), getattr(people, column.name)[rows]
        assert small.tobytes() == large.tobytes(), column.name


def test_same_seed_same_bytes_for_any_number_of_threads():
    one, three = synthesise(1000, SEED, threads=1), synthesise(1000, SEED, threads=3)
    assert one.circle_start.tobytes() == three.circle_start.tobytes()
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one.people, three.people, strict=True))


def test_another_seed_is_another_population():
    one, other = synthesise(1000, SEED).people, synthesise(1000, SEED + 1).people
    n = min(len(one.key), len(other.key))
    assert (one.frailty[:n] != other.frailty[:n]).mean() > 0.9
    living = [np.count_nonzero(people.member != schema.NOBODY) for people in (one, other)]
    assert abs(living[0] / living[1] - 1) < 0.01


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"one_in": 0}, "one_in"),
        ({"one_in": 10**9}, "one_in"),
        ({"seed": -1}, "seed"),
        ({"threads": 0}, "threads"),
        ({"until": BEFORE_GROWN + 1}, "until"),
    ],
)
def test_senseless_samples_are_refused_by_name(changes, name):
    with pytest.raises(UserError, match=name):
        synthesise(**{"one_in": 1000, "seed": 1, **changes})


def test_ranks_put_the_coarse_samples_first():
    circles = 12_345
    ranks = np.array([order.rank(c, circles) for c in range(circles)])
    assert np.array_equal(np.sort(ranks), np.arange(circles))
    for level in (1000, 100, 10):
        assert ranks[::level].max() == len(ranks[::level]) - 1


def test_households_of_circles_cover_each_stratum_once():
    plan = layout.layout()
    for stratum in (0, 8):
        n = int(plan.first_household[stratum + 1] - plan.first_household[stratum])
        circles = int(plan.first_circle[stratum + 1] - plan.first_circle[stratum])
        starts = np.array([order.first_household(plan, stratum, nth) for nth in range(circles + 1)])
        assert starts[0] == 0 and starts[-1] == n
        assert (np.diff(starts) > 20).all()


# ---- margins ----


def test_targets_keep_the_official_national_margin():
    table = residents().sum(axis=0)
    assert table.sum() == pytest.approx(figure("residents"), rel=1e-9)
    old = CLASSES.index(60)
    assert table[old:].ravel() == pytest.approx(age_sex("2019-01-01", "belarus")[-5:].ravel(), rel=1e-9)


def test_the_settled_abroad_are_those_of_the_destinations():
    files = sorted((CONF / "destination").glob("*.yaml"))
    assert len(files) == np.count_nonzero(diaspora())
    for file in files:
        stated = yaml.safe_load(file.read_text(encoding="utf-8"))["parameters"]["diaspora"]["value"]
        assert (file.stem, stated) == (file.stem, diaspora()[PLACE[file.stem]])


def test_planned_households_hold_the_residents_exactly():
    plan = layout.layout()
    assert plan.cell_people[:13, -1] == pytest.approx(residents().sum(axis=(1, 2)), rel=1e-8)
    assert plan.cell_people[13:, -1].sum() == pytest.approx(diaspora().sum(), rel=1e-8)


# worst cell, in per cent, allowed at 1:100: four standard errors of a simple random sample of the smallest cell for
# margins that chance decides, far less for those that the order fixes
AT_ONE_IN_100 = {
    "residents": 0.5,
    "age, sex": 8,
    "region, locality": 3,
    "urban share": 0.5,
    "higher education": 12,
    "mean net wage": 12,
    "politics, urban 18-64": 3,
    "took part in protests": 6,
    "took part in strikes": 30,
    "will speak against war": 25,
    "Polish cards": 14,
    "kin abroad": 5,
    "Schengen visa": 5,
    "passport": 1,
    "conscript pool": 6,
    "trained reserve": 6,
    "staff of employers": 40,
    "work abroad": 6,
    "lives elsewhere": 25,
    "short work abroad": 18,
}


def test_margins_hold_at_one_in_a_hundred(hundredth):
    table = fit.fit_table(hundredth)
    assert {row.margin for row in table} >= set(AT_ONE_IN_100)
    off = [
        (row.margin, row.cell, round(row.percent, 1))
        for row in table
        if row.margin in AT_ONE_IN_100 and abs(row.percent) > AT_ONE_IN_100[row.margin]
    ]
    assert off == []
    regional = [abs(row.percent) for row in table if row.margin == "age, sex, region"]
    assert len(regional) == 17 * 2 * 7
    assert sum(regional) / len(regional) < 6
    large = [row for row in table if row.margin in ("settled abroad", "work, 18 and over") and row.target > 10_000]
    assert len(large) >= 12
    assert max(abs(row.percent) * row.target**0.5 for row in large) < 4 * 1000 * 2  # 4 s.e., design effect 4


def test_the_printed_fit_names_every_margin(hundredth):
    table = fit.fit_table(hundredth)
    text = fit.summary(table)
    liable = next(row for row in table if row.cell == "liable")
    assert f"liable {liable.synthetic:,.0f}" in text
    assert all(row.margin in text for row in table)
    assert len(fit.listing(table).splitlines()) == len(table) + 1


# ---- traits ----


ABROAD = [STATUS["permit"], STATUS["permanent"]]
"""Rights by which the diaspora stays."""


def test_the_settled_of_2018_came_as_their_stock_grew(people):
    """Half or more of a stock that doubles in three years came in these years, few of one that hardly grows; who is
    permanent has been there for five years; a unit came together.
    """
    lived = -1 - people.since.astype(int)
    for place, growth in (("lithuania", 0.2267), ("germany", 0.0302)):
        there = (people.mode == MODE["settled"]) & (people.place == PLACE[place])
        expected = 1 - np.exp(-3 * (growth + 0.05))
        assert abs((lived[there] < 36).mean() - expected) < 6 * np.sqrt(0.25 / there.sum())
    settled = people.mode == MODE["settled"]
    permanent = people.status == STATUS["permanent"]
    assert 0.35 < permanent[settled].mean() < 0.55 and lived[permanent].min() >= 60
    assert lived[settled].max() > 240
    partners = np.flatnonzero(settled & (people.member == 1))
    for name in ("since", "status", "expiry"):
        assert np.array_equal(getattr(people, name)[partners], getattr(people, name)[partners - 1])
    assert np.array_equal(people.left[settled], np.maximum(people.since, people.birth)[settled])
    assert (people.left[~settled] == LONG_AGO).all()


def test_status_agrees_with_place_and_mode(people):
    home, away, settled = (people.mode == MODE[name] for name in ("home", "pendular", "settled"))
    assert (people.place[home] == PLACE["belarus"]).all() and (people.status[home] == STATUS["home"]).all()
    assert np.isin(people.place[away], [PLACE["poland"], PLACE["russia"]]).all()
    assert (people.status[away] == STATUS["pendular"]).all() and (settled == np.isin(people.status, ABROAD)).all()
    assert np.array_equal(settled, people.region == REGION["abroad"])
    assert (people.since[home] == LONG_AGO).all() and (people.expiry[home] == NEVER).all()
    assert (people.since[~home] < 0).all() and (people.expiry[~home] >= 0).all()
    assert (people.expiry[away] - people.since[away] >= 3).all()
    assert (people.expiry[away] <= 8).all()  # a season has at most nine months; others without a break went before
    assert (people.expiry[away] - people.since[away] <= 9 + 120).all()
    assert 0.4 < (people.expiry[away] - people.since[away] > 9).mean() < 0.6


def test_work_agrees_with_age(people):
    age = fit.completed_age(people.birth)
    assert np.array_equal(people.sector == SECTOR["child"], age < 16)
    assert (people.sector[(age >= 16) & (age < 18)] == SECTOR["student"]).all()
    assert age[people.sector == SECTOR["retired"]].min() >= 50
    assert (people.income[people.sector == SECTOR["child"]] == 0).all()
    mean = {name: people.income[people.sector == SECTOR[name]].mean() for name in ("it", "public")}
    assert mean["it"] > 3 * mean["public"]


def test_only_young_men_without_minors_serve(people):
    age = fit.completed_age(people.birth)
    serving = people.conscription == CONSCRIPTION["serving"]
    assert serving.sum() > 100
    assert (people.sex[serving] == SEX["male"]).all()
    assert age[serving].min() >= 18 and age[serving].max() <= 26
    heads = np.flatnonzero(serving) - people.behind[serving]
    assert (people.unit_size[heads] <= 2).all() and (people.mode[serving] == MODE["home"]).all()
    assert (people.serves_until[serving] >= 0).all() and (people.serves_until[~serving] == LONG_AGO).all()
    assert (people.conscription[people.sex == SEX["female"]] == CONSCRIPTION["never"]).all()
    called = people.conscription == CONSCRIPTION["liable"]
    assert age[called].min() >= 18 and age[called].max() <= 26


def test_standings_follow_the_rule_of_service(people, head):
    age = fit.completed_age(people.birth)
    is_ = {name: people.conscription == code for name, code in CONSCRIPTION.items()}
    men = people.sex == SEX["male"]
    young = men & (age >= 18) & (age <= 26)
    at_home = people.region != REGION["abroad"]
    assert not (young & at_home & is_["never"]).any() and not (~at_home & is_["liable"]).any()
    assert young[is_["liable"] | is_["deferred"] | is_["exempt"] | is_["family"]].all()
    assert np.array_equal(is_["deferred"] & (age >= 22), np.zeros(len(age), bool))
    assert (people.sector[is_["deferred"]] == SECTOR["student"]).all()
    officer = is_["reserve_officer"]
    assert (age[officer] >= 22).all() and (age[officer] < 50).all()
    assert ((people.education[officer] == EDUCATION["higher"]) | (people.sector[officer] == SECTOR["student"])).all()
    minors = people.unit_size[head] - 1 - np.isin(head, np.flatnonzero(people.member == 1) - 1)
    assert (minors[is_["family"]] >= 2).all()
    assert not ((is_["liable"] | is_["deferred"]) & (minors >= 2)).any()
    older = men & (age >= 27) & (age < 50)
    assert (older & is_["served"]).sum() > 2000 and not (men & (age >= 50) & ~is_["never"]).any()


def test_standings_are_the_unfit_of_every_year_of_age_and_a_steady_draft():
    table, men = service.standings(), service.men_of_draft_age()
    fixed = coefficients.load()
    assert table.sum(axis=1) == pytest.approx(men.sum(axis=(1, 2)))
    assert table[:, CONSCRIPTION["exempt"]] == pytest.approx(fixed.exempt_share * men.sum(axis=(1, 2)))
    of_18_months = 2 * figure("drafted_each_call") * figure("service_months") / 12
    assert table[:, CONSCRIPTION["serving"]].sum() == pytest.approx(of_18_months, rel=0.02)
    a_year = 2 * figure("drafted_each_call")
    assert 4 * a_year < table[:, CONSCRIPTION["liable"]].sum() < 8 * a_year
    studied = men[4:, 1].sum() + men[4:, 0, 1].sum()
    officers = fixed.officer_share * (1 - fixed.exempt_share) * studied
    assert table[:, CONSCRIPTION["reserve_officer"]].sum() == pytest.approx(officers)


def test_exposure_follows_politics_and_work(people):
    age = fit.completed_age(people.birth)
    abroad = people.region == REGION["abroad"]
    is_ = {name: people.exposure == code for name, code in EXPOSURE.items()}
    assert not (abroad & ~is_["none"]).any()
    protested = is_["protest"] | is_["strike"]
    assert (people.politics[protested] == 2).all()
    workers = [SECTOR[name] for name in ("industry", "transport", "public")]
    assert is_["strike"].sum() > 100 and np.isin(people.sector[is_["strike"]], workers).all()
    assert np.array_equal(is_["media"] | is_["ngo"], (people.sector == SECTOR["ngo_media"]) & ~abroad)
    speaking = np.bincount(people.politics[is_["war_comment"]], minlength=3)
    assert speaking[2] > speaking[1] > speaking[0] and age[is_["war_comment"]].min() >= 15


@pytest.mark.parametrize(
    ("politics", "age", "sector", "u", "expected"),
    [
        ("protest", 30, "ngo_media", 0.01, "media"),
        ("protest", 30, "ngo_media", 0.41, "ngo"),
        ("protest", 30, "industry", 0.0299, "strike"),
        ("protest", 30, "industry", 0.0301, "protest"),
        ("protest", 30, "industry", 0.2999, "protest"),
        ("protest", 30, "industry", 0.3001, "none"),
        ("protest", 63, "industry", 0.01, "none"),
        ("observer", 30, "industry", 0.01, "none"),
        ("observer", 30, "industry", 0.991, "war_comment"),
        ("protest", 15, "student", 0.991, "war_comment"),
        ("protest", 14, "child", 0.991, "none"),
    ],
)
def test_one_luck_gives_one_exposure(politics, age, sector, u, expected):
    strike = 0.1 if sector == "industry" else 0.0
    chances = tables()._replace(war_comment=np.full(3, 0.01), media=0.4)
    code = exposed(POLITICS[politics], age, SECTOR[sector], 0.3, strike, chances, u)
    assert code == EXPOSURE[expected]


# ---- employers, addresses, work abroad ----


def test_employers_are_of_the_worker_s_sector(people):
    at_home = people.region != REGION["abroad"]
    employed, sector_of = people.employer > 0, employers.sector_of_employer()
    assert people.employer.max() < len(sector_of) and sector_of.dtype == np.uint8 and sector_of[0] == SECTOR["none"]
    assert np.array_equal(sector_of[people.employer[employed]], people.sector[employed])
    assert at_home[employed].all()
    assert employed[at_home & (people.sector == SECTOR["ngo_media"])].all()
    it = employed[at_home & (people.sector == SECTOR["it"])]
    assert abs(it.mean() - 70_000 / 144_300) < 4 * 0.5 / len(it) ** 0.5  # false alarm once in 16,000
    numbers = np.bincount(sector_of, minlength=len(SECTOR))
    assert numbers[SECTOR["it"]] == figure("hi_tech_park_companies")
    assert numbers[SECTOR["ngo_media"]] == coefficients.load().organisations


def test_media_people_work_for_newsrooms(people):
    media = people.employer[people.exposure == EXPOSURE["media"]]
    ngo = people.employer[people.exposure == EXPOSURE["ngo"]]
    assert media.min() > figure("hi_tech_park_companies") and media.max() < ngo.min()


def test_employers_shrink_with_their_number():
    made = employers.employers()
    for first, end in zip(made.first[:-1] - 1, made.first[1:] - 1, strict=True):
        sizes = np.diff(made.cumulative[first:end], prepend=0.0)
        assert (np.diff(sizes) < 1e-12).all() and made.cumulative[end - 1] == 1.0
    it = made.cumulative[: made.first[1] - 1]
    assert it[0] == pytest.approx(2 * (it[1] - it[0]))  # Zipf's law
    table = (made.first, made.staff, made.cumulative)
    assert employers.employer(SECTOR["it"], 0, 1e-9, *table) == 1
    assert employers.employer(SECTOR["it"], 0, made.staff[0] - 1e-9, *table) == made.first[1] - 1
    assert employers.employer(SECTOR["it"], 0, made.staff[0], *table) == 0
    assert employers.employer(SECTOR["ngo_media"], EXPOSURE["ngo"], 1 - 1e-12, *table) == made.first[3] - 1


def test_the_young_live_elsewhere_first_in_minsk(people):
    age = fit.completed_age(people.birth)
    away = people.elsewhere == 1
    assert not away[(age < 18) | (people.region == REGION["abroad"])].any()
    young, older = (age >= 18) & (age < 36), age >= 36
    assert away[young].mean() > 3 * away[older].mean()
    minsk = people.region == REGION["minsk_city"]
    rural = people.locality == LOCALITY["rural"]
    assert away[young & minsk].mean() > away[young & ~minsk].mean() > away[young & rural].mean()


def test_work_abroad_is_of_those_settled_with_a_sector(people):
    working = people.job == 1
    assert (people.region[working] == REGION["abroad"]).all()
    assert not np.isin(people.sector[working], [SECTOR[n] for n in ("none", "student", "retired", "child")]).any()


def test_a_visa_is_put_in_a_valid_passport(people):
    holder = people.visa > LONG_AGO
    assert holder.sum() > 5000
    assert (people.passport[holder] >= people.visa[holder]).all()
    assert (people.visa[holder] >= 0).all() and (people.visa[holder] < 48).all()


def test_nothing_has_happened_yet(people):
    for name in ("detained", "exit_ban", "held", "trial", "applied", "due", "aspires"):
        assert (getattr(people, name) == LONG_AGO).all(), name
    assert (people.plan == 0).all() and (people.lead == 0).all()


def test_a_stay_has_begun_and_has_not_ended():
    stays = [stay(3, 9, u, w) for u in range(256) for w in range(256)]
    assert all(since <= -1 and last >= 0 and 3 <= last - since <= 9 for since, last in stays)
    lengths = Counter(last - since for since, last in stays)
    assert set(lengths) == set(range(3, 10))


def test_plausibility_of_families():
    young, child = CLASSES.index(18), CLASSES.index(0)
    assert parent_fit(young, child) == 0  # an 18-year-old has no child of four
    assert parent_fit(CLASSES.index(30), child) > 0.5
    assert parent_fit(CLASSES.index(65), child) == 0
    assert couple_fit(CLASSES.index(30), CLASSES.index(30)) > couple_fit(CLASSES.index(40), CLASSES.index(30))


@pytest.mark.slow
def test_margins_hold_for_the_whole_country():
    population = synthesise(1, SEED)
    sizes = np.diff(population.circle_start)
    assert sizes.min() >= 80 and sizes.max() <= 125
    assert len(np.unique(population.people.key)) == len(population.people.key)
    worst = Counter()
    for row in fit.fit_table(population):
        worst[row.margin] = max(worst[row.margin], abs(row.percent))
    tight = {
        "residents": 0.05,
        "age, sex": 0.5,
        "age, sex, region": 2.5,
        "region, locality": 0.3,
        "urban share": 0.1,
        "higher education": 1,
        "work, 18 and over": 2,
        "mean net wage": 1,
        "politics, urban 18-64": 0.3,
        "took part in protests": 1,
        "Polish cards": 2,
        "Schengen visa": 1,
        "passport": 0.5,
        "took part in strikes": 3,
        "will speak against war": 3,
        "conscript pool": 0.5,
        "service, men of 18-26": 5,
        "trained reserve": 1,
        "staff of employers": 4,
        "work abroad": 1,
        "lives elsewhere": 2,
        "short work abroad": 3,
        "settled abroad": 5,
    }
    assert {margin: round(off, 2) for margin, off in worst.items() if off > tight.get(margin, 100)} == {}
