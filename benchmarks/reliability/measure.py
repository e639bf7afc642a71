"""Measure each row of the reliability table on this signac and on the released one.

The same trial runs in a child process under either interpreter. The interpreter that runs this
program is "ours"; the released signac is found at SIGNAC_PEER_PYTHON, else in `.venv-peer`.
"""

import argparse
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from report import describe_machine, format_page, format_text
from rows import Row, pick_rows

__all__ = ["main"]

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_RESULTS = _HERE / "results.json"
_PAGE = _ROOT / "docs" / "reliability-figures.md"
#: A trial of this many seconds hangs: even the longest of the full size ends in a third.
_LONGEST = 2400.0


def main() -> None:
    options = _parse()
    if options.results is None:
        saved = options.report or options.size == "full"
        options.results = str(_RESULTS if saved else Path(tempfile.mkdtemp()) / "results.json")
    if not options.report:
        _measure_all(options)
    document = json.loads(Path(options.results).read_text(encoding="utf-8"))
    print(format_text(document))
    if options.page:
        Path(options.page).write_text(format_page(document), encoding="utf-8")


def _measure_all(options: argparse.Namespace) -> None:
    try:
        rows = pick_rows(options.row)
    except ValueError as error:
        sys.exit(str(error))
    pythons = _find_pythons(options)
    for row in rows:
        for side, python in pythons.items():
            start = time.monotonic()
            print(f"row {row.number}, {side} ...", end=" ", file=sys.stderr, flush=True)
            measured = _run(row, python, options)
            measured["seconds"] = round(time.monotonic() - start, 1)
            measured["size"] = options.size
            words = measured.get("figure") or measured.get("failure")
            print(f"{measured['seconds']:.0f} s: {words}", file=sys.stderr, flush=True)
            _store(Path(options.results), row, side, measured)


def _run(row: Row, python: str, options: argparse.Namespace) -> dict[str, Any]:
    """Return the result of one trial on one side, or why there is none."""
    scratch = tempfile.mkdtemp(prefix="signac-reliability-", dir=options.directory)
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "SIGNAC_", "HDF5_"))
    }
    environment["HOME"] = scratch  # no config of the user
    trial = row.trial
    command = [python, str(_HERE / "child.py"), trial.__module__, trial.__name__]
    os.mkdir(os.path.join(scratch, "ground"))
    with tempfile.TemporaryFile(mode="w+", errors="replace") as errors:
        process = subprocess.Popen(
            [*command, os.path.join(scratch, "ground"), options.size],
            env=environment,
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if options.verbose else errors,
            text=True,
            start_new_session=True,
            preexec_fn=_prepare_child,  # this program has no threads
        )
        try:
            output, _ = process.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            output = ""
        finally:
            _end(process)
            _remove(scratch)
        errors.seek(0)
        words = errors.read().strip().splitlines()[-1:] or ["no word"]
    if not output.strip():
        return {"failure": f"the trial ended with status {process.returncode}: {words[0]}"}
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def _prepare_child() -> None:
    os.nice(10)
    os.umask(0o022)


def _end(process: "subprocess.Popen[str]") -> None:
    """Kill what is left of a trial: all its processes are in one session of their own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _remove(folder: str) -> None:
    for directory, _, _ in os.walk(folder):  # a trial may have closed directories
        if not os.path.islink(directory):
            os.chmod(directory, 0o755)
    shutil.rmtree(folder, ignore_errors=True)


def _store(path: Path, row: Row, side: str, measured: dict[str, Any]) -> None:
    """Put one result into the file; several programs may do so at the same time."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        document: dict[str, Any] = {"machine": "", "versions": {}, "rows": {}}
        if path.exists():
            document = json.loads(path.read_text(encoding="utf-8"))
        document["machine"] = describe_machine(tempfile.gettempdir())
        version = measured.pop("version", "")
        if version:
            document["versions"][side] = version
        document["rows"].setdefault(row.number, {})[side] = measured
        path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    finally:
        os.close(folder)


def _find_pythons(options: argparse.Namespace) -> dict[str, str]:
    pythons = {"ours": options.python or sys.executable}
    if options.only != "ours":
        named = os.environ.get("SIGNAC_PEER_PYTHON")
        pythons["peer"] = named or str(_ROOT / ".venv-peer" / "bin" / "python")
        if not Path(pythons["peer"]).is_file():
            sys.exit(f"no interpreter at {pythons['peer']}; `make peer` builds it")
    if options.only == "peer":
        del pythons["ours"]
    return pythons


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--row", action="append", help="a number or a range, 22-25; repeatable")
    parser.add_argument("--size", choices=("quick", "full"), default="quick")
    parser.add_argument("--only", choices=("ours", "peer"), help="measure one side")
    parser.add_argument("--python", help="the interpreter of ours, if not this one")
    parser.add_argument(
        "--results", help="read and updated (results.json here for the full size, else a new file)"
    )
    parser.add_argument("--page", nargs="?", const=str(_PAGE), help="write the page of the manual")
    parser.add_argument("--report", action="store_true", help="measure nothing, show the results")
    parser.add_argument("--directory", help="where the data goes and is removed from")
    parser.add_argument("--verbose", action="store_true", help="show what the trials log")
    return parser.parse_args()


if __name__ == "__main__":
    main()
