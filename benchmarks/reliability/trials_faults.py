"""Rows 22 to 25, 30 and 41: every file-modifying call of an operation is disturbed, or audited."""

import os
import shutil
from functools import partial
from typing import Any

import h5py
import operations
import raw
from forks import name_of, start
from operations import Operation
from tracer import Call, Fault, Tracer, fitting_modes

import signac

__all__ = ["audit", "documents", "init", "removals", "statepoints", "stores"]

_COUNTED = ("clean", "raises", "half", "unreported", "unreachable", "leftovers", "again", "repair")


def documents(scratch: str, size: str) -> dict[str, Any]:
    """Row 22: document operations."""
    return _disturb_all(scratch, size, operations.DOCUMENTS)


def init(scratch: str, size: str) -> dict[str, Any]:
    """Row 23: the creation of a job."""
    return _disturb_all(scratch, size, operations.INIT)


def statepoints(scratch: str, size: str) -> dict[str, Any]:
    """Row 24: state point changes, with and without the cache file."""
    return _disturb_all(scratch, size, operations.STATEPOINTS)


def removals(scratch: str, size: str) -> dict[str, Any]:
    """Row 25: removing, clearing and resetting a job."""
    return _disturb_all(scratch, size, operations.REMOVALS)


def stores(scratch: str, size: str) -> dict[str, Any]:
    """Row 30: HDF5, inside a file and whole files."""
    inside = _disturb_all(os.path.join(scratch, "inside"), size, operations.STORES)
    whole = _disturb_all(os.path.join(scratch, "whole"), size, operations.WHOLE_STORES)
    numbers = {f"{key}_inside": value for key, value in inside["numbers"].items()}
    numbers.update({f"{key}_whole": value for key, value in whole["numbers"].items()})
    figure = f"inside a file: {inside['figure']}; a whole file: {whole['figure']}"
    return {"figure": figure, "numbers": numbers}


def _disturb_all(scratch: str, size: str, some: list[Operation]) -> dict[str, Any]:
    numbers = dict.fromkeys(("trials", *_COUNTED), 0)
    for operation in some:
        ground = _Ground(os.path.join(scratch, operation.name), operation)
        for number, call in enumerate(ground.calls):
            for mode in fitting_modes(call):
                verdicts = ground.disturb(Fault(number, mode))
                numbers["trials"] += 1
                for verdict in verdicts:
                    numbers[verdict] += 1
    numbers["unclean"] = numbers["trials"] - numbers["clean"]
    return {"figure": _words(numbers), "numbers": numbers}


def _words(numbers: dict[str, int]) -> str:
    parts = [f"{numbers['clean']} of {numbers['trials']} clean"]
    for key, words in (
        ("raises", "leave a project that raises"),
        ("half", "leave a silent half state"),
        ("unreported", "report success and stored nothing"),
        ("unreachable", "make data unreachable"),
    ):
        if numbers[key]:
            parts.append(f"{numbers[key]} {words}")
    if numbers["unclean"]:
        parts.append(
            f"healed by doing it again {numbers['again']}, by repair() {numbers['repair']}"
        )
    parts.append(f"{numbers['leftovers']} leave files behind")
    return "; ".join(parts)


class _Ground:
    """The start of an operation, what it does undisturbed, and its trials."""

    def __init__(self, folder: str, operation: Operation) -> None:
        self.operation = operation
        self._folder = folder
        self._scene = os.path.join(folder, "scene")
        os.makedirs(folder)
        built = start(lambda: operations.build(self._scene, cached=operation.cached)).result()
        assert built == self._scene, built
        self.before = look(self._scene)
        path = self._copy("reference")
        tracer = Tracer(path)
        outcome = tracer.run(partial(operation.prepare, path))
        assert not outcome, f"{operation.name}: {outcome}"
        self.calls = tracer.calls
        self.after = look(path)
        assert self.calls, operation.name

    def _copy(self, name: str) -> str:
        path = os.path.join(self._folder, name, "p")
        shutil.copytree(self._scene, path)
        return path

    def disturb(self, fault: Fault) -> list[str]:
        """Run the operation with one fault and return what counts of what it left."""
        path = self._copy(f"{fault.mode}{fault.number}")
        outcome = Tracer(path, fault).run(partial(self.operation.prepare, path))
        assert not outcome.startswith("not prepared"), outcome
        verdict = self._judge(path, outcome)
        verdicts = [verdict]
        if _is_unreachable(path, self.before, self.after):
            verdicts.append("unreachable")
        if raw.leftovers(path):
            verdicts.append("leftovers")
        if verdict != "clean":
            verdicts += self._heal(path)
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)
        return verdicts

    def _judge(self, path: str, outcome: str) -> str:
        raised = start(partial(use, path)).result()
        state = look(path)
        if not outcome and state != self.after:
            return "unreported"
        if raised:
            return "raises"
        return "clean" if state in (self.before, self.after) else "half"

    def _heal(self, path: str) -> list[str]:
        """Try what a user can: the same call again; or `repair()`."""
        other = f"{path}-other"
        shutil.copytree(path, other, symlinks=True)
        start(lambda: self.operation.prepare(path)()).result()
        healed = []
        if not start(partial(use, path)).result() and look(path) == self.after:
            healed.append("again")
        start(lambda: signac.get_project(other).repair()).result()
        if not start(partial(use, other)).result() and look(other) in (self.before, self.after):
            healed.append("repair")
        return healed


