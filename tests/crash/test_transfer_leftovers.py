"""What a transfer leaves that dies at one of its first changes is gone after the next open."""

import functools
import os
import shutil
from typing import Any

import pytest

import processes
import rawcheck
from crash.harness import _reopen
from crash.test_transfer_kills import COPIES, EXPORTS, IMPORTS, Transfer
from dying import run_and_die

# A note about the transfer is made, if at all, among so many first mutations.
FIRST = 8


@pytest.mark.parametrize("transfer", [IMPORTS[0], EXPORTS[0], *COPIES[::3]], ids=str)
def test_note_that_was_half_written(transfer: Transfer, tmp_path: Any) -> None:
    """Dead while it notes what it is about to make: no temporary file outlives the next open."""
    scene, root = str(tmp_path / "scene"), str(tmp_path / "killed")
    os.makedirs(scene)
    transfer.prepare(scene)
    for mutation in range(1, FIRST + 1):
        shutil.copytree(scene, root, symlinks=True)
        if not run_and_die(functools.partial(transfer.call, root), mutation):
            assert mutation > 5
            break
        processes.run(functools.partial(_reopen, root)).get()
        for name in ("p", "s"):
            path = os.path.join(root, name)
            assert not os.path.isdir(path) or rawcheck.problems(path) == []
        shutil.rmtree(root)
