"""Run one case in this interpreter, one turn for each line on standard input.

Prints a line when it is ready and one after each turn: JSON, ``null`` until the last one, which
has the result. Started by `compare.py` as:
child.py CASE {ours,peer} COUNT SHARED EMPTY_FOLDER JOBS
"""

import importlib
import json
import sys
import time
from collections.abc import Callable

from trial import Stage, Trial, iter_turns

#: The module with the cases of a kind. Stores load h5py, which the others must not.
_MODULES = {
    "store": "work_stores",
    "document": "work_documents",
    "buffered": "work_documents",
    "transaction": "work_documents",
    "find": "work_find",
    "length": "work_find",
    "lookup": "work_find",
    "iterate": "work_tables",
    "groupby": "work_tables",
    "frame": "work_tables",
    "schema": "work_tables",
    "cache": "work_tables",
    "check": "work_tables",
    "repair": "work_tables",
    "neighbors": "work_tables",
    "transfer": "work_transfer",
}


#: Threads that the import of NumPy starts burn CPU for some 60 ms and then sleep; the work of
#: neither side is to pay for them.
_SPINNING = 0.15


def find_work(case: str) -> dict[str, Callable[[Stage], Trial]]:
    """Return the cases of the module that has `case`."""
    module = importlib.import_module(_MODULES.get(case.split("-")[0], "work_jobs"))
    work: dict[str, Callable[[Stage], Trial]] = module.WORK
    return work


def main() -> None:
    case, side, count, shared, folder, jobs = sys.argv[1:]
    prepare = find_work(case)[case]
    version = sys.modules["signac"].__version__
    stage = Stage(
        ours=side == "ours", count=int(count), shared=shared, folder=folder, jobs=int(jobs)
    )
    if stage.ours != (int(version.split(".")[0]) >= 3):
        sys.exit(f"{sys.executable} has signac {version}: not {side}")
    turns = iter_turns(prepare(stage))
    time.sleep(_SPINNING)
    print(json.dumps(version), flush=True)
    for _ in sys.stdin:
        print(json.dumps(next(turns)), flush=True)


if __name__ == "__main__":
    main()
