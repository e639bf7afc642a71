"""The exception tree: classes, bases, attributes, messages, pickling."""

import copy
import errno
import json
import pathlib
import pickle
import re
import shutil
from typing import Any

import pytest

import signac
from acceptance.support import assert_says
from signac import errors
from signac.job import calc_id

BASES: dict[str, tuple[Any, ...]] = {
    "Error": (Exception,),
    "InvalidInputError": (ValueError,),
    "QueryError": (ValueError,),
    "QueryAttributeError": (AttributeError, ValueError),
    "QueryIndexError": (IndexError, ValueError),
    "QueryJSONError": (json.JSONDecodeError, ValueError),
    "QueryKeyError": (KeyError, ValueError),
    "QueryPatternError": (re.error, ValueError),
    "QuerySyntaxError": (SyntaxError, ValueError),
    "QueryTypeError": (TypeError, ValueError),
    "InvalidKeyError": (ValueError,),
    "KeyTypeError": (TypeError,),
    "PathSpecificationError": (RuntimeError,),
    "StatepointParsingError": (RuntimeError,),
    "StatepointJSONError": (json.JSONDecodeError, RuntimeError),
    "ImportArgumentError": (re.error, KeyError, TypeError, AssertionError),
    "ImportRefusedError": (RuntimeError, ValueError),
    "NotFoundError": (LookupError,),
    "ProjectNotFoundError": (LookupError,),
    "ForeignProjectError": (LookupError,),
    "JobNotFoundError": (KeyError, LookupError),
    "JobVanishedError": (KeyError, LookupError, RuntimeError),
    "AmbiguousIdError": (LookupError,),
    "DestinationExistsError": (RuntimeError,),
    "JobsCorruptedError": (RuntimeError,),
    "JobMovedError": (RuntimeError,),
    "SyncConflict": (RuntimeError,),
    "FileSyncConflict": (RuntimeError,),
    "DocumentSyncConflict": (RuntimeError,),
    "SchemaSyncConflict": (RuntimeError,),
    "BufferException": (RuntimeError,),
    "BufferedError": (RuntimeError,),
    "MetadataError": (RuntimeError,),
    "ConfigError": (RuntimeError,),
    "UnsafeDataError": (ValueError,),
    "IncompatibleSchemaVersion": (),
    "MigrationError": (RuntimeError,),
    "ChangeRefusedError": (RuntimeError,),
    "ChangeIncompleteError": (RuntimeError,),
    "WorkspaceError": (OSError,),
    "WorkspaceOccupiedError": (FileExistsError,),
    "LockTimeoutError": (TimeoutError,),
    "TransferError": (OSError,),
    "H5StoreClosedError": (RuntimeError,),
    "H5StoreAlreadyOpenError": (OSError,),
}
PARENTS = [
    ("InvalidKeyError", "InvalidInputError"),
    ("QueryError", "InvalidInputError"),
    ("QueryAttributeError", "QueryError"),
    ("QueryIndexError", "QueryError"),
    ("QueryJSONError", "QueryError"),
    ("QueryKeyError", "QueryError"),
    ("QueryPatternError", "QueryError"),
    ("QuerySyntaxError", "QueryError"),
    ("QueryTypeError", "QueryError"),
    ("ImportArgumentError", "InvalidInputError"),
    ("ImportRefusedError", "InvalidInputError"),
    ("StatepointJSONError", "StatepointParsingError"),
    ("ProjectNotFoundError", "NotFoundError"),
    ("ForeignProjectError", "ProjectNotFoundError"),
    ("JobNotFoundError", "NotFoundError"),
    ("JobVanishedError", "JobNotFoundError"),
    ("JobVanishedError", "JobsCorruptedError"),
    ("FileSyncConflict", "SyncConflict"),
    ("DocumentSyncConflict", "SyncConflict"),
    ("SchemaSyncConflict", "SyncConflict"),
    ("WorkspaceOccupiedError", "WorkspaceError"),
    ("BufferedError", "BufferException"),
    ("MetadataError", "BufferException"),
]


