"""Who can change or look at a project: two objects here, another process, a new one, the peer."""

import os
from typing import Any

import signac
from freshness.acts import act
from freshness.ground import Ground, discard
from freshness.questions import Answer, Question, ask
from freshness.worker import Worker, ask_anew
from interop.peer import Peer

VIEWS = ("same", "new", "kept", "forked")


class Actors:
    """All programs that take part, each with the project objects that it keeps."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._kept = Worker()
        self._pristine = Worker()  # opens no project itself, so its children are new processes
        self._same: dict[str, Any] = {}
        self._other: dict[str, Any] = {}

    def ours(self, ground: Ground, who: str, name: str, **arguments: Any) -> None:
        """Make a change with the library: by the "same" object, the "other" one or a process."""
        if who == "process":
            self._kept.act(ground.path, name, arguments)
        else:
            objects = self._same if who == "same" else self._other
            act(self._object(objects, ground), name, arguments)

    def theirs(self, ground: Ground, command: str, **arguments: Any) -> Any:
        """Make a change with the released program, which stops at a damaged cache file."""
        if not ground.cache_is_sound:
            discard(ground.cache)
            ground.cache_is_sound = True
        self.peer.open_project(path=ground.path)
        return self.peer.call(command, path=ground.path, **arguments)

    def look(self, ground: Ground, view: str, questions: list[Question]) -> list[Answer]:
        """Put questions by way of one view."""
        if view == "same":
            return ask(self._object(self._same, ground), questions)
        if view == "new":
            return ask(signac.Project(ground.path), questions)
        if view == "anew":
            return ask_anew(ground.path, questions)
        worker = self._kept if view == "kept" else self._pristine
        return worker.ask(ground.path, questions, view)

    def same(self, ground: Ground) -> Any:
        """Return the object that looks and changes from the beginning to the end."""
        return self._object(self._same, ground)

    def _object(self, objects: dict[str, Any], ground: Ground) -> Any:
        if ground.path not in objects:
            objects[ground.path] = signac.Project(ground.path)
        return objects[ground.path]

    def close(self) -> None:
        self._kept.close()
        self._pristine.close()


def answers_of(path: str | os.PathLike[str], questions: list[Question]) -> list[Answer]:
    """Put questions to a new project object."""
    return ask(signac.Project(path), questions)
