"""A sound project gives an empty report, whatever is in it, and repair finds nothing to do."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import h5py
import numpy as np
import pytest

import processes
import rawcheck
import signac
from damage import scene
from damage.checking import changes, picture
from damage.damages import DOC, H5, SP
from damage.matrix import Pool, search
from damage.scene import IDS, Scene, statepoint, write, write_json
from interop.peer import Peer, running_peer


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    """Return the released program, started once."""
    yield from running_peer()


def judge(path: str) -> None:
    """A project is sound: nothing is found, nothing is to be done, nothing is changed."""
    project = signac.Project(path)
    before = picture(path)
    for level in ("fast", "full"):
        report = project.find_problems(level=level)
        assert list(report) == [], str(report)
        assert not report
        assert report.checked == len(project)
        assert report.jobs == []
        assert project.check(level=level) is None
    plan = project.plan_repair(set_aside=True)
    assert (list(plan.actions), list(plan.unresolved)) == ([], [])
    assert project.repair() is None
    assert project.repair(set_aside=True) is None
    assert changes(before, picture(path)) == []


def _elsewhere(made: Scene, template: str, name: str) -> None:
    """Move a file or directory out of the project and leave a link to it."""
    path, target = made.expand(template), made.expand("{X}/" + name)
    os.rename(path, target)
    os.symlink(target, path)


def _hdf5(path: str, values: dict[str, Any]) -> None:
    with h5py.File(path, "w") as file:
        for name, value in values.items():
            file[name] = value
        file.create_group("empty")
        file["soft"] = h5py.SoftLink("/nowhere")
        file["dangling"] = h5py.ExternalLink("missing.h5", "/x")


def _own_files(made: Scene) -> None:
    for name in (".hidden", "notes~", "a.next", "b.tmp", "c.orig", "x.h5.txt", "._notes", "d.bak"):
        write(made.expand("{J}/" + name), b"mine")
    write(made.expand("{J}/signac_statepoint.json.bak"), b"mine")
    scene.make(made.expand("{J}/nested"), 3)
    os.symlink("/nowhere", made.expand("{J}/dangling"))
    os.symlink(".", made.expand("{J}/loop"))
    os.mkfifo(made.expand("{J}/pipe"))
    write(made.expand("{P}/notes.txt"), b"mine")
    write(made.expand("{P}/data.json~"), b"mine")
    os.makedirs(made.expand("{P}/analysis/" + IDS["G"]))


def _reformatted(made: Scene) -> None:
    sp = statepoint(4)
    texts = {
        4: json.dumps(sp, indent=2).encode() + b"\n",
        0: json.dumps(statepoint(0)).replace('"a": 0', '"a": 7, "a": 0').encode(),
        1: b"\xef\xbb\xbf" + json.dumps(statepoint(1)).encode(),
        2: json.dumps(statepoint(2)).encode("utf-16"),
        3: json.dumps(statepoint(3)).replace("water", "\\u0077ater").encode(),
    }
    for number, text in texts.items():
        directory = made.job(rawcheck.id_of(statepoint(number)))
        write(os.path.join(directory, rawcheck.STATEPOINT), text)
    write(made.expand(DOC), b'{"x": NaN, "y": Infinity, "n": ' + b"9" * 400 + b"}\n\n")


def _odd_values(made: Scene) -> None:
    project = signac.Project(made.path)
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    for value in (float("nan"), float("inf"), -0.0, 10**400, "\ud800", "", [], {}, deep, "\0"):
        project.open_job({"odd": value}).init().doc.value = [value] * 3
    project.open_job({}).init()


def _used(made: Scene) -> None:
    project = signac.Project(made.path)
    jobs = sorted(project, key=lambda job: job.id)
    jobs[0].sp.a = 77
    jobs[1].remove()
    jobs[2].clear()
    jobs[3].reset()
    jobs[4].doc.many = {str(n): "y" * 40 for n in range(3000)}
    jobs[5].data = {"x": np.arange(3), "g": {"y": "text"}}
    jobs[5].stores.other.z = 5
    with jobs[6].doc.transaction() as doc:
        doc.t = [1]
    other = signac.init_project(made.expand("{X}/other"))
    jobs[7].move(other)
    with jobs[8]:
        write("inside.txt", b"mine")
    with signac.buffered():
        jobs[8].doc.buffered = 1
    project.doc.n = 1
    project.update_cache()
    project.create_jobs(signac.grid(new=range(40)))
    project.find_jobs({"doc.x": 1}).first()
    judge(other.path)


def _nothing(made: Scene) -> None:
    pass


USES: dict[str, Callable[[Scene], None]] = {
    "nothing": _nothing,
    "cache": lambda made: scene.right_cache(made, scene.FEW),
    "job elsewhere": lambda made: _elsewhere(made, "{J}", "job"),
    "workspace elsewhere": lambda made: _elsewhere(made, "{W}", "workspace"),
    "state point elsewhere": lambda made: _elsewhere(made, SP, "sp.json"),
    "document elsewhere": lambda made: _elsewhere(made, DOC, "doc.json"),
    "store elsewhere": lambda made: _elsewhere(made, H5, "data.h5"),
    "big document": lambda made: write_json(
        made.expand(DOC), {str(n): [n] * 9 for n in range(9000)}
    ),
    "empty document": lambda made: write(made.expand(DOC), b"{}"),
    "store of all kinds": lambda made: _hdf5(made.expand(H5), {"a": 1, "b/c": [2.0], "t": "x"}),
    "other stores": lambda made: _hdf5(made.expand("{J}/" + "0" * 32 + ".h5"), {"a": 1}),
    "files of the user": _own_files,
    "other spellings": _reformatted,
    "odd values": _odd_values,
    "closed to others": lambda made: [os.chmod(made.expand(p), 0o600) for p in (SP, DOC)] and None,
    "used": _used,
    "no workspace yet": lambda made: shutil.rmtree(made.workspace),
}


@pytest.mark.parametrize("name", USES)
def test_a_sound_project(name: str, pool: Pool, tmp_path: Any) -> None:
    """Links, big documents, odd values and files of the user are no problems."""
    made = pool.template(known=False).copy(str(tmp_path / "scene"))
    USES[name](made)
    judge(made.path)


def test_a_sound_project_with_index_and_cache(pool: Pool, tmp_path: Any) -> None:
    """Neither are an index and a cache, before and after jobs went and came."""
    made = pool.template(known=True).copy(str(tmp_path / "scene"))
    search(made)
    judge(made.path)
    project = signac.Project(made.path)
    for number in (0, 1):
        project.open_job(statepoint(number)).remove()
    project.create_jobs({"new": n} for n in range(3))
    search(made)
    judge(made.path)
    project.update_cache()
    judge(made.path)


def test_a_project_of_the_released_program(peer: Peer, tmp_path: Any) -> None:
    """Nor is anything that the released program writes in ordinary use."""
    path = str(tmp_path / "p")
    peer.init_project(path=path)
    ids = [peer.init(path=path, statepoint={"a": n, "n": {"c": [n, 1.5]}}) for n in range(12)]
    for n, job in enumerate(ids):
        peer.assign(path=path, job=job, what="doc", content={"x": n, "l": [1, {"k": None}]})
    peer.store_set(path=path, job=ids[0], store="signac_data", key="x", value=[1.0, 2.0])
    peer.store_set(path=path, job=ids[1], store="other", key="y", value=3)
    peer.update_cache(path=path)
    peer.change(
        path=path, job=ids[2], what="sp", keys=[], method="__setitem__", arguments=["a", 99]
    )
    peer.act(path=path, job=ids[3], method="remove")
    peer.act(path=path, job=ids[4], method="clear")
    peer.assign(path=path, what="doc", content={"title": "of the peer"})
    judge(path)
    signac.Project(path).update_cache()
    peer.check(path=path)


def test_writers_at_work_are_no_problem(pool: Pool, tmp_path: Any) -> None:
    """While others make, change and remove jobs, no check names anything of theirs."""
    made = pool.template(known=False).copy(str(tmp_path / "scene"))

    def work() -> None:
        project = signac.Project(made.path)
        with signac.durability("fast"):
            for number in range(150):
                job = project.open_job({"w": number}).init()
                job.doc.x = number
                job.data = {"y": np.arange(number)}
                job.sp.v = number
                if number % 2:
                    job.remove()

    worker = processes.start(work)
    project = signac.Project(made.path)
    rounds = 0
    while os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        for level in ("fast", "full"):
            assert [str(one) for one in project.find_problems(level=level)] == []
        plan = project.plan_repair()
        assert list(plan.actions) == []
        rounds += 1
    worker.result().get()
    assert rounds > 1
    judge(made.path)


def test_a_store_that_is_open_is_no_problem(pool: Pool, tmp_path: Any) -> None:
    """Nor is a store that this or another process holds open, nor a buffered document."""
    made = pool.template(known=False).copy(str(tmp_path / "scene"))
    project = signac.Project(made.path)
    job = project.open_job(id=IDS["V"])
    with signac.buffered(), job.data.open(mode="a") as store:
        store["new"] = np.arange(9)
        job.doc.x = 5
        for level in ("fast", "full"):
            assert list(project.find_problems(level=level)) == []
        other = processes.run(
            lambda: [str(one) for one in signac.Project(made.path).find_problems(level="full")]
        )
        assert other.get() == []
    judge(made.path)
