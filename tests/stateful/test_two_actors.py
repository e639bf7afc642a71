"""Ours and the released peer in turn, at random, on one directory, beside an in-memory model."""

import os
import random
import shutil
import tempfile
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import rawcheck
import signac
from dying import run_and_die
from interop.edits import apply, draw_edit
from interop.peer import Peer, PeerError
from signac.errors import DestinationExistsError, JobMovedError
from stateful.model import Job, Jobs, add, adopt_key_order, differences, normal

DEFAULT = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=30,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(DEFAULT, derandomize=False, max_examples=150, stateful_step_count=60)

# No two values are equal and yet different (1 and True): the peer drops such changes.
KEYS = st.sampled_from(("a", "b", "n"))
VALUES = st.sampled_from((0, 1, "x", None, 2.5, (3, 4), [5, {"k": 6}], {"c": 7}, {"c": {"d": []}}))
STATEPOINTS = st.dictionaries(KEYS, VALUES, max_size=2)


class TwoActors(RuleBasedStateMachine):
    """Every step is ours or the peer's; whoever comes next finds what the model says."""

    peer: Peer

    def __init__(self) -> None:
        super().__init__()
        self.root = tempfile.mkdtemp(prefix="signac-turns-")
        self.project = signac.init_project(self.root)
        self.peer.forget()
        self.jobs: Jobs = {}
        self.kept: dict[str, Any] = {}  # id -> a handle of ours that is kept and used again
        self.documents: dict[str, Any] = {}  # id -> a document of ours that is kept

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    def _id(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.jobs)))

    def _ours(self, data: st.DataObject, id_: str) -> Any:
        """Return a handle of ours: the kept one if there is one, or a new one to keep."""
        if id_ not in self.kept or data.draw(st.booleans()):
            self.kept[id_] = self.project.open_job(id=id_)
        return self.kept[id_]

    def _reopen(self) -> None:
        self.project = signac.Project(self.root)
        self.kept.clear()
        self.documents.clear()

    def _give_up(self, id_: str) -> None:
        """Forget what belonged to an earlier job of an id, or to one that we took away."""
        self.kept.pop(id_, None)
        self.documents.pop(id_, None)

    def _theirs(self, command: str, **arguments: Any) -> Any:
        return self.peer.call(command, path=self.root, **arguments)

    @initialize(statepoints=st.lists(STATEPOINTS, min_size=2, max_size=4), ours=st.booleans())
    def begin(self, statepoints: list[dict[str, Any]], ours: bool) -> None:
        """Either made some jobs before; handles of ours to them are kept."""
        for statepoint in statepoints:
            self.init(statepoint, ours)
        self.kept = {id_: self.project.open_job(id=id_) for id_ in self.jobs}

    @rule(statepoint=STATEPOINTS, ours=st.booleans())
    def init(self, statepoint: dict[str, Any], ours: bool) -> None:
        """Either creates a job, or finds the one that is there."""
        if ours:
            id_ = self.project.open_job(statepoint).init().id
        else:
            id_ = self._theirs("init", statepoint=statepoint)
        assert id_ == rawcheck.id_of(statepoint)
        if id_ not in self.jobs:
            self._give_up(id_)
        add(self.jobs, statepoint)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), seed=st.integers(0, 2**32), ours=st.booleans(), count=st.integers(1, 3))
    def edit(self, data: st.DataObject, seed: int, ours: bool, count: int) -> None:
        """Either edits a document, at the top or deep inside."""
        id_, draw = self._id(data), random.Random(seed)
        job = self._ours(data, id_) if ours else None
        for _ in range(count):
            edit = draw_edit(draw, self.jobs[id_].document)
            if job is not None:
                apply(job.doc, edit)
            else:
                names = dict(zip(("keys", "method", "arguments"), edit, strict=True))
                self._theirs("change", job=id_, what="doc", **names)
            apply(self.jobs[id_].document, edit)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), content=STATEPOINTS, ours=st.booleans())
    def assign(self, data: st.DataObject, content: dict[str, Any], ours: bool) -> None:
        """Either replaces a document."""
        id_ = self._id(data)
        if ours:
            self._ours(data, id_).doc = content
        else:
            self._theirs("assign", job=id_, what="doc", content=content)
        self.jobs[id_].document = normal(content)

    @precondition(lambda self: self.jobs)
    @rule(
        data=st.data(),
        how=st.sampled_from(("set", "pop", "assign", "update", "nested")),
        ours=st.booleans(),
    )
    def change(self, data: st.DataObject, how: str, ours: bool) -> None:
        """Either changes a state point; a state point that is taken is refused by both."""
        id_ = self._id(data)
        old = self.jobs[id_].statepoint
        key, value, whole = data.draw(KEYS), data.draw(VALUES), data.draw(STATEPOINTS)
        if not ours and how in ("assign", "update"):
            # The peer keeps a container that it should replace by None, and reports a sound job as
            # corrupted when a list replaces a list: what it cannot do alone is not asked of it.
            whole = {k: v for k, v in whole.items() if not isinstance(old.get(k), dict | list)}
        result = {
            "set": {**old, key: value},
            "pop": {name: item for name, item in old.items() if name != key},
            "assign": whole,
            "update": {**old, **whole},
            "nested": {**old, key: {**old[key], "c": value}}
            if isinstance(old.get(key), dict)
            else {**old, key: [*old[key], value]}
            if isinstance(old.get(key), list)
            else old,
        }[how]
        new = rawcheck.id_of(result)
        refused = new != id_ and new in self.jobs
        told = False
        try:
            if ours:
                self._change_ours(self._ours(data, id_), how, key, value, whole)
            else:
                self._change_theirs(id_, how, key, value, whole)
        except DestinationExistsError:
            told = True
        except PeerError as error:
            told = "DestinationExistsError" in error.names
            if not told:
                raise
        assert told is refused
        if refused or new == id_:
            return
        model = self.jobs.pop(id_)
        self.jobs[new] = Job(normal(result), model.document, model.files)
        self._give_up(new)
        if ours:
            self.kept[new] = self.kept.pop(id_)
            self._give_up(id_)
            assert self.kept[new].id == new

    def _change_ours(self, job: Any, how: str, key: str, value: Any, whole: Any) -> None:
        if how == "set":
            job.sp[key] = value
        elif how == "pop":
            job.sp.pop(key)
        elif how == "assign":
            job.sp = whole
        elif how == "update":
            job.update_statepoint(whole, overwrite=True)
        elif isinstance(job.statepoint().get(key), dict):
            job.sp[key]["c"] = value
        elif isinstance(job.statepoint().get(key), list):
            job.sp[key].append(value)

    def _change_theirs(self, id_: str, how: str, key: str, value: Any, whole: Any) -> None:
        where = {"job": id_, "what": "sp"}
        inner = self.jobs[id_].statepoint.get(key)
        if how == "set":
            self._theirs("change", **where, keys=[], method="__setitem__", arguments=[key, value])
        elif how == "pop":
            self._theirs("change", **where, keys=[], method="pop", arguments=[key])
        elif how == "assign":
            self._theirs("assign", **where, content=whole)
        elif how == "update":
            self._theirs("update_statepoint", job=id_, update=whole, overwrite=True)
        elif isinstance(inner, dict):
            arguments = ["c", value]
            self._theirs("change", **where, keys=[key], method="__setitem__", arguments=arguments)
        elif isinstance(inner, list):
            self._theirs("change", **where, keys=[key], method="append", arguments=[value])

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), method=st.sampled_from(("clear", "reset", "remove")), ours=st.booleans())
    def empty(self, data: st.DataObject, method: str, ours: bool) -> None:
        """Either clears, resets or removes a job."""
        id_ = self._id(data)
        if ours:
            getattr(self._ours(data, id_), method)()
        else:
            self._theirs("act", job=id_, method=method)
        if method == "remove":
            del self.jobs[id_]
            if ours:
                self._give_up(id_)
        else:
            self.jobs[id_] = Job(self.jobs[id_].statepoint)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), content=st.binary(max_size=5))
    def write_file(self, data: st.DataObject, content: bytes) -> None:
        """A file of the user stays with its job, whoever moves it."""
        id_ = self._id(data)
        with open(self._ours(data, id_).fn("data.bin"), "wb") as file:
            file.write(content)
        self.jobs[id_].files["data.bin"] = content

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def hold_the_document(self, data: st.DataObject) -> None:
        """A document object is taken now, to be used when the job may be gone."""
        id_ = self._id(data)
        self.documents[id_] = self._ours(data, id_).doc

    @precondition(lambda self: (self.kept.keys() | self.documents.keys()) - self.jobs.keys())
    @rule(data=st.data())
    def write_where_the_peer_was(self, data: st.DataObject) -> None:
        """What we hold of a job that the peer moved or removed raises, and makes no second job."""
        gone = (self.kept.keys() | self.documents.keys()) - self.jobs.keys()
        id_ = data.draw(st.sampled_from(sorted(gone)))
        job, document = self.kept.pop(id_, None), self.documents.pop(id_, None)
        with pytest.raises((JobMovedError, FileNotFoundError)):
            (job.doc if document is None else document)["late"] = 1

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), mutation=st.integers(1, 12), value=VALUES)
    def crash(self, data: st.DataObject, mutation: int, value: Any) -> None:
        """We die in a state point change; after we look again the peer finds the old or the new."""
        id_ = self._id(data)
        model = self.jobs[id_]
        result = normal({**model.statepoint, "late": value})
        new = rawcheck.id_of(result)
        if new in self.jobs:
            return
        projects = signac.Project(self.root)

        def change() -> None:
            projects.open_job(id=id_).sp.late = value

        run_and_die(change, mutation)
        self._reopen()
        found = {job.id: job.statepoint() for job in self.project}
        if new in found:
            self.jobs[new] = Job(result, model.document, model.files)
            del self.jobs[id_]

    @rule(what=st.sampled_from(("ours", "theirs", "cache")))
    def housekeeping(self, what: str) -> None:
        """Either begins again with nothing in memory, or the peer writes its cache file."""
        if what == "ours":
            self._reopen()
        elif what == "theirs":
            self.peer.forget()
        else:
            self._theirs("update_cache")

    @invariant()
    def directory_equals_model(self) -> None:
        """The raw directory holds the model and nothing else."""
        assert rawcheck.problems(self.root) == []
        assert differences({"": self.jobs}, {"": self.root}) == []
        adopt_key_order({"": self.jobs}, {"": self.root})

    @invariant()
    def both_see_the_model(self) -> None:
        """Both programs list, find and read the jobs of the model."""
        listed = sorted(job.id for job in self.project)
        assert listed == sorted(self.jobs), (listed, sorted(rawcheck.snapshot(self.root)))
        assert self._theirs("jobs") == sorted(self.jobs)
        for query in ({"a": 1}, {"n.c": 7}):
            ours = sorted(job.id for job in self.project.find_jobs(query))
            assert ours == self._theirs("find", query=query)
        for id_, job in self.jobs.items():
            assert rawcheck.same(self.project.open_job(id=id_).statepoint(), job.statepoint)
            assert rawcheck.same(self._theirs("statepoint", job=id_), job.statepoint)
            assert rawcheck.same(self.project.open_job(id=id_).doc(), job.document)
            assert rawcheck.same(self._theirs("document", job=id_), job.document)
            assert self.project.open_job(id=id_).path == os.path.join(self.root, "workspace", id_)
        self._theirs("check")


def test_two_actors(peer: Peer) -> None:
    """Hundreds of steps, each ours or the peer's, leave what the model says, for both."""
    TwoActors.peer = peer
    run_state_machine_as_test(TwoActors, settings=DEFAULT)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_two_actors_long(peer: Peer) -> None:
    """The same for tens of thousands of steps, with other seeds each time."""
    TwoActors.peer = peer
    run_state_machine_as_test(TwoActors, settings=LONG)
