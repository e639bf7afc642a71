"""Rows 66 to 68: what is unpickled, whose project is used, what a config may hold."""

import logging
import os
from collections.abc import Callable
from typing import Any, Final

import pandas as pd
from apart import answer_of, apart, fresh, logged, show

import signac

__all__ = ["configs", "foreign_projects", "pickles"]


# Row 66.


class _Hostile:
    """Makes a file where it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (os.mkdir, (self.path,))


def _object_column(file: str, mark: str) -> None:
    with pd.HDFStore(file, mode="w") as store:
        store.put("x", pd.DataFrame({"a": [1, 2], "o": [_Hostile(mark), 2]}))


def _object_index(file: str, mark: str) -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index([_Hostile(mark), 2], dtype=object))
    with pd.HDFStore(file, mode="w") as store:
        store.put("x", frame)


def _object_column_names(file: str, mark: str) -> None:
    frame = pd.DataFrame([[1, 2]], columns=pd.Index([_Hostile(mark), "b"], dtype=object))
    with pd.HDFStore(file, mode="w") as store:
        store.put("x", frame)


def _object_series(file: str, mark: str) -> None:
    with pd.HDFStore(file, mode="w") as store:
        store.put("x", pd.Series([_Hostile(mark), 2], dtype=object))


def _attribute(place: str, name: str, table: bool = False) -> Callable[[str, str], None]:
    def make(file: str, mark: str) -> None:
        with pd.HDFStore(file, mode="w") as store:
            frame = pd.DataFrame({"a": [1, 2], "t": ["x", "y"]})
            store.put("x", frame, format="table" if table else "fixed")
            node = store.root if place == "/" else store.get_node(place)
            setattr(node._v_attrs, name, _Hostile(mark))

    return make


def _attribute_by_h5py(file: str, mark: str) -> None:
    """Replace an attribute that pandas reads by the bytes of a pickle."""
    import pickle

    import h5py
    import numpy as np

    with pd.HDFStore(file, mode="w") as store:
        store.put("x", pd.DataFrame({"a": [1, 2]}))
    with h5py.File(file, "a") as store:
        store["x"].attrs["encoding"] = np.bytes_(pickle.dumps(_Hostile(mark), 0))


_FILES: Final[dict[str, Callable[[str, str], None]]] = {
    "column": _object_column,
    "index": _object_index,
    "names of columns": _object_column_names,
    "series": _object_series,
    "attribute of the table": _attribute("x", "hostile"),
    "attribute that pandas reads": _attribute("x", "errors"),
    "attribute of the file": _attribute("/", "hostile"),
    "attribute of a table in table format": _attribute("x", "info", table=True),
    "attribute of the columns in table format": _attribute("x/table", "values_cols", table=True),
    "attribute of an axis": _attribute("x/axis0", "hostile"),
    "attribute by h5py": _attribute_by_h5py,
}
_STORE_READS: Final[dict[str, Callable[[Any], Any]]] = {
    "data[key]": lambda job: job.data["x"],
    "list(data)": lambda job: list(job.data),
    "data.items()": lambda job: list(job.data.items()),
    "repr, keys, len": lambda job: (repr(job.data), list(job.data.keys()), len(job.data)),
    "with data": lambda job: _within(job.data),
    "copy": lambda job: setattr(job, "data", job.stores["signac_data"]),
}


def _within(store: Any) -> Any:
    with store:
        return store["x"]


def pickles(scratch: str, size: str) -> dict[str, Any]:
    """Read HDF5 files whose tables hold pickles that make a directory."""
    run = []
    count = 0
    for name, make in _FILES.items():
        for read in _STORE_READS:
            project = signac.init_project(fresh(scratch))
            job = project.open_job({"a": 1}).init()
            mark = os.path.join(project.path, "mark")
            made = apart(make, job.fn("signac_data.h5"), mark)
            if "value" not in made:
                raise RuntimeError(f"cannot write {name}: {made}")
            if os.path.isdir(mark):
                os.rmdir(mark)
            apart(_STORE_READS[read], job)
            count += 1
            if os.path.isdir(mark):
                run.append(f"{name}: {read}")
    show(run)
    return {
        "figure": f"{len(run)} of {count} reads of hostile tables run their code",
        "numbers": {"reads": count, "run code": len(run)},
    }


# Row 67.

_ANOTHER: Final = 65534


def foreign_projects(scratch: str, size: str) -> dict[str, Any]:
    """Look for a project upward, where that belongs to another user."""
    outcomes = {name: apart(_look_upward, scratch, *how)["value"] for name, how in _OWNERS.items()}
    foreign = {n: o for n, o in outcomes.items() if n.startswith("foreign") and o != "not possible"}
    open_doors = [n for n, o in foreign.items() if "writable" in n and o != "refused"]
    silent = [n for n, o in foreign.items() if "writable" not in n and o == "silent"]
    refused = [n for n, o in outcomes.items() if n.startswith("own") and o != "silent"]
    show(outcomes)
    possible = "" if foreign else " (needs the superuser)"
    return {
        "figure": f"of {len(foreign)} foreign projects upward {len(silent)} are used without a "
        f"word, {len(open_doors)} are used in a directory that everybody may write to{possible}",
        "numbers": {
            "foreign": len(foreign),
            "used silently": len(silent),
            "used in a directory open to all": len(open_doors),
            "own projects not used silently": len(refused),
        },
    }


#: The mode of the directory that holds the project, whether it is foreign, how one looks.
_OWNERS: Final[dict[str, tuple[int, bool, str]]] = {
    "foreign, get_project()": (0o755, True, "get_project"),
    "foreign, get_project(path)": (0o755, True, "get_project(path)"),
    "foreign, get_job(path)": (0o755, True, "get_job"),
    "foreign, group may write": (0o775, True, "get_project"),
    "foreign, world-writable": (0o777, True, "get_project"),
    "foreign, world-writable and sticky": (0o1777, True, "get_project"),
    "foreign, world-writable, get_project(path)": (0o1777, True, "get_project(path)"),
    "foreign, world-writable, get_job(path)": (0o1777, True, "get_job"),
    "own": (0o755, False, "get_project"),
    "own, get_job": (0o755, False, "get_job"),
}


def _look_upward(scratch: str, mode: int, foreign: bool, how: str) -> str:
    place = fresh(scratch)
    # As /tmp: the project is the open directory itself.
    project = signac.init_project(os.path.join(place, "project"))
    job = project.open_job({"a": 1}).init()
    below = project.fn("mine/deeper")
    os.makedirs(below)
    os.makedirs(job.fn("mine"))
    if foreign:
        if os.getuid():
            return "not possible"
        for path, _, names in os.walk(project.path):
            for entry in (path, *(os.path.join(path, name) for name in names)):
                if "mine" not in entry:
                    os.chown(entry, _ANOTHER, _ANOTHER)
    os.chmod(project.path, mode)
    os.chdir(below if how != "get_job" else job.fn("mine"))
    with logged(logging.INFO) as messages:
        if how == "get_job":
            answer = answer_of(lambda: signac.get_job(job.fn("mine")).id)
        elif how == "get_project":
            answer = answer_of(lambda: signac.get_project().path)
        else:
            answer = answer_of(lambda: signac.get_project(below).path)
    if "error" in answer:
        return "refused"
    return "logged" if messages else "silent"


# Row 68.

_CONFIGS: Final[dict[str, str]] = {
    "loop": "x = %(y)s\ny = %(x)s\n",
    "loop on itself": "x = %(x)s\n",
    "missing name": "x = %(nothing)s\n",
    "percent": "x = 100 %\n",
    "open parenthesis": "x = %(\n",
    "dollar": "x = ${y}\ny = ${x}\n",
    "loop in a section": "[s]\nx = %(x)s\n",
    "deep loop": "".join(f"x{n} = %(x{n + 1})s\n" for n in range(50)) + "x50 = %(x0)s\n",
    "doubling": "x0 = aaaaaaaaaa\n"
    + "".join(f"x{n} = %(x{n - 1})s%(x{n - 1})s\n" for n in range(1, 40)),
    "list": "x = a, b, c\n",
    "quotes that do not end": 'x = "a\n',
    "triple quotes that do not end": 'x = """a\n',
    "section that does not end": "[s\n",
    "deep sections": "".join(f"{'[' * n}s{']' * n}\n" for n in range(1, 200)),
    "no equals sign": "x\n",
    "key twice": "x = 1\nx = 2\n",
    "NUL": "x = a\0b\n",
    "evil type": "x = __import__('os').getcwd()\n",
}


