"""The quick look at jobs, the look at rest, and the bars that show how far it came."""

import fcntl
import json
import os
import random
import sys
import threading
import time

import pytest

import rawcheck
from crash.ground import as_user, open_place
from signac._engine.record import find_problem
from signac._upkeep import check, jobs, resting
from signac._upkeep.glance import glance
from signac._upkeep.jobs import check_document, check_jobs, check_statepoint
from unit.test_progress import on_terminal, plain
from unit.upkeep.conftest import Ground

SCRIPT = """
import sys
import signac
from signac._core import progress
from signac._upkeep import check

progress._PATIENCE, check._BATCH = float(sys.argv[2]), 10
project = signac.Project(sys.argv[1])
print(eval(sys.argv[3]))
"""


def command(path: str, expression: str, patience: float = 0.0) -> list[str]:
    return [sys.executable, "-c", SCRIPT, path, str(patience), expression]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("len(project.find_problems())", "checking jobs"),
        ("len(project.plan_repair().actions)", "checking jobs"),
        ("len(project.plan_repair().apply().done)", "repairing"),
        ("project.repair()", "repairing"),
    ],
)
def test_bars(ground: Ground, expression: str, words: str) -> None:
    """On a terminal check and repair show what they do and how much of it is done."""
    for number in range(5):
        ground.write(ground.file(number, "signac_job_document.json~"), b"{}", age=600)
    output, shown = on_terminal(command(ground.path, expression))
    assert output in ("5", "None")
    assert words in plain(shown)
    assert "5/5" in plain(shown)
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")


def test_no_bar(ground: Ground) -> None:
    """What takes no time, and what is told so, shows nothing on a terminal."""
    assert on_terminal(command(ground.path, "project.check()", patience=30.0)) == ("None", "")
    quiet = "project.check(progress=False), project.repair(progress=False)"
    assert on_terminal(command(ground.path, quiet)) == ("(None, None)", "")


TEXTS = [
    b"",
    b"{}",
    b"null",
    b"[]",
    b"1",
    b'{"a": 1}',
    b'{"a": 1} ',
    b' {"a": 1}',
    b'{"a": 1}\n',
    b'{"a": 1}x',
    b'{"a":1}',
    b'{"a.b": 1}',
    b'{"a\\u002eb": 1}',
    b'{"a": {"b.c": 1}}',
    b'{"a": 0.5}',
    b'{"a": NaN}',
    b'{"a": "\xc3\xa4"}',
    b'{"a": "\xff"}',
    b'{"a": 1',
    b'\xef\xbb\xbf{"a": 1}',
    '{"a": 1}'.encode("utf-16"),
    b'{"a": "' + b"x" * 8181 + b'"}',
    b'{"a": "' + b"x" * 8183 + b'"}',
    b'{"a": "' + b"x" * 8184 + b'"}',
    b'{"a": "' + b"x" * 20000 + b'"}',
    b'{"a": ' + b"[" * 400 + b"]" * 400 + b"}",
    b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}",
    b"[" * 100_000,
    b'{"a": ' + b"9" * 5000 + b"}",
    b'{"a": 1, "a": 2}',
    b"\0" * 50,
]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_quick_and_careful_agree(ground: Ground, number: int) -> None:
    """What a quick look takes for sound is sound to the careful one, and the reverse is told."""
    workspace = ground.home.workspace
    text = TEXTS[number]
    try:
        sound = rawcheck.id_of(json.loads(text))
    except (ValueError, RecursionError):
        sound = rawcheck.id_of({"a": 1})
    os.rename(os.path.dirname(ground.file()), workspace.job(sound))
    ground.ids[0] = sound
    document = ground.write(ground.file(name="signac_job_document.json"), text)
    ground.write(ground.file(), text)
    careful = bool(find_problem(workspace, sound)), bool(list(check_document(document, sound)))
    doubts = {doubt[0]: doubt[1:] for doubt in glance(workspace, ground.ids)}
    _, statepoint, known = doubts.pop(sound, ([], True, True))
    assert doubts == {}
    assert not (statepoint and careful[0])
    assert not (known and careful[1])
    kinds = {found.kind.partition("-")[0] for found in check_jobs(workspace, ground.ids, "fast")}
    wanted = {name for name, bad in zip(("statepoint", "document"), careful, strict=True) if bad}
    assert kinds == wanted


