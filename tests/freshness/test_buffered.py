"""Searches of this process see what it has buffered; other processes see what is on disk."""

import random

import pytest

import signac
from freshness.actors import Actors
from freshness.ground import make_pair
from freshness.questions import Question, ask, complaints
from freshness.truth import Job, Truth

FILTERS: list[Question] = [
    *(["find", {"doc.x": x}] for x in range(0, 10, 2)),
    ["find", {"doc.x": {"$gte": 5}, "a": {"$lt": 4}}],
    ["find", {"$not": {"doc.x": {"$in": [1, 2, 3]}}}],
    ["find", {"doc.new": {"$exists": True}}],
    ["find", {"$or": [{"doc.m.k": 2}, {"a": 3}]}],
    ["groups", "doc.x"],
    ["distinct", "doc.x"],
    ["counts", "doc.m.k"],
    ["documents", {"doc.x": {"$lt": 3}}],
    ["length", None],
]


@pytest.mark.parametrize("jobs", [20, 80])
@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.long) for s in (1, 2))])
def test_buffered_documents_are_seen(seed: int, jobs: int, actors: Actors, tmp_path) -> None:
    """Inside `signac.buffered()` this process finds by buffered values, others by those on disk."""
    ground, _ = make_pair(str(tmp_path), 900 + seed, jobs)
    draw = random.Random(seed)
    project = signac.Project(ground.path)
    assert complaints(ground.truth(), FILTERS, ask(project, FILTERS)) == []
    for _ in range(6):
        disk = ground.truth()
        expected = {job.id: dict(job.document or {}) for job in disk.healthy()}
        with signac.buffered():
            for _ in range(draw.randrange(1, 5)):
                id_ = draw.choice(sorted(expected))
                document = project.open_job(id=id_).doc
                key, value = draw.choice((("x", draw.randrange(10)), ("new", 1), ("m", {"k": 2})))
                document[key] = value
                expected[id_][key] = value
                if draw.random() < 0.2:
                    del document[key]
                    del expected[id_][key]
                buffered = Truth(
                    {id_: Job(id_, job.statepoint, expected[id_]) for id_, job in disk.jobs.items()}
                )
                for view in (project, signac.Project(ground.path)):
                    assert complaints(buffered, FILTERS, ask(view, FILTERS)) == []
            there = actors.look(ground, "forked", FILTERS)
            assert complaints(ground.truth(), FILTERS, there) == []
        for view in ("same", "new", "kept", "forked"):
            assert complaints(ground.truth(), FILTERS, actors.look(ground, view, FILTERS)) == []
