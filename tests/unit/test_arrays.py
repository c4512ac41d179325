"""Arrays in a file: they come back to the last bit, and nothing but the arrays that were wanted ever comes back."""

import hashlib
import json

import numpy as np
import pytest

from sim.runs.arrays import DIGEST, MARK, NotArrays, is_whole, packed, read_about, unpacked

RECORD = np.dtype([("month", "i2"), ("key", "u8")])
FORMS = {
    "counts": (np.dtype(np.int64), (2, None)),
    "none": (np.dtype(np.float32), (None,)),
    "records": (RECORD, (3,)),
}
ARRAYS = {
    "counts": np.arange(10).reshape(5, 2).T,  # not in the order of storage
    "none": np.zeros(0, np.float32),
    "records": np.array([(1, 2), (3, 2**63), (-5, 6)], RECORD),
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.run"
    path.write_bytes(packed({"month": 3}, ARRAYS, FORMS))
    return path


def test_arrays_come_back_to_the_last_bit(path):
    about, found = unpacked(path, FORMS)
    assert is_whole(path) and about == read_about(path, FORMS) == {"month": 3}
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype and np.array_equal(found[name], array) and found[name].flags.writeable


def test_equal_arrays_give_equal_bytes(path):
    assert packed({"month": 3}, {name: array.copy() for name, array in ARRAYS.items()}, FORMS) == path.read_bytes()


def test_damage_is_seen(path):
    whole = path.read_bytes()
    for spoilt in (b"", whole[:20], whole[:-1], whole + b"x", bytes([whole[0] ^ 1]) + whole[1:]):
        path.write_bytes(spoilt)
        assert not is_whole(path)
    path.unlink()
    assert not is_whole(path)
    path.mkdir()
    assert not is_whole(path)
    with pytest.raises(NotArrays, match="cannot be read"):
        read_about(path, FORMS)


@pytest.mark.parametrize(
    "forms",
    [
        {name: FORMS[name] for name in ("counts", "none")},
        FORMS | {"more": FORMS["none"]},
        dict(reversed(FORMS.items())),
        FORMS | {"counts": (np.dtype(np.int32), (2, None))},
        FORMS | {"counts": (np.dtype(np.int64), (3, None))},
        FORMS | {"counts": (np.dtype(np.int64), (10,))},
        FORMS | {"records": (np.dtype([("month", "i2"), ("keys", "u8")]), (3,))},
        FORMS | {"records": (RECORD, (4,))},
    ],
)
def test_other_arrays_than_those_wanted_are_refused(path, forms):
    for read in (read_about, unpacked):
        with pytest.raises(NotArrays, match="it holds other arrays|has another type or shape"):
            read(path, forms)


def test_arrays_that_nobody_could_read_are_not_written():
    for arrays in (ARRAYS | {"none": np.array([{}])}, ARRAYS | {"records": ARRAYS["records"][:2]}):
        with pytest.raises(NotArrays):
            packed({}, arrays, FORMS)


def header(path, **changes):
    """Another first line in the file, its checksum right."""
    line, _, rest = path.read_bytes()[DIGEST + len(MARK) :].partition(b"\n")
    told = json.loads(line)
    told["arrays"].update(changes)
    body = MARK + json.dumps(told).encode() + b"\n" + rest
    path.write_bytes(hashlib.sha256(body).digest() + body)


@pytest.mark.parametrize(
    "told",
    [
        ["<i8", [2, -5]],
        ["<i8", [2, 5.0]],
        ["<i8", [2, True]],
        ["<i8", [2, "5"]],
        ["<i8", 10],
        ["|O", [2, 5]],
        3,
        None,
        [],
    ],
)
def test_a_first_line_may_say_anything(path, told):
    header(path, counts=told)
    assert is_whole(path)
    for read in (read_about, unpacked):
        with pytest.raises(NotArrays, match="'counts' has another type or shape"):
            read(path, FORMS)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (["<i8", [2, 6]], "it ends before its arrays do"),
        (["<i8", [2, 4]], "it holds more than its arrays"),
        (["<i8", [2, 2**55]], "cannot be read"),
        (["<i8", [2, 2**70]], "cannot be read"),
    ],
)
def test_a_length_that_is_not_that_of_the_numbers_is_refused(path, told, says):
    header(path, counts=told)
    with pytest.raises(NotArrays, match=says):
        unpacked(path, FORMS)


@pytest.mark.parametrize("body", [b"", b"x", MARK, MARK + b"{", MARK + b"[]\n", MARK + b'{"about": 1}\n', b"\x80\x05."])
def test_what_is_no_such_file_is_refused(path, body):
    path.write_bytes(hashlib.sha256(body).digest() + body)
    assert is_whole(path)
    for read in (read_about, unpacked):
        with pytest.raises(NotArrays):
            read(path, FORMS)
