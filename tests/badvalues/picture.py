"""What lies in a project, read without the library, and what a refusal must say."""

import os
import re
from typing import Any

from badvalues.values import Case, Refused
from signac import errors

#: A message is for a person, however large the value is.
_LONGEST = 700


def picture(top: str) -> dict[str, bytes | None]:
    """Return every entry below a directory; None for a directory."""
    found: dict[str, bytes | None] = {}
    for folder, names, files in os.walk(top):
        if folder.endswith(".signac_scratch"):
            assert not names, f"left behind: {names}"
            assert not files, f"left behind: {files}"
            continue
        found[folder] = None
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                found[os.path.join(folder, name)] = file.read()
    return found


def check_refusal(error: BaseException, case: Case, place: str) -> None:
    """Hold that an error has the documented class and says place and reason, in one short line."""
    answer = case.answer
    assert isinstance(answer, Refused)
    assert type(error) is getattr(errors, answer.error), repr(error)[:500]
    said = str(error)
    found = re.match(r"(.*?): ", said, re.DOTALL)
    assert found, said
    expected = place + answer.where
    assert (
        found[1] == expected
        or found[1].startswith(f"{expected}."[:90])
        or (answer.rule == "256 levels" and found[1].startswith(expected))
    ), f"{found[1]!r} is not {expected!r}"
    assert answer.reason in said, said
    assert len(said) <= _LONGEST
    assert said.isprintable(), repr(said)
    assert said.isascii() or case.name == "right-to-left"


def attempts(action: Any) -> Any:
    """Return the exception that a call raises, None when it raises nothing."""
    try:
        action()
    except Exception as error:
        return error
    return None
