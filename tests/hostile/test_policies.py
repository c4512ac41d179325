"""Random policies on top of the real history: each runs with all invariants or is refused in one line."""

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from sim.analysis.additions import additions
from sim.history.compiled import build
from sim.history.parameters import FIRST_DAY, Closing, Dated, Setting
from sim.history.policies import Event, Policy
from sim.model.decision import constants
from sim.numerics.codes import CHANNEL, INSTRUMENT, PLACE
from sim.numerics.errors import HistoryError, UserError
from tests.hostile import invariants, strategies
from tests.hostile.examples import examples
from tests.hostile.messages import plain_to_see
from tests.hostile.strategies import DESTINATIONS, HISTORICAL, sound_policies, wild_policies
from tests.worlds import admit, hot, hot_people, plain_world, quiet, start, tighten

PEOPLE = hot_people(75)
TABLE = constants.load(0.62)


def one_line(error: Exception) -> str:
    """The message of a mistake; each fault is one line that a terminal bears."""
    assert isinstance(error, UserError) and error.faults
    for fault in error.faults:
        assert fault.strip() == fault != "" and plain_to_see(fault) and len(fault) < 1500
    return str(error)


def run(history, months, b=None):
    """The history of the people here for some months, with all invariants."""
    world = build(history, DESTINATIONS, months)
    finished = invariants.lived(start(PEOPLE, world, hot() if b is None else b, TABLE))
    finished.model.close()
    invariants.hold(finished)
    return finished


@examples(15)
@given(sound_policies("one"), sound_policies("two"), st.sampled_from((15, 27, 40)), st.booleans())
def test_sound_policies_run_with_every_invariant_or_are_refused_in_one_line(one, two, months, whole):
    try:
        history = HISTORICAL.enact(one, two).check()
        world = build(history, DESTINATIONS, 84 if whole else months)
    except HistoryError as error:
        event(f"refused: {one_line(error)[:40]}")
        return
    event("runs")
    assert build(history, DESTINATIONS, 12).rules.shape[0] == 12 and len(world.belarus) == (84 if whole else months)
    run(history, months)


@examples(80)
@given(st.data())
def test_wild_policies_are_refused_in_one_line_or_can_be_compiled(data):
    try:
        policy = data.draw(wild_policies("wild"))
        history = HISTORICAL.enact(policy).check()
        build(history, DESTINATIONS, 24)
    except HistoryError as error:
        one_line(error)


@examples(5)
@given(sound_policies("a"), sound_policies("b"), sound_policies("c"), st.permutations(range(3)))
def test_the_order_of_enactment_does_not_matter(one, two, three, order):
    try:
        straight = HISTORICAL.enact(one, two, three)
        shuffled = HISTORICAL
        for i in order:
            shuffled = shuffled.enact((one, two, three)[i])
        texts = straight.check().debug(), straight.diff(HISTORICAL)
    except HistoryError as error:
        one_line(error)
        return
    assert shuffled == straight and (shuffled.debug(), shuffled.diff(HISTORICAL)) == texts


@examples(40)
@given(sound_policies("a"), sound_policies("b"))
def test_what_is_enacted_and_taken_back_never_was(one, other):
    try:
        both = HISTORICAL.enact(one, other)
    except HistoryError as error:
        one_line(error)
        return
    assert both.without("a").without("b") == both.without("b", "a") == HISTORICAL
    assert both.without(*(e.name for e in one.events)) == HISTORICAL.enact(other)
    assert hash(both.policies) == hash(HISTORICAL.enact(other, one).policies)


@examples(20)
@given(sound_policies("a"), sound_policies("b"))
def test_what_a_scenario_adds_is_told_of_every_change_that_can_be(one, other):
    try:
        scenario, base = HISTORICAL.enact(one, other).check(), HISTORICAL.enact(other).check()
    except HistoryError as error:
        one_line(error)
        return
    told = additions(scenario, base)
    assert {addition.event for addition in told} == {e.name for e in one.events}
    assert all(addition.sentence.isprintable() and "nan" not in addition.sentence for addition in told)
    assert all(addition.removed for addition in additions(base, scenario))