@pytest.mark.parametrize("name", BASES)
def test_bases(name: str) -> None:
    """Every class is public, an `Error`, and has the builtin bases that programs catch."""
    kind = getattr(errors, name)
    assert name in errors.__all__
    assert issubclass(kind, errors.Error)
    for base in BASES[name]:
        assert issubclass(kind, base)
    assert kind.__doc__


@pytest.mark.parametrize(("name", "parent"), PARENTS)
def test_tree(name: str, parent: str) -> None:
    """The classes form the documented tree."""
    assert issubclass(getattr(errors, name), getattr(errors, parent))


def test_an_ambiguous_id_is_no_key_error() -> None:
    """An ambiguous id is a `LookupError` but not a `KeyError`."""
    assert not issubclass(errors.AmbiguousIdError, KeyError)


def test_numpy_warning_is_importable() -> None:
    """The conversion warning is public beside the errors."""
    assert issubclass(errors.NumpyConversionWarning, UserWarning)


def test_all_public_classes_are_tested() -> None:
    """No public class is missing from the table above."""
    public = {
        name
        for name in errors.__all__
        if isinstance(getattr(errors, name), type) and issubclass(getattr(errors, name), Exception)
    }
    assert public - {"NumpyConversionWarning"} == set(BASES)


def test_store_errors_under_their_own_path() -> None:
    """The HDF5 errors are importable from `signac.h5store` too."""
    from signac.h5store import H5StoreAlreadyOpenError, H5StoreClosedError

    assert H5StoreClosedError is errors.H5StoreClosedError
    assert H5StoreAlreadyOpenError is errors.H5StoreAlreadyOpenError


def corrupt(project: Any) -> Any:
    job = project.open_job({"z": 1}).init()
    pathlib.Path(job.fn("signac_statepoint.json")).write_text("junk")
    return signac.get_project(project.path)


def vanished(project: Any) -> None:
    job = project.open_job({"z": 1}).init()
    (found,) = signac.get_project(project.path)
    shutil.rmtree(job.path)
    found.sp()


def moved(project: Any) -> None:
    job, other = project.open_job({"z": 1}).init(), project.open_job({"z": 1})
    other.sp()
    job.sp.z = 2
    other.sp.z = 3


def ambiguous(project: Any) -> None:
    for number in range(20):
        project.open_job({"z": number}).init()
    project.open_job(id="")


def conflict(project: Any) -> None:
    project.doc.a = 1
    with signac.buffered():
        project.doc.a = 2
        pathlib.Path(project.fn(project.FN_DOCUMENT)).write_text('{"external": 1}')


def conflict_of_one(project: Any) -> None:
    project.doc.a = 1
    with project.doc.buffered:
        project.doc.a = 2
        pathlib.Path(project.fn(project.FN_DOCUMENT)).write_text('{"external": 1}')


def bad_config(project: Any) -> None:
    pathlib.Path(project.path, ".signac", "config").write_text("no config\n[")
    signac.get_project(project.path)


def other_schema(project: Any) -> None:
    pathlib.Path(project.path, ".signac", "config").write_text("schema_version = 9999\n")
    signac.get_project(project.path)


def no_workspace(project: Any) -> None:
    shutil.rmtree(project.workspace)
    pathlib.Path(project.workspace).touch()
    list(project)


def occupied_workspace(project: Any) -> None:
    shutil.rmtree(project.workspace)
    pathlib.Path(project.workspace).touch()
    signac.get_project(project.path)


def destination(project: Any) -> None:
    project.open_job({"z": 1}).init()
    project.open_job({"z": 2}).init().sp.z = 1


def twice_open(project: Any) -> None:
    with project.data.open():
        project.data.open()


