"""Work on a project until somebody cuts the power, and acknowledge each call on standard output.

A program of its own, since the released signac runs it too: ``python worker.py prepare|work PATH``.
Which call has which number is fixed, so that whoever reads the acknowledgements knows what must be
there.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from typing import Any

KEYS = 200  # a long-lived document has so many keys at most
SEARCH = 200  # after so many calls
OLD = [{"old": number} for number in range(4)]
NEVER_TOUCHED = [{"old": number} for number in range(10, 30)]

Call = tuple[str, dict[str, Any], Any]


def call_of(number: int) -> Call:
    """Return what the call with a number does: a word, a state point, and what is written."""
    turn, kind = divmod(number, 6)
    if kind == 0:
        return "init", {"turn": turn}, None
    if kind == 1:
        return "document", {"turn": turn}, {"value": number}
    if kind == 2:
        return "document", OLD[0], {f"key{number % KEYS}": number}
    if kind == 3:
        return "project document", {}, {f"key{number % KEYS}": number}
    if kind == 4 and turn % 3 == 0:
        return "change", {"turn": turn}, {"turn": turn, "changed": True}
    if kind == 5 and turn % 4 == 3:
        gone = turn - 2
        return "remove", {"turn": gone, **({"changed": True} if gone % 3 == 0 else {})}, None
    return "document", OLD[1 + turn % 3], {f"key{number % KEYS}": number}


def calls() -> Iterator[tuple[int, Call]]:
    """Yield all calls with their numbers, without end."""
    return ((number, call_of(number)) for number in itertools.count())


def _do(project: Any, call: Call) -> None:
    word, statepoint, value = call
    if word == "project document":
        project.doc.update(value)
        return
    job = project.open_job(statepoint)
    if word == "init":
        job.init()
    elif word == "document":
        job.doc.update(value)
    elif word == "change":
        job.sp = value
    else:
        job.remove()


def main() -> None:
    """Make the project with the old jobs, or work in it."""
    import signac

    task, path = sys.argv[1:]
    if task == "prepare":
        project = signac.init_project(path)
        for statepoint in OLD + NEVER_TOUCHED:
            project.open_job(statepoint).init().doc.update(statepoint)
        project.doc.update(started=True)
        return
    project = signac.get_project(path)
    for number, call in calls():
        _do(project, call)
        os.write(1, b"%d\n" % number)
        if number % SEARCH == SEARCH - 1:
            len(project.find_jobs({"turn": {"$gte": 0}, "doc.value": {"$exists": True}}))


if __name__ == "__main__":
    main()
