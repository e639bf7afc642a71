"""Rows 60 to 68: hostile ids, keys, text, files and places."""

import trials_escape
import trials_shown
import trials_trust
from rows import Row

__all__ = ["ROWS"]

_FILTERS = "tests/acceptance/test_filters_operators.py"

ROWS = [
    Row(
        "60",
        "paths where an id is wanted: 7 of them in 6 calls, remove among them",
        trials_escape.paths_as_ids,
        "calls that change what is outside the jobs",
        "0",
        {"outside changed": 0},
        (
            "tests/security/test_ids.py::test_no_id",
            "tests/acceptance/test_open_job.py::test_id_that_is_not_hexadecimal",
        ),
    ),
    Row(
        "61",
        "13 hostile names of HDF5 stores in 4 calls; clear, reset and remove of a job that is a "
        "link to elsewhere",
        trials_escape.foreign_keys,
        "uses that write or delete outside",
        "0",
        {"outside changed": 0},
        (
            "tests/unit/stores/test_manager.py::test_keys_stay_in_the_directory",
            "tests/security/test_links.py::test_a_job_directory_that_is_a_link",
        ),
    ),
    Row(
        "62",
        "hostile texts of `$where`, as a mapping, as JSON and as words",
        trials_escape.hostile_where,
        "texts that run code, read attributes, or take all memory or time",
        "0",
        {"run code": 0, "read attributes": 0, "bombs": 0},
        ("tests/property/test_query_where.py",),
    ),
    Row(
        "63",
        "`$regex` with 8 patterns such as `^(a+)+$` on one value of 33 characters",
        trials_escape.slow_patterns,
        "seconds of CPU that the longest search takes",
        "< 1 s",
        {"seconds": 1.0},
        (
            f"{_FILTERS}::test_a_regex_cannot_hang",
            "tests/unit/query/test_patterns.py::test_no_pattern_hangs",
        ),
    ),
    Row(
        "64",
        "a script in path, filter, keys and values, shown in a notebook",
        trials_shown.html,
        "pages that hold the script",
        "0",
        {"injected": 0},
        ("tests/acceptance/test_weaknesses_30.py::test_21_html_is_escaped",),
    ),
    Row(
        "65",
        "escape sequences in keys, values, filters and names, shown on a terminal",
        trials_shown.terminal,
        "outputs that send them to the terminal",
        "0",
        {"raw": 0},
        ("tests/security/test_terminal.py",),
    ),
    Row(
        "66",
        "11 HDF5 files with hostile pickles, read in 6 ways",
        trials_trust.pickles,
        "reads that run their code",
        "0",
        {"run code": 0},
        ("tests/security/test_tables.py", "tests/security/test_pickles.py::test_nothing_runs"),
    ),
    Row(
        "67",
        "a project found upward that belongs to another user, in closed and in open directories",
        trials_trust.foreign_projects,
        "used without a word; used where everybody may write",
        "used and logged; refused where everybody may write",
        {
            "used silently": 0,
            "used in a directory open to all": 0,
            "own projects not used silently": 0,
        },
        ("tests/security/test_owner.py",),
    ),
    Row(
        "68",
        "18 odd configs: references in loops, doublings, what does not parse",
        trials_trust.configs,
        "configs that make a project useless without a ConfigError",
        "0",
        {"wrong": 0, "loops that raise": 0},
        ("tests/acceptance/test_config.py", "tests/damage/test_config.py"),
    ),
]
