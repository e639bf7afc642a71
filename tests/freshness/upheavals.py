"""Larger changes: the whole workspace is replaced, single jobs are damaged and repaired."""

import os
import shutil

from freshness.actors import Actors
from freshness.changes import Means, remove_tree
from freshness.ground import Ground, discard, write
from rawcheck import DOCUMENT, SCRATCH, STATEPOINT, id_of

# The whole workspace is replaced.


def workspace_by_copy(_: Actors, ground: Ground) -> str:
    """Put a copy, with the same times, in the place of the workspace; then change one job in it."""
    copy, old = ground.outside(), ground.outside()
    shutil.copytree(ground.workspace, copy, symlinks=True)
    os.rename(ground.workspace, old)
    os.rename(copy, ground.workspace)
    shutil.rmtree(old)
    for id_ in ground.pick():
        write(ground.document(id_), ground.new_document())
    return "the workspace was replaced by a copy with one other document"


def workspace_partly(_: Actors, ground: Ground) -> str:
    """Make the workspace anew with a part of its jobs, at the same path."""
    old = ground.outside()
    os.rename(ground.workspace, old)
    os.mkdir(ground.workspace)
    for name in sorted(os.listdir(old)):
        if ground.draw.random() < 0.8 or name == SCRATCH:
            os.rename(os.path.join(old, name), ground.job(name))
    shutil.rmtree(old)
    return "the workspace was made anew with a part of the jobs"


def workspace_swap(_: Actors, ground: Ground) -> str:
    """Exchange the workspaces of two projects."""
    assert ground.sibling is not None
    place = ground.outside()
    os.rename(ground.workspace, place)
    os.rename(ground.sibling.workspace, ground.workspace)
    os.rename(place, ground.sibling.workspace)
    return "the workspace was swapped with that of the sibling"


def project_by_copy(_: Actors, ground: Ground) -> str:
    """Put a copy of the project, index included, in its place; then rename one job away."""
    copy, old = ground.outside(), ground.outside()
    shutil.copytree(ground.path, copy, symlinks=True)
    os.rename(ground.path, old)
    os.rename(copy, ground.path)
    shutil.rmtree(old)
    remove_tree(_, ground)
    return "the project was replaced by a copy without one job"


# Damage of single jobs, which must not spread.


def damage_statepoint(_: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        file = os.path.join(ground.job(id_), STATEPOINT)
        how = ground.draw.choice(("junk", "missing", "edited"))
        if how == "missing":
            os.unlink(file)
        else:
            write(file, [] if how == "junk" else {**ground.known[id_], "a": 77})
        return f"the state point of {id_} is {how}"
    return None


def damage_name(_: Actors, ground: Ground) -> str | None:
    """Rename a job directory to another id: its state point no longer is its own."""
    for id_ in ground.pick():
        other = id_of({"nobody": id_})
        if os.path.lexists(ground.job(other)):
            return None
        os.rename(ground.job(id_), ground.job(other))
        return f"rename {id_} to {other}, whose state point is another"
    return None


def damage_document(_: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        with open(ground.document(id_), "w", encoding="utf-8") as file:
            file.write(ground.draw.choice(("", '{"x": 1', "[1]", '{"x": 1}}')))
        return f"the document of {id_} is damaged"
    return None


def repair(_: Actors, ground: Ground) -> str | None:
    """Remove or mend what is damaged."""
    found = None
    for job in ground.truth().jobs.values():
        if job.statepoint is None:
            discard(ground.job(job.id))
            found = "repaired"
        elif job.document is None:
            discard(ground.document(job.id))
            write(os.path.join(ground.job(job.id), DOCUMENT), ground.new_document())
            found = "repaired"
    return found


REPLACING: tuple[Means, ...] = (
    workspace_by_copy,
    workspace_partly,
    workspace_swap,
    project_by_copy,
)
DAMAGING: tuple[Means, ...] = (damage_statepoint, damage_name, damage_document)
