"""Read a pickle that holds plain values, and nothing else.

A pickle is a program: it names functions, and calls them. This reader runs such a program on a
stack on which nothing real ever lies but plain values: a name is looked up in one table
(`plain_values.makers`), which gives a `Maker`, and calling it is code of this package that looks
at each argument. Whatever is not in the table is refused, before anything is imported.
"""

from __future__ import annotations

import collections
import io
import pickle
import re
import struct
from typing import TYPE_CHECKING, Any, ClassVar, Final

from signac._stores.plain_values import Maker, Refused, State, makers, set_state

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Malformed", "Refused", "dump", "read"]

_TEXT: Final = pickle.SHORT_BINUNICODE[0]
_MEMOIZE: Final = pickle.MEMOIZE[0]
_NAME: Final = re.compile(r"\w+(\.\w+)*")
#: A tuple inside tuples counts as often as it is met, so a few bytes could stand for 2**60 values
#: that are all visited when the tuple becomes a key.
_TUPLE_SIZE: Final = 1_000_000
_TUPLE_DEPTH: Final = 500
#: Opcodes for which plain values have no use: extension codes, which name classes by numbers that
#: other programs registered; objects of another store; classes without a constructor call; memory
#: of the caller.
_REFUSED: Final = {
    pickle.EXT1: "a class by its extension code",
    pickle.EXT2: "a class by its extension code",
    pickle.EXT4: "a class by its extension code",
    pickle.PERSID: "a persistent id",
    pickle.BINPERSID: "a persistent id",
    pickle.INST: "an instance of a class",
    pickle.OBJ: "an instance of a class",
    pickle.NEWOBJ_EX: "an instance of a class",
    pickle.NEXT_BUFFER: "a buffer outside the pickle",
    pickle.READONLY_BUFFER: "a buffer outside the pickle",
}


class _Done(Exception):
    """The pickle has come to its end."""


class Malformed(Exception):
    """The bytes are no pickle, or a broken one."""


def read(data: bytes) -> Any:
    """Return the plain value that a pickle holds.

    Raises
    ------
    Refused
        When it names anything that is no plain value; nothing was imported or called.
    Malformed
        When it is no pickle at all.
    """
    try:
        return _read(data, "ASCII")
    except UnicodeDecodeError:
        try:
            return _read(data, "latin1")  # written by Python 2
        except UnicodeDecodeError as error:
            raise Malformed(str(error)) from None


def dump(value: Any, protocol: int = 5) -> bytes:
    """Return a pickle of a value that `read` made.

    Raises
    ------
    Refused
        When a class or function is left in the value, where plain values should be.
    Malformed
        When the value cannot be written, because it is nested too deeply for instance.
    """
    try:
        return pickle.dumps(value, protocol)
    except (RecursionError, ValueError, OverflowError, MemoryError, pickle.PicklingError) as error:
        raise Malformed(str(error)) from None


def _read(data: bytes, encoding: str) -> Any:
    try:
        return _Reader(data, encoding).load()
    except (Refused, UnicodeDecodeError):
        raise
    except Exception as error:  # noqa: BLE001 - a broken pickle raises nearly anything
        raise Malformed(f"{type(error).__name__}: {error}") from None


