"""`task=compare`: a scenario against the baseline, with the same people and the same luck.

Simulates both worlds at every lambda, writes tables, figures and the report, and prints the table. The figures
and the report are drawn from the files, never from a live model.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sim.analysis import dimensions, standing
from sim.analysis.additions import additions
from sim.analysis.calls import calls_of
from sim.analysis.effects import Paired, effects_table, final_table, substitution_table, taxonomy_table
from sim.analysis.effects_by_group import groups_table
from sim.analysis.learned import learned_of
from sim.analysis.lives_at_risk import harms_of
from sim.analysis.reach import reach_table, rules
from sim.analysis.rule_periods import rule_periods
from sim.analysis.sides import drawn_of
from sim.cli.commands.onward import onward
from sim.cli.commands.pairs import Pairs, decomposed, families, first_count, paired_runs
from sim.cli.commands.runs import ensemble_of, planned, write_world
from sim.cli.commands.stored import place, worlds
from sim.cli.commands.worlds import simulated, taken_for_granted
from sim.history import naming
from sim.history.catalogue import load_scenario
from sim.history.compiled import World, first_difference
from sim.history.history import History
from sim.history.policies import Event
from sim.history.sources import sources
from sim.history.wording import Addition
from sim.numerics.codes import PLACE_NAMES
from sim.numerics.errors import UserError
from sim.numerics.months import label, month
from sim.observation.losses import losses_difference
from sim.observation.observed import LAST
from sim.observation.prisons import repression_table
from sim.observation.public_money import money_difference
from sim.observation.registers import register_table
from sim.observation.seen import Seen, each_seen
from sim.observation.yardstick import yardstick
from sim.population.fit import fit_table as people_table
from sim.report import comparison
from sim.report.comparison.table import summary_text
from sim.runs import seals
from sim.runs.checks import ENOUGH
from sim.runs.disclosure import hide_few
from sim.runs.ensemble import Ensemble
from sim.runs.estimate import Plan
from sim.runs.files import manifest, write_folder
from sim.runs.progress import say
from sim.runs.run import Run
from sim.runs.settings import Settings, resolved_yaml
from sim.runs.tables import DENSE, OF_COMPARISONS, YARDSTICK
from sim.runs.tables.files import write_csv


def run(settings: Settings) -> Path | Plan:
    """Compare the settings' scenario with its baseline; returns the folder of the results, or with `dry` the plan.

    Raises UserError if there is nothing to compare: one world with itself, or fewer than two replicates.
    """
    began = time.process_time()
    if settings.scenario == settings.baseline:
        raise UserError(f"scenario={settings.scenario} is the baseline too; a comparison needs two")
    if settings.replicates == 1:
        raise UserError("replicates=1 gives no interval; a comparison needs at least 2")
    ensemble = ensemble_of(settings)
    baseline, scenario = ensemble.history(settings.baseline), ensemble.history(settings.scenario)
    added = additions(scenario, baseline, settings.last_day)
    events = changed_events(baseline, scenario, added)
    start = first_month(settings, events)
    if settings.dry:
        first = planned(ensemble, families(ensemble, first_count(settings)))
        if settings.replicates != ENOUGH:
            return first
        return replace(first, most=planned(ensemble, families(ensemble, settings.most_replicates)))
    say(simulated(settings))
    say(opening(added).rstrip())
    pairs = paired_runs(ensemble, max(start, opening_month(ensemble)), added)
    ours = [one for paired in pairs.by_lambda.values() for one, _ in paired]
    theirs = [other for paired in pairs.by_lambda.values() for _, other in paired]
    folder = place(settings, baseline, scenario)
    with write_folder(folder) as partial:
        _write_tables(partial, ensemble, pairs, added)
        write_world(partial / naming.folder(settings.baseline), ours, baseline, pairs.window.one_in, settings.last_day)
        write_world(
            partial / naming.folder(settings.scenario), theirs, scenario, pairs.window.one_in, settings.last_day
        )
        (partial / "adds.txt").write_text(opening(added), encoding="utf-8")
        (partial / "diff.txt").write_text(scenario.diff(baseline, settings.last_day), encoding="utf-8")
        (partial / "sources.txt").write_text(sources(scenario), encoding="utf-8")
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        about = manifest(
            settings, began, _about(settings, pairs, events) | {"worlds": worlds(baseline, scenario)}, pairs.verdict.n
        )
        seals.write(partial, about, folder.name)
        if settings.report or (folder / comparison.PAGE).is_file():  # who asks for none loses none
            comparison.build(partial)
    say(summary_text(folder))
    say(onward(settings, folder))
    return folder


def opening(additions: Sequence[Addition]) -> str:
    """What a scenario adds to the rules in force, one sentence a line, what acts before what is inert."""
    ordered = sorted(additions, key=lambda addition: addition.verdict != "effective")
    return "".join(f"{sentence}\n" for sentence in dict.fromkeys(addition.sentence for addition in ordered))


def changed_events(baseline: History, scenario: History, additions: Sequence[Addition]) -> list[Event]:
    """The events that one world has and the other lacks, in order of force."""
    named = dict.fromkeys((addition.event, addition.removed) for addition in additions)
    events = [(baseline if removed else scenario).event(name) for name, removed in named]
    return sorted(events, key=lambda event: event.start)


def first_month(settings: Settings, events: Sequence[Event]) -> int:
    """Month of the first announcement; UserError if it lies after the last month."""
    start = max(0, min((month(event.announced.isoformat()) for event in events), default=0))
    if start > settings.last_month:
        raise UserError(f"scenario={settings.scenario} changes nothing until {settings.until}; choose a later until")
    return start


def opening_month(ensemble: Ensemble) -> int:
    """Month in which the two worlds first differ, from which effects count; 0 if they never do."""
    settings = ensemble.settings
    found = first_difference(ensemble.world(settings.baseline), ensemble.world(settings.scenario))
    return found if found < ensemble.months else 0


def _write_tables(folder: Path, ensemble: Ensemble, pairs: Pairs, additions: Sequence[Addition]) -> None:
    settings, window = ensemble.settings, pairs.window
    main = pairs.by_lambda[settings.lambda_]
    baseline, scenario = ensemble.world(settings.baseline), ensemble.world(settings.scenario)
    ours = [one for one, _ in main]
    histories = ensemble.history(settings.baseline), ensemble.history(settings.scenario)
    changed = rules(additions, *histories, ensemble.months)
    found = {
        "effects": effects_table(pairs.by_lambda, window, settings.scenario, harms_of(ensemble), calls_of(ensemble)),
        "taxonomy": taxonomy_table(pairs.by_lambda, window),
        "substitution": substitution_table(pairs.by_lambda, window),
        "final": final_table(pairs.by_lambda, window),
        "rules": rule_periods(*histories, settings.last_day),
        "reach": reach_table(changed, main, (baseline, scenario), drawn_of(ensemble)),
        **_yardstick(ensemble, ours),
        "people": _people(ensemble),
        "groups": hide_few(groups_table(main, window), window.one_in, len(main)),
        "public_money": money_difference(main, baseline, scenario, window.estimated),
        "losses": losses_difference(_sides(ensemble, main, baseline, scenario), window.estimated),
        "registers": register_table(each_seen(ours, baseline, ensemble.start, window.one_in)),
        "repression": repression_table(ours, baseline, ensemble.behaviour),
        "enough": pairs.curve,
        "variance": pairs.variance,
        "prior_posterior": learned_of(settings),
    }
    if settings.scenario in settings.decompose:
        found["decomposition"] = decomposed(ensemble, pairs)
    for name in DENSE:
        dimensions.dense(name, found[name], pairs.by_lambda, PLACE_NAMES[window.focus])
    for name, table in found.items():
        write_csv(folder, OF_COMPARISONS[name], table)


def _sides(ensemble: Ensemble, main: Sequence[Paired], baseline: World, scenario: World) -> list[tuple[Seen, Seen]]:
    """Pairs of runs as their observers see them."""
    one_in, worlds = ensemble.settings.one_in, (baseline, scenario)
    ones, twos = (each_seen([pair[side] for pair in main], worlds[side], ensemble.start, one_in) for side in (0, 1))
    return list(zip(ones, twos, strict=True))


def _yardstick(ensemble: Ensemble, ours: Sequence[Run]) -> dict[str, pd.DataFrame]:
    """What was observed beside the baseline's runs; tables without rows where the baseline is not what happened."""
    one_in, world = ensemble.settings.one_in, ensemble.world(ensemble.settings.baseline)
    if not is_history(world, ensemble.world(naming.HISTORICAL)):
        return {table.name: pd.DataFrame(columns=table.names) for table in YARDSTICK}
    return yardstick(list(each_seen(ours, world, ensemble.start, one_in)), draws=ensemble.draws)._asdict()


