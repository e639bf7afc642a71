"""Defects of the released peer that concern search and tables, held as mended.

The number of each test is that of the list in the behaviour reference.
"""

import errno
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

import pytest

import processes
import signac
from acceptance.finding import fill, found, labels
from acceptance.support import tree

CACHE = ".signac/statepoint_cache.json.gz"


def let_others_in(path: str) -> None:
    """Make the directories above a path passable for every user, as far as the tests own them."""
    for above in pathlib.Path(path).parents:
        if str(above).startswith(tempfile.gettempdir() + os.sep):
            os.chmod(above, 0o755)


def as_another_user(function: Any) -> Any:
    """Run a function in a child that is not the superuser, and return what it returned."""

    def run() -> Any:
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        return function()

    return processes.run(run).get()


READERS: dict[str, Any] = {
    "open": lambda p: p.open_job({"n": 0, "a": 0}).statepoint(),
    "find": lambda p: labels(p.find_jobs({"a": {"$gte": 0}})),
    "find documents": lambda p: labels(p.find_jobs({"doc.x": {"$exists": False}})),
    "schema": lambda p: str(p.detect_schema()),
    "groupby": lambda p: [(key, labels(group)) for key, group in p.groupby("a")],
    "table": lambda p: sorted(p.to_dataframe()["sp.a"]),
    "neighbors": lambda p: sorted(len(keys) for keys in p.get_neighbors().values()),
    "html": lambda p: len(p._repr_html_()),
}


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"not gzip", gzip.compress(b"[")[:-4]],
    ids=["empty", "brace", "text", "truncated"],
)
@pytest.mark.parametrize("reader", READERS)
def test_17_damaged_cache_file(project: Any, reopen: Any, reader: str, damage: bytes) -> None:
    """A damaged cache file changes no answer."""
    fill(project, [{"a": n} for n in range(3)])
    expected = READERS[reader](reopen())
    pathlib.Path(project.path, CACHE).write_bytes(damage)
    assert READERS[reader](reopen()) == expected


@pytest.mark.parametrize("reader", READERS)
def test_17_stale_cache_file(project: Any, reopen: Any, reader: str) -> None:
    """A cache file of other days changes no answer."""
    jobs = fill(project, [{"a": n} for n in range(5)])
    project.update_cache()
    jobs[4].remove()
    jobs[3].sp.a = 33
    fill(project, [{"n": 7, "a": 7}])
    expected = READERS[reader](reopen())
    pathlib.Path(project.path, CACHE).unlink()
    assert READERS[reader](reopen()) == expected


def test_18_temporary_names_are_unique(project: Any) -> None:
    """Threads that update the cache at once, and delete it, never meet."""
    fill(project, [{"a": n} for n in range(20)])
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                signac.get_project(project.path).update_cache()
                pathlib.Path(project.path, CACHE).unlink(missing_ok=True)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.mark.parametrize("kind", ["link", "link to itself", "file", "directory"])
@pytest.mark.parametrize("reader", READERS)
def test_19_vanishing_jobs(project: Any, reopen: Any, reader: str, kind: str) -> None:
    """What is listed as a job and is none when it is read disturbs nobody."""
    fill(project, [{"a": n} for n in range(3)])
    expected = READERS[reader](reopen())
    name = os.path.join(project.workspace, "a" * 32)
    if kind == "link":
        os.symlink("/nowhere", name)
    elif kind == "link to itself":
        os.symlink(name, name)
    elif kind == "file":
        pathlib.Path(name).touch()
    else:
        os.mkdir(name)
    result = READERS[reader](reopen())
    assert result == expected or reader == "html"


def test_19_jobs_removed_meanwhile(project: Any) -> None:
    """Searches beside a process that makes and removes jobs never fail, and miss no other job."""
    fill(project, [{"a": n} for n in range(10)])
    stop = os.path.join(project.path, "stop")

    def churn() -> None:
        mine = signac.get_project(project.path)
        number = 0
        while not os.path.exists(stop):
            number += 1
            job = mine.open_job({"n": 1000, "a": 1000 + number % 7}).init()
            job.doc.x = number
            job.remove()

    child = processes.start(churn)
    try:
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            where = signac.get_project(project.path)
            assert found(where, {"a": {"$lt": 100}}) == list(range(10))
            assert found(where, {"doc.x": {"$exists": False}, "a": {"$lt": 100}}) == list(range(10))
            assert {0, 9} <= where.detect_schema()["a"][int]
            assert sum(len(list(group)) for _, group in where.groupby("a")) >= 10
            assert len(where.to_dataframe()) >= 10
            assert len(where.get_neighbors()) >= 10
    finally:
        pathlib.Path(stop).touch()
        child.result().get()


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os').mkdir('pwned')",
        "lambda x: __import__('os').mkdir('pwned')",
        "lambda x: open('pwned', 'w')",
        "lambda x: [c for c in ().__class__.__base__.__subclasses__()]",
    ],
)
@pytest.mark.parametrize("form", ["mapping", "words", "argument"])
def test_20_where_runs_no_code(project: Any, source: str, form: str) -> None:
    """A filter that came as text cannot run code."""
    fill(project, [{"a": 1}])
    if form == "mapping":
        query: Any = {"a.$where": source}
    elif form == "words":
        query = f"a.$where {source.replace(' ', '')}"
    else:
        query = signac.filterparse.parse_filter_arg(["a.$where", source])
    with pytest.raises(ValueError):
        list(project.find_jobs(query))
    assert not os.path.exists("pwned")


