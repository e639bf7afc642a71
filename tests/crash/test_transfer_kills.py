"""A process is killed with SIGKILL while it moves data: import, export, clone, synchronisation.

Each kill starts from a fresh copy of the same scene, at a random moment of one call. What is then
on disk is judged with the standard library: each job is as before or as after the call, whole, in
any order of jobs. Then the same call is run again by a new process, and must lead to the same tree
as a call that nobody disturbed, with nothing left over.

By default each call is killed 5 times, 60 times in the long run. `SIGNAC_KILLS` is a number for
all of `test_random_kills.py`; the calls here share as many as one of its groups.
"""

import functools
import os
import shutil
import signal
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import processes
import rawcheck
import signac
from crash import scenes
from crash.harness import _reopen
from crash.killing import GROUPS, Tally

pytestmark = pytest.mark.timeout(7200)

JOBS = 6
DOCUMENT = {"n": 1, "nest": {"k": 1, "l": [1, 2]}, "text": "x" * 500}
# What a call may raise when it is run again, because it was complete except for its last word.
COMPLETE = ("DestinationExistsError", "FileExistsError")


@dataclass(frozen=True, slots=True)
class Transfer:
    """A call that moves data, the scene it starts from, and where it leaves what it moves."""

    name: str
    prepare: Callable[[str], object]
    call: Callable[[str], object]
    # What lies in the scene and no call may change.
    kept: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def kills(transfers: list[Transfer]) -> Any:
    """Parametrize a test with its transfers and the number of kills of each."""
    total = int(os.environ.get("SIGNAC_KILLS", "0"))
    sizes: list[Any] = [5, pytest.param(60, marks=pytest.mark.long)]
    if total:
        sizes = [max(1, round(total / len(GROUPS) / ALL))]

    def both(function: Any) -> Any:
        function = pytest.mark.parametrize("repetitions", sizes)(function)
        return pytest.mark.parametrize("transfer", transfers, ids=str)(function)

    return both


# Scenes.


