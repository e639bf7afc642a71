"""`signac sync`: options, what is printed where, and exit codes."""

import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest

import signac
from cli.command import on_terminal
from cli.running import Run, Said, runner
from signac._core import faults
from signac.cli.parser import make_parser

HEADER = "\n# Transfer statistics \n"


class Pair(NamedTuple):
    """Two projects that differ in the files, keys and jobs of a study of one parameter."""

    source: signac.Project
    destination: signac.Project

    def job(self, number: int) -> signac.job.Job:
        return self.destination.open_job({"a": number})


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs ``signac`` with words, and answers on standard input."""
    return runner(monkeypatch, capsys)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Jobs 0 and 1 on both sides, 2 at the source; f.txt and keys of job 0 differ."""
    source = signac.init_project(tmp_path / "source")
    destination = signac.init_project(tmp_path / "destination")
    for number in range(3):
        source.open_job({"a": number}).init()
    for number in range(2):
        destination.open_job({"a": number}).init()
    old, new = (project.open_job({"a": 0}) for project in (source, destination))
    write(old, "f.txt", "of the source\n", time=200)
    write(new, "f.txt", "here\n", time=100)
    write(old, "d/g.txt", "x\n")
    old.doc = {"k": 1, "n": {"x": {"y": 1}}}
    new.doc = {"k": 2, "n": {"x": {"y": 2}}}
    write(source.open_job({"a": 1}), "new.txt", "new\n")
    write(source.open_job({"a": 2}), "big.txt", "x" * 1536)
    source.doc.p = 1
    monkeypatch.chdir(destination.path)
    return Pair(source, destination)


def write(job: signac.job.Job, name: str, text: str, time: float | None = None) -> None:
    path = Path(job.fn(name))
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    if time is not None:
        os.utime(path, (time, time))


def read(job: signac.job.Job, name: str) -> str:
    return Path(job.fn(name)).read_text()


def transferred(said: Said) -> int:
    assert said.out.startswith(f"{HEADER}\nNumber of files transferred: "), said
    return int(said.out.split(": ")[1].split()[0])


def test_statistics(pair: Pair, run: Run) -> None:
    """``--stats`` prints exactly what the released signac prints, and states go to stderr."""
    said = run("sync", "../source", "-m", "-s", "always", "--all-keys", "-r", "--stats")
    volume = len("of the source\nx\nnew\n") + 1536 + len('{"a": 2}')
    assert said.code == 0
    assert said.out == (
        f"{HEADER}\nNumber of files transferred: 5\nTotal transfer volume:       {volume}\n\n"
    )
    source, destination = pair.source.path, pair.destination.path
    assert said.err == f"Synchronizing '{source}' -> '{destination}'...\nDone.\n"
    assert pair.job(0).doc() == {"k": 1, "n": {"x": {"y": 1}}}
    assert read(pair.job(0), "d/g.txt") == "x\n"
    assert len(pair.destination) == 3
    assert pair.destination.doc.p == 1


def test_statistics_in_other_forms(pair: Pair, run: Run) -> None:
    """``-H`` gives the volume a unit, ``--json`` one line; neither prints without ``--stats``."""
    words = ("sync", "../source", "-m", "-s", "never", "--no-keys")
    assert run(*words, "-n", "-H", "--stats").out == (
        "\n# Transfer statistics (dry run)\n"
        "\nNumber of files transferred: 3\nTotal transfer volume:       1.5 KiB\n\n"
    )
    said = run(*words, "--stats", "--json", "-H")
    assert said.out == f'{HEADER}{{"num_files": 3, "volume": "1.5 KiB"}}\n'
    said = run(*words, "--stats", "--json")
    assert said.out == f'{HEADER}{{"num_files": 0, "volume": 0}}\n'
    assert run(*words, "--json", "-H").out == ""


#: The long options of the released signac, with a value where they need one.
RELEASED = {
    "--archive": [],
    "--recursive": [],
    "--links": [],
    "--perms": [],
    "--owner": [],
    "--group": [],
    "--times": [],
    "--exclude": ["x"],
    "--ignore-times": [],
    "--size-only": [],
    "--round-times": [],
    "--dry-run": [],
    "--update": [],
    "--strategy": ["never"],
    "--key": ["k"],
    "--all-keys": [],
    "--no-keys": [],
    "--force": [],
    "--merge": [],
    "--parallel": ["2"],
    "--stats": [],
    "--human-readable": [],
    "--json": [],
    "--filter": ["a"],
    "--job-id": ["a"],
    "--help": [],
}


