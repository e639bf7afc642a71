"""Readers of the files of a project."""

import gzip
import json
import os
import random
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping, MutableSequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import signac
from fuzz.engine import names_file
from fuzz.ground import STATEPOINTS, VICTIM, Ground, read, write
from fuzz.mutate import mutate
from signac._index.pages import checked, fingerprint
from signac.errors import JobsCorruptedError

Questions = Iterator[tuple[str, Callable[[], object]]]
#: What readers may write without being asked.
DERIVED = (".signac/index", ".signac/statepoint_cache")


class FileReader:
    """Mutates one file of a project; `paths` are those an error may name."""

    name = ""
    file = ""
    #: Jobs beyond the few.
    more = 0

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.path = ground.path(self.file)
        self.good = read(self.path) if os.path.isfile(self.path) else b""
        self.samples = self.make_samples()
        self.undamaged: set[str] = set(ground.ids)

    def make_samples(self) -> list[bytes]:
        """Return good contents, the one that is there first."""
        return [self.good]

    def inputs(self, draw: random.Random) -> Any:
        """Return one input."""
        return mutate(draw, self.samples)

    def allows(self, error: Exception) -> bool:
        """Tell whether an error is documented here."""
        return names_file(error, self.path)

    def ask(self, data: Any) -> Questions:
        """Write the input, ask, and put the good file back."""
        self.put(data)
        try:
            yield from self.questions()
        finally:
            self.restore()

    def put(self, data: Any) -> None:
        """Put an input into its place."""
        write(self.path, data)

    def restore(self) -> None:
        """Put the good file back."""
        write(self.path, self.good)

    def questions(self) -> Questions:
        """Yield what is asked while the input is in place."""
        raise NotImplementedError

    def left(self) -> list[str]:
        """Return files that changed but for the ones that may."""
        return self.ground.changed()

    def check_healthy(self) -> None:
        """Hold that every job whose files are good is still found and read."""
        project = self.ground.project()
        healthy = self.ground.healthy
        assert len(project) == len(self.ground.ids)
        assert {job.id for job in project} == set(self.ground.ids)
        found = {job.id: job.sp.a for job in project.find_jobs({"a": {"$gte": 0}})}
        assert healthy <= set(found), "a healthy job is not found"
        for job_id in healthy:
            assert found[job_id] == self.ground.statepoints[self.ground.ids.index(job_id)]["a"]
        assert healthy <= {job.id for job in project.find_jobs({"doc.x": {"$gte": 0}})}


class StatepointReader(FileReader):
    """The state point file of one job."""

    name = "statepoint"

    def __init__(self, ground: Ground) -> None:
        self.file = os.path.join("workspace", ground.victim, "signac_statepoint.json")
        super().__init__(ground)

    def make_samples(self) -> list[bytes]:
        return [
            self.good,
            *(json.dumps(statepoint).encode() for statepoint in STATEPOINTS),
            json.dumps(STATEPOINTS[VICTIM], indent=2).encode("utf-16"),
            b'\xef\xbb\xbf{"a": NaN, "b": [Infinity, -0.0, 1e400]}',
        ]

    def questions(self) -> Questions:
        ground = self.ground
        victim = ground.victim
        yield "healthy", self.check_healthy
        yield "sp", lambda: ground.project().open_job(id=victim).sp()
        yield "cached", lambda: ground.project().open_job(id=victim).cached_statepoint
        yield "init by id", lambda: ground.project().open_job(id=victim).init()
        yield "init by sp", lambda: ground.project().open_job(STATEPOINTS[VICTIM]).init()
        yield "repr", lambda: repr(ground.project().open_job(id=victim))
        yield "schema", lambda: ground.project().detect_schema()
        yield "groups", lambda: [list(group) for _, group in ground.project().groupby("a")]
        yield "neighbors", lambda: ground.project().get_neighbors()
        yield "strict", lambda: list(ground.project().find_jobs({"a": 2}, strict=True))
        yield "problems", self.check_problems
        yield "update_cache", lambda: ground.project().update_cache()

    def check_problems(self) -> None:
        """Hold that the fast check names the job if and only if it cannot be read."""
        project = self.ground.project()
        named = {problem.job for problem in project.find_problems().errors}
        try:
            found = json.loads(read(self.path))
            right = json.dumps(found, sort_keys=True) == json.dumps(
                STATEPOINTS[VICTIM], sort_keys=True
            )
        except (ValueError, RecursionError):
            right = False
        assert named == (set() if right else {self.ground.victim})

    def left(self) -> list[str]:
        return self.ground.changed((self.ground.path(".signac"),))


