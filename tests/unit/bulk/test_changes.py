"""Plans of changes are shown, refused, applied, resumed and undone."""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import processes
import rawcheck
import signac
from dying import run_and_die
from signac._bulk import journal as journals
from signac._bulk.apply import _alone
from signac._engine import rekey
from signac._engine.jobstate import home_of
from signac.errors import (
    ChangeIncompleteError,
    ChangeRefusedError,
    InvalidInputError,
    JobNotFoundError,
    LockTimeoutError,
    NotFoundError,
)


@pytest.fixture
def project(tmp_path: Path) -> signac.Project:
    """Return a project of six jobs, each with its own mark in its document and a file."""
    project = signac.init_project(tmp_path / "project")
    fill(project, [{"a": a, "b": {"c": c}} for a in range(3) for c in range(2)])
    return project


def fill(project: signac.Project, statepoints: list[dict[str, Any]]) -> None:
    """Make jobs, each with its own mark in its document and in a file."""
    for job in project.create_jobs(statepoints):
        job.doc.mark = job.id
        Path(job.fn("mark.txt")).write_text(job.id)


def content(project: signac.Project) -> dict[str, Any]:
    """Return the state point that each mark has now; the raw project has no problems."""
    assert not rawcheck.problems(project.path)
    found = {}
    for statepoint, document, files in rawcheck.snapshot(project.path).values():
        assert document is not None
        found[document["mark"]] = statepoint
        assert files["mark.txt"] == document["mark"].encode()
    return found


def apply(project: signac.Project, **what: Any) -> Any:
    """Plan and apply a change that fails for no job."""
    result = project.plan_change(**what).apply()
    result.raise_failed()
    return result


def test_rename_add_remove_compute(project: signac.Project) -> None:
    """Keys change in all jobs; documents and files go with them."""
    before = content(project)
    result = apply(
        project,
        rename={"a": "x"},
        remove=["b.c"],
        add={"n": 1},
        compute={"y": lambda sp: sp["x"] * 10 + sp["n"]},
        filter={"b.c": 0},
    )
    assert len(result.changed) == 3
    assert not result.failed
    expected = {
        mark: {"x": sp["a"], "b": {}, "n": 1, "y": sp["a"] * 10 + 1} if sp["b"]["c"] == 0 else sp
        for mark, sp in before.items()
    }
    assert content(project) == expected
    assert len(project.find_jobs({"n": 1})) == 3


def test_a_plan_shows_and_changes_nothing(project: signac.Project) -> None:
    """A plan has steps, what stays, and a table; it touches nothing, no directory is made."""
    before = content(project)
    plan = project.plan_change(add={"t": "<b>"}, filter={"a": {"$lt": 2}})
    assert content(project) == before
    assert not os.path.exists(os.path.join(project.path, ".signac/changes"))
    assert len(plan.steps) == 4
    assert [step.keys for step in plan.steps] == [("t",)] * 4
    assert not plan.collisions
    assert not plan.problems
    for step in plan.steps:
        assert project.open_job(step.new).id == step.new_id
        assert project.open_job(id=step.old_id).sp() == step.old
        assert step.new == {**step.old, "t": "<b>"}
        assert step.old_id[:8] in str(step)
    text = str(plan)
    assert text.startswith("4 jobs change, 0 stay as they are")
    assert 't: - -> "<b>"' in text
    assert "<b>" not in plan._repr_html_()
    assert "&lt;b&gt;" in plan._repr_html_()
    assert repr(plan) == "<ChangePlan: 4 jobs change, 0 stay as they are>"


def test_a_long_table_is_cut(project: signac.Project) -> None:
    """A table has ten rows, and says how many there are more."""
    project.create_jobs({"a": a} for a in range(20))
    assert "and 16 more" in str(project.plan_change(add={"t": 1}))


def test_what_stays(project: signac.Project) -> None:
    """Jobs that a change does not touch are listed, and nothing is written for them alone."""
    plan = project.plan_change(add={"a": 5})
    assert not plan
    assert len(plan.unchanged) == 6
    result = plan.apply()
    assert (result.name, result.changed) == ("", ())
    assert str(result) == "nothing to change"
    assert not project.list_changes()


