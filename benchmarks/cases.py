"""What is measured: every case with its size, what it is held against, and the targets."""

from typing import Final

from cases_search import SEARCH_CASES
from goals import Case, Goal
from goals import held_against_peer as _peer

__all__ = ["CASES"]

#: A write that is safe against power cuts: CPU against the peer, which does not wait for the disk,
#: and wall time against the system calls without which it cannot be done.
_SAFE_WRITE: Final = (
    Goal("peer", "cpu", 2.0),
    Goal("limit", "cpu"),
    Goal("floor", "wall", 1.3, 1.15),
)
_STORE: Final = (Goal("peer", "cpu"), Goal("h5py", "cpu", 1.15, 1.05))

_COPYING: Final = (Goal("peer", "cpu", 1.0), Goal("peer", "wall"))
#: Per job of five files; one call for all jobs. What is copied must reach the disk here, not there.
_MOVING: Final = {
    "sync-new": ("sync into an empty project", _COPYING),
    "sync-again": ("sync again, nothing changed", _peer(3, 10)),
    "view-new": ("linked view, first", _peer(1, 1.5)),
    "view-again": ("linked view again", _peer(3, 5)),
    "export-directory": ("export to a directory", _COPYING),
    "export-zip": ("export to a zip", _peer(1)),
    "export-tar": ("export to a tar", _peer(1)),
    "import-directory": ("import of a directory", _COPYING),
    "import-zip": ("import of a zip", _COPYING),
    "import-tar": ("import of a tar", _COPYING),
}
_TRANSFERS: Final = tuple(
    Case(f"transfer-{name}{suffix}", f"{title}, {count:,} jobs", count, 100, goals)
    for name, (title, goals) in _MOVING.items()
    for suffix, count in (("", 1_000), ("-10k", 10_000))
)

CASES: Final = {
    case.name: case
    for case in (
        Case(
            "import",
            "import signac (whole process)",
            5,
            2,
            _peer(4, 6),
            program="import signac",
        ),
        Case(
            "import-project",
            "import signac; signac.Project (whole process)",
            5,
            2,
            _peer(4, 6),
            program="import signac; signac.Project",
        ),
        Case(
            "open-project",
            "import signac; signac.get_project(path) (whole process)",
            5,
            2,
            _peer(),
            program="import signac; signac.get_project(SHARED)",
        ),
        Case("command-version", "signac --version", 5, 2, _peer(3, 5), command=("--version",)),
        Case("command-find", "signac find, 10,000 jobs", 5, 2, _peer(3), command=("find",)),
        Case("command-job", "signac job, 10,000 jobs", 5, 2, _peer(3), command=("job", '{"a": 1}')),
        Case("statepoint-by-id", "open_job(id=...).sp.a, new process", 10_000, 2_000, _peer(4)),
        Case("statepoint-iterate", "for job in project: job.sp.a", 10_000, 2_000, _peer(4)),
        Case("document-by-id", "open_job(id=...).doc[key]", 10_000, 2_000, _peer(4, 5)),
        Case("document-get", "job.doc[key], settled file", 20_000, 5_000, _peer(4, 5)),
        Case("document-get-young", "job.doc[key], file < 2 s old", 20_000, 5_000, _peer()),
        Case("document-get-nested", "job.doc[key][key]", 20_000, 5_000, _peer(6, 10)),
        Case("buffered-get", "buffered: job.doc[key]", 20_000, 5_000, _peer()),
        Case("buffered-set", "buffered: job.doc[key] = value", 20_000, 5_000, _peer(10, 20)),
        Case("document-set", "job.doc[key] = value", 400, 100, _SAFE_WRITE),
        Case("document-set-each", "the same, another job each time", 400, 100, _SAFE_WRITE),
        Case(
            "transaction", "10 sets in a transaction (peer: buffered)", 200, 60, (_SAFE_WRITE[0],)
        ),
        Case("create", "open_job(statepoint).init(), new", 400, 100, _SAFE_WRITE),
        Case("init-again", "open_job(statepoint).init(), there", 5_000, 1_000, _peer()),
        Case("statepoint-change", "job.sp.a = value", 400, 100, _SAFE_WRITE),
        Case("remove", "job.remove()", 400, 100, _peer()),
        Case("open-id", "open_job(statepoint).id", 20_000, 5_000, _peer()),
        Case(
            "create-many",
            "create_jobs(10,000), synced (peer: loop, not synced)",
            10_000,
            1_000,
            (Goal("peer", "wall", 1.5, 2.5),),
        ),
        Case("store-write", "job.data[key] = 1 MB array", 60, 15, _STORE),
        Case("store-read", "job.data[key][()] of 1 MB", 200, 60, _STORE),
        Case("store-write-small", "1,000 numbers into an open store", 4_000, 1_000, _STORE),
        Case("store-read-small", "1,000 numbers from an open store", 4_000, 1_000, _STORE),
        *_TRANSFERS,
        *SEARCH_CASES,
    )
}
