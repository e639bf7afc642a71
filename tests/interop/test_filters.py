"""Filters of every kind: ours finds what the released peer finds, but for listed differences."""

import collections
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

import signac
from interop.differences import REASONS, kind_of
from interop.filters import NAN, Job, draw_filter, draw_jobs
from interop.peer import Peer, PeerError
from rawcheck import DOCUMENT, STATEPOINT, id_of
from signac._query.evaluate import matches
from signac._query.parse import parse_filter

FILTERS = 500


class Mixed:
    """One project of unlike jobs, and the two programs that search it."""

    def __init__(self, peer: Peer, path: Path, jobs: list[Job]) -> None:
        self.peer = peer
        self.project = signac.init_project(path)
        self.jobs = {id_of(statepoint): (statepoint, document) for statepoint, document in jobs}
        for id_, (statepoint, document) in self.jobs.items():
            directory = Path(self.project.workspace, id_)
            directory.mkdir()
            (directory / STATEPOINT).write_text(json.dumps(statepoint))
            if document is not None:
                (directory / DOCUMENT).write_text(json.dumps(document))
        peer.open_project(path=self.project.path)

    def ours(self, filter_: Any) -> Any:
        try:
            return sorted(job.id for job in self.project.find_jobs(filter_))
        except Exception as error:
            return tuple(cls.__name__ for cls in type(error).__mro__)

    def theirs(self, filter_: Any) -> Any:
        try:
            return self.peer.find(path=self.project.path, query=filter_)
        except PeerError as error:
            return tuple(error.names)

    def meant(self, filter_: Any) -> list[str]:
        """Return the ids by the definition of the language."""
        query = parse_filter(filter_)
        return sorted(
            id_
            for id_, (statepoint, document) in self.jobs.items()
            if matches(query, statepoint, document or {})
        )

    def compare(self, filters: list[Any]) -> tuple[collections.Counter[str], list[str]]:
        """Return how often each kind of difference occurs, and what is none of those listed."""
        kinds: collections.Counter[str] = collections.Counter()
        unlisted = []
        for filter_ in filters:
            ours, theirs = self.ours(filter_), self.theirs(filter_)
            if not isinstance(ours, tuple) and ours != self.meant(filter_):
                unlisted.append(f"{filter_}: ours is not what the definition says")
            if ours == theirs:
                kinds["all" if len(ours) == len(self.jobs) else "some" if ours else "none"] += 1
                continue
            kind = kind_of(filter_, theirs, ours)
            if kind is None:
                unlisted.append(f"{filter_}: theirs {_short(theirs)}, ours {_short(ours)}")
            else:
                kinds[kind] += 1
        return kinds, unlisted


def _short(answer: Any) -> str:
    return str(answer[:3]) if isinstance(answer, tuple) else f"{len(answer)} jobs"


@pytest.mark.parametrize(
    "seed",
    [7, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(100, 110))],
)
def test_generated_filters_agree(seed: int, peer: Peer, tmp_path: Path) -> None:
    """Of 500 generated filters both give the same ids, but for the listed kinds of difference."""
    draw = random.Random(seed)
    mixed = Mixed(peer, tmp_path / "mixed", draw_jobs(draw, 120))
    kinds, unlisted = mixed.compare([draw_filter(draw) for _ in range(FILTERS)])
    assert not unlisted, f"{len(unlisted)} of {FILTERS}:\n" + "\n".join(unlisted[:12])
    assert kinds["some"] > FILTERS / 3, kinds
    differing = sum(kinds[kind] for kind in REASONS)
    assert differing < FILTERS / 8, kinds


