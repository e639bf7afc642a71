"""An open HDF5 file: how it is opened beside other processes, and how it ends when the disk fails.

HDF5 changes a file in place, so a process that is killed while it writes may leave a damaged file.
What can be prevented is prevented here: space on the disk is reserved before HDF5 writes to it, so
a full disk is met before anything changed; and when writing fails nevertheless, the file is let
go of without another byte being written, instead of leaving HDF5 to try again at some later time.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from typing import TYPE_CHECKING, Any, Final

import h5py
from h5py import h5f, h5fd, h5g, h5p

from signac._core import atomic
from signac._stores.locks import Patience, locking_is_off, writers_excluded
from signac._stores.session import PLAIN_DRIVERS

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["H5File", "as_io_error", "is_open_here", "open_h5"]

#: h5py takes these only when it creates a file.
_CREATION_ONLY: Final = frozenset({"fs_strategy", "fs_persist", "fs_threshold", "fs_page_size"})
_ERRNO: Final = re.compile(r"errno = (\d+)")
#: HDF5 looks at the size of a file before it locks it, and finds it too short when another
#: process was just finishing it; one that was renamed before it was open has no size. A file that
#: is still like that after these seconds is damaged.
_UNFINISHED: Final = re.compile("truncated file|signature not found|retrieve stat info")
_DOUBTS: Final = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032)
#: Free space beyond what is about to be written, below which an old value is not given up first.
_MARGIN: Final = 16 << 20
#: What a refused object may cost until the file is flushed.
_LARGE: Final = 1 << 16
#: Whether HDF5's default driver is the one that writes through a descriptor.
_IS_USUAL: Final = "HDF5_DRIVER" not in os.environ
#: From this superblock version on, a file says on disk that it is open for writing.
_MARKS_WRITERS: Final = 3
_PIECE: Final = 16 << 20
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
#: Errors of the disk, as opposed to those of a name or a permission.
_DISK: Final = _NO_ROOM | {errno.EBADF, errno.ENODEV, errno.ENXIO, errno.EROFS, errno.ESTALE}


def _access_properties() -> Any:
    """Return the properties with which h5py opens a file when no argument is given."""
    properties = h5p.create(h5p.FILE_ACCESS)
    properties.set_libver_bounds(h5f.LIBVER_EARLIEST, h5f.LIBVER_LATEST)
    return properties


def _creation_properties() -> Any:
    properties = h5p.create(h5p.FILE_CREATE)
    properties.set_obj_track_times(False)
    return properties


_ACCESS: Final = _access_properties()
_CREATION: Final = _creation_properties()


class H5File:
    """An `h5py.File` with its root group, and the way to end it."""

    __slots__ = (
        "_reserved",
        "_root",
        "_status",
        "descriptor",
        "file",
        "id",
        "path",
        "pid",
        "writable",
    )

    def __init__(self, file: Any, path: str, *, is_plain: bool = True) -> None:
        self.file = file
        self.id = file.id
        self.path = path
        self.pid = os.getpid()
        self.writable = file.mode != "r"
        self._root: Any = None
        self.descriptor: int | None = None
        self._status: os.stat_result | None = None
        self._reserved = 0
        if is_plain:  # one file that HDF5 itself writes through a descriptor
            self.descriptor = self.id.get_vfd_handle()
            if self.writable:
                self._status = os.fstat(self.descriptor)
                self._reserved = self._status.st_size

    @property
    def root(self) -> Any:
        """The root group, as a low-level object."""
        if self._root is None:
            self._root = h5g.open(self.id, b"/")
        return self._root

    def is_current(self) -> bool:
        """Tell whether the open file is still the one at its path."""
        if self._status is None:
            return True
        try:
            now = os.stat(self.path)
        except FileNotFoundError:
            return False
        return now.st_ino == self._status.st_ino and now.st_dev == self._status.st_dev

    def expect(self, count: int) -> None:
        """Make sure that `count` more bytes fit, if that is in doubt.

        HDF5 keeps the place of an object that was refused until the file is flushed, so a large
        one must not get a place first.
        """
        if count >= _LARGE and not self.has_room(count, 0):
            self.reserve(count)

    def reserve(self, more: int = 0, *, data: bool = False) -> None:
        """Make the disk keep room for everything HDF5 has given a place in the file so far.

        With `data`, much of it is data that is written next: that reports a full disk by itself,
        and the room is reserved only if it may be short.

        Raises
        ------
        OSError
            When the disk is full. Nothing was written, so the file can still be used.
        """
        needed = self.id.get_filesize() + more
        if needed <= self._reserved or self.descriptor is None:
            return
        growth = needed - self._reserved
        if data and growth >= _LARGE and self.has_room(growth, 0):
            self._reserved = needed  # perf: store-write; reserving 1 MB costs a third of writing it
            return
        try:
            os.posix_fallocate(self.descriptor, self._reserved, growth)
        except AttributeError:  # macOS, Windows
            return
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise OSError(error.errno, error.strerror, self.path) from None
        self._reserved = needed

    def has_room(self, count: int, freed: int) -> bool:
        """Tell whether `count` bytes certainly fit once `freed` bytes of the file are free."""
        if count <= freed:
            return True
        if self.descriptor is None or not hasattr(os, "fstatvfs"):
            return False
        system = os.fstatvfs(self.descriptor)
        if system.f_bavail * system.f_frsize < 2 * count + _MARGIN:
            return False
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        return bool(limit == resource.RLIM_INFINITY or self._reserved + 2 * count < limit)

    def flush(self) -> None:
        """Hand everything to the system; a failure ends the use of the file."""
        self._write_out()
        if self.descriptor is not None:
            self._reserved = os.fstat(self.descriptor).st_size

    def read_bytes(self) -> Iterator[bytes]:
        """Yield the contents of the file as it is now, in pieces."""
        if self.writable:
            self.flush()
        if self.writable and self.id.get_create_plist().get_version()[0] >= _MARKS_WRITERS:
            yield self.id.get_file_image()
            return
        with open(self.path, "rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def finish(self, *, durable: bool = False) -> None:
        """Write what is left and close the file; if `durable`, wait until it is on the disk.

        Raises
        ------
        OSError
            When the disk is full or fails; the file is closed all the same.
        """
        if self.pid != os.getpid():
            self.abandon()
            return
        if not self.id.valid:
            return
        kept = None
        if self.writable:
            self._write_out()
            if durable and self.descriptor is not None:
                # HDF5 writes once more when it closes, and the file may have another name by then.
                kept = os.dup(self.descriptor)
        try:
            self._close()
            if kept is not None:
                atomic.sync_descriptor(kept, self.path)
        finally:
            if kept is not None:
                os.close(kept)

    def _close(self) -> None:
        try:
            self.file.close()
        except BaseException as error:
            self.abandon()
            failure = as_io_error(error, self.path) or _named(error, self.path)
            if failure is None:
                raise
            raise failure from None

    def abandon(self) -> None:
        """Close the file without writing to it or unlocking it for other holders.

        HDF5 cannot drop what it has not written yet, and it keeps a file whose closing failed
        open for ever. So the descriptor is pointed to the null device first, and HDF5 closes that.
        """
        if self.descriptor is not None and self.id.valid:
            null = os.open(os.devnull, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
            if null != self.descriptor:  # else HDF5 has closed its descriptor, and tells nobody
                os.dup2(null, self.descriptor, inheritable=False)
                os.close(null)
        for _ in range(3):  # the first attempt may stumble over what failed before
            if not self.id.valid:
                return
            try:
                self.file.close()
            except Exception:  # noqa: BLE001 - the reason was raised before
                continue

    def _write_out(self) -> None:
        try:
            self.reserve()
            h5f.flush(self.id)
        except BaseException as error:
            self.abandon()
            failure = as_io_error(error, self.path) or _named(error, self.path)
            if failure is None:
                raise
            raise failure from None


def open_h5(path: str, mode: str, options: dict[str, Any]) -> H5File:
    """Open the HDF5 file at `path`, waiting while another process has it locked.

    Parameters
    ----------
    path : str
        The file.
    mode : {"r", "r+", "w", "w-", "x", "a"}
        As for `h5py.File`.
    options : dict
        Further arguments of `h5py.File`.

    Raises
    ------
    LockTimeoutError
        When another process kept it locked for the whole time.
    OSError
        When there is no such file, or it is no HDF5 file.
    """
    if options.get("driver") not in PLAIN_DRIVERS:
        return H5File(h5py.File(path, mode, **options), path, is_plain=False)
    patience = None
    doubts = list(_DOUBTS)
    _refuse_pipe(path)
    while True:
        try:
            opened = _try_open(path, mode, options)
        except BlockingIOError:
            opened = None
        except OSError as error:
            if error.errno is not None or isinstance(error, TimeoutError):
                raise
            if doubts and _UNFINISHED.search(str(error)):
                time.sleep(doubts.pop(0))
                continue
            raise OSError(f"{path}: {error}") from None
        if opened is not None:
            return opened
        patience = patience or Patience(path)
        patience.wait()


def is_open_here(path: str) -> bool:
    """Tell whether this process has the file at `path` open through HDF5, by whatever object."""
    status = os.stat(path)
    return any(
        os.path.samestat(os.fstat(id_.get_vfd_handle()), status)
        for id_ in h5f.get_obj_ids(h5f.OBJ_ALL, h5f.OBJ_FILE)
        if id_.get_access_plist().get_driver() == h5fd.SEC2
    )


def as_io_error(error: BaseException, path: str) -> OSError | None:
    """Return the failure of the disk that an exception of h5py stands for, if it does.

    h5py raises the system's errors in whatever class the HDF5 routine above them maps to.
    """
    if isinstance(error, OSError) and error.errno in _DISK:
        return error
    found = _ERRNO.search(str(error))
    if found is None or int(found[1]) not in _DISK:
        return None
    return OSError(int(found[1]), os.strerror(int(found[1])), path)


def _named(error: BaseException, path: str) -> OSError | None:
    """Return an error that names the file for one of libhdf5 that does not."""
    if type(error) not in (OSError, RuntimeError) or path in str(error):
        return None
    return OSError(f"{path}: {error}; the file may be damaged")


def _try_open(path: str, mode: str, options: dict[str, Any]) -> H5File | None:
    """Open once; None when it has to be tried again."""
    is_plain = _IS_USUAL and options.get("driver") in (None, "sec2")
    if mode == "a":
        size = _size(path)
        if size is None:
            try:
                # A dangling link names a file that is to be created.
                target = os.path.realpath(path) if os.path.islink(path) else path
                return H5File(_open(target, "x", options), path, is_plain=is_plain)
            except FileExistsError:  # another process was faster
                return None
        if size == 0 and "locking" not in options:
            _fill_empty(path, options)
        mode = "r+"
    elif mode == "w" and _size(path) is not None and not _is_for_hdf5(path, options):
        # crash: HDF5 would empty the file before it looks whether somebody has locked it.
        with writers_excluded(path, alone=True):
            h5py.File(path, "w", **options, locking=False).close()
        mode = "r+"
    opened = H5File(_open(path, mode, options), path, is_plain=is_plain)
    # A file that was replaced between opening and locking would take writes into nowhere.
    if opened.is_current():
        return opened
    opened.file.close()
    return None


def _refuse_pipe(path: str) -> None:
    """Raise for a pipe, whose other end HDF5 would wait for."""
    try:
        if not stat.S_ISFIFO(os.stat(path).st_mode):
            return
    except OSError:
        return
    raise OSError(errno.EINVAL, "this is no file but a pipe", path)


def _open(path: str, mode: str, options: dict[str, Any]) -> Any:
    if mode in ("r", "r+"):
        if options:
            options = {key: value for key, value in options.items() if key not in _CREATION_ONLY}
        else:
            # perf: store-read; half of the time of `h5py.File` goes into these properties.
            flags = h5f.ACC_RDWR if mode == "r+" else h5f.ACC_RDONLY
            return h5py.File(h5f.open(os.fsencode(path), flags, fapl=_ACCESS))
    elif mode == "x" and not options:
        return h5py.File(h5f.create(os.fsencode(path), h5f.ACC_EXCL, fcpl=_CREATION, fapl=_ACCESS))
    return h5py.File(path, mode, **options)


def _fill_empty(path: str, options: dict[str, Any]) -> None:
    """Make an empty file one of HDF5, unless another process does so, who has the lock."""
    with writers_excluded(path, alone=True):
        if _size(path) == 0:
            h5py.File(path, "w", **options, locking=False).close()


def _size(path: str) -> int | None:
    """Return the size of a file, None when there is none."""
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return None


def _is_for_hdf5(path: str, options: dict[str, Any]) -> bool:
    """Tell whether HDF5 decides alone whether the file may be emptied."""
    if options.get("driver") == "core" or "locking" in options or locking_is_off():
        return True
    return is_open_here(path)
