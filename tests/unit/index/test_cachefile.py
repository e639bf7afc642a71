"""The cache file of the released signac: written on request, read where it helps."""

import gzip
import json
import os
import random
import sys
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

import signac
from rawcheck import STATEPOINT, id_of
from signac._engine import cachefile
from signac._engine.jobstate import home_of
from signac._index import catalog
from signac._index import manifest as manifests
from unit.index.conftest import JOBS
from unit.index.planting import INDEX, index_files, plant, uproot

ODD: list[Any] = [
    1,
    1.0,
    True,
    None,
    -0.0,
    float("inf"),
    10**30,
    "\ud800",
    "\u00e9\n",
    [],
    {},
    [{}],
]


def cache_of(path: str) -> Path:
    return Path(path, ".signac", "statepoint_cache.json.gz")


def content(path: str) -> Any:
    return json.loads(gzip.decompress(cache_of(path).read_bytes()))


def write_cache(path: str, entries: Any) -> None:
    cache_of(path).write_bytes(gzip.compress(json.dumps(entries).encode()))


def test_the_bytes(project: Any) -> None:
    """The file is one JSON object in gzip, in the order of the ids, with types as stored."""
    ids = plant(project.path, [{"v": value, "n": n} for n, value in enumerate(ODD)])
    assert project.update_cache() == len(ODD)
    data = cache_of(project.path).read_bytes()
    assert data[:3] == b"\x1f\x8b\x08"
    text = gzip.decompress(data).decode("ascii")
    pairs = json.loads(text, object_pairs_hook=lambda pairs: pairs)
    assert [key for key, _ in pairs] == sorted(ids)
    for job_id in ids:
        stored = Path(project.workspace, job_id, STATEPOINT).read_text()
        assert f'"{job_id}": {stored}' in text
    assert json.dumps(json.loads(text)) == text
    assert os.listdir(Path(project.path, ".signac")).count("statepoint_cache.json.gz") == 1


@pytest.mark.parametrize("jobs", [0, 1, 31, 32])
def test_sizes(project: Any, jobs: int) -> None:
    """Projects without jobs, with one, and those with and without an index have the same file."""
    ids = plant(project.path, [{"n": n} for n in range(jobs)])
    assert project.update_cache() == jobs
    assert sorted(content(project.path)) == sorted(ids)
    assert project.update_cache() == (None if jobs else 0)


def test_many_jobs() -> None:
    """State points that are compressed in several pieces make one object."""
    texts = [b'{"n": %d}' % n for n in range(12_345)]
    ids = [md5(text).hexdigest() for text in texts]
    found = json.loads(gzip.decompress(cachefile._encode(ids, iter(texts))))
    assert found == dict(zip(ids, map(json.loads, texts), strict=True))


def test_up_to_date(planted: Any) -> None:
    """A file that is right is not written again, by a new process neither."""
    assert planted.update_cache() == JOBS
    status = os.stat(cache_of(planted.path))
    for project in (planted, signac.Project(planted.path)):
        assert project.update_cache() is None
    after = os.stat(cache_of(planted.path))
    assert (after.st_ino, after.st_mtime_ns) == (status.st_ino, status.st_mtime_ns)


def test_another_programs_file(planted: Any) -> None:
    """A right file that another program wrote, in another order, is left as it is."""
    found = {job.id: job.sp() for job in planted.find_jobs()}
    draw = random.Random(1)
    write_cache(planted.path, dict(draw.sample(list(found.items()), len(found))))
    data = cache_of(planted.path).read_bytes()
    for project in (planted, signac.Project(planted.path)):
        assert project.update_cache() is None
    assert cache_of(planted.path).read_bytes() == data


def swap(entries: dict[str, Any]) -> None:
    first, second = list(entries)[:2]
    entries[first], entries[second] = entries[second], entries[first]


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.popitem(),
        lambda entries: entries.update({"0" * 32: {"n": -1}}),
        swap,
        lambda entries: entries.update(dict.fromkeys(list(entries)[:1], None)),
        lambda entries: entries.clear(),
    ],
    ids=["one less", "one more", "swapped", "no mapping", "empty"],
)
def test_wrong_files_are_replaced(planted: Any, change: Callable[[Any], Any]) -> None:
    """A file that lacks a job, has another, or a wrong entry, is written anew."""
    assert planted.update_cache() == JOBS
    right = content(planted.path)
    wrong = dict(right)
    change(wrong)
    for project in (planted, signac.Project(planted.path)):
        write_cache(planted.path, wrong)
        assert project.update_cache() == JOBS
        assert content(planted.path) == right


