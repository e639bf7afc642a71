"""Groups: what is lazy, what is left out, and where NaN goes."""

import itertools
import math
import pathlib

import pytest

import signac
from signac.job import Job
from signac.project import Project


def test_nothing_happens_before_the_first_group(make):
    """Errors and warnings of arguments appear when the first group is asked for, not before."""
    project, _ = make([{"a": 1}])
    wrong, warned = project.groupby(5), project.groupby(None, default=1)
    with pytest.raises(TypeError):
        next(wrong)
    with pytest.warns(UserWarning, match="default"):
        next(warned)


def test_the_warning_points_at_the_caller(make):
    """The line that asked for the group is shown with the warning."""
    project, _ = make([{"a": 1}])
    with pytest.warns(UserWarning, match="default") as caught:
        list(project.groupby(lambda job: job.sp.a, default=1))
    assert caught[0].filename == __file__


def test_wrong_keys_raise_without_jobs_too(make):
    """An argument is wrong whether there are jobs or not."""
    project, _ = make([])
    for key, error in [(5, TypeError), (("a", 1), TypeError), ("a.$lt", KeyError)]:
        with pytest.raises(error):
            list(project.groupby(key))


def test_jobs_are_opened_when_they_are_taken(make):
    """A group that nobody looks at costs no job objects."""
    project, _ = make({"a": i % 2, "b": i} for i in range(6))
    opened = []

    class Own(Project):
        def open_job(self, *arguments, **names):
            opened.append(1)
            return super().open_job(*arguments, **names)

    own = Own(project.path)
    keys = [key for key, _ in own.groupby("a")]
    assert keys == [0, 1]
    assert not opened
    _, group = next(own.groupby("a"))
    job = next(group)
    assert job.project is own
    assert len(opened) == 1


def test_the_contract_of_itertools(make):
    """Going on ends the group before; a group is gone through once."""
    project, _ = make({"a": i % 3, "b": i} for i in range(9))
    assert all(not list(group) for _, group in list(project.groupby("a")))
    for _, group in project.groupby("a"):
        assert len(list(group)) == 3
        assert not list(group)
    jobs = sorted(project, key=lambda job: job.sp.a)
    expected = [
        (key, [job.id for job in group])
        for key, group in itertools.groupby(jobs, lambda job: job.sp.a)
    ]
    assert [(key, [job.id for job in group]) for key, group in project.groupby("a")] == expected


def test_each_nan_is_a_group_behind_all_numbers(make):
    """NaN equals nothing, itself included; numbers are not torn apart by it."""
    values = [2.0, math.nan, 1.0, math.inf, math.nan, 1.0, 2]
    project, _ = make({"v": v, "i": i} for i, v in enumerate(values))
    found = [(key, sorted(job.sp.i for job in group)) for key, group in project.groupby("v")]
    assert found[:3] == [(1.0, [2, 5]), (2, [0, 6]), (math.inf, [3])]
    assert sorted(numbers for _, numbers in found[3:]) == [[1], [4]]
    assert all(math.isnan(key) for key, _ in found[3:])
    pairs = [key for key, _ in project.groupby(("v", "i"))]
    assert [key for key in pairs if not math.isnan(key[0])] == sorted(
        (v, i) for i, v in enumerate(values) if not math.isnan(v)
    )
    assert [math.isnan(key[0]) for key in pairs] == [False] * 5 + [True] * 2


def test_the_message_names_keys_and_types(make):
    """What cannot be sorted is an error with the key and the types."""
    project, _ = make([{"v": 1}, {"v": "x"}, {"v": None}])
    with pytest.raises(TypeError, match=r"'v'.*NoneType, int, str"):
        next(project.groupby("v"))


def test_labels_belong_to_the_caller(make):
    """Lists are labels that may be changed without changing later answers."""
    project, _ = make([{"a": [1, [2]]}], [{"l": [1, [2]]}])
    for key in ("a", "doc.l"):
        for _ in range(2):
            ((label, _),) = project.groupby(key)
            assert label == [1, [2]]
            label[1].append(3)


def test_damaged_documents(make, caplog):
    """A job whose document cannot be read is left out of groups by documents only, in the log."""
    project, jobs = make(({"a": i} for i in range(3)), [{"x": 1}] * 3)
    pathlib.Path(jobs[0].fn(Job.FN_DOCUMENT)).write_text("junk")
    project = Project(project.path)
    assert len(list(project.groupby("a"))) == 3
    assert not caplog.records
    for default in (None, 7):
        caplog.clear()
        ((key, group),) = [(key, list(group)) for key, group in project.groupby("doc.x", default)]
        assert key == 1
        assert {job.id for job in group} == {jobs[1].id, jobs[2].id}
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert jobs[0].id in caplog.text


def test_buffered_documents(make):
    """Groups see what this process has written into its buffer."""
    project, jobs = make(({"a": i} for i in range(3)), [{"x": 1}] * 3)
    with signac.buffered():
        jobs[0].doc.x = 2
        assert [(key, len(list(group))) for key, group in project.groupby("doc.x")] == [
            (1, 2),
            (2, 1),
        ]
