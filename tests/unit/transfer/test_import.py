"""Imports: what becomes a job, what is refused, what is kept."""

import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._core import faults
from signac.errors import (
    DestinationExistsError,
    ImportArgumentError,
    ImportRefusedError,
    StatepointJSONError,
    StatepointParsingError,
    TransferError,
)
from signac.import_export import import_into_project

STATE_POINT = "signac_statepoint.json"


@pytest.fixture
def project(tmp_path: Path) -> Any:
    """Return an empty project."""
    return signac.init_project(tmp_path / "project")


def write(origin: Path, files: dict[str, str]) -> Path:
    """Write files below a directory."""
    for name, text in files.items():
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        (origin / name).write_text(text)
    return origin


def jobs_of(origin: Path, *statepoints: Any) -> Path:
    """Write directories with state point files, named by their numbers."""
    for number, statepoint in enumerate(statepoints):
        text = statepoint if isinstance(statepoint, str) else json.dumps(statepoint)
        write(origin, {f"{number}/{STATE_POINT}": text, f"{number}/f": f"file {number}"})
    return origin


def as_directory(origin: Path) -> Path:
    """Leave a directory as it is."""
    return origin


def as_zip(origin: Path) -> Path:
    """Pack a directory."""
    return Path(shutil.make_archive(str(origin), "zip", origin))


def as_tar(origin: Path) -> Path:
    """Pack a directory."""
    return Path(shutil.make_archive(str(origin), "gztar", origin))


CONTAINERS: list[Callable[[Path], Path]] = [as_directory, as_zip, as_tar]
containers = pytest.mark.parametrize("pack", CONTAINERS)


def text_of(project: Any, statepoint: Any, name: str = "f") -> str:
    """Return the text of a file of a job."""
    return Path(project.open_job(statepoint).fn(name)).read_text()


@containers
def test_all_problems_come_together(pack: Any, project: Any, tmp_path: Path) -> None:
    """One error names all that is wrong; nothing is written; its class is that of the first."""
    project.open_job({"a": 3}).init()
    bad = ["{bad", "[1]", {"a": 1}, {"a": 1}, {"a": 3}, {"a": 4}, '{"b.c": 1}']
    origin = pack(jobs_of(tmp_path / "o", *bad))
    with pytest.raises(StatepointJSONError) as caught:
        project.import_from(origin)
    problems = caught.value.problems  # type: ignore[attr-defined]
    assert len(problems) == 5
    for number, said in {
        0: "JSON",
        1: "not a mapping",
        3: "same state point",
        4: "there already",
    }.items():
        (problem,) = [one for one in problems if said in one]
        assert f"{number}" in problem
        assert problem in str(caught.value)
    assert len(project) == 1
    assert not os.path.exists(project.fn(".signac/transfers"))


@containers
def test_conflicts_name_the_job(pack: Any, project: Any, tmp_path: Path) -> None:
    """What is there already stays, and is the destination of the error."""
    job = project.open_job({"a": 1}).init()
    job.doc.mine = True
    origin = pack(jobs_of(tmp_path / "o", {"a": 0}, {"a": 1}))
    with pytest.raises(DestinationExistsError, match="sync=True") as caught:
        project.import_from(origin)
    assert caught.value.destination == job
    assert len(project) == 1
    assert job.doc() == {"mine": True}


@containers
def test_state_point_files_are_kept(pack: Any, project: Any, tmp_path: Path) -> None:
    """The bytes of a state point file are those of the source, whatever its layout."""
    text = '{\n  "b": 1.0,\n  "a": [1, {"c": null}]\n}\n'
    project.import_from(pack(jobs_of(tmp_path / "o", text)))
    assert text_of(project, {"a": [1, {"c": None}], "b": 1.0}, STATE_POINT) == text


@containers
@pytest.mark.parametrize("schema", ["a/{a:int}", lambda path: _last(path)])
def test_state_points_by_schema(pack: Any, schema: Any, project: Any, tmp_path: Path) -> None:
    """Directories without a state point file get one."""
    origin = write(tmp_path / "o", {"a/1/f": "1", "a/10/d/f": "10", "a/100/x/y/f": "100"})
    (origin / "a" / "1000").mkdir()
    imported = project.import_from(pack(origin), schema=schema)
    assert len(imported) == 4
    assert sorted(job.sp.a for job in signac.get_project(project.path)) == [1, 10, 100, 1000]
    assert text_of(project, {"a": 10}, "d/f") == "10"
    assert text_of(project, {"a": 10}, STATE_POINT) == '{"a": 10}'


