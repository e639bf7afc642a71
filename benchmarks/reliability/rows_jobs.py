"""Rows 9 to 18: jobs, caches and projects that several processes make, change and read."""

import trials_jobs as jobs
import trials_readers as readers
from rows import Row

__all__ = ["ROWS"]

ROWS = [
    Row(
        "9",
        "2, 4 and 8 processes create the same job, also in a workspace that is missing",
        jobs.init_same,
        "calls that raise, jobs that are broken",
        "0",
        {"raised": 0, "broken": 0},
        tests=("tests/concurrency/test_creation.py::test_the_same_job_is_created_once",),
    ),
    Row(
        "10",
        "2, 4 and 8 processes create jobs of their own",
        jobs.init_different,
        "jobs missing or broken",
        "0",
        {"lost": 0},
        tests=("tests/concurrency/test_creation.py::test_different_jobs_are_all_created",),
    ),
    Row(
        "11",
        "2, 4 and 8 processes change the state point of one job",
        jobs.change_one,
        "processes that were told it is done, while another's change is on disk",
        "exactly one succeeds, all others are told",
        {"untold": 0, "rounds_without_one_job": 0},
        tests=("tests/concurrency/test_statepoints.py::test_exactly_one_change_wins",),
    ),
    Row(
        "12",
        "two jobs are changed to one new state point",
        jobs.meet,
        "losers not told, payloads lost, handles with the state point of the other",
        "0, 0, 0",
        {"untold": 0, "lost": 0, "wrong_handles": 0},
        tests=("tests/concurrency/test_statepoints.py::test_two_jobs_onto_one_state_point",),
    ),
    Row(
        "13",
        "the state point of a job changes while another process writes its document",
        jobs.change_under_writer,
        "rounds with a second job, acknowledged writes that are not in the job",
        "0, 0; a refused write says JobMovedError",
        {"zombies": 0, "lost": 0, "untyped": 0},
        tests=(
            "tests/concurrency/test_statepoints.py::test_statepoint_change_beside_document_writers",
        ),
    ),
    Row(
        "14",
        "a job is removed while another process writes its document",
        jobs.remove_under_writer,
        "projects with a job that is broken",
        "0",
        {"broken": 0, "removals_raised": 0},
        tests=("tests/concurrency/test_removal.py::test_remove_beside_document_writers",),
    ),
    Row(
        "15",
        "three processes create and remove one job",
        jobs.init_and_remove,
        "calls that raise",
        "0",
        {"raised": 0, "broken": 0},
        tests=("tests/concurrency/test_removal.py::test_init_and_remove_storm",),
    ),
    Row(
        "16",
        "the project is read, in eight ways, while a process creates, changes and removes jobs",
        readers.readers,
        "calls that raise, wrong answers",
        "0, 0",
        {"raised": 0, "wrong": 0},
        tests=("tests/concurrency/test_readers.py::test_readers_beside_every_change",),
    ),
    Row(
        "17",
        "2, 4 and 8 processes update the cache file; then jobs are opened, created, searched",
        readers.update_cache,
        "cache files destroyed, calls that raise",
        "0, 0",
        {"destroyed": 0, "raised": 0},
        tests=("tests/concurrency/test_searches.py::test_searches_beside_changes",),
    ),
    Row(
        "18",
        "8 processes make the same project",
        readers.init_project,
        "calls that raise",
        "0",
        {"raised": 0, "broken": 0},
        tests=("tests/concurrency/test_creation.py::test_the_project_is_created_once",),
    ),
]
