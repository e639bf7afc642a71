"""Reading calls of every kind, with answers that do not depend on where the project lies.

Each question says what it looks at, from which follows what damage it may feel:

``count``       nothing but the names of the directories
``healthy``     healthy jobs, directly
``statepoint``  all state points
``document``    all state points and documents
``project``     files of the project itself
``write``       makes something new, and removes it
"""

import logging
import os
from collections.abc import Callable
from typing import Any, NamedTuple

import rawcheck
import signac
from damage.scene import MANY, OTHER, VICTIM, statepoint


class Question(NamedTuple):
    """A call and what it looks at."""

    looks_at: str
    ask: Callable[[Any], Any]


#: Healthy whatever happens; the first has a store.
HEALTHY = tuple(n for n in (0, 1, 2, 3, 5, 6, 9, 11, 15))
_IDS = {n: rawcheck.id_of(statepoint(n)) for n in range(MANY)}
assert not {VICTIM, OTHER} & set(HEALTHY)


def _labels(jobs: Any) -> list[str]:
    return sorted(job.id for job in jobs)


def _groups(groups: Any) -> dict[str, list[str]]:
    return {repr(key): _labels(jobs) for key, jobs in groups}


def _documents(project: Any) -> Any:
    return [project.open_job(id=_IDS[n]).doc() for n in HEALTHY]


def _stores(project: Any) -> Any:
    return [_arrays(project.open_job(id=_IDS[n])) for n in (0, 5)]


def _arrays(owner: Any) -> Any:
    with owner.data.open(mode="r") as data:
        return [data["x"][:].tolist(), sorted(data), data["g/y"][:3].tolist()]


def _cache(project: Any) -> Any:
    import gzip
    import json

    project.update_cache()
    with gzip.open(project.fn(project.FN_CACHE)) as file:
        return json.load(file)


def _new(project: Any) -> Any:
    job = project.open_job({"brand": "new"}).init()
    job.doc.x = 1
    found = [job in project, len(project.find_jobs({"brand": "new"})), job.doc()]
    job.sp.brand = "newer"
    found += [job.sp(), len(project.find_jobs({"brand": "newer"}))]
    job.remove()
    return [*found, job in project]


def _many(project: Any) -> Any:
    jobs = project.create_jobs({"many": n} for n in range(3))
    found = [job.sp() for job in jobs]
    for job in jobs:
        job.remove()
    return found


def _change(project: Any) -> Any:
    job = project.open_job(statepoint(1))
    job.doc.more = [1]
    found = [job.doc(), len(project.find_jobs({"doc.more": [1]}))]
    del job.doc["more"]
    return found


def _neighbors(project: Any) -> Any:
    return {job: repr(sorted(found.items())) for job, found in project.get_neighbors().items()}


def _schema(project: Any) -> Any:
    return str(project.detect_schema()).splitlines()


def _frame(project: Any) -> Any:
    frame = project.to_dataframe()
    return repr(frame.sort_index().sort_index(axis=1).to_dict("index"))


