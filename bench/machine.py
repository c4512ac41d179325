"""The machine, described so that figures can be judged: no name of a host, no path."""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numba", "llvmlite", "numpy", "mesa", "starsim")
"""Distributions whose version may matter to a figure."""
BUSY = 0.3
"""Load a core from which on times are not to be trusted (assumption: one of three cores' worth of other work)."""

Described = dict[str, object]


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe() -> Described:
    """Processor, cores, cache, memory, load averages, Python and packages."""
    return {
        "processor": _processor(),
        "architecture": platform.machine(),
        "cores": cores(),
        "last_level_cache_mb": _cache(),
        "memory_gb": _memory(),
        "system": platform.system(),
        "load": load(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": {name: _version(name) for name in PACKAGES},
    }


def load() -> list[float]:
    """Load averages of the last 1, 5 and 15 minutes."""
    return [round(x, 2) for x in os.getloadavg()]


def busy(described: Described) -> bool:
    """True if the machine had other work when the bench began."""
    loads, n = described["load"], described["cores"]
    assert isinstance(loads, list) and isinstance(n, int)
    return bool(loads[0] > BUSY * n)


def _processor() -> str:
    text = _read(Path("/proc/cpuinfo"))
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or "unknown"


def _cache() -> float | None:
    """Largest cache of the first processor, MB."""
    folder = Path("/sys/devices/system/cpu/cpu0/cache")
    sizes = [re.fullmatch(r"(\d+)([KM])", _read(path).strip()) for path in folder.glob("index*/size")]
    found = [int(size[1]) / (1024 if size[2] == "K" else 1) for size in sizes if size]
    return max(found, default=None)


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (ValueError, OSError):
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
