"""From luck to a person: the rules by which each trait and starting state is drawn, as pure functions of numbers.

Twenty words of luck belong to a person, those of each purpose's draw 0, and of trait_a's draw 1. What they decide:

=========  =============  ==========================  =============  ==========================
purpose    word 0         word 1                      word 2         word 3
=========  =============  ==========================  =============  ==========================
trait_a    place in the   month of birth in the year  sector         education
           age class
trait_b    politics       bytes: whether the person   Polish card    exposure
                          shares the head's luck in
                          education, politics, card,
                          kin
trait_c    kin            bytes: ties, frailty,       Schengen visa  its expiry
                          income, free
trait_d    passport       service                     absence        bytes: end of service,
                                                                     length and age of a stay,
                                                                     what is left of a permit
trait_a,   employer       living away from the        work abroad    seasons before
draw 1                    registered address
standing   view of the    officer                     (in a run)     free
           war
=========  =============  ==========================  =============  ==========================
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import RECORDS
from sim.history.inventory import load_destinations
from sim.numerics.codes import (
    CHANNEL,
    CONSCRIPTION,
    EDUCATION,
    EXPOSURE,
    N_PLACES,
    N_SECTORS,
    PLACE,
    POLITICS,
    SECTOR,
    SEX,
    STATUS,
)
from sim.numerics.compiling import compiled
from sim.numerics.months import LONG_AGO
from sim.population import employers, exposure, income, saving, service, standing, warlike
from sim.population.assumptions import value
from sim.population.attributes import attributes
from sim.population.census import CLASSES, figure, single_years

_STUDENT, _RETIRED = SECTOR["student"], SECTOR["retired"]
_NGO_MEDIA = SECTOR["ngo_media"]
_PROTEST_SEGMENT = POLITICS["protest"]
_NO_EXPOSURE, _PROTEST, _STRIKE = EXPOSURE["none"], EXPOSURE["protest"], EXPOSURE["strike"]
_MEDIA, _NGO, _WAR_COMMENT = EXPOSURE["media"], EXPOSURE["ngo"], EXPOSURE["war_comment"]
_MALE, _HIGHER = SEX["male"], EDUCATION["higher"]
_NEVER_SERVES, _LIABLE, _DEFERRED = (CONSCRIPTION[name] for name in ("never", "liable", "deferred"))
_SERVING, _SERVED = CONSCRIPTION["serving"], CONSCRIPTION["served"]
_OFFICER, _FAMILY = CONSCRIPTION["reserve_officer"], CONSCRIPTION["family"]
_OUTCOMES, _LARGE_FAMILY = service.OUTCOME_CODES, service.LARGE_FAMILY
_FIRST_DRAFT, _LAST_DRAFT = service.DRAFT_AGES[0], service.DRAFT_AGES[-1]
_SURVEY_FROM, _SURVEY_TO = (age - exposure.YEARS_TO_SURVEY for age in exposure.PROTEST_AGES)
_COMMENT_AGE = exposure.COMMENT_AGE
_POLAND, _RUSSIA, _BELARUS = PLACE["poland"], PLACE["russia"], PLACE["belarus"]
_CLASSES = np.array(CLASSES)
_PERMIT, _PERMANENT = STATUS["permit"], STATUS["permanent"]
SAVING = ("savings_scale", "savings_spread", "savings_need")
"""Coefficients of what people usually have put aside."""
SCHOOL_AGE = 16
"""Age from which a minor is a student, below a child."""
LAST_CALLS = (-2, -8, -14)
"""Months of the three calls before January 2019: November and May 2018, November 2017 (two calls a year, recalled)."""


class Tables(NamedTuple):
    """Chances behind the traits; see the modules of their names and `standing` for shapes and sources."""

    single_years: NDArray[np.float64]
    """Cumulative shares of single years, exactly 1 from the class's last year on, [classes, sexes, 20]."""
    education: NDArray[np.float64]
    politics: NDArray[np.float64]
    """Cumulative, [zones, classes, segments]."""
    work: NDArray[np.float64]
    shared_fate: NDArray[np.int64]
    """Education, politics, card, kin: luck is the head's if the byte lies below, [4]."""
    card: NDArray[np.float64]
    kin: NDArray[np.float64]
    visa: NDArray[np.float64]
    visa_share: NDArray[np.float64]
    visa_months: NDArray[np.int64]
    passport: float
    passport_months: NDArray[np.int64]
    """Of adults and of minors, [2]."""
    protest: NDArray[np.float64]
    strike: NDArray[np.float64]
    war_comment: NDArray[np.float64]
    media: float
    war_views: NDArray[np.float64]
    """For joining, then for joining or the use of the territory, [2, classes, educations, segments]."""
    officers: NDArray[np.float64]
    """Of the army, then of either, among men of the public sector, [classes, 2]."""
    employer_first: NDArray[np.int64]
    employer_staff: NDArray[np.float64]
    employer_share: NDArray[np.float64]
    elsewhere: NDArray[np.float64]
    job_abroad: NDArray[np.float64]
    service: NDArray[np.float64]
    reserve: NDArray[np.float64]
    """Served, and reserve officers of those with higher education, [2]."""
    reserve_ages: NDArray[np.int64]
    service_months: NDArray[np.int64]
    """By education, [2]."""
    pendular: NDArray[np.float64]
    pendular_months: NDArray[np.int64]
    """Shortest and longest season."""
    another_season: float
    income: NDArray[np.float64]
    wage_spread: NDArray[np.float64]
    turns: NDArray[np.void]
    savings: NDArray[np.float64]
    """Scale, spread and need of what people usually have put aside, [3]; see `saving`."""
    diaspora_lived: NDArray[np.int64]
    """Whole months lived in each place before 2019, by byte of luck, [places, 256]."""
    diaspora_permanence: NDArray[np.float64]
    """Months of residence before permanent residence, by place."""
    diaspora_permanent: float
    diaspora_permit: int
    card_months: int
    diaspora_channel: NDArray[np.uint8]
    """By place."""


