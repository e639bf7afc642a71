"""An import dies, or gets an error, at each of its mutations in turn."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import processes
from crash.harness import MODES, Operation, Reference, Trial, complaints, rehearse, targets
from crash.operations_import import IMPORTS

# The ordinary run takes a sample; a child for each trial makes it slow.
STRIDE = 29
LEVELS = ("durable", "fast")


class Completing(Trial):
    """A trial that may leave a note of what was not made yet, until the same call is made again."""

    def _judge_next(self, outcome: processes.Outcome) -> Iterator[str]:
        yield from super()._judge_next(outcome)
        if outcome.ok and outcome.value[1] is not None:
            second = outcome.value[1]
            if second["failure"] is None and self.state(second["picture"]) != "after":
                yield f"running it again did not complete it: {self._off(second['picture'])}"
            notes = os.path.join(self.root, "p", ".signac", "transfers")
            if os.path.isdir(notes):
                yield f"left over in the end: {os.listdir(notes)}"


def trials(operation: Operation, reference: Reference, mode: str, directory: str) -> list[Trial]:
    """Return all trials of one operation in one mode."""
    return [
        Completing(operation, reference, mode, point, os.path.join(directory, f"{mode}{number}"))
        for number, point in enumerate(targets(reference, mode))
    ]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what an operation does undisturbed, rehearsed once for all modes."""
    known: dict[str, Reference] = {}

    def of(operation: Operation) -> Reference:
        if operation.name not in known:
            directory = str(tmp_path_factory.mktemp(operation.name))
            known[operation.name] = rehearse(operation, directory)
        return known[operation.name]

    return of


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[str]:
    """Return a directory that is emptied at once."""
    with tempfile.TemporaryDirectory(dir=tmp_path) as name:
        yield os.path.realpath(name)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", IMPORTS, ids=str)
def test_old_or_new_at_a_sample(operation, mode, rehearsed, directory):
    """Whatever happens at a mutation: each job is whole or not there, and it can be repeated."""
    chosen = trials(operation, rehearsed(operation), mode, directory)
    number = IMPORTS.index(operation)
    assert not complaints(chosen[number :: STRIDE if len(chosen) > STRIDE else 5])


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", IMPORTS, ids=str)
def test_old_or_new_at_every_mutation(operation, mode, rehearsed, directory):
    """The same holds at every mutation."""
    assert not complaints(trials(operation, rehearsed(operation), mode, directory))


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("operation", IMPORTS, ids=str)
def test_old_or_new_at_other_levels(operation, level, mode, rehearsed, directory):
    """The same holds at the levels `fast` and `durable`."""
    other = replace(operation, name=f"{operation.name}-{level}", level=level)
    assert not complaints(trials(other, rehearsed(other), mode, directory))
