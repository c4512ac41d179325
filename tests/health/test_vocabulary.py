"""One word for one thing, wherever a user reads: what code calls a door too is a channel in every text."""

import ast
import re
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[2]
FORBIDDEN = {"channel": re.compile(r"\bdoors?\b", re.IGNORECASE)}
"""A word of the glossary, and what is not said for it. Keys of results, such as `other_door`, are no text."""
READ = [
    *ROOT.glob("*.md"),
    *(path for folder in ("docs", "conf", "experiments", "sim") for path in (ROOT / folder).rglob("*")),
]
TEXT = {".md", ".yaml", ".j2"}


def printed(source):
    """String constants of a program that are no docstrings, with their lines."""
    tree = ast.parse(source)
    explained = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in explained:
            yield node.lineno, node.value


@pytest.mark.parametrize("word", FORBIDDEN)
def test_texts_have_one_word_for_one_thing(word):
    found = []
    for path in READ:
        if path.suffix not in TEXT:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FORBIDDEN[word].search(re.sub(r"`[^`]*`", "", line)):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    for path in Path(sim.__file__).parent.rglob("*.py"):
        for number, text in printed(path.read_text(encoding="utf-8")):
            if FORBIDDEN[word].search(text):
                found.append(f"{path.relative_to(ROOT)}:{number}: {text.strip()}")
    assert not found, f"write '{word}':\n" + "\n".join(found)
