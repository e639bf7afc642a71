"""Faulty filters always raise, when the search is evaluated (reference, section 15.3)."""

import re
from typing import Any

import pytest

from acceptance.finding import fill, found


def ids(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)[:40]


FAULTS: list[tuple[Any, type[Exception]]] = [
    ({"$foo": 1}, KeyError),
    ({"a": {"$foo": 1}}, KeyError),
    ({"a.$foo": 1}, KeyError),
    ({"b": {"c": {"$foo": 1}}}, KeyError),
    ({"doc.d.$foo": 1}, KeyError),
    ({"a.$": 1}, KeyError),
    ({"a.$$lt": 1}, KeyError),
    ({"a.$not.$lt": 1}, KeyError),
    ({"a": {"$lt": {"$gt": 1}}}, KeyError),
    ({"a.lt$": 1}, KeyError),
    ({"a.$lt.b": 1}, KeyError),
    ({"k$x": 1}, KeyError),
    ({"$and.a": 1}, KeyError),
    ({"a": {"$lt": {"b": 1}}}, KeyError),
    ({"a": {"$regex": {"b": 1}}}, KeyError),
    ({"a": {"$near": {"b": 1}}}, KeyError),
    ({"a": {"$and": [{"c": 1}]}}, KeyError),
    ({"a": {"$or": []}}, KeyError),
    ({"a": {"$not": {"c": 1}}}, KeyError),
    ({"a.$and": [{"c": 1}]}, KeyError),
    ({"sp": {"$and": [{"a": 1}]}}, KeyError),
    ({"sp": {"$not": {"a": 1}}}, KeyError),
    ({"doc": {"$or": [{"d": 1}]}}, KeyError),
    ({"$and": []}, ValueError),
    ({"$or": []}, ValueError),
    ({"$and": ()}, ValueError),
    ({"$and": {"a": 1}}, ValueError),
    ({"$or": "a"}, ValueError),
    ({"$or": 5}, ValueError),
    ({"$and": None}, ValueError),
    ({"$and": [5]}, AttributeError),
    ({"$or": [None]}, AttributeError),
    ({"$and": ["a 1"]}, AttributeError),
    ({"$not": [{"a": 1}]}, AttributeError),
    ({"$not": 5}, AttributeError),
    ({"$not": None}, AttributeError),
    ({"$not": "a"}, AttributeError),
    ({"a": {"$in": 5}}, TypeError),
    ({"a": {"$nin": 5}}, TypeError),
    ({"a": {"$in": None}}, TypeError),
    ({"a": {"$nin": 1.5}}, TypeError),
    ({"a": {"$regex": "["}}, re.error),
    ({"a": {"$regex": "(?P<x"}}, re.error),
    ({"a": {"$regex": 1}}, TypeError),
    ({"a": {"$regex": None}}, TypeError),
    ({"a": {"$regex": ["x"]}}, TypeError),
    ({"a": {"$type": "dict"}}, ValueError),
    ({"a": {"$type": "tuple"}}, ValueError),
    ({"a": {"$type": "NoneType"}}, ValueError),
    ({"a": {"$type": 1}}, ValueError),
    ({"a": {"$type": ["int"]}}, ValueError),
    ({"a": {"$type": None}}, ValueError),
    ({"a": {"$near": []}}, ValueError),
    ({"a": {"$near": [1, 0.1, 0.1, 0.1]}}, ValueError),
    ({"a": {"$near": "x"}}, ValueError),
    ({"a": {"$near": ["x"]}}, ValueError),
    ({"a": {"$near": None}}, TypeError),
    ({"a": {"$near": [None]}}, TypeError),
    ({"a": {"$near": [[1]]}}, TypeError),
    ({"a": {"$near": [1, -1]}}, ValueError),
    ({"a": {"$near": [1, 0.1, -1]}}, ValueError),
    ({"a": {"$exists": 1}}, ValueError),
    ({"a": {"$exists": "true"}}, ValueError),
    ({"a": {"$exists": None}}, ValueError),
    ({"a": {"$exists": []}}, ValueError),
]


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    return fill(
        project, [{"a": n, "b": {"c": n}} for n in range(3)] + [{"a": "x"}], [{"d": 1}, {"d": 2}]
    )


@pytest.mark.parametrize(("query", "kind"), FAULTS, ids=ids)
def test_faults_raise_when_evaluated(
    project: Any, jobs: list[Any], query: Any, kind: type[Exception]
) -> None:
    """A fault is an error of the class that programs catch, at every use but not before."""
    cursor = project.find_jobs(query)
    assert repr(cursor)
    for use in (len, list, bool, lambda c: c[0], lambda c: jobs[0] in c, lambda c: list(c[:1])):
        with pytest.raises(kind):
            use(cursor)


