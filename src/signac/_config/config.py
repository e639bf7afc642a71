"""The configuration that a project shows: a dictionary nobody can change."""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = ["Config"]


class Config(dict[str, Any]):
    """Keys and values of the configuration files, sections as nested dictionaries.

    Values are strings, or lists of strings. It is a snapshot: change the file, not this.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     project.config["schema_version"]
    '2'
    """

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ValueError(
            "the configuration is immutable: edit the file .signac/config of the project "
            "(or ~/.signacrc) and open the project again"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    update = setdefault = pop = popitem = clear = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return Config, (dict(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> Config:
        return Config(self)
