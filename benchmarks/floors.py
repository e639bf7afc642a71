"""What a safe write costs without any library: the system calls that cannot be left out."""

import os

__all__ = ["create_directory", "replace_file"]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def replace_file(path: str, data: bytes) -> None:
    """Write beside the file, wait for the disk, rename over the file."""
    _write(f"{path}.new", data)
    os.rename(f"{path}.new", path)


def create_directory(path: str, name: str, data: bytes) -> None:
    """Make a directory beside, with one file; wait for the disk; rename into place."""
    temporary = f"{path}.new"
    os.mkdir(temporary)
    _write(f"{temporary}/{name}", data)
    os.rename(temporary, path)


def _write(path: str, data: bytes) -> None:
    descriptor = os.open(path, _NEW, 0o666)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
