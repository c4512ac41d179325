"""`task=explain`: one synthetic life as a timeline, with every decision that mattered taken apart.

The life is told under the rules in force (`baseline`); if `scenario` is another world, the same life in it stands
beside it from the first month in which the two differ. Who did something is sought in the world of the scenario, and
under the rules in force only where nobody did there.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.analysis import standing
from sim.analysis.additions import additions
from sim.analysis.choosers import OTHERS, PARTED, anybody, chooser, row_of
from sim.analysis.life import Follower, Life, life
from sim.analysis.pairs import align
from sim.cli.commands.compare import changed_events
from sim.cli.commands.worlds import simulated, taken_for_granted
from sim.history import naming
from sim.history.inventory import load_destinations
from sim.history.naming import HISTORICAL
from sim.model.model import EmigrationModel
from sim.numerics.codes import EVENT
from sim.numerics.errors import UserError
from sim.numerics.months import month
from sim.report.blocks import Block, html, markdown
from sim.report.life.page import page
from sim.report.life.sentences import closed_since
from sim.report.life.stored import figure_blocks, months_table, options_table
from sim.runs import seals
from sim.runs.ensemble import Ensemble
from sim.runs.files import manifest, write_folder
from sim.runs.run import Job, Other
from sim.runs.settings import Settings, fingerprint, resolved_yaml
from sim.runs.tables import OF_LIVES
from sim.runs.tables.files import write_csv

HAPPENED = "what happened"
"""The world of no scenario, and the beginning of one that is composed on top of it."""
RULE = "destination_nest"
"""The rule of decision whose terms are told."""


def run(settings: Settings) -> Path:
    """Tell the life of `person` and write it as Markdown and HTML; returns the folder.

    Raises UserError for a person who is not in the sample and for a chooser that nobody meets.
    """
    began = time.process_time()
    if settings.decision != RULE:
        raise UserError(f"decision={settings.decision} has other terms; task={settings.task} takes {RULE} apart")
    ensemble = Ensemble(settings)
    scenarios = [settings.baseline]
    if settings.scenario != settings.baseline:
        scenarios.append(settings.scenario)
    for name in scenarios:
        ensemble.world(name)  # a mistake in its files is told before anything is compiled
    print(simulated(settings))
    people = ensemble.population.people
    row, found = find(ensemble, scenarios)
    lives = tell(ensemble, scenarios, row)
    marks = _marks(ensemble, scenarios, settings.last_month)
    lambda_ = ensemble.parameters(Job(scenarios[0], settings.lambda_, 0)).lambda_
    sample = f"{found}one in {settings.one_in}, seed {settings.seed}, replicate 0, lambda {lambda_:.12g}"
    known = standing.facts(settings)
    sample += f". {standing.title(known)} {standing.sentence(known)}".removesuffix(".")
    places, last = load_destinations(), settings.last_month
    since = {name: closed_since(ensemble.history(name), places, last) for name in scenarios}
    print(markdown(page(people, lives, sample, marks, brief=True, since=since)))
    key = int(people.key[row])
    folder = Path(settings.results_dir) / "explain" / f"{key}-{fingerprint(settings)[:8]}"
    granted = taken_for_granted(settings, settings.scenario, settings.baseline)
    with write_folder(folder) as partial:
        write_csv(partial, OF_LIVES["life_months"], months_table(people, lives))
        write_csv(partial, OF_LIVES["life_options"], options_table(lives))
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        extra = {"kind": "life", "person": key, "scenarios": scenarios, "assumed": list(granted)}
        seals.write(partial, manifest(settings, began, extra), folder.name)
        drawn = figure_blocks(partial) if settings.report else []
        blocks = assuming(page(people, lives, sample, marks, since=since, drawn=drawn), granted)
        (partial / "life.md").write_text(markdown(blocks), encoding="utf-8")
        (partial / "life.html").write_text(html(f"Synthetic life {key}", blocks), encoding="utf-8")
        seals.renew(partial)
    return folder


def assuming(blocks: Sequence[Block], granted: Sequence[str]) -> list[Block]:
    """A page with what it takes for granted below its first paragraph."""
    head = next(number for number, block in enumerate(blocks, 1) if block.kind == "p")
    return [*blocks[:head], *(Block("p", line) for line in granted), *blocks[head:]]


def find(ensemble: Ensemble, scenarios: list[str]) -> tuple[int, str]:
    """Row of the person meant by `person`, and in which world they were found, in words before what the sample is.

    A key asks for no run. Who did something is sought in the last of the worlds, and only where nobody did there in
    those before; whose lives part, in both.
    """
    person, people = ensemble.settings.person, ensemble.population.people
    if not isinstance(person, str):
        return row_of(person, people), ""
    kind, _ = chooser(person)
    if kind == PARTED:
        return _parted(ensemble, scenarios), "whose lives part between the two worlds, "
    nobody: list[str] = []
    for name in reversed(scenarios):
        [model] = _run(ensemble, [name], None)
        if anybody(person, model.recorder.events, people):
            also = f" (nobody in {' or in '.join(nobody)})" if nobody else ""
            return row_of(person, people, model.recorder.events), f"found by {person} in {_world(name)}{also}, "
        nobody.append(_world(name))
    raise UserError(f"person={person}: nobody in this sample, not in {', nor in '.join(nobody)}; {OTHERS}")


def _world(scenario: str) -> str:
    """A world, as one says where something happened."""
    words = naming.words(scenario)
    if scenario == HISTORICAL:
        return HAPPENED
    return words if words.startswith(HAPPENED) else f"the world of {words}"


def _parted(ensemble: Ensemble, scenarios: list[str]) -> int:
    """Row of somebody who leaves for another place or by another channel in one of two worlds than in the other."""
    person, people = ensemble.settings.person, ensemble.population.people
    if len(scenarios) < 2:
        raise UserError(f"person={person} asks for two worlds; choose a scenario that is not the baseline")
    events = [model.recorder.events for model in _run(ensemble, scenarios, None)]
    departed = [log[log["kind"] == EVENT["departed"]] for log in events]
    pair = align(departed[0], departed[1], 0)
    keys = np.union1d(*(log["key"] for log in departed))
    apart = keys[(pair.baseline_place != pair.scenario_place) | (pair.baseline_channel != pair.scenario_channel)]
    return row_of(person, people, np.concatenate(departed), apart)


def tell(ensemble: Ensemble, scenarios: list[str], row: int) -> list[Life]:
    """The life of a person in each world."""
    models = _run(ensemble, scenarios, Follower(row))
    return [life(model, name, row, model.observer) for model, name in zip(models, scenarios, strict=True)]  # type: ignore[arg-type]


def _run(ensemble: Ensemble, scenarios: list[str], follower: Follower | None) -> list[EmigrationModel]:
    """Finished runs of one or two worlds with the same luck; months in which they agree are run once."""
    job = Job(scenarios[0], ensemble.settings.lambda_, 0)
    first = ensemble.model(job, ensemble.threads)
    first.observer = follower
    models = [first]
    for name in scenarios[1:]:
        first.run(ensemble.parting(scenarios[0], [Other(name)]))
        inputs = ensemble.arguments(replace(job, scenario=name))["inputs"]  # as the draw of the first has it
        models.append(first.fork(inputs.history, inputs.world))  # with a follower of its own
    for model in models:
        model.run()
        model.close()
    return models


def _marks(ensemble: Ensemble, scenarios: list[str], last: int) -> tuple[int, ...]:
    """The months before and after each change of rules that one world has and the other lacks."""
    if len(scenarios) < 2:
        return ()
    before, after = (ensemble.history(name) for name in scenarios)
    starts = {month(event.start.isoformat()) for event in changed_events(before, after, additions(after, before))}
    around = {t for start in starts for t in (start - 1, start)}
    return tuple(sorted(t for t in around if 0 <= t <= last))
