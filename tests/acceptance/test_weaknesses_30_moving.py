"""Defects of the released peer that concern moving data, held as mended.

The number of each test is that of the list in the behaviour reference. Hostile names lead, at
worst, into the temporary directory of the test.
"""

import io
import json
import logging
import os
import shutil
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import signac
from acceptance.moving import (
    CONTAINERS,
    TWO,
    add_jobs,
    bare,
    files_below,
    folders_below,
    links_below,
    made,
    members,
    picture,
    statepoints,
    target_in,
)
from acceptance.support import PROJECT_DOCUMENT, STATE_POINT, assert_says, job_names, tree
from acceptance.test_weaknesses_30 import as_another_user, let_others_in
from signac.errors import (
    DestinationExistsError,
    IncompatibleSchemaVersion,
    StatepointParsingError,
)
from signac.migration import apply_migrations

DEEP = "one/two/three/four/five/six"


@pytest.fixture
def deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory so deep that a few `..` stay in the temporary directory of the test."""
    where = tmp_path / DEEP
    (where / "temporary").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(where / "temporary"))
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "outside").mkdir()
    return where


def outside(tmp_path: Path, *inside: Path) -> dict[str, bytes | None]:
    """Return everything in the temporary directory of the test except what lies inside."""
    parts = [str(path.relative_to(tmp_path)) for path in inside]
    return {
        name: content
        for name, content in tree(tmp_path).items()
        if not any(name == part or name.startswith(f"{part}/") for part in parts)
        and not f"{DEEP}/temporary/".startswith(name + "/")
    }


def archive_with(path: Path, texts: dict[str, str], *entries: tarfile.TarInfo) -> str:
    """Write an archive, by the extension, whose member names are exactly the given ones."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in texts.items():
                archive.writestr(zipfile.ZipInfo(name), text)
        return str(path)
    with tarfile.open(path, "w") as tar:
        for name, text in texts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
        for entry in entries:
            tar.addfile(entry)
    return str(path)


def assert_import_is_refused(
    tmp_path: Path, deep: Path, origin: str, schema: Any = None
) -> BaseException:
    """Hold that an import raises, makes no job, and does nothing outside of the project."""
    project = signac.init_project(deep / "project")
    before = outside(tmp_path, deep / "project")
    with pytest.raises((RuntimeError, ValueError, OSError)) as caught:
        project.import_from(origin, schema=schema)
    assert_says(caught.value)
    assert outside(tmp_path, deep / "project") == before
    assert job_names(project) == set()
    return caught.value


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("depth", [1, 2, 5])
@pytest.mark.parametrize("start", ["j/", ""])
def test_02_members_that_climb(
    tmp_path: Path, deep: Path, kind: str, depth: int, start: str
) -> None:
    """A member whose name climbs is refused, and nothing is written anywhere."""
    name = f"{start}{'../' * depth}evil.txt"
    origin = archive_with(
        deep / f"x.{kind}", {f"j/{STATE_POINT}": '{"a": 1}', "j/f": "x", name: "evil"}
    )
    error = assert_import_is_refused(tmp_path, deep, origin)
    assert_says(error, "evil.txt")


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_02_absolute_members(tmp_path: Path, deep: Path, kind: str) -> None:
    """A member with an absolute name is refused."""
    origin = archive_with(
        deep / f"x.{kind}",
        {f"j/{STATE_POINT}": '{"a": 1}', f"{tmp_path}/outside/evil.txt": "evil"},
    )
    assert_import_is_refused(tmp_path, deep, origin)
    assert os.listdir(tmp_path / "outside") == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE], ids=["symlink", "hard link"])
@pytest.mark.parametrize("absolute", [True, False])
def test_02_links_to_secrets(tmp_path: Path, deep: Path, kind: bytes, absolute: bool) -> None:
    """A link that leads out of the archive is refused, and brings in nothing."""
    link = tarfile.TarInfo("j/link")
    link.type = kind
    link.linkname = str(tmp_path / "secret") if absolute else "../" * 5 + "secret"
    origin = archive_with(deep / "x.tar", {f"j/{STATE_POINT}": '{"a": 1}'}, link)
    error = assert_import_is_refused(tmp_path, deep, origin)
    assert_says(error, "j/link")


def test_02_writing_through_a_link(tmp_path: Path, deep: Path) -> None:
    """A linked directory is no way out for the members below it."""
    link = tarfile.TarInfo("j/link")
    link.type = tarfile.SYMTYPE
    link.linkname = str(tmp_path / "outside")
    path = deep / "x.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(link)
        for name, text in {f"j/{STATE_POINT}": '{"a": 1}', "j/link/evil.txt": "evil"}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    assert_import_is_refused(tmp_path, deep, str(path))
    assert os.listdir(tmp_path / "outside") == []


@pytest.mark.parametrize(
    "kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE], ids=["char", "block", "pipe"]
)
def test_02_devices(tmp_path: Path, deep: Path, kind: bytes) -> None:
    """Devices and pipes are refused."""
    device = tarfile.TarInfo("j/device")
    device.type = kind
    device.devmajor, device.devminor = 1, 3
    origin = archive_with(deep / "x.tar", {f"j/{STATE_POINT}": '{"a": 1}'}, device)
    assert_import_is_refused(tmp_path, deep, origin)


