"""Faults planted in real processes: what `$VYRAJ_FAULTS` asks for, at the calls by which files take their places.

Python imports a module of this name by itself, in workers of a launcher too, if its folder is on `$PYTHONPATH`. A fault
is a dictionary: `call` (replace, rename, fsync), `path` (a regular expression for the place that is written), `when`
(before, after), `do` (kill, stop: this process by itself; sleep; raise; log) and what that needs.
"""

import json
import os
import re
import signal
import time
from pathlib import Path


def plant(faults):
    """Have the faults happen in this process from now on."""
    for name in ("replace", "rename"):
        setattr(Path, name, _with_faults(getattr(Path, name), [one for one in faults if one["call"] == name]))


def _with_faults(usual, faults):
    def call(self, target):
        for fault in faults:
            if fault["when"] == "before" and re.search(fault["path"], str(target)):
                _happens(fault, target)
        done = usual(self, target)
        for fault in faults:
            if fault["when"] == "after" and re.search(fault["path"], str(target)):
                _happens(fault, target)
        return done

    return call


def _happens(fault, target):
    if fault["do"] == "log":
        with open(fault["log"], "a", encoding="utf-8") as log:
            log.write(f"{os.getpid()} {Path(target).parent.name} {Path(target).stem}\n")
    elif fault["do"] == "sleep":
        time.sleep(fault["seconds"])
    elif fault["do"] == "raise":
        raise RuntimeError("planted")
    elif fault["do"] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif fault["do"] == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)


if os.environ.get("VYRAJ_FAULTS"):
    plant(json.loads(os.environ["VYRAJ_FAULTS"]))
