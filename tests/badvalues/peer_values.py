"""Hand the odd values to the released signac and print what it made of each, one JSON line each.

Runs in the environment of the released signac. A line is
`[name, state point, plain state point, document]`; the first and the last are for the value
itself, the second for the JSON text that it becomes here. Each is `{"id": ..., "text": ...}`, a
document without an id, or `{"error": class}`.
"""

import json
import os
import sys
import tempfile
import threading
import warnings
from typing import Any

import signac

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from badvalues import values  # the environment of the released signac knows no tests

_UNAVAILABLE = frozenset({"attrs"})  # not installed there
#: Never ends there.
_ENDLESS = frozenset({"endless-mapping", "endless-sequence", "has-every-attribute"})


def opened(project: Any, statepoint: Any) -> dict[str, str]:
    """Open and initialise a job, read its file, and remove it."""
    try:
        job = project.open_job(statepoint)
        job.init()
        with open(job.fn("signac_statepoint.json"), encoding="ascii") as file:
            found = {"id": job.id, "text": file.read()}
        job.remove()
    except Exception as error:
        return {"error": type(error).__name__}
    return found


def stored(path: str, case: values.Case) -> dict[str, str]:
    """Put a value into a document and read the file."""
    document = signac.JSONDict(path)
    try:
        if case.whole:
            document.reset(case.make())
        else:
            document["x"] = case.make()
        with open(path, encoding="ascii") as file:
            return {"text": file.read()}
    except Exception as error:
        return {"error": type(error).__name__}
    finally:
        if os.path.exists(path):
            os.unlink(path)


def main() -> None:
    """Go through all cases."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as top:
        project = signac.init_project(top)
        for case in values.CASES:
            if case.name in _UNAVAILABLE | _ENDLESS:
                continue
            plain = None
            if isinstance(case.answer, values.Stored):
                plain = opened(project, json.loads(values.stored_text(case)))
            direct = opened(project, values.given(case))
            document = stored(os.path.join(top, "document.json"), case)
            print(json.dumps([case.name, direct, plain, document]), flush=True)


if __name__ == "__main__":
    sys.setrecursionlimit(1000)
    threading.stack_size(64 * 2**20)
    worker = threading.Thread(target=main)
    worker.start()
    worker.join()