def configs(scratch: str, size: str) -> dict[str, Any]:
    """Open, list and read projects with each config; errors must be typed and name the file."""
    answers = {
        name: apart(_use_config, scratch, text, seconds=10, memory=4 << 30)
        for name, text in _CONFIGS.items()
    }
    wrong = {
        name: answer
        for name, answer in answers.items()
        if "value" not in answer and "ConfigError" not in answer.get("error", ())
    }
    loops = [n for n, a in answers.items() if ("loop" in n or "doubling" in n) and "value" not in a]
    show({"wrong": wrong, "loops": loops})
    return {
        "figure": f"{len(loops)} of {sum('loop' in n or 'doubling' in n for n in answers)} loops "
        f"and doublings make the project useless; {len(wrong)} of {len(answers)} configs raise "
        "something else than a ConfigError, or never end",
        "numbers": {"configs": len(answers), "loops that raise": len(loops), "wrong": len(wrong)},
    }


def _use_config(scratch: str, text: str) -> int:
    path = fresh(scratch)
    signac.init_project(path).open_job({"a": 1}).init()
    with open(os.path.join(path, ".signac", "config"), "a", encoding="utf-8") as file:
        file.write(text)
    project = signac.get_project(path)
    for key in project.config:
        str(project.config[key])
    return len(project.find_jobs({"a": 1}))
