"""Vyraj: an agent-based simulation of emigration from Belarus.

The layout is the import order: a package imports only from itself and from packages above it, and no two modules import
each other, not even in a roundabout way. `sim/model/__init__.py` has the order of the folders inside the model.

=============  ====================================================================
numerics/      the same bits everywhere: luck, arithmetic, codes, months, messages, machine code
history/       parameters, events and policies as one History, and the world compiled from it
population/    the schema of a person, and the synthesis of the people from official margins
model/         the month: its schedule, how people decide, what happens to them, what is counted
runs/          settings, runs and points: computed once, by one worker or many, kept, and asked in SQL
analysis/      pairs of worlds, effects, whom a rule reaches, reasons, studies
observation/   what observers would see: registers, prisons, public money, a survey
report/        figures and pages: of a comparison, of a study, of a life
cli/           the command: from the command line to settings and jobs, and what each task does
__main__       the door of `python -m sim`
=============  ====================================================================
"""

__version__ = "0.1.0"
