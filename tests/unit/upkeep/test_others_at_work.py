"""Check and repair leave alone what other programs are making, and what lies elsewhere."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._upkeep import checkpoint
from unit.upkeep.conftest import Ground

GHOST = "0123456789abcdef0123456789abcdef"
PART = "._00000000-0000-4000-8000-000000000000_signac_statepoint.json"
WRITER = """
import sys, h5py
with h5py.File(sys.argv[1], "w", locking=False) as file:
    print(flush=True)
    sys.stdin.read()
    file["x"] = 1
"""


@pytest.fixture
def writer(ground: Ground) -> Iterator[Any]:
    """A process that is making an HDF5 file, without the locks of HDF5."""
    command = [sys.executable, "-c", WRITER, ground.file(name="signac_data.h5")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="only there a file tells who has it open")
def test_file_that_is_being_written(ground: Ground, writer: Any) -> None:
    """A file that a process has open is not taken away from it, and the error names the process."""
    path = ground.file(name="signac_data.h5")
    with pytest.raises(signac.errors.JobsCorruptedError) as caught:
        ground.project.repair(set_aside=True)
    assert f"process {writer.pid} " in caught.value.problems[ground.ids[0]]
    assert os.path.exists(path)
    writer.communicate()
    assert not ground.project.find_problems(level="full")
    ground.write(path, b"junk")
    ground.project.repair(set_aside=True)
    assert not os.path.exists(path)


@pytest.mark.parametrize("names", [(), (PART,)])
def test_job_that_is_being_made(ground: Ground, names: tuple[str, ...]) -> None:
    """A young directory with nothing, or the beginning of a state point, is of a job to come."""
    directory = os.path.join(ground.path, "workspace", GHOST)
    os.mkdir(directory)
    for name in names:
        ground.write(os.path.join(directory, name), b"{")
    with pytest.raises(signac.errors.JobsCorruptedError, match="less than a minute ago") as caught:
        ground.project.repair(set_aside=True)
    assert list(caught.value.job_ids) == [GHOST]
    assert os.listdir(directory) == list(names)
    then = time.time() - 100
    os.utime(directory, (then, then))
    ground.project.repair(set_aside=True)
    assert not os.path.exists(directory)


@pytest.mark.parametrize("place", ["check", "check/progress.json"])
def test_checkpoint_elsewhere(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A link in place of the notes of a long check is not followed, nor removed."""
    monkeypatch.setattr(checkpoint, "_INTERVAL", 0.0)
    precious = tmp_path / "elsewhere" / "progress.json"
    precious.parent.mkdir()
    precious.write_text("precious")
    link = Path(ground.path, ".signac", place)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(precious if link.suffix else precious.parent)
    for resume in (False, True):
        assert not ground.project.find_problems(resume=resume)
    assert precious.read_text() == "precious"
    assert link.is_symlink()
