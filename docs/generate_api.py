"""Write docs/api.md: every public name with its signature and one line, taken from the source.

python docs/generate_api.py            writes the page
python docs/generate_api.py --check    fails if the page is not what it would write
"""

import inspect
import sys
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence
from importlib import import_module
from pathlib import Path
from typing import Any

import signac
from signac._synced.sequence import SyncedList

PAGE = Path(__file__).with_name("api.md")
#: The classes whose members are listed, in reading order.
CLASSES: dict[str, type] = {
    "signac.Project": signac.Project,
    "signac.job.Job": signac.job.Job,
    "signac.project.JobsCursor": signac.project.JobsCursor,
    "signac.schema.ProjectSchema": signac.schema.ProjectSchema,
    "signac.Sweep": signac.Sweep,
    "signac.JSONDict": signac.JSONDict,
    "Lists in documents": SyncedList,
    "signac.H5Store": signac.H5Store,
    "signac.h5store.H5Group": signac.h5store.H5Group,
    "signac.H5StoreManager": signac.H5StoreManager,
}
MODULES = (
    "job",
    "project",
    "cursor",
    "schema",
    "diff",
    "filterparse",
    "sweep",
    "h5store",
    "import_export",
    "sync",
    "linked_view",
    "migration",
    "errors",
    "typing",
    "version",
)
#: Those whose names are listed with their parameters.
DESCRIBED = ("sync", "import_export", "linked_view", "migration")
#: What special methods look like to the caller.
OPERATORS = {
    "__len__": "`len(x)`",
    "__iter__": "iteration",
    "__contains__": "`y in x`",
    "__getitem__": "`x[key]`",
    "__setitem__": "`x[key] = y`",
    "__delitem__": "`del x[key]`",
    "__call__": "`x()`",
    "__enter__": "`with x:`",
    "__truediv__": "`x / name`",
    "__fspath__": "`os.fspath(x)`",
    "__mul__": "`x * y`",
    "__add__": "`x + y`",
    "__iadd__": "`x += y`",
    "__lt__": "`x < y`",
    "__eq__": "`x == y`",
    "__array__": "`numpy.asarray(x)`",
}
HEAD = """\
# Public names

This page is made from the source by `docs/generate_api.py`. Each name has a longer text, most of
them with an example: `help(signac.Project.create_jobs)`. The site has them all:
[project](api/project.md), [job](api/job.md), [cursors and schema](api/cursor.md),
[documents](api/document.md), [stores](api/store.md), [sweeps](api/sweep.md),
[moving data](api/transfer.md), [checks, changes, migrations](api/upkeep.md),
[errors](api/errors.md), [types, configuration, version](api/modules.md).

Names that begin with an underscore, and modules below them, may change at any time.
"""


def first_line(value: Any) -> str:
    """Return the first sentence of a docstring as one line of a table."""
    text = inspect.getdoc(value) or ""
    paragraph = text.split("\n\n", 1)[0]
    return " ".join(paragraph.split()).replace("|", "\\|").replace("``", "`")


def signature(name: str, value: Any) -> str:
    """Return a call with parameter names and defaults, without types."""
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return name
    parameters = [
        entry.replace(annotation=inspect.Parameter.empty)
        for entry in found.parameters.values()
        if entry.name not in {"self", "cls"} or entry.default is not inspect.Parameter.empty
    ]
    plain = inspect.Signature(parameters)
    return f"{name}{plain}".replace(str(sys.maxsize), "...")


def members(cls: type) -> Iterator[tuple[str, str, str]]:
    """Yield sort key, signature and line of every public member, inherited ones too."""
    names = sorted(
        name
        for name in dir(cls)
        if not name.startswith("_") and _home(cls, name).startswith("signac")
    )
    for name in names:
        raw = inspect.getattr_static(cls, name)
        if isinstance(raw, property):
            settable = ", can be set" if raw.fset is not None else ""
            yield name, f"`{name}`{settable}", first_line(raw)
        elif isinstance(raw, type):
            yield name, f"`{name} = {raw.__name__}`", ""
        elif callable(getattr(cls, name)):
            value = getattr(cls, name)
            yield name, f"`{signature(name, value)}`", first_line(value)
        else:
            yield name, f"`{name} = {raw!r}`", ""


def _home(cls: type, name: str) -> str:
    return next((base.__module__ for base in cls.__mro__ if name in vars(base)), "")


