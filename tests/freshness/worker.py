"""Run the library in another process: commands as JSON lines from stdin, one answer for each.

`python -m freshness.worker` answers until stdin ends. A command names a view: "kept" uses a project
object that lives as long as the worker, "forked" a child that has never seen a project (the worker
itself opens none unless told), so it is a new process in all but the time of its start.
"""

import importlib
import json
import os
import pickle
import pkgutil
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import signac
from freshness.acts import act
from freshness.questions import Answer, Question, ask

_TESTS = Path(__file__).parents[1]


def _environment() -> dict[str, str]:
    places = [os.fspath(_TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}


class Worker:
    """The side of the tests: one child process, its commands as methods."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "freshness.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            text=True,
        )

    def _call(self, **command: Any) -> Any:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(command) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        assert line, f"the worker died during {command}"
        answer = json.loads(line)
        assert "failed" not in answer, f"{command}\n{answer['failed']}"
        return answer["value"]

    def act(self, path: str, name: str, arguments: dict[str, Any]) -> None:
        """Make a change with the project object that this process keeps."""
        self._call(what="act", path=path, name=name, arguments=arguments)

    def ask(self, path: str, questions: list[Question], view: str) -> list[Answer]:
        """Put questions to the kept object ("kept") or in a new process ("forked")."""
        answers: list[Answer] = self._call(what=view, path=path, questions=questions)
        return answers

    def close(self) -> None:
        """End the child: it leaves its loop when stdin ends."""
        self._child.communicate(timeout=20)


def ask_anew(path: str, questions: list[Question]) -> list[Answer]:
    """Put questions in a new interpreter."""
    command = {"what": "kept", "path": path, "questions": questions}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "freshness.worker"],
        input=json.dumps(command) + "\n",
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert "failed" not in answer, f"{command}\n{answer['failed']}"
    value: list[Answer] = answer["value"]
    return value


# The side of the child.


def _in_a_child(path: str, questions: list[Question]) -> list[Answer]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os.close(reading)
        try:
            outcome: Any = ask(signac.Project(path), questions), ""
        except BaseException:
            outcome = [], traceback.format_exc()
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(outcome, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    answers: list[Answer]
    answers, failure = pickle.loads(data)
    if failure:
        raise RuntimeError(failure)
    return answers


def _load_everything() -> None:
    """Import what is imported at first use, which each forked child would do anew."""
    for module in pkgutil.walk_packages(signac.__path__, "signac."):
        if "_stores" not in module.name and "h5" not in module.name:
            importlib.import_module(module.name)


def _answer(projects: dict[str, Any], command: dict[str, Any]) -> Any:
    path = command["path"]
    if command["what"] == "forked":
        return _in_a_child(path, command["questions"])
    if path not in projects:
        projects[path] = signac.Project(path)
    if command["what"] == "kept":
        return ask(projects[path], command["questions"])
    return act(projects[path], command["name"], command["arguments"])


def main() -> None:
    """Answer until stdin ends."""
    _load_everything()
    projects: dict[str, Any] = {}
    for line in sys.stdin:
        try:
            answer = {"value": _answer(projects, json.loads(line))}
        except BaseException:
            answer = {"failed": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
