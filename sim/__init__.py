"""Vyraj: an agent-based simulation of emigration from Belarus.

The layout is the import order: each row imports only from rows above it.

=============  ====================================================================
errors         a user's mistake
messages       values and names as messages show them
locations      where configuration, studies and data lie, and what a user's own folders add
declared       codes that files of destinations and channels declare
machine_code   the folder of machine code, named by the sources
compiling      compiled rules
arithmetic     exp, log and sin with the same bits everywhere
luck           random numbers as a function of who, when and what for
codes          fixed codes of places, channels, statuses and the like
values         values of numpy and pandas, paths and arrays as plain ones
months         the clock: whole months counted from January 2019
columns        the schema of a person
rows           a person as compiled rules see one
handles        named tuples handed to compiled rules by their address
eventlog       the event log
history/       parameters, events and policies as one History, read from `conf/`
behaviour      coefficients of the decision
choice         named terms of utility, structural noise, probabilities
limits         what values a world can have
world          rules, prices and demand as arrays
conditions     one run's constants: luck, circles, reference counts
units          reading a decision unit from the columns
now            the month as it stands: what a rule is told besides the person
room           buffers, events and counts of a pass over a block
access         whether one may come, and get there
options        what is on offer in a month, by choice class
views          a unit's look at what is on offer
population/    synthesis of the people from official margins
commitment     what a decision leaves behind: a plan, or a wish
asking         who is asked, with what push, and what comes of it: shared by all rules
decision/      rules of decision, one module a rule
constants      constants of destinations and channels, by rule
markets        what so many newcomers do to a destination
processes/     what happens in a month, one module a process
passes         parallel phases of a month, fused by block
feedback       what comes back to others, and how to hold it
recorder       what is counted
lived          a run between two months, for another to go on from
groups         who is behind a number: motive, sex, age, sector
stays          who lives, works and is held where, read back from the event log
agents/        the people and the institutions as Mesa sees them
schedule       the processes of a month, in order
continuing     a model that goes on: copies, forks, kept states
model          the run of a month
tasks          the table of tasks
checks         what the value of a setting may be
sections       sections of settings, checked when they are made
settings       every key a user may give
ensemble       replicates of scenarios
batch          a model made by keywords, for Mesa's `batch_run`
tables/        every table of results, declared once
analysis/      pairs of worlds, effects, reach, fit to the observed
experiment     studies: a question, what is expected, the scenarios and parameters that answer it
observation/   what observers would see: registers, public money, prisons, a survey
locks          locks between processes
store          files that a run leaves
seals          manifests with the digest of every file
arrays         plain arrays in a file
checkpoint     a run, or one between two months, as plain arrays
tidy           runs as tidy tables, and back
shared         what the workers of a sweep share
points         a scenario at one setting of the parameters, computed once and kept
ledger         what the jobs of a sweep report
missing        runs that nobody has: computed, by one worker or many
plan           what would be computed, and what it costs
outcome        the outcome of a job of the command line
figures/       figures, one module a figure
library/       what runs left, as tables to be asked in SQL
report/        the report of a comparison
study/         the page of a study: many comparisons against one baseline
commands/      what each task does
config/        from the command line to settings and jobs: the only part that knows Hydra
__main__       the command
=============  ====================================================================
"""

__version__ = "0.1.0"
