"""Power cuts, worked out: at any moment, with anything not synced missing, cut short or garbage.

A session that uses every operation is recorded. Then its effects are written again, up to a moment
and without what a power cut at that moment may take, and the next program opens what there is.

The default run takes a sample of the moments, the long run all of them, and the environment
variable SIGNAC_TEST_POWERCUTS asks for so many rounds through all of them.
"""

import itertools
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from crash import scenes
from powercut import disk, promises, workload
from powercut.disk import Cut, Disk
from powercut.workload import Recording

SAMPLE = 32
SESSIONS = {"session": (scenes.two_projects, workload.SESSION), "birth": (None, workload.BIRTH)}
COUNTED = "power cuts"


class Recorded(NamedTuple):
    """A level, the disk before a session, and what the session did to it."""

    level: str
    base: Disk
    recording: Recording


_recorded: dict[tuple[str, str], Recorded] = {}


def recorded(level: str, session: str, place: Path) -> Recorded:
    """Record a session at a level, once for each process of the tests."""
    if (level, session) not in _recorded:
        prepare, calls = SESSIONS[session]
        place.mkdir()
        if prepare:
            prepare(str(place))
        base = Disk.load(str(place))
        _recorded[level, session] = Recorded(level, base, workload.record(str(place), level, calls))
    return _recorded[level, session]


def cuts(recording: Recording, number: int, *, journal: bool, seed: int) -> Iterator[Cut]:
    """Choose power cuts at random; of each moment one, for the number 0."""
    chance = random.Random(seed)
    moments = list(range(len(recording.steps) + 1))
    for at in sorted(chance.choices(moments, k=number)) if number else moments:
        first = disk.forced(recording.steps, at, journal=journal)
        names = chance.choice((first, at, chance.randint(first, at)))
        yield Cut(at, names, chance.getrandbits(32))


def cut_power(
    one: Recorded, cut: Cut, place: Path, *, again: bool = False
) -> tuple[int, list[str]]:
    """Restore what a power cut left; return how many files suffered, and the broken promises.

    With `again` the power is cut once more, while the next program is opening the projects.
    """
    place.mkdir()
    root = str(place / "first")
    try:
        os.mkdir(root)
        suffered = disk.restore(root, one.base, one.recording.steps, cut)
        if again:
            root = _cut_again(one, root, cut)
        found = promises.complaints(
            root, one.recording, cut.names, cut.at, durable=one.level == "durable"
        )
    finally:
        shutil.rmtree(place)
    return suffered, [f"{cut}: {line}" for line in found]


def _cut_again(one: Recorded, root: str, cut: Cut) -> str:
    base = Disk.load(root)
    steps = workload.record_use(root, one.level, promises.open_again)
    chance = random.Random(cut.seed)
    at = chance.randrange(len(steps) + 1)
    first = disk.forced(steps, at, journal=False)
    second = os.path.join(os.path.dirname(root), "second")
    os.mkdir(second)
    disk.restore(second, base, steps, Cut(at, chance.randint(first, at), cut.seed))
    return second


def rounds(long: bool) -> list[tuple[int, int]]:
    """Return pairs of how many cuts and with which seed."""
    if not long:
        return [(SAMPLE, 1)]
    wanted = int(os.environ.get("SIGNAC_TEST_POWERCUTS") or 0)
    return [(0, seed) for seed in range(wanted)] or [(60, 2)]


sizes = pytest.mark.parametrize(
    "long", [False, pytest.param(True, marks=pytest.mark.long)], ids=["sample", "long"]
)


@pytest.mark.parametrize("level", ["fast", "safe", "durable"])
@pytest.mark.parametrize("session", SESSIONS)
def test_the_recording_is_complete(level, session, tmp_path):
    """Replayed to the end of each call and nothing lost, a recording gives the very files."""
    one = recorded(level, session, tmp_path / "live")
    calls = [0, *(end + 1 for end in one.recording.ends)]
    assert len(calls) == len(one.recording.pictures)
    for number, end in enumerate(calls):
        root = tmp_path / f"{number}"
        root.mkdir()
        disk.restore(str(root), one.base, one.recording.steps, Cut(end, end, 0, "latest"))
        assert workload.picture(str(root)) == one.recording.pictures[number]
    changes = sum(a != b for a, b in itertools.pairwise(one.recording.pictures))
    assert changes >= len(one.recording.calls) - 5


