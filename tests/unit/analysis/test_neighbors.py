"""Neighbors: equal values of unlike types, one job alone, cost, and what is left on disk."""

import itertools
import time
from pathlib import Path

import pytest

from signac._analysis import rows
from signac._analysis.neighbors import find_neighbors
from signac._query.ast import EVERYTHING


def typed(entry):
    return [(type(value).__name__, value) for value in entry]


def test_equal_values_of_unlike_types(make):
    """A job is not its own neighbor; equal values of other types are neighbors."""
    project, jobs = make({"a": a} for a in (True, 1.0, 0, 1, 2))
    true, one, zero, whole, two = (job.id for job in jobs)
    found = {name: keys["a"] for name, keys in project.get_neighbors().items()}
    assert found[true] == {1.0: one}
    assert typed(found[true]) == [("float", 1.0)]
    assert found[one] == {True: true, 0: zero}
    assert found[whole] == {0: zero, 2: two}
    assert found[two] == {1: whole}
    # 1.0 and 1 are one key of a mapping: the one of the type of this job is there.
    assert found[zero] == {1: whole}
    assert typed(found[zero]) == [("int", 1)]


def test_empty_mappings(make):
    """An empty mapping is no value: it has no neighbors, and is none, but tells jobs apart."""
    project, jobs = make([{"a": {}, "b": 1}, {"a": {}, "b": 2}, {"a": 1, "b": 1}, {"a": 2, "b": 1}])
    first, second, third, fourth = (job.id for job in jobs)
    assert project.get_neighbors() == {
        first: {"a": {}, "b": {2: second}},
        second: {"a": {}, "b": {1: first}},
        third: {"a": {2: fourth}, "b": {}},
        fourth: {"a": {1: third}, "b": {}},
    }


def test_lists_that_cannot_be_compared(make):
    """Lists of unlike elements and of mappings have an order of ours instead of an error."""
    project, jobs = make({"a": a} for a in ([1], [[1]], [{"k": [1]}], ["x"]))
    chain = [0, 3, 1, 2]
    found = project.get_neighbors()
    for low, high in itertools.pairwise(chain):
        assert jobs[high].id in found[jobs[low].id]["a"].values()
        assert jobs[low].id in found[jobs[high].id]["a"].values()


def test_answers_for_one_job_are_those_for_all(make):
    """Asked for some jobs only, the answer is the same part of the whole."""
    project, jobs = make({"a": i % 3, "b": {"c": i % 4}, "d": i} for i in range(24))
    selection = rows.find(project._home, EVERYTHING)
    everything = find_neighbors(selection)
    for chosen in ([], [jobs[5].id], [jobs[2].id, jobs[7].id]):
        part = find_neighbors(selection, only=chosen)
        assert part == {name: everything[name] for name in chosen}


@pytest.mark.parametrize("ignore", ["b", ["b"], ("b",), {"b"}, iter(["b"])])
def test_any_collection_of_keys_can_be_ignored(make, ignore):
    """Keys to ignore are one string, or any strings."""
    project, jobs = make({"a": i, "b": 2 * i} for i in range(3))
    found = project.get_neighbors(ignore=ignore)
    assert found[jobs[1].id] == {"a": {0: jobs[0].id, 2: jobs[2].id}}


def test_the_warning_points_at_the_caller(make):
    """The line that named an unknown key is shown with the warning."""
    project, _ = make([{"a": 1}, {"a": 2}])
    with pytest.warns(RuntimeWarning, match=r"parameter \['zz'\] not present") as caught:
        project.get_neighbors(ignore=["zz"])
    assert caught[0].filename == __file__


def test_the_cost_is_linear(make):
    """Two keys that both have as many values as there are jobs take no square of time."""
    project, _ = make({"a": i, "seed": i} for i in range(4000))
    selection = rows.find(project._home, EVERYTHING)
    selection.ids
    start = time.process_time()
    found = find_neighbors(selection)
    # A comparison of all pairs takes minutes; the limit leaves room for a slow machine.
    assert time.process_time() - start < 5
    assert len(found) == 4000
    assert all(keys == {"a": {}, "seed": {}} for keys in found.values())


def test_no_cache_file_is_written(make):
    """Asking for neighbors leaves no cache file of the released signac behind."""
    project, _ = make({"a": i} for i in range(3))
    project.get_neighbors()
    assert not Path(project.fn(project.FN_CACHE)).exists()
