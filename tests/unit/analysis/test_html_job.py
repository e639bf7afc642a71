"""The page of a job: everything about it, at any size, and nothing done to it."""

import os
from pathlib import Path

import pytest

import signac
from notebook.cells import shown_by_a_notebook
from notebook.reading import read

#: Without pandas a page shows less, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Install pandas")

DOCUMENT = "signac_job_document.json"
STATEPOINT = "signac_statepoint.json"


def picture(root):
    """Return path, kind, size and time of change of everything below a directory."""
    found = []
    for directory, _, names in os.walk(root):
        for path in [directory, *(os.path.join(directory, name) for name in names)]:
            status = os.lstat(path)
            found.append((path, status.st_mode, status.st_size, status.st_mtime_ns))
    return sorted(found)


def test_everything_about_a_job(make):
    """Id, path, state point, document, names and sizes of files are shown, with types."""
    project, (job,) = make([{"T": 0.5, "box": {"L": 3}}], [{"done": True, "fit": [1, 2.5]}])
    Path(job.fn("out.txt")).write_text("x" * 1234)
    os.mkdir(job.fn("frames"))
    page = read(job._repr_html_())
    assert page.parts["strong"] == ["Job"]
    assert page.parts["code"][:2] == [job.id, job.path]
    assert page.parts["key"] == ["T", "box", "L", "done", "fit"]
    assert page.parts["number"] == ["0.5", "3", "1", "2.5"]
    assert {"float", "int", "bool", "list, 2 items", "dict, 1 key", "4 files"} <= {
        *page.parts["type"]
    }
    assert "out.txt1.2 kB" in page.text
    assert "framesdirectory" in page.text
    assert page.text.index("frames") < page.text.index("out.txt") < page.text.index(STATEPOINT)
    assert project.open_job(id=job.id)._repr_html_() == job._repr_html_()


def test_a_job_that_is_not_there(make):
    """A job that was never made shows its state point, and is not made by that."""
    project, _ = make([])
    before = picture(project.path)
    job = project.open_job({"a": [1, None]})
    for _ in range(2):
        page = read(job._repr_html_())
        assert "not on disk" in page.text
        assert page.parts["key"] == ["a"]
    assert picture(project.path) == before
    assert job not in project


@pytest.mark.parametrize("shown", ["job", "sp", "project", "cursor", "filter", "schema"])
def test_nothing_changes(make, shown):
    """To be shown changes no file and makes none, in particular no document."""
    project, jobs = make(({"a": i} for i in range(5)), [{"x": 1}, None, None])
    Path(jobs[2].fn(DOCUMENT)).write_text("{")
    Path(jobs[3].fn(STATEPOINT)).write_text("{")
    before = picture(project.path)
    project = signac.get_project(project.path)
    for job in jobs:
        job = project.open_job(id=job.id)
        things = {
            "job": job,
            "sp": job.sp,
            "project": project,
            "cursor": project.find_jobs(),
            "filter": project.find_jobs({"a": {"$lt": 3}, "doc.x": {"$exists": False}}),
            "schema": project.detect_schema(),
        }
        read(things[shown]._repr_html_())
    assert picture(project.path) == before


def test_nothing_changes_but_the_index(make):
    """What a large project learns while it is shown goes into its index, as at every search."""
    project, _ = make({"a": i} for i in range(120))

    def rest():
        near = os.path.join(project.path, ".signac")
        return [entry for entry in picture(project.path) if not entry[0].startswith(near)]

    before = rest()
    project = signac.get_project(project.path)
    for shown in (project, project.find_jobs(), project.find_jobs({"doc.x": 1}).sort("a")):
        read(shown._repr_html_())
    assert rest() == before


def test_a_job_that_was_moved_or_removed(make):
    """A handle whose job is gone, or elsewhere, still shows what it knows."""
    _, (moved, removed) = make([{"a": 0}, {"a": 1}])
    other = moved.project.open_job(id=moved.id)
    other.sp.a = 5
    removed.project.open_job(id=removed.id).remove()
    for job, value in ((moved, "0"), (removed, "1")):
        page = read(job._repr_html_())
        assert "not on disk" in page.text
        assert page.parts["number"] == [value]


