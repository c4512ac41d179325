"""Arrays in a file: a checksum, a line of JSON, then plain numbers, compressed.

Nothing else is ever read back: whoever reads a file says which arrays are in it, of which type and shape, and gets
those or an error. No file names a class, and none can make the reader run anything.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

MARK = b"vyraj arrays 1\n"
"""Beginning of every file of this kind, after the checksum."""
DIGEST = hashlib.sha256().digest_size
"""Bytes of the checksum before the content."""

Arrays = Mapping[str, NDArray[Any]]
Form = tuple[np.dtype[Any], tuple[int | None, ...]]
"""Type and shape of an array; None for a length that is not known beforehand."""


class NotArrays(ValueError):
    """A file that does not hold the arrays that it should; the message says why, in a few words."""


def packed(about: Mapping[str, Any], arrays: Arrays, forms: Mapping[str, Form]) -> bytes:
    """Arrays as the bytes of a file; `about` are plain values told beside them. NotArrays for other forms."""
    told = {name: _told(array.dtype, array.shape) for name, array in arrays.items()}
    _checked({"about": about, "arrays": told}, forms)
    sink = pa.BufferOutputStream()
    sink.write(MARK + json.dumps({"about": about, "arrays": told}).encode() + b"\n")
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        for array in arrays.values():
            stream.write(_bytes(np.ascontiguousarray(array)))
    body: bytes = sink.getvalue().to_pybytes()
    return hashlib.sha256(body).digest() + body


def is_whole(path: Path) -> bool:
    """True if a file is there and its checksum is that of its content."""
    try:
        content = path.read_bytes()
    except OSError:  # another process is done with it, or it is no file
        return False
    return hashlib.sha256(content[DIGEST:]).digest() == content[:DIGEST]


def read_about(path: Path, forms: Mapping[str, Form]) -> dict[str, Any]:
    """What is told beside the arrays of a file, if it says that it holds arrays of these forms; else NotArrays."""
    try:
        with path.open("rb") as file:
            return _checked(_header(file), forms)
    except OSError as error:
        raise NotArrays(f"it cannot be read: {error.strerror}") from error


def unpacked(path: Path, forms: Mapping[str, Form]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What is told beside the arrays of a file, and the arrays, new and of exactly these forms; else NotArrays."""
    try:
        with path.open("rb") as file:
            told = _header(file)
            about = _checked(told, forms)
            with pa.CompressedInputStream(pa.PythonFile(file), "zstd") as stream:
                found = {
                    name: _read(stream, np.empty(told["arrays"][name][1], kind)) for name, (kind, _) in forms.items()
                }
                if stream.read(1):
                    raise NotArrays("it holds more than its arrays")
    except NotArrays:
        raise
    except (OSError, MemoryError, ValueError) as error:
        raise NotArrays("its arrays cannot be read") from error
    return about, found


def _header(file: Any) -> dict[str, Any]:
    """The line of JSON, leaving the file where its arrays begin."""
    file.seek(DIGEST)
    if file.read(len(MARK)) != MARK:
        raise NotArrays("it holds no plain arrays")
    try:
        told = json.loads(file.readline(1_000_000))
    except (ValueError, RecursionError) as error:
        raise NotArrays("its first line is no JSON") from error
    if not (isinstance(told, dict) and isinstance(told.get("about"), dict) and isinstance(told.get("arrays"), dict)):
        raise NotArrays("its first line tells of no arrays")
    return told


def _checked(told: Mapping[str, Any], forms: Mapping[str, Form]) -> dict[str, Any]:
    """What is told beside the arrays, if these have the names, types and shapes wanted, in their order."""
    if list(told["arrays"]) != list(forms):
        raise NotArrays("it holds other arrays")
    for name, (kind, shape) in forms.items():
        found = told["arrays"][name]
        lengths = found[1] if isinstance(found, list) and len(found) == 2 else None
        fits = isinstance(lengths, list) and len(lengths) == len(shape) and found == _told(kind, lengths)
        if not fits or not all(
            type(length) is int and length >= 0 and wanted in (None, length)
            for length, wanted in zip(lengths or (), shape, strict=True)
        ):
            raise NotArrays(f"its array '{name}' has another type or shape")
    about: dict[str, Any] = told["about"]
    return about


def _told(kind: np.dtype[Any], shape: Any) -> list[Any]:
    """A type and a shape as JSON tells them."""
    described: list[Any] = json.loads(json.dumps([np.lib.format.dtype_to_descr(kind), list(shape)]))
    return described


def _bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    """The bytes of a contiguous array, not copied."""
    return array.reshape(-1).view(np.uint8)


def _read(stream: Any, array: NDArray[Any]) -> NDArray[Any]:
    """Fill an array with what comes next."""
    left = memoryview(_bytes(array).data)
    while len(left):
        number = stream.readinto(left)
        if not number:
            raise NotArrays("it ends before its arrays do")
        left = left[number:]
    return array
