"""Archives with random faults: a typed error or an import, and never a step outside the project.

`SIGNAC_FUZZ_SECONDS` is the size for a night. An input is drawn from a seed and a number.
"""

import os
import random
import shutil
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

import rawcheck
import signac
from fuzz.mutate import mutate
from security.hostile_archives import HARMLESS, make_tar, make_zip, special
from signac.errors import Error

SECONDS = float(os.environ.get("SIGNAC_FUZZ_SECONDS") or 0)
SEED = int(os.environ.get("SIGNAC_FUZZ_SEED") or 1)
FEW = 40
EXTRA = [
    ("k/signac_statepoint.json", b'{"a": 2, "n": {"b": [1, null]}}'),
    ("k/d/e/f", b"text" * 99),
]


def samples(kind: str, place: Path) -> list[bytes]:
    """Return good archives."""
    if kind == "zip":
        paths = [make_zip(place / "a", *EXTRA), HARMLESS["zip setuid"](place)]
        paths += [make_zip(place / f"m{method}", *EXTRA, method=method) for method in (0, 12, 14)]
    else:
        mode: Any = {"tar": "w", "tar.gz": "w:gz", "tar.xz": "w:xz"}[kind]
        links = [special("k/l", tarfile.SYMTYPE, "d/e/f"), special("k/h", tarfile.LNKTYPE, "j/f")]
        long = [("k/" + "n" * 150, b"x")]
        paths = [make_tar(place / "a", *EXTRA, mode=mode), make_tar(place / "b", *links, mode=mode)]
        paths.append(make_tar(place / "c", *EXTRA, *links, *long, mode=mode))
    return [path.read_bytes() for path in paths]


def with_checksums(data: bytes) -> bytes:
    """Make the headers of a tar archive valid again, so that what is in them counts."""
    blocks = bytearray(data)
    for start in range(0, len(blocks) - 511, 512):
        if blocks[start + 257 : start + 262] == b"ustar":
            blocks[start + 148 : start + 156] = b" " * 8
            total = sum(blocks[start : start + 512])
            blocks[start + 148 : start + 156] = b"%06o\0 " % total
    return bytes(blocks)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz"])
def test_random_faults(kind: str, tmp_path: Path) -> None:
    """Whatever an archive holds: whole jobs or a typed error, quickly, and no leftovers."""
    good = samples(kind, tmp_path)
    root = signac.init_project(tmp_path / "p" / "q").path
    started, number = time.monotonic(), 0
    origin = tmp_path / "x"
    with signac.durability("fast"):
        while number < FEW or time.monotonic() - started < SECONDS:
            draw = random.Random(f"{SEED}:{kind}:{number}")
            data = mutate(draw, good)
            if kind == "tar" and draw.random() < 0.8:
                data = with_checksums(data)
            origin.write_bytes(data)
            before, said = time.process_time(), "imported"
            try:
                signac.Project(root).import_from(origin)
            except Error as error:
                said = str(error)
            assert said, (SEED, number)
            assert time.process_time() - before < 10, (SEED, number)
            assert rawcheck.problems(root) == [], (SEED, number)
            for name in os.listdir(os.path.join(root, "workspace")):
                shutil.rmtree(os.path.join(root, "workspace", name))
            shutil.rmtree(os.path.join(root, ".signac", "transfers"), ignore_errors=True)
            number += 1
