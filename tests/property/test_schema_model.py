"""Schema and differences are those of reading all state points one by one."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import signac
from property.analysis_values import filled, leaves_of, spaces, statepoints
from signac._utility import _to_hashable

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=250,
    suppress_health_check=list(HealthCheck),
)


def stored(value: Any) -> tuple[str, str]:
    return "mapping" if value == {} else type(value).__name__, repr(value)


def naive_schema(jobs: list[dict[str, Any]]) -> dict[str, dict[str, set[Any]]]:
    """Collect keys and values; mappings that are empty make a key without values."""
    found: dict[str, dict[str, set[Any]]] = {}
    for data in jobs:
        for path, value in leaves_of(data).items():
            kinds = found.setdefault(".".join(path), {})
            if value != {}:
                plain = _to_hashable(value)
                kinds.setdefault(type(plain).__name__, set()).add(repr_nan(plain))
    return found


def repr_nan(value: Any) -> Any:
    return "a number that equals nothing" if value != value else value


def shown(schema: Any) -> dict[str, dict[str, set[Any]]]:
    return {
        key: {
            kind.__name__: {repr_nan(value) for value in values} for kind, values in kinds.items()
        }
        for key, kinds in schema.items()
    }


@SETTINGS
@given(content=spaces, chosen=st.sets(st.integers(0, 13)))
def test_the_schema_holds_all_keys_and_values(tmp_path_factory, content, chosen):
    """Keys, types and values are those of the state points; of some jobs, those of these."""
    project = filled(tmp_path_factory.mktemp("schema"), content)
    jobs = sorted(project, key=lambda job: job.id)
    schema = project.detect_schema()
    assert shown(schema) == naive_schema([job.sp() for job in jobs])
    assert schema == project.detect_schema()
    assert not schema.difference(project.detect_schema())
    some = [job for number, job in enumerate(jobs) if number in chosen]
    for subset in (some, [job.id for job in some], iter(some)):
        part = project.detect_schema(subset=subset)
        assert shown(part) == naive_schema([job.sp() for job in some])
    lacking = set(schema) - set(part)
    assert schema.difference(part, ignore_values=True) == lacking
    assert lacking <= schema.difference(part)


@SETTINGS
@given(content=spaces)
def test_constant_keys(tmp_path_factory, content):
    """A key is left out as constant iff all jobs have the same there, all mappings being one."""
    project = filled(tmp_path_factory.mktemp("constant"), content)
    jobs = [job.sp() for job in project]
    every = project.detect_schema()
    left = project.detect_schema(exclude_const=True)
    for key in every:
        texts = {what(data, key.split(".")) for data in jobs}
        assert (key in left) == (len(texts) > 1), key
    assert set(left) <= set(every)
    assert list(left) == [key for key in every if key in left]


def what(data: Any, names: list[str]) -> Any:
    for name in names:
        if not isinstance(data, dict) or name not in data:
            return "missing"
        data = data[name]
    return "mapping" if isinstance(data, dict) else stored(data)


@SETTINGS
@given(content=st.lists(statepoints, max_size=5))
def test_the_difference_is_what_is_not_in_all(tmp_path_factory, content):
    """Each job keeps exactly the items that some other job does not have; none is made."""
    project = filled(tmp_path_factory.mktemp("diff"), [])
    jobs = [project.open_job(data) for data in content]
    found = signac.diff_jobs(*jobs)
    items = [{(path, *stored(v)) for path, v in leaves_of(job.sp()).items()} for job in jobs]
    common = set.intersection(*items) if items else set()
    assert set(found) == {job.id for job in jobs}
    for job in jobs:
        expected = {
            path: _to_hashable(value)
            for path, value in leaves_of(job.sp()).items()
            if (path, *stored(value)) not in common
        }
        got = leaves_of(found[job.id])
        assert {path: stored(value) for path, value in got.items()} == {
            path: stored(value) for path, value in expected.items()
        }
    assert len(project) == 0