def operators(cls: type) -> str:
    """Return what can be done with the objects besides calling methods."""
    shown = []
    for name, text in OPERATORS.items():
        if any(vars(base).get(name) is not None for base in cls.__mro__[:-1]):
            shown.append(text)
    return ", ".join(shown)


def abstract_base(cls: type) -> str:
    """Return the abstract class of Python whose methods it has, too."""
    for base in (MutableMapping, Mapping, MutableSequence):
        if issubclass(cls, base):
            return f"It also has the methods of `collections.abc.{base.__name__}`. "
    return ""


def class_section(title: str, cls: type) -> Iterator[str]:
    """Yield the lines about one class."""
    yield ""
    yield f"## {title}"
    yield ""
    yield first_line(cls)
    yield ""
    if title.startswith("signac."):
        yield f"    {signature(title, cls)}"
        yield ""
    yield f"{abstract_base(cls)}Operators: {operators(cls)}."
    listed = list(members(cls))
    if listed:
        yield ""
        yield "| member | |"
        yield "| --- | --- |"
        yield from (f"| {call} | {line} |" for _, call, line in listed)


def overview() -> Iterator[str]:
    """Yield the lines about the names of the package itself."""
    yield ""
    yield "## signac"
    yield ""
    yield "| name | |"
    yield "| --- | --- |"
    for name in signac.__all__:
        value = getattr(signac, name)
        if inspect.isfunction(value):
            yield f"| `signac.{signature(name, value)}` | {first_line(value)} |"
        elif inspect.isclass(value):
            yield f"| [`signac.{name}`](#signac{name.lower()}) | {first_line(value)} |"
        elif inspect.ismodule(value):
            yield f"| [`signac.{name}`](#signac{name}) | {first_line(value)} |"
        else:
            yield f"| `signac.{name}` | The version, `{type(value).__name__}`. |"


def errors() -> Iterator[str]:
    """Yield the lines about the errors."""
    module = signac.errors
    yield ""
    yield "## signac.errors"
    yield ""
    yield "[Errors](errors.md) has causes and next steps."
    yield ""
    yield "| class | of Python | `kind` | |"
    yield "| --- | --- | --- | --- |"
    for name in module.__all__:
        cls = getattr(module, name)
        kind = getattr(cls, "kind", "")
        shown = f"`{kind}`" if kind else ""
        yield f"| `{name}` | {builtin_bases(cls)} | {shown} | {first_line(cls)} |"


def builtin_bases(cls: type) -> str:
    """Return the most special exceptions of Python by which a class can be caught."""
    bases = [base for base in cls.__mro__ if base.__module__ == "builtins"]
    special = [
        base
        for base in bases
        if not any(other is not base and issubclass(other, base) for other in bases)
    ]
    return ", ".join(f"`{base.__name__}`" for base in special)


def module_sections() -> Iterator[str]:
    """Yield the lines about the modules with functions of their own."""
    for name in DESCRIBED:
        module = import_module(f"signac.{name}")
        yield ""
        yield f"## signac.{name}"
        yield ""
        yield first_line(module)
        yield ""
        yield "| name | |"
        yield "| --- | --- |"
        for entry in module.__all__:
            value = getattr(module, entry)
            is_function = inspect.isfunction(value)
            yield f"| `{signature(entry, value) if is_function else entry}` | {first_line(value)} |"


def import_paths() -> Iterator[str]:
    """Yield the lines about the modules and the names programs import from them."""
    yield ""
    yield "## Modules"
    yield ""
    yield "| module | names |"
    yield "| --- | --- |"
    for name in MODULES:
        module = import_module(f"signac.{name}")
        if name == "errors":
            yield f"| `signac.{name}` | [all errors](#signacerrors) |"
            continue
        listed = ", ".join(f"`{entry}`" for entry in module.__all__)
        yield f"| `signac.{name}` | {listed} |"


def generate() -> str:
    """Return the page."""
    lines = [HEAD.rstrip("\n"), *overview()]
    for title, cls in CLASSES.items():
        lines.extend(class_section(title, cls))
    lines.extend([*module_sections(), *errors(), *import_paths()])
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page, or compare it."""
    page = generate()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        sys.exit("docs/api.md is not up to date: run `python docs/generate_api.py`")


if __name__ == "__main__":
    main()
