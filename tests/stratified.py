"""A few hundred people in households of every kind, so that each process of the month has somebody to act on, and
the real history made hot for so few: what the second reading of the model is compared on.
"""

import numpy as np

from sim.history.catalogue import load_history
from sim.history.coefficients import Behaviour, load
from sim.history.compiled import World, build
from sim.history.inventory import load_destinations
from sim.model.model import EmigrationModel
from sim.numerics.codes import CONSCRIPTION, EXPOSURE, MODE, OFFICER, PLACE, SECTOR, SEX, STATUS, WAR_VIEW
from sim.numerics.months import LONG_AGO, NEVER
from sim.population import schema
from sim.population.lives import Lives, lives
from tests.verification.plain import PlainModel
from tests.worlds import Crowd, give_employers

YEAR = 12
GROWN = 18 * YEAR
UNBORN = 2
"""Children who may be born to a household."""
MONTHS = 84
"""Months in which they may."""
CIRCLE = 9
"""Fewest members of a circle: a household never parts, and so few make the circle's feedback strong."""

HOUSEHOLDS = (
    # how many, what they are, ages in years from and to of each member, where they are
    (70, "young man", ((18, 27),), "home"),
    (30, "single", ((18, 70),), "home"),
    (35, "couple", ((20, 65), (20, 65)), "home"),
    (25, "couple with a child", ((25, 50), (25, 50), (0, 18)), "home"),
    (15, "couple with three", ((30, 50), (28, 48), (15, 18), (8, 15), (0, 8)), "home"),
    (15, "parent with a child", ((25, 55), (10, 18)), "home"),
    (15, "single away on pendular work", ((25, 55),), "pendular"),
    (40, "settled abroad", ((20, 60), (20, 60), (0, 17)), "settled"),
)
SETTLED_IN = ("lithuania", "poland", "latvia", "georgia", "ukraine", "russia", "germany")
SETTLED_BY = ("visa_free", "visa", "permit", "permanent", "asylum_seeker", "protected", "irregular")


def stratified_people(one_in: int = 1) -> Crowd:
    """About 450 people in 245 households; for `one_in` = k the same agents stand for k persons each."""
    luck = np.random.default_rng(2021)
    plan = [household for many, *household in HOUSEHOLDS for _ in range(many)]
    plan = [plan[i] for i in luck.permutation(len(plan))]
    sizes = np.array([len(ages) + UNBORN for _, ages, _ in plan])
    people = schema.empty(int(sizes.sum()))
    first = np.cumsum(sizes) - sizes
    for number, ((_, ages, where), head) in enumerate(zip(plan, first, strict=True)):
        rows = np.arange(head, head + len(ages))
        many = len(rows)
        people.key[rows] = [((number + 1) << 40) + (i << 33) + 7 for i in range(many)]
        people.member[rows] = [0, *(1 if ages[i][0] >= 18 else 2 for i in range(1, many))]
        people.behind[rows], people.unit_size[head] = rows - head, many
        people.birth[rows] = [-luck.integers(low * YEAR, high * YEAR) for low, high in ages]
        _unborn(people, rows, luck)
        people.region[rows], people.locality[rows] = luck.integers(0, 7), luck.integers(0, 2)
        people.kin[rows] = luck.integers(0, 5)
        people.ancestry[rows] = luck.integers(0, 6, many) == 0
        people.frailty[rows] = luck.integers(0, 256, many)
        _place(people, rows, where, luck)
    _persons(people, luck)
    breaks = [0]
    for head in first:
        if head - breaks[-1] >= CIRCLE:
            breaks.append(int(head))
    start = np.array([*breaks, len(people.key)], np.int64)
    people.circle[:] = np.repeat(np.arange(len(breaks)), np.diff(start)) * one_in
    made = Crowd(people, start, one_in)
    give_employers(made, luck)
    return made


def _unborn(people: schema.Columns, rows: np.ndarray, luck: np.random.Generator) -> None:
    """Rows behind a household for children whom any of it may bear."""
    after = np.arange(rows[-1] + 1, rows[-1] + 1 + UNBORN)
    mothers = luck.choice(rows[: 1 + luck.integers(0, len(rows))], UNBORN)
    people.key[after] = people.key[mothers] + np.arange(1, UNBORN + 1, dtype=np.uint64)
    people.mother[after] = after - mothers
    people.birth[after] = luck.integers(0, MONTHS, UNBORN)
    people.member[after] = people.behind[after] = schema.NOBODY
    people.mode[after], people.expiry[after] = MODE["nowhere"], NEVER
    people.reach[rows[0] : after[-1] + 1] = after[-1] - np.arange(rows[0], after[-1] + 1)
    people.kin[after] = people.kin[rows[0]]


