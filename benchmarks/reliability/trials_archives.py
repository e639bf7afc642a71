"""Rows 53 to 55: archives and directories that reach outside when they are imported."""

import io
import json
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import bad_archives as bad
import raw
from apart import answer_of, apart, fresh, logged, show
from bad_archives import Member
from moving_scenes import keep_temporary_files
from trials_faults import use

import signac

__all__ = ["Ground", "directories", "tars", "zips"]

_SECRET: Final = "a secret that is in no job"
_OTHER: Final = {"a": 0}
#: Directories between a ground and its project, more than any chain of ".." climbs.
_DEPTH: Final = 8
Pack = Callable[[str, list[Member]], str]


class Ground:
    """A directory with a foreign one in it, and with a project far below."""

    def __init__(self, scratch: str) -> None:
        self.place = fresh(scratch)
        self.outside = os.path.join(self.place, "outside")
        self.deep = os.path.join(self.place, *"12345678"[:_DEPTH])
        os.makedirs(os.path.join(self.outside, "theirs"))
        os.makedirs(os.path.join(self.deep, "here"))
        for name in ("secret.txt", "theirs/secret.txt"):
            self._write(os.path.join(self.outside, name), _SECRET)
        self._write(os.path.join(self.outside, "other.json"), json.dumps({"a": _SECRET}))
        self.project = raw.make_project(os.path.join(self.deep, "project"), {"title": "mine"})
        raw.make_job(self.project, _OTHER, {"mine": 1})
        os.chdir(os.path.join(self.deep, "here"))
        keep_temporary_files(self.deep)

    @staticmethod
    def _write(path: str, text: str) -> None:
        with open(path, "w", encoding="ascii") as file:
            file.write(text)

    def fill_in(self, text: str) -> str:
        """Return a text with the paths of this ground."""
        text = text.replace("OUTSIDE", self.outside).replace("PROJECT", self.project)
        return text.replace("OTHER", raw.id_of(_OTHER))

    def members(self, some: list[Member]) -> list[Member]:
        """Return members with the paths of this ground, after those of a good job."""
        state = [Member(f"j/{bad.STATEPOINT}", '{"a": 5}')]
        own = any(member.name.startswith(f"j/{bad.STATEPOINT}") for member in some)
        if own or some[0].name == "j":
            state = []
        return [
            member._replace(name=self.fill_in(member.name), text=self.fill_in(member.text))
            for member in state + some
        ]

    def picture(self) -> dict[str, Any]:
        """Return what must not change: everything but new jobs and what is kept in `.signac`."""
        found = {}
        for directory, names, files in os.walk(self.place):
            for name in names + files:
                path = os.path.join(directory, name)
                if not self._is_own(os.path.relpath(path, self.project)):
                    found[path] = _entry(path)
        return found

    @staticmethod
    def _is_own(path: str) -> bool:
        """Tell whether a path in the project is one that an import may make."""
        first, *rest = path.split(os.sep)
        if first == ".signac":
            return rest != ["config"]
        if first != "workspace" or not rest:
            return first == "workspace"
        new_job = len(rest[0]) == 32 and rest[0].isalnum() and rest[0] != raw.id_of(_OTHER)
        return new_job or rest[0].startswith(".signac")

    def look(self, before: dict[str, Any]) -> list[str]:
        """Return in words what an import did that it must not do."""
        after = self.picture()
        changed = [path for path in {*before, *after} if before.get(path) != after.get(path)]
        words = [f"changed {os.path.relpath(path, self.place)}" for path in sorted(changed)]
        workspace = os.path.join(self.project, "workspace")
        for id_ in raw.job_ids(self.project):
            if id_ != raw.id_of(_OTHER):
                words += _look_at_job(os.path.join(workspace, id_))
        words += [f"broken {problem}" for problem in raw.broken_jobs(self.project).values()]
        answer = apart(use, self.project)
        if answer.get("value") != "":
            words.append(f"unusable {answer.get('value', answer)}")
        return words


def _entry(path: str) -> Any:
    status = os.lstat(path)
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            return status.st_mode, file.read()
    target = os.readlink(path) if stat.S_ISLNK(status.st_mode) else ""
    return status.st_mode, target


def _look_at_job(job: str) -> list[str]:
    """Return what is in a new job and must not be in any."""
    words = []
    for directory, names, files in os.walk(job):
        for path in (os.path.join(directory, name) for name in names + files):
            status = os.lstat(path)
            shown = os.path.relpath(path, job)
            if stat.S_ISLNK(status.st_mode):
                if not os.path.realpath(path).startswith(os.path.realpath(job) + os.sep):
                    words.append(f"link out {shown}")
            elif stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    if _SECRET.encode() in file.read():
                        words.append(f"secret in {shown}")
                if status.st_nlink > 1:
                    words.append(f"shared {shown}")
            elif not stat.S_ISDIR(status.st_mode):
                words.append(f"special {shown}")
            if status.st_mode & (stat.S_ISUID | stat.S_ISGID):
                words.append(f"set id {shown}")
    return words