class NextReader(StatepointReader):
    """The state point that waits beside the file, of a change that was interrupted."""

    name = "next"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.next = self.path + ".next"

    def inputs(self, draw: random.Random) -> Any:
        """Return the contents of both files; None for one that is missing."""
        first = draw.choice((None, self.samples[0], self.samples[2], mutate(draw, self.samples)))
        return first, mutate(draw, self.samples)

    def put(self, data: Any) -> None:
        if data[0] is None:
            os.unlink(self.path)
        else:
            write(self.path, data[0])
        write(self.next, data[1])

    def restore(self) -> None:
        write(self.path, self.good)
        if os.path.lexists(self.next):
            os.unlink(self.next)

    def questions(self) -> Questions:
        for name, question in super().questions():
            if name != "problems":
                yield name, question


class DocumentReader(FileReader):
    """The document of one job."""

    name = "document"
    samples_of_documents = (
        b'{"x": 2, "s": "text", "l": [1, {"y": 2}], "n": {"m": null}}',
        b"{}",
        b"null",
        b'{"a b": {"": []}, "\\u00e9\\ud83d\\ude00": -0.0, "keys": 1, "__x": NaN}',
        '{"é": "ü"}'.encode(),
        '{"x": 1}'.encode("utf-16"),
        '\ufeff{"x": 1}'.encode(),
    )

    def __init__(self, ground: Ground) -> None:
        self.file = os.path.join("workspace", ground.victim, "signac_job_document.json")
        super().__init__(ground)

    def make_samples(self) -> list[bytes]:
        return [self.good, *self.samples_of_documents]

    def document(self) -> Any:
        """Return the document as a new process sees it."""
        return self.ground.project().open_job(id=self.ground.victim).doc

    def questions(self) -> Questions:
        ground = self.ground
        yield "read", lambda: self.document()()
        yield "length", lambda: len(self.document())
        yield "items", lambda: [repr(item) for item in self.document().items()]
        yield "walk", lambda: walk(self.document())
        yield "find", lambda: list(ground.project().find_jobs({"doc.n.m": None}))
        yield "groups", lambda: list(ground.project().groupby("doc.x", default=-1))
        yield "strict", lambda: list(ground.project().find_jobs({"doc.x": 2}, strict=True))
        yield "healthy", self.check_healthy
        yield "problems", lambda: str(ground.project().find_problems())
        yield "buffered", self.read_buffered
        yield "set", lambda: self.document().update(new=1)
        yield "block", self.change_in_block
        yield "reset", lambda: self.document().reset({"new": 2})
        yield "whole again", self.check_reset

    def allows(self, error: Exception) -> bool:
        # Values of one key that cannot be sorted are a documented `TypeError` of groupby.
        sorting = isinstance(error, TypeError) and str(error).startswith("groupby: ")
        return sorting or super().allows(error)

    def read_buffered(self) -> None:
        """Look at the document inside a buffered block."""
        with signac.buffered():
            self.document()()

    def change_in_block(self) -> None:
        """Change the document in a transaction."""
        with self.document().transaction() as inner:
            inner["k"] = [1]

    def check_reset(self) -> None:
        """Hold that a reset puts any file right."""
        assert self.document()() == {"new": 2}


class ProjectDocumentReader(DocumentReader):
    """The document of the project."""

    name = "project-document"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.path = ground.path("signac_project_document.json")
        self.good = read(self.path)
        self.samples = self.make_samples()

    def document(self) -> Any:
        return self.ground.project().doc


def walk(node: Any) -> None:
    """Look at everything in a document through its live containers."""
    keys = list(node) if isinstance(node, Mapping) else range(len(node))
    for key in keys:
        value = node[key]
        if isinstance(value, Mapping | MutableSequence):
            walk(value)


