"""Run an operation once per mutation, with one fault there, and look at what is left.

An operation is prepared in a directory of its own (a *scene*) and run once to count its mutations
with `faults.record`. Each trial then copies the scene, runs the operation in a forked child with
one fault, looks at the raw files with the standard library, opens everything again in another
child, looks again, and runs the operation again. `complaints` are the promises that were broken.
"""

import errno
import functools
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import h5py  # noqa: F401 - loaded before the forks: each child has it for nothing

import processes
import signac
from crash import picture as raw
from signac._core import faults

for _name in signac.__all__:  # lazy names too
    getattr(signac, _name)

KILL, CUT, FULL, EIO, SHORT = MODES = ("kill", "cut", "full", "eio", "short")
ALLOCATING = {"mkdir", "create", "write", "append", "symlink", "link"}
WRITING = {"write", "append"}
# A fault of these must be reported: the data may not be where the caller was told it is.
NEVER_SILENT = {"write", "sync", "sync_directory", "sync_filesystem"}
# Disposable by contract: losing a line here costs a better message, no data.
DISPOSABLE = ("moves.log",)

# Trials that share a child, so that their scenes need not lie on the disk all at once.
_TOGETHER = 40

Picture = dict[tuple[str, ...], Any]


@dataclass
class Scene:
    """Open handles and the one call to test."""

    act: Callable[[], object]
    jobs: tuple[Any, ...] = ()
    documents: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One operation of the library, in a form that can be repeated from the same start.

    Parameters
    ----------
    name
        For the test id.
    prepare
        Makes the files that are there before, in an empty directory, without the library.
    open
        Opens handles and gives the call; no fault is injected yet.
    each
        The call promises old or new for each job and document by itself, not for all together.
    between
        Calls that lead to states which the call passes by its nature (two changes in one line).
    level
        The durability level, `safe` by default.
    environment
        Variables to set in the child.
    slow
        A bulk call with many like mutations, of which the ordinary run takes a sample.
    loose
        A document outside any project: what a dead writer left beside it goes with the next write.
    """

    name: str
    prepare: Callable[[str], None]
    open: Callable[[str], Scene]
    each: bool = False
    between: tuple[Callable[[str], Scene], ...] = ()
    level: str = "safe"
    environment: dict[str, str] = field(default_factory=dict)
    slow: bool = False
    loose: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Reference:
    """What an undisturbed run of an operation does."""

    scene: str
    points: tuple[tuple[int, str, str], ...]
    before: Picture
    after: Picture
    between: tuple[Picture, ...]
    names: frozenset[str]
    jobs: int | None


def rehearse(operation: Operation, directory: str) -> Reference:
    """Prepare the scene and run the operation once without a fault."""
    scene = os.path.join(directory, "scene")
    os.makedirs(scene)
    operation.prepare(scene)
    before = raw.picture(scene)
    names = raw.names(scene)

    def run_once(root: str, open_: Callable[[str], Scene]) -> tuple[Picture, Any]:
        shutil.copytree(scene, root, symlinks=True)
        points = processes.run(functools.partial(_record, operation, root, open_)).get()
        processes.run(functools.partial(_reopen, root)).get()
        return raw.picture(root), points

    after, points = run_once(os.path.join(directory, "after"), operation.open)
    names |= raw.names(os.path.join(directory, "after"))
    between = []
    for number, open_ in enumerate(operation.between):
        root = os.path.join(directory, f"between{number}")
        between.append(run_once(root, open_)[0])
        names |= raw.names(root)
    # Only where the number of jobs stays the same is a handle without a job a lie.
    counts = {raw.number_of_jobs(scene), raw.number_of_jobs(os.path.join(directory, "after"))}
    jobs = counts.pop() if len(counts) == 1 else None
    assert points, f"{operation}: no mutation was recorded, nothing is tested"
    return Reference(scene, tuple(points), before, after, tuple(between), frozenset(names), jobs)


def targets(reference: Reference, mode: str) -> list[tuple[int, str, str]]:
    """Return the points at which a mode differs from the same fault one point later."""
    wanted = {CUT: WRITING, SHORT: WRITING, FULL: ALLOCATING}.get(mode)
    return [point for point in reference.points if wanted is None or point[1] in wanted]


def injector(mode: str, target: int) -> Callable[[int, str, str, int | None], Any]:
    """Return the fault of a mode at a point, as the gate wants it."""

    def failure(code: int, path: str) -> OSError:
        # With the name, as the gate gives it to errors of the system on a descriptor; that it does
        # so is shown on a disk that is really full.
        return OSError(code, os.strerror(code), path)

    def inject(number: int, operation: str, path: str, size: int | None = None) -> Any:
        if number < target or (number > target and mode != FULL):
            return None
        if mode == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == FULL:
            if operation in ALLOCATING:
                raise failure(errno.ENOSPC, path)
        elif mode == EIO:
            raise failure(errno.EIO, path)
        elif mode == CUT:
            return faults.Cut((size or 0) // 2, None)
        elif mode == SHORT:
            return faults.Cut((size or 0) // 2, failure(errno.ENOSPC, path))
        return None

    return inject


@dataclass
class Trial:
    """One fault at one point of one operation."""

    operation: Operation
    reference: Reference
    mode: str
    point: tuple[int, str, str]
    root: str

    def _judge_first(self, outcome: processes.Outcome) -> Iterator[str]:
        kills = self.mode in (KILL, CUT)
        if kills:
            if outcome.signal != signal.SIGKILL:
                yield f"the child was to die there and did not: {outcome}"
        elif not outcome.ok:
            yield f"the child failed: {outcome} {outcome.failure and outcome.failure.text}"
        else:
            yield from self._judge_error(outcome.value)

    def _judge_error(self, report: dict[str, Any]) -> Iterator[str]:
        failure = report["failure"]
        state = self.state(report["picture"])
        yield from report["memory"]
        if state is None:
            yield f"half changed after {failure}: {self._off(report['picture'])}"
        if failure is None:
            if state != "after":
                yield f"success reported, but the state is {state}"
            for operation, path in report["struck"]:
                if operation in NEVER_SILENT and os.path.basename(path) not in DISPOSABLE:
                    yield "success reported after a failed write or sync"
                    break
        else:
            yield from self._judge_exception(failure)
        retry = report["retry"]
        if retry is not None:
            if retry["failure"] is not None:
                yield f"repeated on the same handle it raises {retry['failure'].text}"
            elif self.state(retry["picture"]) != "after":
                yield f"repeated on the same handle: {self._off(retry['picture'])}"
            yield from (f"after the repetition: {line}" for line in retry["memory"])

    def _judge_exception(self, failure: processes.Failure) -> Iterator[str]:
        if not failure.is_a("OSError", "signac.errors.Error"):
            yield f"neither OSError nor Error: {failure.text}"
        if failure.is_a("OSError") and failure.facts.get("errno") not in (errno.ENOSPC, errno.EIO):
            yield f"the error number was lost: {failure.text}"
        if self.root not in failure.message:
            yield f"the message names no file: {failure}"

    def _judge_next(self, outcome: processes.Outcome) -> Iterator[str]:
        if not outcome.ok:
            yield f"after opening again: {outcome} {outcome.failure and outcome.failure.text}"
            return
        first, second = outcome.value
        state = self.state(first["picture"])
        if state is None:
            yield f"half changed after opening again: {self._off(first['picture'])}"
        yield from (f"after opening again: {line}" for line in first["problems"])
        names = first["names"]
        if self.operation.loose:
            names = self._names_after_a_write()
        elif second is not None and not first["is a project"]:
            names = second["names"]  # there was nothing to open yet
        yield from (f"left over: {name}" for name in sorted(names - self.reference.names))
        if second is None:
            return
        if second["failure"] is not None:
            yield f"running it again raises {second['failure'].text}"
        elif self.state(second["picture"]) not in (
            "after",
            state if state == "between" else "after",
        ):
            yield f"running it again: {self._off(second['picture'])}"
        yield from (f"after running it again: {line}" for line in second["problems"])

    def _names_after_a_write(self) -> frozenset[str]:
        """Write the loose document once more: nobody else looks at what a dead writer left."""
        document = os.path.join(self.root, self.operation.loose)
        processes.run(lambda: signac.JSONDict(document).update(swept=1)).get()
        return raw.names(self.root)

    def state(self, seen: Picture) -> str | None:
        """Name the allowed state that a picture shows, or return None."""
        reference = self.reference
        if raw.equal(seen, reference.after):
            return "after"
        if raw.equal(seen, reference.before):
            return "before"
        if any(raw.equal(seen, picture) for picture in reference.between):
            return "between"
        if self.operation.each and raw.is_mixture(seen, reference.before, reference.after):
            return "mixed"
        return None

    def _off(self, seen: Picture) -> str:
        return (
            f"against before: {raw.difference(self.reference.before, seen)}; "
            f"against after: {raw.difference(self.reference.after, seen)}"
        )


def trials(
    operation: Operation, reference: Reference, mode: str, directory: str
) -> Sequence[Trial]:
    """Return all trials of one operation in one mode."""
    return [
        Trial(operation, reference, mode, point, os.path.join(directory, f"{mode}{number}"))
        for number, point in enumerate(targets(reference, mode))
    ]


def complaints(chosen: Sequence[Trial]) -> list[str]:
    """Run trials of one mode; return the broken promises, each with the point where it happened.

    A child that is to be killed runs one trial. All others run one trial after the other, as a
    program does that goes on after an error: a fork costs more than a trial.
    """
    found = []
    for low in range(0, len(chosen), _TOGETHER):
        found += _run_together(chosen[low : low + _TOGETHER])
    return found


def _run_together(chosen: Sequence[Trial]) -> list[str]:
    found = []
    try:
        for trial in chosen:
            shutil.copytree(trial.reference.scene, trial.root, symlinks=True)
        disturbing = [functools.partial(_disturb, trial, trial.root) for trial in chosen]
        if chosen[0].mode in (KILL, CUT):
            first = [processes.run(disturb) for disturb in disturbing]
        else:
            first = processes.run_in_turn(disturbing)
        again = processes.run_in_turn(
            [
                functools.partial(
                    _reopen_and_repeat, trial.operation, trial.root, trial.reference.after
                )
                for trial in chosen
            ]
        )
        for trial, before, after in zip(chosen, first, again, strict=True):
            number, operation, path = trial.point
            at = f"{trial.mode} at {number}/{len(trial.reference.points)} {operation} {path}"
            broken = [*trial._judge_first(before), *trial._judge_next(after)]
            found += [f"{at}: {complaint}" for complaint in broken]
    finally:
        for trial in chosen:
            shutil.rmtree(trial.root, ignore_errors=True)
    return found


# What runs in the children. Only these touch the library.


def _start(operation: Operation, root: str, open_: Callable[[str], Scene] | None = None) -> Scene:
    _set_environment(operation)
    return (open_ or operation.open)(root)


def _set_environment(operation: Operation) -> None:
    os.environ.update(operation.environment)
    os.environ["SIGNAC_DURABILITY"] = operation.level
    # A kill loses nothing that was written, so the trials need the points of the syncs and not the
    # wait for the disk, which is most of their time. The sync audit waits, and shows that it does.
    os.fsync = os.fdatasync = lambda descriptor: None  # type: ignore[assignment]


def _record(operation: Operation, root: str, open_: Callable[[str], Scene]) -> Any:
    scene = _start(operation, root, open_)
    with faults.record() as points:
        scene.act()
    return [(number, name, os.fspath(path)) for number, name, path in points]


def _disturb(trial: Trial, root: str) -> dict[str, Any]:
    scene = _start(trial.operation, root)
    inject = injector(trial.mode, trial.point[0])
    # What really failed: in threads the number of a mutation does not tell which one it is.
    struck: list[tuple[str, str]] = []

    def strike(number: int, name: str, path: str, size: int | None = None) -> Any:
        try:
            cut = inject(number, name, path, size)
        except OSError:
            struck.append((name, os.fspath(path)))
            raise
        if cut is not None:
            struck.append((name, os.fspath(path)))
        return cut

    failure = _failure_of(scene.act, strike)
    seen = raw.picture(root)
    report = {
        "failure": failure,
        "struck": struck[:1],
        "picture": seen,
        "memory": _lies(trial, scene, root),
        "retry": None,
    }
    if failure is not None and trial.state(seen) in ("before", "mixed"):
        failure = _failure_of(scene.act, None)
        report["retry"] = {
            "failure": failure,
            "picture": raw.picture(root),
            "memory": [] if failure else _lies(trial, scene, root),
        }
    return report


def _failure_of(act: Callable[[], object], fault: Any) -> processes.Failure | None:
    try:
        if fault is None:
            act()
        else:
            with faults.injecting(fault):
                act()
    except Exception as error:
        return processes.Failure.of(error)
    return None


def _lies(trial: Trial, scene: Scene, root: str) -> list[str]:
    """List where the handles in memory say something else than the disk."""
    found = []
    jobs = raw.number_of_jobs(root)
    for job in scene.jobs:
        if jobs == trial.reference.jobs and not os.path.isdir(job.path):
            found.append(f"no job was removed, and the handle has id {job.id}, which is not there")
    for job in scene.jobs:
        try:
            found += raw.job_lies(job)
        except Exception as error:
            found.append(f"the handle cannot be read: {processes.Failure.of(error).text}")
    for document in scene.documents:
        there = raw.read_json(document.filename) if os.path.lexists(document.filename) else {}
        if not raw.same(document(), there):
            found.append(f"the document in memory is {document()!r}, on disk {there!r}")
    return found


def _reopen(root: str) -> None:
    """Open every project of a scene and read all that is there, as the next program would."""
    for path in raw.projects(root):
        if not os.path.exists(os.path.join(path, ".signac", "config")):
            continue
        project = signac.get_project(path, search=False)
        jobs = list(project)
        assert len(jobs) == len(project)
        for job in jobs:
            job.sp()
            assert job in project
            assert project.open_job(job.sp()).id == job.id
        for job in project.find_jobs():
            job.init()
            job.doc()
        project.doc()


def _reopen_and_repeat(operation: Operation, root: str, after: Picture) -> tuple[Any, Any]:
    _set_environment(operation)
    _reopen(root)
    first = {
        "picture": raw.picture(root),
        "problems": raw.problems(root),
        "names": raw.names(root),
        "is a project": raw.is_complete(root),
    }
    if raw.equal(first["picture"], after):
        return first, None
    failure = None
    try:
        operation.open(root).act()
        _reopen(root)
    except Exception as error:
        failure = processes.Failure.of(error)
    return first, {
        "failure": failure,
        "picture": None if failure else raw.picture(root),
        "problems": raw.problems(root),
        "names": raw.names(root),
    }
