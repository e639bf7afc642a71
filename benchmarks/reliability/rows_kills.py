"""Rows 31 to 34, 37, 38: kill -9 at random moments."""

import trials_kills as trials
from rows import Row

__all__ = ["ROWS"]

_UNIT = "kills by what they leave"

ROWS = [
    Row(
        "31",
        "kill -9, 200 times: jobs are created",
        trials.init,
        _UNIT,
        "0 of 200 broken or lost",
        {"raises": 0, "lost": 0},
        tests=("tests/crash/test_random_kills.py::test_kills_during_init",),
    ),
    Row(
        "32",
        "kill -9, 200 times: keys of a document are set",
        trials.documents,
        _UNIT,
        "0 of 200 damaged or lost",
        {"raises": 0, "damaged": 0, "lost": 0},
        tests=("tests/crash/test_random_kills.py::test_kills_during_document_writes",),
    ),
    Row(
        "33",
        "kill -9, 200 times: the state point of one job changes",
        trials.statepoints,
        _UNIT,
        "0 of 200 unreachable or lost",
        {"raises": 0, "unreachable": 0, "lost": 0},
        tests=("tests/crash/test_random_kills.py::test_kills_during_statepoint_changes",),
    ),
    Row(
        "34",
        "kill -9, 200 times: jobs of 400 files are removed",
        trials.removals,
        _UNIT,
        "0 of 200 half removed",
        {"raises": 0, "half": 0, "back": 0},
        tests=("tests/crash/test_random_kills.py::test_kills_during_removal",),
    ),
    Row(
        "37",
        "kill -9, 200 times: jobs are created and the cache file is updated",
        trials.caches,
        _UNIT,
        "0 of 200 unreadable, nothing left behind",
        {"raises": 0, "unreadable": 0, "leftovers": 0},
        tests=("tests/crash/test_random_kills.py::test_kills_during_index_builds",),
    ),
    Row(
        "38",
        "kill -9, 200 times each: HDF5 is written, inside a file and as whole files",
        trials.stores,
        _UNIT,
        "whole files: 0 of 200; inside a file it is not promised",
        {"raises_whole": 0, "unreadable_whole": 0, "lost_whole": 0},
        tests=("tests/crash/test_random_kills.py::test_kills_during_store_assignment",),
    ),
]
