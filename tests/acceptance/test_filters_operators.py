"""The operators of the query language, one by one (reference, section 15.3)."""

import time
from typing import Any

import pytest

from acceptance.finding import fill, found, made

NAN = float("nan")
INF = float("inf")
NUMBERS = {
    0: 0,
    1: 1,
    2: 1.0,
    3: True,
    4: False,
    5: 0.0,
    6: 1.5,
    7: INF,
    8: NAN,
    9: 10**30,
    10: 1e30,
    23: -1,
}
STRINGS = {11: "1", 12: "", 13: "abc", 27: "ab\ncd"}
LISTS: dict[int, Any] = {15: [1, 2], 16: [1.0, 2], 17: [], 18: [[1], [2]], 19: [{"x": 1}]}
MAPPINGS: dict[int, Any] = {20: {}, 21: {"x": 1}, 22: {"x": {"y": 2}}}
STORED: dict[int, Any] = {**NUMBERS, **STRINGS, 14: None, **LISTS, **MAPPINGS}
MISSING = 24
HAVING = sorted(STORED)
NUMERIC = sorted(NUMBERS)


def but(*positions: int) -> list[int]:
    """Return the jobs that have the key, without some."""
    return [position for position in HAVING if position not in positions]


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a project with one job for each stored value, and one without the key."""
    statepoints: list[Any] = [{"n": number, "a": value} for number, value in STORED.items()]
    return made(tmp_path_factory.mktemp("values") / "project", [*statepoints, {"n": MISSING}])


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give the same values in the documents of jobs; one job has no document."""
    contents: list[Any] = [{"a": value} for value in STORED.values()]
    statepoints: list[Any] = [{"n": number} for number in STORED]
    directory = tmp_path_factory.mktemp("documents") / "project"
    return made(directory, [*statepoints, {"n": MISSING}], contents)


ANSWERS: list[tuple[str, Any, list[int]]] = [
    ("$ne", 1, but(1, 2, 3)),
    ("$ne", True, but(1, 2, 3)),
    ("$ne", 1.0, but(1, 2, 3)),
    ("$ne", 0, but(0, 4, 5)),
    ("$ne", "1", but(11)),
    ("$ne", None, but(14)),
    ("$ne", [1, 2], but(15, 16)),
    ("$ne", (1, 2), but(15, 16)),
    ("$ne", [], but(17)),
    ("$ne", "other", HAVING),
    ("$ne", NAN, HAVING),
    ("$lt", 1, [0, 4, 5, 23]),
    ("$lt", True, [0, 4, 5, 23]),
    ("$lt", 1.0, [0, 4, 5, 23]),
    ("$lt", INF, [0, 1, 2, 3, 4, 5, 6, 9, 10, 23]),
    ("$lt", 10**30, [0, 1, 2, 3, 4, 5, 6, 23]),
    ("$lt", "b", [11, 12, 13, 27]),
    ("$lt", "abc", [11, 12, 27]),
    ("$lt", NAN, []),
    ("$lte", 1, [0, 1, 2, 3, 4, 5, 23]),
    ("$lte", False, [0, 4, 5, 23]),
    ("$lte", INF, [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 23]),
    ("$lte", "abc", [11, 12, 13, 27]),
    ("$lte", "", [12]),
    ("$gt", 1, [6, 7, 9, 10]),
    ("$gt", 0, [1, 2, 3, 6, 7, 9, 10]),
    ("$gt", 10**30, [7, 10]),
    ("$gt", "abc", []),
    ("$gt", "", [11, 13, 27]),
    ("$gt", INF, []),
    ("$gte", 1, [1, 2, 3, 6, 7, 9, 10]),
    ("$gte", 1e30, [7, 10]),
    ("$gte", "1", [11, 13, 27]),
    ("$gte", -INF, [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 23]),
    ("$gte", NAN, []),
    ("$in", [1], [1, 2, 3]),
    ("$in", [True], [1, 2, 3]),
    ("$in", [0.0, "abc"], [0, 4, 5, 13]),
    ("$in", ["1", None], [11, 14]),
    ("$in", [[1, 2]], [15, 16]),
    ("$in", [[1, 2], [], "x"], [15, 16, 17]),
    ("$in", [[{"x": 1}]], [19]),
    ("$in", (1, 2), [1, 2, 3]),
    ("$in", [], []),
    ("$in", [1, 1, 1.0], [1, 2, 3]),
    ("$nin", [1], but(1, 2, 3)),
    ("$nin", [True], but(1, 2, 3)),
    ("$nin", ["1", None], but(11, 14)),
    ("$nin", [[1, 2]], but(15, 16)),
    ("$nin", [], HAVING),
    ("$nin", (0, "abc"), but(0, 4, 5, 13)),
    ("$regex", "b", [13, 27]),
    ("$regex", "^a", [13, 27]),
    ("$regex", "", [11, 12, 13, 27]),
    ("$regex", "d$", [27]),
    ("$regex", "^c", []),
    ("$regex", "(?i)AB", [13, 27]),
    ("$regex", "b.c", []),
    ("$regex", "(?s)b.c", [27]),
    ("$regex", r"^\d$", [11]),
    ("$regex", "(?m)^cd", [27]),
    ("$regex", "a(?=b)bc|^$", [12, 13]),
    ("$type", "str", [11, 12, 13, 27]),
    ("$type", "list", [15, 16, 17, 18, 19]),
    ("$type", "null", [14]),
    ("$type", "int", [0, 1, 3, 4, 9, 23]),
    ("$type", "float", [2, 5, 6, 7, 8, 10]),
    ("$type", "bool", [3, 4]),
    ("$near", 1, [1, 2, 3]),
    ("$near", 1.0, [1, 2, 3]),
    ("$near", True, [1, 2, 3]),
    ("$near", [1], [1, 2, 3]),
    ("$near", [1, 0.5], [1, 2, 3, 6]),
    ("$near", (1, 0.5), [1, 2, 3, 6]),
    ("$near", [1, 0.5, 0], [1, 2, 3, 6]),
    ("$near", [0.5, 0, 0.5], [0, 1, 2, 3, 4, 5]),
    ("$near", [0, 0.5], [0, 4, 5]),
    ("$near", 1.0000000001, [1, 2, 3]),
    ("$near", "1", [1, 2, 3]),
    ("$near", ["1", "0.5"], [1, 2, 3, 6]),
    ("$near", 1e30, [9, 10]),
    ("$near", INF, [7]),
    ("$near", NAN, []),
    ("$exists", True, HAVING),
    ("$exists", False, [MISSING]),
]


