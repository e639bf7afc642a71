"""What one process of a soak works with: its projects, its handles, its journal, its faults."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import signac
from crash.harness import MODES, injector
from signac._core import faults
from signac.errors import JobMovedError, JobNotFoundError
from soak.ground import Ground
from soak.journal import Board, Journal

# What a direct access to a job may raise that somebody else moved, changed or removed.
GONE = (JobMovedError, JobNotFoundError, FileNotFoundError)
LEVELS = ("fast", "fast", "fast", "safe", "durable")


class Wrong(AssertionError):
    """A promise was broken; `job` says whose history the report must tell."""

    def __init__(self, job: str, message: str) -> None:
        super().__init__(f"job {job}: {message}")
        self.job = job


class Desk:
    """One process: `slot` says whose successor it is, `generation` how many came before it."""

    def __init__(self, ground: Ground, board: Board, slot: int, generation: int) -> None:
        self.ground = ground
        self.board = board
        self.slot = slot
        self.draw = random.Random(f"{ground.seed}/{slot}/{generation}")
        self.journal = Journal(ground.journals, slot)
        os.environ["SIGNAC_DURABILITY"] = self.draw.choice(LEVELS)
        os.environ["SIGNAC_LOCK_TIMEOUT"] = "30"
        self.disturbed = False
        self.reopen()

    def reopen(self) -> None:
        """Open the projects anew, which deals with what dead processes left."""
        self.projects = [signac.get_project(path, search=False) for path in self.ground.paths]
        self.handles: dict[str, Any] = {}

    def turns(self) -> Iterator[int]:
        """Yield numbers until all are told to stop; open the projects anew now and then."""
        number = 0
        while not self.board.stopped:
            if self.draw.random() < 0.03:
                self.reopen()
            yield number
            number += 1

    @contextmanager
    def weather(self) -> Iterator[None]:
        """Inject a fault into some calls: a full disk, an error of the disk, a kill at a point."""
        self.disturbed = False
        if self.draw.random() > 0.12:
            yield
            return
        fault = injector(self.draw.choice(MODES), self.draw.randrange(1, 13))

        def inject(number: int, operation: str, path: str, size: int | None = None) -> Any:
            try:
                cut = fault(number, operation, path, size)
            except OSError:
                self.disturbed = True
                raise
            self.disturbed = self.disturbed or cut is not None
            return cut

        with faults.injecting(inject):
            yield

    def attempt(self, call: Callable[[], object], *expected: type[BaseException]) -> str:
        """Make a call in any weather and say how it ended: done, refused or disturbed."""
        try:
            with self.weather():
                call()
        except Exception as error:
            if self.disturbed and isinstance(error, (OSError, signac.errors.Error)):
                return f"disturbed: {type(error).__name__}: {error}"
            if isinstance(error, expected):
                return f"refused: {type(error).__name__}: {error}"
            raise
        return "done"
