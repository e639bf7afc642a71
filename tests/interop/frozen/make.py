"""Make a small project with an old release, and write down what that release reads from it.

Run by the interpreter that has the release, so the text is plain enough for Python 3.6::

    python make.py TARGET [WORKSPACE_DIR]

TARGET gets ``project/`` and ``expected.json``. README.md has the commands.
"""

import json
import os
import sys

import signac

STATEPOINTS = (
    {"T": 1.0, "model": {"name": "lj", "cut": [2.5, 3]}, "seed": 0},
    {"T": 1.5, "model": {"name": "lj", "cut": [2.5, 3]}, "seed": 1},
    {"T": 1e-7, "model": {"name": "w\u00e4lder", "cut": []}, "seed": None},
    {"T": 2, "model": {"name": "", "cut": [[1, 2], {"r": True}]}},
    {"flag": True, "other": False, "deep": {"er": {"still": "a b"}}},
    {},
)


def main(target, workspace):
    """Make the project and the description of it."""
    root = os.path.join(target, "project")
    os.makedirs(root)
    project = signac.init_project("melt", root)
    if workspace:
        with open(os.path.join(root, "signac.rc"), "a") as file:
            file.write("# where the data is\nworkspace_dir = {}\n".format(workspace))  # noqa: UP032
        project = signac.get_project(root)
    expected = {}
    for number, statepoint in enumerate(STATEPOINTS):
        job = project.open_job(statepoint)
        job.init()
        if number < 4:
            job.document["energy"] = -1.5 * number
            job.document["nested"] = {"list": [1, None, "x"], "empty": {}}
        with open(job.fn("result.txt"), "w") as file:
            file.write("result {}\n".format(number))  # noqa: UP032
        if number < 2 and hasattr(type(job), "data"):
            job.data["series"] = [0.5 * number, 1.0, 2.0]
            job.data["inner/name"] = "text"
    if hasattr(type(project), "document"):
        project.document["purpose"] = {"text": "a project of an old release", "steps": [1, 2]}
    if hasattr(project, "update_cache"):
        project.update_cache()
    with open(os.path.join(root, ".signac_shell_history"), "w") as file:
        file.write("project\n")

    for job in signac.get_project(root).find_jobs():
        expected[str(job)] = {
            "statepoint": plain(job.statepoint),
            "document": plain(job.document),
            "data": read_data(job),
        }
    whole = {
        "release": signac.__version__,
        "name": "melt",
        "document": plain(getattr(project, "document", {})),
        "jobs": expected,
    }
    with open(os.path.join(target, "expected.json"), "w") as file:
        json.dump(whole, file, indent=1, sort_keys=True)
        file.write("\n")


def plain(value):
    """Return a synced dictionary as a plain one."""
    return value() if callable(value) else dict(value)


def read_data(job):
    """Return what is in the HDF5 file of a job."""
    if not hasattr(type(job), "data") or not os.path.isfile(job.fn("signac_data.h5")):
        return {}
    with job.data:
        name = job.data["inner/name"]
        return {
            "series": [float(number) for number in job.data["series"]],
            "inner/name": name.decode() if isinstance(name, bytes) else name,
        }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
