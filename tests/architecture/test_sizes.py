"""Files and functions that can be read in one go."""

import ast

from architecture.sources import Source, package_sources, snippet

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60


def _long_functions(source: Source) -> list[str]:
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = _lines(node)
            if lines > MOST_LINES_OF_A_FUNCTION:
                found.append(f"{source.name}:{node.lineno} {node.name}: {lines} lines")
    return found


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        assert first.end_lineno is not None
        lines -= first.end_lineno - first.lineno + 1
    return lines


def test_no_file_is_long():
    """No source file has more than 400 lines, docstrings included."""
    long = {
        source.name: count
        for source in package_sources()
        if (count := len(source.text.splitlines())) > MOST_LINES_OF_A_FILE
    }
    assert not long


def test_no_function_is_long():
    """No function has more than 60 lines, its docstring not counted."""
    assert not [entry for source in package_sources() for entry in _long_functions(source)]


def test_the_count_leaves_out_the_docstring_only():
    """The check counts the lines of a function, nested ones included, but not the docstring."""
    body = "\n".join(f"    x{i} = {i}" for i in range(60))
    documented = f'def f():\n    """One.\n\n    Two.\n    """\n{body}\n'
    assert _long_functions(snippet(documented)) == ["signac/snippet.py:1 f: 61 lines"]
    assert not _long_functions(snippet(documented.replace("    x0 = 0\n", "")))
