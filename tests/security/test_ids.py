"""An id is 32 hexadecimal digits, and nothing else, wherever one comes in."""

import contextlib
import gzip
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

import signac
from security.hostile_names import IDS
from signac._core.ids import is_id, is_id_prefix
from signac.job import Job, calc_id


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with three jobs, beside a directory of the reader."""
    project = signac.init_project(tmp_path / "project")
    for number in range(3):
        project.open_job({"a": number}).init().doc.x = number
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "thesis.txt").write_text("thesis")
    (outside / "signac_statepoint.json").write_text('{"a": 5}')
    (outside / "signac_job_document.json").write_text('{"x": 5}')
    return tmp_path / "project"


def contents(root: Path) -> dict[str, bytes]:
    """Return all files beside and in a project but those that are derived."""
    return {
        str(path): path.read_bytes()
        for path in root.parent.rglob("*")
        if path.is_file() and "/.signac" not in str(path)
    }


def hostile(root: Path, number: int) -> str:
    return IDS[number].replace("{home}", str(root.parent / "outside"))


WAYS: dict[str, Callable[[Any, str], Any]] = {
    "open_job": lambda project, name: project.open_job(id=name),
    "open_job, and remove": lambda project, name: project.open_job(id=name).remove(),
    "Job": lambda project, name: Job(project, id_=name),
    "Job, and remove": lambda project, name: Job(project, id_=name).remove(),
    "Job, and init": lambda project, name: Job(project, id_=name).init(),
    "Job, and clear": lambda project, name: Job(project, id_=name).clear(),
    "Job, and document": lambda project, name: Job(project, id_=name).doc.update(x=1),
    "repair": lambda project, name: project.repair([name]),
    "pickled job": lambda project, name: altered(project, name).remove(),
    "pickled job, document": lambda project, name: altered(project, name).doc.update(x=1),
    "pickled job, init": lambda project, name: altered(project, name).init(),
}


def altered(project: Any, name: str) -> Any:
    """Return a job whose pickle somebody has changed."""
    job = project.open_job({"a": 0})
    data = pickle.dumps(job, 0)
    assert f"V{job.id}\n".encode() in data
    return pickle.loads(data.replace(job.id.encode(), escaped(name)))


def escaped(name: str) -> bytes:
    """Return a text as it stands in a pickle of protocol 0."""
    name = name.replace("\\", "\\u005c").replace("\0", "\\u0000").replace("\n", "\\u000a")
    return name.encode("raw-unicode-escape")


@pytest.mark.parametrize("number", range(len(IDS)))
def test_no_id(root: Path, number: int) -> None:
    """Every way that takes an id refuses it with a typed error, and touches nothing."""
    name = hostile(root, number)
    assert not is_id(name)
    before = contents(root)
    project = signac.get_project(root)
    for way, call in WAYS.items():
        with pytest.raises((signac.errors.Error, TypeError, ValueError)) as caught:
            call(project, name)
        assert str(caught.value), way
        assert contents(root) == before, way
    plan = project.plan_repair([name])
    assert not plan.actions
    assert plan.unresolved
    assert not project._contains_job_id(job_id=name)
    assert name not in [job.id for job in project]
    assert sorted(os.listdir(root.parent)) == ["outside", "project"]


@pytest.mark.parametrize("number", range(len(IDS)))
def test_no_id_in_a_selection(root: Path, number: int) -> None:
    """Calls over many jobs refuse such an id, or leave it out; they never look there."""
    name = hostile(root, number)
    before = contents(root)
    project = signac.get_project(root)
    good = calc_id({"a": 1})
    with contextlib.suppress(signac.errors.Error):
        assert "5" not in str(project.detect_schema(subset=[name, good]))
    cursor = project.find_jobs({"a": 1})
    assert len(cursor) == 1
    data = pickle.dumps(cursor, 0)
    assert good.encode() in data
    with pytest.raises(signac.errors.JobNotFoundError):
        pickle.loads(data.replace(good.encode(), escaped(name)))
    assert contents(root) == before


@pytest.mark.parametrize("number", range(len(IDS)))
def test_prefixes(number: int) -> None:
    """An abbreviated id is hexadecimal, too."""
    assert not is_id_prefix(IDS[number])


@pytest.mark.parametrize(
    "path", ["..", "../..", "workspace", "workspace/..", "workspace/.signac_scratch"]
)
def test_get_job_of_other_places(root: Path, path: str) -> None:
    """`get_job` of a path that is in no job says so."""
    with pytest.raises(signac.errors.NotFoundError):
        signac.get_job(root / path)


def test_a_cache_file_with_other_names(root: Path) -> None:
    """Entries of the cache file count only under the id that is their hash."""
    entries: dict[str, Any] = {hostile(root, n): {"a": 5} for n in range(len(IDS)) if n != 38}
    entries |= {calc_id({"a": 0}): {"a": 99}, calc_id({"a": 1}): [1], calc_id({"a": 77}): {"a": 77}}
    text = json.dumps(entries).encode()
    (root / ".signac" / "statepoint_cache.json.gz").write_bytes(gzip.compress(text))
    before = contents(root)
    project = signac.get_project(root)
    assert sorted(job.sp.a for job in project) == [0, 1, 2]
    assert [job.sp.a for job in project.find_jobs({"a": {"$gte": 0}})] == [
        job.sp.a for job in project
    ]
    project.repair()
    assert contents(root) == before
    project.update_cache()
    found = json.loads(
        gzip.decompress((root / ".signac" / "statepoint_cache.json.gz").read_bytes())
    )
    assert found == {calc_id({"a": number}): {"a": number} for number in range(3)}


def test_directories_with_other_names(root: Path) -> None:
    """What lies in the workspace under another name is no job, and is never removed as one."""
    odd = ["a" * 33, "A" * 32, "g" * 32, "a" * 32 + ".bak", "\uff11" * 32, "a" * 32 + "\n", "x"]
    for name in odd:
        shutil.copytree(root / "workspace" / calc_id({"a": 1}), root / "workspace" / name)
    before = contents(root)
    project = signac.get_project(root)
    assert len(project) == 3
    assert len(list(project.find_jobs({"a": 1}))) == 1
    assert len(project.find_jobs({"doc.x": 1})) == 1
    project.repair()
    assert contents(root) == before
    for name in odd:
        with pytest.raises(KeyError):
            project.open_job(id=name)


SEGMENTS = [
    "../../x",
    "../config",
    "../../signac_project_document.json",
    "{home}/thesis.txt",
    "../../../outside/thesis.txt",
    "..",
    "",
    "manifest",
    "x\0y",
    "0123456789abcdef.0123456789abcdef.seg/../../config",
    "../index/0123456789abcdef.0123456789abcdef.seg",
    "0123456789abcdef.0123456789abcdef.seg\n",
    5,
    None,
    ["x"],
    {"x": 1},
]


@pytest.mark.parametrize("place", ["segment", "documents", "patch", "unread"])
@pytest.mark.parametrize("number", range(len(SEGMENTS)))
def test_a_manifest_that_names_other_files(root: Path, number: int, place: str) -> None:
    """A manifest can name files of the index only: others are neither read nor removed."""
    before = contents(root)
    name = SEGMENTS[number]
    if isinstance(name, str):
        name = name.replace("{home}", str(root.parent / "outside"))
    part = {"segment": "0" * 16 + "." + "1" * 16 + ".seg", "documents": None, "patch": None}
    unread: list[Any] = []
    if place == "unread":
        unread = [name]
    else:
        part[place] = name  # type: ignore[assignment]
    body = json.dumps(
        [1, [[part["segment"], [], part["documents"], part["patch"]]], None, unread, []]
    ).encode()
    index = root / ".signac" / "index"
    index.mkdir(exist_ok=True)
    (index / "manifest").write_bytes(b"%08x\n%b" % (crc32(body), body))
    project = signac.get_project(root)
    assert [job.sp.a for job in project.find_jobs({"a": 1, "doc.x": 1})] == [1]
    assert len(project.find_jobs({"a": {"$exists": True}})) == 3
    time.sleep(0.01)
    project.update_cache()
    project.find_problems(level="full")
    project.repair()
    assert contents(root) == before
    assert (root / ".signac" / "config").is_file()


MOVES = [
    "../../outside",
    "{home}",
    "%2e%2e/outside",
    "a" * 33,
    "\x1b[31m",
    "",
    "x" * 100_000,
    "{id}",
]


@pytest.mark.parametrize("number", range(len(MOVES)))
def test_a_move_log_that_leads_elsewhere(root: Path, number: int) -> None:
    """The move log is only told to the user: nothing is read, written or made where it leads."""
    project = signac.get_project(root)
    job = project.open_job({"a": 1})
    assert job.doc.x == 1
    old = job.id
    words = MOVES[number].replace("{home}", str(root.parent / "outside")).replace("{id}", old)
    (root / ".signac" / "moves.log").write_text(
        f"{time.time() + 10:.6f} {old} {words}\n" * 2
        + "junk\n1 2\n1 2 3 4\nnan x y\n"
        + f"nan {old} {words}\ninf {old} {words}\n"
    )
    shutil.rmtree(job.path)
    before = contents(root)
    for call in (
        lambda: job.doc.update(x=2),
        lambda: job.sp(),
        lambda: job.update_statepoint({"b": 1}),
        job.remove,
        lambda: job.data.update(x=1),
    ):
        with contextlib.suppress(signac.errors.Error, OSError):
            call()
    assert {name: data for name, data in contents(root).items() if name in before} == before


LOCKS = [
    b"",
    b"{}",
    b"null",
    b"[]",
    b'{"host": "x", "pid": "1; rm"}',
    b'{"pid": -1}',
    b'{"pid": 1e400}',
    b'{"owner": "../../x"}',
    b'{"owner": {"a": 1}}',
    b"\xff\xfe",
    b"[" * 100_000,
]


@pytest.mark.parametrize("number", range(len(LOCKS)))
def test_lock_files_of_anybody(root: Path, number: int) -> None:
    """A lock file may hold anything: opening a project and asking it never fails for that."""
    locks = root / ".signac" / "locks"
    locks.mkdir(exist_ok=True)
    for name in ("x.lock", f"{calc_id({'a': 1})}-00000000.lock", "..lock", "x.lock.break"):
        (locks / name).write_bytes(LOCKS[number])
    before = contents(root)
    project = signac.get_project(root)
    assert len(project.find_jobs({"a": 1})) == 1
    project.find_problems()
    project.repair()
    assert contents(root) == before


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", '{"a": 5}', "../outside", "", "\0", "null", '{"__class__": "x"}', "[" * 100_000],
)
def test_pending_changes_of_anybody(root: Path, text: str) -> None:
    """A pending state point counts only if its hash is the id of the directory it lies in."""
    job = root / "workspace" / calc_id({"a": 1})
    (job / "signac_statepoint.json.next").write_text(text)
    project = signac.get_project(root)
    assert sorted(found.sp.a for found in project) == [0, 1, 2]
    assert json.loads((job / "signac_statepoint.json").read_text()) == {"a": 1}
    assert (root.parent / "outside" / "thesis.txt").read_text() == "thesis"


def test_a_hostile_program_line(root: Path) -> None:
    """Ids that came over another process are looked at, too: a path in place of one is refused."""
    program = (
        "import signac, sys\n"
        "project = signac.get_project(sys.argv[1])\n"
        "for name in sys.argv[2:]:\n"
        "    try: project.open_job(id=name).remove()\n"
        "    except signac.errors.JobNotFoundError as error: print(len(str(error)) > 0)\n"
    )
    names = ["./" * 14 + "../../outside", "../outside", str(root.parent / "outside")]
    done = subprocess.run(
        [sys.executable, "-c", program, str(root), *names],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True"] * 3
    assert (root.parent / "outside" / "thesis.txt").is_file()
