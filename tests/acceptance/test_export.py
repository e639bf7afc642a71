"""Exports to directories and archives."""

import os
import pathlib
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import signac
from acceptance.moving import (
    ARCHIVES,
    CONTAINERS,
    TWO,
    bare,
    made,
    members,
    picture,
    statepoints,
    target_in,
)
from acceptance.support import STATE_POINT, assert_says, tree
from signac.import_export import (
    export_jobs,
    export_to_directory,
    export_to_tarfile,
    export_to_zipfile,
)

FORMATS = {
    "tar": "",
    "gz": "gz",
    "tar.gz": "gz",
    "bz2": "bz2",
    "tar.bz2": "bz2",
    "xz": "xz",
    "tar.xz": "xz",
}


@pytest.fixture
def two(tmp_path: Path) -> Any:
    """Return a project with two jobs that have files."""
    return made(tmp_path / "project", *TWO)


def opened(project: Any, number: int) -> Any:
    return project.open_job({"a": number})


@pytest.mark.parametrize("container", CONTAINERS)
def test_result(tmp_path: Path, two: Any, container: str) -> None:
    """The result maps the path of each job to its relative destination; the jobs stay."""
    before = picture(two)
    result = two.export_to(target_in(tmp_path, container))
    assert result == {opened(two, 0).path: "a/0", opened(two, 1).path: "a/1"}
    assert type(result) is dict
    assert picture(two) == before
    assert len(two) == 2


@pytest.mark.parametrize("container", CONTAINERS)
def test_round_trip(tmp_path: Path, two: Any, container: str) -> None:
    """What was exported can be imported, with every file equal."""
    target = target_in(tmp_path, container)
    two.export_to(target)
    other = signac.init_project(tmp_path / "other")
    other.import_from(target)
    assert picture(other) == picture(two)
    assert statepoints(other) == list(TWO)
    assert {job.doc.which for job in other} == {str(sp) for sp in TWO}


@pytest.mark.parametrize("container", CONTAINERS)
def test_cursor(tmp_path: Path, two: Any, container: str) -> None:
    """A cursor exports the jobs that it finds, and no other."""
    target = target_in(tmp_path, container)
    result = two.find_jobs({"a": 1}).export_to(target, path="{a}")
    assert result == {opened(two, 1).path: "1"}
    other = signac.init_project(tmp_path / "other")
    other.import_from(target)
    assert statepoints(other) == [{"a": 1}]


@pytest.mark.parametrize(
    ("target", "made_directory"),
    [
        ("plain", "plain"),
        (".hidden", ".hidden"),
        ("dir.v2/", "dir.v2"),
        ("x/y/z", "x/y/z"),
        ("with blank", "with blank"),
        ("v1.2/plain", "v1.2/plain"),
    ],
)
@pytest.mark.parametrize("absolute", [True, False])
def test_directory_targets(two: Any, target: str, made_directory: str, absolute: bool) -> None:
    """A name without an extension, or with a slash at the end, is a directory; parents are made."""
    two.export_to(os.path.join(os.getcwd(), target) if absolute else target)
    for number in (0, 1):
        assert tree(f"{made_directory}/a/{number}") == tree(opened(two, number).path)
    assert os.listdir(made_directory) == ["a"]
    assert sorted(os.listdir(f"{made_directory}/a")) == ["0", "1"]


def test_directory_that_exists(two: Any) -> None:
    """An existing target directory keeps what else is in it."""
    os.makedirs("exported/other")
    Path("exported/file").write_text("mine")
    two.export_to("exported")
    assert sorted(os.listdir("exported")) == ["a", "file", "other"]
    assert Path("exported/file").read_text() == "mine"


@pytest.mark.parametrize("full", [True, False])
def test_destination_that_exists(two: Any, full: bool) -> None:
    """An existing destination of a job is kept, and is a `FileExistsError`."""
    os.makedirs("exported/a/0")
    if full:
        Path("exported/a/0/file").write_text("mine")
    with pytest.raises(FileExistsError) as caught:
        two.export_to("exported")
    assert_says(caught.value, "a/0")
    assert os.listdir("exported/a/0") == (["file"] if full else [])
    assert len(two) == 2


def test_export_again(two: Any) -> None:
    """The same directory does not take the same jobs again."""
    two.export_to("exported")
    before = tree("exported")
    with pytest.raises(FileExistsError):
        two.export_to("exported")
    assert tree("exported") == before


def test_target_is_a_file(two: Any) -> None:
    """A file in the place of the target directory is kept, and is an `OSError`."""
    Path("exported").write_text("mine")
    with pytest.raises(OSError) as caught:
        two.export_to("exported")
    assert_says(caught.value, "exported")
    assert Path("exported").read_text() == "mine"


