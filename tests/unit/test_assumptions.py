"""The file of what is assumed about the people is read as strictly as every other."""

from pathlib import Path

import pytest

from sim.numerics.errors import CatalogueError
from sim.population import assumptions

GOOD = "{meaning: m, unit: share, source: s, confidence: assumption"


@pytest.mark.parametrize(
    "line, said",
    [
        ("a: {meaning: m, unit: share, confidence: assumption, value: 1}", "a: key 'source' is missing"),
        ("a: {meaning: m, unit: share, source: s, confidence: sure, value: 1}", "unknown confidence 'sure'"),
        (f"a: {GOOD}, value: 1, by_age: {{'18': 1}}}}", "a: give one of value, by_age"),
        (f"a: {GOOD}}}", "a: give one of value, by_age"),
        (f"a: {GOOD}, valeu: 1}}", "unknown key 'valeu'"),
        (f"a: {GOOD}, value: {{b: much}}}}", "'much' is not a number"),
        (f"a: {GOOD}, value: true}}", "'true' is not a number"),
        (f"a: {GOOD}, by_age: {{old: 1}}}}", "write a mapping of ages in whole years"),
        (f"a: {GOOD}, by_age: {{18: 1}}}}", "key '18' is neither a name nor a date; quote it"),
        (f"a: {GOOD}, value: 1}}\na: {GOOD}, value: 2}}", "line 2: key 'a' is given twice"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(line + "\n")
    monkeypatch.setattr(assumptions, "FILE", file)
    with pytest.raises(CatalogueError) as refused:
        assumptions.records.__wrapped__()
    assert said in str(refused.value) and "people.yaml: line" in str(refused.value)


def test_ages_are_whole_and_values_stay_as_written() -> None:
    found = assumptions.records()["children"]["by_age"]
    assert list(found)[0] == 18 and found[22] == [0.4, 0.5, 0.1, 0]
