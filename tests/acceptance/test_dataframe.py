"""`to_dataframe` of projects and cursors (reference, section 8)."""

import math
import pathlib
import subprocess
import sys
from typing import Any

import pytest

from acceptance.finding import fill, made


def ids(value: Any) -> str:
    return "function" if callable(value) else repr(value)[:40]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give three jobs with unlike state points and documents; the second has no document."""
    statepoints = [
        {"n": 0, "a": 1, "m": {"c": 1, "d": {"e": 2}}, "l": [1, [2]], "em": {}},
        {"n": 1, "b": "x", "a": 2.5},
        {"n": 2, "a": None, "m": 3},
    ]
    documents = [{"x": 1, "n": 5, "y": {"z": [1, 2]}}, None, {"x": True}]
    return made(tmp_path_factory.mktemp("three") / "project", statepoints, documents)


STATE_POINT_COLUMNS = {"sp.n", "sp.a", "sp.b", "sp.m", "sp.l", "sp.em"}
DOCUMENT_COLUMNS = {"doc.x", "doc.n", "doc.y"}


def cells(project: Any, frame: Any) -> dict[int, dict[str, Any]]:
    """Return the cells that are not missing, by label and column."""
    found: dict[int, dict[str, Any]] = {}
    for name, row in zip(frame.index, frame.to_dict("records"), strict=True):
        label = project.open_job(id=name).statepoint()["n"]
        found[label] = {
            key: value
            for key, value in row.items()
            if not (isinstance(value, float) and math.isnan(value)) and value is not None
        }
    return found


def test_shape(three: Any) -> None:
    """One row for each job, the index is that of the ids without a name, columns are prefixed."""
    for where in (three, three.find_jobs()):
        frame = where.to_dataframe()
        assert frame.shape == (3, 9)
        assert list(frame.index) == [job.id for job in where]
        assert frame.index.name is None
        assert set(frame.columns) == STATE_POINT_COLUMNS | DOCUMENT_COLUMNS


def test_cells(three: Any) -> None:
    """Nested mappings and lists stay what they are; what a job lacks is missing."""
    frame = three.to_dataframe()
    assert cells(three, frame) == {
        0: {
            "sp.n": 0,
            "sp.a": 1,
            "sp.m": {"c": 1, "d": {"e": 2}},
            "sp.l": [1, [2]],
            "sp.em": {},
            "doc.x": 1,
            "doc.n": 5,
            "doc.y": {"z": [1, 2]},
        },
        1: {"sp.n": 1, "sp.b": "x", "sp.a": 2.5},
        2: {"sp.n": 2, "sp.m": 3, "doc.x": True},
    }
    row = frame[frame["sp.n"] == 0].iloc[0]
    assert type(row["sp.m"]) is dict
    assert type(row["sp.m"]["d"]) is dict
    assert type(row["sp.l"]) is list
    assert type(row["doc.y"]["z"]) is list


def test_flatten(three: Any) -> None:
    """Flattened keys are dotted, an empty mapping stays a cell, lists become tuples."""
    frame = three.to_dataframe(flatten=True)
    found = cells(three, frame)
    row = frame[frame["sp.n"] == 0].iloc[0]
    assert set(frame.columns) == {
        *("sp.n", "sp.a", "sp.b", "sp.m", "sp.m.c", "sp.m.d.e", "sp.l", "sp.em"),
        *("doc.x", "doc.n", "doc.y.z"),
    }
    assert found[0]["sp.m.c"] == 1
    assert found[0]["sp.m.d.e"] == 2
    assert "sp.m" not in found[0]
    assert found[2]["sp.m"] == 3
    assert "sp.m.c" not in found[2]
    assert row["sp.em"] == {}
    assert row["sp.l"] == (1, (2,))
    assert type(row["sp.l"]) is tuple


def test_order_of_columns(project: Any) -> None:
    """Columns come as they are first seen, state point keys before document keys."""
    fill(project, [{"z": 1, "a": {"y": 1, "b": 2}}], [{"q": 1, "c": {"w": 1}}])
    assert list(project.to_dataframe().columns) == ["sp.n", "sp.z", "sp.a", "doc.q", "doc.c"]
    assert list(project.to_dataframe(flatten=True).columns) == [
        *("sp.n", "sp.z", "sp.a.y", "sp.a.b", "doc.q", "doc.c.w")
    ]
    fill(project, [{"n": 1, "k": 1}, {"n": 2, "j": 1}], [{"r": 1}, {"q": 1}])
    columns: list[str] = []
    for job in project:
        names = [f"sp.{key}" for key in job.statepoint()] + [f"doc.{key}" for key in job.document()]
        columns += [name for name in names if name not in columns]
    assert list(project.to_dataframe().columns) == columns


@pytest.mark.parametrize("positional", [True, False])
def test_prefixes(three: Any, positional: bool) -> None:
    """The prefixes of the columns can be chosen."""
    for where in (three, three.find_jobs()):
        if positional:
            frame = where.to_dataframe("S_", "D_")
        else:
            frame = where.to_dataframe(sp_prefix="S_", doc_prefix="D_")
        expected = {name.replace("sp.", "S_") for name in STATE_POINT_COLUMNS}
        expected |= {name.replace("doc.", "D_") for name in DOCUMENT_COLUMNS}
        assert set(frame.columns) == expected


def test_collision_of_prefixes(three: Any) -> None:
    """Where a column stands for both, the value of the document wins."""
    frame = three.to_dataframe(sp_prefix="", doc_prefix="")
    assert set(frame.columns) == {"n", "a", "b", "m", "l", "em", "x", "y"}
    assert sorted(frame["n"]) == [1, 2, 5]


@pytest.mark.parametrize(
    ("usecols", "expected"),
    [
        (["sp.a"], ["sp.a"]),
        (("sp.a", "doc.x"), ["sp.a", "doc.x"]),
        ({"sp.a"}, ["sp.a"]),
        (["doc.x", "sp.a", "unknown"], ["sp.a", "doc.x"]),
        ({"sp.a": 1}.keys(), ["sp.a"]),
        (["sp.m"], ["sp.m"]),
        (lambda name: name.startswith("doc."), ["doc.n", "doc.x", "doc.y"]),
        (lambda name: name == "sp.b", ["sp.b"]),
    ],
    ids=ids,
)
def test_selected_columns(three: Any, usecols: Any, expected: list[str]) -> None:
    """`usecols` is a collection of full names, or tells of a full name whether it is wanted."""
    frame = three.to_dataframe(usecols=usecols)
    assert sorted(frame.columns) == sorted(expected)
    assert len(frame) == 3
    full = three.to_dataframe()
    for name in expected:
        assert list(map(repr, frame[name])) == list(map(repr, full[name]))


def test_selected_columns_of_flattened_keys(three: Any) -> None:
    """With `flatten`, `usecols` selects flattened names."""
    frame = three.to_dataframe(usecols=["sp.m.c", "doc.y.z"], flatten=True)
    assert set(frame.columns) == {"sp.m.c", "doc.y.z"}
    assert set(three.to_dataframe(usecols=["sp.m"], flatten=True).columns) == {"sp.m"}
    seen: list[str] = []
    three.to_dataframe(usecols=lambda name: seen.append(name), flatten=True)
    assert set(seen) >= {"sp.m.d.e", "doc.y.z", "sp.em"}


def test_selected_columns_with_other_prefixes(three: Any) -> None:
    """`usecols` names the columns as they are prefixed."""
    frame = three.to_dataframe(sp_prefix="S_", usecols=["S_a", "sp.b", "doc.x"])
    assert set(frame.columns) == {"S_a", "doc.x"}


@pytest.mark.parametrize(
    "usecols", [[], (), "sp.a", ["a"], lambda name: False, ["sp.m.c"]], ids=ids
)
def test_no_column(three: Any, usecols: Any) -> None:
    """Where no column is selected the frame is empty, with neither rows nor columns."""
    frame = three.to_dataframe(usecols=usecols)
    assert frame.shape == (0, 0)


def test_empty(project: Any, three: Any) -> None:
    """Without jobs the frame is empty."""
    assert project.to_dataframe().shape == (0, 0)
    assert project.find_jobs().to_dataframe(flatten=True).shape == (0, 0)
    assert three.find_jobs({"n": 99}).to_dataframe().shape == (0, 0)


def test_filtered(three: Any) -> None:
    """The frame of a cursor has its jobs, and only their columns."""
    frame = three.find_jobs({"n": 0}).to_dataframe()
    assert frame.shape == (1, 8)
    assert "sp.b" not in frame.columns
    cursor = three.find_jobs({"n": {"$lt": 2}})
    assert list(cursor.to_dataframe().index) == [job.id for job in cursor]
    assert cursor.to_dataframe(usecols=["sp.n"])["sp.n"].tolist() == [job.sp.n for job in cursor]


def test_types_of_columns(project: Any) -> None:
    """Columns of one type have that type; missing numbers make floats."""
    fill(project, [{"a": n, "f": n / 2, "s": str(n), "b": bool(n)} for n in range(3)])
    frame = project.to_dataframe()
    assert frame["sp.a"].dtype == "int64"
    assert frame["sp.f"].dtype == "float64"
    assert frame["sp.b"].dtype == "bool"
    assert [type(value) for value in frame["sp.s"]] == [str] * 3
    fill(project, [{"n": 9}])
    frame = project.to_dataframe()
    assert frame["sp.a"].dtype == "float64"
    assert frame["sp.a"].isna().sum() == 1
    assert frame["sp.n"].dtype == "int64"


def test_mixed_types(project: Any) -> None:
    """Columns of several types keep the objects."""
    values: list[Any] = [1, "x", True, [1], {"k": 1}, 2.5]
    fill(project, [{"a": value} for value in values])
    frame = project.to_dataframe().sort_values("sp.n")
    assert frame["sp.a"].dtype == "object"
    assert [(type(v), v) for v in frame["sp.a"]] == [(type(v), v) for v in values]


def test_frames_are_independent(three: Any) -> None:
    """Changing a cell of a frame changes neither job nor project."""
    frame = three.to_dataframe()
    row = frame[frame["sp.n"] == 0].iloc[0]
    row["sp.m"]["c"] = 99
    row["sp.l"].append(99)
    row["doc.y"]["z"].append(99)
    again = three.to_dataframe()
    row = again[again["sp.n"] == 0].iloc[0]
    assert row["sp.m"] == {"c": 1, "d": {"e": 2}}
    assert row["sp.l"] == [1, [2]]
    assert row["doc.y"] == {"z": [1, 2]}
    assert next(iter(three.find_jobs({"n": 0}))).sp.m.c == 1


def test_documents_of_now(project: Any, reopen: Any) -> None:
    """Documents are read at each call."""
    jobs = fill(project, [{}, {}])
    assert list(project.to_dataframe().columns) == ["sp.n"]
    jobs[0].doc.x = 1
    for where in (project, reopen()):
        assert where.to_dataframe()["doc.x"].dropna().tolist() == [1]


def test_documents_are_not_read_without_need(project: Any, reopen: Any, caplog: Any) -> None:
    """Where no document column is selected, a damaged document does not matter."""
    jobs = fill(project, [{}, {}], [{"x": 1}, {"x": 2}])
    pathlib.Path(jobs[1].fn(jobs[1].FN_DOCUMENT)).write_text("junk")
    caplog.clear()
    frame = reopen().to_dataframe(usecols=["sp.n"])
    assert sorted(frame["sp.n"]) == [0, 1]
    assert not [record for record in caplog.records if record.name.startswith("signac")]


def test_wrong_arguments(three: Any) -> None:
    """Unknown options and columns of a wrong type are a `TypeError`."""
    with pytest.raises(TypeError):
        three.to_dataframe(unknown=1)
    with pytest.raises(TypeError):
        three.to_dataframe(usecols=5)


def test_without_pandas(three: Any) -> None:
    """Without pandas it is an `ImportError`."""
    code = (
        "import sys\n"
        "sys.modules['pandas'] = None\n"
        "import signac\n"
        "try:\n"
        "    signac.get_project(sys.argv[1]).to_dataframe()\n"
        "except ImportError as error:\n"
        "    assert 'pandas' in str(error)\n"
        "else:\n"
        "    raise SystemExit('no error')\n"
    )
    subprocess.run([sys.executable, "-c", code, three.path], check=True)


def test_import_of_pandas(project: Any) -> None:
    """Neither importing nor searching loads pandas."""
    fill(project, [{"a": 1}])
    code = (
        "import sys, signac\n"
        "p = signac.get_project(sys.argv[1])\n"
        "assert len(p.find_jobs({'a': 1})) == 1\n"
        "assert [k for k, _ in p.groupby('a')] == [1]\n"
        "str(p.detect_schema())\n"
        "assert 'pandas' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, project.path], check=True)
