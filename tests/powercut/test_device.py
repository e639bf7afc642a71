"""Power cuts on a real file system: what is only in memory vanishes, and the promises hold.

Rows 39 and 40 of the table of reliability. The default run has one short cut for each level, the
long run more, and SIGNAC_TEST_POWERCUTS asks for so many of ten seconds each.
"""

import itertools
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import processes
import rawcheck
from powercut import promises, worker
from powercut.device import Device, file_system

ROOT = Path(__file__).parents[2]
PEER = ROOT / ".venv-peer" / "bin" / "python"
# The journal is written each second and not each five, so that a short run has more to lose.
OFTEN = "commit=1"
NO_HEURISTIC = f"{OFTEN},noauto_da_alloc"


@dataclass
class Figures:
    """What one power cut left of the work before it."""

    acknowledged: int = 0
    damaged: list[str] = field(default_factory=list)
    lost: int = 0
    never_touched: int = 0
    odd: str = ""

    def counts(self) -> dict[str, int]:
        """Return the numbers."""
        return {
            "power cuts": 1,
            "calls acknowledged": self.acknowledged,
            "files damaged": len(self.damaged),
            "acknowledged jobs and keys lost": self.lost,
            "old jobs lost": self.never_touched,
        }


def run_and_cut(
    device: Device, seconds: float, level: str = "safe", python: str = sys.executable
) -> tuple[str, int]:
    """Let a program work for some time, cut the power, and mount the file system again.

    Return the project and how many calls were acknowledged before the cut.
    """
    path = os.path.join(device.place, "project")
    environment = os.environ | {"SIGNAC_DURABILITY": level}
    command = [python, worker.__file__]
    subprocess.run([*command, "prepare", path], env=environment, check=True)
    device.flush()
    working = subprocess.Popen(
        [*command, "work", path], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        acknowledged = _listen(working, seconds)
        device.cut_power()
    finally:
        working.kill()
        working.communicate()
    device.unmount()
    device.mount()
    return path, acknowledged


def _listen(working: "subprocess.Popen[bytes]", seconds: float) -> int:
    """Return the number of calls that were acknowledged when the time was over."""
    assert working.stdout is not None
    descriptor = working.stdout.fileno()
    words = os.read(descriptor, 1 << 16)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            chunk = os.read(descriptor, 1 << 16)
            assert chunk, "the program ended by itself"
            words += chunk
    while select.select([descriptor], [], [], 0)[0]:
        words += os.read(descriptor, 1 << 16)
    return words.count(b"\n")


State = dict[str, Any]


def _states() -> Iterator[tuple[int, State]]:
    """Yield what is there after each number of calls."""
    jobs = {rawcheck.canonical(one): dict(one) for one in worker.OLD + worker.NEVER_TOUCHED}
    state: State = {**jobs, "project": {"started": True}}
    for number, call in worker.calls():
        yield number, state
        state = _after(state, call)


def expected(acknowledged: int) -> State:
    """Return what is there after the acknowledged calls."""
    return next(state for number, state in _states() if number == acknowledged)


def _after(state: State, call: worker.Call) -> State:
    word, statepoint, value = call
    key = "project" if word == "project document" else rawcheck.canonical(statepoint)
    state = dict(state)
    if word == "init":
        state[key] = {}
    elif word == "remove":
        del state[key]
    elif word == "change":
        state[rawcheck.canonical(value)] = state.pop(key)
    else:
        state[key] = {**state[key], **value}
    return state


def count(path: str, acknowledged: int) -> Figures:
    """Count, with the standard library alone, what is damaged and what is lost."""
    figures = Figures(acknowledged)
    seen: State = {"project": _read(path, rawcheck.PROJECT_DOCUMENT, figures)}
    workspace = os.path.join(path, "workspace")
    for name in os.listdir(workspace):
        if len(name) != 32:
            continue
        directory = os.path.join(workspace, name)
        statepoint = _read(directory, rawcheck.STATEPOINT, figures, there=True)
        if statepoint is not None and rawcheck.id_of(statepoint) != name:
            figures.damaged.append(f"{directory}: the state point of another job")
        document = _read(directory, rawcheck.DOCUMENT, figures)
        if statepoint is not None:
            seen[rawcheck.canonical(statepoint)] = document
    moments = _moments(seen, acknowledged)
    if not moments:
        figures.odd = "the project is in a state in which it never was"
    if max(moments, default=0) >= acknowledged:
        return figures
    wanted = expected(acknowledged)
    for key, document in wanted.items():
        there = seen.get(key)
        figures.lost += there is None
        figures.lost += sum((there or {}).get(name) != document[name] for name in document)
    old = [rawcheck.canonical(statepoint) for statepoint in worker.NEVER_TOUCHED]
    figures.never_touched = sum(seen.get(key) != wanted[key] for key in old)
    return figures


def _read(directory: str, name: str, figures: Figures, *, there: bool = False) -> Any:
    file = os.path.join(directory, name)
    try:
        with open(file, encoding="utf-8") as stream:
            value = json.load(stream)
    except FileNotFoundError:
        if there:
            figures.damaged.append(f"{file}: missing")
            return None
        return {}
    except (OSError, ValueError) as error:
        figures.damaged.append(f"{file}: {error}")
        return None
    return value


def _moments(seen: State, acknowledged: int) -> list[int]:
    """Return after how many calls the state was this one, at most some more than are known."""
    some = itertools.takewhile(lambda one: one[0] <= acknowledged + UNDER_WAY, _states())
    return [number for number, state in some if len(state) == len(seen) and state == seen]


# The pipe and the cut are two things: so many more calls may have ended in between.
UNDER_WAY = 2000


def trial(
    where: Path, seconds: float, level: str, options: str = OFTEN, *, kind: str = "ext4"
) -> Figures:
    """Cut the power once and look at what is left, with the library between the two looks."""
    with file_system(kind, where, options) as device:
        path, acknowledged = run_and_cut(device, seconds, level)
        if level == "fast":
            return count(path, acknowledged)

        found = processes.run(lambda: promises.use(path, "turn", 1e9, "value"))
        figures = count(path, acknowledged)
        figures.damaged += found.value if found.ok else [str(found)]
    return figures


def told(record_property: Any, name: str, figures: Figures) -> None:
    """Report the figures and print them for a failure."""
    print(name, str(figures)[:2000])
    record_property(f"power cut on {name}", figures.counts())


def nightly() -> list[float]:
    """Return the seconds of work before each power cut of the nightly size."""
    return [10.0] * int(os.environ.get("SIGNAC_TEST_POWERCUTS") or 0)


def sizes(ordinary: float, long: list[float]) -> Any:
    """Return how many seconds the program works before each cut, for the runs of the tests."""
    return pytest.mark.parametrize(
        "seconds",
        [
            pytest.param([ordinary], id="short"),
            pytest.param(nightly() or long, id="long", marks=pytest.mark.long),
        ],
    )


@sizes(1.3, [2.5, 4.0])
@pytest.mark.parametrize("options", [OFTEN, NO_HEURISTIC], ids=["defaults", "noauto_da_alloc"])
def test_safe_is_never_damaged(options, seconds, tmp_path, record_property):
    """At the default level a power cut damages nothing, with and without ext4's own precaution.

    The project is as it was at one moment, and nothing that was there before is gone.
    """
    for number, some in enumerate(seconds):
        figures = trial(tmp_path / f"{number}", some, "safe", options)
        told(record_property, f"ext4 ({options}), safe", figures)
        assert figures.acknowledged > 50
        assert (figures.damaged, figures.never_touched, figures.odd) == ([], 0, "")


@sizes(1.3, [2.5, 4.0])
@pytest.mark.parametrize("options", [OFTEN, NO_HEURISTIC], ids=["defaults", "noauto_da_alloc"])
def test_durable_loses_nothing(options, seconds, tmp_path, record_property):
    """At `durable` besides that all acknowledged calls are there."""
    for number, some in enumerate(seconds):
        figures = trial(tmp_path / f"{number}", some, "durable", options)
        told(record_property, f"ext4 ({options}), durable", figures)
        assert figures.acknowledged > 30
        assert (figures.damaged, figures.lost, figures.odd) == ([], 0, "")


@sizes(1.5, [3.0])
def test_fast_is_damaged(seconds, tmp_path, record_property):
    """The control: without syncs the same cuts leave empty files, so these tests can fail."""
    for number, some in enumerate(seconds):
        for attempt in range(4):
            figures = trial(tmp_path / f"{number}-{attempt}", some, "fast")
            told(record_property, f"ext4 ({OFTEN}), fast", figures)
            if figures.damaged:
                break
        assert figures.damaged


@pytest.mark.long
@pytest.mark.parametrize("options", [OFTEN, NO_HEURISTIC], ids=["defaults", "noauto_da_alloc"])
def test_the_released_signac(options, tmp_path, record_property):
    """The other control, and what is compared in the documentation: the same work, the same cut."""
    if not PEER.exists():
        pytest.skip("the environment of the released signac is not there")
    for number, some in enumerate(nightly() or [3.0]):
        with file_system("ext4", tmp_path / f"{number}", options) as device:
            path, acknowledged = run_and_cut(device, some, python=str(PEER))
            figures = count(path, acknowledged)
        told(record_property, f"ext4 ({options}), released signac", figures)
        assert figures.damaged or figures.lost


@pytest.mark.long
@pytest.mark.parametrize("kind", ["xfs", "btrfs"])
def test_other_file_systems(kind, tmp_path, record_property):
    """The promises of `safe` and `durable` on other file systems that order their metadata."""
    for level in ("safe", "durable"):
        figures = trial(tmp_path / level, 3.0, level, "defaults", kind=kind)
        told(record_property, f"{kind}, {level}", figures)
        assert (figures.damaged, figures.never_touched, figures.odd) == ([], 0, "")
        assert level == "safe" or figures.lost == 0
