"""Each odd state point is accepted by a documented rule, or refused before the disk is touched."""

import collections
import json
import os
import warnings
from collections.abc import Callable
from hashlib import md5
from typing import Any

import pytest

import signac
from badvalues.picture import attempts, check_refusal, picture
from badvalues.values import ACCEPTED, CASES, REFUSED, Case, Stored, given, placed, stored_text
from signac.errors import Error, NumpyConversionWarning

pytestmark = [
    pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning"),
    pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning"),
]
#: Too deep where `placed` puts it only.
_BARELY = frozenset({"254-mappings", "254-lists"})


def _names(case: Case) -> str:
    return case.name


def test_there_are_enough() -> None:
    """The list has at least 130 state points, each under a name of its own, many of each kind."""
    assert len(CASES) >= 280
    assert len({case.name for case in CASES}) == len(CASES)
    assert len(REFUSED) >= 170
    assert len(ACCEPTED) >= 110
    rules = collections.Counter(case.answer.rule for case in CASES)
    assert min(rules.values()) >= 2, rules


@pytest.mark.parametrize("case", ACCEPTED, ids=_names)
def test_accepted(project: Any, case: Case) -> None:
    """The id and the file are those of the plain JSON value, and a new process reads the same."""
    assert isinstance(case.answer, Stored)
    text = stored_text(case)
    expected = md5(json.dumps(json.loads(text), sort_keys=True).encode()).hexdigest()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = given(case)
        caught.clear()
        job = project.open_job(value)
    assert {entry.category for entry in caught} == (
        {NumpyConversionWarning} if case.answer.warns else set()
    )
    assert job.id == expected
    assert os.listdir(project.workspace) in ([], [".signac_scratch"])
    job.init()
    with open(job.fn("signac_statepoint.json"), encoding="ascii") as file:
        assert file.read() == text
    assert json.dumps(job.sp()) == text
    found = signac.get_project(project.path).open_job(id=expected)
    assert json.dumps(found.sp()) == text
    assert found == job
    assert len(repr(job)) > len(expected)
    assert len(job.cached_statepoint) == len(job.sp)


def _openings(case: Case) -> dict[str, tuple[str, Callable[[Any], object]]]:
    """Return the calls that take a whole state point, each with the name it has there."""
    return {
        "open_job": ("sp", lambda job: job.project.open_job(given(case))),
        "create_jobs": ("sp", lambda job: job.project.create_jobs([{"good": 1}, given(case)])),
        "assignment": ("sp", lambda job: setattr(job, "statepoint", given(case))),
        "short": ("sp", lambda job: setattr(job, "sp", given(case))),
        "reset_statepoint": ("sp", lambda job: job.reset_statepoint(given(case))),
        "reset": ("sp", lambda job: job.sp.reset(given(case))),
    }


def _partial_changes(case: Case) -> dict[str, tuple[str, Callable[[Any], object]]]:
    """Return the calls that put a value into a state point, each with the place they name."""

    def change_in_block(job: Any) -> None:
        with job.sp.transaction() as sp:
            sp.good = 1
            sp.x = case.make()

    return {
        "attribute": ("sp.x", lambda job: setattr(job.sp, "x", case.make())),
        "item": ("sp.x", lambda job: job.sp.__setitem__("x", case.make())),
        "nested": ("sp.n.x", lambda job: setattr(job.sp.n, "x", case.make())),
        "list-item": ("sp.l[0]", lambda job: job.sp.l.__setitem__(0, case.make())),
        "append": ("sp.l[-1]", lambda job: job.sp.l.append(case.make())),
        "insert": ("sp.l[0]", lambda job: job.sp.l.insert(0, case.make())),
        "extend": ("sp.l[1]", lambda job: job.sp.l.extend([0, case.make()])),
        "update": ("sp.x", lambda job: job.sp.update({"good": 1, "x": case.make()})),
        "keywords": ("sp.x", lambda job: job.sp.update(x=case.make())),
        "setdefault": ("sp.x", lambda job: job.sp.setdefault("x", case.make())),
        "transaction": ("sp.x", change_in_block),
        "update_statepoint": ("sp.x", lambda job: job.update_statepoint({"x": case.make()})),
        "overwrite": (
            "sp.a",
            lambda job: job.update_statepoint({"a": case.make()}, overwrite=True),
        ),
    }


@pytest.mark.parametrize("case", REFUSED, ids=_names)
def test_refused(project: Any, case: Case) -> None:
    """Refused everywhere, with class, place and reason; files, memory and id stay as they were."""
    job = project.open_job({"a": 0, "n": {"x": 1}, "l": [1]}).init()
    before, content = picture(project.path), job.sp()
    calls = {
        name: (place if case.whole else f"{place}.n[1].v", call)
        for name, (place, call) in _openings(case).items()
    }
    if not case.whole and case.name not in _BARELY:
        calls.update(_partial_changes(case))
    for name, (place, call) in calls.items():
        error = attempts(lambda call=call: call(job))
        assert error is not None, f"{name} took it"
        if name in {"assignment", "short", "reset_statepoint", "reset"} and case.whole:
            assert isinstance(error, Error), name
            assert str(error).startswith(("sp: ", "sp.")), name
        else:
            check_refusal(error, case, place)
        assert picture(project.path) == before, name
        assert job.sp() == content, name
    job.sp.a = 1
    assert [found.sp.a for found in project] == [1]


@pytest.mark.parametrize("case", ACCEPTED, ids=_names)
def test_accepted_changes(project: Any, case: Case) -> None:
    """Every way of changing a state point gives the job that opening it gives."""
    if case.whole:
        texts = {case.answer.text}
        changes = [lambda job: setattr(job, "statepoint", case.make())]
    else:
        texts = {stored_text(case)}
        changes = [
            lambda job: setattr(job, "sp", placed(case.make())),
            lambda job: setattr(job.sp.n[1], "v", case.make()),
            lambda job: job.sp.n.__setitem__(1, {"v": case.make()}),
            lambda job: job.update_statepoint({"n": [0, {"v": case.make()}]}, overwrite=True),
        ]
    for change in changes:
        job = project.open_job(placed("before")).init()
        change(job)
        with open(job.fn("signac_statepoint.json"), encoding="ascii") as file:
            assert {file.read()} == texts
        assert json.dumps(signac.get_project(project.path).open_job(id=job.id).sp()) in texts
        job.remove()


def test_refusals_while_buffered(project: Any) -> None:
    """Inside a buffered block state points are refused as outside."""
    job = project.open_job({"a": 0, "n": {}, "l": []}).init()
    before = picture(project.path)
    with signac.buffered():
        for case in REFUSED:
            if not case.whole and case.name not in _BARELY:
                error = attempts(lambda case=case: setattr(job.sp, "x", case.make()))
                check_refusal(error, case, "sp.x")
    assert picture(project.path) == before
    assert job.sp() == {"a": 0, "n": {}, "l": []}
