"""The operations whose every mutation is disturbed."""

import os
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np

import signac
from crash import scenes
from crash.harness import Operation, Scene


def _project(root: str, name: str = "p") -> Any:
    return signac.get_project(os.path.join(root, name), search=False)


def _on_job(
    name: str,
    change: Callable[[Any], object],
    statepoint: dict[str, Any] = scenes.FIRST,
    **options: Any,
) -> Operation:
    """Return an operation on one job, opened by its state point and with the document loaded."""

    def open_(root: str) -> Scene:
        job = _project(root).open_job(statepoint)
        if os.path.isdir(job.path):
            job.doc()
        return Scene(lambda: change(job), jobs=(job,))

    return Operation(name, options.pop("prepare", scenes.ordinary), open_, **options)


def _by_id(name: str, change: Callable[[Any], object]) -> Operation:
    """Return an operation on one job that was opened by its id and never read."""

    def open_(root: str) -> Scene:
        project = _project(root)
        found = [id_ for id_ in (signac.job.calc_id(scenes.FIRST),) if _there(project, id_)]
        job = project.open_job(id=found[0]) if found else project.open_job(scenes.FIRST)
        return Scene(lambda: change(job), jobs=(job,))

    return Operation(name, scenes.ordinary, open_)


def _there(project: Any, id_: str) -> bool:
    return os.path.isdir(os.path.join(project.workspace, id_))


def _put(key: str, value: Any) -> Callable[[Any], object]:
    return lambda job: job.doc.__setitem__(key, value)


def _nested(job: Any) -> None:
    job.doc.nest.k = {"new": [1, 2]}


def _deep_in_list(job: Any) -> None:
    job.doc.list[1].deep = 5


def _append(job: Any) -> None:
    job.doc.list.append("appended")


def _assign_document(job: Any) -> None:
    job.doc = {"n": 7, "other": [1]}


def _transaction(job: Any) -> None:
    with job.doc.transaction() as doc:
        doc["n"] = doc["n"] + 1 if doc["n"] < 2 else doc["n"]
        doc.nest.k = "in a transaction"
        del doc["text"]


def _delete(job: Any) -> None:
    del job.doc["n"]


def _init_only(root: str) -> Scene:
    job = _project(root).open_job({"a": 2})
    return Scene(job.init)


def _cleared(statepoint: dict[str, Any]) -> Callable[[str], Scene]:
    """Return a call that clears a job, and takes the file of the empty document away as well.

    No file and an empty one are the same document; as the peer, `clear` leaves an empty one.
    """

    def open_(root: str) -> Scene:
        job = _project(root).open_job(statepoint)

        def act() -> None:
            job.clear()
            if job.isfile(job.FN_DOCUMENT):
                os.unlink(job.fn(job.FN_DOCUMENT))

        return Scene(act)

    return open_


JOBS = [
    _on_job("init", lambda job: job.init(), {"a": 2, "deep": {"er": [1.5, None]}}),
    _on_job("init-by-doc", _put("x", 1), {"a": 2}, between=(_init_only,)),
    _on_job("init-reset", lambda job: job.reset(), {"a": 2}, between=(_init_only,)),
    _on_job("remove", lambda job: job.remove()),
    _on_job("clear", lambda job: job.clear(), between=(_cleared(scenes.FIRST),)),
    _on_job(
        "clear-no-doc", lambda job: job.clear(), scenes.SECOND, between=(_cleared(scenes.SECOND),)
    ),
    _on_job("reset", lambda job: job.reset(), between=(_cleared(scenes.FIRST),)),
]

DOCUMENTS = [
    _on_job("doc-set", _put("n", 2)),
    _on_job("doc-set-first", _put("n", 2), scenes.SECOND),
    _on_job("doc-nested-set", _nested),
    _on_job("doc-in-list", _deep_in_list),
    _on_job("doc-append", _append),
    _on_job("doc-update", lambda job: job.doc.update({"n": 3, "new": {"a": 1}}, more=None)),
    _on_job("doc-reset", lambda job: job.doc.reset({"z": 1})),
    _on_job("doc-assign", _assign_document),
    _on_job("doc-clear", lambda job: job.doc.clear()),
    _on_job("doc-del", _delete),
    _on_job("doc-pop", lambda job: job.doc.pop("text")),
    _on_job("doc-setdefault", lambda job: job.doc.setdefault("new", [])),
    _on_job("doc-transaction", _transaction),
    _on_job("doc-large", _put("n", 2), prepare=scenes.large),
]


