"""Figures and pages, drawn from the files of a result folder and never from a live model."""