def test_collisions_are_refused(project: signac.Project) -> None:
    """State points that several jobs would have are all named, and nothing is changed."""
    before = content(project)
    plan = project.plan_change(remove=["b"])
    assert len(plan.collisions) == 3
    for collision in plan.collisions:
        assert len(collision.job_ids) == 2
        assert collision.held_by is None
    assert "collisions" in str(plan)
    with pytest.raises(ChangeRefusedError, match="3 collisions") as caught:
        plan.apply()
    assert caught.value.collisions == list(plan.collisions)
    assert content(project) == before
    assert not os.path.exists(os.path.join(project.path, ".signac/changes"))


def test_a_job_outside_the_plan_is_in_the_way(project: signac.Project) -> None:
    """A job that keeps its state point is in the way, whether the filter finds it or not."""
    change = {"compute": {"a": lambda sp: 2}}
    for plan in (
        project.plan_change({"a": 1}, **change),
        project.plan_change({"a": {"$gt": 0}}, **change),
    ):
        assert [len(found.job_ids) for found in plan.collisions] == [1, 1]
        for found in plan.collisions:
            assert found.held_by == found.new_id
            assert found.new_id in project._home.list_ids()
            assert found.held_by[:8] in str(found)


def test_a_damaged_job_is_in_the_way(project: signac.Project) -> None:
    """A job that cannot be read is a problem of the plan, not overlooked."""
    (victim,) = project.find_jobs({"a": 0, "b.c": 0})
    Path(victim.fn(victim.FN_STATE_POINT)).write_text("{")
    plan = signac.Project(project.path).plan_change(add={"n": 1})
    assert list(plan.problems) == [victim.id]
    assert "cannot be read" in str(plan)
    with pytest.raises(ChangeRefusedError) as caught:
        plan.apply()
    assert caught.value.job_ids == [victim.id]


def test_what_does_not_fit_is_told_for_all_jobs(project: signac.Project) -> None:
    """Jobs that the change does not fit are all named with the reason; nothing is changed."""
    before = content(project)

    def compute(statepoint: dict[str, Any]) -> dict[str, Any]:
        return {**statepoint, "inverse": 1 / statepoint["a"]}

    plan = project.plan_change(compute=compute)
    assert len(plan.problems) == 2
    assert len(plan.steps) == 4
    assert all("ZeroDivisionError" in text for text in plan.problems.values())
    with pytest.raises(ChangeRefusedError, match="ZeroDivisionError"):
        plan.apply()
    assert content(project) == before


@pytest.mark.parametrize(
    "shift",
    [
        pytest.param(lambda a: a + 1, id="chain"),
        pytest.param(lambda a: 2 - a, id="swap"),
        pytest.param(lambda a: (a + 1) % 3, id="circle"),
    ],
)
def test_jobs_take_the_place_of_one_another(
    project: signac.Project, shift: Callable[[int], int]
) -> None:
    """Chains, swaps and circles are no collisions, and undo takes them back."""
    before = content(project)
    plan = project.plan_change(compute={"a": lambda sp: shift(sp["a"])})
    assert not plan.collisions
    plan.apply().raise_failed()
    assert content(project) == {mark: {**sp, "a": shift(sp["a"])} for mark, sp in before.items()}
    for mark, statepoint in before.items():
        new = {**statepoint, "a": shift(statepoint["a"])}
        assert project.find_new_id(mark) == rawcheck.id_of(new)
    project.undo_change().raise_failed()
    assert content(project) == before
    assert all(project.find_new_id(mark) == mark for mark in before)


def come(project: signac.Project) -> None:
    fill(project, [{"a": 9}])


def go(project: signac.Project) -> None:
    project.find_jobs({"a": 0})[0].remove()


def alter(project: signac.Project) -> None:
    project.find_jobs({"a": 0})[0].sp.a = 7


@pytest.mark.parametrize("act", [come, go, alter])
def test_a_stale_plan_is_refused(project: signac.Project, act: Any) -> None:
    """When jobs came, went or changed since the plan was made, nothing is changed."""
    plan = project.plan_change(add={"n": 1})
    act(project)
    before = content(project)
    with pytest.raises(ChangeRefusedError, match="plan again") as caught:
        plan.apply()
    assert caught.value.job_ids
    assert content(project) == before
    assert not project.list_changes()


