"""The month: who decides what, what happens to whom, and what is counted.

The folders in import order; the modules beside them stand where they need to, and no two import each other.

============  =====================================================================
decision/     what is on offer, how a unit values it, what it chooses; `rules/`: one module a rule of decision
processes/    what happens in a month, one module a row of the schedule
recording/    what is counted, by whom, and who lives where
agents/       the people and the institutions as Mesa sees them
============  =====================================================================
"""
