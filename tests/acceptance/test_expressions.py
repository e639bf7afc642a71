"""A filter as one readable expression (beyond the peer)."""

import os
import time
from typing import Any

import pytest

from acceptance.finding import fill, found, made


def ids(value: Any) -> str:
    return repr(value)[:60]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give ten jobs with parameters of several types; the last two have no document."""
    statepoints = [
        {"p": n, "seed": n % 3, "name": f"run {n}", "b": {"c": n / 2, "t": n > 5}, "l": [n % 2, 1]}
        for n in range(10)
    ]
    for n in range(5):
        statepoints[n]["z"] = [None, 1, "x", [1], {"y": 2}][n]
    documents = [{"converged": n % 2 == 0, "score": n / 4, "info": {"k": n}} for n in range(8)]
    return made(tmp_path_factory.mktemp("runs") / "project", statepoints, documents)


ALL = list(range(10))
EXPRESSIONS: list[tuple[str, Any, list[int]]] = [
    ("p > 7", {"p": {"$gt": 7}}, [8, 9]),
    ("p >= 8", {"p": {"$gte": 8}}, [8, 9]),
    ("p < 2", {"p": {"$lt": 2}}, [0, 1]),
    ("p <= 1", {"p": {"$lte": 1}}, [0, 1]),
    ("p == 3", {"p": 3}, [3]),
    ("p == 3.0", {"p": 3}, [3]),
    ("p==3", {"p": 3}, [3]),
    ("p != 3", {"p": {"$ne": 3}}, [0, 1, 2, 4, 5, 6, 7, 8, 9]),
    ("p > -1", {"p": {"$gt": -1}}, ALL),
    ("p == -1", {"p": -1}, []),
    ("p == 1e0", {"p": 1}, [1]),
    ("b.c == 1.5", {"b.c": 1.5}, [3]),
    ("sp.b.c > 3.5", {"b.c": {"$gt": 3.5}}, [8, 9]),
    ("b.t == True", {"b.t": True}, [6, 7, 8, 9]),
    ("b.t == False", {"b.t": False}, [0, 1, 2, 3, 4, 5]),
    ("sp.p == 4", {"p": 4}, [4]),
    ("doc.score >= 1.5", {"doc.score": {"$gte": 1.5}}, [6, 7]),
    ("doc.info.k == 2", {"doc.info.k": 2}, [2]),
    ("name == 'run 3'", {"name": "run 3"}, [3]),
    ('name == "run 3"', {"name": "run 3"}, [3]),
    ("name > 'run 7'", {"name": {"$gt": "run 7"}}, [8, 9]),
    ("name in ['run 1', 'run 2']", {"name": {"$in": ["run 1", "run 2"]}}, [1, 2]),
    ("p in [1, 2]", {"p": {"$in": [1, 2]}}, [1, 2]),
    ("p in (1, 2)", {"p": {"$in": [1, 2]}}, [1, 2]),
    ("p in []", {"p": {"$in": []}}, []),
    ("p not in [1, 2]", {"p": {"$nin": [1, 2]}}, [0, 3, 4, 5, 6, 7, 8, 9]),
    ("l == [1, 1]", {"l": [1, 1]}, [1, 3, 5, 7, 9]),
    ("l in [[1, 1], 5]", {"l": {"$in": [[1, 1], 5]}}, [1, 3, 5, 7, 9]),
    ("z == None", {"z": None}, [0]),
    ("z != None", {"z": {"$ne": None}}, [1, 2, 3, 4]),
    ("z > 0", {"z": {"$gt": 0}}, [1]),
    ("z.y == 2", {"z.y": 2}, [4]),
    ("p >= 2 and p < 5", {"p": {"$gte": 2, "$lt": 5}}, [2, 3, 4]),
    ("2 <= p < 5", {"p": {"$gte": 2, "$lt": 5}}, [2, 3, 4]),
    ("7 < p", {"p": {"$gt": 7}}, [8, 9]),
    ("3 == p", {"p": 3}, [3]),
    ("p == 1 or p == 2", {"$or": [{"p": 1}, {"p": 2}]}, [1, 2]),
    ("not p == 3", {"$not": {"p": 3}}, [0, 1, 2, 4, 5, 6, 7, 8, 9]),
    ("not (p > 2)", {"$not": {"p": {"$gt": 2}}}, [0, 1, 2]),
    ("not z == 1", {"$not": {"z": 1}}, [0, 2, 3, 4, 5, 6, 7, 8, 9]),
    ("not not p == 3", {"p": 3}, [3]),
    ("(p == 1 or p == 2) and not seed == 1", {"p": 2}, [2]),
    ("p == 1 or p == 2 and seed == 1", {"p": 1}, [1]),
    ("p > 2 and doc.converged == True and seed in [1, 2]", {"p": {"$in": [4]}}, [4]),
    ("doc.score < 1 and not doc.converged == True", {"p": {"$in": [1, 3]}}, [1, 3]),
    ("missing > 1", {"missing": {"$gt": 1}}, []),
    ("doc.missing == 1", {"doc.missing": 1}, []),
    ("not missing == 1", {}, ALL),
    ("  p   ==   3  ", {"p": 3}, [3]),
]


@pytest.mark.parametrize(("text", "same", "expected"), EXPRESSIONS, ids=ids)
def test_expressions(runs: Any, text: str, same: Any, expected: list[int]) -> None:
    """Comparisons, `in`, `and`, `or` and `not` mean what the filter of that meaning means."""
    assert found(runs, text) == expected
    assert found(runs, same) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p > 2 and doc.converged and seed in [1, 2]", [4]),
        ("doc.converged and p > 3", [4, 6]),
        ("not doc.converged", [1, 3, 5, 7, 8, 9]),
        ("b.t and p != 7", [6, 8, 9]),
        ("b.t or p == 0", [0, 6, 7, 8, 9]),
        ("not b.t and p > 3", [4, 5]),
    ],
)
def test_a_key_alone_asks_whether_it_is_true(runs: Any, text: str, expected: list[int]) -> None:
    """A key that is not compared holds where its value is true, not false and not missing."""
    assert found(runs, text) == expected


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("p 3", {"p": 3}),
        ("p -3", {"p": -3}),
        ("p", {"p": {"$exists": True}}),
        ("doc.converged", {"doc.converged": {"$exists": True}}),
        ("p 3 seed", {"p": 3, "seed": {"$exists": True}}),
        ("p.$lt 3", {"p.$lt": 3}),
        ('$not {"p":3}', {"$not": {"p": 3}}),
        ('$or [{"p":1},{"p":2}]', {"$or": [{"p": 1}, {"p": 2}]}),
        ('p {"$in":[1,2]}', {"p": {"$in": [1, 2]}}),
        ("name /3$/", {"name": {"$regex": "3$"}}),
        ("z null", {"z": None}),
        ("b.t true", {"b.t": True}),
        ("p !", {"p": {"$exists": True}}),
    ],
    ids=ids,
)
def test_words_stay_words(runs: Any, words: str, same: Any) -> None:
    """A text that is no comparison, boolean operation or negation is the peer's word syntax."""
    assert runs.find_jobs(words) == runs.find_jobs(same)
    assert found(runs, words) == found(runs, same)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').mkdir('pwned') == None",
        "p > open('pwned', 'w').fileno()",
        "p == [x for x in (1, 2)]",
        "(lambda: 3)() == p",
        "p > 2 and print(p)",
        "p > 2 and exec('1')",
        "len(name) == p",
        "p == (yield)",
        "f'{p}' == 'x'",
        "p == seed",
        "p > q > r",
        "p == {1, 2}",
        "p == b'x'",
        "p == 1j",
        "p == ...",
        "(p := 3) == 3",
        "not print(p)",
        "p in 5",
    ],
)
def test_what_is_refused(runs: Any, text: str) -> None:
    """Anything else inside an expression is a `QueryError` with a reason, and nothing is run."""
    from signac.errors import QueryError

    with pytest.raises(QueryError) as caught:
        list(runs.find_jobs(text))
    assert str(caught.value).strip()
    assert not os.path.exists("pwned")


