"""Run the released peer: commands as JSON lines from stdin, one line on stdout answers each.

A command is `{"command": name, ...arguments}`; the answer is `{"ok": value}` or
`{"error": [class names, nearest first], "message": text}`. This file runs in the environment of the
peer and uses the standard library, numpy and the peer's public interface only.
"""

import base64
import os
import sys
from typing import Any

import numpy
import shown
from wire import decode, encode

import signac
from signac.job import calc_id

COMMANDS = {}


def command(function: Any) -> Any:
    COMMANDS[function.__name__] = function
    return function


class Session:
    """The project objects and job handles that the peer holds between commands."""

    def __init__(self) -> None:
        self.projects: dict[str, Any] = {}
        self.handles: dict[str, Any] = {}

    def project(self, path: str) -> Any:
        if path not in self.projects:
            self.projects[path] = signac.Project(path)
        return self.projects[path]

    def owner(self, path: str, job: str | None = None, handle: str | None = None) -> Any:
        """Return what the command is about: a held handle, a job by id, or the project itself."""
        if handle is not None:
            return self.handles[handle]
        project = self.project(path)
        return project if job is None else project.open_job(id=job)


@command
def version(_: Session) -> str:
    return signac.__version__


@command
def ids(_: Session, statepoints: list[Any]) -> list[str]:
    return [calc_id(statepoint) for statepoint in statepoints]


@command
def init_project(session: Session, path: str) -> None:
    session.projects[path] = signac.init_project(path)


@command
def open_project(session: Session, path: str) -> None:
    session.projects[path] = signac.Project(path)


@command
def forget(session: Session) -> None:
    session.projects.clear()
    session.handles.clear()


@command
def init(session: Session, path: str, statepoint: dict[str, Any]) -> str:
    return session.project(path).open_job(statepoint).init().id


@command
def hold(session: Session, path: str, job: str, name: str) -> None:
    session.handles[name] = session.project(path).open_job(id=job)


@command
def jobs(session: Session, path: str) -> list[str]:
    project = session.project(path)
    found = sorted(job.id for job in project)
    if len(found) != len(project):
        raise AssertionError(f"iteration gives {len(found)} jobs, len says {len(project)}")
    return found


@command
def contains(session: Session, path: str, statepoint: dict[str, Any]) -> bool:
    project = session.project(path)
    return project.open_job(statepoint) in project


@command
def find(session: Session, path: str, query: dict[str, Any] | None) -> list[str]:
    return sorted(job.id for job in session.project(path).find_jobs(query))


@command
def check(session: Session, path: str) -> None:
    session.project(path).check()


@command
def update_cache(session: Session, path: str) -> None:
    session.project(path).update_cache()


@command
def schema(session: Session, path: str, texts: list[Any], **options: Any) -> Any:
    """Return keys with types in order, values, and texts for some arguments of `format`."""
    found = session.project(path).detect_schema(**options)
    order = [[key, [kind.__name__ for kind in kinds]] for key, kinds in found.items()]
    return [order, shown.schema(found), [_text(found, choice) for choice in texts]]


@command
def frame(session: Session, path: str, **options: Any) -> Any:
    table = session.project(path).to_dataframe(**options)
    return [shown.frame(table), list(table.columns), list(table.index)]


@command
def neighbors(session: Session, path: str, ignore: Any) -> Any:
    return shown.neighbors(session.project(path).get_neighbors(ignore=ignore))


@command
def groups(session: Session, path: str, key: Any, default: Any, query: Any) -> Any:
    return shown.groups(session.project(path).find_jobs(query).groupby(key, default))


@command
def diff(session: Session, path: str, statepoints: list[Any]) -> Any:
    project = session.project(path)
    found = signac.diff_jobs(*map(project.open_job, statepoints))
    return {name: shown.cell(part) for name, part in found.items()}


@command
def job_id(session: Session, **where: Any) -> str:
    return session.owner(**where).id


@command
def statepoint(session: Session, **where: Any) -> dict[str, Any]:
    return session.owner(**where).statepoint()


@command
def change(
    session: Session, what: str, keys: list[Any], method: str, arguments: list[Any], **where: Any
) -> str | None:
    """Apply a method to the container at `keys` in the state point ("sp") or document ("doc")."""
    owner = session.owner(**where)
    container = getattr(owner, what)
    for key in keys:
        container = container[key]
    getattr(container, method)(*arguments)
    return getattr(owner, "id", None)


@command
def assign(session: Session, what: str, content: dict[str, Any], **where: Any) -> str | None:
    owner = session.owner(**where)
    setattr(owner, what, content)
    return getattr(owner, "id", None)


@command
def update_statepoint(
    session: Session, update: dict[str, Any], overwrite: bool, **where: Any
) -> str:
    job = session.owner(**where)
    job.update_statepoint(update, overwrite=overwrite)
    return job.id


@command
def document(session: Session, **where: Any) -> dict[str, Any]:
    return session.owner(**where).doc()


@command
def act(session: Session, method: str, **where: Any) -> None:
    """Call `clear`, `reset`, `remove` or `init` of a job."""
    getattr(session.owner(**where), method)()


@command
def move(session: Session, destination: str, **where: Any) -> None:
    session.owner(**where).move(session.project(destination))


@command
def write_file(session: Session, name: str, content: str, **where: Any) -> None:
    with open(session.owner(**where).fn(name), "wb") as file:
        file.write(base64.b64decode(content))


@command
def read_file(session: Session, name: str, **where: Any) -> str:
    with open(session.owner(**where).fn(name), "rb") as file:
        return base64.b64encode(file.read()).decode()


@command
def store_set(session: Session, store: str, key: str, value: Any, **where: Any) -> None:
    session.owner(**where).stores[store][key] = value


@command
def store_get(session: Session, store: str, key: str, **where: Any) -> Any:
    with session.owner(**where).stores[store].open(mode="r") as opened:
        return _plain(opened[key])


@command
def store_keys(session: Session, store: str, **where: Any) -> list[str]:
    with session.owner(**where).stores[store].open(mode="r") as opened:
        return sorted(opened)


def _text(found: Any, choice: dict[str, Any]) -> str | None:
    try:
        return found.format(**choice)
    except TypeError:  # keys below a key without values
        return None


def _plain(value: Any) -> Any:
    if hasattr(value, "dtype") and hasattr(
        value, "file"
    ):  # a dataset, alive while the file is open
        return value[()]
    if hasattr(value, "keys"):
        return {key: _plain(value[key]) for key in value}
    return value


def _answer(session: Session, line: str) -> dict[str, Any]:
    try:
        arguments = decode(line)
        return {"ok": COMMANDS[arguments.pop("command")](session, **arguments)}
    except Exception as error:
        names = [cls.__name__ for cls in type(error).__mro__]
        return {"error": names, "message": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Answer until stdin ends. Whatever the peer prints goes to stderr, the answers to stdout."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    numpy.seterr(all="ignore")
    session = Session()
    for line in sys.stdin:
        answers.write(encode(_answer(session, line)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
