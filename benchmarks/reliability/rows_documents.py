"""Rows 1 to 8: documents changed or read at the same time."""

import trials_documents as trials
from rows import Row

__all__ = ["ROWS"]

_PROCESSES = "of 2, 4 and 8 processes"
_COUNTED = {"lost_transaction": 0, "raised": 0}

ROWS = [
    Row(
        "1",
        f"each {_PROCESSES} sets keys of its own in one `job.doc`",
        trials.job_document,
        "lost of all keys that were set",
        "0 lost",
        {"lost": 0, "raised": 0},
        tests=("tests/concurrency/test_documents.py::test_no_write_to_a_job_document_is_lost",),
    ),
    Row(
        "2",
        f"each {_PROCESSES} sets keys of its own in `project.doc`",
        trials.project_document,
        "lost of all keys that were set",
        "0 lost",
        {"lost": 0, "raised": 0},
        tests=(
            "tests/concurrency/test_documents.py::test_no_write_to_the_project_document_is_lost",
        ),
    ),
    Row(
        "3",
        f'each {_PROCESSES} sets keys in `doc["sub"]`, or appends to a list',
        trials.nested,
        "lost of all keys and values",
        "0 lost",
        {"lost_keys": 0, "lost_append": 0, "raised": 0},
        tests=("tests/concurrency/test_documents.py::test_no_write_to_a_job_document_is_lost",),
    ),
    Row(
        "4",
        f'each {_PROCESSES} does `doc["n"] = doc["n"] + 1`',
        trials.increments,
        "lost of all increments",
        "0 lost in a transaction; documented otherwise",
        _COUNTED,
        tests=(
            "tests/concurrency/test_documents.py::test_no_write_to_a_job_document_is_lost",
            "tests/concurrency/test_documents.py::test_a_transaction_is_alone",
        ),
    ),
    Row(
        "5",
        "each of 2, 4 and 8 threads sets keys of its own",
        trials.threads,
        "lost of all keys that were set",
        "0 lost",
        {"lost_one_job": 0, "lost_own_jobs": 0, "lost_own_projects": 0, "raised": 0},
        tests=("tests/concurrency/test_documents.py::test_threads_lose_nothing",),
    ),
    Row(
        "6",
        'each of 2, 4 and 8 threads does `doc["n"] = doc["n"] + 1`',
        trials.thread_increments,
        "lost of all increments",
        "0 lost in a transaction; documented otherwise",
        _COUNTED,
        tests=("tests/concurrency/test_documents.py::test_threads_lose_nothing",),
    ),
    Row(
        "7",
        f"each {_PROCESSES} sets keys of one document in `signac.buffered()`",
        trials.buffered_processes,
        "keys that are not there afterwards",
        "0 lost without an error; each conflict raised with its data",
        {"silently_lost": 0, "refused_without_data": 0},
        tests=("tests/concurrency/test_buffered.py::test_no_buffered_write_is_lost_in_silence",),
    ),
    Row(
        "8",
        "a document of 100 KB is read, by the library and raw, while two processes write it",
        trials.readers,
        "reads that saw no whole document",
        "0 of at least 20,000",
        {"partial": 0},
        tests=("tests/concurrency/test_documents.py::test_readers_never_see_half_a_document",),
    ),
]