@pytest.mark.parametrize("length", [0, 1, 5, 20, -1, -9])
def test_cut_files_are_replaced(planted: Any, length: int) -> None:
    """A file that was cut short is written anew."""
    assert planted.update_cache() == JOBS
    right = content(planted.path)
    for project in (planted, signac.Project(planted.path)):
        data = cache_of(planted.path).read_bytes()
        cache_of(planted.path).write_bytes(data[:length])
        assert project.update_cache() == JOBS
        assert content(planted.path) == right


def test_jobs_that_come_and_go(planted: Any) -> None:
    """The file follows additions and removals."""
    assert planted.update_cache() == JOBS
    (added,) = plant(planted.path, [{"n": 5000}])
    assert planted.update_cache() == JOBS + 1
    assert added in content(planted.path)
    uproot(planted.path, [added])
    assert signac.Project(planted.path).update_cache() == JOBS
    assert added not in content(planted.path)


def test_the_manifest_remembers_it(reopen: Callable[[], Any], resting: str) -> None:
    """That the file is right is kept in the index: it is not decompressed to know it again."""
    assert reopen().update_cache() == JOBS
    found = manifests.load(os.path.join(resting, INDEX), None)
    assert found is not None
    file, ids = found[0].cache
    assert file == md5(cache_of(resting).read_bytes()).hexdigest()
    assert ids == md5("".join(sorted(content(resting))).encode()).hexdigest()
    for path in index_files(resting):
        os.unlink(path)
    assert reopen().update_cache() is None


class TestPreferred:
    """The file is read instead of the state points where they come slowly from the disk."""

    def test_when_asked(self, planted: Any) -> None:
        """With `prefer_cache` state points are those of the file, and the files are not opened."""
        planted.update_cache()
        opened = self.opened(planted.path, prefer=True)
        assert opened == (JOBS, 0)
        assert self.opened(planted.path, prefer=False) == (JOBS, JOBS)

    def test_wrong_entries(self, planted: Any) -> None:
        """An entry counts only if it hashes to its id; what the file lacks is read."""
        planted.update_cache()
        entries = content(planted.path)
        names = sorted(entries)
        entries[names[0]] = {"n": "poison"}
        entries[names[1]], entries[names[2]] = entries[names[2]], entries[names[1]]
        del entries[names[3]]
        entries[names[4]] = "no mapping"
        entries["f" * 32] = {"n": "stranger"}
        write_cache(planted.path, entries)
        assert self.opened(planted.path, prefer=True) == (JOBS, 5)
        found = {job.id: job.sp() for job in signac.Project(planted.path).find_jobs()}
        assert all(id_of(statepoint) == job_id for job_id, statepoint in found.items())
        assert (
            signac.Project(planted.path).find_jobs({"n": {"$in": ["poison", "stranger"]}}).count()
            == 0
        )

    def test_slow_disks(self, planted: Any, monkeypatch: Any) -> None:
        """After a first batch that took too long, the rest is taken from the file."""
        monkeypatch.setattr(catalog, "_BATCH", 20)
        planted.update_cache()
        monkeypatch.setattr(catalog, "_SLOW_READ", 10.0)
        assert self.opened(planted.path, prefer=False) == (JOBS, JOBS)
        monkeypatch.setattr(catalog, "_SLOW_READ", -1.0)
        assert self.opened(planted.path, prefer=False) == (JOBS, 20)

    def test_damaged_state_points(self, planted: Any, caplog: Any) -> None:
        """A state point that cannot be read is taken from the file, which proves itself."""
        planted.update_cache()
        lost = sorted(content(planted.path))[:3]
        for job_id in lost:
            Path(planted.workspace, job_id, STATEPOINT).write_bytes(b"")
        for path in index_files(planted.path):
            os.unlink(path)
        caplog.clear()
        told = signac.Project(planted.path).find_jobs({"n": {"$gte": 0}}).explain()
        assert (told.found, told.damaged) == (JOBS, [])

    @staticmethod
    def opened(path: str, *, prefer: bool) -> tuple[int, int]:
        """Search without an index; return jobs found and state point files read."""
        for file in index_files(path):
            os.unlink(file)
        project = signac.Project(path)
        names: list[str] = []
        watching = [True]

        def hook(event: str, args: Any) -> None:
            if watching and event == "open" and str(args[0]).endswith(STATEPOINT):
                names.append(str(args[0]))

        sys.addaudithook(hook)
        if prefer:
            home_of(project).prefer_cache()
        told = project.find_jobs({"n": {"$gte": 0}}).explain()
        watching.clear()
        assert told.statepoints_read == JOBS
        return told.found, len(names)


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b", b"text", gzip.compress(b"[1]", mtime=0)])
def test_damaged_files_are_ignored(planted: Any, damage: bytes, caplog: Any) -> None:
    """A file that cannot be read has no say, where it is preferred too."""
    cache_of(planted.path).write_bytes(damage)
    project = signac.Project(planted.path)
    home_of(project).prefer_cache()
    assert project.find_jobs({"n": {"$gte": 0}}).count() == JOBS
