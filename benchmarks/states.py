"""Two copies of a project, one for each side, and what lies in them beside the jobs.

Each side has a tree of its own, written alike: the index of ours and the cache of the peer, the
scratch directory of ours and changes to jobs are seen by one side alone, and neither reads through
a link that the other does not have.
"""

import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from dataset_search import grid_of, statepoint_of, write_sweep

from processes import ChildError, time_process

__all__ = ["STATES", "Ground", "forget", "refresh"]

#: In the order in which they are prepared. bare: nothing but the jobs. ready: the index of ours
#: and the cache of the peer. cached: also the peer's cache for ours. changed: like ready, and the
#: work changes jobs before it is timed. grid: other jobs, nothing beside them.
STATES = ("bare", "ready", "cached", "changed", "grid")

_OTHERS = {"grid": grid_of}
#: An mtime younger than two seconds proves nothing, so nothing is taken on trust before.
_SETTLING = 2.5

_FIND = "len(project.find_jobs({'a': -1}))\n"
_FIND_DOCUMENT = "len(project.find_jobs({'doc.steps': -1}))\n"
_UPDATE = "project.update_cache()\n"


@dataclass
class Ground:
    """The copies of a project of one size.

    Parameters
    ----------
    folder : str
        An empty directory.
    jobs : int
        How many jobs.
    pythons : dict
        The interpreter of each side that takes part.
    environment : dict
        Of the processes that prepare a state.
    documents : bool
        Whether the jobs have documents.
    """

    folder: str
    jobs: int
    pythons: dict[str, str]
    environment: dict[str, str]
    documents: bool = True
    state: str = field(default="", init=False)

    def project(self, side: str) -> str:
        """Return the path of the project of one side, in the present state."""
        kind = self.state if self.state in _OTHERS else "sweep"
        return os.path.join(self.folder, side, kind)

    def prepare(self, state: str) -> dict[str, str]:
        """Bring all copies into a state; return what went wrong, by side."""
        self.state = state
        if not all(os.path.exists(self.project(side)) for side in self.pythons):
            self._write()
        problems = {}
        for side, python in self.pythons.items():
            forget(self.project(side))
            try:
                if state in ("ready", "cached", "changed"):
                    self._fill(side, python, state)
            except ChildError as error:
                problems[side] = str(error)
        return problems

    def _write(self) -> None:
        statepoint = _OTHERS.get(self.state, statepoint_of)
        documents = self.documents and self.state not in _OTHERS
        for side in self.pythons:
            write_sweep(self.project(side), self.jobs, documents=documents, statepoint=statepoint)
        os.sync()
        time.sleep(_SETTLING)

    def _fill(self, side: str, python: str, state: str) -> None:
        work = [_UPDATE]
        if side == "ours":
            work = [_FIND] + [_FIND_DOCUMENT] * self.documents + work * (state == "cached")
        _run(python, self.project(side), work, self.environment)


def forget(project: str) -> None:
    """Remove all that can be made again from the jobs."""
    shutil.rmtree(os.path.join(project, ".signac", "index"), ignore_errors=True)
    try:
        os.unlink(os.path.join(project, ".signac", "statepoint_cache.json.gz"))
    except FileNotFoundError:
        pass


def refresh(project: str, python: str, *, ours: bool, documents: bool) -> None:
    """Bring the index or the cache up to date, in a process of its own."""
    work = [_FIND] + [_FIND_DOCUMENT] * documents if ours else [_UPDATE]
    _run(python, project, work, dict(os.environ))


def _run(python: str, project: str, work: Iterable[str], environment: dict[str, str]) -> None:
    program = f"import signac\nproject = signac.get_project({project!r})\n{''.join(work)}"
    time_process([python, "-c", program], environment)
