"""Replace or remove the whole file of a store: afterwards it is the old one or the new one."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from signac._core import atomic, extras
from signac._core.durability import Durability, effective
from signac._core.layout import STORE_SUFFIX, TEMPORARY_PREFIX
from signac._core.locks import try_flock
from signac._core.replace import discard
from signac._core.scratch import Entry, new_file
from signac._stores import locks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signac._stores.h5file import H5File

__all__ = ["remove_store", "replace_store", "undisturbed"]

#: Not the suffix of a store: neither this nor other programs take the file for one.
_SUFFIX: Final = STORE_SUFFIX + ".new"


def replace_store(
    path: str,
    content: Mapping[str, Any],
    scratch: str | None = None,
    level: Durability | None = None,
) -> None:
    """Make `content` all that the store at `path` holds.

    Everything is written to a new file, which is synced unless the durability is ``fast`` and
    takes the name in one rename, while nobody is writing to the old file. Dying anywhere, or a
    failure, leaves the old file and at most a temporary one: in `scratch`, where the next open
    of the project removes it, or without that beside the file, where the next call does.
    """
    path = os.path.realpath(path)
    level = effective(level)
    if scratch is not None:
        try:
            _replace_store(path, content, new_file(scratch, "h5"), level)
            return
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
    sweep(os.path.dirname(path))
    _replace_store(path, content, _create_beside(path), level)


def _replace_store(path: str, content: Mapping[str, Any], new: Entry, level: Durability) -> None:
    try:
        _fill(new, content)
        _keep_mode(new.path, path)
        if level != "fast":
            atomic.sync_file(new.path)
        new.finish_writing()
        with undisturbed(path):
            atomic.replace(new.path, path)
            new.close()
    except BaseException:
        discard(new)
        raise
    if level == "durable":
        atomic.sync_directory(os.path.dirname(path))


def remove_store(path: str) -> None:
    """Remove the file of a store while nobody is writing to it.

    Raises
    ------
    FileNotFoundError
        When there is none.
    """
    with undisturbed(path, ends=True):
        atomic.unlink(path)


def sweep(directory: str) -> None:
    """Remove the temporary files that dead processes left in a directory."""
    for name in os.listdir(directory):
        if not (name.startswith(TEMPORARY_PREFIX) and name.endswith(_SUFFIX)):
            continue
        path = os.path.join(directory, name)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except OSError:
            continue
        try:
            if try_flock(descriptor):
                atomic.unlink(path)
        except FileNotFoundError:
            pass
        finally:
            os.close(descriptor)


def _create_beside(path: str) -> Entry:
    """Create a temporary file in the directory of `path`, locked against `sweep`."""
    while True:
        name = f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}{_SUFFIX}"
        temporary = os.path.join(os.path.dirname(path), name)
        entry = Entry(temporary, atomic.create(temporary))
        assert entry.descriptor is not None
        if try_flock(entry.descriptor) and os.path.exists(temporary):
            return entry
        entry.close()  # swept before it was locked


def _fill(new: Entry, content: Mapping[str, Any]) -> None:
    from signac._stores.base import StoredMapping, path_of, session_of

    if not isinstance(content, StoredMapping):
        with _new_hdf5(new.path) as h5:
            _store_items(h5, content)
        return
    with session_of(content).reading(strict=True) as source:
        if source is None:
            raise KeyError(path_of(content))
        if path_of(content) == "/":
            assert new.descriptor is not None
            for piece in source.read_bytes():
                atomic.write(new.descriptor, piece, new.path)
        else:
            from signac._stores.h5codec import copy_members

            with _new_hdf5(new.path) as h5:
                copy_members(source, path_of(content), h5)


@contextmanager
def _new_hdf5(path: str) -> Iterator[H5File]:
    h5py = extras.load("h5py", "HDF5 stores")
    from signac._stores.h5file import H5File, as_io_error

    h5 = H5File(h5py.File(path, "w", locking=False), path)
    try:
        yield h5
    except BaseException as error:
        h5.abandon()
        failure = as_io_error(error, path)
        if failure is None:
            raise
        raise failure from None
    h5.finish()


def _store_items(h5: H5File, content: Mapping[str, Any]) -> None:
    from signac._stores.h5codec import store

    for key, value in content.items():
        store(h5, h5.root, key.lstrip("/").encode(), value)


def _keep_mode(temporary: str, path: str) -> None:
    """Give the new file the permissions of the one it replaces."""
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return
    if stat.S_IMODE(os.stat(temporary).st_mode) != mode:
        atomic.change_mode(temporary, mode)


@contextmanager
def undisturbed(path: str, *, ends: bool = False) -> Iterator[None]:
    """Keep others from writing to the file, and let the open stores of this thread follow.

    They show the new file afterwards; when the file `ends`, they are closed.
    """
    lock = locks.acquire(path)
    sessions = list(lock.sessions)
    try:
        for session in sessions:
            if ends:
                session.close()
            else:
                session.suspend()
        try:
            with nullcontext() if _is_open_otherwise(path) else locks.writers_excluded(path):
                yield
        finally:
            if not ends:
                for session in sessions:
                    session.resume()
    finally:
        locks.release(lock)


def _is_open_otherwise(path: str) -> bool:
    """Tell whether this program has the file open by h5py itself: waiting for it would not end."""
    if "h5py" not in sys.modules or not os.path.exists(path):
        return False
    from signac._stores.h5file import is_open_here

    return is_open_here(path)
