"""Where jobs go: a relative path for each, from its state point, a template or a function.

Every value is one component of a path and none leads out of the target. What an ordinary value
looks like is a promise: paths are those of the released signac.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from signac._transfer.paths.components import (
    LONGEST_NAME,
    decode_component,
    encode_component,
    escape,
    mark,
    shorten,
)
from signac._transfer.paths.template import Auto, Field, Job, Template, parse_template
from signac._utility import _to_hashable
from signac.errors import PathSpecificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

__all__ = [
    "Job",
    "decode_component",
    "encode_component",
    "needs_handles",
    "plan_paths",
    "require_leaves",
]

#: peer: paths that occur twice are listed there, at the level DEBUG.
logger = logging.getLogger("signac.import_export")

#: Names and values of the keys of a job that are no mappings, an empty mapping included.
Leaves = dict[str, Any]

#: A path of so many characters has no component that is too long.
_SHORT: Final = LONGEST_NAME // 4
_HETEROGENEOUS: Final = (
    "Unable to determine path for job {!r}: none of the keys in which the jobs differ is in its "
    "state point. Give a path of your own, for example path=False or '{{{{auto}}}}' with "
    "'id/{{job.id}}' in front"
)


def plan_paths(
    jobs: Sequence[tuple[str, Mapping[str, Any], Any]],
    path: str | Callable[[Any], str] | bool | None,
    *,
    callables: bool,
    nested: bool = False,
) -> dict[str, str]:
    """Return the path of each job, relative, with ``/`` between its components.

    Parameters
    ----------
    jobs : sequence of (str, mapping, Job or None)
        Id, plain state point and handle of each; the handles may be left out unless
        `needs_handles`.
    path : None, False, str or function
        None for the keys in which the jobs differ, with their values; False for the id; a template;
        or a function of the job.
    callables : bool
        Whether `path` may be a function.
    nested : bool
        Whether the path of a job may lie within that of another.

    Returns
    -------
    dict of str to str
        From id to path, in the order of the jobs; an empty path for a single job.

    Raises
    ------
    PathSpecificationError
        When paths are not unique, would leave the target, or cannot be determined (a
        ``RuntimeError`` and a ``ValueError``). Nothing was written.
    """
    known = [Job(*job) for job in jobs]
    if path is None:
        paths = _automatic(known)
    elif path is False:
        paths = {job.id: job.id for job in known}
    elif isinstance(path, str):
        paths = _by_template(known, parse_template(path))
    elif callables and callable(path):
        paths = {job.id: _by_function(job, path) for job in known}
    else:
        raise PathSpecificationError(
            f"the path is None, False or a template{' or a function' if callables else ''}, "
            f"not {path!r}"
        )
    _require_unique(paths, path)
    if not nested:
        require_leaves(paths.values())
    return paths


def needs_handles(path: Any) -> bool:
    """Tell whether paths are made from more than ids and state points."""
    return parse_template(path).needs_handles if isinstance(path, str) else callable(path)


def require_leaves(paths: Iterable[str]) -> None:
    """Raise if a path lies within another one."""
    taken = set(paths)
    if len(taken) < 2:
        return
    for path in taken:
        end = path.rfind("/")
        while end > 0:
            if path[:end] in taken:
                raise PathSpecificationError(
                    f"The path {path[:end]!r} is both a leaf and node in the path structure: "
                    f"{path!r} would lie within it. Add the job id to the path, 'id/{{job.id}}', "
                    "or use path=False"
                )
            end = path.rfind("/", 0, end)


class _Keys:
    """The keys in which jobs differ, those with few values first.

    Parameters
    ----------
    table : sequence of Leaves
        Those of each job.
    strict : bool
        Whether ``1`` and ``True`` are different, and ``0.0`` and ``-0.0``.
    """

    def __init__(self, table: Sequence[Leaves], *, strict: bool) -> None:
        values: dict[str, set[Any]] = defaultdict(set)
        counts: dict[str, int] = defaultdict(int)
        for leaves in table:
            for key, value in leaves.items():
                # perf: the rule of `_identity` for the usual kinds (views, 10,000 jobs).
                kind = value.__class__
                usual = not strict and (kind is int or kind is str)
                values[key].add((int, value) if usual else _identity(value, strict=strict))
                counts[key] += 1
        within = _inner_keys(values)
        order = sorted(values, key=lambda key: (len(values[key] | within.get(key, set())), key))
        constant = (key for key in values if len(values[key]) == 1 and counts[key] == len(table))
        left_out = {*constant} if len(table) > 1 else {*values}
        self.names = [key for key in order if key not in left_out]

    def parts(self, leaves: Leaves, without: Collection[str] = ()) -> list[tuple[str, Any]]:
        """Return the keys and values of a job that tell it from others."""
        return [
            (key, leaves[key])
            for key in self.names
            if key in leaves and leaves[key].__class__ is not dict and key not in without
        ]


def _inner_keys(values: Mapping[str, set[Any]]) -> dict[str, set[Any]]:
    """Return the keys that hold a mapping in some jobs: one value more, empty or not."""
    within = {}
    for key in values:
        end = key.rfind(".")
        while end > 0:
            within[key[:end]] = {_identity({}, strict=True)}
            end = key.rfind(".", 0, end)
    return within


def _leaves(statepoint: Mapping[str, Any]) -> Leaves:
    if dict not in map(type, statepoint.values()):
        return dict(statepoint)
    found: Leaves = {}
    pending: list[tuple[str, Mapping[str, Any]]] = [("", statepoint)]
    while pending:
        prefix, mapping = pending.pop()
        for key, value in mapping.items():
            if value.__class__ is dict and value:
                pending.append((f"{prefix}{key}.", value))
            else:
                found[prefix + key] = value
    return found


def _identity(value: Any, *, strict: bool) -> Any:
    """Return what two values have in common if they count as one.

    peer: truth values count as numbers, numbers with a point do not count as those without.
    """
    kind = value.__class__
    if strict or kind is dict:
        return kind, repr(value)
    return float if kind is float else int, _to_hashable(value)


def _text(value: Any) -> str:
    if value.__class__ is str:
        return value
    return str(_to_hashable(value)) if value.__class__ is list else str(value)


def _automatic(jobs: Sequence[Job]) -> dict[str, str]:
    """Return paths of keys and values; what the released signac takes for the same is told apart.

    First as there. Where that gives a job no path, or two the same, ``1`` and ``True`` are
    different values; then texts are marked that read like another value.
    """
    if len(jobs) < 2:
        return {job.id: "" for job in jobs}
    table = {job.id: _leaves(job.statepoint) for job in jobs}
    parts: dict[str, list[tuple[str, Any]]] = {}
    for strict in (False, True):
        keys = _Keys(list(table.values()), strict=strict)
        parts = {job_id: keys.parts(leaves) for job_id, leaves in table.items()}
        paths = {job_id: _joined(one) for job_id, one in parts.items()}
        if all(parts.values()) and len(set(paths.values())) == len(paths):
            return paths
    for job_id, one in parts.items():
        if not one:
            raise PathSpecificationError(_HETEROGENEOUS.format(job_id))
    for group in _groups(paths).values():
        if len(group) > 1:
            marked = _ambiguous(parts[job_id] for job_id in group)
            for job_id in group:
                paths[job_id] = _joined(parts[job_id], marked)
    return paths


def _groups(paths: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the ids for each path."""
    groups: dict[str, list[str]] = defaultdict(list)
    for job_id, path in paths.items():
        groups[path].append(job_id)
    return groups