# perf: store-table-read; pandas itself reads pickles with this class, in the same time.
class _Reader(pickle._Unpickler):  # noqa: SLF001 - the one reader whose steps can be replaced
    """The reader in Python of the standard library, with every dangerous step replaced."""

    stack: list[Any]
    memo: dict[int, Any]
    pop_mark: Callable[[], list[Any]]
    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(
        pickle._Unpickler.dispatch  # noqa: SLF001 - as above
    )

    def __init__(self, data: bytes, encoding: str) -> None:
        self.data = data
        self.file = io.BytesIO(data)
        super().__init__(self.file, encoding=encoding)
        self._makers = makers()
        self._states: dict[int, State] = {}
        self._tuples: dict[int, tuple[tuple[Any, ...], int, int]] = {}

    def load(self) -> Any:
        """Run the pickle, and return what it leaves on the stack."""
        self.metastack: list[list[Any]] = []
        self.stack = []
        self.append = self.stack.append
        # perf: store-table-read; all is in memory, so the frames of the pickle are not needed.
        self.readline, self.readinto = self.file.readline, self.file.readinto
        read = self.read = self.file.read
        dispatch = self.dispatch
        try:
            while True:
                dispatch[read(1)[0]](self)
        except _Done:
            return self.stack.pop()

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a class or function here."""
        if not (_NAME.fullmatch(module) and _NAME.fullmatch(name)):
            raise pickle.UnpicklingError("this names nothing, so it is text")
        found = self._makers.get(f"{module}.{name}")
        if found is None:
            raise Refused(f"{module}.{name}")
        return found

    def persistent_load(self, pid: Any) -> Any:
        raise Refused("a persistent id")

    def load_reduce(self) -> None:
        """Call a maker, in place of any callable."""
        arguments, maker = self.stack.pop(), self.stack[-1]
        if type(maker) is not Maker or type(arguments) is not tuple:
            raise Refused(f"a call of a {type(maker).__name__}")
        value = self.stack[-1] = maker.call(*arguments)
        if isinstance(value, State):
            self.stack[-1] = value.of
            self._states[id(value.of)] = value

    def load_build(self) -> None:
        """Give an object its state: once, and only to one that was just made for it."""
        state, value = self.stack.pop(), self.stack[-1]
        waiting = self._states.pop(id(value), None)
        if waiting is None:
            raise Refused(f"a state of a {_called(value)}")
        set_state(waiting, state)

    def load_bytearray8(self) -> None:
        """Read bytes that are there, in place of making room for as many as are announced."""
        (count,) = struct.unpack("<Q", self.read(8))
        data = self.read(min(count, 1 << 62))
        if len(data) != count:
            raise pickle.UnpicklingError("it ends too early")
        self.append(bytearray(data))

    def push_tuple(self, items: tuple[Any, ...]) -> None:
        """Put a tuple on the stack, unless it stands for too many values."""
        size, depth = len(items) + 1, 1
        for item in items:
            if type(item) is tuple and item:
                _, its_size, its_depth = self._tuples.get(id(item), (item, len(item) + 1, 1))
                size, depth = size + its_size, max(depth, its_depth + 1)
        if size > _TUPLE_SIZE or depth > _TUPLE_DEPTH:
            if depth > 1:
                raise Refused("a tuple that unfolds to more values than fit into memory")
        elif depth > 1:
            self._tuples[id(items)] = (items, size, depth)
        self.append(items)

    def pop_items(self, kinds: tuple[type, ...]) -> list[Any]:
        """Return the items above the mark, which belong into a container below it."""
        items = self.pop_mark()
        if type(self.stack[-1]) not in kinds:
            raise Refused(f"items for a {_called(self.stack[-1])}")
        return items

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8


def _called(value: Any) -> str:
    return value.name if isinstance(value, Maker) else type(value).__name__


def _refuse(what: str) -> Callable[[_Reader], None]:
    def load(reader: _Reader) -> None:
        raise Refused(what)

    return load


def _stop(reader: _Reader) -> None:
    raise _Done


def _frame(reader: _Reader) -> None:
    reader.read(8)


def _texts(reader: _Reader) -> None:
    """Put a text on the stack, and all that follow it."""
    data, place = reader.data, reader.file.tell()
    stack, memo = reader.stack, reader.memo
    # perf: store-table-read; a column of texts is a long row of these.
    while True:
        end = place + 1 + data[place]
        text = str(data[place + 1 : end], "utf-8", "surrogatepass")
        stack.append(text)
        if data[end] == _MEMOIZE:
            memo[len(memo)] = text
            end += 1
        if data[end] != _TEXT:
            break
        place = end + 1
    reader.file.seek(end)


def _new(reader: _Reader) -> None:
    """NEWOBJ: a class called with arguments, which are the same to a maker."""
    reader.load_reduce()


def _append(reader: _Reader) -> None:
    item = reader.stack.pop()
    if type(reader.stack[-1]) is not list:
        raise Refused(f"items for a {_called(reader.stack[-1])}")
    reader.stack[-1].append(item)


def _appends(reader: _Reader) -> None:
    items = reader.pop_items((list,))
    reader.stack[-1].extend(items)


def _set_item(reader: _Reader) -> None:
    value, key = reader.stack.pop(), reader.stack.pop()
    if type(reader.stack[-1]) not in (dict, collections.OrderedDict):
        raise Refused(f"items for a {_called(reader.stack[-1])}")
    reader.stack[-1][key] = value


def _set_items(reader: _Reader) -> None:
    items = reader.pop_items((dict, collections.OrderedDict))
    reader.stack[-1].update(zip(items[::2], items[1::2], strict=True))


def _add_items(reader: _Reader) -> None:
    items = reader.pop_items((set,))
    reader.stack[-1].update(items)


def _tuple(reader: _Reader) -> None:
    items = tuple(reader.pop_mark())
    reader.push_tuple(items)


def _tuple_of(count: int) -> Callable[[_Reader], None]:
    def load(reader: _Reader) -> None:
        items = tuple(reader.stack[-count:])
        if len(items) != count:
            raise pickle.UnpicklingError("the stack is too short")
        del reader.stack[-count:]
        reader.push_tuple(items)

    return load


_Reader.dispatch.update({code[0]: _refuse(what) for code, what in _REFUSED.items()})
_Reader.dispatch.update(
    {
        pickle.FRAME[0]: _frame,
        pickle.STOP[0]: _stop,
        _TEXT: _texts,
        pickle.NEWOBJ[0]: _new,
        pickle.APPEND[0]: _append,
        pickle.APPENDS[0]: _appends,
        pickle.SETITEM[0]: _set_item,
        pickle.SETITEMS[0]: _set_items,
        pickle.ADDITEMS[0]: _add_items,
        pickle.TUPLE[0]: _tuple,
        pickle.TUPLE1[0]: _tuple_of(1),
        pickle.TUPLE2[0]: _tuple_of(2),
        pickle.TUPLE3[0]: _tuple_of(3),
    }
)
