"""The indexed search gives what the definition of the language gives, on generated projects.

Each example is a project that grows in two steps, and filters asked in between: the first index,
one that was extended, documents that changed, and a new project object that finds both on disk.
"""

import json
import logging
import math
import os
import random
import shutil
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jsonvalues
import signac
from interop import filters as mixed
from property import queries
from rawcheck import DOCUMENT, STATEPOINT, canonical, id_of
from signac._engine import search
from signac._engine.jobstate import home_of
from signac._query.ast import MISSING, Key
from signac._query.evaluate import look_up, matches
from signac._query.parse import parse_filter

FILTERS = 10  # per step, in the second of two objects: thirty cases in each example
Rows = dict[str, tuple[dict[str, Any], dict[str, Any] | None]]

#: Mostly few keys and values, so that filters hit; now and then anything that JSON can hold.
statepoints = st.one_of(queries.statepoints, queries.statepoints, jsonvalues.mappings)
documents = st.one_of(st.none(), queries.documents, queries.documents, jsonvalues.mappings)
rows = st.lists(st.tuples(statepoints, documents), min_size=1, max_size=9)
KEYS = [(name,) for name in queries.NAMES] + [("a", "b"), ("b", "a"), ("c", "c"), ("a", "b", "c")]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep log records out of the reports: lone surrogates cannot travel between processes."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def write(project: Any, row: tuple[dict[str, Any], Any], serial: int | None) -> tuple[str, Any]:
    """Make a job with plain file operations, with a key of its own if asked to."""
    statepoint, document = row
    if serial is not None:
        statepoint = {**statepoint, "serial": serial}
    statepoint = json.loads(json.dumps(statepoint))
    directory = os.path.join(project.workspace, id_of(statepoint))
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, STATEPOINT), "w", encoding="utf-8") as file:
        json.dump(statepoint, file)
    return id_of(statepoint), (statepoint, rewrite(directory, document))


def rewrite(directory: str, document: Any) -> Any:
    """Put a document in place of another by a rename, or none; return what will be read."""
    path = os.path.join(directory, DOCUMENT)
    if document is None:
        if os.path.exists(path):
            os.unlink(path)
        return None
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(document, file)
    os.replace(path + ".new", path)
    return json.loads(json.dumps(document))


def same_value(left: Any, right: Any) -> bool:
    """Tell whether two values are one to the format; what is missing is missing."""
    if left is MISSING or right is MISSING:
        return left is right
    return canonical(left) == canonical(right)


def check_filters(project: Any, known: Rows, filters: list[Any]) -> None:
    """Compare the ids, in order, with those that the definition gives."""
    for filter_ in filters:
        query = parse_filter(filter_)
        expected = sorted(
            id_
            for id_, (statepoint, document) in known.items()
            if matches(query, statepoint, document or {})
        )
        assert search.find(home_of(project), query).ids == expected, filter_


def check_values(project: Any, known: Rows, query: Any, path: tuple[str, ...]) -> None:
    """Compare the values, counts and keys of a selection with those of the rows."""
    selection = search.find(home_of(project), parse_filter(query))
    for namespace, part in (("sp", 0), ("doc", 1)):
        content = [known[id_][part] or {} for id_ in selection.ids]
        key = Key(namespace, path)  # type: ignore[arg-type]
        values = [look_up(data, path) for data in content]
        found = selection.values(key)
        assert len(found) == len(values)
        assert all(map(same_value, found, values)), (key, found, values)
        leaves = Counter(label(value) for value in values if is_leaf(value))
        tally = [(label(value), number) for value, number in selection.tally(key)]
        assert len(tally) == len(leaves), key
        assert dict(tally) == leaves, key
        keys = Counter(place for data in content for place in leaf_keys(data))
        assert selection.keys(namespace) == keys
    assert list(map(canonical, selection.statepoints())) == [
        canonical(known[id_][0]) for id_ in selection.ids
    ]
    assert list(map(canonical, selection.documents())) == [
        canonical(known[id_][1] or {}) for id_ in selection.ids
    ]


def is_leaf(value: Any) -> bool:
    return value is not MISSING and not (isinstance(value, dict) and value)


def label(value: Any) -> tuple[str, str]:
    return type(value).__name__, canonical(value)


