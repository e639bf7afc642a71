"""The live state point of a job: reading loads it once, changing it moves the job."""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from signac._core.canonical import copy_plain
from signac._synced.mapping import SyncedDict
from signac._synced.node import Snapshot, attach, rebind
from signac._synced.root import Kinds, Root
from signac._synced.sequence import SyncedList

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signac._engine.jobstate import JobState
    from signac._synced.node import Node

__all__ = ["StatePointDict", "StatepointRoot", "attach_statepoint", "copy_given"]


class StatePointDict(SyncedDict):
    """The state point of a job, or a nested part of it.

    It behaves as the job document does, but a change that gives another id renames the job
    directory, and it is read from the disk only once.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        root = self.__root__
        if isinstance(root, StatepointRoot) and root.node is self:
            return _statepoint_of, (root.state,)
        return super().__reduce__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        root = self.__root__
        if isinstance(root, StatepointRoot) and root.node is self:
            return _statepoint_of(deepcopy(root.state, memo))
        return super().__deepcopy__(memo)


class StatepointRoot(Root):
    """The root of a state point; the state of the job reads and writes it."""

    __slots__ = ("depth", "late", "loaded", "mutex", "shared", "state")

    name = "sp"
    fallible = True

    def __init__(self, state: JobState) -> None:
        self.state = state
        self.late: OSError | None = None
        self.kinds = _KINDS
        self.loaded = False
        # perf: the containers belong to the state until the first change (compare.py, sp).
        self.shared = True
        self.mutex = state.mutex
        self.depth = 0

    def refresh(self) -> None:
        """Load the state point when it is first needed."""
        if not self.loaded:
            with self.mutex:
                if not self.loaded:
                    self._load()

    def begin(self, *, blind: bool = False) -> None:
        """Let no other thread change it through this handle."""
        self.mutex.acquire()
        try:
            if not self.loaded and not blind:
                self._load()
            if self.shared:
                rebind(self.node, copy_plain(self.node.__data__))
                self.shared = False
        except BaseException:
            self.mutex.release()
            raise
        self.depth += 1

    def commit(self, added: Any = None) -> None:
        """Move the job to the new state point."""
        if self.depth == 1:
            self.late = self.state.apply(self.node.__data__)
            self.loaded = self.shared = True

    def end(self) -> None:
        """Let other threads go on."""
        late, self.late = self.late, None
        self.depth -= 1
        self.mutex.release()
        if late is not None:
            raise late

    @contextmanager
    def transaction(self) -> Iterator[Node]:
        """Make several changes one move of the job."""
        self.begin()
        before, snapshot = copy_plain(self.node.__data__), Snapshot(self.node)
        try:
            yield self.node
            self.commit()
        except BaseException:
            snapshot.restore(self, before)
            raise
        finally:
            self.end()

    def _load(self) -> None:
        rebind(self.node, self.state.load())
        self.loaded = True
        self.shared = True


def attach_statepoint(state: JobState, data: dict[str, Any] | None) -> StatePointDict:
    """Return the live state point of a job; `data` is its plain content, if it is known.

    `data` is copied before the first change, so the caller may keep it.
    """
    root = StatepointRoot(state)
    root.loaded = data is not None
    root.node = node = attach(StatePointDict, root, {} if data is None else data)
    return node


def _statepoint_of(state: JobState) -> StatePointDict:
    return state.statepoint


_KINDS: Kinds = {dict: StatePointDict, list: SyncedList}


def copy_given(statepoint: Any, plain: dict[str, Any]) -> Any:
    """Return a copy of a state point as it was given, if that is another dict than its plain form.

    One that cannot be copied is None: the plain form serves as well.
    """
    try:
        if not isinstance(statepoint, dict) or bool(plain == statepoint):
            return None
    except Exception:  # noqa: BLE001  # NumPy arrays compare element by element
        pass
    try:
        return deepcopy(statepoint)
    except Exception:  # noqa: BLE001  # any object may refuse
        return None
