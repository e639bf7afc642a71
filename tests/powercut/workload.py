"""A session with everything that changes a project, one call after the other, each acknowledged."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import h5py  # noqa: F401 - loaded before the forks
import numpy as np

import processes
import rawcheck
import signac
from crash import scenes
from powercut.recorder import Recorder, Step

for _name in signac.__all__:  # lazy names too
    getattr(signac, _name)

Picture = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One acknowledged call; one that does `each` job by itself may stop between two jobs."""

    name: str
    act: Callable[[Any, Any], object]
    each: bool = False


def _open(project: Any, statepoint: dict[str, Any]) -> Any:
    return project.open_job(statepoint)


def _transaction(project: Any, _: Any) -> None:
    with _open(project, scenes.FIRST).doc.transaction() as doc:
        doc["n"] = 100
        del doc["text"]
        doc.nest.k = "in a transaction"


def _buffered(project: Any, _: Any) -> None:
    with signac.buffered():
        for job in project:
            job.doc.buffered = [1, 2, 3]


def _change(key: str, value: Any, **statepoint: Any) -> Callable[[Any, Any], object]:
    def act(project: Any, _: Any) -> None:
        (job,) = (job for job in project if job.sp() == statepoint)
        job.sp[key] = value

    return act


def _store(project: Any, _: Any) -> None:
    _open(project, scenes.SECOND).data = {"x": np.arange(20.0), "text": "whole"}


def _store_again(project: Any, _: Any) -> None:
    _open(project, scenes.SECOND).data = {"y": np.ones(3)}


def _search(project: Any, _: Any) -> None:
    assert project.find_jobs({"a": {"$lt": 5}, "doc.n": {"$exists": True}}) is not None
    list(project.find_jobs({"a": {"$lt": 5}, "doc.n": {"$exists": True}}))


SESSION = [
    Call("init", lambda p, q: _open(p, {"a": 5, "deep": {"er": [1.5, None]}}).init()),
    Call("doc", lambda p, q: _open(p, {"a": 5, "deep": {"er": [1.5, None]}}).doc.update(n=1)),
    Call("doc-set", lambda p, q: _open(p, scenes.FIRST).doc.__setitem__("n", 2)),
    Call("doc-append", lambda p, q: _open(p, scenes.FIRST).doc.list.append("more")),
    Call("doc-large", lambda p, q: _open(p, scenes.FIRST).doc.update(large="y" * 9000)),
    Call("transaction", _transaction),
    Call("project-doc", lambda p, q: p.doc.update(title="changed", count=3)),
    Call("project-doc-nested", lambda p, q: p.doc.nest.__setitem__("k", [1, 2])),
    Call("search", _search),
    Call(
        "create-jobs",
        lambda p, q: p.create_jobs([{"bulk": n} for n in range(4)], progress=False),
        each=True,
    ),
    Call(
        "create-many",
        lambda p, q: p.create_jobs([{"many": n} for n in range(12)], progress=False),
        each=True,
    ),
    Call("statepoint", _change("a", 7, **scenes.SECOND)),
    Call("statepoint-back", _change("a", 1, a=7)),
    Call("search-again", _search),
    Call("update-cache", lambda p, q: p.update_cache()),
    Call("store", _store),
    Call("store-again", _store_again),
    Call("buffered", _buffered, each=True),
    Call("clear", lambda p, q: _open(p, scenes.OTHERS[0]).clear()),
    Call("reset", lambda p, q: _open(p, scenes.FIRST).reset()),
    Call("remove", lambda p, q: _open(p, scenes.OTHERS[1]).remove()),
    Call("init-again", lambda p, q: _open(p, scenes.OTHERS[1]).init()),
    Call("move", lambda p, q: _open(p, scenes.OTHERS[2]).move(q)),
    Call("doc-after-move", lambda p, q: _open(q, scenes.OTHERS[2]).doc.update(moved=True)),
    Call("forget-index", lambda p, q: signac.get_project(p.path).update_cache()),
]

#: From an empty directory on.
BIRTH = [
    Call("make p", lambda root, _: signac.init_project(os.path.join(root, "p"))),
    Call("make q", lambda root, _: signac.init_project(os.path.join(root, "q"))),
    Call("init", lambda p, q: _open(p, {"a": 0}).init()),
    Call("doc", lambda p, q: _open(p, {"a": 0}).doc.update(n=1)),
    Call("project-doc", lambda p, q: p.doc.update(title="first")),
    Call(
        "create-jobs",
        lambda p, q: q.create_jobs([{"bulk": n} for n in range(10)], progress=False),
        each=True,
    ),
    Call("statepoint", _change("b", 1, a=0)),
    Call("store", lambda p, q: setattr(_open(p, {"a": 0, "b": 1}), "data", {"x": np.ones(3)})),
]


@dataclass
class Recording:
    """What a session did to the disk, and what was true after each call."""

    steps: list[Step]
    pictures: list[Picture]
    calls: list[str]
    each: list[bool]
    ends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ends = [number for number, step in enumerate(self.steps) if step.what == "mark"]

    def calls_before(self, step: int) -> int:
        """Return how many calls had ended before this step."""
        return sum(end < step for end in self.ends)


def picture(root: str) -> Picture:
    """Return all jobs and project documents; no document and an empty one are the same."""
    found: Picture = {}
    for name in ("p", "q"):
        path = os.path.join(root, name)
        if not os.path.isfile(os.path.join(path, ".signac", "config")):
            continue
        found[f"{name} document"] = rawcheck.project_document(path) or {}
        for id_, (statepoint, document, files) in rawcheck.snapshot(path).items():
            found[f"{name} {id_}"] = (statepoint, document or {}, files)
    return found


def record(
    root: str, level: str, calls: list[Call] = SESSION, *, pictures: bool = True
) -> Recording:
    """Run a session in a child and return what it did; `pictures` of sound projects only."""

    def child() -> Recording:
        os.environ["SIGNAC_DURABILITY"] = level
        recorder = Recorder(root)
        seen = [picture(root)] if pictures else []
        with recorder.recording():
            for call in calls:
                call.act(*_projects(root, call))
                recorder.mark(call.name)
                seen += [picture(root)] if pictures else []
        names = [call.name for call in calls]
        return Recording(recorder.steps, seen, names, [call.each for call in calls])

    recording: Recording = processes.run(child).get()
    return recording


def record_use(root: str, level: str, use: Callable[[str], object]) -> list[Step]:
    """Let the next program use what a power cut left, and return what it changes."""

    def child() -> list[Step]:
        os.environ["SIGNAC_DURABILITY"] = level
        recorder = Recorder(root)
        with recorder.recording():
            use(root)
        return recorder.steps

    steps: list[Step] = processes.run(child).get()
    return steps


def _projects(root: str, call: Call) -> tuple[Any, Any]:
    if call.name.startswith("make"):
        return root, None
    p, q = (
        signac.get_project(path, search=False) if os.path.isdir(path) else None
        for path in (os.path.join(root, "p"), os.path.join(root, "q"))
    )
    return p, q
