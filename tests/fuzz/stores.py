"""HDF5 files with bad bytes, read in a child process, because libhdf5 may crash on them.

    python tests/fuzz/stores.py seed first count seconds progress

prints the report as JSON; before each input its number is written to the file `progress`, so that
whoever started the child knows which input killed it.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import h5py
import numpy
import pandas

from fuzz.engine import Fault, Report, run
from fuzz.files import FileReader
from fuzz.ground import Ground, read, write
from fuzz.mutate import mutate

Questions = Iterator[tuple[str, Callable[[], object]]]
#: Bytes of memory of the child: a claim of a terabyte in a damaged file must not be believed.
_MEMORY = 6 * 2**30
#: Seconds without a new input after which a child counts as lost.
_STANDS_STILL = 40.0
_MOST_LOST = 50
#: Arrays up to this size are read, as a program would.
_LARGEST = 2**22


class StoreReader(FileReader):
    """The HDF5 file of one job."""

    name = "hdf5"

    def __init__(self, ground: Ground, progress: str = "") -> None:
        job = ground.project().open_job(id=ground.victim)
        samples = []
        for content in (
            {"x": numpy.arange(20.0), "n": 5, "t": "text"},
            {"g": {"a": [1, 2], "b": {"c": "é" * 50}}, "none": None, "flag": True, "z": 1j},
            {"table": pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]}), "big": numpy.eye(30)},
        ):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                job.data.update(content)
            samples.append(read(job.fn("signac_data.h5")))
            os.unlink(job.fn("signac_data.h5"))
        self.file = os.path.join("workspace", ground.victim, "signac_data.h5")
        self._good = samples
        self._progress = progress
        self._number = 0
        self.report = Report(self.name)
        super().__init__(ground)
        self.good = samples[0]
        self.restore()
        ground.remember()

    def make_samples(self) -> list[bytes]:
        return self._good

    def inputs(self, draw: random.Random) -> Any:
        """Return a file; mostly a few bytes are wrong, as after rot."""
        if self._progress:
            told = json.dumps([self._number, asdict(self.report)])
            write(self._progress + "~", told.encode())
            os.replace(self._progress + "~", self._progress)
            self._number += 1
        if draw.random() < 0.4:
            return mutate(draw, self.samples)
        data = bytearray(draw.choice(self.samples))
        used = [at for at in range(len(data)) if data[at]]
        for _ in range(draw.choice((1, 1, 2, 4, 20))):
            at = draw.choice(used) if draw.random() < 0.8 else draw.randrange(len(data))
            data[at] = draw.choice((data[at] ^ (1 << draw.randrange(8)), 0, 1, 255))
        return bytes(data)

    def allows(self, error: Exception) -> bool:
        # libhdf5 may list a key that it does not find: its names and their index disagree.
        return isinstance(error, KeyError) or super().allows(error)

    def data(self) -> Any:
        """Return the store as a new process sees it."""
        return self.ground.project().open_job(id=self.ground.victim).data

    def questions(self) -> Questions:
        yield "keys", lambda: list(self.data())
        yield "length", lambda: len(self.data())
        yield "values", self.walk_closed
        yield "open", self.walk_open
        yield "problems", lambda: str(self.ground.project().find_problems(level="full"))
        yield "healthy", self.check_healthy
        yield "write", lambda: self.data().update(new=1)
        yield "replace", self.replace

    def walk_closed(self) -> None:
        """Read every value of a closed store."""
        store = self.data()
        for key in list(store):
            look(store[key], 0, arrays=False)

    def walk_open(self) -> None:
        """Read every value inside a block."""
        with self.data() as store:
            for key in list(store):
                look(store[key], 0, arrays=True)

    def replace(self) -> None:
        """Put a good store in place of any other."""
        job = self.ground.project().open_job(id=self.ground.victim)
        del job.stores["signac_data"]
        job.data["x"] = 1
        assert job.data["x"] == 1


def look(value: Any, depth: int, *, arrays: bool) -> None:
    """Read a value of a store."""
    if depth > 20:
        return
    if isinstance(value, Mapping):
        for key in list(value):
            look(value[key], depth + 1, arrays=arrays)
    elif isinstance(value, h5py.Dataset):
        if arrays and value.nbytes <= _LARGEST:
            repr(value[()])
    else:
        repr(value)[:100]


def run_in_children(
    top: Path, seed: int, *, count: int | None = None, seconds: float | None = None
) -> tuple[Report, list[str]]:
    """Run inputs in children; return the report, and the inputs that libhdf5 did not survive.

    A child that dies or does not answer is replaced by one that goes on behind its input.
    """
    total = Report("hdf5")
    lost: list[str] = []
    first = 0
    started = time.monotonic()
    while (count is None or first < count) and len(lost) < _MOST_LOST:
        left = None if seconds is None else seconds - (time.monotonic() - started)
        if left is not None and left <= 0:
            break
        progress = top / f"progress-{first}"
        several = None if count is None else count - first
        answer, how = _run_child(seed, first, several, left, progress)
        if answer is not None:
            _add(total, answer)
            break
        if not progress.exists():
            raise AssertionError(f"the child did not start: {how}")
        reached, so_far = json.loads(read(str(progress)))
        _add(total, so_far)
        total.inputs += 1
        lost.append(f"seed={seed} number={reached}: {how}")
        first = reached + 1
    total.seconds = time.monotonic() - started
    return total, lost


def _add(total: Report, part: dict[str, Any]) -> None:
    total.inputs += part["inputs"]
    total.questions += part["questions"]
    total.refused += part["refused"]
    total.faults += [Fault(**fault) for fault in part["faults"]]


def _run_child(
    seed: int, first: int, count: int | None, seconds: float | None, progress: Path
) -> tuple[dict[str, Any] | None, str]:
    """Return what a child prints, or how it ended; it is killed when it stands still."""
    words = [str(seed), str(first), str(count or ""), "" if seconds is None else str(seconds)]
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        child = subprocess.Popen(
            [sys.executable, __file__, *words, str(progress)],
            stdout=said,
            stderr=complained,
            env={**os.environ, "SIGNAC_DURABILITY": "fast"},
        )
        last, since = -1, time.monotonic()
        while child.poll() is None:
            time.sleep(0.02)
            reached = progress.stat().st_mtime_ns if progress.exists() else 0
            if reached != last:
                last, since = reached, time.monotonic()
            elif time.monotonic() - since > _STANDS_STILL:
                child.kill()
                child.wait()
                return None, "no answer"
        said.seek(0)
        complained.seek(0)
        if child.returncode == 0:
            return json.loads(said.read().splitlines()[-1]), ""
        return None, f"died with {child.returncode}: {complained.read()[-200:].decode()}"


def main() -> None:
    """Run inputs in this process."""
    seed, first = int(sys.argv[1]), int(sys.argv[2])
    count = int(sys.argv[3]) if sys.argv[3] else None
    seconds = float(sys.argv[4]) if sys.argv[4] else None
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as top:
        reader = StoreReader(Ground(Path(top)), sys.argv[5])
        reader._number = first
        report = run(reader, seed, count=count, seconds=seconds, first=first, report=reader.report)
    print(json.dumps(asdict(report)))


if __name__ == "__main__":
    main()
