"""The cases whose cost depends on the number of jobs: search, opening, tables, cache, memory."""

from typing import Final

from goals import Case, Goal
from goals import held_against_peer as _peer

__all__ = ["SEARCH_CASES"]

_FIND: Final = """
import signac
print("\\n".join(job.id for job in signac.get_project(SHARED).find_jobs({"a": 42})))
"""
#: Prints by how many bytes the largest memory that the process held grew after the import.
_MEMORY: Final = """
import signac
def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
start = peak()
project = signac.get_project(SHARED)
WORK
print(peak() - start)
"""
#: All goals of these cases are for projects of this size; at a thousand jobs nothing is slow.
_JUDGED_FROM: Final = 100_000
#: The check of ours looks at more: documents, HDF5 files, scratch, cache, index, every name.
_CHECK: Final = (Goal("peer", "cpu", 1.2), Goal("peer", "wall", 1.2))
_CHECKED_FROM: Final = 10_000
_WARM: Final = _peer(50, 200)
_SHOWN: Final = _peer()


def _case(
    name: str,
    title: str,
    state: str,
    goals: tuple[Goal, ...],
    program: str = "",
    command: tuple[str, ...] = (),
    largest: int | None = None,
    judged_from: int = _JUDGED_FROM,
) -> Case:
    judged_from = min(judged_from, largest or judged_from)
    return Case(name, title, 1, 1, goals, program, command, state, largest, judged_from)


def _memory(name: str, title: str, state: str, goals: tuple[Goal, ...], work: str) -> Case:
    return _case(name, title, state, goals, _MEMORY.replace("WORK", work))


SEARCH_CASES: Final = (
    # Nothing cached anywhere.
    _case("find-bare", "find 1 %, nothing cached", "bare", _peer(2, 3)),
    _case("schema-bare", "detect_schema(), nothing cached", "bare", _peer(3, 5)),
    _case("cache-first", "update_cache(), first", "bare", _peer(1.5, 2.3)),
    _memory(
        "memory-bare",
        "memory over import: find 1 %, nothing cached",
        "bare",
        _peer(measure="memory"),
        'len(project.find_jobs({"a": 42}))',
    ),
    # The peer is quadratic where jobs have no neighbors, and far better on a grid, see below.
    _case(
        "neighbors", "get_neighbors(), few are neighbors", "bare", _peer(100, 500), largest=1_000
    ),
    # The index of ours and the cache of the peer are there.
    _case("find-process", "find 1 %, whole process of Python", "ready", _peer(20, 30), _FIND),
    _case(
        "find-command",
        "the same by the command line",
        "ready",
        _peer(20, 30),
        command=("find", '{"a": 42}'),
    ),
    _case("find-cold", "find 1 %, new process, the call", "ready", _peer(300, 1000)),
    _case("find-equality", "find {a: 42}, second", "ready", _WARM),
    _case("find-range", "find 10 % by a range, second", "ready", _WARM),
    _case("find-range-unique", "the same, every job another value", "ready", _WARM),
    _case("find-regex", "find 1 % by $regex, second", "ready", _WARM),
    _case("find-logic", "find by $and, $or, second", "ready", _WARM),
    _case("find-nested", "find by a nested key, second", "ready", _WARM),
    _case("find-iterate", "find 1 % and go through the jobs, second", "ready", _SHOWN),
    _case("find-document-cold", "find 1 % by a document key, new process", "ready", _peer(6, 10)),
    _case("find-document", "find 1 % by a document key, second", "ready", _peer(6, 10)),
    _case("find-both", "find by both, 1 % left to the document, second", "ready", _SHOWN),
    _case("length", "len(project), new process", "ready", _SHOWN),
    _case("iterate-sp", "for job in project: job.sp.a, new process", "ready", _peer(10, 20)),
    _case("iterate-cached", "the same with job.cached_statepoint", "ready", _peer(2, 3)),
    _case("iterate-doc", "the same with job.doc[key]", "ready", _peer(4, 5)),
    _case("lookup-first", "first open_job(statepoint), new process", "ready", _peer(500, 5000)),
    _case("lookup-first-id", "first open_job(id=...), new process", "ready", _peer(500, 5000)),
    _case("lookup-prefix", "open_job(id=12 characters)", "ready", _peer(50, 1000)),
    _case("groupby-sp", "groupby('a'), all groups, new process", "ready", _peer(25, 55)),
    _case("groupby-doc", "groupby('doc.steps'), the same", "ready", _peer(8, 30)),
    _case("frame", "to_dataframe(), new process", "ready", _peer(6, 8)),
    _case("frame-columns", "to_dataframe(usecols=3 of sp)", "ready", _peer(50, 100)),
    _case("schema", "detect_schema(), new process", "ready", _peer(50, 100)),
    _memory(
        "memory",
        "memory over import: find 1 %",
        "ready",
        _peer(8, 15, "memory"),
        'len(project.find_jobs({"a": 42}))',
    ),
    _memory(
        "memory-schema",
        "memory over import: detect_schema()",
        "ready",
        _peer(measure="memory"),
        "project.detect_schema()",
    ),
    _case("check", "check(), a sound project", "ready", _CHECK, judged_from=_CHECKED_FROM),
    _case("check-bare", "the same, nothing cached", "bare", _CHECK, judged_from=_CHECKED_FROM),
    _case("check-full", 'check(level="full"), peer: check()', "ready", _SHOWN),
    _case("repair", "repair(), a sound project", "ready", _SHOWN),
    # The cache of the peer is there for ours, too.
    _case("cache-again", "update_cache(), nothing new", "cached", _peer(50, 100)),
    # Another program was here a moment ago.
    _case("find-changed", "find 1 %, 100 jobs changed, same process", "changed", _peer(10, 50)),
    _case("find-changed-cold", "find 1 %, 100 jobs changed, new process", "changed", _peer(10, 50)),
    _case(
        "find-document-changed",
        "find by a document key, 100 edited, same process",
        "changed",
        _SHOWN,
    ),
    # Jobs of their own.
    _case("neighbors-grid", "get_neighbors(), a grid", "grid", _SHOWN, largest=10_000),
)
