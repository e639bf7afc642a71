"""A project to be damaged, written with the standard library and h5py alone."""

import gzip
import json
import os
import shutil
from dataclasses import dataclass
from typing import Any

import h5py

import rawcheck

#: Enough for an index on the disk.
MANY = 44
FEW = 16
VICTIM = 4
OTHER = 14
#: Have stores.
STORED = (0, VICTIM, 5)


def statepoint(number: int) -> dict[str, Any]:
    """Return the state point of one job; those of VICTIM and OTHER differ in two bytes."""
    return {"a": number % 4, "n": {"c": number // 4}, "model": "water", "t": [1.5, None]}


def document(number: int) -> dict[str, Any] | None:
    """Return the document of one job; each fifth has none."""
    return None if number % 5 == 3 else {"x": number, "m": {"k": number % 2}}


#: Of jobs that never were.
STATE_POINTS: dict[str, Any] = {"G": {"ghost": "of nobody", "many": [3, 4, 5]}}
IDS = {
    "V": rawcheck.id_of(statepoint(VICTIM)),
    "O": rawcheck.id_of(statepoint(OTHER)),
    "G": rawcheck.id_of(STATE_POINTS["G"]),
    "Z": "0" * 32,
}


@dataclass(frozen=True)
class Scene:
    """A project at `root`/p, a home directory and a place beside it."""

    root: str

    @property
    def path(self) -> str:
        return os.path.join(self.root, "p")

    @property
    def workspace(self) -> str:
        return os.path.join(self.path, "workspace")

    @property
    def index(self) -> str:
        return os.path.join(self.path, ".signac", "index")

    @property
    def cache(self) -> str:
        return os.path.join(self.path, ".signac", "statepoint_cache.json.gz")

    @property
    def home(self) -> str:
        return os.path.join(self.root, "home")

    def job(self, job_id: str) -> str:
        return os.path.join(self.workspace, job_id)

    def expand(self, template: str) -> str:
        """Fill in the names of `damages.py`."""
        return template.format(
            P=self.path,
            S=os.path.join(self.path, ".signac"),
            W=self.workspace,
            J=self.job(IDS["V"]),
            H=self.home,
            X=os.path.join(self.root, "x"),
            UPPER=IDS["V"].upper(),
            SHORT=IDS["V"][:31],
            **IDS,
        )

    def copy(self, root: str) -> "Scene":
        """Copy everything to a new place."""
        shutil.copytree(self.root, root, symlinks=True)
        return Scene(root)

    def give(self, user: int) -> None:
        """Make a user the owner of everything."""
        for directory, _, names in os.walk(self.root):
            os.chown(directory, user, user)
            for name in names:
                os.lchown(os.path.join(directory, name), user, user)


def make(root: str, count: int = MANY, *, without: tuple[int, ...] = ()) -> Scene:
    """Make a project of `count` jobs, without some of them."""
    scene = Scene(root)
    for directory in (os.path.join(scene.path, ".signac"), scene.home, os.path.join(root, "x")):
        os.makedirs(directory)
    os.makedirs(os.path.join(scene.workspace, ".signac_scratch"))
    write(os.path.join(scene.path, ".signac", "config"), b"schema_version = 2\n")
    write_json(os.path.join(scene.path, rawcheck.PROJECT_DOCUMENT), {"title": "p"})
    write_store(os.path.join(scene.path, "signac_data.h5"), 0)
    for number in range(count):
        if number not in without:
            make_job(scene, number)
    return scene


def make_job(scene: Scene, number: int) -> str:
    """Make one job and return its directory."""
    sp, doc = statepoint(number), document(number)
    job_id = rawcheck.id_of(sp)
    directory = scene.job(job_id)
    os.makedirs(directory)
    write_json(os.path.join(directory, rawcheck.STATEPOINT), sp)
    if doc is not None:
        write_json(os.path.join(directory, rawcheck.DOCUMENT), doc)
    write(os.path.join(directory, "data.txt"), b"data of " + job_id.encode())
    if number in STORED:
        write_store(os.path.join(directory, "signac_data.h5"), number)
    if number == VICTIM:
        os.makedirs(os.path.join(directory, "sub"))
        write(os.path.join(directory, "sub", "deep.bin"), b"\x00deep " + job_id.encode())
    return directory


def write_cache(scene: Scene, entries: dict[str, Any]) -> None:
    """Write the cache file as the released program does."""
    write(scene.cache, gzip.compress(json.dumps(entries).encode(), mtime=0))


def right_cache(scene: Scene, count: int = MANY) -> None:
    """Write a cache file that has all jobs."""
    write_cache(scene, {rawcheck.id_of(statepoint(n)): statepoint(n) for n in range(count)})


def write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def write_json(path: str, value: Any) -> None:
    write(path, json.dumps(value).encode())


def write_store(path: str, number: int) -> None:
    with h5py.File(path, "w") as file:
        file["x"] = [float(number), 2.0]
        file["g/y"] = list(range(300))
