"""The project's shape: imports go one way, modules stay small, nothing names a machine."""

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from sim.numerics import machine_code

ROOT = Path(__file__).parents[2]
SIM = ROOT / "sim"
MODULES = sorted(SIM.rglob("*.py"))
BENCH = sorted((ROOT / "bench").rglob("*.py"))
NOT_OURS = re.compile(r"^(\.git|\.venv.*|results|outputs|build|dist|.*_cache|\.hypothesis|.*\.egg-info)$")
LONGEST = 350
"""Lines of the longest module."""

MACHINE_PATH = re.compile(r"(?<![\w.\-])/(?:home|root|work|farm|tmp|Users|opt|mnt|var)/[A-Za-z]")
REGISTRY = re.compile(
    r"https?://[^\s\"']*(?:pypi|pyth[o]nhosted|/simple\b|\.whl|\.tar\.gz)|index[-_]url|find[-]links|@ fil[e]:"
)


@cache
def files() -> list[Path]:
    """Text files of the project."""
    found = []
    for top in sorted(ROOT.iterdir()):
        if not NOT_OURS.match(top.name):
            found += [top] if top.is_file() else [path for path in sorted(top.rglob("*")) if path.is_file()]
    return [path for path in found if "__pycache__" not in path.parts and b"\0" not in path.read_bytes()[:4096]]


def name_of(path: Path) -> str:
    """`sim.report.comparison.figures.flows` of a module's file; a package's own file has the package's name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def unit_of(name: str) -> str:
    """The row of the layout to which a module belongs: the package that it lies in."""
    return name.split(".")[1] if "." in name else ""


KNOWN = {name_of(path) for path in MODULES}


@cache
def imports_of(path: Path) -> set[str]:
    """Names of all modules that a module imports anywhere in it, those of sim resolved to modules."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} line {node.lineno}: write imports in full"
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & KNOWN
            found |= inner or {str(node.module)}
    return found


def table(folder: Path = SIM) -> list[str]:
    """Rows of the table in the docstring of a folder's __init__.py, in order; folders end with a slash."""
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    body = re.split(r"^=+ +=+$", text, flags=re.MULTILINE)[1]
    return [line.split()[0] for line in body.splitlines() if line[:1].strip()]


def layout() -> list[str]:
    """Rows of the layout, in order."""
    return [row.removesuffix("/") for row in table()]


def test_every_module_has_its_row_in_the_layout_and_every_row_its_module():
    units = {unit_of(name_of(path)) for path in MODULES} - {""}
    assert len(layout()) == len(set(layout()))
    assert units == set(layout())


def test_there_are_nine_packages_at_most_and_one_module_beside_them():
    assert len([row for row in table() if row.endswith("/")]) <= 9
    assert [row for row in table() if not row.endswith("/")] == ["__main__"]
    assert {f"{path.parent.name}/" for path in SIM.glob("*/__init__.py")} == {*table()} - {"__main__"}


