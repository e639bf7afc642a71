"""How docstrings become pages: numpydoc sections, and references by short names.

`Job` in a docstring or an annotation means `signac.job.Job`, if no other public name ends like
that. Python's own names and plain words stay as they are; a name of this library that cannot be
found is reported, so that the build fails.
"""

import builtins
import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.ext.napoleon import NumpyDocstring

#: Names below the package, type variables aside, and errors: these must resolve.
OURS = re.compile(r"signac(?:\.(?!_)(?!\w$)\w+)+|[A-Z]\w*Error")
#: What the type variables of annotations stand for.
TYPE_VARIABLES = {"C": "JobsCursor", "P": "Project"}
#: Errors of Python beyond its builtins.
FOREIGN = {"JSONDecodeError"}


def read_sections(
    app: Any, what: str, name: str, value: Any, options: Any, lines: list[str]
) -> None:
    """Turn the sections of a docstring into field lists.

    Napoleon takes what stands before a colon in the text of a property for its type. Here a
    property is read as a method is, which also lets it have sections.
    """
    kind = "method" if what in {"property", "attribute", "data"} else what
    lines[:] = NumpyDocstring(list(lines), app.config, app, kind, name, value, options).lines()


def name_what_comes_back(
    app: Any, what: str, name: str, value: Any, options: Any, signature: str, returned: str
) -> tuple[str, str]:
    """Say which class a method returns where the annotation is a type variable.

    A class that nobody makes by hand is shown without the arguments that would make it.
    """
    if what == "class" and name.startswith("signac._") and signature:
        return "", ""
    return signature, TYPE_VARIABLES.get(returned, returned)


def keep_fields_plain(app: Any, doctree: nodes.document) -> None:
    """Let names of fields and plain words of types be text: `jobs` there is no reference.

    Attributes are called so, as numpydoc does.
    """
    for label in doctree.findall(nodes.field_name):
        if label.astext() == "Variables":
            label.clear()
            label += nodes.Text("Attributes")
    for node in list(doctree.findall(pending_xref)):
        if node["refdomain"] == "py" and node["reftarget"].islower() and "refspecific" in node:
            node.replace_self(node.children)


def is_ours(name: str) -> bool:
    """Tell whether a name must be one of this library."""
    if OURS.fullmatch(name) is None:
        return False
    return not hasattr(builtins, name) and name not in FOREIGN


def resolve_short_name(app: Any, env: Any, node: Any, content: nodes.Node) -> nodes.Node | None:
    """Link the one public name that ends in what is written; let foreign words be words."""
    if node.get("refdomain") != "py":
        return None
    name = node["reftarget"].removesuffix("()").removeprefix(".")
    domain = env.get_domain("py")
    found = {
        full
        for full, entry in domain.objects.items()
        if (full == name or full.endswith(f".{name}")) and not entry.aliased
    }
    if found:
        full = min(found, key=len)  # of `Project.path` and `Job.path`, neither is meant
        if len(found) == 1 or "." not in full.removeprefix("signac."):
            kind = "mod" if domain.objects[full].objtype == "module" else "obj"
            builder = app.builder
            return domain.resolve_xref(env, node["refdoc"], builder, kind, full, node, content)
    return None if is_ours(name) and not found else content


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", read_sections)
    app.connect("autodoc-process-signature", name_what_comes_back)
    app.connect("doctree-read", keep_fields_plain)
    app.connect("missing-reference", resolve_short_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
