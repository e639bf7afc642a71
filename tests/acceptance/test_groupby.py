"""`groupby` of projects and cursors (reference, section 7)."""

import itertools
import warnings
from typing import Any

import pytest

from acceptance.finding import fill, labels, made

Groups = list[tuple[Any, list[int]]]


def ids(value: Any) -> str:
    return repr(value)[:40]


def groups(where: Any, *args: Any, **names: Any) -> Groups:
    """Return keys and labels of all groups."""
    return [(key, labels(group)) for key, group in where.groupby(*args, **names)]


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give six jobs; the last one has no document, the first three have `h`."""
    statepoints = [
        {"a": n % 3, "b": {"c": n % 2, "d": {"e": n % 2}}, "l": [n % 2, 1]} for n in range(6)
    ]
    for n in range(3):
        statepoints[n]["h"] = n
    documents: list[Any] = [{"x": n % 2, "y": {"z": n % 3}} for n in range(5)]
    documents[4]["o"] = 1
    return made(tmp_path_factory.mktemp("six") / "project", statepoints, documents)


BY_A: Groups = [(0, [0, 3]), (1, [1, 4]), (2, [2, 5])]
BY_X: Groups = [(0, [0, 2, 4]), (1, [1, 3])]
BY_B: Groups = [(0, [0, 2, 4]), (1, [1, 3, 5])]
BY_Z: Groups = [(0, [0, 3]), (1, [1, 4]), (2, [2])]
BY_A_X: Groups = [((0, 0), [0]), ((0, 1), [3]), ((1, 0), [4]), ((1, 1), [1]), ((2, 0), [2])]

WITHOUT_DEFAULT: list[tuple[Any, Groups]] = [
    ("a", BY_A),
    ("sp.a", BY_A),
    ("doc.x", BY_X),
    ("h", [(0, [0]), (1, [1]), (2, [2])]),
    ("doc.o", [(1, [4])]),
    ("missing", []),
    ("doc.missing", []),
    ("", []),
    ("y.z", []),
    ("l", [([0, 1], [0, 2, 4]), ([1, 1], [1, 3, 5])]),
    (("a",), [((key,), jobs) for key, jobs in BY_A]),
    ({"a"}, [((key,), jobs) for key, jobs in BY_A]),
    (["a"], [((key,), jobs) for key, jobs in BY_A]),
    (("a", "n"), [((n % 3, n), [n]) for n in (0, 3, 1, 4, 2, 5)]),
    (("a", "doc.x"), BY_A_X),
    (["sp.a", "doc.x"], BY_A_X),
    (("doc.x", "a"), BY_A_X),
    (("h", "a"), [((0, 0), [0]), ((1, 1), [1]), ((2, 2), [2])]),
    (("a", "missing"), []),
    ((), [((), [0, 1, 2, 3, 4, 5])]),
    ([], [((), [0, 1, 2, 3, 4, 5])]),
    (("l", "a"), [(([n % 2, 1], n % 3), [n]) for n in (0, 4, 2, 3, 1, 5)]),
]


@pytest.mark.parametrize(("key", "expected"), WITHOUT_DEFAULT, ids=ids)
def test_keys(six: Any, key: Any, expected: Groups) -> None:
    """Groups come in order of their keys; jobs that lack a key are in none."""
    assert groups(six, key) == expected
    assert groups(six.find_jobs(), key) == expected
    assert groups(six, key=key, default=None) == expected


WITH_DEFAULT: list[tuple[Any, Groups]] = [
    ("a", BY_A),
    ("doc.x", [(-1, [5]), *BY_X]),
    ("h", [(-1, [3, 4, 5]), (0, [0]), (1, [1]), (2, [2])]),
    ("doc.o", [(-1, [0, 1, 2, 3, 5]), (1, [4])]),
    ("missing", [(-1, [0, 1, 2, 3, 4, 5])]),
    ("doc.missing", [(-1, [0, 1, 2, 3, 4, 5])]),
    (
        ("h", "a"),
        [
            ((-1, 0), [3]),
            ((-1, 1), [4]),
            ((-1, 2), [5]),
            ((0, 0), [0]),
            ((1, 1), [1]),
            ((2, 2), [2]),
        ],
    ),
    (
        ("h", "doc.o"),
        [((-1, -1), [3, 5]), ((-1, 1), [4]), ((0, -1), [0]), ((1, -1), [1]), ((2, -1), [2])],
    ),
    (("a", "missing"), [((0, -1), [0, 3]), ((1, -1), [1, 4]), ((2, -1), [2, 5])]),
    (("doc.x", "a"), [*BY_A_X[:4], ((2, -1), [5]), ((2, 0), [2])]),
    ((), [((), [0, 1, 2, 3, 4, 5])]),
]


@pytest.mark.parametrize(("key", "expected"), WITH_DEFAULT, ids=ids)
def test_defaults(six: Any, key: Any, expected: Groups) -> None:
    """The default stands for what is missing, element by element in tuples."""
    assert groups(six, key, -1) == expected
    assert groups(six.find_jobs(), key, default=-1) == expected


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        (None, [(0, [0]), (1, [1]), (2, [2])]),
        (0, [(0, [0, 3, 4, 5]), (1, [1]), (2, [2])]),
        (1.5, [(0, [0]), (1, [1]), (1.5, [3, 4, 5]), (2, [2])]),
        (99, [(0, [0]), (1, [1]), (2, [2]), (99, [3, 4, 5])]),
    ],
    ids=ids,
)
def test_default_values(six: Any, default: Any, expected: Groups) -> None:
    """The default takes part in the order and may be equal to a value; None is no default."""
    assert groups(six, "h", default=default) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("b.c", BY_B),
        ("sp.b.c", BY_B),
        ("b.d.e", BY_B),
        ("doc.y.z", BY_Z),
        ("b.missing", []),
        ("a.b.c", []),
        (("a", "b.c"), [((n % 3, n % 2), [n]) for n in (0, 3, 4, 1, 2, 5)]),
        (("doc.y.z", "b.c"), [((n % 2, n % 3), [n]) for n in (0, 4, 2, 3, 1)]),
    ],
    ids=ids,
)
def test_nested_keys(six: Any, key: Any, expected: Groups) -> None:
    """Dotted keys group by nested values."""
    assert groups(six, key) == expected


def test_nested_keys_with_default(six: Any) -> None:
    """Nested keys that are there do not fall to the default."""
    assert groups(six, "b.c", default=-1) == BY_B
    assert groups(six, "doc.y.z", default=-1) == [(-1, [5]), *BY_Z]
    assert groups(six, "b.missing", default=-1) == [(-1, [0, 1, 2, 3, 4, 5])]


def test_iterators_of_keys(six: Any) -> None:
    """Any iterable of keys will do, generators too."""
    assert groups(six, iter(["a"])) == groups(six, ("a",))
    assert groups(six, (key for key in ("a", "doc.x"))) == BY_A_X
    assert groups(six, {"a": 1, "doc.x": 2}.keys()) == BY_A_X


def test_by_id(six: Any) -> None:
    """Without a key every job is a group, in order of the ids."""
    found = [(key, [job.id for job in group]) for key, group in six.groupby()]
    assert found == [(name, [name]) for name in sorted(job.id for job in six)]
    assert [key for key, _ in six.groupby(None)] == [key for key, _ in found]


def test_callables(six: Any) -> None:
    """A function of a job gives the keys."""
    assert groups(six, lambda job: job.sp.a) == BY_A
    assert groups(six, lambda job: job.doc.get("x", -1)) == [(-1, [5]), *BY_X]
    assert groups(six, lambda job: (job.sp.a, job.sp.b.c)) == groups(six, ("a", "b.c"))
    assert [key for key, _ in six.groupby(lambda job: job.id)] == sorted(job.id for job in six)
    assert groups(six, key=lambda job: "x") == [("x", [0, 1, 2, 3, 4, 5])]


@pytest.mark.parametrize("key", [None, lambda job: job.sp.a], ids=["None", "callable"])
def test_default_without_keys(six: Any, key: Any) -> None:
    """A default beside a function, or no key, is a `UserWarning` and has no effect."""
    with pytest.warns(UserWarning, match="default"):
        found = groups(six, key, default=5)
    assert found == groups(six, key)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        groups(six, key, default=None)


def test_filtered(six: Any) -> None:
    """Groups of a cursor are groups of its jobs."""
    assert groups(six.find_jobs({"n": {"$lt": 3}}), "a") == [(0, [0]), (1, [1]), (2, [2])]
    assert groups(six.find_jobs({"n": {"$lt": 3}}), "doc.x") == [(0, [0, 2]), (1, [1])]
    assert groups(six.find_jobs({"doc.x": 1}), "a") == [(0, [3]), (1, [1])]
    assert groups(six.find_jobs({"a": 1}), "missing", default=0) == [(0, [1, 4])]
    assert groups(six.find_jobs({"a": 99}), "a") == []
    assert groups(six.find_jobs({"n": {"$lt": 3}}), lambda job: job.sp.a % 2) == [
        (0, [0, 2]),
        (1, [1]),
    ]
    assert len(groups(six.find_jobs({"a": 1}), None)) == 2


def test_groups_are_consumed_in_order(six: Any) -> None:
    """As in `itertools.groupby`, going on to the next group ends the one before."""
    assert [(key, list(group)) for key, group in list(six.groupby("a"))] == [
        (0, []),
        (1, []),
        (2, []),
    ]
    iterator = six.groupby("a")
    key, group = next(iterator)
    assert key == 0
    assert len(list(group)) == 2
    assert list(group) == []
    key, group = next(iterator)
    next(iterator)
    assert list(group) == []
    assert [key for key, _ in iterator] == []


def test_partly_consumed_groups(six: Any) -> None:
    """What is left of a group is skipped."""
    found = [(key, next(iter(group)).sp.a) for key, group in six.groupby("a")]
    assert found == [(0, 0), (1, 1), (2, 2)]


def test_like_itertools(six: Any) -> None:
    """The result is that of `itertools.groupby` on the sorted jobs."""
    jobs = sorted(six, key=lambda job: job.sp.a)
    expected = [(key, labels(group)) for key, group in itertools.groupby(jobs, lambda j: j.sp.a)]
    assert groups(six, "a") == expected


def test_everything_is_lazy(six: Any) -> None:
    """Nothing is evaluated, and no error raised, before the first `next`."""
    for key, error in [(5, TypeError), (5.5, TypeError), (("a", 5), TypeError)]:
        iterator = six.groupby(key)
        assert iter(iterator) is iterator
        with pytest.raises(error):
            next(iterator)
    iterator = six.find_jobs({"a": {"$foo": 1}}).groupby("a")
    with pytest.raises(KeyError):
        next(iterator)
    with pytest.raises(StopIteration):
        next(six.groupby("missing"))


def test_laziness_sees_later_jobs(project: Any) -> None:
    """Jobs that were made before the first `next` are there."""
    fill(project, [{"a": 0}])
    iterator = project.groupby("a")
    fill(project, [{"n": 7, "a": 0}])
    assert [(key, labels(group)) for key, group in iterator] == [(0, [0, 7])]


def test_equal_numbers_are_one_group(project: Any) -> None:
    """`1`, `1.0` and `True` fall into one group."""
    fill(project, [{"a": value} for value in (1, True, 1.0, 2, False, 0.0)])
    assert groups(project, "a") == [(0, [4, 5]), (1, [0, 1, 2]), (2, [3])]
    assert groups(project, ("a", "a")) == [((0, 0), [4, 5]), ((1, 1), [0, 1, 2]), ((2, 2), [3])]


def test_list_values(project: Any) -> None:
    """A list value is a key that is like a list."""
    fill(project, [{"a": [2, 1]}, {"a": [1, 5]}, {"a": [1, 5]}])
    found = [(list(key), labels(group)) for key, group in project.groupby("a")]
    assert found == [([1, 5], [1, 2]), ([2, 1], [0])]
    assert [key == [1, 5] for key, _ in project.groupby("a")] == [True, False]
    assert [key[0] for key, _ in project.groupby("a")] == [1, 2]


@pytest.mark.parametrize(
    "values",
    [[1, "x"], [None, 1], [[1], 1], [[1], ["x"]]],
    ids=ids,
)
def test_unlike_types(project: Any, values: list[Any]) -> None:
    """Keys of unlike types are a `TypeError`, or every group is there."""
    fill(project, [{"a": value} for value in values])
    try:
        found = groups(project, "a")
    except TypeError:
        return
    assert sorted(found, key=repr) == sorted(
        ([(value, [n]) for n, value in enumerate(values)]), key=repr
    )


@pytest.mark.parametrize("values", [[{"x": 1}, {"x": 2}], [{"x": 1}, 1]], ids=ids)
def test_mapping_values(project: Any, values: list[Any]) -> None:
    """Mapping values are a `TypeError` when two must be compared, or every group is there."""
    fill(project, [{"a": value} for value in values])
    try:
        found = groups(project, "a")
    except TypeError:
        found = [(value, [n]) for n, value in enumerate(values)]
    assert sorted(found, key=repr) == sorted(
        ([(value, [n]) for n, value in enumerate(values)]), key=repr
    )
    assert groups(project.find_jobs({"n": 0}), "a") == [(values[0], [0])]


def test_unlike_default(six: Any) -> None:
    """A default of another type than the values is a `TypeError`, or a group like others."""
    try:
        found = groups(six, "h", default="x")
    except TypeError:
        return
    assert sorted(found, key=repr) == sorted(
        [("x", [3, 4, 5]), (0, [0]), (1, [1]), (2, [2])], key=repr
    )


def test_empty_project(project: Any) -> None:
    """A project without jobs has no groups."""
    assert groups(project, "a") == groups(project) == groups(project, ()) == []
    assert groups(project, "a", default=1) == []


def test_jobs_know_their_project(six: Any) -> None:
    """Jobs of groups are handles of the project."""
    for _, group in six.groupby("a"):
        assert all(job.project is six for job in group)


def test_groups_see_new_jobs_and_documents(project: Any) -> None:
    """Jobs of other shape, and documents written since, are seen by the next call."""
    jobs = fill(project, [{"a": 0}, {"a": 1}])
    assert groups(project, "a") == [(0, [0]), (1, [1])]
    assert groups(project, "doc.x") == []
    fill(project, [{"n": 2, "b": 5}, {"n": 3, "a": 0, "b": {"c": 1}}])
    jobs[0].doc.x = 9
    assert groups(project, "a") == [(0, [0, 3]), (1, [1])]
    assert groups(project, "a", default=-1) == [(-1, [2]), (0, [0, 3]), (1, [1])]
    assert groups(project, "b.c") == [(1, [3])]
    assert groups(project, "doc.x") == [(9, [0])]


def test_jobs_can_be_removed_on_the_way(project: Any) -> None:
    """The jobs of a group may be removed while the groups are gone through."""
    fill(project, [{"a": n % 2} for n in range(6)])
    for key, group in project.groupby("a"):
        for job in group:
            if key == 0:
                job.remove()
    assert labels(project) == [1, 3, 5]