@cache
def tables() -> Tables:
    """All chances, from data and assumptions."""
    shares = attributes()
    visa_share, visa_months = standing.visa_months()
    fate = value("shared_fate")
    passport, employing = value("passport_months"), employers.employers()
    years = np.cumsum(single_years(), axis=2)
    return Tables(
        single_years=years / years[..., -1:],
        education=shares.education,
        politics=np.cumsum(shares.politics, axis=2),
        work=shares.work,
        shared_fate=np.array([round(256 * fate[name]) for name in ("education", "politics", "card", "kin")]),
        card=standing.card(),
        kin=standing.kin(),
        visa=standing.visa(),
        visa_share=visa_share,
        visa_months=visa_months,
        passport=figure("passport_valid"),
        passport_months=np.array([passport["adult"], passport["child"]]),
        protest=exposure.protest(),
        strike=exposure.strike(),
        war_comment=exposure.war_comment(),
        media=float(value("media_share")),
        war_views=warlike.war_views(),
        officers=warlike.officers(),
        employer_first=employing.first,
        employer_staff=employing.staff,
        employer_share=employing.cumulative,
        elsewhere=standing.elsewhere(),
        job_abroad=standing.job_abroad(),
        service=service.service(),
        reserve=np.array(service.reserve()),
        reserve_ages=np.array(value("reserve_ages")),
        service_months=np.array([figure("service_months"), figure("service_months_higher")], np.int64),
        pendular=standing.pendular(),
        pendular_months=np.array(value("pendular_months")),
        another_season=float(RECORDS["another_season"]["value"]),
        income=income.mean_income(),
        wage_spread=income.wage_spread(),
        turns=saving.turns(RECORDS["savings_spell"]["value"]),
        savings=np.array([float(RECORDS[name]["value"]) for name in SAVING]),
        diaspora_lived=standing.diaspora_lived(),
        diaspora_permanence=standing.diaspora_permanence(),
        diaspora_permanent=float(value("diaspora_permanent")),
        diaspora_permit=value("diaspora_permit"),
        card_months=int(RECORDS["card_months"]["value"]),
        diaspora_channel=diaspora_channel(),
    )


def diaspora_channel() -> NDArray[np.uint8]:
    """Channel by which the settled diaspora is taken to have come, by place: work, or visa-free where none is for work.

    An assumption: it decides by which rule a status is renewed.
    """
    channel = np.full(N_PLACES, CHANNEL["work"], np.uint8)
    for name, destination in load_destinations().items():
        if "work" not in destination.channels and "visa_free" in destination.channels:
            channel[PLACE[name]] = CHANNEL["visa_free"]
    return channel


@compiled
def place_in_class(u: float, sector: int, retired: float) -> float:
    """Place of a head in its age class, 0 youngest to 1 oldest: the retired are the oldest."""
    return 1.0 - (1.0 - u) * retired if sector == _RETIRED else u * (1.0 - retired)


@compiled
def sector(place: float, u: float, shares: NDArray[np.float64]) -> int:
    """Sector of one who is no head: the oldest of an age class are retired, the others by luck."""
    retired = shares[_RETIRED]
    if place >= 1.0 - retired:
        return _RETIRED
    left = u * (1.0 - retired)
    last = 0
    for code in range(N_SECTORS):
        if code != _RETIRED and shares[code] > 0.0:
            last = code
            left -= shares[code]
            if left < 0.0:
                break
    return last


@compiled
def age(place: float, age_class: int, years: NDArray[np.float64]) -> int:
    """Completed years on 1 January 2019 of one at a place in the age class; `years` cumulative shares of its years."""
    return _CLASSES[age_class] + np.searchsorted(years, place, side="right")


