"""Older layouts: recognised, planned, brought forward, or left exactly as they are."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import processes
import signac
from signac._migration.detect import LOCK
from signac._migration.run import _take
from signac.errors import IncompatibleSchemaVersion, MigrationError, ProjectNotFoundError
from signac.migration import apply_migrations, plan_migrations

ID = "9bfd29df07674bc4aa960cf661b5acd2"
JOB = f"{ID}/signac_statepoint.json"
CONFIG = ".signac/config"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that makes a project from names and contents of files."""

    def make(config: str, workspace: str = "workspace", **files: str) -> Path:
        root = tmp_path / "project"
        root.mkdir()
        (root / "signac.rc").write_text(config)
        (root / workspace / ID).mkdir(parents=True)
        (root / workspace / JOB).write_text('{"a": 0}')
        for name, text in files.items():
            (root / name).write_text(text)
        return root

    return make


def quiet(text: str) -> None:
    """Take what a migration tells."""


def files(root: Path) -> dict[str, bytes | str]:
    """Return all names below a directory with what is in them."""
    found: dict[str, bytes | str] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        else:
            found[name] = path.read_bytes() if path.is_file() else "directory"
    return found


def migrated(root: Path) -> signac.Project:
    """Migrate a project and open it; its one job is there."""
    apply_migrations(root, report=quiet)
    project = signac.Project(root)
    assert [job.sp() for job in project] == [{"a": 0}]
    assert not (root / "signac.rc").exists()
    assert not (root / LOCK).exists()
    assert not (root / ".signac/migration.json").exists()
    assert not plan_migrations(root)
    return project


@pytest.mark.parametrize("version", ["", "schema_version = 0\n", "schema_version = 1\n"])
def test_both_older_layouts(make: Callable[..., Path], version: str, capsys: Any) -> None:
    """Layout 0, said or not, and 1 go forward; each step is told on standard error, once."""
    root = make(f"project = melt\n{version}")
    apply_migrations(root)
    told = capsys.readouterr()
    steps = ["1 to 2"] if "1" in version else ["0 to 1", "1 to 2"]
    lines = [f"Applying migration for version {step}... OK" for step in steps]
    assert told.err.splitlines() == lines
    assert not told.out
    project = signac.get_project(root)
    assert project.config["schema_version"] == "2"
    assert project.doc() == {"signac_project_name": "melt"}
    assert [job.sp() for job in project] == [{"a": 0}]
    before = files(root)
    assert apply_migrations(root) is None
    assert not capsys.readouterr().err
    assert files(root) == before


