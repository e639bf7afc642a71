"""Handles to jobs of two projects, and what the model says about what they lead to."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

import rawcheck
import signac
from stateful.model import Job, State, add, normal


@dataclass
class Handle:
    """A handle of the library and what the model knows about it.

    A handle is `aware` once it was used on a job that existed: only then can it tell that somebody
    else moved or removed the job. One that is not addresses whatever has its id.
    """

    job: Any
    where: str
    id: str
    statepoint: dict[str, Any]
    aware: bool
    document: Any = None  # a document object taken while the job was there


class Bookkeeping(RuleBasedStateMachine):
    """Two projects, the handles in use, and the model of both."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.mkdtemp(prefix="signac-stateful-")
        self.roots = {name: os.path.join(self.directory, name) for name in ("first", "second")}
        self.projects = {name: signac.init_project(root) for name, root in self.roots.items()}
        self.state: State = {name: {} for name in self.roots}
        self.handles: list[Handle] = []
        self.moves: dict[tuple[str, str], str | None] = {}  # None: removed, or to the other project

    def teardown(self) -> None:
        shutil.rmtree(self.directory)

    def exists(self, handle: Handle) -> bool:
        return handle.id in self.state[handle.where]

    def choose(self, data: st.DataObject, *, exists: bool = False) -> Handle | None:
        """Draw a handle that can be used: its job exists, or it never knew of one.

        With `exists` the job is there. Without any such handle one is opened by id, if there are
        jobs at all.
        """
        usable = [
            handle for handle in self.handles if self.exists(handle) or not (handle.aware or exists)
        ]
        jobs = [(where, id_) for where, some in self.state.items() for id_ in sorted(some)]
        if jobs and (not usable or data.draw(st.integers(0, 4)) == 0):
            where, id_ = data.draw(st.sampled_from(jobs))
            job = self.projects[where].open_job(id=id_)
            self.add_handle(job, where, id_, self.state[where][id_].statepoint, aware=True)
            return self.handles[-1]
        return data.draw(st.sampled_from(usable)) if usable else None

    def add_handle(self, job: Any, where: str, id_: str, statepoint: Any, *, aware: bool) -> None:
        self.handles.append(Handle(job, where, id_, normal(statepoint), aware))
        del self.handles[:-8]

    def appear(self, where: str, statepoint: dict[str, Any], by: Handle | None = None) -> Job:
        """A job is there now; handles that knew an earlier job of that id are given up."""
        id_ = rawcheck.id_of(statepoint)
        if id_ not in self.state[where]:
            self.forget(where, id_, aware=True, by=by)
        return add(self.state[where], statepoint)

    def vanish(self, where: str, id_: str, by: Handle | None = None) -> Job:
        """A job is not there any more; handles that cannot know it are given up."""
        self.forget(where, id_, aware=False, by=by)
        return self.state[where].pop(id_)

    def forget(self, where: str, id_: str, *, aware: bool, by: Handle | None) -> None:
        self.handles = [
            other
            for other in self.handles
            if other is by or (other.where, other.id, other.aware) != (where, id_, aware)
        ]

    def trail(self, handle: Handle) -> list[str]:
        """Return the ids that the job of a handle had after its own, if the last one is there."""
        seen = [handle.id]
        while seen[-1] not in self.state[handle.where]:
            following = self.moves.get((handle.where, seen[-1]))
            if following is None or following in seen:
                return []
            seen.append(following)
        return seen[1:]

    def replace(self, state: State, moved: tuple[str, str, str] | None) -> None:
        """Take over a state that another process made, perhaps by one move."""
        for where, jobs in state.items():
            for id_ in jobs.keys() - self.state[where].keys():
                self.forget(where, id_, aware=True, by=None)
            for id_ in self.state[where].keys() - jobs.keys():
                self.forget(where, id_, aware=False, by=None)
                self.moves[where, id_] = None
        self.state = state
        if moved is not None:
            self.moves[moved[0], moved[1]] = moved[2]
