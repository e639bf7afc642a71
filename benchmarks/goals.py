"""What a case of the comparison is, and what it is held against."""

from dataclasses import dataclass

__all__ = ["Case", "Goal", "held_against_peer"]


@dataclass(frozen=True, slots=True)
class Goal:
    """One ratio of a case.

    Attributes
    ----------
    against : {"peer", "floor", "h5py", "limit"}
        The released signac in its own process; or bare system calls, or h5py, that take turns
        with ours in one process. The limit is the ratio to the peer that the bare system calls
        themselves reach.
    measure : {"cpu", "wall", "memory"}
        What is divided: user and system time, time on the clock, or bytes of memory.
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
        Operations in one timed run, by default and with ``--quick``; of a case that is a whole
        process: how often it is started in a round.
    goals : tuple of Goal
        The first is the one against the peer.
    program : str
        For a case that is a whole process: what ``python -c`` runs; ``SHARED`` stands for the
        path of a project.
    command : tuple of str
        What the peer runs in place of `program`: its own command line, in the project directory.
        Without `program` both run their command lines.
    state : str
        For a case that depends on the number of jobs: what of the index of ours and the cache of
        the peer is there, see `states.py`. Empty for a case of a fixed size.
    largest : int or None
        The number of jobs above which the case is left out.
    judged_from : int
        The number of jobs from which its goals hold; at smaller sizes the ratio is only shown.
    """

    name: str
    title: str
    count: int
    quick: int
    goals: tuple[Goal, ...]
    program: str = ""
    command: tuple[str, ...] = ()
    state: str = ""
    largest: int | None = None
    judged_from: int = 0

    @property
    def is_process(self) -> bool:
        """Whether whole processes are timed."""
        return bool(self.program or self.command)


def held_against_peer(
    at_least: float | None = None, aim: float | None = None, measure: str = "cpu"
) -> tuple[Goal, ...]:
    """Return the only goal of most cases."""
    return (Goal("peer", measure, at_least, aim),)
