"""Everything at once: create, change, write, move, remove, search, check, repair, and be killed.

Processes work in two projects while they are killed at random and disks fail at random. Each
keeps a journal of what was acknowledged. When all are dead, the raw directories must show it.

`SIGNAC_SOAK_SECONDS` says how long, `SIGNAC_SOAK_SEED` repeats the draws of a run (its
interleaving is up to the system).
"""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from soak import crew, verdict
from soak.conftest import FIGURES
from soak.ground import Ground

pytestmark = pytest.mark.timeout(7200)

SHORT, LONG = 4.0, 30.0
CHOSEN = os.environ.get("SIGNAC_SOAK_SECONDS")
DURATIONS: list[Any] = (
    [float(CHOSEN)] if CHOSEN else [SHORT, pytest.param(LONG, marks=pytest.mark.long)]
)


@pytest.mark.parametrize("seconds", DURATIONS)
@pytest.mark.parametrize("locks", ["directory", "file"])
def test_everything_at_once(
    locks: str,
    seconds: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Any,
) -> None:
    """Whatever is killed and whatever fails: no acknowledged write is lost, no answer is wrong.

    No half job, no second job, nothing left over, no lock stuck, and nothing for check to find.
    With lock files, half as long.
    """
    if locks == "file":
        monkeypatch.setenv("SIGNAC_LOCKS", "file")
        seconds /= 2
    seed = int(os.environ.get("SIGNAC_SOAK_SEED") or random.SystemRandom().randrange(1 << 30))
    print(f"seed {seed}")
    soak = crew.Soak(Ground(str(tmp_path), len(crew.ROLES), seed), seconds)
    soak.run()
    found = [*soak.complaints, *verdict.complaints(soak.ground)]
    for name, number in soak.figures().items():
        record_property(f"{FIGURES}{name}", number)
    assert not found, f"SIGNAC_SOAK_SEED={seed}: {len(found)} complaints\n" + "\n\n".join(found[:8])
    assert soak.kills > seconds, "hardly anybody was killed, nothing is tested"