RAISING: dict[str, tuple[Any, str]] = {
    "InvalidKeyError": (lambda p: p.open_job({"n": {"a.b": 1}}), "a.b"),
    "KeyTypeError": (lambda p: p.open_job({"n": {"a": {1}}}), "sp.n.a"),
    "QueryAttributeError": (lambda p: list(p.find_jobs({"$not": 1})), "$not"),
    "QueryError": (lambda p: list(p.find_jobs({"n": {"$type": "dict"}})), "sp.n.$type"),
    "QueryKeyError": (lambda p: list(p.find_jobs({"n": {"$less": 1}})), "sp.n.$less"),
    "QueryPatternError": (lambda p: list(p.find_jobs({"n.$regex": "("})), "sp.n.$regex"),
    "QuerySyntaxError": (
        lambda p: list(p.find_jobs({"n.$where": "lambda x: exit()"})),
        "column 11",
    ),
    "QueryTypeError": (lambda p: list(p.find_jobs({"n": {"$in": 5}})), "sp.n.$in"),
    "KeyTypeError of a document": (lambda p: p.doc.update({"n": {1: 2}}), "n"),
    "JobNotFoundError": (lambda p: p.open_job(id="f" * 32), "f" * 32),
    "JobNotFoundError of a prefix": (lambda p: p.open_job(id="abc"), "abc"),
    "JobNotFoundError of no id": (lambda p: p.open_job(id="not an id"), "not an id"),
    "ProjectNotFoundError": (lambda p: signac.Project("/"), "/"),
    "AmbiguousIdError": (ambiguous, ""),
    "DestinationExistsError": (destination, calc_id({"z": 1})),
    "JobsCorruptedError": (lambda p: corrupt(p).open_job({"z": 1}).init(), calc_id({"z": 1})),
    "JobVanishedError": (vanished, calc_id({"z": 1})),
    "JobMovedError": (moved, calc_id({"z": 2})),
    "BufferedError": (conflict, "signac_project_document.json"),
    "MetadataError": (conflict_of_one, "signac_project_document.json"),
    "ConfigError": (bad_config, "config"),
    "IncompatibleSchemaVersion": (other_schema, "9999"),
    "WorkspaceError": (no_workspace, "workspace"),
    "WorkspaceOccupiedError": (occupied_workspace, "workspace"),
    "H5StoreClosedError": (lambda p: p.data.file, "signac_data.h5"),
    "H5StoreAlreadyOpenError": (twice_open, "signac_data.h5"),
}


def attributes(error: BaseException) -> dict[str, Any]:
    """Return the public facts of an error, as they can be compared."""
    names = [
        "destination",
        "job_ids",
        "problems",
        "matches",
        "old_id",
        "new_id",
        "files",
        "filename",
        "buffer_contents",
        "error",
        "errno",
        "keys",
        "schema_src",
        "schema_dst",
        "kind",
        "where",
        "column",
        "msg",
        "pos",
    ]
    found = {name: getattr(error, name) for name in names if hasattr(error, name)}
    return {
        name: str(value) if isinstance(value, (BaseException, dict)) else value
        for name, value in found.items()
    }


@pytest.mark.parametrize("case", RAISING)
def test_raised_errors(project: Any, case: str) -> None:
    """What is really raised has a message naming the place, a kind, and survives pickling."""
    raising, word = RAISING[case]
    kind = getattr(errors, case.split()[0])
    with pytest.raises(kind) as caught:
        raising(project)
    error = caught.value
    assert type(error) is kind
    assert_says(error, word)
    assert isinstance(error.kind, str)
    assert error.kind
    for found in (
        *(pickle.loads(pickle.dumps(error, number)) for number in range(2, 6)),
        copy.copy(error),
        copy.deepcopy(error),
    ):
        assert type(found) is kind
        assert str(found) == str(error)
        assert repr(found) == repr(error)
        assert attributes(found) == attributes(error)