def test_sound_jobs_raise_no_doubt(ground: Ground) -> None:
    """Jobs as they usually are need one quick look, whatever the order of their keys."""
    random.seed(5)
    for number, statepoint in enumerate(ground.statepoints):
        items = list(statepoint.items())
        random.shuffle(items)
        ground.write(ground.file(number), dict(items))
    assert list(glance(ground.home.workspace, ground.ids)) == []
    os.unlink(ground.file(2, "signac_job_document.json"))
    assert list(glance(ground.home.workspace, ground.ids)) == []
    assert list(glance(ground.home.workspace, ["f" * 32])) == [("f" * 32, None, False, False)]


def test_where_directories_cannot_be_opened(ground: Ground, monkeypatch) -> None:
    """Without descriptors of directories every job gets the careful look."""
    monkeypatch.setattr("signac._core.atomic.open_directory", lambda path: None)
    assert len(list(glance(ground.home.workspace, ground.ids))) == 5
    ground.write(ground.file(1), b"junk")
    assert ground.project.find_problems().jobs == [ground.ids[1]]


def test_unreadable_project() -> None:
    """A project that may not be listed, or not entered, is told to be so; nothing raises."""
    with open_place() as place:
        ground = Ground(os.path.join(place, "p"))
        project = ground.project
        for path, mode in ((ground.path, 0o111), (ground.path, 0), (ground.path + "/workspace", 0)):
            os.chmod(path, mode)
            kinds = as_user(lambda: [found.kind for found in project.find_problems()]).get()
            os.chmod(path, 0o755)
            wanted = {0o111: set(), 0: {"workspace-missing"}}[mode]
            assert set(kinds) >= wanted


def test_at_rest(ground: Ground) -> None:
    """A job that is being changed is looked at when that is done."""
    workspace = ground.home.workspace
    raw = ground.read(ground.file())
    held, changed = threading.Event(), threading.Event()

    def change() -> None:
        place = os.open(os.path.dirname(ground.file()), os.O_RDONLY)
        fcntl.flock(place, fcntl.LOCK_EX)
        ground.write(ground.file(), b"half")
        held.set()
        time.sleep(0.2)
        ground.write(ground.file(), raw)
        changed.set()
        os.close(place)

    thread = threading.Thread(target=change)
    thread.start()
    held.wait()
    assert list(check_statepoint(workspace, ground.ids[0])) == []
    assert changed.is_set()
    thread.join()


def test_one_who_hangs(ground: Ground, monkeypatch) -> None:
    """Who holds the lock of a job for ever keeps nobody from seeing that it is damaged."""
    monkeypatch.setattr(resting, "_PATIENCE", 0.05)
    ground.write(ground.file(), b"half")
    place = os.open(os.path.dirname(ground.file()), os.O_RDONLY)
    fcntl.flock(place, fcntl.LOCK_EX)
    found = list(check_statepoint(ground.home.workspace, ground.ids[0]))
    assert [one.kind for one in found] == ["statepoint-damaged"]
    os.close(place)


def test_looked_at_twice(ground: Ground, monkeypatch) -> None:
    """What is wrong for a moment only is no problem."""
    raw = ground.read(ground.file())
    ground.write(ground.file(), b"half")
    ground.write(ground.file(1), b"half")
    monkeypatch.setattr(check.time, "sleep", lambda seconds: ground.write(ground.file(), raw))
    found = check.look_at_jobs(ground.home.workspace, ground.ids, "fast")
    assert [one.job for one in found] == [ground.ids[1]]
    assert jobs.check_jobs is check.check_jobs