def test_02_setuid(project: Any, tmp_path: Path) -> None:
    """No file gets special mode bits from an archive."""
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        for name, text, mode in [(STATE_POINT, '{"a": 1}', 0o644), ("run", "x", 0o7777)]:
            entry = tarfile.TarInfo(f"j/{name}")
            entry.size, entry.mode = len(text), mode
            tar.addfile(entry, io.BytesIO(text.encode()))
    try:
        project.import_from(str(tmp_path / "x.tar"))
    except (RuntimeError, ValueError):
        assert job_names(project) == set()
    else:
        assert os.stat(project.open_job({"a": 1}).fn("run")).st_mode & 0o7002 == 0


@pytest.mark.parametrize("container", CONTAINERS)
def test_03_names_that_are_prefixes(tmp_path: Path, project: Any, container: str) -> None:
    """Values that begin with each other come back as different jobs, with their own files."""
    source = made(tmp_path / "source", *({"a": n} for n in (1, 10, 100, 11, 2, 22)))
    source.export_to(target_in(tmp_path, container))
    project.import_from(target_in(tmp_path, container))
    assert picture(project) == picture(source)
    assert set(os.listdir(project.workspace)) - {".signac_scratch"} == job_names(source)


@pytest.mark.parametrize("schema", ["foo/{a:int}", "function"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_04_archives_without_directories(
    tmp_path: Path, project: Any, reopen: Any, kind: str, schema: str
) -> None:
    """Archives whose only members are files give whole jobs, also in the next session."""
    given: Any = schema
    if schema == "function":
        given = lambda path: {"a": int(path[-1])} if path[-1:] in ("1", "2") else None  # noqa: E731
    origin = archive_with(
        tmp_path / f"x.{kind}", {"foo/1/f": "one", "foo/2/f": "", "foo/2/deep/f": "two"}
    )
    assert len(project.import_from(origin, schema=given)) == 2
    assert statepoints(project) == [{"a": 1}, {"a": 2}]
    assert Path(reopen().open_job({"a": 1}).fn("f")).read_text() == "one"
    assert Path(reopen().open_job({"a": 2}).fn("deep/f")).read_text() == "two"
    assert json.loads(Path(reopen().open_job({"a": 1}).fn(STATE_POINT)).read_text()) == {"a": 1}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_04_state_point_files_without_directories(tmp_path: Path, project: Any, kind: str) -> None:
    """The same holds for archives of files with state point files."""
    origin = archive_with(
        tmp_path / f"x.{kind}",
        {f"foo/{n}/{STATE_POINT}": f'{{"a": {n}}}' for n in (1, 2)} | {"foo/1/d/f": "x"},
    )
    assert len(project.import_from(origin)) == 2
    assert statepoints(project) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("schema", [None, "a/{a:int}"])
def test_04_zip_of_an_ordinary_tool(tmp_path: Path, project: Any, schema: Any) -> None:
    """A zip with entries for its directories is imported."""
    source = made(tmp_path / "source", *TWO)
    source.export_to("exported")
    archive = shutil.make_archive(str(tmp_path / "made"), "zip", "exported")
    assert any(name.endswith("/") for name in members(archive))
    project.import_from(archive, schema=schema)
    assert picture(project) == picture(source)


@pytest.mark.parametrize("kind", ["tar", "gztar"])
def test_04_tar_of_an_ordinary_tool(tmp_path: Path, project: Any, kind: str) -> None:
    """A tar of the current directory, whose names begin with `./`, is imported."""
    source = made(tmp_path / "source", *TWO)
    source.export_to("exported")
    project.import_from(shutil.make_archive(str(tmp_path / "made"), kind, "exported"))
    assert picture(project) == picture(source)


@pytest.fixture
def two(tmp_path: Path) -> Any:
    """Return a project with two jobs."""
    return made(tmp_path / "source", *TWO)


class Test08OnlyOurLinksAreTouched:
    def test_files_called_job(self, two: Any) -> None:
        """Files and directories called `job` in the prefix stay, and the view is made."""
        files_below(Path("view"), {"job": "mine", "notes/job": "mine"})
        os.makedirs("view/empty/job")
        os.makedirs("view/full/job/inner")
        for path in (None, "{a}", None):
            result = two.create_linked_view("view", path=path)
            assert set(links_below("view")) == set(result)
        assert Path("view/job").read_text() == "mine"
        assert Path("view/notes/job").read_text() == "mine"
        assert os.path.isdir("view/empty/job")
        assert os.path.isdir("view/full/job/inner")

    def test_foreign_links(self, two: Any, tmp_path: Path) -> None:
        """Links that lead elsewhere stay, whatever they are called."""
        (tmp_path / "elsewhere").mkdir()
        os.makedirs("view/notes")
        for name in ("view/job", "view/notes/job", "view/other"):
            os.symlink(tmp_path / "elsewhere", name)
        os.symlink("/nowhere", "view/notes/dangling")
        two.create_linked_view("view")
        two.create_linked_view("view", job_ids=[])
        assert set(links_below("view")) == {"job", "notes/job", "other", "notes/dangling"}

    @pytest.mark.parametrize("kind", ["file", "link", "empty directory", "full directory"])
    def test_in_the_way(self, two: Any, tmp_path: Path, kind: str) -> None:
        """What is in the way of a link is named, and kept; nothing else happens."""
        (tmp_path / "elsewhere").mkdir()
        os.makedirs("view/a/1")
        if kind == "file":
            Path("view/a/1/job").write_text("mine")
        elif kind == "link":
            os.symlink(tmp_path / "elsewhere", "view/a/1/job")
        else:
            os.makedirs("view/a/1/job/inner" if kind.startswith("full") else "view/a/1/job")
        before = tree("view"), links_below("view")
        with pytest.raises((OSError, RuntimeError)) as caught:
            two.create_linked_view("view")
        assert_says(caught.value, "a/1/job")
        assert (tree("view"), links_below("view")) == before

    def test_users_directories(self, two: Any) -> None:
        """Empty directories that the user made stay; a directory with other files is no trouble."""
        two.create_linked_view("view")
        os.makedirs("view/mine/empty")
        Path("view/a/0/notes").write_text("mine")
        two.open_job({"a": 0}).remove()
        assert list(two.create_linked_view("view")) == ["job"]
        assert os.path.isdir("view/mine/empty")
        assert Path("view/a/0/notes").read_text() == "mine"
        assert not os.path.lexists("view/a/0/job")


LOOKALIKES = {
    "number": [{"a": 1}, {"a": "1"}],
    "float": [{"a": 1.0}, {"a": "1.0"}],
    "truth": [{"a": True}, {"a": "True"}],
    "nothing": [{"a": None}, {"a": "None"}],
    "list": [{"a": [1, 2]}, {"a": "(1, 2)"}],
    "split": [{"a": "1/b/2"}, {"a": "1", "b": "2"}],
    "dots": [{"a": {"b": 1}}, {"a": "x", "c": 1}],
    "three": [{"a": True}, {"a": "True"}, {"a": 1}, {"a": "1"}],
}


@pytest.mark.parametrize("case", LOOKALIKES)
@pytest.mark.parametrize("container", ["directory", "zip", "tar"])
def test_09_lookalikes_in_exports(tmp_path: Path, project: Any, case: str, container: str) -> None:
    """Values with one text never share a destination: told apart, or refused before writing."""
    source = made(tmp_path / "source", *LOOKALIKES[case])
    target = target_in(tmp_path, container)
    try:
        result = source.export_to(target)
    except RuntimeError as error:
        assert_says(error)
        assert not os.path.exists(target)
        return
    assert len(set(result.values())) == len(source)
    project.import_from(target)
    assert picture(project) == picture(source)


@pytest.mark.parametrize("case", [case for case in LOOKALIKES if case != "split"])
def test_09_lookalikes_in_views(tmp_path: Path, case: str) -> None:
    """A view has a link for each job, or is refused before anything is made."""
    source = bare(tmp_path / "source", *LOOKALIKES[case])
    try:
        result = source.create_linked_view("view")
    except RuntimeError as error:
        assert_says(error)
        assert not os.path.exists("view")
        return
    assert sorted(result.values()) == sorted(job.path for job in source)
    assert links_below("view") == result


ESCAPES = ["..", "../x", "../../x", "../../../x", ".", "", "/", "x/../../..", "a/b", "x/", "~/x"]


@pytest.mark.parametrize("path", [None, "{a}", "v/{a}", "{{auto}}", "{job.sp.a}"])
@pytest.mark.parametrize("container", ["directory", "zip", "tar"])
def test_10_values_stay_inside_exports(
    tmp_path: Path, deep: Path, path: Any, container: str
) -> None:
    """Whatever a value is, its job stays in the target, and comes back equal."""
    values = [*ESCAPES, str(tmp_path / "outside/evil"), "z"]
    source = bare(deep / "source", *({"a": value} for value in values))
    (deep / "exports").mkdir()
    target = target_in(deep / "exports", container)
    before = outside(tmp_path, Path(target), deep / "source")
    result = source.export_to(target, path=path)
    assert outside(tmp_path, Path(target), deep / "source") == before
    names = list(result.values()) + ([] if container == "directory" else members(target))
    for name in names:
        assert not os.path.isabs(name)
        assert ".." not in name.split("/")
    project = signac.init_project(deep / "project")
    project.import_from(target)
    assert picture(project) == picture(source)


@pytest.mark.parametrize("container", ["directory", "zip", "tar"])
@pytest.mark.parametrize("value", ["a\\b", "\\", "C:\\x", "C:"], ids=repr)
def test_10_values_with_backslashes(
    tmp_path: Path, project: Any, value: str, container: str
) -> None:
    """A value that another system would read as a path comes back equal."""
    source = bare(tmp_path / "source", {"a": value}, {"a": "z"})
    source.export_to(target_in(tmp_path, container))
    project.import_from(target_in(tmp_path, container))
    assert picture(project) == picture(source)


@pytest.mark.parametrize("container", ["directory", "zip", "tar"])
@pytest.mark.parametrize("value", ["..\\x", "x\\..\\y", "\\x", "C:\\..\\x"], ids=repr)
def test_10_values_that_climb_with_backslashes(
    tmp_path: Path, project: Any, value: str, container: str
) -> None:
    """A value that another system would read as a path upwards comes back equal."""
    source = bare(tmp_path / "source", {"a": value}, {"a": "z"})
    source.export_to(target_in(tmp_path, container))
    project.import_from(target_in(tmp_path, container))
    assert picture(project) == picture(source)


@pytest.mark.parametrize("value", ["..", ".", "", "..\\x"], ids=repr)
@pytest.mark.parametrize("path", [None, "{a}", "v/{a}", "{{auto}}"])
def test_10_values_stay_inside_views(tmp_path: Path, deep: Path, value: str, path: Any) -> None:
    """A view never leaves its prefix, and links every job."""
    source = bare(deep / "source", {"a": value}, {"a": "z"})
    prefix = deep / "views/view"
    before = outside(tmp_path, prefix, deep / "source", deep / "views")
    try:
        result = source.create_linked_view(str(prefix), path=path)
    except RuntimeError as error:
        assert_says(error)
        assert not prefix.exists()
    else:
        assert sorted(links_below(prefix).values()) == sorted(job.path for job in source)
        assert not any(".." in name.split("/") for name in result)
    assert outside(tmp_path, prefix, deep / "source", deep / "views") == before
    assert not prefix.parent.exists() or os.listdir(prefix.parent) == ["view"]


CLIMBING: dict[str, Callable[[Path], Any]] = {
    "absolute template": lambda out: f"{out}/{{a}}",
    "climbing template": lambda out: "../../{a}",
    "climbing in the middle": lambda out: "x/../../{a}",
}
CLIMBING_FUNCTIONS: dict[str, Callable[[Path], Any]] = {
    "absolute function": lambda out: lambda job: f"{out}/{job.sp.a}",
    "climbing function": lambda out: lambda job: f"../../{job.sp.a}",
}


@pytest.mark.parametrize("case", [*CLIMBING, *CLIMBING_FUNCTIONS])
@pytest.mark.parametrize("use", ["directory", "zip", "tar", "view"])
def test_10_paths_that_leave_are_refused(tmp_path: Path, deep: Path, case: str, use: str) -> None:
    """A template or function that leaves the target is refused before anything is written."""
    if use == "view" and case in CLIMBING_FUNCTIONS:
        return
    source = bare(deep / "source", {"a": 1}, {"a": 2})
    path = (CLIMBING | CLIMBING_FUNCTIONS)[case](tmp_path / "outside")
    before = outside(tmp_path, deep / "source")
    with pytest.raises((RuntimeError, ValueError)) as caught:
        if use == "view":
            source.create_linked_view(str(deep / "view"), path=path)
        else:
            source.export_to(target_in(deep, use), path=path)
    assert_says(caught.value)
    assert outside(tmp_path, deep / "source") == before


def test_11_no_ids(two: Any) -> None:
    """An empty selection gives an empty view."""
    assert two.create_linked_view("view", job_ids=[]) == {}
    assert not os.path.exists("view")
    two.create_linked_view("view")
    assert two.create_linked_view("view", job_ids=iter(())) == {}
    assert links_below("view") == {}


def test_12_clone_with_a_dangling_link(project: Any, other_project: Any) -> None:
    """A dangling link does not hinder a copy, and is copied as a link."""
    (job,) = add_jobs(project, [{"a": 0}])
    os.symlink("/nowhere", job.fn("dangling"))
    copy = other_project.clone(job)
    assert os.readlink(copy.fn("dangling")) == "/nowhere"
    assert set(tree(copy.path)) == set(tree(job.path))


def half_a_copy(source: str, destination: str) -> None:
    """Copy some of a directory, and fail."""
    os.makedirs(destination)
    shutil.copy(os.path.join(source, "file.txt"), destination)
    raise ZeroDivisionError


def test_12_failed_function_of_an_import(tmp_path: Path, project: Any, two: Any) -> None:
    """A function that fails in the middle leaves no half job, and the call can be repeated."""
    two.export_to("exported")
    with pytest.raises(ZeroDivisionError):
        project.import_from("exported", copytree=half_a_copy)
    assert job_names(project) == set()
    project.import_from("exported")
    assert picture(project) == picture(two)


def test_12_failed_export_is_completed(two: Any) -> None:
    """When the obstacle is gone, the same call completes a failed export."""
    pipe = two.open_job({"a": 0}).fn("pipe")
    os.mkfifo(pipe)
    with pytest.raises(OSError):
        two.export_to("exported")
    assert tree("exported/a/1") == tree(two.open_job({"a": 1}).path)
    os.unlink(pipe)
    assert sorted(two.export_to("exported").values()) == ["a/0", "a/1"]
    for number in (0, 1):
        assert tree(f"exported/a/{number}") == tree(two.open_job({"a": number}).path)
    assert os.listdir("exported") == ["a"]


@pytest.mark.parametrize("use", ["clone", "import", "export"])
def test_12_failed_copies(tmp_path: Path, project: Any, two: Any, use: str) -> None:
    """A copy that fails in the middle leaves no half job, and the call can be repeated."""
    two.export_to(str(tmp_path / "exported"), path="{a}")
    signac.init_project(tmp_path / "before").import_from(str(tmp_path / "exported"))
    signac.init_project(tmp_path / "too").clone(two.open_job({"a": 0}))
    (tmp_path / "out").mkdir()
    for top in (tmp_path / "exported", Path(two.path), Path(project.path), tmp_path / "out"):
        let_others_in(str(top))
        for path in (top, *top.rglob("*")):
            os.chmod(path, 0o777 if path.is_dir() else 0o644)
    hidden = tmp_path / "exported/0" if use == "import" else Path(two.open_job({"a": 0}).path)
    os.chmod(hidden / "sub-dir/deep/file", 0o000)

    def work() -> Any:
        here, there = (signac.get_project(where) for where in (two.path, project.path))
        if use == "clone":
            return there.clone(here.open_job({"a": 0})).id
        if use == "import":
            return len(there.import_from(str(tmp_path / "exported")))
        return len(here.export_to(str(tmp_path / "out/exported"), path="{a}"))

    def attempt() -> str:
        try:
            work()
        except (OSError, RuntimeError) as error:
            return str(error)
        return ""

    def whole() -> set[str]:
        if use == "export":
            return {path.name for path in (tmp_path / "out").glob("exported/[01]")}
        return {str(job.sp.a) for job in signac.get_project(project.path)}

    assert as_another_user(attempt) != ""
    assert whole() <= {"1"}
    os.chmod(hidden / "sub-dir/deep/file", 0o644)
    if use == "export":
        shutil.rmtree(tmp_path / "out/exported", ignore_errors=True)
    elif use == "import" and whole():
        signac.get_project(project.path).open_job({"a": 1}).remove()
    assert as_another_user(work)
    assert whole() == ({"0"} if use == "clone" else {"0", "1"})


@pytest.mark.parametrize("container", CONTAINERS)
def test_12_conflicts_are_found_first(
    tmp_path: Path, project: Any, two: Any, container: str
) -> None:
    """An import with a conflict imports nothing; all conflicts are named."""
    add_jobs(two, [{"a": n} for n in range(2, 8)])
    held = [project.open_job({"a": n}).init() for n in (5, 6)]
    two.export_to(target_in(tmp_path, container))
    with pytest.raises(DestinationExistsError) as caught:
        project.import_from(target_in(tmp_path, container))
    assert caught.value.destination in held
    assert_says(caught.value, *(job.id for job in held))
    assert job_names(project) == {job.id for job in held}


NO_STATE_POINTS = {
    "list": [1],
    "text": "text",
    "number": 5,
    "dots": {"a.b": 1},
    "number as key": {1: 2},
    "object": {"x": object()},
}


@pytest.mark.parametrize("value", NO_STATE_POINTS.values(), ids=NO_STATE_POINTS.keys())
def test_13_functions_that_give_no_state_point(tmp_path: Path, project: Any, value: Any) -> None:
    """What is no state point is refused, and leaves nothing."""
    origin = folders_below(tmp_path / "origin", ["x", "y"])
    with pytest.raises((TypeError, ValueError)) as caught:
        project.import_from(origin, schema=lambda path: value if path.endswith("x") else None)
    assert_says(caught.value)
    assert job_names(project) == set()
    assert len(project) == 0


@pytest.mark.parametrize("text", ["[1]", '"x"', "5", '{"a.b": 1}', '{"a": {"b.c": 1}}'])
@pytest.mark.parametrize("container", ["directory", "zip", "tar"])
def test_13_files_that_hold_no_state_point(
    tmp_path: Path, project: Any, container: str, text: str
) -> None:
    """A state point file that holds something else is refused with its name."""
    files = {f"bad/{STATE_POINT}": text, f"good/{STATE_POINT}": '{"a": 1}'}
    if container == "directory":
        origin = files_below(tmp_path / "origin", files)
    else:
        origin = archive_with(tmp_path / f"x.{container}", files)
    with pytest.raises((RuntimeError, ValueError, TypeError)) as caught:
        project.import_from(origin)
    assert_says(caught.value, "bad")
    assert job_names(project) == set()


def test_13_pattern_of_another_type(tmp_path: Path, project: Any) -> None:
    """`1` in the file is not the `1.0` of the pattern: refused, and nothing left."""
    origin = files_below(tmp_path / "origin", {f"a/1/{STATE_POINT}": '{"a": 1}'})
    with pytest.raises(StatepointParsingError) as caught:
        project.import_from(origin, schema="a/{a:float}")
    assert_says(caught.value)
    assert job_names(project) == set()


def test_13_all_problems_at_once(tmp_path: Path, project: Any) -> None:
    """One report names every source that is wrong."""
    origin = files_below(
        tmp_path / "origin",
        {f"bad{n}/{STATE_POINT}": "[1]" for n in range(3)} | {f"good/{STATE_POINT}": '{"a": 1}'},
    )
    with pytest.raises((RuntimeError, ValueError, TypeError)) as caught:
        project.import_from(origin)
    assert_says(caught.value, "bad0", "bad1", "bad2")


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("relative", [True, False])
def test_15_single_job(tmp_path: Path, project: Any, container: str, relative: bool) -> None:
    """One job can be exported to every container, by a relative name too, and comes back."""
    source = made(tmp_path / "source", {"a": 1})
    target = target_in(Path() if relative else tmp_path, container)
    assert len(source.export_to(target)) == 1
    project.import_from(target)
    assert picture(project) == picture(source)


def full_of_oddities(source: Any) -> None:
    for job in source:
        os.makedirs(job.fn("empty/er"))
        os.symlink("sub-dir", job.fn("link_to_directory"))
        os.symlink("/nowhere", job.fn("dangling"))


@pytest.mark.parametrize("container", CONTAINERS)
def test_16_empty_directories(tmp_path: Path, project: Any, container: str) -> None:
    """Empty directories come back from every container."""
    source = made(tmp_path / "source", *TWO)
    for job in source:
        os.makedirs(job.fn("empty/er"))
    source.export_to(target_in(tmp_path, container))
    project.import_from(target_in(tmp_path, container))
    assert picture(project) == picture(source)


@pytest.mark.parametrize("container", CONTAINERS)
def test_16_links(tmp_path: Path, two: Any, container: str) -> None:
    """Linked directories are not lost, and dangling links stop nothing."""
    full_of_oddities(two)
    target = target_in(tmp_path, container)
    try:
        result = two.export_to(target)
    except RuntimeError as error:
        assert_says(error, "dangling")
    else:
        assert len(result) == 2
    if container == "directory":
        names = {f"a/0/{name}" for name in tree(f"{target}/a/0")}
    else:
        names = {name.rstrip("/") for name in members(target)}
    assert f"a/0/{STATE_POINT}" in names
    assert "a/0/link_to_directory" in names or "a/0/link_to_directory/deep/file" in names


@pytest.mark.parametrize("container", ["tar", "tar.gz", "zip"])
def test_16_no_duplicates(tmp_path: Path, two: Any, project: Any, container: str) -> None:
    """Exporting again to the same archive leaves one member of each name, the newest."""
    target = target_in(tmp_path, container)
    two.export_to(target)
    two.open_job({"a": 0}).doc.new = "newest"
    two.export_to(target)
    names = members(target)
    assert len(names) == len(set(names))
    project.import_from(target)
    assert picture(project) == picture(two)


@pytest.mark.parametrize("damage", [b"", b"{", b"not gzip"], ids=repr)
def test_17_damaged_cache_file(tmp_path: Path, project: Any, two: Any, damage: bytes) -> None:
    """A damaged cache file hinders no export, import, view, copy or move."""
    for where in (two, project):
        Path(where.path, ".signac/statepoint_cache.json.gz").write_bytes(damage)
    source, target = (signac.get_project(where.path) for where in (two, project))
    assert len(source.export_to("exported")) == 2
    assert len(source.create_linked_view("view")) == 2
    assert len(target.import_from("exported")) == 2
    assert picture(target) == picture(source)
    target.open_job({"a": 0}).remove()
    assert target.clone(source.open_job({"a": 0})) in target
    target.open_job({"a": 1}).remove()
    source.open_job({"a": 1}).move(target)
    assert statepoints(target) == list(TWO)


PATTERNS: dict[str, tuple[str, list[str], list[str]]] = {
    "text after the last field": ("a/{a:int}/sub", ["a/1/sub", "a/2"], ["a/1/sub"]),
    "other text after it": ("a/{a:int}/b", ["a/1/b", "a/2/c"], ["a/1/b"]),
    "text in the same part": ("a/{a:int}_x", ["a/1_x", "a/2_y", "a/3"], ["a/1_x"]),
    "plus": ("a+/{a:int}", ["aa/1", "a+/2"], ["a+/2"]),
    "parentheses": ("a (x)/{a:int}", ["a (x)/1", "a x/2"], ["a (x)/1"]),
    "brackets": ("[ab]/{a:int}", ["[ab]/1", "a/2"], ["[ab]/1"]),
    "star": ("a*/{a:int}", ["a*/1", "aaa/2"], ["a*/1"]),
    "bar": ("a|b/{a:int}", ["a|b/1", "a/2"], ["a|b/1"]),
    "dollar": ("$a^/{a:int}", ["$a^/1"], ["$a^/1"]),
    "question mark": ("ab?/{a:int}", ["ab?/1", "a/2", "ab/3"], ["ab?/1"]),
}


@pytest.mark.parametrize("case", PATTERNS)
def test_29_patterns_are_literal_and_whole(tmp_path: Path, project: Any, case: str) -> None:
    """A pattern matches the whole path, and its text means itself."""
    pattern, folders, expected = PATTERNS[case]
    origin = folders_below(tmp_path / "origin", folders)
    result = project.import_from(origin, schema=pattern)
    assert sorted(os.path.relpath(source, origin) for source in result) == expected


def test_29_pattern_without_fields(tmp_path: Path, project: Any) -> None:
    """A pattern without fields is refused with a reason, or takes the directory it names."""
    origin = folders_below(tmp_path / "origin", ["a", "b"])
    try:
        result = project.import_from(origin, schema="a")
    except (ValueError, RuntimeError) as error:
        assert_says(error, "a")
    else:
        assert list(result) == [f"{origin}/a"]


@pytest.mark.parametrize("kind", ["foo", "complex", "dict"])
def test_29_unknown_types(tmp_path: Path, project: Any, kind: str) -> None:
    """The message names the unknown type and those that there are."""
    origin = folders_below(tmp_path / "origin", ["a/1"])
    with pytest.raises(KeyError) as caught:
        project.import_from(origin, schema=f"a/{{a:{kind}}}")
    assert_says(caught.value, kind, "int", "float", "bool", "str")


def test_29_pattern_that_begins_like_the_origin(
    tmp_path: Path, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pattern whose text begins with the name of the origin is still relative to it."""
    folders_below(tmp_path / "a", ["apple/1", "apple/2"])
    monkeypatch.chdir(tmp_path)
    result = project.import_from("a", schema="apple/{x:int}")
    assert sorted(result) == ["a/apple/1", "a/apple/2"]


def test_29_directories_named_like_the_workspace(project: Any) -> None:
    """A directory beside the workspace whose name begins with its name is imported."""
    origin = files_below(Path(project.path, "workspace2"), {f"x/{STATE_POINT}": '{"a": 1}'})
    assert project.import_from(origin) == {f"{origin}/x": project.open_job({"a": 1}).path}
    assert statepoints(project) == [{"a": 1}]


@pytest.mark.parametrize("where", ["workspace", "source"])
def test_35_permissions(tmp_path: Path, project: Any, two: Any, where: str) -> None:
    """A directory that may not be read or written is told as what it is."""
    two.export_to(str(tmp_path / "exported"))
    signac.init_project(tmp_path / "before").import_from(str(tmp_path / "exported"))
    let_others_in(project.path)
    for path in (tmp_path / "exported").rglob("*"):
        os.chmod(path, 0o755 if path.is_dir() else 0o644)
    os.chmod(project.workspace, 0o755 if where == "workspace" else 0o777)
    if where == "source":
        os.chmod(project.path, 0o777)
        os.chmod(os.path.join(project.path, ".signac"), 0o777)
        os.chmod(tmp_path / "exported/a/0/sub-dir", 0o000)

    def attempt() -> str:
        try:
            signac.get_project(project.path).import_from(str(tmp_path / "exported"))
        except DestinationExistsError:
            return "wrong"
        except (PermissionError, RuntimeError) as error:
            return str(error)
        return "nothing"

    answer = as_another_user(attempt)
    assert answer not in ("wrong", "nothing", "")
    assert "ermi" in answer or "EACCES" in answer


@pytest.mark.parametrize("below", ["", "sub", "workspace"])
def test_36_older_project_inside_a_new_one(
    tmp_path: Path, project: Any, below: str, caplog: Any
) -> None:
    """From inside an older project the project around it is not used without a word."""
    inner = Path(project.path, "inner")
    for name in ("sub", "workspace"):
        (inner / name).mkdir(parents=True)
    (inner / "signac.rc").write_text("project = n\n")
    with caplog.at_level(logging.WARNING):
        try:
            found = signac.get_project(inner / below)
        except IncompatibleSchemaVersion as error:
            assert_says(error, "migrate")
        else:
            assert found == project
            assert any(str(inner) in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("prefix", ["link/view", "link/deep/er/view", "link"])
def test_36_prefix_below_a_link(tmp_path: Path, two: Any, prefix: str) -> None:
    """Below a linked directory the links of a view lead to the jobs."""
    (tmp_path / "far/away/from/here").mkdir(parents=True)
    os.symlink(tmp_path / "far/away/from/here", "link")
    for _ in range(2):
        result = two.create_linked_view(prefix)
        assert links_below(prefix) == {
            link: os.path.realpath(path) for link, path in result.items()
        }
        assert all(os.path.exists(f"{prefix}/{link}/{STATE_POINT}") for link in result)


BRACES = ["{b}", "{", "}", "{}", "{auto}", "{{auto}}", "{0}", "{job}", "{job.path}", "x{y}z", "%"]


@pytest.mark.parametrize("path", [None, "{a}", "{a}/{{auto}}", "x_{job.sp.a}", "{{auto:_}}"])
def test_37_braces_in_values(tmp_path: Path, project: Any, path: Any) -> None:
    """A value with braces is text like any other."""
    given = [{"a": value, "b": "secret", "c": n} for n, value in enumerate(BRACES)]
    source = bare(tmp_path / "source", *given)
    result = source.export_to("exported", path=path)
    assert len(set(result.values())) == len(BRACES)
    assert not any("secret" in destination for destination in result.values())
    for statepoint in given[:-1]:
        assert statepoint["a"] in result[source.open_job(statepoint).path]
    project.import_from("exported")
    assert picture(project) == picture(source)
    links = source.create_linked_view("view", path=path)
    assert links_below("view") == links
    assert len(links) == len(BRACES)


def test_37_mapping_values(tmp_path: Path) -> None:
    """A field that is a mapping gives a path of its text, or a clear error; never a mixture."""
    source = bare(tmp_path / "source", {"b": {"c": 1}}, {"b": {"c": 2}})
    try:
        result = source.export_to("exported", path="x_{b}")
    except RuntimeError as error:
        assert_says(error, "b")
        assert not os.path.exists("exported")
    else:
        assert len(set(result.values())) == 2


def seconds(function: Callable[[], Any]) -> float:
    """Return the least time of the processor that three calls took."""
    times = []
    for _ in range(3):
        begin = time.process_time()
        function()
        times.append(time.process_time() - begin)
    return min(times)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_40_time_is_linear(tmp_path: Path, project: Any, kind: str) -> None:
    """Looking through an archive of eight times as many directories takes no 24 times as long."""
    few, many = (
        archive_with(tmp_path / f"x{number}.{kind}", {f"a/{n}/b/file": "" for n in range(number)})
        for number in (250, 2000)
    )
    times = [
        seconds(lambda origin=origin: project.import_from(origin, schema="a/{a:int}/c/{c}"))
        for origin in (few, many)
    ]
    assert times[1] < 24 * max(times[0], 0.005)


CONFIGS = {
    "made before": "project = name\nschema_version = 1\n",
    "without a name": "schema_version = 1\n",
    "version 0 without a name": "workspace_dir = workspace\n",
    "empty": "",
}


class TestMigration20:
    """The migration of older projects, number 20 of the list of data loss."""

    def older(self, where: Path, config: str) -> tuple[str, Any]:
        maker = made(where, *TWO)
        before = picture(maker)
        shutil.rmtree(where / ".signac")
        (where / "signac.rc").write_text(config)
        return str(where), before

    @pytest.mark.parametrize("case", list(CONFIGS)[:3])
    @pytest.mark.parametrize("directory", [True, False])
    def test_all_are_migrated(self, tmp_path: Path, case: str, directory: bool) -> None:
        """A directory `.signac` hinders nothing, nor does a config without a name."""
        root, before = self.older(tmp_path / "old", CONFIGS[case])
        if directory:
            os.mkdir(f"{root}/.signac")
            Path(f"{root}/.signac/mine").write_text("mine")
        with pytest.raises(IncompatibleSchemaVersion):
            signac.get_project(root)
        apply_migrations(root)
        assert picture(signac.get_project(root)) == before
        assert not os.path.exists(f"{root}/signac.rc")
        if directory:
            assert Path(f"{root}/.signac/mine").read_text() == "mine"

    @pytest.mark.parametrize("case", list(CONFIGS)[:3])
    def test_all_are_found(self, tmp_path: Path, case: str) -> None:
        """No second project is made beside an older one, whatever its config says."""
        root, _ = self.older(tmp_path / "old", CONFIGS[case])
        before = tree(root)
        for function in (signac.init_project, signac.get_project, signac.Project):
            with pytest.raises(IncompatibleSchemaVersion):
                function(root)
        assert tree(root) == before

    def test_half_migrated(self, tmp_path: Path) -> None:
        """What a failed migration of the released signac left is found and completed."""
        root, before = self.older(tmp_path / "old", "schema_version = 1\n")
        os.mkdir(f"{root}/.signac")
        Path(root, PROJECT_DOCUMENT).write_text('{"signac_project_name": "name"}')
        with pytest.raises(IncompatibleSchemaVersion):
            signac.get_project(root)
        apply_migrations(root)
        project = signac.get_project(root)
        assert picture(project) == before
        assert project.doc() == {"signac_project_name": "name"}

    def test_missing_root(self, tmp_path: Path) -> None:
        """A path that is not there is an error, and not created."""
        with pytest.raises((RuntimeError, LookupError)) as caught:
            apply_migrations(str(tmp_path / "nowhere"))
        assert_says(caught.value, "nowhere")
        assert not (tmp_path / "nowhere").exists()
        assert isinstance(caught.value, RuntimeError)

    def test_file_in_the_way(self, tmp_path: Path) -> None:
        """A failure leaves a project that is found, and can be migrated when mended."""
        root, before = self.older(tmp_path / "old", "project = name\n")
        Path(root, ".signac").write_text("mine")
        with pytest.raises(RuntimeError) as caught:
            apply_migrations(root)
        assert_says(caught.value)
        with pytest.raises(IncompatibleSchemaVersion):
            signac.get_project(root)
        os.unlink(f"{root}/.signac")
        apply_migrations(root)
        assert picture(signac.get_project(root)) == before
        assert signac.get_project(root).doc() == {"signac_project_name": "name"}

    def test_damaged_project_document(self, tmp_path: Path) -> None:
        """A project document that cannot be read is not overwritten, and the project is found."""
        root, _ = self.older(tmp_path / "old", "project = name\n")
        Path(root, PROJECT_DOCUMENT).write_text("{junk")
        with pytest.raises(RuntimeError) as caught:
            apply_migrations(root)
        assert_says(caught.value)
        assert Path(root, PROJECT_DOCUMENT).read_text() == "{junk"
        with pytest.raises(IncompatibleSchemaVersion):
            signac.get_project(root)