def leaf_keys(data: dict[str, Any], prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, value in data.items():
        if isinstance(value, dict) and value:
            found += leaf_keys(value, (*prefix, name))
        else:
            found.append((*prefix, name))
    return found


def grow_and_search(data: st.DataObject, copies: int, counts: dict[str, int]) -> None:
    """Make a project in two steps and compare all answers after each."""
    root = tempfile.mkdtemp(prefix="signac-property-")
    filters = st.lists(queries.filters, min_size=FILTERS, max_size=FILTERS)
    serials = range(copies) if copies > 1 else (None,)
    try:
        project = signac.init_project(root)
        known: Rows = {}
        for step in range(2):
            for row in data.draw(rows):
                known.update(write(project, row, serial) for serial in serials)
            if step:
                changed = data.draw(documents)
                for id_ in data.draw(st.sets(st.sampled_from(sorted(known)), max_size=3)):
                    directory = os.path.join(project.workspace, id_)
                    known[id_] = known[id_][0], rewrite(directory, changed)
            asked = data.draw(filters)
            check_filters(project, known, asked)
            counts["cases"] += len(asked) * (step + 1)
            chosen = signac.Project(root) if step else project
            check_values(chosen, known, asked[0], data.draw(st.sampled_from(KEYS)))
            if step:
                check_filters(signac.Project(root), known, asked)
    finally:
        shutil.rmtree(root)


def run(examples: int, copies: int) -> int:
    """Run examples and return the number of filters that were compared."""
    counts = {"cases": 0}

    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def compare(data: st.DataObject) -> None:
        grow_and_search(data, copies, counts)

    try:
        compare()
    except Exception as error:
        # For the same reason.
        text = "".join(traceback.format_exception(error))
        raise AssertionError(text.encode("ascii", "backslashreplace").decode()) from None
    return counts["cases"]


@pytest.mark.parametrize(
    ("examples", "cases"), [(25, 600), pytest.param(720, 20_000, marks=pytest.mark.long)]
)
def test_the_index_agrees_with_the_definition(
    examples: int, cases: int, record_property: Any
) -> None:
    """In small projects, of any shape: the same ids, values, counts and keys."""
    number = run(examples, 1)
    record_property("filters compared", number)
    assert number >= cases


@pytest.mark.parametrize("examples", [4, pytest.param(40, marks=pytest.mark.long)])
def test_the_index_on_disk_agrees_with_the_definition(examples: int, record_property: Any) -> None:
    """In projects of some hundred jobs, where the index lies in files: the same."""
    record_property("filters compared", run(examples, 40))


def test_long_and_odd_values() -> None:
    """Values longer than a block, many distinct ones and many keys are found as others are."""
    wide: dict[str, Any] = {f"key{number}": number for number in range(300)}
    content: list[Any] = [
        {"a": "x" * 70_000, "b": 1},
        {"a": "x" * 70_000 + "y", "b": 2},
        {"a": list(range(30_000)), "b": 3},
        {"a": {"b": {"c": {"a": [[[[{}]]]]}}}},
        {"a": "\x00", "b": "\ud800"},
        wide,
        *({"a": number / 7, "b": str(number)} for number in range(400)),
    ]
    with signac.TemporaryProject() as project:
        known: Rows = dict(
            write(project, ({**data, "n": number}, data), None)
            for number, data in enumerate(content)
        )
        filters: list[Any] = [
            {"a": "x" * 70_000},
            {"doc.a": {"$regex": "y$"}},
            {"a": list(range(30_000))},
            {"doc.a.b.c.a": [[[[{}]]]]},
            {"b": {"$in": ["\ud800", 2, "399"]}},
            {"key299": {"$gte": 299}},
            {"doc.key0": 0},
            {"a": {"$lt": math.pi}},
            {"doc.a": {"$near": [10, 0.1]}},
            {"a": "\x00"},
        ]
        for _ in range(3):
            check_filters(project, known, filters)
            check_values(project, known, {"b": {"$exists": True}}, ("a",))
            project = signac.Project(project.path)


def is_valid(filter_: Any) -> bool:
    """Tell whether a filter is one of the language (an order against null is not)."""
    try:
        parse_filter(filter_)
    except signac.errors.QueryError:
        return False
    return True


@pytest.mark.parametrize(
    ("projects", "filters"), [(5, 50), pytest.param(20, 500, marks=pytest.mark.long)]
)
def test_an_index_at_rest_agrees_with_the_definition(
    projects: int, filters: int, record_property: Any
) -> None:
    """An index that is believed without a look at the jobs says the same."""
    with tempfile.TemporaryDirectory(prefix="signac-property-") as root:
        places: list[tuple[str, Rows]] = []
        for seed in range(projects):
            project = signac.init_project(os.path.join(root, str(seed)))
            jobs = mixed.draw_jobs(random.Random(seed), 90)
            places.append((project.path, dict(write(project, row, None) for row in jobs)))
        time.sleep(2.2)  # stamps of the last two seconds are not believed
        for turn in range(2):
            for seed, (path, known) in enumerate(places):
                draw = random.Random(1000 + seed)
                asked = [mixed.draw_filter(draw) for _ in range(filters)]
                asked = [filter_ for filter_ in asked if is_valid(filter_)]
                check_filters(signac.Project(path), known, asked if turn else asked[:10])
                check_values(signac.Project(path), known, asked[0], ("a",))
    record_property("filters compared", projects * filters)
