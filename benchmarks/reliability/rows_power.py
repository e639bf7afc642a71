"""Rows 39 and 40: power cuts."""

import trials_power as trials
from rows import Row

__all__ = ["ROWS"]

_UNIT = "what is left of the acknowledged work"
_GOAL = "0 damaged always; 0 lost at the level `durable`"
_AT_MOST = {
    "damaged_safe": 0,
    "damaged_durable": 0,
    "documents_safe": 0,
    "documents_durable": 0,
    "gone_durable": 0,
    "keys_lost_durable": 0,
    "raises_safe": 0,
    "raises_durable": 0,
}

ROWS = [
    Row(
        "39",
        "the power is cut 8 times under ext4, after 6 s of creating jobs and setting keys",
        trials.defaults,
        _UNIT,
        _GOAL,
        _AT_MOST,
        note="the file system lies on a loop device and is shut down without its journal; what a "
        "disk does that loses what it was given is not part of this.",
        tests=(
            "tests/powercut/test_device.py::test_safe_is_never_damaged",
            "tests/powercut/test_device.py::test_durable_loses_nothing",
        ),
    ),
    Row(
        "40",
        "the same with `noauto_da_alloc`: ext4 does not bring a file to the disk when it replaces "
        "another by a rename",
        trials.no_heuristic,
        _UNIT,
        _GOAL,
        _AT_MOST,
        tests=(
            "tests/powercut/test_device.py::test_safe_is_never_damaged",
            "tests/powercut/test_device.py::test_durable_loses_nothing",
        ),
    ),
]