class ConfigReader(FileReader):
    """The configuration of a project."""

    name = "config"
    file = os.path.join(".signac", "config")

    def make_samples(self) -> list[bytes]:
        return [
            self.good,
            b"schema_version = 2\ndurability = fast\n",
            b"# note\nschema_version = 2 # two\n[a]\nb = 1, 2, 'x'\n[[c]]\nd = '''m\nn'''\n",
            b"schema_version = 2\nx = %(schema_version)s\ny = %(x)s\n",
            b"schema_version = 1\nproject = old\nworkspace_dir = ../outside\n",
        ]

    def questions(self) -> Questions:
        ground = self.ground

        def use() -> None:
            project = ground.project()
            repr(project.config)
            project.config.get("durability")
            assert len(project) == len(ground.ids)
            project.open_job(id=ground.victim).doc.x = 2

        yield "open", use
        yield "get_project", lambda: signac.get_project(ground.root)
        yield "from a job", lambda: signac.get_project(ground.job())
        yield "init_project", lambda: signac.init_project(ground.root)
        yield "get_job", lambda: signac.get_job(ground.job())

    def allows(self, error: Exception) -> bool:
        # A schema version that is no number is a documented `ValueError`.
        return names_file(error, self.path, self.ground.root) or (
            isinstance(error, ValueError) and self.ground.root in str(error)
        )


class UserConfigReader(ConfigReader):
    """The configuration of the user."""

    name = "user-config"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.home = ground.top / "home"
        self.home.mkdir(exist_ok=True)
        self.path = str(self.home / ".signacrc")
        self.good = b""

    def ask(self, data: Any) -> Questions:
        before = os.environ.get("HOME")
        os.environ["HOME"] = str(self.home)
        try:
            yield from super().ask(data)
        finally:
            os.environ["HOME"] = before or ""

    def restore(self) -> None:
        os.unlink(self.path)


class CacheReader(FileReader):
    """The cache file of the released signac, read where a state point file is damaged."""

    name = "cache"
    file = os.path.join(".signac", "statepoint_cache.json.gz")

    def make_samples(self) -> list[bytes]:
        entries = dict(zip(self.ground.ids, self.ground.statepoints, strict=True))
        return [
            json.dumps(entries).encode(),
            b"{}",
            b'{"x": 1}',
            json.dumps({key: {"a": 99} for key in self.ground.ids}).encode(),
        ]

    def inputs(self, draw: random.Random) -> Any:
        """Return bytes; most are bad JSON in a good container."""
        if draw.random() < 0.7:
            return gzip.compress(mutate(draw, self.samples), 1, mtime=0)
        return mutate(draw, [self.good, gzip.compress(self.samples[0], 1, mtime=0)])

    def questions(self) -> Questions:
        ground = self.ground
        file = ground.job("signac_statepoint.json")
        good = read(file)
        yield "update_cache", lambda: ground.project().update_cache()
        yield "healthy", self.check_healthy
        write(file, b"rot")
        try:
            yield "by id", self.check_truth
            yield "healthy beside", self.check_healthy
            yield "problems", lambda: ground.project().find_problems(level="full")
        finally:
            write(file, good)

    def check_truth(self) -> None:
        """Hold that an entry is believed only if it is the state point of its id."""
        try:
            found = self.ground.project().open_job(id=self.ground.victim).sp()
        except JobsCorruptedError:
            return
        assert json.dumps(found) == json.dumps(STATEPOINTS[VICTIM])

    def left(self) -> list[str]:
        return self.ground.changed((self.ground.path(".signac"),))


