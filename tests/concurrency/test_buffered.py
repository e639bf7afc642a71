"""Buffered writers in several processes: a conflict is told with the values, never swallowed."""

import json

import pytest

import processes
import signac
from concurrency.workshop import PROCESSES, document_of, open_job
from signac.errors import BufferedError


@pytest.mark.parametrize("number", PROCESSES)
@pytest.mark.parametrize("keys", [20, pytest.param(100, marks=pytest.mark.long)])
def test_no_buffered_write_is_lost_in_silence(number, keys, with_job):
    """Row 7: who cannot flush is told the file and keeps the values; retried, all are there."""
    open_job(with_job).doc.start = True
    rounds = processes.Round(number)

    def child(worker: int) -> str:
        job = open_job(with_job)
        mine = {f"k{worker}_{key}": key for key in range(keys)}
        told = None
        try:
            with signac.buffered():
                for name, value in mine.items():
                    job.doc[name] = value
                rounds.wait()
        except BufferedError as error:
            told = error
        rounds.wait()
        there = job.doc()
        if told is None:
            assert mine.items() <= there.items(), "no error, and the values are not there"
            result = "written"
        else:
            ((filename, reason),) = told.files.items()
            assert filename == job.doc.filename
            kept = json.loads(reason.buffer_contents)
            assert mine.items() <= kept.items(), "told, and the values were not kept"
            result = "told"
        rounds.wait()
        assert not signac.is_buffered()
        if told is not None:
            with job.doc.transaction() as doc:
                doc.update({name: kept[name] for name in mine})
        return result

    outcomes = processes.together([lambda worker=worker: child(worker) for worker in range(number)])
    results = [outcome.get() for outcome in outcomes]
    assert "written" in results
    expected = {f"k{worker}_{key}": key for worker in range(number) for key in range(keys)}
    assert document_of(with_job) == {"start": True, **expected}


def test_a_flush_is_serialised_with_unbuffered_writers(with_job):
    """Buffered blocks run again after a conflict with an unbuffered writer lose nothing."""
    keys = 25

    def buffered() -> int:
        job = open_job(with_job)
        told = 0
        for key in range(keys):
            while True:
                try:
                    with signac.buffered():
                        job.doc[f"buffered{key}"] = key
                    break
                except BufferedError:
                    told += 1
        return told

    def plain() -> None:
        job = open_job(with_job)
        for key in range(keys):
            job.doc[f"plain{key}"] = key

    for outcome in processes.together([buffered, plain]):
        outcome.get()
    assert len(document_of(with_job)) == 2 * keys
