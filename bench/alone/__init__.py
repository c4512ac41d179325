"""What runs in a fresh process: each module has a `measure(**arguments)` that returns plain values.

These modules import the model and whatever else they measure; `bench.fresh.alone` starts them.
"""
