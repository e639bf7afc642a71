"""Only the command line talks to a person."""

import ast
import re

import pytest

from architecture.sources import Source, package_sources, snippet

TALKING_CALLS = {"print", "input", "breakpoint", "pprint", "pp", "getpass"}
TALKING_STREAMS = {"stdout", "stdin", "__stdout__", "__stdin__"}


#: ``file call``: why this one may talk.
EXCEPTIONS = {
    "signac/_transfer/sync/terminal.py input": (
        "`FileSync.Ask` of the released signac asks from inside the library; programs use it"
    ),
}


def _talking(source: Source) -> list[str]:
    found = []
    for node in ast.walk(source.tree):
        name = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id if node.func.id in TALKING_CALLS else None
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "sys" and node.attr in TALKING_STREAMS:
                name = f"sys.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module == "sys":
            name = next((item.name for item in node.names if item.name in TALKING_STREAMS), None)
        if name is not None:
            found.append(f"{source.name}:{node.lineno} {name}")
    return found


def test_no_print_or_input_outside_the_command_line():
    """The library prints nothing, asks nothing, and reads no standard input; only `cli` does."""
    quiet = [source for source in package_sources() if not source.name.startswith("signac/cli/")]
    found = [re.sub(":[0-9]+ ", " ", entry) for source in quiet for entry in _talking(source)]
    assert sorted(set(found)) == sorted(EXCEPTIONS)


@pytest.mark.parametrize(
    "text", ["print(1)", "input()", "import sys; sys.stdout.write('')", "from sys import stdin"]
)
def test_the_check_hears_it(text):
    """The check finds each way to talk."""
    assert len(_talking(snippet(text))) == 1
