"""Buffered mode."""

import json
import os
import pathlib
import threading
from typing import Any

import pytest

import signac
from acceptance.support import DOCUMENT, STATE_POINT, assert_says, read_json, write_json
from signac import JSONDict
from signac.errors import BufferedError, BufferException, MetadataError

MIB32 = 32 * 2**20


@pytest.fixture(autouse=True)
def _clean_buffer() -> Any:
    """Hold that every test leaves the buffer as it found it."""
    assert signac.get_buffer_capacity() == MIB32
    assert signac.get_current_buffer_size() == 0
    yield
    assert not signac.is_buffered()
    assert signac.get_current_buffer_size() == 0
    signac.set_buffer_capacity(MIB32)


def make(path: Any, content: Any) -> Any:
    write_json(content, path)
    return JSONDict(str(path))


def test_is_buffered() -> None:
    """`is_buffered` tells whether a global context is active; contexts nest."""
    assert not signac.is_buffered()
    with signac.buffered() as target:
        assert target is None
        assert signac.is_buffered()
        with signac.buffered():
            assert signac.is_buffered()
        assert signac.is_buffered()
    assert not signac.is_buffered()


def test_context_object_is_true_inside() -> None:
    """`bool(signac.buffered())` tells the state and does not change it."""
    assert not signac.buffered()
    with signac.buffered():
        assert signac.buffered()
    assert not signac.buffered()
    assert not signac.is_buffered()


def test_writes_are_deferred(document: Any, filename: str) -> None:
    """Inside, values are visible and the file is unchanged; after, they are in the file."""
    document.a = 0
    with signac.buffered():
        document.a = 1
        document.n = {"l": [1]}
        document.n.l.append(2)
        assert document() == {"a": 1, "n": {"l": [1, 2]}}
        assert read_json(filename) == {"a": 0}
    assert read_json(filename) == {"a": 1, "n": {"l": [1, 2]}}
    assert document() == {"a": 1, "n": {"l": [1, 2]}}


def test_new_file(document: Any, filename: str) -> None:
    """A file that did not exist appears at the end."""
    with signac.buffered():
        document.a = 1
        assert not os.path.exists(filename)
    assert read_json(filename) == {"a": 1}


def test_first_load_inside_keeps_old_keys(document: Any, filename: str) -> None:
    """A document first touched inside, by a write, keeps the keys that the file had."""
    write_json({"old": {"x": 1}}, filename)
    with signac.buffered():
        document["new"] = 2
        assert document() == {"old": {"x": 1}, "new": 2}
    assert read_json(filename) == {"old": {"x": 1}, "new": 2}


def test_unmodified_files_are_not_written(tmp_path: Any) -> None:
    """What was read, or changed and changed back, is not written."""
    document = make(tmp_path / "d.json", {"a": 0})
    before = os.stat(document.filename)
    with signac.buffered():
        assert document.a == 0
    with signac.buffered():
        document.a = 1
        document.a = 0
    after = os.stat(document.filename)
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_size(tmp_path: Any) -> None:
    """The size is that of the JSON text held, of documents loaded or changed."""
    document = make(tmp_path / "d.json", {"a": 0})
    other = make(tmp_path / "e.json", {"b": [1, 2]})
    with signac.buffered():
        assert signac.get_current_buffer_size() == 0
        document()
        assert signac.get_current_buffer_size() == len('{"a": 0}')
        other()
        assert signac.get_current_buffer_size() == len('{"a": 0}') + len('{"b": [1, 2]}')
        document.a = 10
        assert signac.get_current_buffer_size() == len('{"a": 10}') + len('{"b": [1, 2]}')
    assert signac.get_current_buffer_size() == 0


def test_capacity() -> None:
    """The capacity of a block is visible inside, inherited by inner blocks, and restored."""
    with signac.buffered(buffer_capacity=100):
        assert signac.get_buffer_capacity() == 100
        with signac.buffered():
            assert signac.get_buffer_capacity() == 100
            with signac.buffered(50):
                assert signac.get_buffer_capacity() == 50
            assert signac.get_buffer_capacity() == 100
        assert signac.get_buffer_capacity() == 100
    assert signac.get_buffer_capacity() == MIB32


def test_capacity_is_restored_after_an_exception() -> None:
    """An exception in the block restores the capacity too."""
    with pytest.raises(ZeroDivisionError), signac.buffered(buffer_capacity=100):
        1 / 0
    assert signac.get_buffer_capacity() == MIB32


