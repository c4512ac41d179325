"""`task=people` and `task=history`: what the model starts from, printed and written for reading."""

from pathlib import Path

import numpy as np

from sim.analysis.additions import additions
from sim.cli.commands.worlds import taken_for_granted, world
from sim.history import naming
from sim.history.catalogue import load_history
from sim.history.sources import sources
from sim.population.schema import NOBODY
from sim.runs.files import write_folder
from sim.runs.settings import Settings


def people(settings: Settings) -> Path:
    """Synthesise the people of January 2019 and print the fit to every official margin; returns the folder."""
    from sim.population import fit
    from sim.population.schema import (  # a history is shown without the machinery of people
        bytes_per_person,
        schema_table,
    )
    from sim.population.synthesis import synthesise

    made = synthesise(settings.one_in, settings.seed, settings.thread_count)
    table = fit.fit_table(made)
    living = np.count_nonzero(made.people.member != NOBODY)
    print(f"{living:,} people in {len(made.circle_start) - 1:,} circles, one in {made.one_in};")
    print(f"{bytes_per_person()} bytes a person besides the key\n")
    print(fit.summary(table))
    folder = Path(settings.results_dir) / "people" / f"one_in_{settings.one_in}-seed_{settings.seed}"
    with write_folder(folder) as partial:
        (partial / "fit.txt").write_text(fit.listing(table) + "\n", encoding="utf-8")
        (partial / "schema.md").write_text(schema_table() + "\n", encoding="utf-8")
    return folder


def history(settings: Settings) -> Path:
    """Print what a scenario adds to the baseline, then its history epoch by epoch, as the model reads it."""
    until = settings.last_day
    ours, base = (
        load_history(name, until=until, course=settings.course) for name in (settings.scenario, settings.baseline)
    )
    text = ours.debug(until)
    adds = "\n".join(item.sentence for item in additions(ours, base, until)) or "Nothing is added or removed."
    difference = ours.diff(base, until)
    print(world(settings))
    print(f"What each change adds to the rules in force in '{settings.baseline}':\n{adds}\n")
    print("\n".join([*taken_for_granted(settings, settings.scenario, settings.baseline), text, difference]))
    folder = Path(settings.results_dir) / "history" / naming.folder(settings.scenario)
    with write_folder(folder) as partial:
        (partial / "history.txt").write_text(text, encoding="utf-8")
        (partial / "diff.txt").write_text(difference, encoding="utf-8")
        (partial / "adds.txt").write_text(adds, encoding="utf-8")
        (partial / "sources.txt").write_text(sources(ours), encoding="utf-8")
    return folder
