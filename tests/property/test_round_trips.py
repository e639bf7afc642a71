"""Whatever a project holds, it comes back equal through every container."""

import json
import os
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import signac
from signac.errors import PathSpecificationError
from signac.job import calc_id

STATE_POINT = "signac_statepoint.json"
CONTAINERS = ["out", "out.zip", "out.tar", "out.tar.gz", "out.tar.bz2", "out.tar.xz"]

#: Values that are prefixes of each other, names that paths read differently, and what is odd.
TEXTS = st.one_of(
    st.sampled_from(["", "1", "10", "100", "1.0", "True", "None", ".", "..", "...", "a/b", "/"]),
    st.sampled_from(["a.b", "../../x", "%2F", "%empty", "%", "é", "e\u0301", "\u202e", "x" * 300]),
    st.sampled_from(["-", " ", "a\\b", "{a}", "~"]),
    st.text(max_size=12),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.sampled_from([0, 1, 10, 100, -1]),
    st.floats(allow_nan=False),
    TEXTS,
)
KEYS = st.sampled_from(["a", "b", "key", "é", "a b", "%41", "x" * 60, "job", "1"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=5,
)
STATEPOINTS = st.dictionaries(KEYS, VALUES, max_size=4)
NAMES = st.sampled_from(
    ["f", ".hidden", "d/f", "d/e/f", "a b", "é", "n" * 120, "d2/" + STATE_POINT]
)
FILES = st.dictionaries(NAMES, st.binary(max_size=20), max_size=3)
DOCUMENTS = st.dictionaries(KEYS, SCALARS, max_size=2)
JOBS = st.lists(
    st.tuples(STATEPOINTS, FILES, DOCUMENTS),
    max_size=5,
    unique_by=lambda job: calc_id(job[0]),
)
#: State points whose paths can be read back: some keys, types that patterns know.
WORDS = st.text("abcXYZ_0189é", min_size=1, max_size=8)
INVERTIBLE = st.fixed_dictionaries(
    {
        "a": st.integers(-(10**9), 10**9),
        "n": st.fixed_dictionaries({"b": st.booleans()}),
        "text": st.one_of(WORDS, st.sampled_from(["", "..", "a/b", "/", "\n", "%2F", "1"])),
    }
)


def fill(project: Any, jobs: Any) -> None:
    """Make jobs with files and documents."""
    for statepoint, there, document in jobs:
        job = project.open_job(statepoint).init()
        for name, data in there.items():
            path = Path(job.fn(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if document:
            job.doc = document


def picture(project: Any) -> dict[str, bytes | None]:
    """Return all files and directories of all jobs."""
    found: dict[str, bytes | None] = {}
    for directory, names, files in os.walk(project.workspace):
        names[:] = [name for name in names if name != ".signac_scratch"]
        for name in (*names, *files):
            path = Path(directory, name)
            found[os.path.relpath(path, project.workspace)] = (
                path.read_bytes() if path.is_file() else None
            )
    return found


def files(project: Any) -> dict[str, bytes | None]:
    """Return the same without the state point files."""
    return {
        name: data
        for name, data in picture(project).items()
        if os.path.basename(name) != STATE_POINT
    }


def few(examples: int) -> Any:
    """Return settings for tests that write many files."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def round_trip(jobs: Any, container: str, path: Any = None, schema: Any = None) -> None:
    """Export and import; everything must come back."""
    with signac.TemporaryProject() as project, signac.TemporaryProject() as other:
        fill(project, jobs)
        with tempfile.TemporaryDirectory() as directory:
            target = os.path.join(directory, container)
            exported = project.export_to(target, path=path)
            assert len(exported) == len(jobs)
            if not jobs and not os.path.exists(target):
                return
            if schema is not None:
                drop_statepoints(target)
            assert len(other.import_from(target, schema=schema)) == len(jobs)
        if schema is None:
            assert picture(other) == picture(project)
        else:  # the order of the keys is that of the pattern
            assert files(other) == files(project)
        assert {job.id for job in other} == {calc_id(job[0]) for job in jobs}
        for statepoint, _, document in jobs:
            assert other.open_job(statepoint).sp() == statepoint
            assert other.open_job(statepoint).doc() == document


def drop_statepoints(target: str) -> None:
    """Remove the state point files from an export, so that only paths tell state points."""
    if os.path.isdir(target):
        for directory, _, names in os.walk(target):
            if STATE_POINT in names:
                os.unlink(os.path.join(directory, STATE_POINT))
    elif target.endswith(".zip"):
        with zipfile.ZipFile(target) as archive:
            kept = [(one, archive.read(one)) for one in archive.namelist()]
        with zipfile.ZipFile(target, "w") as archive:
            for name, data in kept:
                if os.path.basename(name) != STATE_POINT:
                    archive.writestr(name, data)
                elif os.path.dirname(name) + "/" not in dict(kept):
                    archive.writestr(os.path.dirname(name) + "/", b"")
    else:
        with tarfile.open(target) as tar:
            files = [(one, tar.extractfile(one)) for one in tar]
            with tarfile.open(target + ".new", "w") as new:
                for member, file in files:
                    if os.path.basename(member.name) != STATE_POINT:
                        new.addfile(member, file)
        os.replace(target + ".new", target)


@pytest.mark.parametrize("container", CONTAINERS)
@few(5)
@given(JOBS)
def test_by_id(container: str, jobs: Any) -> None:
    """Any project comes back by its ids."""
    round_trip(jobs, container, False)


@pytest.mark.long
@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("path", [False, None, "x/{{auto}}/id/{job.id}"])
@few(300)
@given(JOBS)
def test_any_project(container: str, path: Any, jobs: Any) -> None:
    """Any project comes back by its ids, and by paths that its values give."""
    try:
        round_trip(jobs, container, path)
    except PathSpecificationError:
        # Some projects have no automatic paths: a job has none of the keys in which they differ.
        if path is False:
            raise


@pytest.mark.parametrize("container", CONTAINERS[:3])
@few(8)
@given(
    st.lists(st.tuples(INVERTIBLE, FILES, DOCUMENTS), max_size=4, unique_by=lambda j: calc_id(j[0]))
)
def test_by_paths(container: str, jobs: Any) -> None:
    """What a template wrote a pattern reads, also without a state point file."""
    jobs = [
        (one, {k: v for k, v in there.items() if os.path.basename(k) != STATE_POINT}, document)
        for one, there, document in jobs
    ]
    template = "a/{a}/n.b/{n.b}/{text}"
    round_trip(jobs, container, template, "a/{a:int}/n.b/{n.b:bool}/{text}")


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("path", [None, False, "a/{a}"])
def test_values_that_are_prefixes(container: str, path: Any) -> None:
    """Jobs whose paths begin with the same text do not get each other's files."""
    jobs = [({"a": 10**n}, {"f": str(n).encode(), "d/g": b"x"}, {"n": n}) for n in range(4)]
    round_trip(jobs, container, path)


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_single_job(container: str) -> None:
    """A single job, whose automatic path is empty, comes back."""
    round_trip([({"a": [1, {"b": None}]}, {"f": b"x", "d/f": b"y"}, {"n": 1})], container)


def test_an_archive_of_a_project(tmp_path: Path) -> None:
    """A whole project directory, packed by an ordinary tool, is a source of its jobs."""
    import shutil

    with signac.TemporaryProject() as project:
        fill(project, [({"a": number}, {"f": b"x"}, {"n": 1}) for number in range(3)])
        archive = shutil.make_archive(str(tmp_path / "x"), "gztar", project.path)
        before = picture(project)
    other = signac.init_project(tmp_path / "other")
    assert len(other.import_from(archive)) == 3
    assert picture(other) == before
    assert json.loads(Path(other.open_job({"a": 1}).fn(STATE_POINT)).read_text()) == {"a": 1}