def _last(path: str) -> Any:
    name = os.path.basename(path)
    return {"a": int(name)} if name.isdigit() else None


def test_a_function_sees_a_tar_on_the_disk(project: Any, tmp_path: Path) -> None:
    """It may look into the directories, as it may in those of a directory."""
    origin = as_tar(write(tmp_path / "o", {"x/1/p": "5", "x/2/p": "6", "x/2/q": ""}))

    def schema(path: str) -> Any:
        file = os.path.join(path, "p")
        return {"p": int(Path(file).read_text())} if os.path.exists(file) else None

    assert set(project.import_from(origin, schema=schema)) == {"x/1", "x/2"}
    assert sorted(job.sp.p for job in project) == [5, 6]
    assert os.listdir(os.path.join(project.workspace, ".signac_scratch")) == []


@containers
def test_schema_against_file(pack: Any, project: Any, tmp_path: Path) -> None:
    """A state point file must say what the schema says."""
    origin = write(tmp_path / "o", {f"a/1/{STATE_POINT}": '{"a": 1}', f"a/2/{STATE_POINT}": "null"})
    with pytest.raises(StatepointParsingError, match="a/2"):
        project.import_from(pack(origin), schema="a/{a:int}")
    assert len(project) == 0


@containers
def test_inner_state_points_are_files(pack: Any, project: Any, tmp_path: Path) -> None:
    """A state point file inside a job is a file like others, bad ones included."""
    files = {STATE_POINT: '{"a": 1}', f"s/{STATE_POINT}": "{bad", f"s/t/{STATE_POINT}": '{"a": 1}'}
    origin = write(tmp_path / "o", {f"j/{name}": text for name, text in files.items()})
    project.import_from(pack(origin))
    assert text_of(project, {"a": 1}, f"s/{STATE_POINT}") == "{bad"


@containers
def test_modes_and_empty_directories(pack: Any, project: Any, tmp_path: Path) -> None:
    """What can be run can be run, and a directory without files is there."""
    origin = jobs_of(tmp_path / "o", {"a": 1})
    (origin / "0" / "empty" / "inside").mkdir(parents=True)
    os.chmod(origin / "0" / "f", 0o755)
    project.import_from(pack(origin))
    job = project.open_job({"a": 1})
    assert os.access(job.fn("f"), os.X_OK)
    assert os.path.isdir(job.fn("empty/inside"))


@pytest.mark.parametrize("pack", [as_directory, as_tar])
def test_links_inside_a_job(pack: Any, project: Any, tmp_path: Path) -> None:
    """Links become what they lead to; one that leads to nothing in its job stays."""
    origin = jobs_of(tmp_path / "o", {"a": 1})
    job = origin / "0"
    write(job, {"d/g": "g"})
    for name, target in {"l": "f", "ll": "l", "d/up": "../f", "e": "d2", "no": "none"}.items():
        os.symlink(target, job / name)
    write(job, {"d2/h": "h"})
    os.link(job / "f", job / "hard")
    project.import_from(pack(origin))
    there = project.open_job({"a": 1})
    for name in ("l", "ll", "d/up", "hard"):
        assert Path(there.fn(name)).read_text() == "file 0"
        assert not os.path.islink(there.fn(name))
    assert Path(there.fn("e/h")).read_text() == "h"
    assert os.readlink(there.fn("no")) == "none"


def test_hard_links_between_jobs(project: Any, tmp_path: Path) -> None:
    """A file that two jobs share, which tar stores once, comes into both."""
    origin = jobs_of(tmp_path / "o", {"a": 1}, {"a": 2}, {"a": 3})
    os.link(origin / "0" / "f", origin / "2" / "shared")
    project.import_from(as_tar(origin))
    names = ["f", "shared"]
    assert {text_of(project, {"a": 3}, name) for name in names} == {"file 0", "file 2"}
    assert len(project) == 3


