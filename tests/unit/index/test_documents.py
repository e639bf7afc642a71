"""Documents in the index: each is looked at, and read if and only if its stamp changed."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import processes
import signac
from signac._index import manifest as manifests
from signac._index.documents import NEVER
from unit.index.conftest import JOBS, SETTLING
from unit.index.planting import INDEX, document_of, index_files, rewrite, uproot

DAY = 86400 * 10**9


def looked(project: Any, query: Any) -> tuple[int, int, int]:
    """Return how many jobs were found, documents looked at, and documents read."""
    told = project.find_jobs(query).explain()
    return told.found, told.documents_examined, told.documents_read


def entries(path: str) -> list[Any]:
    """Return what the manifest of a project says of its parts."""
    found = manifests.load(os.path.join(path, INDEX), None)
    assert found is not None
    return list(found[0].parts)


def id_of_n(project: Any, number: int) -> str:
    return str(project.find_jobs({"n": number}).one().id)


def test_read_once(reopen: Callable[[], Any]) -> None:
    """Documents at rest are read once, and after that only looked at, also by new processes."""
    query = {"doc.x": {"$gte": JOBS - 4}}
    project = reopen()
    assert looked(project, query) == (4, JOBS, JOBS)
    for again in (project, project, reopen()):
        assert looked(again, query) == (4, JOBS, 0)
    assert processes.run(lambda: looked(reopen(), query)).get() == (4, JOBS, 0)


def test_only_those_that_matter(reopen: Callable[[], Any]) -> None:
    """Only documents of jobs that the rest of a filter leaves are looked at, in any writing."""
    project = reopen()
    assert looked(project, {"a": 3, "doc.x": {"$gt": 30}}) == (6, 10, 10)
    assert looked(reopen(), {"doc.x": {"$gt": 30}, "a": 3}) == (6, 10, 0)
    assert looked(project, {"$and": [{"doc.x": {"$gt": 30}}, {"a": 3}]}) == (6, 10, 0)
    assert looked(project, {"$or": [{"a": 3}, {"doc.x": 4}]})[1] == JOBS - 10
    assert looked(project, {"a": 999, "doc.x": 4})[1:] == (0, 0)
    assert looked(project, {"a": 3}) == (10, 0, 0)
    assert looked(project, {"$not": {"doc.x": 0}, "n": {"$lt": 10}})[1] == 10


def rename_over(path: str) -> None:
    Path(path + "~").write_text('{"x": 7777}')
    os.replace(path + "~", path)


CHANGES: dict[str, Callable[[str], Any]] = {
    "in place": lambda path: Path(path).write_text('{"x": 7777}'),
    "same size": lambda path: Path(path).write_text(Path(path).read_text().replace("5", "9")),
    "touched": os.utime,
    "renamed over": rename_over,
    "mode": lambda path: os.chmod(path, 0o640),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed(reopen: Callable[[], Any], resting: str, change: str) -> None:
    """A document whose stamp changed in any part is read again, and no other."""
    query = {"doc.x": {"$in": [55, 99, 7777]}}
    kept = reopen()
    assert looked(kept, query) == (1, JOBS, JOBS)
    path = document_of(resting, id_of_n(kept, 55))
    status = os.stat(path)
    CHANGES[change](path)
    if change not in ("touched", "mode"):
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as rsync -t would
    for project in (kept, reopen()):
        assert looked(project, query) == (1, JOBS, 1)
        expected = 99 if change == "same size" else 55 if change in ("touched", "mode") else 7777
        assert project.find_jobs(query).distinct("doc.x") == [expected]


def test_removed_and_made_again(reopen: Callable[[], Any], resting: str) -> None:
    """A document that is gone is seen as empty at once, and one that came back is read."""
    query = {"doc.x": {"$lt": 3}}
    kept = reopen()
    assert looked(kept, query)[0] == 3
    job_id = id_of_n(kept, 1)
    os.unlink(document_of(resting, job_id))
    for project in (kept, reopen()):
        assert looked(project, query) == (2, JOBS, 0)
        assert looked(project, {"doc.x.$exists": False}) == (1, JOBS, 0)
    rewrite(resting, job_id, {"x": 2.5})
    for project in (kept, reopen()):
        assert looked(project, query) == (3, JOBS, 1)


def test_young_stamps_are_not_believed(planted: Any) -> None:
    """What was read within two seconds of its change is read again each time."""
    began = time.monotonic()
    for project in (planted, planted, signac.Project(planted.path)):
        told = looked(project, {"doc.x": {"$gte": JOBS - 4}})
        if time.monotonic() - began < 1.9:
            assert told == (4, JOBS, JOBS)
    for entry in entries(planted.path):
        if entry.documents is not None and time.monotonic() - began < 1.9:
            name = os.path.join(planted.path, INDEX, entry.documents)
            assert NEVER in Path(name).read_bytes()


@pytest.mark.parametrize("days", [-400, 0.001, 3])
def test_times_that_were_set(reopen: Callable[[], Any], resting: str, days: float) -> None:
    """Modification times of last year, or of the future, make no stamp older than it is."""
    kept = reopen()
    some = [id_of_n(kept, n) for n in range(10)]
    then = time.time_ns() + int(days * DAY)
    for job_id in some:
        os.utime(document_of(resting, job_id), ns=(then, then))
    query = {"doc.x": {"$lt": 100}}
    assert looked(kept, query) == (JOBS, JOBS, JOBS)
    for number, job_id in enumerate(some):
        path = document_of(resting, job_id)
        # Same size, same inode, same time of modification: only the status time tells.
        with open(path, "r+") as file:
            text = file.read().replace(f'"x": {number}', '"x": 9' if number else '"x": 5')
            file.seek(0)
            file.write(text)
        os.utime(path, ns=(then, then))
    for project in (kept, reopen()):
        assert looked(project, query) == (JOBS, JOBS, 10)
        assert project.find_jobs({"n": {"$lt": 10}}).distinct("doc.x") == [5, 9]


def test_a_patch_and_a_base(reopen: Callable[[], Any], resting: str) -> None:
    """What changed is kept beside what did not, and a new process reads neither."""
    query = {"doc.x": {"$gte": 1000}}
    first = reopen()
    assert looked(first, query) == (0, JOBS, JOBS)
    (entry,) = entries(resting)
    assert entry.documents is not None
    assert entry.patch is None
    for number in range(6):
        rewrite(resting, id_of_n(first, number), {"x": 1000 + number, "new": {"k": number}})
    assert looked(first, query) == (6, JOBS, 6)
    time.sleep(SETTLING)
    assert looked(first, query) == (6, JOBS, 6)
    (patched,) = entries(resting)
    assert patched.documents == entry.documents
    assert patched.patch is not None
    for project in (first, reopen()):
        assert looked(project, query) == (6, JOBS, 0)
        assert project.find_jobs({"doc.new.k": {"$gte": 4}}).distinct("n") == [4, 5]
        assert project.find_jobs({"doc.x": {"$lt": 6}}).count() == 0
    assert processes.run(lambda: looked(reopen(), query)).get() == (6, JOBS, 0)
    # The patch goes with its row when the jobs of the segment change.
    uproot(resting, [id_of_n(first, 0), id_of_n(first, 40)])
    for project in (first, reopen()):
        assert looked(project, query) == (5, JOBS - 2, 0)


def test_many_changes_make_a_new_base(reopen: Callable[[], Any], resting: str) -> None:
    """When most documents changed they are written anew; the old files are removed."""
    project = reopen()
    assert looked(project, {"doc.x": 1}) == (1, JOBS, JOBS)
    (entry,) = entries(resting)
    for number in range(70):
        rewrite(resting, id_of_n(project, number), {"x": "changed"})
    time.sleep(SETTLING)
    for some, read in ((project, 70), (project, 0), (reopen(), 0)):
        assert looked(some, {"doc.x": "changed"}) == (70, JOBS, read)
        assert some.find_jobs({"doc.x": {"$gte": 0}}).count() == JOBS - 70
    (after,) = entries(resting)
    assert after.segment == entry.segment
    assert after.documents not in (None, entry.documents)
    assert after.patch is None
    kept = {os.path.basename(path) for path in index_files(resting, ".seg")}
    assert kept == {after.segment, after.documents}


def test_lost_or_damaged_files_of_documents(reopen: Callable[[], Any], resting: str) -> None:
    """Without its file of documents, or with a damaged one, the index reads them again."""
    query = {"doc.m.y": 3}
    assert looked(reopen(), query)[0] == 20
    for damage in (os.unlink, lambda path: os.truncate(path, 50), flip):
        (entry,) = entries(resting)
        damage(os.path.join(resting, INDEX, entry.documents))
        assert looked(reopen(), query) == (20, JOBS, JOBS)
        assert looked(reopen(), query) == (20, JOBS, 0)


def flip(path: str) -> None:
    with open(path, "r+b") as file:
        data = file.read()
        file.seek(0)
        file.write(data[:9] + bytes([data[9] ^ 1]) + data[10:])


def test_damaged_documents(reopen: Callable[[], Any], resting: str, caplog: Any) -> None:
    """A document that cannot be read leaves its job out, until it is mended; it is never kept."""
    kept = reopen()
    assert looked(kept, {"doc.x": {"$lt": 5}})[0] == 5
    ids = {job_id: n for n in range(3) for job_id in [id_of_n(kept, n)]}
    bad, dotted, directory = ids
    Path(document_of(resting, bad)).write_bytes(b'{"x": ')
    rewrite(resting, dotted, {"x": 1, "a.b": 2})
    os.unlink(document_of(resting, directory))
    os.mkdir(document_of(resting, directory))
    for project in (kept, reopen(), reopen()):
        caplog.clear()
        told = project.find_jobs({"doc.x": {"$lt": 5}}).explain()
        assert told.found == 2
        assert told.damaged == sorted(ids)
        errors = [record for record in caplog.records if record.levelname == "ERROR"]
        assert len(errors) <= 1
        assert project.find_jobs({"n": {"$lt": 5}}).count() == 5
    os.rmdir(document_of(resting, directory))
    for job_id, number in ids.items():
        rewrite(resting, job_id, {"x": number})
    for project in (kept, reopen()):
        assert looked(project, {"doc.x": {"$lt": 5}})[0] == 5


def test_empty_documents(reopen: Callable[[], Any], resting: str) -> None:
    """An empty mapping is a document without keys, as no document is."""
    kept = reopen()
    assert looked(kept, {"doc.x": {"$exists": True}})[0] == JOBS
    os.unlink(document_of(resting, id_of_n(kept, 1)))
    rewrite(resting, id_of_n(kept, 2), {})
    for project in (kept, reopen()):
        assert project.find_jobs({"doc.x": {"$exists": True}}).count() == JOBS - 2
        assert project.find_jobs({"doc.x": {"$exists": False}}).distinct("n") == [1, 2]


def test_buffered_documents(reopen: Callable[[], Any], resting: str) -> None:
    """What this process buffers is what its own searches see."""
    project = reopen()
    query = {"doc.x": "buffered"}
    assert looked(project, query)[0] == 0
    job = project.open_job(id=id_of_n(project, 5))
    with signac.buffered():
        job.doc.x = "buffered"
        assert looked(project, query) == (1, JOBS - 1, 0)
        assert project.find_jobs(query).distinct("n") == [5]
        assert project.find_jobs({"doc.x": 5}).count() == 0
        assert looked(reopen(), query)[0] == 1
        job.doc.clear()
        assert project.find_jobs({"doc.x.$exists": False}).distinct("n") == [5]
        job.doc.x = "buffered"
    child = processes.start(lambda: looked(reopen(), query)[0])
    assert child.result().get() == 1
    assert looked(project, query) == (1, JOBS, 1)


def test_other_processes_do_not_see_buffers(reopen: Callable[[], Any], resting: str) -> None:
    """A buffered write is no fact: it is never written into the index."""
    project = reopen()
    assert looked(project, {"doc.x": 5})[0] == 1
    job = project.open_job(id=id_of_n(project, 5))
    with signac.buffered():
        job.doc.x = "not yet"
        for _ in range(3):
            assert looked(project, {"doc.x": "not yet"})[0] == 1
        data = b"".join(Path(path).read_bytes() for path in index_files(resting))
        assert b"not yet" not in data
        job.doc.x = 5
    assert reopen().find_jobs({"doc.x": 5}).count() == 1


def test_a_selection_keeps_what_it_saw(reopen: Callable[[], Any], resting: str) -> None:
    """Each question sees documents as they are when it is asked, in one state for all its parts."""
    project = reopen()
    cursor = project.find_jobs({"n": {"$lt": 8}})
    assert cursor.sum("doc.x") == sum(range(8))
    rewrite(resting, id_of_n(project, 7), {"x": 1000})
    assert cursor.max("doc.x") == 1000
    pytest.importorskip("pandas")
    assert list(cursor.to_dataframe()["doc.x"].sort_values()) == [*range(7), 1000]
