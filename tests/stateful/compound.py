"""Steps of the state machine that are made of several operations: blocks, loops, copies."""

import copy
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

import rawcheck
import signac
from stateful.changes import KEYS, VALUES, Change, draw_change
from stateful.handles import Handle
from stateful.machine import ProjectMachine
from stateful.model import normal


class CompoundMachine(ProjectMachine):
    """The project machine with buffered blocks, loops over the project and shallow copies."""

    @rule(data=st.data(), count=st.integers(1, 4))
    def buffered_block(self, data: st.DataObject, count: int) -> None:
        """Documents edited in a buffered block survive changes, moves and removals within it."""
        steps = ("edit_document", "edit_document", "change_statepoint", "move", "remove")
        with signac.buffered():
            for step in data.draw(st.lists(st.sampled_from(steps), min_size=count, max_size=count)):
                more = (1,) if step == "edit_document" else ()
                getattr(self, step)(data, *more)
        assert signac.get_current_buffer_size() == 0

    @rule(key=KEYS, value=VALUES, where=st.sampled_from(("first", "second")))
    def change_while_iterating(self, key: str, value: Any, where: str) -> None:
        """A loop over the project may change every job that it yields, each of them once."""
        seen = set()
        for job in self.projects[where]:
            assert job.id in self.state[where]
            assert job.id not in seen
            statepoint = self.state[where][job.id].statepoint
            self.add_handle(job, where, job.id, statepoint, aware=True)
            result = normal({key: value, **statepoint})
            change = Change("setdefault", lambda job: job.sp.setdefault(key, value), result)
            self._change(self.handles[-1], change)
            seen.add(job.id)  # where it is now; where it was if another job is there

    @rule(data=st.data(), swap=st.booleans())
    def change_through_a_copy(self, data: st.DataObject, swap: bool) -> None:
        """A shallow copy shares the state point: a change through either moves both."""
        if handle := self.choose(data, exists=True):
            handle.job.statepoint()
            other = copy.copy(handle.job)
            if swap:
                handle.job, other = other, handle.job
            self._change(handle, draw_change(data.draw, handle.statepoint))
            assert other is not handle.job
            assert other == handle.job
            assert other.path == handle.job.path
            assert rawcheck.same(other.statepoint(), handle.statepoint)
            model = self.state[handle.where][handle.id]
            assert rawcheck.same(other.doc(), model.document)

    @rule(data=st.data(), key=KEYS, value=VALUES)
    def edit_through_a_held_container(self, data: st.DataObject, key: str, value: Any) -> None:
        """A container taken from the state point before goes on to change that job."""
        if handle := self.choose(data, exists=True):
            held = handle.job.sp
            self._change(handle, draw_change(data.draw, handle.statepoint))
            result = normal({**handle.statepoint, key: value})
            self._change(handle, Change("held", lambda _: held.update({key: value}), result))

    @rule(data=st.data(), key=KEYS, value=VALUES)
    def change_both_handles(self, data: st.DataObject, key: str, value: Any) -> None:
        """Of two handles that change one state point the first wins, the second is told."""
        if handle := self.choose(data, exists=True):
            second = self.projects[handle.where].open_job(id=handle.id)
            if data.draw(st.booleans()):
                second.statepoint()
            self.handles.append(Handle(second, handle.where, handle.id, handle.statepoint, True))
            self._change(handle, draw_change(data.draw, handle.statepoint))
            if handle.id != self.handles[-1].id:
                self.use_a_stale_handle(data, "statepoint")