def test_links_out_of_a_directory(project: Any, tmp_path: Path) -> None:
    """A link to a file of the origin outside of the job is followed, one out of it is not."""
    origin = jobs_of(tmp_path / "o", {"a": 1})
    write(origin, {"shared/x": "x"})
    os.symlink("../shared", origin / "0" / "link")
    project.import_from(origin)
    assert text_of(project, {"a": 1}, "link/x") == "x"
    os.symlink(tmp_path, origin / "0" / "out")
    with pytest.raises(ImportRefusedError, match="0/out' is a link to"):
        signac.init_project(tmp_path / "other").import_from(origin)


def test_mixed_members(project: Any, tmp_path: Path) -> None:
    """Jobs whose members are mixed in the archive are each whole."""
    origin = jobs_of(tmp_path / "o", *({"a": number} for number in range(5)))
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("f", STATE_POINT):
            for number in range(5):
                archive.add(origin / str(number) / name, f"{number}/{name}")
    project.import_from(path)
    assert [text_of(project, {"a": number}) for number in range(5)] == [
        f"file {number}" for number in range(5)
    ]


def test_later_members_replace_earlier_ones(project: Any, tmp_path: Path) -> None:
    """An archive that was added to has the later file, also when other jobs come in between."""
    origin = jobs_of(tmp_path / "o", {"a": 0}, {"a": 1})
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(origin, ".")
    for text in ("newer", "newest"):
        (origin / "0" / "f").write_text(text)
        with tarfile.open(path, "a") as archive:
            archive.add(origin / "0" / "f", "0/f")
    project.import_from(path)
    assert text_of(project, {"a": 0}) == "newest"
    assert text_of(project, {"a": 1}) == "file 1"


def test_archives_are_told_by_content(project: Any, tmp_path: Path) -> None:
    """The name of an archive says nothing; what is none is refused with its name."""
    origin = jobs_of(tmp_path / "o", {"a": 0})
    os.rename(as_zip(origin), tmp_path / "a.tar")
    os.rename(as_tar(origin), tmp_path / "b.zip")
    assert list(project.import_from(tmp_path / "a.tar")) == ["0"]
    other = signac.init_project(tmp_path / "other")
    assert list(other.import_from(tmp_path / "b.zip")) == ["0"]
    for name, data in {"c.zip": b"text", "d.tar": b"", "e.gz": b"\x1f\x8bxx"}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(RuntimeError, match=name):
            project.import_from(tmp_path / name)