def built() -> list[tuple[str, Any]]:
    """Return errors built as the peer's programs build them."""
    return [
        ("Error", errors.Error("message")),
        ("ConfigError", errors.ConfigError("message")),
        ("IncompatibleSchemaVersion", errors.IncompatibleSchemaVersion("message")),
        ("MigrationError", errors.MigrationError("message", "/p")),
        (
            "ChangeIncompleteError",
            errors.ChangeIncompleteError("message", {"f" * 32: OSError("gone")}),
        ),
        ("ChangeRefusedError", errors.ChangeRefusedError("message", job_ids=["f" * 32])),
        ("WorkspaceError", errors.WorkspaceError(FileNotFoundError(errno.ENOENT, "gone", "/w"))),
        ("WorkspaceError", errors.WorkspaceError("message")),
        ("DestinationExistsError", errors.DestinationExistsError("f" * 32)),
        ("JobsCorruptedError", errors.JobsCorruptedError(["f" * 32, "e" * 32])),
        ("StatepointParsingError", errors.StatepointParsingError("message")),
        ("StatepointJSONError", errors.StatepointJSONError("message")),
        ("ImportArgumentError", errors.ImportArgumentError("message")),
        ("ImportRefusedError", errors.ImportRefusedError("message", ["a", "b"])),
        ("PathSpecificationError", errors.PathSpecificationError("message")),
        ("SyncConflict", errors.SyncConflict("message")),
        ("FileSyncConflict", errors.FileSyncConflict("name.txt")),
        ("DocumentSyncConflict", errors.DocumentSyncConflict(["a.b", "c"])),
        ("SchemaSyncConflict", errors.SchemaSyncConflict({"a": 1}, {"b": 2})),
        ("H5StoreClosedError", errors.H5StoreClosedError("name.h5")),
        ("H5StoreAlreadyOpenError", errors.H5StoreAlreadyOpenError("name.h5")),
        ("KeyTypeError", errors.KeyTypeError("message")),
        ("InvalidKeyError", errors.InvalidKeyError("message")),
        ("QueryError", errors.QueryError("message")),
        ("QueryAttributeError", errors.QueryAttributeError("message", "$not")),
        ("QueryIndexError", errors.QueryIndexError("message")),
        ("QueryJSONError", errors.QueryJSONError("message", "{a}", "{a}", 1)),
        ("QueryKeyError", errors.QueryKeyError("message", "sp.a.$lt")),
        ("QueryPatternError", errors.QueryPatternError("message", "sp.a.$regex", "(", 0)),
        ("QuerySyntaxError", errors.QuerySyntaxError("message", "a = 1", 3)),
        ("QueryTypeError", errors.QueryTypeError("message", "sp.a.$in")),
        ("InvalidInputError", errors.InvalidInputError("message")),
        ("NotFoundError", errors.NotFoundError("message")),
        ("ProjectNotFoundError", errors.ProjectNotFoundError("message")),
        ("JobNotFoundError", errors.JobNotFoundError("message")),
        ("LockTimeoutError", errors.LockTimeoutError("message")),
        ("BufferException", errors.BufferException("message")),
        ("BufferedError", errors.BufferedError({"name.json": OSError("gone")})),
        ("MetadataError", errors.MetadataError("name.json", b'{"a": 1}')),
        ("UnsafeDataError", errors.UnsafeDataError("name.h5", "/t", "os.system")),
        ("ForeignProjectError", errors.ForeignProjectError("/tmp", "somebody", "/tmp")),
        ("TransferError", errors.TransferError({"f" * 32: OSError(errno.EIO, "bad", "/f")})),
    ]


@pytest.mark.parametrize("number", range(len(built())))
def test_built_errors(number: int) -> None:
    """Every class can be built from its facts, has a message and a kind, and pickles."""
    name, error = built()[number]
    assert_says(error)
    assert isinstance(error.kind, str)
    assert error.kind
    for protocol in range(2, 6):
        found = pickle.loads(pickle.dumps(error, protocol))
        assert type(found) is getattr(errors, name)
        assert str(found) == str(error)
        assert attributes(found) == attributes(error)


