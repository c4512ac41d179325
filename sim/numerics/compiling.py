"""Compiled rules: one decorator, and machine code kept on disk for later processes and other copies of the sources.

numba keeps machine code by the path of a source file and trusts what it finds. Here it lies in a folder named by the
contents of the sources (`sim.numerics.machine_code`), so that a second clone compiles nothing, and every file ends with
its SHA-256, so that a file that was cut or has a flipped bit is made again instead of being run.
"""

import hashlib
import inspect
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile, _CacheLocator
from numba.core.dispatcher import Dispatcher

from sim.numerics import machine_code
from sim.numerics.parts import Part, Together

PACKAGE = __name__.partition(".")[0]
_SEAL = hashlib.sha256().digest_size
_said: set[str] = set()


def compiled(*rule_or_signature: Any, **flags: Any) -> Any:
    """A rule as machine code, made when it is first called and kept on disk; it runs beside other threads.

    As `@compiled`, or with the only signature that it has and further flags of numba's: `@compiled("f8(f8)")`,
    `@compiled(forceinline=True)`. A division by zero gives infinity or NaN. Rules outside this package are not kept,
    since the name of the folder does not follow their sources. An import compiles nothing.
    """
    if len(rule_or_signature) == 1 and inspect.isfunction(rule_or_signature[0]):
        return _compiled(rule_or_signature[0], None, flags)
    signature = rule_or_signature[0] if rule_or_signature else None
    return lambda rule: _compiled(rule, signature, flags)


def _compiled(rule: Callable[..., Any], signature: Any, flags: dict[str, Any]) -> Any:
    make = njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True, pipeline_class=Together, **flags)
    dispatcher = make(rule)
    if not isinstance(dispatcher, Dispatcher):  # NUMBA_DISABLE_JIT=1
        return dispatcher
    if rule.__module__.startswith(f"{PACKAGE}."):
        dispatcher._cache = _Kept(rule)  # type: ignore[attr-defined]
    inner = make(rule)
    part = Part(inner)
    inner.compile = part.make
    for asked, answer in (("get_call_template", part.template), ("get_overload", inner.get_overload)):  # by other rules
        setattr(dispatcher, asked, answer)
    if signature is not None:
        for one in (dispatcher, inner):
            _make_when_called(one, signature)
    return dispatcher


def _make_when_called(dispatcher: Any, signature: str) -> None:
    """Have the first call, from Python or from another rule, make the one signature of a rule, whatever it is given."""
    make = dispatcher.compile

    def only(_: Any) -> Any:
        entry = make(signature)
        dispatcher.disable_compile()
        return entry

    dispatcher.compile = only


class _Place(_CacheLocator):  # type: ignore[misc]
    """Where a rule's machine code lies: by its module, inside the folder of exactly these sources."""

    def __init__(self, rule: Callable[..., Any]) -> None:
        self._rule = rule

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "_Place":
        """The place of a rule."""
        return cls(py_func)

    def get_cache_path(self) -> str:
        """Folder of the module."""
        return str(machine_code.folder() / self._rule.__module__)

    def get_source_stamp(self) -> str:
        """The fingerprint of the sources; the folder is named by it too."""
        return machine_code.folder().name

    def get_disambiguator(self) -> str:
        """What tells rules of one name in one module apart."""
        return str(self._rule.__code__.co_firstlineno)


class _Implementation(CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = (_Place,)


class _Kept(FunctionCache):  # type: ignore[misc]
    _impl_class = _Implementation

    def __init__(self, rule: Callable[..., Any]) -> None:
        super().__init__(rule)
        self._cache_file = _Sealed(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=self._impl.locator.get_source_stamp(),
        )

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep machine code; where it cannot be kept, the run goes on with what it has made."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _say(f"machine code cannot be kept in {machine_code.folder().parent} ({error.strerror or error})")


class _Sealed(IndexDataCacheFile):  # type: ignore[misc]
    """Files of machine code that are read only if they are whole and this user's."""

    def _load_index(self) -> Any:
        return super()._load_index() if _is_whole(Path(self._index_path)) else {}

    def _load_data(self, name: str) -> Any:
        path = Path(self._data_path(name))
        if not _is_whole(path):
            raise FileNotFoundError(path)  # numba compiles anew
        return super()._load_data(name)

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        content = io.BytesIO()
        yield content
        with super()._open_for_write(filepath) as file:
            file.write(content.getvalue() + hashlib.sha256(content.getvalue()).digest())


def _is_whole(path: Path) -> bool:
    """Whether a file is there, this user's and as it was written; one that is not is removed, and said once."""
    try:
        with path.open("rb") as file:
            owner, content = os.fstat(file.fileno()).st_uid, file.read()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        owner, content = machine_code.user(), b""
    if owner == machine_code.user() and hashlib.sha256(content[:-_SEAL]).digest() == content[-_SEAL:]:
        return True
    _say(f"machine code in {machine_code.folder()} is damaged or another user's; it is compiled anew")
    machine_code.remove(path)
    return False


def _say(text: str) -> None:
    if text not in _said:
        print(f"vyraj: {text}", file=sys.stderr, flush=True)
    _said.add(text)
