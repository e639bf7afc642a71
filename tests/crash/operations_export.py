"""The exports whose every mutation is disturbed."""

import os
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import signac
from crash import scenes

MANIFEST = "signac_manifest.json"
STATE_POINT = "signac_statepoint.json"


@dataclass(frozen=True)
class Export:
    """One export of a project with two jobs.

    Parameters
    ----------
    name
        For the test id.
    target
        Relative to the scene.
    manifest
        Whether a manifest is written.
    single
        Export one of the jobs only, so that its files go right into the target.
    before
        What lies at the target before, in an archive.
    level
        The durability level.
    ordinary
        Whether it is a part of the ordinary run.
    """

    name: str
    target: str
    manifest: bool = False
    single: bool = False
    before: bool = False
    level: str = "safe"
    ordinary: bool = False

    def __str__(self) -> str:
        return self.name

    def prepare(self, root: str) -> None:
        """Make the files that are there before."""
        path = scenes.project(os.path.join(root, "p"))
        scenes.job(path, scenes.FIRST, scenes.DOCUMENT)
        scenes.job(path, scenes.SECOND, {"n": 1})
        os.makedirs(os.path.join(root, "t"))
        if self.before:
            Path(root, "t", "mine").write_text("mine")
            target = os.path.join(root, self.target)
            opened: Any = zipfile.ZipFile if target.endswith(".zip") else tarfile.open
            with opened(target, "w") as archive:
                add: Callable[..., object] = getattr(archive, "write", None) or archive.add
                add(os.path.join(root, "t", "mine"), "mine")
            os.remove(os.path.join(root, "t", "mine"))

    def act(self, root: str) -> None:
        """Export."""
        project = signac.get_project(os.path.join(root, "p"), search=False)
        with signac.durability(self.level):  # type: ignore[arg-type]
            jobs = project.find_jobs(scenes.SECOND if self.single else {})
            jobs.export_to(os.path.join(root, self.target), manifest=self.manifest)


EXPORTS = [
    Export("directory", "t/out"),
    Export("directory-manifest", "t/out", manifest=True, ordinary=True),
    Export("directory-durable", "t/out", manifest=True, level="durable"),
    Export("single", "t/out", manifest=True, single=True, ordinary=True),
    Export("zip", "t/out.zip", manifest=True),
    Export("zip-again", "t/out.zip", before=True, ordinary=True),
    Export("tar", "t/out.tar", level="durable"),
    Export("tar-again", "t/out.tar", manifest=True, before=True, ordinary=True),
    Export("tar-gz", "t/out.tar.gz", manifest=True, before=True),
    Export("tar-xz", "t/out.tar.xz"),
]
