"""The state machine: jobs of two projects through many handles, beside a model of plain data."""

import copy
import errno
import os
import pickle
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

import rawcheck
import signac
from dying import run_and_die
from property.edits import at, draw_edit, draw_refused, pick, plain
from signac._core import faults
from signac.errors import DestinationExistsError, JobMovedError
from stateful.changes import KEYS, STATEPOINTS, VALUES, Change, draw_change
from stateful.handles import Bookkeeping, Handle
from stateful.model import Job, State, adopt_key_order, differences, normal
from stateful.operations import draw_operation

FILES = st.sampled_from(("x.txt", "sub/y.bin", ".hidden"))
GONE = (JobMovedError, FileNotFoundError)


class ProjectMachine(Bookkeeping):
    """Operations on jobs through old and new handles, from this process and from others."""

    # Handles

    @initialize(statepoints=st.lists(STATEPOINTS, min_size=2, max_size=4))
    def begin(self, statepoints: list[dict[str, Any]]) -> None:
        """Some jobs are there at the beginning, with two handles each."""
        self.create_jobs("first", statepoints)
        self.create_jobs("second", statepoints[:1])
        for id_, job in self.state["first"].items():
            live = self.projects["first"].open_job(id=id_)
            self.add_handle(live, "first", id_, job.statepoint, aware=True)

    @rule(data=st.data(), statepoint=STATEPOINTS, where=st.sampled_from(("first", "second")))
    def open_by_statepoint(self, data: st.DataObject, statepoint: Any, where: str) -> None:
        """Opening touches nothing and gives the id of the format."""
        job = self.projects[where].open_job(statepoint)
        assert job.id == rawcheck.id_of(statepoint)
        assert (job in self.projects[where]) is (job.id in self.state[where])
        self.add_handle(job, where, job.id, statepoint, aware=False)
        if data.draw(st.booleans()):
            assert job.init() is job
            self.appear(where, normal(statepoint), self.handles[-1])
            self.handles[-1].aware = True

    @rule(data=st.data(), length=st.sampled_from((32, 32, 12)))
    def open_by_id(self, data: st.DataObject, length: int) -> None:
        """A job opens by its id or the beginning of it; an unknown id is a KeyError."""
        where = data.draw(st.sampled_from(sorted(self.state)))
        with pytest.raises(KeyError):
            self.projects[where].open_job(id="f" * 31 + "0")
        if self.state[where]:
            id_ = data.draw(st.sampled_from(sorted(self.state[where])))
            job = self.projects[where].open_job(id=id_[:length])
            assert job.id == id_
            if data.draw(st.booleans()):
                assert rawcheck.same(job.statepoint(), self.state[where][id_].statepoint)
            self.add_handle(job, where, id_, self.state[where][id_].statepoint, aware=True)

    @rule(data=st.data(), how=st.sampled_from(("pickle", "deepcopy", "repr")))
    def duplicate(self, data: st.DataObject, how: str) -> None:
        """A pickled, deeply copied or evaluated handle is equal to the original and independent."""
        if handle := self.choose(data, exists=True):
            if how == "pickle":
                job = pickle.loads(pickle.dumps(handle.job))
            elif how == "deepcopy":
                job = copy.deepcopy(handle.job)
            else:
                names = {"Job": type(handle.job), "Project": signac.Project}
                job = eval(repr(handle.job), {**names, "nan": float("nan")})
            assert job == handle.job
            job.init()
            self.add_handle(job, handle.where, handle.id, handle.statepoint, aware=True)

    @rule(data=st.data())
    def init(self, data: st.DataObject) -> None:
        """An explicit init creates the job, also through a handle whose job went away."""
        if self.handles:
            handle = data.draw(st.sampled_from(self.handles))
            handle.job.init()
            handle.aware = True
            self.appear(handle.where, handle.statepoint, handle)

    # State points

    @rule(data=st.data())
    def change_statepoint(self, data: st.DataObject) -> None:
        """A change moves the job with all it holds, or raises and changes nothing."""
        if handle := self.choose(data):
            self._change(handle, draw_change(data.draw, handle.statepoint))

    @rule(data=st.data(), names=st.lists(KEYS, min_size=2, max_size=2, unique=True))
    def rename_key(self, data: st.DataObject, names: list[str]) -> None:
        """Renaming a key is two changes; the value arrives unchanged."""
        handle = self.choose(data, exists=True)
        if handle and names[0] in handle.statepoint:
            old, new = names
            rest = {key: value for key, value in handle.statepoint.items() if key != old}
            value = handle.statepoint[old]
            popped = []
            take = Change("pop", lambda job: popped.append(job.sp.pop(old)), rest)
            if self._change(handle, take):
                put = Change(
                    "set", lambda job: setattr(job.sp, new, popped[0]), {**rest, new: value}
                )
                self._change(handle, put)

    def _change(self, handle: Handle, change: Change) -> bool:
        jobs, new = self.state[handle.where], rawcheck.id_of(change.result)
        error = change.error
        if error is None and self.exists(handle) and new != handle.id and new in jobs:
            error = DestinationExistsError
        if error is not None:
            with pytest.raises(error) as caught:
                change.live(handle.job)
            assert str(caught.value).strip()
        else:
            change.live(handle.job)
            if self.exists(handle) and new != handle.id:
                handle.document = None  # the handle opens another one
                old, job = handle.id, self.vanish(handle.where, handle.id, handle)
                self.moves[handle.where, old] = new
                self.appear(handle.where, change.result, handle)
                job.statepoint = change.result
                jobs[new] = job
            handle.aware = handle.aware and new in jobs
            handle.id, handle.statepoint = new, change.result
        assert handle.job.id == handle.id
        assert rawcheck.same(handle.job.statepoint(), handle.statepoint)
        assert handle.job.path == os.path.join(self.roots[handle.where], "workspace", handle.id)
        return error is None

    # Documents and files

    @rule(data=st.data(), count=st.sampled_from((1, 1, 3)))
    def edit_document(self, data: st.DataObject, count: int) -> None:
        """Edits of a document, one by one or in a transaction, are edits of a dictionary."""
        if handle := self.choose(data):
            document, model = handle.job.doc, self.appear(handle.where, handle.statepoint, handle)
            handle.aware = True
            if count == 1:
                self._edit(data, document, model)
                return
            with document.transaction() as inside:
                for _ in range(count):
                    self._edit(data, inside, model)

    def _edit(self, data: st.DataObject, document: Any, model: Job) -> None:
        place = pick(data.draw, model.document)
        _, edit = draw_edit(data.draw, at(model.document, place))
        edit(at(document, place))
        edit(at(model.document, place))
        model.document = plain(model.document)
        assert rawcheck.same(document(), model.document)
        model.document = document()

    @rule(data=st.data())
    def refuse_edit(self, data: st.DataObject) -> None:
        """An edit with something bad in it changes nothing."""
        if handle := self.choose(data, exists=True):
            place = pick(data.draw, self.state[handle.where][handle.id].document)
            _, edit = draw_refused(data.draw, at(handle.job.doc(), place))
            with pytest.raises((TypeError, ValueError)):
                edit(at(handle.job.doc, place))

    @rule(data=st.data(), content=st.dictionaries(KEYS, VALUES, max_size=3))
    def assign_document(self, data: st.DataObject, content: dict[str, Any]) -> None:
        """Assigning a document replaces it whole."""
        if handle := self.choose(data):
            handle.job.doc = content
            handle.aware = True
            self.appear(handle.where, handle.statepoint, handle).document = normal(content)

    @rule(
        data=st.data(),
        name=st.sampled_from(("x.txt", "sub/y.bin", ".hidden")),
        size=st.integers(0, 3),
    )
    def write_file(self, data: st.DataObject, name: str, size: int) -> None:
        """Files of the user lie where `fn` and `/` say, and stay with the job."""
        if handle := self.choose(data, exists=True):
            path, content = handle.job / name, bytes(range(size))
            assert os.fspath(path) == handle.job.fn(name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            self.state[handle.where][handle.id].files[name] = content

    @rule(data=st.data(), method=st.sampled_from(("clear", "reset")))
    def empty(self, data: st.DataObject, method: str) -> None:
        """`clear` empties a job that is there; `reset` also creates one that is not."""
        if handle := self.choose(data):
            getattr(handle.job, method)()
            if self.exists(handle) or method == "reset":
                model = self.appear(handle.where, handle.statepoint, handle)
                model.document, model.files = {}, {}
                handle.aware = True

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """`remove` takes the whole directory, or does nothing if there is none."""
        if handle := self.choose(data):
            handle.job.remove()
            handle.document = None
            if self.exists(handle):
                self.vanish(handle.where, handle.id, handle)
                self.moves[handle.where, handle.id] = None
            handle.aware = False
            assert handle.job not in self.projects[handle.where]

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """`move` takes a job to the other project, unless one is there already."""
        if handle := self.choose(data, exists=True):
            (other,) = set(self.state) - {handle.where}
            if handle.id in self.state[other]:
                with pytest.raises(DestinationExistsError):
                    handle.job.move(self.projects[other])
                return
            handle.job.move(self.projects[other])
            job = self.vanish(handle.where, handle.id, handle)
            self.moves[handle.where, handle.id] = None
            handle.where, handle.document = other, None
            self.appear(other, job.statepoint, handle)
            self.state[other][handle.id] = job
            assert handle.job.project == self.projects[other]

    # Handles whose job somebody else took away

    @rule(data=st.data())
    def hold_the_document(self, data: st.DataObject) -> None:
        """A document object taken from a handle is that of the job, as long as the job is there."""
        if handle := self.choose(data, exists=True):
            handle.document, handle.aware = handle.job.doc, True
            assert handle.document is handle.job.document

    @precondition(lambda self: any(h.aware and not self.exists(h) for h in self.handles))
    @rule(data=st.data(), what=st.sampled_from(("held", "document", "transaction", "statepoint")))
    def use_a_stale_handle(self, data: st.DataObject, what: str) -> None:
        """Writing through it raises and names the move; no second job appears."""
        stale = [h for h in self.handles if h.aware and not self.exists(h)]
        handle = data.draw(st.sampled_from(stale))
        trail = self.trail(handle)
        expected = JobMovedError if trail else GONE
        if what == "held" and handle.document is None:
            what = "document"
        with pytest.raises(expected) as caught:
            if what == "statepoint":
                handle.job.sp["late"] = 1
            elif what == "transaction":
                with handle.job.doc.transaction() as document:
                    document["late"] = 1
            else:
                (handle.document if what == "held" else handle.job.doc)["late"] = 1
        if isinstance(caught.value, JobMovedError):
            assert caught.value.old_id == handle.id
            assert not trail or caught.value.new_id in trail
        assert str(caught.value).strip()

    # Many jobs, other processes, faults

    @rule(where=st.sampled_from(("first", "second")), statepoints=st.lists(STATEPOINTS, max_size=4))
    def create_jobs(self, where: str, statepoints: list[dict[str, Any]]) -> None:
        """Bulk creation gives the jobs in order and leaves those alone that are there."""
        jobs = self.projects[where].create_jobs(iter(statepoints), progress=False)
        assert [job.id for job in jobs] == [rawcheck.id_of(item) for item in statepoints]
        for statepoint, job in zip(statepoints, jobs, strict=True):
            self.appear(where, normal(statepoint))
            self.add_handle(job, where, job.id, statepoint, aware=True)

    @rule()
    def reopen(self) -> None:
        """A new project object finds everything again."""
        self.projects = {name: signac.Project(root) for name, root in self.roots.items()}
        self.handles.clear()

    @rule(data=st.data())
    def act_elsewhere(self, data: st.DataObject) -> None:
        """What another process does is there for this one at once, old handles included."""
        operation = draw_operation(data.draw, self.state)
        run_and_die(lambda: operation.run(self._reopened()), None)
        self.replace(operation.after, operation.moved)

    @rule(data=st.data(), mutation=st.integers(1, 14), cut=st.sampled_from((None, 0, 5)))
    def crash(self, data: st.DataObject, mutation: int, cut: int | None) -> None:
        """A process that dies anywhere leaves the state before or after, once opened again."""
        operation = draw_operation(data.draw, self.state)
        projects = self._reopened()
        died = run_and_die(lambda: operation.run(projects), mutation, cut)
        allowed = [self.state, *operation.between] if died else []
        self._settle(operation.name, [*allowed, operation.after])

    @rule(data=st.data(), mutation=st.integers(1, 14), lasting=st.booleans())
    def disk_error(self, data: st.DataObject, mutation: int, lasting: bool) -> None:
        """A full disk, for one call or from there on, gives an OSError and the state before."""
        operation = draw_operation(data.draw, self.state)

        def fail(number: int, what: str, path: str, _: int | None) -> None:
            if number == mutation or (lasting and number > mutation):
                raise OSError(errno.ENOSPC, f"no space left for {what}", path)

        allowed = [*operation.between, operation.after]
        try:
            with faults.injecting(fail):
                operation.run(self._reopened())
        except OSError:
            allowed.append(self.state)
        self._settle(operation.name, allowed)

    def _reopened(self) -> dict[str, Any]:
        return {name: signac.Project(root) for name, root in self.roots.items()}

    def _settle(self, name: str, allowed: list[State]) -> None:
        """Open everything again and adopt the allowed state that is there."""
        self.reopen()
        for project in self.projects.values():
            for job in project:
                job.statepoint()
        assert [line for root in self.roots.values() for line in rawcheck.problems(root)] == []
        found = [differences(state, self.roots) for state in allowed]
        assert [] in found, (name, found)
        self.state = allowed[found.index([])]

    # What must hold after every step

    @invariant()
    def directory_equals_model(self) -> None:
        """The raw directories hold the model and nothing else."""
        for root in self.roots.values():
            assert rawcheck.problems(root) == []
        assert differences(self.state, self.roots) == []
        adopt_key_order(self.state, self.roots)

    @invariant()
    def project_equals_model(self) -> None:
        """Length, iteration, membership and finding give the jobs of the model."""
        for where, jobs in self.state.items():
            project = self.projects[where]
            assert len(project) == len(jobs)
            assert sorted(job.id for job in project) == sorted(jobs)
            found = sorted(job.id for job in project.find_jobs({"a": 1}))
            ones = [id_ for id_, job in jobs.items() if job.statepoint.get("a") == 1]
            assert found == sorted(ones)
            for id_, job in jobs.items():
                live = project.open_job(id=id_)
                assert live in project
                assert rawcheck.same(live.statepoint(), job.statepoint)
                assert rawcheck.same(live.doc(), job.document)
