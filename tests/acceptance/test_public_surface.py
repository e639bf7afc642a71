"""Public names: those of the peer are there, with their parameters, and ours."""

import importlib
import inspect
from typing import Any

import pytest

import signac

PEER_NAMES = {
    "__version__",
    "errors",
    "sync",
    "Project",
    "TemporaryProject",
    "get_project",
    "init_project",
    "get_job",
    "diff_jobs",
    "buffered",
    "is_buffered",
    "get_buffer_capacity",
    "get_current_buffer_size",
    "set_buffer_capacity",
    "JSONDict",
    "H5Store",
    "H5StoreManager",
}
OUR_NAMES = {"grid", "Sweep", "durability"}

PEER_MODULES = {
    "signac.project": [
        "Project",
        "TemporaryProject",
        "JobsCursor",
        "init_project",
        "get_project",
        "get_job",
        "JOB_ID_LENGTH",
        "JOB_ID_REGEX",
    ],
    "signac.job": ["Job", "calc_id"],
    "signac.h5store": [
        "H5Store",
        "H5Group",
        "H5StoreManager",
        "H5StoreClosedError",
        "H5StoreAlreadyOpenError",
    ],
    "signac.errors": [
        "Error",
        "ConfigError",
        "IncompatibleSchemaVersion",
        "WorkspaceError",
        "DestinationExistsError",
        "JobsCorruptedError",
        "StatepointParsingError",
        "SyncConflict",
        "FileSyncConflict",
        "DocumentSyncConflict",
        "SchemaSyncConflict",
        "H5StoreClosedError",
        "H5StoreAlreadyOpenError",
        "KeyTypeError",
        "InvalidKeyError",
    ],
    "signac.version": ["__version__", "SCHEMA_VERSION"],
    "signac.schema": ["ProjectSchema"],
    "signac.sync": ["FileSync", "DocSync", "sync_jobs", "sync_projects", "FileTransferStats"],
    "signac.diff": ["diff_jobs"],
    "signac.filterparse": ["parse_filter_arg", "parse_simple", "parse_filter"],
    "signac.import_export": [
        "export_jobs",
        "export_to_directory",
        "export_to_tarfile",
        "export_to_zipfile",
        "import_into_project",
    ],
    "signac.linked_view": ["create_linked_view"],
    "signac.migration": ["apply_migrations"],
}

PEER_MEMBERS = {
    "Project": [
        "FN_CACHE",
        "FN_DOCUMENT",
        "KEY_DATA",
        "check",
        "clone",
        "config",
        "create_linked_view",
        "data",
        "detect_schema",
        "doc",
        "document",
        "export_to",
        "find_jobs",
        "fn",
        "get_job",
        "get_neighbors",
        "get_project",
        "groupby",
        "import_from",
        "init_project",
        "isfile",
        "min_len_unique_id",
        "open_job",
        "path",
        "repair",
        "stores",
        "sync",
        "temporary_project",
        "to_dataframe",
        "update_cache",
        "workspace",
        "_repr_html_",
    ],
    "Job": [
        "FN_DOCUMENT",
        "FN_STATE_POINT",
        "KEY_DATA",
        "cached_statepoint",
        "clear",
        "close",
        "data",
        "doc",
        "document",
        "fn",
        "id",
        "init",
        "isfile",
        "move",
        "open",
        "path",
        "project",
        "remove",
        "reset",
        "sp",
        "statepoint",
        "stores",
        "sync",
        "update_statepoint",
    ],
    "JobsCursor": ["export_to", "groupby", "to_dataframe", "_repr_html_"],
    "JSONDict": [
        "backend_is_buffered",
        "buffer_backend",
        "clear",
        "disable_multithreading",
        "enable_multithreading",
        "filename",
        "get",
        "get_buffer_capacity",
        "get_current_buffer_size",
        "items",
        "keys",
        "pop",
        "popitem",
        "reset",
        "set_buffer_capacity",
        "setdefault",
        "update",
        "values",
        "buffered",
    ],
    "H5Store": [
        "clear",
        "close",
        "file",
        "filename",
        "flush",
        "get",
        "items",
        "keys",
        "mode",
        "open",
        "pop",
        "popitem",
        "setdefault",
        "update",
        "values",
    ],
    "H5StoreManager": ["cls", "prefix", "suffix", "keys"],
}
OUR_MEMBERS = {
    "Project": [
        "create_jobs",
        "find_new_id",
        "find_problems",
        "list_changes",
        "plan_change",
        "plan_repair",
        "resume_changes",
        "undo_change",
        "verify_export",
    ],
    "Job": ["get_id", "workspace", "ws", "reset_statepoint", "__fspath__", "__truediv__"],
    "JobsCursor": [
        "count",
        "count_by",
        "distinct",
        "explain",
        "first",
        "limit",
        "max",
        "mean",
        "min",
        "one",
        "sort",
        "sum",
    ],
    "JSONDict": ["transaction"],
}

