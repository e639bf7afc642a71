"""Where the state point of a job comes from: any source, the sure ones first, all verified."""

import gzip
import json
import os

import pytest

import rawcheck
from signac._upkeep import evidence
from unit.index.planting import plant


def cache(ground, entries) -> None:
    path = os.path.join(ground.path, ".signac", "statepoint_cache.json.gz")
    ground.write(path, gzip.compress(json.dumps(entries).encode()))


def source(ground, home=None) -> str:
    found = evidence.find_statepoint(home or ground.home, ground.ids[0])
    if found is None:
        return ""
    assert rawcheck.same(json.loads(found.text), ground.statepoints[0])
    return found.source


def everywhere(ground):
    """Put the state point of the first job into every source; return a home that knows it."""
    plant(ground.path, [{"more": n} for n in range(44)])
    assert ground.project.find_jobs({"a": {"$gte": 0}}).count() == 5
    cache(ground, {ground.ids[0]: ground.statepoints[0]})
    home = ground.home
    home.remember(ground.ids[0], ground.statepoints[0])
    ground.write(ground.file() + "~", ground.statepoints[0])
    raw = bytearray(ground.read(ground.file()))
    raw[2] ^= 1
    ground.write(ground.file(), bytes(raw))
    return home


def test_order(ground) -> None:
    """What lies beside comes first, then memory, index, cache file, and a corrected byte last."""
    home = everywhere(ground)
    assert source(ground, home) == "the file signac_statepoint.json~ beside it"
    os.unlink(ground.file() + "~")
    assert source(ground, home) == "the memory of this program"
    assert source(ground) == "the index"
    for name in os.listdir(os.path.join(ground.path, ".signac", "index")):
        os.unlink(os.path.join(ground.path, ".signac", "index", name))
    assert source(ground) == "the cache file"
    os.unlink(os.path.join(ground.path, ".signac", "statepoint_cache.json.gz"))
    assert source(ground) == "the file itself, with one byte corrected"
    ground.write(ground.file(), b"junk")
    assert source(ground) == ""


@pytest.mark.parametrize(
    "name",
    ["signac_statepoint.json.next", "signac_statepoint.json~", "._0b5ae2d2_signac_statepoint.json"],
)
def test_wrong_neighbors(ground, name) -> None:
    """A file beside it that belongs to another id, or is no state point, is passed over."""
    ground.write(ground.file(), b"junk")
    for data in (ground.statepoints[1], [1], b"junk", b"", b"[" * 5000):
        ground.write(ground.file(name=name), data)
        assert source(ground) == ""
    cache(ground, {ground.ids[0]: ground.statepoints[0]})
    assert source(ground) == "the cache file"


def test_odd_neighbors(ground) -> None:
    """Directories, pipes and links that lead nowhere beside the file stop nothing."""
    ground.write(ground.file(), b"junk")
    os.mkdir(ground.file(name="signac_statepoint.json.d"))
    os.mkfifo(ground.file(name="signac_statepoint.json.pipe"))
    os.symlink("nowhere", ground.file(name="signac_statepoint.json.link"))
    ground.write(ground.file(name="signac_statepoint.json~"), ground.statepoints[0])
    assert source(ground) == "the file signac_statepoint.json~ beside it"


@pytest.mark.parametrize("wrong", [{"a": 77}, [1], None, "text", 5])
def test_wrong_caches(ground, wrong) -> None:
    """A cache with another value for the id tells nothing, and the job is not known by it."""
    ground.write(ground.file(), b"junk")
    cache(ground, {ground.ids[0]: wrong})
    assert source(ground) == ""
    assert not evidence.is_known(ground.home, ground.ids[0])


def test_wrong_index(ground) -> None:
    """An index that is damaged anywhere is passed over."""
    home = everywhere(ground)
    os.unlink(ground.file() + "~")
    directory = os.path.join(ground.path, ".signac", "index")
    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        data = ground.read(path)
        ground.write(path, bytes(byte ^ 0x55 for byte in data))
        assert source(ground) == "the cache file"
        ground.write(path, data[: len(data) // 2])
        assert source(ground) == "the cache file"
        ground.write(path, data)
    assert source(ground) == "the index"
    assert evidence.is_known(home, ground.ids[0])


def test_plausible() -> None:
    """Names that people type are told from hashes."""
    assert not any(map(evidence.is_plausible, ["0" * 32, "01" * 16, "abcabca1" * 4]))
    assert all(evidence.is_plausible(rawcheck.id_of({"a": n})) for n in range(20_000))
