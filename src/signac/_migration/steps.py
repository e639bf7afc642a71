"""Decide what brings a project to the current layout, without changing anything.

The steps from layout 1 to 2, and what is true if the process dies after each::

    1  write the note                                   old: signac.rc is there
    2  keep the name of the project in its document     old
    3  give the workspace its fixed name                old; the note says that it was moved
    4  move history and cache into .signac              old
    5  write .signac/config                             new
    6  remove signac.rc, then the note                  new

So a project is always seen as one of the two, and a migration that is run again does what is left.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile, layout
from signac._engine.older import HIDDEN_CONFIG, OLD_CONFIG
from signac._migration.detect import config_of, look, note_of
from signac.errors import Error, MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from signac._migration.detect import Found

__all__ = [
    "PROJECT_NAME",
    "Action",
    "MigrationPlan",
    "Step",
    "plan_steps",
    "read_document",
    "summarize",
    "workspace_name",
]

#: Where the document keeps the name that projects had.
PROJECT_NAME: Final = "signac_project_name"
_MOVES: Final = (
    ("history", ".signac_shell_history", os.path.join(layout.SIGNAC_DIRECTORY, "shell_history")),
    ("cache", ".signac_sp_cache.json.gz", layout.STATEPOINT_CACHE),
)


@dataclass(frozen=True, slots=True)
class Action:
    """One change of files.

    Attributes
    ----------
    kind : str
        The sort of change: ``workspace-move``, for example.
    message : str
        What is done, in words.
    source : str
        The path that it begins with.
    target : str
        The path that it ends with.
    """

    kind: str
    message: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Step:
    """What brings a project from one layout to the next.

    Attributes
    ----------
    before, after : int
        The layout versions.
    actions : tuple of Action
        What is done, in this order.
    """

    before: int
    after: int
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What would bring a project to the current layout.

    Attributes
    ----------
    root : str
        The project directory.
    version : int
        The layout that it has.
    steps : tuple of Step
        What is to be done.
    problems : tuple of str
        What is in the way; as long as there is any, nothing is changed.

    Examples
    --------
    >>> import os, tempfile
    >>> from signac.migration import plan_migrations
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     with open(os.path.join(directory, "signac.rc"), "w") as file:
    ...         _ = file.write("project = melt")
    ...     plan = plan_migrations(directory)
    ...     print([(step.before, step.after) for step in plan.steps])
    [(0, 1), (1, 2)]
    """

    root: str
    version: int
    steps: tuple[Step, ...]
    problems: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.steps or self.problems)

    def __str__(self) -> str:
        if not self:
            return f"{self.root} has the current layout, {self.version}"
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _lines(self) -> Iterator[str]:
        for step in self.steps:
            yield f"layout {step.before} to {step.after}"
            yield from (f"  {action.message}" for action in step.actions)
        if self.problems:
            yield "in the way:"
            yield from (f"  {problem}" for problem in self.problems)

    def apply(self, *, report: Callable[[str], object] | None = None) -> None:
        """Do what is to be done now; see `signac.migration.apply_migrations`."""
        from signac._migration.run import migrate

        migrate(self.root, report)


def plan_steps(root: str) -> MigrationPlan:
    """Return what would bring a project to the current layout.

    Raises
    ------
    MigrationError, ValueError
        When there is no project, or none that this library knows.
    """
    found = look(root)
    problems: list[str] = []
    steps: list[Step] = []
    if found.version < 1:
        message = f"write schema_version = 1 into {found.config}"
        steps.append(Step(0, 1, (Action("version", message, found.config, found.config),)))
    if found.config != config_of(root) or found.version < 2:
        steps.append(Step(1, 2, tuple(_to_two(found, problems))))
    elif os.path.lexists(note_of(root)):
        steps.append(Step(1, 2, tuple(_cleaning(found))))
    return MigrationPlan(root, found.version, tuple(steps), tuple(problems))


def _to_two(found: Found, problems: list[str]) -> Iterator[Action]:
    root = found.root
    directory = os.path.join(root, layout.SIGNAC_DIRECTORY)
    if os.path.lexists(directory) and not os.path.isdir(directory):
        problems.append(f"{directory} is not a directory; move it away")
    if found.note is None:
        message = f"write a note of what is done into {note_of(root)}"
        yield Action("note", message, found.config, note_of(root))
    yield from _name(found, problems)
    yield from _workspace(found, problems)
    for kind, old, new in _MOVES:
        source, target = os.path.join(root, old), os.path.join(root, new)
        if os.path.isfile(source) and not os.path.lexists(target):
            yield Action(kind, f"rename {source} to {target}", source, target)
    config = config_of(root)
    yield Action("config", f"write {config}, with schema_version = 2", found.config, config)
    if found.config != config:
        yield Action("remove", f"remove {found.config}", found.config, found.config)
    yield _forget(root)