def test_directory_follows_links_like_copytree(two: Any) -> None:
    """A link to a file of the job is exported as a file, as `shutil.copytree` does."""
    job = opened(two, 0)
    os.symlink("file.txt", job.fn("link"))
    two.export_to("exported")
    exported = Path("exported/a/0/link")
    assert exported.read_text() == Path(job.fn("file.txt")).read_text()
    assert not exported.is_symlink()


def test_copytree_is_called(two: Any) -> None:
    """`copytree` is called once for each job, with the job and its place in the target."""
    calls = []

    def copytree(source: str, destination: str) -> None:
        calls.append((source, destination))
        shutil.copytree(source, destination)

    two.export_to("exported", copytree=copytree)
    assert sorted(calls) == sorted(
        (opened(two, number).path, f"exported/a/{number}") for number in (0, 1)
    )
    assert tree("exported/a/0") == tree(opened(two, 0).path)


@pytest.mark.parametrize("copytree", [os.replace, shutil.move], ids=["replace", "move"])
def test_copytree_that_moves(two: Any, copytree: Any) -> None:
    """With a function that moves, the jobs leave the project."""
    before = picture(two)
    paths = {number: opened(two, number) for number in (0, 1)}
    result = two.export_to("exported", copytree=copytree)
    assert len(two) == 0
    assert len(result) == 2
    for number, job in paths.items():
        assert tree(f"exported/a/{number}") == before[job.id]
    assert two.import_from("exported")
    assert picture(two) == before


def test_copytree_that_links(two: Any) -> None:
    """With `os.symlink` the target has links to the jobs."""
    two.export_to("exported", copytree=os.symlink)
    for number in (0, 1):
        assert os.readlink(f"exported/a/{number}") == opened(two, number).path
    assert len(two) == 2


def test_copytree_that_raises(two: Any) -> None:
    """An error of `copytree` comes through, and the jobs exported before it stay."""
    done = []

    def copytree(source: str, destination: str) -> None:
        if done:
            raise ZeroDivisionError(destination)
        shutil.copytree(source, destination)
        done.append(destination)

    with pytest.raises(ZeroDivisionError):
        two.export_to("exported", copytree=copytree)
    (first,) = done
    assert "file.txt" in os.listdir(first)


@pytest.mark.parametrize("container", ARCHIVES)
def test_copytree_of_an_archive(tmp_path: Path, two: Any, container: str) -> None:
    """An archive takes no `copytree`."""
    with pytest.raises(ValueError) as caught:
        two.export_to(target_in(tmp_path, container), copytree=shutil.copytree)
    assert_says(caught.value, "copytree")


def test_members_of_a_zip(two: Any) -> None:
    """A zip has the files of each job below its path, compressed."""
    two.export_to("exported.zip")
    with zipfile.ZipFile("exported.zip") as archive:
        files = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
        assert {name for name in files if name.startswith("a/0/")} == {
            f"a/0/{name}"
            for name, content in tree(opened(two, 0).path).items()
            if content is not None
        }
        assert f"a/1/{STATE_POINT}" in files
        assert "a/1/sub-dir/deep/file" in files
        large = files["a/0/sub-dir/deep/file"]
        assert large.compress_type == zipfile.ZIP_DEFLATED
        assert large.compress_size < large.file_size
        assert archive.testzip() is None


def test_zip_stores_linked_files(two: Any) -> None:
    """A link to a file is stored as the content of the file."""
    job = opened(two, 0)
    os.symlink("file.txt", job.fn("link"))
    two.export_to("exported.zip")
    with zipfile.ZipFile("exported.zip") as archive:
        assert archive.read("a/0/link") == Path(job.fn("file.txt")).read_bytes()
        assert archive.getinfo("a/0/link").external_attr >> 16 & 0o170000 in (0, 0o100000)


@pytest.mark.parametrize("container", ["zip", "tar.gz", "tar.bz2", "tar.xz"])
def test_archives_are_overwritten(tmp_path: Path, two: Any, container: str) -> None:
    """Exporting again overwrites a zip or a compressed tar."""
    target = target_in(tmp_path, container)
    two.export_to(target, path="old/{a}")
    two.export_to(target, path="new/{a}")
    assert {name.split("/")[0] for name in members(target)} == {"new"}


def test_tar_is_appended_to(two: Any) -> None:
    """Exporting to an uncompressed tar keeps what is in it."""
    two.export_to("exported.tar", path="old/{a}")
    two.export_to("exported.tar", path="new/{a}")
    names = members("exported.tar")
    for where in ("old", "new"):
        for number in (0, 1):
            assert f"{where}/{number}/{STATE_POINT}" in names
            assert f"{where}/{number}/sub-dir/deep/file" in names


