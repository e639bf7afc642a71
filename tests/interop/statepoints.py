"""A seeded generator of JSON values at the edges of the format: the same list on every machine."""

import math
import random
import sys
from typing import Any

WORDS = (
    *("", "a", "b", "T", "rho", "0", "1", "with", "_x", "__q", "a b", "a/b", "A", "ü", "ß", "é"),
    *("e\u0301", "\u03c1", "\u4e2d\u6587", "\U0001f600", "\u2028", "\ufeff", "\x7f", "\u0080"),
    *('"', "\\", "\n\t\r\b\f", "\x00", "\x1f", "</script>", "'", "$gt", "null", "NaN", "-", "ﬀ"),
    *("\ud800", "\udfff", "\udc00\ud800", "x\ud83d", "\U0010ffff", "\uffff", "sp", "doc", "signac"),
)
FLOATS = (
    *(
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        0.1 + 0.2,
        1 / 3,
        1e16,
        1e22,
        1e-7,
        1e-5,
        0.0001,
        123456789012345680.0,
    ),
    *(5e-324, -5e-324, 2.2250738585072009e-308, sys.float_info.min, sys.float_info.max),
    *(sys.float_info.epsilon, 9007199254740993.0, 4.35, 2.675, 1e300, 1.5e-310),
    *(math.nan, math.inf, -math.inf, math.pi, 1e15, 999999999999999.9, 1e-323),
)
INTEGERS = (
    *(0, 1, -1, 2, 7, 255, 2**31 - 1, 2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64),
    *(10**16, 10**22, 10**40, -(10**40), 2**70, 10**400, -(3**500)),
)


def statepoints(count: int, seed: int) -> list[dict[str, Any]]:
    """Return `count` state points; the first ones hold each edge value once, the rest is drawn."""
    edges: list[Any] = [*WORDS, *FLOATS, *INTEGERS, True, False, None, {}, [], (), [[]], {"": {}}]
    found: list[dict[str, Any]] = [{}]
    found += [{"a": value} for value in edges] + [{word: 1} for word in WORDS]
    found += [_chain(depth) for depth in (1, 5, 20, 60)]
    draw = random.Random(seed)
    while len(found) < count:
        found.append(mapping(draw, draw.choice((1, 2, 3, 3, 4, 6))))
    return found[:count]


def mapping(draw: random.Random, depth: int) -> dict[str, Any]:
    """Return a dictionary with keys in drawn order, nested at most `depth` levels."""
    return {text(draw): value(draw, depth - 1) for _ in range(draw.choice((0, 1, 1, 2, 3, 5)))}


def value(draw: random.Random, depth: int) -> Any:
    """Return any value that the format holds, tuples included."""
    kind = draw.random()
    if depth > 0 and kind < 0.35:
        if kind < 0.18:
            return mapping(draw, depth)
        items = [value(draw, depth - 1) for _ in range(draw.choice((0, 1, 2, 3)))]
        return tuple(items) if kind < 0.25 else items
    scalar = draw.randrange(6)
    if scalar == 0:
        return draw.choice((True, False, None))
    if scalar == 1:
        return draw.choice(INTEGERS) if draw.random() < 0.5 else draw.randint(-1000, 1000)
    if scalar == 2:
        return draw.choice(FLOATS)
    if scalar == 3:
        return draw.choice((draw.random(), draw.gauss(0, 1e6), _any_float(draw)))
    return text(draw)


def text(draw: random.Random) -> str:
    """Return a word without a dot (the format refuses dots in keys)."""
    if draw.random() < 0.6:
        return draw.choice(WORDS)
    points = (draw.choice((0x7F, 0x2FF, 0xFFFF, 0x10FFFF)) for _ in range(draw.randrange(1, 6)))
    return "".join(chr(draw.randint(0, point)) for point in points).replace(".", "_")


def shuffled(draw: random.Random, item: Any) -> Any:
    """Return an equal value whose dictionaries have their keys in another order, at every level."""
    if isinstance(item, dict):
        keys = draw.sample(list(item), len(item))
        return {key: shuffled(draw, item[key]) for key in keys}
    if isinstance(item, list | tuple):
        return type(item)(shuffled(draw, part) for part in item)
    return item


def _chain(depth: int) -> dict[str, Any]:
    chain: Any = 0
    for level in range(depth):
        chain = {"k": chain} if level % 3 else {"k": [chain]}
    return chain if isinstance(chain, dict) else {"k": chain}


def _any_float(draw: random.Random) -> float:
    """Return a float drawn over the whole range of exponents, subnormal numbers included."""
    return math.ldexp(draw.uniform(-1, 1), draw.randint(-1074, 1023))
