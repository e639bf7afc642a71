"""What makes two jobs one or two, and what a search takes for equal."""

import trials_identity as trials
from rows import Row

__all__ = ["ROWS"]

ROWS = [
    Row(
        "identity-1",
        "3,000 random state points, written as JSON and read again",
        trials.round_trips,
        "ids that change; both programs must give the same hash",
        "0 change",
        {"changed": 0, "not the md5 of the JSON": 0},
        ("tests/interop/test_ids.py", "tests/property/test_canonical.py"),
    ),
    Row(
        "identity-2",
        "one state point under 5 seeds of Python's hashes",
        trials.hash_seeds,
        "ids",
        "1 id",
        {"ids": 1},
        ("tests/acceptance/test_identity.py",),
    ),
    Row(
        "identity-3",
        "20 pairs of state points that are nearly the same",
        trials.rules,
        "pairs that are one job against the rules, or two",
        "0",
        {"wrong": 0},
        ("tests/acceptance/test_identity.py",),
    ),
    Row(
        "identity-4",
        "24 queries where 1, 1.0, true, 0.0, -0.0, NaN, 10**400 and others are all stored",
        trials.queries,
        "queries that raise, or find others than the manual says",
        "0",
        {"exceptions": 0, "wrong": 0},
        (
            "tests/acceptance/test_filters_values.py",
            "tests/interop/test_filters.py::test_each_listed_difference_is_one",
        ),
    ),
]
