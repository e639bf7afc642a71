"""The net below these tests holds."""

import os
from pathlib import Path

import pytest

import signac
from signac._core import atomic


def test_the_net_holds(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, escaped: type[BaseException]
) -> None:
    """No function of the gate reaches a place outside the test's directory, by link or by path."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "file").write_text("x")
    (outside / "directory").mkdir()
    os.symlink(outside, tmp_path / "link")
    for where in (str(outside), str(tmp_path / "link"), f"{tmp_path}/../{outside.name}"):
        for step in (
            lambda where=where: atomic.remove_tree(f"{where}/directory"),
            lambda where=where: atomic.unlink(f"{where}/file"),
            lambda where=where: atomic.make_directory(f"{where}/new"),
            lambda where=where: atomic.move(f"{where}/directory", str(tmp_path / "taken")),
            lambda where=where: atomic.remove_directory(f"{where}/directory"),
        ):
            with pytest.raises(escaped):
                step()
    assert sorted(os.listdir(outside)) == ["directory", "file"]
    with pytest.raises(escaped):
        signac.init_project(outside)
