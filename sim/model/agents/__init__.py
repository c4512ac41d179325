"""Agents: the people and the institutions as Mesa sees them."""