def test_who_comes_into_the_way_meanwhile(project: signac.Project) -> None:
    """A job outside the filter that took a planned state point since then is noticed."""
    plan = project.plan_change({"a": 0}, add={"n": 1})
    fill(project, [plan.steps[0].new | {"a": 0}])
    with pytest.raises(ChangeRefusedError):
        plan.apply()
    project.open_job(plan.steps[0].new).remove()
    plan = project.plan_change({"b.c": 0, "a": 1}, compute={"a": lambda sp: 50})
    fill(project, [{"a": 50, "b": {"c": 0}}])
    with pytest.raises(ChangeRefusedError, match="in the way") as caught:
        plan.apply()
    assert len(caught.value.collisions) == 1


def test_applied_twice(project: signac.Project) -> None:
    """A plan that was applied is stale."""
    plan = project.plan_change(add={"n": 1})
    plan.apply()
    with pytest.raises(ChangeRefusedError):
        plan.apply()


def failing(monkeypatch: pytest.MonkeyPatch, wrong: set[str]) -> None:
    """Let the change of some jobs fail, as by a full disk."""
    original = rekey.change_statepoint

    def change(workspace: Any, old_id: str, new_id: str, *rest: Any) -> Any:
        if old_id in wrong:
            raise OSError(28, "No space left on device", workspace.job(old_id))
        return original(workspace, old_id, new_id, *rest)

    monkeypatch.setattr("signac._bulk.run.change_statepoint", change)


