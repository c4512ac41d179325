"""Whether the model still does what its posteriors were fitted on, whatever has changed in its text."""

from dataclasses import replace
from pathlib import Path

from sim.cli.commands.calibrating.work import Calibration
from sim.numerics.errors import UserError
from sim.observation.registered import registered
from sim.runs.fitted import posterior_path
from sim.runs.posterior import Posterior, engine_digest
from sim.runs.progress import say


def confirmed(work: Calibration) -> Path:
    """Run draws of each posterior of the rule as its fit did; note the model's state where all outputs are the same.

    Returns the folder of the posteriors. Raises UserError where the rule has none, and of all whose outputs differ.
    """
    rule = work.settings.decision
    untils = [None, *(str(one.fit_until) for one in registered().splits.values())]
    files = {until: posterior_path(rule, until) for until in untils if posterior_path(rule, until).is_file()}
    if not files:
        raise UserError(f"nothing is fitted for decision={rule}: there is no {posterior_path(rule)}")
    faults = []
    for until, path in files.items():
        fault = _confirmed(work, Posterior.load(rule, until), path)
        faults += [fault] if fault else []
    if faults:
        raise UserError(*faults)
    return posterior_path(rule).parent


def _confirmed(work: Calibration, posterior: Posterior, path: Path) -> str | None:
    """Note the state of the model in a posterior that suits it; else why it does not."""
    recipe, now = dict(posterior.about["recipe"]), engine_digest()
    missing = [key for key in ("engine", "one_in", "seed") if key not in recipe]
    if missing:
        return f"{path}: its recipe says nothing of {', '.join(missing)}"
    try:
        people = replace(work.settings.people, one_in=recipe["one_in"], draws=recipe.get("people_draws", 1))
        as_fitted = replace(work, settings=replace(work.settings, people=people, seed=recipe["seed"]))
    except UserError as error:
        return f"{path}: its recipe: {error}"
    found, then = as_fitted.witness(posterior.draws), recipe.get("witness")
    if then is None and recipe["engine"] != now:
        return f"{path}: the model has changed since it was fitted, and no runs of the fit are noted to compare with"
    if then not in (None, found):
        return f"{path}: the model does not do any more what was fitted; task=calibrate fits anew"
    if (then, recipe["engine"]) != (found, now):
        replace(posterior, about={**posterior.about, "recipe": {**recipe, "engine": now, "witness": found}}).save()
    say(f"{path.name}: the model does what was fitted")
    return None
