"""`signac completion`: what shells are told, and what becomes of it on their command lines."""

from __future__ import annotations

import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import signac
from cli.command import run
from cli.shells import Shell, install
from signac._query.operators import OPERATORS
from signac.cli.commands.completion import in_time
from signac.cli.completion.answer import answer
from signac.cli.completion.bashline import quote, split
from signac.cli.parser import make_parser
from signac.cli.table import COMMANDS
from signac.filterparse import parse_filter_arg

#: Where bash breaks words, if nobody says otherwise.
BREAKS = " \t\n\"'@><=;|&(:"
SHELLS = ("bash", "zsh", "fish")
ODD = (
    *(
        "wca rep",
        "it's",
        'say "hi" to',
        "naïve ü",
        "urn:isbn:1",
        "cost$5 x",
        "a@b:c",
        "back\\slash",
    ),
    *("x=y;z", "~home", "*glob?", "#c", "(par)", "&and|or", "1 2", "[no json", "{no json", "`run`"),
    *("-dash", "true", "12", "!", "/x/", "{x}", "", "é", "%percent", "^hat", "two  blanks", "end "),
)
NO_WORDS = {"-dash", "true", "12", "/x/", "{x}"}


@pytest.fixture
def here(study: signac.Project, monkeypatch: pytest.MonkeyPatch) -> signac.Project:
    """The study, with the tests in its directory."""
    monkeypatch.chdir(study.path)
    return study


