"""Rows 57 to 59: values that become paths, values like templates, views among files of the user."""

import os
import tarfile
import urllib.parse
import zipfile
from collections.abc import Callable
from typing import Any, Final

import raw
from apart import apart, fresh, logged, show
from trials_archives import Ground

import signac

__all__ = ["templates", "values", "views"]

# Row 57.

#: OUTSIDE stands for a directory in the ground of a trial; no chain climbs out of the ground.
_VALUES: Final = (
    "../x",
    "../../x",
    "../../../../x",
    "..",
    ".",
    "../",
    "x/../../y",
    "x/../../../../y",
    "./../../x",
    "//x",
    "OUTSIDE/x",
    "OUTSIDE",
    "../../../outside",
    "x/../../../y/../../z",
    "\n../../x",
    "../../x\0y",
    "..\\..\\x",
    "a/b",
)
_FORMS: Final[dict[str, Callable[[str], Any]]] = {
    "alone": lambda value: value,
    "nested": lambda value: {"b": value},
    "in a list": lambda value: [value, 1],
}
_WAYS: Final[dict[str, Callable[[Any, str], object]]] = {
    "directory": lambda project, target: project.export_to(target),
    "directory, template": lambda project, target: project.export_to(target, _TEMPLATE),
    "zip": lambda project, target: project.export_to(f"{target}.zip"),
    "zip, template": lambda project, target: project.export_to(f"{target}.zip", _TEMPLATE),
    "tar": lambda project, target: project.export_to(f"{target}.tar"),
    "tar, template": lambda project, target: project.export_to(f"{target}.tar", _TEMPLATE),
    "view": lambda project, target: project.create_linked_view(target),
    "view, template": lambda project, target: project.create_linked_view(target, path=_TEMPLATE),
}
_TEMPLATE: Final = "{a}"


def values(scratch: str, size: str) -> dict[str, Any]:
    """Row 57: export to a directory, zip, tar and link what has hostile values."""
    escaped, refused, total = {}, 0, 0
    for value in _VALUES if size == "full" else _VALUES[1:16:3]:
        for form, make in _FORMS.items():
            for way, call in _WAYS.items():
                if form == "nested" and "template" in way:
                    continue  # the text of a mapping, which is like a value that is alone
                total += 1
                found, error = _write_paths(Ground(scratch), value, make, call)
                refused += bool(error)
                if found:
                    escaped[f"{value!r} {form}, {way}"] = found
    show(escaped)
    figure = f"{len(escaped)} of {total} write or name something outside of the target"
    figure += f"; {refused} refused with an error"
    numbers = {"outside": len(escaped), "cases": total, "refused": refused}
    return {"figure": figure, "numbers": numbers}


def _write_paths(
    ground: Ground, value: str, make: Callable[[str], Any], call: Callable[[Any, str], object]
) -> tuple[list[str], str]:
    """Return what came to be outside of the target, and the error."""
    hostile = make(value.replace("OUTSIDE", ground.outside))
    for statepoint in ({"a": hostile}, {"a": make("harmless")}):
        raw.make_job(ground.project, statepoint, {"d": 1})
    os.mkdir(os.path.join(ground.deep, "targets"))
    target = os.path.join(ground.deep, "targets", "target")
    before = ground.picture()
    answer = apart(_call, call, ground.project, target)
    after = ground.picture()
    found = [
        os.path.relpath(path, ground.place)
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path) and not _is_inside(path, target)
    ]
    return [*found, *_bad_members(target)], answer.get("error", [""])[0]


def _call(call: Callable[[Any, str], object], path: str, target: str) -> None:
    with logged():
        call(signac.get_project(path, search=False), target)


def _is_inside(path: str, target: str) -> bool:
    return path in (target, f"{target}.zip", f"{target}.tar") or path.startswith(target + os.sep)


def _bad_members(target: str) -> list[str]:
    """Return names in an archive that lead out of where it is unpacked."""
    names: list[str] = []
    try:
        if os.path.isfile(f"{target}.zip"):
            with zipfile.ZipFile(f"{target}.zip") as archive:
                names = archive.namelist()
        if os.path.isfile(f"{target}.tar"):
            with tarfile.open(f"{target}.tar") as tar:
                names = tar.getnames()
    except (tarfile.ReadError, zipfile.BadZipFile):
        pass  # an export that raised left a part, which nobody can unpack
    return [name for name in names if name.startswith("/") or ".." in name.split("/")]


# Row 58.

_TEMPLATES: Final = ("{a}/{{auto}}", "x/{{auto}}", "{job.sp.a}/{{auto:_}}")
_LIKE_TEMPLATES: Final = (
    "{auto}",
    "{auto:_}",
    "{auto.__class__}",
    "{auto.__class__.__mro__}",
    "{auto!r}",
    "{auto[0]}",
    "{{auto}}",
    "{job}",
    "{job.id}",
    "{job.project.path}",
    "{a}",
    "{0}",
    "{",
    "a}b",
)


