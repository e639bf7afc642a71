"""Check two projects, and find out what synchronising them would do. Changes nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from signac._analysis import rows
from signac._analysis.schema import detect_schema
from signac._core import layout
from signac._engine.jobstate import home_of
from signac._engine.record import read_statepoint
from signac._query.ast import EVERYTHING
from signac._transfer.journal import Journal
from signac._transfer.sync.compare import walk
from signac._transfer.sync.documents import flush, plan_documents
from signac._transfer.sync.jobs import Pair, plan_pair
from signac._transfer.sync.plan import DocumentPlan, FileStep, JobPlan, SyncPlan
from signac._transfer.sync.rules import MORE, logger
from signac.errors import InvalidInputError, SchemaSyncConflict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signac._engine.home import Home
    from signac._transfer.sync.options import Options

__all__ = ["Run", "plan_projects", "prepare"]


class Run(NamedTuple):
    """The two sides of a call, and the jobs it is about.

    `note` is written when the destination was empty: filled in part, it would have another schema
    than the source, and the same call could not complete what was interrupted.
    """

    source: Any
    destination: Any
    here: Home
    there: Home
    options: Options
    new: list[str]
    common: list[str]
    note: Journal | None = None

    def pair(self, job_id: str) -> Pair:
        """Return a job on both sides."""
        workspace = self.there.workspace
        return Pair(
            self.here.workspace.job(job_id),
            workspace.job(job_id),
            workspace,
            job_id,
            lambda: (self.source.open_job(id=job_id), self.destination.open_job(id=job_id)),
        )

    def documents(self) -> tuple[str, str]:
        """Return the paths of the project documents."""
        return (
            os.path.join(self.here.workspace.project, layout.PROJECT_DOCUMENT),
            os.path.join(self.there.workspace.project, layout.PROJECT_DOCUMENT),
        )


def prepare(
    source: Any,
    destination: Any,
    options: Options,
    selection: Iterable[Any] | None,
    check_schema: bool | str,
) -> Run:
    """Check what can be checked first, and find out which jobs are to be synchronised."""
    for project in (source, destination):
        if not hasattr(project, "open_job"):
            # peer: the class of the error.
            raise AttributeError(f"{project!r} is no project; open it with signac.get_project")
    here, there = home_of(source), home_of(destination)
    if source == destination or os.path.realpath(source.path) == os.path.realpath(destination.path):
        raise InvalidInputError(f"{source.path}: source and destination are the same project")
    if isinstance(check_schema, str) and check_schema != "keys":
        raise InvalidInputError(f'check_schema={check_schema!r}; give True, False or "keys"')
    chosen = None if selection is None else {str(job) for job in selection}
    note = Journal(
        os.path.join(there.workspace.project, layout.TRANSFERS),
        {"what": "sync", "from": os.path.realpath(here.workspace.project)},
    )
    # Of a dead process or a living one: jobs are there because of the same call.
    goes_on = os.path.exists(note.path)
    fills = False
    if check_schema:
        fills = _require_same_schema(here, there, keys_only=check_schema == "keys", goes_on=goes_on)
    what = "project" if chosen is None else f"selection ({len(chosen)}) of project"
    logger.info("Synchronizing %s '%s' to '%s'.", what, source, destination)
    logger.log(MORE, "Sync strategy: '%s'", options.strategy)
    logger.log(MORE, "Doc sync strategy: '%s'", "copy" if options.copy_documents else options.rule)
    ids = here.list_ids()
    if chosen is not None:
        ids = [job_id for job_id in ids if job_id in chosen]
    listed, links = there.list_jobs()
    known = set(listed)
    common = [job_id for job_id in ids if job_id in known]
    if links:
        common = [job_id for job_id in common if not _is_one(here, there, job_id)]
    return Run(
        source=source,
        destination=destination,
        here=here,
        there=there,
        options=options,
        new=[job_id for job_id in ids if job_id not in known],
        common=common,
        note=note if goes_on or fills else None,
    )


def _require_same_schema(here: Home, there: Home, *, keys_only: bool, goes_on: bool) -> bool:
    """Raise unless the schemas are the same; tell whether an empty project is to be filled."""
    mine, theirs = (detect_schema(rows.find(home, EVERYTHING)) for home in (here, there))
    # peer: an empty project goes with any other.
    if not mine or not theirs:
        return bool(mine)
    differ = mine.difference(theirs, keys_only) or theirs.difference(mine, keys_only)
    if differ and not goes_on:
        raise SchemaSyncConflict(mine, theirs)
    return False


def _is_one(here: Home, there: Home, job_id: str) -> bool:
    """Tell whether a job of the destination is a link to that of the source."""
    try:
        return os.path.samefile(here.workspace.job(job_id), there.workspace.job(job_id))
    except OSError:
        return False


def plan_projects(run: Run) -> SyncPlan:
    options = run.options
    document = DocumentPlan()
    if options.rule is not None:
        document = plan_documents(*run.documents(), options.rule)
    jobs: list[JobPlan] = []
    problems: list[tuple[str, Exception]] = []
    new = set(run.new)
    for job_id in sorted([*run.new, *run.common]):
        try:
            plan = _plan_new(run, job_id) if job_id in new else plan_pair(run.pair(job_id), options)
        except Exception as error:  # noqa: BLE001  # one bad job never stops the others
            problems.append((job_id, error))
            continue
        if plan:
            jobs.append(plan)
    return SyncPlan(
        source=run.source.path,
        destination=run.destination.path,
        document=document,
        jobs=tuple(jobs),
        unchanged=len(run.new) + len(run.common) - len(jobs) - len(problems),
        problems=tuple(problems),
    )


def _plan_new(run: Run, job_id: str) -> JobPlan:
    run.options.require_possible()
    pair = run.pair(job_id)
    flush(pair.documents()[0])
    _, text = read_statepoint(run.here.workspace, job_id)
    leave_out = {layout.STATEPOINT, layout.STATEPOINT_NEXT}
    tree = walk(pair.source, follow=run.options.follow, leave_out=leave_out)
    files = (*tree.files, FileStep(layout.STATEPOINT, len(text)))
    return JobPlan(job_id, is_new=True, trees=(tree._replace(files=files),))
