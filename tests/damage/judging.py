"""What answers a damaged project owes: those of a sound twin, with or without the victim."""

from typing import Any, NamedTuple

from damage.damages import Damage
from damage.questions import QUESTIONS, Answer
from damage.scene import IDS

#: What each kind of damage may take from questions about it: the answer is then that of a project
#: without the victim.
_FELT: dict[str, tuple[str, ...]] = {
    "statepoint": ("statepoint", "document"),
    "document": ("document",),
    "directory": ("statepoint", "document"),
    "gone": ("statepoint", "document"),
    "both": ("statepoint", "document"),
}
#: Calls that have every right to fail.
_FAILING: dict[str, tuple[str, ...]] = {
    "project-document": ("project document",),
    "project-store": ("project store",),
    "writes": ("make a job", "make jobs", "change a document", "update_cache"),
    "cache": ("update_cache",),
}
_COUNTS = ("len", "count")
_LISTS = ("iterate", "all")


class Twins(NamedTuple):
    """Answers of sound projects.

    Of a whole one, without the victim, without victim and other, with a victim that has no
    document, and with documents of victim and other swapped.
    """

    whole: Any
    without: Any
    without_both: Any
    undocumented: Any
    swapped: Any

    def fitting(self, damage: Damage, name: str, *, known: bool) -> tuple[Any, Any]:
        """Return the answer with all jobs and that without those that are damaged."""
        if damage.hurts == "undocumented":
            return self.undocumented[name].value, self.undocumented[name].value
        if damage.hurts == "both":
            # Where the state points are known, each has the document of the other.
            document = known and QUESTIONS[name].looks_at == "document"
            whole = self.swapped if document else self.whole
            return whole[name].value, self.without_both[name].value
        return self.whole[name].value, self.without[name].value


def complaints(
    damage: Damage, answers: dict[str, Answer], twins: Twins, *, known: bool
) -> list[str]:
    """Return what is wrong with the answers of a damaged project."""
    found = []
    for name, answer in answers.items():
        if name in _FAILING.get(damage.hurts, ()):
            found += _refused(name, answer)
        elif answer.error is not None:
            found.append(f"{name}: raised {answer.error}")
        elif damage.lies and QUESTIONS[name].looks_at in ("statepoint", "document"):
            continue
        else:
            found += _judge(damage, name, answer, twins, known=known)
    return found


def _refused(name: str, answer: Answer) -> list[str]:
    """An error that is raised must be typed and name the file."""
    if answer.error is None:
        return []
    if (
        not answer.error.startswith(("signac.errors.", "json.", "builtins."))
        or "/" not in answer.error
    ):
        return [f"{name}: raised without a name of a file: {answer.error}"]
    return []


def _judge(damage: Damage, name: str, answer: Answer, twins: Twins, *, known: bool) -> list[str]:
    whole, without = twins.fitting(damage, name, known=known)
    looks_at = QUESTIONS[name].looks_at
    if looks_at == "count":
        expected = _counted(damage, name, whole)
        return [] if answer.value == expected else [f"{name}: {answer.value!r:.300}"]
    felt = looks_at in _FELT.get(damage.hurts, ())
    if not felt and answer.value != whole:
        return [f"{name}: {answer.value!r:.300} is not {whole!r:.300}"]
    named = [IDS[who] for who in damage.adds] if looks_at in ("statepoint", "document") else []
    if felt and answer.value != whole:
        if answer.value != without:
            return [f"{name}: {answer.value!r:.300} is neither {whole!r:.300} nor {without!r:.300}"]
        # What is gone leaves no trace that could be named.
        named += [] if damage.hurts == "gone" else [IDS["V"]]
    elif felt and without != whole and not known and damage.hurts not in ("gone", "directory"):
        return [f"{name}: nobody can know {answer.value!r:.300}"]
    text = "\n".join(answer.log)
    return [f"{name}: {one} is not in the log: {text!r:.300}" for one in named if one not in text]


def _counted(damage: Damage, name: str, whole: Any) -> Any:
    if name not in (*_COUNTS, *_LISTS):
        return whole
    ids = set(whole) if name in _LISTS else set()
    gone = {IDS["V"]} if damage.hurts == "gone" else set()
    added = {IDS[who] for who in damage.adds}
    if name in _COUNTS:
        return whole - len(gone) + len(added)
    return sorted(ids - gone | added)
