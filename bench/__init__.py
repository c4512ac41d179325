"""What the model costs, measured: `python -m bench`, or `make bench`.

Every figure comes from a fresh process, with the machine code warm unless it is compiling that is measured. The
command itself imports nothing heavy, so that it adds nothing to the memory of what it starts. Nothing in `sim/`
knows of it.

===============  =====================================================================
figures          minimum, median and maximum; slopes; ratios
machine          the machine described, without its name
fresh            a measurement in a process of its own
plan             how much is measured: everything, or `--quick`
tables           figures as tables
sizes            person-months a second and memory, by number of people
scaling          exponent of cost in people
processes        cost of each process of the month
compiling        compile time, cold and warm
new_column       cost of one more column
plain_mesa       peer: the same lives as ordinary Mesa agents
numpy_choice     peer: the month's choice alone in numpy
starsim_sir      peer: another simulator on a model of its own
sweeps           throughput and memory of a sweep by the command itself
memory           floor: the machine's memory bandwidth
sections         the sections in order
aims             the aims beside the figures
report           tables on the screen, JSON and Markdown in a folder
alone/           what runs in the fresh processes; may import the model
===============  =====================================================================
"""
