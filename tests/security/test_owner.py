"""Projects that a search upward finds, and that belong to somebody else."""

import copy
import logging
import os
import pickle
from pathlib import Path

import pytest

import signac
from signac.errors import ForeignProjectError, ProjectNotFoundError
from signac.job import calc_id

STRANGER = 12345
pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="only the superuser can give files to another user",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of a stranger, with a job and a directory of the reader inside."""
    root = tmp_path / "above" / "project"
    root.mkdir(parents=True)
    os.chmod(root.parent, 0o755)
    os.chmod(root, 0o755)
    signac.init_project(root).open_job({"a": 1}).init()
    (root / "mine").mkdir()
    give(root / ".signac", STRANGER)
    return root


def give(path: Path, user: int) -> None:
    for one in [path, *path.rglob("*")]:
        os.lchown(one, user, -1)


def test_used_and_logged_once(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A project of another user that is found above is used, and one record says whose it is."""
    with caplog.at_level(logging.INFO, logger="signac.project"):
        for _ in range(3):
            assert signac.get_project(root / "mine").path == str(root)
            assert signac.get_job(
                root / "workspace" / signac.get_project(root).open_job({"a": 1}).id
            )
    (record,) = [one for one in caplog.records if "belongs to" in one.getMessage()]
    assert record.levelno == logging.INFO
    assert str(root) in record.getMessage()
    assert str(STRANGER) in record.getMessage()


def test_a_path_that_is_given_is_not_asked(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A project at the path that was named is nobody else's business, wherever it is."""
    os.chmod(root.parent, 0o1777)
    with caplog.at_level(logging.INFO, logger="signac.project"):
        assert signac.get_project(root).path == str(root)
        assert signac.get_project(root, search=False).path == str(root)
        assert signac.Project(root).path == str(root)
        assert signac.init_project(root).path == str(root)
    assert not caplog.records


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o773, 0o702])
@pytest.mark.parametrize("place", ["project", "above"])
def test_refused_where_everybody_writes(root: Path, place: str, mode: int) -> None:
    """It is refused when everybody can write in it, or beside it; the sticky bit does not help."""
    os.chmod(root if place == "project" else root.parent, mode)
    job = root / "workspace" / calc_id({"a": 1})
    for search in (
        lambda: signac.get_project(root / "mine"),
        lambda: signac.get_job(job),
        lambda: signac.get_project(root / "mine", search=True),
        lambda: signac.Project.get_project(root / "mine"),
    ):
        with pytest.raises(ForeignProjectError) as caught:
            search()
        error = caught.value
        assert isinstance(error, ProjectNotFoundError)
        assert isinstance(error, LookupError)
        assert error.path == str(root)
        assert error.owner == f"user {STRANGER}"
        assert error.directory == str(root if place == "project" else root.parent)
        for word in (str(root), str(STRANGER), error.directory, "signac.get_project("):
            assert word in str(error)
        for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert str(twin) == str(error)
            assert twin.path == error.path


@pytest.mark.parametrize("mode", [0o755, 0o775, 0o2775, 0o770])
def test_groups_share_projects(root: Path, mode: int) -> None:
    """A directory in which a group writes is no trap."""
    os.chmod(root.parent, mode)
    os.chmod(root, mode)
    assert signac.get_project(root / "mine").path == str(root)


def test_the_working_directory_is_not_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project in the working directory counts as found, unless its path is given."""
    os.chmod(root, 0o1777)
    monkeypatch.chdir(root)
    with pytest.raises(ForeignProjectError):
        signac.get_project()
    assert signac.get_project(".").path == str(root)


def test_what_is_mine_is_mine(root: Path) -> None:
    """A project of one's own is found in a directory of somebody else in which all can write."""
    give(root / ".signac", os.geteuid())
    os.chmod(root.parent, 0o1777)
    os.lchown(root.parent, STRANGER, -1)
    assert signac.get_project(root / "mine").path == str(root)


@pytest.mark.parametrize("strange", [".signac", ".signac/config"])
def test_one_part_of_a_stranger_is_enough(root: Path, strange: str) -> None:
    """The directory and the file of the configuration both count, and links by who made them."""
    give(root / ".signac", os.geteuid())
    os.chmod(root.parent, 0o1777)
    os.lchown(root / strange, STRANGER, -1)
    with pytest.raises(ForeignProjectError):
        signac.get_project(root / "mine")
    give(root / ".signac", os.geteuid())
    real = root.parent / "real"
    (root / strange).rename(real)
    (root / strange).symlink_to(real)
    os.lchown(root / strange, STRANGER, -1)
    with pytest.raises(ForeignProjectError):
        signac.get_project(root / "mine")


def test_a_trap_above_hides_no_project_below(root: Path) -> None:
    """The nearest project counts: one's own below is found, whatever lies above."""
    os.chmod(root, 0o1777)
    own = signac.init_project(root / "mine")
    (root / "mine" / "sub").mkdir()
    assert signac.get_project(root / "mine" / "sub").path == own.path
