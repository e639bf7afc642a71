"""How deeply a JSON text is nested is told right, whatever is in its strings."""

import json
import os
import random
from typing import Any

import pytest

import signac
from signac._core import jsonfile
from signac._core.canonical import MOST_LEVELS

STRINGS = ["", "]", "[", "}{", "][", '"', "\\", '\\"', '"]', "\\\\[", "é[", "a b"]


def nest(depth: int, choice: random.Random) -> Any:
    """Return lists and mappings, so many levels deep, with strings around each level."""
    value: Any = choice.choice(STRINGS)
    for _ in range(depth):
        before, after = choice.choices(STRINGS, k=2)
        if choice.random() < 0.5:
            value = [before, value, after]
        else:
            value = {before + "1": before, "x": value, after + "2": after}
    return value


def levels(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)):
        return 0
    return 1 + max(map(levels, parts), default=0)


@pytest.mark.parametrize("seed", range(60))
def test_any_strings(seed: int) -> None:
    """The answer is that of counting, near the limit and far from it."""
    choice = random.Random(seed)
    depth, most = choice.randrange(1, 60), choice.randrange(1, 60)
    value = nest(depth, choice)
    wide = [value, [[]] * choice.randrange(300), "[" * choice.randrange(300), *STRINGS]
    for found in (value, wide, {"a": wide}):
        for text in (json.dumps(found), json.dumps(found, ensure_ascii=False, indent=1)):
            for encoding in ("utf-8", "utf-16"):
                data = text.encode(encoding)
                assert jsonfile.is_deep(data, found, most) == (levels(found) > most)


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('["]",', ',"["]'), ('{"}":', "}")])
@pytest.mark.parametrize("depth", [MOST_LEVELS + 20, 700])
def test_strings_with_brackets(project: Any, begin: str, end: str, depth: int) -> None:
    """A document that is nested too deeply is damaged, not a RecursionError."""
    job = project.open_job({"a": 0}).init()
    with open(os.path.join(job.path, "signac_job_document.json"), "w") as file:
        file.write('{"a":' + begin * depth + "1" + end * depth + "}")
    with pytest.raises(ValueError, match="levels deep"):
        job.doc()
    assert project.find_problems().jobs == [job.id]


@pytest.fixture
def project(tmp_path: Any) -> Any:
    return signac.init_project(str(tmp_path))
