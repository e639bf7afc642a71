"""What the clients print with the released signac beneath, kept in files.

The files in `expected/` were written by these same tests where the released signac is installed.
To check them there, or to write them anew with `SIGNAC_RECORD=1` in the environment:

    python -m venv .venv-downstream-peer
    cat requirements/downstream.txt requirements/peer.txt > both.txt
    .venv-downstream-peer/bin/python -m pip install -r both.txt
    .venv-downstream-peer/bin/python -m pytest tests/downstream
"""

import os
import re
import sys
from pathlib import Path

import signac
from downstream.study import IDS, Study

DIRECTORY = Path(__file__).parent / "expected"
RELEASED = "2.4.1"
_HASH = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{32})\b")
_AGGREGATE = re.compile(r"agg-[0-9a-f]{32}")


def plain(text: str, study: Study) -> str:
    """Put names in place of what differs between two machines.

    These are the directory of the project, the interpreter, and what signac-flow hashes together
    with them. Ids of jobs and aggregates stay.
    """
    for path, name in ((str(study.path), "PROJECT"), (sys.executable, "PYTHON")):
        text = text.replace(path, name)
    known = {*IDS.values(), *(found[4:] for found in _AGGREGATE.findall(text))}
    text = _HASH.sub(lambda found: found[0] if found[0] in known else "HASH", text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines()).strip("\n") + "\n"


def without_order(text: str) -> str:
    """Sort lines: the released signac lists jobs in the order of the file system."""
    return "".join(sorted(f"{line}\n" for line in text.splitlines()))


def check(name: str, found: str) -> None:
    """Compare a text with the one on file, or write it where that is asked for."""
    path = DIRECTORY / name
    if os.environ.get("SIGNAC_RECORD"):
        assert signac.__version__ == RELEASED, "only the released signac says what is expected"
        DIRECTORY.mkdir(exist_ok=True)
        path.write_text(found)
    expected = path.read_text()
    if found != expected:
        raise AssertionError(f"{name}: expected\n{expected}\nfound\n{found}")