@pytest.fixture
def odd(tmp_path: Path) -> signac.Project:
    """A project with values that shells have to quote."""
    project = signac.init_project(tmp_path / "odd")
    for value in ODD:
        project.open_job({"v": value, "long name": 1}).init()
    return project


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A `PATH` where signac is."""
    return install(tmp_path / "bin")


def words(line: str) -> list[str]:
    """Return what may follow, for a line without quotes."""
    *before, current = line.split(" ")
    found = answer(before, current)
    return [each.word for each in found.candidates] if found.kind == "words" else [found.kind]


# What may follow


def test_commands(here: signac.Project) -> None:
    """At the beginning there are the commands, in their order, each with what it is for."""
    found = answer([], "")
    assert [tuple(each) for each in found.candidates] == [
        (entry.name, entry.help) for entry in COMMANDS
    ]
    assert words("s") == ["statepoint", "schema", "shell", "sync", "status"]
    assert words("-v --debug stat") == ["statepoint", "status"]
    assert words("nosuch ") == []


def test_options(here: signac.Project) -> None:
    """Behind a hyphen there are the options of the command, each with what it is for."""
    assert words("--ver") == ["--version", "--verbosity"]
    assert words("find --co") == ["--columns", "--count"]
    assert {"-1", "--one-line", "--sp"} < set(words("find T 0.9 -"))
    assert all(each.help for each in answer(["find"], "-").candidates)
    assert words("init ") == ["-h", "--help"]
    assert words("completion --w") == []


def test_choices(here: signac.Project) -> None:
    """Where an option takes one of some words, they are offered."""
    assert words("sync a b -s ") == ["always", "never", "update", "Ask"]
    assert words("sync a b --strategy=n") == ["--strategy=never"]
    assert words("completion ") == ["bash", "zsh", "fish"]


def test_commands_below_commands(here: signac.Project) -> None:
    """`config` has commands of its own."""
    assert words("config ") == ["show", "set", "verify"]
    assert words("config --global set dura") == ["durability"]
    Path(here.fn(".signac/config")).write_text("schema_version = 2\n[plots]\nformat = pdf\n")
    assert words("config show ") == ["durability", "plots.format", "schema_version"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("sync ", "directories"),
        ("sync a ", "directories"),
        ("move ", "directories"),
        ("clone --dry-run ", "directories"),
        ("migrate -r ", "directories"),
        ("view -p ", "directories"),
        ("view --prefix=", "directories"),
        ("import ", "files"),
        ("export ", "files"),
        ("verify ", "files"),
        ("shell ", "files"),
    ],
)
def test_paths(here: signac.Project, line: str, kind: str) -> None:
    """Where a path is meant, the shell is told to list directories, or all files."""
    assert words(line) == [kind]


def test_ids(here: signac.Project) -> None:
    """Ids are completed from their beginning, for every command that takes them."""
    ids = sorted(job.id for job in here)
    assert words("rm ") == ids
    wanted = ids[3]
    for line in ("statepoint", "view -j", "move somewhere", "clone . " + ids[0], "repair -n"):
        assert words(f"{line} {wanted[:8]}") == [wanted], line
    assert words("rm zz") == []
    (found,) = answer(["rm"], wanted[:8], described=True).candidates
    assert json.loads(found.help) == here.open_job(id=wanted).statepoint()


def test_keys(here: signac.Project) -> None:
    """In the place of a key there are the keys of state points and documents."""
    job = next(iter(here))
    job.doc["deep"] = {"er": [1]}
    here.open_job({"box": {"L": 5}}).init()
    assert words("find ") == ["T", "box.L", "model", "seed", "doc.deep.er", "doc.energy"]
    assert words("find T 0.9 doc.d") == ["doc.deep.er"]
    assert words("schema -f b") == ["box.L"]
    assert words("find --doc d") == ["deep"]
    assert words("find --sp ") == ["T", "box", "model", "seed"]
    assert words("neighbors --ignore s") == ["seed"]
    assert words("change --remove b") == ["box.L"]
    assert words("change --rename b") == ["box.L="]


def test_keys_in_lists(here: signac.Project) -> None:
    """`--sort` and `--columns` take keys behind commas, and `--sort=-` sorts down."""
    assert words("find --sort s") == ["seed"]
    assert words("find --columns T,doc.e") == ["T,doc.energy"]
    assert words("find --sort=T,-s") == ["--sort=T,-seed"]
    assert words("find --sort T s") == ["seed"]


def test_keys_that_look_like_something_else(here: signac.Project) -> None:
    """A key of a state point that could be taken for another, or an option, is written in full."""
    for key in ("doc", "sp", "-x"):
        here.open_job({key: 5}).init()
    found = words("find ")
    assert {"sp.doc", "sp.sp", "sp.-x"} <= set(found)
    for name in ("sp.doc", "sp.sp", "sp.-x"):
        assert words(f"find {name} ") == ["5"]
        assert len(here.find_jobs(f"{name} 5")) == 1


def test_values(here: signac.Project) -> None:
    """Behind a key there are its distinct values, in their order."""
    assert words("find T ") == ["0.9", "1.2"]
    assert words("find doc.energy 1") == ["1.2", "1.8"]
    assert words("find model lj seed ") == ["0", "1", "2"]
    assert words("document -f seed ") == ["0", "1", "2"]
    assert words("find nosuch ") == []


def test_values_of_the_jobs_that_are_left(here: signac.Project) -> None:
    """What was said before narrows the values; what makes no filter does not."""
    assert words("find T 1.2 doc.energy ") == ["1.2", "2.4", "3.6"]
    assert words("find T.$lt 1 doc.energy ") == ["0.9", "1.8", "2.7"]
    assert len(words("find T {bad} doc.energy ")) == 6


def test_operators(here: signac.Project) -> None:
    """Behind a key and a point there are the operators, and behind one what it may take."""
    assert words("find T.$g") == ["T.$gt", "T.$gte"]
    assert set(words("find T.")) == {f"T.{name}" for name in OPERATORS}
    assert words("find T.$gt ") == ["0.9", "1.2"]
    assert words("find T.$exists ") == ["true", "false"]
    assert words("find T.$type ") == ["int", "float", "bool", "str", "list", "null"]
    assert words("find T.$in ") == []
    assert words("find $") == ["$and", "$or", "$not"]
    assert words("find $or ") == []


def test_expressions(here: signac.Project) -> None:
    """In an expression the last word is completed to a key; no value follows one."""
    found = answer(["find"], "T > 1 and not doc.e")
    assert [each.word for each in found.candidates] == ["T > 1 and not doc.energy"]
    found = answer(["find"], "exists(mo")
    assert [each.word for each in found.candidates] == ["exists(model"]
    assert answer(["find", "T > 1"], "").candidates == []
    assert answer(["find", '{"T": 1.2}'], "").candidates == []


def test_where_options_end(here: signac.Project) -> None:
    """Options with many values take all that follows, and `--` ends them."""
    assert words("document -f T 0.9 -s ") == sorted(job.id for job in here)
    assert words("find -- T ") == ["0.9", "1.2"]
    assert words("find --limit 3 T ") == ["0.9", "1.2"]
    assert words("find --limit=3 T ") == ["0.9", "1.2"]
    assert words("find --limit ") == []
    assert words("find --lim 3 T ") == ["0.9", "1.2"]


def test_each_value_is_found_by_its_word(odd: signac.Project, monkeypatch) -> None:
    """The word offered for a value means that value and no other, whatever it looks like."""
    monkeypatch.chdir(odd.path)
    others = [-3, -0.5, None, True, 1.5, 10**30, [1, "a b"], [], float("inf"), -1e300, "nan", "1e5"]
    odd.create_jobs({"v": value} for value in others)
    offered = words("find v ")
    assert len(offered) == len(ODD) + len(others)
    assert not [word for word in offered if word.startswith("-")]
    found = [odd.find_jobs(parse_filter_arg(["v", word])).one().sp.v for word in offered]
    assert sorted(map(repr, found)) == sorted(map(repr, [*ODD, *others]))
    assert "-3" in words("find -- v ")


def test_what_cannot_be_typed_is_not_offered(here: signac.Project) -> None:
    """Values with line breaks or control characters, NaN, and very long ones are left out."""
    for value in ("two\nlines", "tab\there", "\x1b[31m", float("nan"), "x" * 1000, "\u202eabc"):
        here.open_job({"v": value}).init()
    here.open_job({"v": "good"}).init()
    assert words("find v ") == ["good"]


def test_many_candidates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most some hundred are offered; what they have in common, all have in common."""
    project = signac.init_project(tmp_path)
    with signac.durability("fast"):
        project.create_jobs({"v": f"x-{n:04}", "w": n} for n in range(1000))
    monkeypatch.chdir(tmp_path)
    for line in ("find v ", "find w ", "rm "):
        found = words(line)
        assert 100 <= len(set(found)) <= 300
    assert os.path.commonprefix(words("find v ")) == "x-0"
    assert os.path.commonprefix(words("find w ")) == ""
    assert words("find v x-0123") == ["x-0123"]
    assert len(words("find w 12")) == 11


