"""What makes two jobs one or two, and what a search takes for equal."""

import hashlib
import json
import math
import os
import random
import subprocess
import sys
from typing import Any, Final

import numpy as np
from apart import answer_of, fresh, show

import signac
from signac.job import calc_id

__all__ = ["hash_seeds", "queries", "round_trips", "rules"]

_SEED: Final = 20261
_TEXTS: Final = (
    "",
    "a",
    "1",
    "true",
    "caf\u00e9",
    "cafe\u0301",
    "\U0001f600",
    "\n\t",
    "a b",
    "\u2028",
)


def _draw(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(10 if depth else 7)
    if kind == 0:
        return chance.choice((True, False, None))
    if kind == 1:
        return chance.randrange(-10, 10)
    if kind == 2:
        return chance.choice((2**53, 2**64, -(10**30), 10**16, 1, 0))
    if kind == 3:
        return chance.uniform(-1, 1) * 10 ** chance.randrange(-20, 20)
    if kind == 4:
        return chance.choice((0.0, -0.0, 1.0, 1e16, 1e22, 5e-324, 0.1 + 0.2, math.inf, math.nan))
    if kind == 5:
        return chance.choice(_TEXTS)
    if kind == 6:
        return "".join(chr(chance.randrange(1, 0x3000)) for _ in range(chance.randrange(8)))
    if kind == 7:
        return [_draw(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 8:
        return tuple(_draw(chance, depth - 1) for _ in range(chance.randrange(4)))
    return _draw_mapping(chance, depth - 1)


def _draw_mapping(chance: random.Random, depth: int) -> dict[str, Any]:
    names = ("a", "b", "A", "", "x y", "\u00fc", "10", "9", "_k", "$d")
    return {name: _draw(chance, depth) for name in chance.sample(names, chance.randrange(5))}


def _draw_statepoints(count: int) -> list[dict[str, Any]]:
    chance = random.Random(_SEED)
    return [_draw_mapping(chance, 3) for _ in range(count)]


def round_trips(scratch: str, size: str) -> dict[str, Any]:
    """Write random state points as JSON and read them: their ids must stay."""
    statepoints = _draw_statepoints(3_000 if size == "full" else 300)
    project = signac.init_project(fresh(scratch))
    changed = digested = 0
    digest = hashlib.sha256()
    for statepoint in statepoints:
        job = project.open_job(statepoint)
        again = json.loads(json.dumps(statepoint))
        changed += not job.id == calc_id(statepoint) == calc_id(again) == project.open_job(again).id
        digest.update(job.id.encode())
        digested += (
            job.id
            != hashlib.md5(
                json.dumps(statepoint, sort_keys=True).encode(), usedforsecurity=False
            ).hexdigest()
        )
    return {
        "figure": f"{changed} of {len(statepoints)} ids change; all ids together hash to "
        f"{digest.hexdigest()[:12]}",
        "numbers": {
            "state points": len(statepoints),
            "changed": changed,
            "not the md5 of the JSON": digested,
        },
    }


_PROGRAM: Final = """
import sys
from signac.job import calc_id
names = {"alpha", "beta", "gamma", "delta", "epsilon", "10", "9", "A"}
print(calc_id({name: {inner: [len(inner), {inner}.pop()] for inner in names} for name in names}))
"""


def hash_seeds(scratch: str, size: str) -> dict[str, Any]:
    """Take the id of one state point under different seeds of Python's hashes."""
    ids = set()
    for seed in ("0", "1", "2", "3", "12345"):
        ids.add(
            subprocess.run(
                [sys.executable, "-c", _PROGRAM],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
    return {"figure": f"5 seeds give {len(ids)} id", "numbers": {"ids": len(ids)}}


#: Pairs of state points, and whether they are one job.
_PAIRS: Final = (
    ({"a": 1}, {"a": 1.0}, False),
    ({"a": 1}, {"a": True}, False),
    ({"a": 1}, {"a": "1"}, False),
    ({"a": 1.0}, {"a": True}, False),
    ({"a": 0.0}, {"a": -0.0}, False),
    ({"a": 10**16}, {"a": 1e16}, False),
    ({"a": "caf\u00e9"}, {"a": "cafe\u0301"}, False),
    ({"caf\u00e9": 1}, {"cafe\u0301": 1}, False),
    ({"a": None}, {}, False),
    ({"a": []}, {"a": {}}, False),
    ({"a": (1, 2)}, {"a": [1, 2]}, True),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
    ({"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}}, True),
    ({"a": math.nan}, {"a": float("nan")}, True),
    ({"a": np.int64(3)}, {"a": 3}, True),
    ({"a": np.float64(0.1)}, {"a": 0.1}, True),
    ({"a": np.bool_(True)}, {"a": True}, True),
    ({"a": np.array([1, 2])}, {"a": [1, 2]}, True),
    ({"a": np.float32(0.1)}, {"a": 0.1}, False),
    ({"a": np.float32(0.5)}, {"a": 0.5}, True),
)


def rules(scratch: str, size: str) -> dict[str, Any]:
    """See which state points are one job, and which are two."""
    project = signac.init_project(fresh(scratch))
    wrong = [
        f"{one} and {other}"
        for one, other, same in _PAIRS
        if (project.open_job(one).id == project.open_job(other).id) is not same
    ]
    show(wrong)
    return {
        "figure": f"{len(wrong)} of {len(_PAIRS)} pairs are not told apart, or together, as the "
        "rules say",
        "numbers": {"pairs": len(_PAIRS), "wrong": len(wrong)},
    }


# Search.

_VALUES: Final[dict[str, Any]] = {
    "int 1": 1,
    "float 1": 1.0,
    "true": True,
    "text 1": "1",
    "int 0": 0,
    "float 0": 0.0,
    "minus 0": -0.0,
    "false": False,
    "null": None,
    "10**16": 10**16,
    "1e16": 1e16,
    "composed": "caf\u00e9",
    "decomposed": "cafe\u0301",
    "NaN": math.nan,
    "infinity": math.inf,
    "empty list": [],
    "list": [1, 2],
    "list of float": [1.0, 2],
    "empty mapping": {},
    "mapping": {"b": 1},
    "huge": 10**400,
}
_ONES: Final = {"int 1", "float 1", "true"}
_ZEROS: Final = {"int 0", "float 0", "minus 0", "false"}
_NUMBERS: Final = _ONES | _ZEROS | {"10**16", "1e16", "infinity", "huge"}
_BIG: Final = {"10**16", "1e16", "infinity", "huge"}
_FLOATS: Final = {"float 1", "float 0", "minus 0", "1e16", "NaN", "infinity"}
#: Filters, and the values whose jobs they must find by the rules of the manual.
_QUERIES: Final[tuple[tuple[dict[str, Any], set[str]], ...]] = (
    ({"a": 1}, _ONES),
    ({"a": 1.0}, _ONES),
    ({"a": True}, _ONES),
    ({"a": "1"}, {"text 1"}),
    ({"a": 0}, _ZEROS),
    ({"a": -0.0}, _ZEROS),
    ({"a": None}, {"null"}),
    ({"a": 10**16}, {"10**16", "1e16"}),
    ({"a": "caf\u00e9"}, {"composed"}),
    ({"a": math.nan}, set()),
    ({"a": math.inf}, {"infinity"}),
    ({"a": {"$ne": 1}}, set(_VALUES) - _ONES),
    ({"a": {"$gt": 1}}, _BIG),
    ({"a": {"$lte": 1}}, _ONES | _ZEROS),
    ({"a": {"$gte": "a"}}, {"composed", "decomposed"}),
    ({"a": {"$type": "bool"}}, {"true", "false"}),
    ({"a": {"$type": "int"}}, {"int 1", "int 0", "true", "false", "10**16", "huge"}),
    ({"a": {"$type": "float"}}, _FLOATS),
    ({"a": {}}, {"empty mapping"}),
    ({"a": [1, 2]}, {"list", "list of float"}),
    ({"a": 10**400}, {"huge"}),
    ({"a": {"$near": [1.0, 0.1]}}, _ONES),
    ({"a": {"$in": [1, None, []]}}, _ONES | {"null", "empty list"}),
    ({"$not": {"a": {"$gt": -1}}}, set(_VALUES) - _NUMBERS),
)


def queries(scratch: str, size: str) -> dict[str, Any]:
    """Search among values that are nearly the same, of all types, in one project."""
    project = signac.init_project(fresh(scratch))
    names = {project.open_job({"a": value}).init().id: name for name, value in _VALUES.items()}
    raised = {}
    wrong = {}
    for filter_, expected in _QUERIES:
        answer = answer_of(lambda f=filter_: [names[job.id] for job in project.find_jobs(f)])
        shown = repr(filter_)[:60]
        if "error" in answer:
            raised[shown] = answer["error"][0]
        elif set(answer["value"]) != expected or len(answer["value"]) != len(expected):
            wrong[shown] = sorted(set(answer["value"]) ^ expected)
    show({"raised": raised, "wrong": wrong})
    return {
        "figure": f"of {len(_QUERIES)} queries {len(raised)} raise, {len(wrong)} find others than "
        "the manual says",
        "numbers": {"queries": len(_QUERIES), "exceptions": len(raised), "wrong": len(wrong)},
    }
