"""Job ids: the md5 of the canonical JSON text of the state point, as 32 hexadecimal digits."""

from __future__ import annotations

import json
import re
from typing import Any

from signac._core import jsonfile
from signac._core.canonical import encode_default
from signac.errors import JobNotFoundError, KeyTypeError

try:
    # perf: a third of the time of hashlib, which goes through OpenSSL; ids are no secrets.
    from _md5 import md5  # type: ignore[import-not-found]
except ImportError:
    from hashlib import md5

__all__ = [
    "ID_LENGTH",
    "calc_id",
    "has_id",
    "id_of_plain",
    "is_id",
    "is_id_prefix",
    "md5",
    "require_id",
]

ID_LENGTH = 32

_ID = re.compile("[0-9a-f]{32}")
_PREFIX = re.compile("[0-9a-f]{0,32}")

#: Sorted keys at every level, default separators, ASCII escapes: the bytes that are hashed.
_encode = json.JSONEncoder(sort_keys=True, default=encode_default).encode
_encode_plain = jsonfile.prepare_encoder(sort_keys=True)


def calc_id(statepoint: Any) -> str:
    """Return the id of a state point.

    The id is ``md5(json.dumps(statepoint, sort_keys=True))``. Tuples count as lists, synced
    containers as their contents, NumPy values as the plain values they equal. No rule on keys is
    applied here.

    Parameters
    ----------
    statepoint : mapping
        Usually a mapping; any value that JSON can hold has an id.

    Raises
    ------
    TypeError
        For values JSON cannot hold, or keys that cannot be sorted.
    ValueError
        For extended-precision NumPy values.
    KeyTypeError
        For what is nested a thousand levels deep; it is both of these.

    Examples
    --------
    >>> from signac.job import calc_id
    >>> calc_id({"a": 0})
    '9bfd29df07674bc4aa960cf661b5acd2'
    """
    try:
        text = _encode(statepoint)
    except RecursionError:
        raise KeyTypeError("the state point is nested too deeply for JSON") from None
    return str(md5(text.encode()).hexdigest())


def id_of_plain(statepoint: Any) -> str:
    """Return the id of a value made of plain JSON types only (see `canonical.to_plain`)."""
    return str(md5(_encode_plain(statepoint).encode()).hexdigest())


def has_id(raw: bytes, statepoint: Any, job_id: str) -> bool:
    """Tell whether a state point, parsed from the JSON text `raw`, has this id.

    The text itself is what is hashed if its keys happen to be sorted, which saves encoding it.
    """
    if md5(raw).hexdigest() == job_id:
        return True
    return id_of_plain(statepoint) == job_id


def is_id(text: str) -> bool:
    """Tell whether `text` is 32 lower-case hexadecimal digits and nothing else."""
    return _ID.fullmatch(text) is not None


def require_id(text: Any) -> str:
    """Return an id that came from outside, or is about to be a part of a path.

    Raises
    ------
    JobNotFoundError
        When it is anything else, such as a path that leads out of the workspace.
    """
    if not isinstance(text, str) or not is_id(text):
        raise JobNotFoundError(text, f"{text!r} is not an id: 32 hexadecimal digits")
    return text


def is_id_prefix(text: str) -> bool:
    """Tell whether `text` can be the beginning of an id."""
    return _PREFIX.fullmatch(text) is not None
