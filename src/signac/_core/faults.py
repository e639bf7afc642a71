"""Numbered points before every change of the disk, where a test can let the change fail.

The gate calls `point` before each mutation. Without an injector that costs one look-up. With one
(`injecting`), the injector may raise, kill the process, or cut a write short, so that every
operation of the library can be interrupted at each of its steps in turn.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Cut", "injecting", "point", "record"]


class Cut(NamedTuple):
    """Write only `length` bytes, then raise `error`, or die when it is ``None``."""

    length: int
    error: OSError | None = None

    def finish(self) -> NoReturn:
        """End the write that was cut short."""
        if self.error is not None:
            raise self.error
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        raise SystemExit  # the signal is on its way


class Injector(Protocol):
    """What a test installs: called with the number, name and path of each mutation."""

    def __call__(
        self, number: int, operation: str, path: str, size: int | None, /
    ) -> Cut | None: ...


class _Session(NamedTuple):
    injector: Injector
    numbers: count[int]


_session: ContextVar[_Session | None] = ContextVar("signac_faults", default=None)


def point(operation: str, path: str, size: int | None = None) -> Cut | None:
    """Announce the next mutation; may raise or not return at all."""
    session = _session.get()
    if session is None:
        return None
    return session.injector(next(session.numbers), operation, path, size)


@contextmanager
def injecting(injector: Injector) -> Iterator[None]:
    """Let `injector` see, and disturb, each mutation of this context, counted from 1."""
    token = _session.set(_Session(injector, count(1)))
    try:
        yield
    finally:
        _session.reset(token)


@contextmanager
def record() -> Iterator[list[tuple[int, str, str]]]:
    """Collect ``(number, operation, path)`` of each mutation of this context."""
    seen: list[tuple[int, str, str]] = []

    def remember(number: int, operation: str, path: str, size: int | None) -> None:
        seen.append((number, operation, path))

    with injecting(remember):
        yield seen
