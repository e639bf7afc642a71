"""What a selection gives is aligned with its jobs, whatever their order (`_engine.selection`)."""

import random
from typing import Any

import pytest

from rawcheck import canonical
from signac._engine import search
from signac._engine.jobstate import home_of
from signac._query.ast import EVERYTHING, MISSING
from signac._query.evaluate import look_up
from signac._query.parse import parse_key
from unit.index.planting import plant

#: Keys come and go, and values of one key are not of one type.
STATEPOINTS: list[dict[str, Any]] = [
    {"n": n, "t": str(n), **({"a": n % 4} if n % 3 else {"b": {"c": [n % 2]}})} for n in range(90)
]
DOCUMENTS: list[Any] = [{"x": n % 5, "n": n} if n % 7 else None for n in range(90)]
KEYS = ["n", "t", "a", "b", "b.c", "nothing", "doc.x", "doc.n", "doc.nothing"]


@pytest.fixture(params=[90, 20], ids=["on disk", "in memory"])
def rows(request: Any, project: Any) -> dict[str, tuple[Any, Any]]:
    """Return state points and documents by id of a project, made in two steps: two segments."""
    number = request.param
    half = number // 2
    ids = plant(project.path, STATEPOINTS[:half], DOCUMENTS)
    search.find(home_of(project), EVERYTHING)
    ids += plant(project.path, STATEPOINTS[half:number], DOCUMENTS[half:])
    pairs = zip(STATEPOINTS[:number], DOCUMENTS[:number], strict=True)
    return dict(zip(ids, pairs, strict=True))


def check(selection: Any, ids: list[str], rows: dict[str, tuple[Any, Any]]) -> None:
    assert selection.ids == ids
    assert len(selection) == len(ids)
    for text in KEYS:
        key = parse_key(text)
        parts = [rows[job_id][key.namespace == "doc"] or {} for job_id in ids]
        assert selection.values(key) == [look_up(part, key.path) for part in parts], text
        leaves = [value for value in selection.values(key) if value is not MISSING]
        leaves = [canonical(leaf) for leaf in leaves if not (isinstance(leaf, dict) and leaf)]
        tally = {canonical(value): count for value, count in selection.tally(key)}
        assert tally == {leaf: leaves.count(leaf) for leaf in leaves}, text
    assert list(selection.statepoints()) == [rows[job_id][0] for job_id in ids]
    assert list(selection.documents()) == [rows[job_id][1] or {} for job_id in ids]


def test_values_are_aligned(project: Any, rows: Any) -> None:
    """Values, state points and documents are those of the jobs in their places, in any order."""
    home = home_of(project)
    whole = search.find(home, EVERYTHING)
    ordered = sorted(rows)
    check(whole, ordered, rows)
    draw = random.Random(5)
    count = len(ordered)
    for chosen in (
        range(count - 1, -1, -1),
        draw.sample(range(count), count),
        draw.sample(range(count), 9),
        range(0, count, 2),
        [],
    ):
        ids = [ordered[place] for place in chosen]
        for documents in (False, True):
            check(whole.subset(chosen), ids, rows)
            check(search.select(home, ids, documents=documents), ids, rows)
    twice = whole.subset(draw.sample(range(count), count)).subset(range(count - 1, -1, -1))
    check(twice, twice.ids, rows)


@pytest.mark.parametrize("parts", [1, 2])
def test_sorted_cursors(project: Any, parts: int) -> None:
    """Tables and groups of a cursor in another order than that of the ids have the right jobs."""
    half = len(STATEPOINTS) // 2 if parts == 2 else 0
    plant(project.path, STATEPOINTS[:half], DOCUMENTS)
    list(project.find_jobs({"n": 1}))
    plant(project.path, STATEPOINTS[half:], DOCUMENTS[half:])
    cursor = project.find_jobs().sort("-n")
    pytest.importorskip("pandas")
    table = cursor.to_dataframe()
    assert list(table.index) == [job.id for job in cursor]
    assert list(table["sp.n"]) == list(range(89, -1, -1))
    assert list(table["sp.t"]) == [str(n) for n in range(89, -1, -1)]
    for label, group in cursor.groupby("n"):
        assert [job.sp.n for job in group] == [label]
    for label, group in cursor.groupby("doc.x"):
        assert {job.doc.x for job in group} == {label}


def test_groups_are_in_the_order_of_ids(project: Any) -> None:
    """Jobs of one group stand in the order of their ids, as in the cursor, whatever keys they have.

    The index groups the whole project by itself; a filter goes another way.
    """
    plant(project.path, [{"kind": n % 2, **STATEPOINTS[n]} for n in range(90)])
    for cursor in (project.find_jobs(), project.find_jobs({"n": {"$gt": 5}})):
        for label, group in cursor.groupby("kind"):
            ids = [job.id for job in group]
            assert ids == sorted(ids), label
            assert ids == [job.id for job in cursor if job.sp.kind == label]
