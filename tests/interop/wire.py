"""Values on the wire between the tests and the driver of the peer: JSON with two marks.

Both sides import this file, each in its own environment, so it uses the standard library alone
(numpy only when an array is sent).
"""

import json
import sys
from typing import Any

_TUPLE = "\0tuple"
_ARRAY = "\0array"


def encode(value: Any) -> str:
    """Return one line of ASCII text; tuples and NumPy arrays survive, key order too."""
    return json.dumps(_mark(value))


def decode(line: str | bytes) -> Any:
    """Return the value that `encode` was given."""
    return json.loads(line, object_hook=_unmark)


def _mark(value: Any) -> Any:
    numpy = sys.modules.get("numpy")  # a value can only come from it if somebody imported it
    if isinstance(value, tuple):
        return {_TUPLE: [_mark(item) for item in value]}
    if isinstance(value, list):
        return [_mark(item) for item in value]
    if isinstance(value, dict):
        return {key: _mark(item) for key, item in value.items()}
    if numpy is not None and isinstance(value, numpy.ndarray | numpy.generic):
        return {_ARRAY: [str(value.dtype), value.tolist()]}
    return value


def _unmark(pairs: dict[str, Any]) -> Any:
    if len(pairs) == 1:
        if _TUPLE in pairs:
            return tuple(pairs[_TUPLE])
        if _ARRAY in pairs:
            import numpy

            dtype, content = pairs[_ARRAY]
            return numpy.array(content, dtype=dtype)[()]
    return pairs
