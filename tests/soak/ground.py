"""The two projects of a soak, the jobs in them by kind, and how a raw directory shows a state.

owned
    Changed by the processes of one slot only, one after the other, so their state is known.
shared
    Everybody writes into their documents, changes their state points and moves them; nobody
    removes them.
contested
    Everybody does everything with them.
still
    Nobody changes them.
"""

import io
import os
from dataclasses import dataclass
from typing import Any

import h5py

import rawcheck
import signac
from soak.journal import Board, State

STORE = "signac_data.h5"
OWNED, SHARED, CONTESTED, STILL = 6, 5, 8, (90, 25)


@dataclass(frozen=True)
class Ground:
    """Where a soak happens: two projects, and a place for journals outside of them."""

    root: str
    slots: int
    seed: int

    @property
    def paths(self) -> list[str]:
        return [os.path.join(self.root, "land", name) for name in "pq"]

    @property
    def land(self) -> str:
        return os.path.join(self.root, "land")

    @property
    def journals(self) -> str:
        return os.path.join(self.root, "journals")

    @property
    def aside(self) -> str:
        """A place for files of the user that are being written."""
        return os.path.join(self.root, "aside")

    def names(self, slot: int) -> list[str]:
        """Return the names of the jobs that a slot owns."""
        return [f"{slot}.{number}" for number in range(OWNED)]

    def board(self) -> Board:
        return Board([name for slot in range(self.slots) for name in self.names(slot)])


def owned_statepoint(name: str) -> dict[str, Any]:
    return {"soak": "owned", "name": name, "turn": 0, "deep": {"k": 0}}


def nowhere(name: str) -> State:
    """Return the state of an owned job that is not there."""
    return {"project": None, "sp": owned_statepoint(name), "doc": {}, "files": {}, "store": None}


def still_statepoint(number: int) -> dict[str, Any]:
    return {"soak": "still", "n": number, "g": number % 5}


def still_document(number: int) -> dict[str, Any]:
    return {"k": number % 5, "turn": number % 10, "nest": {"n": number % 3}}


def prepare(ground: Ground) -> None:
    """Make the projects with the jobs that nobody owns."""
    os.makedirs(ground.journals)
    os.makedirs(ground.aside)
    for place, path in enumerate(ground.paths):
        project = signac.init_project(path)
        jobs = project.create_jobs(map(still_statepoint, range(STILL[place])), progress=False)
        for number, job in enumerate(jobs):
            job.doc = still_document(number)
        shared = [{"soak": "shared", "shared": n, "turn": 0} for n in range(place, SHARED, 2)]
        project.create_jobs(shared, progress=False)


# What lies on the disk, read with the standard library (and h5py for the content of stores).


def store_number(data: bytes) -> Any:
    """Return the number that a store holds, checked against its array."""
    with h5py.File(io.BytesIO(data), "r") as file:
        number = int(file["n"][()])
        if not (file["deep/x"][:] == number).all():
            return f"n is {number}, x is {file['deep/x'][:4]}"
        return number


def lies(ground: Ground, state: State, others: list[State] = []) -> list[str]:  # noqa: B006
    """List where the disk shows something else than a state of an owned job.

    `others` are states that it had or may have: nothing may be where those would be.
    """
    found = []
    home = state["project"], rawcheck.id_of(state["sp"])
    places = {(place, rawcheck.id_of(one["sp"])) for one in [state, *others] for place in (0, 1)}
    for place, id_ in sorted(places):
        directory = os.path.join(ground.paths[place], "workspace", id_)
        if (place, id_) != home:
            if os.path.lexists(directory):
                found.append(f"{directory} is there")
            continue
        try:
            statepoint, document, files = rawcheck._job(directory)
        except (OSError, ValueError) as error:
            found.append(f"{directory}: {error}")
            continue
        found += differences(state, statepoint, document, files)
    return found


def differences(state: State, statepoint: Any, document: Any, files: dict[str, bytes]) -> list[str]:
    """List where a job on disk differs from a state."""
    there = dict(files)
    store = there.pop(STORE, None)
    number = None if store is None else store_number(store)
    texts = {name: data.decode("utf-8", errors="replace") for name, data in there.items()}
    return [
        f"{what} is {is_!r}, not {should!r}"
        for what, is_, should in (
            ("state point", statepoint, state["sp"]),
            ("document", document or {}, state["doc"]),
            ("files", texts, state["files"]),
            ("store", number, state["store"]),
        )
        if not rawcheck.same(is_, should)
    ]