def _ambiguous(group: Iterable[list[tuple[str, Any]]]) -> set[str]:
    """Return the keys that have a string in some jobs and another kind of value in others."""
    kinds: dict[str, set[bool]] = defaultdict(set)
    for parts in group:
        for key, value in parts:
            kinds[key].add(isinstance(value, str))
    return {key for key, found in kinds.items() if len(found) == 2}


def _joined(parts: Iterable[tuple[str, Any]], marked: Collection[str] = ()) -> str:
    found = []
    for key, value in parts:
        component = encode_component(_text(value))
        if key in marked and isinstance(value, str):
            component = mark(component)
        found.append(encode_component(key))
        found.append(component)
    path = "/".join(found)
    return path if len(path) < _SHORT else "/".join(map(shorten, found))


def _by_template(jobs: Sequence[Job], template: Template) -> dict[str, str]:
    if not template.has_auto:
        return {job.id: _render(job, template, []) for job in jobs}
    table = [_leaves(job.statepoint) for job in jobs]
    # peer: a key that is written as a field of its own is not in the automatic part as well.
    without = {field.name for field in template.fields}
    found = {}
    for strict in (False, True):
        keys = _Keys(table, strict=strict)
        all_parts = [keys.parts(leaves, without) for leaves in table]
        if all(all_parts):
            break
    for job, parts in zip(jobs, all_parts, strict=True):
        if not parts and len(jobs) > 1:
            raise PathSpecificationError(_HETEROGENEOUS.format(job.id))
        found[job.id] = _render(job, template, parts)
    return found


