"""What was done in the soaks, in the summary."""

from typing import Any

FIGURES = "soak: "


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how much was done, summed over the soaks that ran."""
    found: dict[str, int] = {}
    for kind in ("passed", "failed"):
        for report in terminalreporter.stats.get(kind, []):
            for name, number in getattr(report, "user_properties", ()):
                if name.startswith(FIGURES):
                    found[name] = found.get(name, 0) + number
    for name in sorted(found):
        terminalreporter.write_line(f"{name}: {found[name]}")
