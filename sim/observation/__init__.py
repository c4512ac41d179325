"""What observers would see of the synthetic people: a survey, registers, public money, prison lists.

Nothing here feeds back into a run. What was observed is compared, never fitted, but for the few coefficients that
`sim/data/observation.csv` says were anchored, and to what.
"""