def is_history(world: World, history: World) -> bool:
    """Whether a world is what happened up to the last month with observations, or to its own end if that is before."""
    return first_difference(world, history) >= min(len(world.belarus), len(history.belarus), month(LAST) + 1)


def _people(ensemble: Ensemble) -> pd.DataFrame:
    rows = [
        (cell.margin, cell.cell, cell.target, cell.synthetic, 100.0 * cell.error / cell.target if cell.target else 0.0)
        for cell in people_table(ensemble.population)
    ]
    return pd.DataFrame(rows, columns=OF_COMPARISONS["people"].names)


def _about(settings: Settings, pairs: Pairs, events: Sequence[Event]) -> dict[str, object]:
    rules = [
        {
            "name": event.name,
            "announced": event.announced.isoformat(),
            "from": event.start.isoformat(),
            "until": event.until.isoformat() if event.until else None,
            "source": event.source,
        }
        for event in events
    ]
    return {
        "kind": "comparison",
        "description": load_scenario(settings.scenario).description.rstrip("."),
        "assumed": list(taken_for_granted(settings, settings.scenario, settings.baseline)),
        "focus": PLACE_NAMES[pairs.window.focus],
        "changed": [PLACE_NAMES[place] for place in pairs.window.changed],
        "start": label(pairs.window.start),
        "enough": pairs.about(),
        standing.KEY: standing.facts(settings),
        "policies": rules,
    }
