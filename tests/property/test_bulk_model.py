"""Changes of many state points, against dictionaries in memory."""

import tempfile
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rawcheck
import signac
from signac.errors import ChangeRefusedError

KEYS = ("a", "b", "c")
values = st.sampled_from([0, 1, 2, 1.0, True, None, "x", [0]])
statepoints = st.dictionaries(st.sampled_from(KEYS), values, max_size=3)
projects = st.lists(statepoints, min_size=1, max_size=9, unique_by=rawcheck.canonical)
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

State = dict[str, dict[str, Any]]


@st.composite
def keyed(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments that add, remove, rename and compute keys, without a contradiction."""
    removed = draw(st.lists(st.sampled_from(KEYS), max_size=1))
    targets = draw(st.permutations([*KEYS, "new"]))
    sources = draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=3))
    renamed = {
        source: target
        for source, target in zip(sources, targets, strict=False)
        if source != target and source not in removed
    }
    what: dict[str, Any] = {
        "add": draw(st.dictionaries(st.sampled_from([*KEYS, "new"]), values, max_size=2)),
        "rename": renamed,
        "remove": removed,
    }
    if draw(st.booleans()) or not any(what.values()):
        key, value = draw(st.sampled_from(KEYS)), draw(values)
        what["compute"] = {key: lambda sp: [value, len(sp)]}
    return what


@st.composite
def tables(draw: st.DrawFn, state: list[dict[str, Any]]) -> dict[str, Any]:
    """A function that gives the jobs each other's state points, and now and then another one."""
    pool = [*state, *draw(st.lists(statepoints, max_size=2))]
    chosen = draw(st.permutations(pool))
    if draw(st.integers(0, 4)) == 0:
        chosen[0] = chosen[-1]
    table = dict(zip(map(rawcheck.canonical, state), chosen, strict=False))
    return {"compute": lambda sp: table.get(rawcheck.canonical(sp), sp)}


def model(statepoint: dict[str, Any], what: dict[str, Any]) -> dict[str, Any] | None:
    """Return the new state point, None if the change does not fit."""
    compute = what.get("compute")
    if callable(compute):
        return dict(compute(statepoint))
    new = {key: value for key, value in statepoint.items() if key not in what["remove"]}
    taken = {target: new[source] for source, target in what["rename"].items() if source in new}
    new = {key: value for key, value in new.items() if key not in what["rename"]}
    if taken.keys() & new.keys():
        return None
    new |= taken
    new = {**what["add"], **new}
    return new | {key: call(new) for key, call in (compute or {}).items()}


def content(project: signac.Project) -> State:
    """Return the state point of each mark; the raw project has no problems."""
    assert not rawcheck.problems(project.path)
    jobs = rawcheck.snapshot(project.path).values()
    return {document["mark"]: statepoint for statepoint, document, _ in jobs if document}


def same(left: State, right: State) -> bool:
    """Compare two states, types included."""
    return rawcheck.same(left, right)


def check(project: signac.Project, what: dict[str, Any], selected: Any) -> bool:
    """Plan and apply one change, and compare it with the model; tell whether it was made."""
    before = content(project)
    jobs = {mark: sp for mark, sp in before.items() if selected is None or selected[0] in sp}
    query = None if selected is None else {f"{selected[0]}": {"$exists": True}}
    plan = project.plan_change(query, **what)
    fits = {mark: model(statepoint, what) for mark, statepoint in jobs.items()}
    unfit = {rawcheck.id_of(before[mark]) for mark, new in fits.items() if new is None}
    assert plan.problems.keys() == unfit
    after = {**before, **{mark: new for mark, new in fits.items() if new is not None}}
    counts = Counter(map(rawcheck.id_of, after.values()))
    if not unfit:
        twice = {job_id for job_id, count in counts.items() if count > 1}
        assert {found.new_id for found in plan.collisions} == twice
    moved = {mark for mark in after if not rawcheck.same(after[mark], before[mark])}
    assert {step.old_id for step in plan.steps} == {rawcheck.id_of(before[mark]) for mark in moved}
    if plan.problems or plan.collisions:
        with pytest.raises(ChangeRefusedError):
            plan.apply()
        assert same(content(project), before)
        return False
    result = plan.apply()
    result.raise_failed()
    assert len(result.changed) == len(moved)
    assert same(content(project), after)
    for mark in moved:
        old_id, new_id = rawcheck.id_of(before[mark]), rawcheck.id_of(after[mark])
        steps = {step.old_id: step.new_id for step in result.changed}
        assert steps[old_id] == new_id
    return bool(moved)


@SETTINGS
@given(projects, st.data())
def test_changes_and_undo(start: list[dict[str, Any]], data: st.DataObject) -> None:
    """Changes do what dictionaries do, swaps and circles included; undo brings all states back."""
    with tempfile.TemporaryDirectory() as directory, signac.durability("fast"):
        project = signac.init_project(directory)
        for job in project.create_jobs(start):
            job.doc.mark = job.id
        states = [content(project)]
        for _ in range(data.draw(st.integers(1, 3))):
            now = list(states[-1].values())
            what = data.draw(st.one_of(keyed(), tables(now)))
            selected = data.draw(st.none() | st.sampled_from(KEYS))
            if check(project, what, selected):
                states.append(content(project))
        for mark, statepoint in states[-1].items():
            assert project.find_new_id(mark) == rawcheck.id_of(statepoint)
        for state in states[-2::-1]:
            project.undo_change().raise_failed()
            assert same(content(project), state)
        assert all(record.state != "unfinished" for record in project.list_changes())
        project.check()
