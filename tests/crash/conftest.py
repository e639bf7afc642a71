"""A place for unprivileged children; the number of faults in the summary."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from crash.ground import open_place
from crash.killing import Tally

FIGURES = (
    "fault trials",
    "random kills",
    "random kills that hit an operation in flight",
    "random kills in the first operation of a process",
    *(f"random kills in quarter {quarter} of a later operation" for quarter in range(1, 5)),
    "random kills in a later operation that took longer than usual",
    "seconds of random kills",
    "renames audited",
)


@pytest.fixture
def place() -> Iterator[str]:
    """Return a directory that an unprivileged child can enter."""
    with open_place() as root:
        yield root


@pytest.fixture
def tally(record_property: Any) -> Iterator[Tally]:
    """Return a tally of kills with a seed that a failure prints."""
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")
    tally = Tally(record_property, random.Random(seed))
    yield tally
    tally.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the number of trials of the crash tests that ran."""
    reports = [
        report
        for kind in ("passed", "failed", "")
        for report in terminalreporter.stats.get(kind, [])
        if getattr(report, "when", "") in ("call", "teardown")
    ]
    for name in FIGURES:
        # A teardown repeats the figures of the call and adds its own.
        values = {
            (report.nodeid, value)
            for report in reports
            for key, value in report.user_properties
            if key == name
        }
        total = sum(value for _, value in values)
        if total:
            terminalreporter.write_line(f"{name}: {total}")
