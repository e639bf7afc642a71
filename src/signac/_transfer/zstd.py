"""Zstandard, where Python or an installed package has it."""

from __future__ import annotations

from importlib import import_module
from typing import IO, Any

__all__ = ["require_zstd", "zstd_reader", "zstd_writer"]


def require_zstd() -> Any:
    """Return the module that compresses.

    Raises
    ------
    TypeError
        When there is none: an archive ``.zst`` is of no known type then.
    """
    for name in ("compression.zstd", "backports.zstd", "zstandard"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise TypeError(
        "zst: this Python cannot compress with Zstandard; run: pip install 'signac[zstd]' (or "
        "backports.zstd), or choose .tar.gz, .tar.bz2 or .tar.xz"
    )


def zstd_writer(stream: IO[bytes]) -> Any:
    """Return a file that compresses into `stream`, which stays open."""
    module = require_zstd()
    if hasattr(module, "ZstdFile"):
        return module.ZstdFile(stream, "w")
    return module.ZstdCompressor().stream_writer(stream, closefd=False)


def zstd_reader(stream: IO[bytes]) -> Any:
    """Return a file with what `stream` holds compressed."""
    module = require_zstd()
    if hasattr(module, "ZstdFile"):
        return module.ZstdFile(stream, "r")
    return module.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
