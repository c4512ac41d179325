"""Every fault of the file of codes is told with its line, and nothing is compiled from it."""

import re

import pytest

from sim.numerics import written_codes
from sim.numerics.errors import UserError

WRITTEN = written_codes.CODES.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("slots: 32", "slots: x", "line 4: slots: 'x' is not a whole number"),
        ("slots: 32", "slots: 32\nslots: 64", "line 5: key 'slots' is given twice"),
        ("slots: 32", "slots: 255", "from 1 to 254"),
        ("slots: 32", "", "table 'slots' is missing"),
        ("places: .*", "placez: {belarus: 0}", "unknown table 'placez'; known: slots, channel_slots, places"),
        ("places: .*", "places: {belarus: 0, mars: 20}", "the others stand in their own files"),
        ("  it: 0.*", "  it: .nan", "line 23: groups: it: nan is not a whole number from 0 to 254"),
        ("  it: 0.*", "  it: 99999999999999999999", "is not a whole number"),
        ("  it: 0.*", "  it: true", "groups: it: True is not a whole number"),
        ("  it: 0.*", "  it: 1", "line 24: groups: persecuted: 1 is the code of it"),
        ("  it: 0.*", "  it: 0\n  it: 0", "line 24: key 'it' is given twice"),
        ("modes: .*", "modes: [1, 2]", "modes is not a table of names and codes"),
        ("modes: .*", "modes: {1: 1}", "key '1' is neither a name nor a date; quote it"),
        ("modes: .*", "modes: {[1]: 1}", "a key that is a list or a mapping is not allowed"),
        ("modes: .*", "modes: {a: 1", "a '{' without its '}'"),
        ("(?s).*", "", "holds no tables"),
        ("(?s).*", "- 1", "holds no tables"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, monkeypatch, line, instead, told):
    file = tmp_path / "codes.yaml"
    text, found = re.subn(f"(?m)^{line}$" if not line.startswith("(") else line, instead, WRITTEN, count=1)
    assert found
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(written_codes, "CODES", file)
    with pytest.raises(UserError) as caught:
        written_codes.written_codes()
    assert any(told in fault and fault.startswith("codes.yaml") for fault in caught.value.faults), caught.value.faults


def test_a_file_that_is_not_there_or_is_a_folder_is_told(tmp_path, monkeypatch):
    for path in (tmp_path / "codes.yaml", tmp_path):
        monkeypatch.setattr(written_codes, "CODES", path)
        with pytest.raises(UserError, match="No such file|Is a directory"):
            written_codes.written_codes()
