"""How far the workflow has come when a test begins."""

from pathlib import Path

from downstream.study import Study

#: Each stage follows from another one by commands.
FOLLOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "started": ("fresh", ("run", "-o", "start")),
    "half": ("started", ("run", "-o", "walk|count", "-f", "seed", "0")),
    "done": ("half", ("run",)),
}


class Stages:
    """Projects at the stages, made when they are asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._reached: dict[str, Study] = {}

    def reach(self, stage: str) -> Study:
        """Return the project at a stage; it must not be changed."""
        if stage not in self._reached:
            path = self._directory / stage / "study"
            if stage in FOLLOWS:
                before, command = FOLLOWS[stage]
                study = self.reach(before)
                path.parent.mkdir()
                study = study.copy(path)
                study.flow(*command)
            else:
                study = Study.make(path)
            self._reached[stage] = study
        return self._reached[stage]
