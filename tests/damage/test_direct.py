"""A damaged job that is asked for raises, with the file; so does every search with `strict`."""

from collections.abc import Callable
from typing import Any

import pytest

import signac
from damage.damages import DOC, H5, PDOC, SP
from damage.matrix import DAMAGES, Pool, harm, run
from damage.scene import IDS, Scene
from signac.errors import Error, JobsCorruptedError

#: Classes that the reference names, or that say that a right is missing.
TYPED = (Error, OSError, UnicodeDecodeError, ValueError)
#: The directory itself is in the message where it is what cannot be entered.
_FILES = {
    "statepoint": SP,
    "directory": "{V}",
    "document": DOC,
    "store": H5,
    "no-store": H5,
    "extra-store": "{J}/extra.h5",
    "project-document": PDOC,
    "project-store": "{P}/signac_data.h5",
}

Call = Callable[[Any], Any]


def _open_store(store: Any) -> Any:
    with store.open(mode="r") as opened:
        return sorted(opened)


def _job(project: Any) -> Any:
    return project.open_job(id=IDS["V"])


ACCESS: dict[str, tuple[Call, ...]] = {
    "statepoint": (
        lambda p: _job(p).sp(),
        lambda p: _job(p).sp.a,
        lambda p: dict(_job(p).cached_statepoint),
        lambda p: _job(p).init(),
        lambda p: _job(p).sp.__setitem__("a", 5),
        lambda p: next(job for job in p if job.id == IDS["V"]).sp(),
    ),
    "document": (
        lambda p: _job(p).doc(),
        lambda p: _job(p).doc.get("x"),
        lambda p: _job(p).doc.__setitem__("x", 5),
        lambda p: len(_job(p).doc),
    ),
    "store": (
        lambda p: _open_store(_job(p).data),
        lambda p: _job(p).data.__setitem__("new", 5),
        lambda p: sorted(_job(p).data),
    ),
    "no-store": (lambda p: _open_store(_job(p).data),),
    "extra-store": (lambda p: _open_store(_job(p).stores["extra"]),),
    "project-document": (lambda p: p.doc(), lambda p: p.doc.__setitem__("x", 5)),
    "project-store": (lambda p: _open_store(p.data),),
}
ACCESS["directory"] = (*ACCESS["statepoint"][:4], *ACCESS["document"][:2])

STRICT_STATEPOINT: tuple[Call, ...] = (
    lambda p: len(p.find_jobs({"a": 0}, strict=True)),
    lambda p: list(p.find_jobs("n.c > 0", strict=True)),
    lambda p: p.detect_schema(strict=True),
    lambda p: p.get_neighbors(strict=True),
    lambda p: list(p.groupby("a", strict=True)),
    lambda p: p.to_dataframe(strict=True),
    lambda p: p.update_cache(strict=True),
)
STRICT_DOCUMENT: tuple[Call, ...] = (
    lambda p: len(p.find_jobs({"doc.x": 0}, strict=True)),
    lambda p: p.to_dataframe(strict=True),
    lambda p: list(p.groupby("doc.m.k", -1, strict=True)),
)
STRICT = {
    "statepoint": STRICT_STATEPOINT,
    "directory": STRICT_STATEPOINT,
    "both": STRICT_STATEPOINT,
    "document": STRICT_DOCUMENT,
}


def _cases(wanted: Callable[[Any], bool]) -> list[Any]:
    names = [name for name, damage in DAMAGES.items() if wanted(damage)]
    return [
        pytest.param(name, marks=pytest.mark.long if number % 3 else ())
        for number, name in enumerate(names)
    ]


def _accesses(made: Scene, hurts: str) -> list[str]:
    found = []
    file = made.expand(_FILES[hurts])
    for number, call in enumerate(ACCESS[hurts]):
        try:
            value = call(signac.Project(made.path))
        except Exception as error:
            if not isinstance(error, TYPED):
                found.append(f"access {number} raised {error!r}")
            elif file not in str(error):
                found.append(f"access {number} does not name the file: {error!r}: {error}")
        else:
            found.append(f"access {number} gave {value!r}")
    return found


@pytest.mark.parametrize("name", _cases(lambda damage: damage.hurts in ACCESS))
def test_a_damaged_file_is_named(name: str, pool: Pool) -> None:
    """Every access to what is damaged raises a typed error that names the file."""
    damage = DAMAGES[name]
    made = harm(pool, name, known=False)
    found = run(damage, made, lambda: _accesses(made, damage.hurts)).get()
    assert not found, "\n".join(found)


def _strict(made: Scene, calls: tuple[Call, ...], ids: list[str]) -> list[str]:
    found = []
    for number, call in enumerate(calls):
        try:
            value = call(signac.Project(made.path))
        except JobsCorruptedError as error:
            if sorted(error.job_ids) != ids or sorted(error.problems) != ids:
                found.append(f"call {number} named {error.job_ids}")
        except Exception as error:
            found.append(f"call {number} raised {error!r}")
        else:
            found.append(f"call {number} gave {value!r:.100}")
    return found


@pytest.mark.parametrize("name", _cases(lambda d: d.hurts in STRICT or d.adds))
def test_strict_raises_all_damaged_jobs(name: str, pool: Pool) -> None:
    """With `strict=True` searches raise `JobsCorruptedError` with all jobs left out."""
    damage = DAMAGES[name]
    made = harm(pool, name, known=False)
    victims = {"both": ["V", "O"], "gone": [], "nothing": [], "undocumented": []}
    who = [*victims.get(damage.hurts, ["V"]), *damage.adds]
    calls = STRICT.get(damage.hurts, STRICT_STATEPOINT)
    ids = sorted(IDS[one] for one in who)
    found = run(damage, made, lambda: _strict(made, calls, ids)).get()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", _cases(lambda d: d.hurts == "gone"))
def test_what_is_gone_is_not_found(name: str, pool: Pool) -> None:
    """A job whose directory has another name, or is none, is not there."""
    made = harm(pool, name, known=False)
    project = signac.Project(made.path)
    with pytest.raises(KeyError):
        project.open_job(id=IDS["V"])
    assert IDS["V"] not in [job.id for job in project]