class IndexReader(FileReader):
    """The files of the index; mended checksums let bad contents through to what reads them."""

    name = "index"
    more = 35
    file = os.path.join(".signac", "index", "manifest")

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.files = ground.index_files()
        self.segments = [name for name in self.files if name.endswith(".seg")]

    def inputs(self, draw: random.Random) -> Any:
        """Return a way and the files of a bad index."""
        way = draw.choice(("raw", "manifest", "segment", "segment", "directory", "directory"))
        files = dict(self.files)
        if way == "raw":
            name = draw.choice(list(files))
            files[name] = mutate(draw, list(self.files.values()))
        elif way == "manifest":
            body = self.files["manifest"].partition(b"\n")[2]
            files["manifest"] = _signed(mutate(draw, [body]))
        else:
            name = draw.choice(self.segments)
            changed = _with_segment(draw, files[name], whole=way == "segment")
            new = f"{'0' * 16}.{fingerprint([*changed])}.seg"
            del files[name]
            files[new] = b"".join(changed)
            body = self.files["manifest"].partition(b"\n")[2]
            files["manifest"] = _signed(body.replace(name.encode(), new.encode()))
        return way, files

    def put(self, data: Any) -> None:
        self.trusted = data[0] != "raw"
        self.ground.put_index(data[1])

    def restore(self) -> None:
        self.ground.put_index(self.files)

    def questions(self) -> Questions:
        ground = self.ground
        yield "problems", lambda: str(ground.project().find_problems(level="full"))
        if not self.trusted:
            yield "healthy", self.check_healthy
        for query in (
            {"a": 1},
            {"a": {"$gt": 1}},
            {"n.c": [1, 2.5]},
            {"b": {"$regex": "x"}},
            {"doc.x": {"$lt": 3}},
            {"doc.l": {"$exists": True}},
            {"$not": {"doc.s": "text"}},
        ):
            yield repr(query), lambda query=query: self.check_found(query)
        yield "schema", lambda: ground.project().detect_schema()
        yield "groups", lambda: list(ground.project().groupby("a"))
        yield "document groups", lambda: list(ground.project().groupby("doc.x"))
        yield "frame", lambda: ground.project().to_dataframe()
        yield "neighbors", lambda: ground.project().get_neighbors()
        yield "statepoints", lambda: [job.sp() for job in ground.project()]
        yield "aggregate", lambda: ground.project().find_jobs().distinct("a")
        yield "by id", self.check_job
        yield "update_cache", lambda: ground.project().update_cache()

    def check_found(self, query: dict[str, Any]) -> None:
        """Hold that a search finds jobs of the project only."""
        found = {job.id for job in self.ground.project().find_jobs(query)}
        # With a right checksum the ids themselves may be others.
        assert self.trusted or found <= set(self.ground.ids)

    def check_job(self) -> None:
        """Hold that a job that is opened by its id is itself."""
        found = self.ground.project().open_job(id=self.ground.victim).sp()
        assert json.dumps(found) == json.dumps(STATEPOINTS[VICTIM])

    def left(self) -> list[str]:
        return self.ground.changed((self.ground.path(".signac"),))

    def allows(self, error: Exception) -> bool:
        """Forgive what the values of a trusted index may lead to when they are sorted."""
        return isinstance(error, TypeError) and str(error).startswith("groupby: ")


def _signed(body: bytes) -> bytes:
    return b"%08x\n%b" % (crc32(body), body)


def _with_segment(draw: random.Random, data: bytes, *, whole: bool) -> list[bytes]:
    """Return the pieces of a segment with other contents and right checksums."""
    length, start, size = struct.unpack_from("<QQQ", data, len(data) - 32)
    contents = data[:length]
    directory = contents[start : start + size]
    if whole:
        return checked([mutate(draw, [contents])], start, size)
    changed = mutate(draw, [directory])
    joined = contents[:start] + changed + contents[start + size :]
    return checked([joined], start, len(changed))


class MovesReader(FileReader):
    """The log of moved jobs."""

    name = "moves"
    file = os.path.join(".signac", "moves.log")

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.lost = "e" * 32

    def make_samples(self) -> list[bytes]:
        lost, found = "e" * 32, self.ground.ids[0]
        return [
            f"9999999999.0 {lost} {found}\n".encode(),
            f"9999999999.0 {lost} {found}\n9999999999.5 {found} {lost}\n".encode() * 3,
            f"9999999999.0 {lost} /a/b%20c/{found}\n1.5 x y\n".encode(),
        ]

    def restore(self) -> None:
        if os.path.lexists(self.path):
            os.unlink(self.path)

    def questions(self) -> Questions:
        ground = self.ground
        job = ground.project().open_job({"lost": True})

        def lose() -> None:
            job.init()
            job.doc.x = 1
            shutil.rmtree(job.path)
            state = job._state
            os.rename(self.path, self.path + "~")
            content = read(self.path + "~").replace(self.lost.encode(), job.id.encode())
            os.unlink(self.path + "~")
            write(self.path, content)
            state.raise_if_moved(FileNotFoundError(2, ""))

        yield "look", lose
        yield "document", lambda: job.doc.update(y=1)
        yield "statepoint", lambda: setattr(job.sp, "b", 1)
        yield "tidy", lambda: shutil.rmtree(job.path, ignore_errors=True)
        yield "healthy", self.check_healthy

    def allows(self, error: Exception) -> bool:
        return isinstance(error, FileNotFoundError)

    def left(self) -> list[str]:
        found = self.ground.changed()
        for name in os.listdir(self.ground.path("workspace")):
            if name not in self.ground.ids and name != ".signac_scratch":
                shutil.rmtree(self.ground.path("workspace", name))
                found.append(f"a new job {name}")
        return [what for what in found if "moves.log" not in what]


