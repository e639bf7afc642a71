"""Rows 42 to 46: odd values."""

import trials_types
import trials_values as trials
from odd_statepoints import ODD
from rows import Row
from trials_types import DEEP, FILES, PLACES, READS, VALUES

__all__ = ["ROWS"]

_BAD = "tests/badvalues/"

ROWS = [
    Row(
        "42",
        f"{len(ODD)} odd state points given to `open_job`, then `init`",
        trials.statepoints,
        "where each is accepted or refused, and the empty directories that a refusal leaves",
        "0 directories left behind; refused at open_job",
        {
            "directories left behind": 0,
            "projects broken": 0,
            "init": 0,
            "died": 0,
            "not the same when read again": 0,
        },
        (
            f"{_BAD}test_statepoints.py",
            "tests/acceptance/test_weaknesses_10.py::test_19_refused_job_leaves_nothing",
        ),
    ),
    Row(
        "43",
        "what the refusals of row 42 say",
        trials.messages,
        "empty messages",
        "0 empty messages",
        {"empty": 0, "without the place": 0, "RecursionErrors": 0},
        (f"{_BAD}test_statepoints.py::test_refused",),
    ),
    Row(
        "44",
        "NaN and infinities in state points and documents: searches, groups, tables, cache, check",
        trials.nan,
        "reads that raise",
        "0 exceptions; told of, refused with strict=True",
        {"exceptions": 0, "not refused by strict=True": 0},
        (f"{_BAD}test_not_a_number.py",),
    ),
    Row(
        "45",
        f"{len(VALUES)} kinds of values that JSON does not have, stored in documents in 7 ways and "
        "in state points",
        trials_types.documents,
        "kinds that come back as something else without a word",
        "0 but tuples, NumPy values and what the manual lists",
        {"kinds changed in documents": 0, "kinds changed in state points": 0},
        (
            f"{_BAD}test_documents.py",
            "tests/acceptance/test_weaknesses_10.py::test_39_bytes_are_refused_everywhere",
        ),
        note="what the manual lists in [Values](values.md): an enum becomes its value, a path its "
        "text, a deque or an array a list. The released program refuses the first two.",
    ),
    Row(
        "46",
        f"{len(DEEP)} deep, endless or very long values in {len(PLACES)} places; "
        f"{len(FILES)} kinds of such files read in {len(READS)} ways",
        trials_types.deep,
        "uses that raise RecursionError",
        "0 RecursionErrors",
        {"RecursionErrors": 0, "empty messages": 0, "died or hung": 0},
        (f"{_BAD}test_statepoints.py", "tests/acceptance/test_identity.py"),
    ),
]
