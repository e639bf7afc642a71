"""Run one reader on many inputs and list what it should not have done.

A reader is fuzzed by number: input `n` of seed `s` is the same for ever, so a fault is repeated by
its two numbers. Nothing here asserts; tests look at the list.
"""

import json
import logging
import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from signac import errors

#: CPU seconds for one question about one input; an honest one takes milliseconds.
LIMIT = 10.0
#: A message is for a person; it may repeat what was asked.
LONGEST_MESSAGE = 6_000


class Hang(BaseException):
    """A question took too long."""


class Reader(Protocol):
    """Something that reads bytes."""

    name: str

    def inputs(self, draw: random.Random) -> Any:
        """Return one input."""

    def ask(self, data: Any) -> Iterator[tuple[str, Callable[[], object]]]:
        """Put an input where it is read, and yield questions; tidy up when closed."""

    def allows(self, error: Exception) -> bool:
        """Tell whether an error that is not of the library is documented here."""

    def left(self) -> list[str]:
        """Return what is wrong after the input: healthy things that are not as they were."""


@dataclass
class Fault:
    """What went wrong with one input."""

    reader: str
    seed: int
    number: int
    question: str
    what: str
    data: str

    def __str__(self) -> str:
        return (
            f"{self.reader} seed={self.seed} number={self.number} {self.question}: {self.what}\n"
            f"    input: {self.data[:400]}"
        )


@dataclass
class Report:
    """How many inputs were run, and the faults."""

    reader: str
    inputs: int = 0
    questions: int = 0
    refused: int = 0
    seconds: float = 0.0
    faults: list[Fault] = field(default_factory=list)

    def __str__(self) -> str:
        line = (
            f"{self.reader}: {self.inputs} inputs, {self.questions} questions, {self.refused} "
            f"refused, {len(self.faults)} faults in {self.seconds:.0f} s"
        )
        return "\n".join([line, *map(str, self.faults[:20])])


def run(
    reader: Reader,
    seed: int,
    *,
    count: int | None = None,
    seconds: float | None = None,
    first: int = 0,
    most_faults: int = 200,
    report: Report | None = None,
) -> Report:
    """Run a number of inputs, or for some seconds."""
    report = report or Report(reader.name)
    started = time.monotonic()
    number = first
    with quiet():
        while len(report.faults) < most_faults:
            if count is not None and number >= first + count:
                break
            if seconds is not None and time.monotonic() - started > seconds:
                break
            data = reader.inputs(random.Random(f"{seed}:{reader.name}:{number}"))
            run_one(reader, data, report, seed, number)
            number += 1
    report.seconds = time.monotonic() - started
    return report


def run_one(reader: Reader, data: Any, report: Report, seed: int = 0, number: int = 0) -> None:
    """Ask all questions about one input."""

    def note(question: str, what: str) -> None:
        fault = Fault(reader.name, seed, number, question, what, repr(data)[:2_000])
        report.faults.append(fault)
        keep(fault, data)

    report.inputs += 1
    questions = reader.ask(data)
    try:
        for name, question in questions:
            report.questions += 1
            try:
                with limited():
                    question()
            except Hang:
                note(name, f"no answer after {LIMIT:.0f} s of CPU")
            except AssertionError as error:
                note(name, f"wrong: {error}")
            except Exception as error:
                report.refused += 1
                said = complaint(reader, error, LONGEST_MESSAGE + len(ascii(data)))
                if said:
                    note(name, said)
    finally:
        questions.close()  # type: ignore[attr-defined]
    for what in reader.left():
        note("afterwards", what)


def keep(fault: Fault, data: Any) -> None:
    """Write the whole input of a fault to the directory `SIGNAC_FUZZ_KEEP`, if that is given.

    Inputs of the index hold times and random names, so another run has others.
    """
    directory = os.environ.get("SIGNAC_FUZZ_KEEP")
    if directory:
        name = f"{fault.reader}-{fault.seed}-{fault.number}.txt"
        Path(directory, name).write_text(f"{fault.what}\n{data!r}\n", encoding="utf-8")


def complaint(reader: Reader, error: Exception, longest: int) -> str:
    """Return what is wrong with an error, empty if it is one that is documented."""
    told = "".join(traceback.format_exception_only(error)).strip()[:500]
    frames = traceback.extract_tb(error.__traceback__)
    place = "".join(f" < {os.path.basename(f.filename)}:{f.lineno}" for f in reversed(frames[-5:]))
    if not isinstance(error, errors.Error) and not reader.allows(error):
        return f"raises {type(error).__name__}: {told}{place}"
    if not str(error).strip():
        return f"raises {type(error).__name__} without a message{place}"
    if len(str(error)) > longest:
        return f"says {len(str(error))} characters{place}"
    return ""


def names_file(error: Exception, *paths: str) -> bool:
    """Tell whether an error is a documented builtin one that names one of some files."""
    kinds = (OSError, json.JSONDecodeError, UnicodeDecodeError)
    return isinstance(error, kinds) and any(path in str(error) for path in paths)


@contextmanager
def quiet() -> Iterator[None]:
    """Write no log."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def limited() -> Iterator[None]:
    """Raise `Hang` after too much CPU time; the main thread only."""

    def stop(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
