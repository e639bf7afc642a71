"""`JobsCursor`: what a search gives back (reference, section 6)."""

import copy
import pickle
from typing import Any

import pytest

from acceptance.finding import fill, found, labels


def ids(value: Any) -> str:
    return repr(value)[:40]


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    return fill(project, [{"a": n % 3, "b": {"c": n}} for n in range(7)])


class TestUnfiltered:
    @pytest.mark.parametrize("nothing", [None, {}, "", [], 0, (), " ", False], ids=ids)
    def test_no_filter(self, project: Any, jobs: list[Any], nothing: Any) -> None:
        """Every empty filter is no filter."""
        cursor = project.find_jobs(nothing)
        assert set(cursor) == set(jobs)
        assert len(cursor) == 7
        assert cursor == project.find_jobs()
        if nothing != " ":
            assert repr(cursor).endswith("filter=None)")

    def test_keyword(self, project: Any, jobs: list[Any]) -> None:
        """The filter can be given by name."""
        assert project.find_jobs(filter={"a": 1}) == project.find_jobs({"a": 1})

    def test_length_is_live(self, project: Any, jobs: list[Any]) -> None:
        """`len` is that of the project now, the jobs are those of the first use."""
        cursor = project.find_jobs()
        assert len(list(cursor)) == len(cursor) == 7
        new = fill(project, [{"n": 99}])[0]
        assert len(cursor) == 8
        assert len(list(cursor)) == 7
        assert new in cursor
        assert len(list(project.find_jobs())) == 8

    def test_membership_is_that_of_the_project(self, project: Any, jobs: list[Any]) -> None:
        """`in` asks the project."""
        cursor = project.find_jobs()
        assert all(job in cursor for job in jobs)
        jobs[0].remove()
        assert jobs[0] not in cursor
        assert project.open_job({"n": 99}) not in cursor
        assert project.open_job({"n": 99}).init() in cursor


class TestFiltered:
    def test_answer_is_kept(self, project: Any, jobs: list[Any]) -> None:
        """The jobs are found at the first use and kept; a new search sees what is new."""
        cursor = project.find_jobs({"a": 1})
        assert len(cursor) == 2
        new = fill(project, [{"n": 99, "a": 1}])[0]
        assert len(cursor) == len(list(cursor)) == 2
        assert new not in cursor
        assert new in project.find_jobs({"a": 1})
        assert len(project.find_jobs({"a": 1})) == 3

    def test_found_late(self, project: Any, jobs: list[Any]) -> None:
        """A cursor that was not used yet sees what was made after it."""
        cursor = project.find_jobs({"a": 1})
        fill(project, [{"n": 99, "a": 1}])
        assert labels(cursor) == [1, 4, 99]

    def test_removed_jobs_are_still_given(self, project: Any, jobs: list[Any]) -> None:
        """A job that was removed after the search is given by the old cursor."""
        cursor = project.find_jobs({"a": 1})
        assert len(cursor) == 2
        jobs[1].remove()
        assert labels(cursor) == [1, 4]
        assert len(cursor) == 2
        assert jobs[1] in cursor
        assert jobs[1] not in project
        assert found(project, {"a": 1}) == [4]

    def test_removal_while_iterating(self, project: Any, jobs: list[Any]) -> None:
        """Jobs can be removed, changed and made while a cursor is iterated."""
        for job in project.find_jobs({"a": 1}):
            job.remove()
        for job in project.find_jobs({"a": 2}):
            job.sp.a = 1
        for job in project:
            fill(project, [{"n": 100 + job.sp.n}])
        assert found(project, {"a": 1}) == [2, 5]
        assert len(project) == 10

    def test_membership(self, project: Any, jobs: list[Any]) -> None:
        """`in` asks whether the id was found."""
        cursor = project.find_jobs({"a": 1})
        assert [job in cursor for job in jobs] == [job.sp.a == 1 for job in jobs]
        assert project.open_job(id=jobs[1].id) in cursor
        assert project.open_job({"a": 1, "n": 99}) not in cursor

    @pytest.mark.parametrize("thing", [5, "9bfd29df07674bc4aa960cf661b5acd2", None], ids=ids)
    def test_membership_of_no_job(self, project: Any, jobs: list[Any], thing: Any) -> None:
        """Asking for what is no job is an `AttributeError`."""
        for cursor in (project.find_jobs({"a": 1}), project.find_jobs()):
            with pytest.raises(AttributeError):
                thing in cursor

    def test_truth(self, project: Any, jobs: list[Any]) -> None:
        """A cursor is true iff it has jobs."""
        assert bool(project.find_jobs({"a": 1})) is True
        assert bool(project.find_jobs({"a": 99})) is False
        assert bool(project.find_jobs()) is True

    def test_later_changes_of_the_filter(self, project: Any, jobs: list[Any]) -> None:
        """Changing the mapping after the call does not change the search."""
        query: Any = {"a": 1}
        cursor = project.find_jobs(query)
        query["a"] = 2
        assert labels(cursor) == [1, 4]


