"""Import jobs: look at everything, report everything that is wrong, then make each job whole."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from signac._core import atomic, jsonfile, layout, scratch
from signac._core.durability import effective
from signac._core.progress import reporting
from signac._engine.adopt import adopt_jobs, is_taken, take_back
from signac._engine.create import initialise, require_workspace
from signac._engine.jobstate import home_of
from signac._transfer.imports.archive import find_in_archive, is_folding, survey
from signac._transfer.imports.directory import copy_source, find_in_directory
from signac._transfer.imports.jobs import BATCH, unpack, write_jobs
from signac._transfer.imports.limits import ImportLimits, Meter
from signac._transfer.imports.opening import open_archive
from signac._transfer.imports.plan import Problems
from signac._transfer.journal import Journal
from signac._transfer.paths.pattern import parse_pattern
from signac.errors import (
    DestinationExistsError,
    ImportArgumentError,
    ImportRefusedError,
    InvalidInputError,
    TransferError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from signac._engine.workspace import Workspace
    from signac._transfer.imports.archive import Contents
    from signac._transfer.imports.jobs import Batch
    from signac._transfer.imports.plan import Identify, Source
    from signac._transfer.imports.readers import Reader

    #: Which directories become jobs.
    Schema = str | Callable[[str], Mapping[str, Any] | None] | None
    CopyTree = Callable[[str, str], object]

__all__ = ["Schema", "import_jobs", "import_scratch"]


class _Call(NamedTuple):
    """The arguments of an import."""

    project: Any
    workspace: Workspace
    origin: str
    schema: Schema
    limits: ImportLimits
    progress: bool | None


def import_jobs(
    origin: Any,
    project: Any,
    schema: Schema = None,
    copytree: CopyTree | None = None,
    *,
    limits: ImportLimits | None = None,
    progress: bool | None = None,
) -> Iterator[tuple[str, str]]:
    """Make jobs of what is in a directory or an archive; yield source and job path of each.

    Before anything is written, everything is looked at and all problems are raised together.
    Dying anywhere leaves some jobs whole and the others not there; the same call again completes.
    See `Project.import_from`.
    """
    path = os.getcwd() if origin is None else os.fspath(origin)
    if not (schema is None or callable(schema) or isinstance(schema, str)):
        raise ImportArgumentError(
            f"the schema must be None, a function or a string, not {type(schema).__name__}"
        )
    workspace = home_of(project).workspace
    call = _Call(project, workspace, path, schema, limits or ImportLimits(), progress)
    if os.path.isdir(path):
        yield from _from_directory(call, copytree)
    elif os.path.isfile(path):
        if copytree is not None:
            raise ImportArgumentError(
                f"copytree works on directories, and {path!r} is an archive; leave it out"
            )
        yield from _from_archive(call)
    elif os.path.exists(path):
        raise ImportRefusedError(f"{path!r} is of an unknown file type; give a file or directory")
    else:
        raise InvalidInputError(f"unable to import from {path!r}: the origin does not exist")


@contextmanager
def import_scratch(project: Any) -> Iterator[str]:
    """Give a directory on the file system of the workspace for a block.

    What a process leaves there when it dies is removed when the project is opened next.
    """
    workspace = home_of(project).workspace
    require_workspace(workspace, effective(workspace.level))
    entry = scratch.new_directory(workspace.scratch, "import")
    try:
        yield entry.path
    finally:
        try:
            atomic.remove_tree(entry.path)
        except OSError:  # the next open does it
            pass
        entry.close()


def _from_directory(call: _Call, copytree: CopyTree | None) -> Iterator[tuple[str, str]]:
    identify: Identify | None = None
    if callable(call.schema):
        identify = partial(_ask, call.schema)
    elif call.schema is not None:
        pattern = parse_pattern(call.schema, call.origin)
        identify = lambda _, below: pattern.parse(below)  # noqa: E731
    problems = Problems()
    sources = find_in_directory(
        call.origin, call.workspace, identify, call.limits, problems, links=copytree is None
    )
    if copytree is not None:
        yield from _copy_by(call, sources, copytree, problems)
        return
    yield from _apply(call, sources, problems, partial(_adopt_directories, call, sources))


def _adopt_directories(call: _Call, sources: list[Source], wanted: set[str]) -> Iterator[Batch]:
    chosen = [source for source in sources if source.job_id in wanted]
    for start in range(0, len(chosen), BATCH):
        batch = chosen[start : start + BATCH]
        fills = [(source.job_id, partial(copy_source, source)) for source in batch]
        yield batch, adopt_jobs(call.workspace, fills)


def _copy_by(
    call: _Call, sources: list[Source], copytree: CopyTree, problems: Problems
) -> Iterator[tuple[str, str]]:
    """Let a function of the user put each job into its place, which it may do by a rename."""
    for source in sources:
        if is_taken(call.workspace, source.job_id):
            _add_conflict(call, source, problems)
    problems.raise_all()
    if sources:
        require_workspace(call.workspace, effective(call.workspace.level))
    for source in sources:
        path = call.workspace.job(source.job_id)
        text = source.text or jsonfile.read_bytes(os.path.join(source.path, layout.STATEPOINT))
        try:
            copytree(source.path, path)
        except BaseException:
            take_back(source.path, path)
            raise
        initialise(call.workspace, source.job_id, jsonfile.parse(text))
        yield source.key, path


def _from_archive(call: _Call) -> Iterator[tuple[str, str]]:
    reader = open_archive(call.origin, call.limits)
    try:
        problems = Problems()
        meter = Meter(call.limits, call.origin, reader.volume)
        folding = is_folding(call.workspace.path)
        contents = survey(reader, meter, call.limits, problems, folding=folding)
        identify: Identify | None = None
        if isinstance(call.schema, str):
            pattern = parse_pattern(call.schema)
            identify = lambda _, below: pattern.parse(below)  # noqa: E731
        elif call.schema is not None:
            problems.raise_all()
            identify = partial(_ask, call.schema)
            if reader.on_disk:
                answers = _ask_unpacked(call, call.schema, reader, contents)
                identify = lambda _, below: answers.get(below)  # noqa: E731
        jobs = find_in_archive(contents, identify, problems, meter)
        again = Meter(call.limits, call.origin, reader.volume)

        def make(wanted: set[str]) -> Iterator[Batch]:
            return write_jobs(reader, contents, jobs, wanted, call.workspace, again)

        yield from _apply(call, jobs.sources, problems, make)
    finally:
        reader.close()


def _ask_unpacked(
    call: _Call, schema: Callable[[str], Any], reader: Reader, contents: Contents
) -> dict[str, Any]:
    """Return what the user's function says about the directories of a tar archive.

    peer: it sees them on the disk, unpacked; those of a zip archive it knows by their names only.
    """
    answers: dict[str, Any] = {}
    with import_scratch(call.project) as directory:
        unpack(reader, contents, directory, Meter(call.limits, call.origin, reader.volume))
        for path, inner, _ in os.walk(directory):
            below = os.path.relpath(path, directory).replace(os.sep, "/")
            answers[below] = schema(path)
            if answers[below] is not None:
                inner.clear()
            inner.sort()
    return answers


def _ask(schema: Callable[[str], Any], path: str, _: str) -> Any:
    return schema(path)


def _apply(
    call: _Call,
    sources: list[Source],
    problems: Problems,
    make: Callable[[set[str]], Iterator[Batch]],
) -> Iterator[tuple[str, str]]:
    """Make jobs, unless there are problems; those of an interrupted call are there already."""
    journal = Journal(
        os.path.join(call.workspace.project, layout.TRANSFERS),
        {
            "what": "import",
            "origin": os.path.abspath(call.origin),
            "schema": _name_of(call.schema),
            "content": _fingerprint(call.origin, sources),
        },
    )
    done, wanted = [], set()
    for source in sources:
        if not is_taken(call.workspace, source.job_id):
            wanted.add(source.job_id)
        elif source.job_id in journal.unfinished:
            done.append(source)
        else:
            _add_conflict(call, source, problems)
    problems.raise_all()
    for source in done:
        yield source.key, call.workspace.job(source.job_id)
    if wanted:
        journal.begin(wanted, call.workspace.level, scratch=call.workspace.scratch)
        failed: dict[str, Exception] = {}
        count = 0
        with reporting("importing jobs", len(wanted), call.progress) as report:
            for batch, errors in make(wanted):
                failed.update(errors)
                for source in batch:
                    if source.job_id not in errors:
                        yield source.key, call.workspace.job(source.job_id)
                count += len(batch)
                report(count)
        if failed:
            raise _late(call, failed)
    journal.end()


def _late(call: _Call, failed: dict[str, Exception]) -> Exception:
    """Return the error for jobs that failed, one of its own if others made all of them."""
    if not all(isinstance(error, FileExistsError) for error in failed.values()):
        return TransferError(failed)
    first, *others = failed
    more = f" and {len(others)} others" if others else ""
    return DestinationExistsError(
        call.project.open_job(id=first),
        f"job {first}{more} appeared in {call.workspace.path!r} during the import, and stayed as "
        "made there; all else was imported",
    )


def _fingerprint(origin: str, sources: list[Source]) -> str:
    """Return a text that is another one when the origin has changed since an interrupted call.

    Jobs of that call count as imported, which they are not if their sources are new.
    """
    digest = sha256()
    status = os.stat(origin)
    if not stat.S_ISDIR(status.st_mode):
        digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
        return digest.hexdigest()
    for source in sources:
        try:
            changed = os.stat(source.path).st_mtime_ns
        except OSError:
            changed = 0
        digest.update(f"{source.key}\0{source.job_id}\0{changed}\0".encode(errors="replace"))
    return digest.hexdigest()


def _name_of(schema: Schema) -> str | None:
    if schema is None or isinstance(schema, str):
        return schema
    name = getattr(schema, "__qualname__", type(schema).__qualname__)
    return f"{getattr(schema, '__module__', '')}:{name}"


def _add_conflict(call: _Call, source: Source, problems: Problems) -> None:
    def make(text: str) -> Exception:
        return DestinationExistsError(call.project.open_job(id=source.job_id), text)

    problems.add(
        f"{source.key!r} is job {source.job_id}, which is there already, in "
        f"{call.workspace.job(source.job_id)!r}; remove or move one of them, or import with "
        "sync=True",
        make,
    )
