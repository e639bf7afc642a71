"""What is moved or replaced is kept, wherever it lies, with readable notes."""

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aging import let_directories_age
from signac._core import faults
from signac._upkeep.quarantine import Quarantine
from signac._upkeep.report import Action


def action(job: str | None = None) -> Action:
    return Action("set-aside-file", job, "/x", "what \x1b is done")


def notes(quarantine: Quarantine) -> list[dict[str, Any]]:
    assert quarantine.path is not None
    with open(os.path.join(quarantine.path, "notes.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture
def quarantine(ground) -> Quarantine:
    return Quarantine(ground.home.workspace)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """Return a directory on another file system."""
    if not os.path.isdir("/dev/shm"):
        pytest.skip("there is no other file system")
    path = Path(tempfile.mkdtemp(dir="/dev/shm"))
    if path.stat().st_dev == os.stat(tempfile.gettempdir()).st_dev:
        shutil.rmtree(path)
        pytest.skip("it is the same file system")
    yield path
    shutil.rmtree(path)


def test_made_when_needed(ground, quarantine) -> None:
    """There is none as long as nothing was moved."""
    assert quarantine.path is None
    assert ".signac_quarantine" not in os.listdir(ground.path + "/workspace")


def test_names_taken_twice(ground, quarantine) -> None:
    """Things of one name are kept beside each other, each with a note of where it was."""
    for number in range(4):
        path = ground.write(os.path.join(ground.path, f"d{number}", "name"), b"%d" % number)
        quarantine.take(path, action())
        assert not os.path.exists(path)
    found = notes(quarantine)
    assert [os.path.basename(note["to"]) for note in found] == [
        "name",
        "name.1",
        "name.2",
        "name.3",
    ]
    for number, note in enumerate(found):
        assert ground.read(note["to"]) == b"%d" % number
        assert note["from"].endswith(f"d{number}/name")
        assert note["what"] == "what \x1b is done"


def test_repairs_do_not_mix(ground) -> None:
    """Each repair has a place of its own."""
    places = set()
    for _ in range(20):
        quarantine = Quarantine(ground.home.workspace)
        quarantine.take(ground.write(os.path.join(ground.path, "name"), b"x"), action())
        places.add(quarantine.path)
    assert len(places) == 20


def test_whole_directories_and_links(ground, quarantine) -> None:
    """A directory is moved with all that is in it, and a link as the link it is."""
    job = os.path.dirname(ground.file())
    os.symlink("nowhere", os.path.join(job, "link"))
    quarantine.take(job, action(ground.ids[0]))
    link = os.path.join(ground.path, "dead")
    os.symlink("/nowhere", link)
    quarantine.take(link, action())
    first, second = notes(quarantine)
    assert sorted(os.listdir(first["to"])) == [
        "link",
        "signac_job_document.json",
        "signac_statepoint.json",
    ]
    assert os.readlink(second["to"]) == "/nowhere"
    assert not os.path.lexists(link)


def test_kept_beside(ground, quarantine) -> None:
    """What is kept is there twice until it is replaced."""
    quarantine.keep(ground.file(), action(ground.ids[0]))
    kept = notes(quarantine)[0]["to"]
    assert os.path.samefile(kept, ground.file())


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV])
def test_no_hard_links(ground, quarantine, number: int) -> None:
    """Where there are no hard links it is copied, with its mode."""
    os.chmod(ground.file(), 0o640)

    def refuse(count: int, operation: str, path: str, size: int | None) -> None:
        if operation == "link":
            raise OSError(number, os.strerror(number), path)

    with faults.injecting(refuse):
        quarantine.keep(ground.file(), action())
    kept = notes(quarantine)[0]["to"]
    assert not os.path.samefile(kept, ground.file())
    assert ground.read(kept) == ground.read(ground.file())
    assert os.stat(kept).st_mode & 0o777 == 0o640


def test_other_file_system(ground, quarantine, elsewhere: Path) -> None:
    """From another file system files and links are copied before they are removed there."""
    data = os.urandom(3 << 20)
    large = ground.write(str(elsewhere / "large.h5"), data)
    os.symlink("nowhere", elsewhere / "link")
    quarantine.take(large, action())
    quarantine.take(str(elsewhere / "link"), action())
    assert os.listdir(elsewhere) == []
    first, second = notes(quarantine)
    assert ground.read(first["to"]) == data
    assert os.readlink(second["to"]) == "nowhere"