def _set_item(job: Any) -> None:
    job.sp["a"] = 5


def _set_attribute(job: Any) -> None:
    job.sp.new = "value"


def _set_nested(job: Any) -> None:
    job.sp.b.c = 9


def _append_to_list(job: Any) -> None:
    job.sp.l.append(3)


def _delete_key(job: Any) -> None:
    del job.sp["a"]


def _rename(job: Any) -> None:
    if "a" in job.sp:
        job.sp.renamed = job.sp.pop("a")


def _assign(job: Any) -> None:
    job.sp = {"quite": "other", "b": {"c": 1}}


def _pop_only(root: str) -> Scene:
    job = _project(root).open_job(scenes.FIRST)
    return Scene(lambda: job.sp.pop("a"))


STATEPOINTS = [
    _on_job("sp-item", _set_item),
    _on_job("sp-attribute", _set_attribute),
    _on_job("sp-nested", _set_nested),
    _on_job("sp-append", _append_to_list),
    _on_job("sp-del", _delete_key),
    _on_job("sp-pop", lambda job: job.sp.pop("l")),
    _on_job("sp-rename", _rename, between=(_pop_only,)),
    _on_job("sp-assign", _assign),
    _on_job("sp-update", lambda job: job.sp.update({"a": 3, "z": None})),
    _on_job("sp-reset", lambda job: job.reset_statepoint({"only": 1})),
    _on_job("sp-setdefault", lambda job: job.sp.setdefault("d", {"e": 1})),
    _on_job("update-statepoint", lambda job: job.update_statepoint({"z": 1})),
    _on_job("update-statepoint-over", lambda job: job.update_statepoint({"a": 8}, overwrite=True)),
    _by_id("sp-item-by-id", _set_item),
    _by_id("sp-assign-by-id", _assign),
]


def _create_jobs(root: str) -> Scene:
    project = _project(root)
    wanted = [{"bulk": number, "of": {"n": 20}} for number in range(20)]
    return Scene(lambda: project.create_jobs(wanted, progress=False))


def _init_no_workspace(root: str) -> Scene:
    project = _project(root)
    job = project.open_job({"a": 2})
    if not os.listdir(project.workspace):
        os.rmdir(project.workspace)
    elif not _there(project, job.id):
        shutil.rmtree(project.workspace)
    return Scene(job.init, jobs=(job,))


def _project_document(root: str) -> Scene:
    project = _project(root)
    return Scene(lambda: project.doc.__setitem__("n", 1), documents=(project.doc,))


def _project_transaction(root: str) -> Scene:
    project = _project(root)

    def act() -> None:
        with project.doc.transaction() as doc:
            doc.title = "changed"
            doc.nest.k = 2

    return Scene(act, documents=(project.doc,))


def _buffered(root: str) -> Scene:
    project = _project(root)
    jobs = [project.open_job(statepoint) for statepoint in (scenes.FIRST, *scenes.OTHERS)]

    def act() -> None:
        with signac.buffered():
            for job in jobs:
                job.doc.n = 1000
                job.doc.buffered_key = True
            project.doc.n = 1000

    return Scene(act, jobs=tuple(jobs), documents=(project.doc,))


def _move(root: str) -> Scene:
    source, target = _project(root), _project(root, "q")
    job = source.open_job(scenes.FIRST)

    def act() -> None:
        if job in source:
            job.move(target)

    return Scene(act, jobs=(job,))


def _init_project(name: str) -> Callable[[str], Scene]:
    return lambda root: Scene(lambda: signac.init_project(os.path.join(root, name)))


def _open_no_workspace(root: str) -> Scene:
    return Scene(lambda: _project(root))


