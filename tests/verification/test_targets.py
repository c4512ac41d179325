"""The same bits on the plainest x86-64 processor and on this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import hashlib
import numpy as np
from numba import njit
from sim.numerics import arithmetic, luck

@njit
def draw(n):
    out = np.empty((n, 4))
    for i in range(n):
        four = luck.words(i, i % 84 - 12, i % 17, 3, 2**32 - 1)
        for k in range(4):
            out[i, k] = luck.uniform(four[k])
    return out

@njit
def mixed(u):  # a chain of products and sums: where a fused multiply-add would show
    out = np.empty(len(u))
    for i in range(len(u)):
        angle = 3.141592653589793 * u[i, 0]
        a = arithmetic.log(arithmetic.sin(0.5 * angle)) + arithmetic.log(arithmetic.sin(angle)) * 2.0
        out[i] = a * u[i, 1] + arithmetic.exp(a - u[i, 2]) * u[i, 3]
    return out

@njit
def sines(x):
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = arithmetic.sin(x[i])
    return out

u = draw(200_000)
parts = {
    "luck": u,
    "grid": luck.NORMAL_GRID,
    "exp": arithmetic.exp_array((u[:, 0] - 0.5) * 1480),
    "log": arithmetic.log_array(arithmetic.exp_array((u[:, 1] - 0.5) * 1400)),
    "sin": sines((u[:, 2] - 0.5) * 8),
    "mixed": mixed(u),
}
for name, values in parts.items():
    print(name, hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest())
feature = __import__("numba").core.registry.cpu_target.target_context.codegen().magic_tuple()
print("target", feature[1])
"""

GENERIC = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}


def hashes(cache: Path, target: dict[str, str]) -> dict[str, str]:
    """Hashes of each part, computed in a process of its own for a target, with an empty machine-code folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    environment |= {"VYRAJ_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), **target}
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return dict(line.split() for line in run.stdout.splitlines())


@pytest.mark.slow  # everything is compiled twice; one hash of all events is tried on both in `golden`
def test_same_bits_on_generic_and_native_processor(tmp_path: Path) -> None:
    generic = hashes(tmp_path / "generic", GENERIC)
    native = hashes(tmp_path / "native", {})
    assert generic.pop("target") == "generic"
    if native.pop("target") == "generic":
        pytest.skip("this processor is the generic one: nothing to compare")
    assert generic == native
