"""Rows 45 and 46: what came back as something else, and what is too deep."""

import array
import collections
import contextlib
import datetime
import decimal
import enum
import fractions
import json
import pathlib
import uuid
import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from apart import answer_of, apart, fresh, show

import signac

__all__ = ["deep", "documents"]

warnings.simplefilter("ignore")

_TIMELY: Final = 60.0


# Row 45.


class _Color(enum.Enum):
    RED = "red"


class _Number(enum.IntEnum):
    ONE = 1


_Pair = collections.namedtuple("_Pair", "x y")

#: Values for a document, none of which JSON has.
VALUES: Final[dict[str, Callable[[], Any]]] = {
    "bytes": lambda: b"x",
    "empty bytes": lambda: b"",
    "bytearray": lambda: bytearray(b"x"),
    "memoryview": lambda: memoryview(b"x"),
    "range": lambda: range(3),
    "empty range": lambda: range(0),
    "set": lambda: {1, 2},
    "frozenset": lambda: frozenset((1, 2)),
    "deque": lambda: collections.deque((1, 2)),
    "array": lambda: array.array("i", (1, 2)),
    "UserList": lambda: collections.UserList((1, 2)),
    "UserString": lambda: collections.UserString("ab"),
    "generator": lambda: (n for n in range(3)),
    "map": lambda: map(str, (1, 2)),
    "keys": lambda: {"x": 1}.keys(),
    "items": lambda: {"x": 1}.items(),
    "tuple": lambda: (1, 2),
    "named tuple": lambda: _Pair(1, 2),
    "NumPy array": lambda: np.arange(3),
    "NumPy int": lambda: np.int64(1),
    "NumPy float32": lambda: np.float32(0.5),
    "NumPy bool": lambda: np.bool_(True),
    "NumPy bytes": lambda: np.bytes_(b"x"),
    "NumPy datetime": lambda: np.datetime64("2020-01-01"),
    "NumPy matrix": lambda: np.asmatrix([[1, 2]]),
    "complex": lambda: 1j,
    "Decimal": lambda: decimal.Decimal("1.5"),
    "Fraction": lambda: fractions.Fraction(1, 3),
    "datetime": lambda: datetime.datetime(2020, 1, 1),
    "date": lambda: datetime.date(2020, 1, 1),
    "timedelta": lambda: datetime.timedelta(1),
    "UUID": lambda: uuid.UUID(int=1),
    "Path": lambda: pathlib.PurePosixPath("x/y"),
    "Enum": lambda: _Color.RED,
    "IntEnum": lambda: _Number.ONE,
    "object": object,
    "class": lambda: int,
    "function": lambda: len,
    "mapping with int keys": lambda: {1: 2},
    "mapping with a None key": lambda: {None: 2},
    "mapping with bytes": lambda: {"x": b"y"},
    "list with bytes": lambda: [b"y"],
    "list with a range": lambda: [range(2)],
    "mapping with a tuple key": lambda: {(1, 2): 3},
    "OrderedDict": lambda: collections.OrderedDict(x=1),
    "Counter": lambda: collections.Counter("aab"),
    "ChainMap": lambda: collections.ChainMap({"x": 1}),
}
#: Conversions that the documentation of both programs, or of ours, tells of.
DOCUMENTED: Final = frozenset(
    name
    for name in VALUES
    if name.startswith(("tuple", "named tuple", "NumPy"))
    or name in ("Enum", "Path", "ChainMap", "deque", "array")
) - {"NumPy bytes", "NumPy datetime"}

WAYS: Final[dict[str, Callable[[Any, Any], None]]] = {
    "attribute": lambda doc, value: setattr(doc, "v", value),
    "item": lambda doc, value: doc.__setitem__("v", value),
    "update": lambda doc, value: doc.update(v=value),
    "setdefault": lambda doc, value: doc.setdefault("v", value),
    "reset": lambda doc, value: doc.reset({"v": value}),
    "in a mapping": lambda doc, value: doc.__setitem__("v", {"inner": value}),
    "append": lambda doc, value: (doc.__setitem__("v", []), doc.v.append(value))[0],
}


def documents(scratch: str, size: str) -> dict[str, Any]:
    """Store values that JSON does not have, in every way, and see what a new session reads."""
    project = signac.init_project(fresh(scratch))
    changed: dict[str, str] = {}
    refused = 0
    told: set[str] = set()
    for name, make in VALUES.items():
        for way, put in WAYS.items():
            job = project.open_job({"value": name, "way": way}).init()
            with contextlib.redirect_stderr(None):
                answer = answer_of(put, job.doc, make())
            if "error" in answer:
                refused += 1
                continue
            kept = _stored(job)
            if not _means(kept, name):
                if name in DOCUMENTED:
                    told.add(name)
                else:
                    changed[f"{name} by {way}"] = json.dumps(kept)
    in_statepoints = _into_statepoints(project)
    kinds = {name.rpartition(" by ")[0] for name in changed}
    numbers = {
        "stored": len(VALUES) * len(WAYS),
        "refused": refused,
        "kinds changed in documents": len(kinds),
        "kinds changed in state points": len(in_statepoints),
    }
    show({"documents": changed, "state points": in_statepoints, "documented": sorted(told)})
    return {
        "figure": f"{len(kinds)} of {len(VALUES)} kinds of values come back from documents as "
        f"something else without a word, {len(in_statepoints)} from changed state points",
        "numbers": numbers,
    }


