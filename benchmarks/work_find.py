"""The cases of search, as either side runs them."""

import sys
import time
from collections.abc import Callable
from typing import Any

from dataset import id_of
from dataset_search import EDITS, edit_documents, jobs_now, statepoint_of, toggle_jobs
from states import forget, refresh
from trial import Stage, Trial

import signac

__all__ = ["WORK", "once", "repeated"]

#: Seconds of CPU that the repetitions of a quick operation take in all, and the most of them.
_ENOUGH = 0.2
_MOST = 200
#: So many different filters are asked in turn, lest an answer be kept.
_VARIANTS = 10

Filter = dict[str, Any]
Holds = Callable[[int], bool]


def once(operation: Callable[[], object]) -> Trial:
    """Time one operation, the first one of its kind in this process."""
    return Trial(lambda _: operation(), 1, turns=1)


def repeated(operation: Callable[[int], object]) -> Trial:
    """Time an operation as often as it takes to be sure, after it ran twice for nothing."""
    operation(0)
    start = time.process_time()
    operation(1)
    seconds = time.process_time() - start
    count = int(min(max(_ENOUGH / max(seconds, 1e-6), 1), _MOST))

    def work(numbers: range) -> None:
        for number in numbers:
            operation(number)

    return Trial(work, count, turns=min(count, 5))


def _by_equality(variant: int, jobs: int) -> tuple[Filter, Holds]:
    return {"a": variant}, lambda number: number % 100 == variant


def _by_range(variant: int, jobs: int) -> tuple[Filter, Holds]:
    low, high = variant / 20, variant / 20 + 0.1
    wanted = {"T": {"$gte": low, "$lt": high}}
    return wanted, lambda number: low <= number * 37 % 1000 / 1000 < high


def _by_unique(variant: int, jobs: int) -> tuple[Filter, Holds]:
    low, high = jobs * variant // 20, jobs * variant // 20 + jobs // 10
    return {"seed": {"$gte": low, "$lt": high}}, lambda number: low <= number < high


def _by_regex(variant: int, jobs: int) -> tuple[Filter, Holds]:
    wanted = {"model": {"$regex": f"^model-0{variant}"}}
    return wanted, lambda number: number % 1000 // 10 == variant


def _by_logic(variant: int, jobs: int) -> tuple[Filter, Holds]:
    both = {"$and": [{"T": {"$lt": 0.1}}, {"periodic": True}]}
    wanted = {"$or": [{"a": variant}, both]}
    return (
        wanted,
        lambda number: (
            number % 100 == variant or (number * 37 % 1000 / 1000 < 0.1 and number % 3 == 0)
        ),
    )


def _by_nested(variant: int, jobs: int) -> tuple[Filter, Holds]:
    return {"box.shape.rho": variant / 10}, lambda number: number % 50 == variant


def _by_document(variant: int, jobs: int) -> tuple[Filter, Holds]:
    return {"doc.steps": variant}, lambda number: number % 100 == variant


def _by_both(variant: int, jobs: int) -> tuple[Filter, Holds]:
    wanted = {"a": variant, "doc.done": True}
    return wanted, lambda number: number % 100 == variant and number % 2 == 0


class _Finding:
    """Finds in a project, and knows what must be found."""

    def __init__(self, stage: Stage, make: Callable[[int, int], tuple[Filter, Holds]]) -> None:
        pairs = [make(variant, stage.jobs) for variant in range(_VARIANTS)]
        numbers = jobs_now(stage.shared, stage.jobs)
        self.filters = [wanted for wanted, _ in pairs]
        self.expected = [sum(map(holds, numbers)) for _, holds in pairs]
        self.project = signac.get_project(stage.shared)

    def find(self, number: int = 0) -> None:
        variant = number % _VARIANTS
        found = len(self.project.find_jobs(self.filters[variant]))
        assert found == self.expected[variant], (self.filters[variant], found)


def find_bare(stage: Stage) -> Trial:
    forget(stage.shared)
    return once(_Finding(stage, _by_equality).find)


def find_cold(stage: Stage) -> Trial:
    return once(_Finding(stage, _by_equality).find)


def find_document_cold(stage: Stage) -> Trial:
    return once(_Finding(stage, _by_document).find)


def find_iterate(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)

    def operation(number: int) -> None:
        found = project.find_jobs({"a": number % _VARIANTS})
        assert sum(len(job.id) for job in found) == 32 * (stage.jobs // 100)

    return repeated(operation)


def find_changed(stage: Stage) -> Trial:
    _refresh(stage)
    asked_before = signac.get_project(stage.shared)
    assert len(asked_before.find_jobs({"a": -1})) == 0
    toggle_jobs(stage.shared, stage.jobs)
    finding = _Finding(stage, _by_equality)
    finding.project = asked_before
    return once(finding.find)


def find_changed_cold(stage: Stage) -> Trial:
    _refresh(stage)
    toggle_jobs(stage.shared, stage.jobs)
    return once(_Finding(stage, _by_equality).find)


def find_document_changed(stage: Stage) -> Trial:
    _refresh(stage)
    project = signac.get_project(stage.shared)
    steps = time.time_ns()
    assert len(project.find_jobs({"doc.steps": steps})) == 0
    edit_documents(stage.shared, stage.jobs, steps)

    def operation() -> None:
        assert len(project.find_jobs({"doc.steps": steps})) == EDITS

    return once(operation)


def length(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)

    def operation() -> None:
        assert len(project) == stage.jobs

    return once(operation)


def lookup_first(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    statepoint = statepoint_of(stage.jobs // 2)
    return once(lambda: project.open_job(statepoint).id)


def lookup_first_id(stage: Stage) -> Trial:
    job_id = id_of(statepoint_of(stage.jobs // 2))
    project = signac.get_project(stage.shared)
    return once(lambda: project.open_job(id=job_id))


def lookup_prefix(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    count = min(stage.jobs, 50)
    ids = [id_of(statepoint_of(number)) for number in range(count)]

    def operation(number: int) -> None:
        job_id = ids[number % count]
        assert project.open_job(id=job_id[:12]).id == job_id

    return repeated(operation)


def _refresh(stage: Stage) -> None:
    refresh(stage.shared, sys.executable, ours=stage.ours, documents=True)


def _second(make: Callable[[int, int], tuple[Filter, Holds]]) -> Callable[[Stage], Trial]:
    return lambda stage: repeated(_Finding(stage, make).find)


WORK = {
    "find-bare": find_bare,
    "find-cold": find_cold,
    "find-equality": _second(_by_equality),
    "find-range": _second(_by_range),
    "find-range-unique": _second(_by_unique),
    "find-regex": _second(_by_regex),
    "find-logic": _second(_by_logic),
    "find-nested": _second(_by_nested),
    "find-iterate": find_iterate,
    "find-document-cold": find_document_cold,
    "find-document": _second(_by_document),
    "find-both": _second(_by_both),
    "find-changed": find_changed,
    "find-changed-cold": find_changed_cold,
    "find-document-changed": find_document_changed,
    "length": length,
    "lookup-first": lookup_first,
    "lookup-first-id": lookup_first_id,
    "lookup-prefix": lookup_prefix,
}
