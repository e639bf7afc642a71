"""The cases about HDF5 stores, as either side runs them, in turns with plain h5py."""

import h5py
import numpy as np
from dataset import write_project
from trial import Stage, Trial

import signac

__all__ = ["WORK"]

#: 1 MB of float64.
ARRAY = np.arange(125_000, dtype=np.float64)
STORE = "signac_data.h5"
VALUES = 1_000


def store_write(stage: Stage) -> Trial:
    jobs, files = _jobs_and_files(stage, stage.count)

    def work(numbers: range) -> None:
        for number in numbers:
            jobs[number].data["x"] = ARRAY

    def plain(numbers: range) -> None:
        for number in numbers:
            with h5py.File(files[number], "a") as file:
                file["x"] = ARRAY

    _warm(work, plain, stage.count)
    return Trial(work, stage.count, rival=plain, block=1, writes=True)


def store_read(stage: Stage) -> Trial:
    jobs, files = _jobs_and_files(stage, 20)
    for number in range(20):
        for path in (jobs[number].fn(STORE), files[number]):
            with h5py.File(path, "w") as file:
                file["x"] = ARRAY

    def work(numbers: range) -> None:
        for number in numbers:
            with jobs[number % 20].data as store:
                assert store["x"][()][-1] == ARRAY[-1]

    def plain(numbers: range) -> None:
        for number in numbers:
            with h5py.File(files[number % 20], "r") as file:
                assert file["x"][()][-1] == ARRAY[-1]

    work(range(20))
    plain(range(20))
    return Trial(work, stage.count, rival=plain, block=1)


def store_write_small(stage: Stage) -> Trial:
    jobs, files = _jobs_and_files(stage, stage.count // VALUES)
    keys = [f"key{number}" for number in range(VALUES)]

    def work(numbers: range) -> None:
        with jobs[numbers[0] // VALUES].data as store:
            for key, number in zip(keys, numbers, strict=True):
                store[key] = 0.5 * number

    def plain(numbers: range) -> None:
        with h5py.File(files[numbers[0] // VALUES], "a") as file:
            for key, number in zip(keys, numbers, strict=True):
                file[key] = 0.5 * number

    _warm(work, plain, stage.count, VALUES)
    return Trial(work, stage.count, rival=plain, block=VALUES, turns=stage.count // VALUES)


def store_read_small(stage: Stage) -> Trial:
    jobs, files = _jobs_and_files(stage, 1)
    keys = [f"key{number}" for number in range(VALUES)]
    for path in (jobs[0].fn(STORE), files[0]):
        with h5py.File(path, "w") as file:
            for number, key in enumerate(keys):
                file[key] = 0.5 * number
    expected = 0.5 * sum(range(VALUES))

    def work(numbers: range) -> None:
        with jobs[0].data as store:
            assert sum(store[key] for key in keys) == expected

    def plain(numbers: range) -> None:
        with h5py.File(files[0], "r") as file:
            assert sum(file[key][()] for key in keys) == expected

    _warm(work, plain, 0, VALUES)
    return Trial(work, stage.count, rival=plain, block=VALUES, turns=stage.count // VALUES)


def _jobs_and_files(stage: Stage, count: int) -> "tuple[list[signac.job.Job], list[str]]":
    """Return jobs, and as many paths for plain files, with one more of each to warm up."""
    ids = write_project(stage.folder, count + 1)
    project = signac.get_project(stage.folder)
    jobs = [project.open_job(id=id_) for id_ in ids]
    return jobs, [job.fn("plain.h5") for job in jobs]


def _warm(work, plain, start: int, length: int = 1) -> None:
    numbers = range(start, start + length)
    work(numbers)
    plain(numbers)


WORK = {
    "store-write": store_write,
    "store-read": store_read,
    "store-write-small": store_write_small,
    "store-read-small": store_read_small,
}
