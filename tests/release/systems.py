"""Take from a process what another system has not got, and let files behave as they do there.

`pretend` is called in a child, before `signac` is imported. On macOS functions of Linux are
missing, and ``/proc``. What is imitated of Windows:

- modules and functions that only POSIX has are missing, and so is ``/proc``;
- no call takes ``dir_fd``, and a directory cannot be opened or synced;
- a file that is open can be neither renamed nor removed, nor can a directory above it;
- a rename never replaces anything, not even an empty directory;
- ``fsync`` needs a descriptor that is open for writing;
- a file that is read or written by descriptor without ``O_BINARY`` has its line ends changed;
- symbolic links need a privilege; names may not hold certain characters.

Paths stay those of this system, which a process cannot change.
"""

import ctypes
import errno
import functools
import importlib
import io
import os
import shutil
import signal
import stat
import sys
from collections.abc import Callable
from typing import Any

#: Modules whose import fails.
MODULES = ("crypt", "fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
#: Functions and constants that ``os`` has on Linux only, as far as anybody might use them.
LINUX = (
    *("copy_file_range", "eventfd", "fdatasync", "getresuid", "getxattr", "listxattr"),
    *("memfd_create", "pidfd_open", "pipe2", "posix_fadvise", "posix_fallocate", "removexattr"),
    *("sched_getaffinity", "setxattr", "splice", "O_DIRECT", "O_NOATIME", "O_PATH", "O_TMPFILE"),
)
#: What it has on no Windows.
POSIX = (
    *LINUX,
    *("chown", "chroot", "confstr", "ctermid", "fchdir", "fchmod", "fchown", "fork", "forkpty"),
    *("fpathconf", "fstatvfs", "getegid", "geteuid", "getgid", "getgrouplist", "getgroups"),
    *("getloadavg", "getpgid", "getpgrp", "getpriority", "getsid", "getuid", "initgroups"),
    *("killpg", "lchown", "lockf", "major", "makedev", "minor", "mkfifo", "mknod", "nice"),
    *("openpty", "pathconf", "posix_spawn", "pread", "preadv", "pwrite", "pwritev", "readv"),
    *("register_at_fork", "sched_yield", "sendfile", "setpgid", "setsid", "setuid", "statvfs"),
    *("sync", "sysconf", "tcgetpgrp", "uname", "wait", "wait3", "wait4", "writev", "WNOHANG"),
    *("WEXITSTATUS", "O_ASYNC", "O_CLOEXEC", "O_DIRECTORY", "O_DSYNC", "O_NDELAY", "O_NOCTTY"),
    *("O_NOFOLLOW", "O_NONBLOCK", "O_RSYNC", "O_SYNC"),
)
SIGNALS = ("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP")
SIGNALS += ("SIGTSTP", "SIGUSR1", "SIGUSR2", "SIG_BLOCK", "SIG_SETMASK", "alarm", "pthread_sigmask")
#: A flag that Linux ignores stands for the one that Windows has.
BINARY = 0o100000
NOWHERE = ("/proc", "/sys", "/dev", "/etc")
DENIED = errno.EACCES

_real_open, _real_io_open = os.open, io.open
_real_listdir, _real_readlink, _real_stat = os.listdir, os.readlink, os.stat
_devnull = os.devnull
#: Descriptors from `os.open`.
_text: set[int] = set()
_binary: set[int] = set()


def pretend(system: str) -> None:
    """Make this process one on ``windows`` or on ``macos``, as far as can be."""
    for name in ("listdir", "scandir", "readlink"):
        setattr(os, name, _checked(getattr(os, name), _refuse_place))
    for module in (io, sys.modules["builtins"]):
        module.open = _io_open  # type: ignore[attr-defined]
    if system == "windows":
        _pretend_windows()
        return
    _delete(os, LINUX)
    importlib.reload(shutil)  # it looks once for what the system has
    ctypes.CDLL = _NoLibrary  # type: ignore[assignment,misc]
    sys.platform = "darwin"


def _pretend_windows() -> None:
    _replace_functions()
    _delete(os, POSIX)
    _delete(signal, SIGNALS)
    os.supports_dir_fd, os.supports_fd = set(), {os.stat}
    os.supports_follow_symlinks = {os.stat}
    importlib.reload(shutil)
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]  # what makes an import fail
    os.O_BINARY = BINARY  # type: ignore[attr-defined,unused-ignore]
    os.name, sys.platform = "nt", "win32"


