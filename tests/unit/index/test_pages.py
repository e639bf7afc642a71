"""Files whose every block carries a checksum (`signac._index.pages`)."""

import os
import random
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import processes
from signac._index.pages import DamagedIndexError, Pages, checked, fingerprint, pack, unpack

BLOCK = 64 * 1024
SMALL = random.Random(1).randbytes(230)
#: Larger than what is held in memory as a whole.
HUGE = random.Random(5).randbytes(40 * BLOCK + 99)
LARGE = random.Random(2).randbytes(3 * BLOCK + 1234)


@pytest.fixture(params=["file", "memory"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[bytes], Pages]:
    """Return a function that opens bytes, from a file or in memory."""

    def open_(data: bytes) -> Pages:
        if request.param == "memory":
            return Pages(data)
        path = tmp_path / "pages"
        path.write_bytes(data)
        return Pages(str(path))

    return open_


def file_of(contents: bytes, *numbers: int) -> bytes:
    return b"".join(checked([contents], *(numbers or (0, 0))))


def test_what_was_written_is_read(opened: Any) -> None:
    """Contents and the two numbers come back, whatever pieces they were written in."""
    for step in (1, 7, BLOCK - 1, BLOCK, BLOCK + 1, len(LARGE)):
        if step == 1:
            data, whole = [SMALL[i : i + 1] for i in range(len(SMALL))], SMALL
        else:
            data, whole = [LARGE[i : i + step] for i in range(0, len(LARGE), step)], LARGE
        pieces = checked(data, 5, 2**40)
        assert b"".join(pieces) == file_of(whole, 5, 2**40)
        pages = opened(b"".join(pieces))
        assert pages.read(0, len(whole)) == whole
        assert pages.numbers == (5, 2**40)


def test_nothing_is_a_file(opened: Any) -> None:
    """Empty contents are contents."""
    pages = opened(file_of(b""))
    assert pages.read(0, 0) == b""
    with pytest.raises(DamagedIndexError):
        pages.read(0, 1)


def test_reads_across_borders(opened: Any) -> None:
    """Any part can be read, also one that begins or ends at the border of a block or beyond it."""
    edges = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 3 * BLOCK, len(LARGE)]
    pages = opened(file_of(LARGE))
    for start in edges:
        for end in edges:
            if start <= end:
                assert pages.read(start, end - start) == LARGE[start:end], (start, end)
    draw = random.Random(3)
    for _ in range(300):
        start, end = sorted(draw.choices(range(len(LARGE) + 1), k=2))
        assert opened(file_of(LARGE)).read(start, end - start) == LARGE[start:end]


def test_nothing_beyond_the_end(opened: Any) -> None:
    """A part beyond the end of the contents is refused; checksums and tail are not contents."""
    pages = opened(file_of(SMALL))
    for offset, length in ((0, len(SMALL) + 1), (len(SMALL), 1), (10**6, 1), (len(SMALL) + 4, 0)):
        with pytest.raises(DamagedIndexError):
            pages.read(offset, length)


