"""Commands: what `task=` may ask for, one module a task."""
