"""Write down every change of the disk below a directory, with its data, while a workload runs.

The system calls that the gate makes are wrapped, in a child: what is written down is what really
went to the file system and not what the library says. Each call is made and then noted, with paths
relative to the root. A file is known by a number of its own from its creation on, whatever its name
becomes. A sync is noted and not waited for.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from signac._core import faults


class Step(NamedTuple):
    """One change: what, the path (or None), and the other path, the file number or the data."""

    what: str
    path: str | None = None
    other: str | None = None
    file: int | None = None
    data: bytes | None = None
    mode: int | None = None


def iter_files(root: str) -> Iterator[str]:
    """Yield all files below a directory in a fixed order."""
    for directory, subdirectories, names in os.walk(root):
        subdirectories.sort()
        yield from (os.path.join(directory, name) for name in sorted(names))


@dataclass
class Recorder:
    """The steps of a workload, from the moment that `recording` begins."""

    root: str
    steps: list[Step] = field(default_factory=list)
    _files: dict[int, int] = field(default_factory=dict)
    _last: dict[int, bytes] = field(default_factory=dict)
    _count: int = 0
    _device: int = 0

    def __post_init__(self) -> None:
        self.root = os.path.realpath(self.root)
        self._device = os.stat(self.root).st_dev
        for path in iter_files(self.root):
            number = self._know(os.lstat(path).st_ino)
            with open(path, "rb") as file:
                self._last[number] = file.read()

    def mark(self, word: str) -> None:
        """Note something that is no change of the disk: an acknowledgement."""
        self.steps.append(Step("mark", word))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Wrap the system calls inside the block."""
        wrapped = {
            name: getattr(self, "_" + name)(getattr(os, name))
            for name in (
                *("open", "write", "fsync", "fdatasync", "replace", "rename", "link"),
                *("unlink", "rmdir", "mkdir", "chmod"),
            )
        }
        before = {name: getattr(os, name) for name in wrapped}
        for name, function in wrapped.items():
            setattr(os, name, function)
        try:
            with faults.injecting(self._point):
                yield
        finally:
            for name, function in before.items():
                setattr(os, name, function)

    def _know(self, inode: int) -> int:
        self._count += 1
        self._files[inode] = self._count
        self._last[self._count] = b""
        return self._count

    def _relative(self, path: Any, directory: int | None = None) -> str | None:
        path = os.fspath(path)
        if directory is not None:
            path = os.path.join(os.readlink(f"/proc/self/fd/{directory}"), path)
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        return path[len(self.root) + 1 :] if path.startswith(self.root + os.sep) else None

    def _note_content(self, status: os.stat_result, path: str) -> int | None:
        """Note what a file holds now, if that was not noted yet (HDF5 writes by itself)."""
        number = self._files.get(status.st_ino)
        if number is None or status.st_dev != self._device:
            return None
        with open(path, "rb") as file:
            data = file.read()
        if data != self._last[number]:
            self._last[number] = data
            self.steps.append(Step("write", file=number, data=data))
        return number

    def _point(self, number: int, operation: str, path: str, size: int | None) -> None:
        if operation == "sync_filesystem":
            self.steps.append(Step("sync_filesystem"))

    def _open(self, call: Callable[..., int]) -> Callable[..., int]:
        def opened(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            there = isinstance(path, int) or os.path.lexists(path)
            descriptor = call(path, flags, *arguments, **options)
            relative = None if there else self._relative(path)
            if flags & os.O_CREAT and relative is not None:
                status = os.fstat(descriptor)
                self.steps.append(
                    Step(
                        "create",
                        relative,
                        file=self._know(status.st_ino),
                        mode=stat.S_IMODE(status.st_mode),
                    )
                )
            return descriptor

        return opened

    def _write(self, call: Callable[..., int]) -> Callable[..., int]:
        def wrote(descriptor: int, data: bytes) -> int:
            length = call(descriptor, data)
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                self._note_content(status, f"/proc/self/fd/{descriptor}")
            return length

        return wrote

    def _fsync(self, call: Callable[..., None]) -> Callable[..., None]:
        def synced(descriptor: int) -> None:
            status = os.fstat(descriptor)
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            if stat.S_ISDIR(status.st_mode):
                if path == self.root or path.startswith(self.root + os.sep):
                    self.steps.append(Step("sync_directory", path[len(self.root) + 1 :]))
            else:
                number = self._note_content(status, f"/proc/self/fd/{descriptor}")
                if number is not None:
                    self.steps.append(Step("sync", file=number))

        return synced

    _fdatasync = _fsync

    def _rename(self, call: Callable[..., None]) -> Callable[..., None]:
        def renamed(source: Any, target: Any, **options: Any) -> None:
            status = os.lstat(source)
            if stat.S_ISREG(status.st_mode):
                self._note_content(status, source)
            old = self._relative(source)
            new = self._relative(target, options.get("dst_dir_fd"))
            call(source, target, **options)
            if old is not None and new is not None:
                self.steps.append(Step("rename", old, new))

        return renamed

    _replace = _rename

    def _link(self, call: Callable[..., None]) -> Callable[..., None]:
        def linked(source: Any, target: Any, **options: Any) -> None:
            call(source, target, **options)
            self._two("link", source, target)

        return linked

    def _two(self, what: str, source: Any, target: Any) -> None:
        old, new = self._relative(source), self._relative(target)
        if old is not None and new is not None:
            self.steps.append(Step(what, old, new))

    def _one(self, what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def wrap(call: Callable[..., Any]) -> Callable[..., Any]:
            def changed(path: Any, *arguments: Any, **options: Any) -> None:
                relative = self._relative(path)
                call(path, *arguments, **options)
                if relative is not None:
                    mode = stat.S_IMODE(os.lstat(path).st_mode) if what == "chmod" else None
                    self.steps.append(Step(what, relative, mode=mode))

            return changed

        return wrap

    @property
    def _unlink(self) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._one("unlink")

    @property
    def _rmdir(self) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._one("rmdir")

    @property
    def _mkdir(self) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._one("mkdir")

    @property
    def _chmod(self) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._one("chmod")
