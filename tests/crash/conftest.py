"""Say in the summary how many faults were injected."""

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the number of trials of the crash tests that ran."""
    reports = [
        report
        for kind in ("passed", "failed")
        for report in terminalreporter.stats.get(kind, [])
        if getattr(report, "when", "") == "call"
    ]
    for name in ("fault trials", "random kills", "renames audited"):
        total = sum(value for report in reports for key, value in report.user_properties if key == name)
        if total:
            terminalreporter.write_line(f"{name}: {total}")
