"""What the processes of a soak say of their work: journals in files, a board in shared memory.

A journal is written before and after each call, so it outlives a kill: what it calls done was
acknowledged, what it only calls begun was in flight. The board shows the latest state of each job
that has an owner, so that readers know what a search must find.
"""

import json
import mmap
import os
import time
from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]
State = dict[str, Any]
# One byte that says whether the job is being changed, eight that count the changes, the state.
_ROW = 2048
_HEAD = 9


class Journal:
    """The journal of one process, added to that of its predecessors in the same slot."""

    def __init__(self, directory: str, slot: int) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._file = os.open(os.path.join(directory, f"{slot}.journal"), flags, 0o666)
        self._slot = slot
        os.write(self._file, b"\n")  # behind what a killed process may have left half written

    def note(self, what: str, **facts: Any) -> None:
        """Add a record; it is with the system when this returns."""
        record = {"t": time.monotonic(), "slot": self._slot, "pid": os.getpid(), "what": what}
        os.write(self._file, json.dumps({**record, **facts}).encode() + b"\n")


def read(directory: str, slot: int | None = None) -> Iterator[Record]:
    """Yield the records of one journal, or of all, in their order of time."""
    names = os.listdir(directory) if slot is None else [f"{slot}.journal"]
    records = []
    for name in names:
        try:
            with open(os.path.join(directory, name), "rb") as file:
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            continue
        for line in lines:
            try:
                records.append(json.loads(line))
            except ValueError:
                continue  # half written: what it was to say has not happened yet
    return iter(sorted(records, key=lambda record: record["t"]))


def history(directory: str, job: str, number: int = 30) -> str:
    """Return the latest records about a job, and the kills between them, as text."""
    mine = [one for one in read(directory) if one.get("job") == job or one["what"] == "kill"]
    about = [place for place, one in enumerate(mine) if one.get("job") == job][-number:]
    if not about:
        return f"{job}: nobody wrote of it"
    around = [
        one
        for place, one in enumerate(mine)
        if place in set(about) or (place + 1 in set(about) and place > about[0])
    ] + [one for one in mine[about[-1] + 1 :] if one["what"] == "kill"][:5]
    return "\n".join(f"      {json.dumps(one)[:700]}" for one in around)


class Board:
    """One row for each owned job: whether it is being changed just now, and its state.

    It is shared by all processes that were forked after it was made.
    """

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self._rows = {name: 1 + number * _ROW for number, name in enumerate(names)}
        self._memory = mmap.mmap(-1, 1 + len(names) * _ROW)

    def stop(self) -> None:
        """Tell all processes to come to an end."""
        self._memory[0] = 1

    @property
    def stopped(self) -> bool:
        """Whether they were told."""
        return bool(self._memory[0])

    def busy(self, name: str) -> None:
        """Say that a job is being changed from now on."""
        start = self._rows[name]
        self._memory[start] = 1
        count = int.from_bytes(self._memory[start + 1 : start + _HEAD]) + 1
        self._memory[start + 1 : start + _HEAD] = count.to_bytes(_HEAD - 1)

    def show(self, name: str, state: State) -> None:
        """Say that a job has a state, and keeps it until further notice."""
        self.busy(name)
        start = self._rows[name]
        data = json.dumps(state).encode()
        assert len(data) <= _ROW - _HEAD, f"{name}: {len(data)} bytes do not fit"
        self._memory[start + _HEAD : start + _ROW] = data.ljust(_ROW - _HEAD)
        self._memory[start] = 0

    def state(self, name: str) -> State | None:
        """Return the state of a job, None while it is being changed."""
        start = self._rows[name]
        return self._parse(self._memory[start : start + _ROW])

    def look(self) -> bytes:
        """Return all rows as they are, to be given to `quiet`."""
        return self._memory[:]

    def quiet(self, before: bytes, after: bytes) -> dict[str, State]:
        """Return the states of the jobs that nobody changed between two looks."""
        found = {}
        for name, start in self._rows.items():
            row = before[start : start + _ROW]
            if row == after[start : start + _ROW]:
                state = self._parse(row)
                if state is not None:
                    found[name] = state
        return found

    @staticmethod
    def _parse(row: bytes) -> State | None:
        return None if row[0] or not row[_HEAD] else json.loads(row[_HEAD:])
