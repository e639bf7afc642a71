"""How a search was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    pass

__all__ = ["Explanation"]


class Explanation(NamedTuple):
    """How a search was answered; ``print`` it, or look at its parts.

    Attributes
    ----------
    query : str
        The filter as a tree, in words.
    jobs, found : int
        Jobs in the project, and those that match.
    listed : bool
        Whether the workspace had to be listed; otherwise its status showed that no job was added
        or removed since.
    statepoints_read : int
        State points read from their files, because the index did not have them.
    documents_examined, documents_read : int
        Documents whose status was looked at, and those that were read because it had changed.
    segments : int
        Files, or parts in memory, that make up the index.
    on_disk : bool
        Whether the index is on disk, for the next process.
    damaged : list of str
        Ids of jobs that were left out because they cannot be read.
    unknown : dict
        Keys of the filter that no job has, with similar ones that exist.
    seconds : float
        What it took.
    """

    query: str
    jobs: int
    found: int
    listed: bool
    statepoints_read: int
    documents_examined: int
    documents_read: int
    segments: int
    on_disk: bool
    damaged: list[str]
    unknown: dict[str, list[str]]
    seconds: float

    def __str__(self) -> str:
        where = "on disk" if self.on_disk else "in memory"
        lines = [
            f"{self.found} of {self.jobs} jobs in {1000 * self.seconds:.1f} ms",
            "jobs: workspace listed" if self.listed else "jobs: unchanged since the last listing",
            f"state points: index {where}, {self.segments} segment(s), "
            f"{self.statepoints_read} read from files",
        ]
        if self.documents_examined:
            lines.append(
                f"documents: {self.documents_examined} looked at, {self.documents_read} read"
            )
        if self.damaged:
            lines.append(f"damaged jobs left out: {', '.join(self.damaged)}")
        for key, names in self.unknown.items():
            hint = f"; similar keys are {', '.join(names)}" if names else ""
            lines.append(f"no job has the key {key!r}{hint}")
        return "\n".join(lines)