def use(path: str) -> str:
    """Open the project and read everything; return the name of what is raised."""
    try:
        project = signac.get_project(path)
        list(project.find_jobs({"a": 0}))
        project.detect_schema()
        for job in project:
            job.sp()
            job.doc()
        project.doc()
        for job in project:
            if os.path.exists(job.fn("signac_data.h5")):
                with job.data:
                    list(job.data)
    except Exception as error:
        return name_of(error)
    return ""


def look(path: str) -> Any:
    """Return what the raw files of a project say: state points, documents, other files."""
    found: dict[str, Any] = {"": _json(os.path.join(path, raw.PROJECT_DOCUMENT))}
    for id_ in raw.job_ids(path):
        job = os.path.join(path, "workspace", id_)
        files = {}
        for directory, _, names in os.walk(job):
            for name in names:
                full = os.path.join(directory, name)
                if not raw.is_leftover(name):
                    files[os.path.relpath(full, job)] = _content(full)
        statepoint = files.pop(raw.STATEPOINT, None)
        found[id_] = (statepoint, files.pop(raw.DOCUMENT, None) or {}, files)
    return found


def _content(path: str) -> Any:
    if path.endswith(".json"):
        return _json(path)
    if path.endswith(".h5"):
        return start(partial(_hdf5, path)).result()
    with open(path, "rb") as file:
        return file.read()


def _json(path: str) -> Any:
    try:
        return raw.read_json(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return f"!{type(error).__name__}"


def _hdf5(path: str) -> Any:
    values: dict[str, Any] = {}

    def visit(name: str, item: Any) -> None:
        values[name] = item[()].tolist() if isinstance(item, h5py.Dataset) else {}

    with h5py.File(path, "r", locking=False) as file:
        file.visititems(visit)
    return values


def _is_unreachable(path: str, before: Any, after: Any) -> bool:
    """Tell whether files of the user that had to stay are in no job that can be opened."""
    if not all(_has_payload(state) for state in (before, after)):
        return False
    return not _has_payload(look(path))


def _has_payload(state: dict[str, Any]) -> bool:
    return any(
        id_
        and isinstance(part[0], dict)
        and raw.id_of(part[0]) == id_
        and part[2].get("data.txt") == operations.PAYLOAD.encode()
        for id_, part in state.items()
    )


def audit(scratch: str, size: str) -> dict[str, Any]:
    """Row 41: what is renamed, or left, before its content is on the disk."""
    some = [
        *operations.DOCUMENTS,
        *operations.INIT,
        *operations.STATEPOINTS,
        *operations.REMOVALS,
        *operations.STORES,
        *operations.WHOLE_STORES,
    ]
    numbers = dict.fromkeys(("operations", "syncs", "renames", "unsynced_renames", "unsynced"), 0)
    for operation in some:
        path = os.path.join(scratch, operation.name)
        start(partial(operations.build, path, cached=operation.cached)).result()
        auditor = Auditor(path)
        outcome = Tracer(path, observe=auditor.see).run(partial(operation.prepare, path))
        assert not outcome, f"{operation.name}: {outcome}"
        numbers["operations"] += 1
        for key, value in auditor.finish().items():
            numbers[key] += value
    figure = (
        f"{numbers['unsynced_renames']} of {numbers['renames']} renames before a sync, "
        f"{numbers['unsynced']} files left un-synced, {numbers['syncs']} syncs"
        f" in {numbers['operations']} operations"
    )
    return {"figure": figure, "numbers": numbers}


class Auditor:
    """Follow the files of an operation by their inodes."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._old = dict(_inodes(root))
        self._dirty: set[int] = set()
        self._synced: set[int] = set()
        self._counts = {"syncs": 0, "renames": 0, "unsynced_renames": 0}

    def see(self, call: Call) -> None:
        """Note one call, before it is done."""
        inode = _inode(call.path)
        if call.name in ("write", "writev", "truncate", "allocate"):
            self._dirty.add(inode)
            self._synced.discard(inode)
        elif call.name in ("sync", "syncfs"):
            self._counts["syncs"] += 1
            some = {inode} if call.name == "sync" else {*self._dirty, *dict(_inodes(self._root))}
            self._synced |= some
            self._dirty -= some
        elif call.name == "unlink":
            self._old.pop(inode, None)  # its number may be used again
            self._dirty.discard(inode)
        elif call.name == "rename":
            inside = dict(_inodes(call.path)) if os.path.isdir(call.path) else {inode: ""}
            self._counts["renames"] += 1
            self._counts["unsynced_renames"] += any(map(self._is_open, inside))

    def _is_open(self, inode: int) -> bool:
        return inode in self._dirty or (inode not in self._old and inode not in self._synced)

    def finish(self) -> dict[str, int]:
        """Return the counts, with the files that are there and not on the disk."""
        left = [path for inode, path in _inodes(self._root) if self._is_open(inode)]
        return {**self._counts, "unsynced": len(left)}


def _inodes(root: str) -> list[tuple[int, str]]:
    return [
        (_inode(path), path)
        for directory, _, names in os.walk(root)
        for path in (os.path.join(directory, name) for name in names)
    ]


def _inode(path: str) -> int:
    try:
        return os.lstat(path).st_ino
    except OSError:
        return -1