@pytest.fixture(params=["filtered", "unfiltered"])
def cursor(request: Any, project: Any, jobs: list[Any]) -> Any:
    return project.find_jobs({"n": {"$lt": 6}} if request.param == "filtered" else None)


class TestSequence:
    def test_iteration(self, cursor: Any) -> None:
        """Every `iter` begins anew, in the same order."""
        first, second = iter(cursor), iter(cursor)
        assert first is not second
        assert next(first) == next(second) == next(iter(cursor))
        assert list(cursor) == list(cursor)

    def test_no_iterator(self, cursor: Any) -> None:
        """A cursor is no iterator."""
        with pytest.raises(TypeError):
            next(cursor)
        assert not hasattr(type(cursor), "next")

    def test_positions(self, cursor: Any) -> None:
        """`cursor[i]` is the job at a position, from the end too."""
        jobs = list(cursor)
        for position in range(-len(jobs), len(jobs)):
            assert cursor[position] == jobs[position]
        assert cursor[True] == jobs[1]

    @pytest.mark.parametrize("position", [7, -8, 10**9])
    def test_out_of_range(self, cursor: Any, position: int) -> None:
        """A position that is not there is an `IndexError`."""
        with pytest.raises(IndexError):
            cursor[position]

    @pytest.mark.parametrize("position", ["a", 1.0, None, (1, 2)], ids=ids)
    def test_wrong_positions(self, cursor: Any, position: Any) -> None:
        """A position is an integer or a slice, else a `TypeError`."""
        with pytest.raises(TypeError):
            cursor[position]

    @pytest.mark.parametrize(
        "part",
        [
            slice(None),
            slice(1, 4),
            slice(None, None, -1),
            slice(-2, None),
            slice(4, 99),
            slice(3, 3),
            slice(None, None, 3),
            slice(5, 1, -2),
        ],
        ids=ids,
    )
    def test_slices(self, cursor: Any, part: slice) -> None:
        """A slice gives these jobs, as often as asked."""
        jobs = list(cursor)
        cut = cursor[part]
        assert list(cut) == jobs[part]
        assert list(cut) == jobs[part]
        for job in jobs:
            assert (job in cut) is (job in jobs[part])

    def test_slices_are_iterators_too(self, cursor: Any) -> None:
        """`next` goes through a slice; `iter` begins again with the first job."""
        jobs = list(cursor)
        cut = cursor[1:3]
        assert next(cut) == jobs[1]
        assert list(cut) == jobs[1:3]
        cut = cursor[1:3]
        assert [next(cut), next(cut)] == jobs[1:3]
        with pytest.raises(StopIteration):
            next(cut)
        assert list(iter(cut)) == jobs[1:3]

    def test_slices_with_step_zero(self, cursor: Any) -> None:
        """A step of zero is a `ValueError`."""
        with pytest.raises(ValueError):
            list(cursor[::0])

    def test_jobs(self, project: Any, cursor: Any) -> None:
        """Jobs of a cursor are handles of its project, with their state points at hand."""
        from signac.job import Job

        for job in cursor:
            assert type(job) is Job
            assert job.project is project
            assert job.cached_statepoint["b"]["c"] == job.sp.n


