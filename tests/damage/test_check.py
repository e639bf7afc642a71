"""`find_problems` and `check` name everything that is wrong, and change nothing."""

import os
import signal
from typing import Any

import pytest

import processes
import rawcheck
import signac
from aging import let_directories_age
from damage import scene
from damage.checking import check_all, complaints
from damage.matrix import DAMAGES, Pool, applies, harm, run
from damage.scene import IDS, statepoint

PLAIN = [name for number, name in enumerate(DAMAGES) if not number % 2]


def _cases(*, known: bool) -> list[Any]:
    found = []
    for number, (name, damage) in enumerate(DAMAGES.items()):
        if applies(damage, known=known):
            short = number % 4 < 2 and known == bool(damage.needs or name not in PLAIN)
            found.append(pytest.param(name, marks=() if short else pytest.mark.long))
    return found


def _check(name: str, pool: Pool, *, known: bool) -> None:
    made = harm(pool, name, known=known)
    checked = run(DAMAGES[name], made, lambda: check_all(made)).get()
    found = complaints(DAMAGES[name], checked)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", _cases(known=False))
def test_every_damage_is_named(name: str, pool: Pool) -> None:
    """With job, path, what is wrong and what to do; nothing else is named, nothing is changed."""
    _check(name, pool, known=False)


@pytest.mark.parametrize("name", _cases(known=True))
def test_every_damage_is_named_with_index_and_cache(name: str, pool: Pool) -> None:
    """The same where an index and a cache know the jobs: the files count, not what is known."""
    _check(name, pool, known=True)


def _small(pool: Pool, tmp_path: Any) -> tuple[Any, Any]:
    made = pool.template(known=False).copy(str(tmp_path / "scene"))
    return made, signac.Project(made.path)


def _kinds(project: Any) -> list[tuple[str, str | None]]:
    return [(one.kind, one.job) for one in project.find_problems()]


def test_a_lock_of_a_dead_process_is_named(
    pool: Pool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open project names it, until a repair or the next opening takes it away."""
    monkeypatch.setenv("SIGNAC_LOCKS", "file")
    made, project = _small(pool, tmp_path)

    def die() -> None:
        with signac.Project(made.path).open_job(statepoint(0)).doc.transaction():
            os.kill(os.getpid(), signal.SIGKILL)

    assert processes.run(die).signal == signal.SIGKILL
    assert _kinds(project) == [("lock-leftover", None)]
    assert project.check() is None
    assert project.repair() is None
    assert _kinds(project) == []


def test_scratch_of_a_dead_process_is_named(pool: Pool, tmp_path: Any) -> None:
    """An open project names it; a repair, or the next opening, deals with it."""
    made, project = _small(pool, tmp_path)
    leftover = made.expand("{W}/.signac_scratch/0123456789abcdef.signac_job_document.json")
    scene.write(leftover, b'{"half')
    assert _kinds(project) == [("scratch-leftover", None)]
    assert project.check() is None
    assert os.path.exists(leftover)
    signac.Project(made.path)
    assert _kinds(project) == []
    scene.write(leftover, b'{"half')
    assert project.repair() is None
    assert _kinds(project) == []


def test_young_temporary_files_are_left_alone(pool: Pool, tmp_path: Any) -> None:
    """A temporary file of another program may be in use: repair takes it only when it is old."""
    made, project = _small(pool, tmp_path)
    young = made.expand("{J}/._0b5ae2d2-6c8f-4a39-9b3c-5a3a4b1f2c3d_signac_job_document.json")
    scene.write(young, b'{"half')
    assert project.repair() is None
    assert os.path.exists(young)
    os.utime(young, (0, 0))
    assert _kinds(project) == [("temporary-file", IDS["V"])]
    assert project.repair() is None
    assert not os.path.exists(young)
    assert _kinds(project) == []


def test_many_problems_at_once(pool: Pool, tmp_path: Any) -> None:
    """All of them are in one report, one exception and one repair; the healthy job is none."""
    made, project = _small(pool, tmp_path)
    expected = {}
    for number in range(1, scene.FEW):
        job_id = rawcheck.id_of(statepoint(number))
        kind = ("statepoint-damaged", "statepoint-missing", "document-damaged")[number % 3]
        name = rawcheck.DOCUMENT if kind.startswith("document") else rawcheck.STATEPOINT
        path = os.path.join(made.job(job_id), name)
        if kind == "statepoint-missing":
            os.unlink(path)
        else:
            scene.write(path, b"junk")
        expected[job_id] = kind
    let_directories_age(made.path)
    project = signac.Project(made.path)
    report = project.find_problems()
    assert {one.job: one.kind for one in report} == expected
    assert report.jobs == sorted(expected)
    assert report.checked == scene.FEW
    for call in (project.check, project.repair):
        with pytest.raises(signac.errors.JobsCorruptedError) as caught:
            call()
        assert sorted(caught.value.job_ids) == sorted(caught.value.problems) == sorted(expected)
    assert project.repair(set_aside=True) is None
    assert project.check() is None
    assert 1 <= len(project) <= scene.FEW