def test_exceeding_the_capacity_flushes(tmp_path: Any) -> None:
    """When the size exceeds the capacity everything is flushed, and buffering goes on."""
    document = make(tmp_path / "d.json", {})
    text = json.dumps({"a": "x" * 20})
    with signac.buffered(buffer_capacity=len(text)):
        document.a = "x" * 20
        assert signac.get_current_buffer_size() == len(text)
        assert read_json(document.filename) == {}
        document.a = "x" * 21
        assert signac.get_current_buffer_size() == 0
        assert read_json(document.filename) == {"a": "x" * 21}
        assert signac.is_buffered()
        document.a = 1
        assert read_json(document.filename) == {"a": "x" * 21}
    assert read_json(document.filename) == {"a": 1}


def test_capacity_zero_writes_through(document: Any, filename: str) -> None:
    """With capacity 0 every write goes to the file."""
    with signac.buffered(buffer_capacity=0):
        document.a = 1
        assert read_json(filename) == {"a": 1}
        document.a = 2
        assert read_json(filename) == {"a": 2}


def test_lowering_the_capacity_flushes(document: Any, filename: str) -> None:
    """Lowering the capacity below the size flushes at once."""
    with signac.buffered():
        document.a = "x" * 100
        signac.set_buffer_capacity(10)
        assert signac.get_buffer_capacity() == 10
        assert read_json(filename) == {"a": "x" * 100}
        assert signac.get_current_buffer_size() == 0
    assert document.a == "x" * 100


def test_inner_exit_does_not_flush(document: Any, filename: str) -> None:
    """The end of an inner block does not flush what an outer one covers."""
    document.a = 0
    with signac.buffered():
        with signac.buffered():
            document.a = 1
        assert read_json(filename) == {"a": 0}
        assert document.a == 1
        document.b = 2
    assert read_json(filename) == {"a": 1, "b": 2}


def test_objects_share_the_buffer(filename: str) -> None:
    """Objects on one file name share the buffered content."""
    first, second = JSONDict(filename), JSONDict(filename)
    with signac.buffered():
        first.a = 1
        assert second.a == 1
        second.n = {"x": 1}
        assert first.n.x == 1
        first.n.x = 2
        assert second() == {"a": 1, "n": {"x": 2}}
        assert not os.path.exists(filename)
    assert read_json(filename) == {"a": 1, "n": {"x": 2}}
    assert first() == second() == {"a": 1, "n": {"x": 2}}


def test_two_handles_of_one_job(project: Any, job: Any) -> None:
    """Two handles of a job are consistent inside and after."""
    other = project.open_job(id=job.id)
    job.doc.a = 1
    with signac.buffered():
        assert other.doc.a == 1
        job.doc.a = 2
        assert other.doc.a == 2
        other.doc.b = 3
        assert job.doc() == {"a": 2, "b": 3}
    assert job.doc() == other.doc() == {"a": 2, "b": 3} == read_json(job.path, DOCUMENT)


def test_nested_values_after_exit(document: Any, filename: str) -> None:
    """Nested containers are live after the block, and the same objects."""
    document.n = {"l": [{"x": 1}]}
    held = document.n, document.n.l, document.n.l[0]
    with signac.buffered():
        document.n.l[0].x = 2
        document.n.l.append(3)
        assert document.n is held[0]
    assert (document.n, document.n.l, document.n.l[0]) == held
    assert document.n is held[0]
    assert document.n.l is held[1]
    assert document.n() == {"l": [{"x": 2}, 3]}
    held[2].x = 5
    assert read_json(filename) == {"n": {"l": [{"x": 5}, 3]}}


def test_exception_in_the_block_still_flushes(document: Any, filename: str) -> None:
    """An exception inside the block propagates and the changes are written."""
    with pytest.raises(ZeroDivisionError), signac.buffered():
        document.a = 1
        1 / 0
    assert read_json(filename) == {"a": 1}


