"""Temporary projects."""

import os
import shutil
import tempfile
from typing import Any

import pytest

import signac
from signac import Project, TemporaryProject


class Special(Project):
    """A subclass, as downstream programs make them."""


def test_temporary_project() -> None:
    """`TemporaryProject` gives an empty project that is deleted at the end."""
    with TemporaryProject() as project:
        assert type(project) is Project
        assert len(project) == 0
        job = project.open_job({"a": 0}).init()
        job.doc.x = 1
        assert len(project) == 1
        assert os.path.isdir(project.path)
        assert os.path.realpath(project.path).startswith(os.path.realpath(tempfile.gettempdir()))
    assert not os.path.exists(project.path)


def test_class_and_directory(tmp_path: Any) -> None:
    """The class and the options of the directory can be given."""
    with TemporaryProject(cls=Special, prefix="mine", dir=tmp_path) as project:
        assert type(project) is Special
        assert os.path.dirname(project.path) == str(tmp_path)
        assert os.path.basename(project.path).startswith("mine")
    assert os.listdir(tmp_path) == ["here"]
    with TemporaryProject(Special) as project:
        assert type(project) is Special


def test_unknown_option() -> None:
    """An unknown option is a `TypeError`."""
    with pytest.raises(TypeError), TemporaryProject(unknown=1):
        pass


def test_exception() -> None:
    """The directory is deleted after an exception too."""
    paths = []
    with pytest.raises(ZeroDivisionError), TemporaryProject() as project:
        paths.append(project.path)
        1 / 0
    assert not os.path.exists(paths[0])


def test_of_a_project(project: Any, job: Any) -> None:
    """`project.temporary_project` lies in the workspace, and is invisible to the project."""
    with project.temporary_project() as temporary:
        assert type(temporary) is Project
        assert len(temporary) == 0
        assert os.path.dirname(temporary.path) == project.workspace
        temporary.open_job({"b": 0}).init()
        assert list(project) == [job]
        assert list(signac.get_project(project.path)) == [job]
    assert not os.path.exists(temporary.path)
    assert list(project) == [job]


def test_of_a_subclass(tmp_path: Any) -> None:
    """The temporary project has the class of its project, and may lie elsewhere."""
    special = Special.init_project(tmp_path / "special")
    with special.temporary_project(dir=str(tmp_path)) as temporary:
        assert type(temporary) is Special
        assert os.path.dirname(temporary.path) == str(tmp_path)


def test_of_a_project_without_workspace(project: Any) -> None:
    """A missing workspace is created."""
    shutil.rmtree(project.workspace)
    with project.temporary_project() as temporary:
        assert os.path.dirname(temporary.path) == project.workspace


def test_exception_in_a_project(project: Any) -> None:
    """The directory in the workspace is deleted after an exception too."""
    with pytest.raises(ZeroDivisionError), project.temporary_project():
        1 / 0
    assert set(os.listdir(project.workspace)) <= {".signac_scratch"}


def test_move_between(project: Any) -> None:
    """A job made in a temporary project can be moved into the project."""
    with project.temporary_project() as temporary:
        job = temporary.open_job({"a": 0}).init()
        job.doc.x = 1
        job.move(project)
    assert project.open_job({"a": 0}).doc() == {"x": 1}
