"""Rows 64 and 65: what is shown in a notebook and on a terminal."""

import os
import pty
import select
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from apart import answer_of, fresh, show

import signac

__all__ = ["html", "terminal"]

_SCRIPT: Final = "<script>alert(1)</script>"
_ESCAPE: Final = "\x1b]0;owned\x07\x1b[31m"


# Row 64.


def _tell_html(thing: Any) -> str:
    return str(thing._repr_html_())


_PAGES: Final[dict[str, Callable[[Any], str]]] = {
    "project path": _tell_html,
    "filter": lambda project: _tell_html(project.find_jobs({"v": _SCRIPT})),
    "key of a filter": lambda project: _tell_html(project.find_jobs({_SCRIPT: 1})),
    "pattern": lambda project: _tell_html(project.find_jobs({"v": {"$regex": _SCRIPT}})),
    "values and keys of jobs": lambda project: _tell_html(project.find_jobs()),
    "schema": lambda project: _tell_html(project.detect_schema()),
    "report of check": lambda project: _tell_html(project.find_problems()),
    "plan of repair": lambda project: _tell_html(project.plan_repair()),
}


def html(scratch: str, size: str) -> dict[str, Any]:
    """Put a script into everything that a notebook shows, and look for it in the page."""
    path = os.path.join(fresh(scratch), _SCRIPT.replace("/", "\u2215"))
    project = signac.init_project(path)
    job = project.open_job({"v": _SCRIPT, _SCRIPT: 1, "n": {"x": [_SCRIPT]}}).init()
    job.doc[_SCRIPT] = _SCRIPT
    os.mkdir(os.path.join(project.workspace, _SCRIPT.replace("/", "\u2215")))
    answers = {name: answer_of(page, signac.Project(path)) for name, page in _PAGES.items()}
    shown = {n: a["value"] for n, a in answers.items() if "value" in a}
    injected = [name for name, page in shown.items() if "<script>" in page]
    show({"injected": injected, "not there": sorted(set(_PAGES) - set(shown))})
    return {
        "figure": f"{len(injected)} of {len(shown)} pages hold the script",
        "numbers": {"pages": len(shown), "injected": len(injected)},
    }


# Row 65.

_PRINTS: Final[dict[str, Callable[[Any], Any]]] = {
    "print(schema)": lambda project: print(project.detect_schema()),
    "print(schema.format(depth=1))": lambda project: print(project.detect_schema().format(depth=1)),
    "print(repr(schema))": lambda project: print(repr(project.detect_schema())),
    "print(repr(job))": lambda project: print(repr(next(iter(project)))),
    "print(job.sp)": lambda project: print(next(iter(project)).sp),
    "print(job.doc)": lambda project: print(next(iter(project)).doc),
    "print(cursor)": lambda project: print(project.find_jobs({"v": _ESCAPE})),
    "interpreted filter": lambda project: _parse(["v", _ESCAPE]),
    "filter that fails": lambda project: _parse(["v", "{" + _ESCAPE + "}"]),
    "message of a refused key": lambda project: print(_message(_refuse_key, project)),
    "message of a refused filter": lambda project: print(_message(_refuse_filter, project)),
    "message of a missing job": lambda project: print(_message(_refuse_id, project)),
    "log of a search": lambda project: len(project.find_jobs({_ESCAPE: 1})),
    "log of a damaged job": lambda project: _search_damaged(project),
    "error of check": lambda project: print(_message(lambda p: p.check(), _damage(project))),
    "report of check": lambda project: print(_damage(project).find_problems()),
    "plan of repair": lambda project: print(_damage(project).plan_repair()),
}


def _parse(words: list[str]) -> Any:
    from signac.filterparse import parse_filter_arg

    return parse_filter_arg(words)


def _refuse_key(project: Any) -> None:
    project.open_job({_ESCAPE + ".x": 1}).init()


def _refuse_filter(project: Any) -> None:
    len(project.find_jobs({"v": {"$" + _ESCAPE: 1}}))


def _refuse_id(project: Any) -> None:
    project.open_job(id=_ESCAPE)


def _message(function: Callable[[Any], Any], project: Any) -> str:
    """Return what a program prints of an error, or a word where there is none."""
    return str(answer_of(function, project).get("message", "no error"))


def _damage(project: Any) -> Any:
    """Damage a document, and put an entry with a hostile name into the workspace."""
    job = project.open_job({"m": 1}).init()
    with open(job.fn("signac_job_document.json"), "w", encoding="utf-8") as file:
        file.write(_ESCAPE)
    with open(job.fn("signac_statepoint.json"), "w", encoding="utf-8") as file:
        file.write('{"x": "' + _ESCAPE + '"')
    os.mkdir(os.path.join(project.workspace, "note" + _ESCAPE))
    return signac.get_project(project.path)


def _search_damaged(project: Any) -> Any:
    return len(_damage(project).find_jobs({"doc.x": 1}))


def terminal(scratch: str, size: str) -> dict[str, Any]:
    """Show a project with escape sequences in keys and values on a terminal."""
    raw = []
    missing = []
    for name in _PRINTS:
        seen = _on_terminal(_print, fresh(scratch), name)
        if b"<nothing>" in seen:
            missing.append(name)
        elif b"\x1b" in seen or b"\x07" in seen:
            raw.append(name)
    count = len(_PRINTS) - len(missing)
    show({"raw": raw, "not there": missing})
    return {
        "figure": f"{len(raw)} of {count} outputs send the escape sequence to the terminal",
        "numbers": {"outputs": count, "raw": len(raw)},
    }


def _print(place: str, name: str) -> None:
    project = signac.init_project(place)
    job = project.open_job({"v": _ESCAPE, "k" + _ESCAPE: 1, "n": {"x": [_ESCAPE]}}).init()
    job.doc["k" + _ESCAPE] = _ESCAPE
    try:
        _PRINTS[name](signac.Project(place))
    except AttributeError:
        print("<nothing>")
    except Exception as error:  # as a program without a handler would show it
        print(f"{type(error).__name__}: {error}")


def _on_terminal(function: Callable[..., None], *arguments: Any) -> bytes:
    """Return what a function writes to a terminal, in a child."""
    child, terminal = pty.fork()
    if not child:
        status = 1
        try:
            # The streams of the parent may be buffers of other kinds.
            sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            function(*arguments)
            sys.stdout.flush()
            sys.stderr.flush()
            status = 0
        finally:
            os._exit(status)
    seen = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    os.close(terminal)
    os.waitpid(child, 0)
    return seen
