"""Whom a rule reaches in small worlds made by hand: eligible, touched and changed in two runs of a crowd."""

from types import SimpleNamespace

import numpy as np

from sim.analysis.judged import differing
from sim.analysis.reach import Rule, judge, met, reach_table
from sim.analysis.sides import Drawn, Side
from sim.history.wording import Addition
from sim.model.decision.units import residents_by_class
from sim.numerics.luck import replicate_seed
from sim.runs.run import decisions, moves
from tests.worlds import Crowd, start, still


def kept(people: Crowd, world, behaviour, **options) -> SimpleNamespace:
    """What a run of a crowd leaves that reach is told by."""
    model = start(people, world, behaviour, **options).run()
    log, residents = model.recorder.events, residents_by_class(model.columns, len(world.belarus) - 1)
    return SimpleNamespace(
        moves=moves(log),
        decisions=decisions(log),
        residents_by_class=residents * people.one_in,
        harms=model.recorder.harm_persons(),
        behaviour=behaviour,
    )


def drawn(people: Crowd):
    """What runs of a crowd were made of."""
    luck = replicate_seed(1, 0)
    return lambda run: Drawn(people.people, run.behaviour, luck, people.seed, people.one_in, still())


def addition(parameter, verdict="effective", by=()) -> Addition:
    """A change of a parameter by a policy."""
    return Addition("policy", "event", parameter, False, verdict, by, "")


def reached(parameter, worlds, people, behaviour, months, verdict="effective", by=()):
    """Eligible, touched, changed and the note of a rule that parts two worlds."""
    pair = tuple(kept(people, world, behaviour) for world in worlds)
    rule = Rule(addition(parameter, verdict, by), months)
    table = reach_table([rule], [pair, pair], worlds, drawn(people))
    ((_, *numbers, note),) = table.itertuples(index=False)
    return (*map(int, numbers), note)


def touched_and_changed(parameter, worlds, people, behaviour, months, first=None, **options):
    """Who was judged by a rule that parts two worlds, and who lives another life, bool[people] each.

    `first` is the run of the first world, if it is there.
    """
    pair = first or kept(people, worlds[0], behaviour, **options), kept(people, worlds[1], behaviour, **options)
    one = judge(Rule(addition(parameter), months), worlds)
    sides = [Side(run, world, drawn(people)(run)) for run, world in zip(pair, worlds, strict=True)]
    touched = np.logical_or(*(met(side, one, months) for side in sides))
    return touched, differing(sides[0].found, sides[1].found, len(touched))
