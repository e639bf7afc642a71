"""Carry out a migration, alone, one action after the other."""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from signac._config.load import read_config_file
from signac._core import atomic, jsonfile, layout, locks
from signac._core.durability import effective
from signac._core.replace import replace_file, sweep_beside
from signac._engine.workspace import Workspace
from signac._migration.detect import LOCK, note_of
from signac._migration.steps import (
    PROJECT_NAME,
    plan_steps,
    read_document,
    summarize,
    workspace_name,
)
from signac.errors import Error, LockTimeoutError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signac._migration.steps import Action, MigrationPlan, Step

__all__ = ["migrate"]

_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)
_PAUSE: Final = 0.05


def migrate(root: str, report: Callable[[str], object] | None = None) -> None:
    """Bring a project to the current layout.

    Before: a project of any layout up to the current one. After: one of the current layout, with
    the same jobs. Dying anywhere leaves a project that is seen as old, and is not opened, or as
    new; in both cases the same call completes it.

    Raises
    ------
    MigrationError
        When nothing was changed, or not everything; it says which.
    """
    tell = _say if report is None else report
    plan = _first_look(root)
    if not (plan.steps or plan.problems or os.path.lexists(os.path.join(root, LOCK))):
        return
    try:
        with _alone(root):
            plan = plan_steps(root)
            if plan.problems:
                raise summarize(plan.problems, root)
            _sweep(root)
            for step in plan.steps:
                _run(root, step, tell)
    except OSError as error:  # of the lock; those of a step are told by it
        raise MigrationError(f"{root} was not migrated: {error}", root) from error


def _first_look(root: str) -> MigrationPlan:
    """Return a plan that was made without the lock; raise what is wrong whoever else is at work.

    Somebody else may be migrating: then a look shows a part of the old and a part of the new.
    """
    plan = plan_steps(root)
    while plan.problems and not os.path.lexists(os.path.join(root, LOCK)):
        again = plan_steps(root)
        if list(map(str, again.problems)) == list(map(str, plan.problems)):
            raise summarize(plan.problems, root)
        plan = again
    return plan


def _run(root: str, step: Step, tell: Callable[[str], object]) -> None:
    # peer: programs look for these words.
    tell(f"Applying migration for version {step.before} to {step.after}...")
    try:
        for action in step.actions:
            _ACTIONS[action.kind](root, action)
    except (OSError, ValueError, Error) as error:
        tell(" failed\n")
        raise _failure(root, step, error) from error
    tell(" OK\n")


def _failure(root: str, step: Step, error: Exception) -> Error:
    text = (
        f"the migration of {root} from version {step.before} to {step.after} was interrupted: "
        f"{error}. No job was lost; run it again when the cause is mended"
    )
    return MigrationError(text, root)


def _say(text: str) -> None:
    """Write to standard error, as the released signac does."""
    if sys.stderr is not None:
        sys.stderr.write(text)
        sys.stderr.flush()


@contextmanager
def _alone(root: str) -> Iterator[None]:
    """Keep other migrations of the same project waiting, those of the released signac too."""
    path = os.path.join(root, LOCK)
    with locks.locked(root, fallback=Workspace.of(root).fallback):
        descriptor = _take(path)
        try:
            yield
        finally:
            # crash: a lock file that is left is taken over, since only its lock counts.
            _quietly(atomic.unlink, path)
            os.close(descriptor)


def _take(path: str) -> int:
    """Return the locked lock file, once nobody else has it."""
    patience = locks.default_timeout()
    deadline = time.monotonic() + patience
    while True:
        try:
            descriptor = atomic.create(path)
        except FileExistsError:
            try:
                descriptor = os.open(path, _OPEN)
            except FileNotFoundError:
                continue
        if locks.try_flock(descriptor) and _is_at(descriptor, path):
            return descriptor
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise LockTimeoutError(path, "another migration", patience)
        time.sleep(_PAUSE)


def _is_at(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _sweep(root: str) -> None:
    """Remove the temporary files of a migration that died; the lock is held."""
    for name in ("signac.rc", ".signacrc", layout.PROJECT_DOCUMENT, layout.CONFIG):
        sweep_beside(os.path.join(root, name))
    sweep_beside(note_of(root))


def _write_version(root: str, action: Action) -> None:
    replace_file(action.target, _rewritten(action.source, "1"))


def _write_note(root: str, action: Action) -> None:
    name = workspace_name(root, read_config_file(action.source))
    note = {"config": os.path.basename(action.source), "workspace": name}
    atomic.make_directories(os.path.dirname(action.target), sync=effective() == "durable")
    replace_file(action.target, jsonfile.encode(note))


def _keep_name(root: str, action: Action) -> None:
    document = read_document(action.target)
    document[PROJECT_NAME] = action.source
    replace_file(action.target, jsonfile.encode(document))


def _move(root: str, action: Action) -> None:
    atomic.move(action.source, action.target)
    _settle(root)


def _move_workspace(root: str, action: Action) -> None:
    try:
        atomic.move(action.source, action.target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EBUSY):
            raise
        _link_workspace(root, action)
        return
    _settle(root)


def _link_workspace(root: str, action: Action) -> None:
    atomic.symbolic_link(os.path.realpath(action.source), action.target)
    _settle(root)


def _write_config(root: str, action: Action) -> None:
    atomic.make_directories(os.path.dirname(action.target))
    replace_file(action.target, _rewritten(action.source, "2", "project", "workspace_dir"))


def _remove(root: str, action: Action) -> None:
    if os.path.lexists(action.source):
        atomic.unlink(action.source)
    _settle(root)


def _settle(root: str) -> None:
    if effective() == "durable":
        atomic.sync_directory(root)


def _rewritten(config: str, version: str, *without: str) -> bytes:
    """Return a configuration with another version, and without some keys; comments stay."""
    import configobj

    lines = jsonfile.read_bytes(config).decode("utf-8-sig").splitlines()
    parsed: Any = configobj.ConfigObj(lines, interpolation=False)
    for key in without:
        parsed.pop(key, None)
    parsed["schema_version"] = version
    return ("\n".join(parsed.write()) + "\n").encode()


def _quietly(call: Callable[[str], object], path: str) -> None:
    try:
        call(path)
    except OSError:
        pass


_ACTIONS: Final[dict[str, Callable[[str, Action], None]]] = {
    "version": _write_version,
    "note": _write_note,
    "name": _keep_name,
    "workspace-move": _move_workspace,
    "workspace-link": _link_workspace,
    "history": _move,
    "cache": _move,
    "config": _write_config,
    "remove": _remove,
    "forget": _remove,
}
