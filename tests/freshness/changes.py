"""The means by which a project changes: add, edit, remove, rename, by every kind of program.

Each takes the actors and the ground, makes one change, and returns what it did in a few words, or
None where the project gives no occasion for it. None of them tells the library anything.
"""

import json
import os
import shutil
from collections.abc import Callable
from typing import Any

from freshness.actors import Actors
from freshness.ground import Ground, discard, read, write
from rawcheck import STATEPOINT, id_of

Means = Callable[[Actors, Ground], str | None]
OURS = ("same", "other", "process")


def _who(ground: Ground) -> str:
    return ground.draw.choice(OURS)


# Jobs are added.


def add_ours(actors: Actors, ground: Ground) -> str:
    who, statepoint = _who(ground), ground.new_statepoint()
    document = ground.new_document() if ground.draw.random() < 0.7 else {}
    actors.ours(ground, who, "init", statepoint=statepoint, document=document)
    return f"add {id_of(statepoint)} by {who}"


def add_many(actors: Actors, ground: Ground) -> str:
    who = _who(ground)
    statepoints = [ground.new_statepoint() for _ in range(ground.draw.randrange(2, 6))]
    actors.ours(ground, who, "bulk", statepoints=statepoints)
    return f"add {len(statepoints)} by {who}"


def add_theirs(actors: Actors, ground: Ground) -> str:
    statepoint = ground.new_statepoint()
    id_ = actors.theirs(ground, "init", statepoint=statepoint)
    actors.theirs(ground, "assign", job=id_, what="doc", content=ground.new_document())
    return f"add {id_} by the peer"


def add_files(_: Actors, ground: Ground) -> str:
    statepoint = ground.new_statepoint()
    ground.write_job(ground.job(id_of(statepoint)), statepoint)
    return f"add {id_of(statepoint)} by mkdir and write"


def add_by_rename(_: Actors, ground: Ground) -> str:
    statepoint, place = ground.new_statepoint(), ground.outside()
    ground.write_job(place, statepoint)
    os.rename(place, ground.job(id_of(statepoint)))
    return f"add {id_of(statepoint)} by rename"


def add_link(_: Actors, ground: Ground) -> str:
    statepoint, place = ground.new_statepoint(), ground.outside()
    ground.write_job(place, statepoint)
    os.symlink(place, ground.job(id_of(statepoint)))
    return f"add {id_of(statepoint)} by a link"


def add_from_sibling(actors: Actors, ground: Ground) -> str | None:
    assert ground.sibling is not None
    for id_ in ground.sibling.pick():
        if os.path.lexists(ground.job(id_)):
            return None
        if ground.draw.random() < 0.5 and not os.path.islink(ground.sibling.job(id_)):
            actors.ours(ground.sibling, _who(ground), "move", job=id_, destination=ground.path)
            return f"move {id_} here"
        os.rename(ground.sibling.job(id_), ground.job(id_))
        return f"rename {id_} into this workspace"
    return None


def add_again(_: Actors, ground: Ground) -> str | None:
    """Bring back, with a new document, a job that was here before."""
    gone = [id_ for id_ in sorted(ground.known) if not os.path.lexists(ground.job(id_))]
    if not gone:
        return None
    id_ = ground.draw.choice(gone)
    ground.write_job(ground.job(id_), ground.known[id_])
    return f"bring back {id_} by files"


# Documents are edited.