@pytest.mark.parametrize("event", ["changed", "deleted", "created"])
def test_external_change_is_a_conflict(tmp_path: Any, event: str) -> None:
    """A changed document whose file changed meanwhile is reported with its values, not written."""
    path = tmp_path / "d.json"
    document = JSONDict(str(path))
    other = make(tmp_path / "e.json", {"e": 0})
    if event != "created":
        write_json({"a": 0}, path)
    with pytest.raises(BufferedError) as caught, signac.buffered():
        document.b = 1
        other.e = 1
        if event == "deleted":
            path.unlink()
        else:
            write_json({"external": True, "longer": "text"}, path)
    assert isinstance(caught.value, BufferException)
    assert isinstance(caught.value, RuntimeError)
    assert set(caught.value.files) == {str(path)}
    assert_says(caught.value, str(path))
    conflict = caught.value.files[str(path)]
    assert isinstance(conflict, MetadataError)
    assert conflict.filename == str(path)
    kept = json.loads(conflict.buffer_contents)
    assert kept == ({"b": 1} if event == "created" else {"a": 0, "b": 1})
    assert read_json(tmp_path / "e.json") == {"e": 1}
    if event == "deleted":
        assert not path.exists()
        assert document() == {}
    else:
        assert read_json(path) == {"external": True, "longer": "text"}
        assert document() == {"external": True, "longer": "text"}


def test_conflict_of_a_job_document(job: Any) -> None:
    """The conflict of a job document names its file."""
    job.doc.a = 0
    with pytest.raises(BufferedError) as caught, signac.buffered():
        job.doc.a = 1
        write_json({"external": True}, job.path, DOCUMENT)
    assert set(caught.value.files) == {job.fn(DOCUMENT)}
    assert job.doc() == {"external": True}


def test_directory_vanished(tmp_path: Any) -> None:
    """A document whose directory vanished is reported; the others are written."""
    (tmp_path / "gone").mkdir()
    lost, kept = JSONDict(str(tmp_path / "gone" / "d.json")), JSONDict(str(tmp_path / "e.json"))
    with pytest.raises(BufferedError) as caught, signac.buffered():
        lost.a = 1
        kept.a = 1
        (tmp_path / "gone").rmdir()
    assert set(caught.value.files) == {lost.filename}
    assert isinstance(caught.value.files[lost.filename], (MetadataError, OSError))
    assert read_json(tmp_path / "e.json") == {"a": 1}


def test_external_change_of_a_file_only_read(tmp_path: Any) -> None:
    """A change of a file that was only read is no conflict, and is seen after the block."""
    document = make(tmp_path / "d.json", {"a": 0})
    with signac.buffered():
        assert document.a == 0
        write_json({"a": 1, "b": "longer"}, document.filename)
        assert document.a == 0
    assert document() == {"a": 1, "b": "longer"}


def test_state_points_are_never_buffered(project: Any, job: Any) -> None:
    """State points are written at once."""
    with signac.buffered():
        job.sp.b = 1
        assert read_json(job.path, STATE_POINT) == {"a": 0, "b": 1}
        new = project.open_job({"c": 1}).init()
        assert read_json(new.path, STATE_POINT) == {"c": 1}


def test_project_documents_are_buffered(project: Any) -> None:
    """Project documents are buffered like job documents."""
    with signac.buffered():
        project.doc.a = 1
        assert not os.path.exists(project.fn(project.FN_DOCUMENT))
    assert read_json(project.fn(project.FN_DOCUMENT)) == {"a": 1}


def test_object_context(document: Any, filename: str) -> None:
    """`with doc.buffered` buffers that object only, and `is_buffered` stays false."""
    document.a = 0
    with document.buffered:
        assert not signac.is_buffered()
        document.a = 1
        document.b = 2
        assert read_json(filename) == {"a": 0}
    assert read_json(filename) == {"a": 1, "b": 2}


def test_object_context_can_be_called(document: Any, filename: str) -> None:
    """`with doc.buffered():` does the same."""
    with document.buffered():
        document.a = 1
        assert not os.path.exists(filename)
    assert read_json(filename) == {"a": 1}


def test_other_objects_are_not_affected(document: Any, tmp_path: Any) -> None:
    """Another object on another file is not buffered."""
    other = JSONDict(str(tmp_path / "other.json"))
    with document.buffered:
        other.a = 1
        assert read_json(other.filename) == {"a": 1}
    document.a = 1


def test_unbuffered_twin_reads_the_file(filename: str) -> None:
    """An unbuffered object on the same file does not see buffered changes."""
    document, twin = JSONDict(filename), JSONDict(filename)
    document.a = 0
    with document.buffered:
        document.a = 1
        assert twin.a == 0
        assert document.a == 1
    assert twin.a == 1


def test_unbuffered_twin_writes_after_the_load(filename: str) -> None:
    """A write of an unbuffered twin after the buffered load is a conflict."""
    document, twin = JSONDict(filename), JSONDict(filename)
    document.a = 0
    with pytest.raises(MetadataError) as caught, document.buffered:
        document.a = 1
        twin.b = "written"
    assert isinstance(caught.value, BufferException)
    assert caught.value.filename == filename
    assert json.loads(caught.value.buffer_contents) == {"a": 1}
    assert_says(caught.value, filename)
    assert read_json(filename) == {"a": 0, "b": "written"}
    assert document() == {"a": 0, "b": "written"}


