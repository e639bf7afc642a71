"""`signac shell`: Python with the project at hand."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import signac
from cli.command import run
from cli.terminal import Terminal

SHOW = "print(project, pr is project, len(list(jobs)), job, signac.__name__)"


def prompt(study: signac.Project, *words: str, where: str | None = None) -> Terminal:
    """Start the plain prompt on a terminal."""
    command = [sys.executable, "-m", "signac", "shell", "--plain", *words]
    return Terminal(command, where or study.path)


def history(study: signac.Project) -> Path:
    return Path(study.fn(".signac/shell_history"))


# Outside a project


@pytest.mark.parametrize(
    "words", [[], ["-c", "open('made', 'w')"], ["script.py"], ["-"], ["-f", "a", "1"]]
)
def test_outside_a_project(tmp_path: Path, words: list[str]) -> None:
    """Three lines say that there is no project, nothing runs, and it is no failure."""
    (tmp_path / "script.py").write_text("open('made', 'w')")
    output = run(tmp_path, "shell", *words, stdin="open('made', 'w')\n")
    assert output.lines[:2] == [f"signac {signac.__version__}", "No project within this directory."]
    assert len(output.lines) == 3
    assert "init" in output.lines[2]
    assert output.err == ""
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]


# What the code finds


def test_names(study: signac.Project) -> None:
    """The code finds the project, twice, an iterator over its jobs, no job of many, and signac."""
    output = run(study.path, "shell", "-c", SHOW)
    assert output.out == f"{study.path} True 6 None signac\n"
    assert run(study.path, "shell", "-c", "print(next(jobs).sp.T)").out in ("0.9\n", "1.2\n")


def test_jobs_of_a_search(study: signac.Project) -> None:
    """`-f` and `-j` select the jobs."""
    output = run(study.path, "shell", "-c", SHOW, "-f", "T", "0.9")
    assert output.out == f"{study.path} True 3 None signac\n"
    two = [job.id for job in study][:2]
    output = run(study.path, "shell", "-c", "print(*jobs)", "-j", two[1], two[0][:8])
    assert output.out.split() == [two[1], two[0]]


def test_the_only_job_is_the_job(study: signac.Project, tmp_path: Path) -> None:
    """`job` is the selected job if there is exactly one, also where it is named twice."""
    wanted = study.find_jobs({"T": 0.9, "seed": 2}).one()
    other = study.find_jobs({"T": 1.2, "seed": 0}).one()
    words = ["shell", "-c", "print(job)"]
    assert run(study.path, *words, "-f", "T", "0.9", "seed", "2").out == f"{wanted}\n"
    assert run(other.path, *words, "-j", wanted.id, wanted.id[:9]).out == f"{wanted}\n"
    alone = signac.init_project(tmp_path / "alone")
    job = alone.open_job({"a": 1}).init()
    assert run(alone.path, *words).out == f"{job}\n"


def test_otherwise_the_job_of_the_directory(study: signac.Project) -> None:
    """`job` is the one whose directory the command is started in, at any depth."""
    job = next(iter(study))
    inside = Path(job.fn("deep/er"))
    inside.mkdir(parents=True)
    for where in (Path(job.path), inside):
        assert run(where, "shell", "-c", "print(job)").out == f"{job}\n"
        assert run(where, "shell", "-c", "print(job)", "-f", "T", "77").out == f"{job}\n"
    assert run(study.workspace, "shell", "-c", "print(job)").out == "None\n"


def test_a_job_of_another_project_is_not_the_job(study: signac.Project) -> None:
    """In a project inside a job directory, `job` is not the job of the outer project."""
    job = next(iter(study))
    inner = signac.init_project(job.fn("inner"))
    assert run(inner.path, "shell", "-c", "print(project, job)").out == f"{inner} None\n"


def test_two_selections(study: signac.Project) -> None:
    """A filter and ids together are refused, and nothing runs."""
    output = run(study.path, "shell", "-c", "print(1)", "-f", "T", "1", "-j", "ab", code=1)
    assert output.out == ""
    assert "Error: Can't provide both 'job-id' and filter arguments!" in output.err


def test_unknown_job(study: signac.Project) -> None:
    """An id that no job has is an error, and nothing runs."""
    output = run(study.path, "shell", "-c", "print(1)", "-j", "zz", code=1)
    assert output.out == ""
    assert output.err.startswith("Error: ")


# Scripts


def test_code_and_script(study: signac.Project) -> None:
    """`-c` and a script together are refused; a second script is no argument."""
    for file in ("-", "script.py"):
        output = run(study.path, "shell", "-c", "print(1)", file, stdin="print(2)", code=1)
        assert output.out == ""
        assert output.err.startswith("Error: give either")
    run(study.path, "shell", "script.py", "more", code=2)


def test_script_is_run_as_python_does(study: signac.Project) -> None:
    """Name, file, arguments, path of imports and tracebacks are those that Python gives."""
    folder = Path(study.fn("scripts"))
    folder.mkdir()
    (folder / "beside.py").write_text("VALUE = 'beside'\n")
    script = folder / "script.py"
    script.write_text(
        "# coding: latin-1\n"
        "import sys, inspect, pickle, beside\n"
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Point:\n"
        "    x: int\n"
        "def f():\n"
        "    return [Point(n) for n in range(2)]\n"
        "print(__name__, __file__, sys.argv, sys.path[0], __package__, __doc__)\n"
        "print(beside.VALUE, pickle.loads(pickle.dumps(f())), sys.modules['__main__'].f is f)\n"
        "print(Point.__annotations__, inspect.getsource(f).count('\\n'), '\xe9' == chr(233))\n"
        "print(sorted(set(globals()) & {'annotations', 'os', 'namespace', 'source'}))\n"
        "def fail():\n"
        "    raise ValueError('over')\n"
        "fail()\n",
        encoding="latin-1",
    )
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    for place, name in ((study.path, "scripts/script.py"), (folder, "./script.py")):
        python = subprocess.run(
            [sys.executable, name], cwd=place, env=environment, capture_output=True, text=True
        )
        ours = run(place, "shell", name, code=1)
        assert python.returncode == 1
        assert ours.out == python.stdout
        assert ours.err == python.stderr


def test_script_behind_a_link(study: signac.Project, tmp_path: Path) -> None:
    """Modules are looked for where the script really is."""
    (tmp_path / "beside.py").write_text("VALUE = 'beside'\n")
    (tmp_path / "script.py").write_text("import beside; print(beside.VALUE, __file__)\n")
    link = study.fn("linked.py")
    os.symlink(tmp_path / "script.py", link)
    assert run(study.path, "shell", "linked.py").out == f"beside {link}\n"


def test_code_is_run_as_python_does(study: signac.Project) -> None:
    """`-c` sees the arguments and imports that `python -c` gives, and modules of the directory."""
    code = "import sys; print(__name__, sys.argv, repr(sys.path[0]), '__file__' in globals())"
    python = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run(study.path, "shell", "-c", code).out == python.stdout
    Path(study.fn("mine.py")).write_text("X = 5\n")
    assert run(study.path, "shell", "-c", "import mine; print(mine.X)").out == "5\n"


def test_standard_input_is_a_script(study: signac.Project) -> None:
    """`-` runs standard input as a whole, so blocks need no empty line behind them."""
    text = "import sys\nfor n in range(2):\n    print(n)\nprint(job, __name__, sys.argv)\n"
    output = run(study.path, "shell", "-", stdin=text)
    assert output.out == "0\n1\nNone __main__ ['-']\n"
    assert output.err == ""


@pytest.mark.parametrize("kind", ["code", "file", "input"])
def test_an_exception_is_a_failure(study: signac.Project, kind: str) -> None:
    """An exception shows its traceback, without frames of this library, and the code is 1."""
    text = "print('before')\ndef f():\n    return 1 / 0\nf()\nprint('after')\n"
    script = Path(study.fn("script.py"))
    script.write_text(text)
    words = {"code": ["-c", text], "file": ["script.py"], "input": ["-"]}[kind]
    output = run(study.path, "shell", *words, stdin=text, code=1)
    assert output.out == "before\n"
    name = {"code": "<string>", "file": str(script), "input": "<stdin>"}[kind]
    lines = output.err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert [line for line in lines if "File " in line] == [
        f'  File "{name}", line 4, in <module>',
        f'  File "{name}", line 3, in f',
    ]
    assert "    return 1 / 0" in lines


def test_a_mistake_in_the_syntax(study: signac.Project) -> None:
    """What is no Python shows where, and the code is 1."""
    output = run(study.path, "shell", "-c", "print(1)\nimport(sys", code=1)
    assert output.out == ""
    assert 'File "<string>", line 2' in output.err
    assert output.err.splitlines()[-1].startswith("SyntaxError")
    assert "interpreter" not in output.err


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("sys.exit(3)", 3, ""),
        ("sys.exit()", 0, ""),
        ("exit(4)", 4, ""),
        ("sys.exit('over')", 1, "over\n"),
        ("raise KeyboardInterrupt", 1, "Interrupted.\n"),
    ],
)
def test_exit_codes(study: signac.Project, code: str, status: int, told: str) -> None:
    """`sys.exit` sets the exit code."""
    output = run(study.path, "shell", "-c", f"import sys; print(1); {code}", code=status)
    assert output.out == "1\n"
    assert output.err == told


def test_the_hook_for_exceptions_is_used(study: signac.Project) -> None:
    """A script can say how its exceptions are shown."""
    code = "import sys\nsys.excepthook = lambda k, e, t: print('told', e, t is e.__traceback__)\n"
    output = run(study.path, "shell", "-c", code + "1 / 0", code=1)
    assert output.out == "told division by zero True\n"
    assert output.err == ""


def test_a_script_has_a_log_of_its_own(study: signac.Project) -> None:
    """`logging.basicConfig` of a script works, unless the log of the command was asked for."""
    code = (
        "import logging; logging.basicConfig(level='INFO', format='mine: %(message)s')\n"
        "logging.getLogger('x').info('hello'); logging.getLogger('signac.x').warning('there')"
    )
    assert run(study.path, "shell", "-c", code).err == "mine: hello\nmine: there\n"
    output = run(study.path, "-v", "shell", "-c", code)
    assert output.err == "INFO:x:hello\nWARNING:signac.x:there\n"
    warn = "import logging; logging.getLogger('signac.x').warning('there')"
    assert run(study.path, "shell", "-c", warn).err == "there\n"


def test_jobs_are_looked_for_when_they_are_asked_for(study: signac.Project) -> None:
    """Jobs that the code makes before it goes through `jobs` are among them."""
    code = "project.open_job({'new': 1}).init(); print(len(list(jobs)), len(list(jobs)))"
    assert run(study.path, "shell", "-c", code).out == "7 0\n"


def test_nobody_reads_the_output(study: signac.Project) -> None:
    """A closed pipe behind the command is no failure; a broken pipe of the script's own is one."""
    code = "while True: print('x' * 100)"
    command = f'"{sys.executable}" -m signac shell -c "{code}" | head -1; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(
        ["bash", "-c", command], cwd=study.path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "x" * 100 + "\n0\n"
    assert done.stderr == ""
    output = run(study.path, "shell", "-c", "raise BrokenPipeError('mine')", code=1)
    assert "BrokenPipeError: mine" in output.err


