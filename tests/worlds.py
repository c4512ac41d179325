"""Small worlds made by hand, for closed forms and paired comparisons."""

from dataclasses import dataclass, field
from math import log

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import RECORDS, Behaviour, load
from sim.history.compiled import BELARUS, COLUMNS_OF_OPENNESS, LAW, PLACES, RULES, World
from sim.history.inventory import load_destinations
from sim.model.decision.constants import Constants
from sim.model.decision.units import choice_class
from sim.model.inputs import Inputs
from sim.model.model import EmigrationModel
from sim.numerics.codes import (
    CHANNEL,
    CONSCRIPTION,
    EXPOSURE,
    GROUP,
    INSTRUMENT,
    N_CHANNELS,
    N_INSTRUMENTS,
    N_PLACES,
    N_SECTORS,
    OFFICER,
    PLACE,
    SECTOR,
    SEX,
    STATUS,
    WAR_VIEW,
    WORLD_REGION,
)
from sim.numerics.months import LIMIT_MONTH, LONG_AGO, NEVER
from sim.population import schema
from sim.population.lives import Lives
from sim.population.lives import lives as lives_on_file


@dataclass
class Crowd:
    """People with the interface of a synthesised population."""

    people: schema.Columns
    circle_start: NDArray[np.int64]
    one_in: int = 1
    seed: int = 5
    employers: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))
    extra: dict[str, object] = field(default_factory=dict)
    last: int = LIMIT_MONTH


def crowd(n: int, circle: int = 100, first_key: int = 1, **values: object) -> Crowd:
    """`n` single adults of 30 at home, alike but for luck; `values` replace whole columns."""
    people = schema.empty(n)
    people.key[:] = np.arange(first_key, first_key + n, dtype=np.uint64) << np.uint64(8)
    people.circle[:] = np.arange(n) // circle
    people.unit_size[:] = 1  # alone in the unit, and without rows for children
    people.birth[:] = -30 * 12
    people.frailty[:] = np.random.default_rng(3).integers(0, 256, n)
    people.sector[:] = SECTOR["other"]
    people.savings[:] = 1e6
    people.held[:] = people.exit_ban[:] = people.detained[:] = people.visa[:] = LONG_AGO
    people.serves_until[:] = people.trial[:] = people.aspires[:] = LONG_AGO
    people.passport[:] = NEVER
    people.expiry[:] = NEVER
    for name, value in values.items():
        getattr(people, name)[:] = value
    start = np.append(np.arange(0, n, circle), n).astype(np.int64)
    return Crowd(people, start)


def young_men(n: int) -> Crowd:
    """Men of 20 who may be drafted."""
    return crowd(n, sex=SEX["male"], birth=-20 * 12, conscription=CONSCRIPTION["liable"])


def quiet(**changes: float) -> Behaviour:
    """Behaviour with every term at zero but the level and lambda, so that closed forms hold; `changes` by name."""
    neutral = {name: 0.0 for name in RECORDS}
    keep = {"level": -4.0, "lambda": 0.6, "organisations": 1.0, "patience": 12.0, "grant_months": 6.0}
    keep |= {"detained_women": 1.0, "credit_months": 1200.0}
    keep |= {
        "permit_months": 24.0,
        "renewed_months": 24.0,
        "card_months": 60.0,
        "pendular_months": 6.0,
        "circle_decay": 0.9,
    }
    keep |= {"lambda_threatened": 0.6, "lambda_other": 0.6, "nest_region": 0.6, "nest_channel": 0.5}
    keep |= {"approval": 1.0, "offers": 1.0, "relocation": 1.0, "relocation_spread": 1.0}
    return load(neutral | keep | changes)