def test_a_tar_that_ends_in_a_zip(project: Any, tmp_path: Path) -> None:
    """A zip archive that is the last member of a tar archive is a file of its job."""
    origin = jobs_of(tmp_path / "o", {"a": 0})
    shutil.copy(as_zip(origin), origin / "0" / "inner.zip")
    path = tmp_path / "x"
    with tarfile.open(path, "w") as archive:
        archive.add(origin / "0" / STATE_POINT, f"j/{STATE_POINT}")
        archive.add(origin / "0" / "inner.zip", "j/inner.zip")
    assert list(project.import_from(path)) == ["j"]


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@pytest.mark.parametrize("size", [0, 1, (2 << 20) + 7])
def test_compressions_of_zip(method: int, size: int, project: Any, tmp_path: Path) -> None:
    """All methods of the standard library are read, whatever the size."""
    data = (os.urandom(997) * (size // 997 + 1))[:size]
    with zipfile.ZipFile(tmp_path / "x", "w", method) as archive:
        archive.writestr(f"j/{STATE_POINT}", "{}")
        archive.writestr("j/data", data)
    project.import_from(tmp_path / "x")
    assert Path(project.open_job({}).fn("data")).read_bytes() == data


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_compressions_of_tar(mode: Any, project: Any, tmp_path: Path) -> None:
    """All compressions of the standard library are read."""
    origin = jobs_of(tmp_path / "o", {"a": 0}, {"a": 1})
    (origin / "0" / "data").write_bytes(os.urandom((1 << 20) + 9))
    with tarfile.open(tmp_path / "x", mode) as archive:
        archive.add(origin, "somewhere")
    assert list(project.import_from(tmp_path / "x")) == ["somewhere/0", "somewhere/1"]
    here, there = origin / "0" / "data", project.open_job({"a": 0}).fn("data")
    assert Path(there).read_bytes() == here.read_bytes()
    assert int(os.stat(there).st_mtime) == int(os.stat(here).st_mtime)


def test_a_damaged_member_spares_the_others(project: Any, tmp_path: Path) -> None:
    """A file whose checksum is wrong costs its job, no other one, and the error names both."""
    with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_STORED) as archive:
        for number in range(3):
            archive.writestr(f"{number}/{STATE_POINT}", json.dumps({"a": number}))
            archive.writestr(f"{number}/f", f"contents {number}")
    data = (tmp_path / "x").read_bytes().replace(b"contents 1", b"CONTENTS 1")
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(TransferError, match="'1/f'") as caught:
        project.import_from(tmp_path / "x")
    assert caught.value.job_ids == [project.open_job({"a": 1}).id]
    assert sorted(job.sp.a for job in project) == [0, 2]


@containers
def test_a_failed_import_is_completed(pack: Any, project: Any, tmp_path: Path) -> None:
    """The same call makes what failed, and counts what the first one made."""
    origin = pack(jobs_of(tmp_path / "o", *({"a": number} for number in range(4))))
    failing = project.open_job({"a": 2}).id

    def fail(number: int, operation: str, path: str, size: int | None) -> None:
        if operation == "create" and failing in path:
            raise OSError(28, "No space left on device", path)

    with faults.injecting(fail), pytest.raises(TransferError, match="No space") as caught:
        project.import_from(origin)
    assert caught.value.errno == 28
    assert len(project) == 3
    with pytest.raises(DestinationExistsError):
        project.import_from(origin, schema=lambda path: _last(path))
    assert len(project.import_from(origin)) == 4
    assert len(project) == 4
    with pytest.raises(DestinationExistsError):
        project.import_from(origin)
    assert not os.path.exists(project.fn(".signac/transfers"))


@containers
def test_new_sources_are_no_part_of_a_failed_import(
    pack: Any, project: Any, tmp_path: Path
) -> None:
    """After a failed import, sources that changed are conflicts and not taken for imported."""
    origin = pack(jobs_of(tmp_path / "o", {"a": 0}, {"a": 1}))
    failing = project.open_job({"a": 1}).id

    def fail(number: int, operation: str, path: str, size: int | None) -> None:
        if operation == "create" and failing in path:
            raise OSError(28, "No space left on device", path)

    with faults.injecting(fail), pytest.raises(TransferError):
        project.import_from(origin)
    write(tmp_path / "o", {"0/new": "new", "1/new": "new"})
    with pytest.raises(DestinationExistsError):
        project.import_from(pack(tmp_path / "o"))
    assert len(project) == 1


def test_copytree(project: Any, tmp_path: Path) -> None:
    """A function of the user is called with source and job directory, and may move."""
    origin = write(tmp_path / "o", {"a/1/f": "1", "a/2/f": "2"})
    calls = []

    def move(source: str, target: str) -> None:
        calls.append((source, target))
        os.replace(source, target)

    found = project.import_from(str(origin), schema="a/{a:int}", copytree=move)
    assert list(found.items()) == calls
    assert text_of(project, {"a": 2}) == "2"
    assert os.listdir(origin / "a") == []
    for pack in (as_zip, as_tar):
        with pytest.raises(AssertionError, match="copytree"):
            project.import_from(pack(jobs_of(tmp_path / pack.__name__, {"a": 0})), copytree=move)


def test_half_a_move_is_kept(project: Any, tmp_path: Path) -> None:
    """What a function of the user moved before it failed is not removed."""
    origin = jobs_of(tmp_path / "o", {"a": 1})

    def half(source: str, target: str) -> None:
        os.makedirs(target)
        os.rename(os.path.join(source, "f"), os.path.join(target, "f"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        project.import_from(origin, copytree=half)
    assert text_of(project, {"a": 1}) == "file 0"


def test_own_jobs_are_no_source(project: Any, tmp_path: Path) -> None:
    """The workspace, and what lies in its jobs, gives nothing; a directory beside it does."""
    job = project.open_job({"a": 1}).init()
    jobs_of(Path(job.fn("inside")), {"a": 2})
    for origin in (project.path, project.workspace, job.path, job.fn("inside"), tmp_path):
        assert project.import_from(origin) == {}
    beside = jobs_of(tmp_path / "project" / "workspace2", {"a": 3})
    assert list(project.import_from(project.path)) == [str(beside / "0")]


def test_scratch_is_no_source(project: Any, tmp_path: Path) -> None:
    """What is half built in another project is no job."""
    other = signac.init_project(tmp_path / "other")
    job = other.open_job({"a": 1}).init()
    jobs_of(Path(other.workspace, ".signac_scratch", "half"), {"a": 2})
    assert project.import_from(other.path) == {job.path: project.open_job({"a": 1}).path}


def test_an_interrupted_change_is_seen_as_complete(project: Any, tmp_path: Path) -> None:
    """The state point of a job is the one that its directory name stands for."""
    other = signac.init_project(tmp_path / "other")
    job = other.open_job({"a": 2}).init()
    os.rename(job.fn(STATE_POINT), job.fn(STATE_POINT + ".next"))
    Path(job.fn(STATE_POINT)).write_text('{"a": 1}')
    project.import_from(other.workspace)
    assert [one.sp() for one in project] == [{"a": 2}]
    assert os.listdir(project.open_job({"a": 2}).path) == [STATE_POINT]


def test_a_generator_imports_as_it_goes(project: Any, tmp_path: Path) -> None:
    """`import_into_project` does nothing before the first pair is asked for."""
    origin = jobs_of(tmp_path / "o", {"a": 0}, {"a": 1})
    pairs = import_into_project(str(origin), project)
    assert isinstance(pairs, Iterator)
    assert len(project) == 0
    source, path = next(pairs)
    assert source == f"{origin}/0"
    assert os.path.isdir(path)
    assert len(list(pairs)) == 1


def test_arguments(project: Any, tmp_path: Path) -> None:
    """What is no origin and no schema is refused with the classes that programs catch."""
    with pytest.raises(ValueError, match="missing"):
        project.import_from(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RuntimeError, match="pipe"):
        project.import_from(tmp_path / "pipe")
    for schema in (5, ["a"], b"x", True):
        with pytest.raises(TypeError, match="schema") as caught:
            project.import_from(tmp_path, schema=schema)
        assert isinstance(caught.value, ImportArgumentError)


def test_sync(project: Any, tmp_path: Path) -> None:
    """With `sync` jobs may be there already; nothing of the way is left."""
    origin = jobs_of(tmp_path / "o", {"a": 0}, {"a": 1})
    project.open_job({"a": 0}).init().doc.mine = 1
    assert len(project.import_from(origin, sync={"check_schema": False})) == 2
    assert len(project) == 2
    assert text_of(project, {"a": 0}) == "file 0"
    assert project.open_job({"a": 0}).doc() == {"mine": 1}
    assert set(os.listdir(project.workspace)) == {".signac_scratch", *(job.id for job in project)}
    assert os.listdir(os.path.join(project.workspace, ".signac_scratch")) == []
    with pytest.raises(TypeError):
        project.import_from(origin, sync={"no_such_option": 1})


def test_unreadable_directories_are_passed_over(
    project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A directory that may not be searched hinders nothing, and the log names it."""
    origin = jobs_of(tmp_path / "o", {"a": 0})
    (origin / "closed").mkdir()
    scandir = os.scandir

    def scan(path: Any) -> Any:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    assert len(project.import_from(origin)) == 1
    assert "closed" in caplog.text


@containers
def test_a_byte_order_mark(pack: Any, project: Any, tmp_path: Path) -> None:
    """A state point file that some editor began with a mark is read, and kept as it is."""
    project.import_from(pack(jobs_of(tmp_path / "o", '\ufeff{"a": 1}')))
    assert text_of(project, {"a": 1}, STATE_POINT) == '\ufeff{"a": 1}'
    assert [job.sp() for job in signac.get_project(project.path)] == [{"a": 1}]
