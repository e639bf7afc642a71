"""Find calls that change files, by reading the syntax tree."""

import ast

from architecture.sources import Source

#: Functions of `os` that change what is on the disk, or wait for it.
OS = frozenset(
    {
        "chflags",
        "chmod",
        "chown",
        "copy_file_range",
        "fchmod",
        "fchown",
        "fdatasync",
        "fdopen",
        "fsync",
        "ftruncate",
        "lchflags",
        "lchmod",
        "lchown",
        "link",
        "makedirs",
        "mkdir",
        "mkfifo",
        "mknod",
        "posix_fallocate",
        "pwrite",
        "pwritev",
        "remove",
        "removedirs",
        "removexattr",
        "rename",
        "renames",
        "replace",
        "rmdir",
        "sendfile",
        "setxattr",
        "splice",
        "startfile",
        "symlink",
        "sync",
        "system",
        "truncate",
        "unlink",
        "utime",
        "write",
        "writev",
    }
)
#: What does not change files in modules that otherwise do.
HARMLESS = {
    "shutil": frozenset({"disk_usage", "get_terminal_size", "which"}),
    "tempfile": frozenset({"gettempdir", "gettempprefix"}),
}
#: Modules whose mere use is a way around the gate.
ROUNDABOUT = frozenset({"ctypes", "mmap", "pty", "subprocess"})
#: Calls that take a mode: the position of it.
OPENERS = {
    "open": 1,
    "io.open": 1,
    "io.FileIO": 1,
    "codecs.open": 1,
    "gzip.open": 1,
    "gzip.GzipFile": 1,
    "bz2.open": 1,
    "lzma.open": 1,
    "tarfile.open": 1,
    "zipfile.ZipFile": 1,
}
#: Methods of paths. `replace` is told from that of strings by its single argument.
METHODS = frozenset(
    {
        "chmod",
        "hardlink_to",
        "lchmod",
        "link_to",
        "mkdir",
        "rename",
        "rmdir",
        "symlink_to",
        "touch",
        "unlink",
        "write_bytes",
        "write_text",
    }
)
#: Functions of other libraries that write files.
WRITERS = frozenset(
    {"numpy.save", "numpy.savetxt", "numpy.savez", "numpy.savez_compressed", "pickle.dump"}
)
WRITING_FLAGS = frozenset(
    {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_EXCL", "O_TMPFILE"}
)


def find_mutations(source: Source, *, hdf5: bool = False) -> list[tuple[int, str]]:
    """Return line and name of everything in a file that can change files.

    With `hdf5`, the use of h5py and its methods is allowed.
    """
    finder = _Finder(source.tree, hdf5=hdf5)
    finder.visit(source.tree)
    return sorted(finder.found)


class _Finder(ast.NodeVisitor):
    def __init__(self, tree: ast.Module, *, hdf5: bool) -> None:
        self.hdf5 = hdf5
        self.found: set[tuple[int, str]] = set()
        self.names: dict[str, str] = {}
        self.constants: dict[str, ast.expr] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for item in node.names:
                    self.names[item.asname or item.name.partition(".")[0]] = (
                        item.name if item.asname else item.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                for item in node.names:
                    self.names[item.asname or item.name] = f"{node.module}.{item.name}"
        for statement in tree.body:
            target, value = _assignment(statement)
            if target is not None and value is not None:
                self.constants[target] = value

    def report(self, node: ast.AST, what: str) -> None:
        self.found.add((node.lineno, what))  # type: ignore[attr-defined]

    def qualified(self, node: ast.expr) -> str | None:
        """Return the dotted name that an expression stands for, if it is an imported one."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            inner = self.qualified(node.value)
            return None if inner is None else f"{inner}.{node.attr}"
        return None

    def visit_Import(self, node: ast.Import) -> None:
        for item in node.names:
            self.check_module(node, item.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.check_module(node, node.module or "")

    def check_module(self, node: ast.AST, name: str) -> None:
        first = name.partition(".")[0]
        if first in ROUNDABOUT or (first == "h5py" and not self.hdf5):
            self.report(node, first)

    def visit_Name(self, node: ast.Name) -> None:
        self.check_reference(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.check_reference(node)
        self.generic_visit(node)

    def check_reference(self, node: ast.expr) -> None:
        """Report a mutating function wherever it is named, called or handed on."""
        name = self.qualified(node)
        if name is None:
            return
        module, _, function = name.rpartition(".")
        in_os = module == "os" and function in OS
        in_other = module in HARMLESS and function not in HARMLESS[module]
        if in_os or in_other or name in WRITERS:
            self.report(node, name)

    def visit_Call(self, node: ast.Call) -> None:
        name = self.qualified(node.func)
        if isinstance(node.func, ast.Name) and node.func.id == "open":
            name = "open"
        if name == "os.open":
            if self.may_write(_argument(node, 1, "flags")):
                self.report(node, name)
        elif name in OPENERS:
            if _mode_may_write(_argument(node, OPENERS[name], "mode")):
                self.report(node, name)
        elif name is None and isinstance(node.func, ast.Attribute):
            self.check_method(node, node.func)
        self.generic_visit(node)

    def check_method(self, node: ast.Call, method: ast.Attribute) -> None:
        if self.hdf5 and method.attr in {"unlink", "open"}:
            return  # of HDF5 objects: links inside a file, and stores
        if method.attr in METHODS:
            self.report(node, f".{method.attr}")
        elif method.attr == "replace" and len(node.args) == 1 and not node.keywords:
            self.report(node, ".replace")
        elif method.attr == "open" and _mode_may_write(_argument(node, 0, "mode")):
            self.report(node, ".open")

    def may_write(self, flags: ast.expr | None) -> bool:
        """Tell whether flags of os.open allow writing; what cannot be told counts as writing."""
        if isinstance(flags, ast.Name):
            flags = self.constants.get(flags.id)
        if flags is None:
            return True
        words = {part.attr for part in ast.walk(flags) if isinstance(part, ast.Attribute)}
        words |= {str(part.value) for part in ast.walk(flags) if isinstance(part, ast.Constant)}
        names = [part.id for part in ast.walk(flags) if isinstance(part, ast.Name)]
        unknown = any(name not in {"os", "getattr"} and not self._reads(name) for name in names)
        return unknown or bool(words & WRITING_FLAGS) or "O_RDONLY" not in words

    def _reads(self, name: str) -> bool:
        value = self.constants.get(name)
        if value is None:
            return False
        words = {part.attr for part in ast.walk(value) if isinstance(part, ast.Attribute)}
        return not words & WRITING_FLAGS


def _assignment(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id, statement.value
    return None, None


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if len(call.args) > position else None


def _mode_may_write(mode: ast.expr | None) -> bool:
    if mode is None:
        return False
    if not isinstance(mode, ast.Constant) or not isinstance(mode.value, str):
        return True
    return bool(set(mode.value) & set("wax+"))
