"""Keys as attributes."""

from __future__ import annotations

from typing import Any

__all__ = ["AttributeAccess"]


class AttributeAccess:
    """Give the keys of a mapping as attributes.

    Methods win when an attribute is read; assignment always stores a key. Names that begin with
    two underscores are never keys.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        try:
            return self[name]  # type: ignore[index]
        except KeyError as error:
            if type(error) is not KeyError:  # the job is gone, which is another matter
                raise
            raise AttributeError(error) from None
        except Exception as error:
            # A notebook asks each object for these; it then shows the error, see `shown`.
            if name.startswith(("_ipython_", "_repr_")):
                raise AttributeError(name) from error
            raise

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or name == "filename":
            object.__setattr__(self, name, value)
        else:
            self[name] = value

    def __delattr__(self, name: str) -> None:
        if name.startswith("__"):
            object.__delattr__(self, name)
        else:
            del self[name]

    def __dir__(self) -> list[str]:
        """Return the names that can be completed at a prompt: methods, and keys that are words."""
        names = list(object.__dir__(self))
        try:
            names += [key for key in self if key.isidentifier()]  # type: ignore[attr-defined]
        except Exception:  # noqa: BLE001  # what cannot be read has no keys to offer
            return names
        return names

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)