LOOSE = {"approval": 1.0, "capacity": float("inf"), "offered": 1.0, "fee": 0.0, "funds": 0.0}
LOOSE |= {"screening_false": 0.0, "screening_true": 0.0, "open": 1.0, "oldest": 120, "months": 0.0}
STRICT = {
    "approval": st.floats(0.0, 1.0),
    "capacity": st.floats(0.0, 50.0),
    "offered": st.floats(0.0, 1.0),
    "fee": st.floats(0.0, 2e4),
    "funds": st.floats(0.0, 1e5),
    "screening_false": st.floats(0.0, 1.0),
    "screening_true": st.floats(0.0, 1.0),
    "open": st.floats(0.0, 1.0),
    "oldest": st.integers(0, 90),
    "months": st.floats(0.0, 6.0),
}


def under(rule, value, month):
    """Two countries, of which one admits workers under a rule from some month on (the law from the first)."""
    world = plain_world(8, ("lithuania", "poland"), ("work", "visa_free"))
    world = admit(world, "poland", "work", entry=INSTRUMENT["national_visa"])
    world.places["wage"][:] = 500.0
    if rule.startswith("screening"):
        world.places[rule][month:, PLACE["poland"]] = value
    elif rule == "open":
        world.openness[month:, PLACE["poland"], INSTRUMENT["national_visa"]] = value
    elif rule == "oldest":
        world = admit(world, "poland", "work", oldest=value)
    else:
        world = tighten(world, "poland", "work", start=month, **{rule: value})
    return world


@examples(50)
@given(st.data(), st.sampled_from(sorted(STRICT)), st.integers(0, 7))
def test_a_stricter_rule_never_raises_approvals_on_its_channel_and_an_eased_one_never_lowers_them(data, rule, month):
    """Feedback off: grants of the channel, of all months, with no rule, under a rule and under a stricter one."""
    two = data.draw(st.tuples(STRICT[rule], STRICT[rule]))
    looser, stricter = sorted(two, reverse=LOOSE[rule] != 0.0)
    b = quiet(level=-1.5, fee=-0.2, wait=-0.1, nest_channel=0.3, spread_country=0.5, threat_share=0.5)
    counts = []
    for value in (LOOSE[rule], looser, stricter):
        model = start(PEOPLE, under(rule, value, month), b).run()
        counts.append(len(invariants.granted(model, PLACE["poland"], CHANNEL["work"])))
        model.close()
    assert counts == sorted(counts, reverse=True)


def setting(name="lithuania.work.fee", value=10.0, at=FIRST_DAY):
    return Setting(name, (Dated(at, value, "a test", "found"),))


def policy(*changes, start=FIRST_DAY, until=None, announced=FIRST_DAY, name="p", called="e"):
    return Policy(name, "", None, False, (Event(called, announced, start, until, changes, "a test", "found"),))


@examples(60)
@given(st.data())
def test_a_refusal_names_the_key_the_value_and_the_known_choices(data):
    """One fault in an otherwise sound policy."""
    name = data.draw(st.from_regex(r"[a-z_]{3,12}", fullmatch=True))
    assume(name not in strategies.EXCEPTABLE)
    high = data.draw(st.floats(1.0001, 1e308))
    date = data.draw(st.dates(max_value=FIRST_DAY).filter(lambda date: date < FIRST_DAY))
    number = data.draw(st.sampled_from(["1", None, float("nan"), True]))
    faults = [
        (lambda: policy(setting(f"poland.{name}")), [f"poland.{name}", "known: poland."]),
        (lambda: policy(Closing("poland.land", 1.0, (name,))), [name, "poland.land", "known: "]),
        (lambda: policy(Closing("poland.land", high)), ["poland.land", f"{high:g}", "[0, 1]"]),
        (lambda: policy(setting("poland.work.works", high)), ["poland.work.works", f"{high:g}", "[0, 1]"]),
        (lambda: policy(setting("poland.work.renewal", -high)), ["poland.work.renewal", f"{-high:g}", "negative"]),
        (lambda: policy(setting("poland.work.fee", 2e4 * high)), ["poland.work.fee", "[0, 20000]", "changed by", "e"]),
        (lambda: policy(setting(at=date), start=date), ["event 'e'", str(date), "2019-01-01 to 2050-12-31"]),
        (lambda: policy(setting(), until=date), ["event 'e'", "until", str(date)]),
        (lambda: policy(setting(value=number)), [str(number), "is not a number"]),
        (lambda: policy(setting(), name=f" {name}\n"), ["policy", name, "a name is of letters"]),
        (lambda: policy(setting("poland.land")), ["poland.land", "restriction", "closed, except, revoke"]),
    ]
    make, words = data.draw(st.sampled_from(faults))
    with pytest.raises(HistoryError) as refused:
        HISTORICAL.enact(make()).check()
    for word in words:
        assert word in one_line(refused.value)
