"""Change one key of a configuration file; comments, sections and order of all others stay."""

from __future__ import annotations

import io
import os
import re
from typing import TYPE_CHECKING, Any, Final

from signac._config.load import parse_config, parse_sections, read_bytes
from signac._core import locks
from signac._core.replace import replace_file, sweep_beside
from signac.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[dict[str, Any], dict[str, Any]], object]

__all__ = ["write_value"]

_COMMENT: Final = re.compile(rb"[ \t]*#.*")


def write_value(
    path: str, key: str, value: str | list[str], *, fallback: str, check: Check
) -> None:
    """Set one key of a configuration file, which need not exist.

    Before: any file that parses. After: the file, with this value. Dying anywhere leaves one of
    the two. Of several processes that do this at once, each finds what the others wrote.

    Parameters
    ----------
    path : str
        The file; its directory must exist.
    key : str
        Where, as ``section.subsection.key``. Sections are made as needed.
    value : str or list of str
        What.
    fallback : str
        Where lock files go if directories cannot be locked.
    check : callable
        Is given the contents before and after, and raises if they must not be written.

    Raises
    ------
    ConfigError
        When the file does not parse, the key lies below a value, or the format cannot hold the key
        or the value. Nothing is written then.
    """
    with locks.locked(os.path.dirname(path), fallback=fallback):
        old = read_bytes(path) if os.path.exists(path) else b""
        sections = parse_sections(old, path)
        _set(sections, key, value, path)
        new = _encode(sections, key, value, path)
        laid_out = _with_old_lines(new, old)
        if parse_config(laid_out, path) == parse_config(new, path):
            new = laid_out
        check(parse_config(old, path), parse_config(new, path))
        sweep_beside(path)
        replace_file(path, new)


def _set(section: Any, key: str, value: str | list[str], path: str) -> None:
    *parents, name = key.split(".")
    for number, parent in enumerate(parents, 1):
        section = section.setdefault(parent, {})
        if not isinstance(section, dict):
            raise ConfigError(
                f"{path}: {'.'.join(parents[:number])} is a value, so there can be no key {key}"
            )
    if isinstance(section.get(name), dict):
        del section[name]  # or the value would be written behind the sections
    section[name] = value


def _encode(sections: Any, key: str, value: str | list[str], path: str) -> bytes:
    """Return the contents of the file, which read back as what is meant."""
    import configobj

    stream = io.BytesIO()
    try:
        sections.write(stream)
        is_same = parse_sections(stream.getvalue(), path).dict() == sections.dict()
    except (configobj.ConfigObjError, ConfigError, UnicodeEncodeError):
        is_same = False
    if not is_same:
        raise ConfigError(
            f"{path}: {key} = {value!r} would be read back as something else, or not at all; "
            "choose another key or value"
        )
    return stream.getvalue()


def _with_old_lines(new: bytes, old: bytes) -> bytes:
    """Return new contents in which each line that was there has its old blanks.

    The library that writes them puts no blank, or other ones, before a comment behind a value. In
    the line that is new the comment keeps the blanks in front of it.
    """
    known = {_dense(line): line for line in old.splitlines()}
    comments = [found[0] for found in map(_COMMENT.search, known.values()) if found]
    end = b"\r\n" if b"\r\n" in new else b"\n"
    lines = []
    for line in new.splitlines():
        found = known.get(_dense(line))
        if found is None:
            for comment in comments:
                if line.endswith(comment.lstrip()):
                    line = line.removesuffix(comment.lstrip()).rstrip() + comment
                    break
        lines.append((line if found is None else found) + end)
    return b"".join(lines)


def _dense(line: bytes) -> bytes:
    return b"".join(line.split())
