"""Each operation dies, or gets an error, at each of its mutations in turn."""

import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crash.harness import (
    FULL,
    KILL,
    MODES,
    Operation,
    Reference,
    complaints,
    rehearse,
    targets,
    trials,
)
from crash.operations import IN_ORDINARY_RUN, OPERATIONS

ALL = {operation.name: operation for operation in OPERATIONS}
# A bulk call repeats the same few mutations for each job: the ordinary run takes every sixth.
STRIDE = 6
LEVELS = ("durable", "fast")


def at_level(operation: Operation, level: str) -> Operation:
    """Return the same operation at another durability level."""
    return replace(operation, name=f"{operation.name}-{level}", level=level)


OTHER_LEVELS = [at_level(operation, level) for operation in OPERATIONS for level in LEVELS]


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Operation], Reference]:
    """Return what an operation does undisturbed, rehearsed once for all modes."""

    @functools.cache
    def of(name: str) -> Reference:
        operation = {**ALL, **{other.name: other for other in OTHER_LEVELS}}[name]
        return rehearse(operation, str(tmp_path_factory.mktemp(name)))

    return lambda operation: of(operation.name)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[str]:
    """Return a directory on the ordinary disk that is emptied at once."""
    with tempfile.TemporaryDirectory(dir=tmp_path) as name:
        yield os.path.realpath(name)


def run_all(
    operation: Operation,
    mode: str,
    reference: Reference,
    directory: str,
    stride: int = 1,
) -> tuple[int, list[str]]:
    """Run the trials of an operation in a mode; return their number and all complaints."""
    chosen = trials(operation, reference, mode, directory)
    chosen = chosen[:: stride if len(chosen) > 3 * stride else 1]
    return len(chosen), complaints(chosen)


def judge(
    operation: Operation, number: int, found: list[str], record_property: Callable[..., None]
) -> None:
    """Fail with the broken promises of all trials, and count the trials for the summary."""
    record_property("fault trials", number)
    assert not found, f"{operation}: {len(found)} complaints of {number} trials:\n" + "\n".join(
        found[:12]
    )


def _cases() -> list[object]:
    """Return every operation with every fault; the ordinary run kills all, and fills all disks."""
    return [
        pytest.param(
            operation,
            mode,
            id=f"{operation}-{mode}",
            marks=()
            if mode in (KILL, FULL) or operation.name in IN_ORDINARY_RUN
            else pytest.mark.long,
        )
        for operation in OPERATIONS
        for mode in MODES
    ]


@pytest.mark.parametrize(("operation", "mode"), _cases())
def test_old_or_new_at_every_mutation(operation, mode, reference, directory, record_property):
    """Whatever happens at a mutation: old or new, nothing lost or left, and it can be repeated."""
    stride = STRIDE if operation.slow else 1
    number, found = run_all(operation, mode, reference(operation), directory, stride)
    judge(operation, number, found, record_property)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "operation",
    [other for other in OTHER_LEVELS if other.name.removesuffix("-durable") in IN_ORDINARY_RUN],
    ids=str,
)
def test_old_or_new_when_durable(operation, mode, reference, directory, record_property):
    """The same holds with the further syncs of the level `durable`."""
    stride = 2 * STRIDE if operation.slow else 1
    number, found = run_all(operation, mode, reference(operation), directory, stride)
    judge(operation, number, found, record_property)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", OTHER_LEVELS, ids=str)
def test_old_or_new_at_other_levels(operation, mode, reference, directory, record_property):
    """The same holds at every mutation of every operation at the levels `fast` and `durable`."""
    number, found = run_all(operation, mode, reference(operation), directory)
    judge(operation, number, found, record_property)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.slow], ids=str)
def test_old_or_new_in_the_whole_batch(operation, mode, reference, directory, record_property):
    """A bulk call keeps the promise at every mutation of every job, not only at a sample."""
    number, found = run_all(operation, mode, reference(operation), directory)
    judge(operation, number, found, record_property)


def test_the_trials_are_many(reference):
    """The faults are at least as many as the peer was measured with: 1,223 at 309 mutations."""
    counts = {
        operation.name: [len(targets(reference(operation), mode)) for mode in MODES]
        for operation in OPERATIONS
    }
    assert sum(counts_of[0] for counts_of in counts.values()) >= 309
    assert sum(map(sum, counts.values())) >= 1223, counts