def test_nothing_to_tell_without_standard_error(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program without standard error migrates too."""
    root = make("project = melt\n")
    monkeypatch.setattr(sys, "stderr", None)
    apply_migrations(root)
    assert signac.Project(root)


def test_the_configuration_keeps_the_rest(make: Callable[..., Path]) -> None:
    """Other keys, sections, comments and quotes are kept; name and workspace go."""
    root = make(
        "# mine\nproject = melt\nworkspace_dir = runs\n# why\nx = 'a,b'\n"
        "list = 1, 2\n[host]\nproject = 7\n",
        "runs",
    )
    config = migrated(root).config
    assert dict(config) == {
        "schema_version": "2",
        "x": "a,b",
        "list": ["1", "2"],
        "host": {"project": "7"},
    }
    assert "# why" in (root / CONFIG).read_text()


def test_the_name_goes_into_the_document(make: Callable[..., Path]) -> None:
    """The name replaces an old one in the document, all else there is kept."""
    document = {"signac_project_name": "old", "q": [1]}
    root = make("project = melt\n", **{"signac_project_document.json": json.dumps(document)})
    assert migrated(root).doc() == {"signac_project_name": "melt", "q": [1]}


@pytest.mark.parametrize("config", ["project = None\n", "schema_version = 1\n", "x = 1\n"])
def test_without_a_name(make: Callable[..., Path], config: str) -> None:
    """A project without a name, or without the key for it, is a project; no document is made.

    Without the key, the released signac makes a fresh project beside the old jobs.
    """
    root = make(config)
    with pytest.raises(IncompatibleSchemaVersion):
        signac.init_project(root)
    migrated(root)
    assert not (root / "signac_project_document.json").exists()


def test_a_configuration_of_no_project(tmp_path: Path) -> None:
    """A signac.rc that has neither a key of a project nor jobs is left alone."""
    (tmp_path / "signac.rc").write_text("color = blue\n")
    with pytest.raises(ProjectNotFoundError):
        signac.Project(tmp_path)
    with pytest.raises(MigrationError):
        apply_migrations(tmp_path)


def test_the_hidden_configuration(make: Callable[..., Path], monkeypatch: Any) -> None:
    """Releases 0.x and 1.x also read .signacrc, which in the home directory is the user's."""
    root = make("")
    (root.parent / "linked").symlink_to(root)
    (root / "signac.rc").rename(root / ".signacrc")
    (root / ".signacrc").write_text("project = melt\n")
    for home in (root, root.parent / "linked"):
        monkeypatch.setenv("HOME", str(home))
        with pytest.raises(ProjectNotFoundError):
            signac.Project(root)
    monkeypatch.setenv("HOME", str(root.parent))
    with pytest.raises(IncompatibleSchemaVersion):
        signac.Project(root)
    migrated(root)
    assert not (root / ".signacrc").exists()


def test_history_and_cache_move(make: Callable[..., Path]) -> None:
    """History and cache go to where they are now."""
    root = make(
        "project = melt\n", **{".signac_shell_history": "h", ".signac_sp_cache.json.gz": "junk"}
    )
    migrated(root)
    assert (root / ".signac/shell_history").read_text() == "h"
    assert (root / ".signac/statepoint_cache.json.gz").read_text() == "junk"
    assert not (root / ".signac_shell_history").exists()
    assert not (root / ".signac_sp_cache.json.gz").exists()


@pytest.mark.parametrize("place", ["runs", "data/runs", "./data/../runs", "elsewhere", "$RUNS"])
def test_the_workspace_takes_its_name(
    make: Callable[..., Path], place: str, monkeypatch: Any, tmp_path: Path
) -> None:
    """A workspace of another name, nested, absolute or with a variable, is renamed.

    The releases that made it replaced variables, so it lies where they point.
    """
    monkeypatch.setenv("RUNS", "in/a/variable")
    real = {"elsewhere": "../elsewhere", "$RUNS": "in/a/variable"}.get(
        place, os.path.normpath(place)
    )
    name = str(tmp_path / "elsewhere") if place == "elsewhere" else place
    root = make(f"project = melt\nworkspace_dir = {name}\n", real)
    migrated(root)
    assert not os.path.lexists(root / real)
    assert not (root / "workspace").is_symlink()


@pytest.mark.parametrize("name", ["workspace", "./workspace", "workspace/", "absolute"])
def test_the_workspace_that_has_its_name(
    make: Callable[..., Path], name: str, tmp_path: Path
) -> None:
    """A workspace that is where it is to be stays."""
    name = str(tmp_path / "project" / "workspace") if name == "absolute" else name
    migrated(make(f"project = melt\nworkspace_dir = {name}\n"))


def test_a_workspace_that_is_a_link(make: Callable[..., Path], tmp_path: Path) -> None:
    """What a link leads to stays where it is, and the workspace becomes a link to it."""
    root = make("project = melt\nworkspace_dir = deep/link\n", "../far")
    (root / "deep").mkdir()
    (root / "deep/link").symlink_to("../../far")
    migrated(root)
    assert os.path.realpath(root / "workspace") == str(tmp_path / "far")


def test_a_workspace_on_another_disk(
    make: Callable[..., Path], monkeypatch: Any, tmp_path: Path
) -> None:
    """A workspace on another file system is not copied but linked to.

    The released signac fails there.
    """
    if not os.path.isdir("/dev/shm") or os.stat("/dev/shm").st_dev == os.stat(tmp_path).st_dev:
        pytest.skip("there is no other file system here")
    import tempfile

    with tempfile.TemporaryDirectory(dir="/dev/shm") as far:
        root = make(f"project = melt\nworkspace_dir = {far}\n", far)
        migrated(root)
        assert os.path.realpath(root / "workspace") == os.path.realpath(far)


def occupied(root: Path) -> None:
    (root / "workspace").mkdir()


def missing(root: Path) -> None:
    (root / "runs").rename(root / "away")


def a_file(root: Path) -> None:
    missing(root)
    (root / "runs").write_text("")


def around(root: Path) -> None:
    (root / "signac.rc").write_text("project = melt\nworkspace_dir = .\n")


def above(root: Path) -> None:
    (root / "signac.rc").write_text("project = melt\nworkspace_dir = ..\n")


def two_names(root: Path) -> None:
    (root / "signac.rc").write_text("project = a, b\nworkspace_dir = runs\n")


def two_places(root: Path) -> None:
    (root / "signac.rc").write_text("project = a\nworkspace_dir = runs, walks\n")


def damaged_document(root: Path) -> None:
    (root / "signac_project_document.json").write_text('{"q":')


def no_object(root: Path) -> None:
    (root / "signac_project_document.json").write_text("[1]")


def too_new(root: Path) -> None:
    (root / "signac.rc").write_text("project = melt\nschema_version = 9999\n")


def unreadable(root: Path) -> None:
    (root / "signac.rc").write_text("project = melt\n[[[ x\n")


def two_configurations(root: Path) -> None:
    (root / ".signac").mkdir()
    (root / CONFIG).write_text("schema_version = 1\nx = 2\n")


def a_file_of_the_name(root: Path) -> None:
    (root / ".signac").write_text("")


WRONG = {
    a_file_of_the_name: "is not a directory",
    occupied: "exists already",
    missing: "does not exist",
    a_file: "not a directory",
    around: "holds the project itself",
    above: "holds the project itself",
    two_names: "not one name",
    two_places: "one path",
    damaged_document: "does not hold JSON",
    no_object: "does not hold a JSON object",
    too_new: "update signac",
    unreadable: "cannot be read",
    two_configurations: "two configurations",
}


@pytest.mark.parametrize("spoil", WRONG, ids=lambda spoil: spoil.__name__)
def test_what_is_in_the_way(make: Callable[..., Path], spoil: Any, capsys: Any) -> None:
    """What is in the way raises with its name, changes nothing, and the project stays old."""
    root = make("project = melt\nworkspace_dir = runs\n", "runs")
    spoil(root)
    before = files(root)
    with pytest.raises(RuntimeError, match=WRONG[spoil]) as caught:
        apply_migrations(root)
    assert isinstance(caught.value, MigrationError)
    assert caught.value.root == str(root)
    assert str(root) in str(caught.value)
    assert files(root) == before
    assert not capsys.readouterr().err
    for use in (signac.Project, signac.get_project, signac.init_project):
        with pytest.raises(IncompatibleSchemaVersion):
            use(root)
    assert files(root) == before


def test_all_problems_are_told_together(make: Callable[..., Path]) -> None:
    """A plan shows everything that is in the way, and refuses to begin."""
    root = make("project = a, b\nworkspace_dir = runs\n", "runs")
    (root / "workspace").mkdir()
    plan = plan_migrations(root)
    assert len(plan.problems) == 2
    assert "in the way" in str(plan)
    with pytest.raises(MigrationError) as caught:
        plan.apply()
    for problem in plan.problems:
        assert problem in str(caught.value)


def test_a_plan_is_shown_and_applied(make: Callable[..., Path]) -> None:
    """A plan tells each change and makes none; applied, it does what is still needed."""
    root = make("project = <b>\nworkspace_dir = runs\n", "runs")
    before = files(root)
    plan = plan_migrations(root)
    assert files(root) == before
    assert plan
    assert plan.version == 0
    assert [(step.before, step.after) for step in plan.steps] == [(0, 1), (1, 2)]
    kinds = [action.kind for step in plan.steps for action in step.actions]
    assert kinds == ["version", "note", "name", "workspace-move", "config", "remove", "forget"]
    assert "rename" in str(plan)
    assert "<b>" not in plan._repr_html_()
    told: list[str] = []
    plan.apply(report=told.append)
    assert "".join(told).count("OK\n") == 2
    assert "current layout" in str(plan_migrations(root))
    plan.apply(report=told.append)
    assert "".join(told).count("OK\n") == 2


def test_no_project(tmp_path: Path) -> None:
    """Where there is no project nothing is made, not even the directory that was named."""
    (tmp_path / "empty").mkdir()
    for name in ("empty", "not/there"):
        with pytest.raises(MigrationError):
            apply_migrations(tmp_path / name)
    assert list(files(tmp_path)) == ["empty"]


@pytest.mark.parametrize("config", ["signac.rc", CONFIG])
def test_a_version_that_is_no_number(make: Callable[..., Path], config: str) -> None:
    """A version that is no number raises ValueError everywhere, as in the released signac."""
    root = make("project = melt\n")
    (root / ".signac").mkdir()
    (root / config).write_text("project = melt\nschema_version = x\n")
    for use in (apply_migrations, signac.Project, signac.get_project):
        with pytest.raises(ValueError, match="whole number"):
            use(root)


def test_a_directory_of_the_name_is_there(make: Callable[..., Path]) -> None:
    """A `.signac` directory that is there is used; there the released signac loses the project."""
    root = make("project = melt\nworkspace_dir = runs\n", "runs")
    (root / ".signac").mkdir()
    (root / ".signac/mine").write_text("x")
    migrated(root)
    assert (root / ".signac/mine").read_text() == "x"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, "schema_version = 1\n"),
        (None, "project = melt\nschema_version = 1\n"),
        (None, ""),
        ("schema_version = 1\n", None),
        ("project = melt\n", ""),
    ],
)
def test_what_others_left_half_done(
    make: Callable[..., Path], old: str | None, new: str | None
) -> None:
    """What an interrupted migration of the released signac leaves is completed."""
    root = make("")
    (root / ".signac").mkdir()
    if new is not None:
        (root / CONFIG).write_text(new)
    if old is None:
        (root / "signac.rc").unlink()
    else:
        (root / "signac.rc").write_text(old)
    for use in (signac.Project, signac.init_project):
        with pytest.raises(IncompatibleSchemaVersion):
            use(root)
    migrated(root)


