"""What Python 3.11 and 3.13 forgive, and 3.12 does not."""

import ast
from collections.abc import Iterator

from architecture.sources import Source, package_sources, snippet

LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp)


def find_hidden(source: Source) -> list[str]:
    """Return where a loop in brackets hides a name of the module that its function uses, too.

    Python 3.12.1 then takes that name for a variable without a value.
    """
    module = {name for statement in source.tree.body for name in _bound(statement)}
    found = []
    for function in ast.walk(source.tree):
        if isinstance(function, ast.FunctionDef):
            loops = {name for loop in ast.walk(function) for name in _targets(loop)}
            read, own = set(_used(function, ast.Load)), set(_used(function, ast.Store))
            own |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
            hidden = loops & module & read - own
            found += [f"{source.name}:{function.lineno} {name}" for name in hidden]
    return found


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (one.asname or one.name.partition(".")[0] for one in statement.names)
    else:
        yield from (one.id for one in ast.walk(statement) if isinstance(one, ast.Name))


def _targets(node: ast.AST) -> set[str]:
    if not isinstance(node, LOOPS):
        return set()
    parts = (part for one in node.generators for part in ast.walk(one.target))
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _used(node: ast.AST, how: type, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the names that are read, or given a value, outside the loops that bind them."""
    hidden |= _targets(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, how) and node.id not in hidden:
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _used(child, how, hidden)


def test_no_loop_hides_a_name_of_its_module():
    """A name is a variable of a loop or a name of the module in one function, never both."""
    assert not [place for source in package_sources() for place in find_hidden(source)]


def test_the_check_sees_a_hidden_name():
    """A function that is called beside a loop over its name is found; a loop alone is not."""
    loop = "def one(): pass\ndef f(x):\n    a = [one for one in x]\n"
    assert find_hidden(snippet(loop)) == []
    assert find_hidden(snippet(f"{loop}    return [one(y) for y in a]\n")) == [
        "signac/snippet.py:2 one"
    ]
