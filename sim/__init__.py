"""Vyraj: an agent-based simulation of emigration from Belarus.

The layout is the import order: each module imports only from those above it.

=============  ==========================================================================
machine_code   guard against stale machine code
arithmetic     exp, log and sin with the same bits everywhere
luck           random numbers as a function of who, when and what for
codes          fixed codes of places, channels, statuses and the like
months         the clock: whole months counted from January 2019
columns        the schema of a person
history        dated parameters, events and policies
catalogue      files of `conf/` to objects
world          destinations, channels, queues, demand, diaspora
choice         named terms of utility, probabilities
raking         weights that meet official margins
population     synthesis of the people
decision/      rules of decision, one module a rule
processes/     what happens in a month, one module a process
recorder       what is counted
people         what Mesa sees of a person and of the people
model          the schedule of a month
ensemble       replicates of a scenario
compare        two worlds, person by person
store          files that a run leaves
figures/       figures, one module a figure
report/        the report of a comparison
config         composed configuration to objects: the only module that knows Hydra
__main__       the command
=============  ==========================================================================
"""

from sim.machine_code import guard

__version__ = "0.1.0"

guard()
