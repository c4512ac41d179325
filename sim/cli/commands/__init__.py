"""Commands: what `task=` may ask for, one module a task; `show` has the two that simulate nothing."""
