"""The progress bar: on a terminal, of work that takes long; otherwise not a byte."""

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import signac
from signac._core.progress import reporting
from unit.index.planting import plant

JOBS = 600
#: All bars at once, and reports often: a small project as if it were a large one.
SEARCH = """
import sys
import signac
from signac._core import progress
from signac._index import catalog, documents

patience, batch = float(sys.argv[2]), int(sys.argv[3])
progress._PATIENCE = patience
catalog._BATCH = documents._BATCH = batch
project = signac.Project(sys.argv[1])
print(eval(sys.argv[4]))
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    signac.init_project(tmp_path)
    plant(str(tmp_path), [{"n": n} for n in range(JOBS)], [{"x": n} for n in range(JOBS)])
    return str(tmp_path)


def command(path: str, expression: str, patience: float = 0.0, batch: int = 100) -> list[str]:
    return [sys.executable, "-c", SEARCH, path, str(patience), str(batch), expression]


def on_terminal(command: list[str]) -> tuple[str, str]:
    """Run a command with a terminal as standard error; return its output and what is shown."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        shown = []
        while True:
            ready, _, _ = select.select([ours], [], [], 60)
            assert ready, "nothing is shown and nothing ends"
            try:
                shown.append(os.read(ours, 4096))
            except OSError:  # the last one who had it open is gone
                break
        assert process.stdout is not None
        output = process.stdout.read().decode()
    os.close(ours)
    assert process.returncode == 0, b"".join(shown)
    return output.strip(), b"".join(shown).decode()


def plain(shown: str) -> str:
    """Return what is shown without the sequences that move and colour."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)


FIND = "project.find_jobs({'n': {'$gte': 10}}).count()"


def test_the_first_index(path: str) -> None:
    """The first search in a large project shows what it does, and how much of it is done."""
    output, shown = on_terminal(command(path, FIND))
    assert output == str(JOBS - 10)
    assert "reading state points" in plain(shown)
    assert f"/{JOBS}" in plain(shown)
    # The cursor of the terminal is there again.
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")
    output, shown = on_terminal(command(path, FIND))
    assert (output, shown) == (str(JOBS - 10), "")


def test_documents(path: str) -> None:
    """So does the first search in documents."""
    query = "project.find_jobs({'doc.x': {'$gte': 10}}).count()"
    output, shown = on_terminal(command(path, query))
    assert output == str(JOBS - 10)
    assert "reading documents" in plain(shown)


def test_the_end_is_all(path: str) -> None:
    """A bar that stays on the screen says that all is done, not that it nearly is."""
    shown = plain(on_terminal(command(path, FIND))[1])
    counts = re.findall(rf"(\d+)/{JOBS}", shown)
    assert counts[-1] == str(JOBS)


def test_quick_work(path: str) -> None:
    """Work that takes no time shows nothing on a terminal."""
    assert on_terminal(command(path, FIND, patience=30.0)) == (str(JOBS - 10), "")


@pytest.mark.parametrize("expression", [FIND, "project.update_cache()", "len(list(project))"])
def test_no_terminal(path: str, expression: str) -> None:
    """Where standard error is no terminal not a byte is written."""
    done = subprocess.run(command(path, expression), check=True, capture_output=True)
    assert done.stdout.strip()
    assert done.stderr == b""


def test_no_standard_error(path: str) -> None:
    """A program without standard error searches as others do."""
    script = f"import sys; sys.stderr = None\n{SEARCH}"
    arguments = command(path, FIND)
    arguments[2] = script
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(JOBS - 10)


def test_standard_output_is_untouched(path: str) -> None:
    """A bar goes to standard error, so that output can be piped."""
    output, shown = on_terminal(command(path, FIND))
    assert output == str(JOBS - 10)
    assert shown


def test_wanted_or_not(capfd: Any, monkeypatch: Any) -> None:
    """Who asks for a bar gets one, and who asks for none gets none, terminal or not."""
    monkeypatch.setattr("signac._core.progress._PATIENCE", 0.0)
    with reporting("counting", 5, wanted=False) as report:
        for number in range(5):
            report(number)
    assert capfd.readouterr() == ("", "")
    with reporting("counting", 5, wanted=True) as report:
        for number in range(5):
            report(number)
    out, err = capfd.readouterr()
    assert out == ""
    assert "counting" in err


BROKEN = """
from signac._core import progress

progress._PATIENCE = 0.0
try:
    with progress.reporting("counting", 5) as report:
        report(1)
        report(1 // 0)
except ZeroDivisionError:
    print("as it was")
"""


def test_an_error_ends_the_bar() -> None:
    """A bar ends with its work, also when that fails, and gives the cursor back."""
    output, shown = on_terminal([sys.executable, "-c", BROKEN])
    assert output == "as it was"
    assert "counting" in plain(shown)
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")


@pytest.mark.long
def test_a_large_project(tmp_path: Path) -> None:
    """With 100,000 jobs the bar is there as it is, with nothing set for the test."""
    signac.init_project(tmp_path)
    plant(str(tmp_path), [{"n": n, "a": n % 10} for n in range(100_000)])
    output, shown = on_terminal(command(str(tmp_path), FIND, patience=0.5, batch=2_000))
    assert output == str(100_000 - 10)
    assert "reading state points" in plain(shown)
    assert re.search(r"\d+/100000", plain(shown))
