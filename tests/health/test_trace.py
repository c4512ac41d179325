"""The page of TRACE counts what is there, and names files and commands that exist."""

import re

import pytest

from sim.report import trace

TEXT = trace.PAGE.read_text(encoding="utf-8")


def test_the_counts_are_current():
    assert trace.page(TEXT) == TEXT, "python -m sim.report.trace"


def test_a_page_without_a_block_is_refused():
    with pytest.raises(ValueError, match="no block 'thresholds'"):
        trace.page(TEXT.replace("<!-- thresholds -->", ""))


def test_all_eight_elements_are_there():
    assert re.findall(r"^## (\d)\. ", TEXT, re.MULTILINE) == [str(number) for number in range(1, 9)]


def test_what_it_names_exists():
    root = trace.DOCS.parent
    named = set(re.findall(r"`((?:docs|sim|conf|tests|experiments)/[\w./]*|README\.md)`", TEXT))
    assert len(named) > 8
    assert [one for one in sorted(named) if not (root / one).exists() and not (root / f"{one}.yaml").exists()] == []
