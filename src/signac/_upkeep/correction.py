"""Correct a state point file with one wrong byte: the id is a checksum of what was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signac._core import jsonfile
from signac._core.ids import has_id, md5

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["correct_one_byte"]

#: Longest files for which all values of each byte are tried, and single bits of each, so that it
#: takes about a second: when the text itself is what is hashed, and when its keys are sorted first.
_AS_STORED: Final = (2048, 8192)
_PARSED: Final = (256, 2048)


def correct_one_byte(raw: bytes, job_id: str) -> bytes | None:
    """Return the text whose hash is the id, if it differs from `raw` in one byte at most.

    A wrong result would be a collision of md5 among some hundred thousand texts.
    """
    found = _correct_as_stored(raw, job_id, _choose(len(raw), _AS_STORED))
    return found or _correct_parsed(raw, job_id, _choose(len(raw), _PARSED))


def _choose(length: int, longest: tuple[int, int]) -> Sequence[int]:
    """Return by what the bytes of a file of this length are changed."""
    if length > longest[1]:
        return ()
    return range(1, 256) if length <= longest[0] else [1 << bit for bit in range(8)]


def _correct_as_stored(raw: bytes, job_id: str, changes: Sequence[int]) -> bytes | None:
    wanted = bytes.fromhex(job_id)
    for place, byte in enumerate(raw if changes else b""):
        begun = md5(raw[:place])
        rest = raw[place + 1 :]
        for change in changes:
            trial = begun.copy()
            trial.update(bytes((byte ^ change,)) + rest)
            if trial.digest() == wanted:
                return raw[:place] + bytes((byte ^ change,)) + rest
    return None


def _correct_parsed(raw: bytes, job_id: str, changes: Sequence[int]) -> bytes | None:
    for text in _vary(raw, changes):
        try:
            statepoint = jsonfile.parse(text)
        except (ValueError, RecursionError):
            continue
        if statepoint.__class__ is dict and has_id(text, statepoint, job_id):
            return text
    return None


def _vary(raw: bytes, changes: Sequence[int]) -> Iterator[bytes]:
    for place, byte in enumerate(raw if changes else b""):
        for change in changes:
            yield raw[:place] + bytes((byte ^ change,)) + raw[place + 1 :]
