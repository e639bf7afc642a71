"""Checks that are interrupted and resumed."""

import json
import os
import signal
from typing import Any

import pytest

import processes
from crash.ground import as_user, close_for_writing, open_place, tree
from signac._core import faults
from signac._upkeep import check, checkpoint
from unit.index.planting import plant
from unit.upkeep.conftest import Ground

MANY = 60


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at ten jobs at a time, and note each time how far it came."""
    monkeypatch.setattr(check, "_BATCH", 10)
    monkeypatch.setattr(check, "_MOMENT", 0.0)
    monkeypatch.setattr(checkpoint, "_INTERVAL", 0.0)


@pytest.fixture
def damaged(ground: Ground) -> Ground:
    """A project with damage in each batch of jobs, and beside them."""
    damage(ground)
    return ground


def damage(ground: Ground) -> None:
    ground.ids += plant(ground.path, [{"n": n} for n in range(MANY)])
    for number in range(0, len(ground.ids), 4):
        ground.write(ground.file(number), b"junk \xff")
    ground.write(ground.file(1, "signac_job_document.json"), b"junk")
    ground.write(os.path.join(ground.path, "workspace", "stray\udcff\x1b"), b"")


def parts(report: Any) -> tuple[Any, ...]:
    return list(report), report.checked, report.level, report.jobs


def note(ground: Ground) -> str:
    return os.path.join(ground.path, ".signac", "check", "progress.json")


def interrupt(ground: Ground, after: int, how: Any, level: str = "fast") -> None:
    """Check until a number of notes were made, then do something."""
    made = 0

    def inject(number: int, operation: str, path: str, size: int | None) -> None:
        nonlocal made
        if operation == "rename" and path.endswith("progress.json"):
            made += 1
            if made > after:
                how()

    with faults.injecting(inject):
        ground.project.find_problems(level=level, progress=False)


def _press() -> None:
    raise KeyboardInterrupt


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("level", ["fast", "full"])
@pytest.mark.parametrize("after", [1, 3, 6])
@pytest.mark.parametrize("how", [_press, _die])
def test_resumed(damaged: Ground, how: Any, after: int, level: str) -> None:
    """A check that was interrupted, or killed, and resumed tells what one in one go tells."""
    whole = parts(damaged.project.find_problems(level=level))
    assert len(whole[0]) > MANY // 4
    outcome = processes.run(lambda: interrupt(damaged, after, how, level))
    assert not outcome.ok
    with open(note(damaged)) as file:
        assert json.load(file)[2] == 10 * after
    looked: list[int] = []
    original = check.check_jobs

    def count(workspace: Any, ids: Any, *rest: Any) -> Any:
        looked.append(len(ids))
        return original(workspace, ids, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "check_jobs", count)
        resumed = parts(damaged.project.find_problems(level=level, resume=True))
    assert resumed == whole
    assert max(looked) <= 10
    assert not os.path.exists(os.path.dirname(note(damaged)))


def test_not_resumed(damaged: Ground) -> None:
    """Without being asked, a check begins anew, and leaves nothing of the old one."""
    whole = parts(damaged.project.find_problems())
    with pytest.raises(KeyboardInterrupt):
        interrupt(damaged, 3, _press)
    damaged.write(damaged.file(1), b"junk")
    found = parts(damaged.project.find_problems())
    assert found != whole
    assert found == parts(damaged.project.find_problems(resume=True))
    assert not os.path.exists(os.path.dirname(note(damaged)))


def test_another_level(damaged: Ground) -> None:
    """A check of another level does not go on where the first one was."""
    with pytest.raises(KeyboardInterrupt):
        interrupt(damaged, 3, _press, level="fast")
    damaged.write(damaged.file(4), damaged.statepoints[4])
    first = sorted(damaged.ids)[0]
    os.unlink(os.path.join(damaged.path, "workspace", first, "signac_statepoint.json"))
    found = damaged.project.find_problems(level="full", resume=True)
    assert first in found.jobs


def _junk() -> dict[str, Any]:
    problem = ["document-damaged", "0" * 32, "/x", "m", "error"]
    last = "f" * 32
    return {
        "empty": b"",
        "no json": b"\xff\x00",
        "not a list": {"a": 1},
        "four keys": {"a": 1, "b": 2, "c": 3, "d": 4},
        "text": b'"abcd"',
        "short": ["fast", last, 10],
        "long": ["fast", last, 10, [], 5],
        "deep": b"[" * 100_000,
        "bad last": ["fast", "zzz", 10, []],
        "last is no text": ["fast", 5, 10, []],
        "bad count": ["fast", last, "many", [problem]],
        "bool count": ["fast", last, True, []],
        "no problems": ["fast", last, 10, None],
        "problem of letters": ["fast", last, 10, ["abcde"]],
        "unknown kind": ["fast", last, 10, [["bogus", *problem[1:]]]],
        "list as kind": ["fast", last, 10, [[["x"], *problem[1:]]]],
        "wrong severity": ["fast", last, 10, [[*problem[:4], "warning"]]],
        "bad job": ["fast", last, 10, [[problem[0], "../x", *problem[2:]]]],
        "good and bad problem": ["fast", last, 10, [problem, 5]],
    }


@pytest.mark.parametrize("name", _junk())
def test_junk(damaged: Ground, name: str) -> None:
    """A file of progress that is junk is as none at all."""
    whole = parts(damaged.project.find_problems())
    damaged.write(note(damaged), _junk()[name])
    assert parts(damaged.project.find_problems(resume=True)) == whole
    assert not os.path.exists(os.path.dirname(note(damaged)))


def test_cut(damaged: Ground) -> None:
    """So is one that was cut anywhere."""
    whole = parts(damaged.project.find_problems())
    with pytest.raises(KeyboardInterrupt):
        interrupt(damaged, 3, _press)
    data = damaged.read(note(damaged))
    for length in [*range(0, len(data), 211), len(data) - 1]:
        damaged.write(note(damaged), data[:length])
        assert parts(damaged.project.find_problems(resume=True)) == whole


def test_killed_while_noting(damaged: Ground) -> None:
    """What a check leaves that is killed while it writes its note goes with the next check."""

    def die_writing(number: int, operation: str, path: str, size: int | None) -> Any:
        if operation == "write" and path.endswith("progress.json"):
            return faults.Cut(5, None)
        return None

    def child() -> None:
        with faults.injecting(die_writing):
            damaged.project.find_problems(progress=False)

    assert processes.run(child).signal == signal.SIGKILL
    assert os.listdir(os.path.dirname(note(damaged)))
    damaged.project.find_problems(resume=True)
    assert not os.path.exists(os.path.dirname(note(damaged)))


def test_full_disk(damaged: Ground) -> None:
    """A note that cannot be written costs the check nothing."""
    whole = parts(damaged.project.find_problems())

    def fail(number: int, operation: str, path: str, size: int | None) -> None:
        raise OSError(28, "No space left on device", path)

    with faults.injecting(fail):
        assert parts(damaged.project.find_problems(progress=False)) == whole


def test_read_only() -> None:
    """A project that may only be read is checked, and stays as it is."""
    with open_place() as place:
        ground = Ground(os.path.join(place, "p"))
        damage(ground)
        whole = parts(ground.project.find_problems())
        close_for_writing(place)
        before = tree(place)
        found = as_user(lambda: parts(ground.project.find_problems(resume=True))).get()
        assert (found[0], found[1:]) == (whole[0], whole[1:])
        assert tree(place) == before
