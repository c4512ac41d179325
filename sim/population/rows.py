"""A person as compiled rules see one: a row of traits and a row of states under one name.

`at(people, row)` is a person, `beside(person, 1)` the next row's. A rule reads `person.birth` and writes
`person.plan = ...`, whichever of the two tables holds the attribute. A person is two addresses and a row number: it
costs nothing to hand over, and nothing is counted, copied or kept alive by it. From Python a rule is given a
`Row(people, row)`.
"""

from typing import Any

from numba import config, typeof, types
from numba.core import cgutils
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, intrinsic, typeof_impl, unbox

from sim.population.schema import Columns

Person = Any
"""In the signature of a rule: a person as `at` and `beside` give one."""
ROW = "row"
"""Attribute of a person that stands in no table: its row number."""


class PersonType(types.Type):  # type: ignore[misc]
    """The type of a person whose traits and states are records of these types."""

    def __init__(self, traits: Any, states: Any) -> None:
        self.tables = (traits, states)
        super().__init__(name=f"Person({traits}, {states})")

    def place_of(self, name: str) -> tuple[int, Any] | None:
        """Which table holds an attribute, and that table's record type; None if none does."""
        return next(((i, table) for i, table in enumerate(self.tables) if name in table.fields), None)


@register_default(PersonType)
class _PersonModel(models.StructModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("traits", types.voidptr), ("states", types.voidptr), (ROW, types.intp)])


@infer_getattr
class _PersonAttributes(AttributeTemplate):  # type: ignore[misc]
    key = PersonType

    def generic_resolve(self, person: PersonType, name: str) -> Any:
        if name == ROW:
            return types.intp
        found = person.place_of(name)
        return found[1].typeof(name) if found else None


@lower_getattr_generic(PersonType)
def _read(context: Any, builder: Any, kind: PersonType, person: Any, name: str) -> Any:
    if name == ROW:
        return builder.extract_value(person, len(kind.tables))
    pointer, element, alignment = _address(context, builder, kind, person, name)
    return context.unpack_value(builder, element, pointer, alignment)


@lower_setattr_generic(PersonType)
def _write(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
    kind, given = signature.args
    person, value = arguments
    pointer, element, alignment = _address(context, builder, kind, person, name)
    context.pack_value(builder, element, context.cast(builder, value, given, element), pointer, alignment)


def _address(context: Any, builder: Any, kind: PersonType, person: Any, name: str) -> tuple[Any, Any, int | None]:
    place = kind.place_of(name)
    assert place is not None, name
    which, table = place
    element = table.typeof(name)
    base = builder.extract_value(person, which)
    pointer = cgutils.pointer_add(
        builder, base, table.offset(name), return_type=context.get_data_type(element).as_pointer()
    )
    return pointer, element, None if table.aligned else 1


@intrinsic
def at(context: Any, people: Any, row: Any) -> Any:
    """The person of a row of people."""
    tables = tuple(array.dtype for array in people.types)

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bases = [
            context.make_array(array)(context, builder, builder.extract_value(arguments[0], i)).data
            for i, array in enumerate(people.types)
        ]
        return _person(context, builder, bases, tables, arguments[1], arguments[1])

    return PersonType(*tables)(people, types.intp), build


@intrinsic
def beside(context: Any, person: Any, rows: Any) -> Any:
    """The person so many rows after this one; whoever asks knows that there is one."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bases = [builder.extract_value(arguments[0], i) for i in range(len(person.tables))]
        row = builder.add(builder.extract_value(arguments[0], len(bases)), arguments[1])
        return _person(context, builder, bases, person.tables, arguments[1], row)

    return person(person, types.intp), build


def _person(context: Any, builder: Any, bases: Any, tables: Any, rows: Any, row: Any) -> Any:
    """A person `rows` after the bases of its tables, with the row number `row`."""
    addresses = []
    for base, table in zip(bases, tables, strict=True):
        offset = builder.mul(rows, context.get_constant(types.intp, table.size))
        addresses.append(cgutils.pointer_add(builder, base, offset, return_type=cgutils.voidptr_t))
    return cgutils.pack_struct(builder, [*addresses, row])


class Row:
    """A person to give to a rule from Python, where it has the same attributes to read and to write."""

    __slots__ = ("people", "row")

    def __init__(self, people: Columns, row: int) -> None:
        if not 0 <= row < len(people.traits):
            raise IndexError(f"row {row} of {len(people.traits)} people")
        object.__setattr__(self, "people", people)
        object.__setattr__(self, "row", int(row))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.people, name)[self.row].item()  # Python's own number, which does not overflow

    def __setattr__(self, name: str, value: Any) -> None:
        getattr(self.people, name)[self.row] = value

    def address(self, table: int) -> int:
        """Where the person's record lies in one of the two tables."""
        array = self.people[table]
        return int(array.ctypes.data) + self.row * array.itemsize


@typeof_impl.register(Row)
def _type_of(one: Row, context: Any) -> PersonType:
    return PersonType(*(typeof(array).dtype for array in one.people))


@unbox(PersonType)
def _unbox(kind: PersonType, one: Any, c: Any) -> NativeValue:
    parts = []
    for i in range(len(kind.tables)):
        number = c.pyapi.long_from_longlong(c.context.get_constant(types.int64, i))
        method = c.pyapi.object_getattr_string(one, "address")
        address = c.pyapi.call_function_objargs(method, [number])
        parts.append(c.builder.inttoptr(c.pyapi.long_as_longlong(address), cgutils.voidptr_t))
        for used in (number, method, address):
            c.pyapi.decref(used)
    row = c.pyapi.object_getattr_string(one, ROW)
    parts.append(c.pyapi.long_as_longlong(row))
    c.pyapi.decref(row)
    return NativeValue(cgutils.pack_struct(c.builder, parts))


if config.DISABLE_JIT:  # rules are plain Python
    at = Row

    def beside(person: Row, rows: int) -> Row:
        """The person so many rows after this one."""
        return Row(person.people, person.row + rows)