def _cleaning(found: Found) -> Iterator[Action]:
    name = found.note.config if found.note is not None else ""
    old = os.path.join(found.root, name)
    if name in (OLD_CONFIG, HIDDEN_CONFIG) and os.path.isfile(old):
        yield Action("remove", f"remove {old}", old, old)
    yield _forget(found.root)


def _forget(root: str) -> Action:
    return Action("forget", f"remove the note {note_of(root)}", note_of(root), note_of(root))


def _name(found: Found, problems: list[str]) -> Iterator[Action]:
    name = found.keys.get("project")
    if name is None or name == "None":
        return
    path = os.path.join(found.root, layout.PROJECT_DOCUMENT)
    if not isinstance(name, str):
        problems.append(
            f"{found.config}: the key project is not one name but {str(name)[:60]}; put quotes "
            "around a name with commas"
        )
        return
    try:
        document = read_document(path)
    except (OSError, ValueError, MigrationError) as error:
        problems.append(f"the document of the project: {getattr(error, 'msg', error)}")
        return
    if document.get(PROJECT_NAME) != name:
        yield Action("name", f"write {PROJECT_NAME} = {name!r} into {path}", name, path)


def read_document(path: str) -> dict[str, Any]:
    """Return the contents of the document of a project, empty if there is none."""
    try:
        data = jsonfile.read_bytes(path)
    except FileNotFoundError:
        return {}
    document = jsonfile.decode(data, path) if data else {}
    if not isinstance(document, dict):
        raise MigrationError(
            f"{path} does not hold a JSON object; mend it, or move it away", os.path.dirname(path)
        )
    return document


def _workspace(found: Found, problems: list[str]) -> Iterator[Action]:
    """Yield what gives the workspace its fixed name."""
    target = os.path.join(found.root, layout.WORKSPACE)
    source, problem = _configured(found)
    if problem:
        problems.append(problem)
    elif not _is_same(source, target) and not _was_moved(found, target):
        problem = _obstacle(found, source, target)
        if problem:
            problems.append(problem)
        elif _must_stay(found.root, source):
            message = f"make {target} a link to {os.path.realpath(source)}, where the jobs stay"
            yield Action("workspace-link", message, source, target)
        else:
            yield Action("workspace-move", f"rename {source} to {target}", source, target)


def _configured(found: Found) -> tuple[str, str]:
    """Return the path of the workspace that the configuration says, and what is wrong with it."""
    name = workspace_name(found.root, found.keys)
    if name is None:
        value = str(found.keys["workspace_dir"])[:60]
        return "", f"{found.config}: workspace_dir must be one path, not {value!r}"
    return os.path.abspath(os.path.join(found.root, name)), ""


def workspace_name(root: str, keys: Mapping[str, Any]) -> str | None:
    """Return the path of a workspace as a configuration says it, None if it is no path."""
    name = keys.get("workspace_dir", layout.WORKSPACE)
    if not isinstance(name, str) or not name:
        return None
    if "$" in name and not os.path.lexists(os.path.join(root, name)):
        # peer: the releases that made the project replaced variables, its migration does not.
        return os.path.expandvars(name)
    return name


def _is_same(source: str, target: str) -> bool:
    if source == target:
        return True
    try:
        return os.path.samefile(source, target)
    except OSError:
        return False


def _was_moved(found: Found, target: str) -> bool:
    """Tell whether an interrupted migration has moved the workspace.

    An older release that opened the project since then has made an empty one.
    """
    if found.note is None or not os.path.isdir(target):
        return False
    before = os.path.join(found.root, found.note.workspace)
    return not os.path.lexists(before) or _is_empty(before)


def _is_empty(path: str) -> bool:
    try:
        return not os.listdir(path)
    except OSError:
        return False


def _obstacle(found: Found, source: str, target: str) -> str:
    """Return why a workspace cannot take its fixed name."""
    where = f"workspace_dir in {found.config} is {source}"
    if not os.path.lexists(source):
        return (
            f"{where}, which does not exist. If it is on a disk that is not mounted, mount it; if "
            "there are no jobs, remove the line"
        )
    if not os.path.isdir(source):
        return f"{where}, which is not a directory (or a link that leads nowhere)"
    if os.path.realpath(target).startswith(os.path.join(os.path.realpath(source), "")):
        return (
            f"{where}, which holds the project itself; make the directory {target}, move the "
            "directories of the jobs into it, and remove the line"
        )
    if os.path.lexists(target):
        advice = "remove it, it is empty" if _is_empty(target) else "move one of the two elsewhere"
        return f"{where}, and {target} exists already; {advice}"
    return ""


def _must_stay(root: str, source: str) -> bool:
    """Tell whether a workspace is a link, a mount point, or on another file system."""
    if os.path.islink(source) or os.path.ismount(source):
        return True
    return os.stat(source).st_dev != os.stat(root).st_dev


def summarize(problems: tuple[str, ...], root: str) -> Error:
    """Return the error that names everything that is in the way."""
    listed = "".join(f"\n  {problem}" for problem in problems)
    return MigrationError(f"{root} was not migrated, and nothing was changed:{listed}", root)
