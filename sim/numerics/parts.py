"""How a rule becomes machine code together with all that it calls: parts are made once, linked once, optimised once.

Left to itself numba gives every rule that another calls machine code of its own, a door from Python, a file on disk,
and one more of each for every constant and width of whole numbers that it is ever called with; then it links what lies
below into each of them again. None of this is used but the code of the rules that Python calls.
"""

import ctypes
import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba._dynfunc import make_function
from numba.core import event, ir, sigutils
from numba.core import types as _types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, Flags, compile_extra
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import AnalysisPass, register_pass
from numba.core.funcdesc import default_mangler
from numba.core.typed_passes import IRLegalization

LONGEST = 200
"""Characters of types in a symbol. Those of people and of the month spell out every column: up to 16,000."""
types: Any = _types  # whose stubs lack half of it
_DEFAULTS = {name: option.default for name, option in Flags.options.items()}


class Part:
    """Compiles a rule as a part of those that call it, by whose optimisation alone it goes."""

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher
        self._find = dispatcher.get_call_template

    def template(self, arguments: Any, named: Any) -> Any:
        """What typing asks of a rule that is called: whole numbers are as wide as they get, whatever their values."""
        _, arguments = self._dispatcher.fold_argument_types(arguments, named)
        return self._find(tuple(map(widened, arguments)), {})

    def make(self, signature: Any) -> Any:
        """Compile a rule for a signature, if it is not there yet."""
        to = self._dispatcher
        arguments, result = sigutils.normalize_signature(signature)
        if found := to.overloads.get(tuple(arguments)):
            return found.entry_point
        details = {"dispatcher": to, "args": arguments, "return_type": result}
        with global_compiler_lock, to._compiling_counter, event.trigger_event("numba:compile", data=details):
            flags = Flags()
            to.targetdescr.options.parse_as_flags(flags, to.targetoptions)
            flags.no_compile = flags.no_cpython_wrapper = True
            library = _Unfinished(to.targetctx.codegen(), to.py_func.__qualname__)
            made = compile_extra(
                to.typingctx, to.targetctx, to.py_func, arguments, result, flags, {}, library, Together
            )
            made = made._replace(entry_point=_Door())
            to.targetctx.insert_user_function(made.entry_point, made.fndesc, [library])
            to.overloads[tuple(made.signature.args)] = made
        return made.entry_point


def widened(kind: Any) -> Any:
    """The type by which a part takes an argument: int64 for narrower whole numbers and constants, also in tuples."""
    if isinstance(kind, types.BaseTuple) and not isinstance(kind, types.BaseNamedTuple):
        return types.Tuple([widened(one) for one in kind])
    kind = types.unliteral(kind)
    narrow = isinstance(kind, types.Integer) and (kind.signed or kind.bitwidth < types.uint32.bitwidth)
    return types.int64 if narrow else kind


class Together(Compiler):  # type: ignore[misc]
    """numba's compiler, by which everything below a rule is a part of it."""

    def __init__(self, typing: Any, target: Any, library: Any, arguments: Any, result: Any, flags: Any, known: Any):
        super().__init__(typing, target, library, arguments, result, _Flags(flags), known)
        self.state.targetctx.mangler = _name
        self._root = target

    def compile_extra(self, func: Any) -> Any:
        """Compile a function, what it calls as parts."""
        codegen = self._root.codegen()
        if self.state.library is None:
            self.state.library = _Whole(codegen, func.__qualname__)
            self.state.library.enable_object_caching()
        with _parts_only(self._root, codegen):
            return super().compile_extra(func)

    def define_pipelines(self) -> Any:
        """Passes of numba's, and before machine code is written a look at who owns the arrays."""
        (passes,) = super().define_pipelines()
        passes.add_pass_after(Borrowing, IRLegalization)
        passes.finalize()
        return [passes]


