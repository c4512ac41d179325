"""Signs that nobody sees, and that change how the rest of a line is read, get into no text of ours."""

import pytest

from sim.history.strict_yaml import parse, read
from sim.numerics.errors import CatalogueError

UNSEEN = {
    "right-to-left override": "\u202e",
    "left-to-right override": "\u202d",
    "right-to-left embedding": "\u202b",
    "pop directional formatting": "\u202c",
    "right-to-left isolate": "\u2067",
    "pop directional isolate": "\u2069",
    "right-to-left mark": "\u200f",
    "Arabic letter mark": "\u061c",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark inside": "\ufeff",
    "soft hyphen": "\xad",
    "line separator": "\u2028",
    "interlinear anchor": "\ufff9",
    "tag": "\U000e0041",
}


@pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize(
    "text", ["a: 1\nb: x{}y\n", "a: 1\nx{}y: b\n", "a: 1\nb: 'x{}y'\n", "a: 1\nb: 2  # x{}y\n"], ids=range(4)
)
def test_an_unseen_sign_is_refused_and_told_by_its_number(sign, text):
    number = ascii(sign)[1:-1]
    with pytest.raises(CatalogueError) as told:
        parse(text.format(sign))
    assert "line 2" in str(told.value) and number in str(told.value) and sign not in str(told.value)


@pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)
def test_written_as_an_escape_it_is_refused_too(sign):
    number = f"\\u{ord(sign):04x}" if ord(sign) < 2**16 else f"\\U{ord(sign):08x}"
    with pytest.raises(CatalogueError) as told:
        parse(f'a: 1\nb: "x{number}y"\n')
    assert "line 2" in str(told.value) and sign not in str(told.value) and str(told.value).isascii()


@pytest.mark.parametrize("text", ["вырай, ў", "žuvis é", "Grüße – “quoted” …", "λ ≤ 0.5", "中文 עברית عربى"])
def test_letters_of_any_language_pass(text, tmp_path):
    assert parse(f"a: '{text}'\n") == {"a": text}
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + f"a: '{text}'\n".encode())
    assert read(tmp_path / "a.yaml") == {"a": text}
