"""Projects with and without an index, and the searches whose every mutation is disturbed."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import processes
import rawcheck
import signac
from freshness.acts import act
from freshness.ground import Ground, discard, write
from freshness.ground import make as make_ground
from freshness.questions import Question, ask, complaints

NAME = "p"
# A stamp that is older is believed.
SETTLING = 2.2
# Enough for an index of the state points and of the documents; a smaller project is read as it is.
JOBS = 80
# Each filter has jobs that match and jobs that do not.
QUESTIONS: list[Question] = [
    ["all", None],
    ["length", None],
    ["find", {"a": {"$lt": 3}}],
    ["find", {"n.c": 1}],
    ["find", {"doc.x": {"$gte": 4}}],
    ["find", {"$not": {"doc.m.k": 1}}],
    ["find", {"$or": [{"s": {"$regex": "^p"}}, {"doc.t": {"$regex": "q"}}]}],
    ["find", {"mixed": {"$exists": False}, "doc.x": {"$exists": True}}],
    ["statepoints", {"a": {"$in": [1, 4]}}],
    ["documents", {"doc.x": {"$lt": 4}}],
]
STATE_POINTS = [QUESTIONS[2], QUESTIONS[3]]
DOCUMENTS = [QUESTIONS[4], QUESTIONS[7]]
# Names that belong into `.signac` of a project that was opened, searched and changed.
EXPECTED = {"config", "index", "statepoint_cache.json.gz", "moves.log", "locks"}


def make(root: str, seed: int = 1, jobs: int = JOBS) -> Ground:
    """Make project `p` with plain file operations."""
    return make_ground(os.path.join(root, NAME), seed, jobs)


def search(path: str, questions: list[Question] = QUESTIONS) -> Any:
    """Put questions to a new project object."""
    return ask(signac.Project(path), questions)


def wrong(ground: Ground, answers: Any, questions: list[Question] = QUESTIONS) -> list[str]:
    """Return what is wrong in answers, by the raw directory."""
    return complaints(ground.truth(), questions, answers)


def work_on(ground: Ground) -> list[str]:
    """Let a later program search, add jobs and search again; return what it got wrong."""
    ground.fill(2)

    def program() -> Any:
        project = signac.Project(ground.path)
        first = ask(project, QUESTIONS)
        project.open_job({"by": "us"}).init()
        return first, search(ground.path)

    truth = ground.truth()
    first, second = processes.run(program).get()
    return complaints(truth, QUESTIONS, first) + wrong(ground, second)


def wrong_now(ground: Ground) -> list[str]:
    """Put all questions in a new process and return what is wrong in the answers."""
    outcome = processes.run(lambda: search(ground.path))
    if not outcome.ok:
        return [f"{outcome} {outcome.failure and outcome.failure.text}"]
    return wrong(ground, outcome.value)


def leftovers(path: str) -> list[str]:
    """List what does not belong into a project, index and scratch included."""
    found = rawcheck.problems(path)
    signac_directory = os.path.join(path, ".signac")
    found += [f".signac/{name}" for name in os.listdir(signac_directory) if name not in EXPECTED]
    index = os.path.join(signac_directory, "index")
    if os.path.isdir(index):
        found += [
            f".signac/index/{name}"
            for name in os.listdir(index)
            if name != "manifest" and not name.endswith(".seg")
        ]
    return found


def segments(path: str) -> set[str]:
    """Return the names of the segments of an index."""
    index = os.path.join(path, ".signac", "index")
    return {name for name in os.listdir(index) if name.endswith(".seg")}


@dataclass(frozen=True)
class Search:
    """One call that reads or writes the index, and the project in which it starts.

    `rest` lets the project rest before, so that what is read now may be believed later.
    """

    name: str
    prepare: Callable[[Ground], None]
    act: Callable[[str], Any]
    questions: tuple[Question, ...] = ()
    rest: bool = False

    def __str__(self) -> str:
        return self.name


def _nothing(_: Ground) -> None:
    pass


def _built(ground: Ground) -> None:
    processes.run(lambda: search(ground.path)).get()
    assert segments(ground.path), "no index was built, nothing is tested"


def _outdated(ground: Ground) -> None:
    _built(ground)
    ground.fill(8)
    for id_ in ground.pick(3):
        discard(ground.job(id_))
    rewrite(ground, 6)


def rewrite(ground: Ground, number: int) -> None:
    for id_ in ground.pick(number):
        write(ground.document(id_), ground.new_document())


def _documents_changed(ground: Ground) -> None:
    _built(ground)
    rewrite(ground, 60)


def _in_pieces(ground: Ground) -> None:
    """Extend the index many times, so that it consists of many parts."""
    _built(ground)
    for _ in range(7):
        ground.fill(4)
        rewrite(ground, 4)
        _built(ground)
    ground.fill(40)


def _damaged(ground: Ground) -> None:
    _built(ground)
    for name in os.listdir(ground.index):
        os.truncate(os.path.join(ground.index, name), 20)


def _cached(ground: Ground) -> None:
    processes.run(lambda: signac.Project(ground.path).update_cache()).get()
    ground.fill(4)
    for id_ in ground.pick(3):
        discard(ground.job(id_))


def _searching(questions: list[Question]) -> Callable[[str], Any]:
    return lambda path: search(path, questions)


def _search_of(
    name: str,
    prepare: Callable[[Ground], None],
    questions: list[Question] = QUESTIONS,
    *,
    rest: bool = False,
) -> Search:
    return Search(name, prepare, _searching(questions), tuple(questions), rest)


def _update_cache(path: str) -> None:
    act(signac.Project(path), "update_cache", {})


SEARCHES = [
    _search_of("build", _nothing, STATE_POINTS),
    _search_of("build-documents", _nothing, DOCUMENTS),
    _search_of("extend", _outdated, STATE_POINTS),
    _search_of("extend-documents", _outdated, DOCUMENTS),
    _search_of("documents", _documents_changed, DOCUMENTS, rest=True),
    _search_of("pieces", _in_pieces),
    _search_of("damaged", _damaged),
]
UPDATES = [
    Search("update-cache", _nothing, _update_cache),
    Search("update-cache-again", _cached, _update_cache),
    Search("update-cache-indexed", _outdated, _update_cache),
]


def copy(ground: Ground, root: str) -> Ground:
    """Copy the project to another place; what is known of its state points goes along."""
    shutil.copytree(os.path.dirname(ground.path), root, symlinks=True)
    return Ground(os.path.join(root, NAME), ground.draw, ground.known)
