"""What the catalog of a project does, and when (`signac._index.catalog`, `merge`, `parts`)."""

import errno
import json
import os
import signal
import time
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

import processes
import signac
from rawcheck import STATEPOINT
from signac._core import faults
from signac._engine.jobstate import home_of
from signac._index import manifest as manifests
from signac._index import merge
from unit.index.conftest import JOBS, SETTLING, documents, statepoints
from unit.index.planting import INDEX, index_files, plant, uproot

LARGEST_SMALL = 31


def told(project: Any, query: Any = None) -> Any:
    return project.find_jobs(query).explain()


def manifest_of(path: str) -> Any:
    found = manifests.load(os.path.join(path, INDEX), None)
    assert found is not None
    return found[0]


def every_id(path: str) -> list[str]:
    """Return the ids of all jobs, from the directory."""
    return sorted(n for n in os.listdir(os.path.join(path, "workspace")) if len(n) == 32)


def check(path: str, project: Any) -> None:
    """Compare the answers of a project with what its directory says."""
    ids = every_id(path)
    assert [job.id for job in project.find_jobs()] == ids
    assert len(project) == len(ids)
    found = {job.id: dict(job.sp) for job in project.find_jobs({"n": {"$gte": 0}})}
    assert sorted(found) == ids
    for job_id in ids:
        text = Path(path, "workspace", job_id, STATEPOINT).read_text()
        assert found[job_id] == json.loads(text)
    some = [json.loads(json.dumps(found[job_id]["n"])) for job_id in ids[:: max(1, len(ids) // 9)]]
    for number in some:
        assert project.find_jobs({"n": number}).count() == 1


class TestSmallProjects:
    def test_no_index(self, project: Any) -> None:
        """A project of fewer than 32 jobs has no index on disk, whatever is asked."""
        for start in range(0, LARGEST_SMALL, 5):
            numbers = range(start, min(start + 5, LARGEST_SMALL))
            plant(project.path, [{"n": n} for n in numbers], [{"x": n} for n in numbers])
            check(project.path, project)
            assert project.find_jobs({"doc.x": {"$gte": 0}}).count() == numbers[-1] + 1
            assert index_files(project.path) == []
            assert not told(project).on_disk

    def test_the_32nd_job(self, project: Any) -> None:
        """With the 32nd job the index is written, with the jobs that were known before."""
        plant(project.path, [{"n": n} for n in range(LARGEST_SMALL)])
        assert told(project).statepoints_read == LARGEST_SMALL
        plant(project.path, [{"n": LARGEST_SMALL}])
        assert told(project).statepoints_read == 1
        assert told(project).on_disk
        assert len(index_files(project.path, ".seg")) <= 2
        other = told(signac.Project(project.path))
        assert (other.statepoints_read, other.jobs, other.on_disk) == (0, 32, True)

    def test_a_project_that_shrinks(self, project: Any) -> None:
        """An index of more jobs than there are now changes no answer."""
        ids = plant(project.path, [{"n": n} for n in range(40)])
        check(project.path, project)
        uproot(project.path, ids[5:])
        check(project.path, project)
        check(project.path, signac.Project(project.path))
        uproot(project.path, ids[:5])
        for some in (project, signac.Project(project.path)):
            assert (len(some), list(some.find_jobs({"n": 1}))) == (0, [])
        plant(project.path, [{"n": n} for n in range(40)])
        check(project.path, project)
        check(project.path, signac.Project(project.path))


class TestListing:
    def test_settled(self, reopen: Callable[[], Any], resting: str) -> None:
        """A workspace at rest is listed once; then its status is enough, for new processes too."""
        project = reopen()
        first = told(project)
        assert (first.listed, first.statepoints_read, first.found) == (True, JOBS, JOBS)
        for again in (project, project, reopen()):
            known = told(again, {"a": 1})
            assert (known.listed, known.statepoints_read, known.found) == (False, 0, JOBS // 8)
        child = processes.run(lambda: told(reopen())[1:5]).get()
        assert child == (JOBS, JOBS, False, 0)

    def test_young(self, project: Any) -> None:
        """For two seconds after a change the workspace is listed each time."""
        began = time.monotonic()
        plant(project.path, statepoints())
        for number in range(3):
            now = told(project)
            if time.monotonic() - began < 1.9:
                assert now.listed
                assert now.statepoints_read == (0 if number else JOBS)
        assert manifest_of(project.path).listing is None

    @pytest.mark.parametrize("days", [-400, 3])
    def test_times_that_were_set(self, reopen: Callable[[], Any], resting: str, days: int) -> None:
        """Times of a workspace that were set back or ahead hide no job."""
        kept = reopen()
        check(resting, kept)
        workspace = os.path.join(resting, "workspace")
        then = time.time_ns() + days * 86400 * 10**9
        for _ in range(3):
            os.utime(workspace, ns=(then, then))
            assert told(kept).listed
            removed = every_id(resting)[0]
            uproot(resting, [removed])
            os.utime(workspace, ns=(then, then))
            check(resting, kept)
            check(resting, reopen())

    def test_the_same_times_and_size(self, reopen: Callable[[], Any], resting: str) -> None:
        """A job replaced by another one, all times of modification restored, is noticed."""
        kept = reopen()
        check(resting, kept)
        assert not told(kept).listed
        workspace = os.path.join(resting, "workspace")
        status = os.stat(workspace)
        uproot(resting, every_id(resting)[:1])
        plant(resting, [{"n": 10_000}])
        os.utime(workspace, ns=(status.st_atime_ns, status.st_mtime_ns))
        for project in (kept, reopen()):
            assert told(project).listed
            check(resting, project)

    def test_links(self, reopen: Callable[[], Any], resting: str, tmp_path: Path) -> None:
        """A workspace with a job that is a link is listed for each question: targets vanish."""
        job_id = every_id(resting)[3]
        place = os.path.join(resting, "workspace", job_id)
        os.rename(place, tmp_path / "target")
        os.symlink(tmp_path / "target", place)
        time.sleep(SETTLING)
        kept = reopen()
        for project in (kept, kept, reopen()):
            assert told(project).listed
            assert told(project).jobs == JOBS
        (tmp_path / "target").rename(tmp_path / "away")
        for project in (kept, reopen()):
            assert told(project).jobs == JOBS - 1
            assert job_id not in [job.id for job in project.find_jobs({"n": {"$gte": 0}})]
        (tmp_path / "away").rename(tmp_path / "target")
        for project in (kept, reopen()):
            assert told(project).jobs == JOBS

    def test_names_that_are_no_jobs(self, reopen: Callable[[], Any], resting: str) -> None:
        """Other entries of the workspace are no jobs, and make no job unknown."""
        workspace = Path(resting, "workspace")
        ids = every_id(resting)
        for name in ("A" * 32, "g" * 32, "a" * 31, "a" * 33, "\u0661" * 32, "0x" + "0" * 30):
            (workspace / name).mkdir()
        (workspace / ("e" * 32)).touch()
        (workspace / (" " * 32)).mkdir()
        for project in (reopen(), reopen()):
            assert [job.id for job in project.find_jobs()] == ids
            assert project.find_jobs({"n": {"$gte": 0}}).count() == JOBS


class TestAdditions:
    @pytest.mark.parametrize("total", [250, pytest.param(1000, marks=pytest.mark.long)])
    def test_one_at_a_time(self, project: Any, total: int) -> None:
        """Who adds a job and searches, again and again, has few parts and no wrong answer."""
        most = 0
        for number in range(total):
            plant(project.path, [{"n": number, "a": number % 7}], [{"x": number}])
            now = told(project, {"a": 3})
            assert (now.jobs, now.statepoints_read) == (number + 1, 1)
            assert now.found == len(range(3, number + 1, 7))
            most = max(most, now.segments)
            if number % 50 == 0:
                assert project.find_jobs({"doc.x": number}).count() == 1
        assert most < 15
        assert len(index_files(project.path, ".seg")) < 3 * 15
        for some in (project, signac.Project(project.path)):
            check(project.path, some)
            assert some.find_jobs({"doc.x": {"$gte": 0}}).count() == total
        named = manifest_of(project.path).names()
        assert {os.path.basename(p) for p in index_files(project.path, ".seg")} == named

    def test_new_processes(self, planted: Any) -> None:
        """Programs that each add a job, search and end leave few parts."""
        path = planted.path

        def program(number: int) -> tuple[int, int, int]:
            plant(path, [{"n": 1000 + number}])
            now = told(signac.Project(path))
            return now.jobs, now.statepoints_read, now.segments

        most = 0
        for number in range(40):
            jobs, read, segments = processes.run(lambda number=number: program(number)).get()
            assert (jobs, read) == (JOBS + number + 1, 1 if number else JOBS + 1)
            most = max(most, segments)
        assert most < 10
        check(path, signac.Project(path))

    def test_batches(self, project: Any) -> None:
        """Additions of many sizes, in between removals, by two objects that take turns."""
        other = signac.Project(project.path)
        start = 0
        for turn, size in enumerate([1, 40, 3, 100, 1, 1, 250, 7, 30, 1]):
            numbers = range(start, start + size)
            plant(project.path, [{"n": n} for n in numbers], [{"x": n} for n in numbers])
            start += size
            who = (project, other)[turn % 2]
            assert told(who, {"doc.x": {"$gte": 0}}).found == told(who).jobs
            if turn % 3 == 2:
                uproot(project.path, every_id(project.path)[::5])
            check(project.path, who)
        for who in (project, other, signac.Project(project.path)):
            check(project.path, who)


class TestRemovals:
    def test_a_few_are_noted(self, planted: Any) -> None:
        """Jobs that are gone are noted beside their segment, which is not written anew."""
        check(planted.path, planted)
        (before,) = manifest_of(planted.path).parts
        gone = every_id(planted.path)[2:5]
        uproot(planted.path, gone)
        check(planted.path, planted)
        (after,) = manifest_of(planted.path).parts
        assert after.segment == before.segment
        assert after.removed == (2, 3, 4)
        check(planted.path, signac.Project(planted.path))

    def test_many_are_written_anew(self, planted: Any) -> None:
        """When a third of a segment is gone it is written anew, with the documents it knows."""
        check(planted.path, planted)
        (before,) = manifest_of(planted.path).parts
        uproot(planted.path, every_id(planted.path)[: JOBS // 2])
        check(planted.path, planted)
        (after,) = manifest_of(planted.path).parts
        assert after.segment != before.segment
        assert after.removed == ()
        assert told(signac.Project(planted.path)).statepoints_read == 0
        check(planted.path, signac.Project(planted.path))

    def test_removed_and_made_again(self, planted: Any) -> None:
        """A job that comes back counts again, without being read."""
        check(planted.path, planted)
        numbers = {job.id: job.sp() for job in planted.find_jobs({"n": {"$lt": 5}})}
        uproot(planted.path, numbers)
        check(planted.path, planted)
        plant(planted.path, numbers.values())
        for project in (planted, signac.Project(planted.path)):
            now = told(project)
            assert (now.jobs, now.statepoints_read) == (JOBS, 0)
            check(planted.path, project)

    def test_all_of_them(self, planted: Any) -> None:
        """A project that lost all jobs has none, and new ones are found."""
        check(planted.path, planted)
        uproot(planted.path, every_id(planted.path))
        for project in (planted, signac.Project(planted.path)):
            assert told(project).jobs == 0
            assert project.find_jobs({"n": 1}).count() == 0
        plant(planted.path, [{"n": 5000 + n} for n in range(40)])
        for project in (planted, signac.Project(planted.path)):
            check(planted.path, project)


class TestInterruptedBuilds:
    @pytest.mark.parametrize("how", ["killed", "full disk"])
    def test_what_was_read_is_not_read_again(
        self, project: Any, monkeypatch: Any, how: str
    ) -> None:
        """A build that dies after its first segments goes on from there."""
        monkeypatch.setattr(merge, "MOST_ROWS", 40)
        plant(project.path, statepoints(190))
        manifests_seen: list[int] = []

        def disturb(number: int, operation: str, path: str, size: int | None) -> None:
            if operation == "rename":
                manifests_seen.append(number)
            elif operation == "create" and path.endswith(".seg") and len(manifests_seen) == 2:
                if how == "killed":
                    os.kill(os.getpid(), signal.SIGKILL)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

        def search() -> tuple[int, int]:
            with faults.injecting(disturb):
                now = told(signac.Project(project.path))
            return now.statepoints_read, now.found

        outcome = processes.run(search)
        if how == "killed":
            assert outcome.signal == signal.SIGKILL
        else:
            assert outcome.get() == (190, 190)
        assert len(manifest_of(project.path).parts) == 2
        assert told(signac.Project(project.path)).statepoints_read == 190 - 80
        check(project.path, signac.Project(project.path))
        assert told(signac.Project(project.path)).statepoints_read == 0

    def test_no_segment_is_larger_than_the_limit(self, project: Any, monkeypatch: Any) -> None:
        """Segments are built one after the other, each of no more rows than the limit."""
        monkeypatch.setattr(merge, "MOST_ROWS", 40)
        plant(project.path, statepoints(190), documents(190))
        check(project.path, project)
        assert told(project).segments >= 5
        assert all(len(part) <= 40 for part in _parts(project))
        for number in range(30):
            plant(project.path, [{"n": 1000 + number}])
            told(project, {"doc.x": 3})
            assert all(part.segment.rows <= 40 for part in _parts(project))
        check(project.path, project)
        check(project.path, signac.Project(project.path))


def _parts(project: Any) -> Any:
    return home_of(project).catalog.parts


def plant_deep(project: str, depth: int, kind: str) -> Path:
    """Make the directory of a job whose state point is nested so deep."""
    text = "[" * depth + "]" * depth
    if kind == "mappings":
        text = '{"k": ' * depth + "1" + "}" * depth
    text = f'{{"deep": {text}, "n": 9999}}'
    job = Path(project, "workspace", md5(text.encode()).hexdigest())
    job.mkdir()
    (job / STATEPOINT).write_text(text)
    return job


class TestDamagedJobs:
    def test_unreadable_ones(self, planted: Any, caplog: Any) -> None:
        """Jobs that cannot be read are left out and tried again, until they are mended."""
        broken = [n for n in every_id(planted.path) if n[0] in "0123"]
        assert broken
        texts = {}
        for job_id in broken:
            path = Path(planted.path, "workspace", job_id, STATEPOINT)
            texts[path] = path.read_bytes()
            path.write_bytes(b"{")
        for project in (planted, planted, signac.Project(planted.path)):
            caplog.clear()
            now = told(project, {"n": {"$gte": 0}})
            assert now.damaged == broken
            assert (now.found, now.jobs) == (JOBS - len(broken), JOBS)
        for path, text in texts.items():
            path.write_bytes(text)
        for project in (planted, signac.Project(planted.path)):
            check(planted.path, project)
            assert told(project).damaged == []

    def test_at_rest(self, reopen: Callable[[], Any], resting: str) -> None:
        """A state point file that is mended in place, which no directory shows, is noticed."""
        path = Path(resting, "workspace", every_id(resting)[7], STATEPOINT)
        text = path.read_bytes()
        path.write_bytes(b"[]")
        kept = reopen()
        for project in (kept, kept, reopen()):
            now = told(project, {"n": {"$gte": 0}})
            assert (now.found, now.jobs, len(now.damaged)) == (JOBS - 1, JOBS, 1)
        assert not told(kept).listed
        path.write_bytes(text)
        for project in (kept, reopen()):
            assert told(project, {"n": {"$gte": 0}}).found == JOBS

    @pytest.mark.parametrize("depth", [100, 400, 700, 1500])
    @pytest.mark.parametrize("kind", ["mappings", "lists"])
    def test_deep_ones(self, planted: Any, depth: int, kind: str) -> None:
        """A job nested however deep does not stand in the way of others."""
        job = plant_deep(planted.path, depth, kind)
        for project in (planted, planted, signac.Project(planted.path)):
            assert project.find_jobs({"n": {"$lt": 50}}).count() == 50
            assert project.find_jobs({"n": 9999}).count() + len(told(project).damaged) == 1
        (job / STATEPOINT).unlink()
        job.rmdir()
        check(planted.path, signac.Project(planted.path))

    @pytest.mark.parametrize("depth", [100, 400, 700, 1500])
    @pytest.mark.parametrize("kind", ["mappings", "lists"])
    def test_tables_beside_deep_ones(self, planted: Any, depth: int, kind: str) -> None:
        """A table of other jobs is made beside a job that is nested however deep."""
        pytest.importorskip("pandas")
        plant_deep(planted.path, depth, kind)
        assert planted.find_jobs({"n": {"$lt": 3}}).to_dataframe().shape[0] == 3
