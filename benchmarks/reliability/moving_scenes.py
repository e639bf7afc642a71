"""The calls that move data, the scenes they start from, and how what they left is judged."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import raw
from forks import name_of, start
from trials_faults import look, use

import signac

__all__ = ["CLONE", "IMPORTS", "INITS", "MOVES", "SYNC_BOTH", "SYNC_NEW", "SYNC_PRESENT"]
__all__ += ["Move", "State", "again", "compare", "error_of_use", "has_no_project"]
__all__ += ["keep_temporary_files", "picture"]

State = dict[str, Any]


@dataclass(frozen=True)
class Move:
    """One call: what it is called, its scene, how a scene gives the call, what has to be whole.

    The scene is a directory with the source, project ``s`` or what lies at ``o``, and with project
    ``p``, which is judged. `jobs` and `files` are the size of the scene.
    """

    name: str
    build: Callable[[str, int, int], object]
    prepare: Callable[[str], Callable[[], object]]
    #: What is old or new, never between: "all", each "job", or each "file".
    grain: str = "job"
    #: Project ``s`` is changed too.
    both: bool = False


def _statepoint(number: int) -> dict[str, Any]:
    """Return one of 9 state points; the first three have all values, and so the same schema."""
    return {"a": number % 3, "deep": {"er": [(number + number // 3) % 3, None]}}


def _fill(project: str, numbers: range, files: int, text: str = "theirs") -> None:
    """Make jobs with a document of their own and files, some in a directory."""
    for number in numbers:
        job = raw.make_job(project, _statepoint(number), {text: number, "nest": {text: [1]}})
        os.mkdir(os.path.join(job, "sub"))
        for part in range(files):
            name = os.path.join("sub" if part % 2 else "", f"{part}.txt")
            with open(os.path.join(job, name), "w", encoding="ascii") as file:
                file.write(f"{text} {number} {part} " * 20)


def _source(root: str, jobs: int, files: int) -> str:
    project = raw.make_project(os.path.join(root, "s"), {"title": "s"})
    _fill(project, range(jobs), files)
    return project


def _new(root: str, jobs: int, files: int) -> None:
    """Make jobs in project `s`, and project `p` empty."""
    _source(root, jobs, files)
    raw.make_project(os.path.join(root, "p"), {"mine": 1})


def _present(root: str, jobs: int, files: int) -> None:
    """Make the same jobs in `p`, with other files of the same names and other keys."""
    _source(root, jobs, files)
    project = raw.make_project(os.path.join(root, "p"), {"mine": 1})
    _fill(project, range(jobs), max(files - 1, 1), "mine")


def _both(root: str, jobs: int, files: int) -> None:
    """Make half of the jobs in `p`."""
    _source(root, jobs, files)
    project = raw.make_project(os.path.join(root, "p"), {"mine": 1})
    _fill(project, range(jobs // 2), max(files - 1, 1), "mine")


def _without_workspace(root: str, jobs: int, files: int) -> None:
    """Make project `p` without a workspace directory."""
    _new(root, jobs, files)
    os.rmdir(os.path.join(root, "p", "workspace"))


def _loose(root: str, jobs: int, files: int) -> str:
    """Put jobs at `o/a/<number>`, and another one into project `p`."""
    workspace = os.path.join(_source(root, jobs, files), "workspace")
    origin = os.path.join(root, "o")
    for number in range(jobs):
        id_ = raw.id_of(_statepoint(number))
        shutil.copytree(os.path.join(workspace, id_), os.path.join(origin, "a", str(number)))
    shutil.rmtree(os.path.join(root, "s"))
    _fill(raw.make_project(os.path.join(root, "p")), range(jobs, jobs + 1), files, "mine")
    return origin


def _archive(form: str, root: str, jobs: int, files: int) -> None:
    """Put the jobs into an archive that both programs read: zip without directories."""
    origin = _loose(root, jobs, files)
    if form == "zip":
        with zipfile.ZipFile(f"{origin}.zip", "w") as archive:
            for directory, _, names in sorted(os.walk(origin)):
                for path in (os.path.join(directory, name) for name in sorted(names)):
                    archive.write(path, os.path.relpath(path, origin))
    else:
        shutil.make_archive(origin, form, origin)
    shutil.rmtree(origin)


def _nothing(root: str, jobs: int, files: int) -> None:
    """Make nothing at `p`."""
    os.mkdir(os.path.join(root, "s"))


def _user_files(root: str, jobs: int, files: int) -> None:
    """Make directory `p` with a file of the user."""
    os.makedirs(os.path.join(root, "p"))
    with open(os.path.join(root, "p", "notes.txt"), "w", encoding="ascii") as file:
        file.write("notes")


def _open(root: str, name: str = "p") -> Any:
    return signac.get_project(os.path.join(root, name), search=False)


def _clone(root: str) -> Callable[[], object]:
    job = _open(root, "s").open_job(_statepoint(0))
    return partial(_open(root).clone, job)


def _move(root: str) -> Callable[[], object]:
    job = _open(root, "s").open_job(_statepoint(0))
    return partial(job.move, _open(root))


def _always(*_: object) -> bool:
    return True


def _sync(root: str) -> Callable[[], object]:
    return partial(_open(root).sync, _open(root, "s"), strategy=_always, recursive=True)


def _import(origin: str) -> Callable[[str], Callable[[], object]]:
    return lambda root: partial(_open(root).import_from, os.path.join(root, origin))


def _init(root: str) -> Callable[[], object]:
    return partial(signac.init_project, os.path.join(root, "p"))


CLONE = Move("clone", _new, _clone)
SYNC_NEW = Move("sync new jobs", _new, _sync)
SYNC_PRESENT = Move("sync jobs that are there", _present, _sync, grain="file")
SYNC_BOTH = Move("sync", _both, _sync, grain="file")
IMPORTS = [
    Move("import a directory", _loose, _import("o")),
    Move("import zip", partial(_archive, "zip"), _import("o.zip")),
    Move("import tar", partial(_archive, "gztar"), _import("o.tar.gz")),
]
INITS = [
    Move("a new directory", _nothing, _init, grain="all"),
    Move("a directory that is there", _user_files, _init, grain="all"),
]
MOVES = [
    Move("move", _new, _move, grain="all", both=True),
    Move("move without a workspace", _without_workspace, _move, grain="all", both=True),
]


def picture(root: str, *, both: bool = False) -> State:
    """Return what is in project ``p``, and in ``s`` too if it is changed, job by job."""
    state = _project(os.path.join(root, "p"))
    if both:
        theirs = _project(os.path.join(root, "s"))
        state.update({f"s/{id_}": part for id_, part in theirs.items()})
    return state


def _project(path: str) -> State:
    """Return what the raw files say; an empty or missing workspace is nothing."""
    if not os.path.isdir(path):
        return {}
    state: State = {"user": [name for name in os.listdir(path) if name.endswith(".txt")]}
    config = os.path.join(path, ".signac", "config")
    if os.path.exists(config):
        with open(config, encoding="utf-8") as file:
            state["config"] = file.read()
    if os.path.isdir(os.path.join(path, "workspace")):
        state.update(look(path))
    elif os.path.exists(os.path.join(path, raw.PROJECT_DOCUMENT)):
        state[""] = raw.read_json(os.path.join(path, raw.PROJECT_DOCUMENT))
    return {name: part for name, part in state.items() if part}


def compare(state: State, before: State, after: State, grain: str) -> str:
    """Tell whether a state is "before", "after", "between" with all parts whole, or "half"."""
    if state in (before, after):
        return "after" if state == after else "before"
    if grain == "all":
        return "half"
    for id_ in {*state, *before, *after}:
        part, old, new = state.get(id_), before.get(id_), after.get(id_)
        if part in (old, new):
            continue
        if grain == "job" or not _is_mixed(part, old, new):
            return "half"
    return "between"


def _is_mixed(part: Any, old: Any, new: Any) -> bool:
    """Tell whether each file and the document of a job is the old or the new one."""
    if not all(isinstance(one, tuple) for one in (part, old, new)):
        return False  # no job, or a file of the project
    statepoint, document, files = part
    return (
        statepoint == old[0] == new[0]
        and document in (old[1], new[1])
        and all(
            files.get(name) in (old[2].get(name), new[2].get(name))
            for name in {*files, *old[2], *new[2]}
        )
    )


def again(move: Move, root: str) -> str:
    """Make the same call in a new process, and return the name of what it raised."""

    def call() -> str:
        try:
            move.prepare(root)()
        except Exception as error:
            return name_of(error)
        return ""

    return str(start(call).result())


def error_of_use(root: str) -> str:
    """Read all of project ``p`` in a new process, and return the name of what was raised."""
    return str(start(partial(use, os.path.join(root, "p"))).result())


def has_no_project(root: str) -> bool:
    """Tell whether ``p`` is said to be no project, as before it is made."""

    def look_for() -> bool:
        try:
            _open(root)
        except LookupError:
            return True
        except Exception:
            return False
        return False

    return bool(start(look_for).result())


def keep_temporary_files(scratch: str) -> None:
    """Let what is extracted, by this process and its children, stay in the trial."""
    directory = os.path.join(scratch, "temporary")
    os.makedirs(directory, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = directory