def test_facts() -> None:
    """The facts are attributes, and the message shows them."""
    by_name = {name: error for name, error in built() if name != "WorkspaceError"}
    assert by_name["DestinationExistsError"].destination == "f" * 32
    assert_says(by_name["DestinationExistsError"], "f" * 32)
    assert by_name["JobsCorruptedError"].job_ids == ["f" * 32, "e" * 32]
    assert_says(by_name["JobsCorruptedError"], "f" * 32, "e" * 32)
    assert by_name["FileSyncConflict"].filename == "name.txt"
    assert_says(by_name["FileSyncConflict"], "name.txt")
    assert set(by_name["DocumentSyncConflict"].keys) == {"a.b", "c"}
    assert_says(by_name["DocumentSyncConflict"], "a.b", "c")
    assert by_name["SchemaSyncConflict"].schema_src == {"a": 1}
    assert by_name["SchemaSyncConflict"].schema_dst == {"b": 2}
    assert set(by_name["BufferedError"].files) == {"name.json"}
    assert_says(by_name["BufferedError"], "name.json")
    assert by_name["MetadataError"].filename == "name.json"
    assert by_name["MetadataError"].buffer_contents == b'{"a": 1}'
    assert_says(by_name["MetadataError"], "name.json")
    assert by_name["UnsafeDataError"].filename == "name.h5"
    assert by_name["UnsafeDataError"].key == "/t"
    assert_says(by_name["UnsafeDataError"], "name.h5", "/t", "os.system")
    assert by_name["ForeignProjectError"].path == "/tmp"
    assert_says(by_name["ForeignProjectError"], "/tmp", "somebody")


def test_kinds_differ() -> None:
    """Every class has a kind of its own, the same for each of its instances."""
    kinds: dict[str, set[str]] = {}
    for name, error in built():
        kinds.setdefault(error.kind, set()).add(name)
    assert all(len(names) == 1 for names in kinds.values()), kinds
    assert errors.Error("a").kind == errors.Error("b").kind


def test_job_as_destination(project: Any, other_project: Any) -> None:
    """The destination of a refused move is a job, which survives pickling."""
    job = project.open_job({"a": 1}).init()
    there = other_project.open_job({"a": 1}).init()
    with pytest.raises(errors.DestinationExistsError) as caught:
        job.move(other_project)
    assert pickle.loads(pickle.dumps(caught.value)).destination == there


def test_message_of_a_missing_job_is_no_repr(project: Any) -> None:
    """The message of a missing job reads as a sentence, not as a quoted key."""
    with pytest.raises(KeyError) as caught:
        project.open_job(id="f" * 32)
    assert not str(caught.value).startswith(("'", '"'))
    assert "f" * 32 in str(caught.value)


def test_facts_of_an_ambiguous_id(project: Any) -> None:
    """An ambiguous id lists the matches."""
    jobs = [project.open_job({"a": number}).init() for number in range(17)]
    prefix = next(
        name for name in "0123456789abcdef" if sum(job.id.startswith(name) for job in jobs) > 1
    )
    with pytest.raises(errors.AmbiguousIdError) as caught:
        project.open_job(id=prefix)
    expected = {job.id for job in jobs if job.id.startswith(prefix)}
    assert set(caught.value.matches) == expected
    assert_says(caught.value, prefix)


def test_facts_of_a_moved_job(project: Any) -> None:
    """A moved job tells both ids."""
    with pytest.raises(errors.JobMovedError) as caught:
        moved(project)
    assert caught.value.old_id == project.open_job({"z": 1}).id
    assert caught.value.new_id == project.open_job({"z": 2}).id
    assert_says(caught.value, caught.value.new_id)


def test_facts_of_a_vanished_job(project: Any) -> None:
    """A job that vanished is one id, in the attributes and in the text of the error."""
    with pytest.raises(errors.JobVanishedError) as caught:
        vanished(project)
    name = calc_id({"z": 1})
    assert list(caught.value.job_ids) == [name]
    assert name in repr(caught.value)
