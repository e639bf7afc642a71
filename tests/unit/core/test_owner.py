"""What is known of the process that left something behind."""

import os
from pathlib import Path

import pytest

from signac._core import owner, scratch


def test_processes_out_of_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can ask for a process (Windows), what it left goes after a day."""
    monkeypatch.setattr(owner, "_SEES_OTHERS", False)
    monkeypatch.setattr(scratch, "fcntl", None)
    me = owner.this_one()
    other = me._replace(pid=me.pid + 1, start="")
    assert (owner.standing(me), owner.standing(other)) == ("alive", "here")
    left = tmp_path / f"{'0' * 16}-{other}.trash"
    left.write_bytes(b"")
    assert scratch.take_stale(str(left)) is None
    os.utime(left, (0, 0))
    entry = scratch.take_stale(str(left))
    assert entry is not None
    entry.close()
