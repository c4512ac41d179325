"""All that must hold in every world, put to one finished run: the invariants of tests/verification, and no NaN."""

import numpy as np

from sim.model.model import EmigrationModel
from sim.numerics.codes import EVENT
from tests.verification import test_invariants as verified

ALWAYS = (
    verified.test_people_are_conserved,
    verified.test_place_mode_and_status_agree,
    verified.test_nobody_is_in_two_places,
    verified.test_stock_change_is_flow,
    verified.test_units_move_together_or_the_head_goes_ahead,
    verified.test_a_family_follows_its_head,
    verified.test_only_those_settled_work_abroad,
    verified.test_citizens_never_lose_their_status,
    verified.test_columns_stay_in_range,
    verified.test_traits_never_change,
    verified.test_plans_belong_to_heads_and_are_all_pending,
    verified.test_an_application_has_one_end,
    verified.test_nobody_barred_held_or_serving_departs,
    verified.test_nobody_departs_through_a_closed_border,
    verified.test_no_grant_through_a_closed_instrument,
    verified.test_nobody_wishes_and_plans_in_one_month,
    verified.test_the_reason_of_a_wish_can_be_true,
    verified.test_after_a_refusal_one_waits,
    verified.test_an_employer_takes_staff_for_a_time_and_to_one_place,
    verified.test_savings_are_never_negative_and_only_pay_for_the_journey,
    verified.test_savings_abroad_follow_work,
    verified.test_liability_ends_at_the_27th_birthday,
    verified.test_visas_are_given_at_home_and_kept,
    verified.test_trials_follow_charges_and_pardons_follow_trials,
    verified.test_a_closed_organisation_dismisses_all_its_staff,
    verified.test_detentions_happen_at_home_to_those_of_age,
    verified.test_arrests_on_return_are_of_the_persecuted,
    verified.test_persecuted_is_for_life,
    verified.test_who_is_away_for_a_time_comes_back_or_settles,
    verified.test_who_is_away_for_a_time_is_never_counted_as_an_emigrant,
)


def lived(model: EmigrationModel) -> verified.Lived:
    """A run month by month, row by row of the schedule, in which no number is NaN."""
    return verified.live(model, no_nan)


def no_nan(model: EmigrationModel) -> None:
    """What is on offer has a value and a price, all of them numbers, and no value reaches infinity."""
    for offers, length in zip(model.options.offers, model.options.lengths, strict=True):
        listed = offers[:length]
        assert not np.isnan(listed["fare"]).any() and not np.isnan(listed["each"]).any()
        for view in ("value", "onward", "open", "free"):
            assert (listed[view] < 700.0).all()  # false for NaN, too
        better = listed["value"], listed["onward"], listed["open"], listed["free"]
        assert all((one <= other).all() for one, other in zip(better, better[1:], strict=False))  # conditions improve
    for name in ("top", "near", "free"):
        assert (getattr(model.options, name) < 700.0).all()
    assert (model.options.rush >= 0.0).all() and np.isfinite(model.options.rush).all()
    assert ((model.circles.heard >= 0.0) & (model.circles.heard <= 1.0)).all()
    assert np.isfinite(model.residents).all() and np.isfinite(model.circles.memory).all()


def hold(run: verified.Lived) -> None:
    """Raise AssertionError unless every invariant holds."""
    model = run.model
    for invariant in ALWAYS:
        invariant(run)
    assert np.isfinite(model.columns.savings).all()
    committed, everybody = np.array(model.recorder.committed), model.one_in * len(model.columns.key)
    assert (committed >= 0).all() and committed.sum(axis=(1, 2)).max() <= everybody * 2.0**40 * 1.000001
    expected = model.recorder.expected_arrivals(model.world)
    assert np.isfinite(expected).all() and (expected >= 0.0).all()
    if len(run.events("applied")) > 10:
        verified.test_no_ineligible_application(run)
    if len(run.events("drafted")):
        verified.test_service_begins_and_ends(run)
    never_over_quota(run)


def never_over_quota(run: verified.Lived) -> None:
    """Those who pass a queue in any span of months with a limit are at most its persons and one agent."""
    capacity, one_in = run.model.world.rules["capacity"], run.model.one_in
    admitted = verified.admissions(run) * one_in
    for place, channel in np.argwhere(np.isfinite(capacity).any(axis=0)):
        for first, last in verified.spans(np.isfinite(capacity[:, place, channel])):
            used = admitted[first:last, place, channel].cumsum()
            assert (used <= capacity[first:last, place, channel].cumsum() + one_in + 1e-6).all(), (place, channel)


def granted(run: EmigrationModel, place: int, channel: int) -> np.ndarray:
    """Events `granted` of one channel."""
    events = run.recorder.events
    found = events[(events["kind"] == EVENT["granted"]) & (events["place"] == place)]
    return found[found["channel"] == channel]
