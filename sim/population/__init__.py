"""Synthesis: the people of January 2019, from official margins to one row a person."""
