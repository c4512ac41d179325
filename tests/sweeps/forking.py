"""Processes that compute a small point and end themselves at the n-th step that changes the disk.

`python -m tests.sweeps.forking` loads everything once, then forks for every request that it reads, so that hundreds of
deaths cost what a few interpreters would.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 120
"""Seconds after which a fork is taken for stuck."""


class Forks:
    """The process whose forks die."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.sweeps.forking"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *fault):
        self.process.stdin.close()
        self.process.wait(timeout=LONGEST)
        self.process.stdout.close()

    def complete(self, results, replicates, die_at=None):
        """Complete the point in a results folder, or die at a step.

        Returns the exit code (-9: killed), the lines that were said, how many runs were made, and every step: what was
        called, and on which file or folder.
        """
        asked = {"results": str(results), "replicates": replicates, "die_at": die_at}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], 2 * LONGEST)
        assert ready, "no answer"
        answer = json.loads(self.process.stdout.readline())
        assert "Traceback" not in answer["said"], answer["said"]
        return answer["code"], answer["said"].splitlines(), answer["made"], answer["steps"]


def main():
    """Serve requests, one a line of stdin, until there are no more."""
    from sim.runs.ensemble import Ensemble
    from sim.runs.points import point
    from sim.runs.run import Job
    from sim.runs.settings import People, Settings

    settings = Settings(people=People(one_in=20_000), until="2019-05", threads=1)
    ensemble = Ensemble(settings)
    of = point(ensemble, settings.baseline, settings.choice.lambda_)
    list(ensemble.live(Job(settings.baseline, settings.choice.lambda_, 0), []))  # loads the machine code
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            said, told = Path(folder, "said"), Path(folder, "told")
            process = os.fork()
            if not process:
                _die_or_complete(ensemble, of, asked, said, told)
            code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            steps = told.read_text().split("\n") if told.exists() else []
            answer = {
                "code": code,
                "said": said.read_text(),
                "made": steps.count("made a run"),
                "steps": [one for one in steps if one and one != "made a run"],
            }
        print(json.dumps(answer), flush=True)


def _die_or_complete(ensemble, of, asked, said, told):
    code = 1
    try:
        signal.alarm(LONGEST)
        output = os.open(said, os.O_CREAT | os.O_WRONLY)
        os.dup2(output, 1)
        os.dup2(output, 2)
        log = os.open(told, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        _plant(asked["die_at"], lambda line: os.write(log, f"{line}\n".encode()))

        from sim.cli.commands.runs import extras_of
        from sim.runs.complete import Family, complete
        from sim.runs.points import Shelf

        families = [Family(of, (), asked["replicates"])]
        complete(Shelf(asked["results"]), ensemble, families, extras_of(ensemble), _unseen)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@contextmanager
def _unseen(months):
    yield lambda: None


def _plant(die_at, tell):
    """Count the steps that change the disk; at the `die_at`th kill this process in its middle."""
    import pyarrow.parquet as pq

    steps = [0]

    def dies(name, place):
        steps[0] += 1
        tell(f"{name} {place}")
        return steps[0] == die_at

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def before(module, name):
        usual = getattr(module, name)

        def call(place, *rest, **options):
            if dies(name, place):
                die()
            done = usual(place, *rest, **options)
            if name == "replace" and Path(rest[0]).suffix == ".run":
                tell("made a run")
            return done

        setattr(module, name, call)

    def half_written(name):
        usual = getattr(Path, name)

        def call(place, *rest, **options):
            last = dies(name, place)
            done = usual(place, *rest, **options)
            if last:
                os.truncate(place, place.stat().st_size // 2)
                die()
            return done

        setattr(Path, name, call)

    def without_its_end(writer, *rest, **options):
        last = dies("write_table", writer.where)
        usual_write_table(writer, *rest, **options)
        if last:
            die()

    usual_write_table, pq.ParquetWriter.write_table = pq.ParquetWriter.write_table, without_its_end

    def half_removed(place, *rest, **options):
        if dies("rmtree", place):
            for inside in sorted(Path(place).rglob("*"))[:1]:
                os.unlink(inside)
            die()
        return usual_rmtree(place, *rest, **options)

    usual_rmtree, shutil.rmtree = shutil.rmtree, half_removed
    for name in ("rename", "replace", "mkdir", "unlink", "rmdir"):
        before(Path, name)
    before(os, "fsync")
    half_written("write_bytes")
    half_written("write_text")


if __name__ == "__main__":
    main()
