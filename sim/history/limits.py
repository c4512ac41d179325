"""What values a world can have: the model runs on no others, whatever a file or an event says."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.numerics.errors import HistoryError
from sim.numerics.months import first_day, label

Floats = NDArray[np.float64]

BELARUS_FIELDS = {
    "detentions": "detentions",
    "charges": "charges",
    "closures": "closures",
    "news": "repression_news",
    "summoned": "summoned",
    "drafted": "draft",
    "war_fear": "war_fear",
    "ban_accused": "exit_ban_accused",
    "ban_liable": "exit_ban_liable",
    "arrest_on_return": "arrest_on_return",
    "passport_abroad": "passport_abroad",
    "pardon": "pardon",
    "officers": "reserve_officers",
    "summons_reach": "summons_reach",
    "study_abroad": "study_deferment_abroad",
    "relocation_it": "relocation_it",
    "relocation_media": "relocation_media",
    "return_pull": "return_pull",
    "volunteers": "volunteers",
    "deserters": "deserters",
    "officers_barred": "officers_barred",
    "certificates": "certificates",
    "reservists": "reservists",
    "ban_reserve": "exit_ban_reserve",
}
"""Field of World -> history parameter `belarus.<name>`."""
_OF_BELARUS = {
    **{parameter: field for field, parameter in BELARUS_FIELDS.items()},
    **{name: name for name in ("independent_news", "propaganda", "relocation_multiple", "income_multiple")},
    **{"wage": "wage", "rent": "rent", "wage.premium.it": "premium_it"},
}
"""Parameter of Belarus -> field."""
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


def field_of(parameter: str) -> str | None:
    """Field of a world that a parameter fills, by its name; None for one that no limit is known of."""
    place, _, rest = parameter.partition(".")
    if place == "belarus":
        return "risk" if rest.startswith("risk.") else _OF_BELARUS.get(rest)
    if rest.startswith("demand."):
        return "pendular" if rest == "demand.pendular" else "demand"
    field = "premium_it" if rest == "premium.it" else rest.rpartition(".")[2]
    return field if field in LIMITS else None


def narrowed(parameter: str, low: float, high: float) -> tuple[float, float]:
    """Smallest and largest value that a parameter of that range can have in any world; no limit stays none."""
    field = field_of(parameter)
    if field is None:
        return low, high
    least, most = LIMITS[field]
    unlimited = field in _OR_NONE and high == np.inf
    return max(low, least), high if unlimited else min(high, most)


def within_limits(
    name: str, field: str, values: Floats, changing: Callable[[str, date], Sequence[str]] | None = None
) -> Floats:
    """The monthly values of a parameter, if the model can run on them; raises HistoryError if not.

    `changing` gives the events that act on a parameter on a day, which are named.
    """
    low, high = LIMITS[field]
    fits = (values >= low) & (values <= high)
    if field in _OR_NONE:
        fits |= values == np.inf
    if not fits.all():
        month = int(np.flatnonzero(~fits)[0])
        limits = f"[{low:g}, {high:g}]" + (" or .inf" if field in _OR_NONE else "")
        events = ", ".join(changing(name, first_day(month))) if changing else ""
        said = f"{name} is {spelt(values[month])} in {label(month)}, outside {limits}: no world can have it"
        raise HistoryError(said + (f"; changed by {events}" if events else ""))
    return values


def spelt(value: float) -> str:
    """A number as a file spells it."""
    return f"{value:g}" if np.isfinite(value) else {np.inf: ".inf", -np.inf: "-.inf"}.get(value, ".nan")