#: The last ones change something, and come last.
QUESTIONS: dict[str, Question] = {
    "len": Question("count", len),
    "iterate": Question("count", _labels),
    "all": Question("count", lambda p: _labels(p.find_jobs())),
    "count": Question("count", lambda p: p.find_jobs().count()),
    "open by state point": Question(
        "healthy", lambda p: [p.open_job(statepoint(n)).init().sp() for n in HEALTHY]
    ),
    "open by id": Question("healthy", lambda p: [p.open_job(id=_IDS[n]).sp() for n in HEALTHY]),
    "open by short id": Question(
        "healthy", lambda p: [p.open_job(id=_IDS[n][:20]).sp() for n in HEALTHY]
    ),
    "in": Question("healthy", lambda p: [p.open_job(statepoint(n)) in p for n in HEALTHY]),
    "cached_statepoint": Question(
        "healthy", lambda p: [dict(p.open_job(id=_IDS[n]).cached_statepoint) for n in HEALTHY]
    ),
    "documents": Question("healthy", _documents),
    "stores": Question("healthy", _stores),
    "get_job": Question(
        "healthy",
        lambda p: [signac.get_job(os.path.join(p.workspace, _IDS[n])).sp() for n in HEALTHY],
    ),
    "diff": Question(
        "healthy", lambda p: repr(signac.diff_jobs(*[p.open_job(id=_IDS[n]) for n in HEALTHY]))
    ),
    "subset": Question(
        "healthy", lambda p: str(p.detect_schema(subset=[_IDS[n] for n in HEALTHY]))
    ),
    "path": Question(
        "healthy", lambda p: [p.open_job(id=_IDS[n]).isfile("data.txt") for n in HEALTHY]
    ),
    "find": Question("statepoint", lambda p: _labels(p.find_jobs({"a": 0}))),
    "find nested": Question("statepoint", lambda p: _labels(p.find_jobs({"n.c": {"$lte": 3}}))),
    "find not": Question("statepoint", lambda p: _labels(p.find_jobs({"$not": {"a": 3}}))),
    "find words": Question("statepoint", lambda p: _labels(p.find_jobs("a < 2 and n.c > 0"))),
    "length": Question("statepoint", lambda p: len(p.find_jobs({"model": "water"}))),
    "schema": Question("statepoint", _schema),
    "neighbors": Question("statepoint", _neighbors),
    "groupby": Question("statepoint", lambda p: _groups(p.groupby("a"))),
    "sort": Question("statepoint", lambda p: [job.id for job in p.find_jobs().sort("n.c", "a")]),
    "first": Question(
        "statepoint", lambda p: p.find_jobs({"a": 0, "n.c": {"$gte": 1}}).sort("n.c").first().id
    ),
    "distinct": Question("statepoint", lambda p: p.find_jobs().distinct("n.c")),
    "count_by": Question("statepoint", lambda p: repr(p.find_jobs().count_by("a"))),
    "sum": Question("statepoint", lambda p: p.find_jobs().sum("n.c")),
    "find document": Question("document", lambda p: _labels(p.find_jobs({"doc.m.k": 0}))),
    "find no document": Question(
        "document", lambda p: _labels(p.find_jobs({"$not": {"doc.m.k": 0}}))
    ),
    "find both": Question(
        "document", lambda p: _labels(p.find_jobs({"a": 0, "doc.x": {"$lt": 9}}))
    ),
    "group by document": Question("document", lambda p: _groups(p.groupby("doc.m.k", default=-1))),
    "sum document": Question("document", lambda p: p.find_jobs().sum("doc.x")),
    "frame": Question("document", _frame),
    "project document": Question("project-document", lambda p: p.doc()),
    "project store": Question("project-store", _arrays),
    "html": Question("count", lambda p: bool(p._repr_html_())),
    "update_cache": Question("statepoint", _cache),
    "change a document": Question("write", _change),
    "make a job": Question("write", _new),
    "make jobs": Question("write", _many),
}


class Records(logging.Handler):
    """Keeps the texts of records at level ERROR."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


class Answer(NamedTuple):
    """What a call gave or raised, and what it logged at level ERROR."""

    value: Any
    error: str | None
    log: list[str]


def ask(path: str, *, kept: bool) -> dict[str, Answer]:
    """Ask everything, through one project object or a new one for each question."""
    answers = {}
    one = signac.Project(path) if kept else None
    for name, question in QUESTIONS.items():
        records = Records()
        logging.getLogger("signac").addHandler(records)
        try:
            answers[name] = Answer(question.ask(one or signac.Project(path)), None, records.texts)
        except Exception as error:
            text = f"{type(error).__module__}.{type(error).__name__}: {error}"
            answers[name] = Answer(None, text, records.texts)
        finally:
            logging.getLogger("signac").removeHandler(records)
    return answers