def test_unbuffered_twin_writes_before_the_load(filename: str) -> None:
    """A write of an unbuffered twin before the first buffered access is simply read."""
    document, twin = JSONDict(filename), JSONDict(filename)
    document.a = 0
    with document.buffered:
        twin.b = "written"
        assert document.b == "written"
        document.a = 1
    assert read_json(filename) == {"a": 1, "b": "written"}


def test_nested_contexts_of_objects(tmp_path: Any) -> None:
    """Contexts of several objects nest; each flushes at the end of the last that covers it."""
    first, second = make(tmp_path / "d.json", {}), make(tmp_path / "e.json", {})
    with first.buffered:
        first.a = 1
        with second.buffered:
            first.b = 2
            second.a = 1
            assert read_json(second.filename) == {}
        assert read_json(second.filename) == {"a": 1}
        assert read_json(first.filename) == {}
        with first.buffered:
            first.c = 3
        assert read_json(first.filename) == {}
    assert read_json(first.filename) == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize("outer", ["global", "object"])
def test_global_and_object_contexts_nest(document: Any, filename: str, outer: str) -> None:
    """An object covered by an outer context is not flushed by the end of the inner one."""
    contexts = [signac.buffered, lambda: document.buffered]
    if outer == "object":
        contexts.reverse()
    with contexts[0]():
        document.a = 1
        with contexts[1]():
            document.b = 2
        assert not os.path.exists(filename)
        assert document() == {"a": 1, "b": 2}
    assert read_json(filename) == {"a": 1, "b": 2}


def test_other_threads_are_buffered_too(document: Any, filename: str) -> None:
    """Buffering is process-wide: threads started inside the block are buffered."""
    seen = []

    def work() -> None:
        seen.append(signac.is_buffered())
        document.a = 1
        seen.append(os.path.exists(filename))

    with signac.buffered():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert seen == [True, False]
    assert read_json(filename) == {"a": 1}


@pytest.mark.parametrize("capacity", [0, 20, 200, MIB32])
def test_threads_with_little_capacity(tmp_path: Any, capacity: int) -> None:
    """Threads on different documents inside one block lose nothing, however small the buffer."""
    documents = [JSONDict(str(tmp_path / f"{number}.json")) for number in range(6)]
    failures: list[BaseException] = []

    def work(document: Any) -> None:
        try:
            for number in range(10):
                document[str(number)] = number
                assert document[str(number)] == number
        except BaseException as error:
            failures.append(error)

    with signac.buffered(buffer_capacity=capacity):
        threads = [threading.Thread(target=work, args=(document,)) for document in documents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    for document in documents:
        assert read_json(document.filename) == {str(number): number for number in range(10)}


def test_many_documents(project: Any) -> None:
    """Many documents in one block are all written."""
    jobs = [project.open_job({"a": number}).init() for number in range(20)]
    with signac.buffered():
        for job in jobs:
            job.doc.a = job.sp.a
            job.doc.update(b={"c": [job.sp.a]})
        assert not any(pathlib.Path(job.fn(DOCUMENT)).exists() for job in jobs)
    for job in jobs:
        assert read_json(job.path, DOCUMENT) == {"a": job.sp.a, "b": {"c": [job.sp.a]}}


def test_transaction_inside_a_block(document: Any, filename: str) -> None:
    """A transaction inside a block writes at its end, with what was buffered before."""
    with signac.buffered():
        document.a = 1
        with document.transaction() as inside:
            inside.b = inside.a + 1
        assert read_json(filename) == {"a": 1, "b": 2}
        document.c = 3
    assert read_json(filename) == {"a": 1, "b": 2, "c": 3}


def test_class_methods() -> None:
    """The five functions are reachable on the container class as well."""
    assert not JSONDict.backend_is_buffered()
    assert JSONDict.get_buffer_capacity() == MIB32
    assert JSONDict.get_current_buffer_size() == 0
    with JSONDict.buffer_backend(buffer_capacity=10):
        assert JSONDict.backend_is_buffered()
        assert signac.is_buffered()
        assert signac.get_buffer_capacity() == 10
        JSONDict.set_buffer_capacity(20)
        assert signac.get_buffer_capacity() == 20
