"""Inputs that were faults once, by the name of their reader; they are run each time."""

import itertools
from typing import Any

_ID = "e" * 32
_DEEP = b'{"a": ' * 300 + b"1" + b"}" * 300

FOUND: tuple[tuple[str, Any], ...] = (
    # RecursionError, where copies were made of what was nested too deeply.
    ("document", _DEEP),
    ("project-document", _DEEP),
    ("statepoint", _DEEP),
    ("document", b"[" * 100_000),
    # The whole line was in the message.
    ("config", b"schema" + b"(" * 50_000),
    ("config", b"schema_version = " + b"not " * 900),
    # The parser of configurations needs time that grows with the square of a line.
    ("user-config", b"b = 1, 2, 'x" + b"[" * 52_000),
    ("config", b"schema_version = 2\nb = 1, 2, 'x" + b"[" * 52_000),
    ("config", b"schema_version = 2\n" + b"[" * 1_000 + b"x" + b"]" * 1_000),
    ("config", b"schema_version = 2\n" + b"[ " * 1_000 + b"x\n"),
    ("config", (b"schema_version = 2\n" + b"[" * 64 + b" " * 4_000 + b"\n") * 20),
    # A reference to a list, and one that holds a comma.
    ("config", b"schema_version = 2\ny = %(x)s\nx = 1, 2\n"),
    ("config", b"schema_version = 2\nx = %(schema_versi,on)s\ny = %(x)s\n"),
    ("user-config", b"schema_version = 2\nx = %(schema_versio,n)s\ny = %(x)s\n"),
    # A line of the log was in the message, and what is no id was taken for one.
    ("moves", f"9999999999.0 {_ID} /a{'(' * 200_000}\n".encode()),
    ("moves", f"9999999999.0 {_ID} /a/b/not-an-id\n".encode()),
    # Without end.
    ("sweep", ({}, [("seeds", 10**400)], "a")),
    ("sweep", ({"a": itertools.count()}, [], "a")),
    ("sweep", ({"a": range(10**30)}, [], "a")),
    ("filter", "n.d is No" + "9" * 5_000),
    ("filter", "a x'> 1 and b == '"),
    ("filter", "no'tt (a in [1, 2, 3]) or doc.s == ext'"),
    ("filter", "[" * 50_000 + " 1"),
    ("filter", "a.$gt " + "(" * 50_000),
    ("json-filter", {"a" + "[" * 50_000: {"$none": 1}}),
    # The package that searches with a limit of time looked at the clock too seldom.
    ("regex", "(?:x*?P" + '{"a": ' * 2_000 + "x*)*y"),
    ("key", "a\0b"),
    ("key", ""),
)
