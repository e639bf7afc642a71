"""The cases that ask about all jobs: iteration, groups, tables, schema, cache, check, neighbors."""

from dataset_search import document_of, statepoint_of
from states import forget
from trial import Stage, Trial
from work_find import once

import signac

__all__ = ["WORK"]

COLUMNS = ["sp.a", "sp.T", "sp.model"]


def iterate_sp(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)

    def operation() -> None:
        assert sum(job.sp.a for job in project) == _sum_of_a(stage.jobs)

    return once(operation)


def iterate_cached(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)

    def operation() -> None:
        assert sum(job.cached_statepoint["a"] for job in project) == _sum_of_a(stage.jobs)

    return once(operation)


def iterate_doc(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)

    def operation() -> None:
        assert sum(job.doc["steps"] for job in project) == _sum_of_a(stage.jobs)

    return once(operation)


def groupby_sp(stage: Stage) -> Trial:
    return _groups(stage, "a")


def groupby_doc(stage: Stage) -> Trial:
    return _groups(stage, "doc.steps")


def frame(stage: Stage) -> Trial:
    width = len(statepoint_of(0)) + len(document_of(0))
    return _frame(stage, width)


def frame_columns(stage: Stage) -> Trial:
    return _frame(stage, len(COLUMNS), usecols=COLUMNS)


def schema(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)

    def operation() -> None:
        found = project.detect_schema()
        assert len(found["a"][int]) == min(100, stage.jobs)
        assert len(found["seed"][int]) == stage.jobs

    return once(operation)


def schema_bare(stage: Stage) -> Trial:
    forget(stage.shared)
    return schema(stage)


def cache_first(stage: Stage) -> Trial:
    forget(stage.shared)
    project = signac.get_project(stage.shared)

    def operation() -> None:
        assert project.update_cache() == stage.jobs

    return once(operation)


def cache_again(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)

    def operation() -> None:
        assert project.update_cache() is None

    return once(operation)


def check(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    return once(project.check)


def check_bare(stage: Stage) -> Trial:
    forget(stage.shared)
    return check(stage)


def check_full(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    return once(lambda: project.check(level="full") if stage.ours else project.check())


def repair(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    return once(project.repair)


def neighbors(stage: Stage) -> Trial:
    """Time the first call: the released signac leaves a cache behind, which is removed."""
    forget(stage.shared)
    project = signac.get_project(stage.shared)

    def operation() -> None:
        assert len(project.get_neighbors()) == stage.jobs

    return once(operation)


def _groups(stage: Stage, key: str) -> Trial:
    project = signac.get_project(stage.shared)

    def operation() -> None:
        sizes = [sum(1 for _ in group) for _, group in project.groupby(key)]
        assert sizes == [stage.jobs // 100] * min(100, stage.jobs)

    return once(operation)


def _frame(stage: Stage, width: int, **options: list[str]) -> Trial:
    import pandas as pd  # before the time counts, on both sides

    project = signac.get_project(stage.shared)

    def operation() -> None:
        table = project.to_dataframe(**options)
        assert isinstance(table, pd.DataFrame)
        assert table.shape == (stage.jobs, width)

    return once(operation)


def _sum_of_a(jobs: int) -> int:
    return sum(number % 100 for number in range(jobs))


WORK = {
    "iterate-sp": iterate_sp,
    "iterate-cached": iterate_cached,
    "iterate-doc": iterate_doc,
    "groupby-sp": groupby_sp,
    "groupby-doc": groupby_doc,
    "frame": frame,
    "frame-columns": frame_columns,
    "schema": schema,
    "schema-bare": schema_bare,
    "cache-first": cache_first,
    "cache-again": cache_again,
    "check": check,
    "check-bare": check_bare,
    "check-full": check_full,
    "repair": repair,
    "neighbors": neighbors,
    "neighbors-grid": neighbors,
}
