"""What the source may not contain at all."""

import ast
from collections.abc import Iterator

import pytest

from architecture.sources import package_sources

#: Calls that run text or bytes as a program.
RUNNING = {"eval", "exec", "compile", "__import__", "execfile", "breakpoint", "input"}
MODULES = {
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "copyreg",
    "code",
    "codeop",
    "runpy",
    "pty",
    "telnetlib",
    "xmlrpc",
    "yaml",
}
METHODS = {"system", "popen", "spawnl", "spawnv", "execv", "execl", "read_pickle", "read_hdf"}
#: Each exception with its reason.
ALLOWED = {
    ("_stores/unpickle.py", "pickle"): "the restricted reader is made from that of the library",
    ("_index/grouping.py", "marshal"): "only writes, to compare lists by their bytes",
    ("cli/interpreter.py", "code"): "the prompt of `signac shell`, where a person types programs",
    ("cli/script.py", "compile"): "runs the program that a person gives to `signac shell`",
    ("cli/script.py", "exec"): "runs the program that a person gives to `signac shell`",
    ("_transfer/sync/terminal.py", "input"): "reads a line of text, which is compared with y",
}


def dangers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield what runs code, deserialises objects or starts a shell in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in RUNNING:
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and node.attr in METHODS:
            yield node.attr, node.lineno
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.partition(".")[0] in MODULES:
                    yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            root = (node.module or "").partition(".")[0]
            if root in MODULES and not node.level:
                yield root, node.lineno
        elif (
            isinstance(node, ast.keyword)
            and node.arg in ("shell", "allow_pickle")
            and not (isinstance(node.value, ast.Constant) and node.value.value is False)
        ):
            yield f"{node.arg}=", node.value.lineno


def test_nothing_that_runs_data() -> None:
    """No module evaluates text, unpickles, or starts a shell; the exceptions have reasons."""
    found = {}
    for source in package_sources():
        name = source.name.replace("\\", "/").partition("signac/")[2]
        for what, line in dangers(source.tree):
            if (name, what) not in ALLOWED:
                found[f"{name}:{line}"] = what
    assert not found


def test_marshal_only_writes() -> None:
    """Nothing is read with `marshal`, whose reader trusts its input."""
    assert not [
        source.name
        for source in package_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "marshal"
        and node.attr != "dumps"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "f = eval",
        "exec(x)",
        "import pickle",
        "import pickle as p",
        "from pickle import loads",
        "import marshal",
        "os.system('x')",
        "pandas.read_pickle(x)",
        "subprocess.run(x, shell=True)",
        "numpy.load(x, allow_pickle=True)",
        "numpy.load(x, allow_pickle=flag)",
        "__import__(x)",
    ],
)
def test_the_check_finds_it(text: str) -> None:
    """Each of these would be found."""
    assert list(dangers(ast.parse(text)))