def ids(value: Any) -> str:
    return repr(value)[:30]


@pytest.mark.parametrize("form", ["mapping", "key", "nested"])
@pytest.mark.parametrize(("operator", "argument", "expected"), ANSWERS, ids=ids)
def test_state_points(
    values: Any, operator: str, argument: Any, expected: list[int], form: str
) -> None:
    """Each operator finds what Python finds; what cannot be compared does not match."""
    query: Any = {
        "mapping": {"a": {operator: argument}},
        "key": {f"a.{operator}": argument},
        "nested": {"sp": {"a": {operator: argument}}},
    }[form]
    assert found(values, query) == expected


@pytest.mark.parametrize(("operator", "argument", "expected"), ANSWERS, ids=ids)
def test_documents(documents: Any, operator: str, argument: Any, expected: list[int]) -> None:
    """Operators hold for documents as for state points."""
    assert found(documents, {"doc.a": {operator: argument}}) == expected


@pytest.mark.parametrize(("operator", "argument", "expected"), ANSWERS, ids=ids)
def test_negation(values: Any, operator: str, argument: Any, expected: list[int]) -> None:
    """`$not` gives exactly the other jobs, those without the key among them."""
    rest = sorted({*HAVING, MISSING} - set(expected))
    assert found(values, {"$not": {"a": {operator: argument}}}) == rest


@pytest.mark.parametrize(("operator", "argument", "expected"), ANSWERS, ids=ids)
def test_negation_over_documents(
    documents: Any, operator: str, argument: Any, expected: list[int]
) -> None:
    """`$not` gives exactly the other jobs over documents too."""
    rest = sorted({*HAVING, MISSING} - set(expected))
    assert found(documents, {"$not": {"doc.a": {operator: argument}}}) == rest


ONE_BY_ONE: list[tuple[str, Any, list[int]]] = [
    ("$lt", [1], [17]),
    ("$lte", [1, 2], [15, 16, 17]),
    ("$gt", [1], [15, 16]),
    ("$gte", [[1]], [18]),
    ("$gt", [], [15, 16, 18, 19]),
    ("$in", "abc", [12, 13]),
    ("$in", "", [12]),
    ("$in", "x1y", [11, 12]),
]