@pytest.mark.parametrize(
    "text",
    [
        "p == 1" + " or p == 1" * 3000,
        "not " * 3001 + "p == 1",
        "(" * 150 + "p == 1" + ")" * 150,
        "p == " + "-" * 4000 + "1",
    ],
    ids=["or", "not", "parentheses", "minus"],
)
def test_deep_expressions(runs: Any, text: str) -> None:
    """An expression that is nested too deeply is a `QueryError`; one that is not is answered."""
    from signac.errors import QueryError

    start = time.monotonic()
    try:
        answer = found(runs, text)
    except QueryError:
        answer = None
    if answer is not None:
        assert answer == ([0, 2, 3, 4, 5, 6, 7, 8, 9] if text.startswith("not") else [1])
    assert time.monotonic() - start < 10


def test_a_long_expression(runs: Any) -> None:
    """A hundred alternatives are nothing unusual."""
    assert found(runs, " or ".join(f"p == {n}" for n in range(5, 105))) == [5, 6, 7, 8, 9]


def test_cursors_of_expressions(runs: Any, project: Any) -> None:
    """Cursors of expressions are equal, represented and evaluated as those of mappings are."""
    from signac.project import JobsCursor, Project

    cursor = runs.find_jobs("p > 2 and seed == 1")
    assert cursor == runs.find_jobs("p > 2 and seed == 1")
    assert cursor != runs.find_jobs("p > 3 and seed == 1")
    assert eval(repr(cursor), {"JobsCursor": JobsCursor, "Project": Project}) == cursor
    again = eval(repr(cursor), {"JobsCursor": JobsCursor, "Project": Project})
    assert {job.id for job in again} == {job.id for job in cursor}
    assert [key for key, _ in cursor.groupby("p")] == [4, 7]


def test_faults_in_an_empty_project(project: Any) -> None:
    """A faulty expression raises in an empty project too, at the latest when it is evaluated."""
    from signac.errors import QueryError

    for use in (len, list, bool):
        with pytest.raises(QueryError):
            use(project.find_jobs("print(name) == 3"))


def test_expressions_see_documents_of_now(project: Any) -> None:
    """Documents are read at the moment of the search."""
    jobs = fill(project, [{}, {}], [{"x": 1}])
    assert found(project, "doc.x == 1") == [0]
    jobs[1].doc.x = 1
    assert found(project, "doc.x == 1") == [0, 1]
