"""What is said about HDF5 files, from their head and read through."""

import errno
import os
import resource
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import processes
from signac._stores.integrity import find_fault

BOUNDS = [("earliest", "latest"), ("v108", "v108"), ("v110", "v110"), ("latest", "latest")]
BLOCKS = (0, 512, 2048)


def kind(path: str | Path, *, full: bool = False) -> str | None:
    fault = find_fault(str(path), full=full)
    return None if fault is None else fault.kind


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("bounds", BOUNDS, ids="-".join)
def test_heads(bounds: tuple[str, str], block: int, tmp_path: Path) -> None:
    """Files of all versions and with user blocks are whole, and cut anywhere they are not."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver=bounds, userblock_size=block) as file:
        file["x"] = np.arange(5.0)
        file.attrs["t"] = "text"
    data = path.read_bytes()
    assert data[block + 8] == {"earliest": 0, "v108": 2}.get(bounds[0], 3)
    assert kind(path) is None
    assert kind(path, full=True) is None
    lengths = {*range(block, block + 130), len(data) - 1, *range(0, len(data), 197)}
    for length in sorted(lengths):
        os.truncate(path, 0)
        path.write_bytes(data[:length])
        assert kind(path) == "damaged", length
    path.write_bytes(data + b"more than it says" * 9)
    assert kind(path, full=True) is None


@pytest.mark.parametrize("data", [b"", b"x", b"\0" * 5000, b"\x89HDF\r\n\x1a\x0b" + bytes(200)])
def test_other_files(data: bytes, tmp_path: Path) -> None:
    """What has no signature is no HDF5 file."""
    path = tmp_path / "x.h5"
    path.write_bytes(data)
    assert kind(path) == kind(path, full=True) == "damaged"


def test_damaged_heads(tmp_path: Path) -> None:
    """A head with any byte changed raises nothing, and reading through finds what HDF5 finds."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file["x"] = np.arange(5.0)
    data = path.read_bytes()
    for place in range(48):
        for flip in (1, 0x80, 0xFF):
            path.write_bytes(data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :])
            kind(path)
            try:
                h5py.File(path, "r").close()
            except OSError:
                assert kind(path, full=True) in ("damaged", "busy"), (place, flip)


def test_no_regular_files(tmp_path: Path) -> None:
    """Directories, pipes, devices and links are told, without waiting; what is gone is no fault."""
    os.mkdir(tmp_path / "d.h5")
    os.mkfifo(tmp_path / "p.h5")
    os.symlink("/dev/zero", tmp_path / "z.h5")
    os.symlink("nowhere", tmp_path / "n.h5")
    os.symlink("l.h5", tmp_path / "l.h5")
    for name in ("d.h5", "p.h5", "z.h5", "n.h5"):
        assert kind(tmp_path / name, full=True) == "damaged", name
    assert kind(tmp_path / "l.h5", full=True) in ("damaged", "unreadable")
    assert kind(tmp_path / "gone.h5", full=True) is None
    assert kind(tmp_path / "no" / "gone.h5", full=True) is None


def test_everything_is_read(tmp_path: Path) -> None:
    """Reading through finds a damaged block of any dataset, chunked or not, deep down."""
    path = tmp_path / "x.h5"
    for options in ({"chunks": (7, 11), "compression": "gzip"}, {"chunks": (7, 11)}):
        with h5py.File(path, "w") as file:
            values = np.random.default_rng(1).random((40, 50))
            file.create_dataset("a/b/c", data=values, fletcher32=True, **options)
            chunk = file["a/b/c"].id.get_chunk_info(17)
        assert kind(path, full=True) is None
        data = bytearray(path.read_bytes())
        data[chunk.byte_offset + chunk.size // 2] ^= 1
        path.write_bytes(data)
        assert kind(path) is None
        assert kind(path, full=True) == "damaged"


def test_odd_contents(tmp_path: Path) -> None:
    """Whatever HDF5 can hold is sound: cycles, links out of the file, empty and scalar values."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("g")
        group["itself"], group["root"] = group, file["/"]
        file["again"] = group
        file["dead"] = h5py.SoftLink("/nowhere")
        file["out"] = h5py.ExternalLink("/dev/zero", "/")
        file["scalar"], file["text"], file["none"] = 5.0, "text", h5py.Empty("f8")
        file["no rows"], file["no columns"] = np.zeros((0, 3)), np.zeros((3, 0))
        file.create_dataset("lines", data=["a", "b"] * 9, dtype=h5py.string_dtype())
        file.create_dataset("ragged", (3,), dtype=h5py.vlen_dtype("i4"))
        file["ragged"][1] = [1, 2, 3]
        file["kept elsewhere"] = np.arange(3)
        layout = h5py.VirtualLayout(shape=(4,), dtype="f8")
        layout[:] = h5py.VirtualSource("no.h5", "x", shape=(4,))
        file.create_virtual_dataset("virtual", layout)
        external = [(str(tmp_path / "no.bin"), 0, h5py.h5f.UNLIMITED)]
        file.create_dataset("external", (4,), dtype="f8", external=external)
        file["type"] = np.dtype("i4")
        deep = file.create_group("deep")
        for _ in range(1500):
            deep = deep.create_group("d")
        time_type = h5py.h5t.UNIX_D32LE
        h5py.h5d.create(file.id, b"time", time_type, h5py.h5s.create_simple((2,)))
    assert find_fault(str(path), full=True) is None


def test_filters_that_are_not_here(tmp_path: Path) -> None:
    """A dataset that only another program can read is not called damaged."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((4,))
        plan.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, ())
        space = h5py.h5s.create_simple((4,))
        found = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F64LE, space, plan)
        found.write_direct_chunk((0,), b"not what it seems")
    assert find_fault(str(path), full=True) is None


