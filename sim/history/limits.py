"""What values a world can have: the model runs on no others, whatever a file or an event says."""

import numpy as np
from numpy.typing import NDArray

from sim.numerics.errors import HistoryError
from sim.numerics.months import label

Floats = NDArray[np.float64]

_SHARE, _COUNT, _MONEY = (0.0, 1.0), (0.0, 1e9), (0.0, 1e9)
_PRICE = (0.01, 1e6)
"""Of what the model takes the logarithm."""
LIMITS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("offered", "approval", "works", "renewal", "safety", "unsafe", "language"), _SHARE),
    **dict.fromkeys(("recall", "flights", "refuge", "residence_visa_free"), _SHARE),
    **dict.fromkeys(("news", "war_fear", "ban_accused", "ban_liable", "arrest_on_return", "passport_abroad"), _SHARE),
    **dict.fromkeys(("pardon", "summons_reach", "study_abroad", "relocation_it", "relocation_media"), _SHARE),
    **dict.fromkeys(("travel_document", "screening_false", "screening_true", "asylum_inside", "asylum_border"), _SHARE),
    **dict.fromkeys(("revocation", "revocation_jobless", "revocation_trips"), _SHARE),
    **dict.fromkeys(("naturalisation", "tightening", "support_drawn", "support_month"), _SHARE),
    **dict.fromkeys(("income_tax", "employee_contributions"), (0.0, 0.49)),
    "employer_contributions": (0.0, 10.0),
    **dict.fromkeys(("detentions", "charges", "closures", "summoned", "drafted", "officers", "reservists"), _COUNT),
    **dict.fromkeys(("volunteers", "deserters"), _COUNT),
    **dict.fromkeys(("visas", "short_stays", "inflow_limit"), _COUNT),
    **dict.fromkeys(("pendular", "diaspora", "demand", "capacity"), _COUNT),
    **dict.fromkeys(("fee", "funds", "fare_land", "fare_air"), _MONEY),
    **dict.fromkeys(("wage", "rent"), _PRICE),
    "months": (0.0, 1200.0),
    "stay": (0.0, 1200.0),
    "premium_it": (0.01, 100.0),
    "firms": (-100.0, 100.0),
    "distance": (1.0, 40000.0),
    "risk": (0.0, 1e6),
    "city": (1.0, 1e9),
    "rent_response": (0.0, 100.0),
    "return_pull": (0.0, 1000.0),
    "permanence": (0.0, 1200.0),
    **dict.fromkeys(("officers_barred", "ban_reserve", "certificates"), _SHARE),
    "propaganda": (0.0, 120.0),
    **dict.fromkeys(("independent_news", "relocation_multiple"), (0.0, 10.0)),
    "income_multiple": (0.1, 10.0),
    "naturalisation_months": (0.0, 1200.0),
}
"""Smallest and largest value of each field in any world; what a range in `conf/` allows must lie within, too."""
_OR_NONE = ("capacity", "stay", "fare_land", "fare_air", "inflow_limit", "permanence")
"""Fields that may be infinite: no limit, no way."""


def within_limits(name: str, field: str, values: Floats) -> Floats:
    """The monthly values of a parameter, if the model can run on them; raises HistoryError if not."""
    low, high = LIMITS[field]
    fits = (values >= low) & (values <= high)
    if field in _OR_NONE:
        fits |= values == np.inf
    if not fits.all():
        month = int(np.flatnonzero(~fits)[0])
        limits = f"[{low:g}, {high:g}]" + (" or .inf" if field in _OR_NONE else "")
        raise HistoryError(f"{name} is {values[month]:g} in {label(month)}, outside {limits}: no world can have it")
    return values
