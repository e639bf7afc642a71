"""Copies of files and trees."""

import os
import stat
from pathlib import Path

import pytest

from signac._core import faults
from signac._engine.copying import copy_entry, copy_tree, same_content, sync_tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a directory with files, links and an empty directory."""
    root = tmp_path / "source"
    (root / "sub" / "empty").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "sub" / "b.bin").write_bytes(os.urandom(3 << 20))
    (root / "sub" / "b.bin").chmod(0o640)
    os.utime(root / "a.txt", ns=(10**18, 10**18))
    (root / "to-file").symlink_to("a.txt")
    (root / "to-sub").symlink_to("sub")
    (root / "sub" / "up").symlink_to("..")
    (root / "nowhere").symlink_to("missing")
    return root


def names(root: Path) -> set[str]:
    """Return all paths below a directory; links are not followed."""
    return {
        os.path.relpath(os.path.join(top, name), root)
        for top, directories, files in os.walk(root)
        for name in directories + files
    }


def test_links_are_followed(tree: Path, tmp_path: Path) -> None:
    """What links lead to is copied; one that leads nowhere, or upward, stays a link."""
    target = tmp_path / "target"
    copied = copy_tree(str(tree), str(target))
    assert (target / "to-file").read_text() == "a"
    assert not (target / "to-file").is_symlink()
    assert (target / "to-sub" / "b.bin").read_bytes() == (tree / "sub" / "b.bin").read_bytes()
    assert os.readlink(target / "nowhere") == "missing"
    assert os.readlink(target / "sub" / "up") == ".."
    assert copied.files == 4
    assert copied.volume == 2 + 2 * (3 << 20)


def test_links_stay_links(tree: Path, tmp_path: Path) -> None:
    """Without following, every link is copied as it is."""
    target = tmp_path / "target"
    copied = copy_tree(str(tree), str(target), follow=False)
    assert names(target) == names(tree)
    assert os.readlink(target / "to-sub") == "sub"
    assert copied.files == 2


def test_modes_and_times_are_kept(tree: Path, tmp_path: Path) -> None:
    """A copy has the mode and the time of the file, as that of ``shutil.copytree``."""
    tree.joinpath("sub").chmod(0o550)
    target = tmp_path / "target"
    copy_tree(str(tree), str(target))
    assert stat.S_IMODE((target / "sub" / "b.bin").stat().st_mode) == 0o640
    assert stat.S_IMODE((target / "sub").stat().st_mode) == 0o550
    assert (target / "a.txt").stat().st_mtime_ns == 10**18


def test_names_are_left_out_at_the_top(tree: Path, tmp_path: Path) -> None:
    """Only names at the top are left out."""
    (tree / "sub" / "a.txt").write_text("below")
    target = tmp_path / "target"
    copy_tree(str(tree), str(target), leave_out={"a.txt", "to-sub"})
    assert not (target / "a.txt").exists()
    assert (target / "sub" / "a.txt").read_text() == "below"


def test_a_pipe_is_named(tree: Path, tmp_path: Path) -> None:
    """A pipe is neither waited for nor copied."""
    os.mkfifo(tree / "pipe")
    with pytest.raises(OSError, match=r"neither a file.*pipe"):
        copy_tree(str(tree), str(tmp_path / "target"))


def test_an_existing_file_is_never_overwritten(tree: Path, tmp_path: Path) -> None:
    """A copy takes a free name only."""
    (tmp_path / "there").write_text("mine")
    with pytest.raises(FileExistsError):
        copy_entry(str(tree / "a.txt"), str(tmp_path / "there"))
    assert (tmp_path / "there").read_text() == "mine"


def test_every_change_passes_the_gate(tree: Path, tmp_path: Path) -> None:
    """Directories, files, contents, links and modes are counted one by one."""
    with faults.record() as points:
        copy_tree(str(tree), str(tmp_path / "target"), follow=False)
    kinds = sorted(name for _, name, _ in points)
    several = {"copy": 2, "copystat": 5, "create": 2, "mkdir": 3, "symlink": 4}
    assert kinds == [name for name, number in several.items() for _ in range(number)]


def test_a_copy_that_is_cut_is_short(tree: Path, tmp_path: Path) -> None:
    """The injected fault really leaves a part of the file."""
    error = OSError(28, "full")

    def cut(number: int, operation: str, path: str, size: int | None) -> faults.Cut | None:
        return faults.Cut((size or 0) // 2, error) if operation == "copy" else None

    with faults.injecting(cut), pytest.raises(OSError, match="full"):
        copy_entry(str(tree / "sub" / "b.bin"), str(tmp_path / "half"))
    assert (tmp_path / "half").stat().st_size == 3 << 19


@pytest.mark.parametrize(("level", "syncs"), [("fast", 0), ("safe", 2), ("durable", 5)])
def test_syncs(tree: Path, level: str, syncs: int) -> None:
    """Files are waited for as the level says, directories at the level ``durable``."""
    with faults.record() as points:
        sync_tree(str(tree), level)  # type: ignore[arg-type]
    assert len(points) == syncs


def test_equal_content(tmp_path: Path) -> None:
    """Bytes are compared, not times."""
    for name, data in [("a", b"x" * 10), ("b", b"x" * 10), ("c", b"x" * 9 + b"y"), ("d", b"x")]:
        (tmp_path / name).write_bytes(data)
    one = str(tmp_path / "a")
    assert [same_content(one, str(tmp_path / name)) for name in "bcd"] == [True, False, False]
