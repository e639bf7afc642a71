"""Any text as one name of a file, so that it can be read back; ordinary texts stay as they are."""

from __future__ import annotations

import os
import re
from typing import Final

from signac._core.ids import md5
from signac.errors import PathSpecificationError

__all__ = ["LONGEST_NAME", "decode_component", "encode_component", "escape", "mark", "shorten"]

#: Bytes of a name on every file system in use.
LONGEST_NAME: Final = 255
_KEPT: Final = 200

#: What cannot be in a name, splits a path, or is no text that every system can store.
_UNFIT: Final = re.compile(
    "[\x00-\x1f\x7f/\ud800-\udfff" + re.escape((os.sep + (os.altsep or "")).replace("/", "")) + "]"
)
#: A percent sign that would be read as the beginning of something that is written here.
_AMBIGUOUS: Final = re.compile(r"%(?=[0-9A-F]{2}|str\Z|~[0-9a-f]{32}\Z)")
_ENCODED: Final = re.compile(r"(?:%[0-9A-F]{2})+")
_SHORTENED: Final = re.compile(r"%~[0-9a-f]{32}\Z")
_EMPTY: Final = "%empty"
#: Tells the text "1" from the number where both are there.
_MARK: Final = "%str"


def encode_component(text: str) -> str:
    """Return a text as one component of a path, however long; `decode_component` is the inverse.

    What does not fit is written as in URLs, by the bytes of its UTF-8 form in hexadecimal: control
    characters, separators, and the names ``.`` and ``..``. The empty text is ``%empty``. A percent
    sign is written so only where it would be taken for one of these.

    Examples
    --------
    >>> from signac._transfer.paths.components import encode_component
    >>> print(encode_component("2.5 %"), encode_component("a/b"), encode_component(".."))
    2.5 % a%2Fb %2E%2E
    """
    if text.isalnum():  # perf: most names and values are (views, 10,000 jobs)
        return text
    if text in ("", ".", "..", _EMPTY):
        return text.replace("%", "%25").replace(".", "%2E") or _EMPTY
    return escape(text)


def escape(text: str) -> str:
    """Return a text as a part of a component: encoded, unless nothing of it has to be."""
    if "%" in text:
        text = _AMBIGUOUS.sub("%25", text)
    return _UNFIT.sub(_percent, text)


def decode_component(name: str) -> str:
    """Return the text that a component of a path stands for.

    Raises
    ------
    PathSpecificationError
        When the text was too long for a name: then only its beginning is there.
    """
    name = name.removesuffix(_MARK)
    if name == _EMPTY:
        return ""
    if _SHORTENED.search(name):
        raise PathSpecificationError(
            f"{name!r} stands for a longer text; only the state point file has the whole of it"
        )
    return _ENCODED.sub(_plain, name)


def mark(component: str) -> str:
    """Return the component of a string that has to be told from another value of the same text."""
    return component + _MARK


def shorten(component: str) -> str:
    """Return a component that fits into a name: its beginning and a hash if it is too long."""
    if len(component) * 4 <= LONGEST_NAME:  # perf: no character has more bytes
        return component
    raw = component.encode(errors="surrogatepass")
    if len(raw) <= LONGEST_NAME:
        return component
    beginning = raw[:_KEPT].decode(errors="ignore")
    return f"{beginning}%~{md5(raw).hexdigest()}"


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode(errors="surrogatepass"))


def _plain(found: re.Match[str]) -> str:
    try:
        return bytes.fromhex(found[0].replace("%", "")).decode(errors="surrogatepass")
    except UnicodeDecodeError:  # nothing that was encoded here
        return found[0]
