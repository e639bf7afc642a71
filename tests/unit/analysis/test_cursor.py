"""Cursors: what they keep, what they read anew, and what a chain of calls looks like."""

import copy
import pickle

import pytest

from signac.errors import InvalidInputError, JobsCorruptedError, NotFoundError
from signac.project import JobsCursor, Project


@pytest.fixture
def ten(make):
    return make({"a": i, "b": i % 2} for i in range(10))


@pytest.fixture
def damaged(make):
    """Return a project, its healthy jobs, and a job whose state point cannot be read."""
    project, jobs = make({"a": i} for i in range(4))
    with open(jobs[1].fn("signac_statepoint.json"), "w") as file:
        file.write("junk")
    return Project(project.path), [jobs[0], *jobs[2:]], jobs[1]


@pytest.mark.parametrize(
    "chain",
    [
        lambda cursor: cursor.sort("-a", "sp.b", "doc.x"),
        lambda cursor: cursor.limit(3),
        lambda cursor: cursor.sort("b").limit(5).sort("-a").limit(2),
        lambda cursor: cursor.sort(),
    ],
)
@pytest.mark.parametrize("options", [{}, {"strict": True}, {"filter": {"a": {"$gt": 3}}}])
def test_a_chain_of_calls_can_be_evaluated(ten, chain, options):
    """`repr` shows all calls, and evaluates to an equal cursor with the same jobs."""
    project, _ = ten
    cursor = chain(JobsCursor(project, **options))
    again = eval(repr(cursor), {"JobsCursor": JobsCursor, "Project": Project})
    assert again == cursor
    assert list(again) == list(cursor)
    assert repr(again) == repr(cursor)


def test_what_tells_cursors_apart(ten):
    """Order, limits and strictness count; spelling of a sort key does not."""
    project, _ = ten
    cursor = project.find_jobs()
    assert cursor.sort("a") == cursor.sort("sp.a") != cursor.sort("-a")
    assert cursor.sort("a").limit(1) != cursor.limit(1).sort("a")
    assert cursor.sort() == cursor
    assert project.find_jobs(strict=True) != cursor
    assert cursor != "a cursor"
    assert (cursor == 5) is False


@pytest.mark.parametrize("wrong", [-1, "3", 2.0, None])
def test_wrong_limits_are_refused_at_once(ten, wrong):
    """A limit is a number that is not negative."""
    with pytest.raises((InvalidInputError, TypeError)):
        ten[0].find_jobs().limit(wrong)


def test_slices_are_independent(ten):
    """Loops inside loops over one slice each go through all its jobs."""
    cut = ten[0].find_jobs()[2:5]
    assert len([1 for _ in cut for _ in cut]) == 9
    assert next(cut) in cut
    assert len(list(cut)) == 3


def test_a_pickle_holds_ids_only(ten):
    """What was read for a search does not travel; the jobs stay settled."""
    project, jobs = ten
    cursor = project.find_jobs({"b": 1})
    assert cursor.distinct("b") == [1]
    jobs[1].remove()
    for twin in (pickle.loads(pickle.dumps(cursor)), copy.copy(cursor), copy.deepcopy(cursor)):
        assert twin._selection is None
        assert twin == cursor
        assert twin._ids == cursor._ids
        assert list(twin) == list(cursor)
    assert cursor._selection is not None


def test_documents_are_those_of_now(make):
    """A settled cursor keeps its jobs, and reads their documents whenever it is asked."""
    project, jobs = make(({"a": i} for i in range(3)), [{"x": 1}] * 3)
    cursor = project.find_jobs({"doc.x": 1})
    assert cursor.sum("doc.x") == 3
    jobs[0].doc.x = 5
    assert cursor.count() == 3
    assert cursor.sum("doc.x") == 7
    assert cursor.sort("-doc.x").first() != jobs[0]  # a new search, which does not find it
    pytest.importorskip("pandas")
    assert sorted(cursor.to_dataframe()["doc.x"]) == [1, 1, 5]


def test_groups_are_searched_anew(ten):
    """Groups by keys are those of now; groups by functions are those of the settled jobs."""
    project, _ = ten
    cursor = project.find_jobs({"b": 1})
    assert cursor.count() == 5
    new = project.open_job({"a": 99, "b": 1}).init()
    assert sum(len(list(group)) for _, group in cursor.groupby("a")) == 6
    assert sum(len(list(group)) for _, group in cursor.groupby(lambda job: job.sp.a)) == 5
    two = cursor.sort("a").limit(2)
    assert [job.sp.a for _, group in two.groupby("a") for job in group] == [1, 3]
    assert new not in cursor


def test_jobs_that_vanished(ten):
    """Jobs removed after the search are given still, and stay in tables and sums."""
    project, jobs = ten
    cursor = project.find_jobs({"b": 1})
    assert cursor.count() == 5
    jobs[3].remove()
    assert jobs[3] in list(cursor)
    assert cursor.sum("a") == 25
    pytest.importorskip("pandas")
    assert len(cursor.to_dataframe(usecols=["sp.a"])) == 5


def test_damaged_jobs_are_jobs_until_they_are_read(damaged, caplog):
    """All jobs are counted and given; sorting and filtering leave out damaged ones, in the log."""
    project, healthy, bad = damaged
    assert len(project.find_jobs()) == project.find_jobs().count() == 4
    assert bad in project.find_jobs()
    assert bad.id in [job.id for job in project.find_jobs()]
    assert not caplog.records
    pytest.importorskip("pandas")
    for ask in (
        lambda: list(project.find_jobs({"a": {"$gte": 0}})),
        lambda: list(project.find_jobs().sort("a")),
        lambda: [job for _, group in project.groupby("a") for job in group],
        lambda: list(project.to_dataframe().index),
        lambda: project.find_jobs().distinct("a"),
        lambda: project.find_jobs().to_dataframe(usecols=["sp.a"]).index,
        lambda: project.get_neighbors(),
        lambda: list(project.detect_schema()["a"][int]),
        lambda: list(project.detect_schema(subset=[*healthy, bad])["a"][int]),
    ):
        caplog.clear()
        assert len(list(ask())) == 3
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert bad.id in caplog.text
        assert caplog.records[0].name == "signac.project"


def test_strict_searches_raise(damaged):
    """With `strict`, a damaged job is an error that names it and what is wrong."""
    project, healthy, bad = damaged
    for ask in (
        lambda: len(project.find_jobs(strict=True)),
        lambda: list(project.find_jobs({"a": 1}, strict=True)),
        lambda: project.find_jobs(strict=True).sort("a").first(),
        lambda: list(project.find_jobs(strict=True).groupby("a")),
        lambda: project.detect_schema(strict=True),
        lambda: project.detect_schema(subset=[bad], strict=True),
        lambda: project.get_neighbors(strict=True),
    ):
        with pytest.raises(JobsCorruptedError) as caught:
            ask()
        assert caught.value.job_ids == [bad.id]
        assert "signac_statepoint.json" in str(caught.value)
    assert project.detect_schema(subset=healthy, strict=True)["a"][int] == {0, 2, 3}


def test_one_tells_what_was_asked(ten):
    """The error of `one` shows the search and the number of its jobs."""
    with pytest.raises(NotFoundError, match=r"5 jobs match.*filter=\{'b': 1\}"):
        ten[0].find_jobs({"b": 1}).one()
