"""The cases that move data: synchronisation, export, import, linked views.

Each job has five files: state point, document, and three of one to four kilobytes, one of them in
a directory. One operation is one job; the call for all of them is timed at once.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable

from dataset import write_project
from trial import Stage, Trial

import signac

__all__ = ["WORK"]

#: Files of a job besides state point and document, with their sizes in bytes.
_FILES = {"output.txt": 1024, "log.txt": 4096, os.path.join("frames", "last.bin"): 2048}


def _write(path: str, jobs: int) -> None:
    """Write a project whose jobs have files."""
    ids = write_project(path, jobs, documents=True)
    for number, job_id in enumerate(ids):
        for name, size in _FILES.items():
            file = os.path.join(path, "workspace", job_id, name)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "wb") as stream:
                stream.write(number.to_bytes(8, "little") * (size // 8))


def _all_at_once(stage: Stage, operation: Callable[[], object]) -> Trial:
    return Trial(lambda numbers: operation(), stage.count, turns=1, writes=True)


def _places(stage: Stage) -> tuple[str, str]:
    """Write a project; return its path, and one that is free."""
    source = os.path.join(stage.folder, "source")
    _write(source, stage.count)
    return source, os.path.join(stage.folder, "target")


def _in_a_process(program: str) -> None:
    """Run a program with this side's library, so that this process begins without its caches."""
    subprocess.run([sys.executable, "-c", program], check=True)


def sync_new(stage: Stage) -> Trial:
    source, target = _places(stage)
    here, there = signac.get_project(source), signac.init_project(target)

    def operation() -> None:
        there.sync(here, recursive=True)
        assert len(there) == stage.count

    return _all_at_once(stage, operation)


def sync_again(stage: Stage) -> Trial:
    source, target = _places(stage)
    _in_a_process(
        f"import signac; here = signac.get_project({source!r}); "
        f"signac.init_project({target!r}).sync(here, recursive=True)"
    )
    here, there = signac.get_project(source), signac.get_project(target)
    return _all_at_once(stage, lambda: there.sync(here, recursive=True))


def view_new(stage: Stage) -> Trial:
    source, target = _places(stage)
    project = signac.get_project(source)

    def operation() -> None:
        assert len(project.create_linked_view(target)) == stage.count

    return _all_at_once(stage, operation)


def view_again(stage: Stage) -> Trial:
    source, target = _places(stage)
    _in_a_process(f"import signac; signac.get_project({source!r}).create_linked_view({target!r})")
    project = signac.get_project(source)

    def operation() -> None:
        assert len(project.create_linked_view(target)) == stage.count

    return _all_at_once(stage, operation)


def _export(stage: Stage, suffix: str) -> Trial:
    source, target = _places(stage)
    project = signac.get_project(source)

    def operation() -> None:
        assert len(project.export_to(target + suffix)) == stage.count

    return _all_at_once(stage, operation)


def _import(stage: Stage, pack: Callable[[str, str], str]) -> Trial:
    source, target = _places(stage)
    origin = pack(os.path.join(source, "workspace"), os.path.join(stage.folder, "packed"))
    project = signac.init_project(target)

    def operation() -> None:
        assert len(project.import_from(origin)) == stage.count

    return _all_at_once(stage, operation)


def _pack_directory(source: str, target: str) -> str:
    return shutil.copytree(source, target)


def _pack_zip(source: str, target: str) -> str:
    with zipfile.ZipFile(target + ".zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for directory, _, names in os.walk(source):
            for name in names:
                path = os.path.join(directory, name)
                archive.write(path, os.path.relpath(path, source))
    return target + ".zip"


def _pack_tar(source: str, target: str) -> str:
    with tarfile.open(target + ".tar", "w") as archive:
        for name in os.listdir(source):
            archive.add(os.path.join(source, name), name)
    return target + ".tar"


_KINDS: dict[str, Callable[[Stage], Trial]] = {
    "sync-new": sync_new,
    "sync-again": sync_again,
    "view-new": view_new,
    "view-again": view_again,
    "export-directory": lambda stage: _export(stage, ""),
    "export-zip": lambda stage: _export(stage, ".zip"),
    "export-tar": lambda stage: _export(stage, ".tar"),
    "import-directory": lambda stage: _import(stage, _pack_directory),
    "import-zip": lambda stage: _import(stage, _pack_zip),
    "import-tar": lambda stage: _import(stage, _pack_tar),
}
WORK = {f"transfer-{kind}{size}": work for kind, work in _KINDS.items() for size in ("", "-10k")}