def test_21_html_is_escaped(project: Any) -> None:
    """Text from outside is never part of a page's structure."""
    evil = "<script>alert(1)</script>"
    fill(project, [{"a": evil}])
    for thing in (project.find_jobs({"a": evil}), project, project.detect_schema()):
        assert "<script" not in thing._repr_html_()


def test_22_negation_sees_documents(project: Any, reopen: Any) -> None:
    """`$not` over a document key is the complement, alone and inside other operators."""
    fill(project, [{} for _ in range(7)], [None, None, {"x": 1}])
    for where in (project, reopen()):
        assert found(where, {"$not": {"doc.x": 1}}) == [0, 1, 3, 4, 5, 6]
        assert found(where, {"$and": [{"$not": {"doc.x": 1}}]}) == [0, 1, 3, 4, 5, 6]
        assert found(where, {"$or": [{"$not": {"doc.x": 1}}, {"n": 0}]}) == [0, 1, 3, 4, 5, 6]
        assert found(where, {"$not": {"$not": {"doc.x": 1}}}) == [2]
        assert found(where, {"$not": {"$and": [{"doc.x": 1}, {"n": 2}]}}) == [0, 1, 3, 4, 5, 6]


@pytest.mark.parametrize("backwards", [False, True])
def test_23_booleans_and_integers(project: Any, reopen: Any, backwards: bool) -> None:
    """`1`, `1.0` and `True` keep their types, whatever the order in which they were written."""
    values = [1, True, 1.0, 0, False]
    order = list(reversed(range(5))) if backwards else list(range(5))
    fill(project, [{"n": n, "a": values[n]} for n in order])
    for where in (project, reopen()):
        assert found(where, {"a": {"$type": "bool"}}) == [1, 4]
        assert found(where, {"a": {"$type": "int"}}) == [0, 1, 3, 4]
        assert found(where, {"a": {"$type": "float"}}) == [2]
        assert found(where, {"a": 1}) == [0, 1, 2]
        assert found(where, {"a": {"$where": lambda x: type(x) is bool}}) == [1, 4]
        schema = where.detect_schema()
        assert {kind.__name__: len(values) for kind, values in schema["a"].items()} == {
            "int": 2,
            "bool": 2,
            "float": 1,
        }


def test_23_differences_of_booleans_and_integers(project: Any) -> None:
    """Jobs that differ in nothing but `1`, `1.0` and `True` differ."""
    for one, other in [(1, True), (1, 1.0), (0, False), ([1], [True])]:
        jobs = [project.open_job({"a": value, "k": 0}) for value in (one, other)]
        result = signac.diff_jobs(*jobs)
        assert [list(result[job.id]) for job in jobs] == [["a"], ["a"]]
        for job, value in zip(jobs, (one, other), strict=True):
            stored = result[job.id]["a"]
            if isinstance(value, list):
                value, stored = value[0], stored[0]
            assert type(stored) is type(value)


def test_23_neighbors_of_booleans_and_integers(project: Any) -> None:
    """No job is its own neighbor."""
    jobs = fill(project, [{"n": 0, "a": value} for value in (1, 1.0, True)])
    neighbors = project.get_neighbors()
    for job in jobs:
        assert job.id not in neighbors[job.id]["a"].values()
        assert neighbors[job.id]["a"]


