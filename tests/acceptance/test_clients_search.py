"""What two downstream programs use of search, cursors and schemas (clients, sections 1 to 3)."""

import shlex
from typing import Any

import pytest

import signac
from acceptance.finding import fill, found, labels


class Flow(signac.Project):
    """A subclass that answers iteration, length and membership from a cursor of its own."""

    def __init__(self, path: Any = None) -> None:
        super().__init__(path=path)
        self._jobs_cursor = self.find_jobs()

    def __iter__(self) -> Any:
        return iter(self._jobs_cursor)

    def __len__(self) -> int:
        return len(self._jobs_cursor._ids)

    def __contains__(self, job: Any) -> bool:
        return job.id in self._jobs_cursor._id_set

    def _contains_job_id(self, job_id: str) -> bool:
        return job_id in self._jobs_cursor._id_set


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    return fill(project, [{"a": n % 2, "l": [n, [n]]} for n in range(6)], [{"sum": 1}, {"sum": 2}])


@pytest.fixture
def flow(project: Any, jobs: list[Any]) -> Any:
    return Flow(project.path)


@pytest.mark.parametrize("query", [None, {"a": 1}, {"doc.sum": 1}, {"$not": {"a": 1}}], ids=repr)
def test_ids_of_a_cursor(project: Any, jobs: list[Any], query: Any) -> None:
    """`_ids` is the list of ids in order of iteration, `_id_set` its set; both are kept."""
    cursor = project.find_jobs(query)
    assert type(cursor._ids) is list
    assert all(type(name) is str for name in cursor._ids)
    assert [job.id for job in cursor] == cursor._ids
    assert cursor._id_set == set(cursor._ids)
    kept = list(cursor._ids)
    jobs[0].remove()
    fill(project, [{"n": 60, "a": 1}])
    assert cursor._ids == kept
    assert cursor._id_set == set(kept)


def test_evaluation_does_not_go_through_the_project(flow: Any) -> None:
    """A search uses neither iteration, length nor membership of the project."""
    assert found(flow, {"a": 1}) == [1, 3, 5]
    assert found(flow, {"doc.sum": 2}) == [1]
    assert [key for key, _ in flow.groupby("a")] == [0, 1]
    assert set(flow.detect_schema()) == {"n", "a", "l"}
    assert len(flow.to_dataframe()) == 6
    assert len(flow.get_neighbors()) == 6
    assert flow.update_cache() == 6
    assert labels(flow) == [0, 1, 2, 3, 4, 5]


def test_jobs_belong_to_the_project_that_found_them(flow: Any) -> None:
    """Jobs of searches, slices and groups have the very project object."""
    found_jobs = [
        *flow.find_jobs({"a": 1}),
        flow.find_jobs()[0],
        *flow.find_jobs({"a": 0})[:2],
        *(job for _, group in flow.groupby("a") for job in group),
        flow.find_jobs().sort("n").first(),
        flow.find_jobs({"n": 1}).one(),
    ]
    assert all(job._project is flow and job.project is flow for job in found_jobs)
    assert all(job._id == job.id == str(job) for job in found_jobs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("doc.sum.$where 'lambda x: x == 1'", [0]),
        ("a 1", [1, 3, 5]),
        ("a.$lt 1 doc.sum !", [0]),
        ("'{\"a\": 1}'", [1, 3, 5]),
        ('\'{"doc.sum": {"$in": [2, 3]}}\'', [1]),
    ],
)
def test_queries_of_a_dashboard(project: Any, jobs: list[Any], text: str, expected: Any) -> None:
    """A query typed into a dashboard is split as a shell does, parsed and searched for."""
    assert found(project, signac.filterparse.parse_filter_arg(shlex.split(text))) == expected


def test_exact_types_of_cached_state_points(project: Any, jobs: list[Any]) -> None:
    """State points of jobs from searches have plain lists and dictionaries inside."""
    fill(project, [{"n": 7, "a": {"b": {"c": [1]}}}])
    for job in [*project.find_jobs({"a": 1}), *project.find_jobs({"a.b.c": [1]})]:
        for value in job.cached_statepoint.values():
            assert type(value) in (int, list, dict)
    job = project.find_jobs({"n": 7})[0]
    assert type(job.cached_statepoint["a"]["b"]) is dict
    assert type(job.cached_statepoint["a"]["b"]["c"]) is list


def test_state_points_are_not_shared(project: Any, jobs: list[Any]) -> None:
    """Changing what one job gave out changes no other job, and no later search."""
    job = project.find_jobs({"n": 3})[0]
    job.statepoint()["l"].append(9)
    job.cached_statepoint["l"].append(9)
    assert found(project, {"l": [3, [3]]}) == [3]
    assert project.find_jobs({"n": 3})[0].sp.l == [3, [3]]


def test_schema_for_a_navigator(project: Any, jobs: list[Any]) -> None:
    """Values of a schema are looked up in lists, and neighbors compared, by hashable forms."""
    from signac._utility import _to_hashable

    for key, kinds in dict(project.detect_schema(subset=None).items()).items():
        for kind, values in kinds.items():
            assert isinstance(kind, type)
            assert sorted(values)
            assert all(type(value) is kind for value in values)
            for job in project:
                own = _to_hashable(job.cached_statepoint[key])
                assert own in values
                assert list(values).index(own) >= 0
    for name, keys in project.get_neighbors(ignore=["l"]).items():
        for key, values in keys.items():
            own = _to_hashable(project.open_job(id=name).cached_statepoint[key])
            assert all(value != own and (value < own or value > own) for value in values)
            assert list(values) == sorted(values)


def test_update_cache_at_the_start(project: Any, jobs: list[Any]) -> None:
    """A dashboard updates the cache at its start and at each refresh."""
    project.update_cache()
    fill(project, [{"n": 60, "a": 1}])
    project.update_cache()
    assert found(project, {"a": 1}) == [1, 3, 5, 60]


def test_no_labels(project: Any) -> None:
    """Names that downstream programs test for, or set themselves, stay free."""
    for name in ("labels", "operations", "_is_buffered", "_buffered", "_groups", "_operations"):
        assert not hasattr(project, name)


def test_hashes(project: Any, jobs: list[Any]) -> None:
    """Jobs of searches are equal to, and hash as, the same jobs from elsewhere."""
    for job in project.find_jobs({"a": 1}):
        assert hash(job) == hash(project.open_job(id=job.id))
        assert job == project.open_job(id=job.id) == project.open_job(job.statepoint())
    assert len({*project.find_jobs(), *project, *jobs}) == 6


def test_overridden_searches(project: Any, jobs: list[Any]) -> None:
    """Iteration, groups, tables and pages of a project go through its own `find_jobs`."""

    class Halved(signac.Project):
        def find_jobs(self, filter: Any = None, **names: Any) -> Any:  # noqa: A002 - the peer's name
            return super().find_jobs({"$and": [filter or {}, {"a": 1}]}, **names)

    halved = Halved(project.path)
    assert labels(halved) == labels(halved.find_jobs()) == [1, 3, 5]
    assert [(key, labels(group)) for key, group in halved.groupby("a")] == [(1, [1, 3, 5])]
    assert len(halved.to_dataframe()) == 3
    assert halved._repr_html_().count("<tr") == 4
    assert len(halved) == 6
    assert len(halved.detect_schema()["n"][int]) == 6