def _render(job: Job, template: Template, parts: list[tuple[str, Any]]) -> str:
    """Return the path of one job."""
    tokens: list[tuple[str, bool]] = []  # text, and whether it is a value
    for piece in template.pieces:
        if isinstance(piece, Field):
            tokens.append((piece.text(job), True))
        elif isinstance(piece, Auto):
            texts = [text for key, value in parts for text in (key, _text(value))]
            for number, text in enumerate(texts):
                if number:
                    tokens.append((piece.separator, False))
                tokens.append((text, True))
        else:
            tokens.append((piece, False))
    return _assemble(job, tokens)


def _assemble(job: Job, tokens: Iterable[tuple[str, bool]]) -> str:
    """Return a path of text, which may hold separators, and values, which are encoded.

    A component that is empty or means another directory is one of the text, which is left out or
    refused, or of values, which is encoded.
    """
    components: list[list[tuple[str, bool]]] = [[]]
    for text, is_value in tokens:
        if is_value:
            components[-1].append((text, True))
            continue
        first, *rest = text.split("/")
        components[-1].append((first, False))
        components += [[(one, False)] for one in rest]
    if len(components) > 1 and not any(text or is_value for text, is_value in components[0]):
        raise _leaving(job, "/")
    names = []
    for component in components:
        texts = [(text, is_value) for text, is_value in component if text or is_value]
        if len(texts) == 1 and texts[0][1]:
            names.append(encode_component(texts[0][0]))
            continue
        name = "".join(escape(text) if is_value else _fit(text) for text, is_value in texts)
        if name in ("", ".", "..") and any(is_value for _, is_value in texts):
            name = encode_component(name)
        if name == "..":
            raise _leaving(job, name)
        if name not in ("", "."):
            names.append(name)
    return "/".join(map(shorten, names))


def _by_function(job: Job, function: Callable[[Any], str]) -> str:
    """Return what a function gives for one job, which is text of the user and not a value."""
    return _assemble(job, [(str(function(job.handle)), False)])


def _fit(text: str) -> str:
    """Return text of a template as it is, but for what can be in no name."""
    return text if text.isprintable() else escape(text)


def _leaving(job: Job, why: str) -> PathSpecificationError:
    return PathSpecificationError(
        f"the path of job {job.id} would leave the target: it has {why!r}; paths are relative and "
        "lead downwards"
    )


def _require_unique(paths: Mapping[str, str], path: Any) -> None:
    if len(set(paths.values())) == len(paths):
        return
    twice = {name: ids for name, ids in _groups(paths).items() if len(ids) > 1}
    for name, ids in twice.items():
        logger.debug("the path %r is that of the jobs %s", name, ", ".join(ids))
    name, ids = next(iter(twice.items()))
    if path is None:
        said, hint = "The automatic path", "{{auto}}/id/{job.id}"
    else:
        said = f"The path specification {path!r}"
        hint = f"{path.rstrip('/')}/id/{{job.id}}".lstrip("/") if isinstance(path, str) else ""
    hint = hint or "id/{job.id}"
    raise PathSpecificationError(
        f"{said} would result in duplicate paths: {name!r} for {', '.join(ids[:3])}"
        f"{' and others' if len(ids) > 3 or len(twice) > 1 else ''}. The easiest way to fix this "
        f"is to append the job id to the path, like {hint!r}. The debug log has the whole list"
    )