def templates(scratch: str, size: str) -> dict[str, Any]:
    """Row 58: export values that look like templates; they have to stay as they are."""
    read, raised = {}, {}
    for value in _LIKE_TEMPLATES:
        for template in _TEMPLATES:
            path = raw.make_project(fresh(scratch))
            for number in range(2):
                raw.make_job(path, {"a": value, "b": number})
                raw.make_job(path, {"a": "harmless", "b": number})
            target = os.path.join(fresh(scratch), "target")
            answer = apart(_export, path, target, template)
            case = f"{value} in {template}"
            if "value" not in answer:
                raised[case] = answer
            elif not _holds(answer["value"], value):
                read[case] = answer["value"]
    total = len(_LIKE_TEMPLATES) * len(_TEMPLATES)
    show({"read": read, "raised": raised})
    return {
        "figure": f"{len(read)} of {total} read as templates, {len(raised)} raise",
        "numbers": {"read": len(read), "raised": len(raised), "cases": total},
    }


def _export(path: str, target: str, template: str) -> list[str]:
    with logged():
        return sorted(signac.get_project(path).export_to(target, template).values())


def _holds(paths: list[str], value: str) -> bool:
    """Tell whether the value is in the two paths of its jobs, as it is or as in URLs."""
    return sum(value in urllib.parse.unquote(path) for path in paths) == 2


# Row 59.

#: What the user has in a directory: a path, and what is there. Jobs are at `a/0`, `a/1`, `a/2`.
_THINGS: Final[dict[str, tuple[str, str]]] = {
    "a file called job": ("notes/job", "file"),
    "a file called job at the top": ("job", "file"),
    "a file called job, deep": ("x/y/z/job", "file"),
    "a file called job beside values": ("a/9/job", "file"),
    "a file beside a link": ("a/0/notes.txt", "file"),
    "a file where a link has to be": ("a/0/job", "file"),
    "an empty directory called job": ("notes/job", "empty"),
    "an empty directory where a link has to be": ("a/1/job", "empty"),
    "a full directory called job": ("notes/job", "full"),
    "a full directory where a link has to be": ("a/1/job", "full"),
    "an empty directory": ("keep", "empty"),
    "an empty directory beside values": ("a/8", "empty"),
    "a link called job to a directory": ("notes/job", "link"),
    "a link called job to a file": ("notes/job", "file link"),
    "a link called job to nowhere": ("notes/job", "broken link"),
    "a link to a directory of the user": ("elsewhere", "link"),
    "a link called job to another project": ("notes/job", "job link"),
    "a file where a directory has to be": ("a", "file"),
}


def views(scratch: str, size: str) -> dict[str, Any]:
    """Row 59: make a view where something of the user is, bring it up to date, and empty it."""
    lost = {}
    for name, (path, kind) in _THINGS.items():
        found = _view_over(Ground(scratch), path, kind)
        if found:
            lost[name] = found
    show(lost)
    return {
        "figure": f"{len(lost)} of {len(_THINGS)} things of the user deleted or changed",
        "numbers": {"lost": len(lost), "cases": len(_THINGS)},
    }


def _view_over(ground: Ground, path: str, kind: str) -> list[str]:
    """Return what of the user is no longer as it was, after three views."""
    jobs = [raw.make_job(ground.project, {"a": 1 + number}) for number in range(2)]
    other = raw.make_project(os.path.join(ground.outside, "other"))
    targets = {
        "link": os.path.join(ground.outside, "theirs"),
        "file link": os.path.join(ground.outside, "secret.txt"),
        "broken link": os.path.join(ground.outside, "nowhere"),
        "job link": raw.make_job(other, {"a": 0}),
    }
    prefix = os.path.join(ground.deep, "view")
    thing = os.path.join(prefix, path)
    os.makedirs(os.path.dirname(thing))
    if kind in targets:
        os.symlink(targets[kind], thing)
    elif kind == "file":
        with open(thing, "w", encoding="ascii") as file:
            file.write("of the user")
    else:
        os.mkdir(thing)
        if kind == "full":
            raw.write_json(os.path.join(thing, "notes.json"), "of the user")
    before = ground.picture()
    for gone in ([], [jobs[0]], [jobs[1], raw.job_path(ground.project, {"a": 0})]):
        for job in gone:
            apart(_remove_job, ground.project, os.path.basename(job))
        apart(_make_view, ground.project, prefix)
    after = ground.picture()
    # Parents that the user made for something are its own; the jobs were removed here.
    mine = [path for path in before if not path.startswith(ground.project + os.sep)]
    return [os.path.relpath(path, ground.place) for path in mine if before[path] != after.get(path)]


def _remove_job(path: str, id_: str) -> None:
    signac.get_project(path).open_job(id=id_).remove()


def _make_view(path: str, prefix: str) -> None:
    with logged():
        signac.get_project(path, search=False).create_linked_view(prefix)