def test_processes_of_a_script(study: signac.Project) -> None:
    """Processes that a script spawns find its functions."""
    Path(study.fn("script.py")).write_text(
        "import multiprocessing\n"
        "def double(x):\n"
        "    return 2 * x\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.map(double, [1, 2]))\n"
    )
    assert run(study.path, "shell", "script.py").out == "[2, 4]\n"


def test_no_script(study: signac.Project) -> None:
    """A script that is not there, or a directory, is one line of error."""
    output = run(study.path, "shell", "missing.py", code=1)
    assert output.err == "Error: missing.py: No such file or directory\n"
    assert run(study.path, "shell", ".", code=1).err == "Error: .: Is a directory\n"


# A prompt without a person


def test_lines_through_a_pipe(study: signac.Project) -> None:
    """Lines run one by one; prompts are on standard output, the banner on standard error."""
    output = run(study.path, "shell", stdin="print(str(project), job, len(list(jobs))); exit()\n")
    assert output.out == f">>> {study.path} None 6\n"
    for part in (f"signac {signac.__version__}", f"Project:  {study.path}", "Size:     6"):
        assert part in output.err
    assert "Job:" not in output.err


def test_lines_go_on_after_an_exception(study: signac.Project) -> None:
    """An exception at the prompt is shown and does not end it; the exit code is that of exit."""
    lines = "1 / 0\nfor n in range(2):\n    print(n)\n\n1 + 1\nexit(4)\n"
    output = run(study.path, "shell", stdin=lines, code=4)
    assert output.out == ">>> >>> ... ... 0\n1\n>>> 2\n>>> "
    assert "ZeroDivisionError" in output.err
    assert run(study.path, "shell", stdin="x = 1\n").out == ">>> >>> "
    assert not history(study).exists()


