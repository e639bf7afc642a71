"""Packages that only some features need: loaded when one is used, explained when one is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

__all__ = ["load"]

#: The extra of this distribution that brings a package; others come with every installation.
_EXTRAS: Final = {"pandas": "pandas", "tables": "pandas", "zstandard": "zstd"}
#: What a package is called where it is installed from.
_PROJECTS: Final = {"tables": "PyTables"}


def load(name: str, purpose: str) -> Any:
    """Import a package.

    Parameters
    ----------
    name : str
        What is imported.
    purpose : str
        What needs it, in the plural.

    Raises
    ------
    ModuleNotFoundError
        When it is not installed; the message has the command that does.
    ImportError
        When it is installed, but broken.
    """
    try:
        return import_module(name)
    except ImportError as error:
        title = _PROJECTS.get(name, name)
        if isinstance(error, ModuleNotFoundError) and error.name == name:
            extra = _EXTRAS.get(name)
            what = f"'signac[{extra}]'" if extra else name
            raise ModuleNotFoundError(
                f"{purpose} need {title}, which is not installed; run: pip install {what}",
                name=name,
            ) from None
        raise ImportError(
            f"{purpose} need {title}, which is installed but cannot be loaded ({error}); run: "
            f"pip install --force-reinstall {name}",
            name=name,
        ) from error
