"""The correction of one wrong byte, by the id as a checksum."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rawcheck
from signac._upkeep.correction import correct_one_byte

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5).filter(lambda key: "." not in key), inner, max_size=3)
    ),
    max_leaves=6,
)
statepoints = st.dictionaries(
    st.text(max_size=5).filter(lambda key: "." not in key), values, min_size=1, max_size=4
)


def changed(raw: bytes, place: int, other: int) -> bytes:
    return raw[:place] + bytes([other]) + raw[place + 1 :]


@settings(max_examples=15, deadline=None)
@given(statepoint=statepoints, data=st.data())
def test_any_byte(statepoint: dict[str, Any], data: st.DataObject) -> None:
    """Any one byte of any state point that became any other is corrected, sorted or not."""
    raw = json.dumps(statepoint).encode()
    if len(raw) > 256:
        return
    place = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[place]))
    found = correct_one_byte(changed(raw, place, other), rawcheck.id_of(statepoint))
    assert found is not None
    # Another white space may have been there; the state point is the same one.
    assert rawcheck.same(json.loads(found), statepoint)


@settings(max_examples=10, deadline=None)
@given(statepoint=statepoints, data=st.data())
def test_two_bytes(statepoint: dict[str, Any], data: st.DataObject) -> None:
    """What differs in more than one byte of meaning is left alone: never a guess."""
    raw = json.dumps(statepoint, sort_keys=True).encode()
    if len(raw) > 80:
        return
    first = data.draw(st.integers(0, len(raw) - 2))
    second = data.draw(st.integers(first + 1, len(raw) - 1))
    twice = changed(changed(raw, first, raw[first] ^ 0x80), second, raw[second] ^ 0x80)
    found = correct_one_byte(twice, rawcheck.id_of(statepoint))
    assert found is None


def test_nothing_is_wrong_with_its_length() -> None:
    """A byte that is missing or too many is not corrected: only what is a wrong one."""
    raw = json.dumps({"a": 1, "b": "text"}).encode()
    job_id = rawcheck.id_of({"a": 1, "b": "text"})
    assert correct_one_byte(raw[:-3] + raw[-2:], job_id) is None
    assert correct_one_byte(raw[:5] + b"xy" + raw[5:], job_id) is None
    assert correct_one_byte(b"", job_id) is None


@pytest.mark.parametrize(
    ("length", "sort", "corrected"),
    [(250, False, True), (2000, False, True), (8000, True, True), (3000, False, False)],
)
def test_a_flipped_bit(length: int, sort: bool, corrected: bool) -> None:
    """One flipped bit, as disks and memories make it, is corrected in all but long files."""
    statepoint = {"z": "x" * (length - 30), "a": 1}
    raw = json.dumps(statepoint, sort_keys=sort).encode()
    place = raw.index(b"xx") + 3
    wrong = changed(raw, place, raw[place] ^ 4)
    found = correct_one_byte(wrong, rawcheck.id_of(statepoint))
    assert found == (raw if corrected else None)


def test_another_byte_of_a_long_unsorted_file() -> None:
    """Beyond the documented length only single bits are tried where keys must be sorted."""
    statepoint = {"z": "x" * 500, "a": 1}
    raw = json.dumps(statepoint).encode()
    job_id = rawcheck.id_of(statepoint)
    assert correct_one_byte(changed(raw, 20, ord("x") ^ 0x55), job_id) is None
    assert correct_one_byte(changed(raw, 20, ord("x") ^ 0x40), job_id) == raw


@pytest.mark.long
@pytest.mark.parametrize("length", [256, 2048, 8192, 10**6])
@pytest.mark.parametrize("form", ["json", "zeros", "brackets"])
def test_it_gives_up_in_time(length: int, form: str) -> None:
    """What cannot be corrected costs seconds at the longest, whatever the file holds."""
    raw = {
        "json": json.dumps({"z": "x" * length, "a": 1}).encode()[:length],
        "zeros": bytes(length),
        "brackets": b"[" * length,
    }[form]
    began = time.process_time()
    assert correct_one_byte(raw, "0123456789abcdef" * 2) is None
    assert time.process_time() - began < 5.0
