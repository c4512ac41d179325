"""From the command line to settings and jobs: the only part of the program that knows Hydra.

`conf/config.yaml` is given to Hydra as one plain table. The folders beside it describe the model's world and are
no groups of Hydra's: a scenario is a name, so that `scenario=a,b` with `-m` is a sweep like any other. Policies are a
list of names, in Hydra's words `policy=[a,b]`: a group would merge the files of a and b into the settings, in an order
that counts, where a world is composed of policies in none.
"""

import sys

from sim.cli.hydra.composing import settings_from
from sim.cli.hydra.jobs import Action, Close, single, sweep
from sim.cli.hydra.table import MAIN_FILE, main_table
from sim.cli.hydra.words import FLAGS, SHOWN, harmless
from sim.cli.outcome import Outcome
from sim.numerics.errors import UserError
from sim.numerics.messages import shown

__all__ = ["FLAGS", "MAIN_FILE", "SHOWN", "Close", "Action", "harmless", "main_table", "run", "settings_from"]


def run(action: Action, close: Close) -> list[Outcome]:
    """Run a job once, or for every combination of a sweep, and return what came of each.

    The action receives a function that reads its settings, so that a bad value is the job's to report and a sweep
    goes on with its other jobs. Raises UserError for a command line that cannot be composed and for a results
    folder that a sweep cannot write.
    """
    line = harmless(sys.argv[1:])
    name = line.value("experiment", None)
    study = None
    if name is not None:
        from sim.analysis.experiment import load_experiment  # what a study may say of a model needs the model

        study = load_experiment(name)
    if study is not None and (task := line.value("task", "compare")) != "compare":
        raise UserError(f"experiment={study.name} is of comparisons; leave out task={shown(task)}")
    if study is not None and (given := {"policy", "without"} & line.given):
        raise UserError(f"experiment={study.name} names its worlds itself; leave out {' and '.join(sorted(given))}")
    if line.only_shows or (study is None and not line.is_sweep):
        return single(action, line, study)
    return sweep(action, line, study, close)
