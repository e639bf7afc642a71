"""Row 21: HDF5 files that two processes want."""

import trials_stores as trials
from rows import Row

__all__ = ["ROWS"]

ROWS = [
    Row(
        "21",
        "two processes write one HDF5 file; one writes, one reads; one holds it open for 0.2 s",
        trials.second_openers,
        "second opens that raise at once, acknowledged datasets lost",
        "0, 0",
        {"blocked": 0, "other": 0, "lost": 0},
        tests=(
            "tests/concurrency/test_h5_processes.py::test_a_locked_file_is_waited_for",
            "tests/concurrency/test_h5_processes.py::test_a_clear_error_after_the_wait",
            "tests/concurrency/test_h5_processes.py::test_readers_beside_a_writer",
        ),
    ),
]
