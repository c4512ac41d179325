"""A fit of the model: what is free, what is observed, how runs are made, and the files that are left."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim.analysis.calibration import checks
from sim.analysis.calibration.checks import Trials
from sim.analysis.calibration.fitting import Fit, Options, Wave, fit
from sim.analysis.calibration.likelihood import Observed
from sim.analysis.free_parameters import FreeParameters
from sim.analysis.learned import learned
from sim.history.compiled import World
from sim.numerics.codes import N_PLACES
from sim.numerics.locations import DATA
from sim.numerics.messages import listed, shown
from sim.observation.expected import drawn, drawn_over_expected, leavers, outputs
from sim.observation.fitted import Fitted, measured
from sim.observation.observed import Pattern, patterns
from sim.observation.registered import registered, registered_digest
from sim.observation.seen import seen_by
from sim.population.synthesis import Population
from sim.report.comparison.figures import prior_posterior
from sim.report.fits import (
    bands_of,
    check_rows,
    figure,
    of_lambda,
    parameters_table,
    printed,
    targets_table,
    waves_table,
)
from sim.runs.arrays import Arrays
from sim.runs.files import digest, write_file, write_folder
from sim.runs.fitted import FITTED, posterior_path
from sim.runs.outputs import Asked, Store
from sim.runs.posterior import Draw, Posterior, engine_digest, priors_digest
from sim.runs.progress import progress, say
from sim.runs.run import Run
from sim.runs.settings import Settings
from sim.runs.tables.files import write_csv
from sim.runs.tables.fits import OF_FITS

Floats = NDArray[np.float64]
TRUTH = 90_000
"""Number of the luck of the first synthetic truth: beyond that of every run of a fit."""
MANY_OF_A_TRUTH = 8
"""Runs whose mean is the truth: what is observed has not the luck of a sample."""
WITNESSES, WITNESS = 8, 80_000
"""Draws of a posterior that are run to know the model again, and the number of the luck of the first."""
CHECKS = {"recovery": checks.recovery, "calibration": checks.calibration}
WELL = 0.9
"""Correlation of truth and posterior mean at which a parameter counts as found."""


@dataclass(frozen=True)
class Calibration:
    """A fit of the model: what is free, what is observed, how runs are made."""

    settings: Settings

    @cached_property
    def parameters(self) -> FreeParameters:
        """What is free under the rule."""
        return FreeParameters(self.settings.decision)

    @cached_property
    def kept(self) -> list[Pattern]:
        """What is kept of each run: all that any window fits, and entries to Georgia in March 2022."""
        march = [one for one in patterns() if (one.quantity, one.destination, one.start)
                 == ("entries", "georgia", "2022-03-01")][:1]  # fmt: skip
        return [*measured(), *march]

    @cached_property
    def until(self) -> str | None:
        """Last month whose observations are fitted, None for all."""
        window = self.settings.fit.window
        return None if window == "full" else str(registered().splits[window].fit_until)

    @cached_property
    def fitted(self) -> Fitted:
        """The observations of the window."""
        return Fitted(self.kept[: len(measured())], self.until, self.settings.one_in / 2.0)

    @cached_property
    def store(self) -> Store:
        """Where outputs of runs are kept."""
        number, last = len(self.kept), 4
        forms = {
            "expected": (np.dtype("f8"), (number,)),
            "drawn": (np.dtype("f8"), (number,)),
            "leavers": (np.dtype("f8"), (last, N_PLACES)),
        }
        told = json.dumps([(one.quantity, one.destination, one.start, one.end, one.item) for one in self.kept])
        observing = digest(Path(sim.__file__).parent / "observation", "*.py") + digest(DATA, "observation.csv")
        return Store(self.settings, self._measured, forms, told + observing)

    def _measured(self, run: Run, world: World, population: Population) -> Arrays:
        seen = seen_by(run, world, population.people, population.one_in)
        return {"expected": outputs(seen, self.kept), "drawn": drawn(seen, self.kept), "leavers": leavers(run)}

    def simulated(self, points: Floats, first: int) -> list[dict[str, Any]]:
        """Outputs of runs at points."""
        return self.store.outputs(self.parameters.asked(points, first), progress)

    def witness(self, draws: Sequence[Draw]) -> str:
        """SHA-256 of the outputs of runs at the first draws of a posterior: while it stays, so does what was fitted."""
        runs = [Asked(one.lambda_, one.coefficients, WITNESS + one.number) for one in draws[:WITNESSES]]
        total = hashlib.sha256()
        for made in self.store.outputs(runs, progress):
            for name in sorted(made):
                total.update(name.encode() + np.ascontiguousarray(made[name]).tobytes())
        return total.hexdigest()

    def on_scale(self, points: Floats, first: int) -> Floats:
        """Outputs on the scale of the observations: as expected, at the level of what all runs of a wave draw."""
        made = self.simulated(points, first)
        expected, as_drawn = (np.array([one[name] for one in made]) for name in ("expected", "drawn"))
        made_of = expected * drawn_over_expected(expected, as_drawn, self.settings.one_in)
        return self.fitted.on_scale(made_of[:, : len(self.fitted.patterns)])

    @cached_property
    def truth(self) -> Floats | None:
        """The point of the synthetic truth that is fitted, if one is."""
        number = self.settings.fit.truth
        return None if number is None else self.parameters.space.design(number + 1, self.settings.seed + 7919)[number]

    @cached_property
    def observed(self) -> Observed:
        """What is fitted: observations, or what a synthetic truth gives with errors drawn."""
        if self.truth is None:
            return self.fitted.observed
        number = self.settings.fit.truth or 0
        alike = np.repeat(self.truth[None], MANY_OF_A_TRUTH, axis=0)
        made = self.on_scale(alike, TRUTH + MANY_OF_A_TRUTH * number).mean(axis=0)
        return self.fitted.observed.drawn(made, np.random.default_rng(number))

    @cached_property
    def options(self) -> Options:
        """How much is done."""
        asked = self.settings.fit
        return Options(asked.waves, asked.runs, asked.fresh, asked.rounds, asked.draws, asked.steps, self.settings.seed)

    @property
    def folder(self) -> Path:
        """Folder of the tables."""
        asked, chosen = self.settings.fit, self.settings
        parts = [chosen.decision, asked.window, f"one_in_{chosen.one_in}", f"{asked.waves}x{asked.runs}"]
        parts += [f"seed_{chosen.seed}"] * (chosen.seed != 1) + [f"truth_{asked.truth}"] * (asked.truth is not None)
        return Path(chosen.results_dir) / "calibrate" / "-".join(parts)

    def done(self) -> Path:
        """Do the stage that is asked for."""
        asked = self.settings.fit
        space, runs = self.parameters.space, asked.runs
        say(f"{len(space.free)} free parameters, {len(space.nuisance)} constants, {len(self.observed)} observations, "
            f"window {asked.window}, rule {self.settings.decision}")  # fmt: skip
        first = space.design(runs, self.settings.seed)
        missing = self.store.missing(self.parameters.asked(first, 0))
        say(f"First wave: {runs} runs, of which {len(missing)} are to be made")
        made = self.simulated(first, 0)
        told = self._prior(first, made)
        if asked.stage == "prior":
            say("Next: task=calibrate fit.stage=fit")
            return self.folder
        if asked.stage == "check":
            self._note(self._checked(self._first_wave(first)))
            return self.folder
        found = fit(space, self.observed, self.on_scale, self.options, say)
        self._tables(found, self._posterior(found, {}), told)
        if asked.stage == "all" and (asked.truths or asked.trials):
            self._posterior(found, self._checked(found))
        return self.folder

    def _prior(self, points: Floats, made: list[dict[str, Any]]) -> Mapping[str, pd.DataFrame]:
        """Write and tell what the prior says, before any fit."""
        table, effects = bands_of(self.parameters.space, points, made, self.kept)
        say(printed("What the prior says", table))
        say(
            printed(
                "What one standard deviation of each prior moves, as a share of the departures of 2019-2022", effects
            )
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        write_csv(self.folder, OF_FITS["fit_prior"], table)
        write_file(self.folder / "prior.svg", figure(made))
        return {"fit_prior": table, "effects": effects}

    def _posterior(self, found: Fit, checked: Mapping[str, float]) -> Posterior:
        """The posterior file, written beside the tables; `checked` is what its checks have found."""
        assert found.chains is not None
        asked, settings = self.settings.fit, self.settings
        recipe = {
            **self._of_first_wave(),
            "waves": asked.waves,
            "fresh": asked.fresh,
            "rounds": asked.rounds,
            "steps": asked.steps,
            "command": self._command(),
        }
        bias = found.fresh_bias
        diagnostics = {
            "r_hat": float(np.nanmax(found.chains.r_hat)),
            "effective": float(np.nanmin(found.chains.effective)),
            "effective_draws": found.effective_draws,
            "resampled": found.resampled,
            "fresh_run_bias": float(np.abs(bias).max()) if len(bias) else None,
            "fresh_run_bias_mean": float(np.abs(bias).mean()) if len(bias) else None,
            **checked,
        }
        about = {"until": self.until, "recipe": recipe, "diagnostics": diagnostics, "version": sim.__version__,
                 "time": datetime.now(UTC).isoformat(timespec="seconds"), "truth": asked.truth}  # fmt: skip
        values = self.parameters.values(found.draws)
        posterior = Posterior(settings.decision, self.parameters.names, values, found.weights, about)
        recipe["witness"] = self.witness(posterior.draws)
        path = posterior.save(self.folder)
        copied = f"; copy it to {FITTED} for every answer to use it" if self.truth is None else ", of a synthetic truth"
        say(f"Posterior: {path}{copied}")
        say(", ".join(f"{name} {shown(value)}" for name, value in diagnostics.items()))
        return posterior

    def _note(self, checked: Mapping[str, float]) -> None:
        """Put what checks have found into the posterior in this folder, if it has the same first wave and data."""
        rule, until = self.settings.decision, self.until
        path = posterior_path(rule, until, self.folder)
        if not path.is_file():
            say(f"No posterior in {self.folder} to note this in: task=calibrate fit.stage=fit")
            return
        fitted = Posterior.load(rule, until, self.folder)
        now, then = self._of_first_wave(), fitted.about["recipe"]
        other = [key for key, value in now.items() if then.get(key) != value]
        if other:
            say(f"Not noted in {path}, which has another {listed(other)}")
            return
        diagnostics = {**fitted.about["diagnostics"], **checked}
        replace(fitted, about={**fitted.about, "diagnostics": diagnostics}).save(self.folder)
        say(f"Noted in {path}; copy it to {FITTED} for every answer to tell it")

    def _of_first_wave(self) -> dict[str, Any]:
        """What of a fit's recipe its first wave and the data decide."""
        settings = self.settings
        return {
            "targets": digest(DATA / "observed", "*.csv"),
            "validation": registered_digest(),
            "priors": priors_digest(),
            "engine": engine_digest(),
            "runs": settings.fit.runs,
            "one_in": settings.one_in,
            "people_draws": settings.people.draws,
            "months": settings.last_month + 1,
            "seed": settings.seed,
        }

    def _command(self) -> str:
        asked, settings = self.settings.fit, self.settings
        told = "window", "waves", "runs", "fresh", "rounds", "draws", "steps"
        words = [f"fit.{name}={getattr(asked, name)}" for name in told]
        head = f"python -m sim task=calibrate decision={settings.decision} seed={settings.seed}"
        words += [] if asked.truth is None else [f"fit.truth={asked.truth}"]
        people = [f"people.one_in={settings.one_in}", f"people.draws={settings.people.draws}"]
        return " ".join([head, *people, *words])

    def _tables(self, found: Fit, posterior: Posterior, told: Mapping[str, pd.DataFrame]) -> None:
        informed = checks.informed_by(found)
        truth = None if self.truth is None else self.parameters.values(self.truth[None])[0]
        tables = {
            "fit_prior": told["fit_prior"],
            "fit_waves": waves_table(found),
            "fit_parameters": parameters_table(found, posterior, told["effects"], informed, truth),
            "fit_targets": targets_table(found, self.fitted.names),
        }  # fmt: skip
        tables["prior_posterior"] = learned(posterior)
        for suffix, content in prior_posterior.of_fit(posterior).items():
            write_file(self.folder / f"prior_posterior.{suffix}", content)
        say(printed("Parameters", tables["fit_parameters"]))
        if "lambda" in found.space.names:
            say(of_lambda(tables["fit_parameters"]))
        with write_folder(self.folder / "tables") as partial:
            for name, table in tables.items():
                write_csv(partial, OF_FITS[name], table)

    def _first_wave(self, points: Floats) -> Fit:
        """A fit that has its first wave and nothing else."""
        begun = Fit(self.parameters.space, self.observed, self.options)
        begun.waves.append(Wave(points, self.on_scale(points, 0), 1.0, np.nan, np.nan))
        return begun

    def _trials(self, name: str, number: int, found: Fit) -> Trials:
        """The trials of a check, which are kept: a check asks for the first wave alone, and costs more than the fit."""
        first, data = found.waves[0], self.observed
        total = hashlib.sha256(digest(Path(checks.__file__).parent, "*.py").encode())
        total.update(f"{name} {number} {self.settings.seed}".encode())
        for array in (first.points, first.outputs, data.kind, data.value, data.sd, data.degrees):
            total.update(np.ascontiguousarray(array).tobytes())
        path = self.store.folder.parent / "checks" / f"{total.hexdigest()[:24]}.npz"
        if not path.is_file():
            made = CHECKS[name](found, number, self.settings.seed, self.settings.thread_count)
            content = io.BytesIO()
            np.savez(content, **asdict(made))
            path.parent.mkdir(exist_ok=True)
            write_file(path, content.getvalue())
        with np.load(path, allow_pickle=False) as kept:
            return Trials(**kept)

    def _checked(self, found: Fit) -> dict[str, float]:
        """Do, write and tell the checks by known truths; what the thresholds ask of them."""
        asked, told = self.settings.fit, dict[str, float]()
        rows: list[tuple[Any, ...]] = []
        for name, number in zip(CHECKS, (asked.truths, asked.trials), strict=True):
            if not number:
                continue
            say(f"Check: {name}, {number} truths")
            trials, free = self._trials(name, number, found), len(found.space.free)
            rows += check_rows(name, trials, found.space.names)
            mean = trials.coverage()[:, :free].mean(axis=1)
            well = int((trials.correlation()[:free] >= WELL).sum())
            say(f"  {well} of {free} free parameters found at r >= {WELL:g}; intervals of 50, 80, 95% hold "
                f"{', '.join(f'{share:.1%}' for share in mean)} of the truths")  # fmt: skip
            if name == "recovery":
                told |= {"recovery": float(well), "recovery_of": float(free), "recovery_truths": float(number)}
            else:
                off = float(np.abs(mean - np.array(checks.LEVELS)).max())
                told |= {"sbc_coverage": off, "sbc_trials": float(number)}
        table = pd.DataFrame(rows, columns=OF_FITS["fit_checks"].names)
        say(printed("Checks by known truths", table))
        (self.folder / "tables").mkdir(exist_ok=True)
        write_csv(self.folder / "tables", OF_FITS["fit_checks"], table)
        return told