@sizes
@pytest.mark.parametrize("journal", [False, True], ids=["plain", "journal"])
@pytest.mark.parametrize("session", SESSIONS)
def test_safe_is_old_or_new(session, journal, long, tmp_path, record_property):
    """At the default level no file is damaged, and the projects are as they were at some moment.

    That is the moment up to which the changes of names are on the disk; the calls before it are
    done, the next one is done or not, and nothing else differs.
    """
    one = recorded("safe", session, tmp_path / "live")
    _expect_nothing(one, rounds(long), tmp_path, record_property, journal=journal)


@sizes
@pytest.mark.parametrize("session", SESSIONS)
def test_durable_loses_nothing_acknowledged(session, long, tmp_path, record_property):
    """At `durable` besides that, each call that had returned before the power cut is done."""
    one = recorded("durable", session, tmp_path / "live")
    _expect_nothing(one, rounds(long), tmp_path, record_property)


@sizes
@pytest.mark.parametrize("level", ["safe", "durable"])
def test_a_second_power_cut(level, long, tmp_path, record_property):
    """The same when the power fails again while the next program tidies up."""
    one = recorded(level, "session", tmp_path / "live")
    wanted = rounds(long) if long else [(SAMPLE // 2, 3)]
    _expect_nothing(one, wanted, tmp_path, record_property, again=True)


def _expect_nothing(
    one: Recorded,
    wanted: list[tuple[int, int]],
    tmp_path: Path,
    record_property,
    *,
    journal: bool = False,
    again: bool = False,
) -> None:
    found: list[str] = []
    tried = suffered = 0
    for number, seed in wanted:
        for cut in cuts(one.recording, number, journal=journal, seed=seed):
            files, lines = cut_power(one, cut, tmp_path / f"{seed}-{tried}", again=again)
            tried += 1
            suffered += files > 0
            found += lines
    record_property(COUNTED, tried)
    assert found == []
    assert suffered > tried / 8, "hardly a cut had anything to lose"


def test_fast_loses_what_was_not_synced(tmp_path):
    """The control: without syncs the same cuts damage projects, so these tests can fail.

    `fast` promises nothing about power cuts.
    """
    one = recorded("fast", "session", tmp_path / "live")
    found = [
        line
        for cut in cuts(one.recording, 25, journal=False, seed=1)
        for line in cut_power(one, cut, tmp_path / f"{cut.at}-{cut.seed}")[1]
    ]
    assert sum(promises.DAMAGED in line for line in found) >= 8


def test_safe_is_not_durable(tmp_path):
    """The other control: at the default level acknowledged calls may be missing, as documented."""
    one = recorded("safe", "session", tmp_path / "live")._replace(level="durable")
    found = [
        line
        for cut in cuts(one.recording, 25, journal=False, seed=1)
        for line in cut_power(one, cut, tmp_path / f"{cut.at}-{cut.seed}")[1]
    ]
    assert found
    assert all(promises.LOST in line for line in found)


def test_each_missing_sync_is_noticed(tmp_path):
    """Without the syncs of one call alone, cuts in and after that call do damage."""
    one = recorded("safe", "session", tmp_path / "live")
    blind = []
    for number, name in enumerate(one.recording.calls):
        first = one.recording.ends[number - 1] if number else -1
        end = one.recording.ends[number]
        inside = one.recording.steps[first + 1 : end]
        if not any(step.what in ("sync", "sync_filesystem") for step in inside):
            continue
        steps = [
            step._replace(what="mark", path=None)
            if first < at < end and step.what in ("sync", "sync_filesystem")
            else step
            for at, step in enumerate(one.recording.steps)
        ]
        careless = one._replace(
            recording=Recording(
                steps, one.recording.pictures, one.recording.calls, one.recording.each
            )
        )
        careless.recording.ends[:] = one.recording.ends
        cut = Cut(end + 1, end + 1, 0, "empty")
        if not cut_power(careless, cut, tmp_path / name)[1]:
            blind.append(name)
    assert blind == []