class LockReader(FileReader):
    """A lock file, where lock files are used."""

    name = "lock"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        with _lock_files(), ground.project().open_job(id=ground.ids[0]).doc.transaction():
            directory = Path(ground.path(".signac", "locks"))
            self.path = str(next(directory.glob("*.lock")))
            self.good = read(self.path)
        self.samples = [self.good, self.good.replace(str(os.getpid()).encode(), b"999999")]

    def ask(self, data: Any) -> Questions:
        with _lock_files():
            yield from super().ask(data)

    def restore(self) -> None:
        for name in os.listdir(os.path.dirname(self.path)):
            os.unlink(os.path.join(os.path.dirname(self.path), name))

    def questions(self) -> Questions:
        ground = self.ground
        yield "write", lambda: ground.project().open_job(id=ground.ids[0]).doc.update(x=0)
        yield "again", lambda: ground.project().open_job(id=ground.ids[0]).doc.update(x=0)
        yield "problems", lambda: str(ground.project().find_problems())
        yield "healthy", self.check_healthy


@contextmanager
def _lock_files() -> Iterator[None]:
    before = {key: os.environ.get(key) for key in ("SIGNAC_LOCKS", "SIGNAC_LOCK_TIMEOUT")}
    os.environ.update({"SIGNAC_LOCKS": "file", "SIGNAC_LOCK_TIMEOUT": "0"})
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


class ScratchReader(FileReader):
    """Names and contents in the scratch directory, which a new process tidies up."""

    name = "scratch"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.scratch = ground.path("workspace", ".signac_scratch")
        first, second = ground.ids[0], ground.ids[1]
        old = f"{'a' * 16}-0-0-0-0"
        self.names = [
            f"{old}.{first}.{second}.rekey".encode(),
            f"{'a' * 16}.{first}.{'e' * 32}.rekey".encode(),
            f"{old}.{first}.clear".encode(),
            f"{'a' * 16}.{first}.clear".encode(),
            f"{'b' * 16}.{first}.new".encode(),
            b"x.trash",
        ]
        self.samples = [json.dumps(STATEPOINTS[1]).encode(), b"{}"]

    def inputs(self, draw: random.Random) -> Any:
        """Return names with what lies there."""
        found = []
        for _ in range(draw.randint(1, 4)):
            name = mutate(draw, self.names) if draw.random() < 0.8 else draw.choice(self.names)
            name = name.replace(b"/", b"_").replace(b"\0", b"_")[:200] or b"x"
            kind = draw.choice(("file", "directory", "link", "link to file", "loop"))
            found.append((kind, name, mutate(draw, self.samples)[:2_000]))
        return found

    def put(self, data: Any) -> None:
        os.makedirs(self.scratch, exist_ok=True)
        for kind, name, content in data:
            path = os.path.join(os.fsencode(self.scratch), name)
            if name in (b".", b"..") or os.path.lexists(path):
                continue
            if kind == "file":
                Path(os.fsdecode(path)).write_bytes(content)
            elif kind == "directory":
                os.makedirs(os.path.join(path, b"sub"))
                os.symlink(os.fsencode(self.ground.outside), os.path.join(path, b"out"))
            elif kind == "link":
                os.symlink(os.fsencode(self.ground.outside), path)
            elif kind == "link to file":
                os.symlink(os.fsencode(self.ground.outside / "precious.txt"), path)
            else:
                os.symlink(path, path)

    def restore(self) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)
        for name in ("sub", "out"):
            path = self.ground.path("workspace", self.ground.ids[0], name)
            if os.path.islink(path):
                os.unlink(path)
            else:
                shutil.rmtree(path, ignore_errors=True)

    def questions(self) -> Questions:
        ground = self.ground
        yield "open", lambda: signac.get_project(ground.root)
        yield "again", lambda: signac.init_project(ground.root)
        yield "problems", lambda: str(ground.project().find_problems())
        yield "healthy", self.check_healthy


READERS = (
    StatepointReader,
    NextReader,
    DocumentReader,
    ProjectDocumentReader,
    ConfigReader,
    UserConfigReader,
    CacheReader,
    IndexReader,
    MovesReader,
    LockReader,
    ScratchReader,
)
