"""The manifest of the index, and what is garbage beside it (`signac._index.manifest`)."""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import signac
from signac._index import manifest as manifests
from signac._index.build import Builder
from signac._index.manifest import Listing, Manifest, PartEntry
from signac._index.pages import DamagedIndexError
from signac._index.store import Store
from unit.index.planting import index_files

STAMP = (64, 1234, 1_700_000_000_123_456_789, 1_700_000_000_223_456_789, 102, 4096)
NAMES = [f"{digit * 16}.{digit * 16}.seg" for digit in "012f"]
FULL = Manifest(
    (PartEntry(NAMES[0], (0, 7, 99), NAMES[1], NAMES[2]), PartEntry(NAMES[3])),
    Listing(STAMP, 1_700_000_005_000_000_000, False),
    ("0" * 32, "f" * 32),
    ("a" * 32, "b" * 32),
)
_digits = st.text("0123456789abcdef", min_size=16, max_size=16)
_names = st.tuples(_digits, _digits).map(lambda pair: f"{pair[0]}.{pair[1]}.seg")
_optional = st.none() | _names
MANIFESTS = st.builds(
    Manifest,
    st.lists(
        st.builds(
            PartEntry, _names, st.lists(st.integers(0, 10**5)).map(tuple), _optional, _optional
        ),
        max_size=4,
    ).map(tuple),
    st.none()
    | st.builds(Listing, st.tuples(*[st.integers(0, 2**63)] * 6), st.integers(), st.booleans()),
    st.lists(st.text("0123456789abcdef", min_size=32, max_size=32)).map(tuple),
    st.sampled_from([(), ("a" * 32, "b" * 32)]),
)


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return str(tmp_path / "index")


def loaded(directory: str) -> Manifest | None:
    found = manifests.load(directory, None)
    return None if found is None else found[0]


def write(directory: str, body: bytes) -> None:
    """Write the text of a manifest with the right checksum."""
    os.makedirs(directory, exist_ok=True)
    Path(directory, "manifest").write_bytes(b"%08x\n%b" % (crc32(body), body))


def segment(number: int = 0) -> list[bytes]:
    builder = Builder()
    builder.add([number.to_bytes(16, "big")], [b'{"a": %d}' % number], [{"a": number}])
    return builder.finish()


def test_round_trip(tmp_path: Path) -> None:
    """Every manifest is read as it was saved."""
    directory = str(tmp_path / "index")

    @settings(derandomize=True, database=None, deadline=None, max_examples=40)
    @given(MANIFESTS)
    def compare(manifest: Manifest) -> None:
        manifests.save(directory, manifest)
        assert loaded(directory) == manifest
        assert os.listdir(directory) == ["manifest"]

    compare()


def test_nothing_there(directory: str) -> None:
    """Without a directory, or with an empty one, there is no manifest."""
    assert loaded(directory) is None
    os.mkdir(directory)
    assert loaded(directory) is None


def test_known_stamps(directory: str) -> None:
    """A manifest with the known stamp is not read again; one that was replaced is."""
    stamp = manifests.save(directory, FULL)
    assert manifests.load(directory, stamp) is None
    assert manifests.load(directory, None) == (FULL, stamp)
    assert manifests.save(directory, Manifest()) != stamp
    again = manifests.load(directory, stamp)
    assert again is not None
    assert again[0] == Manifest()


