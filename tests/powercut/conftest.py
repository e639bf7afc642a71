"""The number of power cuts, and what they took, in the summary."""

from collections import Counter
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many power cuts there were, and the figures of those on a block device."""
    reports = [
        report
        for kind in ("passed", "failed")
        for report in terminalreporter.stats.get(kind, [])
        if getattr(report, "when", "") == "call"
    ]
    properties = [pair for report in reports for pair in report.user_properties]
    total = sum(value for name, value in properties if name == "power cuts")
    if total:
        terminalreporter.write_line(f"power cuts: {total}")
    figures: dict[str, Counter[str]] = {}
    for name, value in properties:
        if name.startswith("power cut on "):
            figures.setdefault(name, Counter()).update(value)
    for name, counts in sorted(figures.items()):
        told = ", ".join(f"{counts[word]} {word}" for word in counts)
        terminalreporter.write_line(f"{name}: {told}")
