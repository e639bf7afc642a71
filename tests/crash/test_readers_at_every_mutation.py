"""A writer is stopped before each of its mutations while another process reads everything.

What it reads is the state before or after the call, it reads it without an exception, and opening
the project then sweeps nothing of what the living writer is building.
"""

import os
import shutil
from typing import Any

import pytest

import processes
import signac
from crash import picture as raw
from crash.harness import Operation, _start, rehearse
from crash.operations import DOCUMENTS, JOBS, PROJECTS, STATEPOINTS, STORES
from signac._core import faults

STRIDE = 6
READABLE = [
    operation
    for operation in (*JOBS, *DOCUMENTS, *STATEPOINTS, *PROJECTS, *STORES)
    if not operation.name.startswith(("init-project", "open-no"))
]
# The ordinary run takes one operation of each kind; the others differ in their content only.
ORDINARY = {
    *("init", "init-by-doc", "remove", "clear", "reset", "doc-set", "doc-transaction", "sp-item"),
    *("sp-rename", "sp-item-by-id", "create-jobs", "project-doc-set", "buffered-flush", "move"),
    *("data-assign", "data-copy", "store-delete"),
}
CASES = [
    pytest.param(operation, marks=[] if operation.name in ORDINARY else [pytest.mark.long])
    for operation in READABLE
]

View = dict[str, dict[str, Any]]


def look(root: str) -> View:
    """Read all projects of a scene through the library, as another program would."""
    seen: View = {}
    for path in raw.projects(root):
        project = signac.get_project(path, search=False)
        jobs = {job.id: [job.sp(), job.doc()] for job in project}
        assert len(project) == len(jobs)
        assert {job.id: job.sp() for job in project.find_jobs()} == {
            id_: statepoint for id_, (statepoint, _) in jobs.items()
        }
        for id_, (statepoint, _) in jobs.items():
            assert project.open_job(statepoint).id == id_
            assert project.open_job(id=id_).sp() == statepoint
        seen[os.path.relpath(path, root)] = {**jobs, "document": project.doc()}
    return seen


class Stopped:
    """A child that runs an operation and waits before one of its mutations."""

    def __init__(self, operation: Operation, root: str, point: int) -> None:
        self._there, self._go = os.pipe(), os.pipe()

        def pause(number: int, *_: Any) -> None:
            if number == point:
                os.write(self._there[1], b".")
                os.read(self._go[0], 1)

        def child() -> None:
            scene = _start(operation, root)
            with faults.injecting(pause):
                scene.act()

        self._child = processes.start(child)
        os.close(self._there[1])
        assert os.read(self._there[0], 1) == b".", self._child.result()
        os.close(self._there[0])

    def go_on(self) -> None:
        """Let the child finish its work and require that it succeeds."""
        os.write(self._go[1], b".")
        self._child.result().get()
        for descriptor in self._go:
            os.close(descriptor)


def mixture(seen: View, before: View, after: View) -> bool:
    """Tell whether every job and document by itself is as before or as after."""
    return all(
        entries.get(key) in (before[path].get(key), after[path].get(key))
        for path, entries in seen.items()
        for key in {**entries, **before[path], **after[path]}
    )


@pytest.mark.parametrize("operation", CASES, ids=str)
def test_readers_see_old_or_new(operation, tmp_path):
    """At each mutation a reader sees the old or the new state, and disturbs nothing by looking."""
    reference = rehearse(operation, str(tmp_path / "rehearsal"))
    before = processes.run(lambda: look(reference.scene)).get()
    after = processes.run(lambda: look(str(tmp_path / "rehearsal" / "after"))).get()
    allowed = [before, after]
    for number in range(len(operation.between)):
        between = str(tmp_path / "rehearsal" / f"between{number}")
        allowed.append(processes.run(lambda path=between: look(path)).get())
    for point, name, path in reference.points[:: STRIDE if operation.slow else 1]:
        root = str(tmp_path / "trial")
        shutil.copytree(reference.scene, root, symlinks=True)
        writer = Stopped(operation, root, point)
        outcome = processes.run(lambda root=root: look(root), timeout=20)
        writer.go_on()
        at = f"at {point} {name} {path}"
        assert outcome.ok, f"{at}: {outcome.failure.text if outcome.failure else outcome}"
        assert outcome.value in allowed or (
            operation.each and mixture(outcome.value, before, after)
        ), f"{at}: neither old nor new: {outcome.value}"
        assert raw.equal(raw.picture(root), reference.after), (
            f"{at}: the writer was disturbed: {raw.difference(reference.after, raw.picture(root))}"
        )
        processes.run(lambda root=root: look(root)).get()
        assert raw.names(root) <= reference.names, at
        shutil.rmtree(root)
