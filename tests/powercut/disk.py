"""What a disk may hold after a power cut, worked out from what was written and synced before it.

The model, after the crash tests of SQLite, on a file system that keeps the order of its metadata:

- Changes of names (create, mkdir, rename, link, unlink, rmdir) reach the disk in their order: any
  number of the last ones may be missing, but none that a sync of a directory, or of the whole file
  system, has waited for. With `journal` a sync of a file brings what came before it too, as the
  journals of ext4 and XFS do.
- The content of a file is what it was at its last sync, if nothing was written since. Else it is
  anything: that, what was written, a part of it, nothing, zeros, or garbage.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from powercut.recorder import Step, iter_files

NAMES = {"create", "mkdir", "rename", "link", "unlink", "rmdir", "chmod"}
FATES = ("synced", "latest", "empty", "short", "zeros", "garbage", "middle")


@dataclass(frozen=True)
class File:
    """A file of the model; two names may lead to it."""

    number: int
    mode: int = 0o644


Tree = dict[str, Any]


@dataclass
class Disk:
    """The names of a disk, and for each file what was written to it."""

    tree: Tree = field(default_factory=dict)
    base: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def load(cls, root: str) -> "Disk":
        """Read a directory; the files get the numbers that a `Recorder` of it gives them."""
        disk = cls()
        root = os.path.realpath(root)
        for directory, subdirectories, _ in os.walk(root):
            inside = disk._at(os.path.relpath(directory, root))
            inside.update({name: {} for name in subdirectories})
        for path in iter_files(root):
            file = File(len(disk.base) + 1, os.lstat(path).st_mode)
            with open(path, "rb") as stream:
                disk.base[file.number] = stream.read()
            inside, name = disk._place(os.path.relpath(path, root))
            inside[name] = file
        return disk

    def copy(self) -> "Disk":
        """Return the same disk once more; its names can be changed without changing these."""
        return Disk(_copy(self.tree), self.base)

    def _at(self, path: str) -> Tree:
        tree = self.tree
        for name in path.split(os.sep):
            if name not in (".", ""):
                tree = tree[name]
        return tree

    def _place(self, path: str) -> tuple[Tree, str]:
        directory, name = os.path.split(path)
        return self._at(directory), name

    def apply(self, step: Step) -> None:
        """Change the names as a step did."""
        assert step.path is not None
        directory, name = self._place(step.path)
        if step.what == "create":
            assert step.file is not None
            directory[name] = File(step.file, step.mode or 0o644)
        elif step.what == "mkdir":
            directory[name] = {}
        elif step.what in ("unlink", "rmdir"):
            assert not (step.what == "rmdir" and directory[name])
            del directory[name]
        elif step.what == "chmod":
            if isinstance(directory[name], File):
                directory[name] = File(directory[name].number, step.mode or 0o644)
        else:
            assert step.other is not None
            target, other = self._place(step.other)
            target[other] = directory[name]
            if step.what == "rename":
                del directory[name]

    def write_to(self, root: str, contents: dict[int, bytes]) -> None:
        """Make the files in an empty directory."""
        made: dict[int, str] = {}
        _write_tree(self.tree, root, contents, made)


def _copy(tree: Tree) -> Tree:
    return {name: _copy(at) if isinstance(at, dict) else at for name, at in tree.items()}


def _write_tree(tree: Tree, root: str, contents: dict[int, bytes], made: dict[int, str]) -> None:
    for name, entry in tree.items():
        path = os.path.join(root, name)
        if not isinstance(entry, File):
            os.mkdir(path)
            _write_tree(entry, path, contents, made)
        elif entry.number in made:
            os.link(made[entry.number], path)
        else:
            with open(path, "wb") as file:
                file.write(contents[entry.number])
            os.chmod(path, entry.mode & 0o7777)
            made[entry.number] = path


@dataclass(frozen=True)
class Cut:
    """The moment of a power cut, and what the disk had until then.

    Parameters
    ----------
    at
        The number of steps before the power cut.
    names
        The number of steps whose changes of names are on the disk.
    seed
        For the fates of the files that were not synced.
    fate
        The fate of all of them; one at random for each, when empty.
    """

    at: int
    names: int
    seed: int
    fate: str = ""

    def __str__(self) -> str:
        return f"cut at {self.at}, names of {self.names}, {self.fate or f'seed {self.seed}'}"


def forced(steps: Sequence[Step], at: int, *, journal: bool) -> int:
    """Return how many steps are on the disk, with what they did to names, at a power cut."""
    what = {"sync_directory", "sync_filesystem"} | ({"sync"} if journal else set())
    return max((n + 1 for n in range(at) if steps[n].what in what), default=0)


def restore(root: str, base: Disk, steps: Sequence[Step], cut: Cut) -> int:
    """Write what a power cut left into an empty directory; return the number of damaged files."""
    disk = base.copy()
    for step in steps[: cut.names]:
        if step.what in NAMES:
            disk.apply(step)
    contents, unsure = _contents(base, steps, cut)
    disk.write_to(root, contents)
    return unsure


def _contents(base: Disk, steps: Sequence[Step], cut: Cut) -> tuple[dict[int, bytes], int]:
    synced = dict(base.base)
    written: dict[int, list[bytes]] = {}
    for step in steps[: cut.at]:
        if step.what == "create":
            assert step.file is not None
            synced[step.file] = b""
        elif step.what == "write":
            assert step.file is not None
            assert step.data is not None
            written.setdefault(step.file, []).append(step.data)
        elif step.what == "sync":
            assert step.file is not None
            if written.get(step.file):
                synced[step.file] = written.pop(step.file)[-1]
        elif step.what == "sync_filesystem":
            synced |= {number: versions[-1] for number, versions in written.items() if versions}
            written.clear()
    chance = random.Random(cut.seed)
    contents = dict(synced)
    for number, versions in written.items():
        fate = cut.fate or chance.choice(FATES)
        contents[number] = _befall(fate, synced[number], versions, chance)
    unsure = sum(contents[number] != versions[-1] for number, versions in written.items())
    return contents, unsure


def _befall(fate: str, synced: bytes, versions: list[bytes], chance: random.Random) -> bytes:
    latest = versions[-1]
    if fate == "synced":
        return synced
    if fate == "latest":
        return latest
    if fate == "short":
        return latest[: chance.randrange(len(latest) + 1)]
    if fate == "zeros":
        return bytes(len(latest))
    if fate == "garbage":
        return chance.randbytes(len(latest))
    if fate == "middle":
        return chance.choice([synced, *versions])
    return b""
