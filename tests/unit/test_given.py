"""What a run is given in place of central values, and the priors of it."""

import numpy as np
import pytest

from sim.history.coefficients import RECORDS
from sim.model.decision import constants
from sim.numerics.codes import PLACE
from sim.numerics.errors import UserError
from sim.runs import priors
from sim.runs.ensemble import Ensemble
from sim.runs.points import point
from sim.runs.settings import Settings

ASKED = {"task": "simulate", "scenario": "historical", "until": "2021-12"}


def ensemble(**given):
    return Ensemble(Settings(**ASKED, coefficients=given))


def test_a_constant_is_put_in_the_place_of_that_on_file_and_is_followed():
    usual = constants.load(0.62).places
    found = ensemble(constant_georgia=2.5).constants_at(0.62).places
    changed = {name for name, code in PLACE.items() if found[code] != usual[code]}
    assert found[PLACE["georgia"]] == 2.5
    assert changed == {"georgia", "armenia", "uzbekistan", "uae", "other_visa_free"}  # the others are like it


def test_dated_values_are_multiplied_within_their_range():
    usual, found = (ensemble(**given).history("historical") for given in ({}, {"asylum_poland": 3.0}))
    for name in ("poland.asylum_inside", "poland.asylum_border"):
        before, after = (one.daily(name, 1096) for one in (usual, found))
        assert after == pytest.approx(np.minimum(before * 3.0, 1.0))
    assert (
        found.monthly("lithuania.asylum_inside", 36).tolist() == usual.monthly("lithuania.asylum_inside", 36).tolist()
    )
    assert ensemble(asylum_poland=1.0).history("historical") == usual


def test_a_point_is_another_one_and_tells_the_command():
    from sim.runs.points import command

    given = {"constant_poland": 2.0, "asylum_lithuania": 0.5, "peers": 0.4}
    usual, found = (point(ensemble(**one), "historical", 0.62) for one in ({}, given))
    assert usual.fingerprint != found.fingerprint
    assert all(f"coefficients.{name}={value!r}" in command(found.record, 1) for name, value in given.items())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"constant_polnd": 1.0}, "did you mean constant_poland"),
        ({"constant_belarus": 1.0}, "is not known"),
        ({"channel_study": 51.0}, r"outside \[-50, 50\] utility"),
        ({"asylum_poland": -1.0}, r"outside \[0, 100\] multiple"),
        ({"asylum_poland": "much"}, "is not a number"),
    ],
)
def test_what_cannot_be_given_is_refused(given, said):
    with pytest.raises(UserError, match=said):
        Settings(**ASKED, coefficients=given)


def test_priors_cover_central_values_and_their_texts_agree_with_the_coefficients():
    for name, one in priors.free().items():
        assert one.prior.low <= one.central <= one.prior.high
        assert 0.001 <= one.prior.cdf(one.central) <= 0.999 or one.central == one.prior.low, name
    for name in ("lambda", "war_men", "youth", "offers", "diaspora", "nest_channel", "relocation", "savings"):
        stated = str(RECORDS[name]["prior"]).partition(",")[0].split(" on ")[0]
        assert priors.free()[name].prior.text.startswith(stated.strip()), name


def test_every_scaled_parameter_exists():
    from sim.history.inventory import load_parameters

    known = {one.name for one in load_parameters()}
    assert {name for names in priors.scales().values() for name in names} <= known