@pytest.mark.parametrize(("operator", "argument", "expected"), ONE_BY_ONE, ids=ids)
def test_incomparable_values_do_not_match(
    values: Any, operator: str, argument: Any, expected: list[int]
) -> None:
    """A list compares with lists, a text argument of `$in` contains texts; others do not match."""
    assert found(values, {"a": {operator: argument}}) == expected


@pytest.mark.parametrize("operator", ["$lt", "$lte", "$gt", "$gte"])
def test_null_is_not_ordered(values: Any, operator: str) -> None:
    """Asking for what is less or greater than null is a `TypeError`."""
    with pytest.raises(TypeError):
        list(values.find_jobs({"a": {operator: None}}))


@pytest.mark.parametrize(
    ("argument", "equal"),
    [({"x": 1}, [21]), ({"x": 1.0}, [21]), ({"x": {"y": 2}}, [22]), ({}, [20]), ({"x": {}}, [])],
    ids=ids,
)
def test_mapping_arguments_are_compared_as_a_whole(
    values: Any, argument: Any, equal: list[int]
) -> None:
    """`$eq`, `$ne`, `$in` and `$nin` compare a mapping exactly with the stored mapping."""
    assert found(values, {"a": {"$eq": argument}}) == equal
    assert found(values, {"a": {"$in": [argument]}}) == equal
    assert found(values, {"a": {"$ne": argument}}) == but(*equal)
    assert found(values, {"a": {"$nin": [argument]}}) == but(*equal)


def test_mapping_arguments_are_not_partial(project: Any) -> None:
    """A mapping below `$eq` is the whole value; below a key it is a partial match."""
    fill(project, [{"a": {"x": 1}}, {"a": {"x": 1, "y": 2}}, {"a": {"x": True}}])
    assert found(project, {"a": {"x": 1}}) == [0, 1, 2]
    assert found(project, {"a": {"$eq": {"x": 1}}}) == [0, 2]
    assert found(project, {"a": {"$ne": {"x": 1}}}) == [1]
    assert found(project, {"a": {"$eq": {"y": 2, "x": 1}}}) == [1]
    assert found(project, {"a": {"$in": [{"x": 1}, 5]}}) == [0, 2]


@pytest.mark.parametrize("operator", ["$ne", "$nin", "$exists"])
def test_stored_mappings_count_as_values(values: Any, operator: str) -> None:
    """`$ne`, `$nin` and `$exists` see jobs whose value is a mapping, empty or not."""
    argument: Any = {"$ne": 5, "$nin": [5], "$exists": True}[operator]
    assert set(MAPPINGS) <= set(found(values, {"a": {operator: argument}}))


@pytest.mark.parametrize(
    ("operator", "argument"),
    [("$lt", 1e99), ("$gte", -1e99), ("$regex", ""), ("$near", [0, 1, 1e99]), ("$type", "str")],
    ids=ids,
)
def test_stored_mappings_match_nothing_else(values: Any, operator: str, argument: Any) -> None:
    """Other operators do not match a stored mapping, nor raise on it."""
    assert not set(MAPPINGS) & set(found(values, {"a": {operator: argument}}))


