"""C visas in hand, and screening for security: how many, whom, how long; what a stop of tourist visas does elsewhere.

Shares are compared by |z| <= 4, a false alarm of 6 in 100,000 each (about 2 in 1,000 for the file); luck is fixed.
"""

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, GROUP, INSTRUMENT, MODE, PLACE, REASON, STATUS
from sim.numerics.luck import PURPOSE, uniform, words
from sim.numerics.months import LONG_AGO
from tests.counting import NEVER_LEAVE, assert_share, events_of, home_world, settled
from tests.worlds import admit, close, constants, crowd, plain_world, quiet, start, tighten

SCHENGEN = ("lithuania", "poland", "germany")


def issuing(months, **issued):
    """A world in which places issue so many C visas a month, and nobody leaves for them."""
    world = home_world(months, tuple(issued))
    for place, visas in issued.items():
        world.places["visas"][:, PLACE[place]] = visas
    return world


def test_visas_are_issued_to_adults_at_home_as_many_as_the_states_say():
    """600 and 300 a month to 18,000 adults at home; children, those settled abroad and pendular workers get none."""
    n = 24_000
    kind = np.arange(n) % 8
    people = crowd(n)
    people.people.birth[kind == 0] = -17 * 12 + 6
    people.people.mode[kind == 1], people.people.place[kind == 1] = MODE["settled"], PLACE["poland"]
    people.people.status[kind == 1], people.people.expiry[kind == 1] = STATUS["protected"], 99
    model = start(people, issuing(4, poland=600.0, lithuania=300.0), quiet(**NEVER_LEAVE, visa_months=12.0))
    for t in range(4):
        model.step()
        new = model.columns.visa == t + 12
        assert_share(new.sum(), 18_000, 900.0 / 18_000)
        assert not new[kind < 2].any()
    assert (model.columns.visa[kind < 2] == LONG_AGO).all()


def test_a_sample_is_issued_visas_in_proportion():
    people = crowd(20_000)
    people.one_in = 50
    people.people.circle[:] *= 50
    model = start(people, issuing(1, poland=50_000.0), quiet(**NEVER_LEAVE, visa_months=12.0)).run()
    assert_share((model.columns.visa == 12).sum(), 20_000, 0.05)


def test_a_visa_in_hand_is_kept_and_a_longer_one_is_not_cut():
    """Issue to everyone in one month: who holds one for longer keeps it; then issue stops."""
    people = crowd(900, visa=np.repeat([LONG_AGO, 3, 40], 300))
    world = close(issuing(8, poland=1e9), "poland", "short_visa", 1)
    model = start(people, world, quiet(**NEVER_LEAVE, visa_months=6.0)).run()
    assert np.array_equal(model.columns.visa, np.repeat([6, 6, 40], 300))


def test_a_stop_for_all_but_a_group_is_a_stop():
    """Visas for a visit are those for everyone: exceptions for channels and groups issue none."""
    world = close(issuing(1, poland=1e9), "poland", "short_visa", 0)
    world.openness[0, PLACE["poland"], INSTRUMENT["short_visa"], 1:] = 1.0
    model = start(crowd(100), world, quiet(**NEVER_LEAVE, visa_months=6.0)).run()
    assert (model.columns.visa == LONG_AGO).all()


def entry_on_a_visa(months):
    """Three states that issue visas, and a channel to each for those who hold one, whoever issued it."""
    world = issuing(months, lithuania=800.0, poland=200.0, germany=200.0)
    for place in SCHENGEN:
        world = admit(world, place, "visa_free", exists=0)
        world = admit(
            world, place, "short_visa", exists=1, entry=INSTRUMENT["short_visa_entry"], residence=-1, sectors=0xFFFF,
            groups=1 << GROUP["visa_holder"], youngest=0, oldest=200, first_status=STATUS["visa"],
        )  # fmt: skip
    return world


def test_a_tourist_stop_by_one_state_keeps_visa_holders_from_the_others():
    """Lithuania, which issues two visas in three, stops: from the month in which the old visas have run out, entries to
    Poland and Germany on a visa fall to a third, within four standard errors; nobody enters without one; what is in
    hand lasts; nobody is worse off before.
    """
    n, months = 40_000, 12
    b = quiet(level=-3.0, visa_months=2.0)
    counts = []
    for stop in (False, True):
        world = entry_on_a_visa(months)
        world = close(world, "lithuania", "short_visa", 2) if stop else world
        model = start(crowd(n), world, b, constants(lithuania=-99.0)).run()
        departed = events_of(model, "departed")
        assert (model.columns.visa[departed["row"]] >= departed["month"]).all()
        assert set(departed["channel"]) == {CHANNEL["short_visa"]}
        counts.append(np.bincount(departed["month"], minlength=months))
    free, stopped = counts
    assert np.array_equal(free[:2], stopped[:2])
    late, third = stopped[5:].sum(), free[5:].sum() / 3.0
    assert third > 100 and abs(late - third) <= 4.0 * np.sqrt(third + free[5:].sum() / 9.0)


# screening


def threats(model):
    """Whether each person is one whom a screening is meant to find."""
    luck = [words(key, 0, PURPOSE["security"], 0, model.conditions.trait_seed)[0] for key in model.columns.key]
    return np.array([uniform(word) for word in luck]) < model.behaviour.threat_share


