"""Tables: which documents are read, the order of columns, and who owns the cells."""

import pathlib

import pytest

from signac.job import Job
from signac.project import Project

pytest.importorskip("pandas")


@pytest.fixture
def torn(make):
    """Return a project of three jobs with documents, one of which cannot be read."""
    project, jobs = make(({"a": i, "n": {"c": i}} for i in range(3)), [{"x": i} for i in range(3)])
    pathlib.Path(jobs[0].fn(Job.FN_DOCUMENT)).write_text("junk")
    return Project(project.path), jobs


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({"usecols": ["sp.a"]}, 3),
        ({"usecols": ["sp.a", "doc"]}, 3),
        ({"usecols": ["sp.n.c", 5], "flatten": True}, 3),
        ({"usecols": "sp"}, 3),
        ({"usecols": ["a"], "sp_prefix": "", "doc_prefix": "d."}, 3),
        ({"usecols": ["a"], "sp_prefix": "", "doc_prefix": ""}, 2),
        ({"usecols": ["sp.a", "doc.zz"]}, 2),
        ({"usecols": lambda name: name == "sp.a"}, 2),
        ({}, 2),
    ],
)
def test_documents_are_read_if_a_column_may_need_them(torn, caplog, options, rows):
    """A list of names tells by its prefixes, a function must be asked: damaged ones are noticed."""
    project, jobs = torn
    table = project.to_dataframe(**options)
    assert len(table) == (rows if len(table.columns) else 0)
    assert [record.levelname for record in caplog.records] == ["ERROR"] * (rows == 2)
    assert (jobs[0].id in caplog.text) is (rows == 2)


def test_columns_are_in_the_order_in_which_they_are_seen(make):
    """Going through the jobs by id, new keys are new columns; state points before documents."""
    statepoints = [{"z": 1, "a": {"c": 1, "b": 2}}, {"b": 1, "z": 2}, {"y": {}, "a": 5}, {"i": 1}]
    documents = [{"q": 1}, {"r": {"s": 1}, "p": 2}, None, {"b": 1, "p": 3}]
    project, jobs = make(statepoints, documents)
    ordered = sorted(jobs, key=lambda job: job.id)
    names = dict.fromkeys(
        name
        for job in ordered
        for name in [*(f"sp.{key}" for key in job.sp()), *(f"doc.{key}" for key in job.doc())]
    )
    assert list(project.to_dataframe().columns) == list(names)
    reversed_names = dict.fromkeys(
        name
        for job in reversed(jobs)
        for name in [*(f"sp.{key}" for key in job.sp()), *(f"doc.{key}" for key in job.doc())]
    )
    rank = {job.id: -number for number, job in enumerate(jobs)}
    for job in jobs:
        job.doc.rank = rank[job.id]
    backwards = project.find_jobs().sort("doc.rank").to_dataframe(usecols=list(names))
    assert list(backwards.columns) == list(reversed_names)
    flat = project.to_dataframe(flatten=True).columns
    assert {"sp.a.c", "sp.a.b", "sp.a", "sp.y", "doc.r.s"} <= set(flat)
    assert list(flat).index("sp.a.c") + 1 == list(flat).index("sp.a.b")


def test_cells_belong_to_the_caller(make):
    """Lists and mappings in a table may be changed without changing later answers."""
    project, _ = make([{"l": [1, [2]], "m": {"k": [1]}}], [{"l": [1, [2]], "m": {"k": [1]}}])
    cursor = project.find_jobs()
    for _ in range(2):
        table = cursor.to_dataframe()
        for name in ("sp", "doc"):
            assert table[f"{name}.l"].iloc[0] == [1, [2]]
            assert table[f"{name}.m"].iloc[0] == {"k": [1]}
            table[f"{name}.l"].iloc[0][1].append(3)
            table[f"{name}.m"].iloc[0]["k"].append(3)


def test_a_function_is_asked_once_for_each_name(make):
    """A predicate is given each prefixed name; its answer is a truth value."""
    project, _ = make(({"a": i, "b": {"c": i}} for i in range(4)), [{"x": 1}] * 4)
    asked: list[str] = []
    table = project.to_dataframe(usecols=lambda name: asked.append(name) or name[-1] in "ax")
    assert sorted(asked) == ["doc.x", "sp.a", "sp.b"]
    assert list(table.columns) == ["sp.a", "doc.x"]
    with pytest.raises(ZeroDivisionError):
        project.to_dataframe(usecols=lambda name: 1 / 0)


def test_missing_mappings_of_flat_tables(make):
    """A key that is a mapping in some jobs has a cell only where it is none, or an empty one."""
    project, _ = make([{"v": 1, "i": 0}, {"v": {"w": 2}, "i": 1}, {"v": {}, "i": 2}])
    table = project.to_dataframe(flatten=True).sort_values("sp.i")
    assert table["sp.v"].tolist()[0] == 1
    assert table["sp.v"].tolist()[2] == {}
    assert table["sp.v"].isna().tolist() == [False, True, False]
    assert table["sp.v.w"].isna().tolist() == [True, False, True]
