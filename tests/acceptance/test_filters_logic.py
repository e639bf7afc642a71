"""Namespaces, nesting and logical operators of filters (reference, sections 15.1 and 15.3)."""

import json
import pathlib
from typing import Any

import pytest

from acceptance.finding import fill, found, labelled, labels, made

ALL = list(range(10))


def ids(value: Any) -> str:
    return repr(value)[:40]


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give ten jobs with plain, nested and oddly named keys; the last one has no document."""
    statepoints = [
        {"a": n, "b": {"c": n}, "sp": n % 2, "doc": n % 3, "doc2": {"x": n}, "l": [{"x": n}, n]}
        for n in ALL
    ]
    documents = [{"d": n, "e": {"f": n % 4}, "sp": n} for n in range(9)]
    return made(tmp_path_factory.mktemp("ten") / "project", statepoints, documents)


NAMESPACES: list[tuple[Any, list[int]]] = [
    ({"a": 3}, [3]),
    ({"sp.a": 3}, [3]),
    ({"sp": {"a": 3}}, [3]),
    ({"doc.d": 3}, [3]),
    ({"doc": {"d": 3}}, [3]),
    ({"sp": {"a": 1}, "doc": {"d": 1}}, [1]),
    ({"sp": {"a": 1}, "doc": {"d": 2}}, []),
    ({"a": 1, "doc.d": 1}, [1]),
    ({"d": 3}, []),
    ({"doc.a": 3}, []),
    ({"sp.d": 3}, []),
    ({"sp.sp": 1}, [1, 3, 5, 7, 9]),
    ({"sp": {"sp": 1}}, [1, 3, 5, 7, 9]),
    ({"sp.doc": 2}, [2, 5, 8]),
    ({"sp": {"doc": 2}}, [2, 5, 8]),
    ({"sp": 1}, []),
    ({"doc": 2}, []),
    ({"sp": [1]}, []),
    ({"sp": None}, []),
    ({"sp": {"$in": [1]}}, []),
    ({"sp": {"$exists": True}}, ALL),
    ({"sp": {"$exists": False}}, []),
    ({"sp": {"$ne": 1}}, ALL),
    ({"doc": {"$exists": True}}, ALL[:9]),
    ({"doc": {"$exists": False}}, [9]),
    ({"doc": {"$ne": 1}}, ALL[:9]),
    ({"doc.sp": 4}, [4]),
    ({"doc2.x": 3}, [3]),
    ({"doc2": {"x": 3}}, [3]),
    ({"sp.doc2.x": 3}, [3]),
    ({"sp": {"doc2.x": 3}}, [3]),
    ({"b.c": 3}, [3]),
    ({"b": {"c": 3}}, [3]),
    ({"sp.b.c": 3}, [3]),
    ({"sp.b": {"c": 3}}, [3]),
    ({"sp": {"b": {"c": 3}}}, [3]),
    ({"sp": {"b.c": 3}}, [3]),
    ({"doc.e.f": 2}, [2, 6]),
    ({"doc.e": {"f": 2}}, [2, 6]),
    ({"doc": {"e": {"f": 2}}}, [2, 6]),
    ({"doc": {"e.f": 2}}, [2, 6]),
    ({"b.c": {"$lt": 2}}, [0, 1]),
    ({"b.c.$lt": 2}, [0, 1]),
    ({"b": {"c": {"$lt": 2}}}, [0, 1]),
    ({"b": {"c.$lt": 2}}, [0, 1]),
    ({"sp": {"b": {"c.$lt": 2}}}, [0, 1]),
    ({"doc": {"d.$lt": 2}}, [0, 1]),
    ({"b": {"$exists": True}}, ALL),
    ({"b.$exists": True}, ALL),
    ({"doc.d.$exists": True}, ALL[:9]),
    ({"doc.d.$exists": False}, [9]),
    ({"doc.e": {"$exists": False}}, [9]),
    ({"doc.d": {"$ne": 3}}, [0, 1, 2, 4, 5, 6, 7, 8]),
    ({"doc.e": {"$ne": 1}}, ALL[:9]),
    ({"b.c.d": 1}, []),
    ({"b.c.d.e": {"$exists": False}}, ALL),
    ({"a.x": {"$ne": 1}}, []),
    ({"l.0": 3}, []),
    ({"l.0.x": 3}, []),
    ({"l.x": 3}, []),
    ({"l.0": {"$exists": True}}, []),
    ({"l": [{"x": 3}, 3]}, [3]),
    ({"": 1}, []),
    ({"a": {"": 1}}, []),
    ({"a.": 1}, []),
    ({".a": 1}, []),
    ({"a..b": 1}, []),
    ({"a": 1, "b.c": 1}, [1]),
    ({"a": 1, "b.c": 2}, []),
    ({"a": 1, "b": {"c": 1}, "doc": {"d": 1, "e": {"f": 1}}}, [1]),
    ({}, ALL),
]


@pytest.mark.parametrize(("query", "expected"), NAMESPACES, ids=ids)
def test_namespaces_and_nesting(ten: Any, query: Any, expected: list[int]) -> None:
    """Keys are of the state point unless prefixed, dots are nesting, several keys are ANDed."""
    assert found(ten, query) == expected


X = {"b.c": {"$gt": 6}}
LOGIC: list[tuple[Any, list[int]]] = [
    ({"$and": [{"a": 0}, {"a": 1}]}, []),
    ({"$or": [{"a": 0}, {"a": 1}]}, [0, 1]),
    ({"$or": [{"sp.b": {"c": 0}}, {"sp.b.c": 1}]}, [0, 1]),
    ({"$and": [{"sp": {"a": 0}}, {"doc": {"d": 0}}]}, [0]),
    ({"$or": [{"sp.a": 0}, {"doc.d": 1}]}, [0, 1]),
    ({"$and": [{"$not": {"a": 5}}]}, [0, 1, 2, 3, 4, 6, 7, 8, 9]),
    ({"$not": {"$not": X}}, [7, 8, 9]),
    (X, [7, 8, 9]),
    ({"$not": X}, [0, 1, 2, 3, 4, 5, 6]),
    ({"$and": [{}, {"a": 0}]}, [0]),
    ({"$or": [{}, {"a": 0}]}, ALL),
    ({"$not": {}}, []),
    ({"$and": [{}]}, ALL),
    ({"$or": [{}]}, ALL),
    ({"$and": ({"a": 1}, {"b.c": 1})}, [1]),
    ({"$or": ({"a": 1}, {"b.c": 2})}, [1, 2]),
    ({"$or": [{"a": 1}], "b.c": 1, "$and": [{"a": 1}]}, [1]),
    ({"$or": [{"a": 1}], "b.c": 2}, []),
    ({"$or": [{"a": 1, "b.c": 2}, {"a": 3, "b.c": 3}]}, [3]),
    ({"$or": [{"$and": [{"a": {"$gt": 1}}, {"a": {"$lt": 4}}]}, {"doc.d": 7}]}, [2, 3, 7]),
    ({"$and": [{"$or": [{"a": 1}, {"a": 2}]}, {"$or": [{"doc.d": 2}, {"doc.d": 3}]}]}, [2]),
    ({"$not": {"a": {"$lt": 5}}, "a": {"$gt": 7}}, [8, 9]),
    ({"$not": {"a": 1, "b.c": 1}}, [0, 2, 3, 4, 5, 6, 7, 8, 9]),
    ({"$not": {"a": 1, "b.c": 2}}, ALL),
    ({"$not": {"missing": 1}}, ALL),
    ({"$not": {"missing": {"$exists": True}}}, ALL),
    ({"$not": {"missing": {"$exists": False}}}, []),
    ({"$not": {"$or": [{"a": {"$lt": 3}}, {"a": {"$gt": 6}}]}}, [3, 4, 5, 6]),
    ({"$not": {"$and": [{"a": {"$gt": 2}}, {"doc.d": {"$lt": 6}}]}}, [0, 1, 2, 6, 7, 8, 9]),
    ({"$not": {"doc.d": 3}}, [0, 1, 2, 4, 5, 6, 7, 8, 9]),
    ({"$not": {"doc": {"d": 3}}}, [0, 1, 2, 4, 5, 6, 7, 8, 9]),
    ({"$not": {"doc.d": {"$exists": True}}}, [9]),
    ({"$not": {"doc.d": {"$exists": False}}}, ALL[:9]),
    ({"$not": {"doc.missing": 1}}, ALL),
    ({"$not": {"$not": {"doc.d": 3}}}, [3]),
    ({"$not": {"doc.d": {"$lt": 8}}, "doc.e.f": 0}, [8]),
    ({"$and": [{"$not": {"doc.d": 3}}, {"a": {"$lt": 5}}]}, [0, 1, 2, 4]),
    ({"$or": [{"$not": {"doc.d": {"$lt": 8}}}, {"a": 0}]}, [0, 8, 9]),
    ({"$not": {"sp.a": 1, "doc.d": 1}}, [0, 2, 3, 4, 5, 6, 7, 8, 9]),
    ({"$not": {"sp": {"a": 1}}}, [0, 2, 3, 4, 5, 6, 7, 8, 9]),
    ({"a": {"$lt": 5, "$gt": 2}, "$not": {"doc.d": 3}}, [4]),
]


@pytest.mark.parametrize(("query", "expected"), LOGIC, ids=ids)
def test_logic(ten: Any, query: Any, expected: list[int]) -> None:
    """`$and`, `$or` and `$not` combine whole filters, over state points and documents alike."""
    assert found(ten, query) == expected


@pytest.mark.parametrize(("query", "expected"), NAMESPACES + LOGIC, ids=ids)
def test_double_negation(ten: Any, query: Any, expected: list[int]) -> None:
    """`$not` of a filter gives the other jobs; `$not` of `$not` gives the jobs again."""
    assert found(ten, {"$not": query}) == sorted(set(ALL) - set(expected))
    assert found(ten, {"$not": {"$not": query}}) == expected
    assert found(ten, {"$and": [query, query]}) == expected
    assert found(ten, {"$or": [query, query]}) == expected


def test_two_spellings_of_one_key(ten: Any) -> None:
    """Several keys are joined by AND, also when they are spellings of one key."""
    assert found(ten, {"a": {"$lt": 5}, "sp.a": {"$gt": 3}}) == [4]
    assert found(ten, {"a": 1, "sp.a": 2}) == []
    assert found(ten, {"a": 1, "sp": {"a": 2}}) == []
    assert found(ten, {"b.c": 1, "b": {"c": 1}}) == [1]


def test_deep_nesting(ten: Any) -> None:
    """Filters may be nested as deeply as a program makes them."""
    query: Any = {"a": 5}
    for _ in range(60):
        query = {"$not": {"$and": [query, {}]}}
    assert found(ten, query) == [5]
    wide = {"$or": [{"a": n % 10} for n in range(2000)]}
    assert found(ten, wide) == ALL


def test_partial_matches(project: Any) -> None:
    """A nested mapping is a partial match: other keys of the stored mapping do not matter."""
    fill(project, [{"a": {"x": 1, "y": {"z": 1}}}, {"a": {"x": 1}}, {"a": {"y": {"z": 1, "w": 2}}}])
    assert found(project, {"a": {"x": 1}}) == [0, 1]
    assert found(project, {"a": {"y": {"z": 1}}}) == [0, 2]
    assert found(project, {"a": {"x": 1, "y": {"z": 1}}}) == [0]
    assert found(project, {"a": {"x": 1, "y.z": 1}}) == [0]


def test_keys_that_differ_in_their_type(project: Any) -> None:
    """A key that is a value in one job and a mapping in another is found in both forms."""
    fill(project, [{"a": 1}, {"a": {"b": 1}}, {"a": [1]}, {"a": {"b": {"c": 1}}}, {}])
    assert found(project, {"a": 1}) == [0]
    assert found(project, {"a.b": 1}) == [1]
    assert found(project, {"a.b.c": 1}) == [3]
    assert found(project, {"a": {"$exists": True}}) == [0, 1, 2, 3]
    assert found(project, {"a.b": {"$exists": True}}) == [1, 3]
    assert found(project, {"a.b": {"$exists": False}}) == [0, 2, 4]
    assert found(project, {"a": {"$ne": 1}}) == [1, 2, 3]
    assert found(project, {"a.b": {"$ne": 1}}) == [3]


def test_no_key_asks_for_the_id(ten: Any) -> None:
    """Nothing in a filter stands for the id of a job."""
    job = labelled(ten, 3)
    for key in ("id", "_id", "job_id", "sp.id", "doc._id"):
        assert found(ten, {key: job.id}) == []


def test_documents_are_those_of_now(project: Any, reopen: Any) -> None:
    """A job without a document has no document keys; every change is seen at once."""
    jobs = fill(project, [{}, {}, {}], [{"x": 1}, None, {"y": 1}])
    other = reopen()
    for where in (project, other):
        assert found(where, {"doc.x": 1}) == [0]
        assert found(where, {"doc.x.$exists": False}) == [1, 2]
        assert found(where, {"$not": {"doc.x": 1}}) == [1, 2]
    jobs[1].doc.x = 1
    for where in (project, other):
        assert found(where, {"doc.x": 1}) == [0, 1]
    pathlib.Path(jobs[1].fn(jobs[1].FN_DOCUMENT)).write_text(json.dumps({"x": 2}))
    for where in (project, other):
        assert found(where, {"doc.x": 1}) == [0]
        assert found(where, {"doc.x": 2}) == [1]
    pathlib.Path(jobs[1].fn(jobs[1].FN_DOCUMENT)).unlink()
    jobs[0].doc.clear()
    for where in (project, other):
        assert found(where, {"doc.x": {"$exists": True}}) == []
        assert found(where, {"doc.x.$exists": False}) == [0, 1, 2]


def test_documents_are_not_read_without_need(project: Any, reopen: Any, caplog: Any) -> None:
    """A damaged document disturbs no filter that has no document key."""
    jobs = fill(project, [{}, {}, {}], [{"x": 1}, {"x": 1}, {"x": 1}])
    pathlib.Path(jobs[1].fn(jobs[1].FN_DOCUMENT)).write_bytes(b"")
    caplog.clear()
    assert found(reopen(), {"n": {"$lt": 2}}) == [0, 1]
    assert found(reopen(), {"$not": {"n": 0}}) == [1, 2]
    assert not [record for record in caplog.records if record.name.startswith("signac")]


def test_new_jobs_are_found_at_once(project: Any, reopen: Any) -> None:
    """A search sees at once which jobs are made, changed and removed, here and elsewhere."""
    other = reopen()
    assert found(other, {"a": 1}) == []
    job = project.open_job({"a": 1, "n": 7}).init()
    assert found(other, {"a": 1}) == found(project, {"a": 1}) == [7]
    job.sp.a = 2
    assert found(other, {"a": 1}) == found(project, {"a": 1}) == []
    assert found(other, {"a": 2}) == found(project, {"a": 2}) == [7]
    job.remove()
    assert found(other, {"a": 2}) == found(project, {"a": 2}) == []


@pytest.mark.parametrize("query", ["plain", "sp.", "doc.", "mixed", "operator", "nothing"])
def test_membership(project: Any, query: str) -> None:
    """A job is in a cursor iff it is found, and not before it is initialised."""
    filters: dict[str, Any] = {
        "plain": {"a": 1},
        "sp.": {"sp.a": 1},
        "doc.": {"doc.x": {"$exists": False}},
        "mixed": {"a": 1, "doc.x.$exists": False},
        "operator": {"a.$gt": 0},
        "nothing": None,
    }
    fill(project, [{"a": 1}, {"a": 5}])
    job = project.open_job({"a": 1, "n": 9})
    assert job not in project.find_jobs(filters[query])
    job.init()
    assert job in project.find_jobs(filters[query])
    assert 9 in labels(project.find_jobs(filters[query]))
    assert project.open_job({"a": 7}) not in project.find_jobs(filters[query])
