"""Clones, moves between file systems and views die, or get an error, at each mutation."""

import functools
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import processes
from crash.harness import MODES, Operation, Reference, Trial, complaints, rehearse, trials
from crash.operations_views import OPERATIONS

LEVELS = [
    replace(operation, name=f"{operation.name}-{level}", level=level)
    for operation in OPERATIONS
    for level in ("durable", "fast")
]
ALL = {operation.name: operation for operation in (*OPERATIONS, *LEVELS)}
#: The ordinary run takes every so many mutations.
STRIDE = 9


class Completing(Trial):
    """A trial after which the same call, run again, must have done everything."""

    def _judge_next(self, outcome: processes.Outcome) -> Iterator[str]:
        yield from super()._judge_next(outcome)
        if outcome.ok:
            first, second = outcome.value
            last = first if second is None else second
            if last["picture"] and self.state(last["picture"]) != "after":
                yield f"running it again did not complete it: {self._off(last['picture'])}"
            if second is not None:
                left = last["names"] - self.reference.names
                yield from (f"left over when complete: {name}" for name in sorted(left))


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Operation], Reference]:
    """Return what an operation does undisturbed, rehearsed once for all modes."""

    @functools.cache
    def of(name: str) -> Reference:
        return rehearse(ALL[name], str(tmp_path_factory.mktemp(name)))

    return lambda operation: of(operation.name)


def run(operation: Operation, mode: str, known: Reference, tmp_path: Path, stride: int) -> None:
    """Run every so many trials of an operation in a mode, and judge them."""
    with tempfile.TemporaryDirectory(dir=tmp_path) as directory:
        chosen: list[Any] = list(trials(operation, known, mode, directory))
        chosen = chosen[:: stride if len(chosen) > stride else 1]
        completing = [Completing(**vars(trial)) for trial in chosen]
        found = complaints(completing)
    assert not found, f"{operation}: {len(found)} complaints of {len(chosen)} trials:\n" + (
        "\n".join(found[:12])
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", OPERATIONS[:-1], ids=str)
def test_old_or_new_at_a_sample(operation, mode, reference, tmp_path):
    """Jobs and links are old or new, and the same call run again completes what was begun."""
    run(operation, mode, reference(operation), tmp_path, STRIDE)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", [*OPERATIONS, *LEVELS], ids=str)
def test_old_or_new_at_every_mutation(operation, mode, reference, tmp_path):
    """The same at every mutation, and at all levels of durability."""
    run(operation, mode, reference(operation), tmp_path, 1)
