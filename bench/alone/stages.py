"""Stages of a process on two clocks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stages:
    """Wall and CPU seconds by name of stage; the CPU time is that of all threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, dict[str, float]] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        spent = self.seconds.setdefault(name, {"wall": 0.0, "cpu": 0.0})
        spent["wall"] += wall
        spent["cpu"] += cpu

    def cpu(self, name: str) -> float:
        """CPU seconds of a stage, 0 before it began."""
        return self.seconds.get(name, {}).get("cpu", 0.0)
