"""Objects that lie, raise, change, or are odd in another way; `values` makes cases of them."""

import collections
import dataclasses
import enum
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy


class Text(str):
    """A string that shows itself as another."""

    __slots__ = ()

    def __str__(self) -> str:
        return "lie"

    def __repr__(self) -> str:
        return "'lie'"


class Whole(int):
    def __int__(self) -> int:
        return 99

    def __index__(self) -> int:
        return 99

    def __str__(self) -> str:
        return "99"

    __repr__ = __str__


class Real(float):
    def __float__(self) -> float:
        return 99.5

    def __repr__(self) -> str:
        return "99.5"


class Silent:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Untruthful:
    """Raises whatever is asked of it."""

    def _raise(self, *_: object) -> Any:
        raise RuntimeError("hands off")

    __eq__ = __ne__ = __len__ = __iter__ = __repr__ = __str__ = __bool__ = _raise
    __getitem__ = __deepcopy__ = __copy__ = __reduce__ = __int__ = __float__ = __index__ = _raise
    __hash__ = object.__hash__


class Chameleon:
    """Says that it is of another class."""

    def __init__(self, kind: type) -> None:
        object.__setattr__(self, "kind", kind)

    @property
    def __class__(self) -> Any:
        return object.__getattribute__(self, "kind")


class Unclassed:
    @property
    def __class__(self) -> Any:
        raise RuntimeError("no class")


class Anything:
    """Has every attribute, like a mock."""

    def __getattr__(self, name: str) -> Any:
        return Anything()

    def __call__(self, *_: object, **__: object) -> Any:
        return Anything()


class Pairs(Mapping[str, Any]):
    """A mapping of given items, whose length may be a lie."""

    def __init__(self, items: list[tuple[Any, Any]], length: Any = None) -> None:
        self._items = items
        self._length = len(items) if length is None else length

    def __getitem__(self, key: str) -> Any:
        for name, value in self._items:
            if name == key:
                return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._items])

    def __len__(self) -> int:
        if isinstance(self._length, Exception):
            raise self._length
        return int(self._length)


class Endless(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        return 0

    def __iter__(self) -> Iterator[str]:
        return (f"k{number}" for number in itertools.count())

    def __len__(self) -> int:
        return 2


class EndlessRow(Sequence[Any]):
    def __getitem__(self, index: Any) -> Any:
        return 0

    def __len__(self) -> int:
        return 2


class Row(Sequence[Any]):
    """A sequence of given items, whose length may be a lie."""

    def __init__(self, items: list[Any], length: Any = None) -> None:
        self._items = items
        self._length = len(items) if length is None else length

    def __getitem__(self, index: Any) -> Any:
        item = self._items[index]
        if isinstance(item, Exception):
            raise item
        return item

    def __len__(self) -> int:
        if isinstance(self._length, Exception):
            raise self._length
        return int(self._length)


class NoItems(Pairs):
    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("not today")


class NotPairs(Pairs):
    def items(self) -> Any:
        return [1, 2]


class OtherItems(dict[str, Any]):
    """A dictionary that shows other items than it holds."""

    def items(self) -> Any:
        return [("shown", 1)]


class Uncopied(dict[str, Any]):
    def __deepcopy__(self, memo: Any) -> Any:
        raise RuntimeError("no copies")


class Miscopied(dict[str, Any]):
    def __deepcopy__(self, memo: Any) -> Any:
        return {"another": 1}


class Unequal(dict[str, Any]):
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")


class AllEqual(dict[str, Any]):
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return True


class Missing(dict[str, Any]):
    def __missing__(self, key: str) -> Any:
        return 1


def changing() -> dict[str, Any]:
    """Return a dictionary that grows while it is read."""
    outer: dict[str, Any] = {}

    class Growing(Mapping[str, Any]):
        def __getitem__(self, key: str) -> Any:
            raise KeyError(key)

        def __iter__(self) -> Iterator[str]:
            outer[f"new{len(outer)}"] = 1
            return iter(())

        def __len__(self) -> int:
            return 0

    outer["first"] = Growing()
    outer["second"] = Growing()
    return outer


def shrinking() -> list[Any]:
    """Return a list that empties itself while it is read."""
    outer: list[Any] = []

    class Emptying(Mapping[str, Any]):
        def __getitem__(self, key: str) -> Any:
            raise KeyError(key)

        def __iter__(self) -> Iterator[str]:
            outer.clear()
            return iter(())

        def __len__(self) -> int:
            return 0

    outer.extend([Emptying(), 1, 2])
    return outer


class Colour(enum.Enum):
    RED = "red"
    NESTED = (1, {"a": 2})
    BAD = object()


class Number(enum.IntEnum):
    ONE = 1


class Word(enum.StrEnum):
    A = "a"


class Half(float, enum.Enum):
    HALF = 0.5


class Bits(enum.Flag):
    X = 1
    Y = 2


class IntBits(enum.IntFlag):
    X = 1
    Y = 2


class Point(NamedTuple):
    x: int
    y: Any


@dataclasses.dataclass
class Plain:
    x: int
    y: Any = None


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: int


@dataclasses.dataclass
class Lazy:
    x: int
    y: int = dataclasses.field(init=False)


@dataclasses.dataclass
class Node:
    up: Any = None


@dataclasses.dataclass
class Dotted:
    x: Any

    @property
    def y(self) -> Any:
        return self.x


class Broken:
    __dataclass_fields__ = 5


def make_attrs() -> Any:
    import attrs

    return attrs.make_class("Made", ["x"])(x=(1, 2))


def make_pydantic() -> Any:
    import pydantic

    return pydantic.create_model("Made", x=(int, 1))()


def cyclic(kind: str) -> Any:
    """Return a value that contains itself."""
    if kind == "list":
        row: list[Any] = [1]
        row.append(row)
        return row
    if kind == "mapping":
        loop: dict[str, Any] = {}
        loop["again"] = {"and": loop}
        return loop
    if kind == "array":
        values = numpy.empty(1, dtype=object)
        values[0] = values
        return values
    if kind == "dataclass":
        node = Node()
        node.up = node
        return node
    if kind == "tuple":
        row = []
        row.append((row,))
        return row[0]
    user: collections.UserDict[str, Any] = collections.UserDict()
    user["again"] = user
    return user


def masked() -> Any:
    return numpy.ma.array([1, 2, 3], mask=[False, True, False])


def dictionary_keys(*keys: Any) -> dict[Any, Any]:
    return dict.fromkeys(keys, 1)
