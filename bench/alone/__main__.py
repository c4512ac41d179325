"""`python -m bench.alone NAME ARGUMENTS`: make one measurement and print it as the last line, in JSON."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from bench.alone.stages import Stages


class Missing(Exception):
    """Something to be measured is not installed or not written; the argument says what."""


def main(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What `bench.alone.<name>.measure(**arguments)` finds, with the time that its imports took.

    Raises RuntimeError if the model imported is not that of the current folder.
    """
    stages = Stages()
    with stages("imports"):
        module = importlib.import_module(f"bench.alone.{name}")
    model = sys.modules.get("sim")
    if model is not None and Path(str(model.__file__)).resolve().parents[1] != Path.cwd().resolve():
        raise RuntimeError("another copy of the model was imported than the one to be measured")
    found: dict[str, Any] = module.measure(**arguments)
    return {**found, "stages": {**stages.seconds, **found.get("stages", {})}}


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[1], json.loads(sys.argv[2]))))