@pytest.mark.parametrize("package", [path for path in MODULES if path.name == "__init__.py"], ids=name_of)
def test_a_package_is_of_more_than_one_file(package):
    inside = [path for path in package.parent.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    assert len(inside) > 2, "itself and one other"


def test_imports_go_one_way():
    rank = {unit: number for number, unit in enumerate(layout())}
    wrong = [
        f"{name_of(path)} imports {other}"
        for path in MODULES
        for other in imports_of(path)
        if other.startswith("sim.") and unit_of(name_of(path)) != unit_of(other)
        if unit_of(name_of(path)) and rank.get(unit_of(other), -1) >= rank.get(unit_of(name_of(path)), -1)
    ]
    assert wrong == []


def test_imports_between_the_folders_of_the_model_go_one_way():
    """Modules beside the folders may stand anywhere among them."""
    rows = [f"sim.model.{row.removesuffix('/')}" for row in table(SIM / "model")]
    folders = {name_of(path) for path in (SIM / "model").glob("*/__init__.py")}
    assert set(rows) == folders and len(rows) == len(folders)

    def rank(name: str) -> int | None:
        return next((number for number, row in enumerate(rows) if f"{name}.".startswith(f"{row}.")), None)

    found = {
        (rank(name_of(path)), rank(other)): f"{name_of(path)} imports {other}"
        for path in MODULES
        for other in imports_of(path)
    }
    pairs = {(one, other): said for (one, other), said in found.items() if one is not None and other is not None}
    assert (1, 0) in pairs, "processes use what decides"
    assert [said for (one, other), said in pairs.items() if other > one] == []


def test_no_two_modules_import_each_other_even_in_a_roundabout_way():
    graph = {name_of(path): {other for other in imports_of(path) if other.startswith("sim.")} for path in MODULES}
    assert len(graph) > 10
    TopologicalSorter(graph).prepare()  # raises CycleError, naming the cycle


def test_only_the_configuration_knows_hydra():
    knows = {
        name_of(path)
        for path in MODULES
        if any(other.split(".")[0] in ("hydra", "omegaconf") for other in imports_of(path))
    }
    assert knows and {name.rpartition(".")[0] for name in knows} == {"sim.cli.hydra"}


@pytest.mark.parametrize("path", MODULES + BENCH, ids=name_of)
def test_a_module_is_small_and_explained(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    tree = ast.parse(text)
    if text.strip():
        assert ast.get_docstring(tree), "a module says what it is"
    for node in tree.body:
        for item in [node, *(node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [])]:
            if isinstance(item, ast.FunctionDef | ast.ClassDef) and not item.name.startswith("_"):
                assert ast.get_docstring(item), f"{item.name} says what it is for"


@pytest.mark.parametrize("path", [path for path in MODULES if "population" in path.parts], ids=name_of)
def test_numbers_that_make_people_are_summed_the_same_everywhere(path):
    """The built-in sum of reals rounds otherwise from Python 3.12 on; `math.fsum` rounds once, everywhere."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    lines = [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "sum"]
    assert path.name == "fit.py" or not lines, f"built-in sum in lines {lines}"  # the fit only reports


def test_no_room_without_a_name():
    nameless = {"util", "utils", "helper", "helpers", "core", "base", "manager", "common", "misc"}
    rooms = {part for path in files() for part in path.relative_to(ROOT).with_suffix("").parts}
    assert nameless & rooms == set()


def test_nothing_names_a_machine_or_a_registry():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line) or REGISTRY.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("line", ["/home" + "/ann/x", "'/tmp" + "/x'", "https://files.pyth" + "onhosted.org/x"])
def test_the_search_for_machines_and_registries_finds_them(line):
    assert MACHINE_PATH.search(line) or REGISTRY.search(line)


@pytest.mark.parametrize("series", ["3.11", "3.12", "3.13"])
def test_constraints_are_versions_only_and_hold_every_dependency(series):
    import tomllib

    lines = (ROOT / "constraints" / f"constraints-{series}.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+==[A-Za-z0-9.]+", line) for line in lines)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [item for extra in project["optional-dependencies"].values() for item in extra]
    ours = project["name"]  # an extra may hold others: what they want is in the list by itself
    assert {re.match(r"[A-Za-z0-9_\-]+", item)[0] for item in wanted} - {ours} <= pinned


def test_what_compiles_below_the_rules_rests_on_the_fingerprint_of_the_machine_code():
    """Files below the last row of rules count for the machine code only if they compile; nothing else may slip in."""
    order = layout()
    assert machine_code.rows((SIM / "__init__.py").read_text(encoding="utf-8")) == order
    below = set(order[order.index(machine_code.LAST_OF_THE_RULES) + 1 :])
    compiling = {name_of(path): path for path in MODULES if "sim.numerics.compiling" in imports_of(path)}
    assert any(unit_of(name) in below for name in compiling)
    wrong = [
        f"{name} imports {other}"
        for name, path in compiling.items()
        for other in imports_of(path)
        if other.startswith("sim.") and unit_of(other) in below and other not in compiling
    ]
    assert wrong == []
