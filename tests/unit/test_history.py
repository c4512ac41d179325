"""The history: values at dates, rules of composition, counterfactuals, and the sentences that tell it."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.additions import additions
from sim.history.history import History
from sim.history.parameters import Closing, Dated, Parameter, Setting, restriction
from sim.history.policies import Event, Policy
from sim.numerics.codes import CHANNEL, GROUP, N_CHANNELS, N_GROUPS
from sim.numerics.errors import HistoryError
from sim.numerics.months import month

D = date.fromisoformat
WORK, HUMANITARIAN, MEDIATED = (1 + CHANNEL[name] for name in ("work", "humanitarian", "mediated"))
DRIVER = 1 + N_CHANNELS + GROUP["driver"]


def dated(*pairs):
    return tuple(Dated(D(at), value, "test", "found") for at, value in pairs)


def parameter(name, rule="set", interpolate="step", values=(("2019-01-01", 10),), low=0.0, high=1000.0):
    return Parameter(name, "a number", "units", rule, interpolate, low, high, dated(*values))


def event(name, start, until, *changes, announced=None):
    end = D(until) if until else None
    return Event(name, D(announced or start), D(start), end, changes, "test", "found")


def policy(name, *events):
    return Policy(name, "a policy", "somebody", True, events)


def sets(name, start, *pairs):
    return Setting(name, dated(*(pairs or ((start, 1.0),))))


BASE = History.of(
    [
        *(parameter(f"a.{rule}", rule) for rule in ("set", "highest", "lowest", "product", "sum")),
        parameter("a.line", "set", "linear", (("2019-01-01", 0), ("2019-03-01", 59))),
        parameter("a.whole", "sum", values=(("2019-01-01", 0),)),
        restriction("lithuania", "national_visa"),
        restriction("lithuania", "short_visa"),
    ]
)
VISA = "lithuania.national_visa"
SUSPENSION = policy(
    "suspension", event("suspended", "2022-03-11", "2023-05-02", Closing(VISA, 1, ("humanitarian", "mediated")))
)
LAW = policy(
    "law",
    event("law_in_force", "2023-05-03", None, Closing(VISA, 1, ("humanitarian", "mediated")), announced="2023-03-21"),
)
BAN = policy(
    "ban",
    event("banned", "2023-05-03", None, Closing(VISA, 1, (), ("humanitarian", "mediated")), announced="2023-03-21"),
)


def change(name, value, start="2020-01-01", until=None, event_name=None):
    made = event_name or f"{name}_{value}"
    return policy(f"policy_{made}", event(made, start, until, sets(name, start, (start, value))))


def test_a_value_holds_from_its_date():
    history = History.of([parameter("p", values=(("2019-01-01", 3), ("2020-08-09", 5)))])
    values = history.monthly("p", 84)
    assert values.dtype == np.float64 and len(values) == 84
    assert values[month("2020-07")] == 3 and values[month("2020-09")] == 5
    assert values[month("2020-08")] == pytest.approx((8 * 3 + 23 * 5) / 31)


def test_a_month_without_change_has_exactly_the_daily_value():
    assert (History.of([parameter("p", values=(("2019-01-01", 0.1),))]).monthly("p", 84) == 0.1).all()


def test_a_fraction_added_to_a_whole_number_is_kept():
    assert BASE.enact(change("a.whole", 0.5)).monthly("a.whole", 84)[12] == 0.5


def test_a_straight_line_moves_day_by_day():
    daily = BASE.daily("a.line", 70)
    assert daily[:59].tolist() == list(range(59)) and (daily[59:] == 59).all()
    assert BASE.monthly("a.line", 2).tolist() == [15.0, 44.5]


def test_an_event_weighs_by_its_days_both_ends_included():
    history = BASE.enact(change("a.set", 41, "2020-01-31", "2020-02-01"))
    assert history.monthly("a.set", 24)[12] == pytest.approx((30 * 10 + 41) / 31)
    assert history.monthly("a.set", 24)[13] == pytest.approx((28 * 10 + 41) / 29)
    assert history.monthly("a.set", 24)[14] == 10


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("a.highest", (5, 12, 30), 30),
        ("a.lowest", (5, 12, 30), 5),
        ("a.product", (0.5, 2, 3), 30),
        ("a.sum", (5, 12, -3), 24),
        ("a.set", (7,), 7),
    ],
)
def test_rules_of_composition(name, values, expected):
    history = BASE.enact(*(change(name, value) for value in values))
    assert history.monthly(name, 24)[12] == expected
    assert history.monthly(name, 24)[11] == 10


def test_dated_changes_act_inside_their_event():
    many = policy("p", event("e", "2020-01-01", "2020-03-31", sets("a.sum", "", ("2020-02-01", 5), ("2020-03-01", 7))))
    assert BASE.enact(many).monthly("a.sum", 16)[11:].tolist() == [10, 10, 15, 17, 10]


def test_two_events_may_not_set_one_parameter_at_once():
    history = BASE.enact(change("a.set", 5, event_name="one"), change("a.set", 6, "2021-05-05", event_name="two"))
    with pytest.raises(HistoryError, match="^events 'one' and 'two' both set a.set on 2021-05-05; remove one, as by"):
        history.monthly("a.set", 84)
    with pytest.raises(HistoryError):
        history.check()
    assert history.without("one").monthly("a.set", 84)[83] == 6
    after = BASE.enact(change("a.set", 5, until="2020-12-31"), change("a.set", 6, "2021-01-01"))
    assert after.monthly("a.set", 84)[[23, 24]].tolist() == [5, 6]


def test_a_composed_value_stays_in_range():
    with pytest.raises(HistoryError, match=r"^a.sum is -10 on 2020-01-01, outside \[0, 1000\]; changed by deep$"):
        BASE.enact(change("a.sum", -20, event_name="deep")).check()


def test_exceptions_unite_the_strictest_closing_wins_and_revoked_ones_close():
    partly = policy("partly", event("partly", "2023-01-01", None, Closing(VISA, 0.4, ("work", "driver"))))
    history = BASE.enact(SUSPENSION, LAW, partly)
    shares = history.open_shares(VISA, 84)
    assert shares.shape == (84, 1 + N_CHANNELS + N_GROUPS)
    now = shares[month("2023-06")]
    assert now[0] == 0 and set(np.flatnonzero(now == 1)) == {WORK, DRIVER}
    assert set(np.flatnonzero(now == 0.6)) == {HUMANITARIAN, MEDIATED}  # excepted from the whole, not from the part
    before = BASE.enact(partly).open_shares(VISA, 84)[month("2023-06")]
    assert before[0] == 0.6 and before[WORK] == 1
    banned = history.enact(BAN).open_shares(VISA, 84)[month("2023-06")]
    assert set(np.flatnonzero(banned)) == {WORK, DRIVER}
    assert history.monthly(VISA, 84)[month("2023-06")] == 1


CHECKPOINTS = policy("checkpoints", event("some_shut", "2022-01-01", None, Closing(VISA, 0.5)))


@pytest.mark.parametrize("closed", [0.01, 0.5, 0.9])
def test_an_exception_lifts_no_closing_in_part_of_another_rule(closed):
    """Fewer checkpoints are fewer for all: whoever a later and stricter closing excepts finds no more of them."""
    for later in (Closing(VISA, closed, ("work",)), Closing(VISA, 1, ("work",))):
        shut = policy("shut", event("shut", "2023-01-01", None, later))
        shares = BASE.enact(CHECKPOINTS, shut).open_shares(VISA, 84)[month("2023-06")]
        assert shares[WORK] == 0.5 and shares[0] == min(0.5, 1 - later.closed)
    own = policy("own", event("own", "2022-01-01", None, Closing(VISA, closed, ("work",))))
    assert BASE.enact(own).open_shares(VISA, 84)[50, [WORK, 0]].tolist() == [1, 1 - closed]


def test_an_opening_lifts_every_closing_and_a_revoked_one_none():
    opening = policy("opening", event("opening", "2023-01-01", None, Closing(VISA, 0, ("work",))))
    ends = policy("ends", event("ends", "2024-01-01", None, Closing(VISA, 0, (), ("work",))))
    shares = BASE.enact(CHECKPOINTS, LAW, opening, ends).open_shares(VISA, 84)[:, WORK]
    assert shares[month("2023-06")] == 1 and shares[month("2024-06")] == 0
    assert BASE.enact(CHECKPOINTS, opening, ends).open_shares(VISA, 84)[[53, 65], WORK].tolist() == [1, 0.5]


@given(st.lists(st.tuples(st.sampled_from([0.01, 0.5, 0.99]), st.sets(st.sampled_from(["work", "driver"])),
                          st.sets(st.sampled_from(["study", "family"]))), min_size=1, max_size=5))  # fmt: skip
def test_one_more_closing_in_part_opens_nothing_to_anybody(several):
    before = None
    for number, (closed, spared, revoked) in enumerate(several):
        rule = Closing(VISA, closed, tuple(spared), tuple(revoked))
        enacted = [policy(f"p{n}", event(f"e{n}", "2022-01-01", None, Closing(VISA, c, tuple(s), tuple(r))))
                   for n, (c, s, r) in enumerate(several[:number])]  # fmt: skip
        now = BASE.enact(*enacted, policy("last", event("last", "2022-01-01", None, rule))).open_shares(VISA, 48)[40]
        assert before is None or (now <= before).all()
        before = now


def test_open_shares_weigh_days():
    shares = BASE.enact(SUSPENSION).open_shares(VISA, 84)
    assert shares[month("2022-03"), 0] == pytest.approx(10 / 31)
    assert shares[month("2022-03"), MEDIATED] == 1
    assert shares[month("2023-05"), 0] == pytest.approx(29 / 31)


def test_a_name_of_a_channel_and_of_a_group_stands_for_both():
    card = policy("card", event("card", "2022-01-01", None, Closing(VISA, 1, ("ancestry",))))
    shares = BASE.enact(card).open_shares(VISA, 84)[40]
    assert set(np.flatnonzero(shares)) == {1 + CHANNEL["ancestry"], 1 + N_CHANNELS + GROUP["ancestry"]}


def test_an_event_may_end_on_another_day_and_a_policy_too():
    ended = BASE.enact(SUSPENSION, LAW).ending("law", D("2024-06-30"))
    shares = ended.open_shares(VISA, 84)[:, 0]
    assert shares[month("2024-06")] == 0 and shares[month("2024-07")] == 1
    assert ended.ending("law_in_force", None) == BASE.enact(SUSPENSION, LAW)
    two = policy("two", event("first", "2020-01-01", None, sets("a.sum", "", ("2020-01-01", 1), ("2021-01-01", 2))),
                 event("second", "2022-01-01", None, sets("a.highest", "2022-01-01", ("2022-01-01", 99))))  # fmt: skip
    short = BASE.enact(two).ending("two", D("2020-12-31"))
    assert short.monthly("a.sum", 48)[[11, 12, 23, 24, 47]].tolist() == [10, 11, 11, 10, 10]
    assert (short.monthly("a.highest", 48) == 10).all()
    (told,) = [item for item in additions(ended, BASE.enact(SUSPENSION, LAW)) if item.event == "law_in_force"]
    assert told.verdict == "effective" and "from 2024-07-01 open" in told.sentence


@pytest.mark.parametrize(
    ("name", "last", "message"),
    [
        ("lawless", "2024-06-30", "no event or policy 'lawless' in force to end; known: law"),
        ("law", "2023-01-01", "policy 'law': begins after 2023-01-01; leave it out"),
        ("law_in_force", "2023-01-01", "event 'law_in_force': until 2023-01-01 is before from 2023-05-03"),
    ],
)
def test_an_ending_that_cannot_be_is_refused(name, last, message):
    with pytest.raises(HistoryError, match=message):
        BASE.enact(SUSPENSION, LAW).ending(name, D(last))


def test_a_rule_that_only_excepts_opens_what_others_close():
    corridor = policy("corridor", event("corridor", "2024-01-01", None, Closing(VISA, 0, ("work",))))
    alone, with_law = BASE.enact(corridor), BASE.enact(LAW, corridor)
    assert (alone.open_shares(VISA, 84) == 1).all()
    assert with_law.open_shares(VISA, 84)[month("2024-01"), [0, WORK]].tolist() == [0, 1]


def test_six_months_on_only_what_is_announced_is_foreseen():
    history = BASE.enact(SUSPENSION, LAW)
    shares, ahead = history.open_shares(VISA, 84), history.outlook(VISA, 84)
    assert ahead.shape == shares.shape
    assert (ahead[: month("2021-09")] == shares[6 : month("2022-03")]).all()
    assert (ahead[month("2021-09") : month("2022-03"), 0] == 1).all()  # the suspension came without a word
    assert ahead[month("2022-03"), 0] == 0
    law = month("2023-05")
    assert ahead[month("2022-11"), 0] == pytest.approx(29 / 31) and (ahead[month("2022-12") : law - 2, 0] == 1).all()
    assert (ahead[law - 2 :] == shares[np.minimum(np.arange(law - 2, 84) + 6, 83)]).all()  # announced in March
    assert (ahead[month("2022-03") : month("2022-11"), MEDIATED] == 1).all()


def test_an_easing_that_is_not_announced_is_not_foreseen():
    plan = Closing(VISA, 1), Closing(VISA, 1, ("work",))
    tight = policy("tight", event("tight", "2021-01-01", None, plan[0], announced="2020-01-01"))
    eased = policy("eased", event("eased", "2022-01-01", None, plan[1], announced="2021-12-15"))
    ahead = BASE.enact(tight, eased).outlook(VISA, 84)
    assert ahead[month("2020-06"), 0] == 1 and ahead[month("2020-07"), 0] == 0
    assert (ahead[month("2020-07") : month("2021-12"), WORK] == 0).all() and (
        ahead[month("2021-12") :, WORK] == 1
    ).all()


def test_where_all_is_announced_the_outlook_is_what_comes():
    early = [
        event(f"e{n}", f"202{n}-03-17", f"202{n}-11-05", Closing(VISA, n / 7, ("work",)), announced="2019-01-01")
        for n in range(1, 5)
    ]
    history = BASE.enact(policy("early", *early))
    shares = history.open_shares(VISA, 84)
    assert history.outlook(VISA, 84).tobytes() == shares[np.minimum(np.arange(84) + 6, 83)].tobytes()


def test_the_order_of_steps_does_not_matter():
    one, two = change("a.product", 0.1), change("a.product", 0.7)
    three = change("a.product", 1.3)
    left, right = BASE.enact(one).enact(two, three), BASE.enact(three, two).enact(one)
    assert left == right and hash(left) == hash(right)
    assert left.monthly("a.product", 84).tobytes() == right.monthly("a.product", 84).tobytes()
    assert BASE.enact(one, two).without(one.name) == BASE.enact(two)


def test_without_takes_an_event_or_a_whole_policy():
    both = policy("both", event("first", "2020-01-01", None, sets("a.sum", "2020-01-01")),
                  event("second", "2020-01-01", None, sets("a.highest", "2020-01-01")))  # fmt: skip
    history = BASE.enact(both)
    assert history.without("both") == BASE == history.without("first", "second")
    left = history.without("first")
    assert left != history and left != BASE and left.event("second").name == "second"


def test_a_policy_that_would_change_nothing_is_refused():
    with pytest.raises(HistoryError, match="already in force"):
        BASE.enact(LAW).enact(LAW)
    with pytest.raises(HistoryError, match="no event or policy 'laww' in force to remove; known: law, law_in_force"):
        BASE.enact(LAW).without("laww")
    with pytest.raises(HistoryError, match="^policy 'empty': has no event$"):
        policy("empty")
    with pytest.raises(HistoryError, match="^event 'idle': changes nothing$"):
        event("idle", "2020-01-01", None)
    with pytest.raises(HistoryError, match="closes nothing, excepts nobody and revokes nothing"):
        Closing(VISA, 0)


ONE = sets("a.sum", "2020-01-01")

REFUSALS = {
    "unknown parameter 'lithuania.national_vis'; known: lithuania.national_visa,": lambda: BASE.enact(
        policy("p", event("e", "2020-01-01", None, Closing("lithuania.national_vis", 1)))
    ),
    "unknown exception 'humanitarians'; known: humanitarian,": lambda: Closing(VISA, 1, ("humanitarians",)),
    "unknown exception 'none'": lambda: Closing(VISA, 1, ("none",)),
    "'work' is both excepted and revoked": lambda: Closing(VISA, 1, ("work",), ("work",)),
    "closed 1.5 is outside [0, 1]": lambda: Closing(VISA, 1.5),
    "a.set is a number": lambda: BASE.enact(policy("p", event("e", "2020-01-01", None, Closing("a.set", 1)))),
    f"{VISA} is a restriction": lambda: BASE.enact(change(VISA, 1)),
    "a.set: -1 is outside [0, 1000]": lambda: BASE.enact(change("a.set", -1)),
    "a.product: factor -1 is negative": lambda: BASE.enact(change("a.product", -1)),
    "until 2019-12-31 is before from 2020-01-01": lambda: event("e", "2020-01-01", "2019-12-31", ONE),
    "from 2018-12-31 is outside": lambda: event("e", "2018-12-31", None, sets("a.sum", "2018-12-31")),
    "from 2051-01-01 is outside": lambda: event("e", "2051-01-01", None, sets("a.sum", "2051-01-01")),
    "announced 2020-02-01 is after from": lambda: event(
        "e", "2020-01-01", None, sets("a.sum", "2020-01-01"), announced="2020-02-01"
    ),
    "'soon' is not a date": lambda: Event("e", "soon", D("2020-01-01"), None, (ONE,), "s", "found"),
    "2021-01-01 is not inside the event": lambda: event("e", "2020-01-01", "2020-12-31", sets("a.sum", "2021-01-01")),
    "changes a parameter twice": lambda: event("e", "2020-01-01", None, *[sets("a.sum", "2020-01-01")] * 2),
    "unknown confidence 'seed'": lambda: Dated(D("2020-01-01"), 1, "s", "seed"),
    "source is empty": lambda: Dated(D("2020-01-01"), 1, " ", "found"),
    "'many' is not a number": lambda: Dated(D("2020-01-01"), "many", "s", "found"),
    "'True' is not a number": lambda: Dated(D("2020-01-01"), True, "s", "found"),
    "unknown rule 'most'": lambda: parameter("p", "most"),
    "first value is of 2019-02-01": lambda: parameter("p", values=(("2019-02-01", 1),)),
    "-1 is outside [0, 1000]": lambda: parameter("p", values=(("2019-01-01", -1),)),
    "dates are not in ascending order": lambda: parameter("p", values=(("2019-01-01", 1), ("2019-01-01", 2))),
    "no straight line leads to .inf": lambda: parameter(
        "p", "set", "linear", (("2019-01-01", float("inf")),), high=float("inf")
    ),
    "parameter 'p' is given twice": lambda: History.of([parameter("p"), parameter("p")]),
    "event 'banned' is in two policies": lambda: BASE.enact(BAN, policy("other", *BAN.events)),
    "unknown parameter 'a.summ'; known: a.sum,": lambda: BASE.monthly("a.summ", 12),
    "a.sum is not a restriction": lambda: BASE.open_shares("a.sum", 12),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSALS)
def test_refusals_are_one_line_that_names_the_fault(message):
    with pytest.raises(HistoryError) as caught:
        REFUSALS[message]()
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_debug_tells_epochs_by_the_code_that_runs(monkeypatch):
    history = BASE.enact(SUSPENSION, LAW, change("a.sum", 5, "2020-01-01", "2020-01-31"))
    text = history.debug()
    assert "Epoch 1: 2020-01-01 to 2020-01-31" in text and "a.sum: 15 units (was 10)" in text
    assert "begins: suspended (suspension), from 2022-03-11 to 2023-05-02" in text
    assert f"{VISA}: closed except humanitarian, mediated (was open)" in text
    assert "ends: suspended (suspension), last day 2023-05-02" in text
    assert "a.line: 2019-01-01 0, 2019-03-01 59 units" in text
    assert history.debug(D("2020-01-15")).count("Epoch") == 2
    daily = History.daily
    monkeypatch.setattr(
        History, "daily", lambda self, name, days: daily(self, name, days) * (3 if name == "a.sum" else 1)
    )
    assert "a.sum: 45 units (was 30)" in history.debug()


def test_diff_in_words():
    base = BASE.enact(SUSPENSION, LAW)
    assert base.diff(base) == "The two histories are the same."
    assert base.enact(BAN).diff(base).splitlines() == [
        "Only here: banned (ban), from 2023-05-03.",
        f"{VISA}: from 2023-05-03 closed to humanitarian, mediated (was open to them).",
    ]
    assert base.diff(base.enact(BAN)).splitlines() == [
        "Only there: banned (ban), from 2023-05-03.",
        f"{VISA}: from 2023-05-03 open to humanitarian, mediated (was closed to them).",
    ]
    assert base.without("suspension").diff(base).splitlines()[1] == (
        f"{VISA}: from 2022-03-11 to 2023-05-02 open (was closed except humanitarian, mediated)."
    )
    longer = base.without("law").enact(
        policy("law", event("law_in_force", "2023-05-03", "2025-01-01", *LAW.events[0].changes))
    )
    assert "Different in the two: event law_in_force." in longer.diff(base)
    assert f"{VISA}: from 2025-01-02 open (was closed except humanitarian, mediated)." in longer.diff(base)
    zero = BASE.enact(change("a.sum", 0, event_name="zero"))
    assert zero.diff(BASE).endswith("No effective rule differs to 2030-12-31.")


def test_adds_tells_effect_shadow_period_and_nothing():
    base = BASE.enact(SUSPENSION, LAW)
    (ban,) = additions(base.enact(BAN), base)
    assert (ban.verdict, ban.removed, ban.parameter) == ("effective", False, VISA)
    again = policy("again", event("again", "2023-05-03", None, Closing(VISA, 1, ("humanitarian",))))
    (shadowed,) = additions(base.enact(again), base)
    assert (shadowed.verdict, shadowed.shadowed_by) == ("shadowed", ("law_in_force",))
    assert shadowed.sentence == f"again: {VISA}: changes nothing, because law_in_force is already as strict."
    (late,) = additions(base.enact(BAN), base, until=D("2022-12-31"))
    assert late.verdict == "out of period" and "2023-05-03" in late.sentence
    (zero,) = additions(BASE.enact(change("a.sum", 0, event_name="zero")), BASE)
    assert zero.verdict == "without effect" and "same with and without it" in zero.sentence
    (gone,) = additions(base.without("suspension"), base)
    assert gone.removed and gone.verdict == "effective" and gone.sentence.startswith("Without suspended")
    assert additions(base, base) == ()


def test_adds_of_a_set_value_that_takes_the_place_of_another():
    first, second = change("a.set", 5, event_name="first"), change("a.set", 6, event_name="second")
    base = BASE.enact(first)
    verdicts = {item.event: item.verdict for item in additions(base.without(first.name).enact(second), base)}
    assert verdicts == {"second": "effective", "first": "effective"}


# changes that alter one another

CLOSES = policy("closes", event("closes", "2023-06-01", None, Closing(VISA, 1, ("humanitarian",))))
REVOKES = policy("revokes", event("revokes", "2023-06-01", None, Closing(VISA, 0, (), ("humanitarian",))))


def told(scenario, base=BASE):
    return {
        item.event: (item.verdict, item.sentence.partition(f"{item.parameter}: ")[2])
        for item in additions(scenario, base)
    }


def test_what_acts_only_beside_another_change_is_told_by_what_both_make_of_the_rule():
    assert told(BASE.enact(REVOKES))["revokes"][0] == "without effect"
    both = ("effective", "from 2023-06-01 closed (was open).")
    assert told(BASE.enact(CLOSES, REVOKES)) == {"closes": both, "revokes": both}
    assert {item.direction for item in additions(BASE.enact(CLOSES, REVOKES), BASE)} == {-1}


def test_changes_that_leave_one_another_alone_keep_their_own_sentences():
    later = policy("later", event("later", "2024-01-01", None, Closing("lithuania.short_visa", 1)))
    early = policy("early", event("early", "2020-01-01", "2020-12-31", Closing(VISA, 1)))
    assert told(BASE.enact(early, later, CLOSES)) == {
        "early": ("effective", "from 2020-01-01 to 2020-12-31 closed (was open)."),
        "later": ("effective", "from 2024-01-01 closed (was open)."),
        "closes": ("effective", "from 2023-06-01 closed except humanitarian (was open)."),
    }


def test_a_rule_that_is_taken_away_and_put_back_under_another_name_is_told_to_leave_it_as_it_was():
    again = policy("again", event("again", "2023-06-01", None, *CLOSES.events[0].changes))
    assert told(BASE.enact(again), BASE.enact(CLOSES)) == {
        name: ("without effect", "changes nothing, because other changes of the scenario leave the rule as it was.")
        for name in ("closes", "again")
    }


@pytest.mark.parametrize(("rule", "value"), [("lowest", 90), ("lowest", 10), ("highest", 3)])
def test_a_number_that_is_outdone_tells_by_what(rule, value):
    found = told(BASE.enact(change(f"a.{rule}", value, event_name="outdone")))
    reason = f"changes nothing, because 10 is in force and the {rule} counts."
    assert found == {"outdone": ("without effect", reason)}
    cap = change(f"a.{rule}", 5 if rule == "lowest" else 20, "2021-01-01", "2021-12-31", "cap")
    both = BASE.enact(cap, change(f"a.{rule}", value, "2021-06-01", event_name="outdone"))
    (item,) = additions(both, BASE.enact(cap))
    assert (item.verdict, item.shadowed_by) == ("shadowed", ("cap",))
    assert f"{'5 to 10' if rule == 'lowest' else '10 to 20'} is in force and the {rule} counts" in item.sentence


def test_sums_of_two_changes_are_told_together():
    two = BASE.enact(change("a.sum", 1), change("a.sum", 2))
    assert {text for _, text in told(two).values()} == {"from 2020-01-01 13 units (was 10)."}


# a set that replaces what is in force


def replacing(name, rule, value, start, until=None):
    change = Setting(f"a.{rule}", dated((start, value)), replaces=True)
    return policy(name, event(f"{name}_event", start, until, change))


def monthly(history, rule):
    return history.monthly(f"a.{rule}", 60)


@pytest.mark.parametrize("rule", ["highest", "lowest", "product", "sum"])
def test_a_set_stands_for_all_that_began_before_it_and_combines_with_what_comes_later(rule):
    """10 at first; 4 from 2020; set to 50 in 2021 and 2022; 3 from July 2021: the set counts but for what is later."""
    early = policy(
        "early", event("early_event", "2020-01-01", None, sets(f"a.{rule}", "2020-01-01", ("2020-01-01", 4)))
    )
    late = policy("late", event("late_event", "2021-07-01", None, sets(f"a.{rule}", "2021-07-01", ("2021-07-01", 3))))
    fixed = replacing("fixed", rule, 50, "2021-01-01", "2022-12-31")
    combine = {"highest": max, "lowest": min, "product": lambda a, b: a * b, "sum": lambda a, b: a + b}[rule]
    found = monthly(BASE.enact(early, late, fixed), rule)
    assert found[month("2019-12")] == 10 and found[month("2020-12")] == combine(10, 4)
    assert found[month("2021-01")] == found[month("2021-06")] == 50
    assert found[month("2021-07")] == found[month("2022-12")] == combine(50, 3)
    assert found[month("2023-01")] == combine(combine(10, 4), 3), "after its end all is as if it had not been"
    for order in ((late, fixed, early), (fixed, early, late)):
        assert (monthly(BASE.enact(*order), rule) == found).all()


def test_a_set_raises_a_cap_that_the_lowest_would_keep():
    cap = policy("cap", event("cap_event", "2020-01-01", None, sets("a.lowest", "2020-01-01", ("2020-01-01", 2))))
    assert monthly(BASE.enact(cap, change("a.lowest", 8, "2021-01-01", None)), "lowest")[30] == 2
    raised = BASE.enact(cap, replacing("raised", "lowest", 8, "2021-01-01"))
    assert monthly(raised, "lowest")[30] == 8
    (told,) = additions(raised, BASE.enact(cap))
    assert told.sentence == "raised_event: a.lowest: from 2021-01-01 8 units (was 2)."
    assert monthly(raised.ending("raised", D("2021-12-31")), "lowest")[40] == 2


def test_what_is_in_force_from_the_day_of_a_set_combines_with_it():
    together = BASE.enact(replacing("raised", "lowest", 20, "2021-01-01"), change("a.lowest", 8, "2021-01-01", None))
    assert monthly(together, "lowest")[month("2021-02")] == 8


def test_a_set_holds_over_the_parameters_own_later_steps_and_has_steps_of_its_own():
    base = History.of([parameter("a.lowest", "lowest", values=(("2019-01-01", 10), ("2021-06-01", 1)))])
    change = Setting("a.lowest", dated(("2021-01-01", 5), ("2021-07-01", 7)), replaces=True)
    found = base.enact(policy("x", event("x", "2020-12-01", "2021-12-31", change))).monthly("a.lowest", 48)
    assert [found[month(at)] for at in ("2020-12", "2021-01", "2021-06", "2021-07", "2022-01")] == [10, 5, 5, 7, 1]


def test_two_sets_at_once_are_a_conflict_by_name_and_two_after_each_other_are_none():
    one, two = replacing("one", "sum", 5, "2021-01-01", "2021-12-31"), replacing("two", "sum", 6, "2021-12-31")
    with pytest.raises(HistoryError, match="'one_event' and 'two_event' both set a.sum on 2021-12-31; remove"):
        BASE.enact(two, one).check()
    after = BASE.enact(one, replacing("two", "sum", 6, "2022-01-01")).check()
    assert monthly(after, "sum")[[35, 36]].tolist() == [5, 6]


@pytest.mark.parametrize(
    ("rule", "value", "said"),
    [
        ("set", 5, "a.set has the rule set: write the number alone"),
        ("product", 1001, "a.product: 1001 is outside"),
        ("sum", -1, "a.sum: -1 is outside"),
    ],
)
def test_a_set_that_cannot_be_is_refused_by_name(rule, value, said):
    with pytest.raises(HistoryError, match=said):
        BASE.enact(replacing("wrong", rule, value, "2021-01-01"))
