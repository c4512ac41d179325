"""Tables of a fit: what its prior says, its waves, its parameters, what was fitted, its checks."""

from sim.runs.tables.columns import text
from sim.runs.tables.declaration import REAL, WHOLE, Column, Table, named

_OF_ROW = "that of the row"


def _real(name: str, meaning: str, unit: str = "", null: bool = False) -> Column:
    return Column(name, REAL, meaning, unit, null=null)


def _quantiles(of: str, prefix: str = "", null: bool = False) -> tuple[Column, ...]:
    return tuple(_real(f"{prefix}q{q:02d}", f"quantile {q / 100:g} of {of}", _OF_ROW, null) for q in (5, 50, 95))


LEARNED = Table(
    "prior_posterior",
    "a free parameter that is drawn from a fit: what its prior says of it, and what the draws say",
    (text("parameter", "as a user sets it"),),
    (
        text("meaning", "what it is"),
        text("unit", "its unit"),
        *_quantiles("the prior", "prior_"),
        *(_real(f"q{q:02d}", f"quantile {q / 100:g} of the draws", _OF_ROW) for q in (5, 25, 50, 75, 95)),
        *(
            _real(f"below_q{q:02d}", f"share of the prior below quantile {q / 100:g} of the draws")
            for q in (5, 25, 50, 75, 95)
        ),
        _real("contraction", "one less the ratio of both standard deviations, on the normal scale of the prior"),
    ),
    maybe_empty=True,
)
"""Of a fit, and of a comparison whose parameters are drawn from one."""

OF_FITS = named(
    LEARNED,
    Table(
        "fit_prior",
        "something that the prior should say, before any fit",
        (text("quantity", "what the prior is asked"),),
        (
            _real("low", "least that is believed", _OF_ROW),
            _real("high", "most that is believed", _OF_ROW),
            *_quantiles("the prior predictive distribution"),
            _real("share_within", "share of the prior within"),
        ),
    ),
    Table(
        "fit_waves",
        "a wave of runs; the last one at draws of the posterior",
        (Column("wave", WHOLE, "number of the wave"),),
        (
            Column("runs", WHOLE, "runs made or reused"),
            _real("open_share", "share of the explored prior that was not ruled out before", null=True),
            _real("plausible_share", "share of the runs at points that were not ruled out before", null=True),
            _real("closest", "distance of the nearest run from the observed", "standard errors"),
        ),
    ),
    Table(
        "fit_parameters",
        "a parameter of a fit, free or nuisance",
        (text("parameter", "as a user sets it"),),
        (
            _real("prior_mean", "mean of the prior", _OF_ROW),
            _real("prior_sd", "standard deviation of the prior", _OF_ROW),
            _real("departures", "change of departures of 2019-2022 by one standard deviation of the prior", "share"),
            _real("lithuania", "the same, of departures to Lithuania", "share"),
            _real("mean", "mean of the posterior", _OF_ROW, True),
            _real("sd", "standard deviation of the posterior", _OF_ROW, True),
            *_quantiles("the posterior", null=True),
            _real("contraction", "one less the ratio of both standard deviations", null=True),
            _real("r_hat", "R-hat of the chains", null=True),
            _real("effective", "effective sample size of the chains", null=True),
            text("informed_by", "families of data without which it would be wider, and by how much"),
            _real("truth", "the truth, where a synthetic one was fitted", _OF_ROW, True),
        ),
    ),
    Table(
        "fit_targets",
        "an observation that was fitted",
        (text("target", "what was observed"), text("family", "its family in conf/validation.yaml")),
        (
            _real("observed", "as observed, on the scale of its error", _OF_ROW),
            _real("error", "standard error with the discrepancy", _OF_ROW),
            *_quantiles("the prior predictive distribution", "prior_"),
            *_quantiles("fresh runs at draws of the posterior", "fitted_", True),
            _real("bias", "fresh runs less the emulator, in standard errors of the observed", null=True),
            _real("bias_error", "standard error of that", null=True),
        ),
    ),
    Table(
        "fit_checks",
        "a parameter in a check of the fit by known truths",
        (text("check", "recovery, or calibration"), text("parameter", "as a user sets it")),
        (
            Column("trials", WHOLE, "truths"),
            _real("correlation", "of truth and posterior mean", null=True),
            *(_real(f"coverage_{level}", f"share of truths inside the {level}% interval") for level in (50, 80, 95)),
            _real("even", "probability that ranks of truths are even, Kolmogorov-Smirnov"),
        ),
    ),
)
"""Tables of a fit by name."""