def busy_lives() -> Lives:
    """Births and deaths often enough for few people and years, other abroad than at home."""
    rates = lives()
    births, most, deaths = (np.zeros_like(array) for array in (rates.births, rates.most, rates.deaths))
    births[:, 0, 15:], births[:, 1, 15:], most[15:] = 0.05, 0.08, 0.1
    births[1::2] *= 0.8
    deaths[:, 0], deaths[:, 1] = 0.0015, 0.003
    deaths[:, :, :, 60:] *= 3.0
    return rates._replace(births=births, most=most, deaths=deaths)


def _place(people: schema.Columns, rows: np.ndarray, where: str, luck: np.random.Generator) -> None:
    """Put a household where it is at the start, and by what right."""
    people.expiry[rows] = NEVER
    people.since[rows] = luck.integers(-60, 0)
    people.mode[rows] = MODE[where]
    if where == "settled":
        people.place[rows] = PLACE[luck.choice(SETTLED_IN)]
        people.status[rows] = status = STATUS[luck.choice(SETTLED_BY)]
        people.channel[rows] = luck.integers(1, 13)
        if status not in (STATUS["protected"], STATUS["irregular"]):
            people.expiry[rows] = luck.integers(0, 18)
    elif where == "pendular":
        people.place[rows] = PLACE[luck.choice(["poland", "russia"])]
        people.status[rows] = STATUS["pendular"]
        people.expiry[rows] = luck.integers(0, 8)


def _persons(people: schema.Columns, luck: np.random.Generator) -> None:
    """What differs from person to person: work, money, exposure, papers, service."""
    n = len(people.key)
    grown = people.member < 2
    people.sex[:] = luck.integers(0, 2, n)
    people.education[:] = luck.integers(0, 2, n)
    people.ties[:] = luck.integers(0, 256, n)
    people.sector[:] = np.where(grown, luck.integers(0, 10, n), SECTOR["child"])
    people.exposure[:] = np.where(grown, luck.choice(list(EXPOSURE.values()), n, p=[0.4, 0.2, 0.1, 0.1, 0.1, 0.1]), 0)
    people.income[:] = np.where(grown, 400.0, 0.0)
    people.saved_at[:] = luck.choice([LONG_AGO, LONG_AGO, -5, 0], n)
    people.savings[:] = np.where(grown, luck.choice([0.0, 333.3, 666.6, 999.9, 2500.0, 1e5], n), 0.0)
    people.visa[:] = np.where(luck.integers(0, 3, n) == 0, luck.integers(-5, 50, n), LONG_AGO)
    people.passport[:] = luck.integers(-3, 70, n)
    for name, share in (("detained", 0.03), ("held", 0.04), ("exit_ban", 0.06)):
        when = luck.integers(-40, 0, n) if name == "detained" else luck.integers(0, 10, n)
        getattr(people, name)[:] = np.where((luck.random(n) < share) & grown, when, LONG_AGO)
    people.trial[:] = people.aspires[:] = people.due[:] = LONG_AGO
    charged = (luck.random(n) < 0.05) & grown
    people.trial[charged] = luck.integers(-5, 6, int(charged.sum()))
    people.held[charged] = luck.integers(3, 15, int(charged.sum()))
    people.elsewhere[:] = luck.integers(0, 2, n)
    people.job[:] = grown & (people.mode == MODE["settled"]) & (luck.integers(0, 2, n) == 0)
    people.serves_until[:] = LONG_AGO
    liable = grown & (people.sex == SEX["male"]) & (people.birth > -27 * YEAR) & (people.mode == MODE["home"])
    young = ("never", *["liable"] * 6, "deferred", "serving", "served", *["reserve_officer"] * 4, "exempt", "family")
    standings = [CONSCRIPTION[name] for name in young]
    people.conscription[liable] = luck.choice(standings, int(liable.sum()))
    serving = people.conscription == CONSCRIPTION["serving"]
    people.serves_until[serving] = luck.integers(0, 8, int(serving.sum()))
    own = np.random.default_rng(7)  # of its own, so that it changes nothing else
    people.war_view[:] = own.choice(list(WAR_VIEW.values()), n, p=[0.7, 0.15, 0.15])
    people.officer[grown] = own.choice(list(OFFICER.values()), int(grown.sum()), p=[0.8, 0.1, 0.1])
    abroad = people.mode == MODE["settled"]
    people.left[:] = np.where(abroad, people.since - own.integers(0, 10 * YEAR, n), LONG_AGO)


