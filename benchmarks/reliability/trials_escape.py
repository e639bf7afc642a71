"""Rows 60 to 63: ids, keys and text that reach outside, run code, or never end."""

import os
from collections.abc import Callable
from typing import Any, Final

from apart import answer_of, apart, fresh, logged, show

import signac

__all__ = ["foreign_keys", "hostile_where", "paths_as_ids", "slow_patterns"]

_SECRET: Final = "secret.txt"


def _ground(scratch: str) -> tuple[Any, str]:
    """Make a project with two jobs, and a foreign directory with a file beside the project."""
    place = fresh(scratch)
    outside = os.path.join(place, "outside")
    os.mkdir(outside)
    with open(os.path.join(outside, _SECRET), "w", encoding="ascii") as file:
        file.write("not to be touched")
    project = signac.init_project(os.path.join(place, "project"))
    for number in range(2):
        project.open_job({"a": number, "s": "a" * 32 + "!"}).init().doc.n = number
    return project, outside


def _picture(directory: str) -> dict[str, bytes]:
    """Return the files of a directory and what is in them."""
    found = {directory: b""} if os.path.isdir(directory) else {}
    for path, _, names in os.walk(directory):
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                found[os.path.join(path, name)] = file.read()
    return found


# Row 60.

_IDS: Final[dict[str, Callable[[str], str]]] = {
    "./././../../outside": lambda outside: "./" * 14 + "../../outside",
    "../../outside////": lambda outside: "../../outside".ljust(32, "/"),
    "absolute": lambda outside: outside.rjust(40, "/"),
    "through a job": lambda outside: "42b7b4f2921788ea14dac5566e6f06d0/../../../outside",
    "to the project": lambda outside: "./" * 16 + "..",
    "to the workspace": lambda outside: "./" * 16,
    "newline": lambda outside: "../../outside".ljust(33, "/") + "\n",
}
_DEEDS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "open_job(id=...).remove()": lambda p, i: p.open_job(id=i).remove(),
    "open_job(id=...).clear()": lambda p, i: p.open_job(id=i).clear(),
    "open_job(id=...).doc": lambda p, i: p.open_job(id=i).doc.update(x=1),
    "Job(project, id_=...).remove()": lambda p, i: _job(p, i).remove(),
    "Job(project, id_=...).doc": lambda p, i: _job(p, i).doc.update(x=1),
    "repair": lambda p, i: p.repair([i]),
}


def _job(project: Any, id_: str) -> Any:
    from signac.job import Job

    return Job(project, id_=id_)


def paths_as_ids(scratch: str, size: str) -> dict[str, Any]:
    """Give paths where an id is wanted, and look at the directory they lead to."""
    answers = {
        f"{deed} of {word}": apart(_use_id, scratch, word, deed, seconds=60)
        for word in _IDS
        for deed in _DEEDS
    }
    touched = [name for name, answer in answers.items() if answer.get("value") != "untouched"]
    show({name: answers[name] for name in touched})
    return {
        "figure": f"{len(touched)} of {len(answers)} uses change or delete what is outside",
        "numbers": {"uses": len(answers), "outside changed": len(touched)},
    }


def _use_id(scratch: str, word: str, deed: str) -> str:
    project, outside = _ground(scratch)
    place = os.path.dirname(outside)
    before = _kept(place)
    with logged():
        answer_of(_DEEDS[deed], project, _IDS[word](outside))
    after = _kept(place)
    return "untouched" if before == after else "changed"


def _kept(place: str) -> dict[str, bytes]:
    """Return what is in a place, but for files that an operation keeps for itself."""
    return {path: data for path, data in _picture(place).items() if f"{os.sep}.signac" not in path}


# Row 61.

_KEYS: Final = (
    "../../x",
    "../../../outside/x",
    "../signac_statepoint.json",
    "..",
    ".",
    "",
    "/",
    "a/../../../x",
    "sub/x",
    "x\0y",
    "../../../outside/secret.txt\0",
    "{absolute}",
    "link/x",
)
_STORE_DEEDS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "stores[key][...] = ...": lambda stores, key: stores[key].__setitem__("y", 1),
    "stores[key] = {...}": lambda stores, key: stores.__setitem__(key, {"y": 1}),
    "del stores[key]": lambda stores, key: stores.__delitem__(key),
    "with stores[key]": lambda stores, key: stores[key].open(mode="a").close(),
}
_LINKED_DEEDS: Final[dict[str, Callable[[Any], Any]]] = {
    "clear": lambda job: job.clear(),
    "reset": lambda job: job.reset(),
    "remove": lambda job: job.remove(),
}


