"""A place for unprivileged children; the number of faults in the summary."""

from collections.abc import Iterator
from typing import Any

import pytest

from crash.ground import open_place


@pytest.fixture
def place() -> Iterator[str]:
    """Return a directory that an unprivileged child can enter."""
    with open_place() as root:
        yield root


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the number of trials of the crash tests that ran."""
    reports = [
        report
        for kind in ("passed", "failed")
        for report in terminalreporter.stats.get(kind, [])
        if getattr(report, "when", "") == "call"
    ]
    for name in ("fault trials", "random kills", "renames audited"):
        total = sum(
            value for report in reports for key, value in report.user_properties if key == name
        )
        if total:
            terminalreporter.write_line(f"{name}: {total}")
