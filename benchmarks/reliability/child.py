"""Run one trial in this interpreter and print its result as one JSON object.

Started by `measure.py` as: child.py MODULE FUNCTION SCRATCH {quick,full}
"""

import importlib
import json
import os
import sys
import warnings


def main() -> None:
    module, function, scratch, size = sys.argv[1:]
    # What a library prints must not come between: standard output is given back at the end.
    output = os.dup(1)
    os.dup2(2, 1)
    # Children are forked from a process that has loaded NumPy, whose threads are idle by then.
    warnings.simplefilter("ignore")
    result = getattr(importlib.import_module(module), function)(scratch, size)
    result["version"] = sys.modules["signac"].__version__ if "signac" in sys.modules else ""
    with os.fdopen(output, "w") as stream:
        stream.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