def foreign_keys(scratch: str, size: str) -> dict[str, Any]:
    """Give paths where the name of a store is wanted; clear a job that is a link to elsewhere."""
    answers = {
        f"{deed} of {key!r}": apart(_use_key, scratch, key, deed, seconds=60)
        for key in _KEYS
        for deed in _STORE_DEEDS
    }
    answers |= {
        f"{deed} of a job that is a link": apart(_use_linked, scratch, deed, seconds=60)
        for deed in _LINKED_DEEDS
    }
    touched = [name for name, answer in answers.items() if answer.get("value") != "untouched"]
    show({name: answers[name] for name in touched})
    return {
        "figure": f"{len(touched)} of {len(answers)} uses write or delete outside the directory",
        "numbers": {"uses": len(answers), "outside changed": len(touched)},
    }


def _use_key(scratch: str, key: str, deed: str) -> str:
    project, outside = _ground(scratch)
    job = project.open_job({"a": 0, "s": "a" * 32 + "!"})
    os.symlink(outside, job.fn("link"))
    os.mkdir(job.fn("sub"))
    place = os.path.dirname(outside)
    before = _beyond(place, job)
    with logged():
        answer_of(_STORE_DEEDS[deed], job.stores, key.replace("{absolute}", outside + "/x"))
    return "untouched" if before == _beyond(place, job) else "changed"


def _beyond(place: str, job: Any) -> dict[str, bytes]:
    """Return what is in a place, but for the job directory; its state point is not to change."""
    own = job.path + os.sep
    return {
        path: data
        for path, data in _kept(place).items()
        if not path.startswith(own) or path == own + "signac_statepoint.json"
    }


def _use_linked(scratch: str, deed: str) -> str:
    project, outside = _ground(scratch)
    job = project.open_job({"a": 0, "s": "a" * 32 + "!"})
    elsewhere = os.path.join(outside, "theirs")
    os.rename(job.path, elsewhere)
    with open(os.path.join(elsewhere, "foreign.txt"), "w", encoding="ascii") as file:
        file.write("not to be touched")
    os.symlink(elsewhere, job.path)
    before = _picture(outside)
    with logged():
        answer_of(_LINKED_DEEDS[deed], signac.get_project(project.path).open_job(id=job.id))
    return "untouched" if before == _picture(outside) else "changed"


# Row 62.

#: MARK stands for the path of a file that must not appear.
_CODE: Final = (
    "__import__('pathlib').Path('MARK').touch()",
    "lambda x: __import__('pathlib').Path('MARK').touch()",
    "lambda x: open('MARK', 'w')",
    "open('MARK', 'w')",
    'exec(\'open("MARK", "w")\')',
    "eval(\"open('MARK', 'w')\")",
    "(lambda: open('MARK', 'w'))()",
    "lambda x, y=open('MARK', 'w'): True",
    "lambda x: globals()['__builtins__']['open']('MARK', 'w')",
    "lambda x: (y := open('MARK', 'w')) and True",
    "lambda x: [open('MARK', 'w') for _ in (1,)]",
    "lambda x: f\"{open('MARK', 'w')}\"",
    "lambda x: sorted([1], key=lambda y: open('MARK', 'w'))",
    "lambda x: print(1, file=open('MARK', 'w'))",
    "lambda x: max([1], key=lambda y: __import__('os').mkdir('MARK'))",
    "lambda x: [c for c in ().__class__.__base__.__subclasses__()] and open('MARK', 'w')",
)
#: These would find a job only if an attribute of an object could be read.
_ATTRIBUTES: Final = (
    "lambda x: x.__class__ is not None",
    "lambda x: ().__class__.__base__.__subclasses__() != []",
    "lambda x: '{0.__class__}'.format(x) != ''",
    "lambda x: '{0.__class__.__mro__}'.format_map({'0': x}) != ''",
    "lambda x: f'{x.__class__}' != ''",
    "lambda x: getattr(x, '__class__') is not None",
    "lambda x: type(x).__mro__ != ()",
    "lambda x: (lambda: 1).__globals__ != {}",
)
#: Each would take all memory or time of the machine.
_BOMBS: Final = (
    "lambda x: 9**9**9 > x",
    "lambda x: len('a' * 10**11) > x",
    "lambda x: len([0] * 10**11) > x",
    "lambda x: '%011000000000d' % x != ''",
    "lambda x: len('{:>9999999999}'.format(x)) > 0",
    "lambda x: len(str(x).zfill(10**11)) > 0",
    "lambda x: 1 << 10**12 > x",
    "lambda x: sum(range(10**11)) > x",
    "lambda x: len(list(range(10**11))) > x",
    "lambda x: f'{x:>9999999999}' != ''",
)
_LONG: Final = 5.0
_MEMORY: Final = 4 << 30


