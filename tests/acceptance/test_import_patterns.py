"""Path patterns that tell state points while importing."""

import os
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from acceptance.moving import files_below, folders_below
from acceptance.support import STATE_POINT, assert_says, job_names
from signac.errors import StatepointParsingError


def imported(project: Any, origin: str, pattern: str) -> list[tuple[str, Any]]:
    """Import by a pattern, and return relative sources with the state points made of them."""
    result = project.import_from(origin, schema=pattern)
    return sorted(
        (
            (os.path.relpath(source, origin), project.open_job(id=os.path.basename(job)).sp())
            for source, job in result.items()
        ),
        key=repr,
    )


TEXTS = [
    *["0", "1", "-1", "+1", "007", "1.5", ".5", "5.", "1e3", "abc", "a_b", "é", "a-b", "a.b"],
    *["a b", "true", "True", "FALSE", "yes", "no", "inf", "nan", "-0", "--1", "1_000", "-.5"],
    *["+1.5", "_", "1.5.2", "0x1"],
]
WORDS = [
    *["0", "1", "007", "1e3", "abc", "a_b", "é", "true", "True", "FALSE", "yes", "no", "inf"],
    *["nan", "1_000", "_", "0x1"],
]
VALUES: dict[str, dict[str, Any]] = {
    "str": {word: word for word in WORDS},
    "int": {"0": 0, "1": 1, "-1": -1, "+1": 1, "007": 7, "-0": 0},
    "float": {
        "0": 0.0,
        "1": 1.0,
        "-1": -1.0,
        "+1": 1.0,
        "007": 7.0,
        "1.5": 1.5,
        ".5": 0.5,
        "-0": -0.0,
        "-.5": -0.5,
        "+1.5": 1.5,
    },
    "bool": {word: not (word == "0" or word.lower() == "false") for word in WORDS},
}


@pytest.mark.parametrize("kind", VALUES)
def test_types(tmp_path: Path, project: Any, kind: str) -> None:
    """Each type accepts the texts of the table, as a whole, and gives the value of its type."""
    origin = folders_below(
        tmp_path / "origin", [f"{number}/{text}" for number, text in enumerate(TEXTS)]
    )
    result = imported(project, origin, f"{{number:int}}/{{a:{kind}}}")
    values = {source.split("/")[1]: statepoint["a"] for source, statepoint in result}
    assert {text: repr(value) for text, value in values.items()} == {
        text: repr(value) for text, value in VALUES[kind].items()
    }
    assert len(job_names(project)) == len(values)


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("text", ["-1", "1.5", "abc", "FALSE"])
def test_one_text(tmp_path: Path, project: Any, kind: str, text: str) -> None:
    """What is accepted among many is accepted alone."""
    origin = folders_below(tmp_path / "origin", [f"a/{text}"])
    result = imported(project, origin, f"a/{{a:{kind}}}")
    if text in VALUES[kind]:
        assert repr(result) == repr([(f"a/{text}", {"a": VALUES[kind][text]})])
    else:
        assert result == []
        assert job_names(project) == set()


@pytest.mark.parametrize("text", ["abc", "1", "a-b"])
def test_type_is_text_by_default(tmp_path: Path, project: Any, text: str) -> None:
    """A field without a type is text."""
    origin = folders_below(tmp_path / "origin", [f"a/{text}"])
    expected = [] if text == "a-b" else [(f"a/{text}", {"a": text})]
    assert imported(project, origin, "a/{a}") == expected


PATTERNS: dict[str, tuple[str, list[str], list[tuple[str, Any]]]] = {
    "only what fits": (
        "foo/{foo:int}",
        ["foo/0", "foo/1", "foo/abc", "foo/1.5"],
        [("foo/0", {"foo": 0}), ("foo/1", {"foo": 1})],
    ),
    "nested": ("a.b.c/{a.b.c:int}", ["a.b.c/1"], [("a.b.c/1", {"a": {"b": {"c": 1}}})]),
    "several fields": (
        "b.c/{b.c:int}/a/{a:int}",
        ["b.c/1/a/2", "b.c/1/a/3", "b.c/x/a/2"],
        [
            ("b.c/1/a/2", {"a": 2, "b": {"c": 1}}),
            ("b.c/1/a/3", {"a": 3, "b": {"c": 1}}),
        ],
    ),
    "siblings in one mapping": ("{a.b}/{a.c}", ["x/y"], [("x/y", {"a": {"b": "x", "c": "y"}})]),
    "no match": ("zz/{a:int}", ["a/1"], []),
    "leading dot": ("./a/{a:int}", ["a/1"], [("a/1", {"a": 1})]),
    "trailing slash": ("a/{a:int}/", ["a/1"], [("a/1", {"a": 1})]),
    "from the beginning": ("a/{a:int}", ["x/a/1", "a/2"], [("a/2", {"a": 2})]),
    "field first": ("{a:int}", ["1", "2", "x"], [("1", {"a": 1}), ("2", {"a": 2})]),
    "text around a field": ("a_{a:int}", ["a_1", "b_2"], [("a_1", {"a": 1})]),
    "two fields in one part": ("a/{a:int}-{b:int}", ["a/1-2"], [("a/1-2", {"a": 1, "b": 2})]),
    "dots are dots": ("a.b/{x:int}", ["a.b/1", "aXb/2"], [("a.b/1", {"x": 1})]),
    "deeper directories belong to the job": (
        "a/{a:int}/c/{c}",
        ["a/1/c/x/deeper"],
        [("a/1/c/x", {"a": 1, "c": "x"})],
    ),
}


