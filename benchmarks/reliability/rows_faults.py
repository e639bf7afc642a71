"""Rows 22 to 25, 30 and 41: every file-modifying call is disturbed, or audited."""

import trials_faults as trials
from rows import Row

__all__ = ["ROWS"]

_UNIT = "trials by what they leave"
_NONE = {"unclean": 0, "unreachable": 0, "unreported": 0}
_NOTE = (
    "rows 22 to 25 and 30 disturb every system call that changes a file, found by ptrace: killed "
    "before it, killed after half of a write, disk full from here on, one I/O error, half a write."
)

ROWS = [
    Row(
        "22",
        "faults: a document is set, updated, reset; the project document is set",
        trials.documents,
        _UNIT,
        "all clean, nothing left behind",
        {**_NONE, "leftovers": 0},
        note=_NOTE,
        tests=("tests/crash/test_every_mutation.py::test_old_or_new_at_every_mutation",),
    ),
    Row(
        "23",
        "faults: a job is created",
        trials.init,
        _UNIT,
        "all clean",
        _NONE,
        tests=("tests/crash/test_every_mutation.py::test_old_or_new_at_every_mutation",),
    ),
    Row(
        "24",
        "faults: the state point changes, with and without the cache file",
        trials.statepoints,
        _UNIT,
        "all clean, 0 unreachable",
        _NONE,
        tests=("tests/crash/test_every_mutation.py::test_old_or_new_at_every_mutation",),
    ),
    Row(
        "25",
        "faults: a job is removed, cleared, reset",
        trials.removals,
        _UNIT,
        "all clean",
        _NONE,
        tests=("tests/crash/test_every_mutation.py::test_old_or_new_at_every_mutation",),
    ),
    Row(
        "30",
        "faults: HDF5 is written",
        trials.stores,
        _UNIT,
        "whole files clean; 0 successes reported that are none",
        {"unclean_whole": 0, "unreported_inside": 0, "unreported_whole": 0},
        note="what is cut inside an HDF5 file is not promised by either program.",
        tests=(
            "tests/crash/test_every_mutation.py::test_old_or_new_at_every_mutation",
            "tests/unit/stores/test_full_disk.py::test_one_write",
            "tests/unit/stores/test_full_disk.py::test_a_lost_session_says_so_until_its_end",
        ),
    ),
    Row(
        "41",
        "audit: what is renamed before its content is on the disk, in the same operations",
        trials.audit,
        "renames before a sync, files left un-synced",
        "0 renames",
        {"unsynced_renames": 0},
        note="what ours leaves un-synced is the move log, which is disposable, and HDF5 files that "
        "were changed in place, which the level `durable` syncs.",
        tests=(
            "tests/crash/test_sync_audit.py::test_safe_syncs_before_each_rename",
            "tests/crash/test_sync_audit.py::test_durable_syncs_directories_too",
        ),
    ),
]
