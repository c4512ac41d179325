"""Runs: their settings, how they are made, shared, kept and found again."""