def test_24_empty_mappings(project: Any) -> None:
    """Empty mappings can be searched for, compared, and have neighbors counted."""
    jobs = fill(project, [{"a": {}}, {"a": 1}, {"a": {"b": 1}}, {"b": {"c": {}}}])
    assert found(project, {"a": {}}) == [0]
    assert found(project, {"b": {"c": {}}}) == [3]
    assert found(project, jobs[3].statepoint()) == [3]
    assert found(project, {"$not": {"a": {}}}) == [1, 2, 3]
    assert found(project, {"a": {"$in": [{}, 1]}}) == [0, 1]
    assert signac.diff_jobs(jobs[0], jobs[1])[jobs[0].id] == {"n": 0, "a": {}}
    assert len(project.get_neighbors()) == 4


def test_24_mapping_arguments(project: Any) -> None:
    """`$eq` and `$ne` take mappings."""
    fill(project, [{"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, {"a": 5}, {}])
    assert found(project, {"a": {"$eq": {"b": 1}}}) == [0]
    assert found(project, {"a": {"$ne": {"b": 1}}}) == [1, 2]
    assert found(project, {"a.$eq": {"c": 2, "b": 1}}) == [1]


@pytest.mark.parametrize("operator", ["$lt", "$lte", "$gt", "$gte", "$near"])
@pytest.mark.parametrize("other", [None, "x", [1], {"b": 1}, {}, [[1]]], ids=repr)
def test_25_incomparable_values(project: Any, operator: str, other: Any) -> None:
    """One value that cannot be compared does not spoil a query, it does not match."""
    fill(project, [{"a": 1}, {"a": 2}, {"a": other}])
    expected = {"$lt": [], "$lte": [0], "$gt": [1], "$gte": [0, 1], "$near": [0]}[operator]
    assert found(project, {"a": {operator: 1}}) == expected
    assert 2 not in found(project, {"$not": {"a": {"$exists": True}}})


def test_25_neighbors_of_unlike_lists(project: Any) -> None:
    """Lists of unlike element types have neighbors."""
    values: list[Any] = [[1, 2], [[1], [2]], [{"x": 1}], ["a"], [None]]
    fill(project, [{"n": 0, "a": value} for value in values])
    assert sorted(len(keys["a"]) for keys in project.get_neighbors().values()) == [1, 1, 2, 2, 2]


def test_26_groupby(project: Any) -> None:
    """Nested keys and generators of keys group; a default stands only for what is missing."""
    fill(project, [{"a": n % 2, "m": {"c": n % 3}} for n in range(6)] + [{"a": 0}])

    def groups(*args: Any, **names: Any) -> Any:
        return [(key, labels(group)) for key, group in project.groupby(*args, **names)]

    assert groups("m.c") == [(0, [0, 3]), (1, [1, 4]), (2, [2, 5])]
    assert groups("m.c", default=-1) == [(-1, [6]), (0, [0, 3]), (1, [1, 4]), (2, [2, 5])]
    assert groups(key for key in ("a", "m.c")) == groups(("a", "m.c"))
    assert groups(("a", "m.c"))[0] == ((0, 0), [0])
    assert len(groups(("a", "m.c"))) == 6


def test_27_buffered_documents(project: Any, reopen: Any) -> None:
    """Filters, groups, tables and aggregates see what is buffered in this process."""
    jobs = fill(project, [{} for _ in range(4)], [{"x": 0}, {"x": 0}])
    with signac.buffered():
        jobs[0].doc.x = 1
        jobs[2].doc.x = 1
        jobs[3].doc.y = {"z": [1]}
        for where in (project, reopen()):
            assert found(where, {"doc.x": 1}) == [0, 2]
            assert found(where, {"doc.x": 0}) == [1]
            assert found(where, {"$not": {"doc.x": 1}}) == [1, 3]
            assert found(where, {"doc.y.z": [1]}) == [3]
            assert found(where, "doc.x == 1") == [0, 2]
            assert [(k, labels(g)) for k, g in where.groupby("doc.x")] == [(0, [1]), (1, [0, 2])]
            assert where.to_dataframe()["doc.x"].sum() == 2
            assert where.find_jobs().sum("doc.x") == 2
        del jobs[0].doc.x
        assert found(project, {"doc.x": 1}) == [2]
    assert found(reopen(), {"doc.x": 1}) == [2]
    assert found(reopen(), {"doc.y.z": [1]}) == [3]


def test_27_after_an_aborted_block(project: Any, reopen: Any) -> None:
    """After the block a search sees what the files hold."""
    jobs = fill(project, [{}, {}])
    with pytest.raises(ZeroDivisionError), signac.buffered():
        jobs[0].doc.x = 1
        assert found(project, {"doc.x": 1}) == [0]
        1 / 0
    on_disk = [os.path.exists(job.fn(job.FN_DOCUMENT)) for job in jobs]
    expected = [number for number, there in enumerate(on_disk) if there]
    assert found(project, {"doc.x": 1}) == found(reopen(), {"doc.x": 1}) == expected


def test_28_counting_agrees_with_iterating(project: Any) -> None:
    """`count()` is the number of jobs that the cursor gives; a new cursor agrees with `len`."""
    fill(project, [{} for _ in range(6)])
    cursor = project.find_jobs()
    assert cursor.count() == len(list(cursor)) == 6
    fill(project, [{"n": 50}])
    assert cursor.count() == len(list(cursor)) == 6
    assert project.find_jobs().count() == len(list(project.find_jobs())) == len(project) == 7


@pytest.mark.parametrize("reader", READERS)
def test_38_reading_writes_nothing_of_the_peer(project: Any, reopen: Any, reader: str) -> None:
    """Reading changes no file of the project, and writes no cache file of the peer."""

    def snapshot() -> Any:
        entries = tree(project.path)
        return {
            name: content
            for name, content in entries.items()
            if not name.startswith((".signac/index", ".signac/locks", "workspace/.signac_scratch"))
        }

    fill(project, [{"a": n} for n in range(3)], [{"x": 1}])
    before = snapshot()
    READERS[reader](reopen())
    READERS[reader](reopen())
    assert snapshot() == before
    assert not os.path.exists(os.path.join(project.path, CACHE))


@pytest.mark.parametrize("indexed", [False, True])
def test_38_a_read_only_project_answers(project: Any, indexed: bool) -> None:
    """Everything that reads works where nothing may be written, and stays fresh."""
    fill(project, [{"a": n} for n in range(3)], [{"x": 1}])
    if indexed:
        for reader in READERS.values():
            reader(signac.get_project(project.path))
    expected = {name: reader(signac.get_project(project.path)) for name, reader in READERS.items()}
    let_others_in(project.path)
    for top, directories, files in os.walk(project.path):
        for name in directories:
            os.chmod(os.path.join(top, name), 0o555)
        for name in files:
            os.chmod(os.path.join(top, name), 0o444)
    os.chmod(project.path, 0o555)

    def read() -> Any:
        assert not os.access(project.workspace, os.W_OK)
        found = {}
        for name, reader in READERS.items():
            found[name] = reader(signac.get_project(project.path))
        return found

    assert as_another_user(read) == expected
    for top, directories, _ in os.walk(project.path):
        for name in directories:
            os.chmod(os.path.join(top, name), 0o755)
    os.chmod(project.path, 0o755)
    fill(project, [{"n": 9, "a": 9}])
    assert as_another_user(lambda: found(signac.get_project(project.path), {"a": 9})) == [9]


def test_39_neighbors_grow_linearly(project: Any) -> None:
    """Two keys that are different in every job cost no more than one."""
    project.create_jobs([{"a": n, "seed": n} for n in range(800)])
    start = time.process_time()
    assert len(project.get_neighbors()) == 800
    assert time.process_time() - start < 2


def test_41_documents_that_did_not_change_are_not_read_again(project: Any, reopen: Any) -> None:
    """A second search over documents reads only those that changed."""
    jobs = fill(project, [{} for _ in range(30)], [{"x": n} for n in range(30)])
    old = time.time() - 1000
    for job in jobs:
        os.utime(job.fn(job.FN_DOCUMENT), (old, old))
    where = reopen()
    assert found(where, {"doc.x": 7}) == [7]
    jobs[3].doc.x = 77
    assert found(where, {"doc.x": 77}) == found(reopen(), {"doc.x": 77}) == [3]
    assert found(where, {"doc.x": 3}) == found(reopen(), {"doc.x": 3}) == []
    jobs[4].remove()
    assert found(where, {"doc.x": {"$lt": 6}}) == [0, 1, 2, 5]


def test_41_abbreviated_ids(project: Any) -> None:
    """Jobs are opened by abbreviated ids, also those that others made a moment ago."""
    jobs = fill(project, [{} for _ in range(20)])
    length = project.min_len_unique_id()
    for job in jobs:
        assert project.open_job(id=job.id[:length]) == job
    new = fill(signac.get_project(project.path), [{"n": 77}])[0]
    assert project.open_job(id=new.id[:20]) == new
    new.remove()
    with pytest.raises(KeyError):
        project.open_job(id=new.id[:20])
    with pytest.raises(LookupError):
        for job in jobs:
            project.open_job(id=job.id[: length - 1])


def test_42_empty_words() -> None:
    """Empty words on the command line are no bare `IndexError`."""
    for words in (["a", ""], ["", "1"], ["a", "1", ""]):
        try:
            result = str(signac.filterparse.parse_filter_arg(words))
        except ValueError as error:
            result = str(error)
        assert "range" not in result
        assert "empty" in result or "''" in result


def test_42_a_list_as_filter(project: Any) -> None:
    """A JSON list in the place of a filter is an error that says so."""
    fill(project, [{"a": 1}])
    for arguments in (["[1]"], ["[1, 2]"], ['["a"]']):
        with pytest.raises((ValueError, TypeError)) as caught:
            list(project.find_jobs(signac.filterparse.parse_filter_arg(arguments)))
        assert str(caught.value).strip()
        assert "attribute" not in str(caught.value)


@pytest.mark.parametrize("what", ["segment", "all", "truncated", "junk", "directory"])
def test_the_index_is_disposable(project: Any, reopen: Any, what: str) -> None:
    """Deleting, truncating or damaging what the library keeps changes no answer."""
    jobs = fill(
        project, [{"a": n % 5, "s": str(n)} for n in range(40)], [{"x": n} for n in range(9)]
    )
    queries: list[Any] = [
        {"a": 3},
        {"s": {"$regex": "^1"}},
        {"doc.x": {"$gt": 4}},
        {"$not": {"doc.x": 3}},
        None,
    ]
    for _ in range(2):
        expected = [found(reopen(), query) for query in queries]
    index = pathlib.Path(project.path, ".signac", "index")
    files = [path for path in index.rglob("*") if path.is_file()] if index.exists() else []
    if what == "all":
        shutil.rmtree(index, ignore_errors=True)
    for path in files[:1] if what == "segment" else files:
        if what == "segment":
            path.unlink()
        elif what == "truncated":
            os.truncate(path, path.stat().st_size // 2)
        elif what == "junk":
            data = bytearray(path.read_bytes())
            data[len(data) // 3 : len(data) // 3 + 50] = os.urandom(50)
            path.write_bytes(data)
        elif what == "directory":
            path.unlink()
            path.mkdir()
    assert [found(reopen(), query) for query in queries] == expected
    assert [found(project, query) for query in queries] == expected
    jobs[0].remove()
    fill(project, [{"n": 99, "a": 3}])
    assert found(reopen(), {"a": 3}) == sorted([n for n in range(1, 40) if n % 5 == 3] + [99])


def test_a_full_disk_does_not_stop_a_search(project: Any, reopen: Any) -> None:
    """Where nothing more can be written, searches answer all the same."""
    from signac._core import faults

    fill(project, [{"a": n} for n in range(10)], [{"x": 1}])

    def full(number: int, operation: str, path: str, size: int | None) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    expected = {name: reader(reopen()) for name, reader in READERS.items()}
    shutil.rmtree(os.path.join(project.path, ".signac", "index"), ignore_errors=True)
    with faults.injecting(full):
        for name, reader in READERS.items():
            assert reader(reopen()) == expected[name], name


def test_json_of_the_peer_cache_stays_readable(project: Any, reopen: Any) -> None:
    """What `update_cache` writes holds every state point, after searches and without them."""
    fill(project, [{"a": n, "b": [1.0, 1, True]} for n in range(5)])
    found(reopen(), {"a": 1})
    reopen().update_cache()
    data = gzip.decompress(pathlib.Path(project.path, CACHE).read_bytes())
    assert json.loads(data) == {job.id: job.statepoint() for job in project}
    assert b"[1.0, 1, true]" in data or b"[1.0,1,true]" in data


def test_a_damaged_job_does_not_stop_update_cache(project: Any, reopen: Any, caplog: Any) -> None:
    """`update_cache` writes the healthy jobs, and says in the log which ones are damaged."""
    jobs = fill(project, [{"a": n} for n in range(3)])
    pathlib.Path(jobs[1].fn("signac_statepoint.json")).write_text("junk")
    caplog.clear()
    assert reopen().update_cache() == 2
    assert any(jobs[1].id in record.getMessage() for record in caplog.records)


def test_a_search_needs_no_heavy_package(project: Any) -> None:
    """A search in a new process loads nothing that costs milliseconds to import."""
    fill(project, [{"a": n, "s": "x"} for n in range(3)], [{"x": 1}])
    code = (
        "import sys, signac\n"
        "p = signac.get_project(sys.argv[1])\n"
        "assert len(p.find_jobs({'a': {'$lt': 2}, 's': {'$in': ['x']}})) == 2\n"
        "assert len(p.find_jobs({'doc.x': 1})) == 1\n"
        "heavy = {'numpy', 'pandas', 'h5py', 'rich', 'dataclasses', 'difflib', 'html'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, project.path], check=True)