@pytest.mark.parametrize("option", [each for each in RELEASED if each != "--help"])
def test_abbreviations(option: str) -> None:
    """What is a unique abbreviation in the released signac means the same, new options or not."""
    parser = make_parser("signac", ["sync"])
    whole = parser.parse_args(["sync", "a", option, *RELEASED[option]])
    for end in range(3, len(option)):
        word = option[:end]
        if sum(each.startswith(word) for each in RELEASED) == 1:
            assert parser.parse_args(["sync", "a", word, *RELEASED[option]]) == whole


def test_dry_run_changes_nothing(pair: Pair, run: Run) -> None:
    """``-n`` names on stderr what would be done; stdout and the disk stay as they are."""
    words = ("sync", "../source", "-n", "-m", "-u", "--no-keys")
    with faults.record() as points:
        said = run(*words)
    assert points == []
    assert (said.code, said.out) == (0, "")
    job_id = pair.job(0).id
    assert f"{job_id}: overwrite f.txt\n" in said.err
    assert f"{job_id}: skip directory d, '-r' enters it\n" in said.err
    assert f"{pair.job(1).id}: copy new.txt\n" in said.err
    assert f"{pair.job(2).id}: new job, 2 file(s)\n" in said.err
    assert "project: document keys p\n" in said.err
    assert "Would create 1 and change 2 job(s), and leave 0 as they are.\n" in said.err
    assert len(pair.destination) == 2
    assert read(pair.job(0), "f.txt") == "here\n"


def test_dry_run_as_json(pair: Pair, run: Run) -> None:
    """``-n --json`` prints the plan as one JSON document, conflicts included."""
    said = run("sync", "../source", "-n", "--json", "-r", "--check-schema", "none")
    plan = json.loads(said.out)
    assert plan["document"] == {"keys": ["p"], "conflicts": []}
    entries = {entry["id"]: entry for entry in plan["jobs"]}
    entry = entries[pair.job(0).id]
    assert entry["copy"] == ["d/g.txt"]
    assert entry["conflicts"] == [pair.job(0).fn("f.txt")]
    assert entry["document"]["conflicts"] == ["k", "n.x.y"]
    assert entries[pair.job(2).id]["new"]
    assert said.code == 1
    assert said.err.endswith("Warning: Synchronization aborted.\n")
    assert "Everything else" not in said.err


def test_files_in_conflict(pair: Pair, run: Run) -> None:
    """A file that differs is named with the options that decide; the rest is done; rc 1."""
    said = run("sync", "../source", "-m", "--all-keys", "--stats")
    assert (said.code, said.out) == (1, "")
    assert f"\n{pair.job(0).fn('f.txt')}\n" in said.err
    assert "`-s/--strategy`" in said.err
    assert "`-u/--update`" in said.err
    assert "-k/--key" not in said.err
    assert said.err.endswith("Warning: Synchronization aborted.\n")
    assert len(pair.destination) == 3
    assert read(pair.job(0), "f.txt") == "here\n"


def test_keys_in_conflict(pair: Pair, run: Run) -> None:
    """Keys that differ are named with all their parents and the options that decide; rc 1."""
    pair.destination.doc.p = 2
    said = run("sync", "../source", "-m", "-s", "always")
    assert said.code == 1
    assert f"\np ({pair.destination.fn('signac_project_document.json')})\n" in said.err
    assert f"\nk, n.x.y ({pair.job(0).fn('signac_job_document.json')})\n" in said.err
    assert "`-k/--key`" in said.err
    assert "`--no-keys`" in said.err
    assert said.err.endswith("Warning: Synchronization aborted.\n")


def test_schemas_in_conflict(pair: Pair, run: Run) -> None:
    """Keys on one side and keys with other values are told apart; nothing is changed; rc 1."""
    said = run("sync", "../source")
    assert said.code == 1
    assert "requires the -m/--merge option." in said.err
    assert "Keys having different values in source and destination: a\n" in said.err
    assert "'--check-schema keys'" in said.err
    pair.source.open_job({"b": 1}).init()
    pair.destination.open_job({"c": {"d": 1}}).init()
    said = run("sync", "../source")
    assert "Keys found only in the source schema: b\n" in said.err
    assert "Keys found only in the destination schema: c.d\n" in said.err
    assert "'--check-schema keys'" not in said.err
    assert said.err.endswith("Warning: Synchronization aborted.\n")
    assert len(pair.destination) == 3
    assert "p" not in pair.destination.doc


def test_check_schema(pair: Pair, run: Run) -> None:
    """``--check-schema keys`` lets values differ but not keys; ``none`` is ``-m``."""
    words = ("sync", "../source", "-s", "never", "--no-keys")
    assert run(*words, "--check-schema", "keys").code == 0
    pair.source.open_job({"b": 1}).init()
    said = run(*words, "--check-schema", "keys")
    assert said.code == 1
    assert "different values" not in said.err
    assert run(*words, "--check-schema", "none").code == 0
    assert run(*words, "--force").code == 0
    assert run(*words, "-m", "--check-schema", "none").code == 1


