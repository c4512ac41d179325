"""What is told about the package is true: versions, lower bounds, links, files that are named."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from sim import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = ("README.md", "CONTRIBUTING.md", "conf/policy/README.md", "experiments/README.md", "sim/data/README.md")


def name_of(requirement: str) -> str:
    """The name of a required package, as indexes write it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0].lower())


def release(version: str) -> tuple[int, ...]:
    """A version as numbers, without zeros at its end."""
    numbers = [int(number) for number in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def pins(file: str) -> dict[str, str]:
    """Versions of a file of constraints by package."""
    lines = (ROOT / "constraints" / file).read_text(encoding="utf-8").split()
    return {name_of(line): line.split("==")[1] for line in lines}


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_a_lower_bound_is_the_version_that_is_tested(requirement):
    bound = re.search(r">=([\d.]+)", requirement)
    assert bound, "a dependency has a lower bound"
    assert release(pins("lowest-3.11.txt")[name_of(requirement)]) == release(bound[1])


def test_the_lowest_versions_are_those_of_the_dependencies_and_not_above_the_pins():
    lowest, usual = pins("lowest-3.11.txt"), pins("constraints-3.11.txt")
    assert lowest.keys() == {name_of(requirement) for requirement in PROJECT["dependencies"]}
    assert [name for name in lowest if release(lowest[name]) > release(usual[name])] == []


def test_the_pythons_that_are_named_are_those_with_constraints():
    named = {line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert named == {path.stem.partition("-")[2] for path in (ROOT / "constraints").glob("constraints-*.txt")}


def test_the_citation_is_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0" and cited["version"] == __version__
    assert cited["license"] == PROJECT["license"] and cited["authors"] == PROJECT["authors"]
    assert {"message", "title", "type"} <= cited.keys() and not {"doi", "url", "repository-code"} & cited.keys()


TO_BE_WRITTEN = {"conf/policy/latvia_dear_permits.yaml"}
"""What the reader of `conf/policy/README.md` is told to write."""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_files_that_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    named = re.findall(r"`((?:conf|docs|experiments|sim|tests|constraints|examples)/[\w./-]*\w)`", text)
    missing = {name for name in links + named if not (ROOT / name).exists()}
    assert missing == (TO_BE_WRITTEN if page == "conf/policy/README.md" else set())
