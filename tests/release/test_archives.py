"""What is in the wheel and in the archive of the source, and that it is the same each time."""

import email
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.utils import parse_sdist_filename, parse_wheel_filename

import signac
from release.building import ROOT, Distribution, copy_tree, source_files

pytestmark = pytest.mark.release

INFO = f"signac-{signac.__version__}.dist-info"


def wheel_names(built: Distribution) -> set[str]:
    with zipfile.ZipFile(built.wheel) as archive:
        return set(archive.namelist())


def in_wheel(built: Distribution, name: str) -> str:
    with zipfile.ZipFile(built.wheel) as archive:
        return archive.read(f"{INFO}/{name}").decode()


def members(path: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(path) as archive:
        return archive.getmembers()


def test_the_same_bytes_each_time(built, tmp_path):
    """Another copy of the tree, with other times, order and umask, gives the same two files."""
    before = os.umask(0o077)
    try:
        tree = copy_tree(tmp_path / "somewhere" / "else")
        again = Distribution.build(tree, tmp_path / "dist")
    finally:
        os.umask(before)
    assert again.wheel.name == built.wheel.name
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.sdist.read_bytes() == built.sdist.read_bytes()


def test_the_archive_of_the_source_builds_the_same_wheel(built, tmp_path):
    """The source archive is complete: the wheel made from it is the one made from the tree."""
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    again = Distribution.build(unpacked, tmp_path / "dist")
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.sdist.read_bytes() == built.sdist.read_bytes()


def test_the_wheel_holds_the_package_and_nothing_else(built):
    """Every source file with its types and license; no tests, no compiled files, no data."""
    names = wheel_names(built)
    source = {name.removeprefix("src/") for name in source_files() if name.startswith("src/")}
    assert {"signac/py.typed", "signac/__main__.py", "signac/cli/app.py"} <= source
    words = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    assert names == source | {f"{INFO}/{word}" for word in words}
    assert parse_wheel_filename(built.wheel.name)[0] == "signac"
    assert built.wheel.name.endswith("-py3-none-any.whl")
    assert in_wheel(built, "entry_points.txt").split() == [
        *("[console_scripts]", "signac", "=", "signac.__main__:main"),
    ]


def test_the_archive_of_the_source_holds_all_but_the_machinery(built):
    """What is needed to build, to test and to read; not what a run leaves, nor how CI is run."""
    prefix = f"signac-{signac.__version__}/"
    assert parse_sdist_filename(built.sdist.name)[0] == "signac"
    names = {member.name.removeprefix(prefix) for member in members(built.sdist)}
    assert names - {"PKG-INFO"} <= set(source_files())
    assert {name for name in source_files(new=False) if not name.startswith(".ci/")} <= names
    assert not [name for name in names if name.startswith(".ci")]
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile"} <= names
    assert {"requirements/constraints.txt", "docs/index.md", "tests/rawcheck.py"} <= names
    junk = {"__pycache__", ".venv", "_build", ".hypothesis", "dist"}
    assert not [name for name in names if junk & {*name.split("/")}]


def test_members_are_plain_files_of_nobody(built):
    """No links, no devices, no owner, no writable by others, nothing outside the directory."""
    for member in members(built.sdist):
        assert member.isreg(), member.name
        assert member.name.startswith(f"signac-{signac.__version__}/")
        assert ".." not in member.name.split("/")
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
        assert member.mode in (0o644, 0o755), member.name


def test_the_metadata_are_valid_and_complete(built):
    """They keep to the standard, and name what a person looks for; there are no dead addresses."""
    text = in_wheel(built, "METADATA")
    metadata = Metadata.from_email(text, validate=True)
    assert metadata.name == "signac"
    assert str(metadata.version) == signac.__version__
    assert metadata.license_expression == "BSD-3-Clause"
    assert metadata.license_files == ["LICENSE"]
    assert str(metadata.requires_python) == ">=3.11"
    assert metadata.summary
    assert metadata.keywords
    assert not metadata.project_urls
    assert metadata.description_content_type == "text/markdown"
    assert email.message_from_string(text).get_payload() == (ROOT / "README.md").read_text("utf-8")
    hard = {one.name for one in metadata.requires_dist or [] if one.marker is None}
    assert hard == {"configobj", "h5py", "regex", "rich"}
    assert set(metadata.provides_extra or []) >= {"pandas", "zstd", "example"}


def test_classifiers_name_the_pythons_that_are_tested(built):
    """Each Python of `make test-release` is named, and no other."""
    classifiers = Metadata.from_email(in_wheel(built, "METADATA")).classifiers
    assert classifiers is not None
    prefix = "Programming Language :: Python :: 3."
    named = {text.removeprefix(prefix) for text in classifiers if text.startswith(prefix)}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"$(foreach v,{' '.join(f'3.{minor}' for minor in sorted(named))}," in makefile


def test_the_license_is_that_of_the_tree(built):
    """The license is shipped as it is."""
    assert in_wheel(built, "licenses/LICENSE") == (ROOT / "LICENSE").read_text("utf-8")
