"""The cases, one module for each group of commands."""

from importlib import import_module

from interop.commands.case import Case

GROUPS = (
    "general",
    "jobs",
    "find",
    "filters",
    "questions",
    "changes",
    "views",
    "shell",
    "config",
    "synchronize",
    "import_",
)


def all_cases() -> list[Case]:
    """Return the cases of all groups; their names differ."""
    found: list[Case] = []
    for name in GROUPS:
        found += import_module(f"interop.commands.cases.{name}").CASES
    names = [case.name for case in found]
    assert len(names) == len(set(names)), sorted({n for n in names if names.count(n) > 1})
    return found
