"""The parts of `task=calibrate`: the fit itself, and whether a fit still suits the model."""