def test_an_old_configuration_beside_a_new_one_is_left(make: Callable[..., Path]) -> None:
    """Of a project of the current layout nothing is touched without a note of a migration."""
    root = make("project = melt\nschema_version = 1\n")
    (root / ".signac").mkdir()
    (root / CONFIG).write_text("schema_version = 2\n")
    before = files(root)
    apply_migrations(root)
    assert files(root) == before


def test_a_note_leads_nowhere_else(make: Callable[..., Path], tmp_path: Path) -> None:
    """A note only lets the old configuration be removed, whatever is written in it."""
    root = make("project = melt\n")
    migrated(root)
    (tmp_path / "mine").write_text("x")
    for name in ("../mine", "workspace", "signac_project_document.json", ".."):
        note = {"config": name, "workspace": "workspace"}
        (root / ".signac/migration.json").write_text(json.dumps(note))
        apply_migrations(root, report=quiet)
        assert (tmp_path / "mine").exists()
        assert (root / "signac_project_document.json").exists()
        assert not (root / ".signac/migration.json").exists()


def test_an_old_project_inside_a_new_one(make: Callable[..., Path], tmp_path: Path) -> None:
    """From inside an old project the new one around it is not taken for it.

    The released signac silently uses the outer project.
    """
    outer = signac.init_project(tmp_path)
    root = make("project = melt\n")
    for place in (root, root / "workspace"):
        with pytest.raises(IncompatibleSchemaVersion):
            signac.get_project(place)
    assert signac.get_project(tmp_path) == outer
    migrated(root)
    assert signac.get_project(root / "workspace").path == str(root)


