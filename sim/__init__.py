"""Vyraj: an agent-based simulation of emigration from Belarus.

The layout is the import order: each module imports only from those above it.

=============  ====================================================================
machine_code   guard against stale machine code
arithmetic     exp, log and sin with the same bits everywhere
luck           random numbers as a function of who, when and what for
errors         a user's mistake
codes          fixed codes of places, channels, statuses and the like
months         the clock: whole months counted from January 2019
columns        the schema of a person
eventlog       the event log
wording        numbers and rules in words
parameters     dated parameters and events
composition    how rules in force combine, day by day
history        parameters, events and policies as one History
strict_yaml    strict reading of YAML
catalogue      files of `conf/` to objects
behaviour      coefficients of the decision
choice         named terms of utility, structural noise, probabilities
world          rules, prices and demand as arrays
conditions     one run's constants: luck, circles, reference counts
units          reading a decision unit from the columns
options        what is on offer in a month, by choice class
constants      constants of destinations and channels
raking         weights that meet official margins
assumptions    assumptions about the people
census         official margins
households     kinds of household and their numbers
attributes     shares of education, politics and work
means          wages, income and savings
standing       cards, kin, visas, protest, service, pendular work
layout         the fixed order of households
order          look-ups in that order
traits         rules for the traits of one person
population     synthesis of the people
fit            the people against every official margin
decision/      rules of decision, one module a rule
processes/     what happens in a month, one module a process
passes         parallel phases of a month, fused by block
recorder       what is counted
person         a person as Mesa sees one
groups         people parted by an attribute
people         the people as Mesa sees them
institutions   destinations, the state and employers as Mesa agents
model          the schedule of a month
tasks          the table of tasks
settings       every key a user may give
ensemble       replicates of scenarios
pairs          paired lives and their categories
effects        effects of a scenario with intervals
reach          whom a change of rules reaches
fit_observed   the history against the observed one
tables         runs as tidy tables
store          files that a run leaves
simulate       task: one scenario
invert         task: constants from observed departures
show           tasks: the people, the history
figures/       figures, one module a figure
report/        the report of a comparison
compare        task: a scenario against the baseline
config         composed configuration to settings: the only module that knows Hydra
__main__       the command
=============  ====================================================================
"""

from sim.machine_code import guard

__version__ = "0.1.0"

guard()