def _by_mapping(project: Any, text: str) -> int:
    return len(project.find_jobs({"a": {"$where": text}}))


def _by_json(project: Any, text: str) -> int:
    import json

    from signac.filterparse import parse_filter_arg

    return len(project.find_jobs(parse_filter_arg([json.dumps({"a.$where": text})])))


def _by_words(project: Any, text: str) -> int:
    from signac.filterparse import parse_filter_arg

    return len(project.find_jobs(parse_filter_arg(["a.$where", text])))


_WAYS: Final[dict[str, Callable[[Any, str], int]]] = {
    "mapping": _by_mapping,
    "JSON": _by_json,
    "words": _by_words,
}


def hostile_where(scratch: str, size: str) -> dict[str, Any]:
    """Search with text that runs code, reads attributes, or takes all memory and time."""
    project, _ = _ground(scratch)
    run = [
        f"{text} by {way}"
        for text in _CODE
        for way in _WAYS
        if _runs(project, os.path.join(fresh(scratch), "mark"), text, way)
    ]
    read = [
        f"{text} by {way}"
        for text in _ATTRIBUTES
        for way in _WAYS
        if apart(_WAYS[way], project, text).get("value")
    ]
    long = []
    for text in _BOMBS:
        answer = apart(_by_mapping, project, text, seconds=_LONG, memory=_MEMORY)
        if answer["seconds"] > 1 or "MemoryError" in answer.get("error", ()) or "died" in answer:
            long.append(text)
    show({"run": run, "read": read, "long": long})
    return {
        "figure": f"{len(run)} of {len(_CODE) * len(_WAYS)} texts run code, {len(read)} of "
        f"{len(_ATTRIBUTES) * len(_WAYS)} read attributes of objects, {len(long)} of "
        f"{len(_BOMBS)} take all memory or over 1 s",
        "numbers": {"run code": len(run), "read attributes": len(read), "bombs": len(long)},
    }


def _runs(project: Any, mark: str, text: str, way: str) -> bool:
    apart(_WAYS[way], project, text.replace("MARK", mark), seconds=_LONG)
    return os.path.exists(mark)


# Row 63.

_PATTERNS: Final = (
    "^(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "^(a*)*$",
    "(a+)+b",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(.*a){20}x",
    "^((a|b)*)*c$",
)
_PATIENCE: Final = 15.0


def slow_patterns(scratch: str, size: str) -> dict[str, Any]:
    """Search with patterns that go back and forth for ever on one value of 33 characters."""
    project, _ = _ground(scratch)
    seconds = {}
    for pattern in _PATTERNS if size == "full" else _PATTERNS[:2]:
        answer = apart(_search, project.path, pattern, seconds=_PATIENCE)
        seconds[pattern] = _PATIENCE if "hung" in answer else answer["value"]
    show(seconds)
    longest = max(seconds.values())
    shown = f"over {_PATIENCE:.0f}" if longest >= _PATIENCE else f"{longest:.2f}"
    slow = sum(value > 1 for value in seconds.values())
    return {
        "figure": f"{slow} of {len(seconds)} patterns take over 1 s; the longest {shown} s",
        "numbers": {"patterns": len(seconds), "seconds": round(longest, 3)},
    }


def _search(path: str, pattern: str) -> float:
    """Return the seconds of CPU of a search: others may keep the machine busy meanwhile."""
    import time

    project = signac.get_project(path)
    len(project.find_jobs({"s": "x"}))
    start = time.process_time()
    answer_of(lambda: len(project.find_jobs({"s": {"$regex": pattern}})))
    return time.process_time() - start
