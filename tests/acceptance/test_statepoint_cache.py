"""The peer's state point cache file, and what of it must not matter (reference, section 11)."""

import gzip
import json
import logging
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

import processes
import signac
from acceptance.finding import fill, found, labels, messages

NAME = ".signac/statepoint_cache.json.gz"


def cache(project: Any) -> Path:
    return Path(project.path, NAME)


def content(project: Any) -> Any:
    """Return the content of the cache file, read without the library."""
    return json.loads(gzip.decompress(cache(project).read_bytes()).decode())


def current(project: Any) -> dict[str, Any]:
    return {job.id: job.statepoint() for job in project}


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    return fill(project, [{"a": n, "b": {"c": [n, 1.0, True, None, "é"]}} for n in range(4)])


class TestUpdate:
    def test_name(self, project: Any) -> None:
        """The name of the file is an attribute of the class."""
        assert signac.Project.FN_CACHE == NAME

    def test_no_file_before(self, project: Any, jobs: list[Any], reopen: Any) -> None:
        """No cache file is there before `update_cache`, whatever is read."""
        where = reopen()
        assert len(where.find_jobs({"a": 1})) == 1
        where.open_job(id=jobs[0].id).statepoint()
        where.detect_schema()
        list(where.groupby("a"))
        assert not cache(project).exists()

    def test_content(self, project: Any, jobs: list[Any]) -> None:
        """The file is the gzipped JSON object of ids and state points, with exact types."""
        assert project.update_cache() == 4
        assert content(project) == current(project)
        text = gzip.decompress(cache(project).read_bytes()).decode()
        assert '[0, 1.0, true, null, "' in text or '[0,1.0,true,null,"' in text
        assert not [name for name in os.listdir(cache(project).parent) if name.endswith("~")]

    def test_results(self, project: Any, jobs: list[Any], reopen: Any) -> None:
        """The result is the number of jobs when the file is written, and None otherwise."""
        assert project.update_cache() == 4
        assert project.update_cache() is None
        assert reopen().update_cache() is None
        fill(project, [{"n": 9}])
        assert reopen().update_cache() == 5
        assert project.update_cache() is None
        assert content(project) == current(project)
        jobs[0].remove()
        jobs[1].remove()
        assert project.update_cache() == 3
        assert reopen().update_cache() is None
        assert content(project) == current(project)

    @pytest.mark.parametrize("first", [True, False])
    def test_removed_jobs(self, project: Any, jobs: list[Any], reopen: Any, first: bool) -> None:
        """A removed job can be opened from what is known of it, until `update_cache`."""
        where = reopen()
        where.update_cache()
        gone, kept = jobs[0].id, jobs[1].id
        for job in where:
            job.statepoint()
        jobs[0].remove()
        assert where.open_job(id=gone).statepoint()["a"] == 0
        if first:  # the file is right already when this handle comes to it
            assert reopen().update_cache() == 3
        assert where.update_cache() == (None if first else 3)
        with pytest.raises(KeyError):
            where.open_job(id=gone)
        assert where.open_job(id=kept).statepoint()["a"] == 1

    def test_same_number_of_other_jobs(self, project: Any, jobs: list[Any], reopen: Any) -> None:
        """The ids count, not their number."""
        project.update_cache()
        jobs[0].sp.a = 77
        assert project.update_cache() == 4
        assert content(project) == current(project)
        shutil.rmtree(jobs[1].path)
        fill(reopen(), [{"n": 50}])
        assert reopen().update_cache() == 4
        assert content(project) == current(project)

    def test_empty_project(self, project: Any) -> None:
        """Without jobs the result is 0 each time, and the file holds an empty object."""
        assert project.update_cache() == 0
        assert project.update_cache() == 0
        assert content(project) == {}

    @pytest.mark.parametrize("old", [None, b"{}"], ids=["missing", "empty"])
    def test_missing_or_empty(self, project: Any, jobs: list[Any], old: bytes | None) -> None:
        """A missing file and an empty object are replaced."""
        project.update_cache()
        if old is None:
            cache(project).unlink()
        else:
            cache(project).write_bytes(gzip.compress(old))
        assert project.update_cache() == 4
        assert content(project) == current(project)

    @pytest.mark.parametrize("how", ["junk", "other"])
    def test_damaged_job(
        self, project: Any, jobs: list[Any], reopen: Any, caplog: Any, how: str
    ) -> None:
        """A job that cannot be read is named in one ERROR record, and the others are written."""
        healthy = current(project)
        path = Path(project.open_job({"n": 20}).init().fn("signac_statepoint.json"))
        path.write_text("junk" if how == "junk" else '{"n": 99}')
        caplog.clear()
        assert reopen().update_cache() == len(healthy)
        assert content(project) == healthy
        errors = messages(caplog, logging.ERROR)
        assert len(errors) == 1
        assert path.parent.name in errors[0]
        assert reopen().update_cache() is None

    def test_log(self, project: Any, jobs: list[Any], caplog: Any) -> None:
        """What is done is told at INFO."""
        caplog.set_level(logging.INFO, logger="signac")
        caplog.clear()
        project.update_cache()
        first = messages(caplog, logging.INFO)
        assert first[0].startswith("Update cache")
        assert first[-1].startswith("Updated cache in")
        caplog.clear()
        project.update_cache()
        assert messages(caplog, logging.INFO)[-1] == "Cache is up to date."

    def test_the_peers_file(self, project: Any, jobs: list[Any], reopen: Any) -> None:
        """A file that another program wrote, with the right ids, is up to date."""
        text = json.dumps(current(project)).encode()
        cache(project).write_bytes(gzip.compress(text, mtime=0))
        assert reopen().update_cache() is None
        assert labels(reopen().find_jobs({"a": 2})) == [2]