def statepoint(number: int) -> dict[str, Any]:
    """Return one of 16 state points; each half has all the keys and values that there are."""
    return {"a": number % 4, "b": {"c": (number + number // 4) % 4}}


def fill(path: str, numbers: Any, *, content: str = "theirs", document: Any = DOCUMENT) -> None:
    """Make jobs with a document, a large file and files in directories."""
    for number in numbers:
        directory = scenes.job(path, statepoint(number), {**document, "number": number})
        os.makedirs(os.path.join(directory, "deep", "er"))
        for name, size in (("large", 10_000), ("deep/small", 10), ("deep/er/small", 1)):
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(f"{content} {number} " * size)


def source(root: str) -> str:
    """Make project `s` with all the jobs, and a project document."""
    path = scenes.project(os.path.join(root, "s"), document={"title": "s", "nest": {"k": 1}})
    fill(path, range(JOBS))
    return path


def two_projects(root: str, present: Any, document: Any = None) -> None:
    """Make project `s`, and project `p` with some of its jobs, of other content."""
    source(root)
    path = scenes.project(os.path.join(root, "p"), document={"mine": 1, "nest": {"l": 2}})
    fill(path, present, content="mine", document=document or {"mine": 1, "nest": {"m": 3}})
    for number in present:
        directory = os.path.join(path, "workspace", rawcheck.id_of(statepoint(number)))
        scenes.write(os.path.join(directory, "only_mine.json"), number)


def loose_jobs(root: str) -> str:
    """Make directory `o` with directories of jobs, and project `p` with two other jobs."""
    workspace = os.path.join(source(root), "workspace")
    origin = os.path.join(root, "o")
    for number in range(JOBS):
        shutil.move(
            os.path.join(workspace, rawcheck.id_of(statepoint(number))),
            os.path.join(origin, "c", str(number)),
        )
    shutil.rmtree(os.path.join(root, "s"))
    fill(scenes.project(os.path.join(root, "p")), range(14, 16), content="mine")
    return origin


def archive(root: str, form: str) -> None:
    """Make an archive of the loose jobs in place of their directory."""
    origin = loose_jobs(root)
    shutil.make_archive(origin, form, origin)
    shutil.rmtree(origin)


def old_archive(root: str) -> None:
    """Make project `s`, and an archive of another time at the place of the new one."""
    source(root)
    with zipfile.ZipFile(os.path.join(root, "t.zip"), "w") as file:
        file.writestr("old/file", "old")


def project_of(root: str, name: str = "p") -> Any:
    return signac.get_project(os.path.join(root, name), search=False)


# Calls.


def import_from(origin: str) -> Callable[[str], object]:
    return lambda root: project_of(root).import_from(os.path.join(root, origin))


def export_to(target: str) -> Callable[[str], object]:
    return lambda root: project_of(root, "s").export_to(os.path.join(root, target))


def clone(root: str) -> None:
    project_of(root).clone(project_of(root, "s").open_job(statepoint(0)))


def always(*_: Any) -> bool:
    return True


def sync(root: str) -> None:
    project_of(root).sync(project_of(root, "s"), strategy=always, recursive=True)


IMPORTS = [
    Transfer("directory", loose_jobs, import_from("o"), ("o",)),
    Transfer("zip", lambda root: archive(root, "zip"), import_from("o.zip"), ("o.zip",)),
    Transfer("tar", lambda root: archive(root, "gztar"), import_from("o.tar.gz"), ("o.tar.gz",)),
]
EXPORTS = [
    Transfer("directory", source, export_to("t"), ("s",)),
    Transfer("zip", old_archive, export_to("t.zip"), ("s",)),
    Transfer("tar", source, export_to("t.tar"), ("s",)),
]
COPIES = [
    Transfer("clone", lambda root: two_projects(root, range(4, 8)), clone, ("s",)),
    Transfer("sync new jobs", lambda root: two_projects(root, ()), sync, ("s",)),
    Transfer("sync present jobs", lambda root: two_projects(root, range(JOBS)), sync, ("s",)),
    # The four jobs that are there have all the values: the schemas agree at any moment.
    Transfer("sync both", lambda root: two_projects(root, range(4)), sync, ("s",)),
]
ALL = len(IMPORTS + EXPORTS + COPIES)


# Pictures, made with the standard library alone.


def contents(path: str) -> dict[str, Any]:
    """Return what an archive or a directory holds, by name."""
    if not os.path.lexists(path):
        return {}
    if path.endswith(".zip"):
        with zipfile.ZipFile(path) as archive_:
            assert archive_.testzip() is None
            return {name: archive_.read(name) for name in archive_.namelist()}
    if ".tar" in path:
        with tarfile.open(path) as archive_:
            return {
                member.name: archive_.extractfile(member).read() if member.isreg() else None  # type: ignore[union-attr]
                for member in archive_.getmembers()
            }
    found: dict[str, Any] = {}
    for directory, subdirectories, names in os.walk(path):
        for name in subdirectories:
            found[os.path.relpath(os.path.join(directory, name), path)] = None
        for name in names:
            with open(os.path.join(directory, name), "rb") as file:
                found[os.path.relpath(os.path.join(directory, name), path)] = file.read()
    return found


def everything(root: str, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return all of a scene, or only some of it, without what the library may rebuild."""
    found: dict[str, Any] = {}
    for name in only or sorted(os.listdir(root)):
        path = os.path.join(root, name)
        if os.path.isdir(path):
            found[name] = None
            found |= {f"{name}/{each}": data for each, data in contents(path).items()}
        else:
            found[name] = contents(path)
    return {name: data for name, data in found.items() if not _is_rebuilt(name)}


def _is_rebuilt(name: str) -> bool:
    parts = name.split("/")
    if parts[-1] == ".signac_scratch":
        return True
    # The place of the notes about transfers may stay, notes may not.
    return len(parts) > 2 and parts[1] == ".signac" and parts[2:] in (["transfers"], ["locks"])


def _without_scratch(picture: dict[str, Any]) -> dict[str, Any]:
    return {name: data for name, data in picture.items() if ".signac_scratch" not in name}


def difference(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    """List the names in which two pictures differ."""
    return [
        f"{name}: "
        + ("only left" if name not in right else "only right" if name not in left else "differs")
        for name in sorted(left.keys() | right.keys())
        if (name in left, left.get(name)) != (name in right, right.get(name))
    ]


def jobs(root: str) -> dict[str, Any]:
    """Return the jobs of project `p`, which must all be readable."""
    return rawcheck.snapshot(os.path.join(root, "p"))


# One kill.


class Kills:
    """A transfer, the trees before and after it, and how long it takes undisturbed."""

    def __init__(self, transfer: Transfer, place: str, tally: Tally) -> None:
        self.transfer, self.tally = transfer, tally
        self.scene = os.path.join(place, "scene")
        self.root = os.path.join(place, "killed")
        os.makedirs(self.scene)
        transfer.prepare(self.scene)
        self.fresh()
        self.before = everything(self.root)
        # The first call loads modules, which the children of the others find loaded.
        self.usual = min(self._undisturbed() for _ in range(2))
        processes.run(functools.partial(_reopen, self.root)).get()
        self.after = everything(self.root)
        self.kept = self._kept()
        assert self.before != self.after

    def fresh(self) -> None:
        """Begin with the scene as it was."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.scene, self.root, symlinks=True)

    def _undisturbed(self) -> float:
        self.fresh()
        return float(processes.run(functools.partial(_timed, self.transfer.call, self.root)).get())

    def _kept(self) -> dict[str, Any]:
        return everything(self.root, self.transfer.kept)

    def kill(self) -> None:
        """Run the call in a child and kill it at a random moment."""
        self.fresh()
        reading, writing = os.pipe()

        def work() -> None:
            os.write(writing, b"+")
            self.transfer.call(self.root)
            os.write(writing, b"-")
            time.sleep(60)

        child = processes.start(work)
        os.close(writing)
        assert os.read(reading, 1) == b"+", child.result()
        moment = self.tally.draw.random() * self.usual * 1.1
        time.sleep(moment)
        outcome = child.kill()
        in_flight = os.read(reading, 1) == b""
        os.close(reading)
        assert outcome.signal == signal.SIGKILL, _text(outcome)
        self.tally.kills += 1
        self.tally.in_flight += in_flight
        if in_flight:
            self.tally.reached.append(moment / self.usual)
        assert self._kept() == self.kept, "the call changed what it only reads"

    def again(self) -> None:
        """Run the same call again, open everything, and hold that the tree is the final one.

        A call that was complete may be refused, even when scratch of it is left for the next open.
        """
        complete = _without_scratch(everything(self.root)) == _without_scratch(self.after)
        outcome = processes.run(functools.partial(self.transfer.call, self.root))
        if not outcome.ok:
            refused = outcome.failure is not None and outcome.failure.is_a(*COMPLETE)
            assert complete, f"run again: {_text(outcome)}"
            assert refused, f"run again: {_text(outcome)}"
        self.reopen(over=True)
        assert difference(everything(self.root), self.after) == []

    def reopen(self, *, over: bool = False) -> None:
        """Open and read all projects in a new process, and require flawless directories.

        Until the call is over, notes about it may lie in their place, whole or half written.
        """
        processes.run(functools.partial(_reopen, self.root)).get()
        for name in ("p", "s"):
            path = os.path.join(self.root, name)
            notes = os.path.join(path, ".signac", "transfers") + os.sep
            found = rawcheck.problems(path) if os.path.isdir(path) else []
            assert [each for each in found if over or not each.startswith(notes)] == []


def _timed(call: Callable[[str], object], root: str) -> float:
    started = time.monotonic()
    call(root)
    return time.monotonic() - started


def _text(outcome: processes.Outcome) -> str:
    return f"{outcome} {outcome.failure.text if outcome.failure else ''}"


@pytest.fixture(autouse=True)
def _loaded() -> None:
    """Load here what the calls load at first use, so that kills hit their work."""
    import bz2  # noqa: F401
    import lzma  # noqa: F401

    signac.sync


# The tests.


def require_whole_jobs(state: Kills, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Hold that each job on disk is as before or as after the call, and none is gone."""
    there = jobs(state.root)
    assert before.keys() <= there.keys() <= after.keys()
    for id_, job in there.items():
        assert rawcheck.id_of(job[0]) == id_
        assert job in (before.get(id_), after[id_]), f"{id_} is half done"


@kills(IMPORTS)
def test_kills_during_import(
    transfer: Transfer, repetitions: int, tmp_path: Any, tally: Tally
) -> None:
    """Killed while importing: each job is whole or absent, and the same call completes."""
    state = Kills(transfer, str(tmp_path), tally)
    after = jobs(state.root)
    assert len(after) == JOBS + 2
    state.fresh()
    before = jobs(state.root)
    for number in range(repetitions):
        state.kill()
        require_whole_jobs(state, before, after)
        if number % 2:
            state.reopen()
            require_whole_jobs(state, before, after)
        state.again()


@kills(EXPORTS)
def test_kills_during_export(
    transfer: Transfer, repetitions: int, tmp_path: Any, tally: Tally
) -> None:
    """Killed while exporting: jobs and archives are whole or absent, the same call completes."""
    state = Kills(transfer, str(tmp_path), tally)
    (target,) = {name.split("/")[0] for name in state.after} - {"s"}
    state.fresh()
    old = contents(os.path.join(state.root, target))
    for _ in range(repetitions):
        state.kill()
        path = os.path.join(state.root, target)
        if os.path.isdir(path):
            require_whole_directories(state, path)
        else:
            assert contents(path) in (old, state.after[target])
        state.again()


def require_whole_directories(state: Kills, top: str) -> None:
    """Hold that each directory with a state point, outside of scratch, is a whole job."""
    target = os.path.basename(top)
    for directory, subdirectories, names in os.walk(top):
        subdirectories[:] = [name for name in subdirectories if not name.startswith(".signac")]
        if rawcheck.STATEPOINT in names:
            subdirectories.clear()
            prefix = f"{target}/{os.path.relpath(directory, top)}/"
            wanted = {
                name.removeprefix(prefix): data
                for name, data in state.after.items()
                if name.startswith(prefix)
            }
            assert contents(directory) == wanted, f"{directory} is half done"


@kills(COPIES[:2])
def test_kills_while_jobs_are_copied(
    transfer: Transfer, repetitions: int, tmp_path: Any, tally: Tally
) -> None:
    """Killed while new jobs come in: each is whole or absent, and the same call completes."""
    state = Kills(transfer, str(tmp_path), tally)
    after = jobs(state.root)
    state.fresh()
    before = jobs(state.root)
    assert len(after) > len(before)
    for number in range(repetitions):
        state.kill()
        require_whole_jobs(state, before, after)
        if number % 2:
            state.reopen()
            require_whole_jobs(state, before, after)
        state.again()


@kills(COPIES[2:])
def test_kills_while_jobs_are_merged(
    transfer: Transfer, repetitions: int, tmp_path: Any, tally: Tally
) -> None:
    """Killed while present jobs are merged: each file and document is old or new, never between."""
    state = Kills(transfer, str(tmp_path), tally)
    after, document = jobs(state.root), rawcheck.project_document(os.path.join(state.root, "p"))
    state.fresh()
    before, old = jobs(state.root), rawcheck.project_document(os.path.join(state.root, "p"))
    for number in range(repetitions):
        state.kill()
        # Every second time nothing else is opened before the call is run again.
        for look in (lambda: None, state.reopen)[: 1 + number % 2]:
            look()
            require_merged(jobs(state.root), before, after)
            assert rawcheck.project_document(os.path.join(state.root, "p")) in (old, document)
        state.again()


def require_merged(there: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    """Hold that each part of each job is as before or as after, and a new job is whole."""
    assert before.keys() <= there.keys() <= after.keys()
    for id_, (statepoint_, document, files) in there.items():
        assert rawcheck.id_of(statepoint_) == id_
        if id_ not in before:
            assert (statepoint_, document, files) == after[id_]
            continue
        assert document in (before[id_][1], after[id_][1])
        mine, theirs = before[id_][2], after[id_][2]
        files = {name: data for name, data in files.items() if not _is_temporary(name)}
        assert mine.keys() <= files.keys() <= theirs.keys()
        for name, data in files.items():
            assert data in (mine.get(name), theirs[name]), f"{name} of {id_} is neither old nor new"


def _is_temporary(name: str) -> bool:
    return os.path.basename(name).startswith("._")


@pytest.mark.parametrize("form", ["directory", "zip", "tar"])
def test_import_after_an_export_that_was_killed(form: str, tmp_path: Any, tally: Tally) -> None:
    """What an export left when it was killed is imported, or refused; no job comes in half."""
    transfer = next(each for each in EXPORTS if each.name == form)
    state = Kills(transfer, str(tmp_path), tally)
    whole = rawcheck.snapshot(os.path.join(state.root, "s"))
    (target,) = {name.split("/")[0] for name in state.after} - {"s"}
    for number in range(3):
        state.kill()
        path = scenes.project(os.path.join(state.root, f"p{number}"))
        origin = os.path.join(state.root, target)

        def work(number: int = number, origin: str = origin) -> None:
            project_of(state.root, f"p{number}").import_from(origin)

        processes.run(work)
        there = rawcheck.snapshot(path)
        assert all(job == whole.get(id_) for id_, job in there.items())


def test_two_clones_and_a_reader(tmp_path: Any) -> None:
    """Two processes that clone one job: one is told so, and readers meet whole jobs only."""
    root = str(tmp_path)
    two_projects(root, ())
    rounds = 10

    def read() -> int:
        project = project_of(root)
        seen = 0
        deadline = time.monotonic() + 30
        while not os.path.exists(os.path.join(root, "over")) and time.monotonic() < deadline:
            for job in project:
                assert job.sp() == statepoint(job.doc["number"])
                assert sum(len(names) for _, _, names in os.walk(job.path)) == 8
                seen += 1
        return seen

    def work() -> int:
        project, theirs = project_of(root), project_of(root, "s")
        told = 0
        for number in range(rounds):
            try:
                project.clone(theirs.open_job(statepoint(number % JOBS)))
            except signac.errors.DestinationExistsError as error:
                told += error.destination in project
        return told

    reader = processes.start(read)
    workers = [processes.start(work) for _ in range(2)]
    told = sum(worker.result().get() for worker in workers)
    with open(os.path.join(root, "over"), "w", encoding="utf-8"):
        pass
    assert reader.result().get() > 0
    assert told == 2 * rounds - JOBS
    assert rawcheck.problems(os.path.join(root, "p")) == []
    assert len(jobs(root)) == JOBS
