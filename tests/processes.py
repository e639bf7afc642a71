"""Real child processes for the crash and concurrency tests: forked, watched, never left behind.

A child runs one function, sends back what it returned or raised, and leaves by `os._exit`, so
that nothing of pytest's own teardown runs twice. A child that dies by a signal is told apart from
one that raised, and one that does not answer in time is killed and said to hang.
"""

import os
import pickle
import select
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

VAIN = "another worker of this round died or hangs"
FACTS = ("errno", "filename", "old_id", "new_id", "files", "pid", "kind", "destination", "job_ids")


@dataclass(frozen=True)
class Failure:
    """What a child raised, in a form that survives the way to the parent."""

    kinds: tuple[str, ...]
    message: str
    facts: dict[str, Any]
    text: str

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        kinds = tuple(f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__)
        facts = {}
        for name in FACTS:
            value = getattr(error, name, None)
            if value is not None:
                facts[name] = value if isinstance(value, int) else str(value)
        text = "".join(traceback.format_exception(error))
        return cls(kinds, str(error), facts, text)

    def is_a(self, *names: str) -> bool:
        """Tell whether the class or a base has one of the names, with or without module."""
        return any(
            kind == name or kind.split(".")[-1] == name for kind in self.kinds for name in names
        )

    def __str__(self) -> str:
        return f"{self.kinds[0].removeprefix('builtins.')}: {self.message}"


@dataclass(frozen=True)
class Outcome:
    """How a child ended: exactly one of a value, a failure, a signal or a timeout."""

    value: Any = None
    failure: Failure | None = None
    signal: int | None = None
    hangs: bool = False

    @property
    def ok(self) -> bool:
        return self.failure is None and self.signal is None and not self.hangs

    def get(self) -> Any:
        """Return the value of a child that was to succeed."""
        assert self.ok, str(self) + (f"\n{self.failure.text}" if self.failure else "")
        return self.value

    def __str__(self) -> str:
        if self.hangs:
            return "the child did not answer in time"
        if self.signal is not None:
            return f"the child was killed by {signal.Signals(self.signal).name}"
        return str(self.failure) if self.failure else f"returned {self.value!r}"


@dataclass
class Child:
    """A forked child that runs one function."""

    pid: int
    pipe: int
    _done: Outcome | None = field(default=None)

    def result(self, timeout: float = 60.0) -> Outcome:
        """Wait for the child and tell how it ended; one that does not answer is killed."""
        if self._done is not None:
            return self._done
        deadline = time.monotonic() + timeout
        chunks = []
        hangs = False
        while True:
            ready, _, _ = select.select([self.pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                hangs = True
                os.kill(self.pid, signal.SIGKILL)
                break
            chunk = os.read(self.pipe, 1 << 20)
            if not chunk:
                break
            chunks.append(chunk)
        os.close(self.pipe)
        _, status = os.waitpid(self.pid, 0)
        self._done = self._outcome(status, b"".join(chunks), hangs=hangs)
        return self._done

    @staticmethod
    def _outcome(status: int, data: bytes, *, hangs: bool) -> Outcome:
        if hangs:
            return Outcome(hangs=True)
        if os.WIFSIGNALED(status):
            return Outcome(signal=os.WTERMSIG(status))
        assert data, f"the child left with status {status} and no word"
        value, failure = pickle.loads(data)
        return Outcome(value=value, failure=failure)

    def kill(self) -> Outcome:
        """Kill the child with SIGKILL and tell how it ended (it may have been faster)."""
        if self._done is not None:
            return self._done
        os.kill(self.pid, signal.SIGKILL)
        return self.result()


def start(function: Callable[[], Any], gate: tuple[int, int] | None = None) -> Child:
    """Fork a child that runs the function, once the gate is open."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns when a process with threads forks; the child uses none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        os.close(reading)
        if gate is not None:
            os.close(gate[1])
            os.read(gate[0], 1)
        try:
            answer = (function(), None)
        except BaseException as error:
            answer = (None, Failure.of(error))
        data = memoryview(pickle.dumps(answer))
        while data:
            data = data[os.write(writing, data) :]
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(70)


def run(function: Callable[[], Any], timeout: float = 60.0) -> Outcome:
    """Run one function in a child and wait for it."""
    return start(function).result(timeout)


def run_in_turn(functions: Sequence[Callable[[], Any]], timeout: float = 60.0) -> list[Outcome]:
    """Run functions one after the other in one child, and tell how each ended.

    If the child dies or hangs, all are said to have ended so.
    """

    def each() -> list[tuple[Any, Failure | None]]:
        found: list[tuple[Any, Failure | None]] = []
        for function in functions:
            try:
                found.append((function(), None))
            except BaseException as error:
                found.append((None, Failure.of(error)))
        return found

    outcome = run(each, timeout)
    if not outcome.ok:
        return [outcome] * len(functions)
    return [Outcome(value=value, failure=failure) for value, failure in outcome.value]


def start_together(functions: Iterable[Callable[[], Any]]) -> list[Child]:
    """Start children that all wait until the last one is there."""
    gate = os.pipe()
    children = [start(function, gate) for function in functions]
    os.close(gate[0])
    os.close(gate[1])
    return children


def together(functions: Sequence[Callable[[], Any]], timeout: float = 60.0) -> list[Outcome]:
    """Run functions at the same time, one child each, and wait for all."""
    children = start_together(functions)
    deadline = time.monotonic() + timeout
    outcomes = [child.result(max(0.1, deadline - time.monotonic())) for child in children]
    return _by_cause(outcomes)


def _by_cause(outcomes: list[Outcome]) -> list[Outcome]:
    """Give to those that hang, or waited in vain for others, the failure of one that failed."""

    def waited(outcome: Outcome) -> bool:
        return outcome.hangs or (outcome.failure is not None and VAIN in outcome.failure.message)

    causes = [one for one in outcomes if not one.ok and not waited(one)]
    return [causes[0] if causes and waited(one) else one for one in outcomes]


class Round:
    """A meeting point in shared memory for the rounds of several processes.

    Every child calls `wait()` once per round; all go on when the last one has come. Made before the
    fork; a child that died makes the others leave with a `TimeoutError` in place of a hang.
    """

    def __init__(self, parties: int, timeout: float = 40.0) -> None:
        import multiprocessing

        self._barrier = multiprocessing.get_context("fork").Barrier(parties, timeout=timeout)

    def wait(self) -> None:
        import threading

        try:
            self._barrier.wait()
        except threading.BrokenBarrierError:
            raise TimeoutError(VAIN) from None