def screening_world(months, channel, true=0.7, false=0.1):
    """Poland by one channel, with a screening."""
    world = plain_world(months, ("poland",), (channel,))
    world.places["screening_true"][:], world.places["screening_false"][:] = true, false
    return world


@pytest.mark.parametrize("channel", ["work", "humanitarian", "study", "relocation", "short_visa"])
def test_a_screening_refuses_some_of_those_it_means_and_some_it_does_not(channel):
    """Seven in ten of the threats, who are a fifth, and one in ten of the others; refused for security; the rest go."""
    n = 10_000
    people = crowd(n)
    if channel == "relocation":
        people.people.employer[:], people.employers = 1, np.array([0, 1], np.uint8)
    world = screening_world(1, channel)
    world.belarus["relocation_it"] = 1.0
    model = start(people, world, quiet(level=60.0, staff=60.0, threat_share=0.2, relocation_months=1.0)).run()
    refused = events_of(model, "refused")
    assert set(refused["reason"]) == {REASON["security"]}
    meant = threats(model)
    assert_share(meant.sum(), n, 0.2)
    hit = np.zeros(n, bool)
    hit[refused["row"]] = True
    assert_share(hit[meant].sum(), meant.sum(), 0.7)
    assert_share(hit[~meant].sum(), (~meant).sum(), 0.1)
    assert len(events_of(model, "departed")) == n - hit.sum()


@pytest.mark.parametrize("channel", ["visa_free", "irregular"])
def test_nobody_is_screened_who_needs_no_visa(channel):
    model = start(crowd(500), screening_world(1, channel, 1.0, 1.0), quiet(level=60.0, threat_share=0.5)).run()
    assert len(events_of(model, "departed")) == 500 and len(events_of(model, "refused")) == 0


def test_a_threat_is_the_same_person_every_time_and_a_screening_is_not():
    """With a perfect screening the same people are refused in every application; chance refusals fall on others."""
    b = quiet(level=60.0, threat_share=0.2, reapply_months=1.0)
    perfect = start(crowd(3000), screening_world(6, "work", 1.0, 0.0), b).run()
    refused = events_of(perfect, "refused")
    meant = np.flatnonzero(threats(perfect))
    for t in range(6):
        assert np.array_equal(np.sort(refused["row"][refused["month"] == t]), meant)
    blunt = start(crowd(3000), screening_world(2, "work", 0.5, 0.5), b).run()
    refused = events_of(blunt, "refused")
    first, second = ((refused["month"] == t).sum() for t in range(2))
    assert_share(first, 3000, 0.5)
    assert_share(second, first, 0.5)


@pytest.mark.parametrize(("rule", "reason"), [("approval", "refusal"), ("screening", "security")])
def test_after_a_refusal_one_applies_again_when_the_months_are_over(rule, reason):
    """Everyone is refused, and with a wait of four months applies in months 0, 4 and 8, and never wishes."""
    world = screening_world(10, "work", 1.0, 1.0) if rule == "screening" else plain_world(10, ("poland",), ("work",))
    world = world if rule == "screening" else tighten(world, "poland", "work", approval=1e-12)
    model = start(crowd(200), world, quiet(level=90.0, reapply_months=4.0)).run()
    for kind in ("applied", "refused"):
        assert set(events_of(model, kind)["month"]) == {0, 4, 8} and len(events_of(model, kind)) == 600
    assert set(events_of(model, "refused")["reason"]) == {REASON[reason]}
    assert len(events_of(model, "wished")) == 0


@pytest.mark.parametrize(("status", "share"), [("permit", 0.1), ("visa", 0.1), ("visa_free", 0.0)])
def test_a_renewal_is_screened_too(status, share):
    """One harmless person in ten loses a permit when it ends, or is given none; a visa-free stay is not screened."""
    people = settled(10_000, status=status)
    people.people.expiry[:] = 0
    world = plain_world(2, ("poland",))
    world.places["screening_false"][:] = 0.1
    model = start(people, world, quiet(**NEVER_LEAVE, threat_share=0.0)).run()
    lost = events_of(model, "lost")
    assert_share(len(lost), 10_000, share)
    assert set(lost["reason"]) <= {REASON["security"]}
    assert (model.columns.status[lost["row"]] == STATUS["irregular"]).all()


def test_a_permit_is_revoked_at_its_rate_and_nothing_else_is():
    """Two in a hundred a month of permits that still run; visas, protection and citizenship are safe."""
    kinds = ("permit", "visa", "protected", "citizen")
    n = 20_000
    people = settled(n)
    people.people.status[:] = np.array([STATUS[name] for name in kinds])[np.arange(n) % len(kinds)]
    world = plain_world(5, ("poland", "lithuania"))
    world.places["revocation"][2:, PLACE["poland"]] = 0.02
    world.places["revocation"][:, PLACE["lithuania"]] = 1.0
    model = start(people, world, quiet(**NEVER_LEAVE)).run()
    lost = events_of(model, "lost")
    assert set(lost["row"] % len(kinds)) == {0} and set(lost["reason"]) == {REASON["security"]}
    assert lost["month"].min() == 2
    assert_share(len(lost), n / len(kinds), 1.0 - 0.98**3)