def hot_history(scenario: str, people: Crowd, months: int = 84, heat: float = 30.0) -> World:
    """The real history's rules, hazards `heat` times the country's, quotas and offers of one or two a month."""
    world = build(load_history(scenario), load_destinations(), months)
    scale = heat * len(people.people.key) * people.one_in / 9_400_000
    belarus, rules, places = world.belarus.copy(), world.rules.copy(), world.places.copy()
    for name in ("summoned", "drafted"):
        belarus[name] *= scale
    for name in ("detentions", "charges"):  # hotter still: most of the exposed are abroad before long
        belarus[name] *= 4.0 * scale
    for name in ("ban_accused", "ban_liable", "arrest_on_return"):
        belarus[name] = np.maximum(belarus[name], 0.3)
    for name in ("relocation_it", "relocation_media"):
        belarus[name] = np.maximum(belarus[name], 0.05)
    belarus["pardon"] = 0.3
    belarus["officers"] = belarus["reservists"] = 0.5 * people.one_in
    belarus["volunteers"], belarus["deserters"] = 1.0 * people.one_in, 0.5 * people.one_in
    belarus["officers_barred"], belarus["ban_reserve"], belarus["certificates"] = 0.4, 0.3, 0.6
    places["screening_false"], places["screening_true"] = np.maximum(places["screening_false"], 0.05), 0.8
    places["naturalisation"], places["revocation"] = 0.3, np.maximum(places["revocation"], 0.01)
    places["permanence"], places["naturalisation_months"], places["residence_visa_free"] = 14.0, 12.0, 0.3
    for name, least in (("asylum_inside", 0.15), ("asylum_border", 0.4)):
        places[name] = np.where(places[name] > 0.0, least, 0.0)
    places["revocation_trips"] = 0.01
    rules["revocation"], rules["revocation_jobless"] = 0.01, np.maximum(rules["revocation_jobless"], 0.05)
    places["pendular"] *= scale
    places["short_stays"] *= scale
    limited = np.isfinite(rules["capacity"])
    quota = 0.5 + np.arange(limited[0].size).reshape(limited[0].shape) % 5 / 4.0
    rules["capacity"] = np.where(limited, np.where(rules["capacity"] > 0.0, quota * people.one_in, 0.0), np.inf)
    rules["months"] += 0.5
    demand = np.minimum(world.demand, 1.5 * people.one_in)
    return world._replace(belarus=belarus, rules=rules, places=places, demand=demand)


def restless(**changes: float) -> Behaviour:
    """Coefficients of people who leave, return and move on all the time; every feedback is on."""
    busy = {"level": -3.5, "return": 0.04, "onward": 0.03, "patience": 4.0, "grant_months": 3.0, "permit_months": 8.0}
    busy |= {"renewed_months": 9.0, "card_months": 5.0, "savings_spell": 24.0}
    busy |= {"organisations": 300.0, "custody_months": 5.0, "service_months": 6.0, "service_months_higher": 4.0}
    busy |= {"circle_gain": 8.0, "peers": 1.5, "passport_months": 12.0, "accused_months": 6.0}
    busy |= {"trial_months": 3.0, "visa_months": 6.0, "relocation_months": 6.0}
    busy |= {"threat_share": 0.1, "follow": 0.3, "by_motive": 0.5, "anticipation": 0.5, "staff": -2.0}
    busy |= {"resign_months": 3.0}
    busy |= {"residence_months": 6.0, "residence_work": 0.3, "stay_residence": 0.3}
    return load(busy | changes)


def second_reading(model: EmigrationModel, decision: str = "destination_nest") -> PlainModel:
    """The second reading of a model that has not begun: the same table, world, coefficients, constants and luck."""
    table = {name: getattr(model.columns, name).copy() for name in schema.BY_NAME}
    given = model.conditions
    world = model.world._replace(rules=model.world.rules.copy(), places=model.world.places.copy())  # markets change it
    return PlainModel(
        table, model.circles.start, model.one_in, world, model.behaviour, given.constants,
        given.channel_constants, given.seed, given.trait_seed, model.behaviour.lambda_, given.lives,
        model.employers.sector, decision,
    )  # fmt: skip
