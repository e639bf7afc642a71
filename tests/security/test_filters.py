"""Texts of filters are read, never run, and none of them holds the program up."""

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

import signac
from security.escapes import REGEX, WHERE
from signac.errors import QueryError
from signac.filterparse import parse_filter_arg

VALUES = [7, "text", [1, 2], {"b": 1}, None, 2.5]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A project with a job for each kind of value, in which a file `x` would be seen."""
    monkeypatch.chdir(tmp_path)
    project = signac.init_project(tmp_path / "project")
    for value in VALUES:
        project.open_job({"a": value}).init()
    return project


@pytest.mark.parametrize("number", range(len(WHERE)))
def test_escapes_from_where(project: Any, tmp_path: Path, number: int) -> None:
    """Each text is refused within a second; nothing is run, and no file is made."""
    text, refused = WHERE[number], 0
    for query in ({"a": {"$where": text}}, {"a.$where": text}, {"sp.a": {"$where": text}}):
        began = time.process_time()
        try:
            assert list(project.find_jobs(query)) == []
        except QueryError as error:
            refused += bool(str(error))
        assert time.process_time() - began < 1
    # A call of `type` with three arguments is a mistake that depends on the value for no value.
    assert refused == 3 or "type('X'" in text
    assert os.listdir(tmp_path) == ["project"]


def test_where_out_of_json(project: Any) -> None:
    """A text that came as JSON, with its letters escaped, is the same text and is refused, too."""
    words = r'{"a": {"\u0024where": "\u006cambda x: \u005f\u005fimport__(\u0027os\u0027)"}}'
    for query in (json.loads(words), parse_filter_arg([words])):
        with pytest.raises(QueryError, match="__import__"):
            list(project.find_jobs(query))


@pytest.mark.parametrize("number", range(len(REGEX)))
def test_patterns_that_never_end(tmp_path: Path, number: int) -> None:
    """A pattern on one value ends within a second, with an answer or an error."""
    pattern, text = REGEX[number]
    project = signac.init_project(tmp_path / "project")
    project.open_job({"a": text}).init()
    began = time.process_time()
    with contextlib.suppress(QueryError):
        assert len(project.find_jobs({"a": {"$regex": pattern}})) in (0, 1)
    assert time.process_time() - began < 1