def test_more_blocks_than_are_kept(opened: Any) -> None:
    """A file of more blocks than are kept in memory is read in any order."""
    contents = b"".join(number.to_bytes(4, "little") * (BLOCK // 4) for number in range(40))
    pages = opened(file_of(contents))
    for number in [*range(40), *range(39, -1, -1), 3, 39, 3]:
        assert pages.read(number * BLOCK + 8, 4) == number.to_bytes(4, "little")
        assert list(pages.numbers_at(number * BLOCK, 2)) == [number, number]


def read_all(data: bytes) -> bytes:
    """Open bytes and read all contents in one piece."""
    pages = Pages(data)
    return pages.read(0, len(data) - 32 - 4)


def test_every_flip_is_noticed() -> None:
    """A change of any byte of a file, contents, checksums and tail, is noticed when it is read."""
    data = file_of(SMALL, 17, 4)
    assert read_all(data) == SMALL
    unnoticed = []
    for place in range(len(data)):
        for mask in (0x01, 0x20, 0x80, 0xFF):
            flipped = bytearray(data)
            flipped[place] ^= mask
            try:
                read_all(bytes(flipped))
            except DamagedIndexError:
                continue
            unnoticed.append((place, mask))
    assert unnoticed == []


def test_every_length_is_noticed(tmp_path: Path) -> None:
    """A file cut to any length, or with something after its end, is refused when it is opened."""
    data = file_of(SMALL)
    path = tmp_path / "pages"
    for length in range(len(data)):
        path.unlink(missing_ok=True)
        path.write_bytes(data[:length])
        for source in (str(path), data[:length]):
            with pytest.raises(DamagedIndexError):
                Pages(source)
    for more in (b"\0", b"\0" * 32, data):
        with pytest.raises(DamagedIndexError):
            Pages(data + more)


def test_damage_elsewhere_does_not_matter(opened: Any) -> None:
    """A damaged block is refused; the others of its file are as good as before."""
    data = bytearray(file_of(LARGE))
    data[BLOCK + 77] ^= 1
    pages = opened(bytes(data))
    assert pages.read(0, BLOCK) == LARGE[:BLOCK]
    assert pages.read(2 * BLOCK, BLOCK + 9) == LARGE[2 * BLOCK : 3 * BLOCK + 9]
    for offset, length in ((BLOCK, 1), (2 * BLOCK - 1, 1), (BLOCK - 1, 2), (0, len(LARGE))):
        with pytest.raises(DamagedIndexError):
            pages.read(offset, length)


def test_a_file_that_is_cut_while_it_is_read(tmp_path: Path) -> None:
    """A file that is cut short after it was opened gives an error, and kills nobody."""
    path = tmp_path / "pages"
    path.write_bytes(file_of(HUGE))
    pages = Pages(str(path))
    assert pages.read(10, 5) == HUGE[10:15]
    os.truncate(path, BLOCK + 5)
    for offset, length in ((BLOCK, 3), (2 * BLOCK, 3), (0, len(HUGE))):
        with pytest.raises(DamagedIndexError):
            pages.read(offset, length)
    assert pages.read(10, 5) == HUGE[10:15]


@pytest.mark.parametrize("contents", [SMALL, LARGE, HUGE], ids=["small", "large", "huge"])
def test_a_file_that_was_removed_is_read(tmp_path: Path, contents: bytes) -> None:
    """A file that was opened can be read after its name is gone."""
    path = tmp_path / "pages"
    path.write_bytes(file_of(contents))
    pages = Pages(str(path))
    path.unlink()
    assert pages.read(0, len(contents)) == contents


@pytest.mark.parametrize("contents", [SMALL, LARGE, HUGE], ids=["small", "large", "huge"])
def test_files_are_closed(tmp_path: Path, contents: bytes) -> None:
    """A file that nobody needs any more is closed; one that is refused is closed at once."""
    path = tmp_path / "pages"
    data = file_of(contents)
    path.write_bytes(data)
    before = len(os.listdir("/proc/self/fd"))
    pages = [Pages(str(path)) for _ in range(5)]
    # Small ones need none at all: a program may have many projects.
    assert len(os.listdir("/proc/self/fd")) == before + (5 if contents is HUGE else 0)
    del pages
    assert len(os.listdir("/proc/self/fd")) == before
    path.unlink()
    path.write_bytes(data + b"more")
    for _ in range(5):
        with pytest.raises(DamagedIndexError):
            Pages(str(path))
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_descriptor_that_somebody_closed(tmp_path: Path) -> None:
    """A program that closes all descriptors, as daemons do, finds the file damaged, no more."""
    path = tmp_path / "pages"
    path.write_bytes(file_of(HUGE))

    def close_all() -> bool:
        pages = Pages(str(path))
        assert pages.read(0, 4) == HUGE[:4]
        os.close(pages._descriptor or -1)
        with pytest.raises(DamagedIndexError):
            pages.read(5 * BLOCK, 4)
        del pages
        return True

    assert processes.run(close_all).get()


def test_a_missing_file(tmp_path: Path) -> None:
    """A file that is not there is an OSError, not damage."""
    with pytest.raises(FileNotFoundError):
        Pages(str(tmp_path / "nothing"))


def test_the_fingerprint_tells_files_apart() -> None:
    """Equal contents have equal fingerprints, others have others; it is known before writing."""
    draw = random.Random(4)
    several = [b"", b"\0", SMALL, SMALL[:-1], SMALL + b"\0", LARGE]
    several += [draw.randbytes(50) for _ in range(200)]
    prints = set()
    for contents in several:
        pieces = checked([contents[:20], contents[20:]], 1, 2)
        name = fingerprint(pieces)
        assert name == Pages(b"".join(pieces)).fingerprint
        assert len(name) == 16
        assert set(name) <= set("0123456789abcdef")
        prints.add(name)
    assert len(prints) == len(several)
    assert fingerprint(checked([SMALL], 1, 2)) == fingerprint(checked([SMALL[:9], SMALL[9:]], 1, 2))
    assert fingerprint(checked([SMALL], 1, 2)) != fingerprint(checked([SMALL], 1, 3))


def test_numbers() -> None:
    """Numbers are 4 bytes each, the least significant first."""
    numbers = array("I", [0, 1, 258, 2**32 - 1])
    assert pack(numbers).hex(" ", 4) == "00000000 01000000 02010000 ffffffff"
    assert unpack(pack(numbers)) == numbers
    assert list(unpack(b"")) == []