PROJECTS = [
    Operation("create-jobs", scenes.ordinary, _create_jobs, each=True, slow=True),
    Operation("create-jobs-empty", scenes.no_workspace, _create_jobs, each=True, slow=True),
    Operation("init-no-workspace", scenes.no_workspace, _init_no_workspace),
    Operation("project-doc-set", scenes.ordinary, _project_document),
    Operation("project-doc-set-first", scenes.stores, _project_document),
    Operation("project-doc-transaction", scenes.ordinary, _project_transaction),
    Operation("buffered-flush", scenes.ordinary, _buffered, each=True),
    Operation("move", scenes.two_projects, _move),
    Operation("init-project", scenes.nothing, _init_project("p"), each=True),
    Operation("init-project-deep", scenes.nothing, _init_project("plain/in/p"), each=True),
    Operation("init-project-again", scenes.no_workspace, _init_project("p")),
    Operation("open-no-workspace", scenes.no_workspace, _open_no_workspace),
]


def _on_stores(name: str, change: Callable[[Any, Any, Any], object], **options: Any) -> Operation:
    def open_(root: str) -> Scene:
        project = _project(root)
        first, second = project.open_job(scenes.FIRST), project.open_job(scenes.SECOND)
        return Scene(lambda: change(project, first, second), jobs=(first, second))

    return Operation(name, scenes.stores, open_, **options)


def _assign_data(project: Any, first: Any, second: Any) -> None:
    second.data = {"x": np.arange(6.0), "s": "text", "group": {"deep": 1}}


def _assign_new_store(project: Any, first: Any, second: Any) -> None:
    second.stores.fresh = {"x": np.arange(6)}


def _copy_data(project: Any, first: Any, second: Any) -> None:
    second.data = first.data


def _copy_new_store(project: Any, first: Any, second: Any) -> None:
    second.stores["copy"] = first.stores["other"]


def _delete_store(project: Any, first: Any, second: Any) -> None:
    if "other" in first.stores:
        del first.stores["other"]


def _assign_project_data(project: Any, first: Any, second: Any) -> None:
    project.data = {"x": np.ones(3)}


STORES = [
    _on_stores("data-assign", _assign_data),
    _on_stores("store-assign-first", _assign_new_store),
    _on_stores("data-copy", _copy_data),
    _on_stores("store-copy-first", _copy_new_store),
    _on_stores("store-delete", _delete_store),
    _on_stores("project-data-assign", _assign_project_data),
    _on_stores("sp-with-data", lambda project, first, second: _set_item(first)),
    _on_stores("remove-with-data", lambda project, first, second: first.remove()),
]


def _loose(name: str, change: Callable[[Any], object], prepare: Callable[[str], None]) -> Operation:
    def open_(root: str) -> Scene:
        document = signac.JSONDict(os.path.join(root, "plain", "doc.json"))
        return Scene(lambda: change(document), documents=(document,))

    return Operation(name, prepare, open_, loose=os.path.join("plain", "doc.json"))


def _loose_transaction(document: Any) -> None:
    with document.transaction() as inside:
        inside["n"] = 2
        inside["m"] = 3


def _loose_nested(document: Any) -> None:
    document.nest.k = 5


LOOSE = [
    _loose("jsondict-set", lambda doc: doc.__setitem__("n", 2), scenes.loose_document),
    _loose("jsondict-set-first", lambda doc: doc.__setitem__("n", 2), scenes.nothing),
    _loose("jsondict-nested", _loose_nested, scenes.loose_document),
    _loose("jsondict-update", lambda doc: doc.update(n=2, m=3), scenes.loose_document),
    _loose("jsondict-reset", lambda doc: doc.reset({"m": 3}), scenes.loose_document),
    _loose("jsondict-clear", lambda doc: doc.clear(), scenes.loose_document),
    _loose("jsondict-transaction", _loose_transaction, scenes.loose_document),
]

OPERATIONS = [*JOBS, *DOCUMENTS, *STATEPOINTS, *PROJECTS, *STORES, *LOOSE]

# The same again with the other two promises about power cuts: other gate points, other orders.
IN_ORDINARY_RUN = ("init", "doc-set", "sp-item", "remove", "project-doc-set", "create-jobs")
