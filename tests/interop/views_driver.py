"""Make linked views with the released signac: one JSON request from stdin, one answer to stdout.

A request is ``{"project": path, "statepoints": [...], "prefix": path, "path": template,
"selected": [numbers] or null}``; the answer is ``{"links": {...}}`` or ``{"error": [names]}``.
This file runs in the environment of the released signac and uses its public interface only.
"""

import json
import os
import sys
from typing import Any

import signac


def make(request: dict[str, Any]) -> dict[str, Any]:
    """Make the jobs that are missing, then the view."""
    project = signac.init_project(request["project"])
    jobs = [project.open_job(statepoint).init() for statepoint in request["statepoints"]]
    selected = request["selected"]
    ids = None if selected is None else [jobs[number].id for number in selected]
    try:
        links = project.create_linked_view(request["prefix"], ids, request["path"])
    except Exception as error:
        return {"error": [cls.__name__ for cls in type(error).__mro__]}
    return {"links": {link: os.path.basename(job) for link, job in links.items()}}


def main() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        print(json.dumps(make(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
