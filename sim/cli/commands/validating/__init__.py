"""The parts of `task=validate`: each module's `made` gives the tables of its part by name, and the page as text."""
