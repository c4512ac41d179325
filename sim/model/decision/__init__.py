"""The decision of a unit: offers, utility, evaluation, the choice, and what a choice leaves behind."""