def edit_ours(actors: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        who, how = _who(ground), ground.draw.choice(("put", "buffered", "transaction"))
        actors.ours(ground, who, how, job=id_, key="x", value=ground.draw.randrange(10))
        return f"doc.x of {id_} by {who}, {how}"
    return None


def edit_whole(actors: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        who = _who(ground)
        if ground.draw.random() < 0.3 and not os.path.islink(ground.job(id_)):
            actors.ours(ground, who, "reset", job=id_)
            return f"reset {id_} by {who}"
        actors.ours(ground, who, "assign", job=id_, document=ground.new_document())
        return f"doc of {id_} by {who}"
    return None


def edit_theirs(actors: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        arguments = ["x", ground.draw.randrange(10)]
        actors.theirs(
            ground,
            "change",
            job=id_,
            what="doc",
            keys=[],
            method="__setitem__",
            arguments=arguments,
        )
        return f"doc.x of {id_} by the peer"
    return None


def edit_in_place(_: Actors, ground: Ground) -> str | None:
    """Write other bytes of the same length into the same file."""
    for id_ in ground.pick():
        file = ground.document(id_)
        if not os.path.exists(file):
            continue
        document = read(file)
        document["x"] = (document.get("x", 0) + 1 + ground.draw.randrange(9)) % 10
        if "m" in document:
            document["m"] = {"k": (document["m"].get("k", 0) + 1) % 4}
        data = memoryview(_encode(document))
        descriptor = os.open(file, os.O_WRONLY)
        try:
            os.ftruncate(descriptor, len(data))
            os.pwrite(descriptor, data, 0)
        finally:
            os.close(descriptor)
        return f"doc of {id_} in place"
    return None


def _encode(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def edit_by_rename(_: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        place = ground.outside()
        write(place, ground.new_document())
        os.replace(place, ground.document(id_))
        return f"doc of {id_} by rename"
    return None


def edit_by_link(_: Actors, ground: Ground) -> str | None:
    """Make a document a link, or put another file where its link leads."""
    for id_ in ground.pick():
        file, place = ground.document(id_), ground.outside()
        write(place, ground.new_document())
        if os.path.islink(file):
            os.replace(place, os.readlink(file))
            return f"doc of {id_}: the target of its link was replaced"
        if ground.draw.random() < 0.5:
            discard(file)
            os.link(place, file)
            write(place, ground.new_document())
            return f"doc of {id_} by a second hard link"
        discard(file)
        os.symlink(place, file)
        return f"doc of {id_} is a link"
    return None


def edit_swap(_: Actors, ground: Ground) -> str | None:
    """Exchange the documents of two jobs."""
    first, *rest = ground.pick(2) or [""]
    for second in rest:
        left, right, place = ground.document(first), ground.document(second), ground.outside()
        if not (os.path.exists(left) and os.path.exists(right)):
            return None
        os.rename(left, place)
        os.rename(right, left)
        os.rename(place, right)
        return f"docs of {first} and {second} swapped"
    return None


def edit_remove(_: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        discard(ground.document(id_))
        return f"doc of {id_} unlinked"
    return None


def edit_behind_link(_: Actors, ground: Ground) -> str | None:
    """Put another directory, with another document, where the link of a job leads."""
    for id_ in _linked(ground):
        target = os.readlink(ground.job(id_))
        if not os.path.isdir(target) or id_ not in ground.known:
            continue
        place = ground.outside()
        os.rename(target, place)
        ground.write_job(target, ground.known[id_])
        return f"the target of {id_} was replaced"
    return None


def _linked(ground: Ground) -> list[str]:
    entries = sorted(os.listdir(ground.workspace))
    links = [name for name in entries if os.path.islink(ground.job(name))]
    ground.draw.shuffle(links)
    return links


# Jobs are removed.


def remove_ours(actors: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        if os.path.islink(ground.job(id_)):
            return None
        who = _who(ground)
        actors.ours(ground, who, "remove", job=id_)
        return f"remove {id_} by {who}"
    return None


def remove_theirs(actors: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        if os.path.islink(ground.job(id_)):
            return None
        actors.theirs(ground, "act", job=id_, method="remove")
        return f"remove {id_} by the peer"
    return None


def remove_tree(_: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        discard(ground.job(id_))
        return f"remove {id_} by rmtree"
    return None


def remove_by_rename(_: Actors, ground: Ground) -> str | None:
    for id_ in ground.pick():
        os.rename(ground.job(id_), ground.outside())
        return f"rename {id_} out of the workspace"
    return None


def remove_by_name(_: Actors, ground: Ground) -> str | None:
    """Rename a job within the workspace to a name that is no id."""
    for id_ in ground.pick():
        discard(ground.job(id_) + ".bak")
        os.rename(ground.job(id_), ground.job(id_) + ".bak")
        return f"rename {id_} to {id_}.bak"
    return None


def remove_for_file(_: Actors, ground: Ground) -> str | None:
    """Put a file in the place of a job."""
    for id_ in ground.pick():
        discard(ground.job(id_))
        write(ground.job(id_), {})
        return f"a file in place of {id_}"
    return None


def remove_target(_: Actors, ground: Ground) -> str | None:
    """Remove the directory to which the link of a job leads: the workspace does not change."""
    for id_ in _linked(ground):
        target = os.readlink(ground.job(id_))
        if os.path.isdir(target):
            shutil.rmtree(target)
            return f"remove the target of {id_}"
    return None


def restore_target(_: Actors, ground: Ground) -> str | None:
    """Make the directory again to which the link of a job leads."""
    for id_ in _linked(ground):
        target = os.readlink(ground.job(id_))
        if not os.path.lexists(target):
            ground.write_job(target, ground.known[id_])
            return f"make the target of {id_} again"
    return None


# State points change.


def _changed(ground: Ground, id_: str, key: str, value: Any) -> dict[str, Any] | None:
    changed = {**ground.known[id_], key: value}
    if os.path.lexists(ground.job(id_of(changed))):
        return None
    return ground.remember(changed)


def _draw_change(ground: Ground) -> tuple[str, str, Any, str] | None:
    for id_ in ground.pick():
        key = ground.draw.choice(("a", "s", "moved"))
        value: Any = ground.draw.choice("pqrs") + "1" if key == "s" else ground.draw.randrange(6)
        changed = _changed(ground, id_, key, value)
        if changed is None or os.path.islink(ground.job(id_)):
            return None
        return id_, key, value, id_of(changed)
    return None


def change_ours(actors: Actors, ground: Ground) -> str | None:
    drawn = _draw_change(ground)
    if drawn is None:
        return None
    id_, key, value, new = drawn
    who = _who(ground)
    actors.ours(ground, who, "change", job=id_, key=key, value=value)
    return f"change {id_} to {new} by {who}"


def change_theirs(actors: Actors, ground: Ground) -> str | None:
    drawn = _draw_change(ground)
    if drawn is None:
        return None
    id_, key, value, new = drawn
    edit = {"keys": [], "method": "__setitem__", "arguments": [key, value]}
    actors.theirs(ground, "change", job=id_, what="sp", **edit)
    return f"change {id_} to {new} by the peer"


def change_files(_: Actors, ground: Ground) -> str | None:
    drawn = _draw_change(ground)
    if drawn is None:
        return None
    id_, key, value, new = drawn
    write(os.path.join(ground.job(id_), STATEPOINT), {**ground.known[id_], key: value})
    os.rename(ground.job(id_), ground.job(new))
    return f"change {id_} to {new} by files"


ADDING: tuple[Means, ...] = (
    add_ours,
    add_many,
    add_theirs,
    add_files,
    add_by_rename,
    add_link,
    add_from_sibling,
    add_again,
    restore_target,
)
EDITING: tuple[Means, ...] = (
    edit_ours,
    edit_whole,
    edit_theirs,
    edit_in_place,
    edit_by_rename,
    edit_by_link,
    edit_swap,
    edit_remove,
    edit_behind_link,
)
REMOVING: tuple[Means, ...] = (
    remove_ours,
    remove_theirs,
    remove_tree,
    remove_by_rename,
    remove_by_name,
    remove_for_file,
    remove_target,
)
CHANGING: tuple[Means, ...] = (change_ours, change_theirs, change_files)
