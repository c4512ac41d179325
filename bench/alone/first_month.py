"""A process that does next to nothing: imports, machine code, one month of a few people."""

from typing import Any

from bench.alone.stages import Stages
from bench.alone.worlds import warm


def measure() -> dict[str, Any]:
    """Stages `imports` and `machine_code`."""
    stages = Stages()
    with stages("machine_code"):
        warm()
    return {"stages": stages.seconds}