def _delete(module: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if hasattr(module, name):
            delattr(module, name)


class _NoLibrary:
    """A library of C without ``syncfs``."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass


def _replace_functions() -> None:
    os.open = _open
    os.rename = _checked(os.rename, _refuse_rename)
    os.replace = _checked(os.replace, _refuse_replace)
    os.unlink = _checked(os.unlink, _refuse_unlink)
    os.remove = os.unlink
    os.rmdir = _checked(os.rmdir, _refuse_open)
    os.mkdir = _checked(os.mkdir, _refuse_name)
    os.symlink = _checked(os.symlink, _refuse_link)
    os.fsync = _checked(os.fsync, _refuse_sync)
    os.read, os.write = _checked(os.read, _refuse_text), _checked(os.write, _refuse_text)
    for name in ("access", "chmod", "link", "lstat", "stat", "utime"):
        setattr(os, name, _checked(getattr(os, name), lambda *_: None))


def _checked(function: Callable[..., Any], check: Callable[..., None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        for name, value in options.items():
            if os.name == "nt" and name.endswith("dir_fd") and value is not None:
                raise NotImplementedError(f"{name} unavailable on this platform")
        check(*arguments)
        return function(*arguments, **options)

    return call


def _open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
    if dir_fd is not None:
        raise NotImplementedError("dir_fd unavailable on this platform")
    path = os.fspath(path)
    if path == _devnull:
        return _real_open(path, flags)
    _refuse_place(path)
    _refuse_name(path)
    if os.path.isdir(path):
        raise PermissionError(DENIED, os.strerror(DENIED), path)
    descriptor = _real_open(path, flags, mode)
    (_binary if flags & BINARY else _text).add(descriptor)
    (_text if flags & BINARY else _binary).discard(descriptor)
    return descriptor


def _io_open(file: Any, *arguments: Any, **options: Any) -> Any:
    if not isinstance(file, int):
        _refuse_place(file)
        mode = arguments[0] if arguments else options.get("mode", "r")
        if os.name == "nt" and mode[0] in "wxa":
            _refuse_name(file)
    return _real_io_open(file, *arguments, **options)


def _refuse_place(path: Any = ".", *_: Any) -> None:
    if isinstance(path, int):
        if os.name == "nt":
            raise TypeError("path should be string, bytes or os.PathLike, not int")
        return
    text = os.fsdecode(path)
    if text.startswith(NOWHERE) and text != _devnull:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)


def _refuse_name(path: Any, *_: Any) -> None:
    text = os.path.basename(os.fsdecode(path))
    if set(text) & set('<>:"|?*\\') or text.endswith((" ", ".")):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), text)


def _refuse_open(path: Any, *_: Any) -> None:
    """Refuse to touch the name of what is open in this process."""
    place = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    full = os.path.join(place, os.path.basename(os.path.abspath(path)))
    for number in _real_listdir("/proc/self/fd"):
        try:
            opened = _real_readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if opened == full or opened.startswith(full + "/"):
            raise PermissionError(DENIED, f"in use by descriptor {number}", path)


def _refuse_unlink(path: Any, *_: Any) -> None:
    _refuse_open(path)
    if os.path.lexists(path) and not os.access(path, os.W_OK):
        raise PermissionError(DENIED, "read-only", path)


def _refuse_rename(source: Any, target: Any, *_: Any) -> None:
    if os.path.lexists(target) and not os.path.samefile(source, target):
        raise FileExistsError(
            errno.EEXIST, "cannot create a file that is there", source, None, target
        )
    _refuse_name(target)
    _refuse_open(source)


def _refuse_replace(source: Any, target: Any, *_: Any) -> None:
    if os.path.isdir(target):
        raise PermissionError(DENIED, os.strerror(DENIED), source, None, target)
    _refuse_name(target)
    _refuse_open(source)
    _refuse_open(target)


def _refuse_link(*_: Any) -> None:
    raise OSError(errno.EINVAL, "A required privilege is not held by the client")


def _refuse_text(descriptor: int, *_: Any) -> None:
    if descriptor in _text:
        path = _real_readlink(f"/proc/self/fd/{descriptor}")
        raise AssertionError(f"{path} is open in text mode")


def _refuse_sync(descriptor: int) -> None:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        raise AssertionError("a directory was opened")
    with _real_io_open(f"/proc/self/fdinfo/{descriptor}") as file:
        flags = next(line.split()[1] for line in file if line.startswith("flags:"))
    if int(flags, 8) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