def plain_world(months: int, places: tuple[str, ...], channels: tuple[str, ...] = ("visa_free",)) -> World:
    """A world in which each named place is open by the named channels at once, free and without limit."""
    law = np.zeros((N_PLACES, N_CHANNELS), LAW)
    for place in places:
        for channel in channels:
            entry = INSTRUMENT["visa_free"]
            law[PLACE[place], CHANNEL[channel]] = (1, entry, -1, STATUS["permit"])
    rules = np.zeros((months, N_PLACES, N_CHANNELS), RULES)
    for name in ("offered", "approval", "works", "renewal"):
        rules[name] = 1.0
    rules["capacity"], rules["stay"] = np.inf, 1200.0
    rules["sectors"], rules["oldest"] = 0xFFFF, 200
    there = np.zeros((months, N_PLACES), PLACES)
    for name in ("wage", "premium_it", "rent", "safety", "language", "by_land", "by_air"):
        there[name] = 1
    there["distance"], there["diaspora"] = 500.0, 9500.0
    belarus = np.zeros(months, BELARUS)
    belarus["income"] = belarus["income_it"] = 1.0
    belarus["certificates"] = 1.0
    belarus["passport_abroad"] = belarus["return_pull"] = belarus["summons_reach"] = belarus["study_abroad"] = 1.0
    there["travel_document"] = there["tightening"] = there["city"] = there["flights"] = 1.0
    there["inflow_limit"] = there["permanence"] = np.inf
    for name, destination in load_destinations().items():
        there["region"][:, PLACE[name]] = WORLD_REGION[destination.region]
    openness = np.ones((months, N_PLACES, N_INSTRUMENTS, COLUMNS_OF_OPENNESS))
    demand, risk = np.full((months, N_PLACES, N_SECTORS), 1e9), np.ones((months, len(EXPOSURE)))
    return World(law, rules, openness, there, demand, belarus, risk, openness, np.full((N_PLACES, N_PLACES), 500.0))


def constants(**values: float) -> Constants:
    """Constants of destinations and channels by name, zero elsewhere."""
    places, channels = np.zeros(N_PLACES), np.zeros(N_CHANNELS)
    for name, value in values.items():
        if name in PLACE:
            places[PLACE[name]] = value
        else:
            channels[CHANNEL[name]] = value
    return Constants(places, channels)


def close(world: World, place: str, instrument: str, start: int, end: int | None = None) -> World:
    """The same world with one instrument of a place closed to everyone from month `start` to before `end`."""
    openness = world.openness.copy()
    openness[start:end, PLACE[place], INSTRUMENT[instrument]] = 0.0
    return world._replace(openness=openness, outlook=openness)


def tighten(world: World, place: str, channel: str, start: int = 0, **values: float) -> World:
    """The same world with rules of one channel replaced from month `start` on."""
    rules = world.rules.copy()
    for name, value in values.items():
        rules[name][start:, PLACE[place], CHANNEL[channel]] = value
    return world._replace(rules=rules)


def admit(world: World, place: str, channel: str, **terms: int) -> World:
    """The same world with terms of one channel's law, or whom it admits throughout, replaced."""
    law, rules = world.law.copy(), world.rules.copy()
    for name, value in terms.items():
        (law if name in law.dtype.names else rules)[name][..., PLACE[place], CHANNEL[channel]] = value
    return world._replace(law=law, rules=rules)


def start(people: Crowd, world: World, b: Behaviour, table: Constants | None = None, **options) -> EmigrationModel:
    """A model of a crowd in a hand-made world, ready for its first month; `options` are those of the model.

    It is of the class `of` if one is given.

    Unless `lives` are given nobody is born or dies, and work changes at 18 alone; `reference` are counts of other
    people.
    """
    lives, reference = options.pop("lives", None) or still(), options.pop("reference", None)
    inputs = Inputs(None, world, b, constants() if table is None else table, lives, reference)
    return options.pop("of", EmigrationModel)(people, inputs, **options)


def still() -> Lives:
    """Lives without births and deaths, in which nobody changes work or education but at 18."""
    rates = lives_on_file()
    work = rates.work.copy(order="K")  # in another order it would be of another type, and the model compiled again
    work[:, 2:] = work[:, 1:2]
    nothing = {name: np.zeros_like(getattr(rates, name)) for name in ("births", "deaths", "education")}
    return rates._replace(work=work, **nothing)


