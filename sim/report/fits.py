"""A fit in tables, and what its prior says in a figure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.calibration.checks import Trials, contraction, strongest
from sim.analysis.calibration.fitting import Fit
from sim.analysis.calibration.space import Space
from sim.analysis.learned import LITTLE
from sim.numerics.codes import PLACE
from sim.observation.observed import Pattern
from sim.runs.posterior import Posterior
from sim.runs.tables.fits import OF_FITS

Floats = NDArray[np.float64]
BANDS = {
    "departures of 2019-2022, persons": (80_000.0, 720_000.0),
    "departures of 2019, persons": (10_000.0, 100_000.0),
    "entries to Georgia in March 2022, persons": (2_000.0, 40_000.0),
}
"""What the prior should say: 100 to 900 thousand in five years, so four fifths of that in four (assumption); entries to
Georgia in March 2022 between 2 and 40 thousand; of a calm year at most two in a hundred at home (assumption)."""
_QUANTILES = (0.05, 0.5, 0.95)


def bands_of(
    space: Space, points: Floats, made: Sequence[Mapping[str, Any]], kept: Sequence[Pattern]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of what the prior says, and of what one standard deviation of each prior moves, in shares."""
    total, first, lithuania = _leavers(made)
    march = [at for at, one in enumerate(kept) if one.quantity == "entries"]
    georgia = np.array([one["drawn"][march[0]] for one in made]) if march else np.full(len(made), np.nan)
    rows = []
    for (quantity, (low, high)), values in zip(BANDS.items(), (total, first, georgia), strict=True):
        share = float(((values >= low) & (values <= high)).mean())
        rows.append((quantity, low, high, *np.quantile(values, _QUANTILES), share))
    moved = [_slopes(space, points, values) for values in (total, lithuania)]
    effects = pd.DataFrame({"parameter": space.names, "departures": moved[0], "lithuania": moved[1]})
    return pd.DataFrame(rows, columns=OF_FITS["fit_prior"].names), effects


def _leavers(made: Sequence[Mapping[str, Any]]) -> tuple[Floats, Floats, Floats]:
    years = np.array([one["leavers"] for one in made])
    return years.sum(axis=(1, 2)), years[:, 0].sum(axis=1), years[:, :, PLACE["lithuania"]].sum(axis=1)


def _slopes(space: Space, points: Floats, values: Floats) -> Floats:
    """By what share one standard deviation of the design moves a number: a ridge of its log on all coordinates."""
    x, y = points / space.design_sd, np.log(np.maximum(values, 1.0))
    x, y = x - x.mean(axis=0), y - y.mean()
    slopes = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ y)
    return np.asarray(np.expm1(slopes))


def parameters_table(
    found: Fit, posterior: Posterior, effects: pd.DataFrame, informed: Mapping[str, Floats], truth: Floats | None
) -> pd.DataFrame:
    """The identifiability table: prior and posterior of every parameter, and which data inform it."""
    space, summary = found.space, posterior.summary().set_index("parameter")
    shrunk = contraction(space.prior_sd, found.draws, found.weights)
    assert found.chains is not None
    shares = (np.arange(2000) + 0.5) / 2000
    rows = []
    for at, name in enumerate(space.names):
        own = summary.loc[name]
        if at < len(space.free):
            values = space.priors[at].ppf(shares)
            prior = float(values.mean()), float(values.std())
        else:  # about the constant on file, which depends on lambda: told by where the posterior lies
            prior = float(own["mean"] - found.weights @ found.draws[:, at]), float(space.prior_sd[at])
        told = ", ".join(f"{family} {wider:+.0%}" for family, wider in strongest(dict(informed), at))
        rows.append((
            name, *prior, *effects.iloc[at][["departures", "lithuania"]], own["mean"], own["sd"],
            *(own[f"q{q:02d}"] for q in (5, 50, 95)), shrunk[at], found.chains.r_hat[at], found.chains.effective[at],
            told, np.nan if truth is None else truth[posterior.names.index(name)],
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=OF_FITS["fit_parameters"].names).astype({"departures": float, "lithuania": float})


def targets_table(found: Fit, names: Sequence[str]) -> pd.DataFrame:
    """Every observation beside the prior's runs and the fresh ones."""
    observed, fresh = found.observed, len(found.fresh_bias) > 0
    prior = np.quantile(found.waves[0].outputs, _QUANTILES, axis=0)
    nothing = np.full(len(observed), np.nan)
    after = np.quantile(found.waves[-1].outputs, _QUANTILES, axis=0) if fresh else np.stack([nothing] * 3)
    bias, error = (found.fresh_bias, found.fresh_spread) if fresh else (nothing, nothing)
    columns = (names, observed.family, observed.seen, observed.scale, *prior, *after, bias, error)
    return pd.DataFrame(dict(zip(OF_FITS["fit_targets"].names, columns, strict=True)))


def waves_table(found: Fit) -> pd.DataFrame:
    """Every wave of runs, the fresh ones last."""
    rows = [
        (number + 1, len(wave.points), wave.open_share, wave.plausible_share, wave.closest)
        for number, wave in enumerate(found.waves)
    ]
    return pd.DataFrame(rows, columns=OF_FITS["fit_waves"].names)


def check_rows(name: str, trials: Trials, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows of the table of checks: one a parameter."""
    correlation, coverage, even = trials.correlation(), trials.coverage(), trials.uniform()
    return [
        (name, parameter, len(trials.truths), correlation[at], *coverage[:, at], even[at])
        for at, parameter in enumerate(names)
    ]


def of_lambda(parameters: pd.DataFrame) -> str:
    """What the data say of lambda, in a sentence."""
    row = parameters.set_index("parameter").loc["lambda"]
    told = f"prior {row['prior_mean']:.2f} (sd {row['prior_sd']:.2f}), posterior {row['mean']:.2f} (sd {row['sd']:.2f})"
    by = row["informed_by"] or "by no family of data alone"
    if row["contraction"] < LITTLE:
        return f"Lambda: {told}: the data say next to nothing of it, the prior decides ({by})."
    return f"Lambda: {told}: the data take away {row['contraction']:.0%} of its width ({by})."


def printed(title: str, table: pd.DataFrame) -> str:
    """A table as plain text."""
    return f"\n{title}\n{table.to_string(index=False, float_format=lambda value: f'{value:,.3g}', na_rep='')}"


def figure(made: Sequence[Mapping[str, Any]]) -> bytes:
    """Departures of 2019-2022 under the prior, and the band in which they should lie, as a picture (SVG)."""
    import io

    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    from sim.report.style import BLUE, LOOK, VERMILLION, WIDTH

    total = _leavers(made)[0]
    low, high = BANDS["departures of 2019-2022, persons"]
    with matplotlib.rc_context(dict[Any, Any]({**LOOK, "svg.hashsalt": "prior"})):
        drawing = Figure(figsize=(WIDTH, 2.6), layout="constrained")
        FigureCanvasSVG(drawing)
        axes = drawing.subplots()
        axes.hist(np.log10(np.maximum(total, 1.0)), bins=30, color=BLUE)
        for end in (low, high):
            axes.axvline(np.log10(end), color=VERMILLION)
        ticks = [4.0, 5.0, 6.0]
        axes.set_xticks(ticks, [f"{10**tick:,.0f}" for tick in ticks])
        axes.set_title("Departures of 2019-2022 under the prior, and the band in which they should lie")
        axes.set_xlabel("persons, logarithmic")
        axes.set_ylabel("runs")
        file = io.BytesIO()
        drawing.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()
