"""Make bad bytes out of good ones: the same ones for the same seed, on every machine."""

import random
from collections.abc import Callable, Sequence

#: Small pieces that mean something to one of the readers.
TOKENS: tuple[bytes, ...] = (
    *(b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\", b"/", b"'", b"#", b"=", b"%", b"%(x)s"),
    *(b"null", b"true", b"NaN", b"-Infinity", b"1e999", b"-0", b"1e-400", b"0x1", b"1_0", b"00"),
    *(b"9" * 400, b"9" * 5000, b"1.0", b"-1", b"4294967296", b"18446744073709551616"),
    *(b'""', b'{"": {}}', b'{"a.b": 1}', b'{"a": 1, "a": 2}', b"{}{}", b"[[]]", b'{"$where": "1"}'),
    *(b"\0", b"\n", b"\r\n", b"\t", b"\x1b[31m", b"\x7f", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf"),
    *(b"\xed\xa0\x80", b"\xc0\x80", b"\\ud800", b"\\u0000", b"\\u", b"\\x", b"\xe2\x80\xae"),
    *(b"../", b"..", b"/etc/passwd", b"C:\\", b"~", b"$HOME", b"%2e%2e%2f", b"file://"),
    *(b"__class__", b"__import__", b"lambda x: x", b"lambda: 0", b"x.y.z", b"9**9**9", b"(a+)+$"),
    *(b"$gt", b"$in", b"$not", b"$and", b"$or", b"$near", b"$type", b"$exists", b"$regex", b"$"),
    *(b"sp.", b"doc.", b"sp", b"doc", b"schema_version = 2", b"[[x]]", b"[x", b"durability = fast"),
    *(b".rekey", b".clear", b".new", b".trash", b".seg", b"manifest", b"0" * 32, b"f" * 33, b"and"),
    *(b"or", b"not", b"in", b"is", b"==", b"!=", b"<=", b"(", b")", b"if", b"else", b"for", b"*"),
)


def _position(draw: random.Random, data: bytes) -> int:
    return draw.randint(0, len(data))


def _flip_bit(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    if not data:
        return b"\1"
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


def _set_byte(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _position(draw, data)
    return data[:at] + bytes([draw.choice((0, 1, 9, 10, 32, 34, 127, 128, 255))]) + data[at + 1 :]


def _insert(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _position(draw, data)
    return data[:at] + draw.randbytes(draw.randint(1, 8)) + data[at:]


def _delete(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _position(draw, data)
    return data[:at] + data[at + draw.randint(1, 1 + len(data) // 4) :]


def _swap(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    a, b, c = sorted(_position(draw, data) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _repeat(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    a, b = sorted(_position(draw, data) for _ in range(2))
    return data[:b] + data[a:b] * draw.choice((1, 2, 3, 20)) + data[b:]


def _cut(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _position(draw, data)
    return data[:at] if draw.random() < 0.7 else data[at:]


def _splice(draw: random.Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    other = draw.choice(samples)
    return data[: _position(draw, data)] + other[_position(draw, other) :]


def _token(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _position(draw, data)
    return data[:at] + draw.choice(TOKENS) + data[at + draw.choice((0, 0, 1, 4)) :]


def _nest(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    depth = draw.choice((3, 200, 300, 990, 3_000, 50_000))
    opening, closing = draw.choice(((b"[", b"]"), (b'{"a": ', b"}"), (b"(", b")"), (b"not ", b"")))
    a, b = sorted(_position(draw, data) for _ in range(2))
    return data[:a] + opening * depth + data[a:b] + closing * depth + data[b:]


def _number(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Replace some digits, which may be an offset or a length."""
    digits = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if not digits:
        return data
    at = draw.choice(digits)
    new = draw.choice((b"", b"-1", b"0", b"999999999999", b"1.5", b"null", b'"x"', b"[]", b"8"))
    return data[:at] + new + data[at + 1 :]


def _fill(draw: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    a, b = sorted(_position(draw, data) for _ in range(2))
    return data[:a] + draw.choice((b"\0", b"\xff", b" ")) * (b - a) + data[b:]


MUTATIONS: tuple[Callable[[random.Random, bytes, Sequence[bytes]], bytes], ...] = (
    *(_flip_bit, _flip_bit, _set_byte, _insert, _delete, _swap, _repeat, _cut, _splice),
    *(_token, _token, _nest, _number, _number, _fill),
)


def mutate(draw: random.Random, samples: Sequence[bytes]) -> bytes:
    """Return one of the samples after one to five mutations."""
    data = draw.choice(samples)
    for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 5))):
        data = draw.choice(MUTATIONS)(draw, data, samples)
    return data[:400_000]
