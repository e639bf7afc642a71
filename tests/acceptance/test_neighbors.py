"""Neighbors: the closest jobs that differ in one key (reference, section 24)."""

import time
from typing import Any

import pytest


def ids(value: Any) -> str:
    return repr(value)[:50]


def numbered(project: Any, statepoints: list[Any], **options: Any) -> Any:
    """Return the neighbors of jobs with these state points, positions in place of ids."""
    jobs = [project.open_job(statepoint).init() for statepoint in statepoints]
    number = {job.id: position for position, job in enumerate(jobs)}
    found = project.get_neighbors(**options)
    assert set(found) == set(number)
    return {
        number[name]: {
            key: {value: number[other] for value, other in values.items()}
            for key, values in keys.items()
        }
        for name, keys in found.items()
    }


EXAMPLES: list[tuple[list[Any], Any]] = [
    ([], {}),
    ([{"a": 1}], {0: {}}),
    ([{}], {0: {}}),
    ([{"a": 1}, {"a": 2}], {0: {"a": {2: 1}}, 1: {"a": {1: 0}}}),
    (
        [{"a": 1}, {"a": 2}, {"a": 4}],
        {0: {"a": {2: 1}}, 1: {"a": {1: 0, 4: 2}}, 2: {"a": {2: 1}}},
    ),
    (
        [{"a": 0, "b": 0}, {"a": 0, "b": 1}, {"a": 1, "b": 0}, {"a": 1, "b": 1}],
        {
            0: {"a": {1: 2}, "b": {1: 1}},
            1: {"a": {1: 3}, "b": {0: 0}},
            2: {"a": {0: 0}, "b": {1: 3}},
            3: {"a": {0: 1}, "b": {0: 2}},
        },
    ),
    ([{"a": 1, "k": 5}, {"a": 2, "k": 5}], {0: {"a": {2: 1}}, 1: {"a": {1: 0}}}),
    ([{"a": 1, "b": 1}, {"a": 2, "b": 2}], {0: {"a": {}, "b": {}}, 1: {"a": {}, "b": {}}}),
    (
        [{"a": {"c": n, "b": {"d": m}}} for n in range(2) for m in range(2)],
        {
            0: {"a.b.d": {1: 1}, "a.c": {1: 2}},
            1: {"a.b.d": {0: 0}, "a.c": {1: 3}},
            2: {"a.b.d": {1: 3}, "a.c": {0: 0}},
            3: {"a.b.d": {0: 2}, "a.c": {0: 1}},
        },
    ),
    ([{"a": 2}, {"a": 2, "b": 1}], {0: {}, 1: {}}),
    (
        [{"a": 1}, {"a": 2}, {"a": 2, "b": 1}, {"a": 3, "b": 1}],
        {0: {"a": {2: 1}}, 1: {"a": {1: 0}}, 2: {"a": {3: 3}}, 3: {"a": {2: 2}}},
    ),
    (
        [{"a": 1}, {"a": {"b": 1}}, {"a": 2}],
        {0: {"a": {2: 2}}, 1: {}, 2: {"a": {1: 0}}},
    ),
    (
        [{"a": [3, 4]}, {"a": [5, 6]}, {"a": [1, 9]}],
        {0: {"a": {(1, 9): 2, (5, 6): 1}}, 1: {"a": {(3, 4): 0}}, 2: {"a": {(3, 4): 0}}},
    ),
]


@pytest.mark.parametrize(("statepoints", "expected"), EXAMPLES, ids=ids)
def test_examples(project: Any, statepoints: list[Any], expected: Any) -> None:
    """Each job has, for each varying key of its own, the next value below and above."""
    assert numbered(project, statepoints) == expected


CHAIN: list[Any] = [None, False, True, 1.2, 1.3, 2, "1", "2", "x", "y", [3, 4], [5, 6]]