def test_a_job_of_an_old_project(make: Callable[..., Path]) -> None:
    """A job of an old project is not opened; the error says what to do."""
    root = make("project = melt\n")
    with pytest.raises(IncompatibleSchemaVersion, match="apply_migrations"):
        signac.get_job(root / "workspace" / ID)
    migrated(root)
    assert signac.get_job(root / "workspace" / ID).sp() == {"a": 0}


def test_one_at_a_time(make: Callable[..., Path]) -> None:
    """Two migrations at once: one does it, the other finds it done."""
    root = make("project = melt\nworkspace_dir = runs\n", "runs")
    outcomes = processes.together([lambda: apply_migrations(root, report=quiet)] * 4)
    assert all(outcome.ok for outcome in outcomes), [str(outcome) for outcome in outcomes]
    migrated(root)


def test_who_holds_the_lock_is_waited_for(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock file is that of the released signac; whoever holds it is waited for."""
    root = make("project = melt\n")
    descriptor = _take(str(root / LOCK))
    before = files(root)
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "0.1")
    with pytest.raises(MigrationError, match="MIGRATION_LOCK"):
        apply_migrations(root, report=quiet)
    assert files(root) == before
    monkeypatch.setenv("SIGNAC_LOCK_TIMEOUT", "30")
    thread = threading.Thread(target=migrated, args=(root,))
    thread.start()
    time.sleep(0.1)
    assert (root / "signac.rc").exists()
    os.close(descriptor)
    thread.join()
    assert signac.Project(root)


def test_where_nothing_may_be_written(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the lock cannot be taken is told as any other failure."""
    root = make("project = melt\n")

    def refuse(path: str) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("signac._core.atomic.create", refuse)
    with pytest.raises(RuntimeError, match="Permission denied"):
        apply_migrations(root)


def test_a_large_configuration_is_no_trap(tmp_path: Path) -> None:
    """A file that would keep the parser busy is refused at once."""
    for text in ("\n" * 300_000, " " * 300_000, "project =\t" * 30_000, "[" * 300_000):
        (tmp_path / "signac.rc").write_text(text + "\nproject = melt\n")
        began = time.monotonic()
        with pytest.raises((IncompatibleSchemaVersion, ProjectNotFoundError)):
            signac.Project(tmp_path)
        with pytest.raises(MigrationError):
            apply_migrations(tmp_path)
        assert time.monotonic() - began < 2


def test_the_lock_of_a_dead_process(make: Callable[..., Path]) -> None:
    """A lock file that a dead process left does not block, and goes."""
    root = make("project = melt\n")
    (root / LOCK).write_text("")
    migrated(root)
    (root / LOCK).write_text("")
    apply_migrations(root)
    assert not (root / LOCK).exists()


def test_an_empty_workspace_that_an_older_release_made_meanwhile(
    make: Callable[..., Path],
) -> None:
    """A release that opens a half migrated project makes an empty workspace; it is no obstacle."""
    root = make("project = melt\nworkspace_dir = runs\n", "runs")
    (root / ".signac").mkdir()
    note = {"config": "signac.rc", "workspace": "runs"}
    (root / ".signac/migration.json").write_text(json.dumps(note))
    (root / "runs").rename(root / "workspace")
    (root / "runs").mkdir()
    migrated(root)


def test_importing_it_is_light() -> None:
    """The module loads nothing heavy."""
    code = (
        "import sys, signac.migration; "
        "print(sorted({'h5py', 'numpy', 'configobj', 'rich', 'shutil'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