def test_every_flip_and_length(directory: str) -> None:
    """Of a manifest with a changed or missing byte nothing is believed that it did not say."""
    manifests.save(directory, FULL)
    path = Path(directory, "manifest")
    data = path.read_bytes()
    for place in range(len(data)):
        for mask in (0x01, 0x20, 0x80) if place < 9 else (0x01,):
            path.unlink()
            path.write_bytes(data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :])
            found = loaded(directory)
            # A digit of the checksum in the other case says the same.
            assert found is None or (place < 8 and found == FULL), place
    for length in range(len(data)):
        path.unlink()
        path.write_bytes(data[:length])
        assert loaded(directory) is None, length
    path.write_bytes(data + b" ")
    assert loaded(directory) is None
    path.write_bytes(data)
    assert loaded(directory) == FULL


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"1",
        b"null",
        b"[2, [], null, [], []]",
        b"[null, [], null, [], []]",
        b"[1, [], null, []]",
        b"[1, [], null, [], [], 7]",
        b'[1, [["name"]], null, [], []]',
        b'[1, [["name", 5, null, null]], null, [], []]',
        b"[1, [], 7, [], []]",
        b"[1, [], [[1, 2], 5], [], []]",
        b"[1, [], null, null, []]",
        b'[1, [["name.seg", [], null, null]], null, [], []]',
        b'[1, [["../../%b.seg", [], null, null]], null, [], []]' % (b"0" * 16 + b"." + b"0" * 16),
        b'[1, [["%b.seg", [], "manifest", null]], null, [], []]' % (b"0" * 16 + b"." + b"0" * 16),
        b"\xff\xfe",
        b"[" * 3000,
    ],
    ids=repr,
)
def test_unknown_formats(directory: str, body: bytes) -> None:
    """A manifest of another format, or with another content, counts as absent."""
    write(directory, body[:60] if len(body) > 100 else body)
    assert loaded(directory) is None
    write(directory, body)
    assert loaded(directory) is None


def test_a_later_format(planted: Any) -> None:
    """An index in the format of a later version changes no answer, and is replaced."""
    answer = list(planted.find_jobs({"a": 3}))
    directory = os.path.dirname(index_files(planted.path)[0])
    write(directory, json.dumps([2, {"parts": []}, "other"]).encode())
    later = signac.Project(planted.path)
    assert list(later.find_jobs({"a": 3})) == answer
    found = loaded(directory)
    assert found is not None
    assert len(found.parts) == 1


def test_listings_that_prove_nothing() -> None:
    """An equal status proves something only when it was old enough, local, and without links."""
    device = os.stat("/").st_dev
    status = (device, 5, 10**18, 10**18 + 5, 3, 4096)
    settled = Listing(status, 10**18 + 5 + 2_000_000_001, False)
    assert settled.proves(status)
    assert not settled._replace(at=10**18 + 5 + 2_000_000_000).proves(status)
    assert not settled._replace(at=10**18 - 5).proves(status)
    assert not settled._replace(links=True).proves(status)
    for place in range(6):
        other = tuple(n + (i == place) for i, n in enumerate(status))
        assert not settled.proves(other), place
        later = Listing(other, settled.at + 10, False)
        # The status of a file system that is not known to be local proves nothing either.
        assert later.proves(other) == (place != 0)


def test_status_of_a_directory(tmp_path: Path) -> None:
    """What was added, removed or renamed in a directory, or its place, shows in its status."""
    seen = [manifests.stamp_of_directory(os.stat(tmp_path))]

    def step() -> None:
        seen.append(manifests.stamp_of_directory(os.stat(tmp_path)))
        time.sleep(0.02)

    time.sleep(0.02)
    (tmp_path / "a").mkdir()
    step()
    (tmp_path / "a").rename(tmp_path / "b")
    step()
    os.utime(tmp_path, ns=(seen[0][2], seen[0][2]))
    step()
    (tmp_path / "b").rmdir()
    step()
    assert len(set(seen)) == len(seen)


def test_names_say_what_is_in_files(directory: str) -> None:
    """A segment under the name of another one is refused, sound as it is."""
    entries = [manifests.write_segment(directory, segment(number)) for number in (1, 2)]
    first, second = (os.path.basename(entry.path) for entry in entries)
    store = Store(directory)
    assert store.segment(first).text(0) == b'{"a": 1}'
    os.replace(os.path.join(directory, second), os.path.join(directory, first))
    with pytest.raises(DamagedIndexError):
        store.segment(first)
    for entry in entries:
        entry.close()