def test_the_banner_names_the_job(study: signac.Project) -> None:
    """The banner says which job is at hand."""
    job = next(iter(study))
    assert f"Job:      {job}\n" in run(job.path, "shell", stdin="").err


# A prompt with a person


def test_history_is_kept(study: signac.Project) -> None:
    """What was typed comes back with the arrow keys in the next session, in a file for one."""
    with prompt(study) as screen:
        screen.expect(">>> ")
        screen.type("6 * 7\n")
        screen.expect("^42\n>>> ")
        screen.type("secret = input('word: ')\n")
        screen.expect("^word: ")
        screen.type("abracadabra\n")
        screen.expect(">>> ")
        screen.type("exit(5)\n")
        assert screen.leave() == 5
    assert history(study).read_text() == "6 * 7\nsecret = input('word: ')\nexit(5)\n"
    assert stat.S_IMODE(history(study).stat().st_mode) == 0o600
    with prompt(study) as screen:
        screen.expect(">>> ")
        screen.type("\x10\x10\x10")
        screen.expect("6 \\* 7")
        screen.type("\n")
        screen.expect("^42\n>>> ")
        screen.type("\x04")
        assert screen.leave() == 0
    assert history(study).read_text().splitlines()[-2:] == ["exit(5)", "6 * 7"]


