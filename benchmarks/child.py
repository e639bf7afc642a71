"""Run one case in this interpreter and print one line of JSON. Started by `compare.py`.

Usage: child.py CASE {ours,peer} COUNT SHARED_PROJECT EMPTY_FOLDER
"""

import importlib
import json
import sys
from collections.abc import Callable

from trial import Stage, Trial, run_trial

#: The module with the cases of a kind. Stores load h5py, which the others must not.
_MODULES = {
    "store": "work_stores",
    "document": "work_documents",
    "buffered": "work_documents",
    "transaction": "work_documents",
}


def find_work(case: str) -> dict[str, Callable[[Stage], Trial]]:
    """Return the cases of the module that has `case`."""
    module = importlib.import_module(_MODULES.get(case.split("-")[0], "work_jobs"))
    work: dict[str, Callable[[Stage], Trial]] = module.WORK
    return work


def main() -> None:
    case, side, count, shared, folder = sys.argv[1:]
    prepare = find_work(case)[case]
    signac = sys.modules["signac"]
    stage = Stage(ours=side == "ours", count=int(count), shared=shared, folder=folder)
    if stage.ours != (int(signac.__version__.split(".")[0]) >= 3):
        sys.exit(f"{sys.executable} has signac {signac.__version__}: not {side}")
    measured = run_trial(prepare(stage))
    print(json.dumps({"version": signac.__version__, **measured}))


if __name__ == "__main__":
    main()