EDGE_JOBS: list[Job] = [
    *(
        ({"a": value}, {"x": value})
        for value in (
            *(0, 1, 1.0, True, None, "1", [1, 2], [], {}, {"b": 1}, {"b": {}}, 10**30, 1e30),
        )
    ),
    *(({"a": value}, {}) for value in (float("inf"), -0.0, [{"c": 1}], 2**53 + 1, 2.0**53, "é")),
    ({"a": 2}, None),
    ({"b": 1}, {"y": 1}),
    ({}, {}),
    ({"sp": {"q": 1}}, {"doc": 2}),
    ({"doc": 3}, {"sp": 3}),
]
ARGUMENTS: tuple[Any, ...] = (
    *(0, 1, 1.0, True, False, NAN, None, "1", "", "é", [], [1, 2], [1.0, 2], [NAN], [{"c": 1}]),
    *({}, {"b": 1}, {"b": {}}, {"b": None}),
    *(10**30, 1e30, float("inf"), -0.0, 2**53, 2**53 + 1),
)
ORDER = ["$lt", "$lte", "$gt", "$gte"]
OPERATORS = ["$eq", "$ne", "$in", "$nin", "$regex", "$type", "$near", "$exists", "$where", *ORDER]
ODD_FILTERS: list[Any] = [
    *({"a": {"$type": name}} for name in ("int", "float", "bool", "str", "list", "null", "dict")),
    *({"doc.x": {"$type": name}} for name in ("int", "float", "bool", "str", "list", "null")),
    *({"a": {"$near": near}} for near in ([1, 0.5], [1, 0.5, 1], [1] * 4, [1, -1], ["1"], [None])),
    *({"b": {"$near": near}} for near in ([1, 0.5], [True], "1", ["1", 0.1], [2, 1.0], [2, 0, 1])),
    *({"a": {"$where": text}} for text in ("lambda x: x == 1", "lambda x: x > 0", "x", "")),
    *({"b": {"$where": text}} for text in ("lambda x: x > 0", "lambda x: abs(x - 3) == 2", "1")),
    {"a": {"$where": "lambda x: x.startswith('1')"}},
    {"b": {"$where": "lambda x: [1, 2"}},
    {"zz": {"$where": "lambda x: nonsense"}},
    {"zz": {"$type": "dict"}},
    {"zz": {"$regex": "["}},
    {"a": {"$regex": "["}},
    *({"zz": {operator: None}} for operator in OPERATORS),
    *({"zz": {operator: 5}} for operator in OPERATORS),
    {"zz": {}},
    {"sp": {"a": 1}},
    {"doc": {"x": 1}},
    {"sp": {}},
    {"sp": 1},
    {"doc": 1},
    {"sp": None},
    {"sp.sp.q": 1},
    {"sp.sp": {"q": 1}},
    {"sp": {"sp": {"q": 1}}},
    {"sp.doc": 3},
    {"doc.doc": 2},
    {"doc.sp": 3},
    {"doc2.x": 1},
    {"sp": {"$and": [{"a": 1}]}},
    {"sp": {"$not": {"a": 1}}},
    {"sp": {"$exists": True}},
    {"$and": []},
    {"$or": []},
    {"$and": {}},
    {"$or": "x"},
    {"$not": []},
    {"$not": {}},
    {"$not": {"a": 1}},
    {"$not": {"doc.x": 1}},
    {"$not": {"$not": {"a": 1}}},
    {"$not": {"doc.x": 1}, "doc.y": {"$exists": False}},
    {"$and": [{}]},
    {"$or": [{}, {"a": 1}]},
    {"$and": [{}, {"a": 1}]},
    {"$and": ({"a": 1}, {"doc.x": 1})},
    {"$and": [{"a": 1}, 5]},
    {"$or": [None]},
    {"$and": [{"a": 1}], "b": 1},
    {"$or": [{"a": 1}, {"b": 1}], "$not": {"a": 2}},
    {"a": {"$not": {"$eq": 1}}},
    {"a": {"$and": [1]}},
    {"a": {"$foo": 1}},
    {"a.$foo": 1},
    {"$foo": 1},
    {"a.$lt.b": 1},
    {"a.lt$": 1},
    {"k$x": 1},
    {"a.$$lt": 1},
    {"b.$gt": 0, "b.$lt": 2},
    {"b": {"$gt": 0, "$lt": 2}},
    {"a": {"b": 1, "$exists": True}},
    {"a.b.$exists": True},
    {"a.b.c.$exists": False},
    {"a.0": 1},
    {"a..b": 1},
    {"": 1},
    {"a.": 1},
    {".a": 1},
    {"a": {"": 1}},
    {"sp.": 1},
    {"doc.": 1},
    {"a": {"$in": "abc"}},
    {"b": {"$in": "abc"}},
    {"a": {"$in": 5}},
    {"doc.x.$exists": False},
    {"a": {"$exists": "yes"}},
    {"a": 0, "sp.a": 1},
    {"sp.a": 1, "a": 0},
    {"sp": {"a": 0}, "a": 1},
]


