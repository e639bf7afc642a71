"""A place for projects that other users may enter."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from crash.ground import open_place
from damage.matrix import Pool, warm_up

_MEMORY = "/dev/shm"
_ENOUGH = 2**30


@contextmanager
def _fast_place() -> Iterator[str]:
    """Give a directory in memory where there is enough, else one on the disk."""
    if not os.path.isdir(_MEMORY) or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        with open_place() as root:
            yield root
        return
    root = tempfile.mkdtemp(prefix="signac-test-", dir=_MEMORY)
    os.chmod(root, 0o755)
    try:
        yield root
    finally:
        shutil.rmtree(root)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Return sound projects to be damaged."""
    with _fast_place() as root:
        made = Pool(root)
        made.foreign()
        warm_up(made.template(known=False).copy(root + "/warm"))
        yield made
