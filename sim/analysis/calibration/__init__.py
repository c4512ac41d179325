"""The statistics of a fit: design, emulator, history matching, sampling and checks.

Nothing here knows the model: a simulator is a function of parameters to outputs, so that all is tested on closed forms.
"""