def test_garbage(directory: str) -> None:
    """What nobody names and nobody holds is removed; what is named, or locked, stays."""
    entries = [manifests.write_segment(directory, segment(number)) for number in range(4)]
    kept, named, held, left = (os.path.basename(entry.path) for entry in entries)
    for entry in (entries[0], entries[1], entries[3]):
        entry.close()
    Path(directory, "0123456789abcdef.tmp").write_bytes(b"half a manifest")
    manifests.save(directory, Manifest((PartEntry(named),)))
    manifests.remove_garbage(directory, [kept])
    assert sorted(os.listdir(directory)) == sorted([kept, named, held, "manifest"])
    assert left not in os.listdir(directory)
    entries[2].close()
    manifests.remove_garbage(directory, [kept])
    assert sorted(os.listdir(directory)) == sorted([kept, named, "manifest"])


def test_garbage_that_another_program_holds(directory: str) -> None:
    """A lock by any other open file counts, as one in another process does."""
    os.mkdir(directory)
    path = Path(directory, "0123456789abcdef.0123456789abcdef.seg")
    path.write_bytes(b"under construction")
    with open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        manifests.remove_garbage(directory, [])
        assert path.exists()
    manifests.remove_garbage(directory, [])
    assert not path.exists()


def test_garbage_where_nothing_is(directory: str) -> None:
    """To remove garbage where there is no directory is no error."""
    manifests.remove_garbage(directory, ["something"])


def test_searches_remove_garbage(planted: Any) -> None:
    """What killed processes left is removed by the next search that writes something."""
    list(planted.find_jobs({"a": 1}))
    directory = Path(index_files(planted.path)[0]).parent
    for name in ("0123456789abcdef.0123456789abcdef.seg", "0123456789abcdef.tmp"):
        (directory / name).write_bytes(b"rest")
    planted.open_job({"n": 1000, "a": 1}).init()
    list(planted.find_jobs({"a": 1}))
    names = {path.name for path in directory.iterdir()}
    found = loaded(str(directory))
    assert found is not None
    assert names == {"manifest", *found.names()}


def test_opening_removes_what_was_not_named_yet(planted: Any) -> None:
    """What a process left that died before the rename goes when the project is opened."""
    list(planted.find_jobs({"a": 1}))
    directory = Path(index_files(planted.path)[0]).parent
    before = sorted(os.listdir(directory))
    left = ("0123456789abcdef.tmp", "0123456789abcdef.statepoint_cache.json.gz")
    for name in (*left, "fedcba9876543210.tmp", "notes.tmp"):
        (directory / name).write_bytes(b"half a file")
    with open(directory / "fedcba9876543210.tmp") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        signac.Project(planted.path)
        assert sorted(os.listdir(directory)) == sorted(
            [*before, "fedcba9876543210.tmp", "notes.tmp"]
        )


def test_segments_are_held_while_they_are_named(directory: str) -> None:
    """Nobody removes a segment that another process is about to name."""
    entry = manifests.write_segment(directory, segment(0))
    entry.close()
    name = os.path.basename(entry.path)
    with manifests.holding(directory, [name]) as all_there:
        assert all_there
        manifests.remove_garbage(directory, [])
        assert os.listdir(directory) == [name]
    manifests.remove_garbage(directory, [])
    assert os.listdir(directory) == []


def test_no_manifest_names_what_is_gone_or_going(directory: str) -> None:
    """A manifest whose segments another process removes is not published; the old one stays."""
    entries = [manifests.write_segment(directory, segment(number)) for number in range(2)]
    first, second = (os.path.basename(entry.path) for entry in entries)
    store = Store(directory)
    entries[0].close()
    assert store.publish(Manifest((PartEntry(first),))) is not None
    before = loaded(directory)
    # The second one is locked as by a process that removes it as garbage.
    assert store.publish(Manifest((PartEntry(first), PartEntry(second)))) is None
    assert loaded(directory) == before
    entries[1].close()
    os.unlink(entries[1].path)
    assert store.publish(Manifest((PartEntry(second),))) is None
    assert loaded(directory) == before
    assert store.writable