def test_tar_made_by_others_is_appended_to(two: Any) -> None:
    """Members that another program put into a tar are still there, with their content."""
    Path("mine").write_text("mine")
    with tarfile.open("exported.tar", "w") as archive:
        archive.add("mine")
    two.export_to("exported.tar")
    with tarfile.open("exported.tar") as archive:
        member = archive.extractfile("mine")
        assert member is not None
        assert member.read() == b"mine"
        assert f"a/0/{STATE_POINT}" in archive.getnames()


def test_members_of_a_tar(two: Any) -> None:
    """A tar has directories, files and links as they are."""
    job = opened(two, 0)
    os.symlink("file.txt", job.fn("link"))
    os.symlink("sub-dir", job.fn("link_to_directory"))
    os.mkdir(job.fn("empty"))
    two.export_to("exported.tar")
    with tarfile.open("exported.tar") as archive:
        kinds = {member.name: member for member in archive if member.name.startswith("a/0")}
    assert set(kinds) == {"a/0"} | {f"a/0/{name}" for name in tree(job.path)}
    assert kinds["a/0"].isdir()
    assert kinds["a/0/sub-dir/deep"].isdir()
    assert kinds["a/0/empty"].isdir()
    assert kinds["a/0/file.txt"].isfile()
    assert kinds["a/0/link"].issym()
    assert kinds["a/0/link"].linkname == "file.txt"
    assert kinds["a/0/link_to_directory"].issym()


@pytest.mark.parametrize("extension", FORMATS)
def test_formats_of_tar(two: Any, extension: str) -> None:
    """The extension decides the compression; inside is always a tar, whatever the stem."""
    two.export_to(f"any.{extension}")
    with tarfile.open(f"any.{extension}", f"r:{FORMATS[extension]}") as archive:
        assert f"a/0/{STATE_POINT}" in archive.getnames()


@pytest.mark.parametrize("target", ["x.tgz", "x.7z", "out.v1", "x.ZIP", "x.TAR", "dir/x.rar"])
def test_other_extensions(two: Any, target: str) -> None:
    """Another extension is a `TypeError`, and nothing is written."""
    with pytest.raises(TypeError) as caught:
        two.export_to(target)
    assert_says(caught.value, os.path.splitext(target)[1])
    assert os.listdir(".") == []


@pytest.mark.parametrize("target", [None, 5, b"bytes", ["x"]], ids=repr)
def test_other_targets(two: Any, target: Any) -> None:
    """What is no target is a `TypeError`."""
    with pytest.raises(TypeError) as caught:
        two.export_to(target)
    assert_says(caught.value)
    assert os.listdir(".") == []


@pytest.mark.parametrize("container", CONTAINERS)
def test_path_objects(tmp_path: Path, two: Any, container: str) -> None:
    """A path object is as good as its text."""
    target = pathlib.Path(target_in(tmp_path, container))
    assert len(two.export_to(target)) == 2
    other = signac.init_project(tmp_path / "other")
    other.import_from(target)
    assert picture(other) == picture(two)


def test_open_zip_file(two: Any) -> None:
    """An open `ZipFile` is written to and left open."""
    with zipfile.ZipFile("mine", "w") as archive:
        archive.writestr("before", "x")
        result = two.export_to(archive)
        archive.writestr("after", "x")
    assert sorted(result.values()) == ["a/0", "a/1"]
    assert {"before", "after", f"a/0/{STATE_POINT}", f"a/1/{STATE_POINT}"} <= set(members("mine"))


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_open_tar_file(two: Any, mode: str) -> None:
    """An open `TarFile` is written to and left open."""
    Path("extra").write_text("x")
    with tarfile.open("mine", mode) as archive:  # type: ignore[call-overload]
        archive.add("extra", "before")
        result = two.export_to(archive)
        archive.add("extra", "after")
    assert sorted(result.values()) == ["a/0", "a/1"]
    assert {"before", "after", "a/0", f"a/0/{STATE_POINT}"} <= set(members("mine"))


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_jobs(tmp_path: Path, project: Any, container: str) -> None:
    """Without jobs a directory is not made, an archive is made empty."""
    target = target_in(tmp_path, container)
    assert project.export_to(target) == {}
    if container == "directory":
        assert not os.path.exists(target)
    else:
        assert members(target) == []


def test_ten_jobs(tmp_path: Path) -> None:
    """Ten jobs `a=0..9` are the members `a/0` to `a/9`."""
    project = bare(tmp_path / "project", *({"a": number} for number in range(10)))
    os.makedirs(project.open_job({"a": 0}).fn("sub-dir"))
    Path(project.open_job({"a": 0}).fn("sub-dir/file")).write_text("x")
    project.export_to("data.tar")
    assert {f"a/{number}" for number in range(10)} <= set(members("data.tar"))
    project.export_to("data.zip")
    names = set(members("data.zip"))
    assert {f"a/{number}/{STATE_POINT}" for number in range(10)} <= names
    assert "a/0/sub-dir/file" in names


