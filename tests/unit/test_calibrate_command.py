"""`task=calibrate` from the command to the posterior file, on a closed form in the place of the engine."""

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("emcee")
pytest.importorskip("arviz")

from sim.cli.commands import calibrate  # noqa: E402
from sim.cli.commands.calibrating import confirming, work  # noqa: E402
from sim.numerics.errors import UserError  # noqa: E402
from sim.observation.fitted import Fitted, measured  # noqa: E402
from sim.runs import outputs  # noqa: E402
from sim.runs.ensemble import Ensemble  # noqa: E402
from sim.runs.posterior import Posterior  # noqa: E402
from sim.runs.settings import Settings  # noqa: E402

CENTRAL = {"war": 1.2, "savings": 1.0, "constant_lithuania": 3.2}


def stand_in(store, asked, tick):
    """Flows that follow the observed, moved by three parameters, with the luck of the replicate."""
    made.append(asked.replicate)
    pull = 0.4 * (asked.given["war"] - CENTRAL["war"]) + 0.3 * np.log(asked.given["savings"])
    own = asked.given["constant_lithuania"] - CENTRAL["constant_lithuania"]
    rng = np.random.default_rng(asked.replicate)
    patterns = work.Calibration(store.settings).kept
    moved = np.array([pull + own * (one.destination == "lithuania") for one in patterns])
    seen = np.array([one.observed for one in patterns])
    found = seen * np.exp(moved + 0.05 * rng.standard_normal(len(seen)))
    shares = np.array([one.unit.startswith("%") for one in patterns])
    found = np.where(shares, seen, found)
    leavers = np.full((4, 16), 4000.0) * np.exp(pull)
    return {"expected": found * 1.1, "drawn": found, "leavers": leavers}


made: list[int] = []


@pytest.fixture
def settings(tmp_path, monkeypatch):
    made.clear()
    monkeypatch.setattr(outputs.Store, "_made", stand_in)
    monkeypatch.setattr(Ensemble, "people_of", lambda self, replicate: None)
    few = {"waves": 2, "runs": 64, "fresh": 10, "draws": 20, "steps": 100, "truths": 0, "trials": 0}
    return Settings(task="calibrate", people={"one_in": 1000}, results_dir=str(tmp_path), fit=few)


def test_a_fit_is_made_resumed_and_read(settings, capsys):
    folder = calibrate.run(settings)
    said = capsys.readouterr().out
    assert "Lambda: prior 0.62" in said and "fresh runs" in said and "What the prior says" in said
    rounds = said.count("fresh runs at draws")
    assert 1 <= rounds <= settings.fit.rounds and len(made) == 64 + 64 + 10 * rounds + work.WITNESSES
    found = Posterior.load("destination_nest", folder=folder)
    assert len(found.draws) == 20 and found.about["recipe"]["waves"] == 2 and found.doubts == ()
    assert {path.name for path in (folder / "tables").iterdir()} == {
        "fit_parameters.csv", "fit_prior.csv", "fit_targets.csv", "fit_waves.csv", "prior_posterior.csv"
    }  # fmt: skip
    told = found.summary().set_index("parameter")
    assert told.loc["constant_lithuania", "sd"] < 0.5 * told.loc["constant_poland", "sd"]

    lost = sorted((folder.parent / "runs").glob("*.out"))[:3]
    for path in lost[:2]:
        path.unlink()
    lost[2].write_bytes(lost[2].read_bytes()[:50])  # killed, and damaged
    made.clear()
    calibrate.run(settings)
    assert len(made) == 3
    again = Posterior.load("destination_nest", folder=folder)
    assert (again.values == found.values).all() and (again.weights == found.weights).all()


def test_checks_need_the_first_wave_alone_and_are_kept(settings, monkeypatch, capsys):
    from dataclasses import replace

    checked = replace(settings, threads=1, fit=replace(settings.fit, stage="check", truths=3, trials=4))
    folder = calibrate.run(checked)
    assert len(made) == 64 and not (folder / "destination_nest.parquet").exists()
    first = (folder / "tables" / "fit_checks.csv").read_bytes()
    monkeypatch.setattr(work, "CHECKS", dict.fromkeys(work.CHECKS))  # nothing that could be called
    calibrate.run(replace(checked, fit=replace(checked.fit, stage="all")))
    assert (folder / "tables" / "fit_checks.csv").read_bytes() == first
    about = Posterior.load("destination_nest", folder=folder).about["diagnostics"]
    assert about["recovery_truths"] == 3 and about["sbc_trials"] == 4
    assert "Check: calibration, 4 truths" in capsys.readouterr().out


