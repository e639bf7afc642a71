"""A week with a project, in a process that takes itself for one on another system.

Run with ``windows`` or ``macos`` and an empty directory; prints ``well`` at the end.
"""

import contextlib
import glob
import io
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable

import configobj  # noqa: F401 - what others do at import is none of our concern
import h5py  # noqa: F401
import numpy
import regex  # noqa: F401
import systems

tempfile.gettempdir()
systems.pretend(sys.argv[1])
warnings.filterwarnings("error", category=EncodingWarning, module="signac")

import signac  # noqa: E402
from signac.cli.app import main as run_command  # noqa: E402
from signac.errors import DestinationExistsError, TransferError  # noqa: E402

LEVELS = ("fast", "safe", "durable")


def jobs_and_documents(project: signac.Project) -> None:
    """Make jobs, one by one and many at once; change documents in every way."""
    jobs = project.create_jobs(signac.grid(a=range(12), b=[1, 2]))
    assert len(project.create_jobs(signac.grid(a=range(12), b=[1, 2]))) == len(project) == 24
    document = jobs[0].doc
    document.x = 1
    document.y = {"z": [1, "two\r\nlines\n"]}
    document.y.z.append(3)
    with document.transaction():
        document.x += 1
    with signac.buffered():
        document.w = "é"
    project.doc.update(owner="me")
    assert signac.get_project(project.path).doc == {"owner": "me"}
    text = {"x": 2, "y": {"z": [1, "two\r\nlines\n", 3]}, "w": "é"}
    assert signac.get_project(project.path).open_job(id=jobs[0].id).doc() == text


def levels_of_durability(project: signac.Project) -> None:
    """Everything waits for the disk, or does not."""
    for number, level in enumerate(LEVELS):
        with signac.durability(level):
            job = project.open_job({"level": level}).init()
            many = project.create_jobs(signac.grid(level=[level], i=range(12)))
            job.doc.level = level
            job.data["array"] = numpy.arange(number + 1)
            job.stores["other"] = {"array": numpy.arange(3)}
            job.sp.more = {"number": number}
            assert job.doc.level == level
            with job.data as data:
                assert len(data["array"]) == number + 1
            job.clear()
            assert list(job.doc) == []
            job.remove()
            for one in many:
                one.remove()
    assert len(project) == 24


def finding(project: signac.Project) -> None:
    """Search with and without the index, in state points and documents."""
    for _ in range(2):
        assert len(project.find_jobs({"a": {"$gte": 10}})) == 4
        assert len(project.find_jobs("doc.x == 2 and b == 1")) == 1
        assert len(project.find_jobs({"a": {"$regex": "^x"}})) == 0
        project = signac.get_project(project.path)
    assert [key for key, _ in project.groupby("b")] == [1, 2]
    assert "a" in project.detect_schema()
    assert project.update_cache() == 24


def files_and_arrays(project: signac.Project) -> None:
    """HDF5 stores are written, read, replaced, and go where their job goes."""
    job = project.open_job({"a": 0, "b": 1})
    job.data["text"] = "one\r\ntwo\n"
    job.data = {"array": numpy.arange(5.0), "text": job.data["text"]}
    with open(job.fn("result.txt"), "w", encoding="utf-8", newline="") as file:
        file.write("a\r\nb\n")
    job.sp.a = 100
    assert job.data["text"] == "one\r\ntwo\n"
    assert os.path.getsize(job.fn("result.txt")) == 5
    with job:
        assert os.path.isfile("result.txt")
    job.sp.a = 0


def moving_data(project: signac.Project, place: str) -> None:
    """Export, verify, import, copy and synchronise."""
    for name in ("out", "out.zip", "out.tar", "out.tar.gz"):
        target = os.path.join(place, name)
        assert len(project.export_to(target, manifest=True)) == 24
        assert project.verify_export(target).ok
        other = signac.init_project(os.path.join(place, "from-" + name.replace(".", "-")))
        assert len(other.import_from(target)) == 24
        assert {job.id for job in other} == {job.id for job in project}
        assert other.open_job({"a": 0, "b": 1}).data["text"] == "one\r\ntwo\n"
    other = signac.init_project(os.path.join(place, "other"))
    job = project.open_job({"a": 0, "b": 1})
    assert other.clone(job).doc.x == 2
    other.sync(project, check_schema=False)
    project.open_job({"a": 3, "b": 1}).doc.new = 1
    with open(job.fn("result.txt"), "a", encoding="utf-8") as file:
        file.write("more")
    other.sync(project, strategy=signac.sync.FileSync.always)
    assert len(other) == 24
    assert os.path.getsize(other.open_job(id=job.id).fn("result.txt")) == 9
    other.open_job({"a": 4, "b": 1}).move(signac.init_project(os.path.join(place, "third")))
    assert len(other) == 23
    shutil.rmtree(other.path)


def changing_parameters(project: signac.Project) -> None:
    """Change many jobs at once, and back."""
    changed = project.plan_change({"a": {"$lt": 3}}, add={"unit": "K"}).apply(name="unit")
    assert len(project.find_jobs({"unit": "K"})) == len(changed.changed) == 6
    project.undo_change("unit")
    assert len(project.find_jobs({"unit": "K"})) == 0


def mending(project: signac.Project) -> None:
    """Find and repair what is damaged."""
    assert not project.find_problems()
    job = project.open_job({"a": 5, "b": 1})
    os.truncate(job.fn("signac_statepoint.json"), 0)
    assert project.find_problems()
    project.repair()
    assert not project.find_problems()
    project.check()


def what_is_refused(project: signac.Project) -> None:
    """Say so where something is in the way, or the system does not allow it."""
    job = project.open_job({"a": 6, "b": 1})
    refusal(DestinationExistsError, lambda: setattr(job.sp, "a", 7))
    place = os.path.join(project.workspace, project.open_job({"file": 1}).id)
    open(place, "x", encoding="utf-8").close()
    refusal(FileExistsError, project.open_job({"file": 1}).init)
    os.unlink(place)
    if os.name == "nt":
        error = refusal(TransferError, lambda: project.create_linked_view("view"))
        assert "privilege" in str(error)
    else:
        project.create_linked_view("view")


def command_line(project: signac.Project) -> None:
    """The commands that people use most; each tells of success."""
    os.chdir(project.path)
    calls = (
        "status",
        "find a 1",
        "schema",
        "document",
        "check",
        "export cli.zip",
        "verify cli.zip",
    )
    for call in (*calls, "config set durability fast", "shell -c print(len(project))"):
        with contextlib.redirect_stdout(io.StringIO()):
            code = run_command(call.split())
        assert code == 0, (call, code)


def refusal(kind: type[BaseException], call: Callable[[], object]) -> BaseException:
    """Return what a call raises."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def main(place: str) -> None:
    """Do all of it, one after the other, in one project."""
    os.chdir(place)
    project = signac.init_project("study")
    jobs_and_documents(project)
    levels_of_durability(project)
    finding(project)
    files_and_arrays(project)
    moving_data(project, place)
    changing_parameters(project)
    mending(project)
    what_is_refused(project)
    command_line(project)
    os.chdir(place)
    with signac.TemporaryProject() as temporary:
        temporary.open_job({"a": 1}).init()
    assert signac.H5Store("store.h5").setdefault("a", 1) == 1
    assert signac.JSONDict("file.json").setdefault("a", 1) == 1
    for rest in (os.path.join(".signac", "locks"), os.path.join("workspace", ".signac_scratch")):
        assert not glob.glob(os.path.join(project.path, rest, "*"))
    print("well")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[2]))