def test_one_that_fails_does_not_stop_the_others(
    project: signac.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed is listed; later it is tried again, and until then no other change begins."""
    before = content(project)
    plan = project.plan_change(add={"n": 1})
    wrong = {plan.steps[1].old_id, plan.steps[4].old_id}
    with monkeypatch.context() as patch:
        failing(patch, wrong)
        result = plan.apply(name="add-n")
    assert len(result.changed) == 4
    assert {step.old_id for step, _ in result.failed} == wrong
    assert "4 jobs changed, 2 failed" in str(result)
    with pytest.raises(ChangeIncompleteError, match="No space") as caught:
        result.raise_failed()
    assert set(caught.value.failed) == wrong
    assert set(caught.value.job_ids) == wrong
    (record,) = project.list_changes()
    assert (record.name, record.state, record.jobs, record.done) == ("add-n", "unfinished", 6, 4)
    assert "(4 done)" in str(record)
    with pytest.raises(ChangeRefusedError, match=r"resume_changes|undo_change\('add-n'\)"):
        project.plan_change(add={"m": 1}).apply()
    (again,) = project.resume_changes()
    assert {step.old_id for step in again.changed} == wrong
    assert content(project) == {mark: {**sp, "n": 1} for mark, sp in before.items()}
    assert not project.resume_changes()
    assert project.list_changes()[0].state == "applied"


@pytest.mark.parametrize("first", range(3))
def test_a_circle_with_one_that_fails(
    project: signac.Project, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """Whatever fails in a circle, no job is lost or mixed up; it is completed, or taken back."""
    before = content(project)
    plan = project.plan_change({"b.c": 0}, compute={"a": lambda sp: (sp["a"] + 1) % 3})
    with monkeypatch.context() as patch:
        failing(patch, {plan.steps[first].old_id})
        result = plan.apply()
    assert result.failed
    assert not rawcheck.problems(project.path)
    assert len(content(project)) == 6
    if first:
        project.resume_changes()
        expected = {
            mark: {**sp, "a": (sp["a"] + 1) % 3} if sp["b"]["c"] == 0 else sp
            for mark, sp in before.items()
        }
        assert content(project) == expected
    project.undo_change()
    assert content(project) == before
    assert not project.resume_changes()


def test_a_job_that_goes_meanwhile(
    project: signac.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that somebody removes during the change is listed, and is not waited for later."""
    plan = project.plan_change(add={"n": 1})
    victim = plan.steps[3].old_id
    original = rekey.change_statepoint

    def change(workspace: Any, old_id: str, *rest: Any) -> Any:
        if old_id == plan.steps[0].old_id:
            signac.Project(project.path).open_job(id=victim).remove()
        return original(workspace, old_id, *rest)

    monkeypatch.setattr("signac._bulk.run.change_statepoint", change)
    result = plan.apply()
    ((step, error),) = result.failed
    assert step.old_id == victim
    assert isinstance(error, JobNotFoundError)
    assert project.list_changes()[0].state == "applied"
    assert not project.resume_changes()
    project.undo_change().raise_failed()
    with pytest.raises(JobNotFoundError):
        project.find_new_id(victim)


def test_an_open_handle_learns_of_it(project: signac.Project) -> None:
    """A handle that was open says where its job is, as after any change of a state point."""
    job = project.find_jobs({"a": 0, "b.c": 0})[0]
    job.doc.x = 1
    apply(project, add={"n": 1})
    with pytest.raises(signac.errors.JobMovedError) as caught:
        job.doc.x = 2
    assert project.open_job(id=caught.value.new_id).sp.n == 1


def test_buffered_documents_are_written_first(project: signac.Project) -> None:
    """What is in the buffer of documents is not lost."""
    job = project.find_jobs({"a": 0, "b.c": 0})[0]
    with signac.buffered():
        job.doc.late = 5
        apply(project, add={"n": 1})
    assert project.open_job(id=project.find_new_id(job.id)).doc.late == 5


def test_undo_leaves_what_was_changed_since(project: signac.Project) -> None:
    """Jobs that changed since then, and those whose place is taken, are left and named."""
    before = content(project)
    apply(project, add={"n": 1})
    mine, other, taken = list(project)[:3]
    mark = mine.doc.mark
    mine.sp.own = True
    other_mark, taken_mark = other.doc.mark, taken.doc.mark
    other.remove()
    project.open_job(before[taken_mark]).init().doc.mark = "new"
    Path(project.open_job(before[taken_mark]).fn("mark.txt")).write_text("new")
    result = project.undo_change()
    assert len(result.changed) == 3
    reasons = {step.new_id: str(error) for step, error in result.failed}
    assert set(reasons) == {mark, other_mark, taken_mark}
    assert "changed or removed since" in reasons[mark]
    assert "another job has" in reasons[taken_mark]
    left = {mark: {**before[mark], "n": 1, "own": True}}
    left |= {taken_mark: {**before[taken_mark], "n": 1}, "new": before[taken_mark]}
    expected = {**before, **left}
    del expected[other_mark]
    assert content(project) == expected


def test_undo_and_redo_by_name(project: signac.Project) -> None:
    """Changes are undone one after the other, the last first, or by name; an undo too."""
    states = [content(project)]
    for number in range(3):
        project.plan_change(add={f"k{number}": number}).apply(name=f"step-{number}")
        states.append(content(project))
    for state in states[2::-1]:
        project.undo_change().raise_failed()
        assert content(project) == state
    with pytest.raises(NotFoundError, match="no change that could be undone"):
        project.undo_change()
    records = project.list_changes()
    assert [record.kind for record in records] == ["change"] * 3 + ["undo"] * 3
    assert [record.state for record in records] == ["undone"] * 3 + ["applied"] * 3
    project.undo_change(records[5].name)
    assert content(project) == states[1]
    assert project.list_changes()[0].state == "applied"
    assert project.list_changes()[6].kind == "redo"
    project.undo_change()
    assert content(project) == states[0]
    with pytest.raises(NotFoundError, match="undone already"):
        project.undo_change("step-2")
    with pytest.raises(NotFoundError, match="no change 'other'"):
        project.undo_change("other")


def test_nothing_to_undo_or_resume(project: signac.Project) -> None:
    """Without changes there is nothing, and nothing is made."""
    assert project.resume_changes() == []
    assert project.list_changes() == []
    with pytest.raises(NotFoundError):
        project.undo_change()
    assert not os.path.exists(os.path.join(project.path, ".signac/changes"))


def test_ids_are_followed_through_several_changes(project: signac.Project) -> None:
    """An old id leads to the present one, through plans and through changes of single jobs."""
    job = project.find_jobs({"a": 0, "b.c": 0})[0]
    ids = [job.id]
    for number in range(3):
        apply(project, add={f"k{number}": number})
        ids.append(
            rawcheck.id_of({"a": 0, "b": {"c": 0}, **{f"k{n}": n for n in range(number + 1)}})
        )
    for old_id in ids:
        assert project.find_new_id(old_id) == ids[-1]
    project.open_job(id=ids[-1]).sp.own = 1
    assert project.open_job(id=project.find_new_id(ids[0])).sp.own == 1
    for wrong in ("f" * 32, "nonsense", "../../x"):
        with pytest.raises(JobNotFoundError):
            project.find_new_id(wrong)


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a/b", "a b", "x" * 200, 5])
def test_names_that_are_no_names(project: signac.Project, name: Any) -> None:
    """The name of a change must be a plain word; otherwise nothing is changed."""
    before = content(project)
    with pytest.raises(InvalidInputError):
        project.plan_change(add={"n": 1}).apply(name=name)
    assert content(project) == before


def test_a_name_is_used_once(project: signac.Project) -> None:
    """A name that is taken is refused."""
    project.plan_change(add={"n": 1}).apply(name="mine")
    with pytest.raises(InvalidInputError, match="already"):
        project.plan_change(add={"m": 1}).apply(name="mine")
    assert not project.find_jobs({"m": 1})


def spoil(path: Path, change: Callable[[Any], Any]) -> None:
    """Change what is in a journal."""
    text = json.loads(path.read_text())
    path.write_text(json.dumps(change(text)))


def test_journals_that_are_damaged(
    project: signac.Project, caplog: pytest.LogCaptureFixture
) -> None:
    """A journal that cannot be read is named in the log, and leads to nothing."""
    apply(project, add={"n": 1})
    before = content(project)
    path = Path(project.path, ".signac/changes/0001.json")
    good = path.read_text()
    for bad in (
        "{",
        "[]",
        "{}",
        good.replace('"format": 1', '"format": 9'),
        good.replace('"change"', '"x"'),
    ):
        path.write_text(bad)
        assert project.list_changes() == []
        assert str(path) in caplog.text
        caplog.clear()
        with pytest.raises(NotFoundError):
            project.undo_change()
    for change in (
        lambda text: {**text, "order": [99]},
        lambda text: {**text, "time": float("inf")},
        lambda text: {**text, "entries": [["../../victim", *each[1:]] for each in text["entries"]]},
        lambda text: {**text, "entries": [[*each[:2], 5, 6] for each in text["entries"]]},
    ):
        path.write_text(good)
        spoil(path, change)
        assert project.list_changes() == []
    assert content(project) == before


def test_a_journal_that_lies(project: signac.Project) -> None:
    """A journal whose state points are not those of its ids writes none of them."""
    apply(project, add={"n": 1})
    before = content(project)
    path = Path(project.path, ".signac/changes/0001.json")
    spoil(
        path,
        lambda text: {
            **text,
            "entries": [[*each[:2], {"evil": 1}, each[3]] for each in text["entries"]],
        },
    )
    result = project.undo_change()
    assert not result.changed
    assert len(result.failed) == 6
    assert content(project) == before


def test_a_log_that_was_cut(project: signac.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that a power cut took half of is ended, and what it said is found out again."""
    before = content(project)
    plan = project.plan_change(add={"n": 1})
    with monkeypatch.context() as patch:
        failing(patch, {plan.steps[5].old_id})
        plan.apply()
    log = Path(project.path, ".signac/changes/0001.log")
    lines = log.read_text()
    log.write_text(lines[: lines.index("4 ok") + 2])
    (result,) = project.resume_changes()
    assert len(result.changed) == 2
    assert not result.failed
    assert content(project) == {mark: {**sp, "n": 1} for mark, sp in before.items()}
    assert project.list_changes()[0].done == 6


def test_jobs_are_found_with_the_log_gone(project: signac.Project) -> None:
    """Without the log, the workspace tells where jobs are that no other took the place of."""
    before = content(project)
    apply(project, add={"n": 1})
    Path(project.path, ".signac/changes/0001.log").unlink()
    assert project.list_changes()[0].state == "unfinished"
    for mark in before:
        assert project.find_new_id(mark) == rawcheck.id_of({**before[mark], "n": 1})
    project.undo_change().raise_failed()
    assert content(project) == before


def test_two_at_once(project: signac.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second change waits for the first."""
    plan = project.plan_change(add={"n": 1})
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with _alone(home_of(project)):
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait(10)
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.05")
    with pytest.raises(LockTimeoutError):
        plan.apply()
    leave.set()
    thread.join()
    plan.apply().raise_failed()


def test_records_have_times(project: signac.Project) -> None:
    """Records are in the order in which changes were made, with their times."""
    apply(project, add={"n": 1})
    apply(project, add={"m": 1})
    first, second = project.list_changes()
    assert (first.name, second.name) == ("0001", "0002")
    assert first.time <= second.time
    assert abs(second.time.timestamp() - time.time()) < 60


def test_selections_in_words(project: signac.Project) -> None:
    """The jobs are chosen as in searches: by mappings, expressions, documents."""
    project.find_jobs({"a": 1})[0].doc.done = True
    assert len(project.plan_change("a >= 1", add={"n": 1}).steps) == 4
    assert len(project.plan_change({"doc.done": True}, add={"n": 1}).steps) == 1
    with pytest.raises(signac.errors.QueryError):
        project.plan_change({"a": {"$nonsense": 1}}, add={"n": 1})


def test_a_progress_bar(project: signac.Project, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is shown unless it takes long."""
    project.plan_change(add={"n": 1}, progress=True).apply(progress=True)
    project.undo_change(progress=True)
    assert capsys.readouterr() == ("", "")


def test_the_check_knows_journals(project: signac.Project) -> None:
    """Journals are no problem of a project, for its own check and for the raw one."""
    apply(project, add={"n": 1})
    project.check()
    assert not project.find_problems()
    content(project)


def test_moves_of_a_circle() -> None:
    """The moves of a circle begin and end with the one that goes aside, to a place of its own."""
    entries = [
        journals.Entry(
            rawcheck.id_of({"a": a}), rawcheck.id_of({"a": 1 - a}), {"a": a}, {"a": 1 - a}
        )
        for a in range(2)
    ]
    first, second, third = journals._moves("name", entries, [1, 0, 1])
    assert (first.source, third.target) == (entries[1].old_id, entries[1].new_id)
    assert first.target == third.source == rawcheck.id_of(first.statepoint)
    assert first.statepoint["a"] == 0
    assert (first.last, second.last, third.last) == (False, True, True)


def test_while_others_work(tmp_path: Path) -> None:
    """Others may make jobs and write documents during a change: nothing is lost or mixed up."""
    project = signac.init_project(tmp_path / "busy")
    fill(project, [{"a": a} for a in range(60)])
    plan = project.plan_change({"a": {"$exists": True}}, add={"n": 1})

    def change() -> int:
        result = plan.apply()
        result.raise_failed()
        return len(result.changed)

    def write() -> int:
        mine = signac.Project(project.path)
        written = 0
        for job in mine.find_jobs({"a": {"$exists": True}}):
            try:
                job.doc.seen = True
                written += 1
            except (signac.errors.JobMovedError, FileNotFoundError):
                continue
        return written

    def make() -> int:
        mine = signac.Project(project.path)
        for number in range(30):
            job = mine.open_job({"b": number}).init()
            job.doc.mark = job.id
            Path(job.fn("mark.txt")).write_text(job.id)
        return 30

    outcomes = [outcome.get() for outcome in processes.together([change, write, make])]
    assert outcomes[0] == 60
    found = content(project)
    assert len(found) == 90
    assert sum("n" in statepoint for statepoint in found.values()) == 60
    assert len(project.find_jobs({"doc.seen": True})) >= outcomes[1]


@pytest.mark.parametrize("number", [2, 150, 400])
def test_killed_in_the_middle_of_many(tmp_path: Path, number: int) -> None:
    """A process that is killed with many jobs under way leaves what resuming completes."""
    project = signac.init_project(tmp_path / "many")
    fill(project, [{"a": a} for a in range(40)])
    before = content(project)
    plan = project.plan_change(compute={"a": lambda sp: (sp["a"] + 1) % 40})
    assert run_and_die(plan.apply, number)
    project = signac.Project(project.path)
    assert not rawcheck.problems(project.path)
    if not project.list_changes():
        project.plan_change(compute={"a": lambda sp: (sp["a"] + 1) % 40}).apply()
    project.resume_changes()
    assert content(project) == {mark: {"a": (sp["a"] + 1) % 40} for mark, sp in before.items()}
    assert all(
        project.find_new_id(mark) == rawcheck.id_of({"a": (sp["a"] + 1) % 40})
        for mark, sp in before.items()
    )
