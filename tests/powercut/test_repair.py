"""Power cuts while a project is repaired: no file is lost, and repairing again completes it."""

import os
import random
import shutil
from collections import Counter

import pytest

import processes
import rawcheck
import signac
from crash import scenes
from powercut import disk, workload
from powercut.disk import Cut, Disk
from powercut.recorder import iter_files

QUARANTINE = ".signac_quarantine"
MISNAMED = "0" * 32


def _damage(root: str) -> None:
    """Make project `p` with a cache and three damaged jobs, of which all can be repaired."""
    scenes.ordinary(root)
    path = os.path.join(root, "p")
    processes.run(lambda: signac.get_project(path, search=False).update_cache()).get()
    workspace = os.path.join(path, "workspace")

    def job(statepoint: object) -> str:
        return os.path.join(workspace, rawcheck.id_of(statepoint))

    with open(os.path.join(job(scenes.FIRST), rawcheck.STATEPOINT), "w") as file:
        file.write('{"damaged": ')
    os.unlink(os.path.join(job(scenes.SECOND), rawcheck.STATEPOINT))
    os.rename(job(scenes.OTHERS[0]), os.path.join(workspace, MISNAMED))


def _repair(root: str) -> None:
    os.environ["SIGNAC_DURABILITY"] = "fast"  # no second power cut comes
    signac.get_project(os.path.join(root, "p"), search=False).repair()


def _contents(root: str) -> Counter[bytes]:
    """Return what lies in the jobs and in the quarantine, wherever it is."""
    found: Counter[bytes] = Counter()
    for path in iter_files(os.path.join(root, "p", "workspace")):
        if "notes.jsonl" not in path and rawcheck.SCRATCH not in path:
            with open(path, "rb") as file:
                found[file.read()] += 1
    return found


@pytest.mark.parametrize("level", ["safe", "durable"])
@pytest.mark.parametrize("number", [24, pytest.param(0, marks=pytest.mark.long)])
def test_a_power_cut_in_a_repair(level, number, tmp_path, record_property):
    """Whatever moment it hits: the next repair ends where this one would have, and keeps all."""
    live = tmp_path / "live"
    live.mkdir()
    _damage(str(live))
    base = Disk.load(str(live))
    before = _contents(str(live))
    calls = [workload.Call("repair", lambda project, _: project.repair())]
    steps = workload.record(str(live), level, calls, pictures=False).steps
    wanted = workload.picture(str(live))
    assert len([key for key in wanted if key.startswith("p ")]) == 6
    chance = random.Random(7)
    moments = range(len(steps) + 1)
    found = []
    for at in chance.choices(moments, k=number) if number else moments:
        first = disk.forced(steps, at, journal=False)
        cut = Cut(at, chance.randint(first, at), chance.getrandbits(32))
        root = tmp_path / f"{at}-{cut.seed}"
        root.mkdir()
        disk.restore(str(root), base, steps, cut)
        outcome = processes.run(lambda root=root: _repair(str(root)))
        lines = [] if outcome.ok else [str(outcome)]
        lines += rawcheck.problems(root / "p", [QUARANTINE])
        if not lines and workload.picture(str(root)) != wanted:
            lines = ["another state than after the repair"]
        lines += [f"gone: {data!r}" for data in before - _contents(str(root))]
        found += [f"{cut}: {line}" for line in lines]
        shutil.rmtree(root)
    record_property("power cuts", number or len(moments))
    assert found == []
