"""What is accepted has the id and the bytes that the released signac gives it."""

import json
import os
import subprocess
from hashlib import md5
from pathlib import Path
from typing import Any

from badvalues.values import ACCEPTED, CASES, DEPTH, REFUSED, Case, Stored, stored_text
from interop.peer import peer_python

#: Bytes and ranges that become lists of numbers there, keys that are dropped, and containers whose
#: length is a lie.
STORED_THERE_ONLY = {
    "range",
    "bytes",
    "bytearray",
    "memoryview",
    "bytes-in-tuple",
    "numpy-bytes",
    "array-bytes",
    "keys-that-collide",
    "length-raises",
    "length-too-large",
    "length-too-small",
    "mapping-length-lies",
    "shrinks-while-read",
}
#: Not even their JSON text can be read there.
TOO_DEEP_THERE = {"deepest-mappings", "deepest-lists", "top-deepest"}


def _ask() -> dict[str, Any]:
    script = Path(__file__).with_name("peer_values.py")
    hidden = ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "VIRTUAL_ENV")
    done = subprocess.run(
        [peer_python(), os.fspath(script)],
        env={key: value for key, value in os.environ.items() if key not in hidden},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: answers for name, *answers in lines}


def _expected(case: Case) -> dict[str, str]:
    text = stored_text(case)
    canonical = json.dumps(json.loads(text), sort_keys=True).encode()
    return {"id": md5(canonical).hexdigest(), "text": text}


def _check_all_are_asked(theirs: dict[str, Any]) -> None:
    """The peer answered for every value but those it cannot make or never ends with."""
    assert {case.name for case in CASES} - set(theirs) == {
        "attrs",
        "endless-mapping",
        "endless-sequence",
        "has-every-attribute",
    }


def _check_ids_and_bytes(theirs: dict[str, Any]) -> None:
    """The JSON value of each accepted state point has the same id and the same file there."""
    for case in ACCEPTED:
        if case.name in theirs and case.name not in TOO_DEEP_THERE:
            assert theirs[case.name][1] == _expected(case), case.name


def _check_values_themselves(theirs: dict[str, Any]) -> None:
    """What the peer accepts as it is has the same id and file; the rest is marked as refused."""
    for case in ACCEPTED:
        if case.name not in theirs:
            continue
        assert isinstance(case.answer, Stored)
        found = theirs[case.name][0]
        if case.answer.peer == "same":
            assert found == _expected(case), case.name
        elif case.answer.peer == "refuses":
            assert "error" in found, case.name
        else:
            assert found != _expected(case), case.name


def _check_refusals(theirs: dict[str, Any]) -> None:
    """No state point is refused here that the peer accepts; in documents, those of a list."""
    for case in REFUSED:
        if case.name in theirs:
            assert "error" in theirs[case.name][0], case.name
    stored_there = {case.name for case in REFUSED if "text" in theirs.get(case.name, [0, 0, {}])[2]}
    assert stored_there == STORED_THERE_ONLY


def _check_documents(theirs: dict[str, Any]) -> None:
    """A value that the peer stores in a document has the same bytes here."""
    for case in ACCEPTED:
        found = theirs.get(case.name, [None, None, {"error": ""}])[2]
        if "error" not in found:
            text = case.answer.text
            assert found["text"] == (text if case.whole else f'{{"x": {text}}}'), case.name
        else:
            assert case in DEPTH or case.answer.peer == "refuses" or case.whole, case.name


def test_the_peer_agrees() -> None:
    """Accepted values have the id and the bytes they have there; what differs is in the lists."""
    theirs = _ask()
    _check_all_are_asked(theirs)
    _check_ids_and_bytes(theirs)
    _check_values_themselves(theirs)
    _check_refusals(theirs)
    _check_documents(theirs)
