"""`task=compare`: a scenario against the baseline, with the same people and the same luck.

Simulates both worlds at every lambda, writes tables, figures and the report, and prints the table. The figures
and the report are drawn from the files, never from a live model.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim import report
from sim.analysis.effects import Window, effects_table, pair_up, substitution_table, taxonomy_table
from sim.analysis.fit_observed import fit_table as observed_table
from sim.analysis.groups import groups_table
from sim.analysis.reach import reach_table
from sim.codes import MODE, PLACE, PLACE_NAMES
from sim.commands.simulate import sources, write_observed, write_world
from sim.decision import rule
from sim.ensemble import Ensemble, Job, Run
from sim.errors import UserError
from sim.figures.cells import hide_few
from sim.history.catalogue import load_scenario
from sim.history.history import History
from sim.history.parameters import Event
from sim.history.wording import Addition
from sim.months import month
from sim.observation.public_money import money_difference
from sim.population.fit import fit_table as people_table
from sim.report.table import summary_text
from sim.settings import Settings, fingerprint, resolved_yaml
from sim.store import manifest, write_folder


def run(settings: Settings) -> Path | None:
    """Compare the settings' scenario with its baseline; returns the folder of the results.

    Raises UserError if there is nothing to compare: one world with itself, or fewer than two replicates.
    """
    if settings.scenario == settings.baseline:
        raise UserError(f"scenario={settings.scenario} is the baseline too; a comparison needs two")
    if settings.replicates == 1:
        raise UserError("replicates=1 gives no interval; a comparison needs at least 2")
    ensemble = made(settings)
    baseline, scenario = ensemble.history(settings.baseline), ensemble.history(settings.scenario)
    additions = scenario.adds(baseline)
    events = changed_events(baseline, scenario, additions)
    start = first_month(settings, events)
    if settings.dry:
        say_plan(ensemble, families(ensemble, first_count(settings)))
        return None
    say(opening(additions).rstrip())
    pairs, enough = pairs_enough(ensemble, start, additions)
    ours = [one for paired in pairs.values() for one, _ in paired]
    theirs = [other for paired in pairs.values() for _, other in paired]
    window = _window(ensemble, start, additions, ours, theirs)

    folder = Path(settings.results_dir) / "compare" / f"{settings.scenario}-{fingerprint(settings)[:8]}"
    with write_folder(folder) as partial:
        _write_tables(partial, ensemble, pairs, window, additions)
        if enough is not None:
            write_table(partial / "enough.csv", enough.curve)
        if settings.scenario in settings.decompose:
            write_table(partial / "decomposition.csv", decomposed(ensemble, pairs[settings.choice.lam], window))
        write_world(partial / settings.baseline, ours, baseline, window.one_in)
        write_world(partial / settings.scenario, theirs, scenario, window.one_in)
        (partial / "adds.txt").write_text(opening(additions), encoding="utf-8")
        (partial / "diff.txt").write_text(scenario.diff(baseline), encoding="utf-8")
        (partial / "sources.txt").write_text(sources(scenario), encoding="utf-8")
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        extra = _about(settings, window, events)
        (partial / "manifest.json").write_text(json.dumps(manifest(settings, extra), indent=1), encoding="utf-8")
        if settings.report:
            report.build(partial)
    say(summary_text(folder))
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
    """Month of the first announcement, from which effects count; UserError if it lies after the last month."""
    start = max(0, min((month(event.announced.isoformat()) for event in events), default=0))
    if start > settings.last_month:
        raise UserError(f"scenario={settings.scenario} changes nothing until {settings.until}; choose a later until")
    return start


def _window(
    ensemble: Ensemble,
    start: int,
    additions: Sequence[Addition],
    ours: Sequence[Run],
    theirs: Sequence[Run],
) -> Window:
    """The span of the effects, and as focus the place most changed by rules."""
    places = Counter(a.parameter.split(".")[0] for a in additions if a.verdict == "effective")
    places.pop("belarus", None)
    if places:
        focus = PLACE[places.most_common(1)[0][0]]
    else:  # a change at the origin: the destination whose expected arrivals change most
        change = sum(
            np.abs(b.expected.sum(axis=(0, 2)) - a.expected.sum(axis=(0, 2))) for a, b in zip(ours, theirs, strict=True)
        )
        focus = int(np.argmax(change)) or PLACE["lithuania"]
    people, one_in = ensemble.population.people, ensemble.population.one_in
    residents = int((people.mode != MODE["settled"]).sum()) * one_in
    return Window(start, focus, one_in, residents)


def _write_tables(
    folder: Path,
    ensemble: Ensemble,
    ours: Sequence[Run],
    theirs: Sequence[Run],
    window: Window,
    additions: Sequence[Addition],
) -> None:
    settings = ensemble.settings
    pairs = pair_up(ours, theirs)
    main = pairs[settings.choice.lam]
    found = {
        "effects": effects_table(pairs, window, settings.scenario),
        "taxonomy": taxonomy_table(pairs, window),
        "substitution": substitution_table(pairs, window),
        "reach": reach_table(additions, main, window, ensemble.world(settings.baseline)),
        "fit": observed_table([one for one, _ in main]),
        "people": _people(ensemble),
        "groups": hide_few(groups_table(main, window), window.one_in, len(main)),
        "public_money": money_difference(main, ensemble.world(settings.baseline), ensemble.world(settings.scenario)),
    }
    write_observed(folder, [one for one, _ in main], ensemble)
    for name, table in found.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")


def _people(ensemble: Ensemble) -> pd.DataFrame:
    rows = [
        (cell.margin, cell.cell, cell.target, cell.synthetic, 100.0 * cell.error / cell.target if cell.target else 0.0)
        for cell in people_table(ensemble.population)
    ]
    return pd.DataFrame(rows, columns=["margin", "cell", "target", "synthetic", "error_percent"])


def _about(settings: Settings, window: Window, events: Sequence[Event]) -> dict[str, object]:
    rules = [
        {
            "name": event.name,
            "announced": event.announced.isoformat(),
            "from": event.start.isoformat(),
            "until": event.until.isoformat() if event.until else None,
        }
        for event in events
    ]
    return {
        "description": load_scenario(settings.scenario).description.rstrip("."),
        "focus": PLACE_NAMES[window.focus],
        "policies": rules,
    }