def test_every_argument_with_a_known_name_is_completed(here: signac.Project) -> None:
    """What commands call an id, a key, a filter, a directory or a file is completed as such."""
    by_hand = {("change", "new_id")}  # ids that jobs had
    silent = []
    for entry in COMMANDS:
        parser = make_parser("signac", [entry.name])._subparsers._group_actions[0].choices
        parser[entry.name].fill()
        for action in parser[entry.name]._actions:
            known = {"KEY", "ID", "WORD", "DIR", "FILE", "KEY=VALUE", "OLD=NEW"}
            if action.metavar in known or action.dest in {"job_id", "filter", "project"}:
                option = action.option_strings[-1:] or (["x"] if action.dest == "job_id" else [])
                option = option if option and option[0].startswith("-") else []
                if entry.name in {"move", "clone"} and action.dest == "job_id":
                    option = ["there"]
                found = answer([entry.name, *option], "")
                has = found.candidates and not found.candidates[0].word.startswith("-")
                if not has and found.kind == "words":
                    silent.append((entry.name, action.dest))
    assert set(silent) == by_hand


# Answers, whatever happens


def test_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a project there are commands and options, and nothing about jobs."""
    monkeypatch.chdir(tmp_path)
    assert words("fi") == ["find"]
    for words_given in (["find"], ["rm"], ["find", "T"], ["config", "show"]):
        for shell in SHELLS:
            assert _ask(tmp_path, shell, *words_given, "") == []
    assert list(tmp_path.iterdir()) == []


def _ask(directory: Path | str, shell: str, *words_given: str) -> list[str]:
    """Return the lines that the script of a shell is given."""
    line = (
        ["signac " + " ".join(words_given), BREAKS] if shell == "bash" else ["signac", *words_given]
    )
    output = run(directory, "completion", "--words", shell, *line)
    assert output.err == ""
    return output.lines


def test_damaged_project(study: signac.Project) -> None:
    """Damage is neither told nor in the way: what can be read is offered."""
    first, second, *_ = study
    Path(first.fn("signac_statepoint.json")).write_text("{")
    Path(second.fn("signac_job_document.json")).write_text("[")
    for shell in SHELLS:
        assert len(_ask(study.path, shell, "find", "T", "")) == 3
        assert len(_ask(study.path, shell, "rm", "")) == 7
        assert "doc.energy" in "".join(_ask(study.path, shell, "find", "doc."))
    Path(study.fn(".signac/config")).write_text("[[[")
    assert _ask(study.path, "zsh", "config", "show", "") == []


def test_strange_questions(study: signac.Project) -> None:
    """What makes no sense has no answer, and is no error."""
    for words_given in ([], ["bash"], ["zsh"], ["fish", "signac"], ["bash", "x=1 y=2", ""]):
        output = run(study.path, "completion", "--words", *(words_given or ["bash"]))
        assert output.err == ""
    assert run(study.path, "completion", "bash", "more", code=1).out == ""
    assert run(study.path, "completion", "tcsh", code=2).out == ""


def test_any_words(here: signac.Project) -> None:
    """No sequence of words makes an error."""
    pieces = [
        "find",
        "rm",
        "change",
        "--",
        "-",
        "--sort",
        "--sort=",
        "-f",
        "T",
        "0.9",
        "T.$gt",
        "$or",
    ]
    pieces += [
        "doc.energy",
        "",
        "'",
        '"',
        "\\",
        "{",
        "[1",
        "/",
        "a b",
        "T >",
        "\x00",
        "é",
        "🙂",
        "-1",
    ]
    pieces += [
        "config",
        "set",
        "completion",
        "--words",
        "sp",
        "doc",
        "sp.",
        "doc.",
        ".",
        "..",
        "$",
        "(",
    ]
    dice = random.Random(5)
    for _ in range(150):
        chosen = [dice.choice(pieces) for _ in range(dice.randrange(6))]
        answer(chosen[:-1], chosen[-1] if chosen else "")
        line = split("signac " + " ".join(chosen), BREAKS)
        for each in answer(line.words[1:], line.current).candidates:
            assert each.word.startswith(line.current)
            quote(each.word, line)


def test_too_late() -> None:
    """An answer that takes too long is none, and one that fails is none."""
    started = time.monotonic()
    assert in_time(lambda: time.sleep(60) or ["x"], 0.05) == []
    assert time.monotonic() - started < 30
    assert in_time(lambda: ["x"], 60) == ["x"]
    assert in_time(lambda: [str(1 / 0)], 60) == []


def test_nothing_is_changed(study: signac.Project) -> None:
    """To be asked changes no file, but for the index of a project with many jobs."""
    before = {path: path.stat().st_mtime_ns for path in Path(study.path).rglob("*")}
    for line in ("find ", "find T ", "find doc.energy ", "rm ", "config show "):
        assert _ask(study.path, "bash", line)
    assert {path: path.stat().st_mtime_ns for path in Path(study.path).rglob("*")} == before


@pytest.mark.parametrize(
    ("line", "unneeded"),
    [
        (
            "signac fi",
            {"signac._engine", "signac._index", "signac._query", "signac.cli.commands.find"},
        ),
        ("signac find --co", {"signac._engine", "signac._index"}),
        ("signac find T ", {"signac.project", "signac.job", "signac.cursor", "signac._stores"}),
        ("signac find doc.energy ", {"signac.project", "signac.job", "signac.cursor"}),
        ("signac rm a", {"signac.project", "signac.job", "signac.cursor", "signac.filterparse"}),
    ],
)
def test_what_is_imported(study: signac.Project, line: str, unneeded: set[str]) -> None:
    """An answer loads no more than it needs: no handles for values, no index for options."""
    code = (
        "import sys; from signac.cli.app import main\n"
        "main(sys.argv[1:]); print('\\n'.join(sys.modules))"
    )
    command = [sys.executable, "-c", code, "completion", "--words", "bash", line, BREAKS]
    done = subprocess.run(command, cwd=study.path, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines())
    heavy = {"numpy", "h5py", "pandas", "rich", "configobj", "difflib", "shutil", "tempfile"}
    assert not loaded & (unneeded | heavy)
    assert "signac.cli.completion.answer" in loaded


@pytest.mark.long
def test_time(tmp_path: Path) -> None:
    """With 10,000 jobs an answer takes less than 150 ms of processor time."""
    project = signac.init_project(tmp_path)
    with signac.durability("fast"):
        jobs = project.create_jobs(
            {"T": n % 10 / 10, "seed": n, "model": {"kind": f"model {n % 3}"}}
            for n in range(10_000)
        )
    for n, job in enumerate(jobs):
        Path(job.fn("signac_job_document.json")).write_text(f'{{"energy": {-1.5 * n}}}')
    time.sleep(2.1)  # so that what is on disk is settled for the index
    project.find_jobs({"doc.energy": 0, "T": 0}).count()
    for line in (
        "",
        "find ",
        "find T ",
        "find seed ",
        "find T 0.5 seed ",
        "find doc.energy ",
        "rm a",
    ):
        times = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            assert len(_ask(tmp_path, "bash", line)) > 3
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert min(times) < 0.15, line


# Shells


def test_command_lines_are_split_as_bash_does() -> None:
    """The words of a line up to the cursor are those that bash sees."""
    lines = [
        "signac find a b",
        "signac  find 'a  b' \"c d\" e\\ f ",
        "signac 'it'\\''s' x\"y z\"w ",
        'signac "a\\"b\\$c\\d" \'e\\f\' ""',
        "signac --sort=-T 'x=y' a:b ",
    ]
    for line in lines:
        found = split(line, BREAKS)
        script = f"printf '%s\\0' {line}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
        expected = done.stdout.split("\0")[:-1]
        ends = line.endswith(" ")
        assert found.words == (expected if ends else expected[:-1])
        assert found.current == ("" if ends else expected[-1])


def test_bash_function(odd: signac.Project, path: str) -> None:
    """The function of the script fills COMPREPLY, and says nothing on standard error."""
    script = """
        eval "$(signac completion bash)" && complete -p signac
        ask() {
            COMP_LINE=$1 COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"
            [[ $1 == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            [[ $2 ]] && unset COMP_LINE COMP_POINT
            _signac_completion signac '' ''; printf '<%s>' "${COMPREPLY[@]}"; echo
        }
        ask 'signac fin'; ask 'signac find v wca'; ask 'signac find v urn:is'
        ask "signac find v 'it"; ask 'signac find v -'; ask 'A=1 signac find l'
        ask 'signac nosuch '; ask 'signac find v naï'; ask 'signac find v naï' only_words
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=odd.path,
        env={"PATH": path, "LC_ALL": "C.UTF-8", "HOME": odd.path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    first, *lines = done.stdout.splitlines()
    assert first == "complete -F _signac_completion signac"
    assert lines[:4] == ["<find>", "<wca\\ rep>", "<isbn:1>", "<it'\\''s>"]
    assert "<--one-line>" in lines[4]
    assert lines[5:] == ["<long\\ name>", "<>", "<naïve\\ ü>", "<naïve\\ ü>"]


def _typed(value: str, style: int) -> str:
    """Return the beginning of a value as somebody may type it: plain, or in quotes."""
    start = value[: (len(value) + 1) // 2]
    if style == 1 and "'" not in start:
        return f"'{start}"
    if style == 2:
        return '"' + re.sub(r'([\\"$`])', r"\\\1", start)
    return re.sub(r"([^\w])", r"\\\1", start)


@pytest.mark.parametrize(
    "shift", [0, pytest.param(1, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long)]
)
def test_values_in_bash(odd: signac.Project, path: str, shift: int) -> None:
    """Tab makes of the beginning of a value, quoted or not, a word that means the value."""
    # Left out: what is no word by itself, and what begins as another value does.
    values = [each for each in ODD if len(each) > 1 and each not in NO_WORDS]
    with Shell("bash", odd.path, path) as shell:
        for number, value in enumerate(values, shift):
            typed = f"signac find v {_typed(value, number % 3)}"
            assert shell.complete(typed) == ["find", "v", value], typed


@pytest.mark.parametrize("name", SHELLS)
def test_tab(odd: signac.Project, path: str, name: str) -> None:
    """In each shell Tab completes commands, options, keys, values, ids and paths."""
    Path(odd.fn("a script.py")).touch()
    Path(odd.fn("a place")).mkdir()
    job = next(iter(odd))
    with Shell(name, odd.path, path) as shell:
        assert shell.complete("signac mig") == ["migrate"]
        assert shell.complete("signac find --lim") == ["find", "--limit"]
        assert shell.complete("signac find lon") == ["find", "long name"]
        assert shell.complete("signac find v urn:is") == ["find", "v", "urn:isbn:1"]
        assert shell.complete("signac find v naï") == ["find", "v", "naïve ü"]
        assert shell.complete("signac find v 'cost") == ["find", "v", "cost$5 x"]
        assert shell.complete("signac find --sort=lo") == ["find", "--sort=long name"]
        assert shell.complete("signac find 'v.$ex") == ["find", "v.$exists"]
        assert shell.complete(f"signac rm {job.id[:12]}") == ["rm", job.id]
        assert shell.complete("signac shell 'a s") == ["shell", "a script.py"]
        found = shell.complete("signac clone a\\ p")
        assert found in (["clone", "a place/"], ["clone", "a place"])
        found = shell.complete("signac view --prefix=a\\ p")
        assert found in (["view", "--prefix=a place/"], ["view", "--prefix=a place"])
        assert shell.complete("signac change --rename v") == ["change", "--rename", "v="]


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_descriptions(study: signac.Project, path: str, name: str) -> None:
    """In zsh and fish it is shown what commands, options and ids stand for."""
    questions = {
        "signac s": "print state points",
        "signac find --co": "print only how many jobs",
        "signac rm ": r'"T": 1\.2, "seed": 2',
    }
    for typed, shown in questions.items():
        with Shell(name, study.path, path) as shell:
            shell.type(f"{typed}\t")
            shell.expect(shown)


@pytest.mark.parametrize("name", SHELLS)
def test_script(name: str, tmp_path: Path) -> None:
    """The script is one that the shell can read; it can be asked for anywhere."""
    script = run(tmp_path, "completion", name).out
    assert "completion --words" in script
    assert f"signac completion {name}" in script
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run([name, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