@pytest.mark.parametrize(("query", "kind"), FAULTS, ids=ids)
def test_faults_are_query_errors(project: Any, jobs: list[Any], query: Any, kind: Any) -> None:
    """Every fault is a `QueryError`, and so a `ValueError`, with a text and a stable kind."""
    from signac.errors import Error, InvalidInputError, QueryError

    with pytest.raises(QueryError) as caught:
        list(project.find_jobs(query))
    error = caught.value
    assert isinstance(error, (Error, InvalidInputError))
    assert isinstance(error, ValueError)
    assert isinstance(error, kind)
    assert str(error).strip() not in ("", "''", '""')
    assert isinstance(error.kind, str)


@pytest.mark.parametrize(("query", "kind"), FAULTS, ids=ids)
def test_faults_raise_in_an_empty_project(project: Any, query: Any, kind: type[Exception]) -> None:
    """A fault is an error in a project without jobs too."""
    with pytest.raises(kind):
        list(project.find_jobs(query))
    with pytest.raises(kind):
        len(project.find_jobs({"$not": query}))


@pytest.mark.parametrize(("query", "kind"), FAULTS, ids=ids)
def test_faults_raise_wherever_they_are(
    project: Any, jobs: list[Any], query: Any, kind: type[Exception]
) -> None:
    """A fault is found in every part of a filter, also where the answer is empty before it."""
    for whole in (
        {"$and": [{"a": 99}, query]},
        {"$or": [{}, query]},
        {"$or": [{"a": 0}, {"$not": query}]},
        {"a": 99, "$and": [{"missing": 1}, {"$or": [query]}]},
    ):
        with pytest.raises(kind):
            list(project.find_jobs(whole))


def test_faults_of_keys_that_no_job_has(project: Any, jobs: list[Any]) -> None:
    """A fault is found when no job has the key, or no value is of the right type."""
    for query, kind in [
        ({"missing": {"$regex": "["}}, re.error),
        ({"missing": {"$type": "dict"}}, ValueError),
        ({"missing": {"$in": 5}}, TypeError),
        ({"b.c": {"$regex": "["}}, re.error),
        ({"doc.missing": {"$near": [1, -1]}}, ValueError),
        ({"a": 99, "b": {"$foo": 1}}, KeyError),
    ]:
        with pytest.raises(kind):
            list(project.find_jobs(query))


def test_messages_name_the_place(project: Any) -> None:
    """The message contains the operator or the key that is at fault."""
    for query, word in [
        ({"b": {"c": {"$foo": 1}}}, "$foo"),
        ({"a.$$lt": 1}, "$$lt"),
        ({"a.$lt.b": 1}, "$lt"),
        ({"k$x": 1}, "k$x"),
        ({"$and": []}, "$and"),
        ({"$not": 5}, "$not"),
        ({"a": {"$type": "dict"}}, "dict"),
        ({"a": {"$regex": "[x"}}, "[x"),
        ({"a": {"$exists": 7}}, "$exists"),
        ({"a": {"$near": []}}, "$near"),
        ({"a": {"$in": 5}}, "$in"),
    ]:
        with pytest.raises(Exception) as caught:
            list(project.find_jobs(query))
        assert word in str(caught.value)


@pytest.mark.parametrize("use", ["groupby", "to_dataframe"])
def test_faults_in_what_follows(project: Any, jobs: list[Any], use: str) -> None:
    """A fault is an error in groups and tables of the cursor."""
    cursor = project.find_jobs({"a": {"$foo": 1}})
    with pytest.raises(KeyError):
        list(cursor.groupby("a") if use == "groupby" else cursor.to_dataframe())


def test_an_error_is_raised_again(project: Any, jobs: list[Any]) -> None:
    """A cursor with a fault raises at each use; other cursors are not affected."""
    cursor = project.find_jobs({"a": {"$type": "dict"}})
    for _ in range(3):
        with pytest.raises(ValueError):
            len(cursor)
    assert found(project, {"a": {"$type": "int"}}) == [0, 1, 2]


def test_errors_pickle(project: Any) -> None:
    """Query errors survive pickling, as all errors do."""
    import pickle

    for query, kind in FAULTS:
        with pytest.raises(kind) as caught:
            list(project.find_jobs(query))
        copy = pickle.loads(pickle.dumps(caught.value))
        assert type(copy) is type(caught.value)
        assert str(copy) == str(caught.value)
