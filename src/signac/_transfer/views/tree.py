"""What is in the directory of a linked view, and which of it this project made."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, NamedTuple

from signac._core import layout
from signac._core.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from signac._engine.workspace import Workspace

__all__ = ["Link", "Tree", "looks_made", "scan_tree"]


class Link(NamedTuple):
    """A symbolic link.

    Attributes
    ----------
    text : str
        What it says.
    job_id : str or None
        The job of this project that it leads to, whether that is there or not.
    """

    text: str
    job_id: str | None


class Tree:
    """The entries below a prefix, by their paths relative to it, with ``/`` between components.

    Attributes
    ----------
    links : dict of str to Link
        Links of the name that views use.
    directories : set of str
        Directories that are no links.
    others : set of str
        Everything else.
    stale : list of str
        Links that were on their way to replace others when their process was killed.
    """

    def __init__(self, workspace: Workspace, prefix: str, name: str) -> None:
        self.links: dict[str, Link] = {}
        self.directories: set[str] = set()
        self.others: set[str] = set()
        self.stale: list[str] = []
        self._prefix = prefix
        self._name = name
        self._end = f"_{name}"
        self._workspace = os.path.realpath(workspace.path)
        project = os.path.realpath(workspace.project)
        # peer: links lead to the name of the workspace in the project, which may be a link itself.
        self._way = os.path.relpath(os.path.join(project, layout.WORKSPACE), prefix)
        self._ways: dict[int, str] = {}

    def destination(self, link: str, job_id: str) -> str:
        """Return what a link to a job says."""
        depth = link.count("/")
        way = self._ways.get(depth)
        if way is None:
            way = os.path.normpath(os.path.join(*[os.pardir] * depth, self._way))
            self._ways[depth] = way
        return f"{way}{os.sep}{job_id}"

    def scan(self) -> None:
        """Read the whole tree. Links are not followed, and a workspace is left out.

        Raises
        ------
        NotADirectoryError
            When the prefix is a file.
        """
        pending = [""]
        while pending:
            below = pending.pop()
            try:
                with os.scandir(self._path(below)) as entries:
                    found = list(entries)
            except FileNotFoundError:
                continue
            except PermissionError:
                if not below:
                    raise
                continue
            start = below + "/" if below else ""
            for entry in found:
                path = start + entry.name
                if entry.is_symlink():
                    self._add_link(path, entry)
                elif not entry.is_dir(follow_symlinks=False):
                    self.others.add(path)
                elif entry.name != layout.WORKSPACE or entry.path != self._workspace:
                    self.directories.add(path)
                    pending.append(path)

    def require_free(self, link: str, removed: Collection[str]) -> None:
        """Raise if something lies where a link, or a directory on the way to it, has to be."""
        if link in self.directories:
            raise IsADirectoryError(
                errno.EISDIR,
                "a directory has the name of a link of the view; move it away",
                self._path(link),
            )
        if link in self.others:  # as a link it would be in `links`
            raise FileExistsError(
                errno.EEXIST,
                "a file has the name of a link of the view; move it away",
                self._path(link),
            )
        end = link.rfind("/")
        while end > 0 and link[:end] not in self.directories:
            if link[:end] in self.others or (
                link[:end] in self.links and link[:end] not in removed
            ):
                raise NotADirectoryError(
                    errno.ENOTDIR,
                    "this has the name of a directory of the view; move it away",
                    self._path(link[:end]),
                )
            end = link.rfind("/", 0, end)

    def require_ours(self, link: str) -> None:
        """Raise if a link was not made by a view: it may be replaced only then."""
        found = self.links[link]
        target = os.path.join(os.path.dirname(self._path(link)), found.text)
        if found.job_id is None and (os.path.lexists(target) or not looks_made(found.text)):
            raise FileExistsError(
                errno.EEXIST,
                f"a link to {found.text} has the name of a link of the view; move it away",
                self._path(link),
            )

    def leads_to(self, link: str, job_id: str) -> bool:
        """Tell whether a link leads to a job, whatever it says."""
        return self.links[link].job_id == job_id and os.path.exists(self._path(link))

    def _add_link(self, path: str, entry: os.DirEntry[str]) -> None:
        if entry.name != self._name:
            if entry.name.startswith(layout.TEMPORARY_PREFIX) and entry.name.endswith(self._end):
                self.stale.append(path)
            else:
                self.others.add(path)
            return
        try:
            text = os.readlink(entry.path)
        except OSError:  # removed meanwhile
            return
        way, _, job_id = text.rpartition(os.sep)
        if not is_id(job_id):
            self.links[path] = Link(text, None)
            return
        # perf: most links say what this project writes (views, 10,000 jobs).
        ours = text == self.destination(path, job_id)
        if not ours:
            directory = os.path.join(os.path.dirname(entry.path), way)
            ours = os.path.realpath(directory) == self._workspace
        self.links[path] = Link(text, job_id if ours else None)

    def _path(self, name: str) -> str:
        return os.path.join(self._prefix, *name.split("/")) if name else self._prefix


def scan_tree(workspace: Workspace, prefix: str, name: str) -> Tree:
    """Return what is below a prefix, an absolute path without links."""
    tree = Tree(workspace, prefix, name)
    tree.scan()
    return tree


def looks_made(text: str) -> bool:
    """Tell whether a link is like those that lead to jobs: the project may have been moved."""
    directory, _, job_id = text.rpartition(os.sep)
    return is_id(job_id) and os.path.basename(directory) == layout.WORKSPACE
