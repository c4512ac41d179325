"""What is measured of a run for each observed quantity: one declaration each, in terms of the one observation model.

A quantity takes a run as its observers see it and what was asked (places, days), and gives a number in the unit of the
observation. What no run can tell is no quantity: `sim.observation.observed` says why.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from sim.numerics.codes import CHANNEL, SECTOR
from sim.numerics.months import month
from sim.observation import counts, shares
from sim.observation import definitions as by
from sim.observation import seen as of
from sim.observation.counts import FOR_WORK, Count, Measure

HUMANITARIAN, BUSINESS_HARBOUR = ("humanitarian",), ("it_scheme", "relocation")
"""Channels of a humanitarian visa, and of Business Harbour with the staff whom employers bring."""


class Quantity(NamedTuple):
    """How a quantity is measured, the group in which it is told, and its kind in `sim/data/tolerances.csv`."""

    group: str
    kind: str
    measure: Measure


def _flow(count: Count) -> Measure:
    return partial(counts.flow, count)


def _stock(count: Count) -> Measure:
    return partial(counts.stock, count)


def _entered(*channels: str) -> Measure:
    return _flow(counts.expected_entries(channels))


def _visas(*channels: str) -> Measure:
    return _flow(lambda seen, place: of.visas(seen, place, channels))


def _share(part: Measure, whole: Measure) -> Measure:
    return partial(counts.share, part, whole)


_POLITICAL = _flow(
    lambda s, p: np.sum([counts.grouped(s, p, "motive", why) for why in ("persecuted", "draft", "fear")], axis=0)
)
_EVERYBODY = _flow(lambda s, p: counts.grouped(s, p, "sex", "male") + counts.grouped(s, p, "sex", "female"))
_WORKING = _flow(lambda s, p: s.run.employed[:, p].sum(axis=1).astype(float))
_IN_IT = _flow(lambda s, p: s.run.employed[:, p, SECTOR["it"]].astype(float))
_FOR_WORK, _SETTLED, _ALL = (
    _flow(counts.on_ground(channels, short))
    for channels, short in ((FOR_WORK, False), (tuple(CHANNEL), False), (tuple(CHANNEL), True))
)
_GROUNDS = (("work", FOR_WORK), ("family", ("family",)), ("education", ("study",)))

WHO, WAR = "age, sex, sector", "the war"


QUANTITIES: dict[str, Quantity] = {
    # registers and stocks
    **{name: Quantity("registers", "register", _stock(counts.register_of(name))) for name in by.REGISTERS},
    "growth_residents": Quantity(
        "registers", "register", partial(counts.change, counts.register_of("residents"), False)
    ),
    "residents_estimate": Quantity("people", "people", _stock(counts.of_run(by.residents))),
    "register_of_foreigners": Quantity("people", "people", _stock(counts.of_run(by.residents))),
    "present": Quantity("people", "people", _stock(counts.of_run(by.present))),
    "present_change": Quantity("people", "change", partial(counts.change, counts.of_run(by.present), True)),
    "socially_insured": Quantity("people", "people", _stock(counts.insured)),
    # departures, arrivals and permits
    "departures": Quantity("departures", "permits", _flow(counts.of_run(by.departures))),
    "arrivals": Quantity("departures", "permits", _flow(lambda seen, p: by.arrivals(seen.run, p).sum(axis=1))),
    "net_migration": Quantity("departures", "permits", _flow(counts.net)),
    "immigrants_183_days": Quantity("departures", "permits", _flow(of.stayed)),
    "leavers": Quantity("departures", "permits", _flow(counts.of_run(by.leavers))),
    "first_permits": Quantity("permits", "permits", _flow(counts.all_permits)),
    "first_permits_long": Quantity("permits", "permits", _flow(of.settled_permits)),
    "short_permits": Quantity("permits", "short_work", _flow(of.short_permits)),
    "permits_issued": Quantity("permits", "permits", _flow(counts.issued)),
    "permit_applications": Quantity("permits", "permits", _flow(counts.applied)),
    "ratio_first_permits": Quantity("permits", "permits", counts.ratio_of_years),
    "short_work_documents": Quantity("permits", "short_work", _flow(of.short_work)),
    "work_permits_share": Quantity("permits", "share", _share(_FOR_WORK, _SETTLED)),
    **{
        f"first_permits_for_{ground}": Quantity(
            "permits", "share", _share(_flow(counts.on_ground(channels, short=ground == "work")), _ALL)
        )
        for ground, channels in _GROUNDS
    },
    # asylum
    "asylum_applications": Quantity("asylum", "asylum", _flow(of.claims)),
    "asylum_recognised": Quantity("asylum", "asylum", _flow(of.recognised)),
    "asylum_rejected": Quantity("asylum", "asylum", _flow(of.rejected)),
    "recognition_share": Quantity(
        "asylum",
        "recognition",
        _share(_flow(of.recognised), _flow(lambda seen, p: of.recognised(seen, p) + of.rejected(seen, p))),
    ),
    "refugees": Quantity("asylum", "asylum", _stock(counts.in_status("protected"))),
    "asylum_seekers": Quantity("asylum", "asylum", _stock(counts.in_status("asylum_seeker"))),
    # visas
    "short_visas": Quantity(
        "visas", "visas", _flow(lambda seen, p: by.short_visas(seen.world, p, len(seen.run.harms)))
    ),
    "national_visas": Quantity("visas", "visas", _visas()),
    "visas": Quantity("visas", "visas", _flow(counts.every_visa)),
    "humanitarian_visas": Quantity("visas", "visas", _visas(*HUMANITARIAN)),
    "business_harbour_visas": Quantity("visas", "visas", _visas(*BUSINESS_HARBOUR)),
    "share_humanitarian": Quantity("visas", "share", _share(_visas(*HUMANITARIAN), _visas())),
    # entries, from Belarus
    "entries": Quantity("entries", "entries", _flow(of.entries)),
    "entries_rise": Quantity("entries", "change", counts.entries_rise),
    "net_entries": Quantity("entries", "entries", _flow(counts.crossed)),
    "entries_special_visas": Quantity("entries", "entries", _entered(*HUMANITARIAN, *BUSINESS_HARBOUR, "asylum")),
    "entries_humanitarian": Quantity("entries", "entries", _entered(*HUMANITARIAN)),
    "entries_business_harbour": Quantity("entries", "entries", _entered(*BUSINESS_HARBOUR)),
    "entries_protection": Quantity("entries", "entries", _entered("asylum")),
    "irregular_crossings": Quantity("entries", "entries", _flow(of.caught)),
    "share_remaining": Quantity("entries", "share", shares.remaining),
    "entrants_still_there": Quantity("entries", "entries", shares.still_there),
    # who they are
    "documents_men": Quantity(WHO, "share", lambda s, a: shares.aged(s, a, 0, 200, men=True)),
    "documents_aged_20_39": Quantity(WHO, "share", lambda s, a: shares.aged(s, a, 20, 39)),
    "documents_aged_18_40": Quantity(WHO, "share", lambda s, a: shares.aged(s, a, 18, 40)),
    "documents_under_18": Quantity(WHO, "share", lambda s, a: shares.aged(s, a, -1, 17)),
    "arrivals_aged_18_45": Quantity(WHO, "share", lambda s, a: shares.of_entrants(s, a, (18, 45))),
    "entrants_men": Quantity(WHO, "share", shares.men_from_belarus),
    "short_work_men": Quantity(WHO, "share", lambda s, a: shares.short_workers(s, a, men=True)),
    "short_work_transport": Quantity(WHO, "share", lambda s, a: shares.short_workers(s, a, "transport")),
    "short_work_construction": Quantity(WHO, "share", lambda s, a: shares.short_workers(s, a, "construction")),
    "agency_work_men": Quantity(WHO, "share", shares.workers_gone),
    "it_specialists": Quantity(WHO, "permits", _flow(counts.of_sector("it"))),
    "it_share_of_employed": Quantity(WHO, "it", _share(_IN_IT, _WORKING)),
    "it_left": Quantity(WHO, "it", lambda s, a: shares.it_abroad(s, a, gone=True)),
    "it_to_place": Quantity(WHO, "it", lambda s, a: shares.it_abroad(s, a, gone=False)),
    "media_workers_left": Quantity(WHO, "permits", shares.media_workers_left),
    "it_left_late": Quantity(WHO, "it", lambda s, a: shares.it_abroad(s, a, gone=False, since=month("2020-08"))),
    # the diaspora, asked
    **{f"left_{year}": Quantity("survey", "diaspora", partial(shares.left_in, year)) for year in (2020, 2021, 2022)},
    "moved_since_invasion": Quantity("survey", "survey", partial(shares.moved_since, "2022-03")),
    "left_legally": Quantity("survey", "diaspora", counts.left_legally),
    "political_share": Quantity("survey", "survey", _share(_POLITICAL, _EVERYBODY)),
    # the war, apart from every headline
    "volunteers": Quantity(WAR, "repression", counts.volunteers),
    "war_for_joining": Quantity(WAR, "share", partial(shares.war_view, ("for_joining",))),
    "war_against_bases": Quantity(WAR, "share", partial(shares.war_view, ("against",))),
    "war_against_joining": Quantity(WAR, "share", partial(shares.war_view, ("against", "accepts_bases"))),
    # Belarus
    "detained": Quantity("repression", "repression", counts.detained),
    "prisoners": Quantity("repression", "repression", lambda s, a: float(s.run.prisoners[by.at(a.end)])),
    # readings of channels, and shapes
    "by_channel": Quantity("channels", "channels", counts.by_channel),
    "waves": Quantity("shapes", "shape", counts.two_waves),
    "peak_year": Quantity("shapes", "shape", counts.peak_year),
}
"""Every quantity by name, in the order of groups in which patterns are told."""
