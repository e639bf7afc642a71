"""What becomes of the links in an archive: copies of what they lead to, or links in the job."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signac._transfer.imports.limits import Meter
    from signac._transfer.imports.plan import Problems, Source

__all__ = ["Landing", "judge_links"]

#: Links that lead to links.
_MOST_STEPS: Final = 40


class Landing(NamedTuple):
    """What a link becomes.

    Attributes
    ----------
    path : str
        The link, in the archive.
    source : str or None
        What is copied in its place; None to make a link.
    target : str
        What that link says: a name in the same job, where nothing is, or a directory with links.
    """

    path: str
    source: str | None
    target: str = ""


def judge_links(
    kinds: Mapping[str, int],
    links: Mapping[str, tuple[str, bool]],
    roots: Mapping[str, Source],
    problems: Problems,
    meter: Meter,
) -> dict[str, list[Landing]]:
    """Return what the links in each job become; add those that lead elsewhere to the problems.

    Sizes of files count as if each link were a file, because it becomes one. `kinds` has the size
    of each file, and less than 0 for all else.
    """
    holding = _above(links)
    landings: dict[str, list[Landing]] = {}
    for path, (target, hard) in links.items():
        root = _root_of(path, roots)
        if root is None:
            continue
        end = _follow(path, kinds, links)
        inside = end is not None and _lies_in(end, root)
        if not inside and hard and end in kinds and _root_of(end or "", roots) is not None:
            inside = True  # two names of one file, as tar stores it for two jobs
        if not inside or end is None:
            problems.add(f"{path!r} is a link to {target!r}, outside of its job; put a copy there")
            continue
        kind = kinds.get(end)
        stays = kind is None or (kind < 0 and (end in holding or end == root))
        if stays and not hard:
            # Said anew: upward first, through real directories, so that it stays in the job.
            target = posixpath.relpath(end or ".", posixpath.dirname(path) or ".")
            landings.setdefault(root, []).append(Landing(path, None, target))
        elif kind is None or (kind < 0 and hard):
            problems.add(
                f"{path!r} is a link to {target!r}, which is no file of the archive; put a copy "
                "there"
            )
        else:
            meter.add(max(kind, 0))
            landings.setdefault(root, []).append(Landing(path, end))
    return landings


def _follow(
    path: str, kinds: Mapping[str, int], links: Mapping[str, tuple[str, bool]]
) -> str | None:
    """Return where a link ends; None if that is outside the archive, or nowhere."""
    for _ in range(_MOST_STEPS):
        target, hard = links[path]
        if not target or "\0" in target or (target.startswith("/") and not hard):
            return None
        end = posixpath.normpath(posixpath.join("" if hard else posixpath.dirname(path), target))
        if end.startswith(("/", "../")) or end in ("..", "."):
            return None
        if end not in links:
            return end
        path = end
    return None


def _above(links: Mapping[str, tuple[str, bool]]) -> set[str]:
    """Return all directories that hold links, at any depth."""
    found: set[str] = set()
    for path in links:
        parent = posixpath.dirname(path)
        while parent and parent not in found:
            found.add(parent)
            parent = posixpath.dirname(parent)
    return found


def _lies_in(path: str, root: str) -> bool:
    return not root or path == root or path.startswith(root + "/")


def _root_of(path: str, roots: Mapping[str, Source]) -> str | None:
    while path not in roots:
        if not path:
            return None
        path = posixpath.dirname(path)
    return path
