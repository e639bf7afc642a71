"""Bring projects that releases 0.x and 1.x have made to the current layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signac._engine.locate import absolute
from signac._migration.run import migrate
from signac._migration.steps import MigrationPlan, plan_steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from signac.typing import PathLike

__all__ = ["MigrationPlan", "apply_migrations", "plan_migrations"]


def apply_migrations(
    root_directory: PathLike, *, report: Callable[[str], object] | None = None
) -> None:
    """Bring a project to the current layout, for good: older releases do not open it any more.

    What can be in the way is looked for first, and reported together; then nothing is changed. A
    migration that was interrupted is completed by calling this again, and until then the project
    is refused as an old one. A project of the current layout is left as it is.

    Parameters
    ----------
    root_directory : str or os.PathLike
        The directory of the project itself; those above it are not searched.
    report : callable, optional
        Is called with each piece of text that tells how far it is; by default they go to standard
        error.

    Raises
    ------
    MigrationError
        When there is no project, it is too new, or something is in the way (a ``RuntimeError``).

    Examples
    --------
    >>> import os, tempfile, signac
    >>> from signac.migration import apply_migrations
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     with open(os.path.join(directory, "signac.rc"), "w") as file:
    ...         _ = file.write("project = melt")
    ...     apply_migrations(directory, report=lambda text: print(text, end=""))
    ...     print(signac.get_project(directory).doc)
    Applying migration for version 0 to 1... OK
    Applying migration for version 1 to 2... OK
    {'signac_project_name': 'melt'}
    """
    migrate(absolute(root_directory), report)


def plan_migrations(root_directory: PathLike) -> MigrationPlan:
    """Return what `apply_migrations` would do, and what is in its way; nothing is changed.

    Parameters
    ----------
    root_directory : str or os.PathLike
        The directory of the project itself.

    Returns
    -------
    MigrationPlan
        ``.steps``, ``.problems``; its ``apply()`` does it.

    Raises
    ------
    MigrationError
        When there is no project, or it is too new (a ``RuntimeError``).

    Examples
    --------
    >>> import signac
    >>> from signac.migration import plan_migrations
    >>> with signac.TemporaryProject() as project:
    ...     bool(plan_migrations(project.path))
    False
    """
    return plan_steps(absolute(root_directory))
