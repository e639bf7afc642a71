"""Names, parameters and defaults of what searches (reference, section 1)."""

import importlib
import inspect
from typing import Any

import pytest

EMPTY = inspect.Parameter.empty
SIGNATURES: list[tuple[str, dict[str, Any]]] = [
    ("signac.project:Project.find_jobs", {"self": EMPTY, "filter": None}),
    ("signac.project:Project.groupby", {"self": EMPTY, "key": None, "default": None}),
    (
        "signac.project:Project.detect_schema",
        {"self": EMPTY, "exclude_const": False, "subset": None},
    ),
    ("signac.project:Project.update_cache", {"self": EMPTY}),
    ("signac.project:JobsCursor", {"project": EMPTY, "filter": None}),
    ("signac.project:JobsCursor.groupby", {"self": EMPTY, "key": None, "default": None}),
    (
        "signac.project:JobsCursor.to_dataframe",
        {
            "self": EMPTY,
            "sp_prefix": "sp.",
            "doc_prefix": "doc.",
            "usecols": None,
            "flatten": False,
        },
    ),
    ("signac.schema:ProjectSchema", {"schema": None}),
    (
        "signac.schema:ProjectSchema.format",
        {"self": EMPTY, "depth": None, "precision": None, "max_num_range": None},
    ),
    (
        "signac.schema:ProjectSchema.difference",
        {"self": EMPTY, "other": EMPTY, "ignore_values": False},
    ),
    ("signac.filterparse:parse_filter_arg", {"args": EMPTY}),
    ("signac.filterparse:parse_simple", {"tokens": EMPTY}),
    ("signac.filterparse:parse_filter", {"filter": EMPTY}),
]


def lookup(place: str) -> Any:
    module, _, names = place.partition(":")
    found = importlib.import_module(module)
    for name in names.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize(("place", "expected"), SIGNATURES, ids=[place for place, _ in SIGNATURES])
def test_parameters(place: str, expected: dict[str, Any]) -> None:
    """Parameters have the peer's names, order and defaults; more may follow by name only."""
    parameters = inspect.signature(lookup(place)).parameters
    assert list(parameters)[: len(expected)] == list(expected)
    assert {name: parameters[name].default for name in expected} == expected
    for name in list(parameters)[len(expected) :]:
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY


def test_variable_parameters(project: Any) -> None:
    """`diff_jobs` takes any number of jobs; what is ignored by neighbors is nothing by default."""
    import signac

    (jobs,) = inspect.signature(signac.diff_jobs).parameters.values()
    assert jobs.kind is inspect.Parameter.VAR_POSITIONAL
    ignore = inspect.signature(type(project).get_neighbors).parameters["ignore"]
    assert not ignore.default


@pytest.mark.parametrize(
    "name",
    ["find_job_ids", "num_jobs", "groupbydoc", "root_directory", "build_job_statepoint_index"],
)
def test_removed_names(project: Any, name: str) -> None:
    """What the second generation removed from projects is not there."""
    assert not hasattr(project, name)


def test_removed_arguments(project: Any) -> None:
    """Documents are asked for in the filter; there is no argument of their own."""
    with pytest.raises(TypeError):
        project.find_jobs(doc_filter={"a": 1})
    with pytest.raises(TypeError):
        project.find_jobs({}, {"a": 1})


@pytest.mark.parametrize(
    "name",
    ["sort", "limit", "count", "first", "one", "distinct", "min", "max", "mean", "sum", "count_by"],
)
def test_added_names(project: Any, name: str) -> None:
    """What cursors have beyond the peer is documented."""
    assert (inspect.getdoc(getattr(type(project.find_jobs()), name)) or "").strip()


def test_searching_is_silent(project: Any, capfd: Any) -> None:
    """Nothing is printed by searches that are not on a terminal."""
    for number in range(5):
        project.open_job({"a": number}).init()
    len(project.find_jobs({"a": 1}))
    list(project.groupby("a"))
    project.detect_schema()
    project.get_neighbors()
    project.update_cache()
    project.to_dataframe()
    assert capfd.readouterr() == ("", "")
