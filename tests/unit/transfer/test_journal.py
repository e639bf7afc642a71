"""The notes of interrupted transfers."""

import os
from pathlib import Path

import processes
from signac._transfer.journal import Journal

CALL = {"what": "import", "from": "/somewhere", "schema": None}


def begin(directory: Path, names: list[str]) -> None:
    """Write a note and die."""
    Journal(str(directory), CALL).begin(names)


def test_the_same_call_goes_on(tmp_path: Path) -> None:
    """The names of a dead process are those of the next call that is the same."""
    directory = tmp_path / "notes"
    processes.run(lambda: begin(directory, ["b", "a"])).get()
    assert Journal(str(directory), CALL).unfinished == {"a", "b"}
    assert Journal(str(directory), {**CALL, "schema": "x"}).unfinished == frozenset()


def test_names_are_kept_until_the_end(tmp_path: Path) -> None:
    """A second interruption forgets nothing, the end forgets all."""
    directory = tmp_path / "notes"
    processes.run(lambda: begin(directory, ["a"])).get()
    processes.run(lambda: begin(directory, ["b"])).get()
    journal = Journal(str(directory), CALL)
    assert journal.unfinished == {"a", "b"}
    journal.begin(["c"])
    journal.end()
    assert not directory.exists()
    assert Journal(str(directory), CALL).unfinished == frozenset()


def test_a_living_process_is_left_alone(tmp_path: Path) -> None:
    """What another process is making just now belongs to that."""
    begin(tmp_path / "notes", ["a"])
    found = processes.run(lambda: Journal(str(tmp_path / "notes"), CALL).unfinished).get()
    assert found == frozenset()


def test_a_process_out_of_sight_is_believed_for_a_day(tmp_path: Path) -> None:
    """Of a process on another machine only age tells that it is gone."""
    journal = Journal(str(tmp_path), CALL)
    journal.begin(["a"])
    text = Path(journal.path).read_text()
    owner = text.split('"owner": "')[1].split('"')[0]
    elsewhere = "-".join(["0badc0de", "0badc0de", *owner.split("-")[2:]])
    Path(journal.path).write_text(text.replace(owner, elsewhere))
    assert Journal(str(tmp_path), CALL).unfinished == frozenset()
    old = os.stat(journal.path).st_mtime - 25 * 3600
    os.utime(journal.path, (old, old))
    assert Journal(str(tmp_path), CALL).unfinished == {"a"}


def test_a_spoiled_note_is_none(tmp_path: Path) -> None:
    """A note that cannot be read is ignored, and replaced by the next."""
    journal = Journal(str(tmp_path), CALL)
    for spoiled in (b"", b"{", b"[1]", b'{"call": 1}', b"\xff", b"[" * 10_000):
        Path(journal.path).write_bytes(spoiled)
        assert Journal(str(tmp_path), CALL).unfinished == frozenset()
    Journal(str(tmp_path), CALL).begin(["a"])
    assert Journal(str(tmp_path), CALL).unfinished == {"a"}
