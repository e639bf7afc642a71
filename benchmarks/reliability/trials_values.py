"""Rows 42 to 44: odd state points, what their refusals say, and NaN."""

import json
import math
import os
import warnings
from collections.abc import Callable
from typing import Any, Final

from apart import answer_of, apart, fresh, show
from odd_statepoints import ODD

import signac

__all__ = ["messages", "nan", "statepoints"]

warnings.simplefilter("ignore")

_TIMELY: Final = 60.0


# Rows 42 and 43.


def statepoints(scratch: str, size: str) -> dict[str, Any]:
    """Count what is stored, what is refused where, and what refusals leave behind."""
    results = _offer_all(scratch)
    left = [name for name, result in results.items() if result.get("left")]
    numbers = {
        "offered": len(results),
        **{stage: _count(results, stage=stage) for stage in ("accepted", "open", "init", "died")},
        "directories left behind": len(left),
        "projects broken": _count(results, broken=True),
        "not the same when read again": _count(results, same=False),
    }
    show({"left": left, "each": {name: result.get("shown") for name, result in results.items()}})
    return {
        "figure": f"of {len(results)}: {numbers['accepted']} accepted, {numbers['open']} refused "
        f"at open_job, {numbers['init']} at init; {len(left)} directories left behind, "
        f"{numbers['projects broken']} projects broken by them",
        "numbers": numbers,
    }


def messages(scratch: str, size: str) -> dict[str, Any]:
    """Look at what the refusals say."""
    results = _offer_all(scratch)
    refused = {n: r for n, r in results.items() if r["stage"] in ("open", "init")}
    empty = [name for name, result in refused.items() if not result["message"]]
    placeless = [name for name, result in refused.items() if "sp" not in result["message"]]
    numbers = {
        "refusals": len(refused),
        "empty": len(empty),
        "without the place": len(placeless),
        "RecursionErrors": _count(results, recursion=True),
    }
    show({"empty": empty, "without the place": placeless})
    return {
        "figure": f"of {len(refused)} refusals {len(empty)} have an empty message, "
        f"{len(placeless)} do not name the place, {numbers['RecursionErrors']} are RecursionErrors",
        "numbers": numbers,
    }


def _offer_all(scratch: str) -> dict[str, dict[str, Any]]:
    """Offer every odd state point to a project that has healthy jobs, each in a child."""
    outcomes = {name: apart(_offer, scratch, name, seconds=_TIMELY) for name in ODD}
    return {name: answer.get("value", {"stage": "died"}) for name, answer in outcomes.items()}


def _count(results: dict[str, dict[str, Any]], **wanted: Any) -> int:
    ((key, value),) = wanted.items()
    return sum(result.get(key) == value for result in results.values())


def _offer(scratch: str, name: str) -> dict[str, Any]:
    path = fresh(scratch)
    project = signac.init_project(path)
    for number in range(2):
        project.open_job({"healthy": number}).init()
    before = set(os.listdir(project.workspace))
    result: dict[str, Any] = {"stage": "accepted"}
    try:
        result["stage"] = "open"
        job = project.open_job(ODD[name]())
        result["stage"] = "init"
        job.init()
        result["stage"] = "accepted"
    except Exception as error:
        answer = answer_of(_raise, error)
        result.update(error=answer["error"], message=answer["message"].strip())
        result["recursion"] = isinstance(error, RecursionError)
        result["shown"] = f"{result['stage']}: {answer['error'][0]}: {answer['message'][:160]}"
    else:
        result["same"] = _is_the_same(path, job)
        result["shown"] = "accepted"
    names = {entry for entry in set(os.listdir(project.workspace)) - before if entry[0] != "."}
    result["left"] = result["stage"] != "accepted" and bool(names)
    answers = [
        answer_of(lambda: len(signac.Project(path).find_jobs({"healthy": 1}))),
        answer_of(lambda: len(signac.Project(path).detect_schema())),
    ]
    result["broken"] = answers[0].get("value") != 1 or "error" in answers[1]
    return result


def _raise(error: Exception) -> None:
    raise error


def _is_the_same(path: str, job: Any) -> bool:
    """Tell whether a new session finds the state point that the handle has."""
    stored = signac.Project(path).open_job(id=job.id).statepoint()
    return json.dumps(stored, sort_keys=True) == json.dumps(job.statepoint(), sort_keys=True)


# Row 44.

NAN: Final = float("nan")
FILTERS: Final = (
    {"a": NAN},
    {"a": 1},
    {"a": {"$ne": 1}},
    {"a": {"$ne": NAN}},
    {"a": {"$eq": NAN}},
    {"a": {"$gt": 0}},
    {"a": {"$lte": 1}},
    {"a": {"$in": [1, NAN]}},
    {"a": {"$nin": [1]}},
    {"a": {"$exists": True}},
    {"a": {"$type": "float"}},
    {"a": {"$near": 1}},
    {"a": {"$regex": "x"}},
    {"a": math.inf},
    {"$not": {"a": 1}},
    {"$or": [{"a": 1}, {"a": NAN}]},
    {"doc.v": NAN},
    {"doc.v": {"$ne": 1}},
    {"doc.v": {"$gt": 0}},
)


def nan(scratch: str, size: str) -> dict[str, Any]:
    """Search, group and tabulate where NaN and infinities are among the values."""
    project = signac.init_project(fresh(scratch))
    for value in (1, 2.5, NAN, math.inf, -math.inf):
        project.open_job({"a": value}).init().doc.v = value
    reads: dict[str, Callable[[Any], Any]] = {
        json.dumps(filter_): lambda p, f=filter_: sorted(job.id for job in p.find_jobs(f))
        for filter_ in FILTERS
    }
    reads["detect_schema"] = lambda p: len(p.detect_schema())
    reads["str(detect_schema)"] = lambda p: str(p.detect_schema())
    reads["groupby a"] = lambda p: len([key for key, _ in p.groupby("a")])
    reads["groupby doc.v"] = lambda p: len([key for key, _ in p.groupby("doc.v")])
    reads["to_dataframe"] = lambda p: len(p.to_dataframe())
    reads["get_neighbors"] = lambda p: len(p.get_neighbors())
    reads["diff_jobs"] = lambda p: len(signac.diff_jobs(*p))
    reads["update_cache"] = lambda p: p.update_cache()
    reads["check"] = lambda p: p.check()
    reads["open again"] = lambda p: sorted(repr(job.sp()) for job in p)
    answers = {name: answer_of(read, signac.Project(project.path)) for name, read in reads.items()}
    raised = [
        f"{name}: {answer['error'][0]}" for name, answer in answers.items() if "error" in answer
    ]
    show(raised)
    accepted = sum(map(_is_accepted_strictly, [project] * 3, (NAN, math.inf, -math.inf)))
    return {
        "figure": f"{len(raised)} of {len(reads)} reads raise; {accepted} of 3 values cannot be "
        "refused by a strict program",
        "numbers": {
            "reads": len(reads),
            "exceptions": len(raised),
            "not refused by strict=True": accepted,
        },
    }


def _is_accepted_strictly(project: Any, value: float) -> bool:
    try:
        project.open_job({"strict": value}, strict=True)
    except ValueError:
        return False
    except TypeError:  # there is no such keyword
        pass
    return True