@pytest.mark.parametrize(
    ("words", "mine", "skipped"),
    [
        (["--all-keys"], {"k": 1, "n": {"x": {"y": 1}}}, None),
        (["--no-keys"], {"k": 2, "n": {"x": {"y": 2}}}, "k, n.x.y"),
        (["-k", "k"], {"k": 1, "n": {"x": {"y": 2}}}, "n.x.y"),
        (["--key", "n.x"], {"k": 2, "n": {"x": {"y": 1}}}, "k"),
    ],
    ids=["all", "none", "one", "nested"],
)
def test_keys(
    pair: Pair, run: Run, words: list[str], mine: dict[str, object], skipped: str | None
) -> None:
    """Options decide which document keys the source wins; those kept are named on stderr."""
    said = run("sync", "../source", "-m", "-s", "never", *words)
    assert said.code == 0
    assert pair.job(0).doc() == mine
    assert [line for line in said.err.splitlines() if line.startswith("Skipped key(s): ")] == (
        [] if skipped is None else [f"Skipped key(s): {skipped}"]
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--all-keys", "--no-keys"], "You can only provide one key argument!"),
        (["--all-keys", "-k", "a"], "You can only provide one key argument!"),
        (["-k", "("], "Illegal regular expression '('"),
        (["-x", "("], "Illegal regular expression '('"),
        (["-u", "-s", "always"], "-u/--update"),
        (["-t"], "-p/--perms"),
        (["-f", "a", "1", "-j", "0" * 32], "Can't provide both 'job-id' and filter arguments!"),
        (["--parallel", "-2"], "parallel=-2"),
    ],
)
def test_contradictions(pair: Pair, run: Run, words: list[str], text: str) -> None:
    """Options that contradict each other, or cannot be read, are an error before anything."""
    said = run("sync", "../source", "-m", *words)
    assert (said.code, said.out) == (1, "")
    assert "Error: " in said.err
    assert text in said.err
    assert len(pair.destination) == 2


