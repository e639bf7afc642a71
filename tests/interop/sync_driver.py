"""Run by the released signac: synchronise what each line of JSON says, answer a line each."""

import json
import logging
import re
import sys

import signac
from signac.sync import DocSync, FileSync


def rule_of(name):
    """Return the rule for documents that a name stands for."""
    if name is None or name == "default":
        return None
    if name.startswith("key:"):
        return DocSync.ByKey(name[4:])
    return {
        "never": DocSync.NO_SYNC,
        "copy": DocSync.COPY,
        "update": DocSync.update,
        "bykey": DocSync.ByKey(),
    }[name]


def run(case):
    """Synchronise and return what happened."""
    strategy = case["strategy"]
    options = dict(case["options"])
    options["strategy"] = None if strategy is None else getattr(FileSync, strategy)
    options["doc_sync"] = rule = rule_of(case["rule"])
    asked = []
    if case["spy"]:
        inner = options["strategy"]

        def spy(src, dst, name):
            asked.append([src.id, dst.id, name])
            return inner(src, dst, name)

        options["strategy"] = spy if inner else None
    mine, theirs = (signac.get_project(case[name]) for name in ("mine", "theirs"))
    answer = {"error": None}
    try:
        if case["job"]:
            result = mine.open_job(id=case["job"][0]).sync(
                theirs.open_job(id=case["job"][1]), **options
            )
        else:
            result = mine.sync(theirs, **options)
        answer["result"] = None if result is None else list(result)
    except (RuntimeError, ValueError, TypeError, re.error) as error:
        kinds = (ValueError, TypeError, re.error)
        names = [kind.__name__ for kind in kinds if isinstance(error, kind)]
        answer["error"] = names[0] if names else type(error).__name__
        for name in ("filename", "keys"):
            if hasattr(error, name):
                value = getattr(error, name)
                answer[name] = value if isinstance(value, str) else sorted(value)
        answer["conflicts"] = [
            one.filename for one in getattr(error, "conflicts", ()) if hasattr(one, "filename")
        ]
    answer["skipped"] = sorted(getattr(rule, "skipped_keys", ()))
    answer["asked"] = sorted(asked)
    return answer


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