@pytest.mark.parametrize("case", PATTERNS)
def test_patterns(tmp_path: Path, project: Any, case: str) -> None:
    """A pattern describes the path of a directory below the origin."""
    pattern, folders, expected = PATTERNS[case]
    origin = folders_below(tmp_path / "origin", folders)
    assert imported(project, origin, pattern) == expected
    assert len(job_names(project)) == len(expected)


def test_files_come_with_the_directory(tmp_path: Path, project: Any) -> None:
    """The job has all files of the directory, and a state point file."""
    origin = files_below(tmp_path / "origin", {"foo/1/f": "x", "foo/1/deep/g": "y"})
    project.import_from(origin, schema="foo/{foo:int}")
    job = project.open_job({"foo": 1})
    assert sorted(os.listdir(job.path)) == ["deep", "f", STATE_POINT]
    assert Path(job.fn("deep/g")).read_text() == "y"
    assert job.sp() == {"foo": 1}


@pytest.mark.parametrize("relative", [True, False])
def test_pattern_that_begins_with_the_origin(
    tmp_path: Path, project: Any, relative: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An absolute pattern may begin with the origin; so may one with the same relative text."""
    origin = folders_below(tmp_path / "origin", ["a/1", "a/2"])
    if relative:
        monkeypatch.chdir(tmp_path)
        origin = "origin"
    result = project.import_from(origin, schema=f"{origin}/a/{{a:int}}")
    assert set(result) == {f"{origin}/a/1", f"{origin}/a/2"}


def test_absolute_pattern_elsewhere(tmp_path: Path, project: Any) -> None:
    """An absolute pattern that does not begin with the origin matches nothing."""
    origin = folders_below(tmp_path / "origin", ["a/1"])
    assert project.import_from(origin, schema=f"{tmp_path}/elsewhere/a/{{a:int}}") == {}


def test_unknown_type(tmp_path: Path, project: Any) -> None:
    """Another type is a `KeyError` that names it."""
    origin = folders_below(tmp_path / "origin", ["a/1"])
    with pytest.raises(KeyError) as caught:
        project.import_from(origin, schema="a/{a:complex}")
    assert_says(caught.value, "complex")
    assert job_names(project) == set()


def test_repeated_key(tmp_path: Path, project: Any) -> None:
    """A key that comes twice is a `re.error`."""
    origin = folders_below(tmp_path / "origin", ["1/1"])
    with pytest.raises(re.error) as caught:
        project.import_from(origin, schema="{a}/{a}")
    assert_says(caught.value)
    assert job_names(project) == set()


def test_equal_state_points(tmp_path: Path, project: Any) -> None:
    """Two directories with equal state points are refused together."""
    origin = folders_below(tmp_path / "origin", ["a/1", "a/01"])
    with pytest.raises(StatepointParsingError) as caught:
        project.import_from(origin, schema="a/{a:int}")
    assert_says(caught.value)
    assert job_names(project) == set()


def test_state_point_file_that_agrees(tmp_path: Path, project: Any) -> None:
    """A state point file with what the pattern says is kept as it is."""
    origin = files_below(tmp_path / "origin", {f"foo/1/{STATE_POINT}": '{"foo":   1}\n'})
    project.import_from(origin, schema="foo/{foo:int}")
    assert Path(project.open_job({"foo": 1}).fn(STATE_POINT)).read_text() == '{"foo":   1}\n'


def test_state_point_file_that_disagrees(tmp_path: Path, project: Any) -> None:
    """A state point file that says something else is refused, and nothing imported."""
    origin = files_below(
        tmp_path / "origin", {f"foo/1/{STATE_POINT}": '{"foo": 2}', "foo/3/f": "x"}
    )
    with pytest.raises(StatepointParsingError) as caught:
        project.import_from(origin, schema="foo/{foo:int}")
    assert_says(caught.value)
    assert job_names(project) == set()


def test_floats_are_no_integers(tmp_path: Path, project: Any) -> None:
    """Directories named by floats do not match `int`."""
    origin = folders_below(tmp_path / "origin", ["a/0.0", "a/1.5"])
    assert project.import_from(origin, schema="a/{a:int}") == {}
    assert len(project.import_from(origin, schema="a/{a:float}")) == 2


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_patterns_in_archives(tmp_path: Path, project: Any, kind: str) -> None:
    """Patterns work in archives that have their directories as members, as in directories."""
    origin = Path(folders_below(tmp_path / "origin", ["foo/1", "foo/2", "foo/x"]))
    archive = tmp_path / f"data.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as opened:
            for path in sorted(origin.rglob("*")):
                opened.write(path, path.relative_to(origin))
    else:
        with tarfile.open(archive, "w:gz" if kind == "tar.gz" else "w") as tar:
            tar.add(origin / "foo", "foo")
    assert len(project.import_from(str(archive), schema="foo/{a:int}")) == 2
    for number in (1, 2):
        job = project.open_job({"a": number})
        assert job in project
        assert job.sp() == {"a": number}
        assert Path(job.fn("file.txt")).read_text() == f"foo/{number}"