def test_projects_that_are_none(pair: Pair, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A destination that is no project is told apart from a source that is none; rc 1."""
    said = run("sync", "../nothing")
    assert said.code == 1
    assert "nothing" in said.err
    assert "WARNING" not in said.err
    said = run("sync", "../source", "../nothing")
    assert said.code == 1
    assert said.err.startswith("WARNING: The destination does not appear to be a project path.\n")
    assert run("sync", ".").code == 1
    monkeypatch.chdir(Path(pair.source.path).parent)
    assert run("sync", "source", "destination", "-m", "-s", "never", "--no-keys").code == 0
    assert len(pair.destination) == 3


def test_filter_selects_new_jobs(pair: Pair, run: Run) -> None:
    """``-f`` finds jobs on both sides: those that only the source has, too."""
    said = run("sync", "../source", "-m", "--stats", "-f", "a", "2")
    assert (said.code, transferred(said)) == (0, 2)
    assert pair.job(2) in pair.destination
    assert not pair.job(1).isfile("new.txt")
    assert "Interpreted filter arguments as" in said.err
    pair.job(1).doc.done = True
    said = run("sync", "../source", "-m", "--stats", "-f", "doc.done", "true")
    assert (said.code, transferred(said)) == (0, 1)


def test_ids(pair: Pair, run: Run) -> None:
    """``-j`` takes abbreviations; an id that no job of the source has is named and passed over."""
    said = run("sync", "../source", "-m", "--stats", "-j", pair.job(2).id[:8], "f" * 32)
    assert (said.code, transferred(said)) == (0, 2)
    assert f"There is no job '{'f' * 32}'" in said.err
    assert not pair.job(1).isfile("new.txt")


@pytest.mark.parametrize(
    ("words", "times", "copied"),
    [
        ([], (100.25, 100.25), False),
        (["-I"], (100.25, 100.25), True),
        (["--deep"], (100.25, 100.25), True),
        ([], (100.25, 100.75), True),
        (["--round-times"], (100.25, 100.75), False),
        (["--round-times"], (100.75, 101.25), True),
        (["--size-only"], (100, 200), False),
        (["--size-only", "-I"], (100, 200), False),
    ],
)
def test_which_files_differ(
    pair: Pair, run: Run, words: list[str], times: tuple[float, float], copied: bool
) -> None:
    """Files of one size: their times decide which are read, whole seconds, or neither."""
    write(pair.source.open_job({"a": 0}), "f.txt", "of src", times[0])
    write(pair.job(0), "f.txt", "of dst", times[1])
    assert run("sync", "../source", "-m", "-s", "always", "--no-keys", *words).code == 0
    assert read(pair.job(0), "f.txt") == ("of src" if copied else "of dst")


def test_archive(pair: Pair, run: Run) -> None:
    """``-a`` is ``-rltpog``: directories are entered, links stay links, times are kept."""
    job = pair.source.open_job({"a": 1})
    os.utime(job.fn("new.txt"), (1000, 1000))
    os.symlink("new.txt", job.fn("link"))
    assert run("sync", "../source", "-m", "-s", "always", "--no-keys", "-a").code == 0
    assert os.readlink(pair.job(1).fn("link")) == "new.txt"
    assert os.path.getmtime(pair.job(1).fn("new.txt")) == 1000
    assert pair.job(0).isfile("d/g.txt")


def test_exclude(pair: Pair, run: Run) -> None:
    """``-x`` leaves out names that begin with a match, all without a pattern; not of new jobs."""
    words = ("sync", "../source", "-m", "-s", "always", "--no-keys", "-r", "--stats", "-n")
    assert transferred_in_dry_run(run(*words)) == 5
    assert transferred_in_dry_run(run(*words, "-x", "new")) == 4
    assert transferred_in_dry_run(run(*words, "-x")) == 2


def transferred_in_dry_run(said: Said) -> int:
    assert said.code == 0
    return transferred(said._replace(out=said.out.replace("(dry run)", "")))


def test_asking(pair: Pair, run: Run) -> None:
    """``-s Ask`` asks once for each name, on stdout as the released signac; empty means no."""
    write(pair.source.open_job({"a": 1}), "f.txt", "of the source\n")
    write(pair.job(1), "f.txt", "other\n")
    words = ("sync", "../source", "-m", "-s", "Ask", "--no-keys")
    said = run(*words, answers="\n")
    assert (said.code, said.out) == (0, "Overwrite files named 'f.txt'? [y/N] ")
    assert [read(pair.job(number), "f.txt") for number in (0, 1)] == ["here\n", "other\n"]
    said = run(*words, answers="y\n")
    assert (said.code, said.out) == (0, "Overwrite files named 'f.txt'? [y/N] ")
    assert [read(pair.job(number), "f.txt") for number in (0, 1)] == ["of the source\n"] * 2


def test_asking_nobody(pair: Pair, run: Run) -> None:
    """Without answers the files stay, the error says what decides; ``-y`` answers with yes."""
    write(pair.source.open_job({"a": 1}), "f.txt", "of the source\n")
    write(pair.job(1), "f.txt", "other\n")
    words = ("sync", "../source", "-m", "-s", "Ask", "--no-keys")
    said = run(*words)
    assert (said.code, said.out.count("?")) == (1, 1)
    assert "'-s never'" in said.err
    assert read(pair.job(1), "f.txt") == "other\n"
    said = run("-y", *words)
    assert (said.code, said.out) == (0, "")
    assert read(pair.job(0), "f.txt") == "of the source\n"


def test_asking_on_a_terminal(pair: Pair) -> None:
    """A person sees question, answer, statistics and states, and no bar for what is short."""
    words = ("sync", "../source", "-m", "-r", "-s", "Ask", "--no-keys", "--stats")
    code, seen = on_terminal(pair.destination.path, *words, keys="y\n")
    assert code == 0
    assert "Overwrite files named 'f.txt'? [y/N] " in seen
    assert "Number of files transferred: 5\n" in seen
    assert seen.endswith("\nSkipped key(s): k, n.x.y\nDone.\n")
    assert "━" not in seen
    assert read(pair.job(0), "f.txt") == "of the source\n"


@pytest.mark.parametrize("options", [[], ["-n"]], ids=["run", "dry run"])
def test_damaged_jobs(pair: Pair, run: Run, options: list[str]) -> None:
    """A damaged job of the source is named, the others are synchronised; rc 1."""
    damaged = pair.source.open_job({"a": 2})
    Path(damaged.fn("signac_statepoint.json")).write_text("{")
    said = run("sync", "../source", "-m", "-s", "always", "--no-keys", *options)
    assert (said.code, said.out) == (1, "")
    assert damaged.id in said.err.splitlines()[-1]
    assert said.err.splitlines()[-1].startswith("Error: ")
    assert pair.job(1).isfile("new.txt") is not bool(options)


def test_conflicts_and_other_failures(pair: Pair, run: Run) -> None:
    """With the conflicts is told what else went wrong, clashes of files and directories too."""
    damaged = pair.source.open_job({"a": 2})
    Path(damaged.fn("signac_statepoint.json")).write_text("{")
    write(pair.job(0), "d", "a file\n")
    said = run("sync", "../source", "-m", "--no-keys", "-r")
    assert said.code == 1
    assert f"{pair.job(0).fn('d')}: this is a directory at the source" in said.err
    assert f"also: {damaged.id}: " in said.err
    assert said.err.endswith("Warning: Synchronization aborted.\n")
