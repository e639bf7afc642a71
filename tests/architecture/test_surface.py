"""What is declared public is public, documented, and shown in the manual."""

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import Any

import pytest

import signac
from architecture.sources import PACKAGE, ROOT

#: A string, and a module with examples of its own.
NOT_CALLABLE = {"__version__", "errors", "sync"}
PUBLIC_MODULES = sorted(
    path.stem if path.suffix == ".py" else path.name
    for path in PACKAGE.iterdir()
    if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").is_file())
)
#: Pages a person reads; the generated reference lists every name anyway.
GENERATED = {"api.md"}


def _public_objects() -> Iterator[tuple[str, Any]]:
    """Yield every public name of every public module, with what it stands for."""
    for name in PUBLIC_MODULES:
        module = import_module(f"signac.{name}")
        for entry in module.__all__:
            yield f"signac.{name}.{entry}", getattr(module, entry)
    for entry in signac.__all__:
        yield f"signac.{entry}", getattr(signac, entry)


def _public_classes() -> dict[type, str]:
    found: dict[type, str] = {}
    for name, value in _public_objects():
        if inspect.isclass(value) and value.__module__.partition(".")[0] == "signac":
            for base in value.__mro__:
                if base.__module__.partition(".")[0] == "signac":
                    found.setdefault(base, f"{name} ({base.__name__})")
    return found


def _members(cls: type) -> Iterator[tuple[str, Any]]:
    for name, value in vars(cls).items():
        if name.startswith("_"):
            continue
        if isinstance(value, staticmethod | classmethod):
            yield name, value.__func__
        elif inspect.isroutine(value) or isinstance(value, property | cached_property):
            yield name, value


@pytest.mark.parametrize("name", sorted(signac.__all__))
def test_every_declared_name_is_there(name):
    """Each name of `signac.__all__` resolves, and `dir(signac)` shows it."""
    assert getattr(signac, name) is not None
    assert name in dir(signac)


def test_the_declared_names_are_in_order():
    """`signac.__all__` is sorted and names nothing twice."""
    assert signac.__all__ == sorted(set(signac.__all__))


@pytest.mark.parametrize("name", PUBLIC_MODULES)
def test_a_public_module_declares_what_it_defines(name):
    """A public module has a docstring and an `__all__` with exactly its own public names."""
    module = import_module(f"signac.{name}")
    assert (module.__doc__ or "").strip()
    for entry in module.__all__:
        assert hasattr(module, entry), entry
    defined = {
        entry
        for entry, value in vars(module).items()
        if not entry.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    }
    assert defined <= set(module.__all__)


@pytest.mark.parametrize("name", sorted(_public_classes().values()))
def test_every_public_member_has_a_docstring(name):
    """Every public method and property of a public class, inherited ones too, says what it does."""
    (cls,) = [entry for entry, label in _public_classes().items() if label == name]
    assert (cls.__doc__ or "").strip(), cls
    silent = [member for member, value in _members(cls) if not (value.__doc__ or "").strip()]
    assert not silent, f"{cls.__module__}.{cls.__name__}: {silent}"


def test_every_public_name_has_a_docstring():
    """Every function and class of a public module says what it does."""
    silent = [
        name
        for name, value in _public_objects()
        if (inspect.isclass(value) or inspect.isfunction(value)) and not (value.__doc__ or "")
    ]
    assert not silent


@pytest.mark.parametrize("name", sorted(set(signac.__all__) - NOT_CALLABLE))
def test_every_declared_name_has_examples(name):
    """Each name of `signac.__all__` has an Examples section; test_docstrings runs it."""
    text = getattr(signac, name).__doc__ or ""
    assert re.search(r"Examples\n\s*-{8}\n\s*>>> ", text), name


def test_the_errors_have_an_example():
    """The module of errors shows how one is caught."""
    assert ">>> " in signac.errors.Error.__doc__


@pytest.mark.parametrize("name", sorted(signac.__all__))
def test_every_declared_name_is_in_the_manual(name):
    """A page written by hand names it, in code."""
    pages = [path for path in (ROOT / "docs").rglob("*.md") if path.name not in GENERATED]
    assert pages
    word = re.compile(rf"(?<![\w.])(?:signac\.)?{re.escape(name)}(?!\w)")
    code = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
    for path in pages:
        if any(word.search(span) for span in code.findall(path.read_text(encoding="utf-8"))):
            return
    raise AssertionError(f"no page in docs/ names {name}")


def test_there_are_no_stubs():
    """A name that is not there yet raises AttributeError; nothing pretends to be there."""
    for name in ("jobs", "Job"):
        assert name not in signac.__all__
        with pytest.raises(AttributeError):
            getattr(signac, name)