@pytest.mark.parametrize(
    ("value", "expected"), [([10, 0.5], 16), ([10.5, 0.005], 0), (10, 1), ([10], 1)], ids=ids
)
def test_near_counts(hundred: Any, value: Any, expected: int) -> None:
    """On 0 to 99, `[10, 0.5]` finds 16 and `[10.5, 0.005]` none."""
    assert len(hundred.find_jobs({"a": {"$near": value}})) == expected
    assert len(hundred.find_jobs({"a.$near": value})) == expected


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a project with the numbers below 100."""
    return made(tmp_path_factory.mktemp("hundred") / "project", [{"a": n} for n in range(100)])


def test_several_operators_are_joined_by_and(hundred: Any) -> None:
    """Several operators of one key must all hold, in one mapping or several keys."""
    assert found(hundred, {"a": {"$lt": 5, "$gt": 2}}) == [3, 4]
    assert found(hundred, {"a.$lt": 5, "a.$gt": 2}) == [3, 4]
    assert found(hundred, {"a": {"$in": [1, 2, 3], "$nin": [2]}}) == [1, 3]
    assert found(hundred, {"a": {"$lt": 5}, "a.$gt": 2, "sp.a.$ne": 3}) == [4]


WHERE: list[tuple[str, list[int]]] = [
    ("lambda x: x == 1", [1, 2, 3]),
    ("lambda x: x == (1, 2)", [15, 16]),
    ("lambda x: x == [1, 2]", []),
    ("lambda x: x in (1, 'abc', None)", [1, 2, 3, 13, 14]),
    ("lambda x: x is None", [14]),
    ("lambda value: not value == value", [8]),
]


@pytest.mark.parametrize(("source", "expected"), WHERE, ids=ids)
def test_where_as_text(values: Any, source: str, expected: list[int]) -> None:
    """`$where` holds for the values for which the function is true; lists are seen as tuples."""
    assert found(values, {"a": {"$where": source}}) == expected
    assert found(values, {"a.$where": source}) == expected


SAFE: list[tuple[str, list[int]]] = [
    ("lambda x: x > 3 and x < 7", [4, 5, 6]),
    ("lambda x: 3 < x < 7", [4, 5, 6]),
    ("lambda x: x % 3 == 0 or x == 1", [0, 1, 3, 6, 9]),
    ("lambda x: not x", [0]),
    ("lambda x: x in [1, 2, 99]", [1, 2]),
    ("lambda x: x not in (1, 2)", [0, 3, 4, 5, 6, 7, 8, 9]),
    ("lambda x: abs(x - 5) <= 1", [4, 5, 6]),
    ("lambda x: x ** 2 == 49", [7]),
    ("lambda x: (x + 1) * 2 / 4 - 1 > 3.5", [9]),
    ("lambda x: x // 2 == 3", [6, 7]),
    ("lambda x: -x < -7", [8, 9]),
]


@pytest.mark.parametrize(("source", "expected"), SAFE, ids=ids)
def test_where_knows_arithmetic_and_logic(hundred: Any, source: str, expected: list[int]) -> None:
    """Comparisons, arithmetic, boolean logic, `in` and `abs` are part of the safe subset."""
    answer = [n for n in found(hundred, {"a": {"$where": source}}) if n < 10]
    assert answer == expected


def test_where_knows_strings(project: Any) -> None:
    """`len` and the methods of strings are part of the safe subset."""
    fill(project, [{"a": text} for text in ("apple", "Banana", "", "apple pie", "x_y")])
    for source, expected in [
        ("lambda s: len(s) == 5", [0]),
        ("lambda s: s.startswith('app')", [0, 3]),
        ("lambda s: s.endswith('e')", [0, 3]),
        ("lambda s: s.lower() == 'banana'", [1]),
        ("lambda s: s.upper().startswith('APP') and 'pie' in s", [3]),
        ("lambda s: 'an' in s", [1]),
        ("lambda s: s.strip() == ''", [2]),
        ("lambda s: s.split('_') == ['x', 'y']", [4]),
        ("lambda s: len(s.replace('p', '')) == 3", [0, 4]),
        ("lambda s: s.count('p') == 3", [3]),
    ]:
        assert found(project, {"a": {"$where": source}}) == expected, source


def test_where_takes_a_callable(hundred: Any, values: Any) -> None:
    """`$where` takes a function of one argument from Python."""
    limit = 97
    assert found(hundred, {"a": {"$where": lambda x: x > limit}}) == [98, 99]
    assert found(hundred, {"a.$where": lambda x: x > limit}) == [98, 99]
    assert found(hundred, {"$not": {"a": {"$where": lambda x: x < limit}}}) == [97, 98, 99]
    assert found(hundred, {"$or": [{"a.$where": lambda x: x > limit}, {"a": 0}]}) == [0, 98, 99]
    assert found(hundred, {"a": {"$where": range(5, 7).__contains__}}) == [5, 6]
    assert found(values, {"a": {"$where": lambda x: isinstance(x, tuple)}}) == sorted(LISTS)
    assert found(values, {"a": {"$where": lambda x: x == (1, 2)}}) == [15, 16]


def test_where_over_documents(documents: Any) -> None:
    """`$where` sees the values of documents."""
    assert found(documents, {"doc.a": {"$where": "lambda x: x == 'abc'"}}) == [13]
    assert found(documents, {"doc.a.$where": lambda x: x is None}) == [14]


@pytest.mark.parametrize(
    ("function", "error"),
    [(lambda x: 1 / (x - 50), ZeroDivisionError), (lambda x: x["b"], TypeError)],
    ids=["zero", "type"],
)
def test_errors_of_a_callable_propagate(hundred: Any, function: Any, error: Any) -> None:
    """An exception that the function raises comes out of the search."""
    with pytest.raises(error):
        list(hundred.find_jobs({"a": {"$where": function}}))


@pytest.mark.parametrize("source", ["lambda x: 1 / (x - 50) > 1", "lambda x: 1 % (x - 50) == 0"])
def test_errors_of_a_text_propagate(hundred: Any, source: str) -> None:
    """An exception that the compiled text raises comes out of the search."""
    with pytest.raises(ZeroDivisionError):
        list(hundred.find_jobs({"a": {"$where": source}}))


def test_where_is_not_evaluated_without_values(hundred: Any) -> None:
    """The function is not called when no job has the key."""
    assert found(hundred, {"missing": {"$where": lambda x: 1 / 0}}) == []
    assert found(hundred, {"doc.missing": {"$where": lambda x: 1 / 0}}) == []


UNSAFE = [
    "lambda x: __import__('os').mkdir('pwned')",
    "lambda x: open('pwned', 'w')",
    "lambda x: x.__class__",
    "lambda x: x.__class__.__base__.__subclasses__()",
    "lambda x: ().__class__.__mro__",
    "lambda x: ''.__class__ == 1",
    "lambda x: '{0.__class__}'.format(x) == ''",
    "lambda x: '{0.__class__}'.format_map(x) == ''",
    'lambda x: exec(\'open("pwned", "w")\')',
    "lambda x: eval('1')",
    "lambda x: globals()",
    "lambda x: getattr(x, 'real')",
    "lambda x: [y for y in (1,)]",
    "lambda x: (y := 1)",
    "lambda x: (lambda: 1)()",
    "lambda x: f'{x.__class__}' == ''",
    "lambda x: print(x)",
    "lambda x: breakpoint()",
    "lambda x: (yield)",
    "lambda: True",
    "lambda x, y: True",
    "lambda *x: True",
    "lambda **x: True",
    "print",
    "open",
    "__import__('os').mkdir('pwned')",
    "1 / 0",
    "x ==",
    "",
    "lambda x",
    "import os",
    "lambda x: 9 ** 9 ** 9 > x",
    "lambda x: 'a' * 10 ** 12 == x",
]


@pytest.mark.parametrize("source", UNSAFE, ids=lambda s: s[:50])
def test_where_refuses_what_is_not_safe(hundred: Any, source: str) -> None:
    """A text outside the safe subset is a `QueryError` with a reason, and nothing is run."""
    import os

    from signac.errors import QueryError

    start = time.monotonic()
    with pytest.raises(QueryError) as caught:
        list(hundred.find_jobs({"a": {"$where": source}}))
    assert str(caught.value).strip()
    assert time.monotonic() - start < 5
    assert not os.path.exists("pwned")


@pytest.mark.parametrize(
    "source",
    [
        "lambda x: " + "(" * 300 + "x" + ")" * 300,
        "lambda x: " + "-" * 5000 + "x",
        "lambda x: " + "not " * 20_000 + "x",
        "lambda x: x" + " + 1" * 20_000,
    ],
    ids=["parentheses", "minus", "not", "plus"],
)
def test_where_survives_deep_texts(hundred: Any, source: str) -> None:
    """A text that is nested too deeply is refused as any other, if it is not understood."""
    from signac.errors import QueryError

    try:
        answer = len(hundred.find_jobs({"a": {"$where": source}}))
    except QueryError:
        return
    assert answer in (99, 100)


@pytest.mark.parametrize("argument", [5, None, [1], True], ids=ids)
def test_where_refuses_other_things(hundred: Any, argument: Any) -> None:
    """`$where` takes a text or a callable, anything else is an error."""
    with pytest.raises((TypeError, ValueError)):
        list(hundred.find_jobs({"a": {"$where": argument}}))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a*)*b", "(.*a){20}$", "(a|aa)+$"])
def test_a_regex_cannot_hang(project: Any, pattern: str) -> None:
    """A pattern that backtracks for ever ends soon, with the right answer or with an error."""
    from signac.errors import QueryError

    fill(project, [{"a": "a" * 200 + "!"}, {"a": "x" * 20}, {"n": 2, "b": 1}])
    start = time.monotonic()
    try:
        answer = found(project, {"a": {"$regex": pattern}})
    except (QueryError, TimeoutError) as error:
        message = str(error)
    else:
        message = f"answered {answer}"
        assert answer == ([0, 1] if pattern == "(a|a)*$" else [])
    assert message.strip()
    assert time.monotonic() - start < 15
    assert found(project, {"a": {"$regex": "^x+$"}}) == [1]
