"""A file system on a loop device whose power can be cut.

The cut is the call that the tests of Linux file systems use for it, `FS_IOC_SHUTDOWN` without a
flush of the journal: from that moment nothing reaches the device any more, and what is only in
memory, data and names alike, is gone. Mounted again, the file system recovers from its journal.

What this does not model is a disk that loses or reorders what it was given: see `disk`.
"""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
WITHOUT_LOG_FLUSH = 2
MEGABYTES = {"ext4": 192, "xfs": 320, "btrfs": 320}
MAKE = {
    "ext4": ["mkfs.ext4", "-q", "-E", "lazy_itable_init=1,lazy_journal_init=1"],
    "xfs": ["mkfs.xfs", "-q"],
    "btrfs": ["mkfs.btrfs", "-q"],
}


class Device:
    """A mounted file system of its own, at `place`."""

    def __init__(self, image: str, place: str, options: str) -> None:
        self.image = image
        self.place = place
        self.options = options
        self.loop = ""
        self.mounted = False

    def mount(self) -> None:
        """Mount the image; its file system replays its journal if it has to.

        On a loop device of its own: a test that runs beside this one in a copy of all mounts keeps
        the stopped file system alive, and mounting its device again would only show that.
        """
        self.loop = _run("losetup", "-f", "--show", self.image)
        try:
            _run("mount", "-o", self.options, self.loop, self.place)
        except OSError:
            self.detach()
            raise
        self.mounted = True

    def unmount(self) -> None:
        """Unmount the image."""
        _run("umount", self.place)
        self.mounted = False
        self.detach()

    def detach(self) -> None:
        """Let go of the loop device, when its last user does."""
        subprocess.run(["losetup", "-d", self.loop], check=False, capture_output=True)

    def flush(self) -> None:
        """Bring everything to the device that was written so far."""
        _run("sync", "-f", self.place)

    def cut_power(self) -> None:
        """Stop the file system at once, as a power cut does."""
        import fcntl

        descriptor = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            status = os.fstat(descriptor)
            above = os.stat(os.path.dirname(self.place))
            assert self.mounted
            assert status.st_dev != above.st_dev, "this is not a file system of its own"
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", WITHOUT_LOG_FLUSH))
        finally:
            os.close(descriptor)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def file_system(kind: str, where: Path, options: str = "defaults") -> Iterator[Device]:
    """Make a file system in an image file and mount it, or skip the test and say why."""
    if os.geteuid() != 0:
        pytest.skip("a loop device and a mount need the superuser")
    if not os.path.exists("/dev/loop-control"):
        pytest.skip("there are no loop devices here")
    missing = [name for name in (MAKE[kind][0], "losetup", "mount") if not shutil.which(name)]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed")
    image, place = where / "image", where / "mounted"
    place.mkdir(parents=True)
    with image.open("wb") as file:
        file.truncate(MEGABYTES[kind] << 20)
    _run(*MAKE[kind], str(image))
    device = Device(str(image), str(place), options)
    try:
        device.mount()
    except OSError as error:
        image.unlink()
        pytest.skip(f"mounting is not allowed here: {error}")
    try:
        yield device
    finally:
        if device.mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)
            device.detach()
        image.unlink()
