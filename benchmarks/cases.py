"""What is measured: every case with its size, what it is held against, and the targets."""

from dataclasses import dataclass
from typing import Final

__all__ = ["CASES", "Case", "Goal"]


@dataclass(frozen=True, slots=True)
class Goal:
    """One ratio of a case.

    Attributes
    ----------
    against : {"peer", "floor", "h5py", "limit"}
        The released signac in its own process; or bare system calls, or h5py, that take turns
        with ours in one process. The limit is the ratio to the peer that the bare system calls
        themselves reach.
    measure : {"cpu", "wall"}
        What is divided: user and system time, or time on the clock.
    at_least, aim : float or None
        Against the peer the ratio is peer / ours and must be as large; against floor and h5py
        it is ours / theirs and may be as large. None: shown, not judged.
    """

    against: str
    measure: str
    at_least: float | None = None
    aim: float | None = None

    @property
    def more_is_better(self) -> bool:
        return self.against in ("peer", "limit")

    def reaches(self, ratio: float, target: float) -> bool:
        return ratio >= target if self.more_is_better else ratio <= target


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of work.

    Attributes
    ----------
    name, title : str
        On the command line, and for people.
    count, quick : int
        Operations in one timed run, by default and with ``--quick``.
    goals : tuple of Goal
        The first is the one against the peer.
    program : str
        For a case that is a whole process: what ``python -c`` runs; ``SHARED`` stands for the
        path of a project.
    """

    name: str
    title: str
    count: int
    quick: int
    goals: tuple[Goal, ...]
    program: str = ""


def _peer(at_least: float | None = None, aim: float | None = None) -> tuple[Goal, ...]:
    return (Goal("peer", "cpu", at_least, aim),)


#: A write that is safe against power cuts: CPU against the peer, which does not wait for the disk,
#: and wall time against the system calls without which it cannot be done.
_SAFE_WRITE: Final = (
    Goal("peer", "cpu", 2.0),
    Goal("limit", "cpu"),
    Goal("floor", "wall", 1.3, 1.15),
)
_STORE: Final = (Goal("peer", "cpu"), Goal("h5py", "cpu", 1.15, 1.05))

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
    )
}
