"""Run by the released signac: export or import what each line of JSON says, answer a line each."""

import json
import logging
import os
import sys
import warnings

import signac


def run(case):
    """Do what a case says and return what happened."""
    project = signac.init_project(case["project"])
    if case["do"] == "export":
        jobs = project.find_jobs(case.get("filter"))
        return sorted(jobs.export_to(case["target"], path=case["path"]).values())
    found = project.import_from(case["origin"], schema=case["schema"])
    return sorted(os.path.relpath(source, case["origin"]) for source in found)


def main():
    """Answer until stdin ends."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        try:
            answer = {"ok": run(json.loads(line))}
        except Exception as error:
            answer = {"error": [kind.__name__ for kind in type(error).__mro__], "text": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
