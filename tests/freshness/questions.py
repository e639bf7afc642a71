"""Questions about a project: put to the library in any process, and judged by the raw directory.

A question is a list `[kind, argument]` and an answer a sorted list of lists of texts, so that both
travel as JSON. A truth gives for each question what the answer must hold and the most that it may
hold; the two differ only by damaged jobs.
"""

import random
from collections.abc import Iterator
from typing import Any

import signac
from freshness.truth import (
    ABSENT,
    Bounds,
    Item,
    Job,
    Truth,
    canonical,
    leaves,
    matches,
    parts_of,
    value_at,
)
from rawcheck import id_of

Question = list[Any]
Answer = list[list[str]]
DAMAGE = (signac.errors.JobsCorruptedError, ValueError, OSError)

# What the library says.


def ask(project: Any, questions: list[Question]) -> list[Answer]:
    """Put questions to a project object."""
    answers = []
    for kind, about in questions:
        try:
            answers.append(sorted(list(item) for item in _ASK[kind](project, about)))
        except Exception as error:
            error.add_note(f"asked: {kind} {about}")
            raise
    return answers


def _all(project: Any, _: Any) -> set[Item]:
    return {(job.id,) for job in project.find_jobs()}


def _iterate(project: Any, _: Any) -> set[Item]:
    return {(job.id,) for job in project}


def _length(project: Any, _: Any) -> set[Item]:
    return {(str(len(project)), str(len(project.find_jobs())))}


def _find(project: Any, filter_: Any) -> set[Item]:
    cursor = project.find_jobs(filter_)
    ids = [job.id for job in cursor]
    assert len(ids) == len(set(ids)) == len(cursor), f"{filter_}: {len(cursor)} but {ids}"
    return {(id_,) for id_ in ids}


def _statepoints(project: Any, filter_: Any) -> set[Item]:
    found = set()
    for job in project.find_jobs(filter_):
        try:
            found.add((job.id, canonical(job.sp()), canonical(dict(job.cached_statepoint))))
        except DAMAGE:
            found.add((job.id, "damaged"))
    return found


def _documents(project: Any, filter_: Any) -> set[Item]:
    found = set()
    for job in project.find_jobs(filter_):
        try:
            found.add((job.id, canonical(job.doc())))
        except DAMAGE:
            found.add((job.id, "damaged"))
    return found


def _groups(project: Any, key: str) -> set[Item]:
    return {(canonical(value), job.id) for value, group in project.groupby(key) for job in group}


def _schema(project: Any, _: Any) -> set[Item]:
    return {
        (key, kind.__name__, canonical(_plain(value)))
        for key, kinds in project.detect_schema().items()
        for kind, values in kinds.items()
        for value in values
    }


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _distinct(project: Any, key: str) -> set[Item]:
    return {(canonical(value),) for value in project.find_jobs().distinct(key)}


def _counts(project: Any, key: str) -> set[Item]:
    counts = project.find_jobs().count_by(key)
    return {(canonical(value), str(number)) for value, number in counts.items()}


def _prefixes(project: Any, ids: list[str]) -> set[Item]:
    found = set()
    for id_ in ids:
        try:
            found.add((id_, project.open_job(id=id_[:31]).id))
        except KeyError:
            found.add((id_, "not there"))
    return found


def _contains(project: Any, statepoints: list[dict[str, Any]]) -> set[Item]:
    jobs = [project.open_job(statepoint) for statepoint in statepoints]
    return {(job.id, str(job in project)) for job in jobs}


def _among(project: Any, about: list[Any]) -> set[Item]:
    filter_, statepoints = about
    cursor = project.find_jobs(filter_)
    return {(job.id,) for job in map(project.open_job, statepoints) if job in cursor}


_ASK = {
    "all": _all,
    "iterate": _iterate,
    "length": _length,
    "find": _find,
    "statepoints": _statepoints,
    "documents": _documents,
    "groups": _groups,
    "schema": _schema,
    "distinct": _distinct,
    "counts": _counts,
    "prefixes": _prefixes,
    "contains": _contains,
    "among": _among,
}

# What is true.


def complaints(truth: Truth, questions: list[Question], answers: list[Answer]) -> list[str]:
    """List what is wrong in the answers."""
    found = []
    for question, answer in zip(questions, answers, strict=True):
        bounds = _bounds(truth, *question)
        if bounds is None:
            continue
        must, may = bounds
        said = {tuple(item) for item in answer}
        if not must <= said <= may:
            lacking, wrong = sorted(must - said), sorted(said - may)
            found.append(f"{question}: lacking {_short(lacking)}, wrong {_short(wrong)}")
    return found


def _short(items: list[Item]) -> str:
    return f"{items[:4]}" + (f" and {len(items) - 4} more" if len(items) > 4 else "")


def _bounds(truth: Truth, kind: str, about: Any) -> Bounds | None:
    ids = set(truth.jobs)
    if kind in ("all", "iterate"):
        return _exactly({(id_,) for id_ in ids})
    if kind == "length":
        return _exactly({(str(len(ids)), str(len(ids)))})
    if kind == "prefixes":
        return _exactly({(id_, id_ if id_ in ids else "not there") for id_ in about})
    if kind == "contains":
        wanted = {id_of(statepoint) for statepoint in about}
        return _exactly({(id_, str(id_ in ids)) for id_ in wanted})
    if kind in ("find", "statepoints", "documents", "among"):
        return _bounds_of_filter(truth, kind, about)
    if kind == "schema":
        return _bounds_of_schema(truth)
    return _bounds_of_key(truth, kind, about)


