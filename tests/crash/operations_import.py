"""The imports whose every mutation is disturbed."""

import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import signac
from crash import scenes
from crash.harness import Operation, Scene

SOURCES: list[dict[str, Any]] = [{"a": 1, "b": {"c": 1}}, {"a": 10}, {"a": 100}]


def _sources(root: str, *, files: bool = True) -> str:
    """Make directories that are to become jobs, with state point files or without."""
    path = scenes.project(os.path.join(root, "q"))
    origin = os.path.join(root, "origin")
    for number, statepoint in enumerate(SOURCES):
        job = scenes.job(path, statepoint, {"n": number}, files=number == 0)
        if not files:
            os.unlink(os.path.join(job, "signac_statepoint.json"))
        os.makedirs(os.path.join(job, "empty"))
        os.makedirs(os.path.join(origin, "x"), exist_ok=True)
        os.rename(job, os.path.join(origin, "x", str(statepoint["a"])))
    shutil.rmtree(path)
    return origin


def _prepare(root: str, pack: Callable[[str, str], None] | None, *, files: bool) -> None:
    path = scenes.project(os.path.join(root, "p"))
    scenes.job(path, scenes.FIRST, scenes.DOCUMENT)
    origin = _sources(root, files=files)
    if pack is not None:
        pack(origin, os.path.join(root, "archive"))
        shutil.rmtree(origin)


def _files(origin: str) -> list[str]:
    return sorted(
        os.path.join(directory, name)
        for directory, names, files in os.walk(origin)
        for name in (*names, *files)
    )


def _zip(origin: str, path: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _files(origin):
            archive.write(name, os.path.relpath(name, origin))


def _tar(origin: str, path: str, *, mixed: bool = False) -> None:
    names = _files(origin)
    if mixed:
        names.sort(key=lambda name: os.path.basename(name))
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.add(name, os.path.relpath(name, origin), recursive=False)


def _mixed(origin: str, path: str) -> None:
    os.symlink("data.txt", os.path.join(origin, "x", "1", "link"))
    _tar(origin, path, mixed=True)


def _import(
    name: str,
    pack: Callable[[str, str], None] | None = None,
    *,
    schema: str | None = None,
    **options: Any,
) -> Operation:
    def prepare(root: str) -> None:
        _prepare(root, pack, files=schema is None)

    def open_(root: str) -> Scene:
        project = signac.get_project(os.path.join(root, "p"), search=False)
        origin = os.path.join(root, "origin" if pack is None else "archive")
        return Scene(lambda: project.import_from(origin, schema=schema))

    return Operation(name, prepare, open_, each=True, slow=True, **options)


IMPORTS = [
    _import("import-directory"),
    _import("import-directory-schema", schema="x/{a:int}"),
    _import("import-zip", _zip),
    _import("import-zip-schema", _zip, schema="x/{a:int}"),
    _import("import-tar", _tar),
    _import("import-tar-mixed", _mixed),
]
