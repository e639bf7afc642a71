"""The paths that jobs get in exports and linked views."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acceptance.moving import bare
from acceptance.support import assert_says

PAIR = ({"a": 0, "b": {"c": 1}}, {"a": 1, "b": {"c": 2}})
Paths = Callable[..., dict[str, str]]


def exported(project: Any, target: str, path: Any) -> dict[str, str]:
    result = project.export_to(target, path=path)
    return {os.path.basename(job): destination for job, destination in result.items()}


def in_directory(project: Any, where: Path, path: Any = None) -> dict[str, str]:
    return exported(project, str(where / "exported"), path)


def in_archive(project: Any, where: Path, path: Any = None) -> dict[str, str]:
    return exported(project, str(where / "exported.tar"), path)


def in_view(project: Any, where: Path, path: Any = None) -> dict[str, str]:
    result = project.create_linked_view(str(where / "view"), path=path)
    return {os.path.basename(job): os.path.dirname(link) for link, job in result.items()}


@pytest.fixture(params=[in_directory, in_view], ids=["export", "view"])
def paths_of(request: Any, tmp_path: Path) -> Paths:
    """Return a function that gives the path of each job id: exports and views must agree."""

    def run(project: Any, path: Any = None, where: Path = tmp_path) -> dict[str, str]:
        result: dict[str, str] = request.param(project, where, path)
        return result

    return run


def assert_nothing_written(where: Path) -> None:
    """Hold that no target exists."""
    assert [name for name in ("exported", "exported.tar", "view") if (where / name).exists()] == []


def by_statepoint(project: Any, paths: dict[str, str]) -> list[tuple[Any, str]]:
    """Return pairs of state point and path, in the order of the text."""
    found = [(project.open_job(id=name).statepoint(), path) for name, path in paths.items()]
    return sorted(found, key=repr)


AUTOMATIC: dict[str, tuple[list[Any], list[str]]] = {
    "constant keys are left out": (
        [{"a": 1, "b": 5}, {"a": 2, "b": 5}],
        ["a/1", "a/2"],
    ),
    "dotted names": (list(PAIR), ["a/0/b.c/1", "a/1/b.c/2"]),
    "ties by name": (
        [{"c": i, "b": i, "a": i} for i in range(3)],
        ["a/0/b/0/c/0", "a/1/b/1/c/1", "a/2/b/2/c/2"],
    ),
    "own keys only": (
        [{"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 1, "c": 1}, {"a": 2, "c": 3}],
        ["a/1/b/1", "a/1/c/1", "a/2/b/2", "a/2/c/3"],
    ),
    "disjoint keys": ([{"a": 1}, {"b": 1}], ["a/1", "b/1"]),
    "deep": (
        [{"a": {"b": {"c": {"d": i}}}} for i in range(2)],
        ["a.b.c.d/0", "a.b.c.d/1"],
    ),
    "scalar or mapping": (
        [{"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 1, "b": {"c": 1}}, {"a": 2, "b": {"c": 2}}],
        ["a/1/b.c/1", "a/1/b/1", "a/2/b.c/2", "a/2/b/2"],
    ),
    "text with dots and dashes": ([{"a": "a.b"}, {"a": "c-d"}], ["a/a.b", "a/c-d"]),
    "blanks and signs": (
        [{"a": value} for value in ["x y", "~", "*", "~x", "$HOME", "-x", "é"]],
        [f"a/{value}" for value in sorted(["x y", "~", "*", "~x", "$HOME", "-x", "é"])],
    ),
}


@pytest.mark.parametrize("case", AUTOMATIC)
def test_automatic(tmp_path: Path, paths_of: Paths, case: str) -> None:
    """Automatic paths are the varying keys and their values, in the documented order."""
    given, expected = AUTOMATIC[case]
    project = bare(tmp_path / "project", *given)
    assert sorted(paths_of(project).values()) == sorted(expected)


def test_automatic_order_by_number_of_values(tmp_path: Path, paths_of: Paths) -> None:
    """A key with fewer distinct values comes first."""
    given = [{"a": i, "b": i // 2, "c": i % 3} for i in range(10)]
    project = bare(tmp_path / "project", *given)
    expected = sorted(f"c/{sp['c']}/b/{sp['b']}/a/{sp['a']}" for sp in given)
    assert sorted(paths_of(project).values()) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1.0"), (None, "None"), (True, "True"), ([1, 2], "(1, 2)"), (-3, "-3"), (1e-7, "1e-07")],
)
def test_automatic_text_of_values(tmp_path: Path, paths_of: Paths, value: Any, text: str) -> None:
    """A value is written as `str` gives it, a list as a tuple."""
    project = bare(tmp_path / "project", {"a": value}, {"a": 99})
    assert sorted(paths_of(project).values()) == sorted([f"a/{text}", "a/99"])


def test_automatic_path_belongs_to_its_job(tmp_path: Path, paths_of: Paths) -> None:
    """The path of a job has the values of that job."""
    project = bare(tmp_path / "project", *PAIR)
    assert by_statepoint(project, paths_of(project)) == [
        (PAIR[0], "a/0/b.c/1"),
        (PAIR[1], "a/1/b.c/2"),
    ]


@pytest.mark.parametrize("path", [None, "{{auto}}"])
def test_one_job_has_an_empty_path(tmp_path: Path, paths_of: Paths, path: Any) -> None:
    """One job alone has nothing that varies: its path is empty."""
    project = bare(tmp_path / "project", {"a": 1})
    assert list(paths_of(project, path).values()) == [""]


def test_one_selected_job_has_an_empty_path(tmp_path: Path, project: Any) -> None:
    """Only the selected jobs decide what varies."""
    project = bare(tmp_path / "project", {"a": 1}, {"a": 2})
    result = project.find_jobs({"a": 1}).export_to(str(tmp_path / "exported"))
    assert list(result.values()) == [""]
    ids = [job.id for job in project.find_jobs({"a": 1})]
    result = project.create_linked_view(str(tmp_path / "view"), job_ids=ids)
    assert list(result) == ["job"]


@pytest.mark.parametrize(
    "given", [({"a": 1}, {"a": 1, "b": 1}), ({"a": {}}, {"a": 1})], ids=["constant", "empty"]
)
def test_job_without_varying_keys(tmp_path: Path, paths_of: Paths, given: Any) -> None:
    """A job that has none of the varying keys is an error, before anything is written."""
    project = bare(tmp_path / "project", *given)
    with pytest.raises(RuntimeError) as caught:
        paths_of(project)
    assert_says(caught.value)
    assert_nothing_written(tmp_path)


def test_false_is_the_id(tmp_path: Path, paths_of: Paths) -> None:
    """`path=False` gives each job its id."""
    project = bare(tmp_path / "project", *PAIR)
    paths = paths_of(project, False)
    assert len(paths) == 2
    assert all(name == path for name, path in paths.items())


TEMPLATES = {
    "{a}": "0",
    "{job.sp.a}": "0",
    "{a:03d}": "000",
    "{a:.2f}": "0.00",
    "{a!r}": "0",
    "{b.c}": "1",
    "{b[c]}": "1",
    "{job.sp.b.c}": "1",
    "{{auto}}": "a/0/b.c/1",
    "{{auto:_}}": "a_0_b.c_1",
    "x/{a}/{{auto}}": "x/0/b.c/1",
    "b.c/{b.c}/{{auto}}": "b.c/1/a/0",
    "{job.sp.a}/{{auto}}": "0/a/0/b.c/1",
    "{b[c]}/{{auto}}": "1/a/0/b.c/1",
    "{a}/{{auto:_}}": "0/b.c_1",
    "{{{{x}}}}{a}": "{x}0",
    "{a}/{a}": "0/0",
    "a_{a}/c-{b.c}/tail": "a_0/c-1/tail",
    "deep/er/{a}": "deep/er/0",
}


def test_templates(tmp_path: Path, paths_of: Paths) -> None:
    """Templates take fields from the state point, as the table of the reference shows."""
    project = bare(tmp_path / "project", *PAIR)
    name = project.open_job(PAIR[0]).id
    found = {}
    for number, template in enumerate(TEMPLATES):
        (tmp_path / str(number)).mkdir()
        found[template] = paths_of(project, template, tmp_path / str(number))[name]
    assert found == TEMPLATES


@pytest.mark.parametrize("template", ["{job}", "{job.id}"])
def test_template_with_the_id(tmp_path: Path, paths_of: Paths, template: str) -> None:
    """`{job}` and `{job.id}` are the id."""
    project = bare(tmp_path / "project", *PAIR)
    paths = paths_of(project, template)
    assert all(name == path for name, path in paths.items())
    assert len(paths) == 2


def test_template_with_the_document(tmp_path: Path, paths_of: Paths) -> None:
    """`{job.doc.x}` is a value of the document."""
    project = bare(tmp_path / "project", *PAIR)
    for job in project:
        job.doc.x = f"x{job.sp.a}"
    assert sorted(paths_of(project, "{job.doc.x}").values()) == ["x0", "x1"]


@pytest.mark.parametrize(
    "template",
    ["{zzz}", "{job.zzz}", "{job.sp.zzz}", "{job.doc.zzz}", "{b.zzz}", "{}", "{0}", "{{zzz}}{a}"],
)
def test_template_with_an_unknown_field(tmp_path: Path, paths_of: Paths, template: str) -> None:
    """What is not there is a `RuntimeError`, before anything is written."""
    project = bare(tmp_path / "project", *PAIR)
    with pytest.raises(RuntimeError) as caught:
        paths_of(project, template)
    assert_says(caught.value)
    assert_nothing_written(tmp_path)


def test_unknown_field_is_named(tmp_path: Path, paths_of: Paths) -> None:
    """The message names the key that is not there."""
    project = bare(tmp_path / "project", *PAIR)
    with pytest.raises(RuntimeError) as caught:
        paths_of(project, "x/{zzz}")
    assert_says(caught.value, "zzz")


@pytest.mark.parametrize("template", ["{", "}", "{a", "{a}}", "{a}/{"])
def test_template_with_unbalanced_braces(tmp_path: Path, paths_of: Paths, template: str) -> None:
    """Unbalanced braces are a `ValueError`, before anything is written."""
    project = bare(tmp_path / "project", *PAIR)
    with pytest.raises(ValueError) as caught:
        paths_of(project, template)
    assert_says(caught.value)
    assert_nothing_written(tmp_path)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (None, ["a/0/job/5", "a/1/job/6"]),
        ("{{auto}}", ["a/0/job/5", "a/1/job/6"]),
        ("{job.sp.a}", ["0", "1"]),
        ("{job.sp.job}", ["5", "6"]),
        ("{job}", "ids"),
        ("{job.id}", "ids"),
    ],
)
def test_key_called_job(tmp_path: Path, paths_of: Paths, template: Any, expected: Any) -> None:
    """Beside a key `job`, `{job}` stays the job and the key is `{job.sp.job}`."""
    project = bare(tmp_path / "project", {"job": 5, "a": 0}, {"job": 6, "a": 1})
    paths = paths_of(project, template)
    if expected == "ids":
        assert set(paths) == set(paths.values())
    else:
        assert sorted(paths.values()) == expected


ERRORS: dict[str, tuple[Any, type[Exception]]] = {
    "unknown": ("{zzz}", RuntimeError),
    "braces": ("{", ValueError),
    "duplicates": ("x", RuntimeError),
    "other": (5, ValueError),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_leave_no_archive(tmp_path: Path, case: str) -> None:
    """An archive is not begun when the paths are wrong."""
    project = bare(tmp_path / "project", *PAIR)
    path, error = ERRORS[case]
    with pytest.raises(error):
        in_archive(project, tmp_path, path)
    assert_nothing_written(tmp_path)


def test_archive_has_the_same_paths(tmp_path: Path) -> None:
    """Archives use the same paths as directories."""
    project = bare(tmp_path / "project", *PAIR)
    for number, path in enumerate([None, False, "x/{a}/{{auto}}", "{{auto:_}}"]):
        directory = exported(project, str(tmp_path / f"exported{number}"), path)
        assert exported(project, str(tmp_path / f"exported{number}.tar"), path) == directory
        assert exported(project, str(tmp_path / f"exported{number}.zip"), path) == directory


def test_callable(tmp_path: Path) -> None:
    """An export takes a function of the job."""
    project = bare(tmp_path / "project", *PAIR)
    for where in (in_directory, in_archive):
        paths = where(project, tmp_path, lambda job: os.path.join("q", f"n{job.sp.a}"))
        assert by_statepoint(project, paths) == [(PAIR[0], "q/n0"), (PAIR[1], "q/n1")]


def test_callable_in_a_view(tmp_path: Path) -> None:
    """A view takes no function."""
    project = bare(tmp_path / "project", *PAIR)
    with pytest.raises(ValueError) as caught:
        in_view(project, tmp_path, lambda job: job.id)
    assert_says(caught.value)
    assert not (tmp_path / "view").exists()


@pytest.mark.parametrize("path", [5, True, 1.0, [], b"{a}"], ids=repr)
def test_other_paths(tmp_path: Path, paths_of: Paths, path: Any) -> None:
    """What is no path specification is a `ValueError`."""
    project = bare(tmp_path / "project", *PAIR)
    with pytest.raises(ValueError) as caught:
        paths_of(project, path)
    assert_says(caught.value)
    assert_nothing_written(tmp_path)


@pytest.mark.parametrize("template", ["x", "", "{b.c}", "x/{a:.0s}"])
def test_duplicates(tmp_path: Path, paths_of: Paths, template: str) -> None:
    """A template that gives two jobs one path is refused before anything is written."""
    project = bare(tmp_path / "project", {"a": "0", "b": {"c": 1}}, {"a": "1", "b": {"c": 1}})
    with pytest.raises(RuntimeError, match="duplicate paths") as caught:
        paths_of(project, template)
    assert_says(caught.value, "id")
    assert_nothing_written(tmp_path)


def test_duplicates_of_a_callable(tmp_path: Path) -> None:
    """A function that gives two jobs one path is refused before anything is written."""
    project = bare(tmp_path / "project", *PAIR)
    with pytest.raises(RuntimeError, match="duplicate paths"):
        in_directory(project, tmp_path, lambda job: "same")
    assert not (tmp_path / "exported").exists()


@pytest.mark.parametrize("longer_first", [True, False])
def test_leaf_and_node(tmp_path: Path, longer_first: bool) -> None:
    """A job cannot lie inside another one, in whichever order they come."""
    project = bare(tmp_path / "project", *PAIR)
    first, _ = project
    with pytest.raises(RuntimeError) as caught:
        in_directory(
            project, tmp_path, lambda job: "x/y" if (job.id == first.id) is longer_first else "x"
        )
    assert_says(caught.value, "x")
    assert not (tmp_path / "exported").exists()


def test_template_without_jobs(tmp_path: Path, project: Any) -> None:
    """Without jobs there is nothing to be wrong."""
    assert in_directory(project, tmp_path, "{zzz}") == {}
    assert not (tmp_path / "exported").exists()
