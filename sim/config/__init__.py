"""From the command line to settings and jobs: the only part of the program that knows Hydra.

`conf/config.yaml` is given to Hydra as one plain table. The folders beside it describe the model's world and are
no groups of Hydra's: a scenario is a name, so that `scenario=a,b` with `-m` is a sweep like any other. Policies are a
list of names, in Hydra's words `policy=[a,b]`: a group would merge the files of a and b into the settings, in an order
that counts, where a world is composed of policies in none.
"""

import sys

from sim.config.composing import settings_from
from sim.config.jobs import Close, Job, single, sweep
from sim.config.table import MAIN_FILE, main_table
from sim.config.words import FLAGS, SHOWN, harmless
from sim.errors import UserError
from sim.messages import shown
from sim.outcome import Outcome

__all__ = ["FLAGS", "MAIN_FILE", "SHOWN", "Close", "Job", "harmless", "main_table", "run", "settings_from"]


def run(job: Job, close: Close) -> list[Outcome]:
    """Run a job once, or for every combination of a sweep, and return what came of each.

    The job receives a function that reads its settings, so that a bad value is the job's to report and a sweep
    goes on with its other jobs. Raises UserError for a command line that cannot be composed and for a results
    folder that a sweep cannot write.
    """
    line = harmless(sys.argv[1:])
    name = line.value("experiment", None)
    study = None
    if name is not None:
        from sim.experiment import load_experiment  # what a study may say of a model needs the model

        study = load_experiment(name)
    if study is not None and (task := line.value("task", "compare")) != "compare":
        raise UserError(f"experiment={study.name} is of comparisons; leave out task={shown(task)}")
    if study is not None and (given := {"policy", "without"} & line.given):
        raise UserError(f"experiment={study.name} names its worlds itself; leave out {' and '.join(sorted(given))}")
    if line.only_shows or (study is None and not line.is_sweep):
        return single(job, line, study)
    return sweep(job, line, study, close)