DAMAGES: dict[str, bytes] = {
    "empty": b"",
    "text": b"not gzip",
    "bad JSON": gzip.compress(b"{"),
    "truncated": gzip.compress(b"{}")[:-6],
    "a list": gzip.compress(b"[1, 2]"),
    "not UTF-8": gzip.compress(b'{"\xff": 1}'),
    "no mapping": gzip.compress(b'{"9bfd29df07674bc4aa960cf661b5acd2": 5}'),
    "deep": gzip.compress(b'{"a": ' * 50_000),
    "wrong ids": gzip.compress(b'{"../../x": {"a": 1}, "abc": {}}'),
}


@pytest.mark.parametrize("damage", DAMAGES)
class TestDamagedFile:
    def test_nothing_fails(
        self, project: Any, jobs: list[Any], reopen: Any, damage: str, caplog: Any
    ) -> None:
        """A damaged cache file is ignored by everything that reads."""
        project.update_cache()
        cache(project).write_bytes(DAMAGES[damage])
        where = reopen()
        assert where.open_job(id=jobs[1].id).sp.a == 1
        assert reopen().open_job(id=jobs[2].id).cached_statepoint["a"] == 2
        assert reopen().open_job({"n": 3}).id
        assert found(reopen(), {"a": 1}) == [1]
        assert found(reopen()) == [0, 1, 2, 3]
        assert len(reopen().detect_schema()) == 3
        assert len(reopen().get_neighbors()) == 4
        assert len(reopen().to_dataframe()) == 4

    def test_update(self, project: Any, jobs: list[Any], reopen: Any, damage: str) -> None:
        """`update_cache` replaces a damaged file."""
        project.update_cache()
        cache(project).write_bytes(DAMAGES[damage])
        assert reopen().update_cache() == 4
        assert content(project) == current(project)


class TestReading:
    def test_a_removed_job(self, project: Any, jobs: list[Any], reopen: Any) -> None:
        """Entries without a job are never found or counted, but can be opened by id."""
        project.update_cache()
        shutil.rmtree(jobs[1].path)
        where = reopen()
        assert found(where, {"a": 1}) == []
        assert found(where) == [0, 2, 3]
        assert len(where) == 3
        assert found(where, {"$not": {"a": 0}}) == [2, 3]
        assert set(where.detect_schema()["a"][int]) == {0, 2, 3}
        job = where.open_job(id=jobs[1].id)
        assert job not in where
        assert job.statepoint()["a"] == 1
        job.init()
        assert found(where, {"a": 1}) == found(reopen(), {"a": 1}) == [1]

    @pytest.mark.parametrize("read_before", [False, True])
    def test_wrong_entries(
        self, project: Any, jobs: list[Any], reopen: Any, read_before: bool
    ) -> None:
        """An entry that does not hash to its id is not believed."""
        entries = current(project)
        entries[jobs[1].id] = {"n": 1, "a": 99}
        entries[jobs[2].id] = entries[jobs[3].id]
        if read_before:
            assert found(reopen(), {"a": 1}) == [1]
        cache(project).write_bytes(gzip.compress(json.dumps(entries).encode()))
        where = reopen()
        assert found(where, {"a": 99}) == []
        assert found(where, {"a": 1}) == [1]
        assert found(where, {"a": 3}) == [3]
        assert where.open_job(id=jobs[1].id).sp.a == 1
        assert set(where.detect_schema()["a"][int]) == {0, 1, 2, 3}

    def test_entries_of_other_jobs(self, project: Any, jobs: list[Any], reopen: Any) -> None:
        """A file that lacks jobs, or has others, changes no answer."""
        entries = current(project)
        del entries[jobs[0].id]
        other = project.open_job({"a": 0, "n": 50})
        entries[other.id] = other.statepoint()
        cache(project).write_bytes(gzip.compress(json.dumps(entries).encode()))
        assert found(reopen(), {"a": 0}) == [0]
        assert found(reopen()) == [0, 1, 2, 3]
        assert other not in reopen()


class TestTogether:
    def test_threads(self, project: Any, jobs: list[Any]) -> None:
        """Threads that write and delete the file at once disturb nobody."""
        problems: list[BaseException] = []

        def work() -> None:
            try:
                mine = signac.get_project(project.path)
                for _ in range(5):
                    mine.update_cache()
                    cache(project).unlink(missing_ok=True)
                    assert len(signac.get_project(project.path).find_jobs({"a": 1})) == 1
            except BaseException as error:
                problems.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        project.update_cache()
        assert content(project) == current(project)

    def test_processes(self, project: Any, jobs: list[Any]) -> None:
        """Processes that make jobs and write the file at once disturb nobody."""

        def work(number: int) -> Any:
            def run() -> int:
                mine = signac.get_project(project.path)
                for step in range(5):
                    mine.open_job({"n": 100 * number + step, "a": -number}).init()
                    mine.update_cache()
                    assert set(content(mine).values().__iter__().__next__()) >= {"n"}
                return len(mine.find_jobs({"a": -number}))

            return run

        outcomes = processes.together([work(number) for number in (1, 2, 3)])
        assert [outcome.get() for outcome in outcomes] == [5, 5, 5]
        project.update_cache()
        assert content(project) == current(project)
        assert len(content(project)) == 19


def test_no_workspace(project: Any, jobs: list[Any]) -> None:
    """A project whose workspace was deleted has no jobs to keep."""
    project.update_cache()
    shutil.rmtree(project.workspace)
    assert project.update_cache() == 0
    assert content(project) == {}
