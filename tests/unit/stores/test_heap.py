"""A rotten heap of texts is an error; libhdf5 alone would read it for ever."""

from pathlib import Path
from typing import Any

import pytest

import signac


@pytest.fixture
def project(tmp_path: Path) -> Any:
    return signac.init_project(tmp_path)


def spoil(path: str, length: int) -> None:
    """Give the free space at the end of each heap another size."""
    data = bytearray(Path(path).read_bytes())
    heap = data.find(b"GCOL")
    assert heap > 0
    while heap > 0:
        at = heap + 16
        while int.from_bytes(data[at : at + 2], "little"):
            size = int.from_bytes(data[at + 8 : at + 16], "little")
            at += 16 + (size + 7) // 8 * 8
        data[at + 8 : at + 16] = length.to_bytes(8, "little")
        heap = data.find(b"GCOL", heap + 1)
    Path(path).write_bytes(data)


@pytest.mark.parametrize("length", [0, 24, 3841])
def test_a_heap_without_end(project: Any, length: int) -> None:
    """Reading names the file and the key, other values are read, and `check` does not hang."""
    job = project.open_job({"a": 0}).init()
    job.data["t"], job.data["n"] = "text", 5
    spoil(job.fn("signac_data.h5"), length)
    for _ in range(2):
        with pytest.raises(OSError, match=r"signac_data\.h5: the value at 't'"):
            job.data["t"]
        assert job.data["n"] == 5
        with job.data as store:
            with pytest.raises(OSError, match=r"signac_data\.h5: the value at 't'"):
                store["t"]
            assert store["n"] == 5
    kinds = {problem.kind for problem in project.find_problems(level="full").errors}
    assert kinds == {"store-damaged"}


def test_good_heaps(project: Any) -> None:
    """Texts of all lengths are read, just written or not."""
    texts = {f"k{number}": "é" * number for number in (0, 1, 7, 8, 100, 4_000, 5_000, 600_000)}
    project.data.update(texts)
    assert {key: project.data[key] for key in texts} == texts
    with project.data as store:
        for key, text in texts.items():
            store[key] = text[::-1] + "x"
            assert store[key] == text[::-1] + "x"
        for key in list(texts)[::2]:
            del store[key]
            store[key] = "again" * len(key)
        assert store["k0"] == "again" * 2
