"""The terms of reports, tables and the page, each in a sentence or two: `docs/glossary.md` is made of them.

To write the page anew: `python -m sim.report.glossary > docs/glossary.md`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sim.history import strict_yaml

FILE = Path(__file__).with_suffix(".yaml")
_INTRODUCTION = "The terms of reports, tables and the page on which policies are composed, a sentence or two each."


@cache
def terms() -> Mapping[str, str]:
    """Every term and its meaning, in alphabetical order."""
    found: dict[str, str] = strict_yaml.read(FILE)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def page() -> str:
    """The glossary as a page in Markdown."""
    return "\n".join(
        ["# Glossary", "", _INTRODUCTION, "", *(f"- **{name}**: {said}" for name, said in terms().items())]
    )


if __name__ == "__main__":
    print(page())