def _into_statepoints(project: Any) -> dict[str, str]:
    changed = {}
    for name, make in VALUES.items():
        job = project.open_job({"start": name}).init()
        if "error" not in answer_of(setattr, job.sp, "v", make()):
            kept = signac.Project(project.path).open_job(id=job.id).sp()
            if not _same(kept["v"], make()) and name not in DOCUMENTED:
                changed[name] = json.dumps(kept["v"])
    return changed


def _stored(job: Any) -> Any:
    with open(job.fn("signac_job_document.json"), "rb") as file:
        return json.loads(file.read())["v"]


def _means(kept: Any, name: str) -> bool:
    value = VALUES[name]()
    inside = kept["inner"] if isinstance(kept, dict) and set(kept) == {"inner"} else kept
    return _same(kept, value) or _same(inside, value) or _same(kept, [value])


def _same(kept: Any, value: Any) -> bool:
    try:
        return bool(kept == value)
    except (ValueError, TypeError):
        return False


# Row 46.


def _nested(depth: int, *, lists: bool) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value] if lists else {"k": value}
    return value


def _cycle(*, lists: bool) -> Any:
    value: Any = [] if lists else {}
    value.append(value) if lists else value.__setitem__("me", value)
    return value


DEEP: Final[dict[str, Callable[[], Any]]] = {
    **{
        f"{depth} {'lists' if lists else 'mappings'}": lambda d=depth, x=lists: _nested(d, lists=x)
        for depth in (100, 300, 500, 1_000, 3_000, 100_000)
        for lists in (False, True)
    },
    "mapping in itself": lambda: _cycle(lists=False),
    "list in itself": lambda: _cycle(lists=True),
    "int of 5,000 digits": lambda: 10**5_000,
}
PLACES: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "open_job": lambda p, value: p.open_job({"a": value}).init(),
    "calc_id": lambda p, value: __import__("signac.job").job.calc_id({"a": value}),
    "job.sp.a": lambda p, value: setattr(_job(p).sp, "a", value),
    "job.sp = ": lambda p, value: setattr(_job(p), "sp", {"a": value}),
    "update_statepoint": lambda p, value: _job(p).update_statepoint({"new": value}),
    "job.doc.a": lambda p, value: setattr(_job(p).doc, "a", value),
    "job.doc = ": lambda p, value: setattr(_job(p), "doc", {"a": value}),
    "doc.update": lambda p, value: _job(p).doc.update({"a": value}),
    "project.doc": lambda p, value: setattr(p.doc, "a", value),
    "JSONDict": lambda p, value: signac.JSONDict(p.fn("x.json")).update(a=value),
    "find_jobs": lambda p, value: len(p.find_jobs({"a": value})),
    "find_jobs $eq": lambda p, value: len(p.find_jobs({"a": {"$eq": value}})),
    "find_jobs doc": lambda p, value: len(p.find_jobs({"doc.a": value})),
}
#: Files of other programs, as text; the depths are those that json itself cannot read.
FILES: Final = {
    "100,000 lists": "[" * 100_000 + "]" * 100_000,
    "100,000 mappings": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "5,000 digits": "1" + "0" * 5_000,
}
READS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "find": lambda p, i: len(p.find_jobs({"n": 1})),
    "find doc": lambda p, i: len(p.find_jobs({"doc.n": 1})),
    "sp": lambda p, i: p.open_job(id=i).sp(),
    "cached_statepoint": lambda p, i: p.open_job(id=i).cached_statepoint,
    "doc": lambda p, i: p.open_job(id=i).doc(),
    "project.doc": lambda p, i: p.doc(),
    "init": lambda p, i: p.open_job(id=i).init(),
    "check": lambda p, i: p.check(),
    "update_cache": lambda p, i: p.update_cache(),
    "filter text": lambda p, i: len(p.find_jobs("a " + FILES["100,000 lists"])),
}


def _job(project: Any) -> Any:
    return project.open_job({"n": 0})


def deep(scratch: str, size: str) -> dict[str, Any]:
    """Give very deep, endless and very long values to everything that takes or reads one."""
    answers = {
        f"{name} in {place}": apart(_give, scratch, name, place, seconds=_TIMELY)
        for name in DEEP
        for place in PLACES
    }
    answers |= {
        f"file with {name}: {read}": apart(_read_deep, scratch, name, read, seconds=_TIMELY)
        for name in FILES
        for read in READS
    }
    recursion = _those(answers, lambda answer: "RecursionError" in answer.get("error", ()))
    empty = _those(answers, lambda answer: not answer.get("message", "x").strip())
    died = _those(answers, lambda answer: "died" in answer or "hung" in answer)
    show({"recursion": recursion, "empty": empty, "died": died})
    return {
        "figure": f"{len(recursion)} of {len(answers)} uses raise RecursionError, {len(died)} die "
        "or hang",
        "numbers": {
            "uses": len(answers),
            "RecursionErrors": len(recursion),
            "empty messages": len(empty),
            "died or hung": len(died),
        },
    }


def _those(answers: dict[str, Any], wanted: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [name for name, answer in answers.items() if wanted(answer)]


def _give(scratch: str, name: str, place: str) -> None:
    project = signac.init_project(fresh(scratch))
    project.open_job({"n": 0}).init()
    PLACES[place](project, DEEP[name]())


def _read_deep(scratch: str, name: str, read: str) -> None:
    project = signac.init_project(fresh(scratch))
    jobs = [project.open_job({"n": number}).init() for number in range(2)]
    for number in range(2):
        jobs[number].doc.n = number
    text = '{"a": ' + FILES[name] + "}"
    for path in (
        jobs[0].fn("signac_statepoint.json"),
        jobs[0].fn("signac_job_document.json"),
        project.fn("signac_project_document.json"),
    ):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    READS[read](signac.Project(project.path), jobs[0].id)