def test_what_checks_find_is_noted_in_the_posterior_of_the_same_first_wave(settings, monkeypatch, capsys):
    from dataclasses import replace

    checked = replace(settings, threads=1, fit=replace(settings.fit, stage="check", truths=3, trials=4))
    folder = calibrate.run(replace(settings, fit=replace(settings.fit, stage="fit")))
    before = Posterior.load("destination_nest", folder=folder)
    calibrate.run(checked)
    after = Posterior.load("destination_nest", folder=folder)
    noted = {"recovery", "recovery_of", "recovery_truths", "sbc_coverage", "sbc_trials"}
    assert set(after.about["diagnostics"]) - set(before.about["diagnostics"]) == noted
    assert (after.values == before.values).all() and after.about["recipe"] == before.about["recipe"]
    recipe = {**before.about["recipe"], "priors": "others"}
    replace(before, about={**before.about, "recipe": recipe}).save(folder)
    calibrate.run(checked)
    assert not noted & set(Posterior.load("destination_nest", folder=folder).about["diagnostics"])
    assert "which has another priors" in capsys.readouterr().out


def test_a_window_shares_the_first_wave_and_sees_less(settings):
    from dataclasses import replace

    calibrate.run(replace(settings, fit=replace(settings.fit, stage="prior")))
    assert len(made) == 64
    early = replace(settings, fit=replace(settings.fit, window="2020", waves=1, fresh=0))
    folder = calibrate.run(early)
    assert len(made) == 64 + work.WITNESSES  # nothing is computed twice
    assert Posterior.load("destination_nest", "2020-12", folder).about["until"] == "2020-12"


def test_a_library_that_is_missing_is_told(settings, monkeypatch):
    monkeypatch.setattr("sim.runs.extras.find_spec", lambda name: None if name == "emcee" else name)
    with pytest.raises(UserError, match=r"needs emcee: pip install 'vyraj\[fit\]'"):
        calibrate.run(settings)


def test_outputs_are_set_on_the_scale_of_their_errors():
    patterns = measured()
    whole, early = Fitted(patterns, None, 50.0), Fitted(patterns, "2020-12", 50.0)
    seen = np.array([[one.observed for one in patterns]])
    assert whole.on_scale(seen)[0] == pytest.approx(whole.observed.seen)
    assert 20 < len(early.observed) < len(whole.observed)
    assert not any("since 2021" in name or "2022-" in name for name in early.names)
    changes = [name for name in whole.names if " since " in name]
    assert len(changes) == 3  # one of Lithuania's register, two of Poland's
    nothing = np.where(np.array([one.unit.startswith("%") for one in patterns]), np.nan, seen)
    assert np.isfinite(whole.on_scale(np.concatenate([nothing, seen]))).all()


def test_nothing_is_fitted_twice():
    keys = [(one.quantity, one.destination, one.start, one.end, one.item) for one in measured()]
    assert len(set(keys)) == len(keys)


@pytest.fixture
def shipped(settings, monkeypatch):
    """A fit that lies where those lie that come with the program, and the settings that ask whether it still holds."""
    from dataclasses import replace

    folder = calibrate.run(settings)
    monkeypatch.setattr("sim.runs.fitted.FITTED", folder)
    return folder, replace(settings, fit=replace(settings.fit, stage="confirm"))


def recipe(folder):
    return Posterior.load("destination_nest", folder=folder).about["recipe"]


def changed(monkeypatch, digest="changed"):
    """Another text of the program."""
    for module in ("posterior", "outputs"):
        monkeypatch.setattr(f"sim.runs.{module}.engine_digest", lambda: digest)
    monkeypatch.setattr(confirming, "engine_digest", lambda: digest)


def test_a_model_that_does_the_same_under_another_text_is_confirmed(shipped, monkeypatch, capsys):
    folder, asked = shipped
    before = recipe(folder)
    changed(monkeypatch)
    assert Posterior.load("destination_nest", folder=folder).doubts
    made.clear()
    calibrate.run(asked)
    assert len(made) == work.WITNESSES and "does what was fitted" in capsys.readouterr().out
    assert recipe(folder) == before | {"engine": "changed"}
    assert not Posterior.load("destination_nest", folder=folder).doubts


def test_a_model_that_does_something_else_is_not(shipped, monkeypatch):
    folder, asked = shipped
    kept = next(folder.glob("*.parquet")).read_bytes()

    def otherwise(store, asked, tick):
        found = stand_in(store, asked, tick)
        return found | {"leavers": np.nextafter(found["leavers"], np.inf)}

    changed(monkeypatch)
    monkeypatch.setattr(outputs.Store, "_made", otherwise)
    with pytest.raises(UserError, match="does not do any more what was fitted"):
        calibrate.run(asked)
    assert next(folder.glob("*.parquet")).read_bytes() == kept


def test_a_fit_without_noted_runs_is_confirmed_by_its_own_state_alone(shipped, monkeypatch):
    from dataclasses import replace

    folder, asked = shipped
    found = Posterior.load("destination_nest", folder=folder)
    told = {key: value for key, value in found.about["recipe"].items() if key != "witness"}
    replace(found, about={**found.about, "recipe": told}).save(folder)
    with monkeypatch.context() as other:
        changed(other)
        with pytest.raises(UserError, match="no runs of the fit are noted"):
            calibrate.run(asked)
    calibrate.run(asked)
    assert "witness" in recipe(folder)


def test_nothing_is_confirmed_where_nothing_is_fitted(shipped):
    from dataclasses import replace

    with pytest.raises(UserError, match="nothing is fitted for decision=two_steps"):
        calibrate.run(replace(shipped[1], decision="two_steps"))