def test_completion(study: signac.Project) -> None:
    """Tab completes attributes, names, and the keys of state points."""
    with prompt(study, "-f", "T", "0.9", "seed", "0") as screen:
        screen.expect(">>> ")
        screen.type("project.find_j\t")
        screen.expect(r"project\.find_jobs\(")
        screen.type("{'T': 0.9}))\x01len(\n")
        screen.expect("^3\n>>> ")
        screen.type("project.find_\t\t")
        screen.expect(r"project\.find_jobs\( +project\.find_new_id\(")
        screen.type("\x15proj\t\n")
        screen.expect(r"^Project\('.*study'\)\n>>> ")
        screen.type("job.sp.mo\t\n")
        screen.expect("^'lj'\n>>> ")
        screen.type("exit()\n")
        assert screen.leave() == 0


def test_interrupt_and_end(study: signac.Project) -> None:
    """Ctrl-C ends the line, not the session; Ctrl-D ends the session with code 0."""
    with prompt(study) as screen:
        screen.expect(">>> ")
        screen.type("half a li")
        screen.expect("half a li")
        screen.interrupt()
        screen.expect("KeyboardInterrupt\n>>> ")
        screen.type("2 + 3\n")
        screen.expect("^5\n>>> ")
        screen.type("\x04")
        assert screen.leave() == 0
    assert history(study).read_text() == "2 + 3\n"


def test_history_is_cut(study: signac.Project) -> None:
    """The file has at most 1000 lines, the last ones."""
    history(study).write_text("".join(f"old{n}\n" for n in range(1500)))
    with prompt(study) as screen:
        screen.expect(">>> ")
        screen.type("new = 1\n")
        screen.expect(">>> ")
        screen.type("\x04")
        assert screen.leave() == 0
    lines = history(study).read_text().splitlines()
    assert lines == [*(f"old{n}" for n in range(501, 1500)), "new = 1"]


def test_two_sessions(study: signac.Project) -> None:
    """Sessions side by side keep each other's lines."""
    with prompt(study) as first, prompt(study) as second:
        for screen, line in ((first, "first = 1"), (second, "second = 2")):
            screen.expect(">>> ")
            screen.type(f"{line}\n")
            screen.expect(">>> ")
        for screen in (first, second):
            screen.type("\x04")
            assert screen.leave() == 0
    assert history(study).read_text() == "first = 1\nsecond = 2\n"


@pytest.mark.parametrize("obstacle", ["directory", "link", "bytes", "pipe"])
def test_history_never_fails(study: signac.Project, obstacle: str) -> None:
    """Where the history cannot be read or written, the prompt works without, and says nothing."""
    path = history(study)
    if obstacle == "directory":
        path.mkdir()
    elif obstacle == "link":
        path.symlink_to("nowhere/at/all")
    elif obstacle == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"ok = 1\n\xff\xfe\x00\n")
    with prompt(study) as screen:
        screen.expect(">>> ")
        screen.type("6 * 7\n")
        screen.expect("^42\n>>> ")
        screen.type("exit(3)\n")
        assert screen.leave() == 3
        assert "Error" not in screen.seen
    if obstacle == "bytes":
        assert path.read_bytes() == b"ok = 1\n\xff\xfe\x00\n6 * 7\nexit(3)\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_project(study: signac.Project) -> None:
    """In a project that may not be written the prompt works, without a history."""
    folder = history(study).parent
    folder.chmod(0o555)
    try:
        with prompt(study) as screen:
            screen.expect(">>> ")
            screen.type("6 * 7\n")
            screen.expect("^42\n>>> ")
            screen.type("\x04")
            assert screen.leave() == 0
    finally:
        folder.chmod(0o755)
    assert not history(study).exists()


@pytest.mark.skipif(find_spec("IPython") is None, reason="IPython is not installed")
def test_ipython(study: signac.Project) -> None:
    """Where IPython is installed the prompt is its own; `--no-ipython` does without."""
    command = [sys.executable, "-m", "signac", "shell"]
    with Terminal(command, study.path, IPYTHONDIR=study.fn("ipython")) as screen:
        screen.expect("Project:")
        screen.expect(r"In \[1\]: ")
        screen.type("len(list(jobs)), __name__\r")
        screen.expect(r"\(6, '__main__'\)")
        screen.type("exit\r")
        assert screen.leave() == 0
    with Terminal([*command, "--no-ipython"], study.path) as screen:
        screen.expect(">>> ")
        screen.type("exit()\n")
        assert screen.leave() == 0