def edge_filters() -> list[Any]:
    """Return every operator with every edge value, and all odd forms."""
    return [
        *({key: value} for key in ("a", "doc.x", "a.b") for value in ARGUMENTS),
        *({key: {name: value}} for key in ("a", "b") for name in OPERATORS for value in ARGUMENTS),
        *({"a": {name: [value]}} for name in ("$in", "$nin") for value in ARGUMENTS),
        *({"doc.x": {name: value}} for name in OPERATORS[:2] for value in ARGUMENTS),
        *ODD_FILTERS,
    ]


def test_edge_values_and_odd_forms_agree(peer: Peer, tmp_path: Path) -> None:
    """Every operator with every edge value, and every odd form of a filter, as in the peer."""
    mixed = Mixed(peer, tmp_path / "edges", EDGE_JOBS)
    filters = edge_filters()
    kinds, unlisted = mixed.compare(filters)
    assert not unlisted, f"{len(unlisted)} of {len(filters)}:\n" + "\n".join(unlisted[:20])
    assert {"incomparable", "mapping", "huge", "bool", "faulty"} <= set(kinds), kinds


def test_each_listed_difference_is_one(peer: Peer, tmp_path: Path) -> None:
    """The examples of the listed kinds do differ: none of the reasons has gone out of date."""
    mixed = Mixed(peer, tmp_path / "kinds", [*EDGE_JOBS, ({"n": NAN}, None), ({"n": 1}, None)])
    examples: dict[str, Any] = {
        "incomparable": {"a": {"$lt": 1}},
        "nan": {"n": {"$ne": 1}},
        "not-doc": {"$not": {"doc.x": 1}},
        "two-spellings": {"a": 0, "sp.a": 1},
        "mapping": {"a": {"$eq": {"b": 1}}},
        "huge": {"a": 2**53 + 1},
        "bool": {"a": {"$type": "bool"}},
        "faulty": {"zz": {"$type": "dict"}},
    }
    assert set(examples) == set(REASONS)
    for kind, filter_ in examples.items():
        ours, theirs = mixed.ours(filter_), mixed.theirs(filter_)
        assert ours != theirs, kind
        assert kind_of(filter_, theirs, ours) == kind


def test_indexed_answers_agree(peer: Peer, tmp_path: Path) -> None:
    """The answers are the same with an index: from a new object, and after changes of the peer."""
    draw = random.Random(21)
    mixed = Mixed(peer, tmp_path / "indexed", draw_jobs(draw, 150))
    filters = [draw_filter(draw) for _ in range(60)]
    for _ in range(3):
        statepoint = {"i": draw.randrange(12), "s": "new", "serial": draw.random()}
        peer.init(path=mixed.project.path, statepoint=statepoint)
        mixed.jobs[id_of(statepoint)] = statepoint, None
        mixed.project = signac.Project(mixed.project.path)
        _, unlisted = mixed.compare(filters)
        assert not unlisted, "\n".join(unlisted[:12])
        assert os.path.isdir(os.path.join(mixed.project.path, ".signac", "index"))


def test_a_job_without_a_document_file_has_no_document(peer: Peer, tmp_path: Path) -> None:
    """`{"doc": {"$exists": ..}}` tells a job with an empty document from one with none."""
    mixed = Mixed(peer, tmp_path / "root", EDGE_JOBS)
    for exists in (True, False):
        filter_ = {"doc": {"$exists": exists}}
        there = {id_ for id_, (_, document) in mixed.jobs.items() if document is not None}
        expected = there if exists else mixed.jobs.keys() - there
        assert mixed.ours(filter_) == mixed.theirs(filter_) == sorted(expected)
