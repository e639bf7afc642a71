"""Compare what was exported with its manifest, or with the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from signac._core import jsonfile, layout
from signac._core.ids import id_of_plain
from signac._core.progress import reporting
from signac._engine.record import read_statepoint
from signac._transfer.exports.inventory import Fact, Reader, take
from signac._transfer.exports.readback import Found, read_export
from signac._transfer.exports.writers import MANIFEST
from signac.errors import InvalidInputError, JobsCorruptedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signac._engine.workspace import Workspace
    from signac._transfer.exports.manifest import Exported

__all__ = ["ExportReport", "verify_manifest", "verify_project"]

_PASSING: Final = frozenset({layout.STATEPOINT, layout.STATEPOINT_NEXT})


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What a verification of an export found.

    Attributes
    ----------
    target : str
        The directory or archive.
    missing : tuple of str
        Files that should be in the export and are not, as paths within it.
    changed : tuple of str
        Files that have other contents than they should have.
    extra : tuple of str
        Files, or whole jobs, that are in the export only. Nothing is lost by these.
    absent : tuple of str
        Ids of the jobs of the project that are not in the export.
    damaged : tuple of str
        When there is a manifest and a project: files that are not as the manifest says.
    unreadable : tuple of (str, str)
        What cannot be read, and why.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"a": 0}).init()
    ...     exported = project.export_to(project.fn("out"), path=False)
    ...     print(project.verify_export(project.fn("out")).ok)
    True
    """

    target: str
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything that should be in the export is there as it should be."""
        return not (self.missing or self.changed or self.absent or self.damaged or self.unreadable)

    def __str__(self) -> str:
        lines = [f"{self.target}: {'everything is there' if self.ok else 'not as it should be'}"]
        for name in ("missing", "changed", "damaged", "extra"):
            lines += (f"{name}: {entry}" for entry in getattr(self, name))
        lines += (f"absent: job {job_id}" for job_id in self.absent)
        lines += (f"unreadable: {name}: {why}" for name, why in self.unreadable)
        return "\n".join(lines)


def verify_manifest(target: str | os.PathLike[str]) -> ExportReport:
    """Compare an exported directory or archive with the manifest in it; no project is needed.

    Parameters
    ----------
    target : str or os.PathLike
        What was exported with ``manifest=True``.

    Returns
    -------
    ExportReport
        What is missing, changed or extra; modes and times are not compared.

    Raises
    ------
    InvalidInputError
        When there is no manifest, or none that can be read.

    Examples
    --------
    >>> import signac
    >>> from signac.import_export import verify_manifest
    >>> with signac.TemporaryProject() as project:
    ...     job = project.open_job({"a": 0}).init()
    ...     exported = project.export_to(project.fn("out.zip"), path=False, manifest=True)
    ...     print(verify_manifest(project.fn("out.zip")).ok)
    True
    """
    path = os.fspath(target)
    found = read_export(path)
    jobs = found.manifest(path)
    if jobs is None and found.unreadable:
        why = "; ".join(f"{name}: {what}" for name, what in found.unreadable.items())
        raise InvalidInputError(f"{path} is damaged, and no manifest can be read in it ({why})")
    if jobs is None:
        raise InvalidInputError(
            f"{path} has no {MANIFEST}: export with manifest=True, or compare it with its project: "
            "project.verify_export(target)"
        )
    missing, changed, extra = _against_manifest(found, jobs)
    return ExportReport(
        path,
        missing=tuple(missing),
        changed=tuple(changed),
        extra=tuple(extra),
        unreadable=tuple(found.unreadable.items()),
    )


def verify_project(
    workspace: Workspace,
    ids: Sequence[str],
    target: str | os.PathLike[str],
    *,
    progress: bool | None = None,
) -> ExportReport:
    """Compare an exported directory or archive with jobs of a project."""
    path = os.fspath(target)
    found = read_export(path)
    places, owners = _find_jobs(found)
    missing: list[str] = []
    changed: list[str] = []
    extra: list[str] = []
    absent: list[str] = []
    unreadable = dict(found.unreadable)
    with reporting("verifying", len(ids), progress) as report:
        for number, job_id in enumerate(ids):
            if job_id not in places:
                absent.append(job_id)
                continue
            try:
                _compare(
                    found, places[job_id], owners, workspace, job_id, (missing, changed, extra)
                )
            except (OSError, JobsCorruptedError) as error:
                unreadable[workspace.job(job_id)] = str(error)
            report(number + 1)
    known = set(ids)
    extra += (place for job_id, place in places.items() if job_id not in known)
    extra += owners.get(None, ())
    jobs = found.manifest(path)
    damaged: list[str] = []
    if jobs is not None:
        lost, other, _ = _against_manifest(found, jobs)
        damaged = [*lost, *other]
    return ExportReport(
        path,
        missing=tuple(missing),
        changed=tuple(changed),
        extra=tuple(extra),
        absent=tuple(absent),
        damaged=tuple(damaged),
        unreadable=tuple(unreadable.items()),
    )


def _against_manifest(
    found: Found, jobs: Iterable[Exported]
) -> tuple[list[str], list[str], list[str]]:
    """Return what is missing, changed and extra."""
    missing, changed = [], []
    expected = set()
    for job in jobs:
        base = job.path + "/" if job.path else ""
        for name, fact in job.contents.files.items():
            expected.add(base + name)
            if base + name not in found.facts:
                missing.append(base + name)
            elif _differs(found.facts[base + name], fact):
                changed.append(base + name)
        for name, destination in job.contents.links.items():
            expected.add(base + name)
            if base + name not in found.links:
                missing.append(base + name)
            elif found.links[base + name] != destination:
                changed.append(base + name)
    return missing, changed, [name for name in found.names() if name not in expected]


def _find_jobs(found: Found) -> tuple[dict[str, str], dict[str | None, list[str]]]:
    """Return where each job is, by id, and the names of all files by the place of their job."""
    places: dict[str, str] = {}
    roots: dict[str, str] = {}
    for name in sorted(found.texts, key=lambda name: name.count("/")):
        place = name.rpartition("/")[0]
        # What lies within a job is a file of it, whatever it is called.
        if name == MANIFEST or _owner(place, roots) is not None:
            continue
        try:
            statepoint = jsonfile.parse(found.texts[name])
            job_id = id_of_plain(statepoint)
        except (ValueError, RecursionError) as error:
            found.unreadable[name] = str(error)
            continue
        roots[place] = job_id
        places[job_id] = place
    owners: dict[str | None, list[str]] = {}
    for name in found.names():
        owners.setdefault(_owner(name, roots), []).append(name)
    return places, owners


def _owner(name: str, roots: dict[str, str]) -> str | None:
    while name:
        name = name.rpartition("/")[0]
        if name in roots:
            return name
    return None


def _compare(
    found: Found,
    place: str,
    owners: dict[str | None, list[str]],
    workspace: Workspace,
    job_id: str,
    lists: tuple[list[str], list[str], list[str]],
) -> None:
    """Compare one job; add to what is missing, changed and extra."""
    missing, changed, extra = lists
    base = place + "/" if place else ""
    _, text = read_statepoint(workspace, job_id)
    contents = take(workspace.job(job_id), follow=found.follows, leave_out=_PASSING)
    reader = Reader("", len(text), text=text, hashing=True)
    while reader.read():
        pass
    expected: dict[str, Any] = {**contents.files, **contents.links}
    expected[layout.STATEPOINT] = reader.fact(0)
    seen = {name[len(base) :] for name in owners.get(place, ())}
    for name, thing in expected.items():
        if name not in seen:
            missing.append(base + name)
        elif isinstance(thing, Fact):
            other = found.facts.get(base + name)
            if other is None or _differs(other, thing):
                changed.append(base + name)
        elif found.links.get(base + name) != thing:
            changed.append(base + name)
    extra += (base + name for name in sorted(seen - set(expected)))


def _differs(one: Fact, other: Fact) -> bool:
    return (one.size, one.sha256) != (other.size, other.sha256)