@pytest.mark.parametrize("backwards", [False, True])
def test_chain_of_types(project: Any, backwards: bool) -> None:
    """Values come by the name of their type, then by size: one chain through all of them."""
    last = len(CHAIN) - 1
    order = [last - n if backwards else n for n in range(last + 1)]
    found = numbered(project, [{"a": CHAIN[n]} for n in order])
    for place, n in enumerate(order):
        expected: dict[Any, int] = {}
        for other in (n - 1, n + 1):
            if 0 <= other <= last:
                value = CHAIN[other]
                key = tuple(value) if isinstance(value, list) else value
                expected[key] = order.index(other)
        assert found[place] == {"a": expected}
        assert [type(key) for key in found[place]["a"]] == [type(key) for key in expected]


def test_previous_comes_before_next(project: Any) -> None:
    """Of two neighbors the lower one is the first."""
    jobs = [project.open_job({"a": n}).init() for n in (5, 1, 3)]
    assert list(project.get_neighbors()[jobs[2].id]["a"].items()) == [
        (1, jobs[1].id),
        (5, jobs[0].id),
    ]


def test_plain_types(project: Any) -> None:
    """The result is made of dictionaries."""
    for n in range(2):
        project.open_job({"a": n}).init()
    found = project.get_neighbors()
    assert type(found) is dict
    for keys in found.values():
        assert type(keys) is dict
        assert type(keys["a"]) is dict


LOCKSTEP = [{"b": n, "2b": 2 * n, "c": m} for n in range(3) for m in range(2)]


@pytest.mark.parametrize("ignore", ["2b", ["2b"], [], None], ids=ids)
def test_lockstep(project: Any, ignore: Any) -> None:
    """A key that changes with another one can be ignored; it does not appear then."""
    found = numbered(project, LOCKSTEP, **({"ignore": ignore} if ignore is not None else {}))
    if ignore:
        assert found == {
            0: {"c": {1: 1}, "b": {1: 2}},
            1: {"c": {0: 0}, "b": {1: 3}},
            2: {"c": {1: 3}, "b": {0: 0, 2: 4}},
            3: {"c": {0: 2}, "b": {0: 1, 2: 5}},
            4: {"c": {1: 5}, "b": {1: 2}},
            5: {"c": {0: 4}, "b": {1: 3}},
        }
    else:
        assert all(keys["b"] == keys["2b"] == {} for keys in found.values())
        assert [found[number]["c"] for number in range(6)] == [
            {1: 1},
            {0: 0},
            {1: 3},
            {0: 2},
            {1: 5},
            {0: 4},
        ]


def test_ignored_nested_key(project: Any) -> None:
    """A nested key is ignored by its dotted name."""
    statepoints = [{"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}]
    assert numbered(project, statepoints, ignore="a.b") == {
        0: {"a.c": {2: 1}},
        1: {"a.c": {1: 0}},
    }


def test_ignored_constant(project: Any) -> None:
    """Ignoring a constant key is allowed, and changes nothing."""
    statepoints = [{"k": 0, "a": 1}, {"k": 0, "a": 2}]
    assert numbered(project, statepoints, ignore=["k"]) == {0: {"a": {2: 1}}, 1: {"a": {1: 0}}}


@pytest.mark.parametrize("ignore", ["s", ["s"], ["s", "a"]], ids=ids)
def test_indistinguishable(project: Any, ignore: Any) -> None:
    """Ignoring what alone tells two jobs apart is a `ValueError` that names keys and jobs."""
    jobs = [project.open_job({"a": 1, "s": n}).init() for n in range(2)]
    with pytest.raises(ValueError, match="impossible to distinguish") as caught:
        project.get_neighbors(ignore=ignore)
    assert "'s'" in str(caught.value)
    assert any(job.id in str(caught.value) for job in jobs)


@pytest.mark.parametrize(
    ("ignore", "names"),
    [("zz", ["zz"]), (["zz"], ["zz"]), (["zz", "yy"], ["zz", "yy"]), ("n.b", ["n.b"])],
    ids=ids,
)
def test_unknown_keys(project: Any, ignore: Any, names: list[str]) -> None:
    """An unknown key is a `RuntimeWarning` and then ignored; one that is no leaf is unknown."""
    statepoints = [{"a": 1, "n": {"b": {"c": 1}}}, {"a": 2, "n": {"b": {"c": 1}}}]
    with pytest.warns(RuntimeWarning, match="not present") as caught:
        found = numbered(project, statepoints, ignore=ignore)
    assert found == {0: {"a": {2: 1}}, 1: {"a": {1: 0}}}
    texts = [str(warning.message) for warning in caught]
    assert len(texts) == 1
    assert all(name in texts[0] for name in names)


def test_equal_numbers_of_unlike_type(project: Any) -> None:
    """Of `1`, `1.0` and `True` none is a neighbor of itself."""
    found = numbered(project, [{"a": 1}, {"a": 1.0}, {"a": True}, {"a": 2}])
    assert all(number not in keys["a"].values() for number, keys in found.items())
    assert found[2]["a"] == {1.0: 1}
    assert found[3]["a"] == {1: 0}
    assert found[0]["a"][2] == 3
    assert found[0]["a"][1.0] == 1


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], [[1], [2]]],
        [[{"x": 1}], [{"x": 2}]],
        [[1], ["x"], [None], [1, "x"]],
        [[True], [1], [1.5]],
        [[], [[]], [{}]],
    ],
    ids=ids,
)
def test_lists_of_unlike_elements(project: Any, values: list[Any]) -> None:
    """Lists that Python cannot order are a chain all the same."""
    found = numbered(project, [{"a": value} for value in values])
    links = sorted(len(keys["a"]) for keys in found.values())
    assert links == sorted([1, 1] + [2] * (len(values) - 2))
    for number, keys in found.items():
        for other in keys["a"].values():
            assert number in found[other]["a"].values()


