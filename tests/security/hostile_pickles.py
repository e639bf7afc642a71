"""Pickles that a table must not bring to run, or that must not crash or fill the reader.

Each is a function of the path of a directory that the pickle makes when it has its way.
"""

import functools
import pickle
import struct
from collections.abc import Callable
from typing import Any

import numpy

BUILD, STOP = b"b", b"."


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function: Any, *arguments: Any, state: Any = None) -> None:
        self.function, self.arguments, self.state = function, arguments, state

    def __reduce__(self) -> tuple[Any, ...]:
        given = (self.function, self.arguments)
        return given if self.state is None else (*given, self.state)


def text(value: str) -> bytes:
    """Return the opcodes that put a text on the stack."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def named(module: str, name: str) -> bytes:
    """Return the opcodes that put a function or class on the stack."""
    return f"c{module}\n{name}\n".encode()


def call(module: str, name: str, *arguments: bytes) -> bytes:
    """Return the opcodes of a call; arguments are opcodes."""
    return named(module, name) + b"(" + b"".join(arguments) + b"tR"


def of(value: Any) -> bytes:
    """Return the opcodes of a value."""
    return pickle.dumps(value, 2)[2:-1]


#: What runs `os.mkdir(path)` in the standard reader.
RUNNING: dict[str, Callable[[str], bytes]] = {
    f"mkdir, protocol {protocol}": functools.partial(
        lambda protocol, path: pickle.dumps(Call(__import__("os").mkdir, path), protocol), protocol
    )
    for protocol in range(6)
}
RUNNING |= {
    "os by its alias": lambda path: call("os", "mkdir", text(path)) + STOP,
    "INST": lambda path: b"(" + text(path) + b"iposix\nmkdir\n.",
    "OBJ": lambda path: b"(" + named("posix", "mkdir") + text(path) + b"o.",
    "STACK_GLOBAL": lambda path: (
        b"\x80\x04" + text("posix") + text("mkdir") + b"\x93(" + text(path) + b"tR."
    ),
    "STACK_GLOBAL out of the memo": lambda path: (
        (b"\x80\x04" + text("posix") + b"\x94" + text("mkdir") + b"\x94h\x00h\x01\x93(")
        + text(path)
        + b"tR."
    ),
    "name put together of parts": lambda path: (
        b"\x80\x04" + text("os") + text("path.os.mkdir") + b"\x93(" + text(path) + b"tR."
    ),
    "frames": lambda path: (
        b"\x80\x04\x95"
        + struct.pack("<Q", len(call("posix", "mkdir", text(path)) + STOP))
        + call("posix", "mkdir", text(path))
        + STOP
    ),
    "inside a list": lambda path: b"(l" + call("posix", "mkdir", text(path)) + b"a.",
    "as a key": lambda path: b"(d" + call("posix", "mkdir", text(path)) + b"Ns.",
    "popped before the end": lambda path: b"N" + call("posix", "mkdir", text(path)) + b"0.",
    "eval": lambda path: call("builtins", "eval", text(f"__import__('os').mkdir({path!r})")) + STOP,
    "eval of Python 2": lambda path: (
        call("__builtin__", "eval", text(f"__import__('os').mkdir({path!r})")) + STOP
    ),
    "exec": lambda path: call("builtins", "exec", text(f"import os; os.mkdir({path!r})")) + STOP,
    "getattr of a module": lambda path: (
        call(
            "builtins",
            "getattr",
            call("builtins", "__import__", text("os")),
            text("mkdir"),
        )
        + b"("
        + text(path)
        + b"tR."
    ),
    "attrgetter": lambda path: (
        call("operator", "attrgetter", text("mkdir"))
        + b"("
        + call("importlib", "import_module", text("os"))
        + b"tR("
        + text(path)
        + b"tR."
    ),
    "methodcaller": lambda path: (
        call("operator", "methodcaller", text("mkdir"), text(path))
        + b"("
        + call("importlib", "import_module", text("os"))
        + b"tR."
    ),
    "map": lambda path: (
        call("builtins", "list", call("builtins", "map", named("posix", "mkdir"), of([path])))
        + STOP
    ),
    "partial with a state": lambda path: (
        pickle.dumps(functools.partial(__import__("os").mkdir, path), 2)[:-1] + b")R."
    ),
    "a method of a path": lambda path: (
        b"\x80\x04"
        + text("pathlib")
        + text("Path.mkdir")
        + b"\x93("
        + call("pathlib", "Path", text(path))
        + b"tR."
    ),
    "a pickle inside a pickle": lambda path: (
        call("pickle", "loads", of(call("posix", "mkdir", text(path)) + STOP)) + STOP
    ),
    "a process": lambda path: call("subprocess", "call", of(["mkdir", path])) + STOP,
    "runpy": lambda path: (
        call(
            "runpy",
            "_run_code",
            call("builtins", "compile", of(f"import os;os.mkdir({path!r})"), of("x"), of("exec")),
            b"}",
        )
        + STOP
    ),
    "code of NumPy": lambda path: (
        call(
            "numpy.testing._private.utils",
            "runstring",
            of(f"import os; os.mkdir({path!r})"),
            b"}",
        )
        + STOP
    ),
    "after a plain array": lambda path: (
        b"\x80\x02(l"
        + of(numpy.array(["x"], dtype=object))
        + b"a"
        + call("posix", "mkdir", text(path))
        + b"a."
    ),
    "in the items of an array": lambda path: pickle.dumps(
        numpy.array(["x", Call(__import__("os").mkdir, path)], dtype=object), 5
    ),
    "in the metadata of a dtype": lambda path: pickle.dumps(
        numpy.empty(1, dtype=numpy.dtype("O", metadata={"x": Call(__import__("os").mkdir, path)})),
        5,
    ),
    "as the zone of a date": lambda path: (
        call(
            "datetime",
            "datetime",
            of(b"\x07\xe4\x01\x01\0\0\0\0\0\0"),
            call("posix", "mkdir", text(path)),
        )
        + STOP
    ),
    "as an argument of a frequency": lambda path: (
        call("pandas._libs.tslibs.offsets", "Day", call("posix", "mkdir", text(path)), b"I00\n")
        + STOP
    ),
}

DTYPE = call("numpy", "dtype", text("O8"), b"I00\n", b"I01\n")
EMPTY = call("numpy.core.multiarray", "_reconstruct", named("numpy", "ndarray"), of((0,)), of(b"b"))
PLAIN_DTYPE = call("numpy", "dtype", text("f8"), b"I00\n", b"I01\n")
FIELDS = (
    b"(I3\n"
    + text("|")
    + b"N"
    + of(("a",))
    + b"(d"
    + text("a")
    + b"("
    + DTYPE
    + b"I0\ntsI8\nI1\nI0\nt"
)

#: What crashes, hangs, fills memory, changes the process or reads files, in the standard reader.
HARMFUL: dict[str, bytes] = {
    "more objects than the list holds": EMPTY
    + b"(I1\n(I1000000\nt"
    + DTYPE
    + b"I00\n(lNat"
    + BUILD
    + STOP,
    "more numbers than there are bytes": EMPTY
    + b"(I1\n(I1000000\nt"
    + PLAIN_DTYPE
    + b"I00\n"
    + of(b"12345678")
    + b"t"
    + BUILD
    + STOP,
    "bytes as pointers": EMPTY
    + b"(I1\n(I1\nt"
    + DTYPE
    + b"I00\n"
    + of(b"12345678")
    + b"t"
    + BUILD
    + STOP,
    "pointers from a buffer": call(
        "numpy.core.numeric", "_frombuffer", of(b"12345678"), DTYPE, of((1,)), text("C")
    )
    + STOP,
    "a scalar that is a pointer": call("numpy.core.multiarray", "scalar", DTYPE, of(b"12345678"))
    + STOP,
    "a scalar that is too short": call("numpy.core.multiarray", "scalar", PLAIN_DTYPE, of(b"1"))
    + STOP,
    "a dtype with fields over pointers": call("numpy", "dtype", text("V8"), b"I00\n", b"I01\n")
    + FIELDS
    + BUILD
    + STOP,
    "a text dtype that becomes a record": call("numpy", "dtype", text("S8"), b"I00\n", b"I01\n")
    + FIELDS
    + BUILD
    + STOP,
    "a dtype of a terabyte": call("numpy", "dtype", text("S9999999999999"), b"I00\n", b"I01\n")
    + STOP,
    "a dtype of expressions": call("numpy", "dtype", text("(9**9**9)f8"), b"I00\n", b"I01\n")
    + STOP,
    "an array of another class": call(
        "numpy.core.multiarray", "_reconstruct", named("numpy", "memmap"), of((0,)), of(b"b")
    )
    + STOP,
    "the state of an array, twice": EMPTY
    + b"p5\n"
    + (b"(I1\n(I0\nt" + PLAIN_DTYPE + b"I00\n" + of(b"") + b"t" + BUILD) * 2
    + STOP,
    "an array of negative size": EMPTY
    + b"(I1\n(I-1\nt"
    + PLAIN_DTYPE
    + b"I00\n"
    + of(b"")
    + b"t"
    + BUILD
    + STOP,
    "a state for a function": named("numpy.core.numeric", "_frombuffer")
    + b"N(d"
    + text("__defaults__")
    + b"Ns\x86"
    + BUILD
    + STOP,
    "a state for a class": named("decimal", "Decimal") + b"(d" + text("x") + b"Ns" + BUILD + STOP,
    "a state for a date": call("datetime", "date", of(b"\x07\xe4\x01\x01"))
    + b"(d"
    + text("year")
    + b"I5\nsb.",
    "a state for NaT": call("pandas._libs.tslibs.nattype", "_nat_unpickle", b"N")
    + b"(d"
    + text("value")
    + b"I5\nsb.",
    "a state for UTC": call("datetime", "timezone", call("datetime", "timedelta")) + b"}b.",
    "items for an array": EMPTY + b"I0\nNs.",
    "items for a function": named("_codecs", "encode") + b"I0\nNs.",
    "items appended to bytes": call("builtins", "bytearray", of(b"x")) + b"I5\na.",
    "a hook for items": EMPTY + b"I0\na.",
    "a call of a value": b"N)R.",
    "a call of a text": text("os") + b")R.",
    "a process by NEWOBJ": b"\x80\x02" + named("subprocess", "Popen") + b")\x81.",
    "a process by NEWOBJ_EX": b"\x80\x04" + named("subprocess", "Popen") + b")}\x92.",
    "an extension code": b"\x80\x02\x82\x01.",
    "an extension code of two bytes": b"\x80\x02\x83\x01\x00.",
    "an extension code of four bytes": b"\x80\x02\x84\x01\x00\x00\x00.",
    "a persistent id": b"Pfoo\n.",
    "a binary persistent id": text("foo") + b"Q.",
    "a buffer outside": b"\x80\x05\x97.",
    "a buffer that is locked": b"\x80\x05\x97\x98.",
    "bytes made readonly": b"\x80\x05" + of(b"x") + b"\x98.",
    "bytes of an exabyte": b"\x80\x05\x96\x00\x00\x00\x00\x00\x00\x00\x10.",
    "text of an exabyte": b"\x80\x05\x8d\x00\x00\x00\x00\x00\x00\x00\x10.",
    "a frame of an exabyte": b"\x80\x05\x95\x00\x00\x00\x00\x00\x00\x00\x10.",
    "a negative length": b"\x80\x02\x8b\xff\xff\xff\xff.",
    "a tuple of 2**60 values": b"N" + b"\x85" + b"2\x86" * 60 + STOP,
    "a key of 2**60 values": b"(dN\x85" + b"2\x86" * 60 + b"Ns.",
    "a tuple 100,000 deep": b"N" + b"\x85" * 100_000 + STOP,
    "a key 100,000 deep": b"(dN" + b"\x85" * 100_000 + b"Ns.",
    "a list 100,000 deep": b"(l" * 100_000 + b"a" * 99_999 + STOP,
    "a set 100,000 deep": b"\x80\x04(" + b"(" * 100_000 + b"\x91" * 100_000 + STOP,
    "a number of a million digits": b"I" + b"9" * 100_000 + b"\n.",
    "an array of a terabyte": call("numpy", "zeros", of((1 << 40,))) + STOP,
    "a range as bytes": call("builtins", "bytes", of(1 << 40)) + STOP,
    "a count as bytearray": call("builtins", "bytearray", of(1 << 40)) + STOP,
    "an odd codec": call("_codecs", "encode", of("x"), of("punycode")) + STOP,
    "a decoder": call("_codecs", "decode", of(b"x"), of("zlib")) + STOP,
    "a zone outside the database": call(
        "zoneinfo", "ZoneInfo._unpickle", of("../../etc/passwd"), b"I1\n"
    )
    + STOP,
    "a zone from a file": call("dateutil.tz.tz", "tzfile", b"N", of("/etc/passwd")) + STOP,
    "a zone of dateutil by path": call(
        "dateutil.tz._tzfile",
        "_unpickle",
        named("dateutil.tz._tzfile", "tzfile"),
        of("/etc/passwd"),
        of("/etc/passwd"),
    )
    + STOP,
    "a zone of pytz by path": call("pytz", "_p", of("../../../etc/passwd")) + STOP,
    "getattr of another class": call(
        "builtins", "getattr", named("zoneinfo", "ZoneInfo"), of("__init__")
    )
    + STOP,
    "an instance of any class": call(
        "copy_reg",
        "_reconstructor",
        named("numpy", "ndarray"),
        named("__builtin__", "object"),
        b"N",
    )
    + STOP,
    "a step with other attributes": call("pandas", "DateOffset")
    + b"(d"
    + text("apply")
    + b"NsI1\n0"
    + b"b.",
    "a class as a value": named("decimal", "Decimal") + STOP,
    "a function in a list": b"(l" + named("_codecs", "encode") + b"a.",
    "a dtype as a value": PLAIN_DTYPE + STOP,
    "a timestamp without a zone": call(
        "pandas._libs.tslibs.timestamps", "_unpickle_timestamp", of(1), b"N", of(5)
    )
    + STOP,
    "a period of no frequency": call("pandas", "Period", b"N", of("D"), of(1)) + STOP,
    "a frequency that is a list": call("pandas._libs.tslibs.offsets", "Day", of([[1]])) + STOP,
    "a date of month 200": call("datetime", "date", of(b"\x07\xe4\xc8\x01")) + STOP,
    "a time of hour 200": call("datetime", "time", of(b"\xc8\x00\x00\x00\x00\x00")) + STOP,
    "a datetime of hour 200": call("datetime", "datetime", of(b"\x07\xe4\x01\x01\xc8\0\0\0\0\0"))
    + STOP,
    "a decimal of nothing": call("decimal", "Decimal", of("x")) + STOP,
    "a file": call("builtins", "open", of("/etc/passwd")) + STOP,
    "a mapped file": call("numpy", "memmap", of("/etc/passwd")) + STOP,
    "a table of pandas": call("pandas", "read_pickle", of("/etc/passwd")) + STOP,
    "another HDF5 file": call("tables", "open_file", of("/etc/passwd")) + STOP,
    "a module": call("importlib", "import_module", of("antigravity")) + STOP,
    "a class of this library": call("signac.job", "Job", b"N") + STOP,
    "an enumeration": call("socket", "AddressFamily", of(1)) + STOP,
    "a path": call("pathlib", "PosixPath", of("/")) + STOP,
}

#: What is no pickle at all, or a broken one.
BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "only a stop": b".",
    "no stop": b"N",
    "a mark at the end": b"(.",
    "a mark on top": b"N(.",
    "no such opcode": b"\x00.",
    "an opcode of the future": b"\x80\x63N.",
    "too few for a tuple": b"N\x86.",
    "an empty stack for a call": b"R.",
    "an empty stack for a state": b"b.",
    "an empty stack for an item": b"Na.",
    "a mark that is missing": b"Ne.",
    "an unknown memo": b"h\x05.",
    "half of a text": b"X\x10\x00\x00\x00abc.",
    "half of a short text": b"\x8c\x10abc.",
    "text that is no UTF-8": b"\x8c\x02\xff\xfe.",
    "odd items": b"\x80\x02}(Nu.",
    "a list as a key": b"(d(lNs.",
    "a name without an end": b"cos",
    "a name that is empty": b"c\n\n.",
    "words": b"A table of results.",
}