def value_of(model: EmigrationModel, place: str, channel: str, sector: str = "other", mask: int = 0) -> float:
    """Value of a channel from Belarus to a choice class this month; minus infinity where it is not on offer."""
    kind, mu = choice_class(SECTOR[sector], mask), model.behaviour.nest_channel
    for offer in model.options.offers[kind, : model.options.lengths[kind]]:
        if (offer["place"], offer["channel"]) == (PLACE[place], CHANNEL[channel]):
            weight = float(offer["value"])
            return float(model.options.free[kind, PLACE[place]]) + mu * log(weight) if weight else -np.inf
    return -np.inf


def families(n: int, circle: int = 25, **values: object) -> Crowd:
    """`n` couples of 32 and 30 with children of 9 and 5, in circles of whole families; `values` replace columns."""
    made = crowd(4 * n, 4 * circle)
    people = made.people
    people.key[:] = np.repeat(np.arange(1, n + 1, dtype=np.uint64) << np.uint64(8), 4)
    people.member[:] = np.tile([0, 1, 2, 3], n)
    people.key[:] += people.member.astype(np.uint64) << np.uint64(4)
    people.behind[:], people.reach[:] = people.member, 3 - people.member
    people.unit_size[:] = np.where(people.member == 0, 4, 0)
    people.birth[:] = np.tile([-32 * 12, -30 * 12, -9 * 12, -5 * 12], n)
    people.sex[:] = np.tile([1, 0, 0, 1], n)
    people.sector[people.member > 1] = SECTOR["child"]
    people.savings[people.member > 1] = 0.0
    for name, value in values.items():
        getattr(people, name)[:] = value
    return made


def regroup(people: Crowd, order: NDArray[np.int64]) -> Crowd:
    """The circles of a crowd in another order, some perhaps left out; circles are numbered by place, so anew."""
    sizes = np.diff(people.circle_start)[order]
    rows = np.concatenate([np.arange(*people.circle_start[[i, i + 1]]) for i in order])
    taken = schema.Columns(*(array[rows] for array in people.people))
    taken.circle[:] = np.repeat(np.arange(len(order)) * people.one_in, sizes)
    return Crowd(taken, np.concatenate([[0], np.cumsum(sizes)]), people.one_in, people.seed, people.employers)


def lives(events: NDArray[np.void]) -> NDArray[np.void]:
    """Events without their row of storage, in the order of month, person and kind: what blocks may not change."""
    told = np.rec.fromarrays([events[name] for name in TOLD], names=",".join(TOLD))
    return np.sort(told, order=TOLD)


TOLD = ("month", "key", "kind", "origin", "place", "channel", "reason", "detail")


HOT_PLACES = ("lithuania", "poland", "latvia", "georgia", "ukraine", "russia")


def hot_people(n: int = 300, circle: int = 10) -> Crowd:
    """`n` families of four who differ in everything, in tiny circles: something happens to everyone."""
    luck = np.random.default_rng(11)
    made = families(n, circle)
    people = made.people
    adult = people.member < 2
    many = len(adult)
    people.birth[:] = np.where(adult, -luck.integers(18 * 12, 65 * 12, many), -luck.integers(0, 18 * 12, many))
    people.sex[:] = luck.integers(0, 2, many)
    people.sector[adult] = luck.integers(1, 8, adult.sum())
    people.exposure[adult] = luck.integers(0, len(EXPOSURE), adult.sum())
    people.education[adult] = luck.integers(0, 2, adult.sum())
    people.kin[:] = np.repeat(luck.integers(0, 4, n), 4)
    people.ancestry[:] = np.repeat(luck.integers(0, 10, n) == 0, 4)
    people.saved_at[adult] = luck.choice([LONG_AGO, -5, 0], adult.sum())
    people.income[adult] = luck.choice([0.0, 150.0, 400.0], adult.sum())
    people.savings[adult] = luck.choice([0.0, 100.0, 200.0, 500.0, 3000.0, 1e5], adult.sum())
    people.frailty[:] = np.repeat(luck.integers(0, 256, n), 4)
    people.visa[adult] = luck.integers(-10, 40, adult.sum())
    people.passport[:] = luck.integers(-20, 60, many)
    men = adult & (people.sex == SEX["male"]) & (people.birth > -27 * 12)
    standings = [CONSCRIPTION[name] for name in ("liable", "liable", "deferred", "reserve_officer", "exempt", "family")]
    people.conscription[men] = luck.choice(standings, men.sum())
    older = adult & (people.sex == SEX["male"]) & ~men
    people.conscription[older] = luck.choice([CONSCRIPTION["never"], CONSCRIPTION["served"]], older.sum())
    give_employers(made, luck)
    people.elsewhere[:] = luck.integers(0, 2, many)
    people.war_view[:] = luck.choice(list(WAR_VIEW.values()), many, p=[0.7, 0.15, 0.15])
    people.officer[adult] = luck.choice(list(OFFICER.values()), adult.sum(), p=[0.9, 0.05, 0.05])
    return made


