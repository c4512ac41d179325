"""Named tuples handed to compiled rules by their address: one argument, whatever they hold."""

from typing import Any

from numba import config, types
from numba.core import cgutils
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic


class HandleType(types.Type):  # type: ignore[misc]
    """The type of the address of a named tuple of this type."""

    def __init__(self, target: Any) -> None:
        self.target = target
        super().__init__(name=f"Handle({target})")

    def of(self, name: str) -> Any:
        """The type of a field, itself an address if it is a named tuple."""
        kind = self.target.types[self.target.fields.index(name)]
        return HandleType(kind) if isinstance(kind, types.NamedTuple) else kind


@register_default(HandleType)
class _HandleModel(models.OpaqueModel):  # type: ignore[misc]
    pass


@infer_getattr
class _HandleAttributes(AttributeTemplate):  # type: ignore[misc]
    key = HandleType

    def generic_resolve(self, handle: HandleType, name: str) -> Any:
        return handle.of(name) if name in handle.target.fields else None


@lower_getattr_generic(HandleType)
def _read(context: Any, builder: Any, kind: HandleType, handle: Any, name: str) -> Any:
    index = kind.target.fields.index(name)
    struct = context.get_value_type(kind.target)
    pointer = cgutils.gep_inbounds(builder, builder.bitcast(handle, struct.as_pointer()), 0, index)
    field = kind.of(name)
    if isinstance(field, HandleType):
        return builder.bitcast(pointer, cgutils.voidptr_t)
    value = builder.load(pointer)
    if isinstance(field, types.Array):
        value = builder.insert_value(value, value.type.elements[0](None), 0)
    return value


@intrinsic
def handle(context: Any, parts: Any) -> Any:
    """The address of a named tuple that outlives its use."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = cgutils.alloca_once_value(builder, arguments[0])
        return builder.bitcast(place, cgutils.voidptr_t)

    return HandleType(parts)(parts), build


def _itself(parts: Any) -> Any:
    return parts


if config.DISABLE_JIT:  # rules are plain Python
    handle = _itself
