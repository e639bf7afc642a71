"""The Lennard-Jones example as a person runs it: interrupted, continued, analysed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import signac

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "lennard_jones"


def run_script(name, *arguments, **options):
    """Start a script of the example in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(EXAMPLE / name), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "120"},
        # A run in the background of a shell hands on that Ctrl-C is to be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    )


def finish(process):
    """Wait for a script and return what it printed; it must have succeeded."""
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors
    return output


def documents(path):
    """The documents on disk by job id, each with the time of its last change."""
    found = {}
    for file in (path / "workspace").glob("*/signac_job_document.json"):
        found[file.parent.name] = (json.loads(file.read_bytes()), file.stat().st_mtime_ns)
    return found


def jobs_on_disk(path):
    """The number of job directories."""
    return len(list((path / "workspace").glob("*/signac_statepoint.json")))


def test_a_killed_study_runs_only_the_missing_jobs_again(tmp_path):
    """After SIGKILL the same command completes the study; finished jobs are left alone."""
    study = run_script("study.py", "--quick", "--path", tmp_path)
    deadline = time.monotonic() + 60
    while not documents(tmp_path):
        assert time.monotonic() < deadline
        assert study.poll() is None, study.communicate()
        time.sleep(0.002)
    study.kill()
    study.communicate()
    time.sleep(0.5)  # longer than the children need to see that they are alone
    first = documents(tmp_path)
    assert all(document["finished"] for document, _ in first.values())

    output = finish(run_script("study.py", "--quick", "--path", tmp_path))
    second = documents(tmp_path)
    total = jobs_on_disk(tmp_path)
    assert f"{total} jobs, {len(first)} of them finished; running {total - len(first)}" in output
    assert len(second) == total == 6
    assert all(document["finished"] for document, _ in second.values())
    assert {job_id: second[job_id] for job_id in first} == first

    output = finish(run_script("study.py", "--quick", "--path", tmp_path))
    assert "6 jobs, 6 of them finished; running 0" in output
    assert documents(tmp_path) == second

    report = finish(run_script("analyse.py", "--path", tmp_path))
    assert "One phase: " in report
    assert (tmp_path / "pressure.png").read_bytes().startswith(b"\x89PNG")


def test_ctrl_c_ends_the_study_and_says_how_to_go_on(tmp_path):
    """SIGINT to the process group ends all processes at once, with code 130 and no traceback."""
    study = run_script("study.py", "--path", tmp_path, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "workspace").is_dir() or jobs_on_disk(tmp_path) < 81:
        assert time.monotonic() < deadline
        assert study.poll() is None, study.communicate()
        time.sleep(0.01)
    time.sleep(1.0)  # the first jobs, which take several seconds, are running
    os.killpg(study.pid, signal.SIGINT)
    output, errors = study.communicate(timeout=20)
    assert study.returncode == 130
    assert "the same command carries on" in output
    assert "Traceback" not in errors
    assert all(document["finished"] for document, _ in documents(tmp_path).values())


def test_equal_jobs_give_equal_results(tmp_path):
    """The random numbers follow from the state point, so two studies give the same numbers."""
    results = []
    for name in ("one", "two"):
        finish(run_script("study.py", "--quick", "--path", tmp_path / name))
        found = documents(tmp_path / name)
        for document, _ in found.values():
            del document["seconds"]
        results.append({job_id: document for job_id, (document, _) in found.items()})
    assert results[0] == results[1]
    assert len(results[0]) == 6


def test_the_analysis_of_nothing_says_so(tmp_path):
    """Before the study has run there is nothing to gather, and the script says what to do."""
    signac.init_project(tmp_path)
    analysis = run_script("analyse.py", "--path", tmp_path)
    output, errors = analysis.communicate(timeout=60)
    assert analysis.returncode == 1
    assert "run study.py first" in output
    assert errors == ""


def test_a_process_that_dies_takes_nothing_with_it():
    """Every call is reported with its exit code, whether it returned, failed or was killed."""
    program = """
import os, signal
from workers import in_processes
codes = {call: code for call, code in in_processes(os._exit, [(0,), (3,), (0,)], 2)}
assert codes == {(0,): 0, (3,): 3}, codes
assert list(in_processes(signal.raise_signal, [(9,)], 2)) == [((9,), -9)]
assert [code for _, code in in_processes(int, [("1",), ("x",)], 1)] == [0, 1]
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Traceback") == 1  # of the call that raised