SIGNATURES = {
    "init_project": ["path"],
    "get_project": ["path", "search", "kwargs"],
    "get_job": ["path"],
    "TemporaryProject": ["cls", "kwargs"],
    "buffered": ["buffer_capacity"],
    "Project": ["path"],
    "Project.open_job": ["self", "statepoint", "id"],
    "Project.find_jobs": ["self", "filter"],
    "Project.groupby": ["self", "key", "default"],
    "Project.to_dataframe": ["self", "args", "kwargs"],
    "Project.detect_schema": ["self", "exclude_const", "subset"],
    "Project.get_neighbors": ["self", "ignore"],
    "Project.temporary_project": ["self", "dir"],
    "Project.fn": ["self", "filename"],
    "Project.isfile": ["self", "filename"],
    "Project.init_project": ["path"],
    "Project.get_project": ["path", "search", "kwargs"],
    "Project.get_job": ["path"],
    "Project.clone": ["self", "job", "copytree"],
    "Project.create_linked_view": ["self", "prefix", "job_ids", "path"],
    "Project.export_to": ["self", "target", "path", "copytree"],
    "Project.import_from": ["self", "origin", "schema", "sync", "copytree"],
    "Project.sync": ["self", "other", "strategy", "exclude", "doc_sync", "selection", "kwargs"],
    "JobsCursor.export_to": ["self", "target", "path", "copytree"],
    "Job": ["project", "statepoint", "id_", "directory_known"],
    "Job.init": ["self", "force", "validate_statepoint"],
    "Job.update_statepoint": ["self", "update", "overwrite"],
    "Job.move": ["self", "project"],
    "Job.fn": ["self", "filename"],
    "Job.isfile": ["self", "filename"],
    "JobsCursor": ["project", "filter"],
    "JobsCursor.groupby": ["self", "key", "default"],
    "JobsCursor.to_dataframe": ["self", "sp_prefix", "doc_prefix", "usecols", "flatten"],
    "diff_jobs": ["jobs"],
    "JSONDict": ["filename", "write_concern", "data", "parent"],
}


def lookup(name: str) -> Any:
    from signac.job import Job
    from signac.project import JobsCursor

    first, _, rest = name.partition(".")
    found = {"Job": Job, "JobsCursor": JobsCursor}.get(first) or getattr(signac, first)
    return getattr(found, rest) if rest else found


def test_names() -> None:
    """`__all__` is the peer's names and ours; each is there."""
    assert set(signac.__all__) == PEER_NAMES | OUR_NAMES
    assert len(signac.__all__) == len(set(signac.__all__))
    for name in signac.__all__:
        assert getattr(signac, name) is not None
    assert not hasattr(signac, "Job")


@pytest.mark.parametrize("module", sorted(PEER_MODULES))
def test_modules(module: str) -> None:
    """The peer's import paths are there, with their names."""
    found = importlib.import_module(module)
    for name in PEER_MODULES[module]:
        assert hasattr(found, name), name


@pytest.mark.parametrize("kind", PEER_MEMBERS)
def test_members(kind: str, project: Any, job: Any) -> None:
    """All members of the peer are there, and ours."""
    example = {
        "Project": project,
        "Job": job,
        "JobsCursor": project.find_jobs(),
        "JSONDict": project.doc,
        "H5Store": signac.H5Store,
        "H5StoreManager": signac.H5StoreManager,
    }[kind]
    assert {name for name in PEER_MEMBERS[kind] if not hasattr(example, name)} == set()
    for name in OUR_MEMBERS.get(kind, []):
        assert hasattr(example, name), name


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name: str) -> None:
    """Parameters have the documented names, in that order; more may be added by keyword."""
    parameters = inspect.signature(lookup(name)).parameters.values()
    found = [
        parameter.name
        for parameter in parameters
        if parameter.kind is not parameter.KEYWORD_ONLY or parameter.name in SIGNATURES[name]
    ]
    assert found[: len(SIGNATURES[name])] == SIGNATURES[name]


@pytest.mark.parametrize("name", sorted((PEER_NAMES | OUR_NAMES) - {"__version__"}))
def test_docstrings(name: str) -> None:
    """Every public name has a docstring."""
    assert (getattr(signac, name).__doc__ or "").strip()


def test_version() -> None:
    """The version is that of the third generation; the schema is the second."""
    from signac.version import SCHEMA_VERSION, __version__

    assert __version__ == signac.__version__ == "3.0.0.dev0"
    assert SCHEMA_VERSION == 2
    assert type(SCHEMA_VERSION) is int


def test_every_peer_member_of_the_store_manager(tmp_path: Any) -> None:
    """A store manager is made from a prefix, which cannot be changed."""
    manager = signac.H5StoreManager(str(tmp_path))
    assert manager.prefix == str(tmp_path)
    with pytest.raises((AttributeError, ValueError)):
        manager.prefix = "x"
    assert manager.prefix == str(tmp_path)


def test_typed() -> None:
    """The package ships its types."""
    import os

    assert os.path.isfile(os.path.join(os.path.dirname(signac.__file__), "py.typed"))


def test_no_dir_surprises() -> None:
    """`dir(signac)` lists every public name, though they are loaded when they are used."""
    assert set(signac.__all__) <= set(dir(signac))
    with pytest.raises(AttributeError):
        signac.no_such_name
    namespace: dict[str, Any] = {}
    exec("from signac import *", namespace)
    assert set(signac.__all__) - {"__version__"} <= set(namespace)