class TestIdentity:
    def test_equality(self, project: Any, other_project: Any, jobs: list[Any]) -> None:
        """Cursors are equal iff their projects are and their filters are, literally."""
        find = project.find_jobs
        assert find({"a": 1}) == find({"a": 1}) == find({"a": 1.0})
        assert find({"a": 1}) == find("a 1") == find([("a", 1)])
        assert find() == find({}) == find(None) == find("")
        assert find({"a": 1}) != find({"sp.a": 1})
        assert find({"a": 1}) != find({"a": 2})
        assert find({"a": 1}) != find()
        assert find({"a.b": 1}) != find({"a": {"b": 1}})
        assert find({"a": 1}) != other_project.find_jobs({"a": 1})
        assert find() != other_project.find_jobs()

    def test_equality_needs_no_search(self, project: Any, jobs: list[Any]) -> None:
        """Cursors with faulty filters can be compared and represented."""
        cursor = project.find_jobs({"a": {"$foo": 1}})
        assert cursor == project.find_jobs({"a": {"$foo": 1}})
        assert "$foo" in repr(cursor)

    @pytest.mark.parametrize("other", [5, None, "x", []], ids=ids)
    def test_equality_with_others(self, project: Any, jobs: list[Any], other: Any) -> None:
        """A cursor is equal to nothing else; asking may be an `AttributeError`."""
        try:
            answer = project.find_jobs() == other
        except AttributeError:
            answer = False
        assert answer is False

    def test_no_hash(self, project: Any) -> None:
        """A cursor cannot be hashed."""
        with pytest.raises(TypeError):
            hash(project.find_jobs())

    @pytest.mark.parametrize(
        "query",
        [None, {"a": 1}, {"a": {"$in": [1, 2]}, "doc.x": None}, {"$not": {"a": True}}, {"b.c": 0}],
        ids=ids,
    )
    def test_representation(self, project: Any, jobs: list[Any], query: Any) -> None:
        """`repr` and `str` show project and filter, and evaluate to an equal cursor."""
        from signac.project import JobsCursor, Project

        cursor = project.find_jobs(query)
        assert repr(cursor) == f"JobsCursor(project={project!r}, filter={query!r})"
        assert str(cursor) == repr(cursor)
        again = eval(repr(cursor), {"JobsCursor": JobsCursor, "Project": Project})
        assert again == cursor
        assert [job.id for job in again] == [job.id for job in cursor]

    def test_constructor(self, project: Any, jobs: list[Any]) -> None:
        """A cursor can be made from project and filter."""
        from signac.project import JobsCursor

        assert JobsCursor(project) == project.find_jobs()
        assert JobsCursor(project, {"a": 1}) == project.find_jobs({"a": 1})
        assert labels(JobsCursor(project=project, filter={"a": 1})) == [1, 4]

    @pytest.mark.parametrize(
        "way",
        [lambda c: pickle.loads(pickle.dumps(c)), copy.copy, copy.deepcopy],
        ids=["pickle", "copy", "deepcopy"],
    )
    def test_copies(self, project: Any, jobs: list[Any], way: Any, cursor: Any) -> None:
        """Pickled and copied cursors are equal and give the same jobs, used before or not."""
        assert way(cursor) == cursor
        assert labels(way(cursor)) == labels(cursor)
        assert way(cursor) == cursor
        assert len(way(cursor)) == len(cursor)


def test_order_is_stable(project: Any, jobs: list[Any], reopen: Any) -> None:
    """Without changes every search gives the jobs in one order."""
    first = [job.id for job in project.find_jobs()]
    assert [job.id for job in project] == first
    assert [job.id for job in reopen().find_jobs()] == first
    part = [job.id for job in project.find_jobs({"n": {"$lt": 5}})]
    assert [job.id for job in reopen().find_jobs({"n": {"$lt": 5}})] == part
    assert part == [name for name in first if name in set(part)]


def test_a_cursor_keeps_the_jobs_it_was_settled_with(project: Any, jobs: list[Any]) -> None:
    """Ids are settled before the first job is given: later jobs do not slip in."""
    for query in (None, {"n": {"$gte": 0}}):
        iterator = iter(project.find_jobs(query))
        before = len(project)
        next(iterator)
        fill(project, [{"n": 1000 + before}])
        assert len(list(iterator)) == before - 1


def test_search_of_a_subclass(project: Any, jobs: list[Any]) -> None:
    """A subclass that returns its own jobs from `open_job` gets them from its cursors."""
    from signac.job import Job
    from signac.project import Project

    class Own(Job):
        pass

    class Special(Project):
        def open_job(self, *args: Any, **names: Any) -> Any:
            job = super().open_job(*args, **names)
            return Own(self, job.statepoint())

    special = Special(project.path)
    job = special.open_job({"n": 1, "a": 1, "b": {"c": 1}})
    assert type(job) is Own
    assert job in special.find_jobs({"a": 1})
    assert labels(special.find_jobs({"a": 1})) == [1, 4]
