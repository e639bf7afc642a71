"""Row 52: modes, groups and links of files that are written again."""

import os
import stat
from collections.abc import Callable, Iterator
from typing import Any

from apart import apart, fresh, show

import signac

__all__ = ["kept_modes"]

MODES = (0o600, 0o640, 0o660, 0o664, 0o604, 0o444, 0o400)
#: A group that is nobody's own.
_OTHERS = 65534

WRITES: dict[str, Callable[[Any], object]] = {
    "set": lambda doc: doc.__setitem__("x", 2),
    "update": lambda doc: doc.update(x=2),
    "reset": lambda doc: doc.reset({"x": 2}),
    "clear": lambda doc: doc.clear(),
    "delete": lambda doc: doc.__delitem__("x"),
    "nested": lambda doc: doc["n"].__setitem__("y", 2),
}


def kept_modes(scratch: str, size: str) -> dict[str, Any]:
    """Write each kind of file again and see what has become of mode, group and link."""
    old = os.umask(0o022)
    trials = list(_documents(scratch)) + list(_others(scratch))
    answers = {name: apart(trial) for name, trial in trials}
    os.umask(old)
    possible = {n: a for n, a in answers.items() if a.get("value") != "not possible"}
    changed = [name for name, answer in possible.items() if answer.get("value") != "kept"]
    show({name: answer for name, answer in answers.items() if name in changed})
    numbers = {"written": len(possible), "changed": len(changed)}
    return {
        "figure": f"{len(changed)} of {len(possible)} files have another mode or group, or are no "
        "link any more, after they were written",
        "numbers": numbers,
    }


def _documents(scratch: str) -> Iterator[tuple[str, Callable[[], str]]]:
    for owner in ("job", "project"):
        for word, write in WRITES.items():
            for mode in MODES:
                yield (
                    f"{owner} document {mode:o}, {word}",
                    lambda o=owner, w=write, m=mode: _write(scratch, o, w, m),
                )
            yield (
                f"{owner} document a link, {word}",
                lambda o=owner, w=write: _write_link(scratch, o, w),
            )
        yield (
            f"{owner} document of another group",
            lambda o=owner: _write(scratch, o, WRITES["set"], 0o660, _OTHERS),
        )


def _others(scratch: str) -> Iterator[tuple[str, Callable[[], str]]]:
    for mode in (0o600, 0o640, 0o664):
        yield f"buffered document {mode:o}", lambda m=mode: _write_buffered(scratch, m)
        yield f"changed state point {mode:o}", lambda m=mode: _change(scratch, m)
        yield f"document of a changed state point {mode:o}", lambda m=mode: _carry(scratch, m)
        yield f"cache {mode:o}", lambda m=mode: _update_cache(scratch, m)
        yield f"state point init(force) {mode:o}", lambda m=mode: _force(scratch, m)


def _start(scratch: str) -> tuple[Any, Any]:
    project = signac.init_project(fresh(scratch))
    job = project.open_job({"a": 1}).init()
    for document in (job.doc, project.doc):
        document.update(x=1, n={"y": 1})
    return project, job


def _path(project: Any, job: Any, owner: str) -> tuple[Any, str]:
    if owner == "job":
        return job.doc, job.fn("signac_job_document.json")
    return project.doc, project.fn("signac_project_document.json")


def _write(
    scratch: str, owner: str, write: Callable[[Any], object], mode: int, group: int | None = None
) -> str:
    document, path = _path(*_start(scratch), owner)
    if group is not None:
        if os.getuid():
            return "not possible"
        os.chown(path, -1, group)
    os.chmod(path, mode)
    write(document)
    found = os.stat(path)
    return _say(stat.S_IMODE(found.st_mode) == mode and group in (None, found.st_gid), found)


def _write_link(scratch: str, owner: str, write: Callable[[Any], object]) -> str:
    project, job = _start(scratch)
    document, path = _path(project, job, owner)
    target = project.fn("kept-elsewhere.json")
    os.rename(path, target)
    os.symlink(target, path)
    before = os.stat(target).st_mtime_ns, os.stat(target).st_ino
    write(document)
    written = (os.stat(target).st_mtime_ns, os.stat(target).st_ino) != before
    return _say(os.path.islink(path) and written, os.lstat(path))


def _write_buffered(scratch: str, mode: int) -> str:
    _, job = _start(scratch)
    path = job.fn("signac_job_document.json")
    os.chmod(path, mode)
    with signac.buffered():
        job.doc.x = 3
    return _has(path, mode)


def _change(scratch: str, mode: int) -> str:
    _, job = _start(scratch)
    os.chmod(job.fn("signac_statepoint.json"), mode)
    job.sp.a = 2
    return _has(job.fn("signac_statepoint.json"), mode)


def _carry(scratch: str, mode: int) -> str:
    _, job = _start(scratch)
    os.chmod(job.fn("signac_job_document.json"), mode)
    job.sp.a = 2
    return _has(job.fn("signac_job_document.json"), mode)


def _update_cache(scratch: str, mode: int) -> str:
    project, _ = _start(scratch)
    project.update_cache()
    path = project.fn(".signac/statepoint_cache.json.gz")
    os.chmod(path, mode)
    project.open_job({"a": 9}).init()
    signac.get_project(project.path).update_cache()
    return _has(path, mode)


def _force(scratch: str, mode: int) -> str:
    _, job = _start(scratch)
    path = job.fn("signac_statepoint.json")
    with open(path, "w", encoding="ascii") as file:
        file.write("{")
    os.chmod(path, mode)
    signac.get_project(job.project.path).open_job({"a": 1}).init(force=True)
    return _has(path, mode)


def _has(path: str, mode: int) -> str:
    found = os.stat(path)
    return _say(stat.S_IMODE(found.st_mode) == mode, found)


def _say(kept: bool, found: os.stat_result) -> str:
    return "kept" if kept else f"now {found.st_mode:o}, group {found.st_gid}"