def tars(scratch: str, size: str) -> dict[str, Any]:
    """Row 53: tar archives."""
    return _import_all(scratch, {**bad.BOTH, **bad.TAR}, _pack_tar)


def zips(scratch: str, size: str) -> dict[str, Any]:
    """Row 54: zip archives."""
    return _import_all(scratch, {**bad.BOTH, **bad.ZIP}, _pack_zip)


def directories(scratch: str, size: str) -> dict[str, Any]:
    """Row 55: directories with links to what is outside of them."""
    return _import_all(scratch, bad.LINKS, _make_directory)


def _import_all(scratch: str, cases: dict[str, list[Member]], pack: Pack) -> dict[str, Any]:
    succeeded, kinds, hung = {}, [], 0
    for name, members in cases.items():
        words, error = _import(Ground(scratch), members, pack)
        hung += error == "hung"
        kinds.append(error)
        if words or error == "hung":
            succeeded[name] = [*words, error]
    good = {name: _take(Ground(scratch), members, pack) for name, members in bad.GOOD.items()}
    refused = [name for name, taken in good.items() if not taken]
    show({"succeeded": succeeded, "errors": dict(zip(cases, kinds, strict=True)), "good": good})
    figure = f"{len(succeeded)} of {len(cases)} succeed{_what(succeeded)}"
    if hung:
        figure += f"; {hung} hang"
    figure += f"; {len(refused)} of {len(good)} harmless ones refused or not taken as they are"
    numbers = {"succeed": len(succeeded), "cases": len(cases), "hang": hung}
    return {"figure": figure, "numbers": {**numbers, "harmless refused": len(refused)}}


def _what(succeeded: dict[str, list[str]]) -> str:
    """Return how many attacks did what."""
    kinds = {
        "write outside the jobs": ("changed",),
        "bring a secret in": ("secret", "link out", "shared"),
        "leave a project that raises": ("broken", "unusable"),
        "bring special modes or files": ("set id", "special"),
    }
    counts = {
        kind: sum(any(word.startswith(starts) for word in words) for words in succeeded.values())
        for kind, starts in kinds.items()
    }
    parts = [f"{count} {kind}" for kind, count in counts.items() if count]
    return f" ({', '.join(parts)})" if parts else ""


def _import(ground: Ground, members: list[Member], pack: Pack) -> tuple[list[str], str]:
    """Import what is hostile; return what it did, and what was raised."""
    origin = pack(ground.place, ground.members(members))
    before = ground.picture()
    answer = apart(_import_from, ground.project, origin, seconds=20)
    error = "hung" if "hung" in answer else answer.get("error", [""])[0]
    return ground.look(before), error


def _import_from(project: str, origin: str) -> None:
    with logged():
        signac.get_project(project, search=False).import_from(origin)


def _take(ground: Ground, members: list[Member], pack: Pack) -> bool:
    """Tell whether what is harmless comes in as it is."""
    origin = pack(ground.place, members := ground.members(members))
    answer = apart(_import_from, ground.project, origin)
    job = raw.job_path(ground.project, {"a": 5})
    texts = [answer_of(partial(_text, job, member)).get("value") for member in members]
    return "error" not in answer and all(
        text == ("good" if member.kind == "link" else member.text)
        for text, member in zip(texts, members, strict=True)
    )


def _text(job: str, member: Member) -> str:
    with open(os.path.join(job, member.name.removeprefix("j/")), encoding="ascii") as file:
        return file.read()


def _pack_tar(place: str, members: list[Member]) -> str:
    """Write a tar archive, with the directories of its members as real programs do."""
    types = {
        "file": tarfile.REGTYPE,
        "link": tarfile.SYMTYPE,
        "hard": tarfile.LNKTYPE,
        "pipe": tarfile.FIFOTYPE,
        "device": tarfile.CHRTYPE,
    }
    path = os.path.join(place, "bad.tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        if members[0].name != "j":
            _add_directory(archive, "j")
        for member in members:
            entry = tarfile.TarInfo(member.name)
            entry.type, entry.mode = types[member.kind], member.mode
            if member.kind in ("link", "hard"):
                entry.linkname = member.text
            if member.kind == "device":
                entry.devmajor, entry.devminor = 1, 3  # the one that takes and gives nothing
            if member.kind == "file":
                entry.size = len(member.text)
                archive.addfile(entry, io.BytesIO(member.text.encode()))
            else:
                archive.addfile(entry)
    return path


def _add_directory(archive: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    archive.addfile(entry)


def _pack_zip(place: str, members: list[Member]) -> str:
    path = os.path.join(place, "bad.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            entry = zipfile.ZipInfo()
            entry.filename = member.name  # as it is: the constructor would change some
            kind = stat.S_IFLNK if member.kind == "link" else stat.S_IFREG
            entry.create_system = 3
            entry.external_attr = (kind | member.mode) << 16
            archive.writestr(entry, member.text)
    return path


def _make_directory(place: str, members: list[Member]) -> str:
    origin = os.path.join(place, "origin")
    for member in members:
        path = os.path.join(origin, member.name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if member.kind == "link":
            os.symlink(member.text, path)
        else:
            with open(path, "w", encoding="ascii") as file:
                file.write(member.text)
    return origin
