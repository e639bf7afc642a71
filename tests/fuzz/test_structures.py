"""Files that are well-formed and wrong: JSON of any shape where one shape is expected."""

import gzip
import json
import os
import shutil
import warnings
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import signac
from fuzz.engine import limited, names_file, quiet
from fuzz.files import FileReader, _signed
from fuzz.ground import Ground, read, write
from signac.errors import Error, JobsCorruptedError

SETTINGS = settings(
    max_examples=int(os.environ.get("SIGNAC_FUZZ_EXAMPLES") or 25),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
KEYS = st.one_of(
    st.sampled_from(["a", "b", "x", "", "a.b", "$gt", "__class__", "keys", "\ud800", "owner"]),
    st.text(st.characters(exclude_categories=[]), max_size=5),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**30, max_value=10**400),
    st.floats(),
    KEYS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
MAPPINGS = st.dictionaries(KEYS, VALUES, max_size=4)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with signac.durability("fast"), quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield Ground(tmp_path_factory.mktemp("structures"))


@SETTINGS
@given(value=VALUES)
def test_documents(ground: Ground, value: Any) -> None:
    """A mapping without dotted keys is read as it is; everything else names the file."""
    path = ground.job("signac_job_document.json")
    good = read(path)
    write(path, json.dumps(value).encode())
    try:
        with limited():
            found = ground.project().open_job(id=ground.victim).doc()
    except Exception as error:
        found = error
    finally:
        write(path, good)
    if isinstance(found, Exception):
        assert isinstance(found, Error) or names_file(found, path)
        assert path in str(found)
        assert not isinstance(value, dict) or "." in json.dumps(value)
    else:
        assert json.dumps(found) == json.dumps({} if value is None else value)


@SETTINGS
@given(value=MAPPINGS)
def test_state_points_of_other_programs(ground: Ground, value: dict[str, Any]) -> None:
    """A mapping under its id is a job, whatever its keys; it can be found, read and removed."""
    text = json.dumps(value)
    job_id = md5(json.dumps(value, sort_keys=True).encode()).hexdigest()
    directory = Path(ground.path("workspace", job_id))
    if directory.exists():
        return
    directory.mkdir()
    write(str(directory / "signac_statepoint.json"), text.encode())
    try:
        with limited():
            project = ground.project()
            assert json.dumps(project.open_job(id=job_id).sp()) == text
            assert job_id in {job.id for job in project}
            assert len(list(project.find_jobs({"a": {"$exists": True}}))) >= 5
            project.detect_schema()
            project.get_neighbors()
            project.to_dataframe()
            assert not project.find_problems().errors
    finally:
        shutil.rmtree(directory)


@SETTINGS
@given(value=VALUES)
def test_state_points_of_other_jobs(ground: Ground, value: Any) -> None:
    """Anything else under the id of a job is damage of that job alone."""
    path = ground.job("signac_statepoint.json")
    good = read(path)
    write(path, json.dumps(value).encode())
    try:
        with limited():
            with pytest.raises(JobsCorruptedError):
                ground.project().open_job(id=ground.victim).sp()
            FileReader.check_healthy(_Asking(ground))  # type: ignore[arg-type]
    finally:
        write(path, good)


class _Asking:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground


@SETTINGS
@given(value=VALUES, whole=st.booleans())
def test_manifests(ground: Ground, value: Any, whole: bool) -> None:
    """A manifest of the index with a right checksum and any content changes no answer."""
    directory = ground.path(".signac", "index")
    os.makedirs(directory, exist_ok=True)
    body = value if whole else [1, [], value, [], []]
    write(os.path.join(directory, "manifest"), _signed(json.dumps(body).encode()))
    with limited():
        FileReader.check_healthy(_Asking(ground))  # type: ignore[arg-type]


@SETTINGS
@given(value=st.dictionaries(KEYS, VALUES, max_size=4) | VALUES)
def test_cache_files(ground: Ground, value: Any) -> None:
    """A cache file of any content is ignored, and written anew when it is asked for."""
    path = ground.path(".signac", "statepoint_cache.json.gz")
    write(path, gzip.compress(json.dumps(value).encode(), 1))
    with limited():
        FileReader.check_healthy(_Asking(ground))  # type: ignore[arg-type]
        ground.project().update_cache()
        assert set(json.loads(gzip.decompress(read(path)))) == set(ground.ids)