@register_pass(mutates_CFG=False, analysis_only=True)
class Borrowing(AnalysisPass):  # type: ignore[misc]
    """Counts no references in a rule that only borrows arrays: of its arguments and constants, and views of these.

    Whoever calls it holds them until it returns. Where a rule makes an array, is given one by a call, or returns one,
    references are counted as usual. They were half of what there is to optimise.
    """

    _name = "borrowing"

    def __init__(self) -> None:
        AnalysisPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Leave out counting where nothing is owned."""
        assigned = [one for block in state.func_ir.blocks.values() for one in block.find_insts(ir.Assign)]
        held = [one for one in assigned if _has_references(state, state.typemap[one.target.name])]
        if not _has_references(state, state.return_type) and all(_borrows(state, one.value) for one in held):
            state.targetctx.enable_nrt = False
        return False


_BORROWING = ("getattr", "static_getitem", "getitem", "cast", "build_tuple", "exhaust_iter")


def _borrows(state: Any, value: Any) -> bool:
    """True if a value of the kind that has references is a part or a view of another."""
    if not isinstance(value, ir.Expr):
        return True
    index = state.typemap[value.index.name] if value.op == "getitem" else types.none
    copies = any(isinstance(one, types.Array) for one in (index, *getattr(index, "types", ())))
    return value.op in _BORROWING and not copies


def _has_references(state: Any, kind: Any) -> bool:
    return bool(state.targetctx.data_model_manager[kind].contains_nrt_meminfo())


@contextmanager
def _parts_only(target: Any, codegen: Any) -> Iterator[None]:
    """Have numba's own functions, too, be parts while a rule is compiled, and no garbage looked for."""
    if "_library_class" in vars(codegen):
        yield
        return
    collects = gc.isenabled()
    gc.disable()  # what the compiler makes, it keeps
    codegen._library_class = _Unfinished
    target.get_executable = _closed
    try:
        yield
    finally:
        del codegen._library_class, target.get_executable
        if collects:
            gc.enable()


class _Door:
    """By which numba finds a part; nothing calls it."""


@ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
def _no_door(*_: Any) -> Any:
    raise RuntimeError("a part of a compiled rule is called from Python")


def _closed(library: Any, description: Any, environment: Any) -> Any:
    """The door from Python of one of numba's own functions: nothing goes through it."""
    address = ctypes.cast(_no_door, ctypes.c_void_p).value
    return make_function(description.lookup_module(), description.qualname, "", address, environment, (library,))


class _Flags(Flags):  # type: ignore[misc]
    """Flags that are compared as fast as they are many: each call that is typed asks for them a few times."""

    def values(self) -> dict[str, Any]:
        return _DEFAULTS | self._values


def _name(name: str, argtypes: Any, *, abi_tags: Any = (), uid: Any = None) -> str:
    """The symbol of a function: numba's, with a digest in the place of types that are long to spell out."""
    spelt = ", ".join(map(str, argtypes))
    if len(spelt) > LONGEST:
        argtypes, abi_tags = (), [hashlib.sha256(f"{spelt} {abi_tags}".encode()).hexdigest()[:16]]
    symbol: str = default_mangler(name, argtypes, abi_tags=abi_tags, uid=uid)
    return symbol


class _Unfinished(JITCodeLibrary):  # type: ignore[misc]
    """Code that is linked into the rule that Python calls, and optimised there."""

    _whole: Any = None

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Take no more."""
        for library in self._linking_libraries:
            self._reload_init.update(library._reload_init)
        self._finalized = True

    def alone(self) -> Any:
        """The module without what lies below it, ready to be linked into another."""
        return super()._get_module_for_linking()

    def _get_module_for_linking(self) -> Any:
        """The module with what lies below it, for code that is not compiled here: one of its own, since a rule that
        is compiled here may have taken the one without, or take it later.
        """
        if self._whole is None:
            self._whole = self.alone().clone()
            for library in _below(self._linking_libraries):
                self._whole.link_in(_alone(library), preserve=True)
        return self._whole


class _Whole(JITCodeLibrary):  # type: ignore[misc]
    """Code of a rule that Python calls."""

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Link in every part once, and optimise the whole."""
        self._raise_if_finalized()
        for library in _below(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(_alone(library), preserve=True)
        self._optimize_final_module()
        self._final_module.verify()
        self._finalize_final_module()


def _below(libraries: Any) -> list[Any]:
    """All libraries that these need, themselves among them, in the order in which they are first needed."""
    found: dict[Any, None] = {}
    waiting = list(libraries)[::-1]
    while waiting:
        library = waiting.pop()
        if library not in found:
            found[library] = None
            waiting += library._linking_libraries[::-1]
    return list(found)


def _alone(library: Any) -> Any:
    return library.alone() if isinstance(library, _Unfinished) else library._get_module_for_linking()