def _exactly(items: set[Item]) -> Bounds:
    return items, items


def _bounds_of_filter(truth: Truth, kind: str, about: Any) -> Bounds:
    filter_ = about[0] if kind == "among" else about
    must, may = truth.bounds(lambda sp, doc: matches(filter_, sp, doc), parts_of(filter_))
    if kind == "among":
        asked = {id_of(statepoint) for statepoint in about[1]}
        must, may = ([job for job in jobs if job.id in asked] for jobs in (must, may))
    if kind in ("find", "among"):
        return {(job.id,) for job in must}, {(job.id,) for job in may}
    if kind == "documents":
        return {_document_of(job) for job in must}, {_document_of(job) for job in may}
    sure, most = ({item for job in jobs for item in _statepoints_of(job)} for jobs in (must, may))
    return sure, most


def _statepoints_of(job: Job) -> Iterator[Item]:
    """Yield what may be said of the state point of a job: more than one thing if damaged."""
    statepoint = job.known if job.statepoint is None else job.statepoint
    yield job.id, canonical(statepoint), canonical(statepoint)
    if job.statepoint is None:
        yield job.id, "damaged"


def _document_of(job: Job) -> Item:
    return job.id, "damaged" if job.document is None else canonical(job.document)


def _bounds_of_schema(truth: Truth) -> Bounds:
    return tuple(  # type: ignore[return-value]
        {
            (key, "tuple" if isinstance(value, list) else type(value).__name__, canonical(value))
            for job in jobs
            for key, value in leaves(job.statepoint or job.known)
        }
        for jobs in truth.bounds(lambda sp, doc: True, "sp")
    )


def _bounds_of_key(truth: Truth, kind: str, key: str) -> Bounds | None:
    def value_of(statepoint: Any, document: Any) -> Any:
        return value_at(document if key.startswith("doc.") else statepoint, key)

    parts = "doc" if key.startswith("doc.") else "sp"
    must, may = truth.bounds(lambda sp, doc: value_of(sp, doc) is not ABSENT, parts)
    sure, most = (
        [(canonical(value_of(job.statepoint or job.known, job.document)), job.id) for job in jobs]
        for jobs in (must, may)
    )
    if kind == "groups":
        return set(sure), set(most)
    if kind == "distinct":
        return {(text,) for text, _ in sure}, {(text,) for text, _ in most}
    if len(sure) != len(most):
        return None  # a count has no bounds of this form
    texts = [text for text, _ in sure]
    return _exactly({(text, str(texts.count(text))) for text in texts})


# What to ask.


def draw_questions(
    draw: random.Random, number: int, known: dict[str, dict[str, Any]]
) -> list[Question]:
    """Draw some questions: always the plain ones, and several of the others."""
    sample = draw.sample(sorted(known), min(6, len(known)))
    statepoints = [known[id_] for id_ in sample]
    others: list[Question] = [
        ["iterate", None],
        ["schema", None],
        ["groups", "a"],
        ["groups", "doc.x"],
        ["groups", "n.c"],
        ["distinct", draw.choice(("a", "doc.x", "n.c", "doc.m.k", "s"))],
        ["counts", draw.choice(("a", "doc.x"))],
        ["statepoints", draw_filter(draw)],
        ["documents", draw_filter(draw)],
        ["prefixes", sample],
        ["contains", statepoints],
        ["among", [draw_filter(draw), statepoints]],
    ]
    filters = [["find", draw_filter(draw)] for _ in range(number)]
    asked = [["all", None], ["length", None], *filters, *draw.sample(others, min(number, 12))]
    draw.shuffle(asked)
    return asked


def draw_filter(draw: random.Random) -> dict[str, Any]:
    """Draw a filter over the keys that `freshness.changes` writes."""
    a, x, c = draw.randrange(6), draw.randrange(10), draw.randrange(4)
    letter = draw.choice("pqrs")
    plain: list[dict[str, Any]] = [
        {"a": a},
        {"sp.a": {"$gt": a}},
        {"a": {"$in": [a, 9]}},
        {"a": {"$ne": a}},
        {"n.c": {"$lt": c}},
        {"n.c": c},
        {"s": {"$regex": f"^{letter}"}},
        {"s": letter + "0"},
        {"l": [c, 1]},
        {"mixed": {"$gte": 1}},
        {"mixed": {"$type": "str"}},
        {"moved": {"$exists": True}},
        {"moved": {"$exists": False}},
        {"u": {"$lt": draw.randrange(1, 60)}},
    ]
    documents: list[dict[str, Any]] = [
        {"doc.x": x},
        {"doc.x": {"$gte": x}},
        {"doc.x": {"$nin": [x, a]}},
        {"doc.m.k": c},
        {"doc.t": {"$regex": letter}},
        {"doc.x": {"$exists": False}},
        {"doc.t": {"$exists": True}},
        {"doc.m.k": {"$ne": c}},
    ]
    first, second, third = draw.choice(plain), draw.choice(plain), draw.choice(documents)
    return draw.choice(
        (
            first,
            third,
            third,
            {**first, **third},
            {"$not": first},
            {"$not": third},
            {"$or": [first, third]},
            {"$or": [first, second]},
            {"$and": [first, {"$not": second}]},
            {"$and": [first, {"$not": third}]},
            {"$not": {"$or": [first, third]}},
        )
    )