def test_damage_is_shown(make):
    """What is wrong with state point or document stands where its contents would."""
    project, (job, twin) = make([{"a": 1}, {"a": 2}], [{"x": 1}, {"x": 2}])
    Path(job.fn(DOCUMENT)).write_text("[1")
    page = read(job._repr_html_())
    assert "JSONDecodeError" in page.parts["error"][0]
    assert job.fn(DOCUMENT) in page.parts["error"][0]
    assert page.parts["key"] == ["a"]
    Path(twin.fn(STATEPOINT)).write_text("junk")
    page = read(signac.get_project(project.path).open_job(id=twin.id)._repr_html_())
    assert "JobsCorruptedError" in page.parts["error"][0]
    assert page.parts["key"] == ["x"]


@pytest.mark.parametrize("name", [DOCUMENT, "notes.json"])
def test_links_are_not_followed(make, tmp_path, name):
    """A link in a job directory is named, and what it leads to is neither read nor measured."""
    _, (job,) = make([{"a": 1}])
    secret = tmp_path / "secret.json"
    secret.write_text('{"password": "hunter2"}')
    os.symlink(secret, job.fn(name))
    page = read(job._repr_html_())
    assert f"{name}link" in page.text
    assert "hunter2" not in page.text
    assert (str(secret) in page.text) is (name == DOCUMENT)


def test_a_linked_job_directory_is_not_followed(make, tmp_path):
    """Files and document of a job directory that is a link are not looked at."""
    project, (job,) = make([{"a": 1}], [{"x": 1}])
    os.rename(job.path, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", job.path)
    page = read(signac.get_project(project.path).open_job(id=job.id)._repr_html_())
    assert str(tmp_path / "elsewhere") in page.text
    assert page.parts["key"] == ["a"]


def test_odd_files(make):
    """Pipes are named and not opened; names that are not text are shown in escapes."""
    _, (job,) = make([{"a": 1}])
    os.mkfifo(job.fn(DOCUMENT))
    os.mkfifo(job.fn("pipe"))
    Path(os.fsdecode(os.fsencode(job.path) + b"/\xff")).write_text("")
    page = read(job._repr_html_())
    assert "pipeno file" in page.text
    assert "\\udcff" in page.text
    assert "a pipe or a device" in page.parts["error"][0]


@pytest.mark.parametrize(("number", "more"), [(49, None), (50, "… 1 more"), (300, "… 251 more")])
def test_many_files(make, number, more):
    """At most 50 files are named, the others are counted."""
    _, (job,) = make([{"a": 1}])
    for index in range(number):
        Path(job.fn(f"{index:04}")).write_text("")
    page = read(job._repr_html_())
    assert f"{number + 1} files" in page.parts["type"]
    names = [text for text in page.parts["code"] if text.isdigit() and len(text) == 4]
    assert names == [f"{index:04}" for index in range(min(number, 50))]
    notes = [text for text in page.parts.get("note", []) if "more" in text]
    assert notes == ([more] if more else [])


def test_large_documents_are_not_read(make):
    """A document that would take long to read is measured only."""
    _, (job,) = make([{"a": 1}])
    with Path(job.fn(DOCUMENT)).open("w") as file:
        file.write('{"x": "')
        file.truncate(90_000_000)
    assert "document 90.0 MB, too large" in read(job._repr_html_()).text
    html, text = shown_by_a_notebook(job.doc)
    assert "JSONDict 90.0 MB, too large" in read(html).text
    assert text == "<JSONDict: 90.0 MB, call it to read it>"


def test_buffered_changes_are_shown(make):
    """Inside a buffered block the document is shown as the program sees it."""
    _, (job,) = make([{"a": 1}])
    with signac.buffered():
        job.doc.x = "new"
        assert '"new"' in read(job._repr_html_()).parts["string"]
        assert not os.path.exists(job.fn(DOCUMENT))


def test_subclasses_are_called_by_their_name(make):
    """The page begins with the name of the class."""

    class Run(signac.job.Job):
        pass

    project, _ = make([])
    assert read(Run(project, {"a": 1})._repr_html_()).parts["strong"] == ["Run"]