@pytest.mark.parametrize("container", ["tar", "tar.gz", "zip"])
def test_long_names(tmp_path: Path, container: str) -> None:
    """Names of more than 100 characters come back."""
    project = bare(tmp_path / "project", *({"a": "x" * 150 + str(n)} for n in range(2)))
    for job in project:
        os.makedirs(job.fn("d" * 120))
        Path(job.fn("d" * 120 + "/" + "f" * 200)).write_text("x")
    target = target_in(tmp_path, container)
    project.export_to(target)
    other = signac.init_project(tmp_path / "other")
    other.import_from(target)
    assert picture(other) == picture(project)


@pytest.mark.parametrize("container", CONTAINERS)
def test_target_left_clean(tmp_path: Path, two: Any, container: str) -> None:
    """Nothing temporary is left beside or in the target."""
    (tmp_path / "out").mkdir()
    target = target_in(tmp_path / "out", container)
    two.export_to(target)
    assert os.listdir(tmp_path / "out") == [os.path.basename(target)]
    if container == "directory":
        assert os.listdir(target) == ["a"]


def test_missing_parent_of_an_archive(two: Any) -> None:
    """The directory of an archive has to be there."""
    for name in ("deep/x.zip", "deep/x.tar", "deep/x.tar.gz"):
        with pytest.raises(FileNotFoundError) as caught:
            two.export_to(name)
        assert_says(caught.value, "deep")
    assert os.listdir(".") == []


class TestFunctions:
    """The generators of `signac.import_export`."""

    def test_lazy(self, two: Any) -> None:
        """Nothing happens before the first pair is asked for; then a job at a time is there."""
        pairs = export_jobs(list(two), "exported")
        assert os.listdir(".") == []
        source, destination = next(pairs)
        assert source in {job.path for job in two}
        assert tree(os.path.join("exported", destination)) == tree(source)
        assert len(list(pairs)) == 1
        assert sorted(os.listdir("exported/a")) == ["0", "1"]

    @pytest.mark.parametrize("container", CONTAINERS)
    def test_export_jobs(self, tmp_path: Path, two: Any, container: str) -> None:
        """`export_jobs` yields the pairs that `export_to` returns."""
        target = target_in(tmp_path, container)
        pairs = list(export_jobs(list(two), target, path="x/{a}"))
        assert dict(pairs) == {opened(two, 0).path: "x/0", opened(two, 1).path: "x/1"}
        other = signac.init_project(tmp_path / "other")
        other.import_from(target)
        assert picture(other) == picture(two)

    def test_export_to_directory(self, two: Any) -> None:
        """`export_to_directory` takes a directory of any name, and `copytree`."""
        calls = []

        def copytree(source: str, destination: str) -> None:
            calls.append(destination)
            shutil.copytree(source, destination)

        pairs = list(export_to_directory(list(two), "out.v1", path="{a}", copytree=copytree))
        assert sorted(destination for _, destination in pairs) == ["0", "1"]
        assert sorted(calls) == ["out.v1/0", "out.v1/1"]
        assert tree("out.v1/1") == tree(opened(two, 1).path)

    def test_export_to_zipfile(self, two: Any) -> None:
        """`export_to_zipfile` writes to an open zip."""
        with zipfile.ZipFile("x", "w") as archive:
            pairs = list(export_to_zipfile(list(two), archive, path="{a}"))
        assert sorted(destination for _, destination in pairs) == ["0", "1"]
        assert f"1/{STATE_POINT}" in members("x")

    def test_export_to_tarfile(self, two: Any) -> None:
        """`export_to_tarfile` writes to an open tar."""
        with tarfile.open("x", "w") as archive:
            pairs = list(export_to_tarfile(list(two), archive, path="{a}"))
        assert sorted(destination for _, destination in pairs) == ["0", "1"]
        assert f"1/{STATE_POINT}" in members("x")

    def test_keyword_names(self, two: Any) -> None:
        """The parameters have the names of the released signac."""
        jobs = list(two)
        assert list(export_jobs(jobs=jobs[:0], target="x", path=None, copytree=None)) == []
        assert list(export_to_directory(jobs=jobs[:0], target="x", path=None, copytree=None)) == []
        with zipfile.ZipFile("zip", "w") as archive:
            assert list(export_to_zipfile(jobs=jobs[:0], zipfile=archive, path=None)) == []
        with tarfile.open("tar", "w") as tar:
            assert list(export_to_tarfile(jobs=jobs[:0], tarfile=tar, path=None)) == []
        assert two.export_to(target="y", path="{a}", copytree=None)
        assert two.find_jobs().export_to(target="z", path="{a}", copytree=None)
