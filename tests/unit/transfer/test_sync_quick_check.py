"""What two files of one size must share to count as the same without being read."""

import os
from pathlib import Path

import pytest

import signac
from signac.errors import InvalidInputError
from signac.sync import FileSync, plan_sync, sync_jobs, sync_projects

HOUR = 3600 * 10**9


@pytest.fixture
def pair(tmp_path: Path) -> tuple[signac.Project, signac.Project]:
    """Two projects with one job, whose files have one size and other contents."""
    projects = []
    for name in ("here", "there"):
        project = signac.init_project(tmp_path / name)
        Path(project.open_job({"a": 0}).init().fn("file")).write_text(name[:4])
        projects.append(project)
    return projects[0], projects[1]


@pytest.mark.parametrize(
    ("check", "first", "second", "is_same"),
    [
        ("time", HOUR + 1, HOUR + 1, True),
        ("time", HOUR + 1, HOUR + 2, False),
        ("second", HOUR + 1, HOUR + 10**9 - 1, True),
        ("second", HOUR + 10**9 - 1, HOUR + 10**9, False),
        ("size", HOUR, 2 * HOUR, True),
    ],
)
def test_what_counts(
    pair: tuple[signac.Project, signac.Project], check: str, first: int, second: int, is_same: bool
) -> None:
    """The time, the time in whole seconds, or the size alone; for projects, plans and jobs."""
    here, there = pair
    for project, time in ((here, first), (there, second)):
        os.utime(project.open_job({"a": 0}).fn("file"), ns=(time, time))
    copied = 0 if is_same else 1
    wanted = {"strategy": FileSync.always, "quick_check": check}
    assert plan_sync(here, there, **wanted).stats.num_files == copied
    sync_jobs(here.open_job({"a": 0}), there.open_job({"a": 0}), dry_run=True, **wanted)
    stats = sync_projects(here, there, collect_stats=True, **wanted)
    assert stats is not None
    assert stats.num_files == copied


def test_size_still_counts(pair: tuple[signac.Project, signac.Project]) -> None:
    """Files of two sizes differ whatever is asked for, and `deep` reads all of one size."""
    here, there = pair
    job = here.open_job({"a": 0})
    wanted = {"strategy": FileSync.always, "quick_check": "size"}
    assert plan_sync(here, there, deep=True, **wanted).stats.num_files == 1
    Path(job.fn("file")).write_text("longer")
    assert plan_sync(here, there, **wanted).stats.num_files == 1


def test_unknown(pair: tuple[signac.Project, signac.Project]) -> None:
    """A word that is none of the three is refused, and the three are named."""
    with pytest.raises(InvalidInputError, match="'time', 'second', 'size'"):
        plan_sync(*pair, quick_check="minute")