@compiled
def birth(age: int, u: float) -> int:
    """Month of birth of one of an age on 1 January 2019."""
    return -12 * age - 1 - int(12 * u)


@compiled
def luck_behind(share_below: float, share: float, u: float) -> float:
    """A number in (0, 1) that would have given the head what it has: u put into the slice of its outcome."""
    return share_below + share * u


@compiled
def exposed(politics: int, age: int, sector: int, protest: float, strike: float, chances: Tables, u: float) -> int:
    """What will expose a person to repression: work for media or NGOs, else protest or strike, else a word on the war.

    Strikers are a part `strike` of those who protested, at survey age; those who speak have the highest luck.
    """
    if sector == _NGO_MEDIA:
        return _MEDIA if u < chances.media else _NGO
    if politics == _PROTEST_SEGMENT and _SURVEY_FROM <= age < _SURVEY_TO and u < protest:
        return _STRIKE if u < protest * strike else _PROTEST
    return _WAR_COMMENT if age >= _COMMENT_AGE and u >= 1.0 - chances.war_comment[politics] else _NO_EXPOSURE


@compiled
def kin(u: float, chances: NDArray[np.float64]) -> int:
    """Place where close people live, home's code if nowhere."""
    place = int(np.searchsorted(chances, u, side="right"))
    return place if place < len(chances) else _BELARUS


@compiled
def visa(u: float, share: float, when: float, shares: NDArray[np.float64], validity: NDArray[np.int64]) -> int:
    """Last month of a visa in hand: issued at any time of its validity; long ago for those without."""
    if u >= share:
        return LONG_AGO
    kind = int(np.searchsorted(shares, when, side="right"))
    if kind == len(shares):  # the last sum may round to just below 1
        kind -= 1
    below = shares[kind - 1] if kind > 0 else 0.0
    return int((when - below) / (shares[kind] - below) * validity[kind])


@compiled
def passport(u: float, share: float, validity: int) -> int:
    """Last month of the passport: issued at any time of its validity; long ago for those without."""
    return int(u / share * validity) if u < share else LONG_AGO


@compiled
def conscription(sex: int, age: int, sector: int, education: int, minors: int, u: float, chances: Tables) -> int:
    """Standing towards military service of one at home with so many minors in the unit.

    Nobody with minors is in service now, but served; fathers of more are not called.
    """
    if sex != _MALE:
        return _NEVER_SERVES
    if _FIRST_DRAFT <= age <= _LAST_DRAFT:
        row = chances.service[age - _FIRST_DRAFT, education, 1 if sector == _STUDENT else 0]
        outcome = 0
        while outcome < len(row) - 1 and u >= row[outcome]:
            outcome += 1
        code = _OUTCOMES[outcome]
        if code == _SERVING and minors > 0:
            return _SERVED
        return _FAMILY if minors >= _LARGE_FAMILY and (code == _LIABLE or code == _DEFERRED) else code
    if chances.reserve_ages[0] <= age <= chances.reserve_ages[1]:
        if u < chances.reserve[0]:
            return _SERVED
        if education == _HIGHER and u < chances.reserve[0] + chances.reserve[1]:
            return _OFFICER
    return _NEVER_SERVES


@compiled
def unknown_to_office(standing: int, age: int) -> int:
    """Standing of one registered abroad, whom no military office may call: who would serve now has served."""
    if age > _LAST_DRAFT or standing == _SERVED:
        return standing
    return _SERVED if standing == _SERVING else _NEVER_SERVES


@compiled
def end_of_service(months: int, u: int) -> int:
    """Last month of service of a man now serving, of the calls that have not yet ended; u a byte."""
    calls = 0
    for call in LAST_CALLS:
        if call + months > 0:
            calls += 1
    return LAST_CALLS[u * calls // 256] + months - 1


@compiled
def absence(u: float, poland: float, russia: float) -> int:
    """Place of short work of a worker, home's code if none."""
    if u < poland:
        return _POLAND
    return _RUSSIA if u < poland + russia else _BELARUS


@compiled
def stay(shortest: int, longest: int, u: int, w: int) -> tuple[int, int]:
    """Arrival and last month of a stay that began before January 2019 and has not ended; u and w bytes."""
    months = shortest + u * (longest - shortest + 1) // 256
    since = -1 - w * months // 256
    return since, since + months


@compiled
def permit(lived: int, needed: float, u: float, share: float, w: int, months: int, card: int) -> tuple[int, int]:
    """Status of the diaspora and its last month: permanent for a share of those who have lived there for long enough.

    What is left of a permit of at most `months`, or of a card, is uniform; w a byte.
    """
    permanent = lived >= needed and u < share
    return (_PERMANENT, w * card // 256) if permanent else (_PERMIT, w * months // 256)
