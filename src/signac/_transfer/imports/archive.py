"""Find jobs in an archive, and write them: one pass over it for each."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from signac._core import layout
from signac._core.ids import id_of_plain
from signac._transfer.imports.links import judge_links
from signac._transfer.imports.plan import OWN, Source, Sources, parse_statepoint
from signac.errors import ImportRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._transfer.imports.limits import ImportLimits, Meter
    from signac._transfer.imports.links import Landing
    from signac._transfer.imports.plan import Identify, Problems
    from signac._transfer.imports.readers import Member, Reader

__all__ = [
    "Contents",
    "Found",
    "Jobs",
    "find_in_archive",
    "is_folding",
    "iter_members",
    "root_of",
    "survey",
]

DIRECTORY: Final = -1
LINK: Final = -2


class Found(NamedTuple):
    """A state point file of an archive: its id, none for ``null``; or why it is none."""

    job_id: str = ""
    error: Exception | None = None


class Contents:
    """What is in an archive, without the contents of files.

    Attributes
    ----------
    kinds : dict of str to int
        The size of each file by its path, `DIRECTORY` or `LINK`; parents before their children.
    links : dict of str to (str, bool)
        Where each link leads, and whether it is a hard one.
    statepoints : dict of str to Found
        By the directory that holds them.
    late : dict of str to (int, int)
        For files that occur again, how many paths were known by then, and how often.
    """

    def __init__(self, problems: Problems, *, folding: bool) -> None:
        self.kinds: dict[str, int] = {"": DIRECTORY}
        self.links: dict[str, tuple[str, bool]] = {}
        self.statepoints: dict[str, Found] = {}
        self.late: dict[str, tuple[int, int]] = {}
        self._problems = problems
        self._folded: dict[str, str] | None = {} if folding else None

    def add(self, member: Member, *, again: bool) -> None:
        """Note a member; with `again` a later file of the same name replaces an earlier one."""
        path = member.path
        kind = {"file": member.size, "directory": DIRECTORY}.get(member.kind, LINK)
        known = self.kinds.get(path)
        if known is None:
            self._add_parents(path)
            self._add(path, kind)
        elif known == DIRECTORY == kind:
            return
        elif again and known >= 0 and kind >= 0:
            self.late[path] = len(self.kinds), self.late.get(path, (0, 0))[1] + 1
            self.kinds[path] = kind
        else:
            self._problems.add(
                f"{member.name!r} is there twice ({path!r} is there already); make the archive "
                "anew with one of them"
            )
            return
        if kind == LINK:
            self.links[path] = member.target, member.kind == "hard link"

    def _add(self, path: str, kind: int) -> None:
        self.kinds[path] = kind
        if self._folded is not None:
            other = self._folded.setdefault(_fold(path), path)
            if other != path:
                self._problems.add(
                    f"{other!r} and {path!r} are one file on this file system; rename one of them"
                )

    def _add_parents(self, path: str) -> None:
        missing = []
        end = path.rfind("/")
        while end > 0:
            parent = path[:end]
            kind = self.kinds.get(parent)
            if kind is not None:
                if kind != DIRECTORY:
                    self._problems.add(
                        f"{parent!r} is a file or a link, and {path!r} lies in it; make the "
                        "archive anew with one of them"
                    )
                break
            missing.append(parent)
            end = path.rfind("/", 0, end)
        for parent in reversed(missing):
            self._add(parent, DIRECTORY)


def survey(
    reader: Reader, meter: Meter, limits: ImportLimits, problems: Problems, *, folding: bool
) -> Contents:
    """Read an archive once, and note what is in it."""
    contents = Contents(problems, folding=folding)
    again = reader.later_wins
    for member in reader.members(meter):
        if member.fault:
            problems.add(f"{member.name!r} in {reader.path} is refused: {member.fault}")
            continue
        if member.kind == "file":
            meter.add(member.size)
        contents.add(member, again=again)
        directory, _, name = member.path.rpartition("/")
        if name == layout.STATEPOINT:
            found = _read_statepoint(reader, member, limits)
            other = contents.statepoints.setdefault(directory, found)
            if other.job_id != found.job_id:
                problems.add(
                    f"{member.name!r} is there twice, with different state points: two jobs have "
                    "the same place in the archive; export them to places of their own"
                )
    return contents


def _read_statepoint(reader: Reader, member: Member, limits: ImportLimits) -> Found:
    where = f"{member.name!r} in {reader.path}"
    if member.kind != "file":
        return Found(error=ImportRefusedError(f"{where} is no file; put the state point there"))
    if limits.statepoint is not None and member.size > limits.statepoint:
        return Found(
            error=ImportRefusedError(
                f"{where} has more than {limits.statepoint} bytes, which is no state point; if it "
                "is one: limits=ImportLimits(statepoint=None)"
            )
        )
    try:
        plain = parse_statepoint(b"".join(reader.chunks(member)), where)
    except ImportRefusedError:
        raise
    except (ValueError, TypeError) as error:
        return Found(error=error)
    return Found("" if plain is None else id_of_plain(plain))


class Jobs(NamedTuple):
    """The jobs in an archive.

    Attributes
    ----------
    sources : list of Source
        One for each.
    roots : dict of str to Source
        By the directory in the archive.
    groups : list of list of Source
        What has to be read together, in the order of the archive: usually one job each.
    directories : dict of str to list of str
        For each job the directories in it, parents first.
    counts : dict of str to int
        For each job how many files there are, those counted that are replaced by later ones.
    landings : dict of str to list of Landing
        For each job what its links become.
    """

    sources: list[Source]
    roots: dict[str, Source]
    groups: list[list[Source]]
    directories: dict[str, list[str]]
    counts: dict[str, int]
    landings: dict[str, list[Landing]]


def find_in_archive(
    contents: Contents, identify: Identify | None, problems: Problems, meter: Meter
) -> Jobs:
    """Return the directories of an archive that become jobs, and how they are to be read."""
    sources = Sources(problems)
    roots: dict[str, Source] = {}
    if identify is None:
        paths = set(contents.statepoints)
    else:
        paths = {path for path, kind in contents.kinds.items() if kind == DIRECTORY}
    refused: set[str] = set()
    for path in sorted(paths, key=lambda path: (path.count("/") + (path != ""), path)):
        if not OWN.isdisjoint(path.split("/")):  # scratch and trash of a project that was packed
            continue
        if root_of(path, roots) is not None or root_of(path, refused) is not None:
            continue
        number = len(sources.found)
        if not _judge(path, contents, identify, sources, problems):
            continue
        if len(sources.found) > number:
            roots[path] = sources.found[-1]
        else:
            refused.add(path)
    landings = judge_links(contents.kinds, contents.links, roots, problems, meter)
    return _arrange(sources.found, roots, contents, landings)


def _arrange(
    sources: list[Source],
    roots: dict[str, Source],
    contents: Contents,
    landings: dict[str, list[Landing]],
) -> Jobs:
    """Put together what mixed members, or links from one job to another, keep together."""
    directories: dict[str, list[str]] = {}
    counts = dict.fromkeys(roots, 0)
    first = dict.fromkeys(roots, -1)
    last = dict.fromkeys(roots, -1)
    for number, (path, kind) in enumerate(contents.kinds.items()):
        root = root_of(path, roots)
        if root is None or path == root:
            continue
        if kind == DIRECTORY:
            directories.setdefault(root, []).append(path)
        elif kind >= 0:
            position, times = contents.late.get(path, (number, 0))
            counts[root] += 1 + times
            first[root] = number if first[root] < 0 else first[root]
            last[root] = max(last[root], position)
    for root, row in landings.items():
        for landing in row:
            other = root if landing.source is None else root_of(landing.source, roots)
            if other is not None and other != root:
                ends = [end for end in (first[root], first[other]) if end >= 0]
                first[root] = min(ends, default=-1)
                last[root] = max(last[root], last[other])
    groups: list[list[Source]] = []
    end = -1
    for root in sorted(roots, key=first.__getitem__):
        if first[root] > end or first[root] < 0:
            groups.append([])
        groups[-1].append(roots[root])
        end = max(end, last[root])
    return Jobs(sources, roots, groups, directories, counts, landings)


def root_of(path: str, roots: dict[str, Source] | set[str]) -> str | None:
    """Return the job directory that a path is, or lies in; None without one."""
    while path not in roots:
        if not path:
            return None
        path = path.rpartition("/")[0]
    return path


def _judge(
    path: str,
    contents: Contents,
    identify: Identify | None,
    sources: Sources,
    problems: Problems,
) -> bool:
    """Tell whether a directory is a job, or would be if nothing were wrong with it."""
    file = contents.statepoints.get(path)
    key = path or "."
    statepoint = None
    if identify is not None:
        statepoint = identify(key, key)
        if statepoint is None:
            return False
    if file is not None and file.error is not None:
        problems.add_error(file.error)
        return True
    if statepoint is not None:
        name = repr(f"{path}/{layout.STATEPOINT}".lstrip("/"))
        sources.identify(key, path, statepoint, None if file is None else (name, file.job_id))
        return True
    if file is None or not file.job_id:
        return False
    sources.add(Source(key, path, file.job_id))
    return True


def is_folding(directory: str) -> bool:
    """Tell whether a file system takes names for the same that differ in case or in accents."""
    if sys.platform in ("darwin", "win32"):
        return True
    parent, name = os.path.split(directory)
    try:
        return os.path.samefile(directory, os.path.join(parent, name.swapcase()))
    except OSError:
        return False


def _fold(path: str) -> str:
    from unicodedata import normalize

    return normalize("NFC", path).casefold()


def iter_members(reader: Reader, meter: Meter, contents: Contents) -> Iterator[Member]:
    """Yield the files and directories of an archive again; it must be as it was.

    Raises
    ------
    ImportRefusedError
        When it changed since `survey`.
    """
    for member in reader.members(meter):
        if member.kind in ("file", "directory"):
            kind = contents.kinds.get(member.path)
            if kind is None or (kind >= 0) != (member.kind == "file"):
                raise ImportRefusedError(
                    f"{reader.path} changed while it was imported; run the same call again"
                )
            yield member