def test_empty_mappings(project: Any) -> None:
    """Empty mappings neither fail nor have neighbors; they tell shapes apart."""
    found = numbered(project, [{"a": {}, "b": 1}, {"a": {}, "b": 2}, {"b": 4}])
    assert found[0]["b"] == {2: 1}
    assert found[1]["b"] == {1: 0}
    assert found[2].get("b", {}) == {}
    assert all(not keys.get("a") for keys in found.values())


def test_not_a_number(project: Any) -> None:
    """NaN disturbs nothing."""
    found = numbered(project, [{"a": float("nan")}, {"a": 1.0}, {"a": 2.0}])
    assert found[1]["a"][2.0] == 2
    assert found[2]["a"][1.0] == 1


def test_new_jobs(project: Any, reopen: Any) -> None:
    """Every call sees the jobs of now."""
    first = project.open_job({"a": 1}).init()
    assert project.get_neighbors() == {first.id: {}}
    second = reopen().open_job({"a": 5}).init()
    assert project.get_neighbors()[first.id] == {"a": {5: second.id}}
    third = project.open_job({"a": 3}).init()
    assert reopen().get_neighbors()[first.id] == {"a": {3: third.id}}
    third.remove()
    assert project.get_neighbors()[first.id] == {"a": {5: second.id}}


def test_values_of_to_hashable(project: Any) -> None:
    """Values can be compared with what `signac._utility._to_hashable` makes."""
    from signac._utility import _to_hashable

    jobs = [project.open_job({"a": [n, [n]]}).init() for n in range(3)]
    (low, high) = project.get_neighbors()[jobs[1].id]["a"]
    assert low == _to_hashable([0, [0]])
    assert high == _to_hashable([2, [2]])
    assert low < _to_hashable([1, [1]]) < high


def test_linear_time(project: Any) -> None:
    """Keys that are different in every job do not make the work grow with the square."""
    project.create_jobs([{"a": n, "seed": n, "k": n % 3} for n in range(1200)])
    start = time.process_time()
    found = project.get_neighbors()
    spent = time.process_time() - start
    assert len(found) == 1200
    assert all(keys["a"] == keys["seed"] == {} for keys in found.values())
    assert spent < 3


def test_linear_time_ignoring(project: Any) -> None:
    """Ignoring a key costs no more, and finds all links of the chain."""
    project.create_jobs([{"a": n, "seed": -n} for n in range(1200)])
    start = time.process_time()
    found = project.get_neighbors(ignore=["seed"])
    assert time.process_time() - start < 3
    assert sorted(len(keys["a"]) for keys in found.values()) == [1, 1] + [2] * 1198
