"""Synchronisation dies, or gets an error, at each of its mutations in turn."""

import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import processes
from crash.harness import MODES, Operation, Reference, Trial, complaints, rehearse, trials
from crash.operations_sync import AT_OTHER_LEVELS, OPERATIONS

#: In threads the number of a mutation does not tell which one it is.
KINDLESS = ("kill", "full")
# The same few mutations come for each job: the ordinary run takes every so many.
STRIDE = 12
LEVELS = [
    replace(operation, name=f"{operation.name}-{level}", level=level)
    for operation in OPERATIONS
    if operation.name in AT_OTHER_LEVELS
    for level in ("durable", "fast")
]
CASES = [
    pytest.param(operation, mode, id=f"{operation}-{mode}")
    for operation in (*OPERATIONS, *LEVELS)
    for mode in (KINDLESS if "parallel" in operation.name else MODES)
]
ORDINARY = ("sync-job", "sync-new-jobs", "sync-projects")
IN_ORDINARY_RUN = [case for case in CASES if case.values[0].name in ORDINARY]
ALL = {operation.name: operation for operation in (*OPERATIONS, *LEVELS)}


class Completing(Trial):
    """A trial after which the same call, run again, must have done everything."""

    def _judge_next(self, outcome: processes.Outcome) -> Iterator[str]:
        yield from super()._judge_next(outcome)
        if outcome.ok:
            first, second = outcome.value
            last = first if second is None else second
            if last["picture"] and self.state(last["picture"]) != "after":
                yield f"running it again did not complete it: {self._off(last['picture'])}"


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Operation], Reference]:
    """Return what an operation does undisturbed, rehearsed once for all modes."""

    @functools.cache
    def of(name: str) -> Reference:
        return rehearse(ALL[name], str(tmp_path_factory.mktemp(name)))

    return lambda operation: of(operation.name)


def run(
    operation: Operation,
    mode: str,
    reference: Callable[[Operation], Reference],
    stride: int,
    record: Callable[[str, Any], None],
    tmp_path: Path,
) -> None:
    """Run trials of an operation and fail with the promises that were broken."""
    with tempfile.TemporaryDirectory(dir=tmp_path) as directory:
        chosen = trials(operation, reference(operation), mode, os.path.realpath(directory))
        chosen = [Completing(**vars(trial)) for trial in chosen]
        chosen = chosen[:: stride if len(chosen) > 3 * stride else 1]
        found = complaints(chosen)
    record("fault trials", len(chosen))
    assert not found, f"{operation}: {len(found)} of {len(chosen)} trials:\n" + "\n".join(
        found[:12]
    )


@pytest.mark.parametrize(("operation", "mode"), IN_ORDINARY_RUN)
def test_old_or_new_at_every_mutation(operation, mode, reference, record_property, tmp_path):
    """Whatever happens: each file and job is old or new, and the same call again completes."""
    run(operation, mode, reference, STRIDE, record_property, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_old_or_new_at_all_mutations(operation, mode, reference, record_property, tmp_path):
    """The same at every single mutation, and at the other levels of durability."""
    run(operation, mode, reference, 1, record_property, tmp_path)