def test_other_file_system_full(ground, quarantine, elsewhere: Path) -> None:
    """If it does not fit it stays where it is, and no part of it counts as kept."""
    large = ground.write(str(elsewhere / "large.h5"), os.urandom(3 << 20))

    def full(count: int, operation: str, path: str, size: int | None) -> Any:
        if operation == "write" and size == 1 << 20 and full_after.pop():
            return faults.Cut(1000, OSError(errno.ENOSPC, "No space left on device", path))
        return None

    full_after = [True, False]
    with faults.injecting(full), pytest.raises(OSError, match="No space left"):
        quarantine.take(large, action())
    assert os.path.getsize(large) == 3 << 20
    assert ground.quarantined == {}


def test_other_file_system_directory(ground, quarantine, elsewhere: Path) -> None:
    """A directory of another file system is left to a person, with a reason."""
    ground.write(str(elsewhere / "d" / "file"), b"x")
    with pytest.raises(OSError, match="another file system"):
        quarantine.take(str(elsewhere / "d"), action())
    assert ground.read(str(elsewhere / "d" / "file")) == b"x"


def test_workspace_elsewhere(ground, elsewhere: Path) -> None:
    """With the workspace behind a link, what lies in the project is kept in the workspace."""
    shutil.move(os.path.join(ground.path, "workspace"), elsewhere / "w")
    os.symlink(elsewhere / "w", os.path.join(ground.path, "workspace"))
    document = os.path.join(ground.path, "signac_project_document.json")
    ground.write(document, b"junk of the project")
    ground.write(os.path.join(ground.path, "signac_data.h5"), b"junk of a store")
    ground.write(ground.file(), b"junk of a job")
    ground.project.repair(set_aside=True, progress=False)
    assert not os.path.lexists(document)
    kept = {b"junk of a job", b"junk of a store", b"junk of the project"}
    assert kept <= set(ground.quarantined.values())
    assert list(ground.project.find_problems()) == []


def test_job_elsewhere(ground, elsewhere: Path) -> None:
    """A job behind a link to another file system is repaired where it is."""
    directory = os.path.dirname(ground.file())
    shutil.move(directory, elsewhere / "j")
    os.symlink(elsewhere / "j", directory)
    raw = ground.read(ground.file())
    ground.write(ground.file(), b"junk")
    ground.write(ground.file(name="signac_statepoint.json~"), raw, age=600)
    let_directories_age(ground.path)
    ground.project.repair(progress=False)
    assert os.path.islink(directory)
    assert ground.read(ground.file()) == raw
    assert b"junk" in ground.quarantined.values()
    assert list(ground.project.find_problems()) == []


def test_cut_notes(ground, quarantine) -> None:
    """A note that was cut by a full disk does not spoil the next one."""

    def cut(count: int, operation: str, path: str, size: int | None) -> Any:
        if operation == "append":
            return faults.Cut(20, OSError(errno.ENOSPC, "No space left on device", path))
        return None

    path = ground.write(os.path.join(ground.path, "name"), b"x")
    with faults.injecting(cut), pytest.raises(OSError, match="No space left"):
        quarantine.take(path, action())
    assert os.path.exists(path)
    quarantine.take(path, action())
    lines = ground.read(os.path.join(quarantine.path, "notes.jsonl")).splitlines()
    assert len(lines[0]) == 20
    assert json.loads(lines[1])["from"] == path


@pytest.mark.parametrize("what", ["link", "file"])
def test_blocked(ground, what: str) -> None:
    """If its place is taken by something else nothing is moved, and the repair says why."""
    place = os.path.join(ground.path, "workspace", ".signac_quarantine")
    outside = os.path.join(ground.path, "outside")
    os.mkdir(outside)
    if what == "link":
        os.symlink(outside, place)
    else:
        ground.write(place, b"x")
    document = ground.write(ground.file(name="signac_job_document.json"), b"junk")
    result = ground.project.plan_repair(set_aside=True).apply()
    assert len(result.failed) == 1
    assert ".signac_quarantine" in result.failed[0][1]
    assert ground.read(document) == b"junk"
    assert os.listdir(outside) == []
