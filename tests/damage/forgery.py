"""Caches and indexes that are wrong on purpose, with right checksums.

The forms are those of `docs/format.md`; nothing here is shared with the library.
"""

import gzip
import hashlib
import json
import os
import shutil
import struct
import zlib
from typing import Any

import rawcheck
from damage.scene import IDS, MANY, Scene, right_cache, statepoint, write, write_cache

_BLOCK = 65536
#: Is put in place of another text of the same length.
_LIE = (b"water", b"vodka")


def wrong_cache(scene: Scene) -> None:
    """Give the victim and two others other state points, valid ones."""
    right_cache(scene)
    with gzip.open(scene.cache) as file:
        entries: dict[str, Any] = json.load(file)
    entries[IDS["V"]] = {**statepoint(0), "model": "vodka"}
    entries[IDS["O"]] = statepoint(0)
    entries[rawcheck.id_of(statepoint(7))] = {}
    entries[IDS["Z"]] = statepoint(1)
    entries[IDS["G"]] = statepoint(2)
    entries["../../x"] = {"a": 1}
    entries[rawcheck.id_of(statepoint(8))] = [1, 2]
    write_cache(scene, entries)


def old_cache(scene: Scene) -> None:
    """Add entries of jobs that are gone, right ones."""
    entries = {rawcheck.id_of(statepoint(n)): statepoint(n) for n in range(MANY)}
    for number in range(9000, 9003):
        entries[rawcheck.id_of({"old": number})] = {"old": number}
    write_cache(scene, entries)


def foreign_index(scene: Scene) -> None:
    """Take the index of a project of which this one is a part: its jobs are not those here."""
    source = os.path.join(os.path.dirname(scene.root), "foreign-index")
    shutil.rmtree(scene.index, ignore_errors=True)
    shutil.copytree(source, scene.index)


def wrong_index(scene: Scene) -> int:
    """Change the state point of the victim in every segment; return how many were changed."""
    manifest = os.path.join(scene.index, "manifest")
    with open(manifest, "rb") as file:
        body = json.loads(file.read().split(b"\n", 1)[1])
    changed = 0
    for part in body[1]:
        old = os.path.join(scene.index, part[0])
        with open(old, "rb") as file:
            forged = _forge(file.read())
        if forged is None:
            continue
        data, fingerprint = forged
        part[0] = f"0123456789abcdef.{fingerprint}.seg"
        write(os.path.join(scene.index, part[0]), data)
        os.unlink(old)
        changed += 1
    raw = json.dumps(body).encode()
    write(manifest, b"%08x\n" % zlib.crc32(raw) + raw)
    return changed


def _forge(data: bytes) -> tuple[bytes, str] | None:
    """Return a segment in which the victim has another state point, and its fingerprint."""
    length, start, size = struct.unpack("<QQQ", data[-32:-8])
    assert data[-4:] == b"IDX1"
    directory = json.loads(data[start : start + size])
    texts, begins = directory["texts"]
    ids = data[directory["ids"] : directory["ids"] + 16 * directory["rows"]]
    position = ids.find(bytes.fromhex(IDS["V"]))
    if position < 0 or position % 16:
        return None
    first, last = struct.unpack_from("<2I", data, begins + 4 * (position // 16))
    contents = bytearray(data[:length])
    contents[texts + first : texts + last] = contents[texts + first : texts + last].replace(*_LIE)
    assert bytes(contents) != data[:length]
    checks = b"".join(
        struct.pack("<I", zlib.crc32(contents[at : at + _BLOCK])) for at in range(0, length, _BLOCK)
    )
    tail = struct.pack("<QQQ", length, start, size)
    total = zlib.crc32(checks + tail)
    whole = bytes(contents) + checks + tail + struct.pack("<I", total) + b"IDX1"
    return whole, hashlib.md5(checks + tail).hexdigest()[:16]