def give_employers(made: Crowd, luck: np.random.Generator, many: int = 12) -> None:
    """Let those who work in IT, for an NGO or in the media work for one of a dozen employers."""
    sectors = np.array([SECTOR["it"], SECTOR["ngo_media"]])
    made.employers = np.concatenate([[0], np.resize(sectors, many)]).astype(np.uint8)
    for k, sector in enumerate(sectors):
        staff = (made.people.sector == sector) & (made.people.member < 2)
        made.people.employer[staff] = 1 + k + 2 * luck.integers(0, many // 2, staff.sum())


def hot_world(months: int = 36) -> World:
    """A world in which every process has much to do: repression, draft, quotas, closures, pendular work, war."""
    channels = ("visa_free", "work", "humanitarian", "family", "asylum", "irregular", "relocation")
    world = plain_world(months, HOT_PLACES, channels)
    for place in HOT_PLACES:
        world = admit(world, place, "visa_free", first_status=STATUS["visa_free"])
        world = admit(
            world, place, "work", entry=INSTRUMENT["national_visa"], residence=INSTRUMENT["permit"], youngest=20
        )
        world = admit(
            world, place, "humanitarian", entry=-1, groups=1 << GROUP["persecuted"], first_status=STATUS["visa"]
        )
        world = admit(world, place, "asylum", entry=INSTRUMENT["asylum"], first_status=STATUS["asylum_seeker"])
        world = admit(world, place, "irregular", entry=-1, first_status=STATUS["irregular"])
        world = tighten(world, place, "visa_free", offered=0.3, stay=3.0, renewal=0.5)
        world = tighten(world, place, "work", months=2.5, approval=0.8, fee=60.0, funds=200.0, stay=12.0, renewal=0.8)
        world = tighten(world, place, "humanitarian", months=1.0, stay=6.0, renewal=0.7)
        world = tighten(world, place, "asylum", stay=4.0, renewal=0.4, approval=0.8)
        world = tighten(world, place, "irregular", approval=0.5)
    for channel in ("visa_free", "work", "humanitarian", "asylum"):
        world = admit(world, "latvia", channel, exists=0)
        world = admit(world, place, "relocation", sectors=1 << SECTOR["it"] | 1 << SECTOR["ngo_media"], entry=-1)
    world = tighten(world, "poland", "work", capacity=6.0)
    world = tighten(world, "lithuania", "humanitarian", capacity=4.4)
    world = tighten(world, "lithuania", "work", start=months // 2, capacity=4.0)  # a quota that comes later
    world = close(world, "lithuania", "visa_free", months // 3, 2 * months // 3)
    world = close(world, "georgia", "air", 5, 8)
    world = close(close(world, "poland", "land", 10, 14), "poland", "air", 12, 14)
    world = close(world, "lithuania", "renewal", months // 2)
    world = close(close(world, "poland", "permit", 20, 23), "georgia", "permit", 12, 20)
    world = close(world, "poland", "national_visa", 26, 28)
    world.places["wage"][:] = 500.0
    world.places["rent"][:], world.places["fare_land"][:], world.places["fare_air"][:] = 150.0, 20.0, 200.0
    world.places["safety"][:, PLACE["russia"]], world.places["firms"][:, PLACE["georgia"]] = 0.1, 0.7
    world.places["unsafe"][9:20, PLACE["ukraine"]] = 0.8
    for place in ("poland", "russia"):
        world.places["pendular"][:, PLACE[place]] = 15.0
    world.places["recall"][6:9, PLACE["russia"]], world.places["refuge"][:, PLACE["lithuania"]] = 0.2, 0.5
    for place in ("georgia", "ukraine"):
        world.places["short_stays"][:, PLACE[place]], world.places["flights"][6:, PLACE[place]] = 4.0, 0.0
    world.demand[:] = 60.0
    world.demand[:, PLACE["georgia"]] = 0.4  # fewer than want to come
    world.places["visas"][:, PLACE["poland"]] = 10.0
    world.places["travel_document"], world.places["naturalisation"] = 0.5, 0.3
    world.places["naturalisation_months"], world.places["residence_visa_free"] = 12.0, 0.3
    world.places["permanence"], world.between[:, PLACE["georgia"]] = 14.0, 900.0
    world.belarus["income"], world.belarus["income_it"] = 1.2, 0.8
    world.places["screening_false"], world.places["screening_true"] = 0.05, 0.8
    world.places["revocation"][months // 2 :, PLACE["lithuania"]] = 0.05
    world.places["asylum_inside"], world.places["asylum_border"] = 0.2, 0.3
    world.places["revocation_trips"][:, PLACE["poland"]] = 0.02
    world.rules["revocation"][:, PLACE["georgia"]], world.rules["revocation_jobless"][:, PLACE["poland"]] = 0.03, 0.1
    world = close(world, "georgia", "held", 15, 17)
    world = close(world, "ukraine", "asylum", 18, 24)
    world.places["city"], world.places["rent_response"][:, PLACE["georgia"]] = 5000.0, 0.9
    world.places["inflow_limit"][:, PLACE["poland"]], world.places["tightening"][:, PLACE["poland"]] = 60.0, 0.5
    world.risk[:] = np.array([1.0, 30.0, 100.0, 60.0, 20.0, 15.0])
    world.risk[: months // 2, 5] = 1.0
    for name, value in HARD_TIMES.items():
        world.belarus[name] = value
    world.belarus["detentions"][:3], world.belarus["passport_abroad"][:12] = 0.0, 1.0
    return world


HARD_TIMES = {
    "detentions": 8.0, "charges": 4.0, "closures": 60.0, "news": 0.7, "summoned": 6.0, "drafted": 2.0, "war_fear": 0.5,
    "ban_accused": 0.5, "ban_liable": 0.5, "arrest_on_return": 0.3, "passport_abroad": 0.0,
    "pardon": 0.1, "officers": 1.0, "summons_reach": 0.5, "relocation_it": 0.1, "relocation_media": 0.1,
    "volunteers": 4.0, "deserters": 1.0, "officers_barred": 0.4, "certificates": 0.6,
    "reservists": 1.0, "ban_reserve": 0.1,
}  # fmt: skip


def hot(**changes: float) -> Behaviour:
    """The people's coefficients with the wish to leave, to return and to move on raised; all feedback is on."""
    busy = {"level": -3.0, "return": 0.03, "onward": 0.02, "patience": 4.0, "grant_months": 3.0, "permit_months": 8.0}
    busy |= {"renewed_months": 9.0, "card_months": 5.0, "savings_spell": 6.0, "overland": 600.0}
    busy |= {"organisations": 3000.0, "custody_months": 5.0, "service_months": 6.0}
    busy |= {"trial_months": 3.0, "visa_months": 6.0, "relocation_months": 4.0}
    busy |= {"threat_share": 0.1, "follow": 0.5, "by_motive": 0.5, "anticipation": 0.5}
    busy |= {"custody_charged": 0.8, "separation": 0.0, "staff": -2.0, "resign_months": 2.0}
    busy |= {"residence_months": 6.0, "residence_work": 0.4}
    busy |= {"another_season": 0.4, "stay_ends": 0.6, "stay_residence": 0.3}
    return load(busy | changes)