def test_large_in_name_only(tmp_path: Path) -> None:
    """What was never written of a dataset is not read: memory and time are bounded."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        wide = file.create_dataset("wide", (1, 10**10), chunks=(1, 10**5), dtype="f8")
        wide[0, 10**9] = 1.0
        long = file.create_dataset("long", (10**13,), chunks=(10**5,), dtype="f8")
        long[10**12] = 1.0
        file.create_dataset("never", (10**12,), dtype="f8")

    def child() -> Any:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        found = find_fault(str(path), full=True)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return found, (after - before) // 1024 < 200, time.process_time() - began < 10

    assert processes.run(child).get() == (None, True, True)


def test_values_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All values of a dataset are read, each once, in parts of bounded size."""
    import signac._stores.integrity as integrity

    monkeypatch.setattr(integrity, "_SLICE", 60)
    path = tmp_path / "x.h5"
    shapes = [(7,), (100,), (5, 6, 7), (1, 200), (200, 1), (3, 0, 2)]
    with h5py.File(path, "w") as file:
        for number, shape in enumerate(shapes):
            file[f"p{number}"] = np.zeros(shape)
            if 0 not in shape:
                chunks = tuple(min(3, size) for size in shape)
                file.create_dataset(f"c{number}", data=np.zeros(shape), chunks=chunks)
        for dataset in file.values():
            seen = np.zeros(dataset.shape, int)
            for block in integrity._iter_blocks(dataset):
                assert seen[block].size <= 60
                seen[block] += 1
            assert (seen == 1).all(), dataset


def test_busy(tmp_path: Path) -> None:
    """A file that another process has open for writing is busy, never damaged."""
    path = tmp_path / "x.h5"
    ready, done = os.pipe(), os.pipe()

    def write() -> None:
        with h5py.File(path, "w") as file:
            os.write(ready[1], b".")
            os.read(done[0], 1)
            file["x"] = np.arange(1000.0)

    child = processes.start(write)
    os.read(ready[0], 1)
    assert kind(path) == kind(path, full=True) == "busy"
    with path.open("rb") as file:
        assert file.read(8).startswith(b"\x89HDF") or not path.stat().st_size
    os.write(done[1], b".")
    child.result().get()
    assert kind(path, full=True) is None


def test_open_here(tmp_path: Path) -> None:
    """A file that this process itself has open, for reading or writing, is not damaged."""
    path = tmp_path / "x.h5"
    for mode in ("w", "r+", "r"):
        with h5py.File(path, mode) as file:
            if mode != "r":
                file[mode] = np.arange(10.0)
            assert kind(path) in (None, "busy"), mode
            assert kind(path, full=True) in (None, "busy"), mode


def test_errors_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the disk is told as one."""
    path = tmp_path / "x.h5"
    path.write_bytes(b"x" * 200)

    def fail(*arguments: Any) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("signac._stores.integrity.os.read", fail)
    fault = find_fault(str(path), full=False)
    assert fault is not None
    assert (fault.kind, "Input/output error" in fault.text) == ("unreadable", True)
