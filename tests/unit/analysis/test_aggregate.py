"""Sums and counts at their limits."""

import math

import pytest


def values(make, *numbers):
    project, _ = make({"v": v, "i": i} for i, v in enumerate(numbers))
    return project.find_jobs()


@pytest.mark.parametrize(
    ("numbers", "total", "mean"),
    [
        ((1e308, 1e308), math.inf, 1e308),
        ((1e308, 1e308, -1e308), 1e308, 1e308 / 3),
        ((-1e308, -1e308), -math.inf, -1e308),
        ((10**400, 10**400), 2 * 10**400, math.inf),
        ((10**400, -(10**400), 3), 3, 1.0),
        ((10**400, 0.5, -(10**400)), 0.5, 0.5 / 3),
        ((math.inf, 1, 2.5), math.inf, math.inf),
        ((-math.inf, 10**400), -math.inf, -math.inf),
        ((2**53, 1.0, 1.0), 2.0**53 + 2, (2.0**53 + 2) / 3),
        ((True, "7", None), 0, None),
    ],
)
def test_large_numbers(make, numbers, total, mean):
    """Sums that are too large on the way are exact, and infinite only if they are too large."""
    cursor = values(make, *numbers)
    assert cursor.sum("v") == total
    assert cursor.mean("v") == pytest.approx(mean)


def test_infinities_of_both_signs(make):
    """There is no sum of both infinities."""
    cursor = values(make, math.inf, -math.inf, 1)
    assert math.isnan(cursor.sum("v"))
    assert math.isnan(cursor.mean("v"))


def test_counts_of_values_that_are_equal(make):
    """A mapping has one of `1`, `1.0` and `True`: their counts are added; lists are tuples."""
    cursor = values(make, 1, 1.0, True, [1], [1, {"k": [2]}], {"m": 1}, {}, math.nan, math.nan, "x")
    counts = cursor.count_by("v")
    assert counts[1] == 3
    assert counts[(1,)] == 1
    assert (1, {"k": [2]}) in list(counts)
    assert [count for value, count in counts.items() if value != value] == [2]
    assert sum(counts.values()) == 9  # all but the mapping with a key
    pairs = cursor.count_by("v", "v")
    assert sum(pairs.values()) == 9
    assert pairs[(1, 1)] == 3
    assert pairs[((1,), (1,))] == 1
    assert [count for (value, _), count in pairs.items() if value != value] == [2]


def test_no_key_at_all(make):
    """Without keys all jobs are one group."""
    assert values(make, 1, 2).count_by() == {(): 2}


def test_values_belong_to_the_caller(make):
    """Lists of distinct values may be changed without changing later answers."""
    project, _ = make([{"a": [1, [2]]}], [{"l": [1, [2]]}])
    cursor = project.find_jobs()
    for key in ("a", "doc.l"):
        for _ in range(2):
            (value,) = cursor.distinct(key)
            assert value == [1, [2]]
            value[1].append(3)
