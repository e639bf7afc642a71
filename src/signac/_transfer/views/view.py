"""Linked views: a directory tree that leads to the jobs by the values of their keys.

The wanted links are computed, compared with what is there, and the difference is applied. Nothing
is touched but links of the name `job` that lead into the workspace.
"""

from __future__ import annotations

import errno
import logging
import os
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._core import atomic, layout, scratch
from signac._core.ids import ID_LENGTH, is_id
from signac._engine import search
from signac._query.ast import EVERYTHING
from signac._transfer.journal import Journal
from signac._transfer.paths.spec import needs_handles, plan_paths, require_leaves
from signac._transfer.views.tree import Tree, looks_made, scan_tree
from signac.errors import PathSpecificationError, TransferError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from signac._engine.home import Home
    from signac._engine.selection import Selection
    from signac._engine.workspace import Workspace

__all__ = ["create_view"]

#: peer: the name of the logger.
logger = logging.getLogger("signac.linked_view")

LINK: Final = "job"
#: Others may remove a directory just before a link is made in it; not so often.
_MOST_ATTEMPTS: Final = 100
#: Scratch is on another file system, or may not be written.
_NOT_FROM_SCRATCH: Final = {errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS}


class Plan(NamedTuple):
    """What has to be done to a view.

    Attributes
    ----------
    create, replace : dict of str to str
        Links, relative to the prefix, and what they lead to.
    missing : list of str
        Directories that have to be made for new links, the upper ones first.
    remove : list of str
        Links that are not wanted any more.
    directories : list of str
        Directories that may be empty then, the deepest first.
    """

    create: dict[str, str]
    missing: list[str]
    replace: dict[str, str]
    remove: list[str]
    directories: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether the view is as it should be."""
        return not (self.create or self.replace or self.remove or self.directories)


def create_view(
    home: Home,
    prefix: str,
    job_ids: Iterable[str] | None,
    path: Any,
    open_job: Callable[[str], Any],
) -> dict[str, str]:
    """Make a directory of links to jobs, or bring it up to date.

    Before: anything. After: the links of the selected jobs are there, and no others into this
    workspace. Dying anywhere leaves some of the links as they were; running again completes.
    Any number of processes may do the same at once.

    Parameters
    ----------
    prefix : str
        The directory.
    job_ids : iterable of str, optional
        The ids of the jobs, which may be abbreviated; all jobs by default.
    path : None, False or str
        As for `plan_paths`.
    open_job : function
        Gives the handle of an id, for templates that need it.

    Returns
    -------
    dict of str to str
        From link, relative to the prefix, to the path of the job directory.
    """
    selection = _select(home, job_ids)
    links = _plan_links(selection, path, open_job)
    workspace = home.workspace
    if links or os.path.lexists(prefix):
        kept = frozenset(selection.problems)
        _update(workspace, os.path.abspath(prefix), links, kept)
    selection.require_sound()
    return {link: workspace.job(job_id) for link, job_id in links.items()}


def _select(home: Home, job_ids: Iterable[str] | None) -> Selection:
    if job_ids is None:
        selection = search.find(home, EVERYTHING)
    else:
        selection = search.select(home, dict.fromkeys(_full_ids(home, job_ids)))
    if selection.problems:
        search.log_problems(selection.problems)
    return selection


def _full_ids(home: Home, job_ids: Iterable[str]) -> list[str]:
    """Return ids in full; raise for those that are of no job."""
    known: set[str] = set()
    found = []
    for job_id in job_ids:
        if not isinstance(job_id, str):
            raise TypeError(f"job_ids are ids, not {type(job_id).__name__}: use job.id")
        if len(job_id) == ID_LENGTH and is_id(job_id):
            known = known or set(home.list_ids())
            if job_id in known or home.has_job(job_id):
                found.append(job_id)
                continue
        found.append(home.resolve(job_id))
    return found


def _plan_links(selection: Selection, path: Any, open_job: Callable[[str], Any]) -> dict[str, str]:
    """Return the id for each link."""
    ids = selection.ids
    statepoints = list(selection.statepoints())
    _refuse_separators(statepoints)
    handles = [open_job(job_id) for job_id in ids] if needs_handles(path) else [None] * len(ids)
    jobs = list(zip(ids, statepoints, handles, strict=True))
    paths = plan_paths(jobs, path, callables=False, nested=True)
    links = {(f"{place}/{LINK}" if place else LINK): job_id for job_id, place in paths.items()}
    if any(f"/{LINK}/" in link for link in links):
        require_leaves(links)
    return links


def _refuse_separators(statepoints: Sequence[Mapping[str, Any]]) -> None:
    """Raise for separators in keys and texts of the first level.

    peer: also where the path does not use them; deeper ones are encoded.
    """
    separators = [os.sep, *filter(None, [os.altsep])]
    found = set()
    for statepoint in statepoints:
        # perf: one look at all texts of a job (views, 10,000 jobs).
        texts = [*statepoint, *[one for one in statepoint.values() if one.__class__ is str]]
        joined = "\n".join(texts)
        if any(one in joined for one in separators):
            found |= {text for text in texts if any(one in text for one in separators)}
    if found:
        shown = ", ".join(map(repr, sorted(found)[:10]))
        raise PathSpecificationError(
            f"In order to use view, state points should not contain {os.sep}: {shown}. Select "
            "other jobs by job_ids"
        )


def _update(
    workspace: Workspace, prefix: str, links: Mapping[str, str], kept: frozenset[str]
) -> None:
    """Make the links of a view what they should be."""
    logger.info("analysing the view in %s", prefix)
    prefix = os.path.realpath(prefix)
    journal = Journal(
        os.path.join(workspace.project, layout.TRANSFERS),
        {"view": prefix},
    )
    tree = scan_tree(workspace, prefix, LINK)
    plan = _compare(tree, links, kept, journal.unfinished)
    if plan.is_empty:
        if journal.unfinished:
            journal.end()
        logger.info("the view in %s is up to date", prefix)
        return
    logger.info(
        "the view in %s: %d links to create, %d to replace, %d to remove",
        prefix,
        len(plan.create),
        len(plan.replace),
        len(plan.remove),
    )
    # crash: a directory that a killed process had emptied is told from one that was empty.
    if plan.directories:
        _note(journal, plan.directories, workspace)
    failed = _apply(workspace, prefix, plan)
    if failed:
        raise TransferError({links.get(name, name): error for name, error in failed.items()})
    if plan.directories:
        journal.end()


def _note(journal: Journal, directories: list[str], workspace: Workspace) -> None:
    try:
        journal.begin(directories, workspace.level, scratch=workspace.scratch)
    except OSError as error:
        if error.errno not in _NOT_FROM_SCRATCH:
            raise
        logger.debug("a project that may only be read keeps no note of the view: %s", error)


def _compare(
    tree: Tree, links: Mapping[str, str], kept: frozenset[str], emptied: frozenset[str]
) -> Plan:
    create, replace = {}, {}
    remove = [
        link
        for link, there in tree.links.items()
        if link not in links and there.job_id is not None and there.job_id not in kept
    ]
    removed = set(remove)
    for link, job_id in links.items():
        destination = tree.destination(link, job_id)
        there = tree.links.get(link)
        if there is None:
            tree.require_free(link, removed)
            create[link] = destination
        elif there.text != destination and not tree.leads_to(link, job_id):
            tree.require_ours(link)
            replace[link] = destination
    remove += tree.stale
    needed = _parents(links)
    directories = (_parents(remove) | (emptied & tree.directories)) - needed
    missing = sorted(_parents(create) - (tree.directories - directories))
    deepest_first = sorted(directories, key=methodcaller("count", "/"), reverse=True)
    return Plan(create, missing, replace, remove, deepest_first)


def _parents(links: Iterable[str]) -> set[str]:
    """Return the directories in which links lie, and those above, but not the prefix."""
    found: set[str] = set()
    for link in links:
        end = link.rfind("/")
        while end > 0 and link[:end] not in found:
            found.add(link[:end])
            end = link.rfind("/", 0, end)
    return found


def _apply(workspace: Workspace, prefix: str, plan: Plan) -> dict[str, Exception]:
    """Carry out a plan; return what failed, by link."""
    failed: dict[str, Exception] = {}
    for link in plan.remove:
        try:
            atomic.unlink(_below(prefix, link))
        except FileNotFoundError:  # another process was faster
            pass
        except OSError as error:
            failed[link] = error
    for directory in plan.directories:
        _remove_if_empty(_below(prefix, directory))
    if plan.create:
        atomic.make_directories(prefix)
        _make_directories(prefix, plan.missing)
    for make, links in ((_create, plan.create), (_replace, plan.replace)):
        for link, destination in links.items():
            try:
                make(workspace, _below(prefix, link), destination)
            except OSError as error:
                failed[link] = error
    return failed


def _make_directories(prefix: str, names: Iterable[str]) -> None:
    """Make the directories of new links, without a look at each; what fails is told by its link."""
    for name in names:
        try:
            atomic.make_directory(_below(prefix, name), exist_ok=True)
        except OSError:
            continue


def _below(prefix: str, name: str) -> str:
    return os.path.join(prefix, name if os.sep == "/" else name.replace("/", os.sep))


def _remove_if_empty(directory: str) -> None:
    try:
        atomic.remove_directory(directory)
    except OSError as error:
        # What holds a file of the user stays; the rest is of no harm.
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
            logger.warning("%s could not be removed: %s", directory, error)


def _create(workspace: Workspace, path: str, destination: str) -> None:
    """Make a link; one that another process made meanwhile is replaced if it is another one."""
    for _ in range(_MOST_ATTEMPTS):
        try:
            atomic.symbolic_link(destination, path)
            return
        except FileNotFoundError:
            _make_way(path)
        except FileExistsError:
            there = _read_link(path)
            if there is None:
                continue
            if not looks_made(there):
                raise
            if there != destination:
                _replace(workspace, path, destination)
            return
    atomic.symbolic_link(destination, path)


def _make_way(path: str) -> None:
    """Make the directory of a link again, unless others remove it at once."""
    try:
        atomic.make_directories(os.path.dirname(path))
    except FileNotFoundError:
        return


def _read_link(path: str) -> str | None:
    """Return what a link says, nothing if it is no link, None if it is not there any more."""
    try:
        return os.readlink(path)
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _replace(workspace: Workspace, path: str, destination: str) -> None:
    """Make a link in place of another one, in one step."""
    # In scratch first, where the next open removes what a killed process left.
    within = workspace.scratch
    for _ in range(_MOST_ATTEMPTS):
        try:
            _replace_from(within, path, destination)
            return
        except FileNotFoundError:  # swept by another process, or the directory was removed
            _make_way(path)
        except OSError as error:
            if error.errno not in _NOT_FROM_SCRATCH or within == os.path.dirname(path):
                raise
            within = os.path.dirname(path)
    _replace_from(within, path, destination)


def _replace_from(within: str, path: str, destination: str) -> None:
    if within == os.path.dirname(path):
        name = f"{layout.TEMPORARY_PREFIX}{os.urandom(8).hex()}_{LINK}"
        temporary = os.path.join(within, name)
    else:
        atomic.make_directories(within)
        temporary = scratch.name_in(within, LINK)
    atomic.symbolic_link(destination, temporary)
    try:
        atomic.replace(temporary, path)
    except BaseException:
        try:
            atomic.unlink(temporary)
        except OSError:  # left to the next sweep
            pass
        raise
