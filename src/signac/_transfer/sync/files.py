"""Copy what a plan names: into scratch, on the disk, then one rename for each file or directory."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from signac._core import atomic, layout, locks, scratch
from signac._core.durability import effective
from signac._core.replace import sweep_beside
from signac._engine.copying import Copied, copy_entry, sync_tree
from signac._engine.record import read_statepoint
from signac._stores.wholefile import undisturbed
from signac._transfer.sync.compare import walk
from signac._transfer.sync.plan import FileStep, JobPlan, Tree
from signac._transfer.sync.rules import MORE, logger

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from signac._core.durability import Durability
    from signac._engine.workspace import Workspace
    from signac._transfer.sync.options import Options

__all__ = ["Applied", "apply_files", "copy_whole_job"]

NOTHING = Copied(0, 0)


class Applied(NamedTuple):
    """What became of a plan.

    Attributes
    ----------
    copied : Copied
        What is there now.
    failed : list of Exception
        What could not be copied, and why.
    appeared : list of str
        Names that were free when the plan was made, and are not any more: somebody else is at work.
    """

    copied: Copied
    failed: list[Exception]
    appeared: list[str]


class _Built(NamedTuple):
    """What lies in scratch, ready to be renamed."""

    path: str
    step: FileStep | Tree
    copied: Copied


def copy_whole_job(source: Workspace, job_id: str, target: str, options: Options) -> Copied:
    """Copy a job into a directory: its files, and the state point that the id stands for.

    A change of the state point that was interrupted is seen as complete.

    Raises
    ------
    FileNotFoundError
        When the job is not there, or vanishes meanwhile.
    JobsCorruptedError
        When its state point cannot be read.
    """
    options.require_possible()
    _, text = read_statepoint(source, job_id)
    here = source.job(job_id)
    leave_out = {layout.STATEPOINT, layout.STATEPOINT_NEXT}
    copied = _copy_tree(
        here, target, walk(here, follow=options.follow, leave_out=leave_out), options
    )
    mode = stat.S_IMODE(os.stat(target).st_mode)
    if not mode & stat.S_IWUSR:  # or nothing could be made in it, and it could not be moved
        atomic.change_mode(target, mode | stat.S_IWUSR)
    file = os.path.join(target, layout.STATEPOINT)
    descriptor = atomic.create(file)
    try:
        atomic.write(descriptor, text, file)
    finally:
        os.close(descriptor)
    _keep_status(source.statepoint(job_id), file, options)
    _keep_owner(here, file, options)
    return Copied(copied.files + 1, copied.volume + len(text))


def apply_files(
    plan: JobPlan, source: str, destination: str, workspace: Workspace, options: Options
) -> Applied:
    """Copy the files and directories of a plan into an existing job.

    Before: a job. After: each file of the plan is that of the source. Dying anywhere leaves each
    file, and each directory that is new, as it was or whole; the same call again does the rest. A
    file that cannot be copied does not stop the others.
    """
    if not plan.files and not plan.trees:
        return Applied(NOTHING, [], [])
    if plan.trees or not all(step.is_link for step in plan.files):
        options.require_possible()
    level = effective(workspace.level)
    failed: list[Exception] = []
    appeared: list[str] = []
    copied = NOTHING
    entry = scratch.new_directory(workspace.scratch, "sync")
    try:
        built = _build(plan, source, destination, entry.path, options, failed)
        if built:
            sync_tree(entry.path, level)
        with locks.locked(destination, fallback=workspace.fallback):
            for one in built:
                target = os.path.join(destination, one.step.name)
                if _is_new(one.step) and os.path.lexists(target):
                    appeared.append(one.step.name)
                    continue
                try:
                    _put(one, target, options, level)
                except OSError as error:
                    failed.append(error)
                else:
                    copied = Copied(
                        copied.files + one.copied.files, copied.volume + one.copied.volume
                    )
                    if level == "durable":
                        atomic.sync_directory(os.path.dirname(target))
    finally:
        _discard(entry)
    return Applied(copied, failed, appeared)


def _is_new(step: FileStep | Tree) -> bool:
    return isinstance(step, Tree) or step.is_new


def _build(
    plan: JobPlan,
    source: str,
    destination: str,
    directory: str,
    options: Options,
    failed: list[Exception],
) -> list[_Built]:
    """Copy everything into a scratch directory, under numbers."""
    built = []
    steps: tuple[FileStep | Tree, ...] = (*plan.files, *plan.trees)
    for number, step in enumerate(steps):
        here, path = os.path.join(source, step.name), os.path.join(directory, str(number))
        # The suffix tells that writers of the store have to be kept out.
        path += layout.STORE_SUFFIX if step.name.endswith(layout.STORE_SUFFIX) else ""
        target = os.path.join(destination, step.name)
        logger.log(MORE, "Copy '%s' -> '%s'.", here, target)
        try:
            if isinstance(step, Tree):
                atomic.make_directory(path)
                copied = _copy_tree(here, path, step, options)
            else:
                copied = _copy_file(here, path, options)
                _keep_owner_of_old(target, path, step, options)
        except OSError as error:
            failed.append(_as_seen(error, path, target))
            continue
        built.append(_Built(path, step, copied))
    return built


def _copy_tree(here: str, there: str, tree: Tree, options: Options) -> Copied:
    files = volume = 0
    for name in tree.directories:
        atomic.make_directory(os.path.join(there, name))
    for step in tree.files:
        path = os.path.join(here, step.name)
        copied = _copy_file(path, os.path.join(there, step.name), options)
        files, volume = files + copied.files, volume + copied.volume
    # peer: directories keep mode and times in any case. One that may only be read gets its mode
    # when everything is in it.
    for name in reversed(("", *tree.directories)):
        atomic.copy_status(os.path.join(here, name), os.path.join(there, name))
    return Copied(files, volume)


def _copy_file(here: str, there: str, options: Options) -> Copied:
    copied = copy_entry(here, there, follow=options.follow, times=options.times)
    if copied.files:
        _keep_owner(here, there, options)
    return copied


def _keep_owner(here: str, there: str, options: Options) -> None:
    if options.owner or options.group:
        status = os.stat(here)
        atomic.change_owner(
            there,
            status.st_uid if options.owner else -1,
            status.st_gid if options.group else -1,
        )


def _keep_status(here: str, there: str, options: Options) -> None:
    try:
        if options.times:
            atomic.copy_status(here, there)
        else:
            atomic.change_mode(there, stat.S_IMODE(os.stat(here).st_mode))
    except FileNotFoundError:  # the state point lies beside it, of a change under way
        if not os.path.isdir(os.path.dirname(here)):
            raise


def _keep_owner_of_old(target: str, path: str, step: FileStep, options: Options) -> None:
    """Give a copy the owner of the file it is going to replace, as writing into it would."""
    if step.is_new or step.is_link:
        return
    try:
        old, new = os.stat(target), os.stat(path)
    except FileNotFoundError:
        return
    user = -1 if options.owner or old.st_uid == new.st_uid else old.st_uid
    group = -1 if options.group or old.st_gid == new.st_gid else old.st_gid
    if (user, group) != (-1, -1):
        try:
            atomic.change_owner(path, user, group)
        except PermissionError:
            pass


def _put(built: _Built, target: str, options: Options, level: Durability) -> None:
    """Rename what was built to its place."""
    step = built.step
    is_file = isinstance(step, FileStep) and not (step.is_new or step.is_link)
    if is_file and options.follow and os.path.islink(target):
        # peer: a link at the destination stays one; what it leads to is replaced. Unless that is
        # a state point, which would cost a job.
        real = os.path.realpath(target)
        target = target if os.path.basename(real) == layout.STATEPOINT else real
    if os.path.isdir(target) and not os.path.islink(target):
        raise IsADirectoryError(errno.EISDIR, "a directory took the place of this file", target)
    with atomic.naming(target):
        try:
            _rename(built, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _put_beside(built, target, level)


def _put_beside(built: _Built, target: str, level: Durability) -> None:
    """Put what was built to a place on another file system: beside it first."""
    directory, name = os.path.split(target)
    sweep_beside(target)
    beside = os.path.join(directory, f"{layout.TEMPORARY_PREFIX}{os.urandom(8).hex()}_{name}")
    try:
        if isinstance(built.step, Tree):
            step = walk(built.path, follow=False)
            atomic.make_directory(beside)
            for inner in step.directories:
                atomic.make_directory(os.path.join(beside, inner))
            for file in step.files:
                copy_entry(
                    os.path.join(built.path, file.name),
                    os.path.join(beside, file.name),
                    follow=False,
                )
        else:
            copy_entry(built.path, beside, follow=False)
        if isinstance(built.step, Tree):
            sync_tree(beside, level)
        elif level != "fast" and not os.path.islink(beside):
            atomic.sync_file(beside)
        _rename(built._replace(path=beside), target)
    except BaseException:
        if os.path.lexists(beside):
            atomic.remove_tree(beside)
        raise


def _rename(built: _Built, target: str) -> None:
    if isinstance(built.step, Tree):
        mode = stat.S_IMODE(os.stat(built.path).st_mode)
        if mode & stat.S_IWUSR:
            atomic.move(built.path, target)
            return
        # Only a directory that may be written to can be moved to another one.
        atomic.change_mode(built.path, mode | stat.S_IWUSR)
        atomic.move(built.path, target)
        atomic.change_mode(target, mode)
        return
    with _writers_excluded(target):
        atomic.replace(built.path, target)


def _writers_excluded(target: str) -> AbstractContextManager[object]:
    if not target.endswith(layout.STORE_SUFFIX) or not os.path.isfile(target):
        return nullcontext()
    return undisturbed(target)


def _as_seen(error: OSError, path: str, target: str) -> OSError:
    """Return an error that names the file and not what lies in scratch."""
    name = error.filename
    if not isinstance(name, str) or not name.startswith(path) or error.errno is None:
        return error
    return type(error)(error.errno, error.strerror, target + name[len(path) :])


def _discard(entry: scratch.Entry) -> None:
    """Remove what is left in scratch; a failure leaves it to the next sweep."""
    try:
        atomic.remove_tree(entry.path)
    except OSError:
        pass
    entry.close()
